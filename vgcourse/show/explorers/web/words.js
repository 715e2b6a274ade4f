/** Numbers as people read them, and the sentences that the explorers say about them. */

import { LN2 } from "./run.js";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const ALIKE = 3;

/** 10 to a whole power, as "10⁻⁶". */
export function powerOfTen(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A positive number in two or three figures: 0.24, 5.2, 36, 2,927, 1.4 million, 3 × 10¹². */
export function plainNumber(value) {
  if (Number.isNaN(value)) return "not a number";
  if (value === Infinity) return "infinity";
  if (value === 0) return "0";
  if (value >= 1e9 || value < 1e-3) return scientific(value);
  if (value >= 1e6) return `${trim(value / 1e6)} million`;
  if (value >= 1e4) return Number(value.toPrecision(2)).toLocaleString("en-US");
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : trim(value);
}

function trim(value) {
  return String(Number(value.toPrecision(2)));
}

function scientific(value) {
  let exponent = Math.floor(Math.log10(value));
  let mantissa = Number((value / 10 ** exponent).toPrecision(2));
  if (mantissa === 10) [mantissa, exponent] = [1, exponent + 1];
  return mantissa === 1 ? powerOfTen(exponent) : `${mantissa} × ${powerOfTen(exponent)}`;
}

/** "1 epoch", "2 epochs". */
export function counted(number, word) {
  return `${number.toLocaleString("en-US")} ${word}${number === 1 ? "" : "s"}`;
}

/**
 * How the first layer's gradient compares with the last one's (called by their `names`, or "layer 1" and so on
 * after `noun`): `{kind, parts}`, where parts alternate between
 * plain and emphasised text. Kinds: single, none, blown, smaller, larger, alike.
 */
export function compareLayers(profile, noun = "layer", names = null) {
  const depth = profile.length;
  const [first, last] = [profile[0], profile[depth - 1]];
  const [front, back] = names ? [names[0], names[depth - 1]] : [`${noun} 1`, `${noun} ${depth}`];
  if (![first, last].every(Number.isFinite)) {
    return { kind: "blown", parts: ["the gradient is ", "no longer a number", "."] };
  }
  if (depth === 1) return { kind: "single", parts: [`the one hidden layer gets a gradient of `, plainNumber(first), "."] };
  if (first === 0) return { kind: "none", parts: [`${front} gets `, "no gradient at all", "."] };
  const ratio = last / first;
  if (ratio > ALIKE) return sized("smaller", ratio, front, back);
  if (ratio < 1 / ALIKE) return sized("larger", 1 / ratio, front, back);
  const times = plainNumber(Math.max(ratio, 1 / ratio));
  return {
    kind: "alike",
    parts: [`${front} and ${back} get gradients of `, "similar size", ` (ratio ${times}).`],
  };
}

function sized(kind, ratio, front, back) {
  return { kind, parts: [`${front} gets a gradient `, `${plainNumber(ratio)} × ${kind}`, ` than ${back}.`] };
}

/** What a run has learnt: `{kind, text}`. Kinds: untrained, blown, guessing, worse, learnt, part. */
export function judgeLearning({ epoch, loss, accuracy, data, now }) {
  if (!Number.isFinite(loss)) return { kind: "blown", text: "It blew up: the loss is no longer a number." };
  if (epoch === 0) return { kind: "untrained", text: "Not trained yet." };
  const right = `${Math.floor(100 * accuracy)}\u00a0% right`;
  if (accuracy >= data.ceiling - 0.04) return { kind: "learnt", text: `It learnt ${data.name}: ${right}.` };
  if (loss > 1.05 * LN2) return { kind: "worse", text: "Its loss is worse than guessing." };
  const after = counted(epoch, "epoch");
  if (loss > 0.97 * LN2) {
    const cut = now.backprop[0] === 0 ? ", and no gradient at all comes through any more" : "";
    return { kind: "guessing", text: `After ${after} it does no better than guessing${cut}.` };
  }
  return { kind: "part", text: `It learnt a part: ${right}.` };
}
