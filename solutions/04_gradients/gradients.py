# %% [markdown]
r"""
# Lesson 4 · Gradient capture

This is the heart of the course. You will open a training step, take the gradients out, and find the one
number that says whether the error still reaches the lowest layers of a deep network: by how much it shrinks per layer.
On the way you will see why the best-known way of plotting gradients misleads, and meet a network of
which two honest measurements of the gradient say two different things.

**You will be able to**

- write a training step with a `GradientTape`, and take every gradient from it;
- say how large a layer's gradient is, with one number that does not cancel;
- measure the *back-propagated* gradient, and say why it tells more than the kernel's;
- read the **layer factor** off a logarithmic axis, and compare it with theory;
- watch gradients under `model.fit`, and in TensorBoard, where they used to be and are no more;
- find the layer that loses the error, and the unit that is dead.

**Time** about 85 minutes with the exercises (the minutes at the headings are without them), and as
long as you like for the stretch exercise. **Points** 14. **You need**
lessons 1 to 3: the chain rule, networks made with `vg.mlp`, and recordings. (Cells that only draw a figure
are folded. Click on one to see the code.)
"""

# %%
try:
    import vgcourse as vg
except ModuleNotFoundError:
    raise SystemExit(
        "This lesson needs the course's package. On your computer: in a terminal, go to the "
        "repository's folder and run `make lab` (README.md shows other ways). On Google "
        "Colab: run this in a cell of its own, with the owner and the repository that this "
        'notebook comes from: %pip install -q "vgcourse[widgets] @ '
        'git+https://github.com/OWNER/REPOSITORY"'
    ) from None

import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from vgcourse import check, fallback, predict, reveal, style

# %% [markdown]
r"""
## 1 · One step, taken apart (4 minutes)

`model.fit` repeats one thing some thousand times: take a batch, compute the loss, find its gradient, move
the weights. T1 opens it up with TensorFlow's `GradientTape`. A tape records what happens inside its `with`
block, and can then be played backwards:
"""

# %% shows_only=true
w = tf.Variable(3.0)
with tf.GradientTape() as tape:
    loss = w**2
print("dL/dw at w = 3:", tape.gradient(loss, w).numpy())

# %% [markdown]
r"""
For a network, the variables are `model.trainable_variables`: kernel and bias of the first layer, kernel and
bias of the second, and so on. `tape.gradient` gives back one gradient for each, in the same order. An
optimizer then makes a step of them: `optimizer.apply(gradients, variables)`.

The loss in this lesson is the binary cross-entropy, the mean over the batch. Keras has it ready, as
`bce(y, p)` below.

### Exercise 1 · A training step ★★ (2 points)

Write `train_step(model, optimizer, X, y)`. It makes one step on the whole of `X` (n, 2) and `y` (n,), and
gives back two things: the loss *before* the update, and the list of gradients.

For example:

```python
>>> small = vg.mlp(1, 2, "tanh")
>>> small.set_weights([np.zeros_like(weights) for weights in small.get_weights()])  # so every p is 0.5
>>> four = np.ones((4, 2), "float32"), np.array([1, 1, 1, 0], "float32")
>>> value, slopes = train_step(small, keras.optimizers.SGD(1.0), *four)
>>> print(np.round(value, 3))  # ln 2, the loss of a coin
0.693
>>> print(np.round(slopes[-1], 3), np.round(small.get_weights()[-1], 3))  # mean of p - y; the bias goes against it
[-0.25] [0.25]
```

<details><summary>Hint 1</summary>

Three things in this order: the loss, its gradients, the update. Only the first of them has to be inside the
`with` block.
</details>

<details><summary>Hint 2</summary>

Inside: `p = model(X)`, then the loss of `y` and `p`. The tape sees only what is computed there; a
prediction made before it, or with `model.predict`, leaves no trace.
</details>

<details><summary>Hint 3</summary>

After the block: `gradients = tape.gradient(loss, model.trainable_variables)`, then `optimizer.apply` with
the gradients and the same variables, then `return loss, gradients`.
</details>
"""

# %%
bce = keras.losses.BinaryCrossentropy()


# %% answer="train-step"
def train_step(model, optimizer, X, y):
    """Make one step; give back the loss and the gradients."""
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss, gradients
    ### END SOLUTION


# %% check="train-step"
check("train-step", train_step)

# %% [markdown]
"""
Here is T1's manual loop, with your step in it: four hidden layers of five sigmoid units, weights drawn
from a normal distribution with standard deviation 1, RMSprop, 32 batches an epoch. One epoch is enough
to look at.
"""

# %% shows_only=true
train_step = fallback("train-step", train_step)
X, y = vg.circles()

model = vg.mlp(4, activation="sigmoid", initializer="normal", seed=0)
optimizer = keras.optimizers.RMSprop()
for rows in np.array_split(np.random.default_rng(0).permutation(1000), 32):
    loss, gradients = train_step(model, optimizer, X[rows], y[rows])
print(f"loss of the last batch {float(loss):.3f}")
for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
    print(f"{variable.path:28} {tuple(gradient.shape)}  mean {np.mean(gradient):+.1e}")

