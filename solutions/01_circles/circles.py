# %% [markdown]
r"""
# Lesson 1 · Circles, and the chain rule by hand

Before we can say what goes wrong in a deep network, we need two things that we understand completely: some
data, and one backward pass. By the end of this lesson both are yours, down to the last derivative.

**You will be able to**

- say what the best possible accuracy on the course's data is, and why no network can beat it;
- scale data without letting the test set leak into the training;
- carry out one forward and one backward pass by hand, and *prove* your gradients right;
- say what ten sigmoids in a row do to a gradient, at the very best.

**Time** about 85 minutes with the exercises (the minutes at the headings are without them), in two
sittings, with a break before section 5, and as long as you like for the stretch exercise. **Points** 12. **You need** a
little Python and NumPy, and to have met derivatives once. No TensorFlow yet. (Cells that only draw a figure
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

import matplotlib.pyplot as plt
import numpy as np

from vgcourse import check, fallback, predict, reveal, style, t1_circles, t2_circles

# %% [markdown]
"""
## 1 · Two rings (3 minutes)

Two well-known tutorials on vanishing gradients use the same toy data: two noisy rings of points, and the
question which ring a point belongs to. This course rebuilds their experiments, and calls them **T1**
(*Visualizing the vanishing gradient problem*, 2021) and **T2** (*How to fix the vanishing gradients problem
using ReLU*, 2018–2020). Each has 1,000 points; class 1 is the inner ring, class 0 the outer one.
`t1.X_train` holds the points, one row for each with its coordinates $x_1$ and $x_2$; `t1.y_train` holds
their classes, 0 or 1.
"""

# %% jupyter={"source_hidden": true} shows_only=true
# How the rings are drawn (click here to see it)
from matplotlib.colors import LinearSegmentedColormap

BLUE, ORANGE = "#0072B2", "#E69F00"
OPINION = LinearSegmentedColormap.from_list(
    "opinion", ["#bcd9ec", "#ffffff", "#f9dfa6"]
)
plt.rcParams.update({"figure.dpi": 110, "font.size": 11, "legend.frameon": False})


def draw_rings(ax, X, y, title="", subtitle=""):
    """Draw the outer ring as blue crosses and the inner one as orange dots."""
    ax.scatter(*X[y == 0].T, s=16, marker="x", linewidth=0.9, color=BLUE)
    ax.scatter(*X[y == 1].T, s=11, marker="o", linewidth=0, color=ORANGE)
    style.dress(ax, title, subtitle)
    ax.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$")


# %% shows_only=true
t1, t2 = t1_circles(), t2_circles()
fig, (left, right) = plt.subplots(1, 2, figsize=(8.2, 4.3), layout="constrained")
draw_rings(left, t1.X_train, t1.y_train, "T1", "radii 1 and 0.5")
draw_rings(
    right, t2.X_train, t2.y_train, "T2, training half", "radii 1 and 0.8, then scaled"
)
vg.plots.tell(
    fig,
    "Two scatter plots. T1: a ring of dots inside a ring of crosses, with a gap between. T2: two rings that overlap.",
)

# %% [markdown]
"""
*Figure 1. Left, T1: a ring of blue crosses around a ring of orange dots, with a clear gap between them.
Right, T2: the same, but the inner ring is so wide that the two overlap almost everywhere.*

Both add normal noise with standard deviation 0.1 to each coordinate. In T1 that leaves a gap. In T2 the
rings are 0.2 apart, and the noise has filled the gap in. Remember this picture when somebody reports 84 %
on it.

## 2 · A straight line fails, and does worse than a coin (4 minutes)

Logistic regression draws the best straight line between two classes. There is no good line here, so it
should score about a half. Let us see.
"""

# %% shows_only=true
from sklearn.linear_model import LogisticRegression

for name, data in {"T1": t1, "T2": t2}.items():
    line = LogisticRegression().fit(data.X_train, data.y_train)
    train, test = (
        line.score(data.X_train, data.y_train),
        line.score(data.X_test, data.y_test),
    )
    print(f"{name}: train {train:.3f}, test {test:.3f}")

# %% [markdown]
"""
(T1 tests on the very points it trained on, so its two numbers agree.)

T2's test accuracy is *below* a half. Bad luck? Let us draw 200 data sets the way T2 does, lay a line
through the training half of each, and score it on the test half and on 1,000 fresh points as well. (Least
squares will do for the line: it gives the same picture, and is quicker.)
"""


# %% shows_only=true
def fit_line(X, y):
    """Weights and bias of the least-squares line."""
    return np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y - 0.5)[0]


def line_accuracy(line, X, y):
    return np.mean((X @ line[:2] + line[2] > 0) == (y == 1))


test, fresh = [], []
for seed in range(200):
    X, y = vg.circles(factor=0.8, seed=seed)
    line = fit_line(X[:500], y[:500])
    test.append(line_accuracy(line, X[500:], y[500:]))
    fresh.append(line_accuracy(line, *vg.circles(factor=0.8, seed=1000 + seed)))
print(
    f"test half: mean {np.mean(test):.3f}, below one half in {np.mean(np.less(test, 0.5)):.0%} of draws"
)
print(f"fresh points: mean {np.mean(fresh):.3f}")

# %% [markdown]
"""
It is no accident. `make_circles` deals exactly 500 points to each class, spaced evenly around the ring. If
the training half happens to hold many orange points in the upper left, then the *test half must hold few of
them there*. The line learns the excess and meets the deficit. Fresh points are fair again.

So the two halves of one carefully balanced set are not independent, and a model that learns nothing but
chance patterns mostly lands *below* a half. T2's five-layer tanh network, the one that was meant to show the
vanishing gradient, was reported with 0.530 on the training half and 0.468 on the test half. Compare that
with the straight line above. Those two numbers tell you how little that network had learnt.

