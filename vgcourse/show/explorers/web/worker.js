/** Entry of the worker: it trains twins of the page's runs, a slice of time at each request, or does an explorer's tasks. */

import { Answers } from "./answers.js";
import { Run } from "./run.js";
import { buffersOf, TASKS } from "./tasks.js";
import { trainTogether } from "./together.js";

let twins = [];
let newest = 0; // batch of tasks
const turns = new MessageChannel();

onmessage = ({ data }) => void (data.batch ? doAll(data).catch(fail) : train(data));

/** The page hears of errors, but not of a promise that was broken: it would wait for ever. */
function fail(error) {
  setTimeout(() => {
    throw error;
  });
}

/**
 * `{settings, states}` makes twins; `{goal, budget, mayRepeat}` trains them for `budget` ms. The reply: snapshots, and
 * what the net of `field.index` answers all over a picture of `field.aspect`.
 */
function train({ id, settings, states, goal, budget, mayRepeat, field }) {
  if (settings) twins = settings.map((setting, i) => Run.from(setting, states[i]));
  const known = twins.map((run) => run.history.length);
  trainTogether(twins, goal, performance.now() + budget, mayRepeat);
  const trained = twins.map((run, i) => run.snapshot(known[i]));
  const answers = { index: field.index, ...new Answers(twins[field.index], field.aspect, true).whole() };
  postMessage({ id, states: trained, answers }, { transfer: trained.flatMap(buffersOf) });
}

/** `batch`: tasks as [name, given], each answered when it is done. A newer batch ends an older one. */
async function doAll({ id, batch }) {
  newest = id;
  for (const [at, [name, given]] of batch.entries()) {
    if (at) await nextTurn();
    if (newest !== id) return;
    const result = TASKS[name](given);
    postMessage({ id, at, result }, { transfer: result?.state ? buffersOf(result.state) : [] });
  }
}

/** After the messages that wait: a timer would wait for 4 ms more. */
function nextTurn() {
  return new Promise((done) => {
    turns.port1.onmessage = done;
    turns.port2.postMessage(null);
  });
}
