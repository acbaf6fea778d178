"""A text joined together of 10,000 words, n times over."""

import sys

WORDS = ["red", "green", "blue", "yellow"]


def build():
    text = ""
    word = 0
    for _ in range(10000):
        text += WORDS[word]
        word += 1
        if word == 4:
            word = 0
    return text


def main(n):
    text = ""
    letters = 0
    for _ in range(n):
        text = build()
        letters += len(text)
    print(f"{letters} {text[-1]}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
