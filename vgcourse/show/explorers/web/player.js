/** A recorded run, moment by moment: every layer's weights and gradients as histograms. Lessons 3 and 4. */

import { drawHatch, drawMarker, openCanvas, rule, write } from "./chart.js";
import { button, emphasise, make } from "./dom.js";
import { recordDemo } from "./demo.js";
import { whole } from "./fields.js";
import { LN2 } from "./run.js";
import { magnitudeColor } from "./theme.js";
import { accuracyNumber, compareLayers, lossNumber, percentText, plainNumber, powerOfTen } from "./words.js";

const ROW_HEIGHT = 54;
const HEAD = 26;
const FOOT = 30;
const CALM_WAIT = 500;
const PLAY_SECONDS = 8;
const WORTH_SAYING = 0.01; // share of the entries that are smaller than the axis begins
const DEMO_WORDS =
  "An example: five hidden sigmoid layers of 16 units, weights from N(0, 1), learning rate 3, on the circles. " +
  "In a notebook, vg.explore.player(recording) shows a run of yours.";

export const player = {
  kind: "player",
  name: "Recording",
  fields: {
    moment: whole("moment", 0, 100000, 0),
  },
  words: {
    title: "A run, moment by moment",
    lead:
      "What every layer's weights and gradients looked like while the net was training. Drag the slider, " +
      "or press Play. The thin outline is the first moment of the recording.",
  },
  build: (shell) => {
    const given = shell.options.recording;
    if (!given) shell.body.append(make("p", { class: "vg-note" }, DEMO_WORDS));
    return new Player(shell, unpackRecording(given ?? recordDemo()));
  },
};

/**
 * The recording as `explore.py` packs it, with typed arrays in place of bytes:
 * `{layers, moments, loss, accuracy, bins, weights, gradients, backprop, blown}`; moments are labels, `weights` and
 * `gradients` null or `{shapes: Uint8Array(T * L * bins) or null, low, high, rms, zeros, below, blown}`.
 */
