// n calls of closures which read one captured variable and change another; a
// new closure is made for every ten calls. A closure is a block of memory with
// a function pointer.

#include <stdio.h>
#include <stdlib.h>

typedef struct Closure {
    double (*call)(struct Closure *, double);
    double step, total;
} Closure;

static double add(Closure *this, double x) {
    this->total += x * this->step;
    return this->total;
}

static Closure *adder(double step) {
    Closure *closure = malloc(sizeof *closure);
    *closure = (Closure){add, step, 0};
    return closure;
}

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 20000000;
    double sum = 0;
    for (long i = 0; i < n / 10; i += 1) {
        Closure *closure = adder(i);
        for (int k = 1; k <= 9; k += 1) closure->call(closure, k);
        sum += closure->call(closure, 10);
        free(closure);
    }
    printf("%.0f\n", sum);
}
