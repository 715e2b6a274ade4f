/** What all explorers share: title, controls, problems, the copy buttons, the live sentence, theme and size. */

import { button, control, copyText, make, table } from "./dom.js";
import { ZONES_WORDS } from "./scales.js";
import { LESS_USED } from "./fields.js";
import { formatPython, formatState } from "./state.js";
import { readTheme } from "./theme.js";

const SPEAK_AFTER = 500;

/**
 * Build the frame of an explorer inside `root`; `spec` as in `explorers.js`.
 *
 * `options.onState(text)` hears each new setting; `options.page` is true on the static page, where a link can
 * be copied; `options.level` is the level of its heading, 2 where nothing is said, and `options.bare` leaves heading and
 * lead to the page; `options.only` lists the controls it has, all where nothing is said. The explorer draws into `shell.body` and hands `start` its `{change(key), draw()}`.
 */
export function makeShell(root, spec, values, problems, options = {}) {
  const { kind, words } = spec;
  const shell = { root, kind, spec, values, options, controls: {}, cleanups: [], explorer: null };
  shell.cardHeading = (properties, ...children) =>
    make(`h${(options.level ?? 2) + (options.bare ? 0 : 1)}`, { ...properties, class: "vg-name" }, ...children);
  shell.bar = make("div", { class: "vg-bar", role: "group", "aria-label": "Settings" });
  shell.buttons = make("div", { class: "vg-buttons" });
  shell.aside = make("div", { class: "vg-aside" });
  shell.body = make("div", { class: "vg-body" });
  shell.problems = make("div", { class: "vg-problems", role: "status" });
  shell.live = make("p", { class: "vg-hidden", "aria-live": "polite" });
  shell.numbers = make("div", { class: "vg-table", tabindex: "0", role: "region", "aria-label": "The numbers" });
  buildBar(shell);
  const head = make("div", { class: "vg-head" }, make(`h${options.level ?? 2}`, { class: "vg-title" }, words.title), make("p", {}, words.lead));
  root.className = `vg vg-${kind}`;
  root.replaceChildren(...(options.bare ? [] : [head]), shell.bar, shell.problems, shell.body, buildFoot(shell), shell.live);
  showProblems(shell, problems);
  addMethods(shell);
  return shell;
}

function buildBar(shell) {
  shell.bar.append(shell.buttons);
  const more = make("div", { class: "vg-row" });
  for (const [key, field] of Object.entries(shell.spec.fields)) {
    if (shell.options.only && !shell.options.only.includes(key)) continue;
    const made = control(key, field, (name, value) => changed(shell, name, value));
    made.show(shell.values[key]);
    shell.controls[key] = made;
    (LESS_USED.has(key) && !shell.options.only ? more : shell.bar).append(made.element);
  }
  shell.bar.append(shell.aside);
  if (more.children.length) shell.bar.append(make("details", { class: "vg-more" }, make("summary", {}, "More settings"), more));
}

function changed(shell, key, value) {
  shell.values[key] = value;
  showProblems(shell, []);
  guarded(shell, () => shell.explorer?.change(key));
  shell.announceState();
}

function buildFoot(shell) {
  const said = make("span", { class: "vg-copied", role: "status" });
  const copier = (text) => async () => {
    const copied = await copyText(text());
    said.textContent = copied ? "Copied." : text();
  };
  const python = button("Copy this setting as code", copier(() => formatPython(shell.kind, shell.values)), {
    class: "vg-button vg-quiet vg-copy-code",
  });
  const address = () => `${location.href.split("#")[0]}#${formatState(shell.kind, shell.values)}`;
  const link = button("Copy a link to it", copier(address), { class: "vg-button vg-quiet vg-copy-link" });
  const row = make("div", { class: "vg-row" }, python, shell.options.page ? link : null, said);
  const numbers = make("details", { ontoggle: () => shell.writeNumbers() }, make("summary", {}, "The numbers"), shell.numbers);
  shell.details = numbers;
  const zones = make("details", {}, make("summary", {}, "What counts as vanished or exploded?"), make("p", {}, ZONES_WORDS));
  return make("div", { class: "vg-foot" }, row, numbers, shell.spec.drawsGradients ? zones : null);
}

function showProblems(shell, sentences) {
  shell.problems.replaceChildren(...sentences.map((text) => make("p", {}, text)));
}

/** Run `action`; where it fails, the explorer says so instead of going blank. */
function guarded(shell, action) {
  try {
    action();
  } catch (error) {
    console.error(error);
    showProblems(shell, [`This setting cannot be shown (${error.message}). Choose another, or press Reset.`]);
  }
}

function addMethods(shell) {
  let speaking = 0;
  let sentence = "";
  shell.theme = readTheme(shell.root);
  shell.calm = matchMedia("(prefers-reduced-motion: reduce)");
  shell.announceState = () => shell.options.onState?.(formatState(shell.kind, shell.values));
  shell.say = (text) => {
    sentence = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      shell.live.textContent = sentence;
    }, SPEAK_AFTER);
  };
  shell.table = () => null;
  shell.writeNumbers = () => {
    if (shell.details.open) guarded(shell, () => shell.numbers.replaceChildren(table(...shell.table())));
  };
  shell.redraw = () => guarded(shell, () => shell.explorer?.draw());
  shell.start = (explorer) => {
    shell.explorer = explorer;
    guarded(shell, () => explorer.change(null));
    watch(shell);
  };
  shell.destroy = () => {
    clearTimeout(speaking);
    shell.explorer?.stop?.();
    shell.cleanups.forEach((clean) => clean());
  };
}

/** Draw again when the width, the theme or the screen's density changes. */
function watch(shell) {
  const again = () => {
    if (!shell.root.isConnected) return; // another explorer stands there since, and colours are read from the page
    shell.theme = readTheme(shell.root);
    shell.redraw();
  };
  shell.follow = again;
  let width = shell.body.clientWidth;
  const sizes = new ResizeObserver(() => {
    if (shell.body.clientWidth === width || !shell.root.isConnected) return;
    width = shell.body.clientWidth;
    requestAnimationFrame(again);
  });
  sizes.observe(shell.body);
  const themes = new MutationObserver(() => setTimeout(again, 60));
  const watched = { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "data-theme"] };
  [document.body, document.documentElement].forEach((node) => themes.observe(node, watched));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", again);
  shell.cleanups.push(
    () => sizes.disconnect(),
    () => themes.disconnect(),
    () => dark.removeEventListener("change", again),
  );
}
