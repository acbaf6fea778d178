// A loop that does next to nothing: the sum of the numbers below n.

function main(n) {
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += i;
  console.log(sum);
}

main(Number(process.argv[2] ?? 100000000));
