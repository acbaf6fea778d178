// Sorts n pseudo-random numbers, n up to 4,000,000: recursion, and branches that nobody foresees.

#include <stdio.h>
#include <stdlib.h>

static long numbers[4000000];

static void fill(long *a, long n) {
    unsigned long x = 42;
    for (long i = 0; i < n; i += 1) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        a[i] = x >> 33;
    }
}

static void quicksort(long *a, long low, long high) {
    if (low >= high) return;
    long pivot = a[(unsigned long)(low + high) >> 1];
    long i = low, j = high;
    while (i <= j) {
        while (a[i] < pivot) i += 1;
        while (a[j] > pivot) j -= 1;
        if (i <= j) {
            long x = a[i], y = a[j];
            a[i] = y;
            a[j] = x;
            i += 1;
            j -= 1;
        }
    }
    quicksort(a, low, j);
    quicksort(a, i, high);
}

// A sum in which the places count; -1 if the numbers are not in order.
static long check(long *a, long n) {
    unsigned long sum = 0;
    long last = 0;
    for (long i = 0; i < n; i += 1) {
        long x = a[i];
        if (x < last) return -1;
        sum += x ^ i;
        last = x;
    }
    return sum;
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    fill(numbers, n);
    quicksort(numbers, 0, n - 1);
    printf("%ld\n", check(numbers, n));
    return 0;
}