# %% [markdown]
r"""
From the output's kernel down to the first layer's, the means shrink from a few tenths to about a
ten-thousandth. Is that the gradient vanishing? T1 reads it so. Let us look closer.

## 2 · One number for a layer (5 minutes)

A kernel's gradient is a table of numbers. T1 draws their *mean*, with its sign, one line per layer over the
epochs, and reads the lines near zero as layers that learn nothing. In lesson 0 you saw four pushes of 0.3
whose mean is 0. Does that happen in earnest?

We take 20 of T1's tanh networks, the kind that learns well, before training, and ask each: which of the
five layers has the smallest gradient? Once by the size of its signed mean, once by the root mean square.
"""

# %%
predict(
    "signed-mean",
    "In how many of the 20 tanh networks do both measures name the same layer?",
    between=(0, 20),
    step=1,
)

# %% [markdown]
r"""
### Exercise 2 · The size of each layer's gradient ★ (2 points)

Write `layer_rms(model, gradients)`. It gives back a dict from the layer's name to the root mean square of
its *kernel's* gradient. The list `gradients` is in the order of `model.trainable_variables`; all layers are
dense. In Keras every kernel is called `kernel`, so use the *layer's* name as the key. And mind that we are
after *vanishing* numbers: in float32 the square of $10^{-25}$ is exactly 0.

For example:

```python
>>> small = vg.mlp(1, 2, "tanh")
>>> given = [np.array([[3, -3], [3, 3]]), np.zeros(2), np.array([[1], [7]]), np.zeros(1)]
>>> print({name: float(size) for name, size in layer_rms(small, given).items()})
{'hidden_1': 3.0, 'output': 5.0}
```

<details><summary>Hint 1</summary>

Kernels and biases take turns, so `gradients[::2]` are the kernels', one for each of `model.layers`.
</details>

<details><summary>Hint 2</summary>

`np.asarray(gradient, float)` makes a float64 array of a tensor. Squares down to $10^{-300}$ are safe there.
</details>

<details><summary>Hint 3</summary>

A dict in one go: `{layer.name: ... for layer, gradient in zip(model.layers, gradients[::2])}`, with the
root of the mean of the squares in place of the dots.
</details>
"""


# %% answer="layer-rms"
def layer_rms(model, gradients):
    """Layer name → root mean square of its kernel's gradient."""
    ### BEGIN SOLUTION
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=True):
        sizes[layer.name] = np.sqrt(np.mean(np.asarray(gradient, float) ** 2))
    return sizes
    ### END SOLUTION


# %% check="layer-rms"
check("layer-rms", layer_rms)

# %% [markdown]
"""
To look at many networks, we build one and give it new starting weights for each seed. `all_gradients` is
the first half of your training step, on all 1,000 points.
"""

# %% shows_only=true
from vgcourse import initial_weights

layer_rms = fallback("layer-rms", layer_rms)


def start_afresh(model, initializer, seed):
    """New initial weights, those of vg.mlp with this seed."""
    depth, width = len(model.layers) - 1, model.layers[0].units
    ends = model.input_shape[1], model.output_shape[1]
    pairs = initial_weights(depth, width, initializer, seed, *ends)
    model.set_weights([array for pair in pairs for array in pair])


def all_gradients(model, X, y, loss=bce):
    with tf.GradientTape() as tape:
        value = loss(y, model(X))
    return tape.gradient(value, model.trainable_variables)


# %% shows_only=true
def means_and_sizes(activation):
    """|signed mean| and rms of five kernel gradients, 20 networks."""
    model, means, sizes = vg.mlp(4, activation=activation, initializer="normal"), [], []
    for seed in range(20):
        start_afresh(model, "normal", seed)
        gradients = all_gradients(model, X, y)
        means.append([abs(np.mean(g)) for g in gradients[::2]])
        sizes.append(list(layer_rms(model, gradients).values()))
    return np.array(means), np.array(sizes)


results = {name: means_and_sizes(name) for name in ("tanh", "sigmoid")}
means, sizes = results["tanh"]
same = int(np.sum(means.argmin(axis=1) == sizes.argmin(axis=1)))
note = "Picking a layer at random would agree in about 4 of 20."
reveal("signed-mean", same, note, near=2)

# %% shows_only=true
for activation, (means, sizes) in results.items():
    agree = int(np.sum(means.argmin(axis=1) == sizes.argmin(axis=1)))
    print(f"{activation}: the mean as a share of the rms", end=" ")
    print(f"(both name the same smallest layer in {agree} of 20)")
    for layer, share in zip(model.layers, (means / sizes).T, strict=True):
        low, middle, high = np.percentile(share, [0, 50, 100])
        print(f"   {layer.name:8}  {low:4.0%} to {high:3.0%}, median {middle:.0%}")

# %% [markdown]
r"""
In the tanh networks the mean is mostly a quarter of the size or less, and it may be nothing or most of it, as
the signs happen to fall. It is no measure of size: **a healthy layer's mean may be next to nothing**.

Now the sigmoid networks, and there the last row. In the **output layer** the mean is nine tenths of the
rms, in nearly every network. Not because that layer learns so well: its inputs are sigmoids, which are
all positive, and the error comes from a single unit. If that unit answers too high on the whole, every
one of its weights should come down, and nothing cancels. So the mean shows the output layer at nearly
full size, and each of the others, in the median network, at a third or less. (Single networks spread widely.)

T1 reports that with sigmoids the mean is visible in the last layer only, and takes that as the vanishing
gradient. Part of it is this arithmetic of signs. The rest is real: the first line of each
table says that with sigmoids the two measures mostly name the same layer, since there the sizes differ by more than
signs can hide. To see by how much, we measure sizes.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Over 20 tanh networks (seeds 0 to 19), the layer that is smallest by signed mean is the one
that is smallest by rms in 6, little more than the 4 of pure chance. The median of |mean|/rms lies between
7 % and 24 % in the five layers, and from network to network it goes from 0 % to 85 %. For sigmoid the
hidden layers' medians are 15 % to 29 %, the output layer's is 92 %, and 80 % in the lowest case.
"""

