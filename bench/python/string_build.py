"""A text of n lines made of numbers and words, collected in an array and
joined, then taken apart again."""

import sys

WORDS = ["red", "green", "blue", "yellow"]


def main(n):
    lines = []
    word = 0
    for i in range(n):
        lines.append(f"{i}:{WORDS[word]}")
        word += 1
        if word == 4:
            word = 0
    text = "\n".join(lines)
    last = ""
    total = 0
    for line in text.split("\n"):
        total += len(line)
        last = line
    print(f"{len(text)} {total} {last}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
