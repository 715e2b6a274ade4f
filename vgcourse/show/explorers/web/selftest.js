/** For the tests that compare the engine with Keras. */

import { Net } from "./net.js";
import { drawWeights } from "./weights.js";

/**
 * Loss and gradients of a net with the given weights: `{sizes, activation, kernels, biases, x, y}` as flat
 * arrays in row order. Returns `{loss, kernels, biases, backprop}`, backprop being the rms of dL_i/dh by layer.
 */
export function gradientsOf({ sizes, activation, kernels, biases, x, y, skip = false, scale = 1 }) {
  const floats = (lists) => lists.map((list) => Float64Array.from(list));
  const weights = { kernels: floats(kernels), biases: floats(biases) };
  const net = new Net({ sizes, activation, weights, rows: y.length, skip, scale });
  net.forward(Float64Array.from(x), y.length);
  const loss = net.backward(y, y.length);
  const hidden = net.dh.slice(1, -1);
  return {
    loss,
    kernels: net.kernelGradients.map((gradient) => [...gradient]),
    biases: net.biasGradients.map((gradient) => [...gradient]),
    backprop: hidden.map((values) => Math.hypot(...values) / Math.sqrt(values.length)),
  };
}

/** The kernels that an explorer starts from, one flat array a layer. */
export function kernelsOf({ sizes, initializer, activation, seed }) {
  return drawWeights(sizes, initializer, activation, seed).kernels;
}
