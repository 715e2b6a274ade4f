/** The pictures of one net over time, beside its thermometers: its loss, and the gradient of every layer. */

import { drawHatch, drawMarker, layerLabels, openCanvas, rule, write } from "./chart.js";
import { LN2 } from "./run.js";
import { magnitudeColor } from "./theme.js";
import { lossNumber } from "./words.js";

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
  key = "";

  constructor() {
    this.tile = document.createElement("canvas");
    this.drawn = 0;
  }

  /** Another run's history comes. */
  restart() {
    this.key = "";
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
    [this.key, this.drawn] = [key, 0];
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

