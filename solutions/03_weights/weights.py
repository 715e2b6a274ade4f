# %% [markdown]
r"""
# Lesson 3 · Weight capture

A network's accuracy says *that* it learns. It does not say *where*. In this lesson you write the instrument
that watches every layer's weights while `fit` is at work, and point it at the networks of lesson 2. Then you
will guess which layer goes farthest, be right or wrong, find out why, and learn which measurement is not fooled.

**You will be able to**

- write a Keras callback, and keep the weights of every layer from before the first step;
- avoid the two mistakes in it that give wrong numbers without any error;
- say what mean and standard deviation of a kernel show, and what they hide;
- measure how far a layer has moved, and how fast it learns: the update-to-data ratio;
- explain why units that begin alike stay alike, and part them.

**Time** about 85 minutes with the exercises (the minutes at the headings are without them), and as
long as you like for the stretch exercise. **Points** 14. **You need** lesson 2: networks made with `vg.mlp`, and runs over many seeds.
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
import numpy as np
import pandas as pd

from vgcourse import check, fallback, predict, reveal

# %%
X, y = vg.circles()

# %% [markdown]
r"""
## 1 · A callback that keeps the weights (6 minutes)

`model.fit` runs on its own, but it calls back. You hand it an object, and at fixed moments it calls the
object's methods: `on_train_begin`, `on_epoch_begin`, `on_epoch_end`, `on_train_end`, and some more. Inside
them, `self.model` is the model that is being trained; Keras puts it there.
"""


# %% shows_only=true
class Announce(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        model = self.model.name
        print(f"epoch {epoch} of {model} is over, loss {logs['loss']:.3f}")


model = vg.mlp(4, activation="sigmoid", initializer="normal", seed=0)
model.compile("rmsprop", "binary_crossentropy")
history = model.fit(X, y, epochs=3, batch_size=40, verbose=0, callbacks=[Announce()])
# %% [markdown]
"""
Note that Keras counts epochs from 0, and that epoch 0 *ends* after 25 steps of training. (Batches of 40 leave no
smaller last one, so Keras compiles one kind of step and not two.) The weights that the initializer drew belong to no
epoch at all. T1 calls that moment **epoch −1**, and so do we. It is the moment that explains most.

Now, how do we file what we keep? Every variable of a model has a name. A dict from names to arrays looks
like the natural thing:
"""

# %%
predict(
    "kernel-names",
    "This net has 5 layers, each with a kernel and a bias. "
    "How many entries has the dict {w.name: w for w in model.weights}?",
    choices=["10", "5", "2", "1"],
)

# %% shows_only=true
by_name = {w.name: w for w in model.weights}
print(by_name.keys())
note = "Every kernel is called 'kernel': each one replaces the one before."
reveal("kernel-names", str(len(by_name)), note)

# %% [markdown]
r"""
No error, no warning, and four of five layers are gone: that is how code that was written for older versions
of Keras fails today. *Layers* have names of their own: `hidden_1` to `hidden_4`, and `output`.

### Exercise 1 · WeightCapture ★★ (3 points)

Complete the callback. After `fit`, it holds the weights of every layer at every moment:

- `epochs`: the list −1, 0, 1, …, the moments in the order of time;
- `kernels`: a dict from the layer's name to a list of arrays, the layer's **kernel** at each moment.

It must work for any sequential model, whatever the names and the number of its layers. Every layer that has a kernel
counts, be it a `Dense`, a `Conv1D` or one that is frozen; layers without one (such as `Activation`, or
`BatchNormalization`, which has other weights) are skipped. What is kept must not change while the training goes on.

For example:

```python
>>> capture, net = WeightCapture(), vg.mlp(2, activation="tanh", seed=0)
>>> net.compile("sgd", "binary_crossentropy")
>>> told = net.fit(X, y, epochs=2, batch_size=40, verbose=0, callbacks=[capture])
>>> print(capture.epochs, {name: np.shape(kept) for name, kept in capture.kernels.items()})
[-1, 0, 1] {'hidden_1': (3, 2, 5), 'hidden_2': (3, 5, 5), 'output': (3, 5, 1)}
```

<details><summary>Hint 1</summary>

Two moments, two methods of the callback: one is called before the first step, the other after each epoch.
Both do the same thing, so write that once, as a third method with a name of your own.
</details>

<details><summary>Hint 2</summary>

`layer.kernel` is a variable: it is the drawer, not what lies in it. The optimizer changes what is in the
drawer, and a list of five times the same drawer holds five times the latest weights. `layer.kernel.numpy()`
is a copy of the numbers as they are now.
</details>

