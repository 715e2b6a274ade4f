/**
 * A multilayer perceptron with one sigmoid output and binary cross-entropy, in float64.
 *
 * Layer l: z_l = [z_(l-1)] + scale (W_l h_(l-1) + b_l), h_l = phi(z_l); the bracket is the skip connection and
 * the scale that of its branch, both from the second layer on (pre-activation blocks, He et al. 2016: a linear
 * stem, then one block a layer). Without skip and with scale 1 it is a plain net.
 */

import { affine, affineBack, affineGradient } from "./matrix.js";

/** tanh to 13 digits, in half of the time of Math.tanh. */
function tanh(z) {
  if (Math.abs(z) < 1e-3) return z - (z * z * z) / 3;
  return 1 - 2 / (1 + Math.exp(2 * z));
}

/** 1 above 0, `below` elsewhere. What is not a number stays so: else a net that blew up would look like a dead one. */
function rectifierSlope(z, below) {
  if (z > 0) return 1;
  return z <= 0 ? below : NaN;
}

// 1 - h loses its digits where h is nearly 1, and would soon say that nothing at all comes through: z still knows.
const FLAT = 1e-6;

/** h (1 - h) for h = sigmoid(z). */
function sigmoidSlope(z, h) {
  const slope = h * (1 - h);
  if (!(slope < FLAT)) return slope;
  const e = Math.exp(-Math.abs(z));
  return e / (1 + e) ** 2;
}

/** 1 - h² for h = tanh(z). */
function tanhSlope(z, h) {
  const slope = 1 - h * h;
  if (!(slope < FLAT)) return slope;
  const e = Math.exp(-2 * Math.abs(z));
  return (4 * e) / (1 + e) ** 2;
}

/** phi and phi' of every activation: `slope` takes z and h = phi(z). */
export const ACTIVATIONS = {
  sigmoid: {
    f: (z) => 1 / (1 + Math.exp(-z)),
    slope: sigmoidSlope,
  },
  tanh: {
    f: tanh,
    slope: tanhSlope,
  },
  relu: {
    f: (z) => (z <= 0 ? 0 : z),
    slope: (z) => rectifierSlope(z, 0),
  },
  leaky_relu: {
    f: (z) => (z > 0 ? z : 0.2 * z),
    slope: (z) => rectifierSlope(z, 0.2),
  },
  linear: {
    f: (z) => z,
    slope: () => 1,
  },
};

/** Apply an activation to `size` entries. One loop per activation: a call through a variable is 3 times slower. */
function activate(name, z, h, size) {
  if (name === "sigmoid") for (let i = 0; i < size; i += 1) h[i] = 1 / (1 + Math.exp(-z[i]));
  else if (name === "tanh") for (let i = 0; i < size; i += 1) h[i] = tanh(z[i]);
  else if (name === "relu") for (let i = 0; i < size; i += 1) h[i] = z[i] <= 0 ? 0 : z[i];
  else {
    const { f } = ACTIVATIONS[name];
    for (let i = 0; i < size; i += 1) h[i] = f(z[i]);
  }
}

/** dz = dh times the activation's slope, entry by entry. */
function timesSlope(name, z, h, dh, dz, size) {
  if (name === "sigmoid") for (let i = 0; i < size; i += 1) dz[i] = dh[i] * sigmoidSlope(z[i], h[i]);
  else if (name === "tanh") for (let i = 0; i < size; i += 1) dz[i] = dh[i] * tanhSlope(z[i], h[i]);
  else if (name === "relu") for (let i = 0; i < size; i += 1) dz[i] = dh[i] * rectifierSlope(z[i], 0);
  else {
    const { slope } = ACTIVATIONS[name];
    for (let i = 0; i < size; i += 1) dz[i] = dh[i] * slope(z[i], h[i]);
  }
}

/** Room for the numbers of `rows` examples in layers of these `sizes`. */
export function makeBuffers(sizes, rows) {
  const room = () => sizes.map((units) => new Float64Array(units * rows));
  return { z: room(), h: room(), dz: room(), dh: room() };
}

