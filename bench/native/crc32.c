// The CRC-32 of 100,000 bytes, n times, with a table: loads that wait for each other.

#include <stdio.h>
#include <stdlib.h>

static unsigned long table[256];
static unsigned char bytes[100000];

static void make_table(unsigned long *table) {
    for (long i = 0; i < 256; i += 1) {
        unsigned long c = i;
        for (long k = 0; k < 8; k += 1) {
            unsigned long low = c & 1;
            c >>= 1;
            if (low != 0) c ^= 0xedb88320;
        }
        table[i] = c;
    }
}

static unsigned long crc32(unsigned long *table, unsigned char *bytes, long n,
                           unsigned long start) {
    unsigned long c = start ^ 0xffffffff;
    for (long i = 0; i < n; i += 1) {
        unsigned long t = table[(c ^ bytes[i]) & 255];
        c = (c >> 8) ^ t;
    }
    return c ^ 0xffffffff;
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    make_table(table);
    for (long i = 0; i < 100000; i += 1) bytes[i] = (i * 7) ^ 85;
    unsigned long c = 0;
    while (n > 0) {
        c = crc32(table, bytes, 100000, c);
        n -= 1;
    }
    printf("%ld\n", (long)c);
    return 0;
}
