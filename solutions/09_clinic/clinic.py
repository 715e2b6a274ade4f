# %% [markdown]
r"""
# Lesson 9 · A clinic of sick networks

A net does not learn. The loss stands still, and the code has forty lines, each of which looks a little odd. Which
one is it? In eight lessons you have learned to measure; in this one you use it all, on nets as they come in
practice: a convolutional net, a residual net, an LSTM, a transformer, an autoencoder, a variational autoencoder.

Six of them are drawn from your name. Each has **one fault**, of those that stand in bug trackers again and again;
more than one line of its code looks odd. You will say where it is ill and why, cure it by one change, and prove
that by a trained net.

**You will be able to**

- say from the first loss whether a net has learned anything at all;
- tell what you see from what causes it, and what looks odd from what does harm;
- set a batch normalisation right without a training step, and a loss scale for float16;
- choose the cheapest cure from a table of runs, and defend it;
- examine a Keras net that is not yours: loss, `diagnose`, chart, one change, proof.

**Time** about 120 minutes with the exercises (the minutes at the headings are without them), an hour
of them for your own patients: a good place for a pause is before section 7.
**Points** 18. **You need** lessons 4 to 8. No training loop is written here: nets are trained by Keras's `fit`.
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
import pandas as pd
import tensorflow as tf

from vgcourse import check, clinic_runs, fallback, predict, reveal, style

pd.options.display.float_format = "{:.2f}".format

# %% [markdown]
r"""
## 1 · Has it learned anything? (2 minutes)

A loss of 0.69: is that good? You cannot say until you know what a net gets that **does not look at its input**.
Such a net gives the same answer to everything, and the best that it can do is to give the best constant. Whoever
does not get below that has learned nothing, however smoothly the curve falls.

- *Classes*: the best constant answer gives each class its share of the examples. For ten equally frequent ones
  the cross-entropy is $\ln 10 = 2.30$. For others it is less.
- *Yes or no*: the same with two shares.
- *Numbers*, with a squared error: the best constant is the mean, in each column its own.
"""

# %%
predict(
    "uneven",
    "Ten classes; one has 91 of 100 examples, each other one has 1. The best constant answer's cross-entropy?",
    choices=["about 0.5", "about 1.0", "about 1.5", "about 2.3"],
)

# %% [markdown]
r"""
### Exercise 1 · The loss of a constant ★ (2 points)

Write `chance_loss(y, kind)`: the lowest loss that *one* answer for all examples can have. `kind` says what `y`
is:

- `"classes"`: labels, shape (n,); the loss is the sparse categorical cross-entropy;
- `"yes-no"`: zeros and ones, shape (n,) or (n, 1); binary cross-entropy;
- `"numbers"`: shape (n,) or (n, d); mean squared error, a mean over examples and columns.

Losses are in natural logarithms, as Keras has them. A class that nobody or everybody belongs to adds 0.

For example:

```python
>>> print(round(float(chance_loss(np.array([0, 0, 0, 1]), "classes")), 4))
0.5623
>>> print(round(float(chance_loss(np.array([[1.0, 10.0], [3.0, 10.0]]), "numbers")), 4))
0.5
```

<details><summary>Hint 1</summary>

For classes and for yes-no you need the share of each value that occurs: `np.unique(y, return_counts=True)`.
</details>

<details><summary>Hint 2</summary>

If each class gets its share $p_c$, an example of class c costs $-\ln p_c$, and there are $p_c$ of them: $-\sum_c
p_c \ln p_c$. It is the same formula for two.
</details>

<details><summary>Hint 3</summary>

