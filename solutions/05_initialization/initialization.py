# %% [markdown]
r"""
# Lesson 5 · Initialization: where the variance goes

Before its first step a network is nothing but random numbers, and those numbers have already decided
whether a signal gets up through the layers and an error down. In this lesson you will derive the two
recipes that every framework offers, write them, and measure what they promise. Then you will see where they
stop being true, and settle two old cases: T2's famous failure, and T1's verdict on initialization.

**You will be able to**

- predict how large a signal, or an error, is after any number of random layers;
- derive Glorot's and He's variances, and write both as Keras initializers;
- measure a network's layer factor from its weights, and set it beside theory;
- say why "exact on average" can be wrong for nearly every narrow network;
- tell weights of the wrong *size* from weights of the wrong *mean*, and repair both.

**Time** about 110 minutes with the exercises (the minutes at the headings are without them), in two
sittings: sections 1 to 4, a pause, and then 5 to 7; as long as you like for the stretch exercise. **Points** 14. **You need**
lesson 1 (the two passes through a layer) and lesson 4 (the layer factor). Nearly everything is measured
*before* training, in NumPy, and takes no time at all.
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

import keras
import matplotlib.pyplot as plt
import numpy as np

from vgcourse import check, fallback, predict, published_runs, reveal, style, t2_circles

# %% [markdown]
r"""
## 1 · One random matrix after another (4 minutes)

Take a network apart until only its weights are left: no activation, no bias. All that it does to a signal
is to multiply it by one random matrix after another. Fifty layers of 100 units, say, with weights from the
normal distribution $N(0, 1)$, T1's choice. The input has entries of size 1.
"""

# %%
predict(
    "matrix-product",
    "100 units, 50 linear layers, weights from N(0, 1): how large is the output?",
    choices=["about 1", "about 100", "about 10^10", "about 10^50"],
)


# %% shows_only=true
def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


# %% shows_only=true
rng = np.random.default_rng(0)
h = rng.normal(size=100)
for layer in range(1, 51):
    h = h @ rng.normal(0, 1, (100, 100))
    if layer in (1, 2, 3, 38, 39, 50):
        print(f"after layer {layer:2}: {rms(h):.0e}")
print(f"largest number that float32 can hold: {np.finfo('float32').max:.0e}")

# %% shows_only=true
words = {0: "about 1", 2: "about 100", 10: "about 10^10", 50: "about 10^50"}
power = min(words, key=lambda p: abs(p - np.log10(rms(h))))
note = "In Keras, which counts in float32, this ends as inf at layer 39."
reveal("matrix-product", words[power], note)

# %% [markdown]
r"""
Ten times larger with every layer, like clockwork. You can see why from one unit of the next layer,
$z_j = \sum_i h_i W_{ij}$. It is a sum of $n_{\text{in}}$ terms. The weights have mean 0 and know nothing of
each other, so the mean square of the sum is the sum of the mean squares:

$$\mathbb{E}[z_j^2] = n_{\text{in}}\,\mathrm{Var}(W)\;\mathbb{E}[h^2] .$$

Here $n_{\text{in}}\mathrm{Var}(W) = 100$, and its root is the 10. Weights of size 1 look harmless, and are
ten times too large: it is the *number* of them that counts. A level signal takes
$\mathrm{Var}(W) = 1/n_{\text{in}}$.

Coming back, an error goes through the same matrix the other way,
$\partial L/\partial h_i = \sum_j \delta_j W_{ij}$. That is a sum over the units that the layer feeds,
$n_{\text{out}}$ terms:

$$\mathbb{E}\Bigl[\Bigl(\frac{\partial L}{\partial h_i}\Bigr)^2\Bigr]
= n_{\text{out}}\,\mathrm{Var}(W)\;\mathbb{E}[\delta^2] .$$

### Exercise 1 · Up and down through k layers ★ (2 points)

Write `variance_walk(widths, variances)` for a linear network. `widths` lists the units from the input to
the output, $[n_0, n_1, \dots, n_k]$; `variances` the weights' variance in each of the $k$ layers. Give back
two lists of $k + 1$ numbers: the mean square of the **signal** in layers 0 to $k$, if it is 1 at the input;
and the mean square of the **gradient** in layers 0 to $k$, if it is 1 at the output.

For example:

```python
>>> print(variance_walk([4, 2, 8], [0.5, 0.25]))  # up: 4 · 0.5, then 2 · 0.25; down: 8 · 0.25, then 2 · 0.5
([1.0, 2.0, 1.0], [2.0, 2.0, 1.0])
```

<details><summary>Hint 1</summary>

Layer $l$ has $n_{l-1}$ inputs and $n_l$ outputs, and its weights' variance is `variances[l - 1]`. Each step
of a walk is one multiplication. Begin with `signal = [1.0]` and append.
</details>

<details><summary>Hint 2</summary>

On the way up the factor is $n_{l-1}$ times the variance, on the way down $n_l$ times the variance. The
gradient begins at the output, with the *last* variance.
</details>

<details><summary>Hint 3</summary>

`for n, v in zip(widths[:-1], variances)` goes up. For the way down, `zip(widths[:0:-1], variances[::-1])`
begins at the output, and `gradient.insert(0, gradient[0] * n * v)` puts each new number in front.
</details>
"""


# %% answer="variance-walk"
def variance_walk(widths, variances):
    """Mean square of signal and gradient in layers 0 to k: two lists."""
    ### BEGIN SOLUTION
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=True):
        signal.append(signal[-1] * n * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=True):
        gradient.insert(0, gradient[0] * n * v)
    return signal, gradient
    ### END SOLUTION


# %% check="variance-walk"
check("variance-walk", variance_walk)

# %% [markdown]
r"""
## 2 · Glorot's compromise (3 minutes)

As long as all layers are equally wide, both walks ask for the same: $n\,\mathrm{Var}(W) = 1$. A network
that narrows cannot have both. Take a funnel of 256, 64, 16 and 4 units, and three recipes:
"""

# %% shows_only=true
variance_walk = fallback("variance-walk", variance_walk)
funnel = [256, 64, 16, 4]
recipes = {
    "1 / fan_in": [1 / a for a, b in pairwise(funnel)],
    "1 / fan_out": [1 / b for a, b in pairwise(funnel)],
    "2 / (fan_in + fan_out)": [2 / (a + b) for a, b in pairwise(funnel)],
}
for name, variances in recipes.items():
    signal, gradient = variance_walk(funnel, variances)
    print(f"{name:23} signal at the top {signal[-1]:5.1f},", end=" ")
    print(f"gradient at the bottom {gradient[0]:.3f}")

# %% [markdown]
r"""
LeCun's $1/n_{\text{in}}$ (1998) keeps the signal and loses the gradient, its mirror image keeps the
gradient and blows up the signal. Glorot and Bengio (2010) took the harmonic mean of the two, and let both
sides give way:

$$\mathrm{Var}(W) = \frac{2}{n_{\text{in}} + n_{\text{out}}} .$$

It is a compromise, no more: no variance can serve both. Does it hold? Here is Keras's own `GlorotUniform`
in the funnel, 100 times.
"""

# %% shows_only=true
signals, gradients = [], []
for seed in range(100):
    draw = keras.initializers.GlorotUniform(seed=seed)
    kernels = [np.asarray(draw(shape)) for shape in pairwise(funnel)]
    whole = np.linalg.multi_dot(kernels)
    x, error = rng.normal(size=256), rng.normal(size=4)
    signals.append(np.mean((x @ whole) ** 2))
    gradients.append(np.mean((error @ whole.T) ** 2))
print(f"means of 100: signal {np.mean(signals):.1f}, gradient {np.mean(gradients):.3f}")

# %% [markdown]
r"""
(One thing that we did not have to fear here: the three kernels have different shapes. Equal shapes from one
seeded Keras initializer would have been *the same numbers*, as lesson 2 found.)

