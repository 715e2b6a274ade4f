/** The static page: one explorer at a time, its whole setting in the address. */

import { make } from "./dom.js";
import { EXPLORERS, mountExplorer } from "./main.js";
import { layerFactor, predictBackprop } from "./meanfield.js";
import { gradientsOf, kernelsOf } from "./selftest.js";
import { parseState } from "./state.js";
import { tubeMarks } from "./tubes.js";
import { gainWeights } from "./variance_walk.js";

const NAMES = {
  thermometers: "Thermometers",
  depth_profile: "Depth profile",
  variance_walk: "Variance walk",
  skip: "Skip connection",
  player: "Recording",
};

let shell = null;

function openPage() {
  const stage = document.getElementById("stage");
  const { kind } = parseState(location.hash);
  shell?.destroy();
  const root = make("div");
  stage.replaceChildren(root);
  shell = mountExplorer(root, location.hash, { page: true, onState: remember });
  root.vgShell = shell;
  document.title = `${NAMES[kind]} · Vanishing gradients`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${kind}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

let writing = 0;

/** Browsers allow about one change of the address a tenth of a second. */
function remember(state) {
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(null, "", `#${state}`), 200);
}

function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const set = () => document.documentElement.setAttribute("data-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", set);
  set();
}

const menu = document.querySelector("nav ul");
menu.append(...Object.keys(EXPLORERS).map((kind) => make("li", {}, make("a", { href: `#${kind}` }, NAMES[kind]))));
followTheme();
addEventListener("hashchange", openPage);
openPage();
globalThis.vgcourse = { gainWeights, gradientsOf, kernelsOf, layerFactor, predictBackprop, tubeMarks };
