/** One net in training: mini-batches in a seeded order, and what every layer received, epoch by epoch. */

import { dataset } from "./datasets.js";
import { allFinite, rootMeanSquare } from "./matrix.js";
import { Net } from "./net.js";
import { randomStream, shuffle } from "./random.js";
import { drawWeights } from "./weights.js";

export const LN2 = Math.LN2;
const BATCH = 32;
const PLAIN = ["start", "epoch", "blown", "finite", "lossSum", "loss", "accuracy", "low", "high"]; // of a snapshot

export class Run {
  loss = NaN;
  accuracy = NaN;
  low = NaN; // of the net's answers
  high = NaN;

  /**
   * `data` is the name of a `dataset`; `depth` hidden layers of `width` units. The same seed gives the same
   * weights (up to the initializer's scale) and the same batches whatever the activation. A `residual` net's
   * first layer is its stem: it counts in `depth`, its gradient is not shown, and the others' is taken at z.
   * `now` and `before` are there after `looked`, or after `adopt`. `weights`: in place of those drawn.
   */
  constructor(setting, weights = null) {
    const { depth, width, activation, initializer, learningRate, seed, residual = false, skip = false, scale = 1 } = setting;
    const sizes = [2, ...Array(depth).fill(width), 1];
    const data = dataset(setting.data);
    const hidden = residual ? depth - 1 : depth;
    this.setting = setting;
    this.data = data;
    this.depth = depth;
    this.hidden = hidden;
    this.residual = residual;
    this.activation = activation;
    this.learningRate = learningRate;
    const drawn = weights ?? drawWeights(sizes, initializer, activation, seed);
    this.net = new Net({ sizes, activation, weights: drawn, rows: BATCH, skip, scale });
    this.random = randomStream(seed, 1);
    this.order = Uint32Array.from({ length: data.size }, (_, i) => i);
    this.x = new Float64Array(2 * BATCH);
    this.y = new Float64Array(BATCH);
    this.start = 0;
    this.epoch = 0;
    this.history = [];
    this.losses = [];
    this.#clear();
    this.blown = null;
  }

  /** A run of this setting that goes on where the one of `state`, a snapshot from its first record on, was. */
  static from(setting, state) {
    const { kernels, biases } = state;
    const run = new Run(setting, { kernels, biases });
    run.adopt(state);
    return run;
  }

  /** Before training: what every layer receives, and what `evaluate` would find, in one pass. Returns the run. */
  looked() {
    const scores = noScores();
    while (this.start < this.data.size) {
      const rows = this.#batch(0);
      addScores(scores, this.net.logits, this.y, rows);
    }
    this.start = 0;
    this.#keep(scores);
    this.#note();
    return this;
  }

  /** `blown`: null while all numbers are finite, else {epoch, part}: when, and what was no longer a number. */
  get blownUp() {
    return this.blown !== null;
  }

  /** The record of the last epoch: {backprop, kernel}, each a Float64Array of rms by layer. */
  get now() {
    return this.history[this.history.length - 1];
  }

  get before() {
    return this.history[0];
  }

  /** All that `adopt` needs to go on from here; of the history what came after `known` records. */
  snapshot(known) {
    const copies = (arrays) => arrays.map((values) => values.slice());
    const now = Object.fromEntries(PLAIN.map((name) => [name, this[name]]));
    const { net, sums, order, random, history, losses } = this;
    const state = { kernels: copies(net.kernels), biases: copies(net.biases), order: order.slice(), random: random.save() };
    return { ...now, ...state, sums: structuredClone(sums), history: history.slice(known), losses: losses.slice(known), known };
  }

  /** Go on where the twin of this run was when it made the snapshot. */
  adopt({ kernels, biases, order, random, history, losses, known, sums, ...now }) {
    Object.assign(this, now, { sums });
    kernels.forEach((values, l) => this.net.kernels[l].set(values));
    biases.forEach((values, l) => this.net.biases[l].set(values));
    this.order.set(order);
    this.random.load(random);
    this.history.splice(known, Infinity, ...history);
    this.losses.splice(known, Infinity, ...losses);
  }

  /** Train until `deadline` (a time of `performance.now()`) or the end of an epoch; says whether it ended. */
  trainUntil(deadline) {
    do {
      if (this.step()) return true;
    } while (performance.now() < deadline);
    return false;
  }

