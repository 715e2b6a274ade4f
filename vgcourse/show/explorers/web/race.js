/** Nets side by side, trained together: the stage that Thermometers and Skip share. */

import { button, emphasise, freshId, make } from "./dom.js";
import { drawLoss, Field, History, magnitudeGradient } from "./pictures.js";
import { pointable } from "./pointing.js";
import { drawThermometers, tubeAt } from "./tubes.js";
import { compareLayers, counted, judgeLearning, lossNumber, plainNumber, wayBack } from "./words.js";
import { LN2 } from "./run.js";
import { allDone, trainTogether } from "./together.js";
import { makeTrainer } from "./trainer.js";

const ROUND = 200;
const FRAME_BUDGET = 7;
const WORKER_BUDGET = 14; // ms: nearly a frame
const CALM_PAUSE = 500;
const REFINE_AFTER = 150;

/**
 * `shell` is the explorer's frame. `spec`: {names, unit, quantity(), makeRun(name), heading(name)}.
 * A change of any setting makes new runs; Train plays a round of 200 epochs, then another where it is pressed again.
 */
export class Race {
  constructor(shell, spec) {
    Object.assign(this, { shell, spec, playing: false, goal: ROUND, turn: 0, frameTimes: [] });
    this.cards = spec.names.map((name) => new Card(shell, name, spec));
    shell.body.append(make("div", { class: `vg-cards vg-cards-${spec.names.length}` }, ...this.cards.map((c) => c.root)));
    this.cards.forEach((card) => card.pointing((layer) => this.#point(layer)));
    shell.body.append(this.#legend());
    this.#buttons();
    shell.table = () => this.#table();
  }

  /** Every setting but the choice of gradient starts the nets anew. */
  change(key) {
    if (key !== "gradient") {
      this.#makeRuns();
      if (key !== null) this.#halt();
    }
    this.draw({ hasty: true });
    clearTimeout(this.refining);
    this.refining = setTimeout(() => this.playing || this.draw(), REFINE_AFTER);
    this.shell.say(this.#sentence());
    this.shell.writeNumbers();
  }

  /** All nets show the same layer, so that their numbers can be compared. */
  #point(layer) {
    const look = { quantity: this.spec.quantity(), theme: this.shell.theme };
    this.cards.forEach((card) => card.point(layer, look));
  }

  #makeRuns() {
    this.goal = ROUND;
    this.cards.forEach((card) => card.begin(this.spec.makeRun(card.name)));
  }

  #buttons() {
    const { buttons, aside } = this.shell;
    this.train = button("Train", () => (this.playing ? this.pause() : this.play()), { class: "vg-button vg-primary" });
    this.once = button("Step", () => this.step(), { "aria-label": "Step: train one epoch" });
    this.again = button("Reset", () => this.reset());
    this.epochs = make("strong", {}, "0");
    buttons.append(this.train, this.once, this.again);
    aside.append("epoch ", this.epochs);
  }

  /** What the colours of tubes and history mean. */
  #legend() {
    this.ramp = make("span", { class: "vg-ramp", "aria-hidden": "true" });
    const sizes = make("li", {}, "10⁻⁸ or less", this.ramp, "10⁴ or more");
    const [bar, striped] = legendList([["bar", "before training"], ["striped", "no longer a number"]]).children;
    return make("ul", { class: "vg-legend", "aria-label": "Colours of the gradient's size" }, sizes, bar, striped);
  }

  get epoch() {
    return Math.max(...this.cards.map(({ run }) => run.epoch));
  }

  get runs() {
    return this.cards.map(({ run }) => run);
  }

  play() {
    this.#halt();
    if (allDone(this.runs, this.goal)) this.goal += ROUND;
    this.playing = true;
    this.train.textContent = "Pause";
    this.shell.say("Training.");
    this.#hire();
    this.#schedule();
  }

