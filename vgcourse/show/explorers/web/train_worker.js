/** Entry of the worker that trains: twins of the page's runs, a slice of time at each request. */

import { Answers } from "./answers.js";
import { dataset } from "./datasets.js";
import { Run } from "./run.js";
import { trainTogether } from "./together.js";

let twins = [];

/**
 * `{settings, states}` makes twins; `{goal, budget, mayRepeat}` trains them for `budget` ms. The reply: snapshots, and
 * what the net of `field.index` answers all over a picture of `field.aspect`.
 */
onmessage = ({ data: { id, settings, states, goal, budget, mayRepeat, field } }) => {
  if (settings) {
    twins = settings.map((setting) => new Run({ ...setting, data: dataset(setting.data) }));
    twins.forEach((run, i) => run.adopt(states[i]));
  }
  const known = twins.map((run) => run.history.length);
  trainTogether(twins, goal, performance.now() + budget, mayRepeat);
  const trained = twins.map((run, i) => run.snapshot(known[i]));
  const answers = { index: field.index, ...new Answers(twins[field.index], field.aspect, true).whole() };
  const handed = trained.flatMap(({ kernels, biases }) => [...kernels, ...biases].map(({ buffer }) => buffer));
  postMessage({ id, states: trained, answers }, { transfer: handed }); // handed over, not copied
};
