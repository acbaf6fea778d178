// A loop that does next to nothing: the sum of the numbers below n, in
// floating point, which the compiler may not replace by a formula.

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    double n = argc > 1 ? atof(argv[1]) : 100000000;
    double sum = 0;
    for (double i = 0; i < n; i += 1) sum += i;
    printf("%.0f\n", sum);
}
