/** Tasks done in a worker, so that the page moves on under the hand; on the page where there is none or nobody can wait. */

import { ownWorker } from "./own_worker.js";
import { WAIT } from "./queue.js";
import { TASKS } from "./tasks.js";

/** One of `TASKS` and what it is given: `done` is a job of a `Queue`, after which `result` is there; it may be null. */
export class Request {
  result = null;
  answered = false;
  sent = false;

  constructor(task, given) {
    this.task = task;
    this.given = given;
    this.done = this.done.bind(this);
  }

  done(hurried = false) {
    if (!this.answered && this.sent && !hurried) return WAIT;
    if (!this.answered) this.answer(TASKS[this.task](this.given));
    return true;
  }

  answer(result) {
    if (this.answered) return;
    [this.result, this.answered] = [result, true];
  }
}

export class Away {
  requests = [];
  asked = 0;
  worker = null;

  /** `arrived()` hears that a request has its result, or must do without the worker. */
  constructor(arrived) {
    this.arrived = arrived;
  }

  /** Have these requests answered, one after the other, in place of those before. */
  send(requests) {
    this.asked += 1;
    this.requests = requests;
    this.worker ??= ownWorker((reply) => this.#take(reply), () => this.#manage());
    if (!this.worker) return;
    requests.forEach((request) => (request.sent = true));
    this.worker.postMessage({ id: this.asked, batch: requests.map(({ task, given }) => [task, given]) });
  }

  #take({ id, at, result }) {
    if (id !== this.asked) return;
    this.requests[at].answer(result);
    this.arrived();
  }

  /** Without the worker. */
  #manage() {
    this.worker = null;
    this.requests.forEach((request) => (request.sent = false));
    this.arrived();
  }

  end() {
    this.worker?.terminate();
    this.worker = null;
  }
}
