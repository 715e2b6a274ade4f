/** The net drawn, and one backward pass through it. The story page, and lessons 4, 6 and 7. */

import { backwardPass, profileOf, rms } from "./backward_pass.js";
import { button, emphasise, legendList, make } from "./dom.js";
import { choice, initializerField, number, seedField, whole } from "./fields.js";
import { columnAt, drawNetwork } from "./network_picture.js";
import { magnitudeGradient } from "./pictures.js";
import { pointable } from "./pointing.js";
import { lstmPass, recurrentPass } from "./time_pass.js";
import { compareLayers, counted, factorText, plainNumber, productText } from "./words.js";

const FORMS = {
  plain: backwardPass,
  skip: (setting) => backwardPass({ ...setting, skip: true }),
  recurrent: recurrentPass,
  lstm: lstmPass,
};
const RECURRENT_MENU = { sigmoid: "sigmoid", tanh: "tanh", relu: "relu" };
const NET_MENU = {
  plain: "layer after layer",
  skip: "with skip connections",
  recurrent: "recurrent, through time",
  lstm: "LSTM, through time",
};
const COUNTED = { plain: "hidden layers", skip: "blocks", recurrent: "time steps", lstm: "time steps" };
const CELL_WORDS =
  "What is followed back is the LSTM's cell. Around the gates it is multiplied by the forget gate alone; through them " +
  "comes what the cell owes to the step's output.";
const LONGEST = 4200; // ms for a whole pass
const PER_ARROW = 650; // ms for one arrow at most

export const network = {
  kind: "network",
  name: "The net drawn",
  fields: {
    form: choice("net", NET_MENU, "plain"),
    activation: choice("activation", RECURRENT_MENU, "sigmoid"),
    depth: whole("hidden layers", 2, 12, 7),
    initializer: initializerField("matched"),
    forget_bias: number("forget gate's bias", -10, 10, 1, [0, 1, 3, 5]),
    width: { ...number("units", 1, 16, 6, [2, 3, 4, 6, 8, 16]), whole: true },
    seed: seedField(),
  },
  drawsGradients: true,
  words: {
    title: "How does the error find its way back?",
    lead:
      "The net has answered; now its error goes back through the same connections. Every arrow is as thick as the " +
      "logarithm of the gradient it brings, from 10⁻⁸ to 10⁴, and the number on it says how many times as large that " +
      "gradient is as the one it came from.",
  },
  build: (shell) => new Network(shell),
};

class Network {
  shown = 0;
  seen = false;
  pointed = null;

  constructor(shell) {
    this.shell = shell;
    this.canvas = make("canvas", {});
    this.sentence = make("p", { class: "vg-verdict" });
    this.product = make("p", { class: "vg-product" });
    this.note = make("p", { class: "vg-note", hidden: true }, CELL_WORDS);
    const card = make("section", { class: "vg-card", "aria-label": "The net" }, this.sentence, this.canvas, this.product, this.note, this.#legend());
    shell.body.append(card);
    this.show = button("Show one step", () => this.play(), { class: "vg-button vg-primary" });
    this.one = button("One arrow", () => this.forward(), { "aria-label": "One arrow: the next one only" });
    shell.buttons.append(this.show, this.one);
    this.pointer = pointable(this.canvas, {
      low: () => 0,
      high: () => this.pass.columns.length - 1,
      at: (x) => columnAt(this.pass, this.canvas.clientWidth, x),
      say: (column) => this.#wordsOf(column),
      chosen: (column) => this.#point(column),
    });
    shell.table = () => this.#table();
  }

  #legend() {
    this.ramp = make("span", { class: "vg-ramp vg-wedge", "aria-hidden": "true" });
    const sizes = make("li", {}, "gradient: 10⁻⁸ or less", this.ramp, make("span", { class: "vg-hidden" }, " to "), "10⁴ or more");
    const [striped] = legendList([["striped", "no longer a number"]]).children;
    return make("ul", { class: "vg-legend", "aria-label": "Thickness and colour of the arrows" }, sizes, striped);
  }

  get arrows() {
    return this.pass.arrows.length;
  }

  /** A net that was seen once is shown whole after each change: then a slider answers at once. */
  change() {
    const { form } = this.shell.values;
    this.#halt();
    this.pass = FORMS[form](this.shell.values);
    this.shown = this.seen ? this.arrows : 0;
    if (this.pointed >= this.pass.columns.length) this.pointed = null;
    this.#fitControls(form);
    this.draw();
    this.#tell();
  }