<details><summary>Hint 3</summary>

In the third method, say `keep(self, epoch)`: append `epoch` to `self.epochs`, go through
`self.model.layers`, and where `hasattr(layer, "kernel")`, append the copy to
`self.kernels.setdefault(layer.name, [])`. Then `on_train_begin` calls `self.keep(-1)`.
</details>
"""


# %% answer="weight-capture"
class WeightCapture(keras.callbacks.Callback):
    """The kernels of every layer, at the start and after each epoch."""

    def __init__(self):
        super().__init__()
        self.epochs, self.kernels = [], {}

    ### BEGIN SOLUTION
    def keep(self, epoch):
        self.epochs.append(epoch)
        for layer in self.model.layers:
            if hasattr(layer, "kernel"):
                self.kernels.setdefault(layer.name, []).append(layer.kernel.numpy())

    def on_train_begin(self, logs=None):
        self.keep(-1)

    def on_epoch_end(self, epoch, logs=None):
        self.keep(epoch)

    ### END SOLUTION


# %% check="weight-capture"
check("weight-capture", WeightCapture)

# %% [markdown]
"""
The package has such a callback too, `vg.WeightCapture`. It does more (biases, nested models, TensorBoard), and
its `recording` is what the figures of this lesson are drawn from. Let both of them watch the same run: T1's
relu network, from a start with which it learns fast.
"""

# %% shows_only=true
WeightCapture = fallback("weight-capture", WeightCapture)

yours, ours = WeightCapture(), vg.WeightCapture()
model = vg.mlp(4, activation="relu", initializer="normal", seed=0)
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
keras.utils.set_random_seed(0)
model.fit(X, y, epochs=15, batch_size=40, verbose=0, callbacks=[yours, ours])
run = ours.recording
for layer, kernels in yours.kernels.items():
    off = np.abs(np.array(kernels) - run.kernels[layer]).max()
    print(f"{layer:8} {np.shape(kernels)}, largest difference {off}")
print(f"accuracy {run.accuracy[-1]:.2f}")

# %% [markdown]
"""
Two instruments, one measurement. The shape says: 16 moments, then the kernel's inputs and units.

A recording can be played back. Press **Play** below, or pull the slider: each row is a layer, and shows how
its weights are distributed at that moment. Does any layer move?
"""

# %% shows_only=true
vg.explore.player(run)

# %% [markdown]
r"""
## 2 · Mean and standard deviation (8 minutes)

Little happens, and most of that in the bottom row. Yet this network has learned most of its task. A weight of
`hidden_1` ends about 0.1 from where it began, too little to see. So we need numbers, and more than one network.
Before that, a guess.

Lesson 2 found T1's *sigmoid* network hard to train; lesson 1 told why: the error fades on its way down. At the
start, the kernel of `hidden_1` gets a gradient hundreds of times smaller than that of `output`. T1 trains with
RMSprop for 100 epochs.
"""

# %% shows_only=true
layers = ["hidden_1", "hidden_2", "hidden_3", "hidden_4", "output"]
predict(
    "farthest-layer",
    "Which kernel of the sigmoid net will have moved farthest, per weight?",
    choices=layers,
)

# %% [markdown]
"""
T1 looks at two numbers of each kernel: the mean of its weights, and their standard deviation.

### Exercise 2 · The statistics of every layer ★ (2 points)

Write `layer_statistics(kernels)`. It gets a dict from layer names to arrays (or lists) of shape
(moments, inputs, units), such as `yours.kernels` or `run.kernels`, and gives back a dict from layer names to
two arrays: the mean of the kernel's weights at each moment, and their standard deviation (as `np.std` takes
it). Both have shape (moments,).

For example:

```python
>>> tiny = {"hidden_1": np.array([[[1.0, 3.0]], [[2.0, 6.0]]])}  # two moments of a 1 × 2 kernel
>>> mean, sd = layer_statistics(tiny)["hidden_1"]
>>> print(mean, sd)
[2. 4.] [1. 2.]
```

<details><summary>Hint 1</summary>

The mean over *all* weights of one moment: the first axis stays, the other two go.
</details>

<details><summary>Hint 2</summary>

`np.mean(array, axis=(1, 2))` takes the mean over two axes at once.
</details>

<details><summary>Hint 3</summary>

