/** Seeded random numbers: the same seed gives the same net on every machine. */

/**
 * A stream of random numbers. `stream` names the purpose, so that weights and batch order stay independent.
 * `save()` and `load(kept)` are for a stream that goes on elsewhere (normal numbers aside).
 * Generator: sfc32 (Chris Doty-Humphrey), seeded through splitmix32.
 */
export function randomStream(seed, stream = 0) {
  let mix = (seed * 0x9e3779b1 + stream * 0x85ebca6b) | 0;
  const word = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  const state = { a: word(), b: word(), c: word(), counter: 1 };
  const next = () => sfc32(state);
  for (let i = 0; i < 12; i += 1) next();
  const uniform = () => (next() + next() * 2 ** -32) * 2 ** -32;
  const [save, load] = [() => ({ ...state }), (kept) => Object.assign(state, kept)];
  return { uniform, normal: normals(uniform), below: (n) => Math.floor(uniform() * n), save, load };
}

function sfc32(state) {
  const t = (state.a + state.b + state.counter) | 0;
  state.counter = (state.counter + 1) | 0;
  state.a = state.b ^ (state.b >>> 9);
  state.b = (state.c + (state.c << 3)) | 0;
  state.c = ((state.c << 21) | (state.c >>> 11)) + t | 0;
  return t >>> 0;
}

const KEPT = 1_000_000; // numbers, 8 MB
const kept = new Map();
let held = 0;

/**
 * What `draw()` returns, a Float64Array, drawn once for each `key`: a slider then draws only what is new.
 * It is shared: copy it before you write into it.
 */
export function drawnOnce(key, draw) {
  if (kept.has(key)) return kept.get(key);
  const numbers = draw();
  held += numbers.length;
  for (const [oldest, { length }] of kept) {
    if (held <= KEPT) break;
    kept.delete(oldest);
    held -= length;
  }
  kept.set(key, numbers);
  return numbers;
}

/** Standard normal numbers by Box and Muller's transform, two at a time. */
function normals(uniform) {
  let spare = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Shuffle `order` in place (Fisher and Yates). */
export function shuffle(order, random) {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