## 3 · Scale, but do not peek (4 minutes)

T2 scales each coordinate to run from −1 to 1, and *then* splits into training and test points. The smallest
and the largest value may come from the test half. So the test points have had a say in how the training
data look: information has **leaked**.
"""

# %% [markdown]
r"""
### Exercise 1 · Scaling without a leak ★ (1 point)

Write `scale(X_train, X_test)`. It gives back both arrays, scaled column by column so that the *training*
points run exactly from −1 to 1. The test points are measured with the same ruler, and may land a little
outside. (The coordinates may be whole numbers.) For a column with smallest training value $a$ and largest training value $b$:

$$x \;\mapsto\; 2\,\frac{x - a}{b - a} - 1 .$$

For example:

```python
>>> few_train, few_test = scale(np.array([[0.0, 10.0], [4.0, 30.0]]), np.array([[5.0, 20.0]]))
>>> print(few_train.tolist(), few_test.tolist())
[[-1.0, -1.0], [1.0, 1.0]] [[1.5, 0.0]]
```

<details><summary>Hint 1</summary>

Which points may know about $a$ and $b$? Only one of the two arrays.
</details>

<details><summary>Hint 2</summary>

`X_train.min(axis=0)` gives the smallest value of each column: an array of two numbers. NumPy subtracts it
from every row by itself.
</details>

<details><summary>Hint 3</summary>

Compute `low` and `high` from `X_train`. Then use the formula twice, once with `X_train` and once with
`X_test` in the place of $x$, and return the two results, separated by a comma.
</details>
"""


# %% answer="leak-free-scaling"
def scale(X_train, X_test):
    """Both arrays, shape (n, 2), on the training points' scale."""
    ### BEGIN SOLUTION
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return 2 * (X_train - low) / (high - low) - 1, 2 * (X_test - low) / (high - low) - 1
    ### END SOLUTION


# %% check="leak-free-scaling"
check("leak-free-scaling", scale)

# %% [markdown]
"""
How much did T2 gain by its leak? We shall draw 200 data sets, scale each with and without the leak, and let
a model that depends on distances, nearest neighbours, classify the test half.
"""

# %%
predict(
    "leak-gain",
    "Over 200 data sets, what does T2's leak do to the test accuracy?",
    choices=["it flatters it", "nothing that shows", "it harms it"],
)

# %% shows_only=true
from sklearn.neighbors import KDTree

scale = fallback("leak-free-scaling", scale)


def neighbours_accuracy(X_train, X_test, y):
    """Each test point takes the class of most of 15 neighbours."""
    nearest = KDTree(X_train).query(X_test, k=15, return_distance=False)
    return np.mean((y[:500][nearest].mean(axis=1) > 0.5) == y[500:])


gains = []
for seed in range(200):
    X, y = vg.circles(factor=0.8, seed=seed)
    everything, _ = scale(X, X)
    leaky = neighbours_accuracy(everything[:500], everything[500:], y)
    gains.append(leaky - neighbours_accuracy(*scale(X[:500], X[500:]), y))

gain, error = np.mean(gains), np.std(gains) / np.sqrt(len(gains))
print(f"the leak gains {100 * gain:+.3f} ± {100 * error:.3f} percentage points")

# %% shows_only=true
outcome = "nothing that shows"
if abs(gain) > 2 * error:
    outcome = "it flatters it" if gain > 0 else "it harms it"
reveal("leak-gain", outcome, "Four numbers leaked, and none of them knows a label.")

# %% [markdown]
"""
The gain is smaller than its own uncertainty. So is it pedantry to complain? Here is the same mistake in
another place. The data are **coin flips**: 2,000 columns of pure noise, and labels drawn at random. There
is nothing to learn. We keep the 20 columns that go best with the labels, then split, and give each test row
the class whose training mean is closer.
"""


# %% shows_only=true
def coin_flips(seed, chosen_from):
    """Guess labels that are pure chance: accuracy on 50 rows."""
    rng = np.random.default_rng(seed)
    X, y = (
        rng.normal(size=(100, 2000)),
        rng.integers(0, 2, 100),
    )  # nothing connects the two
    agreement = np.abs((y[:chosen_from] - 0.5) @ X[:chosen_from])
    X = X[:, np.argsort(agreement)[-20:]]
    ones, zeros = X[:50][y[:50] == 1].mean(axis=0), X[:50][y[:50] == 0].mean(axis=0)
    closer_to_ones = np.linalg.norm(X[50:] - ones, axis=1) < np.linalg.norm(
        X[50:] - zeros, axis=1
    )
    return np.mean(closer_to_ones == y[50:])


print(
    f"columns chosen on all 100 rows:         {np.mean([coin_flips(s, 100) for s in range(40)]):.0%} correct"
)
print(
    f"columns chosen on the 50 training rows: {np.mean([coin_flips(s, 50) for s in range(40)]):.0%} correct"
)

# %% [markdown]
"""
Six coin flips in seven, "predicted". The order of the steps is the same as T2's: first look at everything,
then split. This time, though, the *labels* leaked. You cannot always tell beforehand which kind of leak you
have, so the rule is simple: **split first; whatever is learnt from data is learnt from the training data.**
"""

# %% [markdown]
"""
### Exercise 2 · Why it matters all the same ★ (2 points, read by a person)

Scaling before the split cost T2 nothing that we could measure. In two or three sentences: why is the test
score still not what it claims to be, and in what situation would min-max scaling over *all* points change a
result badly?
"""