Start with `statistics = {}`, go through `kernels.items()`, and put the pair
`np.mean(kernel, axis=(1, 2)), np.std(kernel, axis=(1, 2))` under the layer's name.
</details>
"""


# %% answer="layer-statistics"
def layer_statistics(kernels):
    """Layer name → mean and standard deviation, (moments,) each."""
    ### BEGIN SOLUTION
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = kernel.mean(axis=(1, 2)), kernel.std(axis=(1, 2))
    return statistics
    ### END SOLUTION


# %% check="layer-statistics"
check("layer-statistics", layer_statistics)

# %% [markdown]
"""
Now T1's sigmoid and tanh networks, sixteen seeds each, 100 epochs. `vg.train` makes the same steps as `fit`, in one
compiled piece, and gives back a recording. (This takes some seconds, most of them to compile two pieces.)
"""

# %% shows_only=true
layer_statistics = fallback("layer-statistics", layer_statistics)


def train(activation, seed, **settings):
    net = vg.mlp(4, activation=activation, initializer="normal", seed=seed)
    return vg.train(net, X, y, seed=seed, progress=False, **settings)


runs = {}
for activation in ("sigmoid", "tanh"):
    runs[activation] = [train(activation, seed, epochs=100) for seed in range(16)]
for activation, nets in runs.items():
    accuracy = np.median([r.accuracy[-1] for r in nets])
    print(f"{activation:7} median accuracy {accuracy:.3f}")

# %% shows_only=true
vg.plots.weights(runs["sigmoid"])

# %% [markdown]
"""
*Figure 1. Sigmoid, sixteen networks: the median and the band of the middle half. Left, the mean of each kernel:
the output layer's falls within the first ten epochs and is level from then on. Right, the standard deviation:
`hidden_1` leaves the others behind.*
"""

# %% shows_only=true
vg.plots.weights(runs["tanh"])

# %% [markdown]
"""
*Figure 2. The same for tanh. Here the output layer's standard deviation climbs above 2, that of `hidden_4`
rises as well, and the lower layers change little.*

In numbers, with your function:
"""


# %% shows_only=true
def sd_at(run, layer, moment):
    return layer_statistics(run.kernels)[layer][1][moment]


def median_of(recordings, measure, *more):
    """The measure of every layer, the median over the networks."""
    values = [[measure(r, layer, *more) for layer in layers] for r in recordings]
    return np.median(values, axis=0)


table = {}
for activation, nets in runs.items():
    pairs = zip(median_of(nets, sd_at, 0), median_of(nets, sd_at, -1), strict=True)
    table[activation] = [f"{start:.2f} → {end:.2f}" for start, end in pairs]
relu = [f"{sd_at(run, layer, 0):.2f} → {sd_at(run, layer, -1):.2f}" for layer in layers]
table["relu, your run"] = relu
pd.DataFrame(table, index=layers).rename_axis("standard deviation")

# %% [markdown]
"""
T1 reads three things from one run of each network. Over sixteen runs (of relu, your one):

- *Sigmoid: the mean moves in the first ten epochs or so.* Near the output, partly: the means of `hidden_4` and
  `output` go about four tenths of their way in that tenth of the time. The mean of `hidden_1` has hardly started by then.
- *Sigmoid: only the first layer's standard deviation grows.* It grows the most in all sixteen networks, and in the median
  by more than twice as much as any other. The others grow too.
- *Tanh and relu: all layers drift slowly together.* They do not. The output layer's standard
  deviation runs ahead, and the lowest layer's changes far less.

So the picture is the reverse of what one might expect: in the network with the vanishing gradient it is the
**lowest** layer that changes most.

Or is it? Mean and standard deviation describe the weights as a *crowd*. They do not follow anyone in it.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Sixteen networks each, seeds 0 to 15. The sigmoid nets end at a median accuracy of about .64, tanh at .995.
Standard deviation of the kernel, sigmoid: `hidden_1` from 0.82 to 1.52, the other layers by 0.1 to
0.3; its growth is the largest in 16 of 16 networks. Tanh: `output` from 0.72 to 2.23, `hidden_4` from 1.00 to
1.30, `hidden_1` begins and ends at 0.82. In the sigmoid nets the means of `hidden_4` and `output` go
40 and 45 % of all their way in the first ten epochs, that of `hidden_1` 7 %.
"""

# %% [markdown]
r"""
## 3 · How far has a layer gone? (6 minutes)

Let two weights, $0.3$ and $-0.3$, change places. Mean, standard deviation and the sum of absolute values (the L1
norm, which T2 proposes to plot) are what they were. The network is another one. To see motion, follow
every single weight:

$$\text{path length} = \sum_{t} \frac1m \sum_{i=1}^{m} \bigl|\,w_i(t+1) - w_i(t)\,\bigr|$$