  /** An LSTM has activations of its own, and only it has a forget gate; what `depth` counts follows the form. */
  #fitControls(form) {
    const { forget_bias: bias, activation, depth } = this.shell.controls;
    if (bias) bias.element.hidden = form !== "lstm";
    this.note.hidden = form !== "lstm";
    if (activation) activation.element.hidden = form === "lstm";
    if (depth) depth.element.querySelector("label").textContent = COUNTED[form];
  }

  play() {
    this.#halt();
    this.shown = 0;
    if (this.shell.calm.matches) return void this.finish();
    const begun = performance.now();
    const each = Math.min(PER_ARROW, LONGEST / this.arrows);
    const frame = (now) => {
      if (!this.shell.root.isConnected) return;
      const arrived = Math.floor(this.shown);
      this.shown = Math.min(this.arrows, Math.max(0, now - begun) / each);
      if (this.shown >= this.arrows) return void this.finish();
      this.draw();
      if (this.pointed !== null && Math.floor(this.shown) !== arrived) this.#sayPointed();
      this.pending = requestAnimationFrame(frame);
    };
    this.pending = requestAnimationFrame(frame);
  }

  /** The next arrow, whole; after the last one it begins again. */
  forward() {
    this.#halt();
    this.shown = this.shown >= this.arrows ? 1 : Math.floor(this.shown) + 1;
    if (this.shown >= this.arrows) return void this.finish();
    this.draw();
    this.#tell();
  }

  finish() {
    this.#halt();
    [this.shown, this.seen] = [this.arrows, true];
    this.draw();
    this.#tell();
  }

  stop() {
    this.#halt();
  }

  #halt() {
    cancelAnimationFrame(this.pending);
  }

  /** For a still picture: the whole pass. */
  pose() {
    this.finish();
  }

  draw() {
    drawNetwork(this.canvas, this.pass, this.shown, this.pointed, this.shell.theme);
    this.ramp.style.background = magnitudeGradient(this.shell.theme);
  }

  #point(column) {
    this.pointed = column;
    this.draw();
    this.product.textContent = this.#wordsOf(column);
  }

  /** Sentence, product and description, as far as the pass has come. */
  #tell() {
    const whole = this.shown >= this.arrows;
    const { measured } = this.pass;
    const parts = whole ? compareLayers(profileOf(this.pass), measured).parts : this.#waiting();
    this.sentence.replaceChildren(...emphasise(parts));
    this.#sayPointed();
    this.show.textContent = whole ? "Show it again" : "Show one step";
    const columns = this.pass.columns.map(({ name, units }) => `${name} (${units})`).join(", ");
    this.canvas.setAttribute("aria-label", `The net, its columns and their units: ${columns}. The arrow keys point at a column.`);
    this.shell.say([parts.join(""), this.product.textContent].join(" "));
    this.shell.writeNumbers();
  }

  /** What stands below the drawing: of the column that is pointed at, or of all. */
  #sayPointed() {
    this.product.textContent = this.pointed === null ? this.#productWords() : this.#wordsOf(this.pointed);
    this.pointer.show(this.pointed);
  }

  #waiting() {
    const { form, depth, width } = this.shell.values;
    return [`${depth} ${COUNTED[form]} of ${counted(width, "unit")}. Press `, "Show one step", " to send the error back."];
  }

  /** "From layer 8 back to layer 1: 0.21 × 0.23 × … = 2.8 × 10⁻⁵." */
  #productWords() {
    if (this.shown < this.arrows) return "";
    const numbered = this.#numbered();
    return numbered.length > 1 ? this.#chain(numbered[0]) : "";
  }

  /** Indices of the columns that are compared. */
  #numbered() {
    return this.pass.columns.map(({ name }, i) => (/^\d+$/.test(name) ? i : -1)).filter((i) => i >= 0);
  }

  #chain(column) {
    const { columns, arrows, measured } = this.pass;
    const last = columns.length - 2;
    const factors = arrows.filter(({ from, to }) => from <= last && to >= column).map(({ factor }) => factor);
    const whole = rms(columns[column].sizes) / rms(columns[last].sizes);
    return `From ${measured} ${columns[last].name} back to ${nameOf(columns[column], measured)}: ${productText(factors, whole)}.`;
  }

  /** What there is to say about a column; nothing about its gradient before the pass has come to it. */
  #wordsOf(index) {
    const { columns, arrows, measured } = this.pass;
    const column = columns[index];
    const name = nameOf(column, measured);
    const last = columns.length - 1;
    if (column.name === "input") return "The input: nothing is learnt here, so the pass ends one column before.";
    if (last - index > Math.floor(this.shown) || this.shown === 0) return `The gradient has not come to ${name} yet.`;
    const size = plainNumber(rms(column.sizes));
    if (index === last) return `At the output the error, answer minus truth, is ${size}.`;
    const { factor, direct, branch } = arrows[last - 1 - index];
    const ways = direct ? ` (${factorText(direct.factor)} around, ${factorText(branch.factor)} through)` : "";
    const start = `${name[0].toUpperCase()}${name.slice(1)} gets ${size}: × ${factorText(factor)}${ways} of the column after it.`;
    return index < last - 1 ? `${start} ${this.#chain(index)}` : start;
  }

  #table() {
    const { columns, arrows, measured } = this.pass;
    const rows = columns.slice(0, -1).flatMap(({ name, sizes }, i) => {
      const arrow = arrows[columns.length - 2 - i];
      if (!sizes || !arrow) return [];
      const ways = [arrow.direct, arrow.branch].map((way) => (way ? factorText(way.factor) : "none"));
      return [[name, plainNumber(rms(sizes)), factorText(arrow.factor), ...ways]];
    });
    const head = [measured, "gradient", "× of the column after", "around", "through"];
    return ["Root mean square of the gradient in every column, and its factors", head, rows];
  }
}

function nameOf({ name }, measured) {
  return /^\d+$/.test(name) ? `${measured} ${name}` : `the ${name}`;
}