export function unpackRecording(packed) {
  const bytes = (view) => (view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const part = (given) => given && { ...given, shapes: given.shapes && bytes(given.shapes) };
  return { ...packed, weights: part(packed.weights), gradients: part(packed.gradients) };
}

class Player {
  playing = false;

  constructor(shell, recording) {
    this.shell = shell;
    this.recording = recording;
    this.last = recording.moments.length - 1;
    this.#fitSlider();
    this.toggle = button("Play", () => (this.playing ? this.pause() : this.play()), { class: "vg-button vg-primary" });
    this.begin = button("To the start", () => this.go(0));
    shell.buttons.append(this.toggle, this.begin);
    this.when = make("strong", {});
    shell.aside.append(this.when);
    this.sentence = make("p", { class: "vg-verdict" });
    this.curve = make("canvas", { role: "img" });
    this.layers = make("canvas", { role: "img" });
    const picture = (title, canvas) => make("div", { class: "vg-picture" }, make("p", { class: "vg-caption" }, title), canvas);
    this.range = lossRange(recording.loss.filter(isNumber));
    const guessing = this.range?.low < 0 ? "" : " (dashed: guessing among two classes, 0.69)";
    const curve = this.range ? picture(`loss${guessing}`, this.curve) : null;
    const rows = picture("every layer: weights, and the size of their gradients", this.layers);
    shell.body.append(make("section", { class: "vg-card", "aria-label": "Recording" }, this.sentence, curve, rows));
    shell.table = () => this.#table();
  }

  #fitSlider() {
    const { shell, last } = this;
    shell.controls.moment.element.querySelector("input").max = last;
    if (shell.values.moment > last) {
      const asked = shell.values.moment;
      shell.values.moment = last;
      shell.problems.append(make("p", {}, `moment=${asked} is not in this recording, which ends at ${last}: showing ${last}.`));
    }
    shell.controls.moment.show(shell.values.moment);
  }

  change() {
    this.#words();
    this.draw();
    this.shell.say(`${this.when.textContent}. ${this.verdict}`);
    this.shell.writeNumbers();
  }

  go(moment) {
    this.shell.values.moment = moment;
    this.shell.controls.moment.show(moment);
    this.change();
    this.shell.announceState();
  }

  play() {
    if (this.shell.values.moment >= this.last) this.go(0);
    this.playing = true;
    this.toggle.textContent = "Pause";
    this.since = performance.now();
    this.origin = this.shell.values.moment;
    this.#schedule();
  }

  pause() {
    this.stop();
    this.toggle.textContent = "Play";
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.pending);
    clearTimeout(this.waiting);
  }

  #schedule() {
    const next = () => {
      this.pending = requestAnimationFrame(() => this.#frame());
    };
    if (this.shell.calm.matches) this.waiting = setTimeout(next, CALM_WAIT);
    else next();
  }

  /** The whole run in about eight seconds, but never more than ten moments a second when there are few. */
  #frame() {
    if (!this.playing || !this.shell.root.isConnected) return;
    const rate = Math.max(4, this.last / PLAY_SECONDS);
    const moment = Math.min(this.last, this.origin + Math.floor(((performance.now() - this.since) / 1000) * rate));
    if (moment !== this.shell.values.moment) this.go(moment);
    if (moment >= this.last) this.pause();
    else this.#schedule();
  }

  #sizes() {
    const { recording } = this;
    const at = this.shell.values.moment * recording.layers.length;
    const pick = (part) => part?.rms.slice(at, at + recording.layers.length);
    const backprop = recording.backprop?.slice(at, at + recording.layers.length);
    const known = backprop?.filter((value) => value !== null).length > 1;
    return { weights: pick(recording.weights), gradients: pick(recording.gradients), backprop: known ? backprop : null };
  }

  #words() {
    const { recording } = this;
    const { moment } = this.shell.values;
    const { gradients, backprop } = this.#sizes();
    const sizes = backprop ?? gradients ?? [];
    const blown = this.#blown(moment);
    const names = recording.layers.filter((_, l) => sizes[l] !== null);
    const compared = sizes.filter((value) => value !== null);
    const which = backprop ? " Compared: the back-propagated gradients, dL/dh." : " Compared: the kernels' gradients, dL/dW.";
    const words = compareRecorded(blown, compared, names);
    if (compared.length > 1 && !blown.length) words.parts.push("", which);
    const state = this.#scores(moment);
    this.verdict = `${words.parts.join("")}${state}`;
    this.when.textContent = recording.moments[moment];
    const [first, ...rest] = words.parts;
    this.sentence.replaceChildren(...emphasise([`${recording.moments[moment]}: ${first}`, ...rest]), state);
    this.layers.setAttribute("aria-label", `Histograms of ${recording.layers.length} layers, ${recording.moments[moment]}. ${this.verdict}`);
    this.curve.setAttribute("aria-label", `Loss over the run, ${recording.moments[moment]}.`);
  }

  /** " Loss 0.301, accuracy 0.912." as far as they were measured. */
  #scores(moment) {
    const { loss, accuracy, blown } = this.recording;
    const scores = [];
    if (isNumber(loss[moment])) scores.push(`loss ${lossNumber(loss[moment])}`);
    else if (blown?.loss[moment]) scores.push("the loss is no longer a number");
    if (isNumber(accuracy[moment])) scores.push(`accuracy ${accuracyNumber(accuracy[moment])}`);
    const text = scores.join(", ");
    return text && ` ${text[0].toUpperCase()}${text.slice(1)}.`;
  }

  /** Names of the layers whose weights or gradients, of any kind, are not all numbers at this moment. */
  #blown(moment) {
    const { layers, weights, gradients, blown } = this.recording;
    const parts = [weights?.blown, gradients?.blown, blown?.backprop];
    return layers.filter((_, l) => parts.some((part) => part?.[moment * layers.length + l]));
  }

  /** For a still picture: a moment in the middle. */
  pose() {
    this.go(60);
  }

  draw() {
    if (this.curve.isConnected) this.#drawCurve();
    this.#drawLayers();
  }

  #drawCurve() {
    const { theme } = this.shell;
    const { loss } = this.recording;
    const height = 90;
    const { g, width } = openCanvas(this.curve, height);
    const box = { left: 40, right: width - 8, top: 8, bottom: height - 8 };
    const { low, high, largest } = this.range;
    const x = (i) => box.left + (this.last ? i / this.last : 0) * (box.right - box.left);
    const y = (value) => box.bottom - ((Math.min(value, high) - low) / (high - low)) * (box.bottom - box.top);
    const { muted: color, font } = theme;
    const tick = (value, at) => write(g, value, box.left - 6, at, { color, font, align: "right", base: "middle" });
    rule(g, box.left, y(0), box.right, y(0), theme.line);
    if (low < 0) {
      tick(plainNumber(low), y(low) - 3);
      if (y(low) - y(0) > 16) tick("0", Math.max(y(0), box.top + 3));
    } else {
      rule(g, box.left, y(LN2), box.right, y(LN2), color, [4, 3]);
      tick("0.69", y(LN2));
      if (y(0) - y(LN2) > 16) tick("0", y(0) - 3);
    }
    g.strokeStyle = theme.accent;
    g.lineWidth = 2;
    g.beginPath();
    loss.forEach((value, i) => isNumber(value) && g.lineTo(x(i), y(value)));
    g.stroke();
    const { moment } = this.shell.values;
    rule(g, x(moment), box.top, x(moment), box.bottom, theme.ink, [], 1.5);
    if (largest > high) {
      const text = `▲ up to ${lossNumber(largest)}`;
      write(g, text, box.right - 8, box.top + 9, { color: theme.warn, font, weight: 600, align: "right", ground: theme.paper });
    }
    if (!isNumber(loss[moment])) return;
    g.fillStyle = theme.ink;
    drawMarker(g, "circle", x(moment), y(loss[moment]), 4);
  }

  #drawLayers() {
    const { theme } = this.shell;
    const { layers, gradients } = this.recording;
    const height = HEAD + layers.length * ROW_HEIGHT + FOOT;
    const { g, width } = openCanvas(this.layers, height);
    const name = width > 560 ? 120 : 0;
    const half = (width - name - 16) / 2;
    const columns = [
      { part: this.recording.weights, left: name, width: half, text: "weights", log: false },
      { part: gradients, left: name + half + 16, width: half, text: "gradients (log scale)", log: true },
    ];
    for (const column of columns) this.#drawColumn(g, column, height, theme, name > 0);
    layers.forEach((layer, l) => {
      const y = HEAD + l * ROW_HEIGHT;
      const { ink: color, font } = theme;
      if (name) write(g, fitText(g, layer, name - 12), 0, y + ROW_HEIGHT / 2, { color, font, weight: 600, base: "middle", size: 12 });
      else write(g, fitText(g, layer, half), 0, y + 10, { color, font, weight: 600 });
    });
  }

  #drawColumn(g, { part, left, width, text, log }, height, theme, roomy) {
    const { muted: color, font } = theme;
    write(g, text, left, 11, { color, font, weight: 600 });
    if (!part?.shapes) return void write(g, part ? "too large: see the numbers" : "not recorded", left, HEAD + 16, { color, font });
    if (log) logTicks(g, part, left, width, height, theme);
    this.recording.layers.forEach((_, l) => {
      const box = { left, right: left + width, top: HEAD + l * ROW_HEIGHT + (roomy ? 6 : 14), bottom: HEAD + (l + 1) * ROW_HEIGHT - 12 };
      this.#drawShape(g, part, l, box, log, theme);
    });
  }

  #drawShape(g, part, l, box, log, theme) {
    const { bins, layers } = this.recording;
    const at = this.shell.values.moment * layers.length + l;
    const { muted: color, font } = theme;
    rule(g, box.left, box.bottom, box.right, box.bottom, theme.line);
    if (part.blown?.[at]) {
      drawHatch(g, box.left, box.top, box.right - box.left, box.bottom - box.top, theme);
      return void write(g, "no longer numbers", box.left, box.bottom + 10, { color: theme.warn, font, size: 10 });
    }
    if (part.rms[at] === null) return void write(g, "not recorded", box.left, box.bottom - 4, { color, font });
    const slot = (box.right - box.left) / bins;
    const tall = (share) => (share / 255) * (box.bottom - box.top);
    const shape = part.shapes.subarray(at * bins, (at + 1) * bins);
    shape.forEach((share, b) => {
      g.fillStyle = log ? binColor(part, b, bins, theme) : theme.accent;
      g.fillRect(box.left + b * slot, box.bottom - tall(share), Math.max(1, slot - 1), tall(share));
    });
    outline(g, part.shapes.subarray(l * bins, (l + 1) * bins), box, slot, tall, theme);
    if (!log) return void weightRange(g, part, l, box, theme);
    const zeros = { color: theme.warn, font, align: "right", base: "middle" };
    if (part.zeros[at] > 0) write(g, `${percentText(part.zeros[at])} exactly 0`, box.right, box.top + 2, zeros);
    const below = { color: theme.warn, font, size: 10 };
    if (part.below?.[at] >= WORTH_SAYING) write(g, `◂ ${percentText(part.below[at])} smaller`, box.left, box.bottom + 10, below);
  }

  #table() {
    const { weights, gradients, backprop } = this.#sizes();
    const cell = (values, l) => (values && values[l] !== null ? plainNumber(values[l]) : "–");
    const rows = this.recording.layers.map((name, l) => [name, cell(weights, l), cell(gradients, l), cell(backprop, l)]);
    const head = ["layer", "weights", "their gradient", "back-propagated gradient"];
    return [`Root mean squares, ${this.recording.moments[this.shell.values.moment]}`, head, rows];
  }
}

