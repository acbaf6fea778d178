"""The spectral norm of the infinite matrix 1 / ((i+j)(i+j+1)/2 + i + 1), cut
to n rows, by the power method: small functions and arrays of numbers."""

import sys
from math import sqrt


def element(i, j):
    return 1 / ((i + j) * (i + j + 1) / 2 + i + 1)


def multiply(v, out):
    n = len(v)
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += element(i, j) * v[j]
        out[i] = total


def multiply_transposed(v, out):
    n = len(v)
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += element(j, i) * v[j]
        out[i] = total


def main(n):
    u = [1.0] * n
    v = [0.0] * n
    between = [0.0] * n
    for _ in range(10):
        multiply(u, between)
        multiply_transposed(between, v)
        multiply(v, between)
        multiply_transposed(between, u)
    uv = vv = 0.0
    for i in range(n):
        uv += u[i] * v[i]
        vv += v[i] * v[i]
    print(f"{sqrt(uv / vv):.9f}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
