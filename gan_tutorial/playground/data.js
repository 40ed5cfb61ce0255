// Points to learn from, and measures of how well a generator has learned them.

import { Random, log, sigmoid } from "./numbers.js";
import { LOSSES } from "./gan.js";

const exact = (x) => Math.round(1e6 * x) / 1e6; // engines differ in the last digit of a cosine
const polar = (radius, turns) => [
  exact(radius * Math.cos(2 * Math.PI * turns)),
  exact(radius * Math.sin(2 * Math.PI * turns)),
];
const list = (n, f) => Array.from({ length: n }, (_, k) => f(k));

// Equally probable normal clusters. curve: the centres are not counted as modes.
export function mixture(centres, deviation, { curve = false } = {}) {
  const dim = centres[0].length;
  const draw = (random, out, n) => {
    for (let b = 0; b < n; b++) {
      const centre = centres[random.index(centres.length)];
      for (let i = 0; i < dim; i++) out[dim * b + i] = centre[i] + deviation * random.normal();
    }
  };
  return { centres, deviation, curve, dim, draw };
}

export const DATA = {
  line: () => mixture([[-0.9], [-0.9], [-0.9], [0.8], [0.8]], 0.3, { curve: true }),
  one: () => mixture([[0.9, 0.5]], 0.12),
  two: () => mixture([[-0.8, 0], [0.8, 0]], 0.12),
  nine: () => grid(3, 0.06),
  "twenty-five": () => grid(5, 0.04),
  ring: () => mixture(list(8, (k) => polar(1, k / 8)), 0.05),
  spiral: () => mixture(list(200, (k) => {
    const along = Math.sqrt((k + 0.5) / 200);
    return polar(0.15 + 0.95 * along, 0.1 + 1.5 * along);
  }), 0.03, { curve: true }),
  moons: () => mixture(list(200, (k) => {
    const [x, y] = polar(0.8, k / 200);
    return k < 100 ? [x - 0.4, y - 0.2] : [x + 0.4, y + 0.2];
  }), 0.05, { curve: true }),
};

function grid(side, deviation) {
  const place = (k) => 2 * k / (side - 1) - 1;
  const centres = list(side * side, (k) => [place(k % side), place(Math.floor(k / side))]);
  return mixture(centres, deviation);
}

// What the reader drew: each point stands for a small cluster.
export const drawn = (points) => mixture(points, 0.04, { curve: true });

// ---- Measures ------------------------------------------------------------------------------------

// Count n points by the nearest centre, those within three standard deviations of it alone.
// modes: centres that have one; highQuality: the share that is counted; reverseKL: of the counts
// from equal shares, in nats; busiest: the number of the fullest cluster, from 1, or 0.
export function coverage(points, n, { centres, deviation }) {
  const counts = new Int32Array(centres.length), dim = centres[0].length;
  let good = 0, modes = 0, reverseKL = 0;
  for (let b = 0; b < n; b++) {
    let best = Infinity, nearest = 0;
    centres.forEach((centre, k) => {
      let square = 0;
      for (let i = 0; i < dim; i++) square += (points[dim * b + i] - centre[i]) ** 2;
      if (square < best) { best = square; nearest = k; }
    });
    if (best < 9 * deviation * deviation) { good++; counts[nearest]++; }
  }
  for (const count of counts) {
    if (!count) continue;
    modes++;
    reverseKL += count / good * log(count / good * centres.length);
  }
  const busiest = good ? counts.indexOf(Math.max(...counts)) + 1 : 0;
  reverseKL = good ? Math.max(reverseKL, 0) : Infinity;
  return { modes, highQuality: good / n, reverseKL, busiest, counts };
}

// The Jensen-Shannon divergence, in nats, of two sets of n points by the cells of a grid over
// [-half, half]; points outside share one more cell. Two samples of one distribution give more
// than 0: see `ownJSD`.
export function jsdOnGrid(real, fake, n, half = 1.6, cells = 16) {
  const place = (x) => Math.floor((x + half) / (2 * half) * cells);
  const inside = (i) => i >= 0 && i < cells;
  const shares = (points) => {
    const share = new Float64Array(cells * cells + 1);
    for (let b = 0; b < n; b++) {
      const i = place(points[2 * b]), j = place(points[2 * b + 1]);
      share[inside(i) && inside(j) ? j * cells + i : cells * cells] += 1 / n;
    }
    return share;
  };
  const p = shares(real), q = shares(fake);
  const part = (a, sum) => a > 0 ? a * log(2 * a / sum) : 0;
  return p.reduce((total, a, k) => total + part(a, a + q[k]) + part(q[k], a + q[k]), 0) / 2;
}