# %% [markdown] written="leak-why" points=2
"""
### BEGIN SOLUTION
A test score claims to say how a model does on points that nobody has seen when it was made. Here the test
points helped to choose the scale, so they were not unseen, and only an experiment (not the procedure) told
us that the effect is small. It would matter where few extreme values decide the scale: with a small or
heavy-tailed set, one wild test point (a broken sensor that says 1,000) squeezes all training points into a
sliver of [−1, 1], which the model would never meet in use. The same holds when the data drift, so that test
and training ranges differ.

**Rubric.** 1 point: says that the test set stands for unseen data and that it no longer is unseen (or that
the score is no honest estimate for new points), not merely "because it is wrong". 1 point: a situation in
which the *range* is really changed by the test points: outliers, few points, heavy tails, drift over time.
Half a point for a leak that matters but is not about scaling, such as choosing columns by their labels.
### END SOLUTION
"""

# %% [markdown]
r"""
## 4 · One number solves it (6 minutes)

A line fails because the classes differ in no *direction*. They differ in distance from the middle. So give
the model that: $r^2 = x_1^2 + x_2^2$, one feature instead of two.
"""

# %% shows_only=true
for name, data in {"T1": t1, "T2": t2}.items():
    r2_train, r2_test = (
        np.sum(X**2, axis=1, keepdims=True) for X in (data.X_train, data.X_test)
    )
    model = LogisticRegression().fit(r2_train, data.y_train)
    print(
        f"{name}: train {model.score(r2_train, data.y_train):.3f}, test {model.score(r2_test, data.y_test):.3f}"
    )

# %% [markdown]
r"""
From chance to 99.5 % and 84 %, with a model of two parameters. **The right feature beats the deep
network.** The whole point of the deep network is to find such a feature by itself, from $x_1$ and $x_2$.

A logistic regression on $r^2$ says "inner" within a certain circle and "outer" beyond it. So each such
model is one number: the radius $t$ of its circle.

### Exercise 3 · The best circle ★★ (2 points)

Write two functions:

- `radial_accuracy(X, y, t)`: call every point closer to the origin than `t` class 1, all others class 0,
  and give back the share of points for which that is right;
- `best_threshold(X, y)`: the `t` whose accuracy on these points is largest. You need not be clever: try
  some hundreds. They should reach as far as the points do, whatever their size.

For example:

```python
>>> four = np.array([[0.3, 0.0], [0.0, 0.5], [0.6, 0.8], [0.0, 1.2]])  # distances .3, .5, 1, 1.2
>>> kinds = np.array([1, 1, 0, 0])
>>> print(radial_accuracy(four, kinds, 0.4))  # the second point falls outside
0.75
>>> print(0.5 < best_threshold(four, kinds) <= 1)  # any t between the classes is best
True
```

<details><summary>Hint 1</summary>

The distance of each point from the origin is `np.hypot(X[:, 0], X[:, 1])`. Compared with `t` it gives an
array of True and False; when is such a guess right?
</details>

<details><summary>Hint 2</summary>

`np.mean` of an array of True and False is the share of True. For the search,
`np.linspace(0, farthest, 500)` makes 500 thresholds, if `farthest` is the largest distance from the origin;
compute the accuracy of each.
</details>

<details><summary>Hint 3</summary>

`inside == (y == 1)` is True where the guess is right. With a list `accuracies`, one per candidate,
`np.argmax(accuracies)` is the *position* of the largest: use it to look up the candidate.
</details>
"""


# %% answer="radial-threshold"
def radial_accuracy(X, y, t):
    """The accuracy of "class 1 is closer to the origin than t"."""
    ### BEGIN SOLUTION
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))
    ### END SOLUTION


def best_threshold(X, y):
    """The t with the largest radial accuracy on these points."""
    ### BEGIN SOLUTION
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 500)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
    ### END SOLUTION


# %% check="radial-threshold"
check("radial-threshold", radial_accuracy, best_threshold)

# %% [markdown]
"""
Now the first key question of the course. T2's rings overlap. Suppose you had the best rule that could
possibly exist: any network, any depth, all the data in the world.
"""

# %%
predict(
    "circles-ceiling",
    "What is the best accuracy that any rule can reach on new points of T2's rings?",
    between=(0.5, 1.0),
    step=0.01,
)

# %% shows_only=true
radial_accuracy, best_threshold = fallback(
    "radial-threshold", radial_accuracy, best_threshold
)

radii, ceilings = {}, {}
for name, factor in {"T1": 0.5, "T2": 0.8}.items():
    radii[name] = best_threshold(*vg.circles(5000, factor=factor, seed=0))
    ceilings[name] = radial_accuracy(
        *vg.circles(200_000, factor=factor, seed=1), radii[name]
    )
    print(
        f"{name}: circle of radius {radii[name]:.2f}, {ceilings[name]:.3f} on 200,000 new points"
    )

# %% shows_only=true
reveal(
    "circles-ceiling",
    round(ceilings["T2"], 3),
    "The rest is noise: no rule can tell those points apart.",
    near=0.02,
)

# %% [markdown]
r"""
Why can nothing beat a circle? The noise is the same in all directions, so how likely a point is to be
orange depends on its distance $r$ from the middle alone, and the farther out, the less likely. The best
guess is "orange" up to the radius where both are equally likely, and "blue" beyond. That *is* the circle.
(The distances follow Rice's distribution, which gives the ceilings exactly: 0.9936 and 0.8406, at radii
0.757 and 0.906; a search on 5,000 points comes close. Both radii are a little larger than halfway, because
noise in a plane pushes more points outward than inward: a step sideways, too, leads away from the middle.)

This puts the published figures in their place. T2's successful five-layer ReLU network was reported with
**84 %**, and that sounds like a network that could do better with some more care. It could not: **84 % is
the ceiling**, and two parameters reach it. Before you improve a model, find out what is possible.
"""

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 2 (click here to see how it is drawn)
fig, axes = plt.subplots(1, 2, figsize=(8.2, 3.5), layout="constrained", sharey=True)
for ax, (name, factor) in zip(axes, {"T1": 0.5, "T2": 0.8}.items(), strict=True):
    X, y = vg.circles(20_000, factor=factor, seed=1)
    r, bins = np.hypot(*X.T), np.linspace(0.1, 1.5, 57)
    ax.hist(r[y == 1], bins, color=ORANGE, alpha=0.75)
    ax.hist(r[y == 0], bins, color=BLUE, histtype="step", linewidth=2)
    ax.axvline(radii[name], color=style.INK, linestyle="--")
    ax.text(
        factor - 0.04,
        1.03,
        "inner",
        color="#8f6200",
        ha="center",
        transform=ax.get_xaxis_transform(),
    )
    ax.text(
        1.04, 1.03, "outer", color=BLUE, ha="center", transform=ax.get_xaxis_transform()
    )
    style.dress(ax, f"{name}: at best {ceilings[name]:.1%}", " ")
    ax.set(xlabel="distance from the middle, $r$", yticks=[])
