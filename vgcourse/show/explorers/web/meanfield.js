/** What theory says of wide nets: Poole et al. 2016 for the signal, Schoenholz et al. 2017 for the gradient. */

import { ACTIVATIONS } from "./net.js";
import { INITIALIZERS, kernelVariance, resolveInitializer } from "./weights.js";

// None of the nodes is 0, where the slope of relu jumps.
const NODES = Array.from({ length: 160 }, (_, i) => (i - 79.5) / 10);
const MASS = NODES.map((t) => (0.1 * Math.exp((-t * t) / 2)) / Math.sqrt(2 * Math.PI));

/** E[g(z)], z ~ N(0, q), by the midpoint rule. */
export function gaussianMean(g, q) {
  const sigma = Math.sqrt(q);
  let sum = 0;
  for (let i = 0; i < NODES.length; i += 1) sum += MASS[i] * g(sigma * NODES[i]);
  return sum;
}

/** E[phi(z)^2] for z ~ N(0, q). */
export function outputSquare(activation, q) {
  const { f } = ACTIVATIONS[activation];
  return gaussianMean((z) => f(z) ** 2, q);
}

/** E[phi'(z)^2] for z ~ N(0, q). */
export function slopeSquare(activation, q) {
  const { f, slope } = ACTIVATIONS[activation];
  return gaussianMean((z) => slope(z, f(z)) ** 2, q);
}

/** Variance of z in each of `depth` layers when the first has `first` and n Var(W) is `gain2`. */
export function signalVariances(activation, gain2, first, depth) {
  const variances = [first];
  while (variances.length < depth) variances.push(gain2 * outputSquare(activation, variances[variances.length - 1]));
  return variances;
}

/**
 * Predicted rms of dL/dh in each hidden layer of a plain net, first layer first, or null for weights with a mean.
 *
 * chi = n Var(W) E[phi'(z)^2] takes the square from layer l to layer l - 1; the last layer receives
 * (p - y) w, with p - y of mean square 1/4 + E[(sigma(z) - 1/2)^2] for labels that ignore the net.
 */
export function predictBackprop({ activation, initializer, width, depth, inputSquare }) {
  const id = resolveInitializer(initializer, activation);
  if (INITIALIZERS[id].mean) return null;
  const inner = width * kernelVariance(id, width, width);
  const q = signalVariances(activation, inner, inputSquare * kernelVariance(id, 2, width), depth);
  const output = kernelVariance(resolveInitializer(initializer, activation, true), width, 1);
  const logit = width * output * outputSquare(activation, q[depth - 1]);
  const miss = 0.25 + gaussianMean((z) => (ACTIVATIONS.sigmoid.f(z) - 0.5) ** 2, logit);
  const squares = new Float64Array(depth);
  squares[depth - 1] = miss * output;
  for (let l = depth - 1; l > 0; l -= 1) squares[l - 1] = squares[l] * inner * slopeSquare(activation, q[l]);
  return squares.map(Math.sqrt);
}

/** The factor by which theory changes the rms from a layer to the one before it, averaged over the layers. */
export function layerFactor(profile) {
  if (!profile || profile.length < 2) return null;
  return (profile[0] / profile[profile.length - 1]) ** (1 / (profile.length - 1));
}
