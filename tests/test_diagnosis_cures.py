"""What a verdict recommends is done, and the net is asked again: it is healthy then, and learns.

`python -m tests.net_remedies` does it with all remedies there; here a few of them are trained.
"""

import keras
import pytest
from keras import layers

from tests import net_ills
from tests.net_families import Net
from tests.net_remedies import IN_VAIN, REMEDIES, net, tried
from vgcourse.measure.diagnosis import diagnose


def standard(a):
    return ((a - a.mean(0)) / (a.std(0) + 1e-6)).astype("float32")


def with_output(activation):
    def cure(net: Net, blamed: str) -> Net:
        net.model.get_layer("output").activation = keras.activations.get(activation)
        return net

    return cure


def with_layers(change):
    def cure(net: Net, blamed: str) -> Net:
        model = keras.Sequential([keras.Input(net.model.input_shape[1:]), *change(list(net.model.layers))])
        return Net(model, net.X, net.y, net.loss)

    return cure


def again(variable: str, initializer: str):
    """Fresh weights in the layer that is blamed."""

    def cure(net: Net, blamed: str) -> Net:
        layer = next(p for p in net.model._flatten_layers() if p.name == blamed.split("/")[-1])
        weights = getattr(layer, variable)
        weights.assign(keras.initializers.get(initializer)(weights.shape))
        return net

    return cure


def thawed(net: Net, blamed: str) -> Net:
    net.model.trainable = True
    return net


def relu_between(stack):
    return [layers.Dense(64, "relu", kernel_initializer="he_normal") for _ in stack[:-1]] + stack[-1:]


CURES = {
    "targets of ten million": lambda net, _: Net(net.model, net.X, standard(net.y), net.loss),
    "Normalization left out": lambda net, _: Net(net.model, standard(net.X), net.y, net.loss),
    "Conv3D, inputs times 255": lambda net, _: Net(net.model, standard(net.X), net.y, net.loss),
    "own loss takes pairs": lambda net, _: Net(net.model, net.X, net.y[:, None], net.loss),
    "hinge after sigmoid": with_output("tanh"),
    "KL divergence of logits": with_output("softmax"),
    "squared logarithm, linear output": with_output("softplus"),
    "everything frozen": thawed,
    "layer norm over one number": with_layers(lambda stack: stack[:-1]),
    "softmax over the batch": with_layers(lambda stack: [*stack[:-1], layers.Softmax(axis=-1)]),
    "hidden softmax": with_layers(relu_between),
    "group norm, scale times 1e-6": again("gamma", "ones"),
    "attention that is sharp": again("kernel", "glorot_uniform"),
}


@pytest.mark.parametrize("name", CURES)
def test_what_is_recommended_cures(name):
    net, expected = net_ills.ill(name, True, False, seed=1)
    report = diagnose(net.model, net.X, net.y)
    assert report.cause in expected.causes, report
    net = CURES[name](net, report.layer)
    net.model.compile(keras.optimizers.Adam(1e-3), net.loss)
    after = diagnose(net.model, net.X, net.y)
    assert after.healthy, after


def test_what_does_not_cure_is_not_recommended():
    model, X, y = net(**REMEDIES["sigmoids → tanh"].sick)
    assert not any(word in str(diagnose(model, X, y)) for word in ("skip", "layer norm"))
    _, after = tried(IN_VAIN["layer normalisation"])
    assert after > 0.6


@pytest.mark.parametrize("name", ["sigmoids → batch norm", "biases of -10 → leaky", "weight decay, SGD", "clipping"])
def test_with_what_is_recommended_a_net_learns(name):
    remedy = REMEDIES[name]
    (sick, before), (cured, after) = tried(remedy.sick), tried(remedy.cured)
    assert sick.cause == remedy.cause and remedy.words in sick.verdict, sick
    assert cured.healthy, cured
    assert after < before / 2
