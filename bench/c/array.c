// A large array: appended to, read and written by index, walked through,
// emptied from the end.

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double *items;
    size_t count, room;
} Array;

static void push(Array *a, double x) {
    if (a->count == a->room) {
        a->room = a->room ? 2 * a->room : 8;
        a->items = realloc(a->items, a->room * sizeof *a->items);
    }
    a->items[a->count++] = x;
}

int main(int argc, char **argv) {
    size_t n = argc > 1 ? atol(argv[1]) : 10000000;
    Array a = {0};
    for (size_t i = 0; i < n; i += 1) push(&a, i);
    for (size_t i = 1; i < a.count; i += 1) a.items[i] = a.items[i] + a.items[i - 1] / 2;
    double sum = 0;
    for (size_t i = 0; i < a.count; i += 1) sum += a.items[i];
    double popped = 0;
    while (a.count > n / 2) popped += a.items[--a.count];
    printf("%.0f %.0f %zu\n", sum, popped, a.count);
}
