// The primes below 100,000, n times: bytes of memory in steps.

#include <stdio.h>
#include <stdlib.h>

static unsigned char flags[100000];

static long sieve(unsigned char *flags, long size) {
    for (long i = 0; i < size; i += 1) flags[i] = 1;
    long count = 0;
    for (long i = 2; i < size; i += 1) {
        if (flags[i] == 0) continue;
        count += 1;
        for (long k = i + i; k < size; k += i) flags[k] = 0;
    }
    return count;
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    long r = 0;
    while (n > 0) {
        r = sieve(flags, 100000);
        n -= 1;
    }
    printf("%ld\n", r);
    return 0;
}