for a kernel of $m$ weights: the L1 norm of each *change*, per weight, summed along the way. A walker who goes
round the block and comes home has a long path, and has got nowhere. So beside it we put the **distance** from start
to end, $\frac1m\sum_i |w_i(\text{end}) - w_i(\text{start})|$.

### Exercise 3 · The path length ★★ (2 points)

Write `path_length(kernels)` for one layer. It gets an array (moments, inputs, units), and gives back the path
length per weight: one number.

For example:

```python
>>> tiny = np.array([[[0.0, 1.0]], [[0.5, 1.0]], [[0.0, 2.0]]])  # three moments of a 1 × 2 kernel
>>> print(path_length(tiny))  # 0.25 per weight in the first step, 0.75 in the second
1.0
```

<details><summary>Hint 1</summary>

`np.diff(kernels, axis=0)` holds the changes from each moment to the next.
</details>

<details><summary>Hint 2</summary>

Take absolute values of single changes, before anything is added up: what is added first can cancel.
</details>

<details><summary>Hint 3</summary>

`steps = np.abs(np.diff(kernels, axis=0))` has shape (moments − 1, inputs, units). The mean over axes 1 and 2 is
the length of each step per weight. What to do with those along the time?
</details>
"""


# %% answer="path-length"
def path_length(kernels):
    """The way that a layer's weights have gone, per weight: one number."""
    ### BEGIN SOLUTION
    steps = np.abs(np.diff(kernels, axis=0))
    return steps.mean(axis=(1, 2)).sum()
    ### END SOLUTION


# %% check="path-length"
check("path-length", path_length)

# %% [markdown]
"""
Now measure. For each layer: the root mean square of its kernel's gradient before the first step, the path, and the
distance; all of them medians over the sixteen networks.
"""

# %% shows_only=true
path_length = fallback("path-length", path_length)


def path(run, layer):
    return path_length(run.kernels[layer])


def distance(run, layer):
    return np.abs(run.kernels[layer][-1] - run.kernels[layer][0]).mean()


def first_gradient(run, layer):
    return np.sqrt(np.mean(run.kernel_gradients[layer][0] ** 2))


columns = {}
for activation in ("sigmoid", "tanh"):
    for measure in (first_gradient, path, distance):
        name = measure.__name__.replace("_", " ")
        columns[activation, name] = median_of(runs[activation], measure)
ways = pd.DataFrame(columns, index=layers)
ways.map("{:.2g}".format)

# %% shows_only=true
farthest = ways["sigmoid", "path"].idxmax()
note = "The layer with by far the smallest gradient has gone the longest way."
reveal("farthest-layer", farthest, note)

# %% [markdown]
r"""
Read the sigmoid's three columns from bottom to top. The gradient at the start falls, from layer to layer, by a
factor of more than 500 in all. The path gets *longer*. And with tanh, where the four hidden layers begin with
much the same gradient and the output layer with two to three times as much, it is the output layer that goes far.

How can a layer that is told next to nothing move the most? Because RMSprop does not move a weight by its
gradient. It divides each weight's gradient by a running root mean square of *that same weight's* gradients,

$$\Delta w = -\,\eta\,\frac{g}{\sqrt{\overline{g^2}}}\,,$$

and a gradient of $10^{-3}$ over a typical size of $10^{-3}$ is 1. So a weight moves at about the learning rate
$\eta$ per step, be its gradient 1 or a thousandth; what decides how far it gets is whether the steps agree. In
`hidden_1` they do: its path is hardly longer than its distance. **With RMSprop or Adam, weights that move are no
sign that the gradient is well.** (Nor does moving cure anything: more than half of these networks still end below .7.)

Is there no limit to it? There is, and it hides in a number that keeps the division from failing at 0. Keras adds
$\epsilon = 10^{-7}$: RMSprop under the root, Adam beside it. Give both optimizers the same small gradient 200 times,
and see how far they go per step, as a share of the learning rate:
"""

# %% shows_only=true
sizes = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8]
share = pd.DataFrame(index=pd.Index(sizes, name="gradient"))
for optimizer in (keras.optimizers.RMSprop(0.001), keras.optimizers.Adam(0.001)):
    weights = keras.Variable(np.zeros(len(sizes)))
    for _ in range(200):
        optimizer.apply([keras.ops.convert_to_tensor(sizes, "float32")], [weights])
    share[type(optimizer).__name__] = -weights.numpy() / (200 * 0.001)
share.round(3)

