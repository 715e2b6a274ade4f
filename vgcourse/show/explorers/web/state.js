/** An explorer's whole setting as one short string, read with forgiveness and written in full. */

import { DATASETS } from "./datasets.js";
import { INITIALIZERS } from "./weights.js";

const whole = (label, low, high, initial) => ({ label, low, high, initial, whole: true });
const number = (label, low, high, initial, offered, words = {}) => ({ label, low, high, initial, offered, words });
const choice = (label, options, initial) => ({ label, options, initial });
const labels = (table) => Object.fromEntries(Object.entries(table).map(([id, { label }]) => [id, label]));

const ACTIVATION_MENU = { sigmoid: "sigmoid", tanh: "tanh", relu: "relu", leaky_relu: "leaky relu" };
const RECURRENT_MENU = { sigmoid: "sigmoid", tanh: "tanh", relu: "relu" };
const NET_MENU = {
  plain: "layer after layer",
  skip: "with skip connections",
  recurrent: "recurrent, through time",
  lstm: "LSTM, through time",
};
const GRADIENT_MENU = { backprop: "back-propagated dL/dh", kernel: "of the kernel dL/dW" };
const WIDTH_MENU = [2, 3, 5, 8, 16, 32, 64];
const RATE_MENU = [0.01, 0.03, 0.1, 0.3, 1, 3];
const SEED_MENU = [1, 2, 3, 4, 5, 6, 7, 8];

const width = (initial) => ({ ...number("width", 1, 64, initial, WIDTH_MENU), whole: true });
const seed = (label = "seed") => ({ ...number(label, 0, 999999, 1, SEED_MENU), whole: true });
const initializer = (initial) => choice("initial weights", labels(INITIALIZERS), initial);
const learningRate = (initial) => number("learning rate", 1e-6, 100, initial, RATE_MENU);
const data = () => choice("data", labels(DATASETS), "circles");
const gradient = () => choice("gradient", GRADIENT_MENU, "backprop");

/**
 * The settings of each explorer, in the order of its controls. A `whole` field without `offered` is a slider;
 * `offered` numbers are a menu that also takes any other number between `low` and `high`.
 */
export const EXPLORER_FIELDS = {
  thermometers: {
    depth: whole("hidden layers", 1, 10, 8),
    width: width(16),
    initializer: initializer("matched"),
    learning_rate: learningRate(0.1),
    data: data(),
    gradient: gradient(),
    seed: seed(),
  },
  depth_profile: {
    depth: whole("hidden layers", 2, 50, 10),
    width: width(16),
    initializer: initializer("glorot_uniform"),
    gradient: gradient(),
    seed: seed("first seed"),
  },
  variance_walk: {
    gain: { label: "gain", low: 0.1, high: 4, initial: 1, step: 0.01 },
    activation: choice("activation", { ...ACTIVATION_MENU, linear: "linear" }, "tanh"),
    depth: whole("hidden layers", 2, 100, 50),
    width: width(32),
    seed: seed(),
  },
  skip: {
    depth: whole("blocks", 1, 50, 20),
    width: width(16),
    activation: choice("activation", ACTIVATION_MENU, "relu"),
    initializer: initializer("random_normal"),
    branch_scale: number("branch scale", 0, 4, 1, [1, 0.5, 0.1, 0], { "1/sqrt(depth)": "1/√depth" }),
    learning_rate: learningRate(0.03),
    data: data(),
    seed: seed(),
  },
  network: {
    form: choice("net", NET_MENU, "plain"),
    activation: choice("activation", RECURRENT_MENU, "sigmoid"),
    depth: whole("hidden layers", 2, 12, 7),
    initializer: initializer("matched"),
    forget_bias: number("forget gate's bias", -10, 10, 1, [0, 1, 3, 5]),
    width: { ...number("units", 1, 16, 6, [2, 3, 4, 6, 8, 16]), whole: true },
    seed: seed(),
  },
  player: {
    moment: whole("moment", 0, 100000, 0),
  },
};

/** The settings that stand under "More settings": the others decide what an explorer is about. */
export const LESS_USED = new Set(["width", "data", "gradient", "seed"]);

/** `{kind, values, problems}` of a state string such as "skip?depth=20&seed=3"; problems are sentences. */
export function parseState(text, fallback = "thermometers") {
  const [name, query = ""] = String(text ?? "").replace(/^#/, "").split("?");
  const problems = [];
  let kind = name || fallback;
  if (!Object.hasOwn(EXPLORER_FIELDS, kind)) {
    const known = Object.keys(EXPLORER_FIELDS).join(", ");
    problems.push(`There is no explorer “${cut(kind)}”: showing ${fallback}. There are ${known}.`);
    kind = fallback;
  }
  const fields = EXPLORER_FIELDS[kind];
  const values = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.initial]));
  for (const [key, given] of new URLSearchParams(query)) {
    if (Object.hasOwn(fields, key)) values[key] = readField(key, fields[key], given, problems);
    else problems.push(`${cut(key)} is not a setting here. There are ${Object.keys(fields).join(", ")}.`);
  }
  return { kind, values, problems };
}

function cut(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function readField(key, field, given, problems) {
  if (field.options) {
    if (Object.hasOwn(field.options, given)) return given;
    const known = Object.keys(field.options).join(", ");
    problems.push(`${key}=${cut(given)} is unknown: showing ${field.initial}. There are ${known}.`);
    return field.initial;
  }
  if (field.words && Object.hasOwn(field.words, given)) return given;
  return readNumber(key, field, given, problems);
}

function readNumber(key, field, given, problems) {
  const value = given.trim() === "" ? NaN : Number(given);
  if (!Number.isFinite(value)) {
    problems.push(`${key}=${cut(given)} is not a finite number: showing ${field.initial}.`);
    return field.initial;
  }
  const near = field.whole ? Math.round(value) : value;
  const inside = Math.min(field.high, Math.max(field.low, near));
  if (inside !== value) {
    const kind = field.whole ? "a whole number" : "a number";
    problems.push(`${key}=${cut(given)} is not ${kind} from ${field.low} to ${field.high}: showing ${inside}.`);
  }
  return inside;
}

/** The state string; the same values always give the same string. */
export function formatState(kind, values) {
  const pairs = Object.keys(EXPLORER_FIELDS[kind]).map((key) => `${key}=${encodeURIComponent(values[key])}`);
  return `${kind}?${pairs.join("&")}`;
}

/** Python that opens the same explorer with the same setting. */
export function formatPython(kind, values) {
  const python = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));
  const pairs = Object.keys(EXPLORER_FIELDS[kind]).map((key) => `${key}=${python(values[key])}`);
  const settings = [...(kind === "player" ? ["recording"] : []), ...pairs].join(", ");
  return `import vgcourse as vg\n\nvg.explore.${kind}(${settings})`;
}
