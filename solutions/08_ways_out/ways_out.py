# %% [markdown]
r"""
# Lesson 8 · The other ways out, side by side

One of the three tutorials behind this course ends with a list. Five ways, it says, lead out of the vanished
gradient: a multi-level hierarchy trained layer by layer, the LSTM, faster hardware, residual networks, and ReLU. A
list of five cures has a weakness: nobody has given them to the *same* patient.

This lesson gives all five to one sick net, one change at a time, sixteen seeds each, and the two that are younger than
the list, batch and layer normalisation, beside them. Next to every accuracy stands the bill: what did it cost to
compute? Then normalisation gets nets of its own, of twenty layers and of fifty. And with each way we ask not
only *does it help?* but *is it what it says it is?*

**You will be able to**

- train autoencoders layer by layer, hand their kernels on, and tell what of it helps;
- do a step of batch normalisation by hand, with its way back, and prove it right;
- say what normalisation does to a net of twenty layers, and what to one of fifty;
- recognise a cure by the mark that it leaves;
- choose the cheapest cure that is sure enough, and show the bill.

**Time** about 100 minutes with the exercises (the minutes at the headings are without them), in two
sittings (the second begins with section 4), and as long as you like for the stretch exercise. **Points** 15. **You need** lessons 4, 5 and 6. (Cells that only
draw a figure are folded. Click on one to see the code.)
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

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from vgcourse import check, fallback, five_nets, predict, reveal, style, ways_runs

# %% [markdown]
r"""
## 1 · The patient, and faster hardware (5 minutes)

The patient has 64 inputs, the pixels of an 8 × 8 digit, six layers of 32 sigmoids with Glorot's weights, and a softmax
over the ten digits. Before training, each layer takes the error down to less than a quarter of it:
"""

# %% shows_only=true
runs = ways_runs()
digits = runs[runs.net == "digits"]
sick = digits[digits.way == "as it is"]
factor = sick.factor.median()
print(f"factor of a layer, {sick.seed.nunique()} seeds: {factor:.3f}")
print(f"from layer 6 down to layer 1: {factor**5:.1g}")

# %% [markdown]
r"""
Seven parts in ten thousand arrive. The runs of this lesson are kept in a table, because all of them together take
twenty minutes; `python -m vgcourse.published.kept.ways` measures them anew.

**Faster hardware** is the simplest of the five ways: the gradient is small, not zero, so be patient, or buy a machine
on which patience costs nothing. Schmidhuber's overview of 2015 counts it among the ways out, and it is often told that deep
learning came when the machines did. Let us buy a machine that is a hundred times as fast: 1,000 epochs instead of 10.
"""

# %%
predict(
    "hundred-times",
    "Plain SGD, rate 0.3: test accuracy .10 after 10 epochs. After 1,000?",
    choices=["about .10, as before", "about .50", "about .80", "above .90"],
)

# %% shows_only=true
patience = sick.groupby(["optimizer", "epochs"]).accuracy.describe()
patience[["min", "50%", "max"]].round(3)

# %% shows_only=true
long = sick[sick.epochs == 1000].groupby("optimizer").accuracy.median()
words = ["about .10, as before", "about .50", "about .80", "above .90"]
note = (
    "A hundred times the epochs bought nothing. With Adam they buy nearly everything."
)
reveal("hundred-times", words[int(np.digitize(long["sgd"], [0.3, 0.65, 0.9]))], note)

# %% [markdown]
r"""
With SGD the net stays where it was; with Adam, which divides each step by the gradient's own size (lesson 3), it
reaches .930 in a thousand epochs. So the sentence holds for one optimizer and not for another: **faster hardware
helps where something turns a small gradient into a step of ordinary size**. (Why SGD does not
get there slowly, one would have to try: the factor says how small the steps of the first layer are, not what else moves
meanwhile.)

Keep the bill in mind. `work` counts the multiplications in the matrix products of training, in billions: 0.3 for ten
epochs, 30 for a thousand. A better start will reach more than .930 with 0.9.

## 2 · Layer by layer (8 minutes)

The **multi-level hierarchy**, Schmidhuber's of 1992, became the way of 2006 to train deep nets. If no error arrives at the first
layer, give it a task of its own that needs no error from above: *keep what you see*. An **autoencoder** is a layer, its
code $\sigma(hW + b)$, and a decoder $V$ that is to bring $h$ back from the code. Trained, the decoder is thrown away, and
the codes become the input of the next autoencoder. No gradient ever has to go farther than through one decoder and one encoder. After the
last one, everything is trained together as usual.

### Exercise 1 · One layer after the other ★★ (3 points)

Write `pretrain(X, layers, rate, steps)`. `X` is (n, features). Each of `layers` is a start, `(W, b, V, c)`: the
encoder's kernel and bias, the decoder's kernel and bias. For each layer in turn, with $h$ its input:

- take `steps` steps of gradient descent with that `rate` on
  $\frac{1}{2n}\sum \lVert \sigma(hW + b)\,V + c - h \rVert^2$ (all examples at once, all four arrays);
- hand the codes of the *trained* layer on as the next layer's input.

Give back a list with the trained `(W, b)` of every layer. Leave the given arrays as they are.

For example:

```python
>>> one_layer = [(np.array([[0.0]]), np.zeros(1), np.array([[1.0]]), np.zeros(1))]  # code 0.5, error -0.5
>>> ((new_W, new_b),) = pretrain(np.array([[1.0]]), one_layer, rate=1.0, steps=1)
>>> print(new_W, new_b)  # z's gradient is -0.5 · 1 · 0.25
[[0.125]] [0.125]
```

<details><summary>Hint 1</summary>

The way back through two layers, as in lesson 1: `error = (code @ V + c - h) / n` belongs to the decoder,
`dz = (error @ V.T) * code * (1 - code)` to the encoder.
</details>

<details><summary>Hint 2</summary>

All four gradients first, then all four steps: `code.T @ error`, `error.sum(0)`, `h.T @ dz`, `dz.sum(0)`. Write
`W = W - rate * ...`; `W -= ...` would change the array that you were given.
</details>

<details><summary>Hint 3</summary>

