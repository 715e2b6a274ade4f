/** Initial weights under Keras's names, and the variance that each of them gives. */

import { drawnOnce, randomStream } from "./random.js";

const GLOROT = { label: "Glorot", code: "glorot_uniform" };

/**
 * Per initializer: the label of the menu, the variance of an entry, and how to draw one.
 * `matched` takes He for the rectifiers and Glorot for the rest; the output layer then gets Glorot.
 */
export const INITIALIZERS = {
  matched: { label: "Glorot, He for relu" },
  glorot_uniform: { label: GLOROT.label, variance: (i, o) => 2 / (i + o), shape: "uniform" },
  he_normal: { label: "He", variance: (i) => 2 / i, shape: "normal" },
  orthogonal: { label: "orthogonal", variance: (i, o) => 1 / Math.max(i, o), shape: "orthogonal" },
  torch: { label: "U(±1/√n)", variance: (i) => 1 / (3 * i), shape: "uniform" },
  normal: { label: "N(0, 1)", variance: () => 1, shape: "normal" },
  random_normal: { label: "N(0, 0.05²)", variance: () => 0.0025, shape: "normal" },
  uniform: { label: "U(0, 1)", variance: () => 1 / 12, mean: 0.5, shape: "uniform" },
};

/** The initializer that `id` stands for in a layer of this activation. */
export function resolveInitializer(id, activation, isOutput = false) {
  if (id !== "matched") return id;
  return !isOutput && /relu/.test(activation) ? "he_normal" : "glorot_uniform";
}

/** Variance of one entry of a kernel of shape (inputs, outputs); the mean is 0 for all but `uniform`. */
export function kernelVariance(id, inputs, outputs) {
  return INITIALIZERS[id].variance(inputs, outputs);
}

/** A kernel, Float64Array(inputs * outputs) in rows of `outputs`, as Keras keeps it. */
export function drawKernel(id, inputs, outputs, random) {
  const { shape, mean = 0 } = INITIALIZERS[id];
  if (shape === "orthogonal") return orthogonal(inputs, outputs, random);
  const scale = Math.sqrt(kernelVariance(id, inputs, outputs));
  const halfWidth = scale * Math.sqrt(3);
  const draw = shape === "normal" ? () => scale * random.normal() : () => halfWidth * (2 * random.uniform() - 1);
  return Float64Array.from({ length: inputs * outputs }, () => mean + draw());
}

/** All kernels and zero biases of a net whose layers have these sizes, `sizes[0]` features first. */
export function drawWeights(sizes, initializer, activation, seed) {
  const kernels = [];
  const biases = [];
  for (let l = 0; l + 1 < sizes.length; l += 1) {
    const id = resolveInitializer(initializer, activation, l + 2 === sizes.length);
    const [inputs, outputs] = [sizes[l], sizes[l + 1]];
    const draw = () => drawKernel(id, inputs, outputs, randomStream(seed, 100 + l));
    kernels.push(drawnOnce(`${id} ${inputs} ${outputs} ${seed} ${l}`, draw).slice());
    biases.push(new Float64Array(sizes[l + 1]));
  }
  return { kernels, biases };
}

/** Rows (or columns, where there are fewer) orthonormal: Gram and Schmidt on a Gaussian matrix. */
function orthogonal(inputs, outputs, random) {
  const [count, length] = inputs <= outputs ? [inputs, outputs] : [outputs, inputs];
  const rows = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
  for (let pass = 0; pass < 2; pass += 1) rows.forEach((row, r) => orthonormalise(row, rows.slice(0, r)));
  const at = inputs <= outputs ? (i, o) => rows[i][o] : (i, o) => rows[o][i];
  return Float64Array.from({ length: inputs * outputs }, (_, k) => at(Math.floor(k / outputs), k % outputs));
}

function orthonormalise(row, before) {
  for (const other of before) {
    const overlap = row.reduce((sum, value, k) => sum + value * other[k], 0);
    for (let k = 0; k < row.length; k += 1) row[k] -= overlap * other[k];
  }
  const norm = Math.hypot(...row);
  for (let k = 0; k < row.length; k += 1) row[k] /= norm;
}
