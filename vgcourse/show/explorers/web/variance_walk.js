/** Signal forward, gradient backward, variance layer by layer, one gain to turn. Lesson 5. */

import { Away, Request } from "./away.js";
import { drawDecades, drawLine, drawMarker, layerLabels, openCanvas, rule, write } from "./chart.js";
import { emphasise, legendList, make } from "./dom.js";
import { ACTIVATION_MENU, choice, seedField, whole, widthField } from "./fields.js";
import { drawShapes } from "./shapes.js";
import { profileQuantiles } from "./many.js";
import { Queue } from "./queue.js";
import { logScale } from "./scales.js";
import { faded, LOOKS } from "./theme.js";
import { swatch } from "./thermometers.js";
import { counted, plainNumber } from "./words.js";

const WALK_SEEDS = 5;
const LIMIT = 6;
const REACH = 10;
const KEEPS = {
  linear: "linear: the variance keeps at gain 1",
  tanh: "tanh: keeps near gain 1",
  relu: "relu: keeps at gain √2 = 1.41 (He)",
  leaky_relu: "leaky relu (slope 0.2): keeps at gain 1.39",
  sigmoid: "sigmoid: no gain up to 4 keeps the gradient: its slope is at most ¼, and larger weights flatten it further",
};

export const varianceWalk = {
  kind: "variance_walk",
  name: "Variance walk",
  fields: {
    gain: { label: "gain", low: 0.1, high: 4, initial: 1, step: 0.01 },
    activation: choice("activation", { ...ACTIVATION_MENU, linear: "linear" }, "tanh"),
    depth: whole("hidden layers", 2, 100, 50),
    width: widthField(32),
    seed: seedField(),
  },
  words: {
    title: "How far do signal and gradient get?",
    lead:
      "The hidden layers' weights are drawn with variance gain² / n, n being the number of inputs of a unit. Turn the " +
      "gain: the signal walks to the right, the gradient back to the left. Is there a gain that lets both through?",
  },
  build: (shell) => new VarianceWalk(shell),
};

class VarianceWalk {
  theory = null;
  nets = [];
  activations = null;
  queue = new Queue();
  away = new Away(() => this.queue.wake());

  constructor(shell) {
    this.shell = shell;
    this.canvas = make("canvas", { role: "img" });
    this.strip = make("canvas", { role: "img" });
    this.signalWords = make("p", { class: "vg-verdict" });
    this.gradientWords = make("p", { class: "vg-verdict" });
    const verdicts = make("div", { class: "vg-two" }, this.signalWords, this.gradientWords);
    const title = (text) => make("p", { class: "vg-caption" }, text);
    const walk = make("div", { class: "vg-picture" }, title("variance by layer (log scale)"), this.canvas, walkLegend());
    this.shapesTitle = title("");
    const shapes = make("div", { class: "vg-picture" }, this.shapesTitle, this.strip);
    this.hint = make("p", {});
    this.answer = make("details", { class: "vg-answer" }, make("summary", {}, "Which gain does theory give? (Look for yours first.)"), this.hint);
    shell.body.append(make("section", { class: "vg-card", "aria-label": "Variance walk" }, verdicts, walk, shapes, this.answer));
    shell.table = () => this.#table();
  }

  change(key) {
    const { activation } = this.shell.values;
    if (this.asked !== activation) this.answer.open = false;
    this.asked = activation;
    this.hint.textContent = KEEPS[activation];
    const { depth, width, gain, seed } = this.shell.values;
    const setting = { activation, depth, width, gain };
    const theory = new Request("walkTheory", setting);
    const walks = Array.from({ length: WALK_SEEDS }, (_, i) => {
      return new Request("walk", { setting: { ...setting, seed: seed + i }, withActivations: i === 0 });
    });
    if (key !== null) this.away.send([theory, ...walks]);
    const others = walks.slice(1).flatMap((walk) => [walk.done, () => void this.nets.push(walk.result)]);
    const answer = [theory.done, walks[0].done, () => this.#answer(theory.result, walks[0].result), () => this.#drawStrip()];
    this.queue.run([...answer, ...others], (done) => done && this.#show());
    if (key === null) this.queue.finish();
  }

  /** The first net and theory; the other nets follow. */
  #answer(theory, first) {
    [this.theory, this.nets, this.activations] = [theory, [first], first.activations];
    this.#digest();
    this.#drawWalk();
  }

  #digest() {
    this.signal = profileQuantiles(this.nets.map((net) => net.signal), [0.5])[0];
    this.gradient = profileQuantiles(this.nets.map((net) => net.gradient), [0.5])[0];
    this.#words();
  }