// ---- On a line ---------------------------------------------------------------------------------------

const REACH = 2.2, POINTS = 181; // the line goes from -REACH to REACH

const bump = (x, centre, spread) =>
  Math.exp(-((x - centre) ** 2) / (2 * spread * spread)) / (spread * Math.sqrt(2 * Math.PI));
const meanBump = (x, centres, spread) =>
  centres.reduce((sum, centre) => sum + bump(x, centre, spread), 0) / centres.length;

// The densities p of real points and q of fakes, D, and the best answer p / (p + q), along the line;
// variation: the total variation of p and q; gap: of D to the best answer, its mean over both.
function alongTheLine(game, data, fakes) {
  const x = Float64Array.from({ length: POINTS }, (_, k) => REACH * (2 * k / (POINTS - 1) - 1));
  const centres = data.centres.map(([centre]) => centre), step = x[1] - x[0];
  const p = Array.from(x, (at) => meanBump(at, centres, data.deviation));
  const q = Array.from(x, (at) => meanBump(at, Array.from(fakes), 0.1));
  const best = p.map((a, k) => a + q[k] > 1e-6 ? a / (a + q[k]) : 0.5);
  const D = Array.from(verdicts(game, game.judge(x, POINTS)));
  const mean = (f) => p.reduce((sum, a, k) => sum + f(k, a, q[k]), 0) * step / 2;
  return {
    line: { x, p, q, best, D },
    variation: mean((k, a, b) => Math.abs(a - b)),
    gap: mean((k, a, b) => (a + b) * Math.abs(D[k] - best[k])),
  };
}

// ---- What the pictures and the sentences of the presets say ----------------------------------------

const SHOWN = 500; // points of each kind

// The points by which a game is looked at: always the same noise and the same real points.
export class Look {
  constructor(data, { latent, prior }) {
    const random = new Random(12345);
    this.n = SHOWN;
    this.data = data;
    this.z = random.noise(new Float64Array(SHOWN * latent), prior);
    this.real = new Float64Array(SHOWN * data.dim);
    data.draw(random, this.real, SHOWN);
    const again = new Float64Array(SHOWN * data.dim);
    data.draw(random, again, SHOWN);
    this.ownJSD = data.dim === 2 ? jsdOnGrid(this.real, again, SHOWN) : NaN; // real against real
  }

  // Everything that is shown of a game at its present step.
  at(game) {
    const { n, data, real, z } = this, fakes = game.fakes(z, n), pushes = game.pushes(fakes, n);
    const dim = data.dim, plane = dim === 2;
    let push = 0;
    const mean = new Float64Array(dim);
    for (let b = 0; b < n; b++) {
      let square = 0;
      for (let i = 0; i < dim; i++) {
        square += pushes[dim * b + i] ** 2;
        mean[i] += fakes[dim * b + i] / n;
      }
      push += Math.sqrt(square) / n;
    }
    return {
      step: game.steps, dLoss: game.dLoss, gLoss: game.gLoss, dReal: game.dReal, dFake: game.dFake,
      fakes, pushes, push, mean,
      distance: Math.hypot(...data.centres[0].map((x, i) => x - mean[i])), // to the first centre
      onReal: verdicts(game, game.judge(real, n)), onFake: verdicts(game, game.judge(fakes, n)),
      ...(data.curve ? {} : coverage(fakes, n, data)),
      ...(plane ? {} : alongTheLine(game, data, fakes)),
      jsd: plane ? jsdOnGrid(real, fakes, n) : NaN,
    };
  }
}

// Map D's outputs to [0, 1]: 1 is "real". Scores have no scale of their own: they are measured
// from the value at which D cannot tell, or between the extremes where there is none.
export function verdicts(game, outputs) {
  const { scores, undecided } = LOSSES[game.settings.loss];
  if (!scores) return outputs.map(sigmoid);
  if (undecided !== undefined) return outputs.map((v) => clip((v - undecided) / 2 + 0.5));
  let low = Infinity, high = -Infinity;
  for (const v of outputs) { low = Math.min(low, v); high = Math.max(high, v); }
  return outputs.map((v) => high > low ? (v - low) / (high - low) : 0.5);
}

function clip(v) { return Math.min(1, Math.max(0, v)); }
