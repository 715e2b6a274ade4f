"""Settings of the explorers at random: of the menus mostly, and numbers that only an address can give."""

import numpy as np

INITIALIZERS = ("matched", "glorot_uniform", "he_normal", "orthogonal", "torch", "normal", "random_normal", "uniform")
DATA = ("circles", "close_circles", "moons")
RATES = (0.01, 0.03, 0.1, 0.3, 1, 3)
PART_OF = {"way_back": "network", "through_time": "network"}
KINDS = ("thermometers", "skip", "depth_profile", "skip", "variance_walk", "thermometers")


def random_states(count: int, seed: int = 0, kinds=KINDS):
    """`count` settings with a number of epochs each, of these kinds in turn; many are of those that explode."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        kind = kinds[i % len(kinds)]
        epochs = int(rng.choice((0, 1, 2, 5, 60 if i % 4 == 0 else 3)))
        yield f"{PART_OF.get(kind, kind)}?{DRAWN[kind](rng, epochs)}", epochs


def _race(rng, widths) -> str:
    return (
        f"width={rng.choice(widths)}&initializer={rng.choice(INITIALIZERS)}&data={rng.choice(DATA)}"
        f"&learning_rate={_menu(rng, RATES, rng.uniform(1e-4, 20))}&seed={_seed(rng)}"
    )


def _thermometers(rng, epochs) -> str:
    gradient = rng.choice(("backprop", "kernel"))
    return f"depth={rng.integers(1, 11)}&gradient={gradient}&{_race(rng, (1, 2, 8, 16, 32))}"


def _skip(rng, epochs) -> str:
    activation = rng.choice(("sigmoid", "tanh", "relu", "relu", "leaky_relu"))
    scale = _menu(rng, (1, 0.5, 0.1, 0, "1/sqrt(depth)"), rng.uniform(0, 4))
    depth = rng.choice((1, 3, 20, 50) if epochs < 10 else (1, 3, 8))
    return f"depth={depth}&activation={activation}&branch_scale={scale}&{_race(rng, (1, 2, 5, 8, 16))}"


def _depth_profile(rng, epochs) -> str:
    width, gradient = int(rng.choice((1, 2, 5, 8, 16, 64))), rng.choice(("backprop", "kernel"))
    depth = rng.integers(2, 51 if width < 64 else 9)  # deep and wide ones take the page seconds
    initializer = rng.choice(INITIALIZERS)
    return f"depth={depth}&width={width}&initializer={initializer}&seed={_seed(rng)}&gradient={gradient}"


def _variance_walk(rng, epochs) -> str:
    activation = rng.choice(("sigmoid", "tanh", "relu", "leaky_relu", "linear"))
    width, gain = rng.choice((1, 2, 5, 8, 16, 32)), rng.uniform(0.1, 4)
    return f"gain={gain:.2f}&activation={activation}&depth={rng.integers(2, 101)}&width={width}&seed={_seed(rng)}"


def _network(rng, epochs, form=None) -> str:
    return (
        f"form={form or rng.choice(('plain', 'skip', 'recurrent', 'lstm'))}"
        f"&activation={rng.choice(('sigmoid', 'tanh', 'relu'))}&depth={rng.integers(2, 13)}"
        f"&initializer={rng.choice(INITIALIZERS)}"
        f"&forget_bias={_menu(rng, (-10, 0, 1, 3, 5, 10), round(rng.uniform(-10, 10), 2))}"
        f"&width={rng.choice((1, 2, 3, 6, 8, 16))}&seed={_seed(rng)}"
    )


def _menu(rng, offered, other):
    """One of what the menu offers, or now and then a number that only an address gives."""
    return other if rng.random() < 0.15 else offered[int(rng.integers(len(offered)))]


def _seed(rng) -> int:
    return int(rng.integers(1, 9) if rng.random() < 0.5 else rng.integers(0, 1_000_000))


DRAWN = {
    "thermometers": _thermometers,
    "skip": _skip,
    "depth_profile": _depth_profile,
    "variance_walk": _variance_walk,
    "network": _network,
    "way_back": lambda rng, epochs: _network(rng, epochs, rng.choice(("plain", "skip"))),
    "through_time": lambda rng, epochs: _network(rng, epochs, rng.choice(("recurrent", "lstm"))),
}
