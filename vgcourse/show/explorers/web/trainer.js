/** Training outside of the page's own thread, so that a slider and a button answer at once. */

import { ownWorker } from "./own_worker.js";

/**
 * A trainer of `runs`, or null where the browser gives none. `ask(look)`: train a slice, `look` being {goal, budget in
 * ms, mayRepeat, field: {index, aspect}}; `trained(answers)` is called when the runs hold what came out, with what the
 * net of that index now answers, {index, columns, rows, logits}. `failed()`: it cannot, the page must do it.
 */
export function makeTrainer(runs, trained, failed) {
  let [asked, given] = [0, false];
  const worker = ownWorker(({ id, states, answers }) => {
    if (id !== asked) return;
    runs.forEach((run, i) => run.adopt(states[i]));
    trained(answers);
  }, failed);
  if (!worker) return null;
  const end = () => {
    asked += 1; // what is under way comes too late
    worker.terminate();
  };
  const ask = (look) => {
    asked += 1;
    const begin = given ? {} : { settings: runs.map((run) => run.setting), states: runs.map((run) => run.snapshot(0)) };
    given = true;
    worker.postMessage({ id: asked, ...begin, ...look });
  };
  return { ask, end };
}
