"""Recordings of every kind for the player, drawn at random, and what it must say of each: `expected_words`."""

import json
from base64 import b64encode
from pathlib import Path

import numpy as np

from vgcourse.measure.recording import Recording
from vgcourse.show.explorers import bundle
from vgcourse.show.explorers.packed_recording import pack_recording


def random_recording(rng: np.random.Generator) -> Recording:
    """One to six layers, up to five moments; sizes from 10⁻³⁰⁰ to 10²⁰⁰, zeros, NaN, and parts that are missing."""
    moments, count = int(rng.integers(1, 6)), int(rng.integers(1, 7))
    layers = tuple(f"layer_{i + 1}" for i in range(count))
    shape = (moments, int(rng.integers(1, 9)), 40)
    kernels = {name: rng.normal(size=shape) for name in layers if rng.random() < 0.8}
    gradients = {name: random_gradient(rng, shape) for name in layers if rng.random() < 0.8}
    backprop = {name: np.abs(random_gradient(rng, (moments, 1, 1)))[:, 0, 0] for name in layers if rng.random() < 0.7}
    loss = rng.choice([0.0002, 0.03, 0.6931, 40.0, 4e5], moments) * rng.uniform(0.5, 1.5, moments)
    accuracy = rng.choice([0.0, 0.5, 0.9996, 1.0, np.nan], moments)
    for part in (kernels, gradients, backprop):
        if part and rng.random() < 0.3:
            break_one(rng, part)
    if rng.random() < 0.2:
        loss[int(rng.integers(moments)) :] = rng.choice([np.nan, np.inf])
    if rng.random() < 0.2:  # a similarity, a log-likelihood: the better, the further below 0
        loss = loss * rng.choice([-1, 1], moments)
    epochs, steps = np.arange(moments) - 1.0, 10 * np.arange(moments)
    recording = Recording(layers, epochs, steps, loss, accuracy, kernels, {}, gradients, backprop=backprop)
    recording.info["nonfinite_at"] = next((e for e, x in zip(epochs, loss, strict=True) if not np.isfinite(x)), None)
    return recording


def random_gradient(rng, shape) -> np.ndarray:
    size = 10.0 ** (rng.uniform(-300, 200) if rng.random() < 0.1 else rng.uniform(-12, 3))
    values = size * rng.normal(size=shape) * 10 ** (rng.uniform(0, 3) * rng.normal(size=shape))
    values[rng.random(shape) < rng.choice([0, 0.004, 0.5, 0.997])] = 0
    return values


def break_one(rng, part: dict) -> None:
    """From some moment on a layer's numbers are none: some of them, or all."""
    name = str(rng.choice(list(part)))
    values = part[name].reshape(len(part[name]), -1)
    entries = slice(None) if rng.random() < 0.5 else slice(0, 1)
    values[int(rng.integers(len(values))) :, entries] = rng.choice([np.nan, np.inf])


def with_gaps(recording: Recording, rng) -> Recording:
    """Gradients that were not measured at the first moment: NaN there, which is no sign of anything."""
    for name, values in recording.kernel_gradients.items():
        recording.kernel_gradients[name] = np.concatenate([np.full_like(values[:1], np.nan), values[1:]])
    recording.info["gradients_nonfinite_at"] = first_broken(recording, 1)
    return recording


def first_broken(recording, after: int):
    broken = [
        recording.epochs[t]
        for values in recording.kernel_gradients.values()
        for t in range(after, len(values))
        if not np.isfinite(values[t]).all()
    ]
    return min(broken, default=None)


def every_kind(count: int, seed: int = 1):
    """So many recordings; of every fourth the gradients were not measured at the first moment."""
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        recording = random_recording(rng)
        yield with_gaps(recording, rng) if i % 4 == 3 else recording


def page_with(recordings: list[Recording], folder: Path) -> str:
    """The address of a page of the site on which a player shows each of them."""
    script = bundle.joined("lesson_page.js").replace("</script", "<\\/script")
    (folder / "players.html").write_text(
        f"<!doctype html><meta charset='utf-8'><style>{bundle.style_sheet()}</style>"
        f"{''.join(map(place_of, recordings))}<script>(() => {{{script}}})()</script>",
        "utf-8",
    )
    return (folder / "players.html").as_uri()


def place_of(recording: Recording) -> str:
    """The player's place on a page of the site."""
    packed = pack_recording(recording)
    for part in ("weights", "gradients"):
        if packed[part]:
            packed[part]["shapes"] = {"base64": b64encode(packed[part]["shapes"]).decode()}
    script = f'<script type="application/json" class="vg-recording">{json.dumps(packed)}</script>'
    return f'<div class="vg-mount" data-state="player">{script}</div>'


def blown_layers(recording: Recording, t: int) -> list[str]:
    """Layers of which something was measured at moment t that is not all numbers."""
    epoch, info = recording.epochs[t], recording.info
    since = {what: info[f"{what}_nonfinite_at"] for what in ("weights", "gradients")}
    since["backprop"] = min((at for at in (*since.values(), info["nonfinite_at"]) if at is not None), default=None)
    parts = {"weights": recording.kernels, "gradients": recording.kernel_gradients, "backprop": recording.backprop}

    def broke(what, name):
        if name not in parts[what]:
            return False
        values = np.asarray(parts[what][name][t])
        unmeasured = np.isnan(values).all() and not (since[what] is not None and epoch >= since[what])
        return not (np.isfinite(values).all() or unmeasured)

    return [name for name in recording.layers if any(broke(what, name) for what in parts)]


def compared(recording: Recording, t: int, rms) -> tuple[str, dict]:
    """Which gradients the sentence compares, and their sizes by layer, in order."""
    sizes = {name: recording.backprop[name][t] for name in recording.layers if name in recording.backprop}
    known = {name: float(size) for name, size in sizes.items() if np.isfinite(size)}
    if len(known) > 1:
        return "back-propagated", known
    gradients = recording.kernel_gradients
    own = {name: gradients[name][t] for name in recording.layers if name in gradients}
    return "kernels'", {name: rms(values) for name, values in own.items() if np.isfinite(values).all()}
