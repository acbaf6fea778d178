// Many short-lived binary trees beside one that lives long: allocation and
// garbage collection.

class Node {
  constructor(left, right) {
    this.left = left;
    this.right = right;
  }

  count() {
    if (this.left === null) return 1;
    return 1 + this.left.count() + this.right.count();
  }
}

function build(depth) {
  if (depth === 0) return new Node(null, null);
  return new Node(build(depth - 1), build(depth - 1));
}

const greatest = Number(process.argv[2] ?? 15);
const least = 4;
console.log(`depth ${greatest + 1}: ${build(greatest + 1).count()}`);
const longLived = build(greatest);
let turns = 2 ** greatest;
for (let depth = least; depth <= greatest; depth += 2) {
  let total = 0;
  for (let i = 0; i < turns; i += 1) total += build(depth).count();
  console.log(`depth ${depth}: ${turns} trees, ${total}`);
  turns /= 4;
}
console.log(`long lived: ${longLived.count()}`);