Numbers: the mean over `axis=0` is the constant, and the loss is `np.mean((y - y.mean(axis=0)) ** 2)`. Classes:
`p = counts / y.size` and then `-np.sum(p * np.log(p))`.
</details>
"""


# %% answer="chance-loss"
def chance_loss(y, kind):
    """The loss of the best answer that is the same for all examples."""
    ### BEGIN SOLUTION
    if kind == "numbers":
        return np.mean((y - y.mean(axis=0)) ** 2)
    counts = np.unique(y, return_counts=True)[1]
    p = counts / y.size
    return -np.sum(p * np.log(p))
    ### END SOLUTION


# %% check="chance-loss"
check("chance-loss", chance_loss)

# %% jupyter={"source_hidden": true} shows_only=true
chance_loss = fallback("chance-loss", chance_loss)
found = float(chance_loss(np.repeat(np.arange(10), [91] + 9 * [1]), "classes"))
said = min((0.5, 1.0, 1.5, 2.3), key=lambda at: abs(at - found))
note = (
    f"It is {found:.2f}: who always says the frequent class with .91 is seldom wrong."
)
reveal("uneven", f"about {said}", note)

# %% [markdown]
r"""
A net with a loss of 1.0 would be one that learns if its classes were even. Here it is one that does worse than to
look away.

## 2 · A patient, from the door to the proof (6 minutes)

Here is one. It reads 24 numbers and is to say whether the first of them was +1 or −1; all that follow are
noise.
"""

# %% shows_only=true
patient = vg.clinic.patient("lstm", "forget_bias", seed=0)
patient

# %% [markdown]
r"""
That is its **chart**: what one reads in its code. `patient.model` is the Keras model, `patient.X` and `patient.y`
are its examples, and `patient.fit()` is Keras's `fit` with these, for as many epochs as the chart says. **First
look at the loss:**
"""

# %% shows_only=true
history = patient.fit().history["loss"]
print("loss, epoch by epoch:", np.round(history, 3))
print(f"a constant answer:    {chance_loss(patient.y, 'yes-no'):.3f}")
print(f"score on the test examples: {patient.score():.2f}")

# %% [markdown]
r"""
It is where a constant answer is. Note what the loss does *not* say: it does not jump, it is not `nan`, and if you
had not asked what a constant gets, 0.69 would look like any other loss. **Second, `diagnose`**, on the net as it
was before training:
"""

# %% shows_only=true
fresh = vg.clinic.patient("lstm", "forget_bias", seed=0)
vg.diagnose(fresh.model, fresh.X, fresh.y)

# %% [markdown]
r"""
The error is lost on its way back through the steps. **Third, the chart**: what in it could do that?
`forget_bias 0.0` opens the forget gate half, and on the direct road, from cell to cell, $\tfrac12$ to the power of 23 is left,
a ten-millionth. There is also
`clipnorm 1.0`, which shortens gradients; but a gradient that vanishes is not shortened by anything. **Fourth, one
change, and the proof**: `treated` makes the same patient anew, untrained, with *one* setting changed.
"""

# %% shows_only=true
cured = patient.treated(forget_bias=1.0)
history = cured.fit().history["loss"]
print("loss, epoch by epoch:", np.round(history, 3))
print(f"score on the test examples: {cured.score():.2f}")

# %% [markdown]
r"""
Loss, diagnosis, chart, one change, proof. The rest of this lesson trains what each step needs, and then you are
on your own.

## 3 · What looks odd (5 minutes)

Somebody shows you four nets. One gets its pictures as numbers from 0 to 255, in front of a convolution with batch
normalisation. One has a single initializer object for several layers, so that they start with the same weights.
One is a residual net whose branches are multiplied by a tenth. One has no biases at all.
"""

# %%
predict(
    "oddities",
    "Which of the four keeps its net from learning?",
    choices=[
        "pictures from 0 to 255",
        "one initializer for several layers",
        "branches times a tenth",
        "no biases",
        "none of them",
    ],
)

# %% shows_only=true
runs = clinic_runs()
with_oddity = runs[runs.change == "cured"]
scores = with_oddity.groupby(["kind", "oddity"]).score
scores.agg(["count", "min", "median"])

# %% jupyter={"source_hidden": true} shows_only=true
levels = {name: kind.level for name, kind in vg.clinic.KINDS.items()}
learned = with_oddity.score >= with_oddity.kind.map(levels)
asked = {
    ("cnn", "pixels"): "pictures from 0 to 255",
    ("cnn", "initializer"): "one initializer for several layers",
    ("resnet", "branch_scale"): "branches times a tenth",
    ("autoencoder", "biases"): "no biases",
}
share = learned.groupby([with_oddity.kind, with_oddity.oddity]).mean()
harmful = [word for net, word in asked.items() if share[net] < 0.5]
note = "Batch normalisation divides by 255 as by anything else."
reveal("oddities", harmful[0] if harmful else "none of them", note)

# %% [markdown]
r"""
The table holds every oddity of this clinic, with the nets that have it and no other fault, and how many seeds
were trained. The score is the accuracy on the test examples; for the two autoencoders, whose chance is 0 and not
a tenth or a half, the share of the pixels' variance that the copies explain. **They all learn.**

