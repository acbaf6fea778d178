"""The sum of a list of 100,000 numbers, n times over."""

import sys


def sum_of(numbers):
    total = 0
    for x in numbers:
        total += x
    return total


def main(n):
    numbers = list(range(100000))
    last = 0
    for _ in range(n):
        last = sum_of(numbers)
    print(last)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