vg.plots.tell(
    fig,
    "Histograms of the distance from the middle. T1: two humps hardly touch. T2: they overlap by a third.",
)

# %% [markdown]
"""
*Figure 2. Histograms of the distance from the middle. In T1 the two humps hardly touch, and the dashed
line, the best circle, stands between them. In T2 they overlap by a third; the dashed line stands where they
cross, and what lies on its wrong side is lost for every rule.*

## 5 · A neuron and its loss (5 minutes)

Now we build the machine that finds such a threshold by itself. A **neuron** takes a weighted sum and bends
it:
"""

# %% [markdown]
r"""
$$z = w\,x + b, \qquad p = \sigma(z) = \frac{1}{1 + e^{-z}} .$$

The **pre-activation** $z$ may be any number; the **sigmoid** $\sigma$ turns it into something that can be
read as a probability: $p$ near 1 means "surely class 1". To learn, we also need to know how steeply
$\sigma$ rises. Write $\sigma = (1 + e^{-z})^{-1}$ and differentiate:

$$\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}
= \sigma(z)\,\bigl(1 - \sigma(z)\bigr) .$$

### Exercise 4 · A sigmoid that never overflows ★ (1 point)

Write `sigmoid(z)` and `sigmoid_slope(z)` for NumPy arrays: rows and matrices, of decimal or whole numbers. The
formula as it stands is not good enough: for $z = -1000$ it asks for $e^{1000}$, too large for NumPy's usual decimal numbers, and NumPy warns. Make it quiet and
right from −1000 to 1000.

For example:

```python
>>> three = np.array([-1000.0, 0.0, 2.0])
>>> print(sigmoid(three).round(3), sigmoid_slope(three).round(3))
[0.    0.5   0.881] [0.    0.25  0.105]
```

<details><summary>Hint 1</summary>

Where is $e^{x}$ harmless? For $x \le 0$ it lies between 0 and 1, however far you go.
</details>

<details><summary>Hint 2</summary>

Multiply the fraction's top and bottom by $e^{z}$: $\sigma(z) = e^{z} / (1 + e^{z})$. One form is good for
$z \ge 0$, the other for $z < 0$. But mind that `np.where(z >= 0, A, B)` computes *both* `A` and `B` for
*all* z.
</details>

<details><summary>Hint 3</summary>

Let `e = np.exp(-np.abs(z))`, which never overflows. For $z \ge 0$ the answer is `1 / (1 + e)`; what is it
for $z < 0$? Now `np.where` is safe. (Another way, if you know tanh: a sigmoid is a tanh, squeezed and
shifted.)
</details>
"""


# %% answer="sigmoid"
def sigmoid(z):
    """1 / (1 + exp(-z)) for an array, without overflow."""
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    ### END SOLUTION


def sigmoid_slope(z):
    """The derivative of the sigmoid at z."""
    ### BEGIN SOLUTION
    s = sigmoid(z)
    return s * (1 - s)
    ### END SOLUTION


# %% check="sigmoid"
check("sigmoid", sigmoid, sigmoid_slope)

# %% [markdown]
r"""
**The loss** says how surprised the neuron is by the truth. If it gave the right class the probability $p$,
its surprise is $-\log p$: none for $p = 1$, without limit as $p \to 0$. With $y$ being 1 or 0,

$$L = -\,y \log p \;-\; (1 - y) \log (1 - p) ,$$

which is called the **binary cross-entropy**. Learning means: change $w$ and $b$ so that $L$ falls. So we
ask how $L$ answers to $w$. The chain rule takes one step at a time, and multiplies:

$$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial p} \cdot \frac{\partial p}{\partial z} \cdot
\frac{\partial z}{\partial w} .$$

The first two factors are $\partial L/\partial p = -1/p$ for an orange point ($y = 1$), $1/(1 - p)$ for a
blue one, and $\partial p/\partial z = \sigma'(z)$. Here they are with numbers, for one orange and two blue
points. The input $x$ is their $r^2$, and the neuron has $w = -2$ and $b = 0.2$:
"""

# %% shows_only=true
sigmoid, sigmoid_slope = fallback("sigmoid", sigmoid, sigmoid_slope)
np.set_printoptions(precision=3, suppress=True)

x, y = np.array([0.36, 0.90, 1.21]), np.array([1, 0, 0])
z = -2.0 * x + 0.2
p = sigmoid(z)
dL_dp = np.where(y == 1, -1 / p, 1 / (1 - p))
dp_dz = sigmoid_slope(z)
print("p             ", p)
print("dL/dp         ", dL_dp)
print("dp/dz         ", dp_dz)
print("dL/dp · dp/dz ", dL_dp * dp_dz)
print("p − y         ", p - y)