Two loops, `for W, b, V, c in layers:` and in it `for _ in range(steps):`. After the inner one, append `(W, b)` and set
`h` to the sigmoid of `h @ W + b`. (A tape is welcome, too.)
</details>
"""


# %% answer="pretrain"
def pretrain(X, layers, rate, steps):
    """[(W, b), ...] of autoencoders that were trained one after the other."""
    ### BEGIN SOLUTION
    handed, h = [], X
    for W, b, V, c in layers:
        for _ in range(steps):
            code = 1 / (1 + np.exp(-(h @ W + b)))
            error = (code @ V + c - h) / len(h)
            dz = (error @ V.T) * code * (1 - code)
            V, c = V - rate * code.T @ error, c - rate * error.sum(0)
            W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
        handed.append((W, b))
        h = 1 / (1 + np.exp(-(h @ W + b)))
    return handed
    ### END SOLUTION


# %% check="pretrain"
check("pretrain", pretrain)

# %% [markdown]
r"""
Yours on two hundred digits: two layers, a thousand steps of plain descent each (the kept runs had six, and
4,200 steps of Adam for each of them). What does it do to the kernels, and to the factor of a layer?
"""

# %% shows_only=true
pretrain = fallback("pretrain", pretrain)
pictures = vg.digits().X_train[:200].astype(float)


def start(sizes, seed=0):
    """Glorot's weights for encoders and decoders."""
    random, layers = np.random.default_rng(seed), []
    for wide, narrow in pairwise(sizes):
        limit = np.sqrt(6 / (wide + narrow))
        W, V = random.uniform(-limit, limit, (2, wide, narrow))
        layers.append((W, np.zeros(narrow), V.T.copy(), np.zeros(wide)))
    return layers


def slope_factor(W, b, h):
    """sqrt(n Var(W) E[slope²]): the factor that lesson 5's formula gives a layer."""
    code = 1 / (1 + np.exp(-(h @ W + b)))
    return np.sqrt(W.shape[1] * np.mean(W**2) * np.mean((code * (1 - code)) ** 2)), code


# %% shows_only=true
fresh = start([64, 32, 32])
for name, layers in (
    ("fresh", fresh),
    ("trained", pretrain(pictures, fresh, 0.3, 1000)),
):
    h, words = pictures, []
    for W, b, *_ in layers:
        size = np.std(W) * np.sqrt(len(W))
        value, h = slope_factor(W, b, h)
        words.append(f"sd of W times √n {size:.2f}, factor {value:.2f}")
    print(f"{name:8}", " | ".join(words))

# %% [markdown]
r"""
The kernels grow while they learn, and the factor with them (in the kept runs, with thousands of steps of Adam, from .23 to .56).
Which raises a question. Pre-trained nets were admired for the
*features* that their layers find. But a good part of what pre-training changes has nothing to do with features: it makes
the weights larger, and it moves the biases, and with both the mean of every $z$. Is it more than that?

A **control** can tell. Take the pre-trained kernels and *shuffle the entries* of each: the same numbers, so the same
variance, and every feature gone. (And, since a shuffled kernel sends other means up, a second control sets the biases
so that every unit has the mean $z$ that it had.)
"""

# %%
predict(
    "only-variance",
    "SGD, 100 epochs: untrained start .10, pre-trained .96. Shuffled, with its means mended?",
    choices=["about .10: the features are gone", "about .50", "about .94"],
)

# %% shows_only=true
WAYS = ["as it is", "pre-trained", "pre-trained, shuffled"]
WAYS += ["pre-trained, shuffled, re-centred", "right variance"]
sgd = digits[
    (digits.optimizer == "sgd") & digits.way.isin(WAYS) & (digits.epochs <= 100)
]
shown = sgd.pivot_table("accuracy", "way", "epochs", "median").loc[WAYS]
first = sgd[sgd.epochs == 100].groupby("way")[["factor", "work"]].median()
shown.join(first).round(3)

# %% shows_only=true
control = shown.loc["pre-trained, shuffled, re-centred", 100]
words = ["about .10: the features are gone", "about .50", "about .94"]
note = "The same numbers in another order: it was mostly their size, and the means."
reveal("only-variance", words[int(np.digitize(control, [0.3, 0.75]))], note)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 1 (click here to see how it is drawn)
last = sgd[sgd.epochs == 100]
vg.plots.draws(
    last.assign(way=last.way.str.replace("pre-trained, ", "")),
    "way",
    "accuracy",
    title="Digits, SGD, 100 epochs: what of pre-training helps?",
)

# %% [markdown]
r"""
*Figure 1. Each dot is a run. As it is: all at .10. Pre-trained: around .958. Shuffled: lower and wide. Shuffled and
re-centred: .947. Right variance, no pre-training: .972.*

The last row is the second control, and the harder one: no pre-training at all, kernels from $N(0, 16/n)$, and biases
that take the sigmoid's mean of ½ out of every $z$. A sigmoid's slope is a quarter, its square a sixteenth: with
$n \operatorname{Var}(W) = 16$ the factor would be 1 if every $z$ were near 0 (lesson 5 told you that neither Glorot nor He
serves a sigmoid; this is what does). It starts at a factor of .84, learns faster than the pre-trained net from the
tenth epoch on, and costs nothing.

So: does pre-training help? Yes, from .10 to .958. Because of features? **Mostly not.** The order of the
numbers in the kernels buys speed (compare the columns for 30 epochs), and little at the end. In 2010 Glorot and Bengio turned the
question round: what is it about the usual random weights that makes gradient descent do so poorly? The answer was the
initializer that bears the name of the first.

## 3 · All of them, on the same patient (10 minutes)

Three of the five are left, and the two that came later. Each is one change in the layers of the same patient; weights,
data, order and rates stay as they were:

- `skip`, the **residual net** (lesson 6): $h \leftarrow h + \sigma(hW + b)$, in every layer but the first, whose input is
  wider.
- `gate`, the **LSTM** (lesson 7). It is a net for sequences, and a digit is none. But its sum with a gate can go from layer to
  layer as it goes from step to step: $h \leftarrow t\,\sigma(hW + b) + (1 - t)\,h$ with $t = \sigma(hG + g)$. Such nets are
  called *highway networks*. $g$ begins at −1: each layer keeps most of what it gets, as an LSTM with Keras's forget
  bias of 1 does.
- `relu`: sigmoid out, relu in, and nothing else. `relu and He` has the weights that belong to it, too.
- `batch norm` and `layer norm` bring $z$ to mean 0 and variance 1 before the sigmoid; the first over the examples of
  a batch, for each unit, the second over the units, for each example. Section 4 takes them apart.
"""