/** Whether something was measured there, and is finite. */
function isNumber(value) {
  return value !== null && Number.isFinite(value);
}

/** What the curve of these losses reaches from and to, and their largest; null for none. A loss may be below 0. */
function lossRange(losses) {
  if (!losses.length) return null;
  const [smallest, largest] = [Math.min(...losses), Math.max(...losses)];
  if (smallest < 0) return { low: smallest, high: Math.max(0, Math.min(largest, -smallest)), largest };
  return { low: 0, high: Math.max(0.8, Math.min(5, largest) * 1.05), largest };
}

/** The verdict's parts: what blew up, or first against last layer, or that nothing was recorded. */
function compareRecorded(blown, compared, names) {
  if (blown.length) return { parts: [`${blown[0]} `, "blew up", ": not all of its numbers are numbers any more."] };
  return compared.length ? compareLayers(compared, "layer", names) : { parts: ["this recording holds no gradients."] };
}

function logTicks(g, { low, high }, left, width, height, theme) {
  const count = Math.max(1, Math.min(high - low, Math.floor(width / 54)));
  const step = Math.ceil((high - low) / count);
  for (let exponent = low; exponent <= high; exponent += step) {
    const x = left + ((exponent - low) / (high - low)) * width;
    rule(g, x, HEAD, x, height - FOOT + 4, theme.line);
    const align = exponent === low ? "left" : x > left + width - 12 ? "right" : "center";
    write(g, powerOfTen(exponent), x, height - 12, { color: theme.muted, font: theme.font, align });
  }
}

function weightRange(g, { low, high }, l, box, theme) {
  const { muted: color, font } = theme;
  write(g, plainNumber(low[l]), box.left, box.bottom + 10, { color, font, size: 10 });
  write(g, plainNumber(high[l]), box.right, box.bottom + 10, { color, font, size: 10, align: "right" });
}

function outline(g, shape, box, slot, tall, theme) {
  g.strokeStyle = theme.muted;
  g.lineWidth = 1.2;
  g.beginPath();
  shape.forEach((share, b) => {
    const y = box.bottom - tall(share);
    g.lineTo(box.left + b * slot, y);
    g.lineTo(box.left + (b + 1) * slot, y);
  });
  g.stroke();
}

function binColor({ low, high }, b, bins, theme) {
  return `rgb(${magnitudeColor(low + ((b + 0.5) / bins) * (high - low), theme).join(", ")})`;
}

function fitText(g, text, room) {
  g.font = "600 12px sans-serif";
  let kept = text;
  while (kept.length > 3 && g.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return kept === text ? text : `${kept}…`;
}
