/** The activations of some layers as histograms on one axis: a signal that dies is seen to shrink. */

import { drawHatch, openCanvas, rule, write } from "./chart.js";
import { allFinite, rootMeanSquare } from "./matrix.js";
import { plainNumber } from "./words.js";

const SHAPE_BINS = 25; // odd, so that 0 is the middle of a bin and not an edge between two
const SHAPE_HEIGHT = 118;

/** Half the width of the axis that all histograms share: what holds the first layer's activations. */
export function sharedReach(first) {
  let reach = 0;
  for (const value of first) reach = Math.max(reach, Math.abs(value));
  return Number.isFinite(reach) && reach > 0 ? reach : 1;
}

/** Share of the values in each of the bins from -reach to reach, and of those outside on either side. */
export function histogramShares(values, reach) {
  const shares = new Float64Array(SHAPE_BINS);
  let [below, above] = [0, 0];
  for (const value of values) {
    const at = Math.floor(((value / reach + 1) / 2) * SHAPE_BINS);
    if (value > reach) above += 1 / values.length;
    else if (value < -reach) below += 1 / values.length;
    else shares[Math.min(SHAPE_BINS - 1, at)] += 1 / values.length;
  }
  return { shares, below, above };
}

/** Draw as many layers as fit, `activations[l]` being layer l's; returns the reach of their common axis. */
export function drawShapes(canvas, activations, depth, theme) {
  const { g, width } = openCanvas(canvas, SHAPE_HEIGHT);
  const count = Math.min(depth, Math.max(3, Math.floor(width / 104)));
  const reach = sharedReach(activations[1]);
  const cell = width / count;
  for (let i = 0; i < count; i += 1) {
    const l = 1 + Math.round((i * (depth - 1)) / Math.max(1, count - 1));
    drawShape(g, { left: i * cell + 5, width: cell - 10 }, activations[l], reach, l, theme);
  }
  return reach;
}

function drawShape(g, { left, width }, values, reach, layer, theme) {
  const [top, bottom] = [18, SHAPE_HEIGHT - 34];
  const { muted: color, font } = theme;
  write(g, `layer ${layer}`, left, 11, { color, font, weight: 600 });
  if (!allFinite(values)) {
    drawHatch(g, left, top, width, bottom - top, theme);
    return void write(g, "not numbers", left, SHAPE_HEIGHT - 6, { color: theme.warn, font });
  }
  const { shares, below, above } = histogramShares(values, reach);
  const most = Math.max(...shares, 1e-9);
  g.fillStyle = theme.signal;
  shares.forEach((share, i) => {
    const tall = (share / most) * (bottom - top);
    if (share) g.fillRect(left + (i * width) / SHAPE_BINS, bottom - tall, Math.max(1, width / SHAPE_BINS - 1), tall);
  });
  rule(g, left, bottom, left + width, bottom, color);
  rule(g, left + width / 2, bottom, left + width / 2, bottom + 4, color);
  write(g, `rms ${plainNumber(rootMeanSquare(values))}`, left, bottom + 15, { color, font });
  const outside = below + above;
  if (outside) write(g, `▲ ${Math.max(1, Math.round(100 * outside))} % outside`, left, bottom + 29, { color: theme.warn, font, weight: 600 });
}
