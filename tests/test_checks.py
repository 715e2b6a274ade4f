import ast
import codecs
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.turned_judges import _Turn
from vgcourse.course.checks import registry, render, session, verdicts
from vgcourse.course.checks.compare import close, common_cause, fact
from vgcourse.course.checks.exercise import Exercise, Miss, is_blank, need_callable
from vgcourse.course.checks.handed import HandedOut
from vgcourse.course.checks.looking import first_line
from vgcourse.course.checks.observation import encode
from vgcourse.course.checks.verdicts import counted


@pytest.fixture
def doubling():
    double = Exercise(
        "double",
        points=2,
        title="twice",
        answers=("double",),
        passed="Twice it is.",
        misses={"half": "This halves: {got:.2f} where the double is wanted.", "close": Miss("Nearly.", share=0.5)},
    )

    @double.observe
    def observe_double(answer, rng):
        need_callable(answer)
        return {"value": answer(rng.normal(size=3))}

    @double.judge
    def judge_double(seen, rng):
        x = rng.normal(size=3)
        if np.allclose(seen["value"], x / 2):
            return "half", {"got": float(seen["value"][0])}
        if np.allclose(seen["value"], 2 * x):
            return None
        return "close" if np.allclose(seen["value"], 2 * x, atol=0.1) else "half", {"got": 0.0}

    return double


def verdict(exercise, answer, seed=7):
    return exercise.verdict(exercise.observe_answers((answer,), seed), seed)


def test_a_right_answer_earns_all_points(doubling):
    found = verdict(doubling, lambda x: x + x)
    assert found.passed and found.earned == 2 and found.key == "passed" and found.message == "Twice it is."


def test_a_wrong_answer_earns_nothing_and_names_its_key(doubling):
    found = verdict(doubling, lambda x: x / 2)
    assert (found.key, found.earned) == ("half", 0) and "halves" in found.message and "nan" not in found.message


def test_a_miss_may_earn_a_share(doubling):
    assert verdict(doubling, lambda x: 2 * x + 0.01).earned == 1.0


def test_the_judge_draws_the_inputs_itself(doubling):
    seen = doubling.observe_answers((lambda x: 2 * x,), seed=1)
    assert doubling.verdict(seen, 1).passed
    assert not doubling.verdict(seen, 2).passed  # the same numbers for another draw are worth nothing


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (..., "blank"),
        (3.0, "not-a-function"),
        (lambda x: 1 / 0, "raises"),
        (lambda x: object(), "not-plain"),
        (lambda x: "text", "check-failed"),
        (lambda x: np.zeros((4, 4)), "check-failed"),
    ],
)
def test_what_no_check_expects_still_gets_a_sentence(doubling, answer, key):
    found = verdict(doubling, answer)
    assert (found.key, found.share) == (key, 0) and found.message and "{" not in found.message


def test_an_exception_is_quoted_by_its_first_line(doubling):
    def stops(x):
        raise ValueError("first line\nsecond line")

    message = verdict(doubling, stops).message
    assert "ValueError: first line" in message and "second" not in message


class Unsayable(Exception):
    def __str__(self):
        raise ValueError


def test_an_error_of_a_layer_is_quoted_and_not_keras_s_line_above_it():
    told = "\x1b[1m'str' object is not callable\x1b[0m\n\nArguments"
    above = "Exception encountered when calling ResidualBlock.call()."
    assert first_line(TypeError(f"{above}\n\n{told}")) == "'str' object is not callable"
    assert first_line(ValueError("{{function_node __wrapped__AddV2}} Incompatible shapes")) == "Incompatible shapes"
    assert first_line(ValueError("[2,3] and [2,4] differ [Op:AddV2] name: ")) == "[2,3] and [2,4] differ"
    assert first_line(ValueError("no float: np.str_('a') (of type <class 'int'>)")) == "no float: 'a' (of type int)"
    assert first_line(ValueError("")) == "no further message"


@pytest.mark.parametrize("error", [SystemExit(1), Unsayable()])
def test_whatever_an_answer_raises_is_a_verdict(doubling, error):
    def stops(x):
        raise error

    found = verdict(doubling, stops)
    assert found.key == "raises" and type(error).__name__ in found.message


