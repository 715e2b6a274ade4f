"""Figures: what they show, that their words stay apart, and that a notebook shows them with their text."""

import base64
import re
import subprocess
import sys
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from vgcourse import style
from vgcourse.measure.recording import Recording
from vgcourse.palette import CLASSES, DEPTHS, LIGHT, OTHERS, RAMP
from vgcourse.show import plots
from vgcourse.show.plots import dark_theme
from vgcourse.show.plots._figure import keep_apart, overlapping_texts, shorten, spread, texts_outside
from vgcourse.show.plots._frames import runs_of
from vgcourse.show.plots.seeds import percentile


def recording(layers=5, moments=6, size=lambda k, t: 1.0, seed=0, name="hidden_{}", nan_from=None):
    """A Recording whose gradient in layer k at moment t has about the size ``size(k, t)``."""
    rng = np.random.default_rng(seed)
    names = [name.format(k + 1) for k in range(layers)]
    draw = {n: rng.normal(size=(moments, 4, 4)) for n in names}
    gradients = {
        n: v * np.array([size(k, t) for t in range(moments)])[:, None, None] for k, (n, v) in enumerate(draw.items())
    }
    kernels = {n: 1 + np.cumsum(0.01 * rng.normal(size=(moments, 4, 4)), 0) for n in names}
    loss = np.linspace(0.7, 0.1, moments)
    if nan_from is not None:
        loss[nan_from:] = np.nan
        for values in (*gradients.values(), *kernels.values()):
            values[nan_from:] = np.nan
    return Recording(
        tuple(names),
        np.arange(moments) - 1.0,
        np.arange(moments) * 8,
        loss,
        np.full(moments, 0.5),
        kernels=kernels,
        kernel_gradients=gradients,
        backprop={n: np.sqrt((v**2).mean((1, 2))) for n, v in gradients.items()},
        saturated={n: rng.uniform(size=moments) for n in names},
        dead={n: np.zeros(moments) for n in names},
        activations=dict.fromkeys(names, "tanh"),
        info={"nonfinite_at": None if nan_from is None else nan_from - 1.0},
    )


FIGURES = {
    "weights": plots.weights,
    "gradients": plots.gradients,
    "saturation": plots.saturation,
    "update_ratio": plots.update_ratio,
    "depth_profile": plots.depth_profile,
    "heat_map": plots.heat_map,
    "gradient_histograms": plots.gradient_histograms,
}
UGLY = {
    "one layer": recording(1),
    "all alike, eight layers": recording(8, size=lambda k, t: 1.0),
    "fifty layers": recording(50, 4, lambda k, t: 0.5 ** (49 - k)),
    "all zero": recording(6, size=lambda k, t: 0.0),
    "tiny": recording(6, size=lambda k, t: 1e-30 * 10.0**k),
    "NaN from epoch 2": recording(5, nan_from=3),
    "long names": recording(7, name="encoder_block/self_attention_{}/dense"),
}
# Each figure with the data that are hardest for it, instead of all pairs: a figure takes half a second.
PAIRS = [
    ("weights", "fifty layers"),
    ("weights", "long names"),
    ("gradients", "all alike, eight layers"),
    ("gradients", "all zero"),
    ("gradients", "NaN from epoch 2"),
    ("saturation", "all alike, eight layers"),
    ("update_ratio", "NaN from epoch 2"),
    ("depth_profile", "tiny"),
    ("depth_profile", "all zero"),
    ("depth_profile", "one layer"),
    ("heat_map", "fifty layers"),
    ("heat_map", "NaN from epoch 2"),
    ("gradient_histograms", "fifty layers"),
    ("gradient_histograms", "all zero"),
]


@pytest.mark.parametrize(("figure", "data"), PAIRS)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_labels_never_overlap_nor_leave_the_figure(figure, data):
    drawn = FIGURES[figure](UGLY[data])
    assert overlapping_texts(drawn) == []
    assert texts_outside(drawn) == []
    assert len(plots.describe(drawn)) > 40