# %% [markdown]
r"""
RMSprop carries a gradient up to the full step only while it is larger than $\sqrt\epsilon$, about $10^{-3.5}$; Adam
while it is well above $\epsilon$ itself. Below that, $\epsilon$ is what they divide by, and a vanished gradient moves
nothing here either. **That is one reason why vanishing matters although the optimizer divides by the gradient's size**: the four
layers of these networks lose a factor of more than 500, and the lowest one begins just below the limit. Ten would be far below it. (Tried
with Adam: ten sigmoid layers of 8 units, Glorot's weights, 300 epochs, 16 seeds. All end at .50; with $\epsilon = 10^{-30}$
none does.)
Where it is crossed, layer by layer, is a question about gradients: lesson 4.

To watch it, put `runs["sigmoid"][0]` into the player of section 1. These recordings hold the gradients too: the
weights in the top row spread, although its gradients start out as the smallest by far.

One warning. Our path was measured from epoch to epoch. Looking at every step makes it longer, as
a coast gets longer on a finer map. Compare path lengths only if they were measured equally often.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Median over seeds 0 to 15. Sigmoid, `output` to `hidden_1`: gradient at the start 0.10, 0.017, 0.0048,
0.0023, 0.00018; path 0.34, 0.43, 0.49, 0.54, 0.81. `hidden_1` has the longest path in 14 of the 16 networks,
`hidden_2` in the other two. Its path is 1.11 times its distance: nearly straight. Tanh: gradients 0.05 in the hidden
layers and 0.12 in `output`, path 1.60 in `output` (the longest in 16 of 16), 0.36 in `hidden_1`, where path is twice
the distance: half of the motion is to and fro. Its L1 norm changes by 6 % meanwhile.
"""

# %% [markdown]
r"""
### Exercise 4 · Three level lines ★★ (2 points, read by a person)

A colleague looks at `hidden_1` of the tanh networks. In 100 epochs its mean, its standard deviation and its L1 norm
change by less than 0.1, in the median of the sixteen. She concludes: "The first layer has learned nothing. Freeze it."
In two or three
sentences: why do the three lines not show that? What does the table above say about this layer? And would a long
path *prove* that a layer has learned something useful?

<details><summary>Hint 1</summary>

What would these three numbers do if all weights of the kernel were shuffled?
</details>

<details><summary>Hint 2</summary>

The last two columns of the table, first row. Compare with the size of the weights: their standard deviation is
about 0.8.
</details>

<details><summary>Hint 3</summary>

For the last question you have a counterexample, in the same row of the same table.
</details>
"""

# %% [markdown] written="three-level-lines" points=2
r"""
### BEGIN SOLUTION
Mean, standard deviation and L1 norm describe the weights as a crowd: if some grow while others shrink, or if two
change places, all three stay level although the layer computes something else. The table follows each weight: in
hidden_1 of the tanh nets a weight has gone about 0.36 along its path and ended about 0.18 from where it began, more
than a fifth of the weights' own size, and these networks reach .995. A long path does not prove learning either: hidden_1
of the sigmoid nets has the longest path of all (0.81), and those networks are poor. RMSprop moves every weight at
about the learning rate, whatever its gradient is worth. To know whether the layer is needed, freeze it and compare.

**Rubric.** 1 point: says that statistics of the whole kernel can stay level while single weights move (opposite
changes, permutation) *and* names path or distance from the table as evidence (half a point for one of the two).
1 point: a long path is no proof, with a reason: the sigmoid nets' hidden_1, or RMSprop's steps that do not depend on
the gradient's size, or motion to and fro (half a point for a bare "no").
### END SOLUTION
"""

# %% [markdown]
r"""
## 4 · The update-to-data ratio (6 minutes)

A step of 0.001 is large for a weight of 0.01 and nothing for a weight of 10. So compare each update with
the weights that it changes:

$$\log_{10}\frac{\mathrm{rms}\bigl(W(t+1) - W(t)\bigr)}{\mathrm{rms}\bigl(W(t)\bigr)}$$

Andrej Karpathy made a rule of thumb of it: around **−3** is healthy. Each step then changes the weights by a
thousandth of their size. Far below, a layer is hardly learning; far above, it is thrown about.

### Exercise 5 · The update-to-data ratio ★★ (2 points)

Write `update_ratio(kernels)` for one layer that was recorded **at every step**, an array (moments, inputs, units).
It gives back the logarithm above for every step, shape (moments − 1,). The root mean squares are taken over the
kernel; the weights are those *before* the step.

For example:

```python
>>> tiny = np.array([[[3.0, -4.0]], [[3.03, -4.04]]])  # each weight moves by a hundredth of itself
>>> print(update_ratio(tiny).round(3))
[-2.]
```

<details><summary>Hint 1</summary>

`updates = np.diff(kernels, axis=0)` has one moment less than `kernels`. Which moments of `kernels` stand before an
update?
</details>

<details><summary>Hint 2</summary>

`kernels[:-1]` are all but the last. For the root mean square of each moment: square, mean over axes 1 and 2, root.
</details>

<details><summary>Hint 3</summary>

Write a small helper `def rms(a): return np.sqrt(np.mean(a**2, axis=(1, 2)))`. The rest is one division and
`np.log10`.
</details>
"""


