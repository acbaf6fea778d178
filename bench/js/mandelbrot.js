// The Mandelbrot set on n by n points, at most 50 rounds each: floating-point
// arithmetic on local variables.

function main(n) {
  let inside = 0;
  let rounds = 0;
  for (let row = 0; row < n; row += 1) {
    const ci = 2 * row / n - 1;
    for (let column = 0; column < n; column += 1) {
      const cr = 2 * column / n - 1.5;
      let zr = 0;
      let zi = 0;
      let rr = 0;
      let ii = 0;
      let k = 0;
      while (k < 50 && rr + ii <= 4) {
        zi = 2 * zr * zi + ci;
        zr = rr - ii + cr;
        rr = zr * zr;
        ii = zi * zi;
        k += 1;
      }
      rounds += k;
      if (rr + ii <= 4) inside += 1;
    }
  }
  console.log(`${inside} inside, ${rounds} rounds`);
}

main(Number(process.argv[2] ?? 1000));
