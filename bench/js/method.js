// n method calls: on an object of the class that has the method, and on
// objects of two classes that inherit one and override the other.

class Counter {
  constructor(step) {
    this.step = step;
    this.total = 0;
  }

  weight() { return 1; }

  add(x) {
    this.total += x * this.step;
    return this.total;
  }
}

class Double extends Counter {
  weight() { return 2; }
}

function main(n) {
  const one = new Counter(1);
  for (let i = 0; i < n / 2; i += 1) one.add(i);
  const both = [new Counter(3), new Double(5)];
  let weights = 0;
  for (let i = 0; i < n / 8; i += 1) {
    for (const counter of both) {
      counter.add(i);
      weights += counter.weight();
    }
  }
  console.log(`${one.total} ${both[0].total} ${both[1].total} ${weights}`);
}

main(Number(process.argv[2] ?? 20000000));