def test_a_stub_is_blank_and_a_short_answer_is_not():
    def plain(x): ...

    def documented(x):
        """What it should do."""
        ...

    def raising(x):
        raise NotImplementedError

    assert is_blank(plain) and is_blank(documented) and is_blank(...)
    assert not any(map(is_blank, (lambda x: x, lambda x: 0, lambda x: np.sin(x), max, None, 0)))
    assert not is_blank(raising)


def test_where_one_of_two_functions_is_open_it_is_named():
    exercise = registry.find("sigmoid")
    found = exercise.verdict(exercise.observe_answers((np.tanh, ...), 1), 1)
    assert found.key == "blank" and "Still open: sigmoid_slope" in found.message


def test_a_power_written_with_a_caret_is_told_how_to_write_it(doubling):
    assert "write **" in verdict(doubling, lambda x: x**2.0 ^ 2).message


def test_a_stub_that_raises_not_implemented_is_blank_too(doubling):
    def raising(x):
        raise NotImplementedError

    assert verdict(doubling, raising).key == "blank"


def test_what_a_library_has_not_implemented_is_no_stub(doubling):
    """A kernel that takes no input, a layer without a call: the answer is there, and stopped."""
    found = verdict(doubling, lambda x: codecs.Codec().encode(x))
    assert found.key == "raises" and "NotImplementedError" in found.message


AN_ARRAY = encode({"a": np.ones(2)})[len('{"a":') : -1]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", '{"problem": "no such"}', '{"seen": 5}', '{"seen": {"value": "__"}}', "[]"),
        *('{"problem": []}', '{"problem": {}}', '{"problem": null}', '{"problem": "raises", "fields": [1]}'),
        f'{{"problem": "raises", "fields": {AN_ARRAY}}}',
        '{"problem": "raises", "fields": {"error": "\\ud800", "text": "x"}}',
        AN_ARRAY,
    ],
)
def test_a_forged_observation_earns_nothing_and_stops_nothing(doubling, text):
    found = doubling.verdict(text, 7)
    assert found.share == 0 and found.message.encode("utf-8")


def test_a_message_with_forged_fields_is_shown_as_it_stands(doubling):
    forged = '{"problem": "raises", "fields": {"error": "<b>x</b>", "text": "y"}}'
    html = render.as_html(doubling.verdict(forged, 7))
    assert "&lt;b&gt;" in html and "<b>" not in html


