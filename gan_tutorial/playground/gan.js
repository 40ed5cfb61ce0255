// The game: losses, penalties, and the steps of D and G. No page, no pictures, no dependency.
//
// Gradients and updates are those of the Python package (tests/playground compares them), and a
// seed gives the same bits in every browser.

import { Random, sigmoid, softplus } from "./numbers.js";
import { Adam, Net, SGD } from "./net.js";

// A loss maps a pair of logits, of a real point and of a fake, to
// [value, slope by the real one, slope by the fake one]. What stands beside it:
// targets: of D's outputs, for a fake and for a real point, where they are scores instead of logits;
// null: scores without a scale of their own; paired: whether G's loss looks at real points too.
const classify = (r, f) => [softplus(-r) + softplus(f), -sigmoid(-r), sigmoid(f)];
const raiseScore = (r, f) => [-f, 0, -1];
const rank = (r, f) => [softplus(f - r), -sigmoid(f - r), sigmoid(f - r)];

export const LOSSES = {
  "non-saturating": { d: classify, g: (r, f) => [softplus(-f), 0, -sigmoid(-f)] },
  minimax: { d: classify, g: (r, f) => [-softplus(f), 0, -sigmoid(f)] },
  "least-squares": {
    d: (r, f) => [((r - 1) * (r - 1) + f * f) / 2, r - 1, f],
    g: (r, f) => [(f - 1) * (f - 1) / 2, 0, f - 1],
    targets: [0, 1],
  },
  wasserstein: { d: (r, f) => [f - r, -1, 1], g: raiseScore, targets: null },
  hinge: {
    d: (r, f) => [Math.max(0, 1 - r) + Math.max(0, 1 + f), r < 1 ? -1 : 0, f > -1 ? 1 : 0],
    g: raiseScore,
    targets: [-1, 1],
  },
  relativistic: {
    d: rank,
    g: (r, f) => { const [value, byFake, byReal] = rank(f, r); return [value, byReal, byFake]; },
    paired: true,
  },
};

export const DEFAULTS = {
  loss: "non-saturating", batch: 128, seed: 0, dim: 2, // numbers of a point
  latent: 2, prior: "normal", // numbers of z, and how they are drawn: or "uniform"
  hidden: [32, 32], dHidden: null, // units of the hidden layers; null: D's are G's
  leak: 0.2, dLeak: null, // slope of hidden units below 0, or "tanh"; null: D's is G's
  optimizer: "adam", dRate: 1e-3, gRate: 1e-3, beta1: 0, beta2: 0.99,
  dSteps: 1, gSteps: 1, // updates of each player a step
  r1: 0, r2: 0, gp: 0, clip: 0, // penalties on D's slope; the bound of D's weights
  ema: 0, // decay of the average of G's weights, which the pictures then show
  gScale: 1, shift: null, ahead: 0, // G's first heap: its width, its place; steps D is ahead
};

export class Game {
  // draw(random, out, n) fills out [n, dim] with real points.
  // Throws Error where a penalty is asked of a D whose hidden units bend ("tanh").
  constructor(draw, settings = {}) {
    const s = this.settings = { ...DEFAULTS, ...settings };
    const dLeak = s.dLeak ?? (s.leak === "tanh" ? 0.2 : s.leak);
    if (dLeak === "tanh" && (s.r1 || s.r2 || s.gp)) {
      throw new Error("penalties need a D that is straight in pieces: dLeak must not be tanh");
    }
    this.draw = draw;
    this.random = new Random(2 * s.seed + 1);
    const first = new Random(2 * s.seed + 2);
    this.G = new Net([s.latent, ...s.hidden, s.dim], s.leak, first);
    this.D = new Net([s.dim, ...(s.dHidden ?? s.hidden), 1], dLeak, first);
    const { W, b } = this.G.layers.at(-1);
    for (let k = 0; k < W.length; k++) W[k] *= s.gScale;
    if (s.shift) b.set(s.shift);
    this.average = s.ema ? this.G.theta.slice() : null;
    this.dOptimizer = optimizer(this.D, s);
    this.gOptimizer = optimizer(this.G, s);
    const n = s.batch;
    this.z = new Float64Array(n * s.latent);
    this.rows = new Float64Array(3 * n * s.dim); // real points, fakes, points between them
    this.c = new Float64Array(3 * n); // slope of the loss by each logit
    this.r = new Float64Array(3 * n * s.dim); // slope of the penalty by D's slope
    this.push = new Float64Array(n * s.dim); // gradient of G's loss by the fakes
    this.shadows = {};
    this.steps = 0;
    this.dLoss = this.gLoss = this.dReal = this.dFake = NaN;
    this.realLogit = 0;
    for (let k = 0; k < s.ahead; k++) this.stepD();
  }