# %% answer="update-ratio"
def update_ratio(kernels):
    """log10 of rms(update) / rms(weights before it), (moments - 1,)."""

    ### BEGIN SOLUTION
    def rms(values):
        return np.sqrt(np.mean(values**2, axis=(1, 2)))

    return np.log10(rms(np.diff(kernels, axis=0)) / rms(kernels[:-1]))
    ### END SOLUTION


# %% check="update-ratio"
check("update-ratio", update_ratio)

# %% [markdown]
"""
Section 3 blamed RMSprop. Test it: the same sigmoid networks from the same starting weights, once more with
RMSprop, and once with plain gradient descent (`"sgd"`, learning rate 0.01), for 5 epochs, recorded at every step;
sixteen networks each. Batches of 40 leave no smaller last one: all 125 steps are alike.
"""

# %%
predict(
    "sgd-ratio",
    "Plain SGD: how many times smaller is the ratio of hidden_1 than that of output?",
    choices=["about 5,000", "about 200", "about 20", "about the same"],
)

# %% shows_only=true
update_ratio = fallback("update-ratio", update_ratio)


def typical_ratio(run, layer):
    return np.median(update_ratio(run.kernels[layer]))


steps, ratios = {}, pd.DataFrame(index=layers)
for name in ("sgd", "rmsprop"):
    settings = {"epochs": 5, "batch_size": 40, "every": "step", "optimizer": name}
    steps[name] = [train("sigmoid", seed, **settings) for seed in range(16)]
    ratios[name] = median_of(steps[name], typical_ratio)
ratios.round(1)

# %% shows_only=true
gap = 10 ** (ratios.sgd["output"] - ratios.sgd["hidden_1"])
words = {1: "about the same", 20: "about 20", 200: "about 200", 5e3: "about 5,000"}
nearest = min(words, key=lambda number: abs(np.log(gap / number)))
reveal(
    "sgd-ratio", words[nearest], f"Measured: {gap:.0f} times, over sixteen networks."
)

# %% shows_only=true
vg.plots.update_ratio(steps["sgd"])

# %% [markdown]
"""
*Figure 3. Plain SGD, sixteen sigmoid networks: median and band. The output layer runs along the guide line at −3, and
each layer below it lies lower, down to below −5 for* `hidden_1`: *a staircase.*
"""

# %% shows_only=true
vg.plots.update_ratio(steps["rmsprop"])

# %% [markdown]
r"""
*Figure 4. The same networks with RMSprop: all five layers in one bundle near −3.*

With SGD the update *is* the gradient, times a constant, and the vanishing gradient lies open: five levels, one per
layer. With RMSprop every layer is at −3, the picture of health, in networks whose gradients are
vanishing at that very moment. Both thermometers are right about what they measure. It is the **update** that they
measure, and an optimizer stands between gradient and update.

So watch the ratio to choose a *learning rate*: it tells whether steps are too timid or too wild. To see what
reaches a layer, you have to measure the gradient itself. That is lesson 4.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Median over sixteen networks and 125 steps. SGD: −3.1 in `output`, −3.9, −4.5, −4.7, and −5.4 in `hidden_1`,
some 200 times less than at the top. RMSprop: −3.0 to −3.1 in all layers but
`hidden_1`, −3.2 there: many of its gradients are below RMSprop's limit of $10^{-3.5}$. The learning rate of 0.001 and weights
of about 1 give −3 without any knowledge of the network.
"""

# %% [markdown]
r"""
## 5 · Units that cannot part (8 minutes, and the stretch exercise)

Why draw weights at random at all? Zero is a tidy number. Let us give T1's sigmoid and tanh networks kernels and biases of 0,
and train them for 100 epochs.
"""

# %%
predict(
    "zero-start",
    "All weights start at 0. In which of the two nets will any KERNEL move?",
    choices=["in neither", "with sigmoid only", "with tanh only", "in both"],
)


