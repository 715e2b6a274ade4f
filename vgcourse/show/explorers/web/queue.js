/** Work in slices, so that the page answers while it is under way. */

/** What a job returns that waits for something from elsewhere: the queue rests until it is woken. */
export const WAIT = "wait";

/**
 * Jobs done in order: at least one at once, then as many as fit in `budget` ms, the rest a slice a frame. Each is called
 * with whether it must not wait.
 */
export class Queue {
  left = null;
  pending = 0;
  resting = false;

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

  /** What a job waited for may be here. */
  wake() {
    if (this.busy && this.resting) this.#slice(performance.now() + this.budget);
  }

  #slice(deadline) {
    const { left } = this;
    const { jobs, after } = left;
    this.resting = false;
    while (left.at < jobs.length) {
      const outcome = jobs[left.at](deadline === Infinity);
      if (this.left !== left) return; // the job has begun something else
      this.resting = outcome === WAIT;
      if (this.resting) break;
      if (outcome !== false) left.at += 1;
      if (performance.now() >= deadline) break;
    }
    const done = left.at >= jobs.length;
    if (done) this.left = null;
    after(done);
    if (this.left !== left || this.resting) return;
    this.pending = requestAnimationFrame(() => this.#slice(performance.now() + this.budget));
  }
}
