# %% [markdown]
r"""
# Lesson 6 · Skip connections

In lesson 5 you chose the weights so that a layer's factor is 1, or near it. This lesson leaves the weights alone and
changes the network, by one plus sign: a layer no longer *replaces* its input, it *adds* something to it.
Networks of a thousand layers are built that way, and so is the transformer.

Everyone knows why it works: the identity has the derivative 1, so the gradient cannot vanish. You will
check this sentence, and find that half of the story is missing. Skips can make training *worse*.

**You will be able to**

- write a residual block as a Keras layer, with a skip that survives a change of width;
- work out the gradient through any number of blocks, and check the formula with a tape;
- say by how much a residual net grows, and what keeps it from exploding;
- train fifty blocks, and choose the scale of their branches from a measurement;
- say what skips are *not* needed for.

**Time** about 90 minutes with the exercises (the minutes at the headings are without them), and as
long as you like for the stretch exercise. **Points** 15. **You need**
lessons 1 and 4, and He's weights from lesson 5. (Cells that only draw a figure are folded. Click on one to
see the code.)
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

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from vgcourse import (
    check,
    fallback,
    initial_weights,
    predict,
    residual_runs,
    reveal,
    style,
)

# %% [markdown]
r"""
## 1 · One plus sign (3 minutes)

A layer computes $x \mapsto F(x)$, a **residual block** $x \mapsto x + F(x)$. The road on which $x$ goes
untouched is the *skip*, $F$ is the *branch*. On the way back each block multiplies the error by its
derivative:

$$\text{plain: } F'(x) \qquad\qquad \text{residual: } 1 + F'(x) .$$

Twenty such factors in a row, with slopes $F'$ drawn at random around 0 (standard deviation 0.1):
"""

# %% shows_only=true
slopes = np.random.default_rng(0).normal(0, 0.1, size=20)
print(f"product of 20 factors F':     {np.abs(np.prod(slopes)):.0e}")
print(f"product of 20 factors 1 + F': {np.prod(1 + slopes):.2f}")

# %% [markdown]
r"""
The same twenty numbers, and a 1 before each. That is the whole idea. Now with layers. We use the form that
He and his colleagues found best in 2016, *pre-activation*: the activation comes first in the branch, and
nothing at all stands on the skip.

$$x \;\mapsto\; x + s\,\bigl(\phi(x)\,W + b\bigr)$$

The factor $s$, the **branch scale**, is 1 as a rule. You will need it later.

### Exercise 1 · A residual block ★★ (3 points)

Finish the Keras layer `ResidualBlock(units, activation, scale)`: `build(input_shape)` makes what has
weights, `call(x)` computes the output.

- The branch is one `Dense(units)`, He's weights, with the activation *before* it, times `scale`.
- If `x` has `units` features already, the skip is `x` itself.
- If not, `x` cannot be added as it is: bring it to `units` features with a linear `Dense` without bias.

For example:

```python
>>> x = np.array([[1.0, -2.0]], "float32")
>>> print(np.asarray(ResidualBlock(2, "relu", scale=0.0)(x)))  # a silent branch leaves the skip
[[ 1. -2.]]
>>> wide = ResidualBlock(4, "relu", scale=1.0)
>>> print(wide(x).shape, wide.count_params())  # 2 · 4 + 4 in the branch, 2 · 4 on the skip
(1, 4) 20
```

<details><summary>Hint 1</summary>

`input_shape[-1]` is the number of features that come in. Layers made in `build` and put on `self`
(`self.dense = ...`) belong to this block, and Keras finds their weights.
</details>

<details><summary>Hint 2</summary>

In `build`: `self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")`, and
`self.project`, which is `None` or `keras.layers.Dense(self.units, use_bias=False)`.
</details>

<details><summary>Hint 3</summary>

In `call`: `road = x if self.project is None else self.project(x)`. What is added to it is `self.scale`
times `self.dense` of `self.activation(x)`.
</details>
"""


# %% answer="residual-block"
class ResidualBlock(keras.layers.Layer):
    """x + scale * dense(activation(x)); x is projected where the width changes."""

    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        ### BEGIN SOLUTION
        self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")
        self.project = None
        if input_shape[-1] != self.units:
            self.project = keras.layers.Dense(self.units, use_bias=False)
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        road = x if self.project is None else self.project(x)
        return road + self.scale * self.dense(self.activation(x))
        ### END SOLUTION


# %% check="residual-block"
check("residual-block", ResidualBlock)

# %% [markdown]
r"""
Did you try it with 1 input and 4 units? Without a projection that raises no error: one column is silently
added to all four. Shapes that *can* be added are not always shapes that *should* be.

Now for the gradient. To see through it, we leave biases out and write $L$ blocks in plain NumPy. With
`skip=0` the same function is the plain net of the same weights:
"""


# %% shows_only=true
def walk(x, kernels, skip=1.0, scale=1.0):
    """[x_0, x_1, ... x_L]: the input, and the output of each of the L blocks."""
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


# %% [markdown]
r"""
### Exercise 2 · The way back ★★ (3 points)

Given `error` = $\partial L/\partial x_L$, (n, width), write two functions. Both give back the list
$[\partial L/\partial x_0, \dots, \partial L/\partial x_L]$, arrays or tensors, the last one `error` itself.

