"""A list of n numbers: appended to, read and written by position, walked through."""

import sys


def numbers_below(n):
    xs = []
    for i in range(n):
        xs.append(i)
    return xs


def add_halves(xs):
    for i in range(1, len(xs)):
        xs[i] = xs[i] + xs[i - 1] / 2
    return xs


def main(n):
    xs = add_halves(numbers_below(n))
    total = 0
    for x in xs:
        total += x
    print(f"{total:.0f} {xs[-1]:.0f} {len(xs)}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
