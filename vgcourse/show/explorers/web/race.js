/** Nets side by side, trained together: the stage that Thermometers and Skip share. */

import { Answers } from "./answers.js";
import { Away, Request } from "./away.js";
import { widthOf } from "./chart.js";
import { button, emphasise, freshId, legendList, make } from "./dom.js";
import { aspectOf, Field } from "./field.js";
import { drawLoss, History, magnitudeGradient } from "./pictures.js";
import { pointable } from "./pointing.js";
import { Queue } from "./queue.js";
import { drawThermometers, tubeAt } from "./tubes.js";
import { compareLayers, counted, judgeLearning, lossNumber, plainNumber, wayBack } from "./words.js";
import { LN2, Run } from "./run.js";
import { allDone, endEpoch, trainTogether } from "./together.js";
import { makeTrainer } from "./trainer.js";

const ROUND = 200;
const FRAME_BUDGET = 7;
const WORKER_BUDGET = 14; // ms: nearly a frame
const CALM_PAUSE = 500;
const REFINE_AFTER = 150;

/**
 * `shell` is the explorer's frame. `spec`: {names, unit, quantity(), settingOf(name), heading(name)}.
 * A change of any setting makes new runs; Train plays a round of 200 epochs, then another where it is pressed again.
 */
export class Race {
  playing = false;
  goal = ROUND;
  turn = 0;
  frameTimes = [];
  queue = new Queue();
  away = new Away(() => this.queue.wake());
  fresh = true; // whether the worker is ready with the last slice
  answers = null; // what a net answers all over the plane, as the worker found

  constructor(shell, spec) {
    this.shell = shell;
    this.spec = spec;
    this.cards = spec.names.map((name) => new Card(shell, name, spec));
    shell.body.append(make("div", { class: `vg-cards vg-cards-${spec.names.length}` }, ...this.cards.map((c) => c.root)));
    this.cards.forEach((card) => card.pointing((layer) => this.#point(layer), () => this.#settle()));
    shell.body.append(this.#legend());
    this.#buttons();
    shell.table = () => this.#table();
  }

  /**
   * Every setting but the choice of gradient starts the nets anew. A worker asks them, one after the other, and each is
   * drawn in a slice of time of its own, so that the slider goes on under the hand; the pictures are refined when it rests.
   */
  change(key) {
    this.#drop();
    if (key === "gradient") this.draw({ hasty: true });
    else this.#begin(key === null);
    if (!this.queue.busy) this.#tell();
  }

  /** The first time all is there at once. */
  #begin(firstTime) {
    this.#halt();
    this.goal = ROUND;
    this.epochs.textContent = 0;
    this.train.textContent = "Train";
    const looks = this.cards.map((card) => new Request("look", { setting: this.spec.settingOf(card.name), aspect: card.aspect }));
    if (!firstTime) this.away.send(looks);
    const jobs = this.cards.flatMap((card, i) => this.#newcomer(card, looks[i]));
    this.queue.run(jobs, (done) => done && this.#tell());
    if (firstTime) this.queue.finish();
  }

  /** The jobs that give a card its new run: the first look, then numbers and words, then the field. */
  #newcomer(card, request) {
    const look = { quantity: this.spec.quantity(), epochs: this.goal, hasty: true };
    const show = () => {
      card.begin(Run.from(request.given.setting, request.result.state));
      card.draw(this.shell, { ...look, withField: false });
      card.write(look.quantity);
    };
    return [request.done, show, () => card.draw(this.shell, { ...look, onlyField: true, answers: request.result.answers })];
  }

  /** After a change: words for who listens, numbers for who reads, and fine pictures when the hand rests. */
  #tell() {
    this.#legendColors();
    this.shell.say(this.#sentence());
    this.shell.writeNumbers();
    clearTimeout(this.refining);
    this.refining = setTimeout(() => this.playing || this.#refine(), REFINE_AFTER);
  }

  #refine() {
    this.queue.run(this.cards.flatMap((card) => card.refinement(this.shell)));
  }

  /** What is still to do for the last change is done: before anybody looks at the runs. */
  #settle() {
    this.queue.finish();
  }

  /** The last change is overtaken by another: its pictures need no refinement, its runs no look. */
  #drop() {
    clearTimeout(this.refining);
    if (this.queue.busy) this.queue.stop();
  }

  /** All nets show the same layer, so that their numbers can be compared. */
  #point(layer) {
    const look = { quantity: this.spec.quantity(), theme: this.shell.theme };
    this.cards.forEach((card) => card.point(layer, look));
  }

