/** Work in slices, so that the page answers while it is under way. */

/** Jobs done in order: at least one at once, then as many as fit in `budget` ms, the rest a slice a frame. */
export class Queue {
  left = null;
  pending = 0;

  constructor(budget = 9) {
    this.budget = budget;
  }

  /**
   * Drop what is left and do `jobs`; one that returns false is called again. `after(done)` is called when a slice
   * is done, with whether all are.
   */
  run(jobs, after = (done) => done) {
    this.stop();
    this.left = { jobs, after, at: 0 };
    this.#slice(performance.now() + this.budget);
  }

  /** Whether jobs are waiting. */
  get busy() {
    return this.left !== null;
  }

  /** Do at once what is left. */
  finish() {
    if (!this.busy) return;
    cancelAnimationFrame(this.pending);
    this.#slice(Infinity);
  }

  stop() {
    cancelAnimationFrame(this.pending);
    this.left = null;
  }

  #slice(deadline) {
    const { left } = this;
    const { jobs, after } = left;
    while (left.at < jobs.length) {
      const ended = jobs[left.at]() !== false;
      if (this.left !== left) return; // the job has begun something else
      if (ended) left.at += 1;
      if (performance.now() >= deadline) break;
    }
    const done = left.at >= jobs.length;
    if (done) this.left = null;
    after(done);
    if (this.left === left) this.pending = requestAnimationFrame(() => this.#slice(performance.now() + this.budget));
  }
}
