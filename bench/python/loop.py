"""A loop that does next to nothing: the sum of the numbers below n."""

import sys


def main(n):
    total = 0
    for i in range(n):
        total += i
    print(total)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100000000)