def test_the_overlap_check_sees_an_overlap():
    drawn = plots.depth_profile(recording(3))
    drawn.axes[0].text(0.5, 0.5, "first", transform=drawn.axes[0].transAxes)
    drawn.axes[0].text(0.5, 0.5, "second", transform=drawn.axes[0].transAxes)
    drawn.text(1.2, 0.5, "beyond")
    assert ("first", "second") in overlapping_texts(drawn)
    assert texts_outside(drawn) == ["beyond"]


def lines(ax):
    """The data lines of axes: (x, y) of each, without guide lines and leaders."""
    return [ln.get_xydata() for ln in ax.lines if ln.get_transform() == ax.transData and len(ln.get_xydata()) > 2]


def test_gradients_show_the_recorded_rms_and_leave_out_the_last_layers_backprop():
    rec = recording(4, 8, lambda k, t: 10.0 ** (k - 3))
    back, kernel = plots.gradients(rec).axes
    assert len(lines(back)) == 3
    assert len(lines(kernel)) == 4
    np.testing.assert_allclose(lines(back)[0][:, 1], rec.backprop["hidden_1"])
    rms = np.sqrt((rec.kernel_gradients["hidden_4"] ** 2).mean((1, 2)))
    np.testing.assert_allclose(lines(kernel)[3][:, 1], rms)
    assert back.get_yscale() == "log"


def test_several_runs_become_median_and_quartile_band():
    runs = [recording(2, 5, seed=s) for s in range(5)]
    middle = np.median([r.backprop["hidden_1"] for r in runs], 0)
    ax = plots.gradients(runs).axes[0]
    np.testing.assert_allclose(lines(ax)[0][:, 1], middle)
    low, high = np.percentile([r.backprop["hidden_1"] for r in runs], [25, 75], axis=0)
    band = ax.collections[0].get_paths()[0].vertices
    assert np.isclose(band[:, 1].max(), high.max())
    assert np.isclose(band[:, 1].min(), low.min())
    assert "5 runs" in plots.describe(plots.weights(runs))


def test_a_frame_gives_the_same_figure_as_its_recording():
    runs = [recording(3, 4, seed=s) for s in range(2)]
    frame = pd.concat([r.frame().assign(seed=s) for s, r in enumerate(runs)])
    for quantity in ("backprop", "kernel_gradient"):
        a, b = runs_of(runs, quantity, "rms"), runs_of(frame, quantity, "rms")
        assert a.layers == b.layers
        np.testing.assert_allclose(a.values, b.values)


def test_zeros_stand_on_the_floor_and_nan_is_said():
    rec = recording(3, 4, lambda k, t: float(k > 0))
    ax = plots.depth_profile(rec).axes[0]
    floor = [ln for ln in ax.lines if ln.get_marker() == "v"]
    assert [list(ln.get_xdata()) for ln in floor] == [[1], [1]]
    broken = plots.gradients(recording(3, 6, nan_from=4))
    assert "first at epoch 3" in broken.get_supxlabel()


def test_profile_draws_theory_as_a_geometric_line_and_shades_what_vanished():
    rec = recording(7, 3, lambda k, t: 0.1 ** (6 - k))
    ax = plots.depth_profile(rec, theory=0.25).axes[0]
    dotted = lines(ax)[-1][:, 1]
    np.testing.assert_allclose(dotted[:-1] / dotted[1:], 0.25)
    assert np.isclose(dotted[-1], rec.backprop["hidden_6"][0])
    assert any(t.get_text() == "vanished" for t in ax.texts)
    healthy = plots.depth_profile(recording(5)).axes[0]
    assert not any(t.get_text() == "vanished" for t in healthy.texts)