Now the first of the four settings once more, in front of another net.
"""

# %%
predict(
    "same-pixels",
    "Pictures from 0 to 255 into the residual net, which has no normalisation. How many of 16 seeds learn?",
    choices=["none", "one or two", "about half", "all"],
)

# %% shows_only=true
nothing = runs[runs.change == "nothing"]
bright = nothing[(nothing.kind == "resnet") & (nothing.fault == "pixels")]
bright.groupby("fault").score.agg(["count", "min", "max"])

# %% jupyter={"source_hidden": true} shows_only=true
well = int((bright.score >= levels["resnet"]).sum())
words = {0: "none", 1: "one or two", 2: "one or two", len(bright): "all"}
note = "A score of 0, not even a tenth: its answers are no finite numbers any more."
reveal("same-pixels", words.get(well, "about half"), note)

# %% [markdown]
r"""
The same line is harmless here and a fault there. Whether a setting is one depends on what stands behind it, and
that can be measured.

## 4 · The wrong statistics (4 minutes)

Batch normalisation (lesson 8) has two lives. In training it divides by the statistics of the batch; afterwards,
and when it is *frozen*, by moving statistics, which are weights that no gradient sets. Load a net that was
trained on bright pictures, freeze it as one does for fine-tuning, and give it dark ones: no line of the code looks
wrong.
"""

# %%
predict(
    "frozen",
    "Of three normalisations one is frozen, with statistics of other pictures. Everything else trains. Accuracy "
    "on ten digits?",
    choices=["about .10", "about .50", "about .90"],
)

# %% shows_only=true
frozen = nothing[(nothing.kind == "cnn") & (nothing.fault == "frozen")]
frozen.groupby("value").score.agg(["count", "min", "median", "max"])

# %% jupyter={"source_hidden": true} shows_only=true
words = {0.1: "about .10", 0.5: "about .50", 0.9: "about .90"}
median = frozen.score.median()
note = (
    "What is shifted far enough below 0 is cut off by the next relu, for every picture."
)
reveal("frozen", words[min(words, key=lambda at: abs(at - median))], note)

# %% [markdown]
r"""
There is a cure that costs no training at all: let the pictures run through once, and **set** the statistics to
what comes. But the second normalisation takes in what the first one gives.

### Exercise 2 · Statistics set right ★★ (3 points)

Write `refresh(model, X)` for a Keras `Sequential` model. It sets `moving_mean` and `moving_variance` of each
`BatchNormalization` to mean and variance of what that layer takes in, channel by channel (the last axis; rows are
(n, channels), pictures (n, height, width, channels)), *when all normalisations below it are right already*.
Nothing else may change: no other weight, no setting of a layer. It changes the model itself and gives back nothing.
A normalisation that is not trainable is set as well, and a `Dropout` drops nothing: no step is trained here.

For example:

```python
>>> small = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization()])
>>> refresh(small, np.array([[1.0, 10.0], [3.0, 10.0]], "float32"))
>>> print(np.asarray(small.layers[0].moving_mean), np.asarray(small.layers[0].moving_variance))
[ 2. 10.] [1. 0.]
```

<details><summary>Hint 1</summary>

Go through `model.layers` from below with one variable `h` that begins as `X` and becomes `layer(h)`. That is all
that a `Sequential` does.
</details>

<details><summary>Hint 2</summary>

Before a normalisation is called, `h` is what it takes in. `isinstance(layer, keras.layers.BatchNormalization)`
finds one.
</details>

<details><summary>Hint 3</summary>