# %% [markdown]
r"""
## 3 · Two gradients of one layer (7 minutes)

The error walks down through the layers, and each layer's kernel takes its share as it passes. Lesson 1 had
both steps. Here they are for layer $l$ of many, with $\phi'(z)$ for the slope of its activation, whichever it
is, and $\odot$ for "entry by entry":

$$\underbrace{\frac{\partial L}{\partial W_l} = h_{l-1}^{\mathsf T}\,\delta_l}_{\text{kernel gradient}}
\qquad\qquad
\underbrace{\frac{\partial L}{\partial h_{l-1}} = \delta_l\, W_l^{\mathsf T}}_{\text{back-propagated gradient}}
\qquad\text{with}\quad \delta_l = \frac{\partial L}{\partial h_l}\odot\phi'(z_l)\,.$$

Put the second formula into itself, layer after layer, and lesson 1's chain of numbers becomes a product of matrices. For
one example, with $D_l$ for the diagonal matrix of its slopes $\phi'(z_l)$, and $d$ hidden layers:

$$\frac{\partial L}{\partial h_1} = \frac{\partial L}{\partial h_d}\;
D_d W_d^{\mathsf T}\; D_{d-1} W_{d-1}^{\mathsf T} \cdots D_2 W_2^{\mathsf T} .$$

Where one unit per layer had the factor $w\,\phi'(z)$, a layer has the matrix $D_l W_l^{\mathsf T}$. By how much does such
a matrix shrink what passes through it? Keep the question for section 4.

A kernel's gradient is a product of *two* things: the error that arrives from above, and the signal that
arrives from below. If it is small, you do not know which of them has gone. So measure the error itself, the
**back-propagated gradient** $\partial L_i/\partial h$ at each layer's output, example by example.

### Exercise 3 · The error at each layer's output ★★ (2 points)

Write `output_gradients(model, X, y)` for a sequential model, whatever its activations. It gives back a dict: name of
each *hidden* layer → array or tensor (n, units), whose row $i$ is the derivative of example $i$'s own loss to this layer's
output. The loss `bce` is the *mean* over the examples; an example's own share of it is not divided by $n$.

For example:

```python
>>> small = vg.mlp(1, 2, "tanh")
>>> small.set_weights([np.zeros((2, 2)), np.zeros(2), np.array([[2.0], [-1.0]]), np.zeros(1)])
>>> found = output_gradients(small, np.ones((2, 2), "float32"), np.array([1.0, 0.0], "float32"))
>>> print(np.round(found["hidden_1"], 3))  # p - y is -0.5 and 0.5, times the output's weights 2 and -1
[[-1.   0.5]
 [ 1.  -0.5]]
```

<details><summary>Hint 1</summary>

`tape.gradient(loss, h)` works for any tensor that the loss was computed from inside the tape, not for
variables only. So you need each layer's output in your hands, on the way.
</details>

<details><summary>Hint 2</summary>

Inside the tape, let `h` be `X` at first, and walk: `for layer in model.layers: h = layer(h)`. Keep each
result in a dict. After the last layer, `h` is the prediction. Multiply the loss by `len(X)`.
</details>

<details><summary>Hint 3</summary>

`tape.gradient(total, outputs)` takes a dict of tensors and gives back a dict of gradients. Take the output
layer out of the dict before (`del outputs["output"]`, or `model.layers[-1].name`).
</details>
"""


# %% answer="output-gradients"
def output_gradients(model, X, y):
    """Hidden layer's name → (n, units), each example's dL/dh."""
    ### BEGIN SOLUTION
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for layer in model.layers:
            h = layer(h)
            outputs[layer.name] = h
        total = len(X) * bce(y, h)
    del outputs[model.layers[-1].name]
    return tape.gradient(total, outputs)
    ### END SOLUTION


# %% check="output-gradients"
check("output-gradients", output_gradients)

# %% [markdown]
r"""
Now a deep network. Twenty hidden layers of five tanh units, weights drawn from
$U(-1/\sqrt n, +1/\sqrt n)$ for $n$ inputs, a start that was standard for decades (and is still how PyTorch
starts its linear layers). Its variance is $1/(3n)$, so each layer multiplies what passes through it by about
$1/\sqrt 3 \approx 0.58$, at best. After twenty layers that leaves a 60,000th or less.
"""

# %%
predict(
    "flat-profile",
    "How large is the KERNEL gradient of hidden_1, compared with that of hidden_20?",
    choices=[
        "about a millionth",
        "about a thousandth",
        "about the same",
        "a thousand times larger",
    ],
)

# %% shows_only=true
output_gradients = fallback("output-gradients", output_gradients)


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def closest(value, words):
    """The words for the nearest number, on a logarithmic axis."""
    return words[min(words, key=lambda number: abs(np.log(value / number)))]


def profile(model, X, y):
    """rms of the back-propagated gradient in each hidden layer."""
    return [rms(gradient) for gradient in output_gradients(model, X, y).values()]


