/** Colours: read from the style sheet, so that the drawing follows light and dark, and the scale of magnitudes. */

import { EXPLODED } from "./scales.js";

const TOKENS = [
  "ink", "muted", "line", "paper", "panel", "accent", "warn", "shade", "track", "exploded", "signal", "gradient",
  "sigmoid", "tanh", "relu", "leaky_relu", "linear", "plain", "skip", "class0", "class1", "field0", "field1", "middle",
];

/** Dashes and markers repeat what a colour says. */
export const LOOKS = {
  sigmoid: { dash: [], marker: "circle" },
  tanh: { dash: [9, 4], marker: "square" },
  relu: { dash: [10, 4, 2, 4], marker: "triangle" },
  leaky_relu: { dash: [3, 3], marker: "diamond" },
  linear: { dash: [12, 3, 2, 3, 2, 3], marker: "circle" },
  plain: { dash: [], marker: "circle" },
  skip: { dash: [9, 4], marker: "square" },
};

/** Every colour token of the style sheet as the element sees it now; `dark` says which theme it is. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  /** @type {Record<string, any>} */
  const theme = Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--vg-${name}`).trim()]));
  theme.font = style.fontFamily;
  theme.ramp = style.getPropertyValue("--vg-ramp").trim().split(/[\s,]+/).map(rgb);
  theme.dark = style.getPropertyValue("--vg-scheme").trim() === "dark";
  return theme;
}

/** The colour of a gradient of size 10^`exponent`: dark violet at 1e-8 and below, green at 1, red once it has exploded. */
export function magnitudeColor(exponent, { ramp, exploded, muted, dark }) {
  if (Number.isNaN(exponent)) return rgb(muted);
  if (exponent > EXPLODED) return rgb(exploded);
  const from = dark ? 0.14 : 0;
  const share = from + (1 - from) * Math.min(1, Math.max(0, (exponent + 8) / 8));
  const at = share * (ramp.length - 1);
  const below = Math.min(ramp.length - 2, Math.floor(at));
  return ramp[below].map((value, c) => Math.round(value + (at - below) * (ramp[below + 1][c] - value)));
}

/** "#rrggbb" as [r, g, b]. */
export function rgb(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** The colour `color` with an opacity. */
export function faded(color, opacity) {
  return `rgba(${rgb(color).join(", ")}, ${opacity})`;
}
