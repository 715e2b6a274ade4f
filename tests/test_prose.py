"""A new number in a lesson's text has a test that holds it, or the reason why it needs none stands in a list."""

import re

import pytest

from tests.prose import TESTS, is_held, quoted, sentences

ROOT = TESTS.parent
LESSONS = {path.parent.name[:2]: path for path in sorted(ROOT.glob("solutions/0[0-9]_*/*.py"))}
HOLDERS = [
    [part.strip() for part in line.split(" | ")]
    for line in (TESTS / "prose_holders.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def module_of(number):
    path = TESTS / f"test_lesson_{number}.py"
    return path.read_text("utf-8") if path.is_file() else ""


@pytest.mark.parametrize("number", LESSONS)
def test_every_number_of_a_lesson_has_a_holder(number):
    quotes = quoted(module_of(number)) | {part for lesson, part, _ in HOLDERS if lesson == number}
    found = sentences(LESSONS[number].read_text("utf-8"))
    assert [one.text for one in found if not is_held(one, quotes)] == []


@pytest.mark.parametrize(("number", "part", "holder"), HOLDERS, ids=[part for _, part, _ in HOLDERS])
def test_what_the_list_says_of_a_sentence_is_so(number, part, holder):
    assert any(part in one.text for one in sentences(LESSONS[number].read_text("utf-8"))), "no such sentence"
    if holder.startswith("test_"):
        assert f"def {holder}(" in module_of(number)
    else:
        assert re.match(r"(told|worked out)\b.*", holder)


def test_a_new_number_is_noticed_and_a_name_is_none():
    text = '# %% [markdown]\n"""\nIn lesson 4, `hidden_2` and T1 are names. Here 7 of 9 nets fail.\n"""\n'
    (one,) = sentences(text)
    assert one.numbers == {7, 9} and not is_held(one, set()) and is_held(one, {"7 of 9 nets"})
    (one,) = sentences(text.replace("In lesson", "## A heading\n\nIn lesson"))
    assert one.numbers == {7, 9}, "what stands below a heading is read"
    (one,) = sentences(text + "# %%\nfor i in range(9):\n    print(7)\n")
    assert is_held(one, set())


def test_what_a_cell_says_needs_a_holder_though_its_digits_stand_in_code():
    cell = '# %%\nnote = f"In {9} of 16 nets. Never."\nreveal("id", 7, "A tenth is left.")\n'
    cell += 'vg.plots.tell(fig, "A line falls to " "0.3.")\nprint("7 of 9")\n'
    cell += 'predict("id", "It has .67. And now?", between=(0, 9))\npredict("id", "Of 9 nets?", between=(0, 9))\n'
    found = sentences(cell)
    wanted = {"In … of 16 nets.", "A tenth is left.", "A line falls to 0.3.", "It has .67."}
    assert {one.text for one in found} == wanted
    assert not any(is_held(one, set()) for one in found) and is_held(found[0], {found[0].text})


@pytest.mark.parametrize(
    "said",
    [
        "grows sevenfold", "a tenth arrives", "about a third do", "six percent are left", "learns in one in five",
        "at nine it sits at a half", "two thirds of it", "a ten-millionth is left", "less than a quarter",
        "each layer halves it",
    ],
)  # fmt: skip
def test_a_share_in_words_is_a_number_and_a_count_of_things_is_none(said):
    (one,) = sentences(f'# %% [markdown]\n"""\nOf the error {said}.\n"""\n# %%\nprint(1 / 10)\n')
    assert not is_held(one, set()) and is_held(one, {said})
    for plain in ("the third one is folded", "in the first half we saw it", "two of many things", "a manifold"):
        assert not sentences(f'# %% [markdown]\n"""\nHere {plain}.\n"""\n')
