// A multilayer perceptron, forward and backward, and the optimisers, in plain arithmetic.
//
// A matrix is one flat Float64Array, row after row. Kernels lie as in Keras, [in, out], so that
// weights go across without a transposition. One array holds all weights of a net, one all slopes.

import { tanh } from "./numbers.js";

// The three products compute two rows and four columns at a time: each number that is fetched is
// used more than once, which makes them about twice as fast as the plain loops.

const blocks = (width) => width - width % 4;

// y[n, O] = x[n, I] w[I, O] + bias (or null)
function times(y, x, w, bias, n, I, O) {
  const J = blocks(O), N = n & ~1;
  for (let row = 0; row < n; row += 2) {
    const pair = row < N;
    const x0 = row * I, x1 = pair ? x0 + I : x0, y0 = row * O, y1 = pair ? y0 + O : y0;
    for (let j = 0; j < J; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      if (bias) { s0 = bias[j]; s1 = bias[j + 1]; s2 = bias[j + 2]; s3 = bias[j + 3]; }
      let t0 = s0, t1 = s1, t2 = s2, t3 = s3;
      for (let i = 0, k = j; i < I; i++, k += O) {
        const p = x[x0 + i], q = x[x1 + i];
        const w0 = w[k], w1 = w[k + 1], w2 = w[k + 2], w3 = w[k + 3];
        s0 += p * w0; s1 += p * w1; s2 += p * w2; s3 += p * w3;
        t0 += q * w0; t1 += q * w1; t2 += q * w2; t3 += q * w3;
      }
      y[y0 + j] = s0; y[y0 + j + 1] = s1; y[y0 + j + 2] = s2; y[y0 + j + 3] = s3;
      y[y1 + j] = t0; y[y1 + j + 1] = t1; y[y1 + j + 2] = t2; y[y1 + j + 3] = t3;
    }
    for (let j = J; j < O; j++) {
      let s = bias ? bias[j] : 0, t = s;
      for (let i = 0, k = j; i < I; i++, k += O) { s += x[x0 + i] * w[k]; t += x[x1 + i] * w[k]; }
      y[y0 + j] = s; y[y1 + j] = t;
    }
  }
}

// y[n, I] = d[n, O] times w[I, O] transposed
function timesTransposed(y, d, w, n, I, O) {
  const J = blocks(I), N = n & ~1;
  for (let row = 0; row < n; row += 2) {
    const pair = row < N;
    const d0 = row * O, d1 = pair ? d0 + O : d0, y0 = row * I, y1 = pair ? y0 + I : y0;
    for (let i = 0; i < J; i += 4) {
      const k0 = i * O, k1 = k0 + O, k2 = k1 + O, k3 = k2 + O;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let j = 0; j < O; j++) {
        const p = d[d0 + j], q = d[d1 + j];
        const w0 = w[k0 + j], w1 = w[k1 + j], w2 = w[k2 + j], w3 = w[k3 + j];
        s0 += p * w0; s1 += p * w1; s2 += p * w2; s3 += p * w3;
        t0 += q * w0; t1 += q * w1; t2 += q * w2; t3 += q * w3;
      }
      y[y0 + i] = s0; y[y0 + i + 1] = s1; y[y0 + i + 2] = s2; y[y0 + i + 3] = s3;
      y[y1 + i] = t0; y[y1 + i + 1] = t1; y[y1 + i + 2] = t2; y[y1 + i + 3] = t3;
    }
    for (let i = J; i < I; i++) {
      let s = 0, t = 0;
      for (let j = 0, k = i * O; j < O; j++, k++) { s += d[d0 + j] * w[k]; t += d[d1 + j] * w[k]; }
      y[y0 + i] = s; y[y1 + i] = t;
    }
  }
}

// g[I, O] = sum over the n rows of x[n, I] outer d[n, O]
function outer(g, x, d, n, I, O) {
  const J = blocks(O), N = I & ~1;
  for (let i = 0; i < I; i += 2) {
    const next = i < N ? 1 : 0, g0 = i * O, g1 = g0 + next * O;
    for (let j = 0; j < J; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let row = 0, a = i, c = j; row < n; row++, a += I, c += O) {
        const p = x[a], q = x[a + next];
        const d0 = d[c], d1 = d[c + 1], d2 = d[c + 2], d3 = d[c + 3];
        s0 += p * d0; s1 += p * d1; s2 += p * d2; s3 += p * d3;
        t0 += q * d0; t1 += q * d1; t2 += q * d2; t3 += q * d3;
      }
      g[g0 + j] = s0; g[g0 + j + 1] = s1; g[g0 + j + 2] = s2; g[g0 + j + 3] = s3;
      g[g1 + j] = t0; g[g1 + j + 1] = t1; g[g1 + j + 2] = t2; g[g1 + j + 3] = t3;
    }
    for (let j = J; j < O; j++) {
      let s = 0, t = 0;
      for (let row = 0, a = i, c = j; row < n; row++, a += I, c += O) {
        s += x[a] * d[c]; t += x[a + next] * d[c];
      }
      g[g0 + j] = s; g[g1 + j] = t;
    }
  }
}

