/** A net drawn as columns of units, and its gradient as arrows that go back from column to column. */

import { drawHatch, openCanvas, rule, widthOf, write } from "./chart.js";
import { rms } from "./backward_pass.js";
import { logScale, stateOn } from "./scales.js";
import { magnitudeColor } from "./theme.js";
import { TUBE_SCALE } from "./tubes.js";
import { factorText, plainNumber } from "./words.js";

const SIZE_SHARE = logScale(TUBE_SCALE.low, TUBE_SCALE.high, 0, 1); // thermometers and arrows have one scale
const EDGE_MOST = 5;
const ARROW_MOST = 22;
const NARROW = 560;
const ROW = 12; // from one height of factors to the next
const FACTOR_LOOKS = [{ sign: "× ", size: 12 }, { sign: "", size: 12 }, { sign: "", size: 10 }]; // the first that fits

/** Heights of the picture's parts, from above: names, the ways around, units, arrows, sizes. */
function partsOf(pass, width, rows) {
  const around = pass.arrows.some(({ direct }) => direct) ? 38 + ROW * Math.max(2, rows) : 0;
  const units = width < NARROW ? 150 : 200;
  const top = 24 + around;
  const lane = top + units + 40 + ROW * (rows - 1);
  return { around, top, bottom: top + units, lane, sizes: lane + 34, height: lane + 62, left: 30, right: width - 30 };
}

/** How the factors are written so that no two of them touch: with their sign, without, smaller, or on several heights. */
function factorLook(g, { arrows }, room, theme) {
  const texts = arrows.flatMap(({ factor, direct, branch }) => (direct ? [direct, branch] : [{ factor }])).map((way) => factorText(way.factor));
  const widest = ({ sign, size }) => {
    g.font = `600 ${size}px ${theme.font}`;
    return Math.max(...texts.map((text) => g.measureText(sign + text).width));
  };
  const fits = FACTOR_LOOKS.find((look) => widest(look) + 6 <= room);
  if (fits) return { ...fits, rows: 1 };
  const smallest = FACTOR_LOOKS[FACTOR_LOOKS.length - 1];
  return { ...smallest, rows: Math.ceil((widest(smallest) + 6) / room) };
}

/** How thick an arrow for a gradient of this size is, as a share of the thickest: the logarithm, 10⁻⁸ to 10⁴. */
export function arrowShare(size) {
  return Number.isFinite(size) ? SIZE_SHARE.place(size) : 1;
}

/**
 * Draw the pass as far as it has come: `shown` arrows, the last one partly (3.4: three, and 40 % of the fourth).
 * `pointed`: index of the column that is pointed at, or null.
 */
export function drawNetwork(canvas, pass, shown, pointed, theme) {
  const spacing = (widthOf(canvas) - 60) / (pass.columns.length - 1);
  const look = factorLook(canvas.getContext("2d"), pass, spacing, theme);
  const parts = partsOf(pass, widthOf(canvas), look.rows);
  const { g } = openCanvas(canvas, parts.height);
  const place = { ...parts, look, spacing, x: (i) => parts.left + i * spacing };
  if (pointed !== null) drawPointed(g, place, pointed, theme);
  pass.columns.forEach((column, i) => i && drawConnections(g, place, pass.columns[i - 1], column, i, theme));
  pass.arrows.forEach((arrow, i) => {
    const share = Math.min(1, shown - i);
    if (share > 0) drawArrows(g, place, pass, arrow, share, theme);
  });
  const reached = pass.columns.length - 1 - Math.floor(shown);
  pass.columns.forEach((column, i) => drawColumn(g, place, column, i, i >= reached && shown > 0, theme));
  writeNames(g, place, pass, pointed, theme);
  if (shown > 0) writeSizes(g, place, pass, reached, pointed, theme);
}

/** Index of the column that is nearest to `x` on a canvas of this width. */
export function columnAt(pass, width, x) {
  const [left, right, last] = [30, width - 30, pass.columns.length - 1];
  return Math.max(0, Math.min(last, Math.round(((x - left) / (right - left)) * last)));
}

function drawPointed(g, place, column, theme) {
  const wide = Math.min(place.spacing, 64);
  g.fillStyle = theme.track;
  g.fillRect(place.x(column) - wide / 2, 4, wide, place.height - 4);
}

/** The middles of a column's units from above. */
function unitPlaces({ units }, place) {
  const middle = (place.top + place.bottom) / 2;
  const step = Math.min(34, (place.bottom - place.top) / Math.max(1, units));
  return Array.from({ length: units }, (_, j) => middle + (j - (units - 1) / 2) * step);
}

function radius({ units }, place) {
  return Math.max(2, Math.min(9, place.spacing / 4, (0.42 * (place.bottom - place.top)) / units));
}

/** Where the signal goes, before any gradient has come back. */
function drawConnections(g, place, before, column, i, theme) {
  const [from, to] = [unitPlaces(before, place), unitPlaces(column, place)];
  for (const a of from) for (const b of to) rule(g, place.x(i - 1), a, place.x(i), b, theme.line);
}

function drawArrows(g, place, pass, arrow, share, theme) {
  drawEdges(g, place, pass, arrow, share, theme);
  const [from, to] = [place.x(arrow.from), place.x(arrow.to)];
  const below = { y: place.lane, from: from - 7, to: to + 7 };
  drawArrow(g, below, (arrow.branch ?? arrow).size, share, theme);
  if (share === 1) writeFactor(g, place, arrow, (arrow.branch ?? arrow).factor, place.lane - 20, theme);
  if (arrow.direct) drawAround(g, place, arrow, share, theme);
}