@pytest.fixture
def known(doubling, monkeypatch, tmp_path):
    monkeypatch.setenv("VGCOURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(registry, "find", lambda id: doubling)
    monkeypatch.setattr(session, "_passed", {})
    return doubling


def test_check_raises_an_assertion_error_with_the_sentence(known):
    with pytest.raises(AssertionError, match="halves"):
        session.check("double", lambda x: x / 2)


def test_check_prints_the_sentence_of_a_right_answer(known, capsys):
    session.check("double", lambda x: 2 * x)
    assert "Twice it is." in capsys.readouterr().out
    session.check("double", lambda x: 2 * x, hidden=True)
    assert capsys.readouterr().out == ""


def test_check_says_how_it_is_called(known):
    with pytest.raises(TypeError, match=r"check\('double', double\)"):
        session.check("double")


def test_fallback_gives_your_answer_only_after_it_passed(known, capsys):
    known.own_version(lambda: "the course's")

    def mine(x):
        return 2 * x

    assert session.fallback("double", mine) == "the course's"
    said = capsys.readouterr().out
    assert "until yours has passed" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 72, "JupyterLab would break it within a word"
    session.check("double", mine)
    assert session.fallback("double", mine) is mine
    assert session.fallback("double", lambda x: 2 * x) == "the course's"  # changed since: not checked yet


def test_the_courses_version_is_nobodys_answer(known, monkeypatch):
    monkeypatch.setattr(session, "_lent", [])
    known.own_version(lambda: lambda x: 2 * x)
    double = session.fallback("double", ...)  # as the lesson goes on: the course's version has the student's name
    with pytest.raises(session.CheckFailed) as caught:
        session.check("double", double)
    assert caught.value.verdict.key == "blank"


def test_while_a_class_is_graded_a_check_judges_nothing(known, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    session.observe_only(seeds := session.seeds_of(known, 5, checks=2))
    try:
        session.check("double", lambda x: x / 2)  # a wrong answer: no error, no verdict
        session.check("double", lambda x: 2 * x)
    finally:
        session.observe_only(None)
    (first,), (second,) = (list(data.values()) for data in shown)
    assert known.verdict(first["observation"], seeds[0]).key == "half"
    assert known.verdict(second["observation"], seeds[1]).passed
    assert not known.verdict(second["observation"], seeds[0]).passed


def test_every_exercise_of_the_course_is_well_formed():
    seen = set()
    for lesson in registry.LESSONS:
        for e in registry.exercises(lesson):
            assert e.id not in seen and e.id == e.id.lower() and "_" not in e.id
            assert e.points > 0 and e.answers and e.title
            assert all(0 <= miss.share < 1 for miss in e.misses.values())
            assert len(set(e.misses) - set(verdicts.COMMON | verdicts.COMMON_HALF)) >= 3
            assert registry.lesson_of(e.id) == lesson
            seen.add(e.id)


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(registry.UnknownExercise, match="first-check"):
        registry.find("frist-check")


def test_checks_load_no_tensorflow():
    code = "import sys, vgcourse.course.checks.registry as r; [r.exercises(l) for l in r.LESSONS]"
    assert subprocess.run([sys.executable, "-c", f"{code}; sys.exit('tensorflow' in sys.modules)"]).returncode == 0


def test_a_lesson_that_cannot_be_imported_breaks_no_other_lessons_checks(monkeypatch):
    monkeypatch.setattr(registry, "LESSONS", {"broken": "no_such_module", **registry.LESSONS})
    assert registry.find("first-check").id == "first-check"
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        registry.find("nobody-knows")


def test_an_answer_that_changes_what_it_is_given_has_half_the_points():
    exercise = registry.find("first-check")

    def rms(values):
        values **= 2
        return np.sqrt(np.mean(values))

    found = verdict(exercise, rms)
    assert (found.key, found.share) == ("changes-input", 0.5) and "rms changes the array" in found.message


def test_what_is_handed_out_is_looked_at_whatever_it_is():
    pd = pytest.importorskip("pandas")
    changes = {
        "array": (np.zeros(3), lambda x: x.fill(1)),
        "list": ([np.zeros(2)], lambda x: x[0].fill(1)),
        "dictionary": ({"a": "b", "c": float("nan")}, lambda x: x.update(a="c")),
        "table": (pd.DataFrame({"a": [1]}), lambda x: x.insert(0, "b", 0)),
    }
    for what, (value, change) in changes.items():
        handed = HandedOut()
        handed.guard("answer", change)(value)
        assert handed.changed == {"name": "answer", "what": what}
        kept = HandedOut()
        kept.guard("answer", lambda x: None)(value)
        assert kept.changed is None and not handed.meant
        meant = HandedOut((0,))
        meant.guard("answer", change)(value)
        assert meant.changed is None


def test_of_a_model_that_is_meant_to_change_all_but_its_weights_must_stay():
    keras = pytest.importorskip("keras")
    layers = keras.layers

    def model():
        inner = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(name="norm")])
        return keras.Sequential([keras.Input((2,)), layers.Dense(3, "tanh", name="first"), inner])

    changes = {
        "first.trainable was True and is False": lambda net: setattr(net, "trainable", False),
        "first.activation was 'tanh' and is 'relu'": lambda net: setattr(net.layers[0], "activation", keras.ops.relu),
        "norm.momentum was 0.99 and is 0.0": lambda net: setattr(net.layers[1].layers[0], "momentum", 0.0),
        "its layer norm is gone": lambda net: net.pop(),
    }
    for setting, change in changes.items():
        for meant in ((), (0,)):
            handed = HandedOut(meant)
            handed.guard("answer", change)(model())
            assert handed.changed == {"name": "answer", "what": "model", "setting": setting}

    def trains(net):
        net.trainable = False
        net.set_weights([weights + 1 for weights in net.get_weights()])
        net.compile("sgd", "mse")
        net.trainable = True

    handed = HandedOut((0,))
    handed.guard("answer", trains)(model())
    assert handed.changed is None


def test_a_forged_change_earns_nothing(doubling):
    forged = '{"problem": "changes-input", "fields": {"name": "x", "what": "y"}}'
    assert doubling.verdict(forged, 7).share == 0


