// Counts n pseudo-random keys, each of 32,768, in a hash table with open addressing; then looks for
// twice as many.

#include <stdio.h>
#include <stdlib.h>

// The key plus one is 0 if the slot is free.
typedef struct {
    unsigned long key, count;
} Slot;

static Slot slots[65536];

// The slot of a key, or the free one where it would be.
static Slot *find(Slot *slots, unsigned long key) {
    unsigned long h = key * 0x9e3779b97f4a7c15 >> 48;
    unsigned long wanted = key + 1;
    for (;;) {
        Slot *slot = &slots[h];
        if (slot->key == 0 || slot->key == wanted) return slot;
        h = (h + 1) & 65535;
    }
}

static long run(Slot *slots, long n) {
    unsigned long x = 1, different = 0;
    for (long i = 0; i < n; i += 1) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        unsigned long key = x >> 49;
        key *= key;
        Slot *slot = find(slots, key);
        if (slot->key == 0) {
            slot->key = key + 1;
            different += 1;
        }
        slot->count += 1;
    }
    printf("%ld\n", (long)different);
    unsigned long sum = 0;
    n *= 2;
    for (long i = 0; i < n; i += 1) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        unsigned long key = x >> 48;
        key *= key;
        sum += find(slots, key)->count;
    }
    return sum;
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    printf("%ld\n", run(slots, n));
    return 0;
}
