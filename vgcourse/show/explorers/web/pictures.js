/** The pictures of one net beside its thermometers: what it has learnt, its loss, and its gradients over time. */

import { drawHatch, drawMarker, layerLabels, openCanvas, rule, write } from "./chart.js";
import { LN2 } from "./run.js";
import { magnitudeColor, rgb } from "./theme.js";
import { lossNumber } from "./words.js";

/** The net's answer over the plane: a small bitmap, drawn large and smooth; hatched where it is no longer a number. */
export class Field {
  constructor() {
    this.tile = document.createElement("canvas");
  }

  /** Ask the net for `rows` lines of a picture of `aspect` = width / height; the height covers the data's span. */
  #update(run, theme, aspect, rows) {
    const columns = Math.round(rows * aspect);
    [this.tile.width, this.tile.height] = [columns, rows];
    const g = this.tile.getContext("2d");
    const image = g.createImageData(columns, rows);
    const colors = [theme.field0, theme.middle, theme.field1].map(rgb);
    const places = grid(columns, rows, run.data.span * aspect, run.data.span);
    this.numbers = true;
    ask(run.net, places, (i, p) => {
      paint(image.data, i, p, colors);
      this.numbers &&= !Number.isNaN(p);
    });
    g.putImageData(image, 0, 0);
  }

  /** `hasty` draws a coarse picture, for a frame of the training. */
  draw(canvas, height, run, theme, hasty) {
    const { g, width } = openCanvas(canvas, height);
    this.#update(run, theme, width / height, hasty ? (run.depth > 20 ? 9 : 18) : 44);
    g.imageSmoothingEnabled = true;
    g.imageSmoothingQuality = hasty ? "low" : "high"; // "high" is for the picture that stays
    g.save();
    g.beginPath();
    g.roundRect(0, 0, width, height, 6);
    g.clip();
    if (this.numbers) g.drawImage(this.tile, 0, 0, width, height);
    else drawHatch(g, 0, 0, width, height, theme);
    drawPoints(g, run.data, width, height, theme);
    g.restore();
  }
}

/** The middles of the cells of a picture that reaches from -width to width and from -height to height, in rows. */
function grid(columns, rows, width, height) {
  const places = new Float64Array(2 * columns * rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 2) {
      places[at] = width * ((2 * (column + 0.5)) / columns - 1);
      places[at + 1] = height * (1 - (2 * (row + 0.5)) / rows);
    }
  }
  return places;
}

/** Feed all points to the net, as many at once as it takes, and hand on each one's probability of class 1. */
function ask(net, points, answer) {
  const most = net.h[1].length / net.sizes[1];
  const answers = new Float64Array(most);
  for (let from = 0; from < points.length / 2; from += most) {
    const size = Math.min(most, points.length / 2 - from);
    net.probabilities(points.subarray(2 * from, 2 * (from + size)), size, answers);
    for (let i = 0; i < size; i += 1) answer(from + i, answers[i]);
  }
}

function paint(pixels, at, p, [low, middle, high]) {
  const away = Number.isNaN(p) ? 0 : 2 * p - 1;
  const end = away < 0 ? low : high;
  const share = Math.abs(away) ** 0.8;
  for (let c = 0; c < 3; c += 1) pixels[4 * at + c] = middle[c] + share * (end[c] - middle[c]);
  pixels[4 * at + 3] = 255;
}

function drawPoints(g, data, width, height, theme) {
  const side = height;
  const r = Math.max(1.8, Math.min(2.8, side / 90));
  for (let i = 0; i < data.size; i += 1) {
    const x = width / 2 + (data.x[2 * i] / data.span) * (side / 2);
    const y = height / 2 - (data.x[2 * i + 1] / data.span) * (side / 2);
    const shape = data.y[i] ? "square" : "circle";
    g.fillStyle = theme.paper;
    drawMarker(g, shape, x, y, r + 0.9);
    g.fillStyle = data.y[i] ? theme.class1 : theme.class0;
    drawMarker(g, shape, x, y, r);
  }
}