# %%
predict(
    "sure-with-sgd",
    "SGD, 30 epochs: which way has all of its 16 runs above .94?",
    choices=["pre-trained", "skip", "relu and He", "layer norm"],
)

# %% shows_only=true
EVERY = ["as it is", "1,000 epochs", "pre-trained", "gate", "skip", "relu"]
EVERY += ["relu and He", "batch norm", "layer norm", "right variance"]
beside = digits[digits.epochs.isin([30, 1000])].copy()
beside.loc[beside.epochs == 1000, "way"] = "1,000 epochs"  # all others: 30
side = beside.pivot_table("accuracy", "way", "optimizer", "median").loc[EVERY]
side.join(beside.groupby("way")[["factor", "work"]].median()).round(3)

# %% shows_only=true
lowest = beside[beside.optimizer == "sgd"].groupby("way").accuracy.min()
asked = ["relu and He", "layer norm", "pre-trained", "skip"]
(sure,) = [way for way in asked if lowest[way] > 0.94]
note = (
    "Batch norm, the gate and the right variance are as sure; the other three spread."
)
reveal("sure-with-sgd", sure, note)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 2 (click here to see how it is drawn)
fig, axes = plt.subplots(
    1, 3, figsize=(10, 4), layout="constrained", sharey=True, width_ratios=(3, 3, 2)
)
rows = range(len(EVERY))
for ax, kind in zip(axes, ("sgd", "adam"), strict=False):
    for place, way in enumerate(reversed(EVERY)):
        found = beside[(beside.way == way) & (beside.optimizer == kind)].accuracy
        jitter = place + np.linspace(-0.22, 0.22, len(found))
        ax.scatter(found, jitter, s=12, color="#0072B2", alpha=0.6)
        ax.plot([found.median()] * 2, [place - 0.38, place + 0.38], color="#D55E00")
    style.dress(ax, {"sgd": "SGD, rate 0.3", "adam": "Adam, rate 0.001"}[kind])
    ax.set(xlabel="test accuracy", xlim=(0, 1), yticks=rows)
axes[0].set_yticklabels(reversed(EVERY))
bills = beside.groupby("way").work.median()[EVERY[::-1]]
axes[2].scatter(bills, rows, marker="D", color="#009E73")
for place, billions in zip(rows, bills, strict=True):
    said = {"textcoords": "offset points", "va": "center"}
    axes[2].annotate(f"{billions:.1f}", (billions, place), (7, 0), **said)
style.dress(axes[2], "the bill")
axes[2].set(xlabel="billions of products", xscale="log", xlim=(0.5, 130))
vg.plots.tell(
    fig,
    "Test accuracy of ten nets, 16 runs each, with SGD and with Adam, and what they cost. Batch norm is highest with both, "
    "near .97; skip, gate and right variance are close together near .95. With SGD relu, relu and He and layer norm "
    "spread from .1 to above .9, and 1,000 epochs stay at .1; with Adam all three are above .93. The bill: 0.9 for most, "
    "1.5 for the gate, 6.7 for pre-training, 30.3 for 1,000 epochs.",
)

# %% [markdown]
r"""
*Figure 2. One patient, seven ways out and the right variance, after 30 epochs (but for the 1,000); each dot is a run, the
bar the median. At the right the multiplications in the matrix products of training.*

With Adam, every way out is one: from .33 in thirty epochs to .80 at least, and seven of the nine pass .93. So the list is right, in each of its five points. What it does not say is the rest of the table:

- **Patience and pre-training are the dear ones.** They cost 30 and 6.7, the others 0.9 (the gate, which has twice the
  kernels, 1.5), and reach less: .930 and .804 with Adam.
- **`skip` and `gate`, the sums, are sure with both optimizers**: all 32 runs of each are above .92. So is the right
  variance, which changes nothing but the start.
- **relu is at home with Adam**: .953, and with He's weights .962. With SGD at the rate of 0.3 its runs lie anywhere
  from .100 to .964, with He's weights up to .969. A relu has no ceiling, and a rate that a sigmoid shrugs off can throw it far.
  After 100 epochs the median with He's weights is *lower*, .292: nets that had learned it, and lost it.
- **Batch norm is the best of all with both**, .974 and .977, and after ten epochs already above .95. (What it multiplies
  itself is not in the bill: some eight numbers a unit and example, up and down, beside the 96 of the matrix products.)
- **Layer norm is second with Adam** (.969), and with SGD its runs spread from .100 to .924. Its factor is .39 a layer: less than
  a hundredth of the error gets from layer 6 to layer 1. Adam makes up for that, and so does SGD in
  100 epochs, with .960.

Do not read more into it than one patient can tell: the next section has others.

### What a relu costs: units that die

A relu whose $z$ is below 0 for *every* example has the slope 0 for every example: no gradient, and by itself no
way back. Lesson 5 counted those that are born dead. Units also die *while they train*, when a step too long throws
their $z$ below 0. Ten layers of 8 on the circles, three learning rates:
"""

# %% shows_only=true
bent = runs[runs.net == "10 of 8"]
relu = bent[bent.way == "relu"].groupby("rate")
relu[["dead_start", "dead", "accuracy"]].agg(
    {"dead_start": "mean", "dead": "mean", "accuracy": "median"}
).round(3)

# %% [markdown]
r"""
The share of dead units before training and after it. Its relatives have a slope on the left side, too:
**leaky relu** falls there with slope 0.2, **ELU** bends towards −1, **GELU** dips and comes back. Do they help, at the rate at
which relu loses most?
"""