def test_panels_carry_their_activations_colours():
    group = {"sigmoid": recording(3), "tanh": recording(3), "leaky relu": recording(3)}
    titles = [ax._left_title for ax in plots.depth_profile(group).axes]
    colors = [style.ACTIVATIONS[name].color for name in ("sigmoid", "tanh", "leaky_relu")]
    hues = [style.legible(to_rgb(color), to_rgb(style.PAPER)) for color in colors]
    assert [t.get_color() for t in titles] == hues
    dashes = [style.look(n).dash for n in ("sigmoid", "tanh", "relu")]
    assert len(set(map(str, dashes))) == 3
    assert len(set(style.looks(["relu, He", "relu, Glorot", "tanh"]))) == 3
    assert style.looks(["plain", "skip, scale 1", "skip, zero branches"])[:2] == list(style.CONNECTIONS.values())
    assert style.look("relu, small weights, skip") == style.look("relu")


def test_update_ratio_is_the_log_of_update_over_weights_per_step():
    rec = recording(1, 3)
    w = np.ones((3, 2, 2)) * np.array([1.0, 1.008, 1.008 * 1.08])[:, None, None]
    rec.kernels = {"hidden_1": w}
    rec.steps = np.array([0, 8, 16])
    drawn = [list(np.round(ln.get_ydata(), 6)) for ln in plots.update_ratio(rec).axes[0].lines]
    assert [-3.0, -2.0] in drawn
    assert [-3, -3] in drawn


def test_heat_map_holds_the_log_of_every_layer_and_epoch():
    rec = recording(4, 5, lambda k, t: 10.0 ** (k - t))
    mesh = plots.heat_map(rec, "kernel_gradient").axes[0].collections[0]
    expected = np.log10([np.sqrt((g**2).mean((1, 2))) for g in rec.kernel_gradients.values()])
    np.testing.assert_allclose(mesh.get_array().reshape(4, 5), expected)


def test_histogram_ridges_lie_where_the_gradients_are_and_zeros_are_counted():
    rec = recording(2, 3, lambda k, t: (1e-5, 1.0)[k])
    rec.kernel_gradients["hidden_2"][:, :2] = 0
    figure = plots.gradient_histograms(rec, epochs=(-1,))
    ridges = [p.get_paths()[0].vertices for p in figure.axes[0].collections]
    peaks = sorted(v[v[:, 1].argmax(), 0] for v in ridges)
    assert peaks[0] == pytest.approx(-5, abs=0.7)
    assert peaks[1] == pytest.approx(0, abs=0.7)
    assert any(t.get_text() == "50% = 0" for t in figure.axes[0].texts)


def test_boundary_is_drawn_where_the_answer_changes():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (80, 2))
    y = (X[:, 0] > 0.2).astype(int)
    figure = plots.decision_boundary(lambda p: 1 / (1 + np.exp(-30 * (p[:, 0] - 0.2))), X, y)
    contour = next(c for c in figure.axes[0].collections if c.get_linewidths()[0] > 1)
    assert np.allclose(contour.get_paths()[0].vertices[:, 0], 0.2, atol=0.02)
    assert "100.0%" in plots.describe(figure)
    with pytest.raises(ValueError, match="X: a plane needs exactly two columns"):
        plots.decision_boundary(lambda p: p[:, 0], np.ones((4, 3)), np.ones(4))


def sweep_frame(runs=9):
    rng = np.random.default_rng(0)
    rows = [
        {"depth": d, "activation": a, "accuracy": 0.9 - 0.02 * d * (a == "sigmoid") + 0.01 * rng.normal()}
        for d in (1, 2, 4)
        for a in ("sigmoid", "tanh")
        for _ in range(runs)
    ]
    return pd.DataFrame(rows)


def test_band_shows_the_median_of_each_point():
    frame = sweep_frame()
    figure = plots.band(frame, "depth", "accuracy", "activation")
    middle = frame[frame.activation == "tanh"].groupby("depth").accuracy.median()
    np.testing.assert_allclose(lines(figure.axes[0])[1], np.c_[[1, 2, 4], middle])
    assert overlapping_texts(figure) == []
    with pytest.raises(ValueError, match="'width' is not a column"):
        plots.band(frame, "width", "accuracy")


