// Tables: n scattered numbers as keys, then n/4 strings: stored, looked up,
// changed, removed. Open addressing; a removed entry leaves a grave.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FREE, USED, GRAVE };

typedef struct {
    uint64_t number; // the key, or the hash of the text
    const char *text;
    double value;
    int state;
} Entry;

typedef struct {
    Entry *entries;
    size_t room, taken, count;
} Table;

static size_t place_of(uint64_t number) { return number * 0x9E3779B97F4A7C15u >> 20; }

static uint64_t hash_of(const char *text) {
    uint64_t hash = 14695981039346656037u;
    for (; *text; text += 1) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static Entry *find(const Table *table, uint64_t number, const char *text) {
    if (table->room == 0) return NULL;
    for (size_t i = place_of(number);; i += 1) {
        Entry *entry = &table->entries[i & (table->room - 1)];
        if (entry->state == FREE) return NULL;
        if (entry->state == USED && entry->number == number &&
            (!text || strcmp(entry->text, text) == 0))
            return entry;
    }
}

static void put(Table *table, uint64_t number, const char *text, double value);

static void grow(Table *table) {
    Table larger = {calloc(table->room ? 2 * table->room : 16, sizeof(Entry)),
                    table->room ? 2 * table->room : 16, 0, 0};
    for (size_t i = 0; i < table->room; i += 1) {
        Entry *entry = &table->entries[i];
        if (entry->state == USED) put(&larger, entry->number, entry->text, entry->value);
    }
    free(table->entries);
    *table = larger;
}

// Stores under a key that is not there.
static void put(Table *table, uint64_t number, const char *text, double value) {
    if (4 * (table->taken + 1) > 3 * table->room) grow(table);
    for (size_t i = place_of(number);; i += 1) {
        Entry *entry = &table->entries[i & (table->room - 1)];
        if (entry->state != FREE) continue;
        *entry = (Entry){number, text, value, USED};
        table->taken += 1;
        table->count += 1;
        return;
    }
}

static void set(Table *table, uint64_t number, const char *text, double value) {
    Entry *entry = find(table, number, text);
    if (entry) entry->value = value;
    else put(table, number, text, value);
}

static double total(const Table *table) {
    double sum = 0;
    for (size_t i = 0; i < table->room; i += 1)
        if (table->entries[i].state == USED) sum += table->entries[i].value;
    return sum;
}

static uint64_t scattered(uint64_t i) { return i * 48271 % 2147483647; }

static void numbers(long n) {
    Table table = {0};
    for (long i = 1; i <= n; i += 1) set(&table, scattered(i), NULL, i);
    double sum = 0;
    for (long i = 1; i <= n; i += 1) sum += find(&table, scattered(i), NULL)->value;
    long missing = 0;
    for (long i = 1; i <= n; i += 1)
        if (!find(&table, i, NULL)) missing += 1;
    for (long i = 1; i <= n; i += 2) {
        find(&table, scattered(i), NULL)->state = GRAVE;
        table.count -= 1;
    }
    printf("%.0f %ld %.0f %zu\n", sum, missing, total(&table), table.count);
    free(table.entries);
}

static void strings(long n) {
    Table table = {0};
    char key[32];
    for (long i = 0; i < n; i += 1) {
        snprintf(key, sizeof key, "key %ld", i);
        set(&table, hash_of(key), strdup(key), i);
    }
    for (long turn = 1; turn <= 2; turn += 1) {
        for (long i = 0; i < n; i += turn) {
            snprintf(key, sizeof key, "key %ld", i);
            uint64_t hash = hash_of(key);
            set(&table, hash, key, find(&table, hash, key)->value + turn);
        }
    }
    printf("%.0f %zu\n", total(&table), table.count);
}

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 2000000;
    numbers(n);
    strings(n / 4);
}