# %% shows_only=true
def train_from(value, activation, prepare=lambda net, seed: None, seed=0):
    """Train from kernels that are all `value`, after prepare(net, seed)."""
    constant = keras.initializers.Constant(value)
    net = vg.mlp(4, activation=activation, initializer=constant)
    prepare(net, seed)
    return vg.train(net, X, y, epochs=100, seed=seed, progress=False)


moving = {}
for activation in runs:
    zero = train_from(0.0, activation)
    moving[activation] = [name for name in layers if distance(zero, name) > 1e-6]
    accuracy = zero.accuracy[-1]
    print(f"{activation}: accuracy {accuracy:.3f}, moved: {moving[activation]}")

# %% shows_only=true
moved = [activation for activation, names in moving.items() if names]
outcome = {0: "in neither", 2: "in both"}.get(len(moved)) or f"with {moved[0]} only"
reveal("zero-start", outcome, "tanh(0) is 0 and sigmoid(0) is one half.")

# %% [markdown]
r"""
With tanh every hidden output is 0. The output kernel's gradient is that signal times the error, hence 0, and
what goes down is the error times a kernel of 0. Only the output's bias gets a gradient. Nothing else will ever
move, and with relu, which is 0 at 0 as well, it is the same.

A sigmoid of 0 is $\tfrac12$. So the output kernel gets a gradient, becomes different from 0, lets the error through
to `hidden_4`, and so on down. (Not to `hidden_1`: the little that reaches it is far below RMSprop's limit.) It
*moves*, and still does not learn. For its units are all alike.

To see that, count the different units of a layer: the different columns of its kernel. Here the start is 0.5
everywhere, with tanh, so that everything can move:
"""


# %% shows_only=true
def different_units(kernel):
    """How many of its columns differ by more than rounding (1e-4) from all before."""
    kept = []
    for column in kernel.T:
        if all(np.abs(column - other).max() > 1e-4 for other in kept):
            kept.append(column)
    return len(kept)


shared = train_from(0.5, "tanh")
for name in layers[:-1]:
    counts = [different_units(kernel) for kernel in shared.kernels[name]]
    units = f"{min(counts)} to {max(counts)}"
    print(f"{name}: path {path(shared, name):.2f}, different units: {units}")
print(f"accuracy {shared.accuracy[-1]:.2f}")

# %% [markdown]
r"""
All layers travel, and in 101 moments no unit ever differs from its neighbours by more than the last digits of single
precision. (Ask with a tolerance, never by rounding: two numbers that differ by a hair can round to different sides.)
With 20 hidden units, this network computes what it could compute with one per layer.

It has to be so. Two units of a layer with equal incoming weights have equal outputs. If their outgoing weights are
equal too, they get equal errors. A weight's gradient is made of an output and an error, so the units' gradients are
equal, in and out, and so are their weights after the step. Then the same holds again. As long as
the optimizer treats all weights by the same rule, it never gets them apart.

But turn the argument round: it needs *both*, equal weights coming in **and** equal weights going out. A difference in
either is enough to part two units.
"""

# %%
predict(
    "few-kernels",
    "Four hidden layers, five kernels, all constant. How few kernels must be drawn "
    "at random, so that NO hidden layer keeps equal units?",
    choices=["all 5", "4", "2", "1"],
)

# %% [markdown]
r"""
### Exercise 6 · Break the symmetry ★★★ (3 points)

Write `break_symmetry(model, seed)`. It gets a sequential model of dense layers, with *any* number of hidden layers,
in which every kernel is constant (all its weights have one value) and every bias is 0. Draw **as few kernels as
possible** anew, from a normal distribution with mean 0 and standard deviation 0.5, so that after training no hidden
layer has two equal units. Leave everything else as it is. Change the model itself; nothing need be given back. The
same seed gives the same weights, another seed gives others.

For example:

```python
>>> small = vg.mlp(2, activation="tanh", initializer=keras.initializers.Constant(0.5))
>>> break_symmetry(small, seed=1)
>>> drawn = small.get_weights()[::2]
>>> print([bool(np.ptp(kernel) > 0) for kernel in drawn])  # which of the three are drawn anew
[False, True, False]
```

<details><summary>Hint 1</summary>

The kernel of `hidden_2` has one column for each unit of `hidden_2`, and one *row* for each unit of `hidden_1`. So it
belongs to two layers.
</details>

<details><summary>Hint 2</summary>

Each hidden layer needs one of its two kernels: the one below it, or the one above it. Draw a line of layers and
kernels on paper, and pick kernels so that each layer touches one. Try it for 3 and for 4 hidden layers.
</details>

<details><summary>Hint 3</summary>

Every second kernel, from the second one on: `model.layers[1::2]`. Make one `rng = np.random.default_rng(seed)`, and
for each of these layers `layer.kernel.assign(rng.normal(...))` with the kernel's own shape.
</details>
"""