`h = np.asarray(h)`, the axes are `tuple(range(h.ndim - 1))`, and `layer.moving_mean.assign(h.mean(axes))`,
likewise the variance; then `h = layer(h)`.
</details>
"""


# %% answer="refresh-statistics"
def refresh(model, X):
    """Set every moving mean and variance to those of what the layer takes in."""
    ### BEGIN SOLUTION
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            h = np.asarray(h)
            axes = tuple(range(h.ndim - 1))
            layer.moving_mean.assign(h.mean(axes))
            layer.moving_variance.assign(h.var(axes))
        h = layer(h)
    ### END SOLUTION


# %% check="refresh-statistics"
check("refresh-statistics", refresh)

# %% [markdown]
r"""
Try it on a net that can read. We train a healthy one, put the statistics of other pictures into it, as if they
had been loaded, and call `refresh`:
"""

# %% shows_only=true
refresh = fallback("refresh-statistics", refresh)
reader = vg.clinic.patient("cnn", seed=1)
reader.fit()
print(f"trained:            {reader.score():.2f}")
norms = [layer for layer in reader.model.layers if "norm" in layer.name]
for layer in norms:
    layer.moving_mean.assign(layer.moving_mean + 2 * layer.moving_variance**0.5)
print(f"other statistics:   {reader.score():.2f}")
refresh(reader.model, reader.X)
print(f"after refresh:      {reader.score():.2f}")

# %% [markdown]
r"""
No step was trained, and the net reads again. (This mends a *trained* net. The frozen patients of the table had to
learn on top of wrong statistics; for them the cure is not to freeze the layer.)

## 5 · Too small for sixteen bits (4 minutes)

Half precision takes half the memory, and float16 has a floor: the smallest number above 0 is $2^{-24}$, six
hundred-millionths. A gradient below half of that is 0. That is not what the course calls vanishing: the gradient
is there in the net, and has *underflowed* in the number. But where gradients are small, it comes first.
"""

# %%
predict(
    "sixteen-bits",
    "Ten sigmoid layers of 32, untrained. How much of the first kernel's gradient is 0 in float16?",
    choices=["not a hundredth", "about a tenth", "about half", "all of it"],
)

# %% shows_only=true
X, y = vg.circles(seed=0)
deep = vg.mlp(10, 32, "sigmoid", seed=0)
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(keras.losses.binary_crossentropy(y[:, None], deep(X)))
gradients = [np.asarray(g) for g in tape.gradient(loss, deep.trainable_variables)]


def zeros(gradient, scale=1.0):
    """The share that is 0 in float16."""
    return np.mean((scale * gradient).astype("float16") == 0)


kernels = gradients[::2]
for k in (0, 1, 2, 5, 10):
    size = np.sqrt(np.mean(kernels[k] ** 2))
    print(
        f"kernel {k + 1:2}: size {size:.0e}, {zeros(kernels[k]):4.0%} is 0 in float16"
    )

# %% jupyter={"source_hidden": true} shows_only=true
words = {0.0: "not a hundredth", 0.1: "about a tenth", 0.5: "about half"}
words[1.0] = "all of it"
lost = zeros(kernels[0])
note = "A step by this gradient would not move the layer at all."
reveal("sixteen-bits", words[min(words, key=lambda at: abs(at - lost))], note)

# %% [markdown]
r"""
The cure is old: multiply the loss by a factor $s$, then every gradient is $s$ times as large; divide it out again,
in float32, before the step. If $s$ is too large, the largest gradients are `inf`.

### Exercise 3 · A loss scale ★★ (2 points)

Write `loss_scale(gradients, share)`. `gradients` is a list of float32 arrays. Give back the smallest of the
factors $1, 2, 4, 8, \dots$ up to $2^{40}$ for which, in float16,

- no gradient is infinite, and
- of those gradients (of all arrays together) that are not 0 in float32, at most the share `share` has become 0.

Give back `None` where no factor does both.

For example:

```python
>>> print(loss_scale([np.array([1e-9, 1e-8, 0.1], "float32")], share=0.0))
32.0
>>> print(loss_scale([np.array([1e-12, 1e-12, 1000.0], "float32")], share=0.0))
None
```

