/** The story page: seven steps, in each a guess before the explorer shows what is so. */

import { button, make } from "./dom.js";
import { forget, recall, remember } from "./kept_guesses.js";

const keyOf = (step) => `vgcourse story ${step.id}`;

/** `story` holds sections `.vg-step`: a question `.vg-ask` with buttons, what is told after it, and an explorer. */
export function openStory(story) {
  story.classList.add("vg-live");
  const steps = [...story.querySelectorAll(".vg-step")];
  const end = story.querySelector(".vg-tally");
  const tell = () => end && showTally(end, steps);
  steps.forEach((step) => askStep(step, tell));
  tell();
}

function askStep(step, tell) {
  const answers = [...step.querySelectorAll(".vg-ask button")];
  const said = make("p", { class: "vg-said", role: "status" });
  step.querySelector(".vg-ask").append(said);
  const place = step.querySelector(".vg-mount");
  const reveal = (number, calm) => {
    step.classList.add("vg-open");
    step.dataset.guess = number;
    answers.forEach((answer, i) => answer.setAttribute("aria-pressed", i === number));
    const right = answers[Number(step.dataset.right)].textContent;
    said.textContent = number === Number(step.dataset.right) ? "You saw it coming." : `Not quite. The answer: ${right}.`;
    if (number === null) said.textContent = `The answer: ${right}.`;
    whenMounted(place, (explorer) => (calm && explorer.finish ? explorer.finish() : explorer.play()));
    tell();
  };
  answers.forEach((answer, number) => {
    answer.addEventListener("click", () => {
      if (step.classList.contains("vg-open")) return;
      remember(keyOf(step), number);
      reveal(number, false);
    });
  });
  const kept = recall(keyOf(step));
  if (kept !== null && answers[Number(kept)]) reveal(Number(kept), true);
}

/** Act on the explorer in this place, now or as soon as there is one. */
function whenMounted(place, act) {
  const mounted = () => act(place.querySelector(".vg").vgShell.explorer);
  if (place.querySelector(".vg")) mounted();
  else place.addEventListener("vg-mounted", mounted, { once: true });
}

/** How many guesses were right, and a way to begin again. */
function showTally(end, steps) {
  const guessed = steps.filter((step) => step.dataset.guess !== undefined);
  const right = guessed.filter((step) => step.dataset.guess === step.dataset.right);
  const again = button("Guess once more", () => {
    steps.forEach((step) => forget(keyOf(step)));
    location.hash = "";
    location.reload();
  });
  const words = guessed.length ? `You have guessed ${guessed.length} of ${steps.length} times, ${right.length} right.` : "";
  end.replaceChildren(...(guessed.length ? [words, " ", again] : []));
}
