/** The static page: one explorer at a time, its whole setting in the address. */

import { keepAddress } from "./address.js";
import { dataset } from "./datasets.js";
import { make } from "./dom.js";
import { EXPLORERS } from "./explorers.js";
import { mountExplorer } from "./main.js";
import { layerFactor, predictBackprop } from "./meanfield.js";
import { gradientsOf, kernelsOf } from "./selftest.js";
import { arrowShare } from "./network_picture.js";
import { parseState } from "./state.js";
import { POINTS } from "./tasks.js";
import { sequences, timeWeights } from "./time_pass.js";
import { tubeMarks } from "./tubes.js";
import { gainWeights } from "./walk.js";
import { plainNumber } from "./words.js";

let shell = null;
const address = keepAddress();

function openPage() {
  const stage = document.getElementById("stage");
  const { kind } = parseState(location.hash);
  shell?.destroy();
  address.took();
  const root = make("div");
  stage.replaceChildren(root);
  shell = mountExplorer(root, location.hash, { page: true, level: 1, onState: address.write });
  root.vgShell = shell;
  document.title = `${EXPLORERS[kind].name} · Vanishing gradients`;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll("nav a");
  for (const link of links) {
    if (link.hash === `#${kind}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** A click in the menu opens its explorer in the same breath: no timer and no frame can come between. */
function follow(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  address.flush(); // what was shown stays in the history, with its last setting
  history.pushState(null, "", event.currentTarget.hash);
  openPage();
}

function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const set = () => document.documentElement.setAttribute("data-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", set);
  set();
}

const menu = document.querySelector("nav ul");
menu.append(...Object.values(EXPLORERS).map(({ kind, name }) => make("li", {}, make("a", { href: `#${kind}`, onclick: follow }, name))));
followTheme();
// Moves of a slider are written now and then; where a hand rests, at once.
for (const rest of ["change", "pointerup", "keyup", "pagehide"]) addEventListener(rest, () => address.flush());
// Back, forward and an address typed by hand; `hashchange` would only say it again.
addEventListener("popstate", openPage);
openPage();
const circlesPoints = dataset("circles");
globalThis.vgcourse = { arrowShare, EXPLORERS, gainWeights, gradientsOf, kernelsOf, layerFactor, plainNumber, points: circlesPoints, POINTS, predictBackprop, sequences, timeWeights, tubeMarks };