/** The loss of every epoch against ln 2 = 0.69, the loss of guessing; where it leaves the picture, ▲ and its size. */
export function drawLoss(canvas, height, losses, epochs, color, theme) {
  const { g, width } = openCanvas(canvas, height);
  const box = { left: 34, right: width - 8, top: 6, bottom: height - 5 };
  const top = 1;
  const y = (loss) => box.bottom - (Math.min(top, Math.max(0, loss)) / top) * (box.bottom - box.top);
  const x = (epoch) => box.left + (epoch / epochs) * (box.right - box.left);
  const { muted, font } = theme;
  rule(g, box.left, y(0), box.right, y(0), theme.line);
  rule(g, box.left, y(LN2), box.right, y(LN2), muted, [4, 3]);
  write(g, "0.69", box.left - 6, y(LN2), { color: muted, align: "right", base: "middle", font });
  write(g, "0", box.left - 6, y(0) - 3, { color: muted, align: "right", base: "middle", font });
  g.beginPath();
  losses.forEach((loss, epoch) => Number.isFinite(loss) && g.lineTo(x(epoch), y(loss)));
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.lineJoin = "round";
  g.stroke();
  g.fillStyle = color;
  const last = losses.length - 1;
  if (losses[last] <= top) drawMarker(g, "circle", x(last), y(losses[last]), 3);
  else markEscape(g, box, x(last), losses[last], theme);
}

/** A triangle at the upper edge with the number that does not fit below it. */
function markEscape(g, box, x, loss, theme) {
  const { warn: color, font } = theme;
  g.fillStyle = color;
  drawMarker(g, "triangle", Math.min(x, box.right - 5), box.top + 5, 4);
  const left = x < (box.left + box.right) / 2;
  write(g, lossNumber(loss), left ? x + 10 : x - 10, box.top + 9, { color, font, weight: 600, align: left ? "left" : "right" });
}

/** Layer × epoch, in the colours of the thermometers. Kept as a bitmap that grows by a column an epoch. */
export class History {
  constructor() {
    this.tile = document.createElement("canvas");
    this.drawn = 0;
  }

  draw(canvas, height, history, quantity, epochs, theme) {
    const depth = history[0][quantity].length;
    const key = `${quantity} ${depth} ${epochs} ${theme.dark}`;
    if (this.key !== key) this.#reset(key, epochs + 1, depth);
    for (; this.drawn < history.length; this.drawn += 1) this.#column(history[this.drawn][quantity], theme);
    const { g, width } = openCanvas(canvas, height);
    const box = { left: 34, right: width - 8, top: 6, bottom: height - 18 };
    g.fillStyle = theme.track;
    g.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    g.imageSmoothingEnabled = false;
    g.drawImage(this.tile, box.left, box.top, box.right - box.left, box.bottom - box.top);
    this.#hatch(g, box, history, quantity, epochs, theme);
    this.#labels(g, box, depth, epochs, height, theme);
  }

  /** Stripes over what is no longer a number; wider than its epoch where one alone could not be seen. */
  #hatch(g, box, history, quantity, epochs, theme) {
    const last = history.length - 1;
    const values = history[last][quantity];
    if (values.every(Number.isFinite)) return; // training ends where the numbers do
    const column = (box.right - box.left) / (epochs + 1);
    const row = (box.bottom - box.top) / values.length;
    const wide = Math.max(column, 12);
    const left = Math.min(box.left + last * column, box.right - wide);
    values.forEach((value, l) => {
      if (!Number.isFinite(value)) drawHatch(g, left, box.bottom - (l + 1) * row, wide, row, theme);
    });
  }

  #reset(key, columns, rows) {
    Object.assign(this, { key, drawn: 0 });
    [this.tile.width, this.tile.height] = [columns, rows];
  }

  #column(values, theme) {
    const g = this.tile.getContext("2d");
    const image = g.createImageData(1, values.length);
    values.forEach((value, l) => {
      const at = 4 * (values.length - 1 - l);
      // A gradient of exactly 0, or of no number, leaves its cell empty: the track shows, or the stripes.
      if (value > 0 && value < Infinity) image.data.set([...magnitudeColor(Math.log10(value), theme), 255], at);
    });
    g.putImageData(image, this.drawn, 0);
  }

  #labels(g, box, depth, epochs, height, theme) {
    const { muted: color, font } = theme;
    const row = (box.bottom - box.top) / depth;
    for (const n of layerLabels(depth, row, 13)) {
      write(g, n, box.left - 6, box.bottom - (n - 0.5) * row, { color, font, align: "right", base: "middle" });
    }
    write(g, "0", box.left, height - 5, { color, font });
    write(g, "epoch", (box.left + box.right) / 2, height - 5, { color, font, align: "center" });
    write(g, epochs, box.right, height - 5, { color, font, align: "right" });
  }
}

/** The colour scale of thermometers and history, as a CSS gradient for the legend. */
export function magnitudeGradient(theme) {
  const stops = [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4].map((e) => `rgb(${magnitudeColor(e, theme).join(", ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

