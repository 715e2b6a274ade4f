/** Entry: mounts an explorer in a notebook cell (anywidget) or on the static page. */

import { make } from "./dom.js";
import { EXPLORERS } from "./explorers.js";
import { makeShell } from "./shell.js";
import { parseState } from "./state.js";

/**
 * Show the explorer that `state` names inside `root`.
 *
 * `options`: {fallback, page, level, recording, onState(text)}. Returns the shell; call its `destroy` when done.
 */
export function mountExplorer(root, state, options = {}) {
  const { kind, values, problems } = parseState(state, options.fallback);
  const explorer = EXPLORERS[kind];
  const shell = makeShell(root, explorer, values, problems, options);
  try {
    shell.start(explorer.build(shell));
  } catch (error) {
    console.error(error);
    shell.problems.append(make("p", {}, `This explorer cannot be shown: ${error.message}.`));
  }
  return shell;
}

/** anywidget's entry: `state` follows the sliders, `recording` holds what the player shows. */
export function render({ model, el }) {
  const root = make("div");
  el.append(root);
  let shell = null;
  let sent = model.get("state");
  let waiting = 0;
  const kernel = () => model.widget_manager?.kernel?.id;
  const first = kernel();
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    model.set("state", sent);
    if (kernel() === first) model.save_changes(); // one that was stopped cannot be told
  };
  const send = (state) => {
    sent = state;
    waiting ||= setTimeout(save, 150);
  };
  const open = () => {
    shell?.destroy();
    shell = mountExplorer(root, model.get("state"), { recording: model.get("recording"), onState: send });
    root.vgShell = shell;
  };
  const reopen = () => model.get("state") !== sent && open();
  // Later, so that a notebook full of explorers has them all loaded first: anywidget waits two seconds for each.
  const opening = setTimeout(open, 0);
  model.on("change:state", reopen);
  return () => {
    clearTimeout(opening);
    if (waiting) save(); // the last move is not lost with the cell
    model.off("change:state", reopen);
    shell?.destroy();
  };
}
