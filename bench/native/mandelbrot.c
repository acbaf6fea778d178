// How many of n by n points stay near 0 for fifty turns of z = z * z + c: floats in registers.

#include <stdio.h>
#include <stdlib.h>

// How many turns the point stays.
static long turns(double cx, double cy) {
    double x = 0, y = 0;
    long i = 0;
    while (i < 50) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4.0) break;
        y = 2.0 * x * y + cy;
        x = xx - yy + cx;
        i += 1;
    }
    return i;
}

static void mandelbrot(long n) {
    long inside = 0, total = 0;
    for (long row = 0; row < n; row += 1) {
        for (long column = 0; column < n; column += 1) {
            double cx = 2.0 * column / n - 1.5;
            double cy = 2.0 * row / n - 1.0;
            long t = turns(cx, cy);
            total += t;
            if (t == 50) inside += 1;
        }
    }
    printf("%ld\n%ld\n", inside, total);
}

int main(int argc, char **argv) {
    mandelbrot(atol(argv[1]));
    return 0;
}
