/** Entry of the worker that trains: twins of the page's runs, a slice of time at each request. */

import { dataset } from "./datasets.js";
import { Run } from "./run.js";
import { trainTogether } from "./together.js";

let twins = [];

/** `{settings, states}` makes twins; `{goal, budget, mayRepeat}` trains them for `budget` ms. The answer: snapshots. */
onmessage = ({ data: { id, settings, states, goal, budget, mayRepeat } }) => {
  if (settings) {
    twins = settings.map((setting) => new Run({ ...setting, data: dataset(setting.data) }));
    twins.forEach((run, i) => run.adopt(states[i]));
  }
  const known = twins.map((run) => run.history.length);
  trainTogether(twins, goal, performance.now() + budget, mayRepeat);
  postMessage({ id, states: twins.map((run, i) => run.snapshot(known[i])) });
};
