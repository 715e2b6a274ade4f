/** The thermometers: one tube per layer, filled to the size of its gradient. */

import { drawHatch, drawLogAxis, drawMarker, layerLabels, openCanvas, write, writeEnds } from "./chart.js";
import { logScale, outsiders, stateOn } from "./scales.js";
import { magnitudeColor } from "./theme.js";
import { plainNumber } from "./words.js";

/** All thermometers of the course have one scale, so that they can be compared. */
export const TUBE_SCALE = { low: -8, high: 4 };

/** What is drawn for each layer: `{state, share}`, the share of the tube that is filled. Tests read it too. */
export function tubeMarks(values) {
  const scale = logScale(TUBE_SCALE.low, TUBE_SCALE.high, 0, 1);
  return Array.from(values, (value) => {
    const state = stateOn(scale, value);
    return { state, share: state === "blown" ? null : scale.place(value) };
  });
}

const LEFT = 34;
const RIGHT = 8;

/** Index of the tube at `x` on a canvas of this width with so many tubes. */
export function tubeAt(count, width, x) {
  const share = (x - LEFT) / (width - RIGHT - LEFT);
  return Math.max(0, Math.min(count - 1, Math.floor(share * count)));
}

/** Tubes for the sizes `now`; a bar shows where each stood `before` training. `pointed`: index of a tube, or null. */
export function drawThermometers(canvas, height, now, before, pointed, theme) {
  const { g, width } = openCanvas(canvas, height);
  const box = { left: LEFT, right: width - RIGHT, top: 17, bottom: height - 46 };
  const scale = logScale(TUBE_SCALE.low, TUBE_SCALE.high, box.bottom, box.top);
  drawLogAxis(g, box, scale, theme);
  const spacing = (box.right - box.left) / now.length;
  const tube = Math.max(2, Math.min(22, spacing * 0.62));
  const middle = (l) => box.left + (l + 0.5) * spacing;
  if (pointed !== null) {
    g.fillStyle = theme.line;
    g.fillRect(middle(pointed) - spacing / 2, box.top, spacing, box.bottom - box.top + 34);
  }
  now.forEach((value, l) => {
    drawTube(g, middle(l), tube, box, scale, value, theme);
    drawBefore(g, middle(l), Math.min(spacing - 1, tube + 8), scale, before[l], theme);
  });
  writeOutsiders(g, box, scale, now, middle, theme);
  const { muted: color, font } = theme;
  for (const n of layerLabels(now.length, spacing)) {
    write(g, n, middle(n - 1), box.bottom + 28, { color, font, align: "center", weight: 600 });
  }
  const long = ["← input", "shaded: vanished, exploded", "output →"];
  writeEnds(g, box, height - 5, long, ["← in", "", "out →"], theme);
}

function drawTube(g, x, tube, box, scale, value, theme) {
  const state = stateOn(scale, value);
  const radius = tube / 2;
  g.fillStyle = theme.track;
  g.beginPath();
  g.roundRect(x - radius, box.top, tube, box.bottom - box.top, radius);
  g.fill();
  if (state === "zero") return;
  g.save();
  g.clip();
  if (state === "blown") drawHatch(g, x - radius, box.top, tube, box.bottom - box.top, theme);
  else {
    const top = Math.min(scale.place(value), box.bottom - 2);
    g.fillStyle = `rgb(${magnitudeColor(Math.log10(value), theme).join(", ")})`;
    g.fillRect(x - radius, top, tube, box.bottom - top);
  }
  g.restore();
}

/** A bar at the value, or a triangle at the edge beyond which it lies. */
function drawBefore(g, x, length, scale, value, theme) {
  const state = stateOn(scale, value);
  if (state === "blown") return;
  const y = scale.place(value);
  if (state !== "inside") {
    g.fillStyle = theme.ink;
    drawMarker(g, state === "above" ? "triangle" : "down", x, y, Math.min(3, length / 3));
    return;
  }
  g.fillStyle = theme.paper;
  g.fillRect(x - length / 2 - 1, y - 2.5, length + 2, 5);
  g.fillStyle = theme.ink;
  g.fillRect(x - length / 2, y - 1.5, length, 3);
}

const SIGNS = { above: "▲", below: "▼", zero: "", blown: "" };

/** ▲ and ▼ with the most extreme number of each group of layers that the scale does not hold; 0; not a number. */
function writeOutsiders(g, box, scale, values, middle, theme) {
  const ends = { top: 0, bottom: 0 };
  for (const { state, from, to, value } of outsiders(scale, values)) {
    const row = state === "above" || state === "blown" ? "top" : "bottom";
    const number = state === "blown" ? (to > from ? "not numbers" : "NaN") : plainNumber(value);
    const text = `${SIGNS[state]}${number}`;
    g.font = `600 11px ${theme.font}`;
    const wide = g.measureText(text).width;
    const x = Math.max(box.left, Math.min(box.right - wide, (middle(from) + middle(to) - wide) / 2));
    const fits = x >= ends[row] + 4;
    const color = theme.warn;
    write(g, fits ? text : SIGNS[state], x, row === "top" ? box.top - 5 : box.bottom + 13, { color, font: theme.font, weight: 600 });
    if (fits) ends[row] = x + wide;
  }
}
