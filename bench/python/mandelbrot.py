"""The Mandelbrot set on n by n points, at most 50 rounds each: floating-point
arithmetic on local variables."""

import sys


def main(n):
    inside = 0
    rounds = 0
    for row in range(n):
        ci = 2 * row / n - 1
        for column in range(n):
            cr = 2 * column / n - 1.5
            zr = zi = rr = ii = 0.0
            k = 0
            while k < 50 and rr + ii <= 4:
                zi = 2 * zr * zi + ci
                zr = rr - ii + cr
                rr = zr * zr
                ii = zi * zi
                k += 1
            rounds += k
            if rr + ii <= 4:
                inside += 1
    print(f"{inside} inside, {rounds} rounds")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
