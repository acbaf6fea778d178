/* The C side: calls into code of the IR, and is called from it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int64_t i64;

double mixed_in(i64, double, i64, double, i64, double, i64, double, i64, double, i64, double, i64,
                double, i64, double, i64, double, i64, double);
i64 calls_out(i64);
void prints(i64, double);
i64 sorts(i64 *, i64);
float single(float, float);
i64 aligned(void);
extern i64 table[3];

/* The sum of n * argument n, and whether the stack is aligned as it must be. */
double mixed_out(i64 a1, double a2, i64 a3, double a4, i64 a5, double a6, i64 a7, double a8,
                 i64 a9, double a10, i64 a11, double a12, i64 a13, double a14, i64 a15, double a16,
                 i64 a17, double a18, i64 a19, double a20) {
    char here[1] __attribute__((aligned(16)));
    if ((uintptr_t)here % 16 != 0) abort();
    return a1 + 2 * a2 + 3 * a3 + 4 * a4 + 5 * a5 + 6 * a6 + 7 * a7 + 8 * a8 + 9 * a9 + 10 * a10 +
           11 * a11 + 12 * a12 + 13 * a13 + 14 * a14 + 15 * a15 + 16 * a16 + 17 * a17 + 18 * a18 +
           19 * a19 + 20 * a20;
}

i64 frame_address(void) { return (i64)__builtin_frame_address(0); }

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    /* Values that the compiler keeps in preserved registers over the calls. */
    volatile i64 seed = 3;
    volatile double start = 1.5;
    double p = start * 2, q = start * 3, r = start * 4, s = start * 5, t = start * 6;
    i64 a = seed * 5, b = seed * 7, c = seed * 11, d = seed * 13, e = seed * 17;
    printf("%g\n", mixed_in(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
    printf("%lld\n", (long long)calls_out(1));
    prints(-42, 2.5);
    i64 words[] = {5, -3, 9, 0, 5, -100};
    sorts(words, 6);
    for (int i = 0; i < 6; i++) printf("%lld ", (long long)words[i]);
    printf("\n%g\n", single(1.5f, 2.25f));
    printf("%lld\n", (long long)aligned());
    printf("%lld %lld\n", (long long)table[1], (long long)((i64(*)(i64))table[0])(20));
    if (a != 15 || b != 21 || c != 33 || d != 39 || e != 51) abort();
    if (p != 3 || q != 4.5 || r != 6 || s != 7.5 || t != 9) abort();
    return 0;
}