/** The connections that have carried something, coloured from the right as far as the pass has come. */
function drawEdges(g, place, pass, { from, to, edges }, share, theme) {
  const [right, left] = [place.x(from), place.x(to)];
  const ends = unitPlaces(pass.columns[from], place);
  const starts = unitPlaces(pass.columns[to], place);
  const most = Math.min(EDGE_MOST, (0.3 * (place.bottom - place.top)) / Math.max(ends.length, starts.length));
  starts.forEach((a, k) =>
    ends.forEach((b, j) => {
      const size = edges[k * ends.length + j];
      if (size === 0) return;
      const thick = 0.4 + most * arrowShare(size) ** 1.5;
      rule(g, right, b, right + share * (left - right), b + share * (a - b), sizeColor(size, theme), [], thick);
    }),
  );
}

function sizeColor(size, theme) {
  if (!Number.isFinite(size)) return theme.warn;
  return `rgb(${magnitudeColor(Math.log10(size), theme).join(", ")})`;
}

/** A fat arrow to the left; nothing but a dotted line where nothing comes, stripes where no number is left. */
function drawArrow(g, { y, from, to }, size, share, theme) {
  const tip = from + share * (to - from);
  if (size === 0) return void rule(g, from, y, tip, y, theme.muted, [2, 4]);
  const half = Math.max(0.6, (ARROW_MOST / 2) * arrowShare(size));
  const head = Math.min(half + 5, from - tip);
  g.save();
  g.beginPath();
  [[from, -half], [tip + head, -half], [tip + head, -half - 4], [tip, 0]].forEach(([x, dy]) => g.lineTo(x, y + dy));
  [[tip + head, half + 4], [tip + head, half], [from, half]].forEach(([x, dy]) => g.lineTo(x, y + dy));
  g.closePath();
  g.fillStyle = sizeColor(size, theme);
  if (Number.isFinite(size)) g.fill();
  else {
    g.clip();
    drawHatch(g, tip, y - half - 4, from - tip, 2 * half + 8, theme);
  }
  g.restore();
}

/** The way around the layer, above the units: an arc from column to column. */
function drawAround(g, place, { from, to, direct }, share, theme) {
  const [right, left] = [place.x(from), place.x(to)];
  const foot = place.top - 4;
  const rise = 32;
  g.save();
  g.beginPath();
  g.rect(right + share * (left - right) - 12, 0, right - left + 24, place.top + 8);
  g.clip();
  g.strokeStyle = sizeColor(direct.size, theme);
  g.lineWidth = Math.max(1.2, 0.7 * ARROW_MOST * arrowShare(direct.size));
  g.beginPath();
  g.moveTo(right - 3, foot);
  g.bezierCurveTo(right - 4, foot - rise, left + 4, foot - rise, left + 3, foot);
  if (direct.size !== 0) g.stroke();
  g.restore();
  if (share === 1) writeFactor(g, place, { from, to }, direct.factor, foot - rise - 2, theme);
}

/** "× 0.21" over an arrow, as `factorLook` found that there is room. */
function writeFactor(g, place, { from, to }, factor, y, theme) {
  const { sign, size, rows } = place.look;
  const text = sign + factorText(factor);
  const shifted = -ROW * (from % rows);
  const at = (place.x(from) + place.x(to)) / 2;
  write(g, text, at, y + shifted, { color: theme.ink, font: theme.font, align: "center", weight: 600, size });
}

function drawColumn(g, place, column, i, reached, theme) {
  const r = radius(column, place);
  unitPlaces(column, place).forEach((y, j) => {
    g.beginPath();
    g.arc(place.x(i), y, r, 0, 2 * Math.PI);
    const size = column.sizes?.[j];
    g.fillStyle = reached && column.sizes && size !== 0 ? sizeColor(size, theme) : theme.paper;
    g.fill();
    g.strokeStyle = theme.ink;
    g.lineWidth = 1.2;
    g.stroke();
  });
}

function writeNames(g, place, pass, pointed, theme) {
  pass.columns.forEach(({ name }, i) => {
    const short = place.spacing < 44 ? { input: "in", output: "out", stem: "st." }[name] : null;
    const weight = i === pointed ? 700 : 400;
    write(g, short ?? name, place.x(i), 15, { color: i === pointed ? theme.ink : theme.muted, font: theme.font, align: "center", weight });
  });
}

/** The size that has come to each column, where there is room: the ends and what is pointed at first. */
function writeSizes(g, place, pass, reached, pointed, theme) {
  const last = pass.columns.length - 1;
  const known = pass.columns.map((column, i) => i).filter((i) => i >= reached && pass.columns[i].sizes);
  const wanted = [pointed, known[0], last - 1, ...known].filter((i) => known.includes(i) && i !== last);
  const taken = [];
  g.font = `600 11px ${theme.font}`;
  for (const i of new Set(wanted)) {
    const text = sizeText(rms(pass.columns[i].sizes));
    const wide = g.measureText(text).width;
    const left = Math.max(2, Math.min(place.right + 28 - wide, place.x(i) - wide / 2));
    const row = [0, 1].find((r) => taken.every((other) => other.row !== r || left > other.right + 8 || left + wide < other.left - 8));
    if (row === undefined) continue;
    taken.push({ row, left, right: left + wide });
    write(g, text, left, place.sizes + 15 * row, { color: theme.ink, font: theme.font, weight: 600 });
  }
}

function sizeText(size) {
  return stateOn(SIZE_SHARE, size) === "blown" ? "not a number" : plainNumber(size);
}
