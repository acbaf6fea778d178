"""A large array: appended to, read and written by index, walked through,
emptied from the end."""

import sys


def main(n):
    a = []
    for i in range(n):
        a.append(i)
    for i in range(1, len(a)):
        a[i] = a[i] + a[i - 1] / 2
    total = 0
    for x in a:
        total += x
    popped = 0
    while len(a) > n / 2:
        popped += a.pop()
    print(f"{total:.0f} {popped:.0f} {len(a)}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000000)
