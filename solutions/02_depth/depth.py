# %% [markdown]
r"""
# Lesson 2 · Shallow and deep: change one thing at a time

Everyone knows that deep sigmoid networks do not train and that ReLU cured them. There are two well-known
tutorials that show it, with code and figures. In this lesson you repeat their experiments: not once, but a
hundred times. Some of what everyone knows will survive.

**You will be able to**

- build a network in which depth, width, activation, weights and seed can each be changed alone;
- say what a single training run is worth, and report a hundred of them in one line;
- tell a fair comparison from one that changed two things at once;
- find out *which* of several changes was the cure.

**Time** about 105 minutes with the exercises (the minutes at the headings are without them);
section 4 is a good place for a break. **Points** 13. **You need** lesson 1, a little pandas, and to have seen a Keras
model before.
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

from vgcourse import (
    check,
    depth_runs,
    fallback,
    predict,
    published_runs,
    published_settings,
    reveal,
    style,
    t1_circles,
)

# %% [markdown]
"""
## 1 · A network with every knob in hand (6 minutes)

To change one thing, all others must stay what they were, and that includes the thing one sees least: the
random numbers that the weights begin with. Keras draws them with an **initializer**. If we want to repeat a
run, we give the initializer a **seed**. And here lies a trap. Three layers share one initializer:
"""

# %%
predict(
    "shared-initializer",
    "Three hidden layers of 5 units share one GlorotUniform(seed=1). They begin …",
    choices=[
        "all three different",
        "layers 2 and 3 exactly alike",
        "it depends on the run",
    ],
)

# %% shows_only=true
one = keras.initializers.GlorotUniform(seed=1)
layers = [keras.layers.Dense(5, "tanh", kernel_initializer=one) for _ in range(3)]
keras.Sequential([keras.Input((2,)), *layers])
second, third = layers[1].get_weights()[0], layers[2].get_weights()[0]
print(f"largest difference, kernel 2 against 3: {np.abs(second - third).max()}")

# %% shows_only=true
alike = np.array_equal(second, third)
reveal(
    "shared-initializer",
    "layers 2 and 3 exactly alike" if alike else "all three different",
    "A seeded initializer gives the same numbers whoever asks, as often as asked.",
)

# %% [markdown]
r"""
(Layer 1 has another shape, (2, 5), and so escapes.) There is no warning, and such a network trains. It is
just not the network that you meant. So: **one fresh initializer for each layer,
each with a seed of its own.**

### Exercise 1 · A net of any depth ★★ (3 points)

Write `make_mlp(depth, width, activation, initializer, seed)`. It gives back a `keras.Sequential` with

- 2 inputs, `depth` hidden layers of `width` units with that `activation`, and 1 output unit with a sigmoid;
- kernels drawn by `initializer`, in every layer, the output too. You get the *class*, such as
  `keras.initializers.GlorotUniform`; calling it, as in `initializer(seed=7)`, makes an initializer. Biases
  stay at 0, Keras's default;
- the same weights for the same `seed`, and quite other weights for another one: no kernel in common
  (seeds are below 1,000).

For example:

```python
>>> model = make_mlp(2, 5, "tanh", keras.initializers.GlorotUniform, seed=1)
>>> print([weights.shape for weights in model.get_weights()])
[(2, 5), (5,), (5, 5), (5,), (5, 1), (1,)]
```

(Without `keras.Input`, Keras makes the weights at the first call. That is right as well; the list is empty until then.)

<details><summary>Hint 1</summary>

Begin with `model = keras.Sequential([keras.Input((2,))])`, add a `keras.layers.Dense` in a loop with
`model.add(...)`, then the output layer, and return the model.
</details>

<details><summary>Hint 2</summary>

Inside the loop you know two whole numbers: `seed`, and the number of the layer. Make one seed out of both.
What goes wrong with `seed + layer`? Compare layer 3 of seed 0 with layer 2 of seed 1.
</details>

<details><summary>Hint 3</summary>

