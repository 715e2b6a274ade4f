/** The page's address and what it shows: the same at any time, however fast things change. */

const APART = 350; // ms between two writes: Safari allows a hundred in half a minute

/**
 * Keep `location.hash` equal to a state string. `write(state)` at once, or as soon as browsers allow; `flush()` now.
 * `took()` says that the page has just opened what the address holds. Nothing is ever written over an address that
 * somebody else (a click, the back button) has changed: the page will follow it.
 */
export function keepAddress() {
  let [wanted, last, waiting, opened] = [null, 0, 0, location.hash];
  const flush = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (wanted === null || location.hash !== opened) return;
    history.replaceState(history.state, "", `#${wanted}`);
    [opened, wanted, last] = [location.hash, null, performance.now()];
  };
  const write = (state) => {
    wanted = state;
    if (!waiting) waiting = setTimeout(flush, Math.max(0, APART - (performance.now() - last)));
    if (performance.now() - last >= APART) flush();
  };
  const took = () => {
    clearTimeout(waiting);
    [wanted, waiting, opened] = [null, 0, location.hash];
  };
  return { write, flush, took };
}