- `walk_back(x, kernels, error, skip, scale)` works it out by the chain rule, in NumPy.
- `tape_back(x, kernels, error, skip, scale)` measures it, with a `tf.GradientTape`.

If they agree, you believe both.

For example:

```python
>>> given = np.array([[1.0, -1.0]]), [2 * np.eye(2)], np.array([[1.0, 1.0]])  # x, one kernel, error
>>> print([error.tolist() for error in walk_back(*given, skip=1.0, scale=0.5)])  # relu blocks the second road
[[[2.0, 1.0]], [[1.0, 1.0]]]
>>> print([np.array(error).tolist() for error in tape_back(*given, skip=1.0, scale=0.5)])
[[[2.0, 1.0]], [[1.0, 1.0]]]
```

<details><summary>Hint 1</summary>

The output of a block depends on its input in two ways. On the way back the error takes both roads too, and
the two results are added: `skip` times the error, plus what comes through the branch.
</details>

<details><summary>Hint 2</summary>

Through the branch: first the kernel backwards, `error @ kernel.T`, then relu's slope at the block's
*input*, `(x > 0)`, and `scale`. With `xs = walk(...)`, go through `zip(xs[-2::-1], kernels[::-1])`.
</details>

<details><summary>Hint 3</summary>

The tape: `xs = [tf.constant(x)]`, then inside the tape `tape.watch(xs[0])`, a loop like that of `walk`,
but with `tf.nn.relu`, and a loss whose derivative to $x_L$ is `error`: `tf.reduce_sum(error * xs[-1])`.
After it, `tape.gradient(loss, xs)`. (The tape watches variables by itself,
a plain tensor such as `xs[0]` only when told.)
</details>
"""


# %% answer="walk-back"
def walk_back(x, kernels, error, skip=1.0, scale=1.0):
    """[dL/dx_0, ... dL/dx_L] by the chain rule."""
    ### BEGIN SOLUTION
    xs, errors = walk(x, kernels, skip, scale), [error]
    for before, kernel in zip(xs[-2::-1], kernels[::-1], strict=True):
        branch = (errors[0] @ kernel.T) * (before > 0)
        errors.insert(0, skip * errors[0] + scale * branch)
    return errors
    ### END SOLUTION


def tape_back(x, kernels, error, skip=1.0, scale=1.0):
    """The same, measured with a tape."""
    ### BEGIN SOLUTION
    xs = [tf.constant(x)]
    with tf.GradientTape() as tape:
        tape.watch(xs[0])
        for kernel in kernels:
            xs.append(skip * xs[-1] + scale * tf.nn.relu(xs[-1]) @ kernel)
        loss = tf.reduce_sum(error * xs[-1])
    return tape.gradient(loss, xs)
    ### END SOLUTION


# %% check="walk-back"
check("walk-back", walk_back, tape_back)

# %% [markdown]
r"""
## 2 · The same weights, with and without (9 minutes)

An honest comparison changes one thing. So we take twenty blocks of width 8 and the *same* weights twice,
once with the skip and once without. Small weights: Keras's `"random_normal"`, standard deviation 0.05,
which one gets by asking for "a normal distribution" and nothing else. First the gradient, before any
training, over 20 seeds.
"""

# %% shows_only=true
walk_back, tape_back = fallback("walk-back", walk_back, tape_back)
X, y = (array.astype(float) for array in vg.circles())


def rms(values):
    return np.sqrt(np.mean(np.square(values)))


def block_gradients(depth, initializer, skip, scale=1.0, seed=0):
    """rms of each example's dL/dx at x_0 ... x_L; weights as in vg.residual_mlp."""
    drawn = initial_weights(depth + 1, 8, initializer, seed)
    stem, *kernels, output = [kernel.astype(float) for kernel, _ in drawn]
    end = walk(X @ stem, kernels, skip, scale)[-1]
    p = 1 / (1 + np.exp(-np.maximum(end, 0) @ output))
    error = (p - y[:, None]) @ output.T * (end > 0)
    return [rms(e) for e in walk_back(X @ stem, kernels, error, skip, scale)]


# %% shows_only=true
profiles = {}
for word, skip in (("plain", 0.0), ("skip", 1.0)):
    rows = [block_gradients(20, "random_normal", skip, seed=s) for s in range(20)]
    profiles[word] = np.array(rows)
for word, rows in profiles.items():
    alive = profiles[word] = rows[rows[:, -1] > 0]
    share = np.median(alive[:, 0] / alive[:, -1])
    print(f"{word}: {share:.1g} of the error arrives at block 1 ({len(alive)} nets)")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 1 (click here to see how it is drawn)
LOOKS = {word: (look.color, look.dash) for word, look in style.CONNECTIONS.items()}
fig, ax = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
for word in profiles:
    color, dash = LOOKS[word]
    low, middle, high = np.percentile(profiles[word], [25, 50, 75], axis=0)
    ax.fill_between(range(21), low, high, color=color, alpha=0.2, linewidth=0)
    ax.plot(range(21), middle, color=color, linestyle=dash, linewidth=2.2)
    where = {"xytext": (0, -18), "textcoords": "offset points"}
    ax.annotate(word, (14, middle[14]), **where, color=color, weight="bold")
