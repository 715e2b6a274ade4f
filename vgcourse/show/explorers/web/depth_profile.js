/** What every layer receives before training, over 20 seeds, beside theory. Lessons 2 and 5. */

import { drawBand, drawLine, drawMarker, drawLogAxis, layerLabels, openCanvas, widthOf, write } from "./chart.js";
import { Away, Request } from "./away.js";
import { emphasise, freshId, legendList, make } from "./dom.js";
import { gradientField, initializerField, seedField, whole, widthField } from "./fields.js";
import { ascending, profileQuantiles, quantile } from "./many.js";
import { layerFactor } from "./meanfield.js";
import { Queue } from "./queue.js";
import { logScale, outsiders } from "./scales.js";
import { LOOKS } from "./theme.js";
import { swatch } from "./thermometers.js";
import { compareLayers, counted, plainNumber } from "./words.js";

const PROFILE_SEEDS = 20;
const SHOWN_AT = [4, 10]; // so many nets in each panel, between the first and all: to draw costs more than to measure
const PROFILED = ["sigmoid", "tanh", "relu"];

export const depthProfile = {
  kind: "depth_profile",
  name: "Depth profile",
  fields: {
    depth: whole("hidden layers", 2, 50, 10),
    width: widthField(16),
    initializer: initializerField("glorot_uniform"),
    gradient: gradientField(),
    seed: seedField("first seed"),
  },
  drawsGradients: true,
  words: {
    title: "How much of the gradient reaches each layer?",
    lead:
      "Twenty nets for each activation, all before training. The axis is logarithmic: where a line is straight, every " +
      "layer multiplies the gradient by the same factor on its way back to the left.",
  },
  build: (shell) => new DepthProfile(shell),
};

class DepthProfile {
  queue = new Queue();
  away = new Away(() => this.queue.wake());

  constructor(shell) {
    this.shell = shell;
    this.panels = PROFILED.map((name) => new ProfilePanel(shell, name));
    const cards = make("div", { class: "vg-cards vg-cards-3" }, ...this.panels.map(({ root }) => root));
    shell.body.append(legend(), cards);
    shell.table = () => this.#table();
  }

