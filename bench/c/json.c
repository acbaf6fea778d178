// JSON: n records are written as text, the text is parsed by recursive descent
// over characters, and what came out is written again. Keys in their order.
// An object is an array of members; nothing is released.

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { NIL, BOOL, NUMBER, STRING, ARRAY, OBJECT } Kind;

typedef struct {
    char *bytes;
    size_t length, room;
} Text;

typedef struct Value Value;
typedef struct Member Member;

struct Value {
    Kind kind;
    union {
        bool yes;
        double number;
        char *string;
        struct {
            size_t count, room;
            union {
                Value *items;
                Member *members;
            };
        };
    };
};

struct Member {
    char *key;
    Value value;
};

static _Noreturn void fail(const char *message, size_t pos) {
    fprintf(stderr, "%s at %zu\n", message, pos);
    exit(1);
}

static void append(Text *text, const char *bytes, size_t length) {
    if (text->length + length + 1 > text->room) {
        text->room = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

static void append_all(Text *text, const char *string) { append(text, string, strlen(string)); }

static void push(Value *array, Value item) {
    if (array->count == array->room) {
        array->room = array->room ? 2 * array->room : 4;
        array->items = realloc(array->items, array->room * sizeof(Value));
    }
    array->items[array->count++] = item;
}

static void put(Value *object, char *key, Value value) {
    if (object->count == object->room) {
        object->room = object->room ? 2 * object->room : 4;
        object->members = realloc(object->members, object->room * sizeof(Member));
    }
    object->members[object->count++] = (Member){key, value};
}

static const Value *get(const Value *object, const char *key) {
    for (size_t i = 0; i < object->count; i += 1)
        if (strcmp(object->members[i].key, key) == 0) return &object->members[i].value;
    return NULL;
}

static Value number(double x) { return (Value){.kind = NUMBER, .number = x}; }

static Value string(const char *text) { return (Value){.kind = STRING, .string = strdup(text)}; }

// ---- parsing

typedef struct {
    const char *text;
    size_t length, pos;
} Parser;

static Value parse_value(Parser *parser);

// The character at the position; 0 at the end.
static char peek(const Parser *parser) {
    return parser->pos < parser->length ? parser->text[parser->pos] : 0;
}

static void skip_space(Parser *parser) {
    while (peek(parser) == ' ' || peek(parser) == '\n') parser->pos += 1;
}

// Skips space, then a character if it comes.
static bool accept(Parser *parser, char c) {
    skip_space(parser);
    if (peek(parser) != c) return false;
    parser->pos += 1;
    return true;
}

// Skips space, then a character that must come.
static void expect(Parser *parser, char c) {
    if (!accept(parser, c)) fail("unexpected character", parser->pos);
}

static Value word(Parser *parser, const char *text, Value value) {
    if (strncmp(parser->text + parser->pos, text, strlen(text)) != 0)
        fail("unknown word", parser->pos);
    parser->pos += strlen(text);
    return value;
}

static Value parse_number(Parser *parser) {
    size_t from = parser->pos;
    char c = peek(parser);
    while ((c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e' || c == '+') {
        parser->pos += 1;
        c = peek(parser);
    }
    if (parser->pos == from) fail("expected a value", from);
    return number(strtod(parser->text + from, NULL));
}

static char escape(Parser *parser) {
    char c = peek(parser);
    parser->pos += 1;
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    if (c == '"' || c == '\\' || c == '/') return c;
    fail("unknown escape", parser->pos);
}

static char *parse_string(Parser *parser) {
    expect(parser, '"');
    Text text = {0};
    size_t from = parser->pos;
    for (;;) {
        char c = peek(parser);
        if (c == 0) fail("unterminated string", parser->pos);
        if (c == '"' || c == '\\') {
            append(&text, parser->text + from, parser->pos - from);
            parser->pos += 1;
            if (c == '"') return text.bytes;
            char escaped = escape(parser);
            append(&text, &escaped, 1);
            from = parser->pos;
        } else {
            parser->pos += 1;
        }
    }
}

static Value parse_array(Parser *parser) {
    Value array = {.kind = ARRAY};
    expect(parser, '[');
    if (accept(parser, ']')) return array;
    do push(&array, parse_value(parser));
    while (accept(parser, ','));
    expect(parser, ']');
    return array;
}

static Value parse_object(Parser *parser) {
    Value object = {.kind = OBJECT};
    expect(parser, '{');
    if (accept(parser, '}')) return object;
    do {
        skip_space(parser);
        char *key = parse_string(parser);
        expect(parser, ':');
        put(&object, key, parse_value(parser));
    } while (accept(parser, ','));
    expect(parser, '}');
    return object;
}

static Value parse_value(Parser *parser) {
    skip_space(parser);
    switch (peek(parser)) {
    case '{': return parse_object(parser);
    case '[': return parse_array(parser);
    case '"': return (Value){.kind = STRING, .string = parse_string(parser)};
    case 't': return word(parser, "true", (Value){.kind = BOOL, .yes = true});
    case 'f': return word(parser, "false", (Value){.kind = BOOL, .yes = false});
    case 'n': return word(parser, "null", (Value){.kind = NIL});
    default: return parse_number(parser);
    }
}

// ---- writing

static void quote(const char *s, Text *out) {
    append(out, "\"", 1);
    const char *from = s;
    for (; *s; s += 1) {
        if (*s != '"' && *s != '\\' && *s != '\n' && *s != '\t') continue;
        append(out, from, s - from);
        append(out, "\\", 1);
        append(out, *s == '\n' ? "n" : *s == '\t' ? "t" : s, 1);
        from = s + 1;
    }
    append(out, from, s - from);
    append(out, "\"", 1);
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const Member *)a)->key, ((const Member *)b)->key);
}