  /** A worker trains while the page draws; where there is none, `frame` does both. */
  #hire() {
    const failed = () => (this.trainer = null);
    this.fresh = true;
    this.trainer = makeTrainer(this.runs, () => (this.fresh = true), failed);
  }

  #halt() {
    this.playing = false;
    this.trainer?.end();
    this.trainer = null;
    cancelAnimationFrame(this.pending);
    clearTimeout(this.waiting);
    this.train.textContent = this.epoch ? "Continue" : "Train";
  }

  pause() {
    this.#halt();
    this.draw();
    this.shell.say(this.#sentence());
    this.shell.writeNumbers();
  }

  stop() {
    this.#halt();
    clearTimeout(this.refining);
  }

  reset() {
    this.#makeRuns();
    this.pause();
  }

  step() {
    this.#halt();
    this.runs.forEach((run) => run.trainEpoch());
    this.goal = Math.max(this.goal, this.epoch);
    this.pause();
  }

  #schedule() {
    const next = () => {
      this.pending = requestAnimationFrame(() => this.frame());
    };
    if (this.shell.calm.matches) this.waiting = setTimeout(next, CALM_PAUSE);
    else next();
  }

  /** One frame: some mini-batches of every net, never more than an epoch, then the pictures. */
  frame() {
    if (!this.playing) return;
    if (!this.shell.root.isConnected) return void this.stop();
    const begun = performance.now();
    const done = allDone(this.runs, this.goal); // before the worker is asked again, it holds all there is
    if (!done && !this.#trainSlice(begun)) return void this.#schedule();
    this.turn = (this.turn + 1) % this.cards.length;
    this.draw(this.shell.calm.matches ? {} : { hasty: true, only: this.turn });
    this.frameTimes[this.frameTimes.length % 600] = performance.now() - begun;
    if (allDone(this.runs, this.goal) && this.fresh) return void this.pause();
    this.#schedule();
  }

  /** Train, or have trained, the next slice of time; false where the worker is not ready with the last one. */
  #trainSlice(begun) {
    const mayRepeat = this.shell.calm.matches;
    const budget = mayRepeat ? 20 * FRAME_BUDGET : FRAME_BUDGET;
    if (!this.trainer) {
      trainTogether(this.runs, this.goal, begun + budget, mayRepeat);
      this.fresh = true;
      return true;
    }
    if (!this.fresh) return false;
    this.fresh = false;
    this.trainer.ask({ goal: this.goal, budget: Math.max(budget, WORKER_BUDGET), mayRepeat });
    return true;
  }

  /** Draw all cards: what was learnt coarsely where `hasty`, and in the card of index `only` where that is given. */
  draw({ hasty = false, only = null } = {}) {
    this.epochs.textContent = this.epoch;
    const look = { quantity: this.spec.quantity(), epochs: this.goal, hasty };
    // Pictures first: they ask for widths, which after a change of words the browser would have to find anew.
    this.cards.forEach((card, i) => card.draw(this.shell, { ...look, withField: only === null || only === i }));
    this.cards.forEach((card) => card.write(look.quantity));
    if (this.ramped !== this.shell.theme.dark) this.ramp.style.background = magnitudeGradient(this.shell.theme);
    this.ramped = this.shell.theme.dark;
  }

  #sentence() {
    const start = `${counted(this.cards[0].run.hidden, this.spec.unit)}, ${counted(this.epoch, "epoch")}.`;
    return [start, ...this.cards.map((card) => `${card.name}: ${card.verdict}`)].join(" ");
  }

  #table() {
    const quantity = this.spec.quantity();
    const { hidden } = this.cards[0].run;
    const head = [this.spec.unit, ...this.cards.flatMap(({ name }) => [`${name}, before training`, `${name}, now`])];
    const rows = Array.from({ length: hidden }, (_, l) => [
      `${l + 1}`,
      ...this.runs.flatMap((run) => [plainNumber(run.before[quantity][l]), plainNumber(run.now[quantity][l])]),
    ]);
    return [`Root mean square of the gradient in every ${this.spec.unit}, epoch ${this.epoch}`, head, rows];
  }
}

/** One net: heading, verdict, pictures. */
class Card {
  constructor(shell, name, spec) {
    Object.assign(this, { name, spec, field: new Field(), past: new History() });
    const heading = freshId();
    this.loss = make("p", { class: "vg-loss" });
    this.sentence = make("p", { class: "vg-verdict" });
    this.canvases = Object.fromEntries(["field", "tubes", "loss", "past"].map((id) => [id, picture()]));
    this.captions = Object.fromEntries(["field", "tubes", "loss", "past"].map((id) => [id, make("p", { class: "vg-caption" })]));
    this.pointed = null;
    this.way = make("p", { class: "vg-way" });
    const block = (id) => make("div", { class: `vg-picture vg-picture-${id}` }, this.captions[id], this.canvases[id], id === "tubes" ? this.way : null);
    this.root = make(
      "section",
      { class: `vg-card vg-card-${name}`, "aria-labelledby": heading },
      shell.cardHeading({ id: heading }, ...spec.heading(name)),
      this.loss,
      this.sentence,
      make("div", { class: "vg-pictures" }, block("tubes"), block("field"), block("loss"), block("past")),
    );
  }

