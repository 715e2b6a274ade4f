/** A recording made on the spot, for the page that has no kernel: a sigmoid net of five layers. */

import { allFinite } from "./matrix.js";
import { Run } from "./run.js";
import { counted } from "./words.js";

const DEMO_BINS = 40;
const DEMO_EPOCHS = 120;
const SETTING = { depth: 5, width: 16, activation: "sigmoid", initializer: "normal", learningRate: 3, seed: 3 };

/** Train the demonstration net and pack what it did as `explore.py` packs a Recording. */
export function recordDemo() {
  const run = new Run({ data: "circles", ...SETTING }).looked();
  const frames = [snapshot(run, "at initialisation")];
  for (let epoch = 0; epoch < DEMO_EPOCHS; epoch += 1) {
    run.trainEpoch();
    frames.push(snapshot(run, `after ${counted(epoch + 1, "epoch")}`));
  }
  const layers = [...Array.from({ length: SETTING.depth }, (_, l) => `hidden_${l + 1}`), "output"];
  return {
    layers,
    bins: DEMO_BINS,
    moments: frames.map((frame) => frame.moment),
    loss: frames.map((frame) => frame.loss),
    accuracy: frames.map((frame) => frame.accuracy),
    backprop: frames.flatMap((frame) => [...frame.backprop, null]),
    weights: packWeights(frames, layers.length),
    gradients: packGradients(frames),
  };
}

function snapshot(run, moment) {
  const { net, loss, accuracy } = run;
  const kernels = net.kernels.map((kernel) => Float64Array.from(kernel));
  const gradients = net.kernelGradients.map((gradient) => Float64Array.from(gradient));
  return { moment, loss, accuracy, kernels, gradients, backprop: [...run.now.backprop] };
}

function packWeights(frames, count) {
  const low = Array.from({ length: count }, (_, l) => extreme(frames, l, Math.min));
  const high = Array.from({ length: count }, (_, l) => extreme(frames, l, Math.max));
  const place = (value, l) => (value - low[l]) / (high[l] - low[l]);
  return { low, high, ...packShapes(frames, "kernels", place) };
}

function extreme(frames, l, pick) {
  return frames.reduce((best, frame) => frame.kernels[l].reduce((a, b) => pick(a, b), best), frames[0].kernels[l][0]);
}

function packGradients(frames) {
  const [low, high] = [-9, 0];
  const place = (value) => (value === 0 ? NaN : (Math.log10(Math.abs(value)) - low) / (high - low));
  return { low, high, ...packShapes(frames, "gradients", place) };
}

function packShapes(frames, key, place) {
  const count = frames[0][key].length;
  const shapes = new Uint8Array(frames.length * count * DEMO_BINS);
  const [rms, zeros, below, blown] = [[], [], [], []];
  frames.forEach((frame, t) => {
    frame[key].forEach((values, l) => {
      shapes.set(histogram(values, (value) => place(value, l)), (t * count + l) * DEMO_BINS);
      rms.push(Math.hypot(...values) / Math.sqrt(values.length));
      blown.push(!allFinite(values));
      zeros.push(share(values, (value) => value === 0));
      below.push(share(values, (value) => place(value, l) < 0));
    });
  });
  return { shapes, rms, zeros, below, blown };
}

function share(values, holds) {
  return values.filter(holds).length / values.length;
}

/** Counts by bin as bytes, 255 for the tallest; `place` maps a value to 0..1. */
function histogram(values, place) {
  const counts = new Float64Array(DEMO_BINS);
  for (const value of values) {
    const at = place(value);
    if (!Number.isNaN(at)) counts[Math.min(DEMO_BINS - 1, Math.max(0, Math.floor(at * DEMO_BINS)))] += 1;
  }
  const most = Math.max(1, ...counts);
  return counts.map((number) => Math.round((255 * number) / most));
}
