"""Lesson 9, the ward round: of each patient drawn for a name, where it is ill and why."""

from difflib import get_close_matches
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, shortened, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss
from vgcourse.course.checks.observation import as_text
from vgcourse.nets.clinic.charts import CAUSES, KINDS, SHORTEST, Chart, draw

HALF = 5  # of six must be right for half of the points: a neighbour's findings come to four in three pairs of ten

six_findings = Exercise(
    "six-findings",
    points=3,
    title="six patients: where, and why",
    answers=("my_name", "findings"),
    passed="Six patients, six places, six causes. Now cure them.",
    misses={
        "no-name": "`my_name` should be your name, a text of two letters or more: your patients are drawn from it.",
        "not-a-dictionary": "`findings` should be a dictionary: kind → (place, cause), for all six kinds.",
        "missing": "There is nothing yet for {missing}.",
        "not-two": "{kind}: a finding is two texts, (place, cause).",
        "unknown-cause": "{kind}: {got!r} is not one of the causes in `vg.clinic.CAUSES`.{hint}",
        "exchanged": Miss(
            "{kind}: place and cause are right, and have changed places: a finding is (place, cause).", share=0.5
        ),
        "symptom": Miss(
            "{kind}: {got!r} is the name of a symptom, not of a cause. What in this net could do such a thing?",
            share=0.5,
        ),
        "healthy": Miss(
            "{kind}: `diagnose` finds nothing in its gradients, and still it learns nothing. Gradients are not all "
            "that can be wrong: what does the net get to see, and what is it asked to do?",
            share=0.5,
        ),
        "not-healthy": Miss(
            "{kind}: it learns nothing, and `diagnose` does find something in it: ask it about the fresh net, with "
            "that net's own examples.",
            share=0.5,
        ),
        "oddity": Miss(
            "{kind}: {got!r} stands in the chart, and does no harm: nets with that alone learn. Something else "
            "is wrong.",
            share=0.5,
        ),
        "other-place": Miss(
            "{kind}: the cause is right, the place {place!r} is not. A place is the name of a layer, 'data', "
            "'optimizer' or 'loss': the one to which the line of the chart belongs that is at fault, not where the "
            "harm shows.",
            share=0.5,
        ),
        "other-cause": Miss("{kind}: the place is right, the cause is another one.", share=0.5),
        "wrong-finding": Miss("{kind}: neither the place nor the cause is right.", share=0.5),
        "several-wrong": "Right among your six findings: {right}. The first that is not: {kind}. Look there "
        "again: the "
        "loss beside that of a constant answer, then `diagnose`, then the chart, line by line.",
    },
)

# What `vgcourse.diagnose` and people call what they see; in no patient of this clinic it is the cause.
SYMPTOMS = (
    "dying relu",
    "vanishing",
    "exploding",
    "not finite",
    "nan",
    "saturation",
    "constant output",
    "no gradient",
    "weights too small",
    "weights too large",
    "not centred",
    "inputs too small",
    "noise too large",
    "weight decay too large",
    "regularization too strong",
    "clipping too strong",
    "does not learn",
    "overfitting",
    "underfitting",
)


@six_findings.observe
def observe_six_findings(my_name: Any, findings: Any, rng: np.random.Generator) -> Seen:
    if isinstance(findings, type) or not hasattr(findings, "items"):  # a table of pandas has them too
        return {"name": str(my_name), "kind": type(findings).__name__}
    return {"name": my_name if isinstance(my_name, str) else "", "findings": dict(map(_plain, findings.items()))}


def _plain(item: tuple[Any, Any]) -> tuple[str, list[str]]:
    kind, found = item
    texts = found if isinstance(found, (list, tuple, np.ndarray)) or hasattr(found, "iloc") else [found]
    # A layer is as good as its name.
    return _words(str(kind)), [as_text(getattr(text, "name", text)) for text in texts]


@six_findings.judge
def judge_six_findings(seen: Seen, rng: np.random.Generator) -> Any:
    if len(seen["name"].strip()) < SHORTEST:
        return "no-name"
    if "findings" not in seen:
        return "not-a-dictionary"
    findings, charts = seen["findings"], draw(seen["name"])
    wrong = [kind for kind in KINDS if not _is_right(findings.get(kind, []), charts[kind])]
    if not wrong:
        return None
    right = len(KINDS) - len(wrong)
    if all(_is_right(findings.get(kind, [])[::-1], charts[kind]) for kind in wrong):
        return "exchanged", {"kind": wrong[0]}
    if problem := _form(findings):
        return with_other_half(problem, right >= HALF, f"Right among your six findings: {right}.")
    if right < HALF:
        return "several-wrong", {"right": right, "kind": wrong[0]}
    return _what_is_wrong(wrong[0], findings[wrong[0]], charts[wrong[0]])


def _form(findings: dict[str, list[str]]) -> Any:
    missing = [kind for kind in KINDS if kind not in findings or findings[kind] in ([], ["Ellipsis"])]
    if missing:
        return "missing", {"missing": ", ".join(missing)}
    for kind in KINDS:
        if len(findings[kind]) != 2:
            return "not-two", {"kind": kind}
        cause = _cause(findings[kind][1])
        if cause not in (*CAUSES, *SYMPTOMS, "healthy"):
            near = get_close_matches(cause, CAUSES, n=1)
            hint = f" {near[0]!r}?" if near else ""
            return "unknown-cause", {"kind": kind, "got": shortened(findings[kind][1], 40), "hint": hint}
    return None


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").rstrip(". ").split())


def _cause(text: str) -> str:
    """The name of a cause, in capitals or with hyphens; its explanation, copied from `CAUSES`, is as good."""
    return _EXPLAINED.get(_words(text), _words(text))


_EXPLAINED = {_words(meaning): cause for cause, meaning in CAUSES.items()}


def _is_right(finding: list[str], chart: Chart) -> bool:
    if len(finding) != 2:
        return False
    return _is_there(finding[0], chart) and _cause(finding[1]) == chart.fault.cause


def _is_there(place: str, chart: Chart) -> bool:
    """Whether the fault is there; `diagnose` writes a layer inside another one with a stroke, "embedding/token"."""
    return _words(place.partition("/")[0]) in map(_words, chart.fault.places)


def _what_is_wrong(kind: str, finding: list[str], chart: Chart) -> Any:
    place, cause = finding[0].strip(), _cause(finding[1])
    fields = {"kind": kind, "got": shortened(finding[1], 40), "place": shortened(place, 30)}
    if cause == "healthy":
        return ("healthy" if chart.fault.hidden else "not-healthy"), fields
    if cause in SYMPTOMS:
        return "symptom", fields
    if cause == chart.kind.oddity(chart.seed).cause:
        return "oddity", {**fields, "got": cause}
    if cause == chart.fault.cause:
        return "other-place", fields
    return ("other-cause" if _is_there(place, chart) else "wrong-finding"), fields


@six_findings.own_version
def own_six_findings() -> Any:
    name = "Ada Lovelace"
    return name, {kind: (chart.fault.places[0], chart.fault.cause) for kind, chart in draw(name).items()}
