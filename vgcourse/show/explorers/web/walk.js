/** A net whose hidden weights have variance gain² / n: how signal and gradient walk through it, and what theory says. */

import { measureNet, square } from "./many.js";
import { signalVariances, slopeSquare } from "./meanfield.js";
import { drawnOnce, randomStream } from "./random.js";

/**
 * One net before training, by hidden layer: `signal` E[z²], `gradient` E[(dL/dh)²] relative to the last layer, and
 * `activations`, the input's first.
 */
export function walk({ activation, depth, width, gain, seed }, points) {
  const weights = gainWeights(depth, width, gain, seed);
  const { backprop, signal, net } = measureNet({ activation, width, depth, weights }, points, true);
  const end = backprop[depth - 1];
  return { signal, gradient: backprop.map((rms) => square(rms / end)), activations: net.h.map((h) => h.slice()) };
}

/** Normal kernels with variance gain² / fan-in, and an output layer that only reads. */
export function gainWeights(depth, width, gain, seed) {
  const sizes = [2, ...Array(depth).fill(width), 1];
  const kernels = sizes.slice(1).map((outputs, l) => {
    const scale = (l === depth ? 1 : gain) / Math.sqrt(sizes[l]);
    const kernel = standardNormals(sizes[l] * outputs, seed, l).slice();
    for (let i = 0; i < kernel.length; i += 1) kernel[i] *= scale;
    return kernel;
  });
  return { kernels, biases: sizes.slice(1).map((units) => new Float64Array(units)) };
}

function standardNormals(length, seed, l) {
  return drawnOnce(`N(0, 1) ${length} ${seed} ${l}`, () => {
    const random = randomStream(seed, 100 + l);
    return Float64Array.from({ length }, () => random.normal());
  });
}

/** Mean field: E[z²] by layer, and E[(dL/dh)²] by layer relative to the last one; `inputSquare` is the mean of |x|². */
export function predictWalk({ activation, gain, depth }, inputSquare) {
  const signal = signalVariances(activation, gain ** 2, (gain ** 2 * inputSquare) / 2, depth);
  const gradient = Array(depth).fill(1);
  for (let l = depth - 1; l > 0; l -= 1) gradient[l - 1] = gradient[l] * gain ** 2 * slopeSquare(activation, signal[l]);
  return { signal, gradient };
}
