// The spectral norm of the infinite matrix 1 / ((i+j)(i+j+1)/2 + i + 1), cut
// to n rows, by the power method: small functions and arrays of numbers.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double element(int i, int j) {
    return 1.0 / ((double)(i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(int n, const double *v, double *out) {
    for (int i = 0; i < n; i += 1) {
        double sum = 0;
        for (int j = 0; j < n; j += 1) sum += element(i, j) * v[j];
        out[i] = sum;
    }
}

static void multiply_transposed(int n, const double *v, double *out) {
    for (int i = 0; i < n; i += 1) {
        double sum = 0;
        for (int j = 0; j < n; j += 1) sum += element(j, i) * v[j];
        out[i] = sum;
    }
}

static double *filled(int n, double x) {
    double *a = malloc(n * sizeof *a);
    for (int i = 0; i < n; i += 1) a[i] = x;
    return a;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 500;
    double *u = filled(n, 1), *v = filled(n, 0), *between = filled(n, 0);
    for (int turn = 0; turn < 10; turn += 1) {
        multiply(n, u, between);
        multiply_transposed(n, between, v);
        multiply(n, v, between);
        multiply_transposed(n, between, u);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < n; i += 1) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%.9f\n", sqrt(uv / vv));
}