**From variance to limits.** Keras draws these weights from a uniform distribution, $U(-a, a)$. Its standard
deviation is not $a$, for nearly all its numbers lie nearer to 0 than that. It is $a/\sqrt 3$, so that a
given variance takes the limit

$$a = \sqrt{3\,\mathrm{Var}(W)} = \sqrt{\frac{6}{n_{\text{in}} + n_{\text{out}}}} ,$$

the formula that one finds in T1, and everywhere else.

## 3 · Half of it is lost (10 minutes)

Now the activation comes back. Near 0, tanh is a straight line of slope 1, and Glorot's reckoning holds for
small signals. ReLU is another matter.
"""

# %%
predict(
    "relu-half",
    "20 ReLU layers of 100 units, Glorot's weights. What is left of the mean square?",
    choices=[
        "some millionths",
        "about a thousandth",
        "a twentieth or so",
        "nearly all",
    ],
)


# %% shows_only=true
def relu(z):
    return np.maximum(z, 0)


def signal_by_layer(phi, n_var, seed, width=100, depth=20):
    """Mean square of z in each layer; weights of variance n_var / width."""
    rng, sizes = np.random.default_rng(seed), []
    h = rng.normal(size=(20, width))
    for _ in range(depth):
        z = h @ rng.normal(0, np.sqrt(n_var / width), (width, width))
        sizes.append(np.mean(z**2))
        h = phi(z)
    return sizes


# %% shows_only=true
setups = {"tanh, 1": (np.tanh, 1), "relu, 1": (relu, 1), "relu, 2": (relu, 2)}
measured = {}
for name, (phi, n_var) in setups.items():
    measured[name] = np.array([signal_by_layer(phi, n_var, seed) for seed in range(20)])
left = np.median(measured["relu, 1"][:, -1] / measured["relu, 1"][:, 0])
print(f"ReLU, layer 20 over layer 1: {left:.1e}, per layer {left ** (1 / 19):.2f}")

# %% shows_only=true
words = {
    1: "nearly all",
    0.05: "a twentieth or so",
    1e-3: "about a thousandth",
    2e-6: "some millionths",
}
choice = words[min(words, key=lambda share: abs(np.log(left / share)))]
note = "Half of it goes at every layer, and 19 halves make two millionths."
reveal("relu-half", choice, note)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 1 (click here to see how it is drawn)
plt.rcParams.update({"figure.dpi": 110, "font.size": 11, "legend.frameon": False})
fig, ax = plt.subplots(figsize=(7.8, 4.4), layout="constrained")
labels = {
    "tanh, 1": (20, (-4, -18), "tanh, n Var = 1"),
    "relu, 1": (8, (12, 4), "ReLU, n Var = 1"),
    "relu, 2": (20, (-4, 10), "ReLU, n Var = 2"),
}
for name, rows in measured.items():
    activation, n_var = name.split(", ")
    look, layers = style.look(activation), np.arange(1, 21)
    ax.plot(layers, rows.T, color=look.color, alpha=0.25, linewidth=0.9)
    ax.plot(
        layers,
        np.median(rows, axis=0),
        color=look.color,
        linewidth=2.4,
        linestyle=look.dash,
    )
    theory = [
        s.variance
        for s in vg.theory.signal_profile(
            activation, float(n_var) / 100, 100, 20, inputs=100
        )
    ]
    ax.plot(layers, theory, ":", color=style.INK, linewidth=1.6)
    at, offset, text = labels[name]
    point = (at, np.median(rows, axis=0)[at - 1])
    ax.annotate(
        text,
        point,
        offset,
        textcoords="offset points",
        color=look.color,
        weight="bold",
        ha="right" if at == 20 else "left",
    )
style.log_axis(ax, np.concatenate(list(measured.values())), vanished=None)
style.dress(
    ax,
    "Where the signal goes",
    "width 100; thin: 20 nets, thick: median, dotted: theory",
)
ax.set(xlabel="layer", ylabel="mean square of z", xticks=(1, 5, 10, 15, 20))
vg.plots.tell(
    fig,
    "Mean square of z in 20 layers on a log axis. ReLU falls at n Var = 1 and stays "
    "level at 2; tanh sinks ever more slowly; theory lies on all three.",
)

# %% [markdown]
r"""
*Figure 1. The mean square of the pre-activations z in 20 layers, on a logarithmic axis. ReLU with
$n\,\mathrm{Var} = 1$ falls in a straight line to some millionths; with $n\,\mathrm{Var} = 2$ it stays
level. tanh with $n\,\mathrm{Var} = 1$ sinks fast at first and then ever more slowly. All three keep to the
dotted theory.*

The reason fits into one line. $z$ is as often negative as positive, and ReLU sets the negative half to 0:

$$\mathbb{E}[\mathrm{relu}(z)^2] = \tfrac12\,\mathbb{E}[z^2] .$$

So make up for it: $\mathrm{Var}(W) = 2/n_{\text{in}}$. That is the whole of He's recipe (2015). Note that
it speaks of mean *squares*. The outputs of a ReLU have a mean, and their variance is less than a half of
it:
"""

# %% shows_only=true
z = rng.normal(size=300_000)
print(
    f"E[relu(z)²] = {np.mean(relu(z) ** 2):.3f}, Var(relu(z)) = {np.var(relu(z)):.3f}"
)

# %% [markdown]
r"""
The next layer sums $h_i W_{ij}$, where the weights have mean 0 and the signal need not; what counts there
is $\mathbb{E}[h^2]$, mean and all. Whoever reckons with variances of $h$ gets 2.9 in place of 2.

