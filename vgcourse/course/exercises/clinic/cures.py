"""Lesson 9, each patient cured by one change, and shown healed by what the trained net says of unseen examples."""

from functools import cache
from typing import Any

import numpy as np

from vgcourse.course.checks import registry
from vgcourse.course.checks.compare import Seen, shortened, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss
from vgcourse.course.checks.observation import with_article
from vgcourse.nets.clinic import tasks
from vgcourse.nets.clinic.charts import BATCH, KINDS, SHORTEST, Chart, draw

# No version of the course's own: nothing in the lesson goes on from it, and it would train six nets to be lent.
SHOWN = 200  # test examples of which a net is asked
HALF = 4

six_cures = Exercise(
    "six-cures",
    points=4,
    title="six patients cured, each by one change",
    answers=("my_name", "healed"),
    passed="Six nets that learned nothing, and now do; one setting each, no epoch more.",
    misses={
        "no-name": "`my_name` should be your name, as in the ward round.",
        "not-a-dictionary": "`healed` should be a dictionary: kind → treated patient, for all six kinds.",
        "missing": "There is no patient yet for {missing}.",
        "not-a-patient": "{kind}: this should be a patient, as `treated` gives it; it is {got}.",
        "what-fit-gives": "{kind}: this is what `fit()` gives back, the losses. Keep the patient itself: "
        "`one = ward[{kind!r}].treated(...)`, then `one.fit()`, and `one` goes into `healed`.",
        "another-kind": "{kind}: under this name stands a patient of another kind, {got}.",
        "not-treated": "{kind}: nothing was changed.",
        "two-changes": "{kind}: {got} settings were changed. Which one was it?",
        "another-patient": "{kind}: this is not your patient with one change; its chart differs in {got}.",
        "not-trained": "{kind}: it was treated and not trained: `fit` it.",
        "trained-longer": Miss("{kind}: it took {got} updates, {allowed} were to be had.", share=0.5),
        "treats-the-oddity": Miss(
            "{kind}: you changed {got!r}, the oddity, and the score is still {score:.2f}. It looked wrong, and "
            "was not.",
            share=0.5,
        ),
        "not-healed": Miss(
            "{kind}: with {got} the score on examples that it has not seen is {score:.2f}; {level:g} counts as "
            "learned.",
            share=0.5,
        ),
        "hides-it": Miss(
            "{kind}: with {got} it learns, and the fault is still in it: the cause was another setting.", share=0.5
        ),
        "several-wrong": "Cured among your six patients: {right}. The first that is not: {kind}. {why}",
    },
)


@six_cures.observe
def observe_six_cures(my_name: Any, healed: Any, rng: np.random.Generator) -> Seen:
    name = my_name if isinstance(my_name, str) else ""
    if isinstance(healed, type) or not hasattr(healed, "items"):  # a series of pandas has them too
        return {"name": name, "kind": type(healed).__name__}
    rows, named = _rows(rng), {str(kind).strip().casefold(): one for kind, one in healed.items()}
    return {"name": name, "healed": {k: _look(k, one, rows) for k, one in named.items() if one is not ...}}


def _rows(rng: np.random.Generator) -> np.ndarray:
    """Which of the test examples are shown; every task has 400 or more."""
    return rng.permutation(400)[:SHOWN]


def _look(kind: str, one: Any, rows: np.ndarray) -> dict[str, Any]:
    """What a judge can make of a patient: its chart, how long it was trained, what it says of the test examples."""
    if kind not in KINDS or not all(hasattr(one, part) for part in ("chart", "changed", "model", "seed")):
        return {"kind": type(one).__name__}
    other = getattr(one, "kind", kind)
    if getattr(other, "name", other) != kind:
        return {"other": str(getattr(other, "name", other))}
    X = _task(kind, int(one.seed)).X_test[rows]
    net = _built_anew(kind, one) if registry.judges_are_away else one.model
    if net is None:
        return {"kind": "net of another chart"}
    said = net(X if X.dtype.kind == "i" else np.float32(one.chart.get("pixels", 1)) * X, training=False)
    return {
        "chart": {str(k): _plain(v) for k, v in one.chart.items()},
        "changed": {str(k): _plain(v) for k, v in one.changed.items()},
        "seed": int(one.seed),
        "updates": int(np.asarray(one.model.optimizer.iterations)),
        "said": np.asarray(said, "float32"),
    }