`initializer(seed=1000 * seed + layer)` keeps all layers of all nets apart, as long as no net has 1,000
layers. Hand it to `Dense` as `kernel_initializer`. The output layer is one more, with a number of its own.
</details>
"""


# %% answer="make-mlp"
def make_mlp(depth, width, activation, initializer, seed):
    """A keras.Sequential: 2 inputs, `depth` hidden layers, 1 sigmoid output."""
    ### BEGIN SOLUTION
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(width, activation, kernel_initializer=kernel))
    kernel = initializer(seed=1000 * seed + depth)
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=kernel))
    return model
    ### END SOLUTION


# %% check="make-mlp"
check("make-mlp", make_mlp)

# %% [markdown]
"""
Before any training, look at what your seeds do. T1's data are two rings of 1,000 points, half of them in
each (lesson 1). Here are five of your nets, fresh from the initializer.
"""

# %% shows_only=true
make_mlp = fallback("make-mlp", make_mlp)
glorot = keras.initializers.GlorotUniform

t1 = t1_circles()
nets = [make_mlp(3, 5, "tanh", glorot, seed) for seed in range(5)]
guesses = [np.asarray(net(t1.X_train))[:, 0] > 0.5 for net in nets]
for seed, guess in enumerate(guesses):
    right, alike = np.mean(guess == t1.y_train), np.mean(guess == guesses[0])
    print(f"seed {seed}: {right:.3f} right, like seed 0 on {alike:4.0%} of points")

# %% [markdown]
"""
All five are at chance, as they must be. But they are at chance in quite different ways, and training begins
there. How far apart does it end? That is section 2.

(The course's package has this builder, too: `vg.mlp(depth, width, activation, initializer, seed)`, which
takes the initializer's *name*, such as `"glorot_uniform"`, and calls the layers `hidden_1`, `hidden_2`, …,
`output`. The later lessons use it.)

The second thing that never comes alone is depth itself: a deeper net is also a *larger* one.

### Exercise 2 · How much larger? ★ (1 point)

Write `count_parameters(depth, width)`: how many numbers (weights and biases) the net of exercise 1 learns.
Work it out: no model is needed for it.

For example:

```python
>>> print(count_parameters(2, 5))
51
```

<details><summary>Hint 1</summary>

A layer with 7 inputs and 3 units has a kernel of 7 × 3 weights and 3 biases.
</details>

<details><summary>Hint 2</summary>

The first hidden layer has 2 inputs. Every other hidden layer has `width` inputs. The output has `width`
inputs and 1 unit. How many "other" hidden layers are there?
</details>

<details><summary>Hint 3</summary>

For `depth = 2` and `width = 5`: (2·5 + 5) + (5·5 + 5) + (5 + 1) = 51. Replace the second bracket by
`depth - 1` of them.
</details>
"""


# %% answer="count-parameters"
def count_parameters(depth, width):
    """Weights and biases of make_mlp(depth, width, ...): one whole number."""
    ### BEGIN SOLUTION
    first, output = 3 * width, width + 1
    return first + (depth - 1) * (width * width + width) + output
    ### END SOLUTION


# %% check="count-parameters"
check("count-parameters", count_parameters)

# %% shows_only=true
count_parameters = fallback("count-parameters", count_parameters)
depths = [1, 2, 5, 10, 20]
sizes = {f"width {w}": [count_parameters(d, w) for d in depths] for w in (5, 25)}
pd.DataFrame(sizes, index=pd.Index(depths, name="depth"))

# %% [markdown]
"""
If the deep nets below did *better*, we should have to ask whether that is their depth or their size: ten
layers of 5 units have 14 times the parameters of one. T2's ten layers will do worse than its one, with more
parameters. That spares us the question there.

## 2 · One run is one draw (9 minutes)