  #makeRuns() {
    this.goal = ROUND;
    this.cards.forEach((card) => card.begin(new Run(this.spec.settingOf(card.name)).looked()));
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
    const sizes = make("li", {}, "10⁻⁸ or less", this.ramp, make("span", { class: "vg-hidden" }, " to "), "10⁴ or more");
    const [bar, striped] = legendList([["bar", "before training"], ["striped", "no longer a number"]]).children;
    return make("ul", { class: "vg-legend", "aria-label": "Colours of the gradient's size" }, sizes, bar, striped);
  }

  get epoch() {
    return Math.max(...this.cards.map(({ run }) => run?.epoch ?? 0));
  }

  get runs() {
    this.#settle();
    return this.cards.map(({ run }) => run);
  }

  play() {
    this.#settle();
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
    const trained = (answers) => ([this.fresh, this.answers] = [true, answers]);
    trained(null);
    this.trainer = makeTrainer(this.runs, trained, failed);
  }

  #halt() {
    this.playing = false;
    this.trainer?.end();
    this.trainer = null;
    cancelAnimationFrame(this.pending);
    clearTimeout(this.waiting);
    this.train.textContent = this.epoch ? "Continue" : "Train";
  }

  /** Trained so far that a picture of it has something to say. */
  pose() {
    this.runs.forEach((run) => {
      for (let i = 0; i < ROUND; i += 1) run.trainEpoch();
    });
    this.pause();
    this.draw();
  }

  /** Between two epochs of all nets: what one answers is then what is said of it, and one number is the epoch of all. */
  pause() {
    this.#halt();
    endEpoch(this.runs);
    this.draw({ hasty: true });
    this.#tell();
  }

  stop() {
    this.#halt();
    this.#drop();
    this.away.end();
  }

  reset() {
    this.#drop();
    this.#makeRuns();
    this.pause();
  }

  step() {
    this.#settle();
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
    if (!done && this.trainer && !this.fresh) return void this.#schedule();
    const { answers } = this;
    this.turn = answers ? answers.index : (this.turn + 1) % this.cards.length;
    if (!done) this.#trainSlice(begun);
    this.draw(this.shell.calm.matches ? {} : { hasty: true, only: this.turn, answers });
    this.frameTimes[this.frameTimes.length % 600] = performance.now() - begun;
    if (allDone(this.runs, this.goal) && this.fresh) return void this.pause();
    this.#schedule();
  }

  /** Train the next slice of time, or have it trained, together with what the next card's net then answers. */
  #trainSlice(begun) {
    const mayRepeat = this.shell.calm.matches;
    const budget = mayRepeat ? 20 * FRAME_BUDGET : FRAME_BUDGET;
    if (!this.trainer) {
      this.answers = null;
      return void trainTogether(this.runs, this.goal, begun + budget, mayRepeat);
    }
    this.fresh = false;
    const index = (this.turn + 1) % this.cards.length;
    const field = { index, aspect: this.cards[index].aspect };
    this.trainer.ask({ goal: this.goal, budget: Math.max(budget, WORKER_BUDGET), mayRepeat, field });
  }

  /**
   * Draw all cards: what was learnt coarsely where `hasty`, and in the card of index `only` where that is given, from
   * these `answers` of its net where there are any.
   */
  draw({ hasty = false, only = null, answers = null } = {}) {
    this.#settle();
    this.epochs.textContent = this.epoch;
    const look = { quantity: this.spec.quantity(), epochs: this.goal, hasty };
    // Pictures first: they ask for widths, which after a change of words the browser would have to find anew.
    this.cards.forEach((card, i) => card.draw(this.shell, { ...look, answers, withField: only === null || only === i }));
    this.cards.forEach((card) => card.write(look.quantity));
    this.#legendColors();
  }

  #legendColors() {
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
  field = new Field();
  past = new History();
  run = null;

  constructor(shell, name, spec) {
    this.name = name;
    this.spec = spec;
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
    this.past.restart();
    if (this.pointed >= run.hidden) this.pointed = null;
  }

  /** `chosen(layer)` hears at which tube (from 0) of this card somebody points; `ready()` has the nets come that will. */
  pointing(chosen, ready) {
    const canvas = this.canvases.tubes;
    const at = (x) => tubeAt(this.run.hidden, canvas.clientWidth, x);
    const say = (layer) => wayBack(this.run.now[this.quantity ?? "backprop"], layer, this.spec.unit);
    this.pointer = pointable(canvas, { low: () => 0, high: () => this.run.hidden - 1, at, say, chosen, ready });
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

  /** The pictures: all of them, or without the field, or the field only. */
  draw(shell, { quantity, epochs, hasty, answers = null, withField = true, onlyField = false }) {
    const { run } = this;
    if (withField) this.#drawField(answers ?? new Answers(run, this.aspect, hasty).whole(), shell.theme);
    if (onlyField) return;
    this.#tubes(quantity, shell.theme);
    drawLoss(this.canvases.loss, 62, run.losses, epochs, shell.theme[this.name], shell.theme);
    this.past.draw(this.canvases.past, 118, run.history, quantity, epochs, shell.theme);
  }

  /** The jobs that draw the field finely. */
  refinement({ theme }) {
    let answers = null;
    const begin = () => void (answers = new Answers(this.run, this.aspect, false));
    return [begin, () => answers.askOn(), () => this.#drawField(answers, theme)];
  }

  #drawField(answers, theme) {
    this.field.show(this.canvases.field, this.#height("field"), answers, this.run.data, theme);
  }

  /** Width / height of the picture of what was learnt. */
  get aspect() {
    return aspectOf(this.canvases.field, this.#height("field"));
  }

  #height(id) {
    const width = widthOf(this.canvases[id]);
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
    const { unit } = this.spec;
    const sizes = `${unit} 1 ${plainNumber(now[0])}, ${unit} ${now.length} ${plainNumber(now[now.length - 1])}`;
    this.canvases.tubes.setAttribute("aria-label", `Gradient thermometers of ${this.name}: ${sizes}.`);
    this.canvases.field.setAttribute("aria-label", `Decision regions of ${this.name}: the net answers ${rangeOfAnswers(run)}.`);
    this.canvases.loss.setAttribute("aria-label", `Loss of ${this.name} over ${run.epoch} epochs, now ${lossNumber(run.loss)}.`);
    this.canvases.past.setAttribute("aria-label", `Gradient of every ${unit} of ${this.name} in every epoch.`);
  }
}

function rangeOfAnswers({ low, high }) {
  if (!(low <= high)) return "nothing: no numbers are left";
  const [a, b] = [low, high].map((p) => p.toFixed(2));
  return a === b ? `${a} at every point` : `${a} to ${b}`;
}

function picture() {
  return make("canvas", { role: "img" });
}