  #show() {
    this.#digest();
    this.#drawWalk();
    this.shell.say(`Gain ${this.shell.values.gain.toFixed(2)}. ${this.signalVerdict} ${this.gradientVerdict}`);
    this.shell.writeNumbers();
  }

  #words() {
    const signal = describeWalk(this.signal, "the signal");
    const gradient = describeWalk([...this.gradient].reverse(), "the gradient", this.signal.length);
    this.signalVerdict = signal.join("");
    this.gradientVerdict = gradient.join("");
    this.signalWords.replaceChildren(swatch("signal"), ...emphasise(signal));
    this.gradientWords.replaceChildren(swatch("gradient"), ...emphasise(gradient));
    this.canvas.setAttribute("aria-label", `Variance by layer. ${this.signalVerdict} ${this.gradientVerdict}`);
    this.strip.setAttribute("aria-label", "Histograms of the activations in layers from first to last.");
  }

  draw() {
    this.#drawWalk();
    this.#drawStrip();
  }

  #drawWalk() {
    const { theme } = this.shell;
    const height = 280;
    const { g, width } = openCanvas(this.canvas, height);
    const box = { left: 40, right: width - 10, top: 10, bottom: height - 36 };
    const scale = logScale(-REACH, REACH, box.bottom, box.top);
    const spacing = (box.right - box.left - 16) / (this.signal.length - 1);
    const x = (l) => box.left + 8 + l * spacing;
    const points = (values) => values.map((value, l) => [x(l), placeFreely(scale, value)]).filter(([, y]) => !Number.isNaN(y));
    shadeLimits(g, box, scale, theme);
    drawDecades(g, box, scale, theme, 6);
    g.save();
    g.beginPath();
    g.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    g.clip(); // a line that leaves the scale leaves the picture
    for (const key of ["signal", "gradient"]) {
      const look = LOOKS[key === "signal" ? "plain" : "skip"];
      this.nets.forEach((net) => drawLine(g, points(net[key]), faded(theme[key], 0.35), { thickness: 1 }));
      drawLine(g, points(this.theory[key]), theme.ink, { dash: [2, 3], thickness: 1.4 });
      drawLine(g, points(this[key]), theme[key], { ...look, every: Math.ceil(this.signal.length / 16) });
    }
    this.#markMoments(g, scale, x, theme);
    g.restore();
    ["signal", "gradient"].forEach((key, i) => markEscapes(g, box, x, this[key], i, theme));
    axisWords(g, box, spacing, this.signal.length, height, theme);
  }

  /** A ring where each walk leaves the middle. */
  #markMoments(g, scale, x, theme) {
    const last = this.signal.length - 1;
    const moments = [
      [this.signal, leaves(this.signal)],
      [this.gradient, last - leaves([...this.gradient].reverse())],
    ];
    for (const [values, at] of moments) {
      if (!(at >= 0 && at <= last)) continue;
      if (!Number.isFinite(values[at])) continue;
      g.lineWidth = 2.5;
      g.strokeStyle = theme.ink;
      g.beginPath();
      g.arc(x(at), placeFreely(scale, values[at]), 8, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  #drawStrip() {
    const { theme } = this.shell;
    const reach = drawShapes(this.strip, this.activations, this.shell.values.depth, theme);
    this.shapesTitle.textContent =
      `activations h of one net: every layer on the same axis, −${plainNumber(reach)} to ${plainNumber(reach)}; ` +
      "height: share of the activations, the tallest bar of each layer drawn full";
  }

  stop() {
    this.queue.stop();
    this.away.end();
  }

  #table() {
    const rows = this.signal.map((value, l) => [
      `${l + 1}`,
      ...[value, this.theory.signal[l], this.gradient[l], this.theory.gradient[l]].map(plainNumber),
    ]);
    const head = ["layer", "signal E[z²]", "theory", "gradient, relative to the last layer", "theory"];
    return [`Median of ${WALK_SEEDS} nets`, head, rows];
  }
}

