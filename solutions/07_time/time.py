# %% [markdown]
r"""
# Lesson 7 · Time is depth

Read a sentence of fifty words to somebody, and ask for the first one. To answer, something has to have travelled
fifty steps in their head. A **recurrent net** reads in just this way, one step after the other, with one and the same
layer. And when it errs, the error has to travel back: through that layer, fifty times.

So a recurrent net is a deep net, as deep as its sequence is long, and all that you know about depth applies. T2 says
where this becomes serious: recurrent nets may take 200 to 400 steps. Our circles never needed more than fifty layers.

**You will be able to**

- send an error back through time by hand, and check it against finite differences;
- measure by what factor it changes at each step, in any recurrent layer of Keras;
- say before training who will be able to remember, and how to change it with one number;
- tell a gradient that is too small from one that is lost in noise;
- clip a gradient without bending it, and say what clipping cannot do;
- say what a net trained in short windows can never learn.

**Time** about 95 minutes with the exercises (the minutes at the headings are without them), in two
sittings: sections 1 to 3, a pause, and then 4 to 6; as long as you like for the stretch exercise. **Points** 16.
**You need** lesson 1 (the two passes through a layer), lesson 4 (the layer factor), and lesson 6's plus sign.
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

from vgcourse import (
    check,
    fallback,
    memory_runs,
    memory_starts,
    predict,
    reveal,
    style,
    window_runs,
)

# %% [markdown]
r"""
## 1 · One layer, fifty times (5 minutes)

A recurrent net keeps a **state** $h$, a row of numbers. At each step it takes in the next input $x_t$, and its state
from the step before:

$$h_t = \tanh\bigl(x_t W_x + h_{t-1} U + b\bigr), \qquad t = 1, 2, \dots, T .$$

At the beginning $h_0 = 0$. In code it is a loop of one line. Sequences stand in an array (examples, steps, features),
as in Keras:
"""


# %% shows_only=true
def roll(X, Wx, U, b):
    """[h_0, h_1, ... h_T]: the state before the first step, and after each of them."""
    hs = [np.zeros((len(X), len(U)))]
    for t in range(X.shape[1]):
        hs.append(np.tanh(X[:, t] @ Wx + hs[-1] @ U + b))
    return hs


# %% [markdown]
r"""
Now read the loop as a network. Each turn is a layer. It differs from the layers that you know in two ways: something
new comes in from the side at each of them, and **all have the same kernel $U$**. Written out like this, the net is
called *unrolled*:

$$h_0 \;\xrightarrow{\;U\;}\; h_1 \;\xrightarrow{\;U\;}\; h_2 \;\xrightarrow{\;U\;}\; \cdots
\;\xrightarrow{\;U\;}\; h_T \;\longrightarrow\; \text{loss}$$

On the way back nothing is new but one thing. The kernel was used $T$ times, and each use has something to say about
how it should change. Where one number acts on the loss in many places, its gradient is the **sum** over the places.
The whole procedure has a long name, *back-propagation through time*.

### Exercise 1 · Back through time ★★ (3 points)

Write `back_in_time(hs, U, error)` in NumPy. `hs` is the list that `roll` gives (but $h_0$ need not be 0), each of
shape (examples, units), and `error` = $\partial L/\partial h_T$ has that shape too. Give back two things:

- the list $[\partial L/\partial h_0, \partial L/\partial h_1, \dots, \partial L/\partial h_T]$, the last one `error`
  itself;
- $\partial L/\partial U$, of the shape of `U`.

For example, one step with one unit. The slope is $1 - 0.6^2 = 0.64$; from there $0.64 \cdot 2$ goes on to $h_0$, and
$0.5 \cdot 0.64$ into the kernel:

```python
>>> two_states, kernel, given = [np.array([[0.5]]), np.array([[0.6]])], np.array([[2.0]]), np.array([[1.0]])
>>> both, for_kernel = back_in_time(two_states, kernel, given)
>>> print([round(e.item(), 4) for e in both], round(for_kernel.item(), 4))
[1.28, 1.0] 0.32
```

<details><summary>Hint 1</summary>

Walk from the last step to the first. At each step you have the error at $h_t$. First it goes through the tanh, whose
slope you know from the *output*: $1 - h_t^2$. Call the result `dz`.
</details>

<details><summary>Hint 2</summary>

From `dz` two roads go on: to the state before, `dz @ U.T`, and into the kernel, `before.T @ dz`, where `before` is
$h_{t-1}$. The second is *added* to what later steps had to say.
</details>

<details><summary>Hint 3</summary>

`for before, after in zip(hs[-2::-1], hs[:0:-1]):` walks through the pairs from the end. Begin with `errors = [error]`
and `dU = np.zeros_like(U)`; put each new error in front, `errors.insert(0, ...)`.
</details>
"""


# %% answer="back-in-time"
def back_in_time(hs, U, error):
    """([dL/dh_0, ... dL/dh_T], dL/dU) by the chain rule."""
    ### BEGIN SOLUTION
    errors, dU = [error], np.zeros_like(U)
    for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
        dz = errors[0] * (1 - after**2)
        dU = dU + before.T @ dz
        errors.insert(0, dz @ U.T)
    return errors, dU
    ### END SOLUTION


# %% check="back-in-time"
check("back-in-time", back_in_time)

# %% [markdown]
r"""
Do not believe it because a check says so. A derivative is a quotient of differences: change one entry of $U$ by a
little to both sides, and see what the loss does. (The loss is half the sum of squares of the last state, so that
`error` is $h_T$ itself.) And the same change in the middle of the sequence only, at step 15 of 30, would be heard how
well at the end?
"""

# %% shows_only=true
back_in_time = fallback("back-in-time", back_in_time)
rng = np.random.default_rng(0)
X, Wx, b = rng.normal(size=(8, 30, 1)), rng.normal(size=(1, 16)) / 4, np.zeros(16)
U = np.linalg.qr(rng.normal(size=(16, 16)))[0]  # orthogonal, as Keras begins


def loss_at(kernel):
    return np.sum(roll(X, Wx, kernel, b)[-1] ** 2) / 2


hs = roll(X, Wx, U, b)
errors, dU = back_in_time(hs, U, hs[-1])
nudge = np.zeros_like(U)
nudge[2, 5] = 1e-5
slope = (loss_at(U + nudge) - loss_at(U - nudge)) / 2e-5
print(f"by the chain rule {dU[2, 5]:.8f}, by finite differences {slope:.8f}")
print(f"relative difference {abs(slope - dU[2, 5]) / abs(slope):.0e}")

# %% shows_only=true
sizes = [np.sqrt(np.mean(np.square(e))) for e in errors]
for back in (0, 5, 15, 29):
    print(f"{back:2} steps before the end: {sizes[-1 - back] / sizes[-1]:.2g} is left")

# %% [markdown]
r"""
Agreement to seven digits or more. And the second cell shows a picture that you know from lesson 4, with steps in the
place of layers: after fifteen steps seven percent of the error are left, after twenty-nine not even two.