style.log_axis(ax, np.concatenate(list(profiles.values())))
subtitle = "relu, 20 blocks, N(0, 0.05²), 20 nets; median and quartiles"
style.dress(ax, "The same weights, before training", subtitle)
ax.set(
    xlabel="after block (0 = before the first)",
    ylabel="rms of dL/dx",
    xticks=(0, 5, 10, 15, 20),
)
vg.plots.tell(
    fig,
    "The gradient after each of 20 blocks. Plain: it falls by a factor of ten per "
    "block towards the input. With the skip: a level line.",
)

# %% [markdown]
r"""
*Figure 1. The back-propagated gradient from the last block (right) to the first (left), on a logarithmic
axis. Plain: a straight line that falls by a factor of ten per layer, far into the vanished region. With the
skip: a level line. (Plain nets whose last layer was born dead have no error to lose; they are left out.)*

One such net can be drawn: relu, blocks of width 8, the same small weights, and twelve blocks, for twenty would be too
narrow to read. Press *Show one step*. The error comes to each block by two roads, and both factors are written down:
the road around, above, carries exactly 1, and the branch about a tenth, the same tenth as the plain line of
Figure 1. Then choose *layer after layer* as the net: the tenth is all there is.
"""

# %% shows_only=true
vg.explore.network(
    form="skip", activation="relu", depth=12, initializer="random_normal", width=8
)

# %% [markdown]
r"""
So much for the gradient. Does it help? Both nets now train on the circles, 60 epochs of Adam, 20 seeds each.
The course keeps these runs in a table; `python -m vgcourse.published.kept.residual_runs` measures them anew, in
about seven minutes.
"""

# %%
predict(
    "skip-rescue",
    "All 20 plain nets stay at .500. How many of the 20 nets with skips get above .9?",
    between=(0, 20),
    step=1,
)

# %% shows_only=true
table = residual_runs()
small = table[table.initializer == "random_normal"]
columns = ["min", "25%", "50%", "75%", "max"]
small.groupby("net", sort=False).accuracy.describe()[columns].round(3)

# %% shows_only=true
rescued = int(np.sum(small[small.net == "relu, small weights, skip"].accuracy > 0.9))
reveal("skip-rescue", rescued, "One plus sign, and nothing else has changed.", near=1)

# %% [markdown]
r"""
From .500 to .992, with the same weights, data, optimizer and seeds. Look at the last two rows too: the same
experiment with tanh. There as well the skip lets the gradient through, and yet most runs stay at a half.
With weights as small as these, all that tanh sees lies near 0, where it is a straight line, and a straight
line cannot tell an inner ring from an outer one. **A gradient that arrives is necessary. It is not
sufficient.** (relu has its kink exactly where small signals live.)

Play with it: the same weights on both sides. Turn the *branch scale* down and up, and go to 50 blocks.
"""

# %% shows_only=true
vg.explore.skip(depth=20, initializer="random_normal", learning_rate=0.1)

# %% [markdown] solution_only=true
r"""
*Analysis.* Plain relu: each layer multiplies the error by about $\sqrt{8 \cdot 0.05^2 / 2} = 0.1$, and
twenty of them leave $10^{-21}$ or so; all 20 runs end at .500, the lowest and the highest alike. With the
skip each block's factor is 1 plus something small, the first block receives what the last one receives,
and the 20 runs end between .984 and .997. With tanh and skips, a quarter of the runs gets above .75, the
median is .500.
"""

# %% [markdown]
r"""
## 3 · When the sum explodes (11 minutes)

The weights in that experiment were bad on purpose. The natural thing to do is to take *good* weights, He's,
and the skip on top. He's weights keep the mean square through relu and kernel: $\mathbb E[F(x)^2] =
\mathbb E[x^2]$. And then the block adds $x$ itself.
"""

# %%
predict(
    "fifty-doublings",
    "He's weights and skips, 50 blocks: by how much does the signal's mean square grow?",
    choices=[
        "about 50 times",
        "about 10⁸ times",
        "about 10¹⁵ times",
        "about 10²² times",
    ],
)

# %% [markdown]
r"""
### Exercise 3 · Growth per block ★ (2 points)

Write `block_growth(x, kernels, scale)`. For each of the $L$ blocks $x + s\,\mathrm{relu}(x)\,W$ (with skip):
the mean square of its output over the mean square of its input. $L$ numbers, as an array or a list.

For example:

```python
>>> x = np.array([[3.0, 4.0]])
>>> print(block_growth(x, [np.eye(2), np.zeros((2, 2))]))  # the first block doubles x, the second adds nothing
[4. 1.]
```

<details><summary>Hint 1</summary>

`walk(x, kernels, scale=scale)` has all the $x_l$.
</details>

<details><summary>Hint 2</summary>

The mean square is `np.mean(x**2)`. (Not the variance: behind a relu the mean is not 0, and the next block
receives it like everything else.)
</details>

<details><summary>Hint 3</summary>

With `squares = np.array([...])`, one number for each of the $L + 1$ places, the answer is
`squares[1:] / squares[:-1]`.
</details>
"""


# %% answer="block-growth"
def block_growth(x, kernels, scale=1.0):
    """Mean square of each block's output over that of its input: (L,)."""
    ### BEGIN SOLUTION
    squares = np.array([np.mean(x**2) for x in walk(x, kernels, scale=scale)])
    return squares[1:] / squares[:-1]
    ### END SOLUTION


