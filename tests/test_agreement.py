"""Every official output tells the same mark of the same student, and it is the one that plain arithmetic gives."""

import json
import math
import os
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.graded_class import LESSON, WORDS, GradedClass, copy_course
from tests.official_outputs import told
from vgcourse.grading.class_run.class_table import NOT_HANDED_IN, standings
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.made_of import made_of
from vgcourse.grading.intake.preflight import student_ids
from vgcourse.grading.kept_files import digest
from vgcourse.grading.people.policy import FILE

DUE = datetime(2026, 5, 4, 21, 59)
# The folders' names; PEOPLE: folder → nbgrader's id for it.
FOLDERS = ("ada", "b[1]", "cho", "d+e", "=eli", "fay", "gus", "zoe")
PEOPLE = student_ids(FOLDERS)
IDS = {who: str(81230 + place) for place, who in enumerate(PEOPLE)}
CHECKS = {"sigmoid": 1, "ten-slopes": 1, "backward-pass": 2}


@dataclass
class Fate:
    """What happens to one student, and what the mark is by it."""

    auto: float
    late: float = -1.0  # days
    by_hand: float | None = None
    extra: float = 0.0
    refused: bool = False
    more_time: int = 0  # days


@dataclass
class Class:
    """What `class.toml` says and what happened to everybody."""

    fates: dict[str, Fate]
    per_day: float = 1.0
    free: int = 0
    at_most: float | None = None
    group: tuple[str, ...] = ()
    moved_away: tuple[str, ...] = field(default=())

    def toml(self) -> str:
        lines = [f"[due]\n{LESSON} = 2026-05-04T21:59:00Z\n[late]\nper_day = {self.per_day}\nclosed_after = 8"]
        lines += [f"free_days = {self.free}"] + ([f"at_most = {self.at_most}"] if self.at_most is not None else [])
        given = {PEOPLE[who]: fate.more_time for who, fate in self.fates.items() if fate.more_time}
        lines += [f'[extensions.{json.dumps(who)}]\nall = "{days} days"' for who, days in given.items()]
        lines += [f"[groups]\npair = {json.dumps(self.group)}"] if self.group else []
        return "\n".join(lines) + "\n"

    def mark(self, who: str) -> float | None:
        """The mark, by arithmetic."""
        if who in self.group:
            there = [one for one in self.group if one in self.fates and one not in self.moved_away]
            if len(there) > 1:
                return None
            who = there[0] if there else next((one for one in self.group if one in self.fates), who)
        fate = self.fates.get(who)
        if fate is None or fate.refused:
            return None
        earned = fate.auto + (fate.by_hand or 0) + fate.extra
        return round(max(0.0, earned - self._penalty(fate, earned)), 2)

    def _penalty(self, fate: Fate, earned: float) -> float:
        late = fate.late - fate.more_time
        if late > 8:
            return earned
        cost = self.per_day * max(0, math.ceil(late) - self.free) if late > 0 else 0.0
        return min(cost, 12, *([self.at_most] if self.at_most is not None else []))


class Made(GradedClass):
    """A graded class that any ``Class`` can happen to."""

    def __init__(self, course):
        super().__init__(course)
        self.auto = {}
        for who in PEOPLE:
            if who == "zoe":  # never handed in
                with self.book() as book:
                    book.update_or_create_student(who, lms_user_id=IDS[who])
                continue
            (self.classroom.submitted / who / LESSON).mkdir(parents=True)
            self.auto[who] = self._graded(who)
        self.whole = Ledger.of(self.classroom).results(LESSON)
        self.now = made_of(self.classroom.release(self.lesson), LESSON)

    def _graded(self, who):
        """Have the student's own hand-in graded; returns its points."""
        place = FOLDERS.index(who)
        wrong = tuple(CHECKS)[: place % 4]
        self.add(PEOPLE[who], "Words." if place % 2 else "", wrong=wrong, lms_user_id=IDS[who])
        return 10.0 - sum(CHECKS[check] for check in wrong)

    def _own_again(self, who):
        """Whoever had the mark of a group has been graded anew since."""
        if self.classroom.unshare(self.lesson, PEOPLE[who]):
            with self.book() as book:
                book.remove_submission(LESSON, PEOPLE[who])
        if not self.classroom.graded(self.lesson, PEOPLE[who]).exists():
            self._graded(who)

    def happen(self, class_: Class, stale: str = "") -> None:
        """Bring files, ledger and gradebook to what ``class_`` says; the mark of ``stale`` is an old one."""
        for who, id in PEOPLE.items():
            folder = self.classroom.submitted / who
            away = self.classroom.root / "away" / who
            if who in class_.moved_away and folder.exists():
                away.parent.mkdir(exist_ok=True)
                folder.rename(away)
            elif who not in class_.moved_away and away.exists():
                away.rename(folder)
            if who in class_.fates and who not in class_.moved_away:
                self._own_again(who)
                self._line(who, class_.fates[who], who == stale)
                self._row(id, class_.fates[who])
        (self.classroom.root / FILE).write_text(class_.toml(), encoding="utf-8")

    def _line(self, who, fate, stale):
        whole = self.whole[PEOPLE[who]]
        folder = self.classroom.submitted / who / LESSON
        made = {**self.now, "points": "other"} if stale else self.now
        reason = {"score": None, "reason": "there is no notebook"} if fate.refused else {}
        at = replace(whole, digest=digest(folder), made_of=made, at="2099-01-01T00:00:00+00:00", **reason)
        Ledger.of(self.classroom).append(at)

    def _row(self, id, fate):
        with self.book() as book:
            book.find_submission(LESSON, id).timestamp = DUE + timedelta(days=fate.late)
            words = book.find_grade(WORDS, self.lesson.name, LESSON, id)
            words.manual_score, words.needs_manual_grade = fate.by_hand, fate.by_hand is None
            book.find_grade("sigmoid", self.lesson.name, LESSON, id).extra_credit = fate.extra
            book.db.commit()


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    return Made(copy_course(root, tmp_path_factory.mktemp("agreement")))


