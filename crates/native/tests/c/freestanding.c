/* C that needs no library: what compilers make relocations of. Linked by ours. */

extern long twice(long);
extern double half(double);
extern long apply(long (*)(long), long);
extern long shared;

static const char *const names[] = {"zero", "one", "two", "three"};
static long table[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static short halves[4];
static char bytes[100];
long counter = 5;
double ratio = 2.5;

static long add_counter(long n) { return n + counter; }

long (*const functions[])(long) = {twice, add_counter};

static int length(const char *text) {
    int n = 0;
    while (text[n]) n++;
    return n;
}

/* Dense enough for a table of jumps. */
static long choose(long n) {
    switch (n) {
    case 0: return twice(1);
    case 1: return counter + 3;
    case 2: return table[n] * 7;
    case 3: return length(names[3]);
    case 4: return 1000;
    case 5: return shared;
    case 6: return add_counter(n);
    default: return -1;
    }
}

int main(int count, char **arguments) {
    long sum = 0;
    for (int i = 0; i < 8; i++) sum += choose(i) + table[i & 7];
    for (int i = 0; i < 4; i++) sum += length(names[i]), halves[i] += i;
    for (int i = 0; i < 100; i++) bytes[i] = i;
    sum += bytes[99] + halves[3];
    sum += functions[0](10) + functions[1](20);
    sum += apply(add_counter, 30);
    sum += (long)half(ratio * 8);
    shared += 2;
    sum += twice(shared) + count + (arguments[0] != 0);

    return (int)(sum % 251);
}
