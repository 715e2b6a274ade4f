/** The logarithmic scale that gradients are drawn on, its two zones, and what a value on it is. */

/**
 * Powers of ten beyond which a gradient counts as vanished or exploded. At a learning rate of 0.1 a gradient of
 * 10⁻⁶ moves a weight by 10⁻⁷ a step, less than the last digit of a single-precision weight near 1; one of 10²
 * throws it by 10, many times its own size.
 */
export const VANISHED = -6;
export const EXPLODED = 2;

export const ZONES_WORDS =
  "Vanished: below 10⁻⁶. If that is a weight's gradient, then at a learning rate of 0.1 a step moves the weight by less " +
  "than 10⁻⁷: less than the last digit of a weight near 1 in single precision. Exploded: above 10². At that rate one " +
  "step then throws a weight by more than 10.";

/** A logarithmic scale from 10^low (at `bottom`) to 10^high (at `top`); what `place` returns stays inside. */
export function logScale(low, high, bottom, top) {
  const at = (exponent) => bottom + ((exponent - low) / (high - low)) * (top - bottom);
  const place = (value) => at(Math.min(high, Math.max(low, value > 0 ? Math.log10(value) : low)));
  return { low, high, at, place };
}

/** What a gradient's size is to a scale: "blown" (no finite number), "zero", "below", "above" or "inside". */
export function stateOn(scale, value) {
  if (!Number.isFinite(value)) return "blown";
  if (value === 0) return "zero";
  const exponent = Math.log10(value);
  if (exponent < scale.low) return "below";
  return exponent > scale.high ? "above" : "inside";
}

/** Neighbours in one state, other than "inside", as [{state, from, to, value}], value being the most extreme. */
export function outsiders(scale, values) {
  const groups = [];
  Array.from(values).forEach((value, i) => {
    const state = stateOn(scale, value);
    const open = groups[groups.length - 1];
    if (open?.state === state && open.to === i - 1) {
      open.to = i;
      open.value = state === "above" ? Math.max(open.value, value) : Math.min(open.value, value);
    } else if (state !== "inside") groups.push({ state, from: i, to: i, value });
  });
  return groups;
}
