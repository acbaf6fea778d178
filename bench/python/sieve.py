"""The prime numbers up to n by the sieve of Eratosthenes."""

import sys


def main(n):
    prime = []
    for _ in range(n + 1):
        prime.append(True)
    i = 2
    while i * i <= n:
        if prime[i]:
            for k in range(i * i, n + 1, i):
                prime[k] = False
        i += 1
    count = 0
    last = 0
    for i in range(2, n + 1):
        if prime[i]:
            count += 1
            last = i
    print(f"{count} {last}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000000)