# %% [markdown]
r"""
The last two lines are the same. For an orange point,
$\partial L / \partial z = -\frac{1}{p} \cdot p\,(1 - p) = p - 1 = p - y$; for a blue one,
$\frac{1}{1 - p} \cdot p\,(1 - p) = p = p - y$. The slope of the output's sigmoid has **cancelled**:

$$\boxed{\;\frac{\partial L}{\partial z} = p - y\;}$$

However flat the sigmoid is at $z$, a neuron that is surely wrong still gets an error of size 1. The
cross-entropy was made to pay the output's bill. *Nobody pays it for the hidden layers.* That is where this
course begins.

First, let the neuron learn. Its input is $r^2$, so $\partial z/\partial w = r^2$ and $\partial z/\partial b = 1$.
By the chain rule the derivative of the mean loss is the mean of $(p - y)\,r^2$ for $w$, and the mean of
$p - y$ for $b$: together they are the **gradient**. It points uphill, so the neuron takes 300 steps *against*
it, each with all the points; the **learning rate** says how long a step is.
"""

# %% shows_only=true
r2, y = np.sum(t1.X_train.astype(float) ** 2, axis=1), t1.y_train
w, b, learning_rate = 0.0, 0.0, 5
for _ in range(300):
    error = sigmoid(w * r2 + b) - y
    w = w - learning_rate * np.mean(error * r2)
    b = b - learning_rate * np.mean(error)

accuracy = np.mean((sigmoid(w * r2 + b) > 0.5) == y)
print(f"accuracy {accuracy:.3f}; it changes its mind at r = {np.sqrt(-b / w):.3f}")
print(f"your search found r = {best_threshold(t1.X_train, y):.3f}")

# %% [markdown]
r"""
Nobody told it about thresholds. It slid downhill on $p - y$ and ended between the rings, as your search
did. (T1's gap leaves room: many circles there are equally good.)

## 6 · The backward pass of a small network (9 minutes)

Now the feature $r^2$ is taken away, and the network has to make do with $x_1$ and $x_2$. This is T1's
smallest: 2 inputs, 5 sigmoid units in between, called *hidden*, and 1 output. We write it for a whole batch
of $n$ points at once, with Keras's names and shapes. (A **kernel** is a layer's matrix of weights, here
$W_1$ or $W_2$. The kernel of a notebook is something else.)

| | forward | shape |
|---|---|---|
| inputs, targets | $X$, $y$ | (n, 2), (n, 1) |
| hidden pre-activation | $z_1 = X W_1 + b_1$ | (n, 5) |
| hidden activation | $h = \sigma(z_1)$ | (n, 5) |
| output pre-activation | $z_2 = h W_2 + b_2$ | (n, 1) |
| output | $p = \sigma(z_2)$ | (n, 1) |
| loss, the mean over points | $L = \text{mean}\,\bigl(-y \log p - (1 - y)\log(1 - p)\bigr)$ | one number |
"""


# %% shows_only=true
def forward(X, W1, b1, W2, b2):
    h = sigmoid(X @ W1 + b1)
    return h, sigmoid(h @ W2 + b2)


def loss(X, y, W1, b1, W2, b2):
    p = np.clip(forward(X, W1, b1, W2, b2)[1], 1e-12, 1 - 1e-12)
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


X, y = t1.X_train.astype(float), t1.y_train[:, None]
rng = np.random.default_rng(1)
parameters = [
    rng.normal(size=(2, 5)),
    np.zeros(5),
    rng.normal(size=(5, 1)),
    np.zeros(1),
]
print(
    f"shapes: X {X.shape}, y {y.shape}. Loss before any learning: {loss(X, y, *parameters):.3f}"
)

# %% [markdown]
r"""
Is that a good place to begin? There is a mark to compare with: a network that says ½ to every point has a loss of
$-\log \tfrac12 = \log 2 = 0.693$, whatever the data. Ours begins just above it: it knows nothing, and says so. Ten times
larger weights would begin at about 5, for they know nothing and are *sure* of it. So before any training, look at the
first loss; with ten classes the mark is $\log 10 = 2.30$.

(Why `y[:, None]`? It makes $y$ a column, like $p$. A flat $y$ of shape (n,) would turn `p - y` into an n ×
n table without any warning. It is a popular mistake, and a silent one.)

Going back, we walk the table from the bottom to the top, and keep one rule: **each step takes the gradient
of what a line produced, and gives the gradient of what it used.** Write $\mathrm{d}z_2$ for
$\partial L / \partial z_2$, and so on.

1. *The output.* You know this one: $p - y$ for each point. The loss is a mean over $n$ points, so each
   point's share is $\mathrm{d}z_2 = (p - y) / n$.
2. *Kernel and bias of the output.* $z_2 = h W_2 + b_2$ is linear. The gradient of a weight is the
   error times the activation that the weight multiplied, added up over all points:
   $\mathrm{d}W_2 = h^{\mathsf T}\, \mathrm{d}z_2$. A bias always multiplied 1:
   $\mathrm{d}b_2 = \sum_{\text{points}} \mathrm{d}z_2$.
3. *Back through the kernel.* Each hidden unit sent its activation through $W_2$, and through $W_2$ it gets
   its share of the error back: $\mathrm{d}h = \mathrm{d}z_2\, W_2^{\mathsf T}$.
4. *Back through the sigmoid.* $h = \sigma(z_1)$, entry by entry, so each entry is multiplied by its slope:
   $\mathrm{d}z_1 = \mathrm{d}h \odot \sigma'(z_1)$, and $\sigma'(z_1) = h \odot (1 - h)$ costs nothing,
   since $h$ is at hand.
5. *Kernel and bias of the hidden layer*: as in step 2, with $X$ in the place of $h$.

Shapes are your friend: a gradient has the shape of what it belongs to. If $\mathrm{d}W_1$ does not come out
as (2, 5), something is the wrong way round. If NumPy complains of a *mismatch* at an `@`, print the `.shape`
of both its sides: the inner two numbers must agree.

### Exercise 5 · The backward pass ★★ (2 points)

Write `backward(X, y, W1, b1, W2, b2)`, which gives back `dW1, db1, dW2, db2`.

For example:

```python
>>> point, target = np.array([[1.0, 2.0]]), np.array([[1.0]])  # one point of class 1
>>> W2 = np.array([[1.0], [-1.0], [0.0], [0.0], [0.0]])
>>> found = backward(point, target, np.zeros((2, 5)), np.zeros(5), W2, np.zeros(1))
>>> print(found[2].ravel(), found[3])  # dW2 and db2: every h and p is 0.5, so dz2 is -0.5
[-0.25 -0.25 -0.25 -0.25 -0.25] [-0.5]
>>> print(found[0])  # dW1: twice as much where x2 is twice x1; units with a weight of 0 above get none
[[-0.125  0.125  0.     0.     0.   ]
 [-0.25   0.25   0.     0.     0.   ]]
```

<details><summary>Hint 1</summary>

Begin with `h, p = forward(X, W1, b1, W2, b2)`. Then write one line of code for each of the steps 1 to 5:
`dz2`, then `dW2` and `db2`, then `dh`, then `dz1`, then `dW1` and `db1`.
</details>

<details><summary>Hint 2</summary>

`@` is the matrix product, `.T` the transpose, `*` multiplies entry by entry (that is the $\odot$), and
`.sum(axis=0)` adds up over the points.
</details>

<details><summary>Hint 3</summary>

The middle of it: `dh = dz2 @ W2.T`, then `dz1 = dh * h * (1 - h)`. The last two lines are those of the
output layer with other names: what did `W1` multiply, and what is the gradient of its result?
</details>
"""


