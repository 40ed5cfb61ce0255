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
export const drawn = (points) => mixture(points.map((point) => [...point]), 0.04, { curve: true });

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

// ---- Verdicts --------------------------------------------------------------------------------------

const FLAT = 0.2; // a critic whose scores differ by less is shown as one that cannot tell

// Return what maps D's output to a verdict in [0, 1], where 1 is "real". Scores are placed between
// their targets; those without targets, between the extremes of what is shown.
function judge(game, shown) {
  const { targets } = LOSSES[game.settings.loss];
  if (targets === undefined) return sigmoid;
  let [low, high] = targets ?? [Infinity, -Infinity];
  if (!targets) {
    for (const outputs of shown) {
      for (const v of outputs) { low = Math.min(low, v); high = Math.max(high, v); }
    }
    const middle = (low + high) / 2, half = Math.max(high - low, FLAT) / 2;
    [low, high] = [middle - half, middle + half];
  }
  return (v) => Math.min(1, Math.max(0, (v - low) / (high - low)));
}

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

// ---- The map and the line ----------------------------------------------------------------------------

export const HALF = 1.6; // the map shows [-HALF, HALF] in both directions
export const CELLS = 40; // of D's map, along a side; from the upper left, row by row

const cellCentres = Float64Array.from({ length: 2 * CELLS * CELLS }, (_, k) => {
  const cell = k >> 1, along = k % 2 ? Math.floor(cell / CELLS) : cell % CELLS;
  return HALF * (2 * (along + 0.5) / CELLS - 1) * (k % 2 ? -1 : 1);
});

const REACH = 2.2, POINTS = 181; // the line goes from -REACH to REACH
const line = Float64Array.from({ length: POINTS }, (_, k) => REACH * (2 * k / (POINTS - 1) - 1));

const bump = (x, centre, spread) =>
  Math.exp(-((x - centre) ** 2) / (2 * spread * spread)) / (spread * Math.sqrt(2 * Math.PI));
const bumps = (centres, spread) => Array.from(line, (x) => mean(centres.map((c) => bump(x, c, spread))));

// The densities p of real points and q of fakes, D's verdicts, and the best answer p / (p + q);
// variation: the total variation of p and q; gap: of D to the best answer, its mean over both.
function alongTheLine(p, fakes, D) {
  const q = bumps(Array.from(fakes), 0.1), half = (line[1] - line[0]) / 2;
  const best = p.map((a, k) => a + q[k] > 1e-6 ? a / (a + q[k]) : 0.5);
  const sum = (f) => p.reduce((total, a, k) => total + f(k, a, q[k]), 0) * half;
  return {
    line: { x: line, p, q, best, D },
    variation: sum((k, a, b) => Math.abs(a - b)),
    gap: sum((k, a, b) => (a + b) * Math.abs(D[k] - best[k])),
  };
}

// ---- What the pictures and the sentences of the presets say ----------------------------------------

const SHOWN = 500; // points of each kind

// The points by which a game is looked at: always the same noise and the same real points.
export class Look {
  constructor(data, { latent, prior }) {
    const random = new Random(12345), draw = () => {
      const points = new Float64Array(SHOWN * data.dim);
      data.draw(random, points, SHOWN);
      return points;
    };
    this.n = SHOWN;
    this.data = data;
    this.z = random.noise(new Float64Array(SHOWN * latent), prior);
    this.real = draw();
    if (data.dim === 2) this.ownJSD = jsdOnGrid(this.real, draw(), SHOWN); // real against real
    else this.p = bumps(data.centres.map(([centre]) => centre), data.deviation);
  }

  // Everything that is shown of a game at its present step. Verdicts are D's, in [0, 1].
  at(game) {
    const { n, data, real, z } = this, { dim } = data, fakes = game.fakes(z, n);
    const field = dim === 2 ? game.judge(cellCentres, CELLS * CELLS) : game.judge(line, POINTS);
    const outputs = [game.judge(real, n), game.judge(fakes, n), field];
    const [onReal, onFake, map] = outputs.map((some) => some.map(judge(game, outputs)));
    const pushes = game.pushes(fakes, n), lengths = [], centre = new Float64Array(dim);
    for (let b = 0; b < n; b++) {
      let square = 0;
      for (let i = 0, k = dim * b; i < dim; i++, k++) {
        square += pushes[k] * pushes[k];
        centre[i] += fakes[k] / n;
      }
      lengths.push(Math.sqrt(square));
    }
    return {
      step: game.steps, dLoss: game.dLoss, gLoss: game.gLoss,
      dReal: mean(onReal), dFake: mean(onFake), onReal, onFake, map,
      fakes, pushes, push: mean(lengths),
      distance: Math.hypot(...data.centres[0].map((x, i) => x - centre[i])), // to the first cluster
      ...(data.curve ? {} : coverage(fakes, n, data)),
      ...(dim === 2 ? { jsd: jsdOnGrid(real, fakes, n) } : alongTheLine(this.p, fakes, Array.from(map))),
    };
  }
}
