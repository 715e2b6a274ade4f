/** What explorers have computed: plain numbers in, plain numbers out, so that a worker can do it as well as the page. */

import { Answers } from "./answers.js";
import { measureNet, sample } from "./many.js";
import { predictBackprop } from "./meanfield.js";
import { Run } from "./run.js";
import { predictWalk, walk } from "./walk.js";

/** The points that each kind of net is asked about. */
export const POINTS = { profile: sample(32), walk: sample(12) };

export const TASKS = { look, profile, profileTheory, walk: walkOnce, walkTheory };

/** A run before training: its snapshot, and what it answers all over a picture of this aspect. */
function look({ setting, aspect }) {
  const run = new Run(setting).looked();
  return { state: run.snapshot(0), answers: new Answers(run, aspect, true).whole() };
}

/** Root mean squares by layer of one net, {backprop, kernel}; kernel is null where `errorsOnly`. */
function profile({ setting, errorsOnly }) {
  const { backprop, kernel } = measureNet(setting, POINTS.profile, errorsOnly);
  return { backprop, kernel };
}

function profileTheory(setting) {
  return predictBackprop({ ...setting, inputSquare: POINTS.profile.inputSquare });
}

/** As `walk` has it; the activations only where they are asked for, since they are many. */
function walkOnce({ setting, withActivations }) {
  const { activations, ...variances } = walk(setting, POINTS.walk);
  return withActivations ? { ...variances, activations } : variances;
}

function walkTheory(setting) {
  return predictWalk(setting, POINTS.walk.inputSquare);
}

/** What of a run's snapshot is handed over, not copied, when it is sent. */
export function buffersOf({ kernels, biases }) {
  return [...kernels, ...biases].map(({ buffer }) => buffer);
}
