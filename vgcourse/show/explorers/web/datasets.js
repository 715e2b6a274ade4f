/** Two classes of points in the plane. The points never change: only weights and batch order follow the seed. */

import { randomStream } from "./random.js";

const DATA_SEED = 2021;

/**
 * Each data set: its label and name in a sentence, the half-width of the picture, its maker, and the share of points
 * that a very good net gets right (the rings' noise makes them overlap; 200,000 points, best radius: .993 and .842).
 */
export const DATASETS = {
  circles: { label: "circles", name: "the circles", ceiling: 0.99, span: 1.5, make: (n, random) => rings(n, 0.5, 0.1, random) },
  close_circles: { label: "close circles", name: "the close circles", ceiling: 0.84, span: 1.5, make: (n, random) => rings(n, 0.8, 0.1, random) },
  moons: { label: "moons", name: "the moons", ceiling: 0.99, span: 1.9, make: (n, random) => moons(n, 0.1, random) },
};

const made = new Map();

/** `{x: Float64Array(2n), y: Float64Array(n), size: n, id, name, span}`; the same object for the same arguments. */
export function dataset(id, size = 320) {
  const key = `${id} ${size}`;
  if (!made.has(key)) {
    const { make, ...words } = DATASETS[id];
    made.set(key, { id, ...words, ...make(size, randomStream(DATA_SEED, 7)), size });
  }
  return made.get(key);
}

/** Two noisy rings: radius 1 is class 0, radius `factor` is class 1, as scikit-learn's make_circles. */
function rings(n, factor, noise, random) {
  return points(n, noise, random, (turn, inner) => {
    const radius = inner ? factor : 1;
    return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];
  });
}

/** Two interleaved half rings, centred, as scikit-learn's make_moons. */
function moons(n, noise, random) {
  return points(n, noise, random, (turn, inner) => {
    const [cos, sin] = [Math.cos(Math.PI * turn), Math.sin(Math.PI * turn)];
    return inner ? [0.5 - cos, 0.25 - sin] : [cos - 0.5, sin - 0.25];
  });
}

function points(n, noise, random, place) {
  const x = new Float64Array(2 * n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const inner = i % 2;
    const [a, b] = place(Math.floor(i / 2) / (n / 2), inner);
    x[2 * i] = a + noise * random.normal();
    x[2 * i + 1] = b + noise * random.normal();
    y[i] = inner;
  }
  return { x, y };
}