# %% shows_only=true
model = vg.mlp(20, activation="tanh", initializer="torch")
kernels, errors = [], []
for seed in range(20):
    start_afresh(model, "torch", seed)
    kernels.append(list(layer_rms(model, all_gradients(model, X, y)).values()))
    errors.append(profile(model, X, y))
kernels, errors = np.array(kernels)[:, :-1], np.array(errors)
ratio = np.median(kernels[:, 0] / kernels[:, -1])
print("first over last hidden layer, median of 20 networks:")
print(f"   kernel gradient  {ratio:.2f}")
print(f"   back-propagated  {np.median(errors[:, 0] / errors[:, -1]):.0e}")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 1 (click here to see how it is drawn)
plt.rcParams.update({"figure.dpi": 110, "font.size": 11, "legend.frameon": False})


def draw_profile(ax, profiles, color, dash="-"):
    """The median over networks, and the band of the middle half."""
    layers = np.arange(1, profiles.shape[1] + 1)
    low, middle, high = np.percentile(profiles, [25, 50, 75], axis=0)
    ax.fill_between(layers, low, high, color=color, alpha=0.18, linewidth=0)
    ax.plot(layers, middle, dash, color=color, linewidth=2.2, marker="o", markersize=4)


def log_axis(ax, values):
    """The course's axis, with "vanished" on the right, clear of the first layers."""
    style.log_axis(ax, values)
    for label in ax.texts:
        if label.get_text() == "vanished":
            label.set(x=-6, ha="right")
            label.xy = (1, label.xy[1])


fig, axes = plt.subplots(1, 2, figsize=(8.2, 3.9), layout="constrained", sharey=True)
titles = ("Kernel gradient", "Back-propagated gradient")
for ax, profiles, title in zip(axes, (kernels, errors), titles, strict=True):
    draw_profile(ax, profiles, style.look("tanh").color)
    log_axis(ax, np.concatenate([kernels, errors]))
    style.dress(ax, title, "tanh, 20 layers; median and quartiles of 20 nets")
    ax.set(xlabel="hidden layer", xticks=(1, 5, 10, 15, 20))
axes[0].set_ylabel("root mean square")
vg.plots.tell(
    fig,
    "Two panels over 20 layers. The kernel gradient is a level line; the "
    "back-propagated gradient falls steeply towards layer 1.",
)

# %% shows_only=true
words = {1e-6: "about a millionth", 1e-3: "about a thousandth", 1: "about the same"}
choice = closest(ratio, words | {1e3: "a thousand times larger"})
note = "Signal and error shrink in opposite directions; their product stays level."
reveal("flat-profile", choice, note)

# %% [markdown]
r"""
*Figure 1. Root mean square by layer on one logarithmic axis, over 20 networks. Left, the kernel gradient: a
level line from layer 1 to layer 20, deep in the vanished region. Right, the back-propagated gradient: a
straight line that falls from about 0.1 at layer 20 to less than a millionth at layer 1.*

Where is the gradient lost? The left picture says: nowhere, all layers are alike. The right one says: a
little less than half at each. Both are right about what they measure. Going up, each layer about halves the
*signal* $h$; coming down, each layer about halves the *error*. A kernel's gradient is the product of
the signal from below and the error from above, and so at every layer it has lost equally many factors.

Glorot and Bengio saw this in 2010: under common conditions the kernel gradients of all layers have the same
variance, while the back-propagated ones have not. A level profile of kernel gradients is therefore no sign
of health. That is why this course looks at the back-propagated gradient first, the kernel's second, and at
the signed mean last.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* The median ratio of the kernel gradients, first to last hidden layer, is near 1, while that of the
back-propagated gradients is about five millionths: nineteen factors of 0.525. The left panel is level at about
$10^{-9}$, so a *reader of the axis* could see that all is small; nobody could see from it where. Had we
plotted the left panel on its own linear axis, as one does, nothing would have looked wrong at all.
"""

# %% [markdown]
r"""
### Exercise 4 · A level line ★★ (2 points, read by a person)

A colleague has a network of 20 tanh layers that does not learn. She plots the rms of each layer's kernel
gradient, sees a level line, and concludes: "It cannot be the vanishing gradient." In two or three
sentences: why does the plot not show that, which measurement would, and what does the plot's *level* tell?

<details><summary>Hint 1</summary>

Write down the kernel gradient as a product, and say for each factor how it changes from layer to layer.
</details>

<details><summary>Hint 2</summary>

If one factor shrinks by 0.5 per layer going up, and the other by 0.5 per layer going down: what is their
product at layer 3, and at layer 17?
</details>

<details><summary>Hint 3</summary>

Figure 1 has both pictures of such a network. Look at the axis on the left, too.
</details>
"""

# %% [markdown] written="level-line" points=2
r"""
### BEGIN SOLUTION
A kernel's gradient is the signal from below times the error from above. If the signal shrinks by a factor
per layer on its way up and the error by the same factor on its way down, their product is the same in every
layer, although both vanish. The back-propagated gradient, dL/dh at each layer's output, has no signal in it:
on a logarithmic axis it falls in a straight line if the error vanishes. The level line itself lies at about
1e-9 here: every kernel, the last one included, is told next to nothing, so the level, not the shape, is what
should have made her suspicious.

**Rubric.** 1 point: kernel gradient = signal × error, and both shrinking in opposite directions leave a level
line (half a point for "it depends on the input as well" without the two directions). 1 point: names the
back-propagated gradient (dL/dh or dL/dz by layer) as the measurement, *or* argues from the absolute level
that nothing arrives anywhere; both together are the full answer, one of them well argued is enough.
### END SOLUTION
"""

