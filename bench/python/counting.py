"""A dictionary that counts: n words, of which there are a thousand different ones."""

import sys


def counted(n):
    counts = {}
    number = 1
    for _ in range(n):
        number = number * 16807 % 2147483647
        word = f"word {number % 1000}"
        if word in counts:
            counts[word] = counts[word] + 1
        else:
            counts[word] = 1
    return counts


def main(n):
    counts = counted(n)
    most = ""
    total = 0
    for word in counts:
        total += counts[word]
        if most == "" or counts[word] > counts[most]:
            most = word
    print(f"{len(counts)} {total} {most} {counts[most]}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 500000)
