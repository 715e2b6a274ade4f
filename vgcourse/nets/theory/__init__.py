"""What theory predicts for a network at initialisation, in NumPy alone.

Notation: z = W h + b and h = phi(z) in layers of width n; q = Var(z); delta = dL/dz. The one quantity that
matters is the layer factor, by which the rms of delta shrinks or grows per layer on its way back.

Arguments that several functions take:

- ``activation``: a name of `ACTIVATIONS`, or an `Activation`.
- ``initializer``: a name as `vgcourse.mlp` takes it, a Keras initializer, a number (the variance of a
  centred weight), or `Moments`.
- ``width``: units n of a hidden layer; ``depth``: how many hidden layers.
- ``bias_variance``: Var(b); ``inputs``: features of an example; ``input_square``: their mean square.

An unknown name or a number that cannot be is a ValueError, which says what can.

Sources, by the short names of the docstrings:

- Hochreiter et al. 2001, "Gradient flow in recurrent nets: the difficulty of learning long-term
  dependencies" (first in Hochreiter's thesis of 1991)
- LeCun et al. 1998, "Efficient BackProp"
- Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
- Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks"
- Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear
  neural networks"
- Sussillo & Abbott 2014, "Random walk initialization for training very deep feedforward networks"
- He et al. 2015, "Delving deep into rectifiers"
- He et al. 2016, "Identity mappings in deep residual networks"
- Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos"
- Schoenholz et al. 2017, "Deep information propagation"
- Hanin 2018, "Which neural net architectures give rise to exploding and vanishing gradients?"
- Hanin & Nica 2020, "Products of many large random matrices and gradients in deep neural networks"
- Lu et al. 2019, "Dying ReLU and initialization: theory and numerical examples"
- Yang et al. 2019, "A mean field theory of batch normalization"
- Newman 1986, "The distribution of Lyapunov exponents: exact results for random matrices"
"""

from vgcourse.nets.theory.activations import (
    ACTIVATIONS,
    Activation,
    expectation,
    leaky_relu,
    output_mean,
    output_square,
    scaled_tanh,
    slope_mean,
    slope_square,
)
from vgcourse.nets.theory.laws import (
    BATCH_NORM_RELU_FACTOR,
    condition_growth,
    dead_network_bound,
    hanin_log_square,
    hochreiter_bound,
    lyapunov_exponents,
    recurrent_threshold,
    relu_log_growth,
    residual_growth,
    sussillo_gain,
)
from vgcourse.nets.theory.meanfield import (
    State,
    backprop_profile,
    critical_variance,
    depth_scale,
    fixed_point,
    layer_factor,
    signal_profile,
)
from vgcourse.nets.theory.weights import Moments, uniform_limit, weight_moments

__all__ = [
    "ACTIVATIONS",
    "BATCH_NORM_RELU_FACTOR",
    "Activation",
    "Moments",
    "State",
    "backprop_profile",
    "condition_growth",
    "critical_variance",
    "dead_network_bound",
    "depth_scale",
    "expectation",
    "fixed_point",
    "hanin_log_square",
    "hochreiter_bound",
    "layer_factor",
    "leaky_relu",
    "lyapunov_exponents",
    "output_mean",
    "output_square",
    "recurrent_threshold",
    "relu_log_growth",
    "residual_growth",
    "scaled_tanh",
    "signal_profile",
    "slope_mean",
    "slope_square",
    "sussillo_gain",
    "uniform_limit",
    "weight_moments",
]