# %% [markdown]
r"""
## 4 · The layer factor (10 minutes)

On the right of Figure 1 the line is straight. A straight line on a logarithmic axis is a constant factor per
layer. We call it the **layer factor** $r$: each layer multiplies the error by $r$ on its way down. Over $k$
layers, $r^k$: at $r = 0.5$ ten layers leave a thousandth, at $r = 1$ a hundred layers leave everything.

It is one number for a whole kind of network, and the one to remember.
"""

# %%
predict(
    "sigmoid-factor",
    "Sigmoid layers with Glorot's weights, before training: what is the layer factor?",
    between=(0, 1),
    step=0.01,
)

# %% [markdown]
r"""
### Exercise 5 · The layer factor ★★ (3 points)

Write `layer_factor(profiles)`. Each row of `profiles` is one network: the rms of its back-propagated
gradient in hidden layers 1 to d, from the *lowest* to the *highest*. For each network, fit a straight
line to the logarithm over the layer's number; take the **median** of the slopes over the networks, and
turn it into the factor per layer on the way **down**. A network may be dead, with a gradient of exactly 0
in some layers: leave such rows out.

For example:

```python
>>> four = np.array([[0.01, 0.1, 1.0], [0.25, 0.5, 1.0], [0.04, 0.2, 1.0], [0.0, 0.0, 1.0]])
>>> print(layer_factor(four).round(3))  # three nets with factors .1, .5 and .2, and a dead one
0.2
```

<details><summary>Hint 1</summary>

`np.polyfit(layers, values, 1)[0]` is the slope of a straight line through `values`. `layers` is
`np.arange(d)`; where the counting starts makes no difference to a slope.
</details>

<details><summary>Hint 2</summary>

If the error shrinks on its way down, the line *rises* with the layer's number. With $r$ the factor on the
way down, one layer up multiplies by $1/r$: the slope of the logarithm is $-\log r$.
</details>

<details><summary>Hint 3</summary>

`whole = profiles[(profiles > 0).all(axis=1)]` keeps the rows without a zero. Collect
`np.polyfit(np.arange(d), np.log(row), 1)[0]` for each, and end with `np.exp(-np.median(slopes))`.
</details>
"""


# %% answer="layer-factor"
def layer_factor(profiles):
    """Factor per layer on the way down, from (networks, layers)."""
    ### BEGIN SOLUTION
    whole = profiles[(profiles > 0).all(axis=1)]
    layers = np.arange(profiles.shape[1])
    slopes = [np.polyfit(layers, np.log(row), 1)[0] for row in whole]
    return np.exp(-np.median(slopes))
    ### END SOLUTION


# %% check="layer-factor"
check("layer-factor", layer_factor)

# %% [markdown]
r"""
Theory has a prediction. For wide layers with random weights, one layer multiplies the error's mean square by

$$\chi = n\,\mathrm{Var}(W)\;\mathbb{E}\bigl[\phi'(z)^2\bigr], \qquad r = \sqrt{\chi}\,.$$

There are $n$ paths back to each unit, each with a weight of variance $\mathrm{Var}(W)$, and the slope
that you know from lesson 1. Glorot's weights have $n\,\mathrm{Var}(W) = 1$. A sigmoid's slope is at most
1/4. So $r$ must be below 1/4, and just below where most $z$ are near 0; `vg.theory.layer_factor` does the integral. We measure ten layers
of 32 units, 20 networks each, and five sigmoid units as T1 and T2 have them.
"""

# %% shows_only=true
layer_factor = fallback("layer-factor", layer_factor)


def profiles_of(activation, width, depth=10, networks=20):
    model, rows = vg.mlp(depth, width, activation, "glorot_uniform"), []
    for seed in range(networks):
        start_afresh(model, "glorot_uniform", seed)
        rows.append(profile(model, X, y))
    return np.array(rows)


# %% shows_only=true
measured = {}
for activation, width in (("sigmoid", 32), ("tanh", 32), ("relu", 32), ("sigmoid", 5)):
    rows = measured[activation, width] = profiles_of(activation, width)
    theory = vg.theory.layer_factor(activation, "glorot_uniform", width)
    r = layer_factor(rows)
    print(f"{activation:7} width {width:2}: measured {r:.3f}, theory {theory:.3f}")

# %% shows_only=true
reveal(
    "sigmoid-factor",
    round(float(layer_factor(measured["sigmoid", 32])), 2),
    "Just below 1/4: before training, most sigmoids sit near their steepest point.",
    near=0.03,
)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 2 (click here to see how it is drawn)
fig, ax = plt.subplots(figsize=(7.6, 4.4), layout="constrained")
label_at = {"sigmoid": (5, (8, -14)), "relu": (2, (8, -18)), "tanh": (2, (8, 12))}
for activation, (layer, offset) in label_at.items():
    rows, look = measured[activation, 32], {"color": style.look(activation).color}
    draw_profile(ax, rows, **look)
    r = vg.theory.layer_factor(activation, "glorot_uniform", 32)
    middle = np.median(rows, axis=0)
    line = middle[-1] * r ** np.arange(9, -1, -1.0)
    ax.plot(range(1, 11), line, ":", color=style.INK, linewidth=1.5)
    text, point = f"{activation}, {layer_factor(rows):.2f}", (layer, middle[layer - 1])
    ax.annotate(text, point, offset, textcoords="offset points", weight="bold", **look)
