// A large array: appended to, read and written by index, walked through,
// emptied from the end.

function main(n) {
  const a = [];
  for (let i = 0; i < n; i += 1) a.push(i);
  for (let i = 1; i < a.length; i += 1) a[i] = a[i] + a[i - 1] / 2;
  let sum = 0;
  for (const x of a) sum += x;
  let popped = 0;
  while (a.length > n / 2) popped += a.pop();
  console.log(`${sum.toFixed(0)} ${popped.toFixed(0)} ${a.length}`);
}

main(Number(process.argv[2] ?? 10000000));
