// The prime numbers up to n by the sieve of Eratosthenes.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 5000000;
    bool *prime = malloc(n + 1);
    for (long i = 0; i <= n; i += 1) prime[i] = true;
    for (long i = 2; i * i <= n; i += 1) {
        if (prime[i])
            for (long k = i * i; k <= n; k += i) prime[k] = false;
    }
    long count = 0, last = 0;
    for (long i = 2; i <= n; i += 1) {
        if (prime[i]) {
            count += 1;
            last = i;
        }
    }
    printf("%ld %ld\n", count, last);
}
