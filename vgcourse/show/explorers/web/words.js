/** Numbers as people read them, and the sentences that the explorers say about them. */

import { LN2 } from "./run.js";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const ALIKE = 3;
const SMALLEST = 1e-307; // what is smaller, a float holds with fewer digits or not at all

/** 10 to a whole power, as "10⁻⁶". */
export function powerOfTen(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A number in two or three figures: 0.24, 5.2, −36, 2,927, 1.4 million, 3 × 10¹². */
export function plainNumber(value) {
  if (value < 0) return `−${plainNumber(-value)}`;
  if (Number.isNaN(value)) return "not a number";
  if (value === Infinity) return "infinite";
  if (value === 0) return "0";
  if (value < SMALLEST) return `below ${powerOfTen(-307)}`;
  if (value >= 1e9 || value < 1e-3) return scientific(value);
  if (value >= 1e6) return `${trim(value / 1e6)} million`;
  if (value >= 1e4) return Number(value.toPrecision(2)).toLocaleString("en-US");
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : trim(value);
}

/** A share as a percentage: "100 %" only where it is all, "0 %" only where it is nothing. */
export function percentText(share) {
  const percent = 100 * share;
  if (share === 0 || share === 1) return `${percent}\u00a0%`;
  if (percent < 0.1) return "below 0.1\u00a0%";
  if (percent > 99.9) return "over 99.9\u00a0%";
  return `${percent > 99 ? Math.floor(10 * percent) / 10 : trim(percent)}\u00a0%`;
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
 * after `noun`): `{kind, parts}`, where parts alternate between plain and emphasised text.
 * Kinds: blown, single, nothing, none, smaller, larger, alike.
 */
export function compareLayers(profile, noun = "layer", names = null) {
  const depth = profile.length;
  const [first, last] = [profile[0], profile[depth - 1]];
  const [front, back] = names ? [names[0], names[depth - 1]] : [`${noun} 1`, `${noun} ${depth}`];
  if (!profile.every(Number.isFinite)) {
    return { kind: "blown", parts: ["the gradient ", "blew up", ": it is no longer a number."] };
  }
  if (depth === 1) {
    const only = names ? names[0] : `the one hidden ${noun}`;
    return { kind: "single", parts: [`${only} gets a gradient of `, plainNumber(first), "."] };
  }
  if (last === 0) return { kind: "nothing", parts: [`${back} gets `, "no gradient at all", first === 0 ? `, and neither does ${front}.` : "."] };
  if (first === 0) return { kind: "none", parts: [`${front} gets `, "no gradient at all", "."] };
  const ratio = last / first;
  if (ratio > ALIKE) return sized("smaller", ratio, front, back);
  if (ratio < 1 / ALIKE) return sized("larger", first / last, front, back);
  const times = plainNumber(Math.max(ratio, 1 / ratio));
  return {
    kind: "alike",
    parts: [`${front} and ${back} get gradients of `, "similar size", ` (ratio ${times}).`],
  };
}

/** A factor in two figures. */
export function factorText(factor) {
  if (!Number.isFinite(factor)) return "–";
  return factor >= 0.01 && factor < 10 && factor !== 1 ? factor.toPrecision(2) : plainNumber(factor);
}

/** "0.17 × 0.26 × 0.24 × … × 0.22 = 2.8 × 10⁻⁵": these factors, and what they make together. */
export function productText(factors, whole) {
  const texts = factors.map(factorText);
  if (texts.length < 2) return `× ${factorText(whole)}`;
  const shown = texts.length > 6 ? [...texts.slice(0, 3), "…", texts[texts.length - 1]] : texts;
  return `${shown.join(" × ")} = ${factorText(whole)}`;
}

/** What layer `at` (from 0) of a profile gets, by which factor, and the product of all factors on the way back to it. */
export function wayBack(profile, at, noun = "layer") {
  const last = profile.length - 1;
  const own = `${noun[0].toUpperCase()}${noun.slice(1)} ${at + 1} gets ${plainNumber(profile[at])}`;
  if (at === last) return `${own}.`;
  const factors = Array.from({ length: last - at }, (_, i) => profile[last - 1 - i] / profile[last - i]);
  const factor = factorText(factors[factors.length - 1]);
  return `${own}: × ${factor} of ${noun} ${at + 2}. From ${noun} ${last + 1} back: ${productText(factors, profile[at] / profile[last])}.`;
}

function sized(kind, ratio, front, back) {
  const times = ratio === Infinity ? `over ${powerOfTen(308)}` : plainNumber(ratio); // two floats may lie further apart
  return { kind, parts: [`${front} gets a gradient `, `${times} × ${kind}`, ` than ${back}.`] };
}

/** Epochs after which a net that only guesses may be called one: the healthy ones have left ln 2 behind by then. */
export const CHANCE = 50;
const WORSE = 1.05 * LN2; // above: it answers wrongly with conviction
const GUESSING = 0.99 * LN2; // from here to WORSE the loss is that of answering "one half" to everything
const COIN = 0.57; // with 320 points, guessing gives 50 % ± 2.8 %

/**
 * What a run has learnt: `{kind, text}`.
 * Kinds: blown, untrained, learnt, worse, early, guessing, little, part; only `bad` ones are a failure.
 */
export function judgeLearning(run) {
  const { epoch, loss, accuracy, data, blown } = run;
  if (blown) return { kind: "blown", bad: true, text: blownWords(blown) };
  if (epoch === 0) return { kind: "untrained", text: "Not trained yet." };
  const right = `${Math.floor(100 * accuracy)}\u00a0% right`;
  const after = counted(epoch, "epoch");
  if (accuracy >= data.ceiling - 0.04) return { kind: "learnt", text: `It learnt ${data.name}: ${right}.` };
  if (loss > WORSE) return { kind: "worse", bad: epoch >= CHANCE, text: `Its loss is worse than guessing, with ${right}.` };
  if (accuracy >= COIN) return { kind: "part", text: `So far ${right}.` };
  if (loss < GUESSING) return { kind: "little", text: `After ${after} it has learnt little: ${right}.` };
  const cut = silenceWords(run.history);
  if (epoch < CHANCE) return { kind: "early", text: `After ${after} it still guesses: ${right}${cut}.` };
  return { kind: "guessing", bad: true, text: `After ${after} it does no better than guessing: ${right}${cut}.` };
}

function blownWords({ epoch, part }) {
  const are = { weights: "weights are", activations: "activations are", gradient: "gradient is", loss: "loss is" }[part];
  const when = epoch ? `in epoch ${epoch}` : "before the first step";
  return `It blew up ${when}: its ${are} no longer ${part === "weights" || part === "activations" ? "numbers" : "a number"}.`;
}

/** Whether a gradient reaches the first layer; "any more" only where one once did. */
function silenceWords(history) {
  const reached = history.map(({ backprop }) => backprop[0] > 0);
  if (reached[history.length - 1]) return "";
  return `, and no gradient at all ${reached.includes(true) ? "comes through any more" : "has ever come through"}`;
}

/** A loss to three digits; in full where that would be 0.000, in words where it has left the page. */
export function lossNumber(loss) {
  if (loss < 0) return `−${lossNumber(-loss)}`;
  return loss >= 5e-4 && loss < 1000 ? loss.toFixed(3) : plainNumber(loss);
}

/** An accuracy to three digits, cut and not rounded: 1.000 is all, and nothing less. */
export function accuracyNumber(accuracy) {
  return (Math.floor(1000 * accuracy + 1e-6) / 1000).toFixed(3);
}
