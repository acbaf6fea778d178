"""n method calls: on an object of the class that has the method, and on
objects of two classes that inherit one and override the other."""

import sys


class Counter:
    def __init__(self, step):
        self.step = step
        self.total = 0

    def weight(self):
        return 1

    def add(self, x):
        self.total += x * self.step
        return self.total


class Double(Counter):
    def weight(self):
        return 2


def main(n):
    one = Counter(1)
    for i in range(n // 2):
        one.add(i)
    both = [Counter(3), Double(5)]
    weights = 0
    for i in range(n // 8):
        for counter in both:
            counter.add(i)
            weights += counter.weight()
    print(f"{one.total} {both[0].total} {both[1].total} {weights}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000000)