# %% check="block-growth"
check("block-growth", block_growth)

# %% shows_only=true
block_growth = fallback("block-growth", block_growth)


def he_kernels(depth, width, seed):
    random = np.random.default_rng(seed)
    return random.normal(0, np.sqrt(2 / width), (depth, width, width))


signal = np.random.default_rng(1).normal(size=(50, 100))
totals = {}
for name, scale in (("1", 1.0), ("1/√50", 50**-0.5), ("1/50", 1 / 50), ("0", 0.0)):
    growths = [block_growth(signal, he_kernels(50, 100, s), scale) for s in range(20)]
    totals[name] = total = np.median(np.prod(growths, axis=1))
    theory = vg.theory.residual_growth(50, scale)
    each = f"scale {name:5}: {np.median(growths):.3f} per block"
    print(f"{each}, {total:.3g} in all; theory {theory:.3g}")

# %% shows_only=true
words = {
    50: "about 50 times",
    1e8: "about 10⁸ times",
    1e15: "about 10¹⁵ times",
    1e22: "about 10²² times",
}
nearest = min(words, key=lambda number: abs(np.log(totals["1"] / number)))
note = "Each block doubles the mean square, and fifty doublings are 10 to the 15."
reveal("fifty-doublings", words[nearest], note)

# %% [markdown]
r"""
$x$ and $F(x)$ are unrelated, so their mean squares add up: 1 + 1 = 2. Fifty times, $2^{50}$. And backwards it
is the same, since the error, too, goes both roads. **A skip does not keep the gradient at 1. It keeps it from
vanishing**, which is half of what one wants.

The other half is the branch's job. With a scale $s$ each block grows by $1 + s^2$, and $L$ blocks by

$$(1 + s^2)^L \;\le\; e^{\,s^2 L}.$$

So $s = 1/\sqrt L$ keeps the growth below $e = 2.72$ at any depth. A smaller $s$ is safe too. At $s = 0$ the
factor is exactly 1. Of course such a net could learn nothing, if $s$ stayed 0; but one can let every *kernel*
begin at 0 instead, and the branches wake up with the first step. Fixup and SkipInit, which train very
deep nets without any normalisation, are variants of these two ideas.

What does the growth do to training? Here are plain nets, skips with He's weights and scale 1, the two
remedies, from 5 to 50 blocks, 20 seeds each.
"""

# %% shows_only=true
kinds = ["plain", "skip, scale 1", "skip, scale 1/√L", "skip, zero branches"]
by_depth = table[table.net.isin(kinds)]
title = "Circles, 5 to 50 blocks, He's weights"
vg.plots.band(by_depth, "depth", "accuracy", hue="net", title=title)

# %% [markdown]
r"""
*Figure 2. Training accuracy over the number of blocks. 1/√L and zero branches lie on each other at .995,
their bands too narrow to see, up to 50 blocks. "Plain" stays with them up to 30, where its lower quartile
is at .500; at 40 its median is there as well. "Skip, scale 1" comes down from 20 on, to .65 at 50.*

Three things to read from it, and only the first is what one usually reads elsewhere.

- **Fifty blocks train like five** if their branches are scaled, or begin at 0. Not one of 20 runs fails.
- **Twenty layers need no skip.** With He's weights, and tanh with Glorot's as well, plain nets reach .99.
  Circles are no argument for skips, at this depth. At 40 and 50, plain relu with He's weights fails in most runs.
- **A skip can do harm.** At 20 and 30 blocks the plain net's median is *better* than that of the net with
  skips at scale 1. In wide layers the plain net's factor would be 1, and the skip makes it $\sqrt 2$ per
  block. A typical net of 8 units gets less of both (lesson 5): about 0.86 and 1.3. Over 30 layers the one
  leaves a hundredth of the error, and the other makes thousands of it.
"""

# %% shows_only=true
by_depth.pivot_table("accuracy", "depth", "net", "median")[kinds].round(3)

# %% shows_only=true
tanh = table[table.net == "tanh, plain"].accuracy
print(
    f"tanh, Glorot, 20 plain layers: median {tanh.median():.3f}, lowest {tanh.min():.3f}"
)

# %% [markdown]
r"""
So at fifty layers one needs a skip? Figure 2 seems to say so, and so do most texts. But it has relu and He's weights
alone. Lesson 5 ended with weights that keep *every* direction: take fifty plain layers of tanh, orthogonal weights, and
no skip anywhere.
"""

# %%
predict(
    "plain-fifty",
    "50 plain tanh layers, orthogonal weights, no skip: how many of 20 nets get above .95?",
    between=(0, 20),
    step=1,
)

# %% shows_only=true
fifty_plain = ["plain", "tanh, Glorot, plain", "tanh, orthogonal, plain"]
at_fifty = table[(table.depth == 50) & table.net.isin(fifty_plain)]
for name, sample in at_fifty.groupby("net").accuracy:
    above = int(np.sum(sample > 0.95))
    print(f"{name:24} median {sample.median():.3f}, {above} of 20 above .95")

# %% shows_only=true
level = at_fifty[at_fifty.net == "tanh, orthogonal, plain"].accuracy
note = "Orthogonal weights and a slope of 1 near 0: the factor is 1 in every direction."
reveal("plain-fifty", int(np.sum(level > 0.95)), note, near=2)