  begin(run) {
    this.run = run;
    this.past = new History();
    if (this.pointed >= run.hidden) this.pointed = null;
  }

  /** `chosen(layer)` hears at which tube (from 0) of this card somebody points. */
  pointing(chosen) {
    const canvas = this.canvases.tubes;
    const at = (x) => tubeAt(this.run.hidden, canvas.clientWidth, x);
    const say = (layer) => wayBack(this.run.now[this.quantity ?? "backprop"], layer, this.spec.unit);
    this.pointer = pointable(canvas, { low: () => 0, high: () => this.run.hidden - 1, at, say, chosen });
  }

  point(layer, { quantity, theme }) {
    this.pointed = layer;
    this.#tubes(quantity, theme);
    this.#sayWay();
  }

  #tubes(quantity, theme) {
    const { run, canvases } = this;
    this.quantity = quantity;
    drawThermometers(canvases.tubes, this.#height("tubes"), run.now[quantity], run.before[quantity], this.pointed, theme);
  }

  /** What stands under the tubes: the numbers of the layer that is pointed at. */
  #sayWay() {
    const words = this.pointed === null ? "" : wayBack(this.run.now[this.quantity], this.pointed, this.spec.unit);
    if (this.way.textContent !== words) this.way.textContent = words;
    this.pointer.show(this.pointed);
  }

  draw(shell, { quantity, epochs, hasty, withField }) {
    const { run } = this;
    if (withField) {
      this.field.draw(this.canvases.field, this.#height("field"), run, shell.theme, hasty);
    }
    this.#tubes(quantity, shell.theme);
    drawLoss(this.canvases.loss, 62, run.losses, epochs, shell.theme[this.name], shell.theme);
    this.past.draw(this.canvases.past, 118, run.history, quantity, epochs, shell.theme);
  }

  #height(id) {
    const width = this.canvases[id].clientWidth;
    return id === "field" ? Math.min(300, Math.max(96, 0.82 * width)) : Math.min(190, Math.max(170, 0.62 * width));
  }

  write(quantity) {
    const { run, spec } = this;
    const start = compareLayers(run.before[quantity], spec.unit);
    const learnt = judgeLearning(run);
    this.verdict = `at the start ${start.parts.join("")} ${learnt.text}`;
    const opening = run.epoch ? "at the start " : "before training ";
    const tone = learnt.bad ? "vg-bad" : "vg-fine";
    const ending = make("strong", { class: tone }, learnt.text);
    this.#say(`${opening}${this.verdict}`, () => {
      const [first, ...rest] = start.parts;
      this.sentence.replaceChildren(make("span", { class: "vg-begun" }, ...emphasise([opening + first, ...rest]), " "), ending);
    });
    this.loss.textContent = `loss ${lossNumber(run.loss)} (guessing: ${LN2.toFixed(3)})`;
    this.captions.field.textContent = `it answers ${rangeOfAnswers(run)}`;
    this.captions.tubes.textContent = `gradient by ${spec.unit} (bar: start)`;
    this.captions.loss.textContent = "loss (dashed: guessing, 0.69)";
    this.captions.past.textContent = `gradient history: ${spec.unit} × epoch`;
    this.#describe(run, quantity);
    this.#sayWay();
  }

  /** Touch the page only where the words have changed: 60 times a second they mostly have not. */
  #say(text, act) {
    if (this.said === text) return;
    this.said = text;
    act();
  }

  #describe(run, quantity) {
    const now = run.now[quantity];
    const sizes = `layer 1 ${plainNumber(now[0])}, layer ${now.length} ${plainNumber(now[now.length - 1])}`;
    this.canvases.tubes.setAttribute("aria-label", `Gradient thermometers of ${this.name}: ${sizes}.`);
    this.canvases.field.setAttribute("aria-label", `Decision regions of ${this.name}: the net answers ${rangeOfAnswers(run)}.`);
    this.canvases.loss.setAttribute("aria-label", `Loss of ${this.name} over ${run.epoch} epochs, now ${lossNumber(run.loss)}.`);
    this.canvases.past.setAttribute("aria-label", `Gradient of every layer of ${this.name} in every epoch.`);
  }
}

function rangeOfAnswers({ low, high }) {
  if (!(low <= high)) return "nothing: no numbers are left";
  const [a, b] = [low, high].map((p) => p.toFixed(2));
  return a === b ? `${a} everywhere` : `${a} to ${b}`;
}

function picture() {
  return make("canvas", { role: "img" });
}
