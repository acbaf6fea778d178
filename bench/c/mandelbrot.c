// The Mandelbrot set on n by n points, at most 50 rounds each: floating-point
// arithmetic on local variables.

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 1000;
    int inside = 0, rounds = 0;
    for (int row = 0; row < n; row += 1) {
        double ci = 2.0 * row / n - 1;
        for (int column = 0; column < n; column += 1) {
            double cr = 2.0 * column / n - 1.5;
            double zr = 0, zi = 0, rr = 0, ii = 0;
            int k = 0;
            while (k < 50 && rr + ii <= 4) {
                zi = 2 * zr * zi + ci;
                zr = rr - ii + cr;
                rr = zr * zr;
                ii = zi * zi;
                k += 1;
            }
            rounds += k;
            if (rr + ii <= 4) inside += 1;
        }
    }
    printf("%d inside, %d rounds\n", inside, rounds);
}