export class Net {
  /**
   * `sizes`: units per layer, features first and 1 last. `weights`: {kernels, biases}, which training changes.
   * `rows`: the most examples that `forward` will see at once. `buffers`: those of another net of these sizes
   * whose numbers are no longer needed.
   */
  constructor({ sizes, activation, weights, rows, skip = false, scale = 1, buffers = makeBuffers(sizes, rows) }) {
    this.sizes = sizes;
    this.activation = activation;
    this.skip = skip;
    this.scale = scale;
    this.kernels = weights.kernels;
    this.biases = weights.biases;
    this.z = buffers.z;
    this.h = buffers.h;
    this.dz = buffers.dz;
    this.dh = buffers.dh;
    this.depth = sizes.length - 2;
    this.kernelGradients = this.kernels.map((kernel) => new Float64Array(kernel.length));
    this.biasGradients = this.biases.map((bias) => new Float64Array(bias.length));
  }

  /** Logits of `rows` examples, `x` of length rows × features: the returned buffer is used again. */
  forward(x, rows) {
    this.h[0] = x;
    const last = this.sizes.length - 1;
    for (let l = 1; l <= last; l += 1) this.#layer(l, last, rows);
    return this.z[last];
  }

  /** What the last `forward` returned. */
  get logits() {
    return this.z[this.sizes.length - 1];
  }

  #layer(l, last, rows) {
    const [inputs, outputs] = [this.sizes[l - 1], this.sizes[l]];
    affine(this.h[l - 1], this.kernels[l - 1], this.biases[l - 1], this.z[l], rows, inputs, outputs);
    if (l === last) return;
    if (l > 1 && (this.skip || this.scale !== 1)) this.#join(l, rows * outputs);
    activate(this.activation, this.z[l], this.h[l], rows * outputs);
  }

  #join(l, size) {
    const [z, before] = [this.z[l], this.z[l - 1]];
    for (let i = 0; i < size; i += 1) z[i] = this.scale * z[i] + (this.skip ? before[i] : 0);
  }

  /**
   * After `forward`: dL_i/dz and dL_i/dh of every hidden layer (per example, in `dz` and `dh`), and, unless
   * `errorsOnly`, the gradients of the mean loss with respect to kernels and biases. Returns the mean loss.
   */
  backward(y, rows, errorsOnly = false) {
    const last = this.sizes.length - 1;
    const loss = logisticLoss(this.z[last], y, this.dz[last], rows);
    for (let l = last; l >= 1; l -= 1) this.#layerBack(l, last, rows, errorsOnly);
    return loss;
  }

  #layerBack(l, last, rows, errorsOnly) {
    const [inputs, outputs] = [this.sizes[l - 1], this.sizes[l]];
    let branch = this.dz[l];
    if (l > 1 && l < last && this.scale !== 1) {
      branch = this.dh[l];
      for (let i = 0; i < rows * outputs; i += 1) branch[i] = this.scale * this.dz[l][i];
    }
    if (!errorsOnly) {
      const [dw, db] = [this.kernelGradients[l - 1], this.biasGradients[l - 1]];
      affineGradient(this.h[l - 1], branch, dw, db, rows, inputs, outputs);
    }
    if (l > 1) this.#pass(l, last, branch, rows);
  }

  /** Hand the error of layer l down to layer l - 1. */
  #pass(l, last, branch, rows) {
    const [inputs, outputs] = [this.sizes[l - 1], this.sizes[l]];
    const [dh, dz] = [this.dh[l - 1], this.dz[l - 1]];
    affineBack(branch, this.kernels[l - 1], dh, rows, inputs, outputs);
    timesSlope(this.activation, this.z[l - 1], this.h[l - 1], dh, dz, rows * inputs);
    if (!this.skip || l === last) return;
    for (let i = 0; i < rows * inputs; i += 1) dz[i] += this.dz[l][i];
  }

  /** One step of stochastic gradient descent with the gradients that `backward` left. */
  descend(learningRate) {
    this.kernels.forEach((kernel, l) => subtract(kernel, this.kernelGradients[l], learningRate));
    this.biases.forEach((bias, l) => subtract(bias, this.biasGradients[l], learningRate));
  }
}

/** dL/dlogit = p - y of the logit `a`, y being 0 or 1; not by a difference, of which little is left where p is nearly y. */
export function logitError(a, y) {
  return y ? -1 / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a));
}

/** Mean binary cross-entropy of logits; writes dL_i/dlogit = p - y into `d`. */
function logisticLoss(logits, y, d, rows) {
  let loss = 0;
  for (let i = 0; i < rows; i += 1) {
    const a = logits[i];
    d[i] = logitError(a, y[i]);
    loss += Math.max(a, 0) - a * y[i] + Math.log1p(Math.exp(-Math.abs(a)));
  }
  return loss / rows;
}

function subtract(values, gradient, rate) {
  for (let i = 0; i < values.length; i += 1) values[i] -= rate * gradient[i];
}