The gradient suffers the same: the slope of ReLU is 1 for half of the units and 0 for the others,
$\mathbb{E}[\phi'^2] = \tfrac12$. One factor 2 mends both directions.

### Exercise 2 · Two initializers ★★ (3 points)

In Keras, an initializer is an object that you call with a shape, `(fan_in, fan_out)`, and that gives back
that many random numbers. Write two of them: `GlorotUniform`, uniform, and `HeNormal`, normal, each with its
own variance. The class `Seeded` keeps the random numbers: `self.rng` is made once, so that two calls give
*different* numbers, and two initializers with the same seed the same ones. (Yours are thus safe from lesson
2's trap; Keras's own are not.) Keras hands over a `dtype` as well; you need not use it.

For example:

```python
>>> drawn = HeNormal(seed=0)((800, 10))
>>> print(drawn.shape, drawn.std().round(2))  # the root of 2 / 800 is 0.05
(800, 10) 0.05
>>> drawn = GlorotUniform(seed=0)((400, 200))
>>> print(np.abs(drawn).max().round(2), drawn.std().round(3))  # the limit 0.1, and 0.1 / √3
0.1 0.058
```

<details><summary>Hint 1</summary>

`fan_in, fan_out = shape`. Then `self.rng.uniform(low, high, shape)` and `self.rng.normal(mean, sd, shape)`
draw arrays.
</details>

<details><summary>Hint 2</summary>

`rng.normal` wants a standard *deviation*, `rng.uniform` wants two *limits*. You know a variance. Which is
the standard deviation, and which limit has a uniform distribution of that variance?
</details>

<details><summary>Hint 3</summary>

Glorot: `limit = np.sqrt(6 / (fan_in + fan_out))`, from `-limit` to `limit`. He: mean 0 and standard
deviation `np.sqrt(2 / fan_in)`.
</details>
"""


# %% shows_only=true
class Seeded(keras.Initializer):
    """An initializer with random numbers of its own."""

    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)

    def get_config(self):
        return {"seed": self.seed}


# %% answer="initializers"
class GlorotUniform(Seeded):
    def __call__(self, shape, dtype=None):
        """Uniform around 0, variance 2 / (fan_in + fan_out)."""
        ### BEGIN SOLUTION
        fan_in, fan_out = shape
        limit = np.sqrt(6 / (fan_in + fan_out))
        return self.rng.uniform(-limit, limit, shape)
        ### END SOLUTION


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        """Normal around 0, variance 2 / fan_in."""
        ### BEGIN SOLUTION
        fan_in, _ = shape
        return self.rng.normal(0, np.sqrt(2 / fan_in), shape)
        ### END SOLUTION


# %% check="initializers"
check("initializers", GlorotUniform, HeNormal)

# %% shows_only=true
GlorotUniform, HeNormal = fallback("initializers", GlorotUniform, HeNormal)

# %% [markdown]
r"""
Now turn the gain yourself. Below, weights have the variance gain² / n. The **signal** walks up from layer
1, the **gradient** walks back from layer 50. Find the gain at which both come through: for `linear` (you
have derived it), for `relu` (that too), and for `tanh`. Then look for one for `sigmoid`. At a small width,
say 5, each single net goes its own way.
"""

# %% shows_only=true
vg.explore.variance_walk(gain=1.0, activation="relu", depth=50, width=32)

# %% [markdown] solution_only=true
r"""
*Analysis.* In the funnel the three recipes give signal and gradient of 1.0 and 0.016, 64 and 1.000, 4.1 and
0.064: Glorot's stands between, with 1.6 per layer on the way up and 0.4 on the way down. Keras's
initializer confirms both within the noise of 100 draws. In Figure 1, ReLU with n Var = 1 loses a factor
0.50 per layer. In the explorer, linear and tanh keep at gain 1, ReLU at 1.41. For sigmoid even the largest
gain, 4, loses the gradient: its slope of at most 1/4 would need n Var ≈ 100, a gain of 10.
"""

# %% [markdown]
r"""
## 4 · From weights to a factor (6 minutes)

A layer learns only from the error that finds its way back to it. In lesson 4 you read its **layer
factor** $r$ off Keras's gradients. With the weights in your hands you need neither Keras nor a loss. Going
up, keep the pre-activations; coming down, apply lesson 1's two steps:

$$\delta_l = \frac{\partial L}{\partial h_l}\odot\phi'(z_l) \qquad\qquad
\frac{\partial L}{\partial h_{l-1}} = \delta_l\,W_l^{\mathsf T} .$$

### Exercise 3 · The factor of a net ★★ (2 points)

Write `measured_factor(nets, phi, slope, X)`. Each of the `nets` is a list of kernels: those of the hidden
layers, and last an output kernel (n, 1) whose unit is linear. There are no biases. The nets may have
different depths. `phi` and `slope` work on arrays. Send `X` (points, inputs) up and an error of 1 for each
point down. A net's factor is

$$r = \left(\frac{\text{rms of } \delta_1}{\text{rms of } \delta_d}\right)^{1/(d-1)}$$

for $d$ hidden layers; give back the **median** over the nets. A net may be dead, with $\delta_1 = 0$
throughout: leave it out. (Lesson 4 took $\partial L/\partial h$ and a straight line through all layers. Here
the two ends of $\delta$ will do: it falls by the same factors.)

For example:

```python
>>> net = [np.array([[weight]]) for weight in (1.0, 0.5, 0.5, 1.0)]  # one unit per layer, three hidden layers
>>> print(measured_factor([net], lambda z: z, np.ones_like, np.ones((3, 1))))
0.5
```

<details><summary>Hint 1</summary>

Up: `h = X`, and for each kernel but the last `z = h @ kernel`, keep `z`, then `h = phi(z)`. Down: begin
with `np.ones((len(X), 1))`.
</details>

<details><summary>Hint 2</summary>

Coming down, the kernel *above* a layer brings the error to it: `error = (error @ kernel.T) * slope(z)`, for
the kernels from the last to the second, and the zs from the last to the first. Note each result's rms.
</details>

<details><summary>Hint 3</summary>

`for kernel, z in zip(kernels[:0:-1], zs[::-1])` is the way down. The first rms that you note belongs to the
highest hidden layer, the last to the lowest. There are `len(zs) - 1` steps between them.
</details>
"""


# %% answer="measured-factor"
def measured_factor(nets, phi, slope, X):
    """Median over nets of the error's factor per layer, going down."""
    ### BEGIN SOLUTION
    factors = []
    for kernels in nets:
        h, zs, sizes = X, [], []
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error = np.ones((len(X), 1))
        for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
            error = (error @ kernel.T) * slope(z)
            sizes.append(rms(error))
        if sizes[-1] > 0:
            factors.append((sizes[-1] / sizes[0]) ** (1 / (len(zs) - 1)))
    return np.median(factors)
    ### END SOLUTION


# %% check="measured-factor"
check("measured-factor", measured_factor)

# %% [markdown]
r"""
Theory says $r = \sqrt{n\,\mathrm{Var}(W)\;\mathbb{E}[\phi'(z)^2]}$, where $z$ is normal with the mean
square that the signal has in that layer. `vg.theory.layer_factor` follows both walks. We set it beside your
initializers, ten layers, 100 points of T1's circles, 40 nets each; `normal` is T1's $N(0, 1)$. Read the
column of width 32 first.
"""

# %% shows_only=true
measured_factor = fallback("measured-factor", measured_factor)
X, y = vg.circles()
some = X[::10].astype(float)


def nets_of(draw, width, depth=10, networks=40):
    """Lists of kernels, as measured_factor takes them."""
    shapes = list(pairwise([2, *[width] * depth, 1]))
    return [[draw(shape) for shape in shapes] for _ in range(networks)]


def factor_of(activation, draw, width):
    phi, slope, _ = vg.theory.ACTIVATIONS[activation]  # last: the largest slope
    return measured_factor(nets_of(draw, width), phi, slope, some)


# %% shows_only=true
normal = np.random.default_rng(0).normal
pairs = {
    ("sigmoid", "glorot_uniform"): GlorotUniform(seed=0),
    ("tanh", "glorot_uniform"): GlorotUniform(seed=1),
    ("relu", "glorot_uniform"): GlorotUniform(seed=2),
    ("relu", "he_normal"): HeNormal(seed=3),
    ("sigmoid", "normal"): lambda shape: normal(0, 1, shape),
}

# %% shows_only=true
factors, square = {}, np.mean(some**2)
print("measured (theory)            width 32         width 5")
for (activation, name), draw in pairs.items():
    for width in (32, 5):
        at = {"depth": 10, "input_square": square}
        predicted = vg.theory.layer_factor(activation, name, width, **at)
        factors[activation, name, width] = factor_of(activation, draw, width), predicted
    wide, narrow = (factors[activation, name, width] for width in (32, 5))
    columns = (f"{value:.3f} ({theory:.3f})" for value, theory in (wide, narrow))
    print(f"{activation:7}  {name:14}  ", "   ".join(columns))

# %% [markdown]
r"""
At width 32 theory is right to within a few percent, with nothing fitted. (In *very* deep nets tanh with
Glorot's weights comes ever closer to 1: as the signal sinks, as in Figure 1, tanh turns into a straight line.)
And the last row answers a question from lesson 2. Why did Glorot's weights make T1's sigmoid network
*worse*? At width 5 they lose more than three quarters at each layer, where $N(0, 1)$,
which looks so careless, loses only three fifths: of the error on its way down, and, by the same factor, of the differences
between points on their way up. (It is not the error's size alone: RMSprop makes up for that, lesson 3, and with its
$\epsilon$ set to next to nothing Glorot's nets still end at .50 in the median.) **Glorot's weights are made for slopes near 1, and a
sigmoid's is at most 1/4.**

At width 5 every measured factor lies *below* theory, for ReLU by a sixth or so (forty nets are few at this
width: other forties lie lower by anything from a tenth to a quarter). Section 5 is about that gap. (Theory's own number for tanh is lower at width 5, too. That is Glorot's formula: it draws the weights
between 2 inputs and 5 units larger than those between 2 and 32. The signal begins larger, and tanh's slope
is farther below 1.) First, go through the menu of initial weights, and compare the lines with theory's:
"""

# %% shows_only=true
vg.explore.depth_profile(depth=20, width=16, initializer="he_normal")

# %% [markdown] solution_only=true
r"""
*Analysis.* Width 32, measured against theory: sigmoid with Glorot's weights 0.23 and 0.24, tanh 0.97 and
0.98, ReLU 0.69 and 0.71, ReLU with He's weights 0.97 and 1, sigmoid with N(0, 1) 0.78 and 0.81. At width 5:
0.22, 0.86, 0.59, 0.84 and 0.38, where theory says 0.24, 0.93, 0.71, 1 and 0.45. All narrow nets fall short.
Over many draws of 40 nets ReLU with He's weights falls short the most, by a fifth as a rule.
"""

# %% [markdown]
r"""
## 5 · Five is not infinity (12 minutes)

(A good place for a pause, before or after this line. You have both recipes, and a number for any net.)

He's weights keep the mean square of the signal, and of the error, and that is no approximation. It holds for
100 units, for 5, even for one. And yet at width 5 we measured that the error loses a sixth or so per layer. To see
how both can be true, follow the signal, where the same happens and is easier to watch, through *many* narrow
networks: 60,000 of them, ten ReLU layers of 5 units, with one input that has a mean square of 1.
"""

# %%
predict(
    "he-typical",
    "Averaged over all nets, the mean square stays 1. And in the MEDIAN net, layer 10?",
    choices=["about 1", "a twentieth", "a four-hundredth", "a three-thousandth"],
)


# %% shows_only=true
def walks(gain, width=5, depth=10, networks=60_000):
    """Mean square of the signal after each ReLU layer: (networks, depth)."""
    rng, sizes = np.random.default_rng(0), []
    h = np.ones((networks, width))
    for _ in range(depth):
        W = rng.normal(0, gain / np.sqrt(width), (networks, width, width))
        h = relu(np.einsum("ni,nij->nj", h, W))
        sizes.append(np.mean(h**2, axis=1))
    return np.array(sizes).T


# %% shows_only=true
he = walks(gain=np.sqrt(2))
for layer in (1, 2, 5, 10):
    size = he[:, layer - 1]
    dead = np.mean(size == 0)
    center = np.median(size)
    mean = np.mean(size)
    print(f"layer {layer:2}: mean {mean:.2f}, median {center:.4f}, dead {dead:.0%}")

# %% shows_only=true
words = {
    1: "about 1",
    1 / 20: "a twentieth",
    1 / 400: "a four-hundredth",
    1 / 3000: "a three-thousandth",
}
typical = np.median(he[:, -1])
choice = words[min(words, key=lambda share: abs(np.log(typical / share)))]
reveal("he-typical", choice, "The mean is kept by a few networks that grow enormously.")

# %% [markdown]
r"""
**The mean is 1, and hardly any network is near it.** Each layer multiplies the mean square by a random
number. It has the mean 1, but numbers below 1 are the more frequent ones, and some are large. Multiply ten
such numbers, and you get mostly very little, and rarely very much: a lottery whose average prize is as high
as its stake. What a *typical* network does is told by the mean of the **logarithm**, for logarithms add up
from layer to layer. It is a random walk, and it drifts downwards. `vg.theory.relu_log_growth` knows the
drift in closed form:
"""

# %% shows_only=true
for width, networks in ((5, 10_000), (10, 4000), (32, 600), (100, 100)):
    ends = walks(np.sqrt(2), width, networks=networks)[:, [0, -1]]
    first, last = np.log(ends[ends[:, 1] > 0]).T
    drift, _ = vg.theory.relu_log_growth(width)
    growth = np.mean(last - first) / 9
    print(
        f"width {width:3}: log growth per layer {growth:+.2f}, theory {drift:+.2f};",
        end="",
    )
    print(f" 50 layers: × {np.exp(50 * drift):.0e}")

# %% [markdown]
r"""
At width 100 the drift is no trouble. At width 5, fifty layers leave the typical network $3\cdot10^{-14}$ of
a signal that He's weights keep *exactly*, on average. The gradient's way back has the same law.

Sussillo and Abbott (2014) drew the conclusion: choose the gain that keeps the mean of the logarithm. For
ReLU they give $g = \sqrt2\,\exp\bigl(1.2/(\max(n, 6) - 2.4)\bigr)$, a fit. For 5 units it is 1.97 in place
of He's 1.41; as $n$ grows it comes down to He's.
"""

# %% shows_only=true
sussillo = walks(gain=vg.theory.sussillo_gain("relu", 5))

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 2 (click here to see how it is drawn)
fig, axes = plt.subplots(1, 2, figsize=(8.4, 4.2), layout="constrained", sharey=True)
color, layers = style.look("relu").color, np.arange(0, 11)
titles = ("He's gain, 1.41", "Sussillo's gain, 1.97")
for ax, sizes, title in zip(axes, (he, sussillo), titles, strict=True):
    start = np.column_stack([np.ones(len(sizes)), sizes])
    alive = np.where(start > 0, start, np.nan)
    ax.plot(layers, alive[:80].T, color=color, alpha=0.22, linewidth=0.8)
    ax.plot(
        layers,
        start.mean(axis=0),
        "--",
        color=style.WARN,
        linewidth=2.2,
        label="mean of 60,000",
    )
    ax.plot(
        layers,
        np.nanmedian(alive, axis=0),
        color=color,
        linewidth=3,
        label="median of those alive",
    )
    style.log_axis(ax, [1e-11, 1e4], vanished=None)
    ax.set_ylim(1e-12, 1e5)
    style.dress(ax, title, "thin: 80 networks of width 5")
    ax.set(xlabel="layer", xticks=(0, 2, 4, 6, 8, 10))
axes[0].set_ylabel("mean square of h")
axes[1].legend(loc="lower left")
vg.plots.tell(
    fig,
    "The signal in 80 narrow ReLU nets, a widening fan. He's gain: the mean is level, "
    "the median sinks. Sussillo's: the median is level, the mean climbs.",
)

# %% [markdown]
r"""
*Figure 2. The mean square of the signal in 80 of 60,000 narrow ReLU networks, on a logarithmic axis: a fan
that opens from 1 over thirteen decades; where a line ends, its network has died. Left, He's gain: the dashed mean stays level at 1, the median of the
networks that are alive sinks to a few thousandths (the table above counted the dead ones, too, and came to
less). Right, Sussillo's gain: now the median is level, near 2,
and the mean climbs to several hundred.*

There is no gain that keeps both. Which of them do you want? You will train *one* network, and most likely a
typical one: for narrow nets, the right picture. But no gain closes the fan. Width does.

And some lines in the left picture simply end. If all 5 units of a layer are off, nothing passes any more:
such a network gives the same answer whatever you feed it, all its gradients but that of the last bias are
0, and no training can wake it. For *one* input a layer is off with probability $2^{-5}$, which adds up to
27 % in ten layers. A network is **born dead** if that happens for *all* the data at once. Before that, single
units die: lesson 4 came upon some that were off for all points from birth. How common is either?
"""


# %% shows_only=true
t2 = t2_circles()
points = t2.X_train.astype(float)


def share_dead(width, depth=20, networks=300):
    """Share of ReLU nets, and of their units, that are off for all points, by layer."""
    alive = np.zeros((2, depth))
    for seed in range(networks):
        rng, h, fan_in = np.random.default_rng(seed), points, 2
        for layer in range(depth):
            limit = np.sqrt(6 / fan_in)  # He's variance, uniform, as in T2
            h = relu(h @ rng.uniform(-limit, limit, (fan_in, width)))
            fan_in = width
            if not h.any():
                break
            alive[:, layer] += 1, np.mean(h.any(axis=0))
    return 1 - alive / networks


# %% shows_only=true
dead, dead_units = {}, {}
for width, networks in ((3, 300), (5, 300), (10, 300), (32, 40)):
    dead[width], dead_units[width] = share_dead(width, networks=networks)
for what, shares in (
    ("nets, dead by layer", dead),
    ("units, dead in layer", dead_units),
):
    print(f"{what:21}   5   10   15   20")
    for width, share in shares.items():
        columns = " ".join(f"{share[layer - 1]:4.0%}" for layer in (5, 10, 15, 20))
        print(f"   width {width:2}           {columns}")

# %% [markdown]
r"""
T2 reports that its ReLU networks "still learn" with 15 layers of 5 units and "no longer" with 20. Of such
networks, one in five is dead at birth with 15 layers, and more than a quarter with 20. At width 10 none of
300 is. Dead *units* are far more common, at every width: in the tenth layer nearly one in two at width 5, and
still a quarter at width 32, where enough others are left. (In a dead net we count all units as dead.)

### Exercise 4 · Exact, and yet ★★ (2 points, read by a person)

A colleague initializes a ReLU net of 20 layers of 5 units with He's weights. She draws 100,000 such
networks, averages the squared gradient in the first layer, finds that it is what it was in the last, and
concludes: "He's weights keep the gradient at any width. My net will not vanish." In a few sentences: what
is right in this, why will *her* net most probably vanish all the same, and which number should she have
looked at?

<details><summary>Hint 1</summary>

Is the average over 100,000 networks near the value of one that you pick at random? Figure 2 has both.
</details>

<details><summary>Hint 2</summary>

A factor per layer that is 4 in one case of five, and 1/4 in the others, has the mean 1. What do twenty such
factors make of the signal, as a rule?
</details>

<details><summary>Hint 3</summary>

Which average of factors tells what their product typically is? What can be added up from layer to layer?
</details>
"""

# %% [markdown] written="exact-and-yet" points=2
r"""
### BEGIN SOLUTION
Her average is right: He's weights keep the mean square exactly, at any width. But the mean over networks is
carried by a few in which the gradient grows enormously, while each layer multiplies it by a random factor
that is mostly below 1. Products of such factors are small in nearly all networks; at width 5 the logarithm
of the mean square drifts by −0.62 per layer, which leaves e^(−12), some millionths, of the squared gradient
after 20 layers, if the net is not dead from the start. She should have looked at the median, or at the mean
of the logarithm, and then at a wider net, or a larger gain.

**Rubric.** 1 point: the mean is right but not typical: a few networks with a very large value carry it
(half a point for "the variance between networks is large" without saying that most lie *below*). 1 point:
names the median, or the mean of the logarithm (the drift per layer), as the number to look at; a histogram
over networks counts as well. Dead networks are a welcome addition, and no substitute for either.
### END SOLUTION
"""

# %% [markdown]
r"""
## 6 · The case of U(0, 1) (22 minutes)

In lesson 2 you found T2's culprit: not tanh, but the weights, $U(0, 1)$. What exactly is wrong with them?
They are not too large: their standard deviation is 0.29, and $n\,\mathrm{Var}(W) = 5/12$, *smaller* than
Glorot's 1. We look at T2's network before training: five tanh layers of 5 units, and its 500 points. You
have seen already that its first layer begins with *more* of the gradient than its last. How much more,
on all of its points?
"""

# %%
predict(
    "uniform-direction",
    "T2.tanh5 before training: the error in hidden_1, compared with that in hidden_5?",
    choices=[
        "a little more",
        "2 or 3 times it",
        "10 to 100 times it",
        "over 1,000 times it",
    ],
)


# %% [markdown]
r"""
We take four measurements on 40 nets each: by how much the **error** grows on its way from hidden_5 down to
hidden_1; how many of hidden_5's outputs are **saturated**, beyond ±0.99; how **alike** its units are, the
mean correlation of two of them (1 means that they all say the same); and on how many of the **points** nine
tenths of hidden_1's gradient rest.
"""


# %% jupyter={"source_hidden": true} shows_only=true
# The four measurements (click here to see how they are taken)
def walk(kernels, X):
    """Outputs h and errors δ of every hidden tanh layer, first to last."""
    outputs, errors, h = [], [], X
    for kernel in kernels[:-1]:
        h = np.tanh(h @ kernel)
        outputs.append(h)
    error = np.ones((len(X), 1))
    for kernel, h in zip(kernels[:0:-1], outputs[::-1], strict=True):
        error = (error @ kernel.T) * (1 - h**2)
        errors.insert(0, error)
    return outputs, errors


def alike(h):
    """Mean correlation between the units of a layer, without its sign."""
    return np.mean(np.abs(np.corrcoef(h.T))[np.triu_indices(h.shape[1], 1)])


def heard(error):
    """Share of the points that carry nine tenths of the squared gradient."""
    shares = np.sort(np.sum(error**2, axis=1))[::-1] / np.sum(error**2)
    return (1 + np.sum(np.cumsum(shares) < 0.9)) / len(shares)


# %% shows_only=true
def look_inside(draw, width):
    """Growth of the error, saturation, likeness, points heard: medians of 40 nets."""
    rows = []
    for kernels in nets_of(draw, width, depth=5):
        outputs, errors = walk(kernels, points)
        grows = rms(errors[0]) / rms(errors[-1])
        saturated = np.mean(np.abs(outputs[-1]) > 0.99)
        rows.append([grows, saturated, alike(outputs[-1]), heard(errors[0])])
    return np.median(rows, axis=0)


# %% shows_only=true
uniform = np.random.default_rng(0).uniform
draws = {"U(0, 1)": lambda shape: uniform(0, 1, shape), "Glorot": GlorotUniform(seed=0)}
inside = {
    (name, width): look_inside(draws[name], width)
    for name in draws
    for width in (5, 25)
}
for (name, width), (grows, saturated, likeness, share) in inside.items():
    print(f"{name}, width {width}: error × {grows:.3g} from hidden_5 to hidden_1;")
    print(f"   hidden_5: {saturated:.0%} saturated, its units alike to {likeness:.3f};")
    print(f"   hidden_1: 90% of its gradient from {share:.1%} of the points")

# %% shows_only=true
words = {1.2: "a little more", 2.5: "2 or 3 times it"}
words |= {30: "10 to 100 times it", 3000: "over 1,000 times it"}
growth = inside["U(0, 1)", 5][0]
choice = words[min(words, key=lambda times: abs(np.log(growth / times)))]
note = "It more than doubles with every layer, in a network that does not learn."
reveal("uniform-direction", choice, note)

# %% [markdown]
r"""
**The gradient does not vanish. It explodes.** Theory, where it takes the weights' mean into account, says
so too:
"""

# %% shows_only=true
predicted = vg.theory.backprop_profile(
    "tanh", "uniform", 5, 5, input_square=np.mean(points**2)
)
print("error in hidden_1 to hidden_5, by theory:", predicted.round(1))

# %% [markdown]
r"""
And yet a third of the outputs of the top layer are saturated. (That its units are alike to 0.999 is the
disease. The 0.7 in Glorot's nets is not: the points have but two coordinates, and two random directions in a
plane correlate to $2/\pi = 0.64$ on average.) T2's readers asked why saturation and vanishing
gradients do not always come together, and got no answer. Look at which *points* the gradient comes from.
"""

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 3 (click here to see how it is drawn)
rng = np.random.default_rng(3)
shown = {
    "U(0, 1)": lambda shape: rng.uniform(0, 1, shape),
    "Glorot": GlorotUniform(seed=3),
}
fig, axes = plt.subplots(1, 2, figsize=(8.6, 4.1), layout="constrained", sharey=True)
for ax, (name, draw) in zip(axes, shown.items(), strict=True):
    _, errors = walk(nets_of(draw, 5, depth=5, networks=1)[0], points)
    size = np.sqrt(np.mean(errors[0] ** 2, axis=1))
    powers = np.log10(size / rms(size) + 1e-12)
    order = np.argsort(powers)
    dots = ax.scatter(
        *points[order].T, c=powers[order], s=18, cmap="viridis", vmin=-4, vmax=1
    )
    style.dress(ax, name, "a net of width 5, before training")
    ax.set(xlabel="x₁", aspect="equal")
axes[0].set_ylabel("x₂")
bar = fig.colorbar(
    dots,
    ax=axes,
    ticks=(-4, -3, -2, -1, 0, 1),
    shrink=0.85,
    label="gradient in hidden_1 / rms",
)
bar.ax.set_yticklabels(["1/10,000", "1/1,000", "1/100", "1/10", "1", "10"])
vg.plots.tell(
    fig,
    "T2's points, coloured by their own gradient. U(0, 1): light only at two places, "
    "half of them at a thousandth or so and below. Glorot: all alike.",
)

# %% [markdown]
r"""
*Figure 3. T2's 500 points, two close rings, coloured by the size of each point's own gradient in hidden_1,
compared with the rms of all. Left, U(0, 1): light only in the upper left and the lower right, where a
straight line through the middle crosses the rings; the farther a point lies from that line, the darker
it is, half of them at a thousandth or so and below, down to a ten-thousandth. Right, Glorot's weights: all points have much the same colour.*

All weights of a layer are positive, and so **all units of the next one add up the same things with the same
sign**. Write the kernel as its mean plus the rest, $W = \tfrac12\,\mathbf 1\mathbf 1^{\mathsf T} + R$: the
first part sends to every unit the same number, half of the sum of all inputs, and it wins. It multiplies a
shared signal by $n/2$ per layer, while the rest, which makes units differ, only has the factor
$\sqrt{n/12}$: 2.5 against 0.65. In the fifth layer all units say one and the same thing: on which side of a
straight line does this point lie? The points at the line, where nothing is saturated, get a gradient that
grows by nearly the same 2.5 per layer; the others get next to none. The rms shows the first, the saturation shows
the second.

A straight line cannot tell a ring from the ring within it. That network does not suffer from a vanishing
gradient. **It has lost its signal, and the gradient with it for nearly all points.** With 25 units the
factor is 12.5, the top layer is saturated throughout, and nine tenths of the gradient come from a single
point: that is why T2's wide networks gave up earlier than the narrow ones. (The growth that we measured for them is one
draw: other samples of 40 nets have medians from some two hundred to four thousand, all below $12.5^4 \approx 24{,}000$, for
no point lies close enough to the line to get the whole of it.)

### Exercise 5 · Repair it, with one change ★★ (2 points)

`tanh5` below is T2's network as `vg.sweep` takes it. Change **one** of the settings `activation`,
`initializer` or `learning_rate` such that it learns *reliably*: over 16 seeds, even the **lower quartile**
of the accuracy should be above .80. (The ceiling of these data is .84.) Give three things: `change`, a
dictionary with that one setting and its new value; `accuracy`, what the 16 runs reached; and `band`, its
lower quartile, median and upper quartile. An initializer is a name of Keras's, such as `"lecun_normal"`, or
one of your own, such as `HeNormal(seed=0)`.

For example:

```python
>>> print({**{"depth": 5, "learning_rate": 0.01}, **{"learning_rate": 0.1}})  # a set-up with one change
{'depth': 5, 'learning_rate': 0.1}
>>> print(np.percentile([0.9, 0.5, 0.7, 0.6, 0.8], [25, 50, 75]))  # the band of five accuracies: not reliable
[0.6 0.7 0.8]
```

<details><summary>Hint 1</summary>

What is wrong with $U(0, 1)$: its size, or its mean? Which of the three settings touches that?
</details>

<details><summary>Hint 2</summary>

The mean has to be 0. And the size has to be right too: with small weights the signal dies on its way, as in
the falling line of Figure 1. You have written two initializers that see to both.
</details>

<details><summary>Hint 3</summary>

`{**tanh5, **change}` is `tanh5` with your change. `vg.sweep(**{**tanh5, **change}).accuracy` has the 16
accuracies, and `np.percentile(accuracy, [25, 50, 75])` the band.
</details>
"""

# %% shows_only=true
tanh5 = {
    "activation": "tanh",
    "initializer": "uniform",  # U(0, 1)
    "learning_rate": 0.01,
    "optimizer": keras.optimizers.SGD(momentum=0.9),
    "depth": 5,
    "width": 5,
    "epochs": 500,
    "data": (t2.X_train, t2.y_train),
    "seeds": range(16),
    "progress": False,
}

# %% answer="repair"
change = ...
accuracy = ...
band = ...
### BEGIN SOLUTION
change = {"initializer": "glorot_uniform"}
accuracy = vg.sweep(**{**tanh5, **change}).accuracy
band = np.percentile(accuracy, [25, 50, 75])
### END SOLUTION
if change is not ...:
    print(change, np.round(band, 3))

# %% check="repair"
check("repair", change, accuracy, band)

# %% shows_only=true
change, accuracy, band = fallback("repair", change, accuracy, band)
runs = published_runs()
before = runs[runs.id == "T2.tanh5"].accuracy
print("T2.tanh5, 100 seeds (lesson 2):", np.percentile(before, [25, 50, 75]).round(3))
print(f"{change}, {len(accuracy)} seeds:", np.round(band, 3))

# %% [markdown]
r"""
One setting, and the network with the bad name is at its data's ceiling: five tanh layers, the same
optimizer, the same 500 epochs. But is it the *mean*? Weights such as Glorot's, He's or LeCun's differ from
$U(0, 1)$ in mean *and* in size. So take the mean away and leave all else: $U(-\tfrac12, \tfrac12)$. And
take a mean of 0 with the wrong size, Keras's `random_normal`, whose standard deviation is 0.05.
"""

# %% shows_only=true
centred = keras.initializers.RandomUniform(-0.5, 0.5)
two = {"initializer": [centred, "random_normal"], "seeds": range(16)}
swept = vg.sweep(**{**tanh5, **two})
mean_gone, tiny = np.array(swept.accuracy).reshape(2, 16)
for name, sample in (("U(-½, ½)", mean_gone), ("N(0, 0.05²)", tiny)):
    low, middle, high = np.percentile(sample, [25, 50, 75])
    print(f"{name:12} quartiles {low:.3f} to {high:.3f}, median {middle:.3f}")

# %% [markdown]
r"""
Taking the mean away does nearly all of it: the median jumps to about .81. It is not quite reliable yet, for
now the weights are a little too small, and some runs run out of time. Far too small, and *no* run learns
anything. **Mean 0 and the right size: it takes both.**

Here are five starts in a row, at width 25, where each of them shows most clearly what it does. (The histograms and the
pictures are of one net each, the printed numbers medians of 20.)
"""


# %% jupyter={"source_hidden": true} shows_only=true
# Figure 4 (click here to see how it is drawn)
def five_starts(seed=5):
    """Name → the outputs of all layers in 20 tanh nets of 5 layers of 25 units, on T2's points."""
    random = np.random.default_rng(seed)
    starts = {
        "N(0, 0.05²)": lambda shape: random.normal(0, 0.05, shape),
        "Glorot": lambda shape: random.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape)),
        "U(−½, ½)": lambda shape: random.uniform(-0.5, 0.5, shape),
        "N(0, 1)": lambda shape: random.normal(0, 1, shape),
        "U(0, 1)": lambda shape: random.uniform(0, 1, shape),
    }
    nets = {name: nets_of(draw, 25, 5, 20) for name, draw in starts.items()}
    return {name: [walk(net, points)[0] for net in of] for name, of in nets.items()}