def random_class(made, draw):
    handed = list(made.auto)
    fates = {
        who: Fate(
            made.auto[who],
            draw.choice([-1, -1, 0.2, 1.5, 3.2, 7.9, 9]),
            draw.choice([None, 0, 0.5, 1.25, 2]),
            draw.choice([0, 0, 0, 1.5]),
            draw.random() < 0.15,
            draw.choice([0, 0, 0, 2, 5]),
        )
        for who in handed
    }
    group = draw.choice([(), ("zoe", "ada"), ("cho", "fay"), ("cho", "fay"), ("fay", "gus", "zoe")])
    away = tuple(one for one in group if one in fates)[1:] if draw.random() < 0.6 else ()
    costs = draw.choice([0.5, 1, 1.25, 0.333])
    return Class(fates, costs, draw.choice([0, 2]), draw.choice([None, 2.5]), group, away)


# A few here; `AGREEMENT=200` looks longer.
@pytest.mark.parametrize("seed", range(int(os.environ.get("AGREEMENT", "3"))))
def test_everybody_who_tells_marks_tells_the_same(made, tmp_path, seed):
    draw = random.Random(seed)
    class_ = random_class(made, draw)
    stale = draw.choice(["", *(who for who in made.auto if who not in class_.group)])
    made.happen(class_, stale)
    marks, statuses = told(made, IDS, tmp_path)
    expected = {who: class_.mark(who) for who in PEOPLE}
    with_mark = {who: mark for who, mark in expected.items() if mark is not None}
    assert marks["standings"] == expected
    for out, by in marks.items():
        if out.startswith("feedback"):
            assert by == with_mark, out
        elif out == "nbgrader":
            assert {who: by[who] for who in with_mark} == with_mark, out
        else:
            assert by == expected, out
    assert statuses["table"] == statuses["grades.csv"] == statuses["plain.csv"] == statuses["report"]
    if stale and expected[stale] is not None:
        assert statuses["table"][stale] == "stale"


def plain(made, **settings):
    """Everybody in time, nothing read, but for what is said."""
    return Class({who: Fate(auto) for who, auto in made.auto.items()}, **settings)


def of(made, who):
    return next(one for one in standings(made.classroom, made.lesson) if one.called == who)


def test_of_two_hand_ins_of_a_group_the_one_that_is_left_counts(made):
    made.happen(plain(made, group=("cho", "fay")))
    assert of(made, "cho").score is None and "handed in 2 times" in of(made, "fay").reason
    made.happen(plain(made, group=("cho", "fay"), moved_away=("fay",)))
    assert of(made, "cho").score == of(made, "fay").score == made.auto["cho"]


def test_who_leaves_a_group_leaves_its_mark(made):
    made.happen(plain(made, group=("ada", "zoe")))
    assert of(made, "zoe").score == made.auto["ada"]
    made.happen(plain(made))
    assert of(made, "zoe").score is None and of(made, "zoe").reason == NOT_HANDED_IN
    assert not made.classroom.graded(made.lesson, "zoe").exists()


def test_a_time_that_somebody_wrote_down_answers_the_platforms_late(made):
    class_ = plain(made)
    made.happen(class_)
    ledger = Ledger.of(made.classroom)
    ledger.append(replace(ledger.results(LESSON)["ada"], said_late=True))
    assert of(made, "ada").lateness is None, "it came before the due date that holds now"
    with made.book() as book:
        book.find_submission(LESSON, "ada").timestamp = None
        book.db.commit()
    assert not of(made, "ada").lateness.known and "class.toml" in str(of(made, "ada").lateness)