export class Net {
  // sizes: such as [2, 32, 32, 1]; leak: slope of a hidden unit below 0, or "tanh";
  // random: draws the kernels from a normal distribution of variance 2 / inputs; biases are 0.
  constructor(sizes, leak, random = null) {
    this.sizes = sizes;
    this.leak = leak;
    this.layers = [];
    this.rows = 0; // for which there is room
    let total = 0;
    for (let l = 1; l < sizes.length; l++) total += (sizes[l - 1] + 1) * sizes[l];
    this.theta = new Float64Array(total);
    this.grad = new Float64Array(total);
    for (let l = 1, at = 0; l < sizes.length; l++) {
      const I = sizes[l - 1], O = sizes[l], end = at + I * O, kernel = [at, end], bias = [end, end + O];
      this.layers.push({
        I, O, last: l === sizes.length - 1,
        W: this.theta.subarray(...kernel), b: this.theta.subarray(...bias),
        gW: this.grad.subarray(...kernel), gb: this.grad.subarray(...bias),
      });
      at += (I + 1) * O;
    }
    if (random) this.draw(random);
  }

  draw(random) {
    for (const { I, W } of this.layers) {
      for (let k = 0; k < W.length; k++) W[k] = random.normal() * Math.sqrt(2 / I);
    }
  }

  room(n) {
    if (this.rows >= n) return;
    this.rows = n;
    for (const layer of this.layers) {
      const { I, O } = layer, make = (width) => new Float64Array(n * width);
      layer.y = make(O); // outputs
      layer.bent = make(O); // the slope of each hidden unit
      layer.d = make(I); // gradient by the inputs
      layer.t = make(O); // see collectWithSlopes
      layer.mix = make(I);
    }
    this.ones = new Float64Array(n * this.sizes.at(-1)).fill(1);
  }

  // Map n rows of inputs to n rows of outputs, and keep what the way back needs.
  forward(x, n) {
    this.room(n);
    for (const layer of this.layers) {
      layer.x = x;
      times(layer.y, x, layer.W, layer.b, n, layer.I, layer.O);
      if (!layer.last) this.bend(layer.y, layer.bent, n * layer.O);
      x = layer.y;
    }
    return x;
  }

  bend(y, slope, count) { // y becomes the activation, and slope its derivative
    const leak = this.leak;
    if (leak === "tanh") {
      for (let k = 0; k < count; k++) {
        y[k] = tanh(y[k]);
        slope[k] = 1 - y[k] * y[k];
      }
      return;
    }
    for (let k = 0; k < count; k++) {
      if (y[k] > 0) {
        slope[k] = 1;
      } else {
        slope[k] = leak;
        y[k] *= leak;
      }
    }
  }

  // Map the gradient by the outputs to the gradient by the inputs, and keep it at each layer.
  backward(out, n) {
    let d = out;
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const layer = this.layers[l];
      layer.up = d;
      timesTransposed(layer.d, d, layer.W, n, layer.I, layer.O);
      d = layer.d;
      if (l > 0) {
        const { bent } = this.layers[l - 1];
        for (let k = 0; k < n * layer.I; k++) d[k] *= bent[k];
      }
    }
    return d;
  }

  // After forward and backward: the gradient by the weights, into grad.
  collect(n) {
    for (const { x, up, gW, gb, I, O } of this.layers) {
      outer(gW, x, up, n, I, O);
      for (let j = 0; j < O; j++) {
        let s = 0;
        for (let c = j; c < n * O; c += O) s += up[c];
        gb[j] = s;
      }
    }
  }

  // After forward and backward(ones), for a net with one output: into grad goes the gradient by the
  // weights of   sum over rows of  c[row] output[row] + r[row] . (slope of output[row] by its input).
  //
  // This is what a penalty on D's slope asks for, and it needs no second backward pass. Hidden units
  // are straight in pieces, so the slope is a product of kernels and masks: r goes forward through
  // the same kernels and masks (t), and stands beside the inputs in the outer products.
  collectWithSlopes(c, r, n) {
    let t = r; // null: no penalty
    for (const layer of this.layers) {
      const { x, up, W, gW, gb, I, O, bent, mix } = layer;
      for (let row = 0, k = 0; row < n; row++) {
        for (let i = 0; i < I; i++, k++) mix[k] = c[row] * x[k] + (t ? t[k] : 0);
      }
      outer(gW, mix, up, n, I, O);
      for (let j = 0; j < O; j++) {
        let s = 0;
        for (let row = 0; row < n; row++) s += c[row] * up[row * O + j];
        gb[j] = s;
      }
      if (t && !layer.last) {
        times(layer.t, t, W, null, n, I, O);
        for (let k = 0; k < n * O; k++) layer.t[k] *= bent[k];
        t = layer.t;
      }
    }
  }
}

// Adam as Keras has it: epsilon stands outside the correction of the bias.
export class Adam {
  constructor(size, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}) {
    Object.assign(this, { beta1, beta2, epsilon });
    this.power1 = this.power2 = 1; // beta1^t, beta2^t
    this.m = new Float64Array(size);
    this.v = new Float64Array(size);
  }

  apply(theta, grad, rate) {
    const { beta1, beta2, epsilon, m, v } = this;
    this.power1 *= beta1;
    this.power2 *= beta2;
    const alpha = rate * Math.sqrt(1 - this.power2) / (1 - this.power1);
    for (let k = 0; k < theta.length; k++) {
      m[k] += (grad[k] - m[k]) * (1 - beta1);
      v[k] += (grad[k] * grad[k] - v[k]) * (1 - beta2);
      theta[k] -= alpha * m[k] / (Math.sqrt(v[k]) + epsilon);
    }
  }
}

export class SGD {
  apply(theta, grad, rate) {
    for (let k = 0; k < theta.length; k++) theta[k] -= rate * grad[k];
  }
}
