/** Drawing on canvas: sharp on every screen, axes with round numbers, lines with markers. */

import { EXPLODED, VANISHED } from "./scales.js";
import { rgb } from "./theme.js";
import { powerOfTen } from "./words.js";

/** Pixels of a canvas for each of CSS. */
export function canvasDensity() {
  return Math.min(3, window.devicePixelRatio || 1);
}

const widths = new WeakMap();
const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => widths.set(target, target.clientWidth)));

/**
 * CSS width of a canvas. It is kept until it changes: the browser, asked after a change of words, would have to lay out
 * the page at once.
 */
export function widthOf(canvas) {
  if (widths.get(canvas)) return widths.get(canvas);
  widths.set(canvas, canvas.clientWidth);
  resized.observe(canvas);
  return canvas.clientWidth;
}

/** Size the canvas to its CSS width and `height`; returns `{g, width, height}` in CSS pixels, cleared. */
export function openCanvas(canvas, height) {
  const width = Math.max(90, widthOf(canvas));
  const density = canvasDensity();
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) {
    [canvas.width, canvas.height] = [w, h];
    canvas.style.height = `${height}px`;
  }
  const g = canvas.getContext("2d");
  g.label ??= parseFloat(getComputedStyle(canvas).getPropertyValue("--vg-size-label")); // as palette.py has it
  g.setTransform(density, 0, 0, density, 0, 0);
  g.clearRect(0, 0, width, height);
  return { g, width, height };
}

/**
 * A text at its place, moved inwards where it would leave the canvas. Words over data have a `ground`: the colour that is
 * drawn around their letters, so that a line under them takes nothing away.
 */
export function write(g, text, x, y, { color, align = "left", base = "alphabetic", size = g.label, weight = 400, font, ground = null }) {
  g.font = `${weight} ${size}px ${font}`;
  g.textAlign = align;
  g.textBaseline = base;
  const at = inside(g, x, g.measureText(text));
  if (ground) {
    g.strokeStyle = ground;
    g.lineWidth = 4;
    g.lineJoin = "round";
    g.strokeText(text, at, y);
  }
  g.fillStyle = color;
  g.fillText(text, at, y);
}

/** `x`, or the nearest place to it where a text of this size is on the canvas as a whole. */
function inside(g, x, { actualBoundingBoxLeft: left, actualBoundingBoxRight: right }) {
  const room = g.canvas.width / canvasDensity();
  return Math.max(left, Math.min(room - right, x));
}

/** Whole exponents between low and high, at most `most` of them and always the same distance apart. */
export function decades(low, high, most = 6) {
  const step = Math.max(1, Math.ceil((high - low) / (most - 1)));
  const first = Math.ceil(high / step) * step;
  const ticks = [];
  for (let exponent = first; exponent >= low; exponent -= step) if (exponent <= high) ticks.push(exponent);
  return ticks;
}

/**
 * A logarithmic y axis over `box` = {left, right, top, bottom}: grid, labels, and the two zones shaded, vanished
 * below and exploded above. Returns which of them are in view, as {vanished, exploded}.
 */
export function drawLogAxis(g, box, scale, theme, most = 6) {
  const zones = { vanished: scale.low < VANISHED, exploded: scale.high > EXPLODED };
  const [low, high] = [VANISHED, EXPLODED].map((exponent) => scale.at(Math.min(scale.high, Math.max(scale.low, exponent))));
  g.fillStyle = theme.shade;
  if (zones.vanished) g.fillRect(box.left, low, box.right - box.left, box.bottom - low);
  if (zones.exploded) g.fillRect(box.left, box.top, box.right - box.left, high - box.top);
  drawDecades(g, box, scale, theme, most);
  if (zones.vanished) rule(g, box.left, low, box.right, low, theme.warn, [4, 3]);
  if (zones.exploded) rule(g, box.left, high, box.right, high, theme.warn, [4, 3]);
  return zones;
}

