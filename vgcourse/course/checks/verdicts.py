"""What a check says: its keys, the sentences that all exercises share, and a verdict with its share of the points."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

PASSED = "passed"
BLANK = "blank"
RAISES = "raises"
NOT_PLAIN = "not-plain"
NOT_A_FUNCTION = "not-a-function"
BORROWED = "uses-the-package"
CHANGED, CHANGED_SETTING = "changes-input", "changes-setting"
UNUSABLE = "cannot-be-used"
NO_RETURN = "no-return"  # the key under which every exercise says that an answer gives back nothing
CHECK_FAILED, CHECK_BROKEN = "check-failed", "check-broken"
TAMPERED = "tampered"
NOT_HERE, STOPPED_BEFORE, GIVEN_AWAY = "needs-what-is-not-here", "stopped-before", "name-given-away"
UNWATCHED = "unwatched"  # stands in an observation where the answer put the watch aside
LONGEST_FIELD, LONGEST_MESSAGE = 200, 1200  # characters

WRITE_HERE = "Write your code where it says YOUR CODE HERE, run that cell, then this one."
COMMON = {
    BLANK: "{what}",
    RAISES: "Your code stopped with {error}: {text}{call}",
    NOT_PLAIN: "Your answer came back as something that cannot be compared: {text}.",
    UNUSABLE: "The check could not go on with what your answer is or gives back ({error}: {text}){came}. Compare its "
    "form with what the task asks for.",
    CHECK_BROKEN: "Not graded: the check itself stopped ({text}), whatever your answer is. Tell your instructor.",
    CHECK_FAILED: "Not graded: the check stopped at what your answer gives back ({text}). Look at what it returns; "
    "if that is what was asked for, the mistake is in the check: tell your instructor.",
    TAMPERED: "Not graded by machine: while the notebook ran, parts of the check were replaced or put aside, or the "
    "answer worked where the check cannot look (another process, say). A person will look at it.",
    NOT_HERE: "Not graded: {what} stopped with {error} ({text}). Where it was graded there is not all that it needs."
    " Hand that in too, or do without it.",
    STOPPED_BEFORE: "Not graded by machine: {what} stopped with {error} ({text}) before it had done so. "
    "A person will look at it.",
    GIVEN_AWAY: "Not graded by machine: {what} is defined above, and a later line gives the name to something else, "
    "or deletes it. A person will look at it.",
    NOT_A_FUNCTION: "This should be {wanted}; here it is {found}. Did another cell reuse the name?",
    BORROWED: "This calls the course's own version, `{name}`, to do the work. It is there so that you can go on with "
    "the lesson, and to measure; the points are for a version of your own.",
}


@dataclass(frozen=True)
class Miss:
    """A misconception: the sentence that a student reads, and the share of the points still earned."""

    message: str
    share: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What a check says: the exercise's id, the share of its points earned (0 to 1), a key, one sentence.

    ``to_do``: what to do in the notebook, which is said where there is a notebook to do it in.
    """

    exercise: str
    points: float
    share: float
    key: str
    message: str
    to_do: str = ""

    @property
    def passed(self) -> bool:
        """Whether all points are earned."""
        return self.share >= 1.0

    @property
    def earned(self) -> float:
        """The points earned, rounded to hundredths."""
        return round(self.share * self.points, 2)

    @property
    def sentence(self) -> str:
        """What whoever works in the notebook reads."""
        return f"{self.message} {self.to_do}".strip()

    @property
    def is_withheld(self) -> bool:
        """Whether a machine cannot say what the answer is worth, so that a person must look."""
        return self.key in (CHECK_FAILED, CHECK_BROKEN, TAMPERED, NOT_HERE, STOPPED_BEFORE, GIVEN_AWAY)


NONE_AT_TIMES = Miss(
    "{name} gives back None in the call {call}, though not in every one. Does every way through it end with `return`?"
)
COMMON_HALF = {
    CHANGED: Miss(
        "What comes back is right. But {name} changes the {what} that it is given: whoever uses it afterwards, or "
        "calls {name} twice, gets something else. Leave it as it was, and change a copy.",
        share=0.5,
    ),
    CHANGED_SETTING: Miss(
        "What was asked for is right. But {name} changes a setting of the {what} that it is given: {setting}. Leave "
        "that as it was.",
        share=0.5,
    ),
}


def filled(miss: Miss, fields: Any) -> str:
    """The sentence of ``miss`` with its fields, which may be whatever a student's process says; cut to its length."""
    try:
        message = miss.message.format(**{name: shown(value) for name, value in fields.items()})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        message = miss.message
    if isinstance(fields, dict) and isinstance(fields.get("fact"), str):
        message = f"{shown(fields['fact'])} {message}"
    return counted(message)[:LONGEST_MESSAGE]


# What may stand behind a count in a sentence. Behind the name of a layer, say, or in `d - 1`, a 1 is no count.
_ONE = re.compile(
    r"(?<!layer )(?<!number )(?<!seed )(?<!depth )(?<!scale )(?<!\d of )(?<!\bits )(?<!All )(?<![-−+] )(?<![\d.,])"
    r"(are |were |)1 ((?:hidden |weight |further |\*?trainable\*? )?)"
    r"(array|entr|thing|number|kernel|gradient|setting|pair|layer|net|update|moment|unit|row|column|example|step|epoch|"
    r"point|run|block|place|weight|input|factor|state|variable)(s|ies)\b((?: (?:are|were|have|make|come)\b)?)"
)
_OF_ONE = {"are": "is", "were": "was", "have": "has", "make": "makes", "come": "comes"}


def counted(message: str) -> str:
    """The sentence with what there is one of in the singular, and its verb."""
    message = message.replace("called 1 times", "called once").replace("and 1 are enough", "and 1 is enough")
    return _ONE.sub(_singular, message)


def _singular(found: re.Match[str]) -> str:
    before, kind, noun, end, verb = found.groups()
    before, verb = (_OF_ONE.get(word.strip(), "") for word in (before, verb))
    return f"{before}{' ' * bool(before)}1 {kind}{noun}{'y' * (end == 'ies')}{' ' * bool(verb)}{verb}"


def half_right(verdict: Verdict, also: str | None) -> Verdict:
    """The verdict with half of the points at least, and `also` after its sentence; unchanged where `also` is None."""
    if not also:
        return verdict
    message = verdict.message if verdict.message.endswith((".", "!", "?", "`", "…")) else f"{verdict.message}."
    return replace(verdict, share=max(verdict.share, 0.5), message=f"{message} {also}")


def besides(verdict: Verdict, changed: Mapping[str, str] | None) -> Verdict:
    """With a word on what was handed out and came back changed, whatever else is wrong."""
    if not changed:
        return verdict
    name, what, setting = (shown(changed.get(key, "")) for key in ("name", "what", "setting"))
    which = f": {setting}" if setting else ""
    return replace(verdict, message=f"{verdict.message} Besides, {name} changes the {what} that it is given{which}.")


def shown(value: Any) -> Any:
    """A field of a sentence: text of the student's without control characters and halves of pairs, cut short."""
    if not isinstance(value, str):
        return value
    text = "".join(c if c.isprintable() else " " for c in value[: LONGEST_FIELD + 1])
    return text if len(text) <= LONGEST_FIELD else text[:LONGEST_FIELD] + "…"