  step() {
    for (let k = 0; k < this.settings.dSteps; k++) this.stepD();
    for (let k = 0; k < this.settings.gSteps; k++) this.stepG();
    this.steps++;
  }

  get broken() { // a weight is no longer finite
    const finite = (net) => Number.isFinite(net.theta.reduce((sum, w) => sum + w, 0));
    return !finite(this.G) || !finite(this.D);
  }

  stepD() {
    const { settings: s, rows, z, D } = this, n = s.batch, size = n * s.dim;
    this.draw(this.random, rows.subarray(0, size), n);
    this.noise(z);
    rows.set(this.G.forward(z, n).subarray(0, size), size);
    this.dLoss = this.gradientD();
    this.dOptimizer.apply(D.theta, D.grad, s.dRate);
    if (s.clip) clamp(D.theta, s.clip);
  }

  stepG() {
    const { settings: s, G, average } = this;
    if (LOSSES[s.loss].paired) {
      this.draw(this.random, this.rows.subarray(0, s.batch * s.dim), s.batch);
    }
    this.noise(this.z);
    this.gLoss = this.gradientG();
    this.gOptimizer.apply(G.theta, G.grad, s.gRate);
    if (average) {
      for (let k = 0; k < average.length; k++) {
        average[k] = s.ema * average[k] + (1 - s.ema) * G.theta[k];
      }
    }
  }

  noise(z) {
    this.random.noise(z, this.settings.prior);
  }

  // D's loss with its penalties at rows (real points, then fakes), its gradient into D.grad.
  // alphas: for the tests, where between real and fake the gradient penalty looks.
  gradientD(alphas = null) {
    if (this.settings.gp) this.mix(alphas);
    return this.lossOfD();
  }

  lossOfD() { // at the points that are in rows, also once more after an update
    const { settings: s, D, c } = this, n = s.batch, m = s.gp ? 3 * n : 2 * n;
    const logits = D.forward(this.rows, m), pair = LOSSES[s.loss].d;
    let loss = 0, real = 0, fake = 0, sum = 0;
    for (let b = 0; b < n; b++) {
      const [value, byReal, byFake] = pair(logits[b], logits[n + b]);
      loss += value;
      c[b] = byReal / n;
      c[n + b] = byFake / n;
      c[2 * n + b] = 0;
      real += sigmoid(logits[b]);
      fake += sigmoid(logits[n + b]);
      sum += logits[b];
    }
    this.dReal = real / n;
    this.dFake = fake / n;
    this.realLogit = sum / n;
    const slope = D.backward(D.ones, m);
    if (s.r1 || s.r2 || s.gp) {
      loss += this.penalise(slope);
      D.collectWithSlopes(c, this.r, m);
    } else {
      D.collectWithSlopes(c, null, m);
    }
    return loss / n;
  }