# %% answer="backward-pass"
def backward(X, y, W1, b1, W2, b2):
    """The loss's gradients: (2, 5), (5,), (5, 1), (1,)."""
    ### BEGIN SOLUTION
    h, p = forward(X, W1, b1, W2, b2)
    dz2 = (p - y) / len(X)
    dW2, db2 = h.T @ dz2, dz2.sum(axis=0)
    dh = dz2 @ W2.T
    dz1 = dh * h * (1 - h)
    dW1, db1 = X.T @ dz1, dz1.sum(axis=0)
    return dW1, db1, dW2, db2
    ### END SOLUTION


# %% check="backward-pass"
check("backward-pass", backward)

# %% [markdown]
r"""
**Do not believe it; measure it.** A derivative is rise over run. Move one weight by a hair to either side,
and see what the loss does:

$$\frac{\partial L}{\partial w} \approx \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\,\varepsilon} .$$

This knows nothing of chain rules, and works for any function. Here it is for all ten weights of $W_1$.
"""

# %% shows_only=true
backward = fallback("backward-pass", backward)


def rise_over_run(i, j, step=1e-5):
    W1, *rest = parameters
    bump = np.zeros_like(W1)
    bump[i, j] = step
    return (loss(X, y, W1 + bump, *rest) - loss(X, y, W1 - bump, *rest)) / (2 * step)


dW1 = np.asarray(backward(X, y, *parameters)[0])
for i, j in np.ndindex(2, 5):
    print(
        f"W1[{i}, {j}]   measured {rise_over_run(i, j):+.9f}   by the chain rule {dW1[i, j]:+.9f}"
    )

# %% [markdown]
"""
Why not always do it this way, then? It takes two forward passes *for every single weight*; your `backward`
gets all of them for the price of two or three. For a network with a million weights, that is the difference
between a second and a week. Still, keep the trick: it is how one finds out whether a gradient is right, and
your checks use it too.

And now let your gradient do what it was made for.
"""

# %% shows_only=true
trained, learning_rate = list(parameters), 3
for _ in range(1000):
    for i, gradient in enumerate(backward(X, y, *trained)):
        trained[i] = trained[i] - learning_rate * np.asarray(gradient)

accuracy = np.mean((forward(X, *trained)[1] > 0.5) == y)
print(
    f"loss {loss(X, y, *parameters):.3f} → {loss(X, y, *trained):.3f}, accuracy {accuracy:.3f}"
)

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 3 (click here to see how it is drawn)
grid = np.linspace(-1.5, 1.5, 200)
plane = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
fig, axes = plt.subplots(1, 2, figsize=(8.2, 4.3), layout="constrained")
for ax, net, title in zip(
    axes, (parameters, trained), ("Before", "After 1,000 steps"), strict=True
):
    p = forward(plane, *net)[1].reshape(200, 200)
    ax.contourf(grid, grid, p, levels=np.linspace(0, 1, 21), cmap=OPINION)
    draw_rings(ax, X, y[:, 0], title)
    ax.contour(grid, grid, p, levels=[0.5], colors=style.INK, linewidths=2)
vg.plots.tell(
    fig,
    "The network's opinion behind the points. Before: one pale shade. After: an "
    "orange island over the inner ring, with a closed border.",
)

# %% [markdown]
"""
*Figure 3. The network's opinion, from pale blue (outer) to pale orange (inner), behind the points. Before
training it is one pale shade nearly everywhere. Afterwards an orange island covers the inner ring, and the
black line, where the network is undecided, runs closed around it through the gap.*

(An accuracy above T1's ceiling? The ceiling is for new points. On the very thousand that it was trained on,
a network may be lucky with two or three.)

No $r^2$, no circle, 21 numbers and your chain rule. The island is bounded by a handful of soft straight
edges, one for each hidden unit that made itself useful.

## 7 · One factor, ten times over (7 minutes)

All went well, with one hidden layer. Look once more at step 4 of your backward pass: on its way through a
sigmoid layer, the error is multiplied by $h(1 - h)$. How large is that?
"""

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 4 (click here to see how it is drawn)
z = np.linspace(-8, 8, 401)
fig, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.4), layout="constrained")
left.plot(z, sigmoid(z), color=style.look("sigmoid").color, linewidth=2.5)
style.dress(left, "The sigmoid", "flat at both ends")
right.plot(z, sigmoid_slope(z), color=style.look("sigmoid").color, linewidth=2.5)
right.axhline(0.25, color=style.MUTED, linestyle="--")
right.annotate(
    "1/4", (-7.8, 0.25), (0, 4), textcoords="offset points", color=style.MUTED
)
style.dress(right, "Its slope", "the factor on the error's way back")
for ax, top in ((left, 1.05), (right, 0.3)):
    ax.set(xlabel="pre-activation $z$", ylim=(0, top), xticks=(-8, -4, 0, 4, 8))