<details><summary>Hint 1</summary>

`values.astype("float16")` rounds as the hardware does; what is too small comes out as 0, what is too large as
`inf`. Put the arrays together first: `np.concatenate([np.ravel(g) for g in gradients])`.
</details>

<details><summary>Hint 2</summary>

Leave out what is 0 already. Then try one factor after the other: `for power in range(41)`.
</details>

<details><summary>Hint 3</summary>

`half = (2.0**power * values).astype("float16")`; the first for which `np.isfinite(half).all()` and
`np.mean(half == 0) <= share` is the answer; after the loop `return None`.
</details>
"""


# %% answer="loss-scale"
def loss_scale(gradients, share):
    """The smallest power of two that keeps enough gradients in float16, or None."""
    ### BEGIN SOLUTION
    values = np.concatenate([np.ravel(g) for g in gradients])
    values = values[values != 0]
    for power in range(41):
        half = (2.0**power * values).astype("float16")
        if np.isfinite(half).all() and np.mean(half == 0) <= share:
            return 2.0**power
    return None
    ### END SOLUTION


# %% check="loss-scale"
check("loss-scale", loss_scale)

# %% shows_only=true
loss_scale = fallback("loss-scale", loss_scale)
scale = loss_scale(gradients, share=0.001)
first, last = (np.sqrt(np.mean(kernels[k] ** 2)) for k in (0, -1))
print(f"loss times {scale:g}: {zeros(kernels[0], scale):.0%} of the first kernel is 0")
print(f"first kernel over last: {first / last:.0e}")

# %% [markdown]
r"""
The numbers are there again. The net is as sick as before: its first kernel gets less than a millionth of what the
last one gets, in sixteen bits or in a hundred. A scale saves numbers, not nets.

## 6 · The cheapest cure (3 minutes)

Back to the LSTM of section 2. There is always somebody who says: train it longer. Or: turn up the rate. Some of that
may heal it as well, at a higher price. Which change heals, in how many seeds, and what it costs, is a question for a
table of runs.
"""

# %%
predict(
    "longer",
    "The LSTM of section 2, sixteen seeds, nothing changed but nine epochs instead of three. How many learn?",
    between=(0, 16),
    step=1,
)

# %% [markdown]
r"""
### Exercise 4 · The cheapest change that heals ★★ (2 points)

Write `cheapest_cure(runs, level)`. `runs` is a table (a DataFrame), one row a run, with the columns `change` (its
name), `seed`, `score` and `updates` (what it cost). A change **heals** if at least nine in ten of its runs have a
score of `level` or more. Give back the name of the healing change with the smallest median of `updates`, or
`None` where none heals.

For example:

```python
>>> import pandas as pd
>>> few = pd.DataFrame({"change": ["a", "b"], "seed": 0, "score": [0.9, 0.95], "updates": [10, 20]})
>>> print(cheapest_cure(few, 0.8), cheapest_cure(few, 0.92), cheapest_cure(few, 0.99))
a b None
```

<details><summary>Hint 1</summary>

`for change, group in runs.groupby("change")` gives each change with its runs; `group.score >= level` says which
of them learned.
</details>

<details><summary>Hint 2</summary>

The mean of a column of True and False is a share. Keep a dictionary: change → median of its updates, for those
that heal.
</details>

<details><summary>Hint 3</summary>

