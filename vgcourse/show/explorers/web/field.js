/** What a net has learnt: its answer at every place of the plane, as colours under the data. */

import { canvasDensity, drawHatch, drawMarker, openCanvas, widthOf } from "./chart.js";
import { rgb } from "./theme.js";

const SHADES = 256;

/** A small bitmap, drawn large and smooth; hatched where an answer is no longer a number. */
export class Field {
  constructor() {
    this.tile = document.createElement("canvas");
  }

  /** Put answers, `{columns, rows, hasty, logits}`, on the canvas, with the data on top. */
  show(canvas, height, { columns, rows, hasty, logits }, data, theme) {
    const { g, width } = openCanvas(canvas, height);
    const numbers = this.#paint(columns, rows, logits, fieldColors(theme));
    g.imageSmoothingEnabled = true;
    g.imageSmoothingQuality = hasty ? "low" : "high"; // "high" is for the picture that stays
    g.save();
    g.beginPath();
    g.roundRect(0, 0, width, height, 6);
    g.clip();
    if (numbers) g.drawImage(this.tile, 0, 0, width, height);
    else drawHatch(g, 0, 0, width, height, theme);
    g.drawImage(pointsPicture(data, width, height, theme), 0, 0, width, height);
    g.restore();
  }

  /** Colour the bitmap; whether all answers are numbers. */
  #paint(columns, rows, logits, colors) {
    const pixels = new ImageData(columns, rows);
    const into = new Uint32Array(pixels.data.buffer);
    let numbers = true;
    for (let i = 0; i < logits.length; i += 1) {
      const p = 1 / (1 + Math.exp(-logits[i]));
      if (p >= 0) into[i] = colors[Math.round(p * SHADES)];
      else numbers = false;
    }
    [this.tile.width, this.tile.height] = [columns, rows];
    this.tile.getContext("2d").putImageData(pixels, 0, 0);
    return numbers;
  }
}

/** Width / height of the picture on a canvas that has this height. */
export function aspectOf(canvas, height) {
  return Math.max(90, widthOf(canvas)) / height;
}

let colorsMade = { key: "" };

/** The colours of the answers from 0 to 1, each as the four bytes of a pixel; made once for a theme. */
function fieldColors(theme) {
  const ends = [theme.field0, theme.middle, theme.field1];
  const key = ends.join(" ");
  if (colorsMade.key !== key) colorsMade = { key, pixels: shades(ends.map(rgb)) };
  return colorsMade.pixels;
}

/** @param {number[][]} ends of the scale and its middle: red, green, blue */
function shades(ends) {
  const [low, middle, high] = ends;
  const bytes = new Uint8ClampedArray(4 * (SHADES + 1));
  for (let i = 0; i <= SHADES; i += 1) {
    const away = (2 * i) / SHADES - 1;
    const end = away < 0 ? low : high;
    const share = Math.abs(away) ** 0.8;
    bytes.set([...middle.map((value, c) => value + share * (end[c] - value)), 255], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

let pointsMade = { key: "" };

/** The data as a bitmap of the canvas's own pixels: nets change, points do not. */
function pointsPicture(data, width, height, theme) {
  const density = canvasDensity();
  const key = [data.id, data.size, width, height, density, theme.paper, theme.class0, theme.class1].join(" ");
  if (pointsMade.key === key) return pointsMade.tile;
  const tile = document.createElement("canvas");
  [tile.width, tile.height] = [Math.round(width * density), Math.round(height * density)];
  const g = tile.getContext("2d");
  g.scale(density, density);
  drawPoints(g, data, width, height, theme);
  pointsMade = { key, tile };
  return tile;
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
