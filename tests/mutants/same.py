"""Mutants that are no fault: the same function for all that the task asks for, each with its reason.

A pattern of the shell's kind (``*`` for any text) stands for all mutants of an exercise that it fits.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

POSITIVE = "what it gives back is never negative"
SHARE = "what it gives back lies between 0 and 1"
NUMBER = "an array of one number is a number"
WHOLE = "what it gives back is a whole number"
AXES = "the order of two axes that are both averaged over does not matter"
RECORDED = "recorded kernels are never whole numbers in type"
LAST = "of two axes the second is the last"
FLOATS = "what goes in is never whole numbers in type"
BETWEEN = "anywhere between the kinds a border tells them apart, and their marks are far from each other"
STRICT = "both lists are as long as each other"
ROW = "a row of numbers has one axis"
CLASSES = "classes are 0 and 1"
MIDDLE = "a median knows no order"
DENSE = "the task's nets are dense: training changes nothing that they compute"
REACHES = "the search reaches as far as the points or farther, finely enough: any threshold in the gap is a best one"

SAME: dict[str, dict[str, str]] = {
    "first-check": {
        "rms: never negative": POSITIVE,
        "rms: absolute": POSITIVE,
        "rms: values absolute": "squares have no sign",
        "rms: * axis=*": ROW,
    },
    "leak-free-scaling": {"scale: result of the input's type": "coordinates are never whole numbers in type"},
    "radial-threshold": {
        "radial_accuracy: np.hypot(X[:, 0], X[:, 1]) → np.hypot(X[:, 1], X[:, 0])": "a distance is symmetric",
        "best_threshold: np.hypot(X[:, 0], X[:, 1]) → np.hypot(X[:, 1], X[:, 0])": "a distance is symmetric",
        "radial_accuracy: * <= t": "no point lies on the circle",
        "radial_accuracy: np.mean(*) → np.mean(*, axis=*": ROW,
        "best_threshold: np.argmax(*) → np.argmax(*, axis=*": ROW,
        "best_threshold: np.hypot(*).max() → *axis=*": ROW,
        "radial_accuracy: y == 1 → y >= 1": CLASSES,
        "best_threshold: for t in candidates → for t in list(candidates)[:-1]": REACHES,
        "radial_accuracy: 1 → -1": "of two columns the second is the last",
        "best_threshold: 1 → -1": "of two columns the second is the last",
        "best_threshold: np.linspace(*": REACHES,
        "best_threshold: 0 → *": REACHES,
        "best_threshold: 1 → 0": REACHES,
        "best_threshold: np.hypot → np.add": REACHES,
        "best_threshold: 500 → *": REACHES,
        "* X absolute": "a distance knows no signs",
        "* y absolute": CLASSES,
        "* y whole": CLASSES,
        "* y single": CLASSES,
        "radial_accuracy: t absolute": "a radius is not negative",
        "radial_accuracy: clipped at 1*": SHARE,
        "radial_accuracy: never negative": SHARE,
        "radial_accuracy: absolute": SHARE,
        "best_threshold: X single": REACHES,
        "best_threshold: rounded to 4": REACHES,
        "best_threshold: float16": REACHES,
        "best_threshold: clipped at 10": "no ring of the check is that large",
        "best_threshold: never negative": POSITIVE,
        "best_threshold: absolute": POSITIVE,
        "best_threshold: a hair too large": REACHES,
        "best_threshold: one thousandth more": REACHES,
        "best_threshold: result of the input's type": "coordinates are never whole numbers in type",
    },
    "sigmoid": {
        "sigmoid: z >= 0 → z > 0": "at 0 both forms give one half",
        "* clipped at 1*": SHARE,
        "* never negative": SHARE,
        "*: absolute": SHARE,
        "sigmoid_slope: z absolute": "the slope is the same on both sides of 0",
    },
    "ten-slopes": {
        "* clipped at 1*": SHARE,
        "* never negative": SHARE,
        "*: absolute": SHARE,
        "* depth absolute": "a depth is positive",
    },
    "tanh-slopes": {
        "tanh_chain: range(depth) → range(1, depth + 1)": "the counter is not used: as many rounds",
        "* x absolute": "the derivative of an odd function is even",
    },
    "backward-pass": {
        "backward: X → y #2": "y has as many rows as X",
        "* y *": CLASSES,
        "backward: dz2 @ W2.T → dz2 * W2.T": "one column times one row, either way",
        "* input's type": "coordinates and parameters are never whole numbers in type",
    },
    "count-parameters": {
        "count_parameters: (3 * width, width + 1) → (width + 1, 3 * width)": "both are added",
        "* rounded to *": WHOLE,
        "* never negative": POSITIVE,
        "*: absolute": POSITIVE,
        "* absolute": "sizes are positive",
    },
    "quartile-band": {"* clipped at 1*": SHARE, "* never negative": SHARE, "*: absolute": SHARE},
    "fair-pairs": {
        "fair_pairs: for s in table.columns * → for s in list(*)[::-1]*": "of one difference the first is the last",
        "fair_pairs: 'default' → *": "any mark for a gap that is no setting will do",
        "fair_pairs: (a, b, changed[0]) → (b, a, changed[0])": "a pair is a pair",
        "fair_pairs: 0 → -1": "of one difference the first is the last",
        "* back to front": "the order of the list is free",
        "fair_pairs: table.astype(object) → table": "pandas makes the column one of objects by itself",
    },
    "share-of-gap": {
        "share_of_gap: np.median(*) → np.median(*, axis=*": ROW,
        "share_of_gap: for key in bad:* → for key in list(bad)[::-1]:*": "the order of the dictionary is free",
        "share_of_gap: bad → good #2": "both set-ups have the same keys",
    },
    "layer-statistics": {"* → (2, 1)*": AXES},
    "path-length": {
        "* → steps.mean(axis=(1, 2)).sum(axis=*": ROW,
        "* → (2, 1)*": AXES,
        "* never negative": POSITIVE,
        "*: absolute": POSITIVE,
        "* input's type": RECORDED,
    },
    "layer-factor": {
        "layer_factor: np.median(slopes) → np.median(slopes, axis=*": ROW,
        "layer_factor: * list(whole)[::-1]": "the order of the networks does not matter for a median",
        "layer_factor: axis=1 → axis=-1": LAST,
        "layer_factor: 1 → -1": LAST,
        "layer_factor: profiles absolute": "a root mean square has no sign",
        "layer_factor: never negative": POSITIVE,
        "layer_factor: absolute": POSITIVE,
        "layer_factor: result of the input's type": "a root mean square is no whole number in type",
    },
    "block-growth": {
        "block_growth: np.mean → np.sum": "input and output of a block have as many numbers",
        "block_growth: scale absolute": "a branch's scale is not negative",
        "block_growth: never negative": POSITIVE,
        "block_growth: absolute": POSITIVE,
        "block_growth: result of the input's type": "a signal is never of whole numbers in type",
    },
    "variance-walk": {
        "* → zip(widths[:0:-1], variances[::-1])": STRICT,
        "* → zip(widths[:-1], variances)": STRICT,
        "variance_walk: True → False*": STRICT,
        "*→ zip(variances*": "a product of two numbers has no order",
        "variance_walk: never negative": POSITIVE,
        "variance_walk: absolute": POSITIVE,
    },
    "measured-factor": {
        "measured_factor: for kernels in nets* → for kernels in list(nets)[::-1]*": MIDDLE,
        "measured_factor: for kernel in kernels* → the line after it inside": "a column of ones, whenever it is made",
        "measured_factor: * → zip(kernels[:0:-1], zs[::-1])": STRICT,
        "measured_factor: zs → sizes #4": "there are as many errors as signals",
        "measured_factor: np.median(factors) → np.median(factors, axis=*": ROW,
        "measured_factor: never negative": POSITIVE,
        "measured_factor: absolute": POSITIVE,
        "measured_factor: an axis more": "an array of one number is a number",
        "measured_factor: True → False": STRICT,
        "measured_factor: result of the input's type": "coordinates are never whole numbers in type",
    },
    "unit-scale": {"unit_scale: result of the input's type": "coordinates are never whole numbers in type"},
    "branch-scale": {
        "scale_law: for scale in scales* → for scale in list(scales)[::-1]*": "the largest in any order",
        "scale_law: for seed in seeds → for seed in list(seeds)[::-1]": MIDDLE,
        "scale_law: np.median(* axis=*": ROW,
        "scale_law: scales absolute": "scales are positive",
        "scale_law: result of the input's type": "scales are never whole numbers in type",
    },
    "walk-back": {
        "walk_back: * → zip(xs[-2::-1], kernels[::-1])": STRICT,
        "walk_back: True → False": STRICT,
        "walk_back: before > 0 → before >= 0": "at exactly 0 a slope of relu is a convention",
    },
    "train-step": {
        "train_step: model(X, training=True) → model(X)": DENSE,
        "train_step: True → False": DENSE,
        "train_step: y absolute": CLASSES,
        "train_step: y whole": CLASSES,
        "train_step: y single": CLASSES,
        "train_step: result of the input's type": "what it gets and gives is float32",
    },
    "back-in-time": {
        "back_in_time: zip(*": STRICT,
        "back_in_time: True → False": STRICT,
        "back_in_time: dU = dU + *": "the sum is the answer's own array",
        "back_in_time: result of the input's type": "states and errors are never whole numbers in type",
    },
    "time-factor": {
        "time_factor: np.asarray(profile, float) → *": "a profile is an array of numbers already",
        "time_factor: profile absolute": POSITIVE,
        "time_factor: clipped at 10": "no error grows tenfold a step",
        "time_factor: never negative": POSITIVE,
        "time_factor: absolute": POSITIVE,
        "time_factor: an axis more": "an array of one number is a number",
        "time_factor: result of the input's type": "a profile is never whole numbers in type",
    },
    "gate-bias": {
        "open_gate: 2 → -2": "of four quarters the second ends where the last two begin",
        "gate_bias: left absolute": POSITIVE,
        "gate_bias: clipped at 10": "a bias of 10 is a memory of some ten thousand steps",
        "gate_bias: an axis more": "an array of one number is a number",
    },
    "clipped-step": {
        "clipped_step: * → for g in list(gradients)[::-1]": "a sum knows no order",
        "clipped_step: max(norm, limit) → max(limit, norm)": "the larger of two is the larger of two",
        "clipped_step: zip(*": STRICT,
        "clipped_step: True → False": STRICT,
        "clipped_step: rate absolute": POSITIVE,
        "clipped_step: limit absolute": POSITIVE,
    },
    "short-window": {
        "truncated: (np.zeros(* → np.zeros(*": "a row of zeros for each is enough to add to",
        "truncated: U → error": "error has as many units as U",
        "truncated: 1 → 0 #2": "U is square",
        "truncated: 1 → -1 #2": "U is square",
        "truncated: U → window #2": "a single 0 is enough to add to",
        "truncated: max(0, T - window) → *": "the larger of two is the larger of two",
        "truncated: dWx = dWx + *": "the sum is the answer's own array",
        "truncated: dU = dU + *": "the sum is the answer's own array",
        "truncated: result of the input's type": "states and errors are never whole numbers in type",
        "deaf_inputs: (0, 1) → (1, 0)": AXES,
        "deaf_inputs: np.flatnonzero → np.nonzero": "a tuple of one array is that array",
        "deaf_inputs: X absolute": "0 has no sign",
        "deaf_inputs: X single": "what is not 0 stays so",
        "deaf_inputs: rounded to *": WHOLE,
        "deaf_inputs: float16": WHOLE,
        "deaf_inputs: clipped at 10": "there are fewer inputs",
        "deaf_inputs: never negative": WHOLE,
        "deaf_inputs: absolute": WHOLE,
        "deaf_inputs: an axis more": "the numbers of the inputs, in whatever shape",
        "deaf_inputs: result of the input's type": WHOLE,
        "deaf_inputs: back to front": "the order of the list is free",
    },
    "chance-loss": {
        "chance_loss: np.sum(p * np.log(p)) → np.sum(p * np.log(p), axis=*": ROW,
        "chance_loss: y - y.mean(axis=0) → y.mean(axis=0) - y": "squares have no sign",
        "chance_loss: 1 → -1": "of two arrays the second is the last",
        "chance_loss: never negative": POSITIVE,
        "chance_loss: absolute": POSITIVE,
        "chance_loss: an axis more": NUMBER,
    },
    "cheapest-cure": {
        "cheapest_cure: np.mean(*) → *axis=*": ROW,
        "cheapest_cure: group.updates.median() → group.updates.median(axis=0)": ROW,
        "cheapest_cure: level absolute": "a level is a share",
    },
    "loss-scale": {
        "loss_scale: return None → return": "`return` gives None",
        "loss_scale: np.*(half*) → *axis=*": ROW,
        "loss_scale: np.isfinite(half).all() → *axis=*": ROW,
        "loss_scale: 2.0 → -2.0": "what is 0 and what is too large knows no sign",
        "loss_scale: for g in gradients → for g in list(gradients)[::-1]": "a share knows no order",
        "loss_scale: * the line before it inside": "it is written anew each time, with the same numbers",
        "loss_scale: share absolute": "a share is never negative",
        "loss_scale: rounded to *": WHOLE,
        "loss_scale: never negative": POSITIVE,
        "loss_scale: absolute": POSITIVE,
        "loss_scale: an axis more": NUMBER,
    },
    "pretrain": {
        "pretrain: range(steps) → range(1, steps + 1)": "the counter is not used: as many rounds",
        "pretrain: rate absolute": POSITIVE,
        "pretrain: result of the input's type": FLOATS,
    },
    "batch-norm": {
        "* eps absolute": POSITIVE,
        "* input's type": FLOATS,
    },
    "norm-factor": {
        "norm_factor: 1 → -1 #2": LAST,
        "norm_factor: 1 → -1 #7": LAST,
        "norm_factor: np.maximum(* → np.maximum(0, *": "the larger of two is the larger of two",
        "norm_factor: 0 * ones → 0": "one 0 or several, nothing is added",
        "norm_factor: 0 * ones → 0 / ones": "one 0 or several, nothing is added",
        "norm_factor: 0 * ones → 0 ?? ones": "a power of 0 is 0",
        "norm_factor: zip(* → zip(kernels[::-1], zs[::-1], hs[:0:-1])": STRICT,
        "norm_factor: True → False": STRICT,
        "norm_factor: W → z #3": "z has as many columns as W",
        "norm_factor: W → h #3": "h has as many columns as W",
        "norm_factor: for W in kernels: * → the line after it inside": "either way it is there on the way down",
        "norm_factor: batch_norm_back(* → batch_norm_back(z, down * (h > 0), np.ones(W.shape[1]))": (
            "to dL/dz gamma and error are one product"
        ),
        "norm_factor: never negative": POSITIVE,
        "norm_factor: absolute": POSITIVE,
        "norm_factor: an axis more": NUMBER,
        "norm_factor: result of the input's type": FLOATS,
    },
    "which-cure": {
        "which_cure: np.mean(*) → np.mean(*, axis=*": ROW,
        "which_cure: np.max(*) → np.max(*, axis=*": ROW,
        "which_cure: np.mean(figures['zeros']) > 0.1 → np.mean(figures['zeros']) >= 0.1": BETWEEN,
        **{f"which_cure: np.mean → np.{other}": BETWEEN for other in ("median", "sum", "max")},
        **{f"which_cure: 0.1 → {other}": BETWEEN for other in ("0", "0.2", "0.05", "0.010000000000000002")},
        "which_cure: np.max(figures['*_mean']) < 1e-06 → np.max(figures['*_mean']) <= 1e-06": BETWEEN,
        **{f"which_cure: np.max → np.{other}{n}": BETWEEN for other in ("min", "mean") for n in ("", " #2")},
        **{
            f"which_cure: 1e-06 → {other}*": BETWEEN for other in ("2e-06", "5e-07", "9.999999999999999e-06", "1e-12")
        },
        "which_cure: figures['size'][-1] > 1.3 * figures['size'][0] → figures['size'][-1] >= *": BETWEEN,
        **{f"which_cure: 1.3 → {other}": BETWEEN for other in ("2.3", "2.6", "1.6900000000000002")},
        "which_cure: 1.3 * figures['size'][0] → 1.3": "sigmoids give less than 1, and sums of them soon more",
        "which_cure: 1.3 * figures['size'][0] → 1.3 ?? figures['size'][0]": "both lie between 1 and a sum",
        "which_cure: -1 → 1": "a skip adds in the second layer already",
        "which_cure: 1 → 2": "of three layers the last but one is the second",
        "which_cure: 1 → -1": "a skip adds in the second layer already",
        "which_cure: 0 → 1": "the last layer's sum has more terms than the second's",
    },
    "cheapest-way": {
        "cheapest_cure: np.zeros → np.ones": "every entry is written",
        "cheapest_cure: np.mean(*) → np.mean(*, axis=*": ROW,
        "cheapest_cure: for seed in seeds → for seed in list(seeds)[::-1]": "a mean knows no order",
        "cheapest_cure: * the line after it inside": "it is written anew each time, and the last time it is whole",
        "cheapest_cure: target absolute": POSITIVE,
        "cheapest_cure: never negative": POSITIVE,
        "cheapest_cure: absolute": POSITIVE,
    },
    "update-ratio": {
        "* → (2, 1)*": AXES,
        "rms: np.mean → np.sum": "both kernels of a ratio have as many weights",
        "update_ratio: clipped at 10": "no step is ten thousand million times the weights",
        "* input's type": RECORDED,
    },
    "layer-rms": {
        "layer_rms: * → zip(model.layers, gradients[::2])": STRICT,
        "layer_rms: True → False": STRICT,
        "layer_rms: ::2 → :-1:2": "the last of the list is a bias",
    },
    "find-fault": {
        "find_fault: model.layers[:-1] → model.layers": "a sigmoid of the check is never 0",
        "find_fault: :-1 → :": "a sigmoid of the check is never 0",
        "find_fault: h == 0 → h <= 0": "relu is never negative",
        "find_fault: for unit in units → for unit in list(units)[::-1]": "the order of the list is free",
    },
    "weight-capture": {
        "__init__: super().__init__() → left out": "Keras sets the model all the same",
        "keep: * → for layer in list(self.model.layers)[::-1]*": "the order of the dictionary is free",
        "keep: 'kernel' → 'bias'": "in Keras, what has a kernel has an attribute for the bias as well",
    },
    "make-mlp": {
        "make_mlp: for layer in range(depth)* → the line after it inside": "the last one made counts",
    },
    "output-gradients": {
        "output_gradients: X → y #2": "there are as many labels as points",
        "output_gradients: y absolute": CLASSES,
        "output_gradients: y whole": CLASSES,
        "output_gradients: y single": CLASSES,
    },
}


def is_same(exercise: str, mutant: str, patterns: Iterable[str] | None = None) -> bool:
    """Whether a mutant is listed; ``patterns`` in place of the list, to look for one entry."""
    listed = SAME.get(exercise, {}) if patterns is None else patterns
    return any(fnmatchcase(mutant, pattern.replace("[", "[[]")) for pattern in listed)