`min(healing, key=healing.get)` is the name with the smallest value, if there is any.
</details>
"""


# %% answer="cheapest-cure"
def cheapest_cure(runs, level):
    """The name of the change that heals nine in ten at the least cost, or None."""
    ### BEGIN SOLUTION
    healing = {}
    for change, group in runs.groupby("change"):
        if np.mean(group.score >= level) >= 0.9:
            healing[change] = group.updates.median()
    return min(healing, key=healing.get) if healing else None
    ### END SOLUTION


# %% check="cheapest-cure"
check("cheapest-cure", cheapest_cure)

# %% [markdown]
r"""
And the real table, with your function:
"""

# %% shows_only=true
cheapest_cure = fallback("cheapest-cure", cheapest_cure)
forgets = (runs.fault == "forget_bias") | (runs.change == "cured")
tried = runs[(runs.kind == "lstm") & forgets].copy()
names = {"nothing": "as it is", "cured": "forget_bias=1.0"}
tried["change"] = tried.change.replace(names)
tried["learned"] = tried.score >= levels["lstm"]
shown = tried.groupby("change").agg(
    runs=("seed", "size"), learned=("learned", "sum"), updates=("updates", "median")
)
print(shown.astype(int).to_string())
print("the cheapest that heals:", cheapest_cure(tried, levels["lstm"]))

# %% jupyter={"source_hidden": true} shows_only=true
longer = int(tried[tried.change == "epochs=9"].learned.sum())
note = "Three times the price, and most have still learned nothing."
reveal("longer", longer, note, near=2)

# %% [markdown]
r"""
Sixteen seeds for each change. Ten times the rate heals none. Three times the epochs heal a few: patience is dear,
and most are as they were. One number in one bias heals them all, and costs nothing.

## 7 · Your ward (as long as you like)

One thing you should know of your stethoscope before you go.
"""

# %%
predict(
    "shuffled",
    "A convolutional net whose labels belong to other pictures, untrained. What does `diagnose` say of it?",
    choices=[
        "not finite",
        "vanishing",
        "constant output",
        "healthy",
        "labels shuffled",
    ],
)

# %% shows_only=true
mixed_up = vg.clinic.patient("cnn", "labels", seed=1)
report = vg.diagnose(mixed_up.model, mixed_up.X, mixed_up.y)
report

# %% jupyter={"source_hidden": true} shows_only=true
note = "It sees gradients, units and numbers, and those are as they should be."
reveal("shuffled", report.cause, note)

# %% [markdown]
r"""
So a *healthy* is a finding: the fault is where gradients do not show it.

Now your patients: six, drawn from your name: the same name, the same patients; another name, others. In each **one
setting is the fault**; another one looks odd, and stood in the table of section 3.

`vg.clinic.CAUSES` lists what a cause may be. A **place** is the name of a layer of the model, or `"data"` (what
the net is given), `"optimizer"`, or `"loss"`. Where several layers have the same fault, each of them is right.

### Exercise 5 · The ward round ★★★ (3 points)

Write your name into `my_name`, as you want it on your certificate, and run that cell and the two after it. Then
examine your patients one by one, and fill in `findings`: for each kind a pair (place, cause), such as
`{"lstm": ("memory", "vanishing through time"), ...}`. You may fit as often as you like: a fresh ward is one call
away. (`fit` takes Keras's callbacks: `fit([vg.GradientCapture(log_dir="logs")])` writes each layer's gradient for
TensorBoard, as in lesson 4.)

For example:

```python
>>> print(vg.clinic.CAUSES["vanishing through time"])
the error is lost on its way back through the steps
>>> print(list(vg.clinic.KINDS))
['cnn', 'resnet', 'lstm', 'transformer', 'autoencoder', 'vae']
```

<details><summary>Hint 1</summary>

Four steps for each: does it get below the constant answer? What does `diagnose` say of the fresh net? Which line
of the chart can do *that*? Which line is odd, and was in the table of section 3?
</details>

<details><summary>Hint 2</summary>

`diagnose` looks at gradients, units and numbers. Where it finds nothing, ask what the net gets to see and what it
is asked to do. Do the labels belong to the pictures? Can the net know what stands where? What does the loss
consist of?
</details>

<details><summary>Hint 3</summary>

