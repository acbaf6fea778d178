// Recursive calls: the n-th Fibonacci number by its definition.

#include <stdio.h>
#include <stdlib.h>

static double fib(double n) {
    if (n < 2) return n;
    return fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv) {
    printf("%.0f\n", fib(argc > 1 ? atof(argv[1]) : 35));
}