def draw_start(above, below, name, outputs):
    """Histograms of layers 1, 3, 5 above; below, who is saturated in layer 5."""
    bins, share = np.linspace(-1, 1, 42), np.full(outputs[0].size, 1 / outputs[0].size)
    for layer, color in zip((1, 3, 5), style.by_depth(3), strict=True):
        look = {
            "histtype": "step",
            "color": color,
            "linewidth": 1.5,
            "label": f"layer {layer}",
        }
        above.hist(outputs[layer - 1].ravel(), bins, weights=share, **look)
    above.set(ylim=(0, 0.5), yticks=[])
    style.dress(above, name, "")
    saturated_here = np.abs(outputs[-1][::5].T) > 0.99
    below.imshow(saturated_here, cmap="gray_r", aspect="auto", vmin=0, vmax=1)
    below.set(xticks=[], yticks=[])


starts = five_starts()
fig, axes = plt.subplots(2, 5, figsize=(8.6, 4.2), layout="constrained", sharex="row")
for pair, (name, of) in zip(axes.T, starts.items(), strict=True):
    draw_start(*pair, name, of[0])
axes[0, 0].legend(fontsize=8)
axes[0, 0].set_ylabel("share of outputs h")
axes[0, 2].set_xlabel("h, from −1 to 1")
axes[1, 0].set_ylabel("25 units of layer 5")
axes[1, 2].set_xlabel("100 of the points, one a column; black: saturated")
vg.plots.tell(
    fig,
    "Five starts. Above, histograms of the outputs of layers 1, 3 and 5: a spike at 0, two humps "
    "that stay, a spread that grows, heaps at ±1, all at ±1. Below: white, white, white, speckled, black.",
)