If two lines of the chart are suspect, change one, `fit`, and look. `ward["cnn"].treated(pixels=1)` is a new net.
The layer that suffers is not always the place: a rate sits in the optimizer, pixels sit in the data.
</details>
"""

# %% answer="six-findings"
my_name = ...
findings = ...
### BEGIN SOLUTION
my_name = "Ada Lovelace"
findings = {
    "cnn": ("norm_3", "wrong statistics"),
    "resnet": ("optimizer", "learning rate too large"),
    "lstm": ("memory", "vanishing through time"),
    "transformer": ("embedding", "blind to order"),
    "autoencoder": ("code", "symmetric"),
    "vae": ("loss", "code ignored"),
}
### END SOLUTION

# %% shows_only=true
name = my_name if isinstance(my_name, str) else "nobody yet"
ward = vg.clinic.ward(name)
for one in ward.values():
    print(one, end="\n\n")

# %% shows_only=true
kind = "cnn"  # another one: write its name and run this cell again
vg.diagnose(ward[kind].model, ward[kind].X, ward[kind].y)

# %% check="six-findings"
check("six-findings", my_name, findings)

# %% [markdown]
r"""
The names of causes, for looking up:
"""

# %% shows_only=true
for cause, meaning in vg.clinic.CAUSES.items():
    print(f"{cause:28} {meaning}")

# %% [markdown]
r"""
### Exercise 6 · Six cures, and the proof ★★★ (4 points)

Now cure them. `healed` is a dictionary: kind → patient, each **treated by one change of the setting that is at
fault, and trained** with `fit()`, for no more epochs than its chart says. The check shows each net examples from
its test set and looks at what it answers; to have learned, it must reach `ward[kind].level`.

For example:

```python
>>> whole = vg.clinic.patient("resnet", "rate", seed=0)
>>> better = whole.treated(rate=0.1)
>>> print(better.changed, better.chart["rate"], whole.chart["rate"], whole.level)
{'rate': 0.1} 0.1 5.0 0.7
```

<details><summary>Hint 1</summary>

`ward[kind].treated(setting=value)` gives a new patient, untrained; call its `fit()`, and look at its `score()`.
</details>

<details><summary>Hint 2</summary>

What is a good value? The other charts of this lesson show some. What does a healthy net of that kind have?
`pixels=1`, `frozen="none"`, `labels="paired"`, `forget_bias=1.0`, `kernels="drawn"`, `activation="tanh"`, a rate
of usual size.
</details>

<details><summary>Hint 3</summary>

The second term of the VAE's loss is a sum over the code, the first a mean over 64 pixels: a weight of some
thousandths brings them together. Where a loss takes logits for probabilities, `from_logits=True`; a net that
cannot see order needs `positions=True`.
</details>
"""

# %% answer="six-cures"
healed = ...
### BEGIN SOLUTION
changes = {
    "cnn": {"frozen": "none"},
    "resnet": {"rate": 0.1},
    "lstm": {"forget_bias": 1.0},
    "transformer": {"positions": True},
    "autoencoder": {"kernels": "drawn"},
    "vae": {"kl_weight": 0.002},
}
healed = {kind: ward[kind].treated(**change) for kind, change in changes.items()}
for one in healed.values():
    one.fit()
    print(f"{one.kind:12} {one.changed}: score {one.score():.2f}, level {one.level}")
### END SOLUTION

# %% check="six-cures"
check("six-cures", my_name, healed)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 1 (click here to see how it is drawn)
order = list(levels)
fig, ax = plt.subplots(figsize=(7.8, 4.2), layout="constrained")
rng = np.random.default_rng(0)
looks = {
    "nothing": ("#D55E00", "x", -0.17, "ill"),
    "cured": ("#0072B2", "o", 0.17, "cured by one change"),
}
for change, (color, marker, side, label) in looks.items():
    part = runs[runs.change == change]
    x = part.kind.map(order.index) + side + rng.uniform(-0.1, 0.1, len(part))
    size = {"s": 22, "linewidths": 1.1, "alpha": 0.7}
    ax.scatter(x, part.score, color=color, marker=marker, label=label, **size)
for at, kind_name in enumerate(order):
    ax.hlines(levels[kind_name], at - 0.4, at + 0.4, color=style.INK, linewidth=1.2)
style.dress(ax, "Every patient of the clinic", "line: the score that counts as learned")
ax.set(xticks=range(len(order)), ylabel="score on the test examples", ylim=(-0.3, 1.05))
ax.set_xticklabels(order)
fig.legend(loc="outside lower center", ncols=2, frameon=False)
vg.plots.tell(
    fig,
    "Scores of six kinds of net, ill and cured, all seeds of each fault. All that "
    "are ill lie below the line of their kind, nearly all of them near chance, at 0 or "
    "below; all cured ones lie above it.",
)

# %% [markdown]
r"""
*Figure 1. Every patient that can be drawn for any name, before (crosses) and after (circles) the one change; the
oddity is left in. The line is the score that counts as learned. No cross lies above its line, and no circle below
it. Crosses well below 0, of the variational autoencoder, are copies that fit worse than the mean picture.*

