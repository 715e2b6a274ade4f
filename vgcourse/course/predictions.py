"""Predict, then run: a guess is kept before a result is shown, and stands beside it afterwards.

A result that contradicts a guess is remembered far better than one that was only read. A guess is kept with
the notebook's progress (``vgcourse.course.progress``) and is back after a restart.
"""

import html
import json
import math
import re
from functools import cache
from typing import Any

from vgcourse.course import progress
from vgcourse.extras import bring
from vgcourse.style import OUTCOME

_WIDE = {"width": "auto", "max_width": "48em"}
# JupyterLab would take a letter or an arrow from a radio button or a slider as an order to the notebook:
# "d d" deletes the cell. It passes over what has this attribute itself: an element around it is not enough.
_KEEP_KEYS = """
const keep = (element) => element.setAttribute("data-lm-suppress-shortcuts", "true");
const onFocus = (event) => keep(event.target);
function render({ model, el }) {
  el.style.display = "none";
  let panel = null;
  // Opened again, or its kernel stopped: what is pressed here reaches nobody, and no guess may be lost unnoticed.
  const kernel = () => model.widget_manager?.kernel?.id;
  const first = kernel();
  const unheard = () => panel.classList.contains("jupyter-widgets-disconnected") || kernel() !== first;
  const say = () => {
    el.textContent = unheard() ? "To keep a guess, run this cell first." : "";
    el.style.display = el.textContent ? "" : "none";
  };
  const onClick = (event) => event.target.closest("button") && say();
  const begin = () => {
    panel = el.closest(".vg-prediction");
    if (!panel) return void (waiting = requestAnimationFrame(begin));
    keep(panel);
    panel.addEventListener("focusin", onFocus);
    panel.addEventListener("click", onClick);
    say();
  };
  let waiting = requestAnimationFrame(begin);
  return () => cancelAnimationFrame(waiting);
}
export default { render };
"""
# The sentence above says it; a broken chain beside each of the panel's parts says it badly.
_NO_CHAINS = ".jupyter-widgets-disconnected:is(.vg-prediction, .vg-prediction *)::before { display: none; }"


def predict(
    id: str,
    question: str,
    *,
    choices: list[str] | tuple[str, ...] | None = None,
    between: tuple[float, float] | None = None,
    step: float | None = None,
) -> Any:
    """Ask for a guess: one of ``choices``, or a number ``between`` two bounds.

    Returns a widget. Moving a choice or the slider and pressing *Keep my guess* records the guess.
    Raises ValueError unless exactly one of ``choices`` and ``between`` is given, and for unusable bounds.
    """
    _refuse_bad_question(choices, between)
    ipywidgets = bring("ipywidgets")
    guess = _kept_guess(id)
    if choices is not None:
        guess = guess if guess in choices else None  # one of an older question's is none
        asker = ipywidgets.RadioButtons(options=list(choices), value=guess, layout=_WIDE)
    else:
        guess = None if isinstance(guess, str) or guess is None or not between[0] <= guess <= between[1] else guess
        asker = _slider(ipywidgets, between, step, guess)
    return _panel(ipywidgets, id, question, asker, guess)


def reveal(id: str, result: Any, note: str = "", *, near: float | None = None) -> Any:
    """Show the result beside the guess, and keep whether they agree.

    ``result`` is the right choice, or the measured number; ``near`` is how far off a number may be and still
    count as right (a tenth of the result where it is not given). ``note`` is one sentence that explains.
    """
    guess = _kept_guess(id)
    right = None if guess is None else agrees(guess, result, near)
    if guess is None:
        progress.record_shown(id)
    else:
        progress.record_prediction(id, {"result": _plain(result), "right": right})
    return Outcome(guess, result, right, note, id, late=bool(progress.read()["predictions"].get(id, {}).get("late")))


def _kept_guess(id: str) -> str | float | None:
    """A text or a finite number; None where the file of the progress holds none, or what is no guess."""
    guess = progress.read()["predictions"].get(id, {}).get("guess")
    if isinstance(guess, str) or (type(guess) in (int, float) and abs(guess) < 1e300):
        return guess
    return None


def agrees(guess: Any, result: Any, near: float | None = None) -> bool:
    """Whether a guess counts as right."""
    if isinstance(result, str) or isinstance(guess, str):
        return bool(guess == result)  # NumPy's text compares to NumPy's truth, which no file of JSON holds
    width = near if near is not None else abs(float(result)) / 10
    return bool(abs(float(guess) - float(result)) <= width)