Here is what the two tutorials reported. Each number comes from **one** run with one random start. The names
say the activation and the number of hidden layers; all have 5 units per layer.
"""

# %% shows_only=true
published = {
    "T1.relu1": 0.973,
    "T1.sig1": 0.654,
    "T1.sig3": 0.533,
    "T2.tanh1": 0.816,
    "T2.tanh5": 0.530,
    "T2.relu5": 0.836,
}
published_settings(list(published)).assign(reported=published).T

# %% [markdown]
"""
How to read it: `learning_rate` NaN means "left at Keras's default", which for Adam is 0.001. The
initializers are recipes for random weights. `uniform` is U(0, 1), drawn between 0 and 1: *all weights
positive*. `glorot_uniform` (Glorot's weights, Keras's default) and `he_uniform` (He's) are drawn to both
sides of 0, and the more inputs a unit has, the closer to 0; why just so close is lesson 5.

Take the second and the third: sigmoid with one hidden layer .654, with three .533. So depth did harm. Now
suppose that two people repeat it, one with one layer and one with three, each with a seed of their own,
**once**.
"""

# %%
predict(
    "depth-order",
    "In what percentage of the repeats do THREE sigmoid layers come out ahead?",
    between=(0, 50),
    step=1,
)

# %% [markdown]
"""
To find out, we run each experiment with **100 seeds**. The seed decides the initial weights and the order
of the points; the data stay the same. All the runs of this lesson take a computer half
an hour, so the course keeps a table of them; `python -m vgcourse.published.kept.tutorial_runs` measures it anew.
(Do not take that on trust. In section 5 you will run a part of it yourself and compare.)
"""

# %% shows_only=true
table = published_runs()
runs = table[table.id.isin(published)]
runs[["id", "depth", "activation", "seed", "accuracy"]].sample(5, random_state=0)

# %% [markdown]
"""
### Exercise 3 · A hundred runs in one line ★★ (2 points)

Write `quartile_band(runs, by)`. It groups the rows of the table `runs` by the column named `by`, and gives
back a DataFrame with one row a group and the columns `low`, `median` and `high` of `accuracy`: the lower
quartile (a quarter of the runs end below it), the median, and the upper quartile.

For example:

```python
>>> few = pd.DataFrame({"net": list("aaaaabb"), "accuracy": [0.5, 0.6, 0.7, 0.8, 0.9, 0.4, 0.8]})
>>> print(quartile_band(few, "net"))
     low  median  high
net
a    0.6     0.7   0.8
b    0.5     0.6   0.7
```

<details><summary>Hint 1</summary>

`runs.groupby(by).accuracy` is the accuracy in groups. It has methods such as `.median()`.
</details>

<details><summary>Hint 2</summary>

`.quantile(0.25)` is the lower quartile of each group. Three such series make three columns.
</details>

<details><summary>Hint 3</summary>

`pd.DataFrame({"low": ..., "median": ..., "high": ...})` makes the table out of three series and keeps the
groups as its index. Do not forget `return`.
</details>
"""


# %% answer="quartile-band"
def quartile_band(runs, by):
    """A DataFrame, one row for each value of `by`: low, median, high of accuracy."""
    ### BEGIN SOLUTION
    accuracy = runs.groupby(by).accuracy
    low, high = accuracy.quantile(0.25), accuracy.quantile(0.75)
    return pd.DataFrame({"low": low, "median": accuracy.median(), "high": high})
    ### END SOLUTION


# %% check="quartile-band"
check("quartile-band", quartile_band)

# %% shows_only=true
quartile_band = fallback("quartile-band", quartile_band)
quartile_band(runs, "id").loc[list(published)].round(3).assign(reported=published)

# %% shows_only=true
title = "Six published runs among a hundred each"
vg.plots.draws(runs, by="id", y="accuracy", published=published, title=title)

# %% [markdown]
"""
*Figure 1. Every dot is a run, the diamond is the published one. All six diamonds lie among the dots: all
six reports can be honest draws. But look how wide they lie: `T1.sig1` reaches from below .5 to above .9.
`T1.relu1` and `T2.relu5` are narrow, with a few stragglers far to the left.*

Nobody cheated, and nobody was lucky: five of the six published numbers are within .04 of the median, and
the sixth, `T2.tanh5`, within .06. What the tutorials could not show is the *spread*. So back to the two
repeaters.
"""

# %% shows_only=true
accuracy = {id: group.accuracy.to_numpy() for id, group in runs.groupby("id")}


def ahead(a, b):
    """How often a run of a beats a run of b: all pairs of seeds."""
    return np.mean(accuracy[a][:, None] > accuracy[b])


for a, b in [("T1.sig3", "T1.sig1"), ("T1.sig1", "T1.relu1"), ("T2.tanh5", "T2.relu5")]:
    print(f"one run of {a} beats one run of {b} in {ahead(a, b):.0%} of pairs")

# %% shows_only=true
reveal(
    "depth-order",
    round(100 * ahead("T1.sig3", "T1.sig1")),
    "One honest repeat in four would report the opposite.",
    near=4,
)

# %% [markdown] solution_only=true
"""
**Analysis.** The six bands: `T1.relu1` .944 to .987, `T1.sig1` .589 to .761, `T1.sig3` .501 to .608,
`T2.tanh1` .808 to .820, `T2.tanh5` .536 to .602, `T2.relu5` .823 to .842. The quartile bands of sig1 and
sig3 overlap a little, hence 25 % of reversed pairs; the other two comparisons have bands far apart and 3 %. A
reversed order is a property of the overlap, not of the medians: with one seed each, a difference of .10
between medians means little where the interquartile range is .17.
"""

# %% [markdown]
"""
So there are two kinds of published difference. *tanh5 below relu5* is safe: one pair in thirty is reversed.
*Three sigmoid layers below one* is true as well, of the medians, but a single pair of runs could hardly
have told us. **The ranking holds; a number with three digits from one run does not.**

## 3 · What depth does (7 minutes)

T2 goes on to vary the depth of its tanh network from 1 to 10, once with 5 units per layer and once with 25.
Here are 100 seeds of each (fewer, down to 10, where a net is both wide and deep).
"""

# %% shows_only=true
by_depth = table[table.id.str.fullmatch(r"T2.tanh\d+(\+width25)?")]
by_depth = by_depth.sort_values(["width", "depth"])
by_depth = by_depth.assign(net="width " + by_depth.width.astype(str))
title = "T2's tanh network, one to ten hidden layers"
vg.plots.band(by_depth, "depth", "accuracy", hue="net", title=title)

# %% [markdown]
"""
*Figure 2. Training accuracy over the number of hidden layers. With 5 units, one to three layers reach .80
to .82, not far from the ceiling of .84 that lesson 1 found. Then it falls: .65 at four layers, .58 at five,
and from eight on a half. The band is widest in between, at three and four. With 25 units it falls from .83
to a half in one step, between two layers and three.*

Five times the units, and the network gives up *earlier*. That is odd, if you think of a wide network as a
strong one. Keep it in mind: U(0, 1) weights are all positive, and a unit that adds up 25 positive weights
gets a larger sum than one that adds up 5.

Look at the band, not only at the line. With 5 units, runs agree at depth 1 and 2, and from 8 on they agree
again. In between, at depth 4, a run may end anywhere from .52 to .84: **"does it learn?" has no yes or no
there, only a probability.** The same holds for T2's claim that a ReLU network "still learns" with 15 layers
and "no longer" with 20:
"""

# %% shows_only=true
for id in ("T2.relu5", "T2.relu15", "T2.relu20"):
    learns = np.mean(table[table.id == id].accuracy > 0.7)
    print(f"{id}: above .7 in {learns:.0%} of runs")

# %% [markdown]
"""
So, does depth harm tanh networks? Before you say yes, look at the same thing once more with *other weights
and another optimizer*: T1's data, Glorot's weights in place of U(0, 1), Adam with a learning rate of 0.01,
and all three activations.
"""

# %% shows_only=true
grid = depth_runs()
title = "Depth, with Glorot's weights and Adam"
vg.plots.band(grid, "depth", "accuracy", hue="activation", title=title)

# %% shows_only=true
for activation, runs_10 in grid[grid.depth == 10].groupby("activation"):
    share = np.mean(runs_10.accuracy > 0.9)
    print(f"ten layers of {activation:7}: above .9 in {share:.0%} of runs")

# %% [markdown]
"""
*Figure 3. As figure 2, with three activations, 40 seeds a point. tanh stays at .99 from one layer to ten,
its band too narrow to see. ReLU's median stays there too, but from eight layers on its band reaches down to
a half. Sigmoid keeps its median for seven layers, though its band opens at four; at nine it sits at a
half.*

The tanh network that could not get past three layers now trains with ten. "Deep tanh networks do not train"
was never a fact about tanh. And the ranking at ten layers is not the famous one: tanh first, ReLU second,
with nearly every other run lost, and sigmoid nowhere.

*Why* did figure 3 come out so much better than figure 2? We cannot say. Between them we changed the data,
the weights and the optimizer, all at once. It is an easy mistake to make, and a popular one.

## 4 · Which comparisons are fair? (2 minutes)

T2's title says *how to fix the vanishing gradients problem using ReLU*. Its evidence: five layers of tanh
.530, five layers of ReLU .836. Look at the table in section 2 again, at its last two columns, `T2.tanh5` and
`T2.relu5`. What else differs?

If two set-ups differ in two settings and one works, we cannot know which setting did it. One says that the
two are **confounded**. Only pairs that differ in exactly one setting can blame that setting.

### Exercise 4 · Find the fair pairs ★★ (2 points)

Write `fair_pairs(table)`. The table has one row an experiment, with its name as the index, and one column a
setting. Give back a list of triples `(name, other name, setting)`: every pair that differs in **exactly
one** setting, once, and the setting in which it differs. Mind that a learning rate left at its default is
NaN in such a table.

For example:

```python
>>> settings = pd.DataFrame({"depth": [1, 3, 3], "rate": [0.1, 0.1, np.nan]}, index=["A", "B", "C"])
>>> print(fair_pairs(settings))  # A and C differ in both
[('A', 'B', 'depth'), ('B', 'C', 'rate')]
```

<details><summary>Hint 1</summary>

`itertools.combinations(table.index, 2)` gives every pair of names once. `table.loc[name]` is a row.
</details>

<details><summary>Hint 2</summary>

Collect the settings in which two rows differ in a list; the pair is fair if the list has length 1. In Python
`nan == nan` is False. What does that do to two rows that both have NaN?
</details>

<details><summary>Hint 3</summary>

Get rid of NaN first: `table = table.astype(object).where(table.notna(), "default")`. Then
`[s for s in table.columns if table.loc[a, s] != table.loc[b, s]]` is the list for the pair `a`, `b`.
</details>
"""


# %% answer="fair-pairs"
def fair_pairs(table):
    """A list of (name, other name, setting): pairs that differ in one setting only."""
    ### BEGIN SOLUTION
    from itertools import combinations

    table = table.astype(object).where(table.notna(), "default")
    pairs = []
    for a, b in combinations(table.index, 2):
        changed = [s for s in table.columns if table.loc[a, s] != table.loc[b, s]]
        if len(changed) == 1:
            pairs.append((a, b, changed[0]))
    return pairs
    ### END SOLUTION


# %% check="fair-pairs"
check("fair-pairs", fair_pairs)

# %% [markdown]
"""
Now to all nine experiments of T1 and T2 for which the tutorials report an accuracy. The three that are new,
`T1.sig4`, `T1.tanh4` and `T1.relu4`, have four hidden layers of 5 units, RMSprop, and weights from N(0, 1),
the normal distribution with standard deviation 1.
"""

# %% shows_only=true
fair_pairs = fallback("fair-pairs", fair_pairs)
nine = [*published, "T1.sig4", "T1.tanh4", "T1.relu4"]
pairs = fair_pairs(published_settings(nine))
for a, b, setting in pairs:
    print(f"{a:9} and {b:9} differ in {setting} alone")
print(f"{len(pairs)} fair pairs of {len(nine) * (len(nine) - 1) // 2}")

# %% [markdown] solution_only=true
"""
**Analysis.** Six of 36 pairs are fair: relu1 with sig1, sig1 with sig3, the three pairs among sig4, tanh4
and relu4 (same weights, same optimizer), tanh1 with tanh5, and no pair across T1 and T2, since data, epochs
and optimizer differ. tanh5 and relu5 differ in activation, initializer and output_initializer; sig3 and
sig4 in depth, initializer and optimizer.
"""

# %% [markdown]
"""
T1 kept its house in order: sig4, tanh4 and relu4 differ in the activation and in nothing else. T2's main
pair, tanh5 and relu5, **is not in the list**. It changed the activation, the hidden weights and the output
weights. In section 6 we shall find out which of them was the cure.

## 5 · Four failures, one change each (9 minutes)

Take `T1.sig1`: one hidden layer of sigmoids, and a median of .67, where the same data are 99 % separable.
Is the gradient vanishing? There is only one hidden layer for it to vanish in. Let us change *one* thing,
the learning rate, from Adam's default of 0.001 to 0.01.
"""

# %%
predict(
    "ten-times-faster",
    "T1.sig1 has a median of .67. And with ten times the learning rate?",
    between=(0.5, 1.0),
    step=0.01,
)

# %% [markdown]
"""
This one you run yourself, with the first 32 seeds and both rates. It takes a few seconds.
"""

# %% shows_only=true
live = vg.sweep(
    depth=1,
    activation="sigmoid",
    optimizer="adam",
    learning_rate=[0.001, 0.01],
    seeds=range(32),
    data=(t1.X_train, t1.y_train),
    progress=False,
)
quartile_band(live, "learning_rate").round(3)

# %% shows_only=true
reveal(
    "ten-times-faster",
    live[live.learning_rate == 0.01].accuracy.median(),
    "The same 21 parameters, the same sigmoid, the same 100 epochs.",
    near=0.02,
)

# %% [markdown]
"""
(The median at the old rate need not be .67 to the digit: these are 32 seeds of the hundred. Even a median is
a draw, if a much steadier one.)

And is the course's table true? Your 32 runs at the old rate, against the table's rows with the same seeds:
"""

# %% shows_only=true
mine = live[live.learning_rate == 0.001].set_index("seed").accuracy
kept = table[table.id == "T1.sig1"].set_index("seed").accuracy
difference = (mine - kept).abs().max()
print(f"largest difference between your runs and the table's: {difference:.4f}")

# %% [markdown]
"""
Now look at *how* the slow runs fail. The figure shows the loss of every run. A step at the rate 0.01 is ten
times as long, so we count an epoch at that rate as ten.
"""

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 4 (click here to see how it is drawn)
curves = live.curves
colors = {0.001: style.look("sigmoid").color, 0.01: style.OTHERS[2].color}
dashes = {0.001: "-", 0.01: "--"}
fig, ax = plt.subplots(figsize=(7.8, 4.2), layout="constrained")
for rate, color in colors.items():
    same_rate = curves[curves.learning_rate == rate]
    loss = same_rate.pivot(index="epoch", columns="seed", values="loss").iloc[1:]
    far = (loss.index + 1) * rate / 0.001
    ax.plot(far, loss, color=color, alpha=0.2, linewidth=0.8)
    look = {"color": color, "linestyle": dashes[rate], "label": f"learning rate {rate}"}
    ax.plot(far, loss.median(axis=1), linewidth=3, **look)
ax.axhline(np.log(2), color=style.MUTED, linestyle=":")
place = {"xytext": (0, -13), "textcoords": "offset points"}
ax.annotate("a coin: log 2", (1.1, np.log(2)), **place, color=style.MUTED)
title = "The same road, ten times as fast"
style.dress(ax, title, "loss of 32 runs each; thick: median")
ticks = (1, 10, 100, 1000)
ax.set(xscale="log", xticks=ticks, xticklabels=map(str, ticks), ylim=(0, 0.9))
ax.set(xlabel="how far: epochs, times ten at the rate 0.01", ylabel="loss")
ax.legend(loc="lower left")
vg.plots.tell(
    fig,
    "Loss over the way gone, on a log axis. Where both learning rates have been, "
    "their medians lie on one line; the fast runs go on and fall.",
)

# %% shows_only=true
slow = curves[(curves.learning_rate == 0.001) & (curves.epoch == 99)].loss.median()
fast = curves[(curves.learning_rate == 0.01) & (curves.epoch == 9)].loss.median()
print(f"median loss: {slow:.3f} after 100 slow epochs, {fast:.3f} after 10 fast ones")

# %% [markdown]
"""
*Figure 4. Loss over the way gone, on a logarithmic axis. Where both have been, from 10 to 100, the two medians
lie on one line: first a fall to log 2, the loss of a coin, then a long plateau. At 100, where the slow runs end,
it has only begun to bend. The fast runs go on, to 1000, and fall off its far end.*

The slow runs were not stuck. They walk the same road as the others, a tenth as fast, and **100 epochs end on
the plateau**. T1 stopped its clock there.

The table answers more such questions, each with one change: ten times the rate, more epochs, Glorot's
weights, a greater width, Adam in place of SGD.
"""

# %% shows_only=true
rescues = {
    "T1.sig1": ["T1.sig1+rate10"],
    "T1.sig4": ["T1.sig4+rate10", "T1.sig4+epochs1000", "T1.sig4+glorot"],
    "T2.relu20": ["T2.relu20+width32"],
    "T2.tanh5": ["T2.tanh5+epochs1000", "T2.tanh5+adam"],
}
ids = [id for failing, changes in rescues.items() for id in (failing, *changes)]
rescued = quartile_band(table, "id").loc[ids].round(3)
rescued

# %% [markdown]
"""
Read it slowly; it contradicts a good deal of folklore.

- `T1.sig4` is *the* example of a network that the vanishing gradient stops. Ten times the learning rate, or
  ten times the epochs, and its median is .99.
- Its **Glorot** weights, the textbook's advice, make it *worse*: a flat .5 in most runs. Lesson 5 shows
  why: for a sigmoid, Glorot's weights lose even more than N(0, 1) does, of the error going down and of the signal going
  up. A better recipe for one activation is not a better recipe.
- `T2.relu20` fails at width 5 and learns at width 32 (in all ten runs of it that the table has). So was the narrowness at fault, and not the depth? But
  `T2.relu5` is just as narrow, and learns. Deep and wide learns, shallow and narrow learns, **deep and narrow**
  does not: it takes both. Two causes that do harm only together are called an *interaction*, and no change of one
  thing alone can show it: it takes the table of two by two. (A
  median above .84, the ceiling, is a training accuracy: a net with 20,000 weights learns some of the noise
  of 500 points by heart.)
- `T2.tanh5` gets somewhat further with twice the epochs, and further still with Adam. Neither brings it to the
  ceiling. What does? That is section 6.

### Exercise 5 · A plateau or a wall? ★★ (2 points, read by a person)

T1 shows that `T1.sig4` ends at .588, and explains it by the vanishing gradient. Many a reader concludes
that such a network *cannot* learn the circles. In two or three sentences: which two rows of the table speak
against "cannot", and what may one honestly say that a small gradient does? Is the vanishing gradient then
harmless?
"""

# %% [markdown] written="plateau-or-wall" points=2
"""
### BEGIN SOLUTION
With ten times the learning rate the same network has a median of .993, and with ten times the epochs .995,
so the function is within its reach and gradient descent finds it: a plateau, not a wall. What one may say
is that at the usual learning rate small gradients make the first part of training so slow that 100 epochs
do not get across it. That is not harmless: time is what training costs, and the factor per layer
multiplies. With four layers it costs ten times the epochs; with many layers the factors multiply until
patience ends (and one large rate does not fit all layers, since the last ones have large gradients already).

**Rescue in numbers.** sig4: .628 (quartiles .590 to .746) → .993 with rate 0.01, → .995 with 1,000 epochs.

**Rubric.** 1 point: names the two changes (rate × 10, epochs × 10) and concludes that the network can
represent and find the solution, so that "slow" is right and "cannot" is wrong. 1 point: says that slow is
still a real harm: cost in epochs, growing with depth by a factor per layer, or layers that need different
rates. Half of it for "it is harmful" without a reason. No point for "vanishing gradients do not exist".
### END SOLUTION
"""

# %% [markdown]
r"""
## 6 · What cured T2? (6 minutes)

Two explanations stand against each other for `T2.tanh5` (.53) and `T2.relu5` (.84).

- **A.** *It was the activation.* tanh saturates, its slope is below 1, the gradient vanishes; ReLU's slope
  is 1.
- **B.** *It was the weights.* U(0, 1) is all positive: in every layer all units see nearly the same sum,
  drive each other into saturation and all do the same thing. He's weights are centred at 0.

Both explain both published numbers, and so those numbers cannot choose between them. An experiment that can
is one for which **A and B predict different outcomes**. There is nothing simpler than: keep everything of
`tanh5`, and take over *one* setting of `relu5`.
"""

# %%
predict(
    "tanh5-cure",
    "T2.tanh5 gets one single setting from T2.relu5. Which one is enough to rescue it?",
    choices=[
        "ReLU in place of tanh",
        "He's weights in the hidden layers",
        "Glorot's weights in the output layer",
        "none",
    ],
)

# %% [markdown]
r"""
### Exercise 6 · One change at a time ★★★ (3 points)

Write `share_of_gap(bad, good, run)`. `bad` and `good` are set-ups: dictionaries with the same keys (in any order),
setting → value. `run(setup)` carries an experiment out and gives back an array of accuracies, one for each seed.
(Runs are expensive, so only run what you need.) For **every setting in which the two differ**, take `bad`,
change this one setting to its value in `good`, run it, and work out how much of the way from `bad` to
`good` the median has gone:

$$\text{share} = \frac{\text{median}(\text{bad with one change}) - \text{median}(\text{bad})}
{\text{median}(\text{good}) - \text{median}(\text{bad})} .$$

Give back a dictionary, setting → share. A share of 0: this change explains nothing. A share of 1: it alone
explains everything. A share below 0: it made things worse.

For example:

```python
>>> old = {"depth": 5, "rate": 0.1, "epochs": 100}
>>> new = {"depth": 2, "rate": 0.2, "epochs": 100}
>>> parts = share_of_gap(old, new, lambda s: np.array([0.9 - 0.1 * s["depth"] + s["rate"]]))
>>> print({setting: round(float(share), 2) for setting, share in parts.items()})  # .5 → .8 or .6, of .9
{'depth': 0.75, 'rate': 0.25}
```

<details><summary>Hint 1</summary>

First list the keys with `bad[key] != good[key]`. Then loop over them: one experiment each.
</details>

<details><summary>Hint 2</summary>

`changed = dict(bad)` is a copy, so that `bad` itself stays as it was. Start from a fresh copy for every setting,
or the changes pile up.
</details>

<details><summary>Hint 3</summary>

Before the loop: `low, high = np.median(run(bad)), np.median(run(good))`. In it, with the copy changed:
`shares[key] = (np.median(run(changed)) - low) / (high - low)`.
</details>
"""


# %% answer="share-of-gap"
def share_of_gap(bad, good, run):
    """A dictionary: setting → the share of the gap that this one change closes."""
    ### BEGIN SOLUTION
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = (np.median(run(changed)) - low) / (high - low)
    return shares
    ### END SOLUTION


# %% check="share-of-gap"
check("share-of-gap", share_of_gap)

# %% [markdown]
"""
Now for T2. Below, `run` looks the set-up up in the table of 100 seeds.
"""


# %% shows_only=true
def run(setup):
    """The accuracies of this set-up in the table, one a seed."""
    same = np.all([table[setting] == value for setting, value in setup.items()], axis=0)
    return table[same].accuracy.to_numpy()


share_of_gap = fallback("share-of-gap", share_of_gap)
bad, good = (published_settings().loc[id].to_dict() for id in ("T2.tanh5", "T2.relu5"))
for setting, share in share_of_gap(bad, good, run).items():
    changed = run({**bad, setting: good[setting]})
    print(f"{setting:18} {bad[setting]:>7} → {good[setting]:14}", end=" ")
    print(f"closes {share:4.0%} of the gap: median {np.median(changed):.3f},", end=" ")
    print(f"{changed.min():.3f} to {changed.max():.3f}")

# %% shows_only=true
shares = share_of_gap(bad, good, run)
names = {
    "activation": "ReLU in place of tanh",
    "initializer": "He's weights in the hidden layers",
    "output_initializer": "Glorot's weights in the output layer",
}
best = max(shares, key=shares.get)
cure = names[best] if shares[best] > 0.5 else "none"
reveal("tanh5-cure", cure, "tanh was never the trouble.")

# %% [markdown] solution_only=true
"""
**Analysis.** Of the gap of .255 between the medians (.580 and .835), He's weights in the hidden layers
close 100 % (median .834, lowest of 100 runs .798). Glorot's weights in the output layer alone change
nothing (−2 %, within the noise of a median over 100 runs). ReLU alone closes −30 %: all hundred runs end at
.496 to .504, worse than tanh5. With U(0, 1) a ReLU net is linear wherever its sums are positive, and its
signal grows by about 5 × ½ = 2.5 per layer; .504 is the accuracy of a constant answer on these 500 points.
Explanation A predicts the opposite of what happened.
"""

# %% [markdown]
"""
Explanation A is dead. **ReLU alone rescues nothing: of a hundred runs, not one gets past .504.** With
positive weights it is even worse off than tanh, which at least keeps its signal below 1. He's weights
alone, with the tanh that was to blame, close the whole gap, and not one of the hundred runs fails. (He's are
not the only ones: with Glorot's weights throughout the same tanh network has a median of .83.)

A also said *the gradient vanishes*. That can be looked at, before any training. The explorer below builds
twenty nets of each kind and shows how much gradient each layer receives; how such a thing is measured is
lesson 4. It opens with T2's weights, U(0, 1), on five layers of 5 units. Look at the middle panel.
"""

# %% shows_only=true
vg.explore.depth_profile(depth=5, width=5, initializer="uniform")

# %% [markdown]
"""
In T2's failing tanh network the gradient does **not** vanish: the first layer begins with *more* of it than
the last. (The panel has few points, and calls that a similar size; lesson 5 measures it on all of T2's.) A network can be stopped in other ways, and equal, saturated units are one of them. Now set *initial
weights* to He's, then to Glorot's, and pull *hidden layers* up: which of the three activations loses its
gradient with every one of these weights?

T2 had measured correctly and reported honestly. It had changed two things at once and thanked the wrong
one, and its readers have been thanking it ever since.

(One change at a time has a limit, and you have seen it. ReLU *with* He's weights works, ReLU *without* them
is the worst of all: the two settings **interact**, and no share of a single change can show that. To see
interactions one needs all combinations. That is called a factorial design; here it is four cells, and you
now know all four, the last one with Glorot's weights in its output layer as well.)

## What you take with you

- **A fresh initializer with a seed of its own for each layer**, or layers begin alike, silently.
- **A run is a draw.** Report the median and the quartiles of many. With one run each, one honest repeat in
  four says that three sigmoid layers beat one.
- **"Does it learn?" is a probability**, and in between it is widest where you would most like a clear
  answer.
- **A plateau is not a wall**: at ten times the rate T1's networks of one and of four sigmoid layers are at .99.
- **Change one thing at a time.** T2's cure was the weights; the activation got the praise.

What is it about U(0, 1), and about N(0, 1) with sigmoids, that makes learning so slow? To answer that we
have to look *inside* while a network trains. Next: lesson 3, weight capture, watches what every layer's
weights do; lesson 4 then takes out the gradients.

## Sources

- X. Glorot, Y. Bengio (2010). *Understanding the difficulty of training deep feedforward neural networks.*
  AISTATS. Five activations and initialisations, one change at a time, on the same data.
- K. He, X. Zhang, S. Ren, J. Sun (2015). *Delving deep into rectifiers.* ICCV. The weights that T2 used.
- L. Lu, Y. Shin, Y. Su, G. E. Karniadakis (2019). *Dying ReLU and initialization.* Why narrow and deep ReLU
  nets die at birth, and wide ones do not.
- X. Bouthillier et al. (2021). *Accounting for variance in machine learning benchmarks.* MLSys. What one
  run is worth.
- G. E. P. Box, J. S. Hunter, W. G. Hunter (2005). *Statistics for Experimenters.* When to change more than
  one thing.
- T1: *Visualizing the vanishing gradient problem* (2021). T2: *How to fix the vanishing gradients problem
  using ReLU* (2018–2020).
"""
