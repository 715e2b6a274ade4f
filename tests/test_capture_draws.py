"""Fits drawn by lot: a capture changes nothing and records what a tape sees. More: ``python -m tests.fit_draws``."""

import pytest

from tests import fit_draws

# Cheap ones: eager with an embedding and a schedule, a model of one's own class fed by a PyDataset, several steps a
# call on a shared layer.
SEEDS = (4, 6, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_capture_changes_nothing_and_records_the_gradients_of_a_tape(seed):
    assert not fit_draws.faults(seed), fit_draws.draw(seed).words