  mix(alphas) { // points between each real point and its fake, for the gradient penalty
    const { settings: { batch: n, dim }, rows } = this, size = n * dim;
    for (let b = 0; b < n; b++) {
      const alpha = alphas ? alphas[b] : this.random.uniform();
      for (let k = b * dim; k < (b + 1) * dim; k++) {
        rows[2 * size + k] = rows[k] + alpha * (rows[size + k] - rows[k]);
      }
    }
  }

  // n times the penalties for this slope of D at rows; their slope by it goes into r.
  penalise(slope) {
    const { settings: { batch: n, dim, r1, r2, gp }, r } = this, size = n * dim;
    let sum = 0;
    for (let k = 0; k < 2 * size; k++) {
      const gamma = k < size ? r1 : r2;
      sum += gamma / 2 * slope[k] * slope[k];
      r[k] = gamma / n * slope[k];
    }
    for (let b = 2 * n; gp && b < 3 * n; b++) {
      let square = 1e-12; // a slope of zero has no direction
      for (let k = b * dim; k < (b + 1) * dim; k++) square += slope[k] * slope[k];
      const norm = Math.sqrt(square), pull = 2 * gp * (norm - 1) / norm / n;
      sum += gp * (norm - 1) * (norm - 1);
      for (let k = b * dim; k < (b + 1) * dim; k++) r[k] = pull * slope[k];
    }
    return sum;
  }

  // G's loss at z (and at the real points in rows, where the loss is of pairs), its gradient into
  // G.grad.
  gradientG() {
    const { settings: s, G, D, c, rows, push } = this, n = s.batch, size = n * s.dim;
    const { g, paired } = LOSSES[s.loss], fakes = paired ? n : 0; // where the fakes begin
    rows.set(G.forward(this.z, n).subarray(0, size), size);
    const logits = D.forward(paired ? rows : rows.subarray(size), fakes + n);
    let loss = 0;
    for (let b = 0; b < n; b++) {
      const [value, , byFake] = g(logits[b], logits[fakes + b]);
      loss += value;
      c[b] = byFake / n;
    }
    const slope = D.backward(D.ones, fakes + n);
    for (let b = 0, k = 0; b < n; b++) {
      for (let i = 0; i < s.dim; i++, k++) push[k] = c[b] * slope[fakes * s.dim + k];
    }
    G.backward(push, n);
    G.collect(n);
    return loss / n;
  }

  // What follows is for pictures. It works on copies of the nets and leaves the game untouched.

  shadow(name, theta) {
    const { sizes, leak } = this[name];
    const net = this.shadows[name] ??= new Net(sizes, leak);
    net.theta.set(theta);
    return net;
  }

  // Map n rows of z to n fakes [n, dim], by the average of G where there is one.
  fakes(z, n) {
    const out = this.shadow("G", this.average ?? this.G.theta).forward(z, n);
    return out.slice(0, n * this.settings.dim);
  }

  // Map n points [n, dim] to D's n outputs: logits, or scores.
  judge(points, n) {
    return this.shadow("D", this.D.theta).forward(points, n).slice(0, n);
  }

  // Map n fakes to how G's loss would move each: minus n times its gradient by the fake [n, dim].
  // A loss of pairs compares each with the mean of the real points that D saw last.
  pushes(fakes, n) {
    const D = this.shadow("D", this.D.theta), { g } = LOSSES[this.settings.loss];
    const logits = D.forward(fakes, n), slope = D.backward(D.ones, n);
    const { dim } = this.settings, out = new Float64Array(n * dim);
    for (let b = 0, k = 0; b < n; b++) {
      const weight = -g(this.realLogit, logits[b])[2];
      for (let i = 0; i < dim; i++, k++) out[k] = weight * slope[k];
    }
    return out;
  }
}

function optimizer(net, settings) {
  return settings.optimizer === "adam" ? new Adam(net.theta.length, settings) : new SGD();
}

function clamp(theta, bound) {
  for (let k = 0; k < theta.length; k++) {
    theta[k] = theta[k] > bound ? bound : theta[k] < -bound ? -bound : theta[k];
  }
}
