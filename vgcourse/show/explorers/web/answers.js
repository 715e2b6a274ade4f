/** What a net answers all over the plane, asked a batch at a time: on the page, or in the worker that trains. */

const FINE_ROWS = 44;

/** Rows of the picture: coarse for a frame of the training, coarser for a deep net. */
export function fieldRows(depth, hasty) {
  if (!hasty) return FINE_ROWS;
  return depth > 20 ? 9 : 18;
}

/** The answers of `run`'s net in a picture of `aspect` = width / height, whose height covers the data's span. */
export class Answers {
  at = 0;

  constructor(run, aspect, hasty) {
    const rows = fieldRows(run.depth, hasty);
    const columns = Math.round(rows * aspect);
    this.places = gridOf(columns, rows, run.data.span * aspect, run.data.span);
    this.net = run.net;
    this.columns = columns;
    this.rows = rows;
    this.hasty = hasty;
    this.logits = new Float64Array(columns * rows);
  }

  /** Ask about one more batch of places; true when all are answered. */
  askOn() {
    const most = this.net.h[1].length / this.net.sizes[1];
    const size = Math.min(most, this.logits.length - this.at);
    const places = this.places.subarray(2 * this.at, 2 * (this.at + size));
    this.logits.set(this.net.forward(places, size).subarray(0, size), this.at);
    this.at += size;
    return this.at === this.logits.length;
  }

  /** All at once: `{columns, rows, hasty, logits}`, row after row from the upper left. */
  whole() {
    while (!this.askOn());
    const { columns, rows, hasty, logits } = this;
    return { columns, rows, hasty, logits };
  }
}

const grids = new Map();

/** The middles of the cells of a picture that reaches from -width to width and from -height to height, in rows. */
function gridOf(columns, rows, width, height) {
  const key = [columns, rows, width, height].join(" ");
  if (grids.size > 8) grids.clear();
  if (!grids.has(key)) grids.set(key, middles(columns, rows, width, height));
  return grids.get(key);
}

function middles(columns, rows, width, height) {
  const places = new Float64Array(2 * columns * rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 2) {
      places[at] = width * ((2 * (column + 0.5)) / columns - 1);
      places[at + 1] = height * (1 - (2 * (row + 0.5)) / rows);
    }
  }
  return places;
}