def test_text_where_numbers_belong_is_told_so_and_waits_for_nobody(doubling):
    doubling.own_version(lambda: lambda x: 2 * x)
    found = verdict(doubling, lambda x: "0.5 apples")
    assert found.key == "not-plain" and "'0.5 apples' stands where numbers belong" in found.message


def test_a_judge_that_stops_at_data_of_the_right_kind_asks_for_a_person(doubling):
    doubling.own_version(lambda: lambda x: 2 * x)
    doubling.judge(lambda seen, rng: 1 / 0)
    assert verdict(doubling, lambda x: 2 * x).is_withheld


def test_a_fact_shows_as_many_digits_as_tell_the_numbers_apart():
    assert fact("f(1)", 0.25, 0.5)["fact"] == "f(1) gives 0.25; wanted is 0.5."
    assert fact("f(1)", -1.0649876, -1.0649011)["fact"] == "f(1) gives -1.064988; wanted is -1.064901."


def test_numbers_are_close_by_the_size_of_what_is_wanted():
    assert close(1.00001, 1) and close(1e-9, 1.00001e-9) and close([1, 1e-7], [1, 0])
    assert not close(1.0001, 1) and not close(0, 1e-9) and not close([1e-9, 1e-7], [1e-9, 0])
    assert close([np.inf, 1], [np.inf, 1]) and not close([np.inf, 1.1], [np.inf, 1]) and not close(np.nan, np.nan)
    assert close([], []) and not close([1], 1)


def test_a_cause_is_one_formula_for_all_inputs():
    slips = [{"half": [1, 2]}, {"half": [3, 4]}]
    assert common_cause([1, 3], slips) == common_cause([2, 4], slips) == "half"
    assert common_cause([1, 4], slips) is None  # the first formula here, the second there
    assert common_cause([2, 5], [{"half": [1, 2]}, {"half": [5]}]) == "half"  # one result stands for both


def test_lists_of_causes_are_turned_round_and_nothing_else_is():
    text = "{'a': 1, 'b': 2}, {'a': 1, 'c': 2}, ('a', 'b', 'b too'), Exercise('x', misses={'a': 1, 'b': 2})"
    turned = ast.unparse(_Turn({"a", "b"}).visit(ast.parse(text)))
    assert (
        turned == "({'b': 2, 'a': 1}, {'a': 1, 'c': 2}, ('b too', 'b', 'a'), Exercise('x', misses={'a': 1, 'b': 2}))"
    )


def test_the_other_half_of_an_answer_is_worth_a_half():
    exercise = Exercise(
        "two-halves",
        points=2,
        title="two",
        answers=("one", "two"),
        passed="Right.",
        misses={"first": "One is wrong."},
    )
    exercise.observe(lambda one, two, rng: {"one": one(), "two": two()})
    exercise.judge(
        lambda seen, rng: (
            None if seen["one"] == 1 else ("first", {"also_right": "Two is right." * (seen["two"] == 2)})
        )
    )
    found = exercise.verdict(exercise.observe_answers((lambda: 0, lambda: 2), 1), 1)
    assert (found.share, found.message) == (0.5, "One is wrong. Two is right.")
    assert exercise.verdict(exercise.observe_answers((lambda: 0, lambda: 0), 1), 1).share == 0
    forged = encode({"problem": "raises", "fields": {"error": "E", "text": "", "also_right": "all"}})
    assert exercise.verdict(forged, 1).share == 0


def test_of_one_thing_a_sentence_speaks_in_the_singular():
    assert counted("There are 1 kernels, and 1 entries came back.") == "There is 1 kernel, and 1 entry came back."
    assert counted("But 1 blocks have 1 factors, with 1 inputs and 1 units.") == (
        "But 1 block has 1 factor, with 1 input and 1 unit."
    )
    untouched = "With 11 arrays, and layer 1 begins, 1 · x, 0.1 units, d - 1 steps, 1 of its 1 weight arrays."
    assert counted(untouched) == untouched


@pytest.mark.parametrize("lesson", registry.LESSONS)
def test_what_an_exercise_says_of_several_stays_as_it_is_written(lesson):
    for exercise in registry.exercises(lesson):
        for key, miss in exercise.misses.items():
            said = re.sub(r"\{[^{}]*\}", "7", miss.message)
            assert counted(said) == said, f"{exercise.id}: {key}"