# %% [markdown]
r"""
(The row "plain" is relu with He's weights.) **Fifty plain layers train, if the weights are right for the activation.** With
Glorot's weights, whose *mean* factor is the same, tanh does not get there: what counts at this depth is the direction that
loses most. So the honest sentence is not "without skips, deep nets do not train". It is: a skip makes depth easy. It works
with relu, whose half-open units no orthogonal matrix can mend, and it forgives weights that are not right.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* At width 100 the measured growth per block is just below 2 at scale 1, 1.020 at $1/\sqrt{50}$ and 1.000
below; in all about $10^{15}$, 2.7, 1.02 and 1. In training, medians at 20, 30 and 50 blocks: plain .995, .994,
.500; scale 1: .988, .936, .654; 1/√L: .996 each time; zero branches .994 to .995. The lowest of all 120 runs with
1/√L is .984. At 30 blocks plain He nets are a gamble: the median learns, the lower quartile does not.
"""

# %% [markdown]
r"""
### Exercise 4 · "It cannot vanish" ★★ (2 points, read by a person)

A blog says: *"In a residual net the gradient flows through the identity, whose derivative is 1. So it
can neither vanish nor explode, and deep networks need skip connections to train."* In two or three
sentences: what is right, what is wrong? Name a number from this lesson for each correction.

<details><summary>Hint 1</summary>

There are three claims: not vanish, not explode, and need. Take them one by one.
</details>

<details><summary>Hint 2</summary>

The derivative of a block is $1 + F'$. When is that close to 1?
</details>

<details><summary>Hint 3</summary>

For "explode", what section 3 printed and the table below Figure 2; for "need", the curve "plain" of Figure 2.
</details>
"""

# %% [markdown] written="identity-claim" points=2
r"""
### BEGIN SOLUTION
Right: the derivative of a block is 1 + F', so the error always has a road on which nothing is lost; with small
weights the same net goes from .500 to .992 (gradient level instead of a factor of 0.1 per layer). Wrong:
"cannot explode". With branches of full size (He's weights) the mean square doubles per block, $2^{50}$, about
$10^{15}$, in fifty, and training falls to .654; the identity gives 1 only if the branch is small, such as
$1/\sqrt L$ or 0 at the start. Wrong too: "need". Plain nets of 20 layers with He's weights reach .995 (tanh
with Glorot .990), and plain tanh with orthogonal weights even 50 layers, .986. At 50 layers plain relu nets
with He's weights fail in most runs: skips make depth easy and sure, which is another thing than needed.

**Rubric.** 1 point: does explode, with the reason (1 + F', branch of the size of x, doubling) or a
number ($2^{50}$, .654). Half of it for "can explode" with neither. 1 point: need is wrong, plain nets with
good weights train at 20 or 50 layers (number), and says what *is* right: the error does not vanish. Half of it if
either part is missing.
### END SOLUTION
"""

# %% [markdown]
r"""
## 4 · Fifty blocks of your own (8 minutes)

Now in Keras, with your block. (The package has a net of this kind, `vg.residual_mlp`; the points are for yours.)

### Exercise 5 · A net of fifty blocks ★★ (2 points)

Write `deep_net(depth)`. It gives back a Keras model for points of the plane:

- 2 inputs; a *stem*, a linear `Dense(8)`;
- `depth` blocks of width 8 with relu, each with the branch scale $1/\sqrt{\text{depth}}$;
- one more relu, since in this form nothing has activated the sum; and an output of 1 unit with a sigmoid.

For example:

```python
>>> short = deep_net(3)
>>> print(short.output_shape, short.count_params())  # 24 in the stem, 3 · 72 in the blocks, 9 in the output
(None, 1) 249
```

(Without `keras.Input`, Keras makes the weights at the first call. That is right as well; the example shows the numbers
only then.)

<details><summary>Hint 1</summary>

`keras.Sequential([keras.Input((2,)), ...])` will do, with a list of all layers. A residual block is a layer
like any other: the skip is inside.
</details>

<details><summary>Hint 2</summary>

Make a *new* block at each turn of the loop. `[block] * depth` is one block, fifty times.
</details>

<details><summary>Hint 3</summary>

`blocks = [ResidualBlock(8, "relu", scale=depth**-0.5) for _ in range(depth)]`, and `*blocks` puts them into
the list, between the stem and `keras.layers.Activation("relu")`. (`net.add`, fifty times, does it as well,
but rebuilds the net every time.)
</details>
"""

# %% shows_only=true
ResidualBlock = fallback("residual-block", ResidualBlock)


