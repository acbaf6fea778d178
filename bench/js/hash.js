// Tables: n scattered numbers as keys, then n/4 strings: stored, looked up,
// changed, removed.

function numbers(n) {
  const table = new Map();
  for (let i = 1; i <= n; i += 1) table.set(i * 48271 % 2147483647, i);
  let sum = 0;
  for (let i = 1; i <= n; i += 1) sum += table.get(i * 48271 % 2147483647);
  let missing = 0;
  for (let i = 1; i <= n; i += 1) {
    if (table.get(i) === undefined) missing += 1;
  }
  for (let i = 1; i <= n; i += 2) table.delete(i * 48271 % 2147483647);
  let rest = 0;
  for (const value of table.values()) rest += value;
  console.log(`${sum} ${missing} ${rest} ${table.size}`);
}

function strings(n) {
  const table = new Map();
  for (let i = 0; i < n; i += 1) table.set("key " + i, i);
  for (let turn = 1; turn <= 2; turn += 1) {
    for (let i = 0; i < n; i += turn) {
      const key = "key " + i;
      table.set(key, table.get(key) + turn);
    }
  }
  let sum = 0;
  for (const value of table.values()) sum += value;
  console.log(`${sum} ${table.size}`);
}

const n = Number(process.argv[2] ?? 2000000);
numbers(n);
strings(n / 4);
