"""n characters appended one at a time; a new string is begun at every
thousandth, so that those who copy at each step get by too."""

import sys

LETTERS = ["a", "b", "c", "d", "e", "f", "g"]


def main(n):
    text = ""
    letter = 0
    finished = 0
    length = 0
    for _ in range(n):
        text += LETTERS[letter]
        letter += 1
        if letter == 7:
            letter = 0
        if len(text) == 1000:
            if text[999] == "g":
                finished += 1
            length += len(text)
            text = ""
    print(f"{finished} {length} {len(text)}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