log_axis(ax, np.concatenate([measured[activation, 32] for activation in label_at]))
title = "Back-propagated gradient before training"
style.dress(ax, title, "Glorot, width 32, 20 nets; dotted: theory")
ax.set(xlabel="hidden layer", ylabel="root mean square", xticks=range(1, 11))
vg.plots.tell(
    fig,
    "Back-propagated gradient in ten layers, with theory dotted: sigmoid falls "
    "steeply, relu gently, tanh hardly at all.",
)

# %% [markdown]
r"""
*Figure 2. The back-propagated gradient in hidden layers 1 to 10, 20 networks of width 32. Three nearly
straight lines with the dotted theory beside them: sigmoid falls steeply into the vanished region, relu
gently, tanh hardly at all.*

Nothing was fitted here: theory knows the width, the weights' variance and the activation, and no data.
The measured factors lie within five percent of it. At width 5 the factor comes out smaller, because
theory is about the mean of the *square*, which a few lucky networks carry, and a narrow network has fewer
paths that could be lucky. Lesson 5 looks into this.

What a factor means: from the highest of four layers to the lowest there are three steps, so at 0.23 the lowest
of four sigmoid layers is left with $0.23^3$, a hundredth of the error, and the lowest of ten with $0.23^9$, two
millionths. A learning rate that makes the lowest of ten layers move would throw the highest half a million
times too far.

Here is one such net, drawn: ten sigmoid layers with Glorot's weights, 16 units in each. Press *Show one step*. The
error starts at the output, on the right, and each arrow carries it one layer down; the number on the arrow is that
layer's own factor. Look for the one arrow at which the error is lost. There is none: from layer 10 down all factors lie
between 0.17 and 0.26, around the 0.24 of theory, and their product, in the line below the drawing, is two millionths.
Then change the *activation* to tanh, and to relu, and see what becomes of the product.
"""

# %% shows_only=true
vg.explore.network(
    activation="sigmoid", depth=10, initializer="glorot_uniform", width=16
)

# %% [markdown]
r"""
And on the other side of 1 the same power **explodes**. ReLU layers of width 32 with T1's weights, N(0, 1), have
$r = \sqrt{32 \cdot \tfrac12} = 4$: nine such steps make a quarter of a million of 1, and a single update throws the lowest
layer out of reach. Vanishing and exploding are one thing, a factor to the power of the depth, below 1 and above.

Now play with it. Below, three networks train side by side and show, for every layer, the error that it
receives. Pull *hidden layers* from 2 to 10 and watch the leftmost thermometers; then change the *initial
weights*.
"""

# %% shows_only=true
vg.explore.thermometers(depth=6)

# %% [markdown] solution_only=true
r"""
*Analysis.* Sigmoid at width 32 comes out at about 0.23 against a theory of 0.236, relu at about 0.70
against 0.707, and tanh at about 0.96 against 1: tanh is slow to approach its fixed point, hence the
largest gap. Sigmoid at width 5 gives about 0.20: theory is exact only as the width grows. Down ten layers
that small difference matters: $0.20^9$ is less than a third of $0.23^9$.
"""

# %% [markdown]
r"""
## 5 · Under `fit`, and in TensorBoard (10 minutes)

T2 watched gradients without any loop of its own: `TensorBoard(write_grads=True)` drew their histograms while
`fit` ran. TensorFlow 2 dropped the option, and people have asked for it ever since. A callback alone cannot
bring it back, for Keras hands no gradients to callbacks. `vg.GradientCapture` listens inside the compiled
training step instead, and writes what TensorBoard's histogram page expects.

We use it on the network of a third tutorial, *The vanishing gradient problem*, which this course calls
**T3**: 64 pixels of handwritten digits, five hidden layers of 10 units, Adam, batches of 30. T3 compares the
mean absolute gradient of the first and the last layer over 2,500 steps, and reports a ratio of 30 for sigmoid.
We ask first what the ratio is *before* training.
"""

# %%
predict(
    "t3-ratio",
    "T3's sigmoid net before training: last layer's gradient over the first's?",
    choices=["about 1", "about 30", "about 1,000", "about 30,000"],
)

# %% shows_only=true
digits = vg.digits()
cross_entropy = keras.losses.SparseCategoricalCrossentropy()
at_start = {}
for activation in ("sigmoid", "relu", "leaky_relu"):
    model, ratios = vg.mlp(5, 10, activation, inputs=64, outputs=10), []
    for seed in range(20):
        start_afresh(model, "glorot_uniform", seed)
        g = all_gradients(model, digits.X_train, digits.y_train, cross_entropy)
        ratios.append(np.mean(np.abs(g[-2])) / np.mean(np.abs(g[0])))
    at_start[activation] = np.median(ratios)
    print(f"{activation:10}: {at_start[activation]:.2g} (median of 20 networks)")

# %% shows_only=true
words = {1: "about 1", 30: "about 30", 1e3: "about 1,000", 3e4: "about 30,000"}
choice = closest(at_start["sigmoid"], words)
note = "T3 averaged over the training, and so missed the worst of it."
reveal("t3-ratio", choice, note)

