// The product of two matrices of n by n doubles, n up to 512.

#include <stdio.h>
#include <stdlib.h>

static double a[512 * 512], b[512 * 512], c[512 * 512];

static void fill(double *m, long n, long step) {
    for (long i = 0; i < n * n; i += 1) m[i] = i * step % 17 - 8;
}

static void multiply(double *a, double *b, double *c, long n) {
    for (long i = 0; i < n; i += 1) {
        for (long j = 0; j < n; j += 1) {
            double sum = 0;
            for (long k = 0; k < n; k += 1) sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
    }
}

// The sum of the elements, each times its number in its row.
static double sum(double *m, long n) {
    double sum = 0;
    for (long i = 0; i < n * n; i += 1) sum += m[i] * (i % n);
    return sum;
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    fill(a, n, 7);
    fill(b, n, 5);
    multiply(a, b, c, n);
    printf("%ld\n", (long)sum(c, n));
    return 0;
}