# %% shows_only=true
for name, of in starts.items():
    last = [outputs[-1] for outputs in of]
    flat = np.median([np.mean(np.abs(h) > 0.99) for h in last])
    size = np.median([rms(h) for h in last])
    print(f"{name:12} layer 5: rms of h {size:.2g}, {flat:.0%} saturated")

# %% [markdown]
r"""
*Figure 4. Above, how the outputs of layers 1, 3 and 5 are distributed, for five initializations. Below, layer 5 as a
picture: one row per unit, one column per point, black where the output is beyond ±0.99.*

Read the upper row from left to right. Far too small: each layer is a quarter of the one before, and by layer 5
there is only a spike at 0. Glorot: the three curves lie on each other, which is all that one can ask.
Somewhat too large: the outputs spread out towards ±1. $N(0, 1)$: heaps at both ends, and about half of the lower
picture is black. $U(0, 1)$: everything is at one of the ends, and the picture is black from edge to edge. A **row** that
is black throughout is a unit that answers to nothing; a **column** would be a point that no unit learns from.

### T1's verdict

T1 closes with the remark that a change of the initialization helps less than a change of the activation.
Its own example is the network with four sigmoid layers and $N(0, 1)$ weights. With tanh it has .995 in
place of .63 (lesson 2's table). What can initialization do for it? By section 4, Glorot's weights make a sigmoid
worse, for its slope is small wherever it is taken. So it needs *larger* ones than $N(0, 1)$:
$n\,\mathrm{Var}(W)$ grows faster with them than $\mathbb{E}[\phi'^2]$ falls. A standard deviation of 3 has
a theoretical factor near 0.8 per layer.
"""