def test_draws_say_where_the_published_run_falls():
    samples = {"T1.sig4": np.linspace(0.5, 0.7, 101), "T2.tanh5": np.linspace(0.5, 0.8, 50)}
    figure = plots.draws(samples, published={"T1.sig4": 0.55, "T2.tanh5": 0.468})
    words = plots.describe(figure)
    assert "T1.sig4: median 0.6, published 0.55: percentile 25" in words
    assert "published 0.468: in no run" in words
    assert overlapping_texts(figure) == []
    assert texts_outside(figure) == []
    with pytest.raises(ValueError, match="no row is named 'T9'"):
        plots.draws(samples, published={"T9": 1.0})
    assert percentile([1, 2, 2, 3], 2) == 50


def test_spread_keeps_order_gap_and_bounds_and_moves_no_more_than_needed():
    rng = np.random.default_rng(0)
    for _ in range(50):
        at = rng.uniform(0, 100, rng.integers(2, 9))
        placed = spread(at, 10, 0, 100)
        order = np.argsort(at)
        assert (np.diff(placed[order]) >= 10 - 1e-9).all()
        assert placed.min() >= 0
        assert placed.max() <= 100 + 1e-9
    np.testing.assert_allclose(spread([50, 50], 10, 0, 100), [45, 55])
    np.testing.assert_allclose(spread([10, 80], 10, 0, 100), [10, 80])
    np.testing.assert_allclose(spread([0, 0, 90], 10, 0, 100), [0, 10, 90])


def test_labels_are_thinned_from_the_first_to_the_last():
    assert list(keep_apart(5, 10)) == [0, 1, 2, 3, 4]
    assert list(keep_apart(50, 3)) in ([0, 24, 49], [0, 25, 49])
    assert len(shorten("encoder_block/self_attention_3/dense")) == 20


