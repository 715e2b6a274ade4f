"""Lines and bars lie where their axes say, at random settings; `drawn_lines` tries more of them."""

import numpy as np
import pytest
from drawn_lines import KINDS, check_curve, check_lines, check_player, watch_lines
from player_recordings import every_kind, page_with
from random_settings import random_states

pytestmark = pytest.mark.browser


def test_the_curves_of_the_explorers_run_through_their_numbers(watched):
    watch_lines(watched.page)
    seen = sum(check_lines(watched.page, state, epochs) for state, epochs in random_states(12, 4, KINDS))
    assert seen > 60
    watched.assert_clean()


def test_the_players_curve_and_bars_are_those_of_the_recording(watched, tmp_path):
    """Also where a loss is below 0, or far above the scale."""
    recordings = list(every_kind(16, seed=5))
    assert any(np.nanmin(recording.loss) < 0 for recording in recordings)
    watch_lines(watched.page)
    watched.page.goto(page_with(recordings, tmp_path))
    watched.page.evaluate("dispatchEvent(new Event('beforeprint'))")  # mounts all of them
    assert sum(check_player(watched.page, at, recording) for at, recording in enumerate(recordings)) > 30
    watched.assert_clean()


def test_a_line_beside_its_numbers_is_noticed():
    texts = [["10⁰", 30, 20], ["10⁻²", 30, 120]]
    line = [[40, 20], [50, 70], [60, 120]]
    check_curve({"texts": texts, "lines": [line]}, np.array([1, 0.1, 0.01]), "")
    with pytest.raises(AssertionError):
        check_curve({"texts": texts, "lines": [line]}, np.array([1, 0.12, 0.01]), "")
