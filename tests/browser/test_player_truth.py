"""What the recording player says and writes is what the recording holds: recordings of every kind, every moment."""

import re

import numpy as np
import pytest
from numpy_explorers import rms
from player_recordings import blown_layers, compared, every_kind, page_with
from sentences import check_ratio, read_number

pytestmark = pytest.mark.browser

RECORDINGS = 24
READ = """at => {
    const root = document.querySelectorAll('.vg-mount .vg')[at], { explorer } = root.vgShell, seen = [];
    const g = explorer.layers.getContext('2d');
    for (let moment = 0; moment <= explorer.last; moment += 1) {
        const written = [];
        g.fillText = function (text, ...place) {
            written.push(String(text));
            CanvasRenderingContext2D.prototype.fillText.call(this, text, ...place);
        };
        explorer.go(moment);
        delete g.fillText;
        seen.push({ words: root.querySelector('.vg-verdict').innerText, written });
    }
    return seen;
}"""


@pytest.fixture
def players(watched, tmp_path):
    """A function that shows recordings, one player each on one page."""

    def shown(recordings):
        watched.page.goto(page_with(recordings, tmp_path))
        watched.page.evaluate("dispatchEvent(new Event('beforeprint'))")  # mounts all of them
        return [watched.page.evaluate(READ, i) for i in range(len(recordings))]

    return shown


def test_sentences_and_marks_of_the_player_are_true(players, watched):
    kinds, recordings = set(), list(every_kind(RECORDINGS))
    for number, (recording, moments) in enumerate(zip(recordings, players(recordings), strict=True)):
        assert len(moments) == len(recording.epochs)
        for t, seen in enumerate(moments):
            kinds |= check_moment(recording, t, seen, f"recording {number}, moment {t}: {seen['words']}")
    assert kinds >= {"blown", "none", "smaller", "larger", "similar", "single", "zero", "nothing", "loss"}, kinds
    watched.assert_clean()


def check_moment(recording, t: int, seen: dict, note: str) -> set:
    words = seen["words"]
    return {
        check_comparison(recording, t, words, note),
        check_scores(recording, t, words, note),
        *check_zeros(recording, t, seen["written"], note),
    }


def check_comparison(recording, t, words, note) -> str:
    blown = blown_layers(recording, t)
    if blown:
        assert f"{blown[0]} blew up" in words, note
        return "blown"
    assert "blew up" not in words, note
    which, sizes = compared(recording, t, rms)
    if not sizes:
        assert "holds no gradients" in words, note
        return "none"
    (first, *_), (*_, last) = sizes, sizes
    if len(sizes) == 1:
        assert "the one hidden layer" not in words and re.search(rf": {first} gets a gradient of", words, re.I), note
        return "single"
    assert f"the {which} gradients" in words, note
    if sizes[last] == 0 or sizes[first] == 0:
        at = last if sizes[last] == 0 else first
        assert re.search(rf"{at} gets no gradient at all", words, re.I), note
        return "zero"
    assert re.search(rf": {first} .*{last}", words, re.I), note
    return check_ratio(words, sizes[first], sizes[last])


def check_scores(recording, t, words, note) -> str:
    loss, accuracy = recording.loss[t], recording.accuracy[t]
    said = re.search(r"[Ll]oss (−?[\d.,]+(?: million| × 10\S+)?)", words)
    if np.isfinite(loss):
        stated = read_number(said[1].removeprefix("−").rstrip(".,"))
        assert said[1].startswith("−") == (loss < 0), note
        assert abs(stated - abs(loss)) <= max(6e-4, 0.06 * abs(loss)), note
    else:
        assert not said and "loss is no longer a number" in words, note
    found = re.search(r"accuracy ([\d.]+)\.$", words)
    assert bool(found) == bool(np.isfinite(accuracy)), note
    if found:
        stated = float(found[1])
        assert stated <= accuracy + 1e-9 and accuracy - stated < 1e-3 and (stated == 1) == (accuracy == 1), note
    return "loss"


def check_zeros(recording, t, written, note) -> set:
    """ "100 %" only where all entries are exactly 0; a word for each layer that has some."""
    texts = [text for text in written if "exactly 0" in text]
    gradients = [recording.kernel_gradients[n][t] for n in recording.layers if n in recording.kernel_gradients]
    shares = [float(np.mean(values == 0)) for values in gradients if np.isfinite(values).all()]
    expected = [share for share in shares if share > 0]
    assert len(texts) == len(expected), (note, texts, expected)
    for text, share in zip(texts, expected, strict=True):
        stated = float(re.search(r"[\d.]+", text)[0])
        assert ("100" in text) == (share == 1), (note, text, share)
        assert "below" in text or "over" in text or abs(stated - 100 * share) < 0.06 * 100 * share, (note, text)
    return {"nothing"} if 1.0 in expected else set()