# %% shows_only=true
fast = bent[bent.rate == bent.rate.max()].groupby("way", sort=False).accuracy
kinds = fast.describe()[["min", "25%", "50%", "max"]]
kinds.assign(above_95=fast.apply(lambda a: int(np.sum(a > 0.95)))).round(3)

# %% [markdown]
r"""
At the highest rate nearly half of relu's units end dead, and all sixteen nets pass .95 all the same: ten layers of eight
have units to spare. At the lowest rate the share *falls*. A dead unit's own weights get no gradient, but the layers below it
move, and its $z$ with them; some wake. And the relatives? Leaky relu passes .95 in 14 of 16, ELU and GELU in all, with medians between .989 and
.993. "Leaky relu brings nothing over relu here", says the tutorial: that holds. Flat sides are a danger for narrow nets and high
rates, and a smaller one than a wrong variance.

## 4 · Normalisation (15 minutes)

All ways so far choose the start, or the shape, so that sizes stay right. Normalisation *makes* them right, in every
layer, at every step: take off the mean of $z$, divide by its standard deviation, and let the layer learn what mean and
size it wants instead:

$$\hat z = \frac{z - \bar z}{\sqrt{\operatorname{Var}(z) + \varepsilon}}, \qquad y = \gamma \hat z + \beta .$$

In **batch normalisation** mean and variance are those of one *unit*, over the examples of the batch. In **layer
normalisation** they are those of one *example*, over the units of the layer. One word in the axis, and two quite different cures.

### Exercise 2 · A step of batch normalisation, and the way back ★★ (3 points)

With `z` (n, units), `gamma` and `beta` (units,), write

- `batch_norm(z, gamma, beta, eps=1e-3)`, the $y$ above, (n, units); the variance is the mean squared distance from the mean;
- `batch_norm_back(z, gamma, error, eps=1e-3)`, where `error` is $\partial L/\partial y$: the three arrays
  $\partial L/\partial z$, $\partial L/\partial\gamma$, $\partial L/\partial\beta$.

For example:

```python
>>> two = np.array([[1.0], [3.0]])
>>> print(batch_norm(two, np.array([2.0]), np.array([10.0]), eps=0.0).tolist())
[[8.0], [12.0]]
>>> back = batch_norm_back(two, np.array([2.0]), np.array([[1.0], [0.0]]), eps=0.0)
>>> print([part.tolist() for part in back])  # two examples are always at -1 and 1: z cannot answer
[[[0.0], [0.0]], [-1.0], [1.0]]
```

<details><summary>Hint 1</summary>

`gamma` and `beta` serve all examples, so their gradients are sums over the examples: of `error` times $\hat z$, and of
`error`.
</details>

<details><summary>Hint 2</summary>

$z$ reaches $\hat z$ on three roads: by itself, through the mean, through the variance. With $g = \gamma \cdot$ `error` and
$s$ the root: each road has its term, and all three are divided by $s$.
</details>

<details><summary>Hint 3</summary>

$\partial L/\partial z = \bigl(g - \overline{g} - \hat z\,\overline{g \hat z}\bigr) / s$, with means over the batch.
</details>
"""


# %% answer="batch-norm"
def batch_norm(z, gamma, beta, eps=1e-3):
    """y (n, units): z with mean 0 and variance 1 over the batch, times gamma, plus beta."""
    ### BEGIN SOLUTION
    hat = (z - z.mean(0)) / np.sqrt(z.var(0) + eps)
    return gamma * hat + beta
    ### END SOLUTION


def batch_norm_back(z, gamma, error, eps=1e-3):
    """dL/dz (n, units), dL/dgamma and dL/dbeta (units,), for error = dL/dy."""
    ### BEGIN SOLUTION
    s = np.sqrt(z.var(0) + eps)
    hat = (z - z.mean(0)) / s
    g = gamma * error
    dz = (g - g.mean(0) - hat * (g * hat).mean(0)) / s
    return dz, (error * hat).sum(0), error.sum(0)
    ### END SOLUTION


# %% check="batch-norm"
check("batch-norm", batch_norm, batch_norm_back)

# %% [markdown]
r"""
A gradient that was worked out by hand is believed when a **difference quotient** agrees: move one entry of $z$ a
little up and a little down, and see what the loss does. The relative error should be around $10^{-8}$; $10^{-2}$ is a mistake.
"""

# %% shows_only=true
batch_norm, batch_norm_back = fallback("batch-norm", batch_norm, batch_norm_back)
random = np.random.default_rng(1)
z, error = random.normal(2, 3, (6, 4)), random.normal(size=(6, 4))
gamma, beta = random.uniform(0.5, 2, 4), random.normal(size=4)


def loss(z):
    return np.sum(error * batch_norm(z, gamma, beta))


moves = np.eye(24).reshape(24, 6, 4) * 1e-5
numeric = [(loss(z + m) - loss(z - m)) / 2e-5 for m in moves]
by_hand = batch_norm_back(z, gamma, error)[0]
gap = np.linalg.norm(by_hand.ravel() - numeric) / np.linalg.norm(numeric)
print(f"relative error {gap:.0e}")
print(f"largest sum of dL/dz over the batch: {np.abs(by_hand.sum(0)).max():.0e}")

# %% [markdown]
r"""
The second line is the term through the mean at work: the gradient of a normalised batch sums to 0. A normalised layer
cannot be told to move all its examples the same way, since it would take that off again.

What happens to the factor of a layer? Layers of relu with batch normalisation, $h \mapsto \mathrm{relu}(\mathrm{BN}(hW))$:
sizes on the way up are perfect by construction. And on the way down?

### Exercise 3 · The factor of a normalised layer ★★ (2 points)

Write `norm_factor(X, kernels, error)`. The $L$ layers are $h_l = \mathrm{relu}(\mathrm{BN}(h_{l-1} W_l))$ with $h_0$ = `X`,
$\gamma = 1$, $\beta = 0$ and `eps` as above; `error` is $\partial L/\partial h_L$. Give back the factor of *one*
layer: the rms of $\partial L/\partial h_0$ over that of `error`, and of this the $L$-th root. One number.

For example:

```python
>>> column = np.array([[0.0], [1.0], [2.0]])
>>> for times in (1.0, 10.0):
...     print(f"{norm_factor(column, [np.array([[times]])], np.ones((3, 1))):.3f}")
0.288
0.289
```

<details><summary>Hint 1</summary>

Up first: keep every $z_l = h_{l-1} W_l$ and every $h_l$. Then down, as in `walk_back` of lesson 6.
</details>

<details><summary>Hint 2</summary>

One layer on the way down: relu's slope, `down * (h > 0)` with the layer's *output* $h$; then `batch_norm_back(z, ones, ...)[0]`
with `ones = np.ones(W.shape[1])` for $\gamma$; then `@ W.T`.
</details>

<details><summary>Hint 3</summary>

With the list `hs` from $h_0$ to $h_L$: `for W, z, h in zip(kernels[::-1], zs[::-1], hs[:0:-1])`. In the end
`(rms(down) / rms(error)) ** (1 / len(kernels))`.
</details>
"""


