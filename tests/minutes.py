"""How long a lesson takes, by one rule: `python -m tests.minutes` prints what each lesson and heading should say.

No reader was timed: it is a rule by which one lesson can be compared with another, and CONTRIBUTING tells it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

WORDS_A_MINUTE = 150
EXERCISE = {"written": 10, "★": 5, "★★": 10, "★★★": 20}
LESSONS = sorted((Path(__file__).parents[1] / "solutions").glob("0*/*.py"))


@dataclass
class Section:
    """What lies between two headings."""

    heading: str
    words: int = 0  # without hints, worked calls, the tasks of exercises
    cells: int = 0  # run and looked at, or guessed at
    exercises: int = 0  # their minutes

    @property
    def minutes(self) -> float:
        """For reading and running, as the heading says."""
        return self.words / WORDS_A_MINUTE + self.cells

    @property
    def said(self) -> int | None:
        found = re.search(r"\((\d+) minutes?\b", self.heading)
        return int(found[1]) if found else None


def sections(source: str) -> list[Section]:
    """The sections of a lesson as a student has it, the first one without a heading; sources are not read."""
    found = [Section("")]
    for head, _, body in (cell.partition("\n") for cell in re.split(r"^# %%", source, flags=re.MULTILINE)[1:]):
        if "solution_only" in head or "written=" in head:
            continue
        if "[markdown]" in head:
            _read(body, found)
        else:
            found[-1].cells += _is_looked_at(head, body)
    return [section for section in found if section.heading != "Sources"]


def lesson_minutes(source: str) -> float:
    """Reading, running, guessing and exercises, but for a stretch."""
    return sum(s.minutes + s.exercises for s in sections(source) if "Stretch:" not in s.heading)


def _is_looked_at(head: str, body: str) -> bool:
    """An answer and its check belong to the exercise, a reveal to its guess."""
    return not ("answer=" in head or "check=" in head or "reveal(" in body)


def _read(body: str, found: list[Section]) -> None:
    for i, part in enumerate(re.split(r"^## ", body, flags=re.MULTILINE)):
        if i:
            found.append(Section(part.partition("\n")[0]))
        text = re.sub(r"<details>.*?</details>|```.*?```", "", part, flags=re.DOTALL)
        found[-1].words += len(text.partition("### Exercise")[0].split())
        headings = re.findall(r"^### Exercise .*$", part, re.MULTILINE)
        found[-1].exercises += sum(_exercise(line, found[-1].heading) for line in headings)


def _exercise(line: str, section: str) -> int:
    stars = re.search(r"(★*) \(", line)[1]
    is_stretch = stars == "★★★" and "stretch" in section.lower()
    return 0 if is_stretch else EXERCISE["written" if "read by a person" in line else stars]


if __name__ == "__main__":
    for path in LESSONS:
        source = path.read_text(encoding="utf-8")
        print(f"{path.parent.name}: {lesson_minutes(source):.0f}")
        for section in sections(source):
            print(f"    {section.minutes:4.1f} + {section.exercises:2}  {section.heading}")
