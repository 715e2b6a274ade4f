"""Explorers without a browser: the state string, the packed recording, the joined modules, the page."""

import json
import re
import subprocess
import sys
from base64 import b64decode
from inspect import signature
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest

from vgcourse.measure.recording import Recording
from vgcourse.show.explorers import bundle, stills, widgets
from vgcourse.show.explorers.packed_recording import histograms, pack_recording

ROOT = Path(__file__).parents[1]
MAKERS = [getattr(widgets, kind) for kind in widgets.KINDS if kind != "player"]


def a_recording(moments=5, **changes) -> Recording:
    rng = np.random.default_rng(0)
    shapes = {"hidden_1": (2, 4), "output": (4, 1)}
    parts = {
        "layers": tuple(shapes),
        "epochs": np.arange(moments) - 1.0,
        "steps": 10 * np.arange(moments),
        "loss": np.linspace(0.7, 0.1, moments),
        "accuracy": np.full(moments, np.nan),
        "kernels": {name: rng.normal(size=(moments, *shape)) for name, shape in shapes.items()},
        "kernel_gradients": {name: rng.normal(size=(moments, *shape)) * 1e-3 for name, shape in shapes.items()},
        "backprop": {name: np.full(moments, 0.5) for name in shapes},
    }
    return Recording(**(parts | changes))


@pytest.mark.parametrize("maker", MAKERS)
def test_code_opens_the_same_explorer(maker):
    settings = {name: each.default for name, each in signature(maker).parameters.items()}
    moved = {name: value + 1 for name, value in settings.items() if isinstance(value, int)}
    explorer = maker(**moved)
    again = eval(explorer.code, {"vg": type("package", (), {"explore": widgets})})
    assert again.state == explorer.state
    assert moved and all(f"{name}={value}" in explorer.state for name, value in moved.items())


def test_branch_scale_may_follow_the_depth():
    explorer = widgets.skip(branch_scale="1/sqrt(depth)")
    assert dict(parse_qsl(explorer.state.partition("?")[2]))["branch_scale"] == "1/sqrt(depth)"
    assert 'branch_scale="1/sqrt(depth)"' in explorer.code


def test_player_takes_recordings_only():
    with pytest.raises(TypeError, match=r"recording: expected a Recording, got dict; vg\.train"):
        widgets.player({"loss": [1]})


