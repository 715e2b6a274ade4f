/** Pointing at one of several things in a picture: with the mouse, a finger, or the arrow keys. */

const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 5, PageDown: -5 };

/**
 * `canvas` becomes a slider over the indices from `low()` to `high()`. `at(x)`: the index at x CSS pixels from its left.
 * `say(index)`: what is there, as text; `chosen(index)` hears every move, before which `ready()` was called: what the
 * canvas is about to show is there then. Returns `{show(index)}`, for moves that come from elsewhere; index null points
 * at nothing.
 */
export function pointable(canvas, { low, high, at, say, chosen, ready = () => {} }) {
  let here = null;
  const show = (index) => {
    here = index === null ? null : Math.max(low(), Math.min(high(), index));
    const now = here ?? high();
    const values = { valuemin: low(), valuemax: high(), valuenow: now, valuetext: say(now) };
    for (const [name, value] of Object.entries(values)) {
      if (canvas.getAttribute(`aria-${name}`) !== String(value)) canvas.setAttribute(`aria-${name}`, value);
    }
  };
  const choose = (index) => {
    if (index === here) return;
    show(index);
    chosen(here);
  };
  const follow = (event) => {
    ready();
    choose(at(event.clientX - canvas.getBoundingClientRect().left));
  };
  canvas.setAttribute("role", "slider");
  canvas.setAttribute("tabindex", "0");
  canvas.setAttribute("data-lm-suppress-shortcuts", "true");
  canvas.classList.add("vg-pointable");
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("keydown", (event) => {
    ready();
    const jump = { Home: low(), End: high() }[event.key];
    if (jump === undefined && !(event.key in STEPS)) return;
    event.preventDefault();
    event.stopPropagation();
    const from = here ?? high() + 1;
    choose(Math.max(low(), Math.min(high(), jump ?? from + STEPS[event.key])));
  });
  return { show };
}
