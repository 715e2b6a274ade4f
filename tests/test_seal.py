"""The seal shows that a part of the check was replaced, and nothing else."""

from IPython.lib.pretty import pretty

from vgcourse.course.checks import exercise, looking, seal, session
from vgcourse.grading.notebook.kernel_answers import text_of


def test_an_untouched_check_is_sealed():
    parts = seal.parts()
    session.seeds_of(exercise, 0, 0)
    assert len(parts) > 100 and seal.shown("a") == seal.expected(parts, "a") != seal.shown("b")


def test_a_replaced_part_breaks_the_seal(monkeypatch):
    parts = seal.parts()
    for holder, name in ((looking, "_look"), (session, "_emit"), (looking, "encode")):
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, lambda *a: None)
            assert seal.shown("a") != seal.expected(parts, "a")
        assert seal.shown("a") == seal.expected(parts, "a")


def test_other_code_in_a_function_breaks_the_seal(monkeypatch):
    parts, emit = seal.parts(), session._emit
    monkeypatch.setattr(emit, "__code__", (lambda text, id: None).__code__)
    assert seal.shown("a") != seal.expected(parts, "a")


def test_thousands_of_parts_reach_the_grader_whole(monkeypatch):
    """A kernel's answer is pretty-printed on its way, which cuts long lists; as text it stays whole."""
    many = [10**15 + i for i in range(3000)]
    monkeypatch.setattr(seal, "parts", lambda: many)
    reply = {"content": {"user_expressions": {"told": {"data": {"text/plain": pretty(seal.told())}}}}}
    assert [int(part) for part in text_of(reply).split()] == many