## 2 · The factor by time step (11 minutes)

The kernel above is orthogonal: it keeps the length of every vector, exactly. So all of the loss comes from tanh's
slope, at most 1, in practice a little below. Could one not build a cell that forgets less? People have, and two are in
every library. Both have **gates**: sigmoids, between 0 and 1, computed from the input and the state, that say how
much passes.

- The **LSTM** (1997) has a second state $c$, its memory, that is only ever multiplied by a gate and added to:
  $c_t = f_t\, c_{t-1} + i_t\, g_t$. Here $f$ is the *forget gate* (added in 2000) and $g$ is new content. What it shows is
  $h_t = o_t \tanh(c_t)$.
- The **GRU** (2014) does with one state: $h_t = z_t\, h_{t-1} + (1 - z_t)\, g_t$, with the *update gate* $z$.

"A plain recurrent net forgets; LSTM and GRU remember": so it is told. You can ask the layers themselves, before any
training.
"""

# %%
predict(
    "fresh-memory",
    "Three layers, fresh from Keras, 50 steps: which keeps most of an error on its way back?",
    choices=[
        "tanh and LSTM alike, GRU far behind",
        "LSTM, then GRU, tanh far behind",
        "GRU, then LSTM, tanh far behind",
        "all three alike",
    ],
)

# %% [markdown]
r"""
`vg.gradient_by_step` puts an error of size 1 on a recurrent layer's last output, and measures what is left of it at
every step before: of an LSTM, at its memory $c$. One net each, 16 units, one input of noise:
"""

# %% shows_only=true
keras.utils.set_random_seed(0)
noise = np.random.default_rng(0).normal(size=(32, 50, 1)).astype("float32")
found = {}
for name in ("SimpleRNN", "LSTM", "GRU"):
    layer = getattr(keras.layers, name)(16)
    found[name] = vg.gradient_by_step(
        keras.Sequential([keras.Input((50, 1)), layer]), noise
    )
    print(found[name])

# %% shows_only=true
vg.plots.gradient_by_step(found, title="An error on its way back through 50 steps")

# %% [markdown]
r"""
*Figure 1. The gradient at each time step, for an error of size 1 at the last (right); the LSTM's is that at its memory,
which about half of the error reaches. Logarithmic axis. Three nearly straight lines from the right down to the left. SimpleRNN (tanh) and LSTM lie near each other, a few decades down at the
first step. The GRU falls far below them, into the vanished region.*

One net is a draw. The course keeps the same measurement for sixteen nets of each kind, at 25, 50 and 200 steps:
"""

# %% shows_only=true
starts = memory_starts()
fifty = starts[(starts.steps == 50) & (starts.features == 1)]
plain = ["sigmoid", "gru", "lstm", "tanh"]
at_fifty = fifty[fifty.cell.isin(plain)].groupby("cell")[["factor", "left"]].median()
print(at_fifty.loc[plain].map("{:.2g}".format).to_string())

# %% jupyter={"source_hidden": true} shows_only=true
left = at_fifty.left
far = left.gru < left.tanh / 1000
alike = 0.1 < left.lstm / left.tanh < 10
orders = {(True, True): "tanh and LSTM alike, GRU far behind"}
result = orders.get((bool(far), bool(alike)), "all three alike")
reveal(
    "fresh-memory", result, "A fresh GRU keeps a ten-billionth. Read on for the reason."
)

# %% [markdown]
r"""
The straight lines say that there is one number, a **factor per step**, as there was a factor per layer.

### Exercise 2 · The factor by time step ★ (2 points)

Write `time_factor(profile)`. The `profile` is the size of the gradient at steps 1 to T, an array of T numbers. Give
back the factor by which the error changes at each step *back*: fit a straight line through the **logarithms** over the
step, and turn its slope into a factor. Two things to take care of:

- leave out the **last ten steps**: next to the error the gradient has not found its pace;
- leave out steps at which the gradient is exactly 0 (after many steps it is too small for the computer's numbers).

For example, an error that is halved at every step back, and one that grows:

```python
>>> print(round(float(time_factor(0.5 ** np.arange(49, -1, -1.0))), 4))
0.5
>>> print(round(float(time_factor(1.1 ** np.arange(49, -1, -1.0))), 4))
1.1
```

<details><summary>Hint 1</summary>

`steps = np.arange(len(profile))`, and then the last ten of both are cut off: `[:-10]`.
</details>

<details><summary>Hint 2</summary>

`np.polyfit(steps, np.log(values), 1)[0]` is the slope: how much the logarithm grows with each step *forward*.
</details>

<details><summary>Hint 3</summary>

Forward the gradient is multiplied by `np.exp(slope)`, so back it is `np.exp(-slope)`. With `there = values > 0`, both
`steps[there]` and `values[there]` are without the zeros.
</details>
"""


# %% answer="time-factor"
def time_factor(profile):
    """By what an error is multiplied at each step back: one number."""
    ### BEGIN SOLUTION
    values = np.asarray(profile, float)[:-10]
    there = values > 0
    steps = np.arange(len(values))
    slope = np.polyfit(steps[there], np.log(values[there]), 1)[0]
    return np.exp(-slope)
    ### END SOLUTION


# %% check="time-factor"
check("time-factor", time_factor)

# %% shows_only=true
time_factor = fallback("time-factor", time_factor)
for name, gradients in found.items():
    (profile,) = gradients.profiles.values()
    sizes = profile.carried if profile.carried_cell is None else profile.carried_cell
    print(f"{name:9}: {time_factor(sizes):.3f} a step, measured by your function")

# %% [markdown]
r"""
Where do the numbers come from? Three answers.

**The gate.** A fresh GRU's update gate is $\sigma(0) = 0.5$: half of the state is thrown away at every step, and what the
other roads bring lifts the factor to 0.64. Keras's LSTM begins with a bias of 1 at the forget gate, and
$\sigma(1) = 0.73$: lifted to 0.85. (That 1 is there for a reason, as you will see.)

**The slope.** A sigmoid net has slopes of at most a quarter. It loses more than three quarters a step, and that is all there is
to say about it.

**The input.** These factors are no constants of the cells. With one input, tanh stays near its steep middle. With many
inputs it is driven to where it is flat:
"""

# %% shows_only=true
several = starts[(starts.steps == 50) & starts.cell.isin(["tanh", "lstm", "gru"])]
print(several.pivot_table("factor", "cell", "features", "median").round(2))

# %% [markdown]
r"""
(The columns are numbers of inputs, each N(0, 1).) With 32 inputs the plain net loses as much as a GRU, and the LSTM
keeps most. Whoever says that a cell has "a factor of 0.86" should say with what inputs.

And T2's 200 to 400 steps? Here is what is left at the first step, for sequences of 10 to 400 (medians, one input):
"""

# %% shows_only=true
one_input = starts[starts.features == 1]
far = one_input.pivot_table("left", "cell", "steps", "median").sort_values(200)
print(far.map("{:.0e}".format).to_string())

# %% [markdown]
r"""
Each of the first six rows is one factor, taken to ever higher powers. After ten steps tanh has half as much left as "relu, identity", after four
hundred $2\cdot10^{-28}$ times as much. Of the five kinds that we have not spoken of yet two keep a fifth at 200 steps, and one
lets the error *grow*. Remember their
names for the next section: four differ from the layers above in how their biases begin, and in nothing else.
(The fifth, "relu, identity", is a plain net with relu in the place of tanh, and its kernel begins as the identity: Le, Jaitly and Hinton, 2015. "chrono"
comes in section 3.)

## 3 · Who can remember? (13 minutes)

A gradient before training is a promise, or a threat. Does it come true? A task that asks for nothing but memory:

> The first input is +1 or −1. Then comes noise, N(0, 1), for the other $T - 1$ steps. After the last one the net has to
> say what the first was.

Guessing is right in one half of the cases. All nets have 16 units, see 1,000 fresh batches of 32, and learn with
Adam at rate 0.001. Sixteen seeds of each. (`python -m vgcourse.published.kept.memory_runs` trains them anew, in
twenty minutes or so.) We begin with $T = 25$, and with that of Keras's three layers which has lost most.
"""

# %% shows_only=true
runs = memory_runs()
recall = runs.query("task == 'recall' and noise == 1 and rate == 0.001 and clip == 1")


def remembers(cell, steps=25):
    """How many of the 16 nets are right in over 90 of 100 cases."""
    rows = recall[(recall.cell == cell) & (recall.steps == steps)]
    return int(np.sum(rows.accuracy > 0.9))


# %%
predict(
    "gru-recall",
    "A GRU, T = 25: how many of 16 nets name the first input rightly, in over 90 of 100 cases?",
    between=(0, 16),
    step=1,
)

# %% jupyter={"source_hidden": true} shows_only=true
note = "Its error comes back as a hundred-thousandth."
reveal("gru-recall", remembers("gru"), note, near=1)

# %% shows_only=true
for cell in ("gru", "lstm", "tanh"):
    accuracy = recall[(recall.cell == cell) & (recall.steps == 25)].accuracy
    print(
        f"{cell:5}: {remembers(cell):2} of 16, median accuracy {accuracy.median():.3f}"
    )

# %% [markdown]
r"""
The plain net, which "forgets", remembers. So does the LSTM. The GRU does not learn the task at all. Now look at the
gate again, as the GRU is written down: $h_t = z_t\, h_{t-1} + (1 - z_t)\, g_t$. That is lesson 6's plus sign, $x + F(x)$,
with a **weight** on it that the net can learn. Its derivative along the direct road is $z_t$, where a skip has 1; over
$T$ steps

$$\sigma(b)^T .$$

With $b = 0$ and $T = 25$ that is $3 \cdot 10^{-8}$. It is only a part of the truth: the gates read the state too, and
more comes back by those roads. But it is the part that you can set, with one number before training.
"""

# %%
predict(
    "gru-opened",
    "The same GRU, but the update gate's bias begins at 1: how many of 16 now?",
    between=(0, 16),
    step=1,
)

# %% jupyter={"source_hidden": true} shows_only=true
note = "One number per unit. Data, seeds, optimizer and cell are the same."
reveal("gru-opened", remembers("gru, bias 1"), note, near=1)

# %% [markdown]
r"""
Here are all cells at $T = 25$, and those that are left at 50 and 100: how many of 16 remember, and beside it the factor *before the first
training step*.
"""

# %% shows_only=true
factors = one_input.pivot_table("factor", "cell", "steps", "median")
for steps in (25, 50, 100):
    cells = recall[recall.steps == steps].cell.unique()
    for cell in sorted(cells, key=lambda name: factors.loc[name, steps]):
        factor = factors.loc[cell, steps]
        print(
            f"T = {steps:3}  {cell:14} {factor:.2f} a step: {remembers(cell, steps):2} of 16"
        )
    print()

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 2 (click here to see how it is drawn)
fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.7), layout="constrained", sharey=True)
pairs = recall.merge(one_input, on=["cell", "steps", "seed"])
simple, lstm_color, gru_color = (
    look.color for look in style.OTHERS[:3]
)  # as in figure 1
groups = {
    "gru": gru_color,
    "lstm": lstm_color,
    "tanh": simple,
    "relu": style.look("relu").color,
}
MARKS = {"gru": "o", "lstm": "s", "tanh": "D", "relu": "^"}
for ax, steps in zip(axes, (25, 50, 100), strict=True):
    for kind, color in groups.items():
        rows = pairs[(pairs.steps == steps) & pairs.cell.str.startswith(kind)]
        look = {"s": 26, "marker": MARKS[kind], "alpha": 0.6, "linewidths": 0}
        ax.scatter(rows.factor, rows.accuracy, color=color, label=kind, **look)
    style.dress(ax, f"{steps} steps", "a dot is a net")
    ax.set(xlabel="factor a step, before training", xlim=(0.55, 1.1), ylim=(0.42, 1.03))
axes[0].set_ylabel("accuracy after training")
axes[1].legend(frameon=False, loc="center left")
vg.plots.tell(
    fig,
    "Accuracy after training against the factor before it, a dot a net. At 25 steps all dots up to a factor "
    "of 0.66 lie at a half, all from 0.78 on near 1. At 50 steps most dots below 0.9 lie at a half, most "
    "of those above near 1. At 100 steps nearly all that lie near 1 have a factor above 1.",
)

# %% [markdown]
r"""
*Figure 2. Each dot is a net: its factor before training (across), and its accuracy after it (up). At 25 steps all nets
with a factor up to 0.66 guess, and all from 0.78 on are right in more than nine of ten cases. At 50 steps 28 of
the 32 nets below 0.9 guess, and 37 of the 48 above remember. At 100 steps 14 remember: one net of relu with the identity,
and 13 of the 16 LSTMs with bias 3, the only ones with a factor above 1.*

**The factor before training orders who can remember.** Not one name in the table says it, neither "LSTM" nor "tanh":
with bias 0 the LSTM remembers in none of 16 nets, with 1 in all of them at 25 steps and in none at 50, with 3 in all at
50 and in 13 at 100. (A zero means: not within 1,000 batches. It does not mean never: at 100 steps the chrono nets name
three of four rightly, and none of them nine of ten.) That is why Keras begins with a bias of 1, and it is
why 1 is not enough for a long memory.

How large should it be? It depends on how long you want to remember. *Chrono* initialization (Tallec and Ollivier, 2018)
draws each unit's bias so that its memory is between one step and all of them, and shuts the input gate as far as the
forget gate is open.

### Exercise 3 · A bias for a memory of T steps ★★ (3 points)

Write two functions.

- `gate_bias(steps, left)`: the bias $b$ at which the share `left` (between 0 and 1) is left along the direct road after
  so many steps: $\sigma(b)^{\,\text{steps}} = \text{left}$.
- `open_gate(layer, bias)`: set the **forget gate's** bias of a built `keras.layers.LSTM` to that number, in all units,
  and change nothing else. Keras keeps the biases of all four gates in one array, `layer.cell.bias`, of length
  4 × units, in this order: input gate, forget gate, new content, output gate. `open_gate` need not give back anything.

For example:

```python
>>> print(round(float(gate_bias(2, 0.5)), 4), round(float(gate_bias(25, 0.5)), 4))
0.8814 3.5715
>>> small = keras.layers.LSTM(2)
>>> small.build((None, 5, 1))
>>> open_gate(small, 3.0)
>>> print(small.cell.bias.numpy())  # input, forget, content, output: two units each
[0. 0. 3. 3. 0. 0. 0. 0.]
```

<details><summary>Hint 1</summary>

First the gate: to what number must you take the power `steps` to get `left`? Then the bias: which $b$ has this
number as its sigmoid?
</details>

<details><summary>Hint 2</summary>

`gate = left ** (1 / steps)`, and the inverse of the sigmoid is $\log\frac{g}{1 - g}$.
</details>

<details><summary>Hint 3</summary>

`values = layer.cell.bias.numpy()` is a copy. Change the part `[layer.units : 2 * layer.units]` of it, and hand it back:
`layer.cell.bias.assign(values)`.
</details>
"""


# %% answer="gate-bias"
def gate_bias(steps, left):
    """The bias whose sigmoid, to the power of `steps`, is `left`."""
    ### BEGIN SOLUTION
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))
    ### END SOLUTION


def open_gate(layer, bias):
    """Set the forget gate's bias of an LSTM layer, and nothing else."""
    ### BEGIN SOLUTION
    values = layer.cell.bias.numpy()
    values[layer.units : 2 * layer.units] = bias
    layer.cell.bias.assign(values)
    ### END SOLUTION


# %% check="gate-bias"
check("gate-bias", gate_bias, open_gate)

# %% shows_only=true
gate_bias, open_gate = fallback("gate-bias", gate_bias, open_gate)
keras.utils.set_random_seed(0)
lstm = keras.layers.LSTM(16)
memory = keras.Sequential([keras.Input((50, 1)), lstm])
for share in (None, 0.1, 1 / np.e):
    if share:
        open_gate(lstm, gate_bias(50, share))
    (profile,) = vg.gradient_by_step(memory, noise).profiles.values()
    asked = f"direct road {share:.2f}" if share else "as Keras begins"
    bias = float(lstm.cell.bias.numpy()[16])
    print(f"bias {bias:.2f} ({asked}): {profile.left:.2g} is left after 50 steps")

# %% [markdown]
r"""
What is left is *more* than the direct road alone would leave: with the wider gates the error even grows, sixfold
and fourteenfold in the median of sixteen such nets (yours is one, and may lie at two or at twenty). The rule gives the right neighbourhood, and then one measures. (The logarithm of the number of steps, which is easy to remember, leaves a share
of about $1/e$.)

Where does the *more* come from? Here are twelve steps of an LSTM as Keras begins, with 16 units, and one backward pass
along its memory $c$. Press *Show one step*. Each step back has two roads. The one around carries the forget gate,
$\sigma(1) = 0.73$; the one through the other gates carries about 0.24. Together they come to 0.84 at the last step and
to 0.96 at the first, as the line below the drawing says. Now set the *forget gate's bias* to 3: the gate carries 0.95,
the other road about as much as before, and both together are more than 1.
"""

# %% shows_only=true
vg.explore.network(
    form="lstm",
    activation="tanh",
    depth=12,
    initializer="orthogonal",
    forget_bias=1,
    width=16,
)

# %% [markdown]
r"""
(Choose *recurrent* as the net, and there is one road again, as in lesson 4: tanh, with a factor between 0.84 and 0.92 a
step.)

So the sentence about cells should read: **an LSTM is a plus sign with a learnt weight on it. In Keras it begins at 0.73,
and $0.73^{50}$ is a ten-millionth.** What it can be taught is decided by where the weight begins.

*A good place for a pause. You have the way back through time, its factor, and the one number that changes it.*
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Medians of sixteen nets, one input, 50 steps: sigmoid 0.23 a step, GRU 0.64, LSTM 0.85, tanh 0.86. LSTM
and tanh keep a few ten-thousandths; their ranges overlap. Recall at 25 steps: GRU and LSTM with bias 0 in 0 of 16 nets,
GRU with bias 1 (0.79) and all others in 16. At 50: LSTM 0, tanh 1, relu with the identity 10, chrono 11, LSTM with bias
3 all 16. The two in the middle are the exceptions to a strict order, by one net. At 100 the LSTM with
bias 3 in 13, relu with the identity in 1, the others in none (the median of chrono is .77).
"""

# %% [markdown]
r"""
## 4 · Size is not all: signal and noise (6 minutes)

Welcome back. The first half seems to say: a GRU's gradient is too small at 25 steps, so it cannot learn. Let us try to
break this explanation. Take the noise out of the task: after the first input come zeros. The factor per step is about
the same; a hundred-thousandth of the error arrives, as before. (The rate is now 0.003; with noise the GRU learns nothing
at that rate either.)
"""

# %%
predict(
    "gru-silence",
    "The default GRU, T = 25, silence instead of noise: how many of 16 nets remember?",
    between=(0, 16),
    step=1,
)

# %% shows_only=true
quiet = runs[(runs.cell == "gru") & (runs.task == "recall") & (runs.rate == 0.003)]
for noise_size, group in quiet.groupby("noise").accuracy:
    print(
        f"noise {noise_size:3}: {np.sum(group > 0.9):2} of 16, median {group.median():.3f}"
    )

# %% jupyter={"source_hidden": true} shows_only=true
silent = int(np.sum(quiet[quiet.noise == 0].accuracy > 0.9))
note = "A gradient of a hundred-thousandth is enough, when nothing drowns it."
reveal("gru-silence", silent, note, near=1)

# %% [markdown]
r"""
**Size and signal-to-noise are two things.** Adam divides by the gradient's size (lesson 3), so a small gradient can
still make steps of a good length, as long as it points the same way each time. With noise, the last inputs speak far louder
than the first one, and the average over 32 examples is *their* accident, not the first one's message.

A second task, from the paper that introduced the LSTM, to see whether the order of the cells is a law:

> **Adding.** At each step comes a number between 0 and 1, and a mark. Two steps are marked, one in each half of the
> sequence. After the last step, give the sum of the two marked numbers.

Always saying 1 has a mean squared error of 1/6 = 0.167. Again T = 25, 1,000 batches, Adam at 0.003. Which of the
four is best?
"""

# %%
predict(
    "adding-best",
    "Adding, 25 steps: which cell ends with the smallest error (median of 16)?",
    choices=["LSTM (bias 1)", "GRU (bias 0)", "relu, identity", "tanh"],
)

# %% shows_only=true
adding = runs[(runs.task == "adding") & (runs.steps == 25)]
medians = adding.groupby("cell").loss.median().sort_values()
print(medians.round(4).to_string())

# %% jupyter={"source_hidden": true} shows_only=true
names = {"gru": "GRU (bias 0)", "lstm": "LSTM (bias 1)"}
best = medians.index[0]
note = "Last at recall, first here: one task is one task."
reveal("adding-best", names.get(best, best), note)

# %% [markdown]
r"""
The order has turned around. Now the GRU is best and tanh is last. A likely reason: here a mark says which number counts, and
a gate can learn to let *marked* numbers in and to keep the others out. That is what gates were made for; a net without
gates cannot protect what it has stored. (We have not tried this explanation, and what was not tried is an opinion. What
is sure is the table: **the order of the cells on one task is not their order on another.**)

### Exercise 4 · "LSTMs remember" ★★ (2 points, read by a person)

A blog says: *"Plain recurrent nets cannot learn anything over more than a few steps, because the gradient vanishes. LSTM and
GRU were invented to solve this: use them, and the problem is gone."* In three or four sentences: what is right, what
is wrong? Name a number from this lesson for each correction.

<details><summary>Hint 1</summary>

There are three claims: plain nets cannot; LSTM and GRU can; and the vanishing gradient is the whole reason.
</details>

<details><summary>Hint 2</summary>

For the first two claims look at what is printed above Figure 2. What differs between an LSTM that remembers and one that
does not?
</details>

<details><summary>Hint 3</summary>

For the third: the GRU in silence, and the table of the adding task.
</details>
"""

# %% [markdown] written="cells-remember" points=2
r"""
### BEGIN SOLUTION
Right: the gradient of a plain net does vanish (0.86 a step, a few ten-thousandths after 50 steps), and gates are the
right idea: a direct road whose weight can be near 1. Wrong: "cannot" and "problem gone". At 25 steps a plain
tanh net remembers in 16 of 16 runs, a default GRU in none, and an LSTM in all or none depending on one number, the bias
of its forget gate (0: none, 1: all; at 50 steps 1: none, 3: all). And size is not the whole reason: the same GRU, with the
same factor, remembers in 16 of 16 runs when there is no noise, and it is the best cell on the adding task (0.0013
against 0.073 for tanh), where what matters is to keep other inputs out.

**Rubric.** 1 point: the name of the cell does not decide, with a number for a plain net that remembers or a gated one
that does not, *and* says what decides (the gate's bias, or the factor before training). Half of it for a number
alone. 1 point: the size of the gradient is not the whole story, with the silent GRU or the adding task as the number
(half of it without a number). That the gradient of plain nets does vanish, or that gates are the right idea, may be
missing without loss.
### END SOLUTION
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* GRU at rate 0.003: no noise 16 of 16, noise of 0.3 2 of 16, noise of 1 none. Adding: GRU .0013, relu with the
identity .0040, LSTM .0055, tanh .073; the sets of sixteen runs of GRU and tanh do not overlap.
"""

# %% [markdown]
r"""
## 5 · The cliff (11 minutes)

A factor below 1 vanishes. A factor above 1, fifty times over, is the other half of the story: $1.2^{50}$ is nine
thousand. The smallest net in which one can see it has one unit, one kernel $w$, one bias $b$ and no input (Pascanu,
Mikolov and Bengio, 2013):

$$h_t = w\,\sigma(h_{t-1}) + b, \qquad \text{loss} = \bigl(\sigma(h_{50}) - 0.7\bigr)^2 , \quad h_0 = 0.5 .$$

Two weights and fifty steps. Here are the loss and its gradient, for many $(w, b)$ side by side, and the loss along one
direction:
"""


# %% shows_only=true
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def one_unit(w, b, steps=50):
    """The loss and its derivatives to w and b, by back-propagation through time."""
    hs = [0.5 + 0 * w]
    for _ in range(steps):
        hs.append(w * sigmoid(hs[-1]) + b)
    y = sigmoid(hs[-1])
    error, dw, db = 2 * (y - 0.7) * y * (1 - y), 0 * w, 0 * w
    for h in hs[-2::-1]:
        s = sigmoid(h)
        dw, db, error = dw + error * s, db + error, error * w * s * (1 - s)
    return (y - 0.7) ** 2, dw, db


# %% shows_only=true
along = np.linspace(4.4, 5.2, 4001)
cliff, slope_w, slope_b = one_unit(along, -2.5 + 0 * along)
foot = int(np.argmax(np.abs(slope_w)))
print(f"on the left the loss is {cliff[0]:.3f}, on the right {cliff[-1]:.3f}")
print(f"steepest at w = {along[foot]:.3f}: slope {slope_w[foot]:.0f}")
print(f"median slope along the way: {np.median(np.abs(slope_w)):.2f}")

# %% jupyter={"source_hidden": true} shows_only=true
# Figure 3 (click here to see how it is drawn)
fig, ax = plt.subplots(figsize=(7.6, 3.9), layout="constrained")
ax.plot(along, cliff, color="#1b2230", linewidth=2)
at, height = along[foot], cliff[foot]
short = at + 0.1
ax.plot([at], [height], "o", color="#D55E00")
arrow = {"arrowstyle": "->", "linewidth": 2}
words = {"weight": "bold", "size": 10}
landed = (short, np.interp(short, along, cliff))
for end, color in (((5.2, height), "#D55E00"), (landed, "#0072B2")):
    ax.annotate("", end, (at, height), arrowprops=arrow | {"color": color})
thrown = f"unclipped: on to w = {at - 0.1 * slope_w[foot]:.0f} →"
ax.text(4.93, height + 0.012, thrown, color="#D55E00", **words)
ax.text(short, 0.1, "clipped at 1", color="#0072B2", **words)
style.dress(
    ax, "A cliff in the loss", "one unit, 50 steps, b = −2.5; one step at rate 0.1"
)
ax.set(xlabel="kernel w", ylabel="loss")
vg.plots.tell(
    fig,
    "The loss along the kernel w. A nearly level line above 0.3 up to w = 4.82, there a fall like a wall nearly to 0, then "
    "a slow rise. From the wall an unclipped step leaves the picture far to the right; a clipped one lands at its foot.",
)

# %% [markdown]
r"""
*Figure 3. The loss along one direction. Left: a plateau above 0.3. At w = 4.82 it falls like a wall, nearly to 0, and
then it rises slowly. The orange arrow is a step of gradient descent at rate 0.1 from the middle of the wall: it leaves
the picture. The blue arrow is the same step with the gradient clipped.*

The direction is right: the loss falls to the right. Only the *length* is absurd, since a slope says how steep it is
*here*, and the wall is thin. So one keeps the direction and bounds the length. All weights together have one gradient, and
one length, the **global norm**: the root of the sum of the squares of all entries of all arrays,
$\lVert g \rVert$. Where it is larger than a limit, the whole gradient is multiplied by limit / $\lVert g \rVert$.

### Exercise 5 · A clipped step ★★ (3 points)

Write `clipped_step(weights, gradients, rate, limit)`: one step of gradient descent with the gradient clipped by its
global norm. `weights` and `gradients` are lists of arrays, of any shapes. Give back the list of new weights. Gradients
that are not too long stay exactly as they are, and where all are 0, nothing moves.

For example, a gradient of norm 5, which is clipped to (0.6, 0.8), and one of norm 0.5, which stays:

```python
>>> print(clipped_step([np.ones(2)], [np.array([3.0, 4.0])], rate=0.5, limit=1.0)[0].round(4))
[0.7 0.6]
>>> print(clipped_step([np.ones(2)], [np.array([0.3, 0.4])], rate=0.5, limit=1.0)[0].round(4))
[0.85 0.8 ]
```

<details><summary>Hint 1</summary>

The norm first: add up `np.sum(g**2)` over all arrays, and take the root once, at the end.
</details>

<details><summary>Hint 2</summary>

One factor for all arrays: `limit / norm` where the norm is larger than the limit, and otherwise 1.
</details>

<details><summary>Hint 3</summary>

`limit / max(norm, limit)` is that factor, and it never divides by 0. Then `w - rate * factor * g` for each pair.
</details>
"""


# %% answer="clipped-step"
def clipped_step(weights, gradients, rate, limit):
    """The weights after a step of descent with the gradient clipped by its global norm."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(np.square(g)) for g in gradients))
    factor = limit / max(norm, limit)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
    ### END SOLUTION


# %% check="clipped-step"
check("clipped-step", clipped_step)

# %% [markdown]
r"""
Now a hundred starts, spread over the region around the cliff, 300 steps each at rate 0.1, with and without a limit of 1:
"""

# %% shows_only=true
clipped_step = fallback("clipped-step", clipped_step)
(new,) = clipped_step([np.ones(2)], [np.array([3.0, 4.0])], 0.5, 1.0)
print(f"your step, on the example: {new}")


def descend(limit, starts=100, updates=300, rate=0.1):
    """The longest step and the last loss of each start; each is clipped by itself."""
    place = np.random.default_rng(0).uniform([[3], [-3.5]], [[7], [-1.5]], (2, starts))
    longest = np.zeros(starts)
    for _ in range(updates):
        g = np.array(one_unit(*place)[1:])
        norm = np.hypot(*g)
        step = rate * g * limit / np.maximum(norm, limit) if limit else rate * g
        place, longest = place - step, np.maximum(longest, np.hypot(*step))
    return longest, one_unit(*place)[0]


ends = {}
for limit in (None, 1.0):
    longest, loss = ends[limit] = descend(limit)
    word = "clipped at 1" if limit else "unclipped"
    stuck = np.mean(loss > 0.05)
    print(
        f"{word:12}: longest step {longest.max():7.1f}, loss above .05 in {stuck:.0%}"
    )

# %% [markdown]
r"""
Unclipped, the longest step is hundreds of units long, and more than half of all starts end on some plateau with a loss
above 0.05. Clipped, about a third do. So not all get there: clipping bounds the step; it does not find the way.

With Adam one hears: "Adam divides by the gradient's size anyway, it needs no clipping." The kept runs have the adding task
over 50 steps, with relu and the identity as kernel, 400 batches at Adam's rate 0.01:
"""

# %% shows_only=true
exploding = runs[(runs.task == "adding") & (runs.steps == 50)]
print(exploding.groupby("clip").loss.describe()[["min", "50%", "max"]].round(3))

# %% [markdown]
r"""
(Row `inf` is without clipping; always saying 1 has .167.) With the limit the sixteen nets end at .02 in the median, without
it most are where guessing is. **So Adam needs it too.** A likely reason, not tried here: one huge gradient stays in its
average of squares for a thousand steps, and makes all others tiny.

In Keras there are three arguments of an optimizer that sound alike: `global_clipnorm` is what you have written;
`clipnorm` clips each variable by its own norm, and `clipvalue` each entry, and both bend the step.

### And a gradient that vanishes?

"Clipping keeps gradients healthy", one reads. The LSTM with bias 0 remembers nothing at 25 steps, and next to nothing
arrives at the first of them. Our nets were clipped at 1; that one was trained without a limit as well.
"""

# %%
predict(
    "clipped-vanished",
    "LSTM, bias 0, T = 25, trained with a limit of 1 and with none: the losses of 16 seeds?",
    choices=[
        "larger with clipping",
        "the same to the last digit",
        "a little smaller with clipping",
        "much smaller with clipping",
    ],
)

# %% shows_only=true
vanished = runs[(runs.cell == "lstm, bias 0") & (runs.steps == 25)]
with_limit, without = (
    vanished[vanished["clip"] == c].loss.to_numpy() for c in (1.0, np.inf)
)
print(f"largest difference in 16 pairs: {np.abs(with_limit - without).max():.5f}")

# %% jupyter={"source_hidden": true} shows_only=true
gap = np.mean(with_limit - without)
same = np.abs(with_limit - without).max() < 1e-4
result = (
    "the same to the last digit"
    if same
    else ("a little smaller with clipping" if gap < 0 else "larger with clipping")
)
reveal(
    "clipped-vanished",
    result,
    "The norm never came above 1: there was nothing to clip.",
)

# %% [markdown]
r"""
**Clipping makes large gradients smaller. It never makes a small one larger.** A gradient that vanishes was never longer
than the limit, so nothing is done to it, in any of 1,000 batches: it is a cure for the cliff alone.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* The wall at w = 4.82 has a slope of some hundreds; along most of the way it is below a tenth. Of 100 starts
about 60 end above .05 unclipped, about 30 clipped. IRNN on adding over 50 steps: .165 in the median
without clipping, .020 with it. LSTM with bias 0: no difference in any of 16 pairs.
"""

# %% [markdown]
r"""
## 6 · Stretch: what a window can never learn (as long as you like)

A book has a hundred thousand words. Nobody sends an error back through all of them. One cuts: the error goes back through
the last $k$ steps, the **window**, and stops there. Forward nothing is cut; the state carries on. That is *truncated*
back-propagation through time, the usual way to train on long sequences.

What is lost? Put the bit of our task on an **input of its own**: input 1 is +1 or −1 at the first step and 0 ever after, input 2
is the noise. So the weights that write the bit into the state are a row of $W_x$ that does nothing else.

### Exercise 6 · Short windows ★★★ (3 points)

Write two functions.

- `truncated(X, hs, U, error, window)`: the two arrays $\partial L/\partial W_x$ and $\partial L/\partial U$, as the
  last `window` steps see them. With a window of 1 only the last step counts. A window longer than the sequence cuts nothing
  off. (`X` is (examples, steps, features); `hs`, `U`, `error` are as in exercise 1.)
- `deaf_inputs(X, window)`: which inputs can *never* get a gradient, whatever the weights and the error? Give back their
  numbers, counted from 0, as a list or an array. Such an input is 0 in all examples at every step of the window.

For example, three steps, two inputs (the second speaks at the first step only), one unit, states 0.5 throughout:

```python
>>> three = np.array([[[1.0, 1.0], [1.0, 0.0], [1.0, 0.0]]])
>>> given = three, [np.full((1, 1), 0.5)] * 4, np.ones((1, 1)), np.ones((1, 1))  # X, hs, U, error
>>> for k in (1, 2, 3):
...     for_inputs, for_states = truncated(*given, k)
...     print(k, for_inputs.ravel().round(3), for_states.ravel().round(3), list(map(int, deaf_inputs(three, k))))
1 [0.75 0.  ] [0.375] [1]
2 [1.312 0.   ] [0.656] [1]
3 [1.734 0.422] [0.867] []
```

<details><summary>Hint 1</summary>

The loop of exercise 1, with one more line, `X[:, t].T @ dz`, and an end: stop after `window` turns.
</details>

<details><summary>Hint 2</summary>

Steps are easier with their number: `for t in reversed(range(max(0, T - window), T))`, where `hs[t + 1]` is the state
after step t, counted from 0, and `hs[t]` and `X[:, t]` went into it.
</details>

<details><summary>Hint 3</summary>

`X[:, -window:]` are the window's inputs (and all of them, where the window is longer). `np.any(... != 0, axis=(0, 1))` says
for each input whether it is ever heard. Mind that +1 and −1 add up to 0.
</details>
"""


# %% answer="short-window"
def truncated(X, hs, U, error, window):
    """(dL/dWx, dL/dU) over the last `window` steps."""
    ### BEGIN SOLUTION
    T = X.shape[1]
    dWx, dU = np.zeros((X.shape[2], U.shape[1])), np.zeros_like(U)
    for t in reversed(range(max(0, T - window), T)):
        dz = error * (1 - hs[t + 1] ** 2)
        dWx = dWx + X[:, t].T @ dz
        dU = dU + hs[t].T @ dz
        error = dz @ U.T
    return dWx, dU
    ### END SOLUTION


def deaf_inputs(X, window):
    """The numbers of the inputs that no error in the window can reach."""
    ### BEGIN SOLUTION
    heard = np.any(X[:, -window:] != 0, axis=(0, 1))
    return np.flatnonzero(~heard)
    ### END SOLUTION


# %% check="short-window"
check("short-window", truncated, deaf_inputs)

# %% shows_only=true
truncated, deaf_inputs = fallback("short-window", truncated, deaf_inputs)
rng = np.random.default_rng(1)
apart = np.zeros((64, 25, 2))
apart[:, 0, 0] = rng.choice([-1, 1], 64)
apart[:, 1:, 1] = rng.normal(size=(64, 24))
into = rng.normal(size=(2, 16)) / 4
states, one = roll(apart, into, U, 0), rng.normal(size=(64, 16))
for window in (25, 24, 6):
    row = truncated(apart, states, U, one, window)[0][0]
    print(
        f"window {window:2}: largest gradient of the bit's weights {np.abs(row).max():.2g}"
    )

# %% [markdown]
r"""
Exactly 0, from 24 on: not small, but nothing. No optimizer makes anything of nothing. So with a window of 24 the weights of
the bit stay for ever as they were drawn. Adam trains everything else, as before: tanh, 25 steps, 1,000 batches, 16 seeds.
"""

# %%
predict(
    "short-window-recall",
    "Window 24 of 25 steps, the bit's weights as Keras draws them: how many of 16 remember?",
    between=(0, 16),
    step=1,
)

# %% shows_only=true
windows = window_runs()
above = windows.assign(remember=windows.accuracy > 0.9)
print(above.pivot_table("remember", "begins", "window", "sum").astype(int))

# %% jupyter={"source_hidden": true} shows_only=true
drawn = above[(above.begins == "as drawn") & (above.window == 24)]
note = "What was drawn at random happens to write the bit; the rest learns to read it."
reveal("short-window-recall", int(drawn.remember.sum()), note, near=1)

# %% [markdown]
r"""
The two rows of the table differ in one thing: whether the bit's weights begin as drawn, or at 0.

- **As drawn:** even a window of 6 steps is enough, in 15 of 16 nets! The random weights write the bit into the state;
  the orthogonal kernel keeps it there for a while, all by itself; and what a short window *can* teach is to read what is still
  there, and to keep it better.
- **At 0:** with the whole window, 16 of 16. With one step less, 0 of 16, and it would be 0 of any number. The bit is not
  in the state, and nothing that happens inside the window says that it should be.

**A window of $k$ steps can teach a net to use and to keep what it has. It can never teach it to write down what will
matter only after $k$ steps.** That is no matter of size, nor of patience: the gradient is not small, it is not there.
"""

# %% [markdown] solution_only=true
r"""
*Analysis.* Accuracies: at 0 with windows of 24, 12 and 6 all between .46 and .55, with 25 all above .99. As drawn the
medians are 1.0 for every window; the one net that fails has a window of 6. The largest gradient of the bit's weights
is exactly 0 for windows below 25.
"""

# %% [markdown]
r"""
## What you take with you

- A recurrent net over $T$ steps is a net of depth $T$ with **one kernel**, whose gradient is the sum over its uses.
- It too has a **factor per step**, and one can measure it before training. It orders who can remember.
- **The name of the cell decides nothing.** Of Keras's three layers as they begin, with one input, the GRU loses most by
  far, and the LSTM as much as the plain one. A gate is a plus sign with a weight, $\sigma(b)^T$ along the direct road,
  and its bias is the number to set.
- **Size is one thing, noise another**: the same small gradient is enough in silence. And on another task the order of the
  cells turns around.
- **Clip by the global norm** against cliffs, with Adam as well. It does nothing against vanishing.
- **A window of k steps never teaches to write down** what matters after more than k.

For a net of your own, `vg.gradient_by_step(model, x)` measures, and `vg.diagnose(model, x, y)` tries a bias for you.

## Sources

- S. Hochreiter, J. Schmidhuber (1997). *Long short-term memory.* Neural Computation. The cell, and the adding problem.
- F. A. Gers, J. Schmidhuber, F. Cummins (2000). *Learning to forget: continual prediction with LSTM.* Neural
  Computation. The forget gate.
- R. Pascanu, T. Mikolov, Y. Bengio (2013). *On the difficulty of training recurrent neural networks.* ICML. The cliff,
  and clipping by norm.
- K. Cho and others (2014). *Learning phrase representations using RNN encoder-decoder for statistical machine
  translation.* EMNLP. The GRU.
- R. Jozefowicz, W. Zaremba, I. Sutskever (2015). *An empirical exploration of recurrent network architectures.* ICML.
  Why the forget gate's bias should begin at 1.
- Q. V. Le, N. Jaitly, G. E. Hinton (2015). *A simple way to initialize recurrent networks of rectified linear units.*
  The identity as a kernel.
- C. Tallec, Y. Ollivier (2018). *Can recurrent neural networks warp time?* ICLR. Chrono initialization.
- R. J. Williams, J. Peng (1990). *An efficient gradient-based algorithm for on-line training of recurrent network
  trajectories.* Neural Computation. Truncated back-propagation through time.
"""
