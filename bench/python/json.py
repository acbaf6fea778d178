"""JSON: n records are written as text, the text is parsed by recursive descent
over characters, and what came out is written again. Keys in their order."""

import sys


class Parser:
    def __init__(self, text):
        self.text = text
        self.length = len(text)
        self.pos = 0

    def fail(self, message):
        raise ValueError(f"{message} at {self.pos}")

    def peek(self):
        """The character at the position; None at the end."""
        return self.text[self.pos] if self.pos < self.length else None

    def skip_space(self):
        c = self.peek()
        while c == " " or c == "\n":
            self.pos += 1
            c = self.peek()

    def expect(self, c):
        """Skips space, then a character that must come."""
        self.skip_space()
        if self.peek() != c:
            self.fail(f"expected {c}")
        self.pos += 1

    def accept(self, c):
        """Skips space, then a character if it comes."""
        self.skip_space()
        if self.peek() != c:
            return False
        self.pos += 1
        return True

    def value(self):
        self.skip_space()
        c = self.peek()
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        if c == '"':
            return self.string()
        if c == "t":
            return self.word("true", True)
        if c == "f":
            return self.word("false", False)
        if c == "n":
            return self.word("null", None)
        return self.number()

    def word(self, text, value):
        if self.text[self.pos : self.pos + len(text)] != text:
            self.fail("unknown word")
        self.pos += len(text)
        return value

    def number(self):
        start = self.pos
        c = self.peek()
        while c is not None and ("0" <= c <= "9" or c == "-" or c == "." or c == "e" or c == "+"):
            self.pos += 1
            c = self.peek()
        if self.pos == start:
            self.fail("expected a value")
        return float(self.text[start : self.pos])

    def string(self):
        self.expect('"')
        start = self.pos
        parts = None  # what came before the last escape
        while True:
            c = self.peek()
            if c is None:
                self.fail("unterminated string")
            if c == '"' or c == "\\":
                part = self.text[start : self.pos]
                if parts is not None:
                    part = parts + part
                self.pos += 1
                if c == '"':
                    return part
                parts = part + self.escape()
                start = self.pos
            else:
                self.pos += 1

    def escape(self):
        c = self.peek()
        self.pos += 1
        if c == "n":
            return "\n"
        if c == "t":
            return "\t"
        if c == '"' or c == "\\" or c == "/":
            return c
        self.fail("unknown escape")

    def array(self):
        items = []
        self.expect("[")
        if self.accept("]"):
            return items
        items.append(self.value())
        while self.accept(","):
            items.append(self.value())
        self.expect("]")
        return items

    def object(self):
        result = {}
        self.expect("{")
        if self.accept("}"):
            return result
        self.member(result)
        while self.accept(","):
            self.member(result)
        self.expect("}")
        return result

    def member(self, result):
        self.skip_space()
        key = self.string()
        self.expect(":")
        result[key] = self.value()


def quote(s, out):
    out.append('"')
    start = 0
    for i, c in enumerate(s):
        if c == '"' or c == "\\" or c == "\n" or c == "\t":
            out.append(s[start:i])
            if c == "\n":
                out.append("\\n")
            elif c == "\t":
                out.append("\\t")
            else:
                out.append("\\" + c)
            start = i + 1
    out.append(s if start == 0 else s[start:])
    out.append('"')


def write(value, out):
    if value is None:
        out.append("null")
    elif isinstance(value, bool):
        out.append("true" if value else "false")
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, float):
        out.append(str(int(value)) if value.is_integer() else repr(value))
    elif isinstance(value, str):
        quote(value, out)
    elif isinstance(value, list):
        out.append("[")
        for i, item in enumerate(value):
            if i > 0:
                out.append(",")
            write(item, out)
        out.append("]")
    else:
        out.append("{")
        for i, key in enumerate(sorted(value)):
            if i > 0:
                out.append(",")
            quote(key, out)
            out.append(": ")
            write(value[key], out)
        out.append("}\n")


def stringify(value):
    out = []
    write(value, out)
    return "".join(out)


def records(n):
    return [
        {
            "id": i,
            "name": f"user {i}",
            "motto": 'to "be" or\nnot to be\\',
            "score": i / 4,
            "active": i % 3 == 0,
            "tags": ["red", "green", f"tag {i % 10}"],
            "place": {"x": 2 * i, "y": -i},
            "note": None,
        }
        for i in range(n)
    ]


def main(n):
    text = stringify(records(n))
    parsed = Parser(text).value()
    total = 0
    for record in parsed:
        total += record["score"] * 4 + record["place"]["y"] + len(record["tags"])
    checksum = 0
    for i in range(0, len(text), 97):
        checksum = (checksum * 31 + ord(text[i])) % 1000003
    same = stringify(parsed) == text
    print(f"{len(text)} {total:.0f} {checksum} {'true' if same else 'false'}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000)
