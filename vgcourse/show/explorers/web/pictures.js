/** The pictures of one net: what it has learnt, a thermometer per layer, and both over time. */

import { drawLogAxis, drawMarker, layerLabels, logScale, openCanvas, rule, write, writeEnds } from "./chart.js";
import { LN2 } from "./run.js";
import { magnitudeColor, rgb } from "./theme.js";

const FLOOR = -10;
const CEILING = 0;

/** The net's answer over the plane: a small bitmap, drawn large and smooth. */
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
    ask(run.net, places, (i, p) => paint(image.data, i, p, colors));
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
    g.drawImage(this.tile, 0, 0, width, height);
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

/** One tube per layer filled to the size of its gradient; the bar shows where it stood before training. */
export function drawThermometers(canvas, height, now, before, theme) {
  const { g, width } = openCanvas(canvas, height);
  const box = { left: 34, right: width - 8, top: 8, bottom: height - 34 };
  const scale = logScale(FLOOR, CEILING, box.bottom, box.top);
  drawLogAxis(g, box, scale, theme);
  const spacing = (box.right - box.left) / now.length;
  const tube = Math.max(2, Math.min(22, spacing * 0.62));
  now.forEach((value, l) => {
    const x = box.left + (l + 0.5) * spacing;
    drawTube(g, x, tube, box, scale, value, theme);
    drawBefore(g, x, Math.min(spacing - 1, tube + 8), scale.place(before[l]), theme);
  });
  const { muted: color, font } = theme;
  for (const n of layerLabels(now.length, spacing)) {
    write(g, n, box.left + (n - 0.5) * spacing, box.bottom + 13, { color, font, align: "center", weight: 600 });
  }
  const long = ["← input", "shaded: vanished", "output →"];
  writeEnds(g, box, height - 5, long, ["← in", "vanished", "out →"], theme);
}

function drawTube(g, x, tube, box, scale, value, theme) {
  const radius = tube / 2;
  g.fillStyle = theme.track;
  g.beginPath();
  g.roundRect(x - radius, box.top, tube, box.bottom - box.top, radius);
  g.fill();
  if (!(value > 0)) return;
  const top = Math.min(scale.place(value), box.bottom - 2);
  const [red, green, blue] = magnitudeColor(Math.log10(value), theme.dark);
  g.save();
  g.clip();
  g.fillStyle = `rgb(${red}, ${green}, ${blue})`;
  g.fillRect(x - radius, top, tube, box.bottom - top);
  g.restore();
}

function drawBefore(g, x, length, y, theme) {
  g.fillStyle = theme.paper;
  g.fillRect(x - length / 2 - 1, y - 2.5, length + 2, 5);
  g.fillStyle = theme.ink;
  g.fillRect(x - length / 2, y - 1.5, length, 3);
}

/** The loss of every epoch against ln 2, the loss of guessing. */
export function drawLoss(canvas, height, losses, epochs, color, theme) {
  const { g, width } = openCanvas(canvas, height);
  const box = { left: 34, right: width - 8, top: 6, bottom: height - 5 };
  const top = 1;
  const y = (loss) => box.bottom - (Math.min(top, Math.max(0, loss)) / top) * (box.bottom - box.top);
  const x = (epoch) => box.left + (epoch / epochs) * (box.right - box.left);
  const { muted, font } = theme;
  rule(g, box.left, y(0), box.right, y(0), theme.line);
  rule(g, box.left, y(LN2), box.right, y(LN2), muted, [4, 3]);
  write(g, "ln 2", box.left - 6, y(LN2), { color: muted, align: "right", base: "middle", font });
  write(g, "0", box.left - 6, y(0) - 3, { color: muted, align: "right", base: "middle", font });
  g.beginPath();
  losses.forEach((loss, epoch) => g.lineTo(x(epoch), y(loss)));
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.lineJoin = "round";
  g.stroke();
  g.fillStyle = color;
  const last = losses.length - 1;
  if (Number.isFinite(losses[last])) drawMarker(g, "circle", x(last), y(losses[last]), 3);
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
    this.#labels(g, box, depth, epochs, height, theme);
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
      image.data.set([...magnitudeColor(value > 0 ? Math.log10(value) : value - 99, theme.dark), 255], at);
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
  const stops = [-8, -7, -6, -5, -4, -3, -2, -1, 0].map((e) => `rgb(${magnitudeColor(e, theme.dark).join(", ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