# %% [markdown]
"""
How does the ratio go on from there? Watch one network, seed 0, for ten epochs: an example, not a law. The folder `logs` fills with
TensorBoard's files on the way. Epochs count from 0, so epoch 9 is the tenth, and −1 is the moment before
training, as in lesson 3. (A single network on a single batch: it need not begin at the median.)
"""

# %% shows_only=true
import sys
import tempfile

logs = tempfile.mkdtemp(prefix="gradients-")
model = vg.mlp(5, 10, "sigmoid", inputs=64, outputs=10, seed=0)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
capture = vg.GradientCapture(weights=True, log_dir=logs)
keras.utils.set_random_seed(0)
settings = {"batch_size": 30, "epochs": 10, "verbose": 0}
model.fit(digits.X_train, digits.y_train, callbacks=[capture], **settings)
run = capture.recording

# %% shows_only=true
gradients = run.kernel_gradients
first, last = (np.abs(gradients[n]).mean(axis=(1, 2)) for n in ("hidden_1", "output"))
print("mean size of a kernel gradient's entries, output / hidden_1:")
for t in (0, 1, 5, 10):
    print(f"epoch {run.epochs[t]:2.0f}:", end=" ")
    print(f"{last[t]:.0e} / {first[t]:.0e} = {last[t] / first[t]:4.0f};", end=" ")
    print(f"kernel of hidden_3 {rms(run.kernels['hidden_3'][t]):.2f};", end=" ")
    print(f"accuracy {run.accuracy[t]:.2f}")

# %% shows_only=true
vg.plots.gradient_histograms(run, epochs=(-1, 4, None))

# %% [markdown]
r"""
*Figure 3. How the sizes of single kernel-gradient entries are distributed, one ridge per layer, on a
logarithmic axis, before training, after five epochs (epoch 4) and after ten (epoch 9). At the start the ridges
are a staircase: each layer lies about a factor of four to the left of the one above it, `hidden_1` somewhat less.*

(The zeros of `hidden_1` are pixels that are blank in every image of the batch.) The staircase *is* the layer
factor, seen without any averaging. And it flattens: the last layer's gradient stays where it was, the first
layer's grows, as the kernels between them grow. The accuracy creeps from one in ten to one in five. Before
this network can learn digits, it has to learn to let the error through.

So a ratio says little without its moment. T3 averaged over a long training and found 30; before training it is
above a thousand, and after these ten epochs it is still far above 30. Both describe the same kind of network. And T3's own explanation, that the weights are
"consistently below 0", cannot be it: a sign shrinks nothing, only the sizes of factors do.

Here is the whole run, moment by moment: drag the slider, or press *Play*, and watch the weights on the left
spread as the staircase on the right flattens. (Its sentence compares the *back-propagated* gradients, hence
another ratio.) The player takes any recording, of your own models too.
"""

# %% shows_only=true
vg.explore.player(run)

# %% [markdown]
"""
The same histograms in TensorBoard: write `True` below and run the cell. It opens inside the notebook,
where the browser can reach this computer; elsewhere, the line that the cell prints does the same in a terminal. (Each
of its panels has an x-axis of its own: read the numbers below it, for the shapes alone look alike.)
"""

# %% shows_only=true
open_tensorboard = False

if open_tensorboard:
    from tensorboard import notebook

    # The program stands beside this Python, which need not be on the path.
    programs = os.path.dirname(sys.executable)
    os.environ["PATH"] = programs + os.pathsep + os.environ["PATH"]
    notebook.start(f"--logdir {logs}")
else:
    events = [file for file in os.listdir(logs) if "tfevents" in file]
    size = os.path.getsize(os.path.join(logs, events[0])) // 1024
    print(f"{len(events)} event file for TensorBoard, {size} kB; in a terminal:")
    print(f"tensorboard --logdir {logs}")

# %% [markdown] solution_only=true
r"""
*Analysis.* Before training, the median sigmoid net's last layer receives about 1,500 times what its first
receives (20 networks). For relu and leaky relu the ratio is near 1, so leaky relu brings nothing over relu
here. In the run with seed 0 the ratio first rises and then falls to less than a third within ten epochs. The
numerator stays; the first layer's gradient has grown. The accuracy is still near one in five. T3's 30 is
neither wrong nor the measure of the disease.
"""

