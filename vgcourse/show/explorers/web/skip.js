/** The same weights with and without the skip connection. Lesson 6. */

import { ACTIVATION_MENU, choice, dataField, initializerField, learningRateField, number, seedField, whole, widthField } from "./fields.js";
import { Race } from "./race.js";
import { runSettings, swatch } from "./thermometers.js";

const HEADINGS = { plain: "plain net", skip: "same weights, with skips" };

export const skip = {
  kind: "skip",
  name: "Skip connection",
  fields: {
    depth: whole("blocks", 1, 50, 20),
    width: widthField(16),
    activation: choice("activation", ACTIVATION_MENU, "relu"),
    initializer: initializerField("random_normal"),
    branch_scale: number("branch scale", 0, 4, 1, [1, 0.5, 0.1, 0], { "1/sqrt(depth)": "1/√depth" }),
    learning_rate: learningRateField(0.03),
    data: dataField(),
    seed: seedField(),
  },
  drawsGradients: true,
  words: {
    title: "What does a skip connection carry?",
    lead:
      "Both nets start from the same weights and see the same batches. A block of the plain net answers scale · W φ(x), " +
      "one with a skip x + scale · W φ(x). Watch the first block's gradient, then press Train.",
  },
  build: (shell) =>
    new Race(shell, {
      names: ["plain", "skip"],
      unit: "block",
      heading: (name) => [swatch(name), HEADINGS[name]],
      quantity: () => "backprop",
      settingOf: (name) => ({ ...runSettings(shell.values), ...blockSettings(shell.values, name === "skip") }),
    }),
};

/** `depth` blocks after a linear stem, as `residual_mlp` builds them; each block's gradient is that of its output. */
function blockSettings({ depth, activation, branch_scale: chosen }, withSkip) {
  const scale = chosen === "1/sqrt(depth)" ? 1 / Math.sqrt(depth) : Number(chosen);
  return { depth: depth + 1, activation, skip: withSkip, scale, residual: true };
}