def test_opening_an_explorer_loads_neither_tensorflow_nor_matplotlib():
    code = (
        "import sys, vgcourse as vg; vg.explore.thermometers()._repr_mimebundle_();"
        "print({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("kind", widgets.KINDS)
def test_a_still_picture_stands_in_where_widgets_cannot_show(kind):
    maker = getattr(widgets, kind)
    explorer = maker(a_recording()) if kind == "player" else maker()
    data, _ = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Open the notebook in JupyterLab" in data["text/plain"]
    assert data["text/plain"].startswith(maker.__doc__.splitlines()[0])
    assert ("shows an example" in data["text/plain"]) == (kind == "player")
    assert "image/png" in data, "python -m vgcourse.show.explorers.widgets takes the pictures"
    picture = b64decode(data["image/png"])
    assert picture.startswith(b"\x89PNG") and len(picture) < 250_000


def test_the_site_shows_every_explorer():
    pages = ROOT / "site" / "pages"
    shown = set(re.findall(r'data-state="(\w+)', (pages / "explorers.md").read_text("utf-8")))
    named = re.search(r":members: (.*Explorer)", (pages / "api.md").read_text("utf-8"))[1].split(", ")
    assert set(widgets.KINDS) <= shown and {*widgets.KINDS, "Explorer"} == set(named)


def test_every_setting_that_a_lesson_opens_has_a_picture_of_its_own():
    states = [
        s
        for path in sorted(ROOT.glob("solutions/*/*.py"))
        for s in stills.states_in(path.read_text("utf-8"), vars(widgets))
    ]
    assert len(states) >= 5 and "skip" in {state.partition("?")[0] for state in states}
    pictures = [stills.still(state) for state in states]
    assert all(exact for _, exact in pictures) and len({png for png, _ in pictures}) == len(set(states))
    # A page of a lesson holds them as text; the drawn net has thousands of lines.
    assert max(len(png) for png, _ in pictures) < 150_000
    assert {"network?form=" + form for form in ("plain", "skip", "lstm")} <= {
        state.partition("&")[0] for state in states
    }


def test_a_picture_of_another_setting_says_so():
    asked = widgets.depth_profile(depth=7)._repr_mimebundle_()[0]
    assert asked["text/plain"].endswith("(The picture shows another setting.)") and asked["image/png"]
    for maker in (widgets.depth_profile, widgets.skip, lambda: widgets.player(a_recording())):
        assert "another setting" not in maker()._repr_mimebundle_()[0]["text/plain"]


def test_histograms_agree_with_numpy():
    values = np.random.default_rng(3).normal(0.5, 0.2, (7, 200)).clip(0, 0.999)
    ours = histograms(values, 16).astype(float)
    for row, expected in zip(ours, values, strict=True):
        counts = np.histogram(expected, 16, (0, 1))[0]
        np.testing.assert_allclose(row, 255 * counts / counts.max(), atol=0.51)


def test_packed_recording_holds_the_numbers_of_the_run():
    recording = a_recording()
    packed = pack_recording(recording, bins=10)
    assert packed["layers"] == ["hidden_1", "output"]
    assert packed["moments"][:2] == ["at initialisation", "after 1 epoch"]
    assert packed["accuracy"] == [None] * 5
    kernel = recording.kernels["output"]
    assert packed["weights"]["rms"][2 * 3 + 1] == pytest.approx(np.sqrt(np.mean(kernel[3] ** 2)))
    assert (packed["weights"]["low"][1], packed["weights"]["high"][1]) == (kernel.min(), kernel.max())
    assert len(packed["gradients"]["shapes"]) == 5 * 2 * 10
    json.dumps({key: value for key, value in packed.items() if key not in ("weights", "gradients")}, allow_nan=False)


def test_zero_gradients_are_counted_and_kept_out_of_the_log_axis():
    recording = a_recording()
    recording.kernel_gradients["hidden_1"][2, 0] = 0
    packed = pack_recording(recording, bins=10)["gradients"]
    assert packed["zeros"][2 * 2] == 0.5
    assert -8 <= packed["low"] < packed["high"] <= 1
    shapes = np.frombuffer(packed["shapes"], np.uint8).reshape(5, 2, 10)
    assert shapes[2, 0].any()


def test_what_was_not_recorded_is_said_and_not_drawn():
    packed = pack_recording(a_recording(kernel_gradients={}, backprop={}))
    assert packed["gradients"] is None and packed["backprop"] is None
    kernels = a_recording().kernels
    kernels["output"][3] = np.nan
    packed = pack_recording(a_recording(kernels=kernels))
    assert packed["weights"]["rms"][2 * 3 + 1] is None
    assert packed["weights"]["rms"][2 * 2 + 1] is not None
    assert packed["weights"]["blown"][2 * 3 + 1] is True and sum(packed["weights"]["blown"]) == 1
    huge = a_recording()
    huge.kernels["output"][3] = 1e200
    packed = pack_recording(huge)
    assert packed["weights"]["rms"][2 * 3 + 1] == pytest.approx(1e200) and not any(packed["weights"]["blown"])


def test_what_a_moment_lacks_is_no_explosion_and_what_overflows_is_one():
    """A NaN stands for both: the recording's own notes of when numbers broke tell them apart."""
    gaps = a_recording(info={"gradients_nonfinite_at": None, "weights_nonfinite_at": None})
    gaps.kernel_gradients["output"][0] = np.nan  # not measured before the first step
    packed = pack_recording(gaps)
    assert not any(packed["gradients"]["blown"]) and packed["gradients"]["rms"][1] is None
    broken = a_recording(info={"nonfinite_at": 2.0})
    broken.loss[3:], broken.backprop["hidden_1"][3:] = np.nan, np.nan
    del broken.backprop["output"]
    packed = pack_recording(broken)["blown"]
    assert packed["loss"] == [False] * 3 + [True] * 2
    assert packed["backprop"] == [False] * 6 + [True, False] * 2  # of the output there was none to begin with
    large = a_recording()
    large.backprop["hidden_1"][1] = np.inf
    assert pack_recording(large)["blown"]["backprop"].index(True) == 2


def test_of_arrays_too_large_to_keep_the_sizes_are_shown():
    from vgcourse.measure.statistics import layer_statistics

    whole = a_recording()
    rows = list(whole._parameter_rows())
    small = a_recording(kernels={}, kernel_gradients={}, backprop={}, statistics=pd.concat(rows))
    packed = pack_recording(small)
    expected = layer_statistics(whole.kernel_gradients["output"])["rms"]
    assert packed["gradients"]["rms"][1::2] == pytest.approx(list(expected)) and packed["gradients"]["shapes"] is None
    assert packed["weights"]["rms"][::2] == pytest.approx(list(layer_statistics(whole.kernels["hidden_1"])["rms"]))


def test_gradients_smaller_than_the_axis_begins_are_counted():
    recording = a_recording()
    recording.kernel_gradients["hidden_1"][2, 0, 0] = 1e-60
    packed = pack_recording(recording, bins=10)["gradients"]
    assert packed["below"][4] == 1 / 8 and sum(packed["below"]) == 1 / 8


def test_a_layer_without_a_kernel_shows_its_largest_variable():
    moments = 5
    variables = {"norm/gamma": np.ones((moments, 3)), "norm/beta": np.zeros((moments, 3))}
    recording = a_recording(layers=("hidden_1", "norm", "output"), variables=variables)
    packed = pack_recording(recording)
    assert packed["weights"]["rms"][1] == 1.0
    assert packed["gradients"]["rms"][1] is None


def test_a_long_recording_is_thinned_but_keeps_its_ends():
    packed = pack_recording(a_recording(moments=400), bins=10, most_bytes=2 * 2 * 10 * 50)
    assert len(packed["moments"]) == 50
    assert packed["moments"][0] == "at initialisation" and packed["moments"][-1] == "after 399 epochs"


def test_page_is_what_its_sources_build():
    committed = (ROOT / "site" / "index.html").read_text(encoding="utf-8")
    assert committed == bundle.page(), "site/index.html is out of date: run python -m vgcourse.show.explorers.bundle"


def test_page_asks_nobody_else():
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(|fetch\(|XMLHttp""", bundle.page())


def test_joined_modules_come_after_what_they_need_and_once():
    order = bundle.modules()
    assert order[-1] == "main.js" and len(order) == len(set(order))
    assert order.index("matrix.js") < order.index("net.js") < order.index("run.js") < order.index("race.js")
    assert not re.search(r"^(import|export) ", bundle.joined(), re.MULTILINE)


def test_two_modules_that_declare_one_name_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "WEB", tmp_path)
    (tmp_path / "a.js").write_text('import { twice } from "./b.js";\nconst half = 1;\n')
    (tmp_path / "b.js").write_text("export const twice = 2;\nfunction half() {}\n")
    with pytest.raises(ValueError, match=r"a\.js and b\.js both declare 'half'"):
        bundle.joined("a.js")


def test_modules_that_import_in_a_circle_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "WEB", tmp_path)
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        bundle.modules("a.js")


REFUSED = {
    "export default class A {}": "this form of export",
    "const a = 1;\nexport { a };": "line 2: this form of export",
    'export * from "./b.js";': "this form of export",
    'export { b as c } from "./b.js";': "this form of export",
    "export var a = 1;": "this form of export",
    'import b from "./b.js";': "this form of import",
    'import * as all from "./b.js";': "this form of import",
    'import "./b.js";': "this form of import",
    "import { b } from './b.js';": "this form of import",
    'import { b } from "../b.js";': "this form of import",
    'import { b as c } from "./b.js";\n': "the import 'b as c'",
    'import { b, type } from "./b.js"; const x = 1;': "this form of import",
    'const b = await import("./b.js");': "this form of import",
    "function f() { return import.meta.url; }": "this form of import",
    "export const { a, c } = { a: 1, c: 2 };": "a top-level const {",
    "const [a, c] = [1, 2];": "a top-level const",
    "var a = 1;": "a top-level var a",
    "let a = 1, c = 2;": "several names in one let",
    'import { missing } from "./b.js";\n': "imports 'missing', which b.js does not export",
}
TAKEN = {
    'import { b } from "./b.js";\nexport const a = [b, 1];': 1,
    'import {\n  b,\n} from "./b.js";\nexport async function a() {}': 1,
    "// export default nothing\nconst text = 'import x from y'; /* export * */": 1,
    "const text = `import ${`export ${1}`} x`;\nconst after = 2;": 2,
    "const pattern = /['\"`]export/g;\nexport class Thing { get() { return this.import; } }": 2,
    "const table = { export: 1, import: 2 };\nfunction f(a, b) { const c = 1, d = 2; }": 2,
}


@pytest.mark.parametrize("text", [*REFUSED, *TAKEN])
def test_every_form_of_import_and_export_is_joined_rightly_or_refused(text, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "WEB", tmp_path)
    (tmp_path / "a.js").write_text(text)
    (tmp_path / "b.js").write_text("export const b = 1;\n")
    if text in REFUSED:
        with pytest.raises(ValueError, match=re.escape(REFUSED[text])):
            bundle.joined("a.js")
    else:
        assert len(bundle.read_module("a.js", text).declared) == TAKEN[text]
        assert "export const" not in bundle.joined("a.js")


INK = ["ink", "muted", "warn", "sigmoid", "tanh", "relu", "leaky_relu", "linear", "plain", "skip", "accent"]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_that_carries_words_has_contrast(theme):
    """WCAG 2.2: at least 4.5 on paper, panel and the shaded region, in the text's and the drawing's colours."""
    blocks = re.findall(r"--vg-scheme: \w+;(.*?)}", bundle.style_sheet(), re.DOTALL)
    colours = dict(re.findall(r"--vg-(\w+): (#\w{6});", blocks[theme]))
    for ground in ("paper", "panel"):
        for name in INK:
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert contrast(colours["warn"], colours["shade"]) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))
