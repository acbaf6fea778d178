// n random numbers sorted in place by Hoare's quicksort.

#include <stdio.h>
#include <stdlib.h>

static void quicksort(double *a, long low, long high) {
    while (low < high) {
        double pivot = a[(low + high) / 2];
        long i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot) i += 1;
            while (a[j] > pivot) j -= 1;
            if (i <= j) {
                double t = a[i];
                a[i] = a[j];
                a[j] = t;
                i += 1;
                j -= 1;
            }
        }
        // The right part by recursion, the left one in the next turn.
        quicksort(a, i, high);
        high = j;
    }
}

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 1000000;
    double *a = malloc(n * sizeof *a);
    long seed = 42;
    for (long i = 0; i < n; i += 1) {
        seed = seed * 16807 % 2147483647;
        a[i] = seed;
    }
    quicksort(a, 0, n - 1);
    long checksum = 0;
    for (long i = 0; i < n; i += 1) {
        if (i > 0 && a[i - 1] > a[i]) return 1;
        checksum = (checksum * 31 + (long)a[i]) % 1000003;
    }
    printf("%.0f %.0f %ld\n", a[0], a[n - 1], checksum);
}