def _built_anew(kind: str, one: Any) -> Any:
    """A net that is built from the chart, with the patient's weights; None where they do not fit it.

    While a class is graded what is asked is this net: another could look up what it is asked for.
    """
    from vgcourse.nets.clinic import builders

    try:
        model, *_ = getattr(builders, kind)(dict(one.chart))
        model.set_weights(one.model.get_weights())
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return model


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


@cache
def _task(kind: str, seed: int) -> tasks.Task:
    return getattr(tasks, KINDS[kind].task)(seed)


@six_cures.judge
def judge_six_cures(seen: Seen, rng: np.random.Generator) -> Any:
    if len(seen["name"].strip()) < SHORTEST:
        return "no-name"
    if "healed" not in seen:
        return "not-a-dictionary"
    charts, healed = draw(seen["name"]), seen["healed"]
    rows, missing = _rows(rng), [kind for kind in KINDS if kind not in healed]
    found = {kind: _examine(kind, healed[kind], charts[kind], rows) for kind in KINDS if kind in healed}
    wrong = [kind for kind in found if found[kind]]
    right = len(found) - len(wrong)
    if right == len(KINDS):
        return None
    problem = ("missing", {"missing": ", ".join(missing)}) if missing else found[wrong[0]]
    if right >= HALF:
        return with_other_half(
            problem, six_cures.misses[problem[0]].share == 0, f"Cured among your six patients: {right}."
        )
    if missing:
        return problem
    why = six_cures.misses[problem[0]].message.format(**problem[1]).partition(": ")[2]
    return "several-wrong", {"right": right, "kind": wrong[0], "why": f"{why[0].upper()}{why[1:]}"}


def _examine(kind: str, one: dict[str, Any], chart: Chart, rows: np.ndarray) -> Any:
    if one.get("kind") == "History":
        return "what-fit-gives", {"kind": kind}
    if "kind" in one:
        return "not-a-patient", {"kind": kind, "got": with_article(one["kind"][:30])}
    if "other" in one:
        return "another-kind", {"kind": kind, "got": shortened(one["other"], 30)}
    if problem := _form(kind, one, chart):
        return problem
    ((setting, value),) = one["changed"].items()
    most = allowed(chart)
    fields = {
        "kind": kind,
        "got": f"{setting}={value}",
        "score": _score(kind, one, chart, rows),
        "level": chart.kind.level,
    }
    learned = fields["score"] >= chart.kind.level
    if not learned and one["updates"] == 0:
        return "not-trained", fields
    if not learned and setting == chart.kind.oddity(chart.seed).setting:
        return "treats-the-oddity", {**fields, "got": setting}
    if one["updates"] > most:
        return "trained-longer", {"kind": kind, "got": one["updates"], "allowed": most}
    if not learned:
        return "not-healed", fields
    return None if setting == chart.fault.setting else ("hides-it", fields)


def allowed(chart: Chart) -> int:
    """The updates of the epochs that a chart gives."""
    return chart.kind.epochs * int(np.ceil(len(_task(chart.kind.name, chart.seed).X) / BATCH))


def _form(kind: str, one: dict[str, Any], chart: Chart) -> Any:
    """Is it the patient that was drawn, with one setting changed?"""
    if len(one["changed"]) != 1:
        key = "two-changes" if one["changed"] else "not-treated"
        return key, {"kind": kind, "got": len(one["changed"])}
    wanted = {setting: _plain(value) for setting, value in chart.settings.items()} | one["changed"]
    off = [setting for setting in wanted if one["chart"].get(setting, "none") != wanted[setting]]
    if one["seed"] != chart.seed or off:
        return "another-patient", {"kind": kind, "got": ", ".join(off) or "its seed"}
    return None


def _score(kind: str, one: dict[str, Any], chart: Chart, rows: np.ndarray) -> float:
    task, times = _task(kind, chart.seed), np.float32(one["chart"].get("pixels", 1))
    y = task.y_test[rows]
    return tasks.score(times * y if chart.kind.task == "copies" else y, one["said"])
