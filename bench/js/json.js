// JSON: n records are written as text, the text is parsed by recursive descent
// over characters, and what came out is written again. Keys in their order.

class Parser {
  constructor(text) {
    this.text = text;
    this.length = text.length;
    this.pos = 0;
  }

  fail(message) { throw new Error(`${message} at ${this.pos}`); }

  // The character at the position; null at the end.
  peek() { return this.pos < this.length ? this.text[this.pos] : null; }

  skipSpace() {
    let c = this.peek();
    while (c === " " || c === "\n") {
      this.pos += 1;
      c = this.peek();
    }
  }

  // Skips space, then a character that must come.
  expect(c) {
    this.skipSpace();
    if (this.peek() !== c) this.fail(`expected ${c}`);
    this.pos += 1;
  }

  // Skips space, then a character if it comes.
  accept(c) {
    this.skipSpace();
    if (this.peek() !== c) return false;
    this.pos += 1;
    return true;
  }

  value() {
    this.skipSpace();
    const c = this.peek();
    if (c === "{") return this.object();
    if (c === "[") return this.array();
    if (c === '"') return this.string();
    if (c === "t") return this.word("true", true);
    if (c === "f") return this.word("false", false);
    if (c === "n") return this.word("null", null);
    return this.number();
  }

  word(text, value) {
    if (this.text.slice(this.pos, this.pos + text.length) !== text) this.fail("unknown word");
    this.pos += text.length;
    return value;
  }

  number() {
    const from = this.pos;
    let c = this.peek();
    while (c !== null && (c >= "0" && c <= "9" || c === "-" || c === "." || c === "e" || c === "+")) {
      this.pos += 1;
      c = this.peek();
    }
    if (this.pos === from) this.fail("expected a value");
    return Number(this.text.slice(from, this.pos));
  }

  string() {
    this.expect('"');
    let from = this.pos;
    let parts = null; // what came before the last escape
    while (true) {
      const c = this.peek();
      if (c === null) this.fail("unterminated string");
      if (c === '"' || c === "\\") {
        const part = this.text.slice(from, this.pos);
        this.pos += 1;
        if (c === '"') return parts === null ? part : parts + part;
        parts = (parts === null ? part : parts + part) + this.escape();
        from = this.pos;
      } else {
        this.pos += 1;
      }
    }
  }

  escape() {
    const c = this.peek();
    this.pos += 1;
    if (c === "n") return "\n";
    if (c === "t") return "\t";
    if (c === '"' || c === "\\" || c === "/") return c;
    return this.fail("unknown escape");
  }

  array() {
    const items = [];
    this.expect("[");
    if (this.accept("]")) return items;
    items.push(this.value());
    while (this.accept(",")) items.push(this.value());
    this.expect("]");
    return items;
  }

  object() {
    const result = {};
    this.expect("{");
    if (this.accept("}")) return result;
    this.member(result);
    while (this.accept(",")) this.member(result);
    this.expect("}");
    return result;
  }

  member(result) {
    this.skipSpace();
    const key = this.string();
    this.expect(":");
    result[key] = this.value();
  }
}

function quote(s, out) {
  out.push('"');
  let from = 0;
  for (let i = 0; i < s.length; i += 1) {
    const c = s[i];
    if (c === '"' || c === "\\" || c === "\n" || c === "\t") {
      out.push(s.slice(from, i));
      if (c === "\n") out.push("\\n");
      else if (c === "\t") out.push("\\t");
      else out.push("\\" + c);
      from = i + 1;
    }
  }
  out.push(from === 0 ? s : s.slice(from));
  out.push('"');
}

function write(value, out) {
  if (value === null) {
    out.push("null");
  } else if (typeof value === "boolean") {
    out.push(value ? "true" : "false");
  } else if (typeof value === "number") {
    out.push(String(value));
  } else if (typeof value === "string") {
    quote(value, out);
  } else if (Array.isArray(value)) {
    out.push("[");
    for (let i = 0; i < value.length; i += 1) {
      if (i > 0) out.push(",");
      write(value[i], out);
    }
    out.push("]");
  } else {
    out.push("{");
    const keys = Object.keys(value).sort();
    for (let i = 0; i < keys.length; i += 1) {
      if (i > 0) out.push(",");
      quote(keys[i], out);
      out.push(": ");
      write(value[keys[i]], out);
    }
    out.push("}\n");
  }
}

function stringify(value) {
  const out = [];
  write(value, out);
  return out.join("");
}

function records(n) {
  const list = [];
  for (let i = 0; i < n; i += 1) {
    list.push({
      id: i,
      name: `user ${i}`,
      motto: 'to "be" or\nnot to be\\',
      score: i / 4,
      active: i % 3 === 0,
      tags: ["red", "green", `tag ${i % 10}`],
      place: { x: 2 * i, y: 0 - i },
      note: null,
    });
  }
  return list;
}

const n = Number(process.argv[2] ?? 10000);
const text = stringify(records(n));
const list = new Parser(text).value();
let sum = 0;
for (const record of list) sum += record.score * 4 + record.place.y + record.tags.length;
let checksum = 0;
for (let i = 0; i < text.length; i += 97) checksum = (checksum * 31 + text.charCodeAt(i)) % 1000003;
console.log(`${text.length} ${sum} ${checksum} ${stringify(list) === text}`);