# %% answer="fifty-blocks"
def deep_net(depth):
    """A keras model: stem, `depth` residual blocks of width 8, relu, output."""
    ### BEGIN SOLUTION
    start = [keras.Input((2,)), keras.layers.Dense(8)]
    blocks = [ResidualBlock(8, "relu", scale=depth**-0.5) for _ in range(depth)]
    end = [keras.layers.Activation("relu"), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([*start, *blocks, *end])
    ### END SOLUTION


# %% check="fifty-blocks"
check("fifty-blocks", deep_net)

# %% [markdown]
"""
The training step is the one of lesson 4, as a compiled graph (`tf.function`; fifty blocks take it a few
seconds). Ten epochs of 25 batches.
"""

# %% shows_only=true
deep_net = fallback("fifty-blocks", deep_net)
keras.utils.set_random_seed(0)
net, optimizer = deep_net(50), keras.optimizers.Adam()
net(X[:1])  # makes the weights, where no Input did
optimizer.build(net.trainable_variables)
bce = keras.losses.BinaryCrossentropy()


@tf.function
def step(points, labels):
    with tf.GradientTape() as tape:
        loss = bce(labels, net(points, training=True))
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply(gradients, net.trainable_variables)
    return loss


# %% shows_only=true
points, labels = tf.constant(X, "float32"), tf.constant(y[:, None], "float32")
order = np.random.default_rng(0)
for epoch in range(10):
    batches = np.split(order.permutation(1000), 25)
    losses = [float(step(tf.gather(points, b), tf.gather(labels, b))) for b in batches]
    if epoch in (0, 4, 9):
        print(f"epoch {epoch}: mean loss {np.mean(losses):.3f}")

# %% [markdown]
r"""
A hundred and four kernels and biases, and ten epochs are enough. It stands on a curious thing. Multiply
out a product of two blocks' derivatives, and then of fifty:

$$(1 + F_1')(1 + F_2') = 1 + F_1' + F_2' + F_1' F_2'$$

$$\prod_{l=1}^{50} (1 + F_l') = \text{a sum over } 2^{50} \text{ paths.}$$

Each path takes or leaves each branch. If you take a block *out* of the trained net, half of the paths go
with it, and the other half are as they were. Veit and his colleagues tried it on a large network. In a plain
net, every path goes through every layer.
"""

# %%
predict(
    "lesion",
    "One of the 50 blocks is taken out of the trained net. Its accuracy then?",
    choices=["above .95", "about three quarters", "a half: the chain is broken"],
)

# %% shows_only=true
whole_net = tf.function(net)


def accuracy():
    return np.mean((whole_net(points).numpy()[:, 0] > 0.5) == (y > 0.5))


def without(block):
    """The accuracy when this block adds nothing: its branch set to 0 for a moment."""
    kept = block.get_weights()
    block.set_weights([0 * w for w in kept])
    result = accuracy()
    block.set_weights(kept)
    return result


stem, *blocks, output = [layer for layer in net.layers if layer.weights]
lesions = np.array([without(block) for block in blocks])
print(f"whole net {accuracy():.3f}")
print(f"without one of its {len(blocks)} blocks:", end=" ")
print(f"median {np.median(lesions):.3f}, lowest {lesions.min():.3f}")

# %% shows_only=true
median = np.median(lesions)
words = ["a half: the chain is broken", "about three quarters", "above .95"]
place = int(np.digitize(median, [0.62, 0.9]))
reveal("lesion", words[place], "Half of all paths are gone, and hardly any is missed.")

# %% shows_only=true
trained = by_depth[(by_depth.depth == 20) & (by_depth.accuracy > 0.95)]
trained.groupby("net")[["accuracy", "without_one"]].median().loc[kinds].round(3)

# %% [markdown]
r"""
The table has twenty seeds of four kinds of net with 20 blocks (those that learned), with the median over the
block that is taken out. (In a plain net the two layers beside it are joined.) The plain net is broken by the
loss of a single layer. With scaled branches the loss is a scratch. In between, scale 1: each block there is
about as large as all that came before it. **Blocks that each add a little make a sum; blocks that replace
everything make a chain.**
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* The net of 50 blocks is above .97 after ten epochs, and the median over its 50 lesions is within a
point or two of that. In the table, at 20 blocks: plain .995 → .528, scale 1 .988 → .74, $1/\sqrt{20}$ .996 →
.978, zero branches .994 → .994. At 50 blocks with $1/\sqrt L$ it is .996 → .992.
"""

# %% [markdown]
r"""
## 5 · Shattered gradients (4 minutes)

There is one more thing that a skip keeps, and it is not a size. Walk once around the outer ring, in 250 steps,
and ask at each step how the net's output changes with the next one: its slope along the ring. In a useful
net, neighbouring points get similar answers. Otherwise the gradient at one point says nothing about the next,
and no step of an optimizer can please both.

All three nets below have perfect *sizes* (He's weights, lesson 5), width 50, and are untrained.
"""

# %% shows_only=true
angle = np.linspace(0, 2 * np.pi, 250, endpoint=False)
ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
along = np.stack([-np.sin(angle), np.cos(angle)], axis=1)


def slope_around(depth, skip, scale, seed):
    """d output / d step along the ring, at each of its points."""
    random = np.random.default_rng(seed)
    stem, output = random.normal(size=(2, 50)), random.normal(size=(50, 1))
    kernels = he_kernels(depth, 50, seed + 100)
    end = walk(ring @ stem, kernels, skip, scale)[-1]
    first = walk_back(ring @ stem, kernels, (end > 0) * output.T, skip, scale)[0]
    return np.sum(first @ stem.T * along, axis=1)


def likeness(values, steps):
    """Correlation between points that many steps apart."""
    return np.corrcoef(values, np.roll(values, steps))[0, 1]


# %% shows_only=true
cases = {"plain, 2 layers": (2, 0.0, 1.0), "plain, 50 layers": (50, 0.0, 1.0)}
cases["50 blocks, scale 1/√50"] = (50, 1.0, 50**-0.5)
for name, case in cases.items():
    slopes = [slope_around(*case, seed) for seed in range(16)]
    one, five = (np.median([likeness(values, k) for values in slopes]) for k in (1, 5))
    print(f"{name:23}: correlation of neighbours {one:.2f}, five apart {five:.2f}")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 3 (click here to see how it is drawn)
fig, axes = plt.subplots(3, 1, figsize=(7.6, 5.6), layout="constrained", sharex=True)
COLORS = (style.MUTED, *(look.color for look in style.CONNECTIONS.values()))
for ax, name, color in zip(axes, cases, COLORS, strict=True):
    values = slope_around(*cases[name], seed=3)
    ax.plot(np.degrees(angle), values / rms(values), color=color, linewidth=1.2)
    style.dress(ax, name, "", color)
    ax.set(yticks=(-6, -3, 0, 3), ylim=(-7, 4), xticks=range(0, 361, 90))
axes[1].set_ylabel("slope, in units of its rms")
axes[-1].set_xlabel("angle on the ring, degrees")
vg.plots.tell(
    fig,
    "The output's slope along the ring, three nets. Two layers: a slow wave in small "
    "steps. Fifty plain layers: spikes to both sides. Fifty scaled blocks: a slow wave.",
)

# %% [markdown]
r"""
*Figure 3. The output's slope along the ring, seed 3; the numbers above are medians over sixteen seeds. Two layers:
a slow wave in small steps, which changes its sign 16 times on the way round. Fifty plain layers: spikes to both
sides, and 68 changes of sign. Fifty blocks with scaled branches: a slow wave again, with 20.*

Balduzzi and his colleagues called this the *shattered gradient* (2017). Each plain layer cuts the plane into
more pieces, and in every piece the gradient is another. He's weights do not mend it: the sizes are right,
the directions are not. In a scaled residual net most of the sum comes from short paths, and those change slowly.

## 6 · Stretch: how loud may a branch be? (as long as you like)

$1/\sqrt L$ came from theory: wide layers, He's weights, a limit of $e$. Suppose you have another
kind of block, for which nobody has done the sum. Then *measure* the rule. Take a limit for the growth, say
10; sweep the scale at a few depths; see where the limit breaks; and read the rule off a log-log line.

### Exercise 6 · A rule from a sweep ★★★ (3 points)

Write `scale_law(growth, depths, scales, seeds)`. A call `growth(depth, scale, seed)` builds a fresh net and
gives back the factor by which its gradient grows on the whole; the larger the scale, the larger the growth. The
`scales` are in ascending order. Give back two things:

- `chosen`, a list or an array: for each depth, the **largest** scale whose **median** growth over the seeds is at most 10;
- `exponent`: the slope $p$ of a straight line through log chosen over log depth, so that
  chosen $\propto$ depth$^{\,p}$.

For example:

```python
>>> tried = [0.1, 0.25, 0.5, 1.0]  # safe where scale · depth is at most 1:
>>> safe, power = scale_law(lambda depth, scale, seed: 10 * scale * depth, [2, 4], tried, range(3))
>>> print(safe, round(float(power), 3))
[0.5, 0.25] -1.0
```

<details><summary>Hint 1</summary>

Two loops: for each depth, for each scale, `np.median` of a list over the seeds. (Why not the mean? Two nets of
fifteen may explode.)
</details>

<details><summary>Hint 2</summary>

Of all scales of one depth, keep those with a median of at most 10; `max` of them is the choice.
</details>

<details><summary>Hint 3</summary>

The exponent: `np.polyfit(np.log(depths), np.log(chosen), 1)[0]`, and then `return chosen, exponent`.
</details>
"""


# %% answer="branch-scale"
def scale_law(growth, depths, scales, seeds):
    """The largest safe scale for each depth, and the exponent of the rule."""
    ### BEGIN SOLUTION
    chosen = []
    for depth in depths:
        safe = []
        for scale in scales:
            if np.median([growth(depth, scale, seed) for seed in seeds]) <= 10:
                safe.append(scale)
        chosen.append(max(safe))
    exponent = np.polyfit(np.log(depths), np.log(chosen), 1)[0]
    return chosen, exponent
    ### END SOLUTION


# %% check="branch-scale"
check("branch-scale", scale_law)

# %% shows_only=true
scale_law = fallback("branch-scale", scale_law)
probe = np.random.default_rng(2).normal(size=(2, 40, 8))


def growth(depth, scale, seed):
    """Mean square of dL/dx_0 over that of dL/dx_L: He's weights, width 8."""
    errors = walk_back(probe[0], he_kernels(depth, 8, seed), probe[1], 1.0, scale)
    return (rms(errors[0]) / rms(errors[-1])) ** 2


depths, scales = [5, 10, 20, 50], np.geomspace(0.1, 1, 21)
chosen, exponent = scale_law(growth, depths, scales, range(17))
for depth, scale in zip(depths, chosen, strict=True):
    print(f"depth {depth:2}: scale {scale:.2f} at most")
print(f"rule: scale grows like depth to the {exponent:.2f}")

# %% [markdown]
r"""
The measured exponent is near $-\tfrac12$, as theory has it. (Exactly: $(1+s^2)^L = 10$ has a slope of -0.55 at
these depths.) The rule limits a *growth*. Does that
choose the scale that *trains* best? A rule that is not tried is an opinion. Fifty blocks, 20 seeds for each
scale:
"""

# %% shows_only=true
fifty = table[table.net == "fifty"].sort_values("scale").astype({"scale": str})
vg.plots.draws(
    fifty, "scale", "accuracy", title="Fifty blocks: accuracy by branch scale"
)

# %% shows_only=true
fifty.groupby("scale")[["accuracy", "loss", "without_one"]].median().round(4)

# %% [markdown]
r"""
*Figure 4. Each dot is a run. From 0.01 to 0.3 all runs lie at the right edge, above .97. At 0.5 the first
straggler appears, at 0.7 there are many, at 1 the runs are spread from .46 to .96.*

The sweep defends the choice, and it makes it modest. **A scale of 0.14 is safe, and so is anything from a
hundredth to 0.3.** The median loss is lowest at 0.3, *above* the rule: a little growth does no harm, and loud
branches learn a little faster. What does harm is to have no rule at all. The residual networks of 2015
had no scale, but batch normalisation in every branch, and that is a rule too: it makes the branch's size independent of
the skip's, so that block $l$ adds about the share $1/l$.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* The largest scales with a median growth of at most 10 fall from 0.71 at 5 blocks to 0.22 at
50; the fitted exponent lies near -0.5. In training at 50 blocks the medians are .995 to .997 for every scale
from 0.01 to 0.5, .984 at 0.7, .654 at 1. The loss has its minimum, .007, at 0.3, twice $1/\sqrt{50} = 0.14$
(.009). The lesion column goes the other way: the louder the branches, the less a net can spare one of them.
"""

# %% [markdown]
r"""
## What you take with you

- A residual block's derivative is **1 + F'**: the error has a road on which nothing is lost.
- **The same small weights**, with the skip: from .500 to .992. The gradient, by layer, is level.
- The skip keeps it from *vanishing*. **He's branches double the mean square at each block**; a scale of
  $1/\sqrt L$, or branches that begin at 0, keep the whole net below a factor of $e$.
- Circles do not need skips. **Good weights alone train twenty relu layers, and fifty of tanh** if they are orthogonal.
  Skips with small branches make depth *easy and sure*: with relu, and without a search for the right weights.
- A scaled residual net is a **sum of many paths**: it can spare nearly any one block, and neighbouring
  points have similar gradients.

## Six lessons, on one page

1. **A factor below 1, to the power of the depth**: that is all the vanishing gradient is. The factor is made of
   weights and slope, and a sigmoid's slope is at most a quarter.
2. **One run is a draw, and one change at a time.** T2's cure was the weights, not ReLU.
3. **Record weights by layer**, from before the first step, and follow every weight. With RMSprop or Adam, weights
   that move do not mean that a gradient arrives; the update-to-data ratio tells about the *learning rate*.
4. **Look at the back-propagated gradient**, layer by layer, on a logarithmic axis. Kernel gradients can
   look level while the error has vanished.
5. **Weights with mean 0, and a variance that makes the layer factor 1**: Glorot's for tanh, He's for relu; neither
   serves a sigmoid. That is an average: a typical narrow net loses more.
6. **Where depth is large, add instead of replacing**, and keep the branches small.

## Your own model

None of this needs circles. The two lines to remember for *any* Keras 3 model that does not learn:
"""

# %% shows_only=true
patient = vg.mlp(12, 16, "sigmoid", inputs=64, outputs=10, seed=0)
digits = vg.digits()
vg.diagnose(patient, digits.X_train, digits.y_train)

# %% [markdown]
r"""
`vg.diagnose` says which layer loses the error, how bad it is, why, and what to try. The second line goes into
your own `fit`, and gives TensorBoard back its gradient histograms:

```python
model.fit(X, y, epochs=20, callbacks=[vg.GradientCapture(log_dir="logs")])
```

Then `tensorboard --logdir logs` in a terminal. If the error vanishes, you know what to ask, in this order: are
the inputs centred and scaled? Do the weights fit the activation? Is the learning rate right for the layers that
learn least? Is the net wide enough? And only then: does it need a skip?

You came for a gradient that vanishes; we hope that you take a habit with you:
*measure it, by layer, over many seeds, and change one thing at a time*.

## Sources

- K. He, X. Zhang, S. Ren, J. Sun (2016). *Deep residual learning for image recognition.* CVPR. The skip.
- K. He, X. Zhang, S. Ren, J. Sun (2016). *Identity mappings in deep residual networks.* ECCV.
  Pre-activation, and the derivative 1 + F'.
- A. Veit, M. Wilber, S. Belongie (2016). *Residual networks behave like ensembles of relatively shallow
  networks.* NeurIPS. Paths, and taking out blocks.
- D. Balduzzi, M. Frean, L. Leary, J. P. Lewis, K. W.-D. Ma, B. McWilliams (2017). *The shattered gradients
  problem: if resnets are the answer, then what is the question?* ICML.
- H. Zhang, Y. N. Dauphin, T. Ma (2019). *Fixup initialization: residual learning without normalization.* ICLR.
- S. De, S. L. Smith (2020). *Batch normalization biases residual blocks towards the identity function in deep
  networks.* NeurIPS. SkipInit, and why normalisation makes branches small.
"""
