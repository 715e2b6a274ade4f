/**
 * The controls of the explorers: a `whole` field without `offered` is a slider; `offered` numbers are a menu that also
 * takes any other number between `low` and `high`; `options` are a menu of words.
 */

import { DATASETS } from "./datasets.js";
import { INITIALIZERS } from "./weights.js";

export const whole = (label, low, high, initial) => ({ label, low, high, initial, whole: true });
export const number = (label, low, high, initial, offered, words = {}) => ({ label, low, high, initial, offered, words });
export const choice = (label, options, initial) => ({ label, options, initial });
const labels = (table) => Object.fromEntries(Object.entries(table).map(([id, { label }]) => [id, label]));

export const ACTIVATION_MENU = { sigmoid: "sigmoid", tanh: "tanh", relu: "relu", leaky_relu: "leaky relu" };
const GRADIENT_MENU = { backprop: "back-propagated dL/dh", kernel: "of the kernel dL/dW" };
const WIDTH_MENU = [2, 3, 5, 8, 16, 32, 64];
const RATE_MENU = [0.01, 0.03, 0.1, 0.3, 1, 3];
const SEED_MENU = [1, 2, 3, 4, 5, 6, 7, 8];

export const widthField = (initial) => ({ ...number("width", 1, 64, initial, WIDTH_MENU), whole: true });
export const seedField = (label = "seed") => ({ ...number(label, 0, 999999, 1, SEED_MENU), whole: true });
export const initializerField = (initial) => choice("initial weights", labels(INITIALIZERS), initial);
export const learningRateField = (initial) => number("learning rate", 1e-6, 100, initial, RATE_MENU);
export const dataField = () => choice("data", labels(DATASETS), "circles");
export const gradientField = () => choice("gradient", GRADIENT_MENU, "backprop");

/** The settings that stand under "More settings": the others decide what an explorer is about. */
export const LESS_USED = new Set(["width", "data", "gradient", "seed"]);