# %% [markdown]
r"""
## 6 · Stretch: which layer, and which unit? (as long as you like)

T2's readers asked for this, and got no answer: *which* layer is it whose gradient vanishes, and which unit?
You have all the instruments.

The error is lost *in* layer $l$ if $\partial L/\partial h_l$ at its output is of fair size, and
$\partial L/\partial h_{l-1}$, what it hands on, is not. And a unit is **dead** if its slope is 0 for every
example. With relu that means: its output is 0 for every example. Then nothing flows through it, its kernel
column and its bias get a gradient of exactly 0, and they stay as they are: only the layers below could wake it.

### Exercise 6 · Find the fault ★★★ (3 points)

Write `find_fault(model, X, y)` for a sequential net of relu layers. It gives back two things: the name of
the hidden layer that multiplies the error's rms by the smallest factor (the second hidden layer or
higher), and a list of all dead hidden units as pairs `(layer name, unit)`, counted from 0. Two traps: the
lowest layer *receives* least, but others may be to blame; and a unit to which nobody listens (its
outgoing weights are 0) is not dead, nor is one that is off for nearly all examples.

For example:

```python
>>> small = vg.mlp(3, 2, "relu")
>>> quiet, deaf = (0.1 * np.eye(2), np.zeros(2)), (np.eye(2), np.array([0.0, -9.0]))
>>> small.set_weights([np.eye(2), np.zeros(2), *quiet, *deaf, np.ones((2, 1)), np.zeros(1)])
>>> pair, kinds = np.array([[1, 2], [3, 1]], "float32"), np.array([0, 1], "float32")
>>> print(find_fault(small, pair, kinds))  # the second layer passes a tenth on; a bias of -9 kills a unit of the third
('hidden_2', [('hidden_3', 1)])
```

<details><summary>Hint 1</summary>

`output_gradients` has the sizes for the first question. The factor of `hidden_4` is the rms at
`hidden_3`, where the error arrives, divided by the rms at `hidden_4`, where it came from.
</details>

<details><summary>Hint 2</summary>

For the second question you need outputs, not gradients: walk through `model.layers[:-1]` as before,
without a tape. `(h == 0).all(axis=0)` is True for the dead units of one layer.
</details>

<details><summary>Hint 3</summary>

With `names = list(sizes)`, the factor of `names[i]` is `sizes[names[i - 1]] / sizes[names[i]]` for
`i = 1, 2, …`. Put them into a dict `lost`; `min(lost, key=lost.get)` is the name. `np.flatnonzero` turns
Trues into unit numbers.
</details>
"""


# %% answer="find-fault"
def find_fault(model, X, y):
    """Name of the layer that loses most, and the dead units."""
    ### BEGIN SOLUTION
    from itertools import pairwise

    sizes = {name: rms(g) for name, g in output_gradients(model, X, y).items()}
    names = list(sizes)
    lost = {b: sizes[a] / sizes[b] for a, b in pairwise(names)}
    dead, h = [], X
    for layer in model.layers[:-1]:
        h = np.asarray(layer(h))
        units = np.flatnonzero((h == 0).all(axis=0))
        dead += [(layer.name, int(unit)) for unit in units]
    return min(lost, key=lost.get), dead
    ### END SOLUTION


# %% check="find-fault"
check("find-fault", find_fault)

# %% [markdown]
"""
Here is a patient: six relu layers of eight units with He's weights, in which we make one kernel small and
push one unit, number 5 of `hidden_2`, far below zero.
"""

# %% shows_only=true
find_fault = fallback("find-fault", find_fault)
patient = vg.mlp(6, 8, "relu", "he_normal", seed=1)
patient.layers[3].kernel.assign(patient.layers[3].kernel * 0.02)
patient.layers[1].bias.assign(np.where(np.arange(8) == 5, -9.0, 0.0))
layer, dead = find_fault(patient, X, y)
print(f"the error is lost in {layer}; {len(dead)} of 48 units are dead:")
print(", ".join(f"{name}[{unit}]" for name, unit in dead))

# %% [markdown] solution_only=true
r"""
*Analysis.* The faults were put into hidden_4 (the fourth layer's kernel, times 0.02) and into unit 5 of
hidden_2; both are found. Layers below hidden_4 all receive too little, but their own factors are of the
usual size: they are patients, not the cause. Of the 7 dead units four were dead before, and the two of hidden_6 die of
the one that we planted: with it on, they are not dead.
"""

# %% [markdown]
r"""
Both faults are found, and something that we did not plant. Four of the other dead units, in `hidden_2`, `hidden_3` and
`hidden_5`, were dead before we touched the net: they **were born dead**. Their random weights are such that all 1,000
points land below zero. In narrow relu networks that is common, and lesson 5 counts how common. The two of `hidden_6` die
of our fault: they lived on what unit 5 of `hidden_2` sent up. `vg.diagnose(model, X, y)` asks these questions, and some more, of any Keras
model.

## What you take with you

- A training step is a tape, a list of gradients, and an update. `fit` repeats it.
- **The signed mean is no size.** It cancels where entries differ in sign, and cannot where the inputs are
  all positive.
- A kernel's gradient is **signal times error**. Look at the error itself, $\partial L_i/\partial h$.
- Its slope on a logarithmic axis gives the **layer factor**: $r =
  \sqrt{n\,\mathrm{Var}(W)\,\mathbb{E}[\phi'^2]}$. About 0.23 for sigmoid with Glorot's weights, 0.7 for
  relu, near 1 for tanh.
- A ratio between layers says little without its moment: measure before training, then watch.
- Blame the layer in which the error is lost, not the one in which it is missing.

Next: how to *choose* the weights' variance so that $r = 1$.

## Sources

- S. Hochreiter, Y. Bengio, P. Frasconi, J. Schmidhuber (2001). *Gradient flow in recurrent nets: the
  difficulty of learning long-term dependencies.* The local factor $|\phi'(z)\,w|$.
- X. Glorot, Y. Bengio (2010). *Understanding the difficulty of training deep feedforward neural
  networks.* AISTATS. Kernel gradients alike in all layers, back-propagated ones not.
- S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein (2017). *Deep information propagation.* ICLR.
  The factor $\chi$.
- D. Sussillo, L. F. Abbott (2014). *Random walk initialization for training very deep feedforward
  networks.* Why narrow networks do worse than theory.
- T1: *Visualizing the vanishing gradient problem* (2021). T2: *How to fix the vanishing gradients problem
  using ReLU* (2018–2020). T3: *The vanishing gradient problem* (about 2020).
"""
