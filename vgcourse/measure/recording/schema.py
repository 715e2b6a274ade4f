"""What a Recording can hold: groups of arrays, the quantities they are called by, and the words of its info."""

# group of arrays -> what `Recording.frame` calls them
PARAMETERS = {
    "kernels": "kernel",
    "biases": "bias",
    "kernel_gradients": "kernel_gradient",
    "bias_gradients": "bias_gradient",
}
# group keyed "layer/name" -> what follows the name
VARIABLES = {"variables": "", "variable_gradients": "_gradient"}
# One number per layer and moment -> the column of the frame that says what it is.
SIGNALS = {"backprop": "rms", "saturated": "mean", "dead": "mean"}
# (T, steps) per recurrent layer: the first axis inside a moment is the time step.
BY_STEP = {"step_gradients": "step_gradient", "cell_gradients": "cell_gradient"}
# What stays as it is where only statistics of arrays are kept.
NOT_REDUCED = (*SIGNALS, *BY_STEP)
# group of weights -> group of their gradients
GRADIENTS = {"kernels": "kernel_gradients", "biases": "bias_gradients", "variables": "variable_gradients"}
# One number per moment.
SERIES = ("epochs", "steps", "loss", "accuracy", "learning_rate")

INFO = {
    "source": '"train", "GradientCapture", "WeightCapture" or "sweep"',
    "every": '"epoch", "step", or a number of steps',
    "optimizer": 'the name of its class in lower case, such as "adam"',
    "learning_rate": "at the start; NaN where it cannot be had",
    "loss": "name of the loss; None where a model computes its own",
    "batch_size": "examples a step; None where it is not known",
    "examples": "examples an epoch; None where it is not known",
    "seed": "of the order of the examples; None where it is not known",
    "xla": "whether XLA compiled the step",
    "no_gradient": "names of variables or layers that the loss does not depend on",
    "notes": "sentences on what could not be recorded, and why",
    "nonfinite_at": "the first epoch whose loss is not a finite number, or None",
    "weights_nonfinite_at": "the same for any weight",
    "gradients_nonfinite_at": "the same for any gradient",
}


def quantity_and_layer(group: str, name: str) -> tuple[str, str]:
    """What `Recording.frame` calls an entry of one of its groups: ("gamma_gradient", "block/norm")."""
    if group in PARAMETERS:
        return PARAMETERS[group], name
    if group in BY_STEP:
        return BY_STEP[group], name
    if group not in VARIABLES:
        return group, name
    layer, _, quantity = name.rpartition("/")
    return quantity + VARIABLES[group], layer


def run_info(**known) -> dict:
    """The info of a Recording: every word of `INFO`, None where nothing is known.

    Raises:
        KeyError: for a word that is not in `INFO`.
    """
    if strange := set(known) - set(INFO):
        raise KeyError(f"no words of a Recording's info: {', '.join(sorted(strange))}.")
    measured = {"nonfinite_at", "weights_nonfinite_at", "gradients_nonfinite_at"}
    return {word: None for word in INFO if word not in measured} | {"no_gradient": [], "notes": []} | known