# %%
predict(
    "sigmoid-larger",
    "T1's four sigmoid layers, weights from N(0, 3²), 100 epochs: the median accuracy?",
    between=(0.5, 1.0),
    step=0.01,
)

# %% shows_only=true
# A hundred runs each, from lesson 2's table.
ids = {
    "Glorot": "T1.sig4+glorot",
    "N(0, 1²)": "T1.sig4",
    "N(0, 3²)": "T1.sig4+normal3",
    "N(0, 7²)": "T1.sig4+normal7",
}
sigmoids = {name: runs[runs.id == id].accuracy for name, id in ids.items()}

# %% shows_only=true
for (name, sample), variance in zip(sigmoids.items(), (1 / 5, 1, 9, 49), strict=True):
    r = vg.theory.layer_factor("sigmoid", variance, 5)
    print(f"{name:8}  theory's factor {r:.2f};", end=" ")
    print(f"median accuracy of {len(sample):3} runs {np.median(sample):.2f}")

# %% shows_only=true
reveal(
    "sigmoid-larger",
    round(float(np.median(sigmoids["N(0, 3²)"])), 2),
    "Four sigmoid layers, nothing changed but the size of the first weights.",
    near=0.04,
)

# %% [markdown]
r"""
So the same network that cannot learn in 100 epochs with Glorot's weights, and learns poorly with $N(0, 1)$,
gets to .93 by nothing but larger weights. (Too large is no good either: at 7 the factor is above 1,
and most units of the top layer begin saturated.) And on T2's data:

| change | median accuracy |
|---|---|
| T2.tanh5, as published | .58 |
| another *activation*: ReLU, weights as they were | .50 |
| other *weights*: He's, activation as it was | .83 |

(100 seeds each, from lesson 2's table.) T1's verdict is no law. On T1's own network it
holds: another activation brings it to .995, other weights to .93. On T2's it is the other way round: other weights do
it, and another activation alone does not. And the textbook's weights can do *harm*, as T1's network shows. The two cannot be ranked, because neither acts alone: what counts is
$n\,\mathrm{Var}(W)\,\mathbb{E}[\phi'^2]$, **a product of both.**
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* `glorot_uniform`: quartiles .826 to .840, median .830. U(−½, ½): median .81, but the lower
quartile is near .77, so that it would not pass as a repair. N(0, 0.05²): every run at .50. ReLU alone ends
at .504, as lesson 2 found. For T1's sigmoids the medians are .50 with Glorot's weights, about .64 with N(0,
1), .93 with N(0, 9), and .68 with N(0, 49).
"""

