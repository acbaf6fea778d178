"""Over all permutations of n numbers: how often must the first k be reversed,
k being the first number, until the smallest comes first? Small arrays."""

import sys


def main(n):
    order = list(range(n))  # the permutation
    work = list(range(n))  # a copy that is reversed
    turns = list(range(1, n + 1))  # how often the first k+1 will still be rotated
    most = 0
    checksum = 0
    sign = 1
    while True:
        first = order[0]
        if first != 0:
            for i in range(n):
                work[i] = order[i]
            flips = 0
            while first != 0:
                low = 0
                high = first
                while low < high:
                    work[low], work[high] = work[high], work[low]
                    low += 1
                    high -= 1
                flips += 1
                first = work[0]
            if flips > most:
                most = flips
            checksum += sign * flips
        sign = -sign
        # The next permutation: rotate ever longer beginnings.
        k = 1
        while k < n:
            front = order[0]
            for i in range(k):
                order[i] = order[i + 1]
            order[k] = front
            turns[k] -= 1
            if turns[k] > 0:
                break
            turns[k] = k + 1
            k += 1
        if k >= n:
            break
    print(checksum)
    print(most)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
