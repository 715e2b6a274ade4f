/** Nets that train together keep step: each trains the epoch that the slowest is in. */

/**
 * Train until `deadline`, a time of `performance.now()`, or until all have ended an epoch; where `mayRepeat`, go on
 * with the next one. No run goes beyond epoch `goal`.
 */
export function trainTogether(runs, goal, deadline, mayRepeat) {
  do {
    const slowest = Math.min(...runs.map((run) => (run.blownUp ? Infinity : run.epoch)));
    const target = Math.min(goal, slowest + 1);
    const behind = runs.filter((run) => run.epoch < target && !run.blownUp);
    if (!behind.length) return;
    for (const run of behind) if (run.trainUntil(deadline) && performance.now() >= deadline) return;
    if (!mayRepeat && runs.every((run) => run.epoch >= target || run.blownUp)) return;
  } while (performance.now() < deadline);
}

/** End the epoch that the foremost of them is in: then all have trained as long, as far as they have not blown up. */
export function endEpoch(runs) {
  const target = Math.max(...runs.map((run) => run.epoch + (run.start > 0 ? 1 : 0)));
  for (const run of runs) while (run.epoch < target && !run.blownUp) run.trainEpoch();
}

/** Whether there is nothing left to train. */
export function allDone(runs, goal) {
  return runs.every((run) => run.epoch >= goal || run.blownUp);
}
