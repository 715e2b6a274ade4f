/**
 * The three matrix products of a dense layer on flat Float64Arrays in row order.
 *
 * Each keeps four sums in registers, or four in each of two rows: at least twice as fast as the plain triple loop.
 * No destructuring here: in such a loop it costs more than the product itself.
 */

/** z (rows × out) = h (rows × in) W (in × out) + b. */
export function affine(h, w, b, z, rows, inputs, outputs) {
  const blocks = outputs - (outputs % 4);
  const pairs = blocks ? rows - (rows % 2) : 0;
  for (let r = 0; r < pairs; r += 2) twoRows(h, w, b, z, r, inputs, outputs, blocks);
  for (let r = pairs; r < rows; r += 1) oneRow(h, w, b, z, r, inputs, outputs, blocks);
  if (blocks < outputs) for (let r = 0; r < rows; r += 1) rest(h, w, b, z, r, inputs, outputs, blocks);
}

/** Rows r and r + 1 at once: each weight is fetched once for both. */
function twoRows(h, w, b, z, r, inputs, outputs, blocks) {
  const from = r * inputs;
  const to = r * outputs;
  for (let j = 0; j < blocks; j += 4) {
    let s0 = b[j];
    let s1 = b[j + 1];
    let s2 = b[j + 2];
    let s3 = b[j + 3];
    let t0 = s0;
    let t1 = s1;
    let t2 = s2;
    let t3 = s3;
    for (let k = from, at = j; k < from + inputs; k += 1, at += outputs) {
      const a = h[k];
      const c = h[k + inputs];
      const w0 = w[at];
      const w1 = w[at + 1];
      const w2 = w[at + 2];
      const w3 = w[at + 3];
      s0 += a * w0;
      s1 += a * w1;
      s2 += a * w2;
      s3 += a * w3;
      t0 += c * w0;
      t1 += c * w1;
      t2 += c * w2;
      t3 += c * w3;
    }
    put4(z, to + j, s0, s1, s2, s3);
    put4(z, to + outputs + j, t0, t1, t2, t3);
  }
}

function oneRow(h, w, b, z, r, inputs, outputs, blocks) {
  const from = r * inputs;
  const to = r * outputs;
  for (let j = 0; j < blocks; j += 4) {
    let s0 = b[j];
    let s1 = b[j + 1];
    let s2 = b[j + 2];
    let s3 = b[j + 3];
    for (let k = 0, at = j; k < inputs; k += 1, at += outputs) {
      const a = h[from + k];
      s0 += a * w[at];
      s1 += a * w[at + 1];
      s2 += a * w[at + 2];
      s3 += a * w[at + 3];
    }
    put4(z, to + j, s0, s1, s2, s3);
  }
}

/** The columns beyond the last four. */
function rest(h, w, b, z, r, inputs, outputs, blocks) {
  for (let j = blocks; j < outputs; j += 1) {
    let sum = b[j];
    for (let k = 0; k < inputs; k += 1) sum += h[r * inputs + k] * w[k * outputs + j];
    z[r * outputs + j] = sum;
  }
}

function put4(z, at, s0, s1, s2, s3) {
  z[at] = s0;
  z[at + 1] = s1;
  z[at + 2] = s2;
  z[at + 3] = s3;
}

/** dh (rows × in) = dz (rows × out) Wᵀ. */
export function affineBack(dz, w, dh, rows, inputs, outputs) {
  const blocks = inputs - (inputs % 4);
  const pairs = blocks ? rows - (rows % 2) : 0;
  for (let r = 0; r < pairs; r += 2) twoRowsBack(dz, w, dh, r, inputs, outputs, blocks);
  for (let r = pairs; r < rows; r += 1) oneRowBack(dz, w, dh, r, inputs, outputs, blocks);
  if (blocks < inputs) for (let r = 0; r < rows; r += 1) restBack(dz, w, dh, r, inputs, outputs, blocks);
}