static void write_number(double x, Text *out) {
    char digits[40];
    int length = x == floor(x) ? snprintf(digits, sizeof digits, "%.0f", x)
                               : snprintf(digits, sizeof digits, "%.14g", x);
    append(out, digits, length);
}

static void write_value(const Value *value, Text *out) {
    switch (value->kind) {
    case NIL: append_all(out, "null"); break;
    case BOOL: append_all(out, value->yes ? "true" : "false"); break;
    case NUMBER: write_number(value->number, out); break;
    case STRING: quote(value->string, out); break;
    case ARRAY:
        append(out, "[", 1);
        for (size_t i = 0; i < value->count; i += 1) {
            if (i > 0) append(out, ",", 1);
            write_value(&value->items[i], out);
        }
        append(out, "]", 1);
        break;
    case OBJECT: {
        append(out, "{", 1);
        Member *members = malloc(value->count * sizeof *members);
        memcpy(members, value->members, value->count * sizeof *members);
        qsort(members, value->count, sizeof *members, by_key);
        for (size_t i = 0; i < value->count; i += 1) {
            if (i > 0) append(out, ",", 1);
            quote(members[i].key, out);
            append(out, ": ", 2);
            write_value(&members[i].value, out);
        }
        free(members);
        append(out, "}\n", 2);
    }
    }
}

static Text stringify(const Value *value) {
    Text out = {0};
    write_value(value, &out);
    return out;
}

// ---- the data

static Value records(long n) {
    Value list = {.kind = ARRAY};
    char text[40];
    for (long i = 0; i < n; i += 1) {
        Value tags = {.kind = ARRAY};
        push(&tags, string("red"));
        push(&tags, string("green"));
        snprintf(text, sizeof text, "tag %ld", i % 10);
        push(&tags, string(text));
        Value place = {.kind = OBJECT};
        put(&place, "x", number(2 * i));
        put(&place, "y", number(-i));
        Value record = {.kind = OBJECT};
        put(&record, "id", number(i));
        snprintf(text, sizeof text, "user %ld", i);
        put(&record, "name", string(text));
        put(&record, "motto", string("to \"be\" or\nnot to be\\"));
        put(&record, "score", number(i / 4.0));
        put(&record, "active", (Value){.kind = BOOL, .yes = i % 3 == 0});
        put(&record, "tags", tags);
        put(&record, "place", place);
        put(&record, "note", (Value){.kind = NIL});
        push(&list, record);
    }
    return list;
}

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 10000;
    Value made = records(n);
    Text text = stringify(&made);
    Parser parser = {text.bytes, text.length, 0};
    Value list = parse_value(&parser);
    double sum = 0;
    for (size_t i = 0; i < list.count; i += 1) {
        const Value *record = &list.items[i];
        sum += get(record, "score")->number * 4 + get(get(record, "place"), "y")->number +
               get(record, "tags")->count;
    }
    long checksum = 0;
    for (size_t i = 0; i < text.length; i += 97)
        checksum = (checksum * 31 + text.bytes[i]) % 1000003;
    Text again = stringify(&list);
    bool same = again.length == text.length && memcmp(again.bytes, text.bytes, text.length) == 0;
    printf("%zu %.0f %ld %s\n", text.length, sum, checksum, same ? "true" : "false");
}
