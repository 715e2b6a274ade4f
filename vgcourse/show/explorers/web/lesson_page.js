/** Entry for the site's pages: explorers where the lessons have them, and predictions that are kept in the browser. */

import { make } from "./dom.js";
import { recall, remember } from "./kept_guesses.js";
import { mountExplorer } from "./main.js";
import { openStory } from "./story.js";

const NEAR = "600px"; // how far below the window an explorer is made ready

/** Mount an explorer in its place; its still picture goes, and a player gets its recording. */
function mountPlace(place) {
  const data = place.querySelector("script.vg-recording");
  const recording = data && JSON.parse(data.textContent, (_, value) => (value?.base64 ? bytesOf(value.base64) : value));
  const root = make("div");
  place.replaceChildren(root);
  const { state, only, bare } = place.dataset;
  const options = {
    fallback: state.split("?")[0],
    recording: recording ?? undefined,
    level: levelAt(place),
    only: only?.split(" "),
    bare: bare !== undefined,
  };
  const shell = mountExplorer(root, state, options);
  root.vgShell = shell;
  place.dispatchEvent(new CustomEvent("vg-mounted"));
  if (place.dataset.play !== undefined && !shell.calm.matches) setTimeout(() => shell.explorer.play?.(), 600);
}

/** One below the heading above. */
function levelAt(place) {
  const before = (heading) => heading.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING;
  const above = [...document.querySelectorAll("h1, h2, h3, h4")].filter(before).pop();
  return above ? Math.min(5, Number(above.tagName[1]) + 1) : 2;
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function watchPlaces() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        mountPlace(target);
      }
    },
    { rootMargin: `${NEAR} 0px` },
  );
  document.querySelectorAll(".vg-mount").forEach((place) => seen.observe(place));
  // On paper there is no scrolling: what has no still picture is drawn before. And paper is white, whatever the screen is.
  const page = document.documentElement;
  let onScreen = null;
  addEventListener("afterprint", () => {
    if (onScreen) page.dataset.theme = onScreen;
    onScreen = null;
  });
  addEventListener("beforeprint", () => {
    onScreen ??= page.dataset.theme;
    if (onScreen) page.dataset.theme = "light";
    for (const place of document.querySelectorAll(".vg-mount:not(:has(.vg, img))")) mountPlace(place);
    /** @type {NodeListOf<any>} each carries its shell */
    const roots = document.querySelectorAll(".vg-mount .vg");
    for (const root of roots) {
      root.vgShell.follow();
      root.vgShell.explorer?.finish?.();
    }
  });
}

/** A prediction as a form; what comes before its result stays covered until a guess is kept, or the reader asks. */
function askFor(still) {
  const { id, offered } = JSON.parse(still.dataset.predict);
  const key = `vgcourse ${location.pathname.split("/").pop()} ${id}`;
  const question = still.innerHTML.split("<br>")[0];
  const said = make("output", {});
  const fields = offered.every((one) => typeof one === "number") ? numberField(offered) : choiceFields(id, offered);
  const keep = make("button", { type: "submit" }, "Keep my guess");
  const skip = make("button", { type: "button", onclick: () => uncover(id) }, "Show me without a guess");
  const legend = make("legend", {});
  legend.innerHTML = question;
  const form = make("form", { class: "vg-predict" }, make("fieldset", {}, legend, ...fields), keep, " ", skip, said);
  const show = (guess) => {
    said.textContent = `Kept: ${guess}.`;
    uncover(id, guess);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const guess = new FormData(form).get("guess");
    if (guess === null) return void (said.textContent = "Choose an answer first.");
    remember(key, guess);
    show(guess);
  });
  cover(still, id);
  still.replaceWith(form);
  const kept = recall(key);
  if (kept !== null) show(kept);
}

function choiceFields(id, offered) {
  return offered.map((text) => make("label", {}, make("input", { type: "radio", name: "guess", value: text }), ` ${text}`));
}

function numberField([low, high, step]) {
  const shown = make("output", {}, String(low));
  const input = make("input", { type: "range", name: "guess", min: low, max: high, step, value: low });
  input.addEventListener("input", () => (shown.textContent = input.value));
  return [make("label", {}, "Your number ", input, " ", shown)];
}

/**
 * The outputs between a prediction and its result, the result's own included.
 * @returns {any[]} elements
 */
function answersTo(start, id) {
  const cells = [...document.querySelectorAll("div.cell")];
  const result = document.querySelector(`[data-reveals="${CSS.escape(id)}"]`)?.closest("div.cell");
  const from = cells.indexOf(start.closest("div.cell"));
  const to = cells.indexOf(result);
  return to > from ? cells.slice(from + 1, to + 1).map((cell) => cell.querySelector(".cell_output")).filter(Boolean) : [];
}

function cover(start, id) {
  for (const output of answersTo(start, id)) {
    if (output.querySelector(".vg-check-waits")) continue; // it tells nothing
    coverOne(output, id);
    const next = output.closest("div.cell").nextElementSibling;
    if (next?.matches("p") && /^Figure \d/.test(next.textContent)) coverOne(next, id); // it says what there is to see
  }
}

/** The first of those that one prediction covers says why. */
function coverOne(element, id) {
  if (!document.querySelector(`.vg-covered[data-answers="${CSS.escape(id)}"]`)) element.classList.add("vg-covered-first");
  element.classList.add("vg-covered");
  element.dataset.answers = id;
}

function uncover(id, guess = null) {
  for (const output of document.querySelectorAll(`.vg-covered[data-answers="${CSS.escape(id)}"]`)) output.classList.remove("vg-covered");
  const result = document.querySelector(`[data-reveals="${CSS.escape(id)}"]`);
  const [mine, outcome] = result?.querySelectorAll("strong") ?? [];
  if (mine && guess !== null) mine.textContent = guess;
  if (outcome && guess === outcome.textContent) mine.append(" ✓");
}

/** What is printed in columns is read down as well as across: its lines are not broken, and it scrolls by keyboard too. */
function keepColumns(block) {
  const apart = printedLines(block).filter((line) => /\S {2,}[^\s#]/.test(line));
  if (apart.length < 2) return;
  block.classList.add("vg-columns");
  block.setAttribute("tabindex", "0");
}

/** All but code, whose spaces mean nothing: of a dialogue with Python the answers. */
function printedLines(block) {
  if (block.closest(".cell_input")) return [];
  const lines = block.textContent.split("\n");
  const answers = lines.filter((line) => !/^(>>>|\.\.\.)/.test(line));
  return answers.length < lines.length || !block.closest(".highlight-python") ? answers : [];
}

/** On a telephone a figure is wider than the window, so that its words can be read: it scrolls, by keyboard too. */
function letFigureScroll(figure) {
  const place = figure.closest(".text_html");
  place?.classList.add("vg-figure");
  const fit = () => (place && place.scrollWidth > place.clientWidth ? place.setAttribute("tabindex", "0") : place?.removeAttribute("tabindex"));
  new ResizeObserver(fit).observe(figure);
}

function beginPage() {
  document.querySelectorAll(".bd-article pre").forEach(keepColumns);
  document.querySelectorAll(".cell_output img:is(.vg-lines, .vg-map)").forEach(letFigureScroll);
  document.querySelectorAll("details.hide summary[aria-label]").forEach((summary) => summary.removeAttribute("aria-label"));
  document.querySelectorAll("[data-predict]").forEach(askFor);
  document.querySelectorAll(".vg-story").forEach(openStory);
  watchPlaces();
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", beginPage);
else beginPage();