function twoRowsBack(dz, w, dh, r, inputs, outputs, blocks) {
  const from = r * outputs;
  const to = r * inputs;
  for (let k = 0; k < blocks; k += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let t0 = 0;
    let t1 = 0;
    let t2 = 0;
    let t3 = 0;
    for (let j = from, at = k * outputs; j < from + outputs; j += 1, at += 1) {
      const a = dz[j];
      const c = dz[j + outputs];
      const w0 = w[at];
      const w1 = w[at + outputs];
      const w2 = w[at + 2 * outputs];
      const w3 = w[at + 3 * outputs];
      s0 += a * w0;
      s1 += a * w1;
      s2 += a * w2;
      s3 += a * w3;
      t0 += c * w0;
      t1 += c * w1;
      t2 += c * w2;
      t3 += c * w3;
    }
    put4(dh, to + k, s0, s1, s2, s3);
    put4(dh, to + inputs + k, t0, t1, t2, t3);
  }
}

function oneRowBack(dz, w, dh, r, inputs, outputs, blocks) {
  const from = r * outputs;
  for (let k = 0; k < blocks; k += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = from, at = k * outputs; j < from + outputs; j += 1, at += 1) {
      const a = dz[j];
      s0 += a * w[at];
      s1 += a * w[at + outputs];
      s2 += a * w[at + 2 * outputs];
      s3 += a * w[at + 3 * outputs];
    }
    put4(dh, r * inputs + k, s0, s1, s2, s3);
  }
}

/** The inputs beyond the last four. */
function restBack(dz, w, dh, r, inputs, outputs, blocks) {
  for (let k = blocks; k < inputs; k += 1) {
    let sum = 0;
    for (let j = 0; j < outputs; j += 1) sum += dz[r * outputs + j] * w[k * outputs + j];
    dh[r * inputs + k] = sum;
  }
}

/** dW (in × out) = hᵀ dz / rows and db (out) = mean of dz over the rows. */
export function affineGradient(h, dz, dw, db, rows, inputs, outputs) {
  const share = 1 / rows;
  const blocks = outputs - (outputs % 4);
  for (let k = 0; k < inputs; k += 1) {
    for (let j = 0; j < blocks; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0, a = k, at = j; r < rows; r += 1, a += inputs, at += outputs) {
        const value = h[a];
        s0 += value * dz[at];
        s1 += value * dz[at + 1];
        s2 += value * dz[at + 2];
        s3 += value * dz[at + 3];
      }
      const to = k * outputs + j;
      dw[to] = s0 * share;
      dw[to + 1] = s1 * share;
      dw[to + 2] = s2 * share;
      dw[to + 3] = s3 * share;
    }
    for (let j = blocks; j < outputs; j += 1) {
      let sum = 0;
      for (let r = 0; r < rows; r += 1) sum += h[r * inputs + k] * dz[r * outputs + j];
      dw[k * outputs + j] = sum * share;
    }
  }
  for (let j = 0; j < outputs; j += 1) {
    let sum = 0;
    for (let r = 0; r < rows; r += 1) sum += dz[r * outputs + j];
    db[j] = sum * share;
  }
}

/** Mean of squares of the first `size` entries. */
export function meanSquare(values, size = values.length) {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += values[i] * values[i];
  return sum / size;
}

/** Root mean square of the first `size` entries, also where their squares are too large or too small for a float. */
export function rootMeanSquare(values, size = values.length) {
  const square = meanSquare(values, size);
  if (square > 1e-280 && square < Infinity) return Math.sqrt(square);
  let most = 0;
  for (let i = 0; i < size; i += 1) most = Math.max(most, Math.abs(values[i])); // a NaN stays
  if (!(most > 0 && most < Infinity)) return most;
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += (values[i] / most) ** 2;
  return most * Math.sqrt(sum / size);
}

/** Whether the first `size` entries are all finite numbers. */
export function allFinite(values, size = values.length) {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += values[i];
  if (sum - sum === 0) return true;
  for (let i = 0; i < size; i += 1) if (values[i] - values[i] !== 0) return false; // the sum alone was too large
  return true;
}