function walkLegend() {
  const median = `median of ${WALK_SEEDS} nets, each of them thin`;
  return legendList([["line", median], ["dots", "theory (infinite width)"], ["ring", "where it leaves 10⁻⁶ to 10⁶"]]);
}

/** Index of the first value beyond 10^±6, or NaN. */
export function leaves(values) {
  const at = values.findIndex((value) => !(value >= 10 ** -LIMIT && value <= 10 ** LIMIT));
  return at < 0 ? NaN : at;
}

/** One sentence on a walk; `from` is the last layer's number where the walk goes backwards. */
export function describeWalk(values, name, from = null) {
  const at = leaves(values);
  const back = from === null ? "" : " on its way back, relative to the last layer";
  if (Number.isNaN(at)) {
    const [low, high] = [Math.min(...values), Math.max(...values)].map(plainNumber);
    const all = counted(values.length, "layer");
    return [`${name} `, "gets through", `: its variance stays between ${low} and ${high} in all ${all}${back}.`];
  }
  const layer = from === null ? at + 1 : from - at;
  if (Number.isNaN(values[at])) return [`${name} `, `blows up at layer ${layer}`, `: there it is no longer a number${back}.`];
  const [does, beyond] = values[at] < 1 ? ["dies", "falls below 10⁻⁶"] : ["explodes", "passes 10⁶"];
  return [`${name} `, `${does} at layer ${layer}`, `: there its variance ${beyond}${back}.`];
}

/** The place of a value, also beyond the scale's ends; NaN for what is no number, far below for exactly 0. */
function placeFreely(scale, value) {
  if (!Number.isFinite(value)) return NaN;
  return scale.at(value > 0 ? Math.log10(value) : scale.low - 4);
}

/** ▲ or ▼ where a walk ends outside of the scale, with the number it ends at. */
function markEscapes(g, box, x, values, row, theme) {
  const end = row ? 0 : values.length - 1; // the signal ends in the last layer, the gradient in the first
  const value = values[end];
  if (value >= 10 ** -REACH && value <= 10 ** REACH) return;
  const up = !(value < 1);
  const y = up ? box.top + 7 : box.bottom - 7;
  g.fillStyle = row ? theme.gradient : theme.signal;
  drawMarker(g, up ? "triangle" : "down", x(end), y, 5);
  const text = Number.isFinite(value) ? plainNumber(value) : "no longer a number";
  write(g, text, x(end) + (row ? 12 : -12), y + 4, { color: g.fillStyle, font: theme.font, weight: 600, align: row ? "left" : "right", ground: theme.shade });
}

function shadeLimits(g, box, scale, theme) {
  g.fillStyle = theme.shade;
  const [top, bottom] = [scale.at(LIMIT), scale.at(-LIMIT)];
  g.fillRect(box.left, box.top, box.right - box.left, top - box.top);
  g.fillRect(box.left, bottom, box.right - box.left, box.bottom - bottom);
  [top, bottom].forEach((y) => rule(g, box.left, y, box.right, y, theme.warn, [4, 3]));
}

function axisWords(g, box, spacing, depth, height, theme) {
  const { muted: color, warn, shade, font } = theme;
  const middle = (box.left + box.right) / 2;
  write(g, "exploded", middle, box.top + 15, { color: warn, font, align: "center", ground: shade });
  write(g, "dead", middle, box.bottom - 8, { color: warn, font, align: "center", ground: shade });
  for (const n of layerLabels(depth, spacing)) {
    write(g, n, box.left + 8 + (n - 1) * spacing, box.bottom + 14, { color, font, align: "center" });
  }
  write(g, "layer (1 = next to the input)", (box.left + box.right) / 2, height - 6, { color, font, align: "center" });
}
