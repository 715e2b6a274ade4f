/** Three nets, one difference: the activation. Lesson 4. */

import { make } from "./dom.js";
import { dataField, gradientField, initializerField, learningRateField, seedField, whole, widthField } from "./fields.js";
import { Race } from "./race.js";

export const thermometers = {
  kind: "thermometers",
  name: "Thermometers",
  fields: {
    depth: whole("hidden layers", 1, 10, 8),
    width: widthField(16),
    initializer: initializerField("matched"),
    learning_rate: learningRateField(0.3),
    data: dataField(),
    gradient: gradientField(),
    seed: seedField(),
  },
  drawsGradients: true,
  words: {
    title: "Three activations: which of these nets will learn?",
    lead:
      "The nets have the same data, depth and seed. They differ in the activation, and with the initial weights " +
      "“Glorot, He for relu” the hidden layers of relu are drawn wider as well. Does every net learn, and does a gradient " +
      "reach its first layer? Guess, then press Train.",
  },
  build: (shell) =>
    new Race(shell, {
      names: ["sigmoid", "tanh", "relu"],
      unit: "layer",
      heading: (name) => [swatch(name), name],
      quantity: () => shell.values.gradient,
      settingOf: (activation) => ({ ...runSettings(shell.values), activation }),
    }),
};

/** What a Run takes from an explorer's values. */
export function runSettings({ data, depth, width, initializer, learning_rate: learningRate, seed }) {
  return { data, depth, width, initializer, learningRate, seed };
}

/** The sign of a net beside its name. */
export function swatch(name) {
  return make("span", { class: `vg-swatch vg-swatch-${name}`, "aria-hidden": "true" });
}