vg.plots.tell(
    fig,
    "Left, the sigmoid, rising from 0 to 1. Right, its slope, a hill whose top touches one quarter at z = 0.",
)

# %% [markdown]
r"""
*Figure 4. Left: the sigmoid rises from 0 to 1, in earnest only between about −4 and 4. Right: its slope is
a hill whose top, at z = 0, just touches 1/4; beyond ±5 it is below 0.01.*

It must be so: with $s = \sigma(z)$ the slope is $s - s^2 = \frac14 - \bigl(s - \frac12\bigr)^2$, a quarter
minus something that is never negative. **One quarter is the most that a sigmoid lets through**, and it does
so only at $z = 0$.

Now let ten such layers stand in a row. Suppose all is for the best: every pre-activation sits exactly at 0,
and every weight on the path is 1, so that nothing is lost but the slopes.
"""

# %%
predict(
    "ten-sigmoids",
    "An error of 1 goes back through ten sigmoids, at best. What is left? Ten to the power of …",
    between=(-10, 0),
    step=1,
)

# %% [markdown]
r"""
### Exercise 6 · The best case ★ (1 point)

Write `best_case(depth)`: the largest possible product of the slopes of `depth` sigmoids, one after the
other (weights 1).

For example:

```python
>>> print(best_case(2))
0.0625
```

<details><summary>Hint 1</summary>

What does the chain rule do with the slopes along the way: does it add them, or multiply them?
</details>

<details><summary>Hint 2</summary>

All layers may have the same, most favourable pre-activation. You just saw which one that is, and how steep
the sigmoid is there.
</details>

<details><summary>Hint 3</summary>

For one layer the answer is 1/4, for two it is 1/16. In Python, "to the power of" is `**`.
</details>
"""


# %% answer="ten-slopes"
def best_case(depth):
    """The largest product of the slopes of `depth` sigmoids."""
    ### BEGIN SOLUTION
    return 0.25**depth
    ### END SOLUTION


# %% check="ten-slopes"
check("ten-slopes", best_case)

# %% shows_only=true
best_case = fallback("ten-slopes", best_case)
reveal(
    "ten-sigmoids",
    round(np.log10(best_case(10))),
    f"In full: {best_case(10):.2e}, a millionth, at best.",
    near=1,
)

# %% [markdown]
"""
And that was the best case. Let the pre-activations be random instead, as they are in a network before
training: here are 10,000 rows of ten, each drawn from a standard normal distribution.
"""

# %% shows_only=true
z = np.random.default_rng(0).normal(size=(10_000, 10))
left_over = np.cumprod(sigmoid_slope(z), axis=1)
depth = np.arange(1, 11)
low, middle, high = np.percentile(left_over, [5, 50, 95], axis=0)
print(f"after ten layers: at best {best_case(10):.1e}, typically {middle[-1]:.1e}")
print(f"typically {best_case(10) / middle[-1]:.0f} times less than at best")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 5 (click here to see how it is drawn)
fig, ax = plt.subplots(figsize=(7.4, 4.2), layout="constrained")
color = style.look("sigmoid").color
ax.fill_between(depth, low, high, color=color, alpha=0.2, linewidth=0)
ax.plot(depth, middle, "o-", color=color, linewidth=2.5)
ax.plot(depth, [best_case(d) for d in depth], "--", color=style.INK, linewidth=1.5)
style.log_axis(ax, left_over)
ax.text(6.2, 1e-3, "best case: every z is 0", color=style.INK)
ax.text(2.2, 4e-5, "random z, with 5–95 % band", color=color)
style.dress(
    ax, "Ten sigmoids in a row", "what is left of an error of 1 on its way back"
)
ax.set(xlabel="sigmoid layers passed", xticks=depth)
vg.plots.tell(
    fig,
    "What is left of an error of 1 after one to ten sigmoid layers: two falling "
    "lines, the best case to a millionth, the median to a ten-millionth.",
)

# %% [markdown]
"""
*Figure 5. What is left of an error of 1, on a logarithmic axis, after one to ten sigmoid layers. The dashed
best case falls in a straight line to one millionth, just into the shaded region that this course calls
vanished. The median over random pre-activations falls more steeply, to a ten-millionth.*

A straight line on a logarithmic axis is a constant *factor* per layer. That factor, measured in real
networks, is the one quantity this course keeps coming back to. With a step size of 0.01, a gradient of a
ten-millionth moves a weight by a billionth per step. The layer is not broken; it has just not been told
anything.

You may ask: what about the weights? They are factors too, and a weight of 4 would make up for a slope of
1/4. It would, exactly at $z = 0$. But large weights make large pre-activations, and there the slope is next
to nothing. Lesson 5 finds the way between the two. If you cannot wait, the next exercise shows how narrow
it is.
"""