# %% [markdown]
r"""
## 7 · Same norm, another spectrum (4 minutes)

Up to here we asked for the *size* of what comes through. A matrix has more to it: it stretches some
directions and shrinks others. The stretches are its **singular values**. A Gaussian matrix with
$n\,\mathrm{Var} = 1$ keeps the size of a vector on average, and so does an **orthogonal** matrix, a
rotation. Look at all 32 singular values, after 1, 5 and 10 layers.
"""

# %% shows_only=true
rng = np.random.default_rng(0)


def gaussian():
    return rng.normal(0, 1 / np.sqrt(32), (32, 32))


def orthogonal():
    return np.linalg.qr(rng.normal(size=(32, 32)))[0]


# %% shows_only=true
spectra = {}
for name, draw in (("Gaussian", gaussian), ("orthogonal", orthogonal)):
    product = np.eye(32)
    for depth in range(1, 11):
        product = product @ draw()
        spectra[name, depth] = np.linalg.svd(product, compute_uv=False)
    kept = np.sqrt(np.mean(spectra[name, 1] ** 2))
    lost = np.log10(spectra[name, 10].max() / spectra[name, 10].min())
    print(f"{name:10} size after one layer {kept:.2f}; after ten,", end=" ")
    print(f"largest to smallest 10^{lost:.1f}")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 5 (click here to see how it is drawn)
fig, ax = plt.subplots(figsize=(7.8, 4.2), layout="constrained")
lines = [
    ("Gaussian", depth, color, "o-")
    for depth, color in zip((1, 5, 10), style.by_depth(3), strict=True)
]
for name, depth, color, dash in [*lines, ("orthogonal", 10, style.WARN, "--")]:
    values = spectra[name, depth]
    ax.plot(range(1, 33), values, dash, color=color, markersize=3.5, linewidth=1.6)
    text = f"{depth} {name}"
    ax.annotate(
        text,
        (32, values[-1]),
        (7, -4),
        textcoords="offset points",
        color=color,
        weight="bold",
    )
