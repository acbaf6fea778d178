"""n calls of closures which read one captured variable and change another; a
new closure is made for every ten calls."""

import sys


def adder(step):
    total = 0

    def add(x):
        nonlocal total
        total += x * step
        return total

    return add


def main(n):
    result = 0
    for i in range(n // 10):
        add = adder(i)
        for k in range(1, 10):
            add(k)
        result += add(10)
    print(result)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000000)