### Exercise 7 · A second opinion (2 points, read by a person)

A colleague writes of a variational autoencoder: "*Its copies are all the same grey blur, and `diagnose` says
healthy. So the net is too small: I doubled its width and the number of epochs.*" Answer in five sentences or so.
What is the symptom, and what may be the cause? What does a `healthy` of `diagnose` say, and what not? Which
single measurement would tell the colleague's explanation from yours, and what would you expect of it?
"""

# %% [markdown] written="second-opinion" points=2
r"""
### BEGIN SOLUTION
The symptom is copies that do not depend on the input: a score of about 0, the loss of a constant answer. A likely
cause is a divergence term that outweighs the reconstruction, because one is summed and the other averaged, so
that the code is pressed to N(0, 1) and says nothing. `healthy` says that gradients arrive at every layer, that
units are alive and numbers finite on one batch; it cannot know whether the loss asks for what is wanted. One
measurement, with nothing else changed: the same net, the same epochs, the weight of the divergence five hundred
times smaller. If the colleague were right it would stay at 0; in the clinic's table every seed passes its
level. (As good: the spread of the code's means over the examples, near 0 if the code is ignored.)

**Rubric.** 1 point: tells symptom from cause, and names a cause that fits (weight of the divergence; sum against
mean), with what `healthy` does not cover. Half of it without the latter. 1 point: *one* change or one
measurement, with an expectation for either explanation. Half of it where the expectation is missing, or two
things are changed.
### END SOLUTION
"""

# %% [markdown]
r"""
## 8 · Your certificate (2 minutes)

The course is at its end. This cell writes `certificate.html` beside the lessons' folders: your points, your
predictions, and the last figure of each of *your* notebooks as you saved them (save this one first, with
<kbd>Ctrl</kbd> + <kbd>S</kbd>). It is one file that asks nobody for anything; send it, print it, or keep it.
"""

# %% shows_only=true
vg.certificate(my_name)

# %% [markdown]
r"""
(The page says itself what it is worth: your own copy kept these points, and nobody has looked over them.)

## What you take with you

- **First the loss of a constant answer.** Whoever does not get below it has learned nothing.
- **What you see is not yet the cause.** `nan`, dead units, a grey blur: ask what in the chart can do that.
- **What looks odd is not yet the fault.** Pixels from 0 to 255 kill a residual net without normalisation; a
  convolutional one with batch normalisation learns all the same.
- `diagnose` sees gradients, units and numbers. **It cannot see that the task is wrong**: labels, order, the
  loss's terms.
- **One change, many seeds, an examination of what it costs.** A cure that is not shown by a trained net is an
  opinion.

Thank you for your company. You came for a gradient that vanishes; you leave with a stethoscope. *Measure it, by
layer, over many seeds, and change one thing at a time.*

## Sources

- A. Karpathy (2019). *A recipe for training neural networks.* Look at the loss at the start, overfit one batch,
  change one thing at a time.
- S. Ioffe, C. Szegedy (2015). *Batch normalization: accelerating deep network training by reducing internal
  covariate shift.* ICML.
- P. Micikevicius and others (2018). *Mixed precision training.* ICLR. Loss scaling.
- R. Jozefowicz, W. Zaremba, I. Sutskever (2015). *An empirical exploration of recurrent network architectures.*
  ICML. The forget gate's bias.
- A. Vaswani and others (2017). *Attention is all you need.* NeurIPS. Why positions must be added.
- D. P. Kingma, M. Welling (2014). *Auto-encoding variational Bayes.* ICLR.
- S. R. Bowman and others (2016). *Generating sentences from a continuous space.* CoNLL. A code that is ignored.
"""
