// The prime numbers up to n by the sieve of Eratosthenes.

function main(n) {
  const prime = [];
  for (let i = 0; i <= n; i += 1) prime.push(true);
  for (let i = 2; i * i <= n; i += 1) {
    if (prime[i]) {
      for (let k = i * i; k <= n; k += i) prime[k] = false;
    }
  }
  let count = 0;
  let last = 0;
  for (let i = 2; i <= n; i += 1) {
    if (prime[i]) {
      count += 1;
      last = i;
    }
  }
  console.log(`${count} ${last}`);
}

main(Number(process.argv[2] ?? 5000000));
