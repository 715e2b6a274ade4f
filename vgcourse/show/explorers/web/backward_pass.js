/**
 * One backward pass as it is drawn: columns of units, and arrows that carry the gradient from each column back to the
 * one before it. Every size is a root mean square over all examples.
 *
 * A pass: `{columns, arrows, measured}`.
 * columns: from input to output `{name, units, sizes}`, sizes by unit, or null where nothing is measured.
 * arrows: `{from, to, edges, size, factor, direct}`: `edges[k * units + j]` is what unit j of column `from` hands to
 * unit k of column `to`; `size` the gradient that arrives there, `factor` = size / size of column `from`. Where a way
 * leads around the layer, `direct` is what comes by it and `branch` what comes through the layer, each {size, factor}.
 */

import { dataset } from "./datasets.js";
import { rootMeanSquare } from "./matrix.js";
import { ACTIVATIONS, Net } from "./net.js";
import { drawWeights } from "./weights.js";

/** The pass of a feed-forward net on all points of the circles, plain or, with `skip`, around every block. */
export function backwardPass({ depth, width, activation, initializer, seed, skip = false }) {
  const hidden = depth + (skip ? 1 : 0); // a linear stem comes before the blocks
  const sizes = [2, ...Array(hidden).fill(width), 1];
  const { x, y, size: rows } = dataset("circles");
  const net = new Net({ sizes, activation, weights: drawWeights(sizes, initializer, activation, seed), rows, skip });
  net.forward(x, rows);
  net.backward(y, rows, true);
  return passOf(net, rows, skip);
}

function passOf(net, rows, skip) {
  const last = net.sizes.length - 1;
  const errors = skip ? net.dz : net.dh; // a block's output is z, a layer's is h
  const columns = net.sizes.map((units, l) => {
    const values = l === last ? net.dz[l] : errors[l];
    return { name: columnName(l, last, skip), units, sizes: l === 0 ? null : unitSizes(values, units, rows) };
  });
  const arrows = [];
  for (let l = last; l > 1; l -= 1) {
    const edges = edgeSizes(net.kernels[l - 1], unitSizes(net.dz[l], net.sizes[l], rows));
    const branch = skip && l < last ? branchSizes(net, l, rows) : null;
    arrows.push(arrowBetween(columns, l, { edges, branch, direct: branch && columns[l].sizes }));
  }
  return { columns, arrows, measured: skip ? "block" : "layer" };
}

function columnName(l, last, skip) {
  if (l === 0) return "input";
  if (l === last) return "output";
  if (!skip) return String(l);
  return l === 1 ? "stem" : String(l - 1);
}

/** The arrow from column `from` to the one before it; `branch` and `direct` are sizes by unit. */
export function arrowBetween(columns, from, { edges, branch, direct }) {
  const before = rms(columns[from].sizes);
  const part = (sizes) => sizes && { size: rms(sizes), factor: rms(sizes) / before };
  return { from, to: from - 1, edges, ...part(columns[from - 1].sizes), branch: part(branch), direct: part(direct) };
}

/** Root mean square of each unit's values; `values` in rows of `units`. */
export function unitSizes(values, units, rows) {
  const own = new Float64Array(rows);
  return Float64Array.from({ length: units }, (_, j) => {
    for (let r = 0; r < rows; r += 1) own[r] = values[r * units + j];
    return rootMeanSquare(own);
  });
}

/** What each connection hands back: |w| times the size at its end; `kernel` in rows of as many as `sizes`. */
export function edgeSizes(kernel, sizes) {
  return kernel.map((weight, i) => Math.abs(weight) * sizes[i % sizes.length]);
}

/** What comes through block l, around which the skip leads, by unit. */
function branchSizes(net, l, rows) {
  const units = net.sizes[l - 1];
  const { slope } = ACTIVATIONS[net.activation];
  const [z, h, dh] = [net.z[l - 1], net.h[l - 1], net.dh[l - 1]];
  const values = new Float64Array(units * rows);
  for (let i = 0; i < values.length; i += 1) values[i] = dh[i] * slope(z[i], h[i]);
  return unitSizes(values, units, rows);
}

/** Root mean square of a list of root mean squares over equally many numbers each. */
export function rms(sizes) {
  return rootMeanSquare(sizes);
}

/** The sizes of the columns between input and output (and stem), first to last: what is compared and called a layer. */
export function profileOf(pass) {
  return pass.columns.filter(({ name }) => /^\d+$/.test(name)).map(({ sizes }) => rms(sizes));
}