# %% shows_only=true
def rms(values):
    return np.sqrt(np.mean(np.square(values)))


# %% answer="norm-factor"
def norm_factor(X, kernels, error):
    """The factor of one layer relu(BN(h W)) on the error's way down."""
    ### BEGIN SOLUTION
    hs, zs = [X], []
    for W in kernels:
        zs.append(hs[-1] @ W)
        ones = np.ones(W.shape[1])
        hs.append(np.maximum(batch_norm(zs[-1], ones, 0 * ones), 0))
    down = error
    for W, z, h in zip(kernels[::-1], zs[::-1], hs[:0:-1], strict=True):
        down = batch_norm_back(z, np.ones(W.shape[1]), down * (h > 0))[0] @ W.T
    return (rms(down) / rms(error)) ** (1 / len(kernels))
    ### END SOLUTION


# %% check="norm-factor"
check("norm-factor", norm_factor)

# %% shows_only=true
norm_factor = fallback("norm-factor", norm_factor)


def wide_net(seed, width=100, depth=20, size=1.0):
    """X, kernels and an error: 200 examples, He's weights times `size`."""
    random = np.random.default_rng(seed)
    kernels = random.normal(0, size * np.sqrt(2 / width), (depth, width, width))
    X, error = random.normal(size=(2, 200, width))
    return np.maximum(X, 0), list(kernels), error


for size in (1.0, 100.0, 0.01):
    factors = [norm_factor(*wide_net(seed, size=size)) for seed in range(16)]
    print(f"kernels times {size:4g}: factor of a layer {np.median(factors):.3f}")
print(f"theory, wide layers: {np.sqrt(np.pi / (np.pi - 1)):.3f}")

# %% [markdown]
r"""
Two things at once. *The size of the kernels does not matter*: normalisation divides it out on the way up, and so on the
way down. Weights can hardly be chosen too small any more; that is the gift. (It ends where the variance of $z$ is no longer large
beside $\varepsilon = 0.001$: with kernels a hundred times too small the factor is 0.3.) And the price: **every layer lets the
error grow by about 1.21**, whatever size you give the weights. Yang and his colleagues worked it out in 2019:
$\sqrt{\pi/(\pi - 1)}$ for relu.

1.21 is harmless. To the power of ten it is 7, of twenty 46, of fifty about 14,500.
"""

# %%
predict(
    "fifty-normalised",
    "50 relu layers of 32, He: 15 of 16 nets pass .95 without a norm. With batch norm?",
    between=(0, 16),
    step=1,
)

# %% shows_only=true
deep = runs[runs.net.isin(["20 sigmoid", "20 relu", "50 relu"])]
names = ["none", "batch", "layer"]
deep = deep[deep.way.isin(names)]
table = deep.groupby(["net", "way"], sort=False)
shown = table[["factor", "accuracy"]].median()
shown.assign(above_95=table.accuracy.apply(lambda a: int(np.sum(a > 0.95)))).round(3)

# %% shows_only=true
broken = deep[(deep.net == "50 relu") & (deep.way == "batch")].accuracy
note = "1.26 a layer in nets of width 32, and fifty layers: nearly a hundred thousand."
reveal("fifty-normalised", int(np.sum(broken > 0.95)), note, near=1)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 3 (click here to see how it is drawn)
titles = {"20 sigmoid": "20 sigmoid layers", "20 relu": "20 relu, He"}
titles["50 relu"] = "50 relu, He"
fig, axes = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained", sharey=True)
for ax, (net, title) in zip(axes, titles.items(), strict=True):
    for place, way in enumerate(names):
        found = deep[(deep.net == net) & (deep.way == way)].accuracy
        jitter = place + np.linspace(-0.25, 0.25, len(found))
        ax.scatter(jitter, found, s=14, color="#0072B2", alpha=0.6)
        ax.plot([place - 0.38, place + 0.38], [found.median()] * 2, color="#D55E00")
    style.dress(ax, title)
    ax.set(xticks=range(3), ylim=(0.45, 1.02))
    ax.set_xticklabels(["no norm", "batch", "layer"])
axes[0].set_ylabel("accuracy on the circles")
vg.plots.tell(
    fig,
    "Accuracy on the circles, 16 runs each. Twenty sigmoid layers: a half without a norm and with layer norm, above "
    ".97 with batch norm. Twenty relu layers: high without a norm and with batch norm, with layer norm twelve runs are "
    "high and four lower. Fifty relu layers: high without a norm, about a half with batch norm and with layer norm.",
)

# %% [markdown]
r"""
*Figure 3. The circles; each dot is a run, the bar the median. Batch norm lifts twenty sigmoid layers from .500 to
.992. It takes fifty relu layers from .996 to .523.*

**The same layer rescues one net and breaks another.** Each of twenty sigmoid layers takes the error down to .22 of it, and less
than $10^{-12}$ is left in all; with batch norm each makes 1.17 times as much of it, a factor of eighteen in all, which any optimizer can
live with. Fifty relu layers with He's weights have a factor of .97 and need no help; with batch norm the error grows by 1.26 a
layer, nearly $10^5$ in all, and they do not train. (Whether it is the growth that stops them, these runs do not tell: Adam divides
by the gradient's size.)
"Batch normalisation cures vanishing and exploding gradients" is true at one depth and false at another. (In practice it
stands in *residual* nets, where lesson 6's sum limits the growth. And it does more than keep sizes: it makes training less
sensitive to the learning rate, and its noise regularises. We looked at the gradient alone.)

**And layer normalisation?** Look at its row for relu: the factor is 1.00, the levellest of all nine. And .500: nothing is learned.
"""

