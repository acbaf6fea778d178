"""Many short-lived binary trees beside one that lives long: allocation and
garbage collection."""

import sys


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        if self.left is None:
            return 1
        return 1 + self.left.count() + self.right.count()


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def main(greatest):
    least = 4
    print(f"depth {greatest + 1}: {build(greatest + 1).count()}")
    long_lived = build(greatest)
    turns = 2**greatest
    for depth in range(least, greatest + 1, 2):
        total = 0
        for _ in range(turns):
            total += build(depth).count()
        print(f"depth {depth}: {turns} trees, {total}")
        turns //= 4
    print(f"long lived: {long_lived.count()}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
