// Functions and random numbers that give the same bits in every browser.
//
// JavaScript fixes + - * / and the square root to the last bit, but leaves exp, log and cos to the
// engine: even two versions of one browser differ. A game of two networks is chaotic, and turns the
// last bit into another picture within a few hundred steps. So what training needs is written here.

const LN2 = 0.6931471805599453;
const LN2_HIGH = 0.693147180369123816490; // LN2 in two parts: k * LN2_HIGH is exact
const LN2_LOW = 1.90821492927058770002e-10;
const ODD = Array.from({ length: 17 }, (_, k) => 1 / (2 * k + 1)).reverse();
const HALVES = [1]; // 2^-k
for (let k = 1; k < 1075; k++) HALVES.push(HALVES[k - 1] / 2);

function twiceAtanh(s) { // log((1 + s) / (1 - s)) for |s| <= 1/3, by its series
  const square = s * s;
  let sum = 0;
  for (let k = 0; k < ODD.length; k++) sum = sum * square + ODD[k];
  return 2 * s * sum;
}

// e^-a for a >= 0: a = k LN2 - r with |r| <= LN2 / 2, and e^r by its series.
export function expMinus(a) {
  if (!(a < 700)) return Number.isNaN(a) ? NaN : 0;
  const k = Math.floor(a / LN2 + 0.5);
  const r = k * LN2_HIGH - a + k * LN2_LOW;
  let sum = 1;
  for (let j = 13; j > 0; j--) sum = 1 + sum * r / j;
  return sum * HALVES[k];
}

// The natural logarithm.
export function log(x) {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  let halvings = 0;
  while (x > 1) { x /= 2; halvings--; }
  while (x < 0.5) { x *= 2; halvings++; }
  return twiceAtanh((x - 1) / (x + 1)) - halvings * LN2;
}

// log(1 + e^a), which no a makes infinite too early.
export function softplus(a) {
  const y = expMinus(Math.abs(a));
  return Math.max(a, 0) + twiceAtanh(y / (2 + y));
}

export function sigmoid(a) {
  const y = expMinus(Math.abs(a));
  return a < 0 ? y / (1 + y) : 1 / (1 + y);
}

export function tanh(a) {
  const y = expMinus(2 * Math.abs(a)), t = (1 - y) / (1 + y);
  return a < 0 ? -t : t;
}

// The generator sfc32: 128 bits of state, one seed.
export class Random {
  constructor(seed) {
    this.a = 0x9e3779b9 ^ seed;
    this.b = 0x243f6a88;
    this.c = 0xb7e15162;
    this.d = (seed | 0) || 1;
    this.spare = NaN; // normal numbers come in pairs
    for (let k = 0; k < 15; k++) this.bits();
  }

  bits() {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  uniform() { // in (0, 1)
    return (this.bits() + 0.5) / 4294967296;
  }

  index(n) { // 0, 1, ... n - 1
    return (this.uniform() * n) | 0;
  }

  normal() { // Marsaglia's polar method
    if (!Number.isNaN(this.spare)) {
      const spare = this.spare;
      this.spare = NaN;
      return spare;
    }
    let u, v, q;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      q = u * u + v * v;
    } while (q >= 1 || q === 0);
    const factor = Math.sqrt(-2 * log(q) / q);
    this.spare = v * factor;
    return u * factor;
  }

  noise(out, prior) { // fill out with z: "normal", or "uniform" in (-1, 1)
    for (let k = 0; k < out.length; k++) {
      out[k] = prior === "normal" ? this.normal() : 2 * this.uniform() - 1;
    }
    return out;
  }
}