style.log_axis(ax, [1e-10, 10], vanished=None)
style.dress(
    ax,
    "What a product of random matrices does to 32 directions",
    "singular values, largest to smallest",
)
ax.set(
    xlabel="number of the singular value",
    ylabel="stretch",
    xticks=(1, 8, 16, 24, 32),
    xlim=(0, 42),
)
vg.plots.tell(
    fig,
    "Singular values of products of 1, 5 and 10 Gaussian matrices fall ever more "
    "steeply; 10 orthogonal matrices stay at 1.",
)

# %% [markdown]
r"""
*Figure 5. The singular values of a product of 1, 5 and 10 Gaussian 32 × 32 matrices, on a logarithmic axis.
Each more layer bends the curve further down at its right end, by ten decades at 10 layers. The product of
10 orthogonal matrices is a level line at 1.*

The factor per layer is 1 in both. But after 10 Gaussian layers the gradient reaches the bottom along some
directions and is lost along others: theory says one decade of contrast more with every layer
(`vg.theory.condition_growth(32)` is 1.02). Rotations lose nothing in any direction. Saxe, McClelland and
Ganguli (2014) found that deep *linear* networks with such weights learn in a time that does not grow with
depth. With an activation in between, tanh can stay close to that and ReLU cannot (Pennington, Schoenholz
and Ganguli 2017). In Keras: `"orthogonal"`.

## 8 · Stretch: let the data decide (as long as you like)

Every recipe so far reckons with an average: over networks, at infinite width, for a known activation. One
can do without. Send the data through, **measure** each layer's signal, and divide. Mishkin and Matas (2016)
train very deep nets with such weights.

### Exercise 6 · A scale from the data ★★★ (3 points)

Write `unit_scale(kernels, phi, X)`. Give back a list of new kernels: each the old one times *one* positive
number, such that in **every** layer, the output included, the mean square of $z = hW$ is 1, over all points
and units. `phi` follows each kernel but the last. There are no biases. Leave the given kernels as they are.
No formula with a width or a gain will do it: the activation can be anything.

For example:

```python
>>> two_kernels, two_inputs = [np.array([[2.0]]), np.array([[5.0]])], np.array([[1.0], [7.0]])  # its rms is 5
>>> print([kernel.round(3).tolist() for kernel in unit_scale(two_kernels, lambda z: np.maximum(z, 0), two_inputs)])
[[[0.2]], [[1.0]]]
```

<details><summary>Hint 1</summary>

Begin at the bottom. For one layer it is one measurement and one division. What is the *next* layer's input,
then?
</details>

<details><summary>Hint 2</summary>

The next layer's input has to come from the scaled layer, `phi(h @ new)`: it is not what the old kernels
would have sent up. And the mean *square* becomes 1 if you divide the kernel by its *root*.
</details>

<details><summary>Hint 3</summary>

In the loop: `new = kernel / rms(h @ kernel)`, append it, then `h = phi(h @ new)`. `kernel /= …` would
change the caller's kernel.
</details>
"""


# %% answer="unit-scale"
def unit_scale(kernels, phi, X):
    """New kernels, one factor each: the mean square of every z is 1."""
    ### BEGIN SOLUTION
    scaled, h = [], X
    for kernel in kernels:
        scaled.append(kernel / rms(h @ kernel))
        h = phi(h @ scaled[-1])
    return scaled
    ### END SOLUTION


# %% check="unit-scale"
check("unit-scale", unit_scale)

# %% [markdown]
"""
Does it close the gap of section 5? Ten ReLU layers of width 5, the living among 200 networks, before and
after. And can it save U(0, 1)?
"""

# %% shows_only=true
unit_scale = fallback("unit-scale", unit_scale)
phi, slope, _ = vg.theory.ACTIVATIONS["relu"]


def lives(kernels):
    h = some
    for kernel in kernels[:-1]:
        h = relu(h @ kernel)
    return h.any()


# %% shows_only=true
living = {}
for name, draw in (("He", HeNormal(seed=0)), ("Glorot", GlorotUniform(seed=0))):
    nets = [kernels for kernels in nets_of(draw, 5, networks=200) if lives(kernels)]
    scaled = [unit_scale(kernels, phi, some) for kernels in nets]
    living[name] = [
        measured_factor(group, phi, slope, some) for group in (nets, scaled)
    ]
    before, after = living[name]
    print(f"ReLU, {name:6}: factor {before:.2f}, with the data's scale {after:.2f}")

# %% shows_only=true
nets = [
    unit_scale(kernels, np.tanh, points)
    for kernels in nets_of(draws["U(0, 1)"], 5, depth=5)
]
likeness = np.median([alike(walk(kernels, points)[0][-1]) for kernels in nets])
print(f"tanh, U(0, 1), with the data's scale: units alike to {likeness:.3f}")

# %% [markdown] solution_only=true
r"""
*Analysis.* With He's weights the living narrow nets have a factor of about 0.8, with Glorot's about 0.6;
after scaling both are between 1.0 and 1.05: measuring each network's own signal takes out the drift of the
random walk, whatever it began with. It is the signal that was set, and the gradient followed, since in a
ReLU net both walk by the same law. In U(0, 1) nets the units are as alike as before: a positive factor
changes no correlation that matters.
"""

# %% [markdown]
r"""
From He's weights or from Glorot's: the typical narrow net now keeps its error. Dead nets stay dead, though:
there is no signal to measure. And U(0, 1) is beyond its help: a scale repairs a size. It does not repair a
mean.

## What you take with you

- A layer multiplies the signal's mean square by $n_{\text{in}}\mathrm{Var}(W)$, and the gradient's by
  $n_{\text{out}}\mathrm{Var}(W)$, times what the activation leaves.
- **Glorot**: $2/(n_{\text{in}} + n_{\text{out}})$, for slopes near 1. **He**: $2/n_{\text{in}}$, for ReLU
  lets half through. A sigmoid is served by neither.
- **Exact on average is not typical.** In narrow nets the mean is carried by a few; the median sinks. Look
  at the mean of the logarithm, and prefer width.
- Narrow ReLU nets can be **born dead**: with T2's 20 layers of 5 units, more than one in four.
- **U(0, 1) fails by its mean**: all units say the same, the gradient grows, and only a strip of the data
  gets any of it.
- Initialization and activation act as a **product**. Neither ranks above the other.
- Same size, other spectrum: orthogonal weights keep *every* direction.

All this is about the start. Next: how to build a network that passes its error on whatever its weights do.
Lesson 6 adds a wire around each layer.

## Sources

- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998). *Efficient BackProp.* The variance 1/fan_in.
- X. Glorot, Y. Bengio (2010). *Understanding the difficulty of training deep feedforward neural networks.*
  AISTATS. Both walks and the compromise.
- K. He, X. Zhang, S. Ren, J. Sun (2015). *Delving deep into rectifiers.* ICCV. The factor 2.
- D. Sussillo, L. F. Abbott (2014). *Random walk initialization for training very deep feedforward
  networks.* The gain of narrow nets.
- B. Hanin, M. Nica (2020). *Products of many large random matrices and gradients in deep neural networks.*
  The drift and spread of Figure 2.
- L. Lu, Y. Shin, Y. Su, G. E. Karniadakis (2019). *Dying ReLU and initialization: theory and numerical
  examples.*
- A. M. Saxe, J. L. McClelland, S. Ganguli (2014). *Exact solutions to the nonlinear dynamics of learning in
  deep linear neural networks.* Orthogonal weights.
- D. Mishkin, J. Matas (2016). *All you need is a good init.* ICLR. Scales from the data.
- J. Pennington, S. S. Schoenholz, S. Ganguli (2017). *Resurrecting the sigmoid in deep learning through
  dynamical isometry.* NeurIPS. Spectra with activations.
- S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein (2017). *Deep information propagation.* ICLR.
  The layer factor.
- T1: *Visualizing the vanishing gradient problem* (2021). T2: *How to fix the vanishing gradients problem
  using ReLU* (2018–2020).
"""
