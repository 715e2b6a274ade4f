"""What a typed program of a user calls: mypy reads this file, `make test` runs it. Nothing here is executed."""

from pathlib import Path

import numpy as np
import pandas as pd

import vgcourse as vg


def measure(model: object, X: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    gradients, weights = vg.GradientCapture(log_dir="logs"), vg.WeightCapture()
    recording: vg.Recording = gradients.recording
    print(vg.diagnose(model, X, y), weights.recording)
    return recording.frame()


def train_and_sweep(folder: Path) -> pd.DataFrame:
    X, y = vg.circles()
    recording: vg.Recording = vg.train(vg.mlp(3, 8, "tanh", "he_normal", seed=1), X, y, epochs=2)
    recording.save(folder / "run.npz")
    again: vg.Recording = vg.Recording.load(folder / "run.npz")
    vg.plots.depth_profile({"tanh": again}, epochs=(-1, None), theory=0.9).savefig("profile.png")
    return vg.sweep(depth=range(1, 6), activation=["sigmoid", "tanh"], seeds=range(50))


def predict() -> float:
    factor: float = vg.theory.layer_factor("sigmoid", "glorot_uniform", width=32)
    return factor
