// n calls of closures which read one captured variable and change another; a
// new closure is made for every ten calls.

function adder(step) {
  let total = 0;
  return (x) => {
    total += x * step;
    return total;
  };
}

function main(n) {
  let sum = 0;
  for (let i = 0; i < n / 10; i += 1) {
    const add = adder(i);
    for (let k = 1; k <= 9; k += 1) add(k);
    sum += add(10);
  }
  console.log(sum);
}

main(Number(process.argv[2] ?? 20000000));
