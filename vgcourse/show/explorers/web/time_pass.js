/** One backward pass through time: the columns are the steps of one recurrent net, which has the same weights in each. */

import { arrowBetween, edgeSizes, unitSizes } from "./backward_pass.js";
import { affine, affineBack } from "./matrix.js";
import { ACTIVATIONS, logitError } from "./net.js";
import { drawnOnce, randomStream } from "./random.js";
import { drawKernel, resolveInitializer } from "./weights.js";

const SEQUENCES = 128;
const SIGNALS_SEED = 2021;
const GATES = 4; // of an LSTM, in Keras's order: input, forget, candidate, output

/** `steps` random numbers a sequence, and as its answer whether the first of them is positive. */
export function sequences(steps) {
  const random = randomStream(SIGNALS_SEED, 9);
  const x = Float64Array.from({ length: SEQUENCES * 100 }, () => random.normal());
  const step = (t) => Float64Array.from({ length: SEQUENCES }, (_, r) => x[100 * r + t]);
  const inputs = Array.from({ length: steps }, (_, t) => step(t));
  return { inputs, answers: inputs[0].map((value) => (value > 0 ? 1 : 0)), rows: SEQUENCES };
}

/** Kernels as Keras keeps them: `input` (1, n), `recurrent` (width, n), `output` (width, 1), n = width or 4 width. */
export function timeWeights({ width, initializer, activation, seed, gates = 1 }) {
  const id = resolveInitializer(initializer, activation);
  const draw = (name, inputs, outputs, part) =>
    drawnOnce(`time ${name} ${inputs} ${outputs} ${seed} ${part}`, () =>
      drawKernel(name, inputs, outputs, randomStream(seed, 200 + part)),
    );
  return {
    input: draw("glorot_uniform", 1, gates * width, 0),
    recurrent: joinGates(Array.from({ length: gates }, (_, i) => draw(id, width, width, 1 + i)), width),
    output: draw("glorot_uniform", width, 1, 9),
  };
}

function joinGates(parts, width) {
  const whole = new Float64Array(parts.length * width * width);
  parts.forEach((part, p) =>
    part.forEach((value, i) => {
      whole[Math.floor(i / width) * parts.length * width + p * width + (i % width)] = value;
    }),
  );
  return whole;
}

/** The pass of a simple recurrent net: h_t = phi(x_t W + h_(t-1) U), and an answer after the last step. */
export function recurrentPass(setting) {
  const { depth: steps, width, activation } = setting;
  const weights = timeWeights(setting);
  const { inputs, answers, rows } = sequences(steps);
  const zero = new Float64Array(width);
  const { f, slope } = ACTIVATIONS[activation];
  const [z, h] = [[], [new Float64Array(rows * width)]];
  inputs.forEach((x, t) => {
    z.push(total(x, weights.input, h[t], weights.recurrent, zero, rows, width));
    h.push(z[t].map(f));
  });
  const error = answerError(h[steps], weights.output, answers, rows, width);
  const columns = timeColumns(steps, width, error, rows);
  const arrows = [];
  let dh = new Float64Array(rows * width);
  affineBack(error, weights.output, dh, rows, width, 1);
  let edges = edgeSizes(weights.output, columns[steps].sizes);
  for (let t = steps; t >= 1; t -= 1) {
    columns[t - 1].sizes = unitSizes(dh, width, rows);
    arrows.push(arrowBetween(columns, t, { edges, branch: null, direct: null }));
    const dz = dh.map((value, i) => value * slope(z[t - 1][i], h[t][i]));
    edges = edgeSizes(weights.recurrent, unitSizes(dz, width, rows));
    dh = new Float64Array(rows * width);
    affineBack(dz, weights.recurrent, dh, rows, width, width);
  }
  return { columns, arrows, measured: "step" };
}

