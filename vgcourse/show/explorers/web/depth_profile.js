/** What every layer receives before training, over 20 seeds, beside theory. Lessons 2 and 5. */

import { drawBand, drawLine, drawLogAxis, layerLabels, logScale, openCanvas, write } from "./chart.js";
import { emphasise, freshId, legendList, make } from "./dom.js";
import { measureNet, profileQuantiles, quantile, Queue, sample } from "./many.js";
import { layerFactor, predictBackprop } from "./meanfield.js";
import { LOOKS } from "./theme.js";
import { swatch } from "./thermometers.js";
import { compareLayers, counted, plainNumber } from "./words.js";

const PROFILE_SEEDS = 20;
const PROFILED = ["sigmoid", "tanh", "relu"];

export const depthProfile = {
  words: {
    title: "How much of the gradient reaches each layer?",
    lead:
      "Twenty nets for each activation, all before training. The axis is logarithmic: a straight line down to the " +
      "left means that every layer takes the same share away.",
  },
  build: (shell) => new DepthProfile(shell),
};

class DepthProfile {
  constructor(shell) {
    Object.assign(this, { shell, queue: new Queue(), points: sample(32) });
    this.panels = PROFILED.map((name) => new ProfilePanel(name));
    const cards = make("div", { class: "vg-cards vg-cards-3" }, ...this.panels.map(({ root }) => root));
    shell.body.append(legend(), cards);
    shell.table = () => this.#table();
  }

  change(key) {
    if (key === "gradient") this.#show(true);
    else this.#measure();
  }

  /** The panels take turns, so that all three answer at once and then fill up together. */
  #measure() {
    const { depth, width, initializer, seed } = this.shell.values;
    const { inputSquare } = this.points;
    const jobs = [];
    this.panels.forEach((panel) => {
      panel.nets = [];
      panel.theory = predictBackprop({ activation: panel.name, initializer, width, depth, inputSquare });
    });
    for (let i = 0; i < PROFILE_SEEDS; i += 1) jobs.push(() => this.panels.forEach((panel) => this.#add(panel, seed + i)));
    this.queue.run(jobs, (done) => this.#show(done));
  }

  #add(panel, seed) {
    const { depth, width, initializer } = this.shell.values;
    const { backprop, kernel } = measureNet({ activation: panel.name, initializer, width, depth, seed }, this.points);
    panel.nets.push({ backprop, kernel });
  }

  #show(done) {
    const quantity = this.shell.values.gradient;
    this.panels.forEach((panel) => panel.digest(quantity));
    this.draw();
    if (!done) return;
    this.shell.say(`${this.shell.values.depth} hidden layers. ${this.panels.map((p) => `${p.name}: ${p.verdict}`).join(" ")}`);
    this.shell.writeNumbers();
  }

  draw() {
    const limits = commonLimits(this.panels);
    this.panels.forEach((panel) => panel.draw(limits, this.shell.theme));
  }

  stop() {
    this.queue.stop();
  }

  #table() {
    const head = ["layer", ...PROFILED.flatMap((name) => [`${name}, median`, `${name}, theory`])];
    const rows = Array.from({ length: this.shell.values.depth }, (_, l) => [
      `${l + 1}`,
      ...this.panels.flatMap(({ median, prediction }) => [
        plainNumber(median[l]),
        prediction ? plainNumber(prediction[l]) : "none",
      ]),
    ]);
    return [`Root mean square of the gradient in every layer, ${PROFILE_SEEDS} seeds`, head, rows];
  }
}

function legend() {
  const median = ["line", `median of ${PROFILE_SEEDS} seeds`];
  return legendList([median, ["band", "the middle 80 % of them"], ["theory", "theory (infinite width)"]]);
}

/** Exponents that hold every panel, so that heights can be compared; at least from 1e-8 to 1. */
function commonLimits(panels) {
  const all = panels.flatMap(({ low, high, prediction }) => [...low, ...high, ...(prediction ?? [])]);
  const sizes = all.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  const low = sizes.reduce((a, b) => Math.min(a, b), -7.5);
  const high = sizes.reduce((a, b) => Math.max(a, b), -0.2);
  return { low: Math.max(-60, Math.floor(low - 0.3)), high: Math.min(60, Math.ceil(high + 0.1)) };
}