# %% [markdown]
r"""
A level gradient is not enough; lesson 6 said so. But what is it here that is missing? A guess: with biases
at 0, a point twice as far out has twice the $z$, and layer normalisation divides an example by its own size. The radius is
gone after the first layer. And the radius *is* what tells the two circles apart.

A guess is worth what its test is worth. Look at the last hidden layer of untrained nets. How far apart are the two rings there (the distance
of their means, over the spread of all points)? And how different are the points at all (their spread over their size)?
Then make one small change that has nothing to do with gradients: a third input that is always 1. Size still cancels,
but the *direction* of $(x_1, x_2, 1)$ tells the radius.
"""


# %% shows_only=true
X, y = (array.astype(float) for array in vg.circles(250))


def last_layer(depth, norm, third_input, seed):
    """h of the last of `depth` fresh relu layers of 32, (250, 32)."""
    h = np.hstack([X, np.ones((250, 1))]) if third_input else X
    drawn = vg.initial_weights(depth, 32, "he_normal", seed, inputs=h.shape[1])
    for kernel, _ in drawn[:-1]:
        z = h @ kernel
        if norm:
            z = z - z.mean(1, keepdims=True)
            z = z / np.sqrt(np.mean(z**2, 1, keepdims=True) + 1e-3)
        h = np.maximum(z, 0)
    return h


# %% shows_only=true
for depth in (20, 50):
    for norm, third_input in ((False, False), (True, False), (True, True)):
        ends = [last_layer(depth, norm, third_input, seed) for seed in range(16)]
        spreads = [rms(h - h.mean(0)) for h in ends]
        gaps = [rms(h[y == 1].mean(0) - h[y == 0].mean(0)) for h in ends]
        apart = np.median(np.array(gaps) / spreads)
        unlike = np.median(
            [spread / rms(h) for spread, h in zip(spreads, ends, strict=True)]
        )
        name = ("layer norm" if norm else "no norm") + ", third input" * third_input
        print(f"{depth} layers, {name:25} rings apart {apart:.2f}, spread {unlike:.2f}")

# %% [markdown]
r"""
The guess holds: layer norm takes the rings from
a distance of about 1 to a few hundredths, and the third input brings some of it back, about 0.3. And there is something that we did not guess: the deeper the net, the more
alike are *all* points, down to a spread of about a twentieth at fifty layers. Does training agree?
"""

# %% shows_only=true
with_one = runs[
    runs.net.isin(["20 relu", "50 relu"]) & runs.way.str.startswith("layer")
]
table = with_one.groupby(["net", "way"], sort=False)
shown = table[["factor", "accuracy"]].median()
shown.assign(above_95=table.accuracy.apply(lambda a: int(np.sum(a > 0.95)))).round(3)

# %% [markdown]
r"""
At twenty layers it does: 12 of 16 nets pass .95 without the third input, all 16 with it. **At fifty it does not: none and none.** So the
guess names a true fault, and not the one that decides at fifty. What is left is the number that nobody asked for: points that are nearly alike
when they arrive. (Without a norm a relu net keeps the radius as *size*, whatever becomes of the direction. That this is the
reason is, again, a guess; you know by now what it would take.)

### Exercise 4 · "Just add normalisation" ★★ (2 points, read by a person)

A blog says: *"Batch or layer normalisation, it does not matter which: either one keeps the gradient level, and then a
network of any depth trains."* In three or four sentences: what is right, and which three things are wrong?
Name a number from this lesson for each.

<details><summary>Hint 1</summary>

Three claims: it does not matter which; the gradient is level; then any depth trains.
</details>

<details><summary>Hint 2</summary>

For the first, twenty sigmoid layers. For the second, what batch norm does with relu, layer by layer.
</details>

<details><summary>Hint 3</summary>

For the third there are two counter-examples: one net whose gradient is not level any more at fifty layers, and one whose gradient
*is* level.
</details>
"""

# %% [markdown] written="norm-claim" points=2
r"""
### BEGIN SOLUTION
Right: normalisation makes a net independent of the size of its weights, and batch norm takes twenty sigmoid layers from .500 to
.992. It does matter which: layer norm leaves the same sigmoid nets at .500, with a factor of .39 a layer against batch
norm's 1.17, since it normalises each example over its units and not each unit over the examples. The gradient is not level: with batch norm and
relu it grows by about 1.21 a layer (theory $\sqrt{\pi/(\pi-1)}$; 1.26 at width 32). So not every depth trains: fifty relu layers go from
.996 to .523. And a level gradient is not enough: with layer norm its factor is 1.00, and the accuracy .500.

**Rubric.** 1 point: batch norm *grows* the error (1.21 or 1.26 a layer) and breaks fifty layers, with a number; half of it without
one. 1 point: at least one of "they differ" (twenty sigmoid layers) and "level is not enough" (layer norm at fifty: level,
nothing learned), with a number; half of it without one. What is right need not be said.
### END SOLUTION
"""

# %% [markdown]
r"""
## 5 · Before or after: the transformer's norm (5 minutes)

The transformer of 2017 adds and *then* normalises, $x \leftarrow \mathrm{LN}(x + F(x))$: **post-LN**. Most of what came
later normalises inside the branch, $x \leftarrow x + F(\mathrm{LN}(x))$: **pre-LN**, lesson 6's pre-activation. A reason that is
often given: post-LN has a norm on the skip, the gradient vanishes there, and so it needs a *warm-up*, a learning rate that
rises from 0.

A small transformer, twelve blocks (attention with four heads, and a relu layer, 32 features), is to sort eight
symbols. First the gradient before training: its rms before the first block over that behind the last.
"""

# %%
predict(
    "post-gradient",
    "Post-LN, 12 blocks, untrained: what share of the error arrives at the bottom?",
    choices=["about all of it", "about a tenth", "less than a thousandth"],
)

