/** Many random nets at initialisation: what each layer receives, seed by seed. */

import { dataset } from "./datasets.js";
import { meanSquare, rootMeanSquare } from "./matrix.js";
import { makeBuffers, Net } from "./net.js";
import { drawWeights } from "./weights.js";

/** `size` of the circles, both classes alike: `{x, y, size, inputSquare}`; inputSquare is the mean of |x|². */
export function sample(size) {
  const all = dataset("circles");
  const stride = 2 * Math.floor(all.size / size / 2) - 1;
  const picked = Array.from({ length: size }, (_, i) => i * stride);
  const x = Float64Array.from({ length: 2 * size }, (_, k) => all.x[2 * picked[k >> 1] + (k & 1)]);
  const y = Float64Array.from(picked, (i) => all.y[i]);
  return { x, y, size, inputSquare: 2 * meanSquare(x) };
}

let room = { key: "" };

/** The buffers of the last net measured, where it had the same size: making them costs as much as a layer. */
function sameRoom(sizes, rows) {
  const key = `${sizes} ${rows}`;
  if (room.key !== key) room = { key, buffers: makeBuffers(sizes, rows) };
  return room.buffers;
}

/**
 * Root mean squares by hidden layer of one net before training: `{backprop, kernel, signal}`, where signal is
 * E[z²] itself and `kernel` null where only errors are asked for. `weights` replaces the initializer's draw; `net` holds its numbers until the next one is measured.
 */
export function measureNet({ activation, initializer = null, width, depth, seed = 0, weights = null }, { x, y, size }, errorsOnly = false) {
  const sizes = [2, ...Array(depth).fill(width), 1];
  const drawn = weights ?? drawWeights(sizes, initializer, activation, seed);
  const net = new Net({ sizes, activation, weights: drawn, rows: size, buffers: sameRoom(sizes, size) });
  net.forward(x, size);
  net.backward(y, size, errorsOnly);
  const layers = Array.from({ length: depth }, (_, l) => l + 1);
  return {
    net,
    backprop: layers.map((l) => rootMeanSquare(net.dh[l])),
    kernel: errorsOnly ? null : layers.map((l) => rootMeanSquare(net.kernelGradients[l - 1])),
    signal: layers.map((l) => square(rootMeanSquare(net.z[l]))),
  };
}

/** The square of a number that is not negative; never 0 for one that is not. */
export function square(value) {
  return value > 0 ? Math.max(value * value, Number.MIN_VALUE) : value;
}

/** The value below which a share `q` of the sorted numbers lies, interpolated as NumPy does. */
export function quantile(sorted, q) {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  if (at === below || sorted[below] === sorted[above]) return sorted[below]; // infinite ones have no difference
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/**
 * Per layer, the quantiles `shares` over the nets: an array of profiles, one for each share.
 * What is not a number blew up: it counts as the largest.
 */
export function profileQuantiles(profiles, shares) {
  const byLayer = profiles[0].map((_, l) => ascending(profiles.map((profile) => profile[l])));
  return shares.map((share) => byLayer.map((values) => quantile(values, share)));
}

/** The numbers in order, those that are none as infinite ones at the end. */
export function ascending(numbers) {
  return numbers.map((value) => (Number.isNaN(value) ? Infinity : value)).sort((a, b) => (a === b ? 0 : a - b));
}
