/** Training outside of the page's own thread, so that a slider and a button answer at once. */

const WORKER_SCRIPT = "@joined:train_worker.js"; // bundle.py puts the script's text here

/**
 * A trainer of `runs`, or null where the browser gives none. `ask(look)`: train a slice, `look` being {goal, budget in
 * ms, mayRepeat, field: {index, aspect}}; `trained(answers)` is called when the runs hold what came out, with what the
 * net of that index now answers, {index, columns, rows, logits}. `failed()`: it cannot, the page must do it.
 */
export function makeTrainer(runs, trained, failed) {
  let worker = null;
  let [asked, given] = [0, false];
  try {
    const address = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
  } catch {
    return null; // a page may forbid workers
  }
  const end = () => {
    asked += 1; // what is under way comes too late
    worker.terminate();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end();
    failed();
  };
  worker.onmessage = ({ data: { id, states, answers } }) => {
    if (id !== asked) return;
    runs.forEach((run, i) => run.adopt(states[i]));
    trained(answers);
  };
  const ask = (look) => {
    asked += 1;
    const begin = given ? {} : { settings: runs.map((run) => run.setting), states: runs.map((run) => run.snapshot(0)) };
    given = true;
    worker.postMessage({ id: asked, ...begin, ...look });
  };
  return { ask, end };
}
