"""What README, handbook and guide say is there: commands, options, targets, files, names, minutes, points."""

import contextlib
import io
import re

import pytest

import vgcourse as vg
from tests.minutes import EXERCISE, WORDS_A_MINUTE, lesson_minutes, sections
from vgcourse import cli
from vgcourse.course.checks import registry

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/handbook.md")


@pytest.fixture(scope="module", params=DOCUMENTS)
def document(request, root):
    return (root / request.param).read_text(encoding="utf-8")


def codes(text):
    """Lines of code blocks and `spans`, comments cut off."""
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.S | re.M)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()] + spans


def commands(text):
    """Words after `vgcourse` wherever a command line begins with it."""
    for line in codes(text):
        for part in re.split(r"&&|;|\||, then ", line):
            words = part.split()
            if words and re.fullmatch(r"(.*[/\\])?vgcourse", words[0]) and len(words) > 1:
                yield words[1:]


def known_commands():
    """Subcommand → the options that its help names."""
    parser = cli._parser()
    choices = next(action.choices for action in parser._actions if action.choices)
    return {name: set(sub._option_string_actions) for name, sub in choices.items()}


def test_every_command_and_option_exists(document):
    known = known_commands()
    for name, *words in commands(document):
        assert name in known or name.startswith("-"), f"vgcourse {name}"
        for word in words:
            option = word.split("=")[0].strip("[]")
            assert not option.startswith("--") or option in known[name], f"vgcourse {name} {option}"


def test_every_target_of_make_exists(document, root):
    rules = re.findall(r"^([\w. -]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    targets = {word for rule in rules for word in rule.split()}
    for line in codes(document):
        if (words := line.split()) and words[0] == "make":
            for word in words[1:]:
                assert word in targets or "=" in word, line
                if "=" in word:
                    break


def test_workflows_call_targets_that_make_has(root):
    targets = set(re.findall(r"^([a-z-]+(?: [a-z-]+)*):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    known = {target for line in targets for target in line.split()}
    for workflow in (root / ".github" / "workflows").glob("*.yml"):
        text = workflow.read_text(encoding="utf-8")
        asked = re.findall(r"run: make ([a-z-]+)$", text, re.M) + re.findall(r"\{target: ([a-z-]+)", text)
        assert asked and set(asked) <= known, workflow.name


def test_every_link_leads_to_a_file(document, root, request):
    folder = (root / request.node.callspec.params["document"]).parent
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document):
        assert "://" in target or (folder / target).exists(), target


def test_every_name_of_the_package_exists(document):
    for name in re.findall(r"\bvg\.([A-Za-z_][A-Za-z_0-9.]*)", "\n".join(codes(document))):
        found = vg
        for part in name.rstrip(".").split("."):
            found = getattr(found, part)


def lesson_texts(root):
    return {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(root.glob("solutions/*/*.py"))}


def test_lessons_call_the_face_of_the_package_and_nothing_behind_it(root):
    for id, text in lesson_texts(root).items():
        assert not re.findall(r"^\s*(?:from vgcourse\.|import vgcourse\.).*", text, re.M), id


def announced(text):
    """The minutes that a lesson says it takes."""
    said = re.search(r"\*\*Time\*\* about (\w+) minutes", text) or re.search(r"takes \*\*(\w+) minutes\*\*", text)
    return {"twenty": 20}.get(said[1]) or int(said[1])


@pytest.mark.parametrize("document", ["README.md", "solutions/00_start/start.py"])
def test_a_table_of_lessons_says_what_the_lessons_say(root, document):
    """Every lesson has its row, in order; lesson 0 stands in its own table without a link."""
    texts = lesson_texts(root)
    rows = re.findall(r"^\|(.*)\| (\d+) \|$", (root / document).read_text(encoding="utf-8"), re.M)
    named = [re.search(r"(\w+)/\w+\.ipynb", cells) for cells, _ in rows]
    assert [found[1] if found else "00_start" for found in named] == list(texts)
    assert [int(minutes) for _, minutes in rows] == [announced(text) for text in texts.values()]


def test_the_minutes_of_lessons_and_headings_are_those_of_one_rule(root):
    """To the nearest five; a few words more or less change no number (`python -m tests.minutes` prints all)."""
    for id, text in lesson_texts(root).items():
        said = announced(text)
        assert said % 5 == 0 and abs(said - lesson_minutes(text)) <= 4, (id, said, lesson_minutes(text))
        for section in sections(text):
            assert section.said is None or abs(section.said - section.minutes) <= 1, (id, section)
    guide = " ".join((root / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert f"{WORDS_A_MINUTE} words a minute" in guide
    for stars, minutes in EXERCISE.items():
        assert f"{minutes} for {'a written one' if stars == 'written' else stars}" in guide


def test_the_rule_of_minutes_reads_what_a_student_has():
    text = (
        '# %% [markdown]\n"""\n# Title\n"""\n# %% [markdown]\nr"""\n## 1 · One (2 minutes)\n\n' + 150 * "word "
        + '\n\n### Exercise 1 · It ★★ (2 points)\n\nTask.\n\n<details>hint</details>\n"""\n# %% answer="a"\nx\n'
        '# %% check="a"\nx\n# %%\nprint(1)\n# %% [markdown] solution_only=true\nmore\n'
        '# %% [markdown]\n"""\n## 2 · Stretch: far (your time)\n\n### Exercise 2 · Far ★★★ (3 points)\n"""\n'
    )  # fmt: skip
    _, one, far = sections(text)
    assert 2 < one.minutes < 2.2 and one.said == 2 and one.exercises == 10 and far.exercises == 0
    assert 12 < lesson_minutes(text) < 12.2


def test_a_lesson_says_how_many_points_it_has(root):
    """At its top, at its headings, in its checks and written answers: the same sum."""
    for id, text in lesson_texts(root).items():
        checked = sum(exercise.points for exercise in registry.exercises(id))
        written = sum(map(int, re.findall(r"^# %%.* written=.* points=(\d+)", text, re.M)))
        headings = sum(map(int, re.findall(r"^### .*\((\d+) points?\b", text, re.M)))
        assert headings in (0, checked + written), (id, headings, checked, written)
        if said := re.search(r"\*\*Points\*\* (\d+)", text):
            there = f"{id}: its top says {said[1]} points, its exercises give {checked + written}"
            assert int(said[1]) == checked + written, there


def test_exercises_are_counted_through_a_lesson(root):
    for id, text in lesson_texts(root).items():
        numbers = list(map(int, re.findall(r"^### Exercise (\d+) ·", text, re.M)))
        assert numbers == list(range(1, len(numbers) + 1)), id
        asked = len(re.findall(r"^# %%.* (?:check|written)=", text, re.M))
        assert len(numbers) in (0, asked), f"{id}: {len(numbers)} numbered headings, {asked} exercises"


def test_the_help_of_every_command_fits_a_terminal():
    for name in known_commands():
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            cli.main([name, "--help"])
        assert name in out.getvalue()
