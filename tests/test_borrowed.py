"""An answer that calls the course's own version is told so, however it is wrapped; anything else is let be."""

import sys
import threading

import numpy as np
import pytest

from vgcourse.course.checks import registry
from vgcourse.course.checks.observation import decode
from vgcourse.course.checks.session import check, fallback

SIGMOID, BEST = registry.find("sigmoid"), registry.find("ten-slopes")
own_sigmoid, own_slope = SIGMOID.reference()
own_best = BEST.reference()


def judged(exercise, *answers, seed=5):
    return exercise.verdict(exercise.observe_answers(answers, seed), seed)


def in_a_thread(depth):
    found = []
    thread = threading.Thread(target=lambda: found.append(own_best(depth)))
    thread.start()
    thread.join()
    return found[0]


def hidden_behind_a_try(depth):
    try:
        return own_best(depth)
    except BaseException:
        return 0.25**depth


def taken_from_the_judge(z):
    from vgcourse.course.exercises.circles.sigmoids import logistic

    return logistic(z)


@pytest.mark.parametrize(
    "answer", [lambda d: own_best(d), in_a_thread, hidden_behind_a_try, lambda d: own_best(depth=d) * 1.0, own_best]
)
def test_the_courses_version_earns_nothing_however_it_is_wrapped(answer):
    verdict = judged(BEST, answer)
    assert (verdict.key, verdict.share) == ("uses-the-package", 0) and "`best_case`" in verdict.message


def handed_in_as_it_is(depth, width, activation, initializer, seed):
    import vgcourse as vg

    return vg.mlp(depth, width, activation, initializer, seed)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_twin_under_another_name_is_the_courses_version_too(wrapped):
    from vgcourse.nets.models import mlp

    verdict = judged(registry.find("make-mlp"), handed_in_as_it_is if wrapped else mlp)
    assert verdict.key == "uses-the-package" and "`mlp`" in verdict.message


def test_a_function_of_the_package_that_does_the_whole_work_is_the_courses_version_too():
    from vgcourse.nets.data import minmax
    from vgcourse.nets.models import residual_mlp

    verdict = judged(registry.find("leak-free-scaling"), minmax)
    assert verdict.key == "uses-the-package" and "`minmax`" in verdict.message
    verdict = judged(registry.find("fifty-blocks"), lambda depth: residual_mlp(depth, 8, branch_scale=depth**-0.5))
    assert verdict.key == "uses-the-package" and "`residual_mlp`" in verdict.message


def test_one_of_two_functions_is_enough():
    assert judged(SIGMOID, lambda z: own_sigmoid(z), own_slope).key == "uses-the-package"


def test_the_judges_own_helper_is_the_courses_version_too():
    def slope(z):
        return taken_from_the_judge(z) * (1 - taken_from_the_judge(z))

    assert judged(SIGMOID, taken_from_the_judge, slope).key == "uses-the-package"


def test_an_own_answer_may_use_another_exercises_version():
    def best_case(depth):
        return float(own_slope(np.zeros(1))[0]) ** depth

    assert judged(BEST, best_case).passed


def test_a_fallback_in_a_lambda_is_found_out_in_the_notebook_too(capsys):
    lent = fallback("ten-slopes", ...)
    with pytest.raises(AssertionError, match="course's own version"):
        check("ten-slopes", lambda depth: lent(depth))


def test_the_watch_leaves_a_profiler_as_it_found_it():
    def mine(frame, event, arg):
        pass

    sys.setprofile(mine)
    try:
        judged(BEST, lambda depth: 0.25**depth)
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)


def test_putting_the_watch_aside_gives_no_points_by_machine():
    def best_case(depth):
        sys.setprofile(None)
        return 0.25**depth

    text = BEST.observe_answers((best_case,), 5)
    verdict = BEST.verdict(text, 5)
    assert decode(text)["unwatched"] is True and verdict.is_withheld and verdict.share == 0
    assert "unwatched" not in decode(BEST.observe_answers((lambda depth: 0.25**depth,), 5))
