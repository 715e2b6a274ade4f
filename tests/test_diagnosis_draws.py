"""Of nets drawn by lot every number is that of a gradient tape, and an illness keeps its name while nets train.

All of it, on more nets: ``python -m tests.benchmarks.bench_draws``.
"""

import pytest

from tests import diagnosis_oracle as oracle
from tests import net_families, net_ills
from tests.net_draws import draw
from vgcourse.measure.diagnosis import diagnose

# Cheap ones, between them every kind of layer, before and after some steps.
SEEDS = (0, 3, 20, 21, 25)
# What three steps do not mend.
LASTING = (
    "all times 0",
    "two inputs, one of them times 1,000",
    "softmax over the places",
    "layer norm over one number",
    "shared tower, dead",
)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_a_net_drawn_by_lot_are_those_of_a_tape(seed):
    drawn = draw(seed)
    report = diagnose(drawn.model, **drawn.asked())
    assert not oracle.differences(drawn, report), drawn.words


@pytest.mark.parametrize("name", LASTING)
def test_an_illness_keeps_its_name_while_a_net_trains(name):
    net, expected = net_ills.ill(name, True, False, seed=1)
    net.model.run_eagerly = True
    found = []
    for steps in (0, 3):
        for _ in range(steps):
            net.model.train_on_batch(net.X, net.y)
        for compiled in (True, False):
            net.model.compiled = compiled
            report = diagnose(net.model, **net_families.asked(net, compiled))
            found.append(report.cause)
        net.model.compiled = True
    assert set(found) == {found[0]} and found[0] in expected.causes, found


def test_a_signal_that_gates_have_put_out_is_not_blamed_on_weights():
    """Closed gates leave numbers of 1e-25 to the next layer, and no kernel is small."""
    net, _ = net_ills.ill("gates shut", True, False, seed=1)
    net.model.run_eagerly = True
    for k in range(8):
        net.model.train_on_batch(net.X[32 * k % 64 : 32 * k % 64 + 32], net.y[32 * k % 64 : 32 * k % 64 + 32])
    report = diagnose(net.model, net.X, net.y)
    assert report.cause in ("saturation", "vanishing"), report
