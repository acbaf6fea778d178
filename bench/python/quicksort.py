"""n random numbers sorted in place by Hoare's quicksort."""

import sys


def quicksort(a, low, high):
    while low < high:
        pivot = a[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while a[i] < pivot:
                i += 1
            while a[j] > pivot:
                j -= 1
            if i <= j:
                a[i], a[j] = a[j], a[i]
                i += 1
                j -= 1
        # The right part by recursion, the left one in the next turn.
        quicksort(a, i, high)
        high = j


def main(n):
    a = []
    seed = 42
    for _ in range(n):
        seed = seed * 16807 % 2147483647
        a.append(seed)
    quicksort(a, 0, n - 1)
    checksum = 0
    for i in range(n):
        if i > 0 and a[i - 1] > a[i]:
            raise ValueError("not sorted")
        checksum = (checksum * 31 + a[i]) % 1000003
    print(f"{a[0]} {a[n - 1]} {checksum}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