  /** The kernels' gradients are measured where they are asked for: they cost as much as all the rest. */
  change(key) {
    const known = key === "gradient" && this.panels.every(({ nets }) => nets.length && nets.every((net) => net[this.#quantity]));
    if (known && !this.queue.busy) this.queue.run(this.#ending(), (done) => done && this.#tell());
    else this.#measure(key === null);
  }

  get #quantity() {
    return this.shell.values.gradient;
  }

  /** The panels answer one after the other and then fill up together; the first time all are there at once. */
  #measure(firstTime) {
    const { depth, width, initializer, seed } = this.shell.values;
    const errorsOnly = this.#quantity === "backprop";
    const settings = this.panels.map(({ name }) => ({ activation: name, depth, width, initializer }));
    const theories = settings.map((setting) => new Request("profileTheory", setting));
    const net = (i) => settings.map((setting) => new Request("profile", { setting: { ...setting, seed: seed + i }, errorsOnly }));
    const nets = Array.from({ length: PROFILE_SEEDS }, (_, i) => net(i));
    if (!firstTime) this.away.send([...theories.flatMap((theory, p) => [theory, nets[0][p]]), ...nets.slice(1).flat()]);
    const jobs = this.panels.flatMap((panel, p) => [theories[p].done, nets[0][p].done, ...this.#first(panel, theories[p], nets[0][p])]);
    for (let i = 1; i < PROFILE_SEEDS; i += 1) {
      jobs.push(...this.panels.flatMap((panel, p) => [nets[i][p].done, () => panel.add(nets[i][p].result)]));
      if (SHOWN_AT.includes(i + 1)) jobs.push(...this.#drawings());
    }
    this.queue.run([...jobs, ...this.#ending()], (done) => done && this.#tell());
    if (firstTime) this.queue.finish();
  }

  /** A panel's first answer, of one net. */
  #first(panel, theory, net) {
    const begin = () => {
      panel.expect(theory.result);
      panel.add(net.result);
    };
    return [begin, ...this.#drawing(panel)];
  }

  /** Pictures before words: after a change of words, the browser works out all styles before it draws a text. */
  #drawing(panel) {
    const picture = () => {
      panel.digest(this.#quantity);
      panel.draw(commonLimits(this.panels), this.shell.theme);
    };
    return [picture, () => panel.write()];
  }

  #drawings() {
    return this.panels.flatMap((panel) => this.#drawing(panel));
  }

  /** All panels on the axis that holds all of them. */
  #ending() {
    const digest = () => this.panels.forEach((panel) => panel.digest(this.#quantity));
    const pictures = this.panels.map((panel) => () => panel.draw(commonLimits(this.panels), this.shell.theme));
    return [digest, ...pictures, () => this.panels.forEach((panel) => panel.write())];
  }

  #tell() {
    this.shell.say(`${this.shell.values.depth} hidden layers. ${this.panels.map((p) => `${p.name}: ${p.verdict}`).join(" ")}`);
    this.shell.writeNumbers();
  }

  draw() {
    const limits = commonLimits(this.panels);
    this.panels.forEach((panel) => panel.draw(limits, this.shell.theme));
  }

  stop() {
    this.queue.stop();
    this.away.end();
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

/** Exponents that hold all that is finite in every panel, so that heights can be compared; at least from 1e-8 to 1. */
function commonLimits(panels) {
  const all = panels.flatMap(({ low, high, prediction }) => [...low, ...high, ...(prediction ?? [])]);
  const sizes = all.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  const low = sizes.reduce((a, b) => Math.min(a, b), -7.5);
  const high = sizes.reduce((a, b) => Math.max(a, b), -0.2);
  return { low: Math.floor(low - 0.3), high: Math.ceil(high + 0.1) };
}

class ProfilePanel {
  nets = [];
  theory = null;
  prediction = null;
  low = [];
  median = [];
  high = [];

  constructor(shell, name) {
    const id = freshId();
    this.name = name;
    this.factor = make("p", { class: "vg-factor" });
    this.sentence = make("p", { class: "vg-verdict" });
    this.canvas = make("canvas", { role: "img" });
    const picture = make("div", { class: "vg-picture" }, this.canvas);
    const heading = shell.cardHeading({ id }, swatch(name), name);
    const properties = { class: `vg-card vg-card-${name}`, "aria-labelledby": id };
    this.root = make("section", properties, heading, this.factor, this.sentence, picture);
  }

  /** Nets of another setting come, of which theory says this. What was drawn stays until the first is here. */
  expect(theory) {
    [this.theory, this.nets] = [theory, []];
  }

  add({ backprop, kernel }) {
    this.nets.push({ backprop, kernel });
  }

  /** Quantiles of the nets measured so far. */
  digest(quantity) {
    if (!this.nets.length) return;
    const profiles = this.nets.map((net) => net[quantity]);
    [this.low, this.median, this.high] = profileQuantiles(profiles, [0.1, 0.5, 0.9]);
    this.prediction = quantity === "backprop" ? this.theory : null;
    this.measured = medianFactor(profiles);
    this.dead = profiles.filter((profile) => profile[0] === 0).length;
  }

  write() {
    const expected = layerFactor(this.prediction);
    const theory = expected === null ? "" : ` (theory ${plainNumber(expected)})`;
    const comparison = compareLayers(this.median);
    this.verdict = `${comparison.parts.join("")}${this.#deadWords()}`;
    const factor = this.measured === null ? "no factor" : `× ${plainNumber(this.measured)}`;
    this.factor.replaceChildren(make("strong", {}, factor), this.measured === null ? ": nothing comes back" : ` per layer${theory}`);
    this.sentence.replaceChildren(...emphasise(comparison.parts), this.#deadWords());
    this.canvas.setAttribute("aria-label", `Gradient by layer, ${this.name}: ${this.verdict}`);
  }

  #deadWords() {
    if (!this.dead) return "";
    return ` In ${this.dead} of ${counted(this.nets.length, "seed")} nothing reaches layer 1.`;
  }

  draw({ low, high }, theme) {
    const height = Math.min(300, Math.max(200, 0.8 * widthOf(this.canvas)));
    const { g, width } = openCanvas(this.canvas, height);
    const box = { left: 40, right: width - 10, top: 10, bottom: height - 36 };
    const scale = logScale(low, high, box.bottom, box.top);
    const spacing = (box.right - box.left - 16) / (this.median.length - 1);
    const points = (profile) => finitePoints(profile, (value, l) => [box.left + 8 + l * spacing, scale.place(value)]);
    const zones = drawLogAxis(g, box, scale, theme, 8);
    const color = theme[this.name];
    const everywhere = (profile) => Array.from(profile, (value, l) => [box.left + 8 + l * spacing, scale.place(value)]);
    drawBand(g, everywhere(this.high), everywhere(this.low), color, theme.dark ? 0.28 : 0.2);
    const { marker } = LOOKS[this.name];
    const every = Math.ceil(this.median.length / 12);
    drawLine(g, points(this.median), color, { marker, every });
    if (this.prediction) drawLine(g, points(this.prediction), theme.ink, { dash: [5, 4], thickness: 1.6 });
    this.#markOutsiders(g, box, scale, spacing, theme);
    this.#labels(g, box, spacing, height, theme, zones);
  }

  /** Medians that a logarithmic axis cannot show: exactly 0 at the floor, no number at the top. */
  #markOutsiders(g, box, scale, spacing, theme) {
    const { warn: color, font, paper: ground } = theme;
    const x = (l) => box.left + 8 + l * spacing;
    for (const { state, from, to } of outsiders(scale, this.median)) {
      const [y, inwards, text] = state === "zero" ? [box.bottom - 6, -1, "0: no gradient"] : [box.top + 6, 1, "no longer a number"];
      g.fillStyle = color;
      for (let l = from; l <= to; l += 1) drawMarker(g, state === "zero" ? "down" : "triangle", x(l), y, 4);
      g.font = `600 ${g.label}px ${font}`;
      const { at, align, row } = besideMarks(g.measureText(text).width, box, x(from), x(to));
      write(g, text, at, y + 4 + row * inwards, { color, font, weight: 600, align, ground });
    }
  }

  #labels(g, box, spacing, height, theme, zones) {
    const { muted: color, font } = theme;
    for (const n of layerLabels(this.median.length, spacing)) {
      write(g, n, box.left + 8 + (n - 1) * spacing, box.bottom + 14, { color, font, align: "center" });
    }
    write(g, "layer (1 = next to the input)", (box.left + box.right) / 2, height - 6, { color, font, align: "center" });
    const zone = (text, y) => write(g, text, box.right - 5, y, { color: theme.warn, font, align: "right", ground: theme.shade });
    if (zones.vanished) zone("vanished", box.bottom - 7);
    if (zones.exploded) zone("exploded", box.top + 14);
  }
}

/** Where a text about marks from `x0` to `x1` stands: after them, before them, or, where neither has room, a row further in. */
function besideMarks(wide, box, x0, x1) {
  if (x1 + wide + 12 < box.right) return { at: x1 + 8, align: "left", row: 0 };
  if (x0 - wide - 12 > box.left) return { at: x0 - 8, align: "right", row: 0 };
  return { at: (x0 + x1) / 2, align: "center", row: 16 };
}

/** The places of a profile's finite, positive values: the others have none on a logarithmic axis. */
function finitePoints(profile, place) {
  return Array.from(profile, (value, l) => (value > 0 && value < Infinity ? place(value, l) : null)).filter(Boolean);
}

/**
 * Median over the nets of (first / last)^(1 / (depth - 1)): the factor per layer on the way back. Nets whose last
 * layer already gets nothing have none; null where that is all of them.
 */
export function medianFactor(profiles) {
  const steps = profiles[0].length - 1;
  const known = profiles.filter((profile) => profile[steps] !== 0);
  if (!known.length) return null;
  return quantile(ascending(known.map((profile) => (profile[0] / profile[steps]) ** (1 / steps))), 0.5);
}