  trainEpoch() {
    while (!this.step());
  }

  /** One mini-batch; true at the end of an epoch. */
  step() {
    if (this.blownUp) return true;
    if (this.start === 0) shuffle(this.order, this.random);
    this.#batch(this.learningRate);
    if (this.start < this.data.size) return false;
    this.start = 0;
    this.epoch += 1;
    this.evaluate();
    this.#note();
    return true;
  }

  /** Loss and accuracy on all points, and the range of the net's answers. */
  evaluate() {
    const { x, y, size } = this.data;
    const sums = noScores();
    for (let from = 0; from < size; from += BATCH) {
      const rows = Math.min(BATCH, size - from);
      const logits = this.net.forward(x.subarray(2 * from, 2 * (from + rows)), rows);
      addScores(sums, logits, y.subarray(from, from + rows), rows);
    }
    this.#keep(sums);
  }

  #keep({ loss, right, low, high }) {
    this.loss = loss / this.data.size;
    this.accuracy = right / this.data.size;
    this.low = low;
    this.high = high;
  }

  #batch(learningRate) {
    const rows = this.#gather();
    this.net.forward(this.x, rows);
    // Before training, a residual net's kernel gradients are not needed: only its errors are shown.
    this.lossSum += rows * this.net.backward(this.y, rows, this.residual && !learningRate);
    this.#measure(rows);
    if (learningRate) this.net.descend(learningRate);
    this.start += rows;
    return rows;
  }

  #gather() {
    const rows = Math.min(BATCH, this.data.size - this.start);
    for (let i = 0; i < rows; i += 1) {
      const from = this.order[this.start + i];
      this.x[2 * i] = this.data.x[2 * from];
      this.x[2 * i + 1] = this.data.x[2 * from + 1];
      this.y[i] = this.data.y[from];
    }
    return rows;
  }

  #measure(rows) {
    const { net, sums, hidden } = this;
    const errors = this.residual ? net.dz : net.dh;
    const first = this.residual ? 2 : 1;
    for (let l = 0; l < hidden; l += 1) {
      const size = rows * net.sizes[l + first];
      sums.backprop[l] = Math.hypot(sums.backprop[l], Math.sqrt(rows) * rootMeanSquare(errors[l + first], size));
      sums.kernel[l] = Math.hypot(sums.kernel[l], Math.sqrt(rows) * rootMeanSquare(net.kernelGradients[l + first - 1]));
      this.finite &&= allFinite(net.z[l + first], size);
    }
  }

  #note() {
    const rms = (sums) => sums.map((sum) => sum / Math.sqrt(this.data.size));
    const part = this.#blownPart();
    if (part) this.blown = { epoch: this.epoch, part };
    this.history.push({ backprop: rms(this.sums.backprop), kernel: rms(this.sums.kernel) });
    this.losses.push(this.loss); // after the epoch, as the words have it; the mean over its batches can be far from it
    this.#clear();
  }

  /** What is no longer finite, in words, or null. */
  #blownPart() {
    const { net, sums } = this;
    if (![...net.kernels, ...net.biases].every((values) => allFinite(values))) return "weights";
    if (!allFinite(sums.backprop) || !allFinite(sums.kernel)) return "gradient";
    if (!this.finite) return "activations";
    return Number.isFinite(this.loss) && Number.isFinite(this.lossSum) ? null : "loss";
  }

  #clear() {
    this.finite = true;
    this.sums = { backprop: new Float64Array(this.hidden), kernel: new Float64Array(this.hidden) };
    this.lossSum = 0;
  }
}

function noScores() {
  return { loss: 0, right: 0, low: 1, high: 0 };
}

function addScores(sums, logits, y, rows) {
  for (let i = 0; i < rows; i += 1) {
    const a = logits[i];
    sums.loss += Math.max(a, 0) - a * y[i] + Math.log1p(Math.exp(-Math.abs(a)));
    sums.right += a > 0 === y[i] > 0.5;
    const p = 1 / (1 + Math.exp(-a));
    sums.low = Math.min(sums.low, p);
    sums.high = Math.max(sums.high, p);
  }
}