# %% [markdown]
r"""
## 8 · Stretch: the same for tanh (as long as you like)

$\tanh$ is the sigmoid's taller sister: it runs from −1 to 1, its slope is $\tanh'(z) = 1 - \tanh(z)^2$, and
at $z = 0$ that slope is **1**. So the best case for tanh loses nothing at all, at any depth. But what is
the *real* case? Here $z$ is not ours to choose; it is what the layers below have made of the input.

Take the simplest deep network there is: one unit per layer, the same weight $w$ everywhere, no bias.

$$h_0 = x, \qquad h_{k} = \tanh(w\, h_{k-1}) .$$

### Exercise 7 · A chain of tanh ★★★ (3 points)

Write `tanh_chain(x, w, depth)`: the derivative $\partial h_{\text{depth}} / \partial x$ for an array of
starts `x`, one number for each.

For example:

```python
>>> print(tanh_chain(np.array([0.0, 1.0]), 0.5, 1).round(3))  # 0.5 times the slopes 1 and .786
[0.5   0.393]
```

<details><summary>Hint 1</summary>

One step is $h \mapsto \tanh(w h)$. What is *its* derivative with respect to $h$? Mind the inner derivative.
The chain rule multiplies one such factor for each step.
</details>

<details><summary>Hint 2</summary>

Walk forward in a loop, and carry two things: the present `h`, and the product of all factors so far, which
begins at 1.
</details>

<details><summary>Hint 3</summary>

After the new `h = np.tanh(w * h)`, the slope at the step's pre-activation is simply `1 - h**2`, as
$h(1 - h)$ was for the sigmoid. The step's whole factor is `w * (1 - h**2)`.
</details>
"""


# %% answer="tanh-slopes"
def tanh_chain(x, w, depth):
    """The derivative of h_depth to x, of the shape of x."""
    ### BEGIN SOLUTION
    h, derivative = x, 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        derivative = derivative * w * (1 - h**2)
    return derivative
    ### END SOLUTION


# %% check="tanh-slopes"
check("tanh-slopes", tanh_chain)

# %% [markdown]
"""
Now turn the weight. Below, $w$ runs from 0.5 to 1.5, the start is 1, and each line is a chain of another
depth. Before you run it: where on this axis would you like to build a network of 100 layers?
"""

# %% shows_only=true
tanh_chain = fallback("tanh-slopes", tanh_chain)

weights, start = np.linspace(0.5, 1.5, 201), np.array([1.0])
depths = (5, 10, 20, 50, 100)
curves = np.array([[tanh_chain(start, w, d)[0] for w in weights] for d in depths])
for d, curve in zip(depths, curves, strict=True):
    top = weights[curve.argmax()]
    print(
        f"depth {d:3}: {curve.max():.4f} at best, at w = {top:.2f};  at w = 1.2 {curve[140]:.0e}"
    )

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 6 (click here to see how it is drawn)
fig, ax = plt.subplots(figsize=(7.4, 4.2), layout="constrained")
for curve, d, color in zip(curves, depths, style.by_depth(5), strict=True):
    ax.plot(weights, curve, color=color, linewidth=2)
    end = np.flatnonzero(curve > 1e-11)[-1]
    text = "5 layers" if d == 5 else str(d)
    ax.annotate(
        text,
        (weights[end], curve[end]),
        (7, -4),
        textcoords="offset points",
        color=color,
        weight="bold",
    )
style.log_axis(ax, [1e-12, 1])
style.dress(
    ax,
    "A chain of tanh keeps its error near w = 1",
    "derivative of output to input, from x = 1",
)
ax.set(xlabel="the weight $w$", xlim=(0.5, 1.68))
vg.plots.tell(
    fig,
    "A chain's derivative over its weight, a line per depth: each has its top just "
    "below w = 1, the deepest is a spike there.",
)

# %% [markdown]
r"""
*Figure 6. The chain's derivative over its weight, on a logarithmic axis, one line per depth. All lines have
their top below w = 1. The deeper the chain, the nearer to 1 the top, and the sharper: at depth 100 it is a
spike, and a fifth to either side of it the derivative has long vanished.*

Too small a weight, and the factor $w$ itself shrinks the error; too large a weight, and the units
**saturate**: they sit where tanh is flat. In between is an edge. On it the error fades gently: from 10 to 100
layers the derivative at $w = 1$ falls from 0.04 to 0.0016, like a power of the depth, and not by a factor
per layer. A sigmoid chain with the same weight is at $10^{-65}$ by then. Finding that edge for whole layers
of weights is what Glorot's and He's initialisations are about, and lesson 5 takes you there.

## What you take with you

- **Know your ceiling.** 99 % for T1's rings, 84 % for T2's, and two parameters reach it.
- **Split first.** What is learnt from data, scales included, is learnt from the training data.
- **Back-propagation is the chain rule, walked from the loss back to the input**: error times activation for a
  kernel, the sum of errors for a bias, times the kernel and the slope to go one layer back.
- **Prove gradients** with rise over run.
- With cross-entropy the output's slope cancels, and $\partial L/\partial z = p - y$. **No hidden layer has
  that luck**: each sigmoid's slope takes three quarters of the error or more. Ten of them, with weights of 1, leave a
  millionth *at best*.

Next: real networks of 1 to 20 layers, most over a hundred random starts each, and what depth truly does to them.

## Sources

- D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). *Learning representations by back-propagating
  errors.* Nature 323.
- S. Hochreiter (1991), and S. Hochreiter, Y. Bengio, P. Frasconi, J. Schmidhuber (2001). *Gradient flow in
  recurrent nets: the difficulty of learning long-term dependencies.* The bound of 1/4 per layer, and what
  it does.
- Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller (1998). *Efficient BackProp.* Why inputs are scaled, and why
  tanh before sigmoid.
- T. Hastie, R. Tibshirani, J. Friedman (2009). *The Elements of Statistical Learning*, section 7.10.2, "The
  wrong and right way to do cross-validation": the coin flips, in earnest.
- T1: *Visualizing the vanishing gradient problem* (2021). T2: *How to fix the vanishing gradients problem
  using ReLU* (2018–2020). The published figures that this course rebuilds.
"""