/** The pass of an LSTM (Keras's equations). What is followed is its cell c: around the gates it comes by × forget gate. */
export function lstmPass(setting) {
  const { depth: steps, width, forget_bias: forgetBias } = setting;
  const weights = timeWeights({ ...setting, gates: GATES });
  const bias = Float64Array.from({ length: GATES * width }, (_, j) => (Math.floor(j / width) === 1 ? forgetBias : 0));
  const { inputs, answers, rows } = sequences(steps);
  const moments = lstmForward(inputs, weights, bias, rows, width);
  const error = answerError(moments[steps].h, weights.output, answers, rows, width);
  const columns = timeColumns(steps, width, error, rows);
  const arrows = [];
  let dh = new Float64Array(rows * width);
  affineBack(error, weights.output, dh, rows, width, 1);
  let [dc, edges] = [throughOutput(moments[steps], dh), edgeSizes(weights.output, columns[steps].sizes)];
  columns[steps - 1].sizes = unitSizes(dc, width, rows);
  arrows.push(arrowBetween(columns, steps, { edges, branch: null, direct: null }));
  for (let t = steps; t > 1; t -= 1) {
    const dz = gateErrors(moments[t], moments[t - 1].c, dc, dh, rows, width);
    dh = new Float64Array(rows * width);
    affineBack(dz, weights.recurrent, dh, rows, width, GATES * width);
    const branch = throughOutput(moments[t - 1], dh);
    const direct = dc.map((value, i) => value * moments[t].forget[i]);
    dc = direct.map((value, i) => value + branch[i]);
    edges = lstmEdges(weights.recurrent, unitSizes(dz, GATES * width, rows), width);
    columns[t - 2].sizes = unitSizes(dc, width, rows);
    arrows.push(arrowBetween(columns, t - 1, { edges, branch: unitSizes(branch, width, rows), direct: unitSizes(direct, width, rows) }));
  }
  return { columns, arrows, measured: "step" };
}

function lstmForward(inputs, weights, bias, rows, width) {
  const nothing = () => new Float64Array(rows * width);
  /** @type {any[]} the first has no gates */
  const moments = [{ h: nothing(), c: nothing() }];
  const [{ f: sigmoid }, { f: tanh }] = [ACTIVATIONS.sigmoid, ACTIVATIONS.tanh];
  for (const x of inputs) {
    const before = moments[moments.length - 1];
    const z = total(x, weights.input, before.h, weights.recurrent, bias, rows, GATES * width);
    const gate = (number, f) => Float64Array.from({ length: rows * width }, (_, i) => f(z[gateAt(i, number, width)]));
    const [input, forget, candidate, output] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, tanh), gate(3, sigmoid)];
    const c = before.c.map((value, i) => forget[i] * value + input[i] * candidate[i]);
    moments.push({ input, forget, candidate, output, c, h: c.map((value, i) => output[i] * tanh(value)) });
  }
  return moments;
}

/** Where entry i of (rows, width) stands in (rows, 4 width), in the block of this gate. */
function gateAt(i, number, width) {
  return Math.floor(i / width) * GATES * width + number * width + (i % width);
}

/** What reaches the cell by way of h = o tanh(c). */
function throughOutput({ output, c }, dh) {
  return dh.map((value, i) => value * output[i] * (1 - Math.tanh(c[i]) ** 2));
}

/** dL/dz of the four gates, from the errors of cell (`dc`, all of it) and output (`dh`). */
function gateErrors({ input, forget, candidate, output, c }, before, dc, dh, rows, width) {
  const dz = new Float64Array(GATES * rows * width);
  for (let i = 0; i < rows * width; i += 1) {
    const at = (number) => gateAt(i, number, width);
    dz[at(0)] = dc[i] * candidate[i] * input[i] * (1 - input[i]);
    dz[at(1)] = dc[i] * before[i] * forget[i] * (1 - forget[i]);
    dz[at(2)] = dc[i] * input[i] * (1 - candidate[i] ** 2);
    dz[at(3)] = dh[i] * Math.tanh(c[i]) * output[i] * (1 - output[i]);
  }
  return dz;
}

/** One line for the four connections between two units: the root of their summed squares. */
function lstmEdges(recurrent, sizes, width) {
  const all = edgeSizes(recurrent, sizes);
  return Float64Array.from({ length: width * width }, (_, i) => {
    const [k, j] = [Math.floor(i / width), i % width];
    return Math.hypot(...Array.from({ length: GATES }, (_, gate) => all[k * GATES * width + gate * width + j]));
  });
}

function total(x, kernel, h, recurrent, bias, rows, outputs) {
  const width = h.length / rows;
  const [from, again] = [new Float64Array(rows * outputs), new Float64Array(rows * outputs)];
  affine(x, kernel, bias, from, rows, 1, outputs);
  affine(h, recurrent, new Float64Array(outputs), again, rows, width, outputs);
  return from.map((value, i) => value + again[i]);
}

/** dL/dlogit of every sequence, for binary cross-entropy. */
function answerError(h, output, answers, rows, width) {
  const logits = new Float64Array(rows);
  affine(h, output, new Float64Array(1), logits, rows, width, 1);
  return logits.map((a, r) => logitError(a, answers[r]));
}

function timeColumns(steps, width, error, rows) {
  const columns = Array.from({ length: steps }, (_, t) => ({ name: String(t + 1), units: width, sizes: null }));
  return [...columns, { name: "output", units: 1, sizes: unitSizes(error, 1, rows) }];
}