# %% shows_only=true
small = runs[(runs.net == "transformer") & (runs.rate == 0.003)]
start_of = small[small.way.isin(["post", "pre"])].groupby("way").first_last
start_of.describe()[["min", "50%", "max"]].round(2)

# %% shows_only=true
share = start_of.median()["post"]
words = ["less than a thousandth", "about a tenth", "about all of it"]
note = "The gradient of a fresh post-LN net is level. Vanishing is not its trouble."
reveal("post-gradient", words[int(np.digitize(share, [0.02, 0.3]))], note)

# %% shows_only=true
trained = runs[runs.net == "transformer"].groupby(["way", "rate"], sort=False)
trained.accuracy.describe()[["min", "50%", "max"]].round(3)

# %% [markdown]
r"""
*The share of places with the right symbol after 300 steps of Adam, 16 seeds. Always the same symbol is right in one
place of eight; always the likeliest symbol of each place, without a look at the sequence, in .41 of them.*

At the rate 0.003 the post-LN net, with its level gradient, learns next to nothing: .18. A warm-up over the first 150 steps, and nothing else
changed, takes it to .76. The pre-LN net needs none: .98. And at a third of the rate post-LN without a warm-up gets to
.80 in the same 300 steps.

So the explanation "post-LN's gradient vanishes" does not hold here, and yet the *advice* that comes with it does: warm up, or normalise before the
branch. What one measurement refutes is the reason, not the recipe. (Xiong and his colleagues, who compared the two in 2020,
look at the *last* layers: in post-LN nets their gradients are large, and the first steps are too long.)

## 6 · Which net has had which cure? (3 minutes)

Every cure leaves a mark. Here are five fresh nets of ten sigmoid layers, A to E. One is untreated; one has relu (with He's
weights) in place of the sigmoid; one skips; one batch norm; one layer norm. What you see, layer by layer:

- `gradient`: the rms of $\partial L/\partial h$, and `size`: the rms of $h$ itself;
- `zeros`: the share of entries of $h$ that are *exactly* 0;
- of what the activation receives: `unit_mean`, how far a *unit's* mean over the examples is from 0, and `example_mean`, how far an
  *example's* mean over the units is from 0 (absolute values, averaged over the layer).
"""

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 4 (click here to see how it is drawn)
nets = dict(zip("ABCDE", five_nets(seed=0), strict=True))
LOOKS = dict(
    zip("ABCDE", ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00"), strict=True)
)
DASHES = dict(zip("ABCDE", ("-", "--", "-.", ":", (0, (5, 1, 1, 1))), strict=True))
fig, axes = plt.subplots(1, 5, figsize=(11, 3.2), layout="constrained")
for ax, word in zip(axes, nets["A"], strict=True):
    for name, net in nets.items():
        values = np.maximum(net[word], 1e-8)
        ax.plot(
            range(1, 11), values, color=LOOKS[name], linestyle=DASHES[name], label=name
        )
    style.dress(ax, word)
    ax.set(xlabel="layer", xticks=(1, 5, 10))
    if word not in ("size", "zeros"):
        ax.set_yscale("log")
axes[0].legend(frameon=False)
vg.plots.tell(
    fig,
    "Five nets, five small figures over the layers. Gradient: D and B fall, A is level, E level, C grows downwards. "
    "Size: A grows from a half to nearly 5, E falls, the others stay at a half. Zeros: about half in E, none elsewhere. "
    "unit_mean: C at the floor. example_mean: B at the floor.",
)

# %% [markdown]
r"""
*Figure 4. The five nets. (Numbers below $10^{-8}$ are drawn at the floor.)*

### Exercise 5 · The mark of a cure ★★ (2 points)

Write `which_cure(figures)`. `figures` is a dict of five arrays, one number a layer, with the names above; `nets["A"]` is one.
Give back one of `"none"`, `"relu"`, `"skip"`, `"batch norm"`, `"layer norm"`. It will be tried on nets of other
depths and widths: do not trust the size of the gradient too much.

For example:

```python
>>> curves = {"gradient": [1.0, 1.0], "size": [0.9, 0.7], "zeros": [0.5, 0.4]}
>>> curves |= {"unit_mean": [0.3, 0.3], "example_mean": [0.2, 0.2]}
>>> which_cure({word: np.array(values) for word, values in curves.items()})  # no sigmoid is ever 0
'relu'
```

<details><summary>Hint 1</summary>

What is *exactly* so, whatever the weights? A mean that was taken off is 0 up to rounding, $10^{-16}$.
</details>

<details><summary>Hint 2</summary>

Batch norm takes off each *unit's* mean over the examples, layer norm each *example's* mean over the units.
</details>

<details><summary>Hint 3</summary>

What is left is sigmoids, whose outputs lie between 0 and 1. A sum of them does not stay there: *how much* larger is `size` at
the top than at the bottom? (A little it may be without a sum, too.)
</details>
"""


# %% answer="which-cure"
def which_cure(figures):
    """One of "none", "relu", "skip", "batch norm", "layer norm"."""
    ### BEGIN SOLUTION
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "batch norm"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    if figures["size"][-1] > 1.3 * figures["size"][0]:
        return "skip"
    return "none"
    ### END SOLUTION


# %% check="which-cure"
check("which-cure", which_cure)

# %% shows_only=true
which_cure = fallback("which-cure", which_cure)
for name, net in nets.items():
    arrives = net["gradient"][0] / net["gradient"][-1]
    print(f"{name}: {which_cure(net):10}  of the error {arrives:.1g} arrives")

# %% [markdown]
r"""
## 7 · Stretch: the cheapest cure (as long as you like)

"Which cure is best?" has no answer. "Which is the cheapest that takes this net to .93, and how sure is it?" has one, and it
can be measured. One needs a sweep over cures, budgets (epochs) and seeds, and one should not forget what the sweep
itself costs.

### Exercise 6 · A cure, with its bill ★★★ (3 points)

Write `cheapest_cure(trained, cost, cures, budgets, seeds, target)`. A call `trained(cure, budget, seed)` trains a net and gives back
its accuracy; `cost(cure, budget)` is what one such run costs. Give back three things:

- `choice`: the pair `(cure, budget)` with the lowest cost among those with which **at least nine of ten** seeds reach the target
  (`accuracy >= target`), of equal ones the first in the order given; `None` if there is none;
- `shares`: the share of seeds that reach the target, an array with a row for each cure and a column for each budget;
- `spent`: what the whole sweep cost, all cures, budgets and seeds.

For example:

```python
>>> reach = {"a": 0.8, "b": 1.0}  # of ten seeds
>>> lucky = lambda cure, budget, seed: 0.99 if seed < 10 * reach[cure] else 0.5
>>> price_of = lambda cure, budget: {"a": 1, "b": 5}[cure]
>>> pick, share_table, bill = cheapest_cure(lucky, price_of, ["a", "b"], [30], range(10), 0.95)
>>> print(pick, np.array(share_table).tolist(), bill)
('b', 30) [[0.8], [1.0]] 60
```

<details><summary>Hint 1</summary>

Three loops, or a comprehension in a comprehension. Call `trained` once for each cure, budget and seed.
</details>

<details><summary>Hint 2</summary>

`np.mean([trained(cure, budget, seed) >= target for seed in seeds])` is one entry of the table.
</details>

<details><summary>Hint 3</summary>

`min(sure, key=lambda pair: cost(*pair))` finds the cheapest pair of a list; an empty list has no minimum.
</details>
"""


# %% answer="cheapest-way"
def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    """(cure, budget) or None; shares (cures, budgets); what the sweep cost."""
    ### BEGIN SOLUTION
    shares = np.zeros((len(cures), len(budgets)))
    sure, spent = [], 0
    for i, cure in enumerate(cures):
        for j, budget in enumerate(budgets):
            reached = [trained(cure, budget, seed) >= target for seed in seeds]
            shares[i, j] = np.mean(reached)
            spent += cost(cure, budget) * len(seeds)
            if shares[i, j] >= 0.9:
                sure.append((cure, budget))
    choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
    return choice, shares, spent
    ### END SOLUTION


# %% check="cheapest-way"
check("cheapest-way", cheapest_cure)

# %% [markdown]
r"""
And the patient of this lesson, with Adam and with SGD? The accuracies and the work are those of the kept runs: nine ways
(patience is a budget), three budgets, sixteen seeds.
"""

# %% shows_only=true
cheapest_cure = fallback("cheapest-way", cheapest_cure)
short = digits[digits.epochs <= 100]
NINE = [way for way in EVERY if way != "1,000 epochs"]
for kind in ("sgd", "adam"):
    rows = short[short.optimizer == kind].set_index(["way", "epochs", "seed"])
    choice, shares, spent = cheapest_cure(
        lambda way, epochs, seed, rows=rows: rows.accuracy[way, epochs, seed],
        lambda way, epochs, rows=rows: rows.work[way, epochs, 0],
        NINE,
        [10, 30, 100],
        range(16),
        0.93,
    )
    price = rows.work[(*choice, 0)] if choice else np.nan
    print(f"{kind:4}: {choice}, {price:.2f} billion; the sweep cost {spent:,.0f}")

# %% [markdown]
r"""
Batch norm, with both, in ten epochs: 0.30 billion. (Its own multiplications, a tenth as many again, do not change the choice;
if you would rather do without a norm, leave it out of `NINE`, and see which way takes its place.) The sweep that says so cost some
three thousand times as much as the net that it chose. That is what a comparison costs; it is cheaper to read one than
to make one, and that is what tables are for.

## What you take with you

- **Faster hardware** helps where the optimizer divides by the gradient's size: a hundred times the epochs bought SGD
  nothing (.10) and Adam .930.
- **Pre-training** trained each layer without an error from above. Most of what it gave were *sizes*: the same numbers shuffled,
  with their means mended, reach .947 against .958, and weights of the right variance beat both.
- **All seven ways lead out of it with Adam, on this patient**; with SGD, in thirty epochs, the sums (skip, gate), batch
  norm and the right variance are sure, relu and layer norm are not. Batch norm is the cheapest: above .95 in ten epochs.
- **Batch norm with relu grows the error by 1.21 a layer**, however large the weights: it rescues twenty sigmoid layers and breaks
  fifty relu layers that train without it.
- **Layer norm** can have a level gradient and learn nothing; ask what it divides out.
- **Post-LN's gradient does not vanish.** It wants a warm-up all the same, at one rate and not at another.
- A list of cures is not an answer. **One patient, one change, many seeds, and the bill** are.

## Sources

- Y. Bengio, P. Lamblin, D. Popovici, H. Larochelle (2007). *Greedy layer-wise training of deep networks.* NeurIPS. The
  autoencoders; G. Hinton, S. Osindero, Y.-W. Teh (2006) had done it with Boltzmann machines.
- X. Glorot, Y. Bengio (2010). *Understanding the difficulty of training deep feedforward neural networks.* AISTATS.
- J. Schmidhuber (2015). *Deep learning in neural networks: an overview.* Neural Networks 61. Its list of ways out.
- R. K. Srivastava, K. Greff, J. Schmidhuber (2015). *Highway networks.* The LSTM's gates, from layer to layer.
- S. Ioffe, C. Szegedy (2015). *Batch normalization: accelerating deep network training by reducing internal covariate
  shift.* ICML.
- J. L. Ba, J. R. Kiros, G. E. Hinton (2016). *Layer normalization.*
- G. Yang, J. Pennington, V. Rao, J. Sohl-Dickstein, S. S. Schoenholz (2019). *A mean field theory of batch
  normalization.* ICLR. Where 1.21 comes from.
- R. Xiong et al. (2020). *On layer normalization in the transformer architecture.* ICML. Pre-LN, post-LN, warm-up.
- L. Lu, Y. Shin, Y. Su, G. E. Karniadakis (2019). *Dying ReLU and initialization.*
- A. L. Maas, A. Y. Hannun, A. Y. Ng (2013) for leaky relu; D.-A. Clevert, T. Unterthiner, S. Hochreiter (2016) for ELU;
  D. Hendrycks, K. Gimpel (2016) for GELU.
"""
