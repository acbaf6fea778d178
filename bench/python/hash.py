"""Tables: n scattered numbers as keys, then n/4 strings: stored, looked up,
changed, removed."""

import sys


def numbers(n):
    table = {}
    for i in range(1, n + 1):
        table[i * 48271 % 2147483647] = i
    total = 0
    for i in range(1, n + 1):
        total += table[i * 48271 % 2147483647]
    missing = 0
    for i in range(1, n + 1):
        if table.get(i) is None:
            missing += 1
    for i in range(1, n + 1, 2):
        del table[i * 48271 % 2147483647]
    rest = 0
    for value in table.values():
        rest += value
    print(f"{total} {missing} {rest} {len(table)}")


def strings(n):
    table = {}
    for i in range(n):
        table["key " + str(i)] = i
    for turn in (1, 2):
        for i in range(0, n, turn):
            key = "key " + str(i)
            table[key] = table[key] + turn
    total = 0
    for value in table.values():
        total += value
    print(f"{total} {len(table)}")


def main(n):
    numbers(n)
    strings(n // 4)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000000)
