// n random numbers sorted in place by Hoare's quicksort.

function quicksort(a, low, high) {
  while (low < high) {
    const pivot = a[Math.floor((low + high) / 2)];
    let i = low;
    let j = high;
    while (i <= j) {
      while (a[i] < pivot) i += 1;
      while (a[j] > pivot) j -= 1;
      if (i <= j) {
        const t = a[i];
        a[i] = a[j];
        a[j] = t;
        i += 1;
        j -= 1;
      }
    }
    // The right part by recursion, the left one in the next turn.
    quicksort(a, i, high);
    high = j;
  }
}

function main(n) {
  const a = [];
  let seed = 42;
  for (let i = 0; i < n; i += 1) {
    seed = seed * 16807 % 2147483647;
    a.push(seed);
  }
  quicksort(a, 0, n - 1);
  let checksum = 0;
  for (let i = 0; i < n; i += 1) {
    if (i > 0 && a[i - 1] > a[i]) throw new Error("not sorted");
    checksum = (checksum * 31 + a[i]) % 1000003;
  }
  console.log(`${a[0]} ${a[n - 1]} ${checksum}`);
}

main(Number(process.argv[2] ?? 1000000));
