// A text of n lines made of numbers and words, collected in an array and
// joined, then taken apart again.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_of(const char *bytes, size_t length) {
    char *copy = malloc(length + 1);
    memcpy(copy, bytes, length);
    copy[length] = 0;
    return copy;
}

typedef struct {
    char **items;
    size_t count, room;
} List;

static void push(List *list, char *item) {
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 8;
        list->items = realloc(list->items, list->room * sizeof *list->items);
    }
    list->items[list->count++] = item;
}

static char *join(const List *list, char separator) {
    size_t length = 0;
    for (size_t i = 0; i < list->count; i += 1) length += strlen(list->items[i]) + 1;
    char *text = malloc(length + 1);
    char *end = text;
    for (size_t i = 0; i < list->count; i += 1) {
        if (i > 0) *end++ = separator;
        size_t more = strlen(list->items[i]);
        memcpy(end, list->items[i], more);
        end += more;
    }
    *end = 0;
    return text;
}

static List split(const char *text, char separator) {
    List parts = {0};
    const char *at;
    while ((at = strchr(text, separator))) {
        push(&parts, copy_of(text, at - text));
        text = at + 1;
    }
    push(&parts, copy_of(text, strlen(text)));
    return parts;
}

int main(int argc, char **argv) {
    static const char *const words[] = {"red", "green", "blue", "yellow"};
    int n = argc > 1 ? atoi(argv[1]) : 1000000;
    List lines = {0};
    int word = 0;
    for (int i = 0; i < n; i += 1) {
        char line[40];
        int length = snprintf(line, sizeof line, "%d:%s", i, words[word]);
        push(&lines, copy_of(line, length));
        word += 1;
        if (word == 4) word = 0;
    }
    char *text = join(&lines, '\n');
    List parts = split(text, '\n');
    const char *last = "";
    size_t total = 0;
    for (size_t i = 0; i < parts.count; i += 1) {
        total += strlen(parts.items[i]);
        last = parts.items[i];
    }
    printf("%zu %zu %s\n", strlen(text), total, last);
}
