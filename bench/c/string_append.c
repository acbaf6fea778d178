// n characters appended one at a time; a new string is begun at every
// thousandth, so that those who copy at each step get by too.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *bytes;
    size_t length, room;
} Text;

static void append(Text *text, const char *part) {
    size_t more = strlen(part);
    if (text->length + more > text->room) {
        text->room = 2 * (text->length + more);
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->length, part, more);
    text->length += more;
}

int main(int argc, char **argv) {
    static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g"};
    int n = argc > 1 ? atoi(argv[1]) : 1000000;
    Text text = {0};
    int letter = 0;
    long finished = 0, length = 0;
    for (int i = 0; i < n; i += 1) {
        append(&text, letters[letter]);
        letter += 1;
        if (letter == 7) letter = 0;
        if (text.length == 1000) {
            if (text.bytes[999] == 'g') finished += 1;
            length += text.length;
            free(text.bytes);
            text = (Text){0};
        }
    }
    printf("%ld %ld %zu\n", finished, length, text.length);
}
