// Over all permutations of n numbers: how often must the first k be reversed,
// k being the first number, until the smallest comes first? Small arrays.

function main(n) {
  const order = []; // the permutation
  const work = [];  // a copy that is reversed
  const turns = []; // how often the first k+1 will still be rotated
  for (let i = 0; i < n; i += 1) {
    order.push(i);
    work.push(i);
    turns.push(i + 1);
  }
  let most = 0;
  let checksum = 0;
  let sign = 1;
  while (true) {
    let first = order[0];
    if (first !== 0) {
      for (let i = 0; i < n; i += 1) work[i] = order[i];
      let flips = 0;
      while (first !== 0) {
        let low = 0;
        let high = first;
        while (low < high) {
          const t = work[low];
          work[low] = work[high];
          work[high] = t;
          low += 1;
          high -= 1;
        }
        flips += 1;
        first = work[0];
      }
      if (flips > most) most = flips;
      checksum += sign * flips;
    }
    sign = -sign;
    // The next permutation: rotate ever longer beginnings.
    let k = 1;
    while (k < n) {
      const front = order[0];
      for (let i = 0; i < k; i += 1) order[i] = order[i + 1];
      order[k] = front;
      turns[k] -= 1;
      if (turns[k] > 0) break;
      turns[k] = k + 1;
      k += 1;
    }
    if (k >= n) break;
  }
  console.log(checksum);
  console.log(most);
}

main(Number(process.argv[2] ?? 10));