/** The look of what is no longer a number, like nothing else on the page: stripes in the colour of warnings. */
export function drawHatch(g, left, top, width, height, theme) {
  g.save();
  g.beginPath();
  g.rect(left, top, width, height);
  g.clip();
  g.fillStyle = theme.paper;
  g.fillRect(left, top, width, height);
  g.strokeStyle = theme.warn;
  g.lineWidth = 2.5;
  g.beginPath();
  for (let x = left - height; x < left + width; x += 7) {
    g.moveTo(x, top + height);
    g.lineTo(x + height, top);
  }
  g.stroke();
  g.restore();
}

/** Grid lines and labels at whole powers of ten. */
export function drawDecades(g, box, scale, theme, most) {
  for (const exponent of decades(scale.low, scale.high, most)) {
    const y = scale.at(exponent);
    rule(g, box.left, y, box.right, y, theme.line);
    write(g, powerOfTen(exponent), box.left - 6, y, { color: theme.muted, align: "right", base: "middle", font: theme.font });
  }
}

/** Three words under an axis: left, centre, right; `short` ones where the long ones would touch. */
export function writeEnds(g, box, y, long, short, theme) {
  g.font = `400 11px ${theme.font}`;
  const room = box.right - box.left - 16;
  const words = long.reduce((sum, text) => sum + g.measureText(text).width, 0) < room ? long : short;
  const places = [box.left, (box.left + box.right) / 2, box.right];
  ["left", "center", "right"].forEach((align, i) => {
    const color = i === 1 ? theme.warn : theme.muted;
    write(g, words[i], places[i], y, { color, font: theme.font, align });
  });
}

export function rule(g, x0, y0, x1, y1, color, dash = [], thickness = 1) {
  g.save();
  g.strokeStyle = color;
  g.lineWidth = thickness;
  g.setLineDash(dash);
  g.beginPath();
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
  g.stroke();
  g.restore();
}

/** The numbers of `count` layers that fit beside an axis, first and last among them: never two that touch. */
export function layerLabels(count, spacing, needed = 7 + 8 * String(count).length) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => size * spacing >= needed) ?? 100;
  const numbers = [1];
  const fits = (n, last) => (n - numbers[numbers.length - 1]) * spacing >= needed && (last - n) * spacing >= needed;
  for (let n = step === 1 ? 2 : step; n < count; n += step) if (fits(n, count)) numbers.push(n);
  if (count > 1) numbers.push(count);
  return numbers;
}

/** A line through `points` [[x, y]...] with its dash; `markers` draws its sign at every point. */
export function drawLine(g, points, color, { dash = [], thickness = 2.5, marker = null, every = 1 } = {}) {
  g.save();
  g.strokeStyle = color;
  g.fillStyle = color;
  g.lineWidth = thickness;
  g.lineJoin = "round";
  g.setLineDash(dash);
  g.beginPath();
  points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
  g.stroke();
  g.setLineDash([]);
  const marked = (i) => i % every === 0 || i === points.length - 1;
  if (marker) points.forEach(([x, y], i) => marked(i) && drawMarker(g, marker, x, y, 3.4));
  g.restore();
}

/** Fill between two lines of equal length. */
export function drawBand(g, upper, lower, color, opacity = 0.18) {
  g.save();
  g.fillStyle = `rgba(${rgb(color).join(", ")}, ${opacity})`;
  g.beginPath();
  upper.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
  [...lower].reverse().forEach(([x, y]) => g.lineTo(x, y));
  g.fill();
  g.restore();
}

export function drawMarker(g, shape, x, y, r) {
  g.beginPath();
  if (shape === "circle") g.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "square") g.rect(x - r, y - r, 2 * r, 2 * r);
  else polygon(g, POLYGONS[shape], x, y, 1.25 * r);
  g.fill();
}

const POLYGONS = {
  diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
  triangle: [[0, -1], [1, 0.8], [-1, 0.8]],
  down: [[0, 1], [1, -0.8], [-1, -0.8]],
};

function polygon(g, corners, x, y, r) {
  corners.forEach(([a, b], i) => (i ? g.lineTo(x + r * a, y + r * b) : g.moveTo(x + r * a, y + r * b)));
  g.closePath();
}