class Outcome:
    """The guess and the result side by side, as HTML in a notebook and as text elsewhere."""

    def __init__(
        self, guess: Any, result: Any, right: bool | None, note: str, id: str = "", late: bool = False
    ) -> None:
        self.guess, self.result, self.right, self.note, self.id = guess, result, right, note, id
        self.late = late  # guessed when the result had been shown

    def __repr__(self) -> str:
        mine = "you made no guess" if self.guess is None else f"your guess: {_show(self.guess)}"
        sign = "" if self.late else {True: "✓ ", False: "✗ ", None: ""}[self.right]
        return f"{sign}{mine} · result: {_show(self.result)}" + (f" · {self.note}" if self.note else "")

    def _repr_html_(self) -> str:
        colour = OUTCOME[self.right]
        word = {True: "✓ You saw it coming.", False: "✗ Not what you expected: good, that is worth a minute."}
        word = {self.right: "You guessed when the result was known."} if self.late else word
        mine = "none" if self.guess is None else _show(self.guess)
        rows = (
            f'<span style="opacity:.75">Your guess</span> <strong>{html.escape(mine)}</strong> &emsp; '
            f'<span style="opacity:.75">Result</span> <strong>{html.escape(_show(self.result))}</strong>'
        )
        lines = [rows, word.get(self.right, ""), _marked(self.note)]
        body = "<br>".join(line for line in lines if line)
        return (
            f'<div role="status" data-reveals="{html.escape(self.id)}" style="border-left:4px solid {colour};'
            f"background:{colour}1f;padding:.5em .8em;margin:.3em 0;"
            f'border-radius:0 4px 4px 0;line-height:1.5">{body}</div>'
        )


def _refuse_bad_question(choices: Any, between: Any) -> None:
    if (choices is None) == (between is None):
        raise ValueError("a prediction needs either choices=[...] or between=(low, high)")
    if choices is not None and len(set(choices)) < 2:
        raise ValueError("choices needs at least two different answers to choose from")
    if between is not None and not (math.isfinite(between[0]) and between[0] < between[1] < math.inf):
        raise ValueError("between needs two finite numbers, the smaller one first")


def _slider(ipywidgets: Any, between: tuple[float, float], step: float | None, guess: Any) -> Any:
    low, high = between
    step = step or (high - low) / 100
    value = guess if isinstance(guess, (int, float)) and low <= guess <= high else low
    whole = all(float(number).is_integer() for number in (low, high, step))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    number = int if whole else float
    return kind(value=number(value), min=number(low), max=number(high), step=number(step), layout=_WIDE)


def _panel(ipywidgets: Any, id: str, question: str, asker: Any, guess: Any) -> Any:
    button = ipywidgets.Button(description="Keep my guess", button_style="primary")
    said = ipywidgets.HTML(_kept(guess))

    def keep(_: Any) -> None:
        if asker.value is None:
            said.value = "Choose an answer first."
            return
        progress.record_prediction(id, {"guess": _plain(asker.value), "question": question})
        said.value = _kept(asker.value)

    button.on_click(keep)
    title = ipywidgets.HTML(f"<strong>Predict.</strong> {_marked(question)}")
    panel = _panel_class()([title, asker, ipywidgets.HBox([button, said]), _key_keeper()()])
    panel.id, panel.question, panel.guess = id, question, guess
    panel.offered = list(asker.options) if hasattr(asker, "options") else [asker.min, asker.max, asker.step]
    return panel.add_class("vg-prediction").add_class(f"vg-prediction-{id}")


@cache
def _panel_class() -> Any:
    """The panel as a widget that also says in words and HTML what it asks: where widgets cannot show, those stand."""
    ipywidgets = bring("ipywidgets")

    class Prediction(ipywidgets.VBox):
        _ipython_display_ = None  # ipywidgets 7 would show the widget alone

        def _repr_mimebundle_(self, **kwargs: Any) -> dict:
            view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
            return {
                "application/vnd.jupyter.widget-view+json": view,
                "text/plain": _in_words(self),
                "text/html": _in_html(self),
            }

    return Prediction


def _in_words(panel: Any) -> str:
    kept = "No guess is kept yet." if panel.guess is None else f"Kept: {_show(panel.guess)}."
    return f"Predict. {panel.question} {_choices(panel)} {kept} Open the notebook in JupyterLab to guess."


def _choices(panel: Any) -> str:
    if any(isinstance(one, str) for one in panel.offered):
        return " / ".join(panel.offered) + "."
    low, high, _ = panel.offered
    return f"A number from {_show(low)} to {_show(high)}."


def _in_html(panel: Any) -> str:
    """The question, what there is to choose from, and the kept guess; the site makes a form of it that works."""
    kept = "" if panel.guess is None else f"<br>Kept: <strong>{html.escape(_show(panel.guess))}</strong>."
    asked = html.escape(json.dumps({"id": panel.id, "offered": panel.offered}))
    return (
        f'<div class="vg-prediction-still" data-predict="{asked}" style="border-left:4px solid {OUTCOME[None]};'
        f'padding:.5em .8em;margin:.3em 0;line-height:1.5"><strong>Predict.</strong> '
        f"{_marked(panel.question)}<br>{html.escape(_choices(panel))}{kept}</div>"
    )


def _marked(text: str) -> str:
    """Text as HTML, with what stands between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


@cache
def _key_keeper() -> Any:
    """A widget that keeps the panel's keys from JupyterLab's shortcuts, and says where no kernel hears the panel."""

    class KeyKeeper(bring("anywidget").AnyWidget):
        _esm, _css = _KEEP_KEYS, _NO_CHAINS

    return KeyKeeper


def _kept(guess: Any) -> str:
    return "" if guess is None else f"Kept: <strong>{html.escape(_show(guess))}</strong>. Now run the next cell."


def _show(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int)) else float(value)
