// n method calls through tables of function pointers: on an object of the
// class that has the method, and on objects of two classes that inherit one
// and override the other.

#include <stdio.h>
#include <stdlib.h>

typedef struct Counter Counter;

typedef struct {
    double (*add)(Counter *, double);
    double (*weight)(const Counter *);
} Class;

struct Counter {
    const Class *class;
    double step, total;
};

static double counter_add(Counter *this, double x) {
    this->total += x * this->step;
    return this->total;
}

static double counter_weight(const Counter *this) {
    (void)this;
    return 1;
}

static double double_weight(const Counter *this) {
    (void)this;
    return 2;
}

static const Class counter_class = {counter_add, counter_weight};
static const Class double_class = {counter_add, double_weight};

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 20000000;
    Counter one = {&counter_class, 1, 0};
    for (long i = 0; i < n / 2; i += 1) one.class->add(&one, i);
    Counter both[] = {{&counter_class, 3, 0}, {&double_class, 5, 0}};
    double weights = 0;
    for (long i = 0; i < n / 8; i += 1) {
        for (int k = 0; k < 2; k += 1) {
            both[k].class->add(&both[k], i);
            weights += both[k].class->weight(&both[k]);
        }
    }
    printf("%.0f %.0f %.0f %.0f\n", one.total, both[0].total, both[1].total, weights);
}