SHOW = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
{before}
from tests.test_plots import plots, recording
data, metadata = shell.display_formatter.format(plots.weights(recording(2)))
import sys
print("matplotlib.pyplot" in sys.modules)
print(sorted(data))
print(data["text/html"][:11], data["text/plain"][:14])
"""


INLINE = """
import matplotlib.pyplot
from IPython.core.pylabtools import select_figure_formats
select_figure_formats(shell, {"png"})
"""


@pytest.mark.parametrize("before", ["", INLINE], ids=["no pyplot", "inline pyplot"])
def test_a_notebook_shows_the_figure_with_its_text(before):
    run = subprocess.run(
        [sys.executable, "-c", SHOW.format(before=before)], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    pyplot, kinds, heads = run.stdout.strip().splitlines()[-3:]
    assert pyplot == str(bool(before))
    assert "image/png" in kinds
    assert heads.startswith('<img alt="T')
    assert "Two line plots" in heads


def test_the_bundle_holds_a_sharp_small_picture_of_800_pixels_and_escaped_text():
    figure = plots.depth_profile(recording(3))
    figure.alt_text = 'a "quoted" <text>'
    data, metadata = figure._repr_mimebundle_()
    picture = Image.open(BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width == 1280
    assert metadata["image/png"]["width"] == 800
    assert metadata["image/png"]["alt"] == 'a "quoted" <text>'
    assert 'alt="a &quot;quoted&quot; &lt;text>"' in data["text/html"]
    assert len(data["image/png"]) < 120_000


def test_a_saved_picture_carries_its_description(tmp_path):
    figure = plots.depth_profile(recording(3))
    figure.savefig(tmp_path / "profile.png")
    assert Image.open(tmp_path / "profile.png").text["Description"] == plots.describe(figure)


def test_what_was_not_recorded_is_named():
    rec = recording(2)
    rec.backprop = {}
    with pytest.raises(ValueError, match=r"'backprop' was not recorded; the recording holds .*kernel_gradient"):
        plots.depth_profile(rec)
    assert len(plots.gradients(rec).axes) == 1
    with pytest.raises(TypeError, match="expected a Recording or a list of them, not int"):
        plots.weights(3)
    with pytest.raises(ValueError, match="differ in layers or epochs"):
        plots.weights([recording(2), recording(3)])


def test_a_figure_of_ones_own_shows_once_and_with_its_words(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    ax.plot([1, 2])
    told = plots.tell(figure, 'A line   that "rises"\n from 1 to 2 < 3.')
    data, metadata = told._repr_mimebundle_()
    assert not plt.fignum_exists(figure.number)
    assert '<img alt="A line that &quot;rises&quot; from 1 to 2 &lt; 3."' in data["text/html"]
    assert metadata["image/png"]["alt"] == data["text/plain"] == plots.describe(told) == repr(told)


@pytest.mark.parametrize(("figure", "words", "said"), [(None, "a line", "Figure"), (Figure(), "  ", "sentence")])
def test_a_figure_without_words_is_refused(figure, words, said):
    with pytest.raises((TypeError, ValueError), match=said):
        plots.tell(figure, words)


def test_every_figure_of_a_lesson_has_words(root):
    for path in sorted(root.glob("solutions/*/*.py")):
        cells = path.read_text(encoding="utf-8").split("# %%")
        drawn = [cell for cell in cells if "plt.subplots(" in cell or "plt.figure(" in cell]
        assert all("vg.plots.tell(" in cell for cell in drawn), path.name
        assert "plt.show(" not in "".join(cells), path.name


def test_a_run_that_breaks_is_left_out_of_the_band_from_there_on():
    from vgcourse.show.plots._frames import runs_of

    whole, broken = recording(2, seed=1), recording(2, seed=2, nan_from=3)
    runs = runs_of([whole, broken], "kernel", "std")
    alone = runs_of(whole, "kernel", "std").values[0]
    np.testing.assert_allclose(runs.middle[:3], runs.values[:, :3].mean(0))
    np.testing.assert_array_equal(runs.middle[3:], alone[3:])
    np.testing.assert_array_equal(runs.quartiles[0][3:], alone[3:])


def test_the_text_of_a_figure_counts_whole_epochs():
    figure = plots.weights(recording(2, moments=6))
    assert "from the start to epoch 4:" in plots.describe(figure)
    steps = recording(2, moments=6)
    steps.epochs = np.arange(6) / 3 - 1
    assert "from the start to epoch 0.667:" in plots.describe(plots.update_ratio(steps))


@pytest.mark.parametrize("figure", [plots.update_ratio, plots.gradient_histograms])
def test_where_only_statistics_were_kept_it_is_said_how_to_keep_more(figure):
    kept = recording(2)
    kept.statistics, kept.kernels, kept.kernel_gradients = kept.frame(), {}, {}
    with pytest.raises(ValueError, match=r"only statistics were kept, give the capture keep='arrays'\.$"):
        figure(kept)


def test_words_in_figures_can_be_read():
    """Contrast of at least 4.5 on the paper, whatever colour a line and its name have."""
    from matplotlib.text import Text

    frame = pd.DataFrame(
        [(g, d, s, 0.5 + 0.1 * s) for g in "abcdef" for d in (1, 2) for s in range(4)],
        columns=["group", "depth", "seed", "score"],
    )
    figure = plots.band(frame, "depth", "score", hue="group")
    words = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    assert len(words) > 8
    for text in words:
        assert style.contrast(to_rgb(text.get_color()), to_rgb(style.PAPER)) >= 4.49, text.get_text()


def test_a_figure_turns_to_dark_and_of_a_map_what_is_around_it():
    """Where a colour is a number, a filter would make it another."""
    lines, shades = Figure(), Figure()
    lines.subplots().plot([1, 2], [1, 2])
    shades.subplots().pcolormesh([[1.0, 2.0], [3.0, 4.0]])
    dots = Figure()
    dots.subplots().scatter([1, 2], [1, 2], c=[0.5, 1.0])
    told = [plots.tell(figure, "words")._repr_mimebundle_()[0]["text/html"] for figure in (lines, shades, dots)]
    assert [html.split('"')[3].split()[0] for html in told] == ["vg-lines", "vg-map", "vg-map"]
    assert ["filter: invert" in html for html in told] == [True, False, False]
    for figure, html in ((shades, told[1]), (dots, told[2])):
        light, dark = (
            np.asarray(_picture(text).convert("RGB"), int) for text in re.findall(r"base64,([^\")]+)", html)
        )
        assert light.shape == dark.shape and dark[:5].max() < 60 and light[:5].min() > 230
        scale = len(light) / figure.bbox.height
        (left, low), (right, high) = (scale * figure.axes[0].get_window_extent().get_points()).round().astype(int)
        inside = np.s_[len(light) - high + 3 : len(light) - low - 3, left + 3 : right - 3]
        assert np.abs(light[inside] - dark[inside]).max() < 24, "each has 256 colours of its own"
        assert f"img.{html.split('vg-map ')[1].split(chr(34))[0]} {{" in html


def _picture(text):
    return Image.open(BytesIO(base64.b64decode(text)))


def test_words_can_be_read_when_a_figure_has_turned_to_dark():
    paper = dark_theme.turned(np.array(to_rgb(style.PAPER)))
    names = [*LIGHT.values(), *RAMP, *DEPTHS, *OTHERS, *CLASSES]
    words = [style.legible(to_rgb(color), to_rgb(style.PAPER)) for color in names]
    assert min(style.contrast(dark_theme.turned(np.array(word)), paper) for word in words) > 4.6
    assert style.contrast(paper, to_rgb("#111111")) < 1.2, "JupyterLab's dark ground"


def test_two_recordings_of_one_model_stand_in_one_picture():
    one, other = recording(6, size=lambda k, t: 0.1 ** (5 - k)), recording(6, size=lambda k, t: 1.0)
    other.info["optimizer"] = "adam"
    figure = plots.compare({"sigmoid": one, "tanh": other})
    lines = {line.get_color(): line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) == 6}
    drawn = (
        [np.asarray(one.backprop[n])[-1] for n in one.layers],
        [np.asarray(other.backprop[n])[-1] for n in one.layers],
    )
    assert all(any(np.allclose(y, wanted) for y in lines.values()) for wanted in drawn)
    assert "optimizer (None and adam)" in "".join(text.get_text() for text in figure.texts)
    assert not overlapping_texts(figure) and not texts_outside(figure)
    with pytest.raises(ValueError, match="'nothing' is not in both; they share"):
        plots.compare({"a": one, "b": other}, quantity="nothing")
    with pytest.raises(TypeError, match="a dict of two Recordings"):
        plots.compare([one, other])


def test_the_description_of_lines_by_time_step_says_both_ends_of_each():
    """What is left is the one over the other; an LSTM's memory does not begin at the error's size of 1."""
    from vgcourse.measure.capture.by_step import StepGradients, StepProfile  # brings Keras, and that pyplot

    at_output, memory = np.geomspace(1e-4, 1, 5), np.geomspace(1e-3, 0.5, 5)
    found = StepGradients({"lstm": StepProfile("lstm", False, at_output, carried_cell=memory)})
    told = plots.gradient_by_step(found).alt_text
    assert "lstm: 0.5 at the last step, 0.001 at the first." in told


def test_what_an_axis_cuts_off_is_told():
    """The lessons' figures are asked for it where they run (`lesson_runs`)."""
    from matplotlib import pyplot

    from tests.drawn_figures import cut_off

    figure, (whole, cut) = pyplot.subplots(1, 2)
    for ax in (whole, cut):
        ax.plot([0, 1, 2], [0, -6, 3])
        ax.scatter([1], [2])
        ax.axhline(100, color="0")  # over the whole width: no data
    whole.set_ylim(-7, 4)
    cut.set(ylim=(-4, 4), title="cut")
    assert cut_off(figure) == ["cut: y reaches -6, its axis ends at -4"]
    pyplot.close(figure)
