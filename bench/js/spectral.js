// The spectral norm of the infinite matrix 1 / ((i+j)(i+j+1)/2 + i + 1), cut
// to n rows, by the power method: small functions and arrays of numbers.

function element(i, j) {
  return 1 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

function multiply(v, out) {
  const n = v.length;
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += element(i, j) * v[j];
    out[i] = sum;
  }
}

function multiplyTransposed(v, out) {
  const n = v.length;
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += element(j, i) * v[j];
    out[i] = sum;
  }
}

function filled(n, x) {
  const a = [];
  for (let i = 0; i < n; i += 1) a.push(x);
  return a;
}

const n = Number(process.argv[2] ?? 500);
const u = filled(n, 1);
const v = filled(n, 0);
const between = filled(n, 0);
for (let turn = 0; turn < 10; turn += 1) {
  multiply(u, between);
  multiplyTransposed(between, v);
  multiply(v, between);
  multiplyTransposed(between, u);
}
let uv = 0;
let vv = 0;
for (let i = 0; i < n; i += 1) {
  uv += u[i] * v[i];
  vv += v[i] * v[i];
}
console.log(Math.sqrt(uv / vv).toFixed(9));