# %% answer="break-symmetry"
def break_symmetry(model, seed):
    """Draw as few kernels anew as will part all hidden units."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    for layer in model.layers[1::2]:
        layer.kernel.assign(rng.normal(0.0, 0.5, layer.kernel.shape))
    ### END SOLUTION


# %% check="break-symmetry"
check("break-symmetry", break_symmetry)

# %% [markdown]
"""
Try it on the constant tanh network, as an example: draw one kernel only, then those of `break_symmetry`, then all of
them; each with three seeds.
"""

# %% shows_only=true
break_symmetry = fallback("break-symmetry", break_symmetry)


def draw(*numbers):
    """A function that draws these kernels anew, given net and seed."""

    def prepare(net, seed):
        rng = np.random.default_rng(seed)
        for i in numbers:
            net.layers[i].kernel.assign(rng.normal(0, 0.5, net.layers[i].kernel.shape))

    return prepare


starts = {"first only": draw(0), "break_symmetry": break_symmetry}
starts["all five"] = draw(0, 1, 2, 3, 4)
rows = {}
for name, prepare in starts.items():
    three = [train_from(0.5, "tanh", prepare, seed) for seed in range(3)]
    units = [different_units(three[0].kernels[layer][-1]) for layer in layers[:-1]]
    rows[name] = units, np.median([r.accuracy[-1] for r in three])
columns = ["different units, hidden_1 to hidden_4", "median accuracy"]
parted = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
parted.round(3)

# %% shows_only=true
fewest = "2" if min(rows["break_symmetry"][0]) == 5 else "all 5"
note = "A kernel's columns part its own layer's units, its rows those below."
reveal("few-kernels", fewest, note)

# %% [markdown]
r"""
Randomness in `hidden_1` does not spread: five different units feed into layers that treat them all alike, and these
keep a single unit each. Two kernels in the right places part all of them.

Now look at the last column. `break_symmetry` has left no twins, and yet its three networks are no better than those
where only the first kernel was drawn. (Three are an example, not a verdict.) To be
different is necessary, and it is not enough: three kernels of constant
0.5 are still a bad start, if not for symmetry, then for their size and their common sign. What a *good* start is,
lesson 5 will work out. So in practice every kernel is drawn at random, and not from just any distribution.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* From zero, tanh moves no kernel by as much as $10^{-6}$ in 100 epochs; sigmoid moves four of five and ends
at .5. From 0.5, tanh reaches .64 with one unit per layer in effect. First kernel drawn: 5, 1, 1, 1 different
units. `break_symmetry`: 5, 5, 5, 5 units, at a median accuracy of about .78. All five kernels drawn: .994.
"""

# %% [markdown]
r"""
## What you take with you

- A callback sees the model through `self.model`. The start is **epoch −1**: keep it in `on_train_begin`.
- **File by layer, and keep copies.** All kernels are called `kernel`, and a variable is a drawer, not its contents.
  Neither mistake raises an error.
- Mean, standard deviation and norm describe a crowd. **Path length and distance** follow every weight.
- With RMSprop every layer moves at about the learning rate while its gradient is above $10^{-3.5}$, with Adam down to
  about $10^{-6}$. **That weights move does not mean that gradients
  arrive.** With plain SGD the update-to-data ratio shows the vanishing gradient as a staircase.
- An update-to-data ratio near −3 is a good sign for the *learning rate*.
- Units with equal weights in and out never part. A random kernel parts two layers: its own by its columns, and
  the one below by its rows.

Next: the gradients themselves.

## Sources

- D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). *Learning internal representations by error propagation.* In:
  Parallel Distributed Processing, vol. 1. Why equal weights must be broken by random ones.
- T. Tieleman, G. Hinton (2012). *Lecture 6.5: rmsprop.* Neural Networks for Machine Learning, Coursera. Divide the
  gradient by a running average of its recent magnitude.
- D. P. Kingma, J. Ba (2015). *Adam: a method for stochastic optimization.* ICLR. Why the step is bounded by the
  learning rate.
- A. Karpathy (2022). *Building makemore, part 3: activations, gradients, BatchNorm.* The update-to-data ratio and
  its line at −3.
- T1: *Visualizing the vanishing gradient problem* (2021). T2: *How to fix the vanishing gradients problem using ReLU*
  (2018–2020).
"""