class ProfilePanel {
  constructor(name) {
    const id = freshId();
    Object.assign(this, { name, nets: [], theory: null });
    this.factor = make("p", { class: "vg-factor" });
    this.sentence = make("p", { class: "vg-verdict" });
    this.canvas = make("canvas", { role: "img" });
    const picture = make("div", { class: "vg-picture" }, this.canvas);
    const heading = make("h3", { id }, swatch(name), name);
    const properties = { class: `vg-card vg-card-${name}`, "aria-labelledby": id };
    this.root = make("section", properties, heading, this.factor, this.sentence, picture);
  }

  /** Quantiles and words from the nets measured so far. */
  digest(quantity) {
    const profiles = this.nets.map((net) => net[quantity]);
    [this.low, this.median, this.high] = profileQuantiles(profiles, [0.1, 0.5, 0.9]);
    this.prediction = quantity === "backprop" ? this.theory : null;
    this.measured = medianFactor(profiles);
    const expected = layerFactor(this.prediction);
    const theory = expected === null ? "" : ` (theory ${plainNumber(expected)})`;
    const comparison = compareLayers(this.median);
    this.dead = profiles.filter((profile) => profile[0] === 0).length;
    this.verdict = `${comparison.parts.join("")}${this.#deadWords()}`;
    this.factor.replaceChildren(make("strong", {}, `× ${plainNumber(this.measured)}`), ` per layer${theory}`);
    this.sentence.replaceChildren(...emphasise(comparison.parts), this.#deadWords());
    this.canvas.setAttribute("aria-label", `Gradient by layer, ${this.name}: ${this.verdict}`);
  }

  #deadWords() {
    if (!this.dead) return "";
    return ` In ${this.dead} of ${counted(this.nets.length, "seed")} nothing reaches layer 1.`;
  }

  draw({ low, high }, theme) {
    const height = Math.min(300, Math.max(200, 0.8 * this.canvas.clientWidth));
    const { g, width } = openCanvas(this.canvas, height);
    const box = { left: 40, right: width - 10, top: 10, bottom: height - 36 };
    const scale = logScale(low, high, box.bottom, box.top);
    const spacing = (box.right - box.left - 16) / (this.median.length - 1);
    const points = (profile) => Array.from(profile, (value, l) => [box.left + 8 + l * spacing, scale.place(value)]);
    const shaded = drawLogAxis(g, box, scale, theme, 8);
    const color = theme[this.name];
    drawBand(g, points(this.high), points(this.low), color, theme.dark ? 0.28 : 0.2);
    const { marker } = LOOKS[this.name];
    const every = Math.ceil(this.median.length / 12);
    drawLine(g, points(this.median), color, { marker, every });
    if (this.prediction) drawLine(g, points(this.prediction), theme.ink, { dash: [5, 4], thickness: 1.6 });
    this.#labels(g, box, spacing, height, theme, shaded);
  }

  #labels(g, box, spacing, height, theme, shaded) {
    const { muted: color, font } = theme;
    for (const n of layerLabels(this.median.length, spacing)) {
      write(g, n, box.left + 8 + (n - 1) * spacing, box.bottom + 14, { color, font, align: "center" });
    }
    write(g, "layer (1 = next to the input)", (box.left + box.right) / 2, height - 6, { color, font, align: "center" });
    if (shaded) write(g, "vanished", box.right - 5, box.bottom - 7, { color: theme.warn, font, align: "right" });
  }
}

/** Median over the nets of (first / last)^(1 / (depth - 1)): the factor per layer on the way back. */
function medianFactor(profiles) {
  const steps = profiles[0].length - 1;
  const factors = profiles.map((profile) => (profile[0] / profile[steps]) ** (1 / steps));
  return quantile(factors.map((value) => (Number.isNaN(value) ? 0 : value)).sort((a, b) => a - b), 0.5);
}
