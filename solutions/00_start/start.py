# %% [markdown]
r"""
# Start here

A neural network learns by sending its error backwards, layer by layer, from the output to the input.
Sometimes the error never arrives. It is multiplied by a small number at every layer on its way, and after
ten of them the first layers hear next to nothing. That is the **vanishing gradient problem**.

It kept deep networks out of reach for the better part of two decades, and it still stops networks today,
quietly: no error message, just a loss that will not fall. In this course you will see it, measure it layer
by layer, find out where it comes from, and mend it.

This page takes **twenty minutes**. It shows how the lessons work, so that nothing stands between you and them.

**You will**

- run a cell;
- make a prediction, and see it meet the result;
- answer an exercise, wrongly first, and read what the check says;
- see your progress, and learn how to hand in.
"""

# %% [markdown]
"""
## 1 · Run a cell

Click on the grey cell below and press <kbd>Shift</kbd> + <kbd>Enter</kbd>. The star `[*]` on its left means
that it is running; a number means that it is done. Run the cells of a lesson from top to bottom, in order.
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

import numpy as np

from vgcourse import check, fallback, predict, reveal

print(f"vgcourse {vg.__version__} is ready.")

# %% [markdown]
"""
While the star stays, the computer is at work. If it takes too long, press **■** (Stop) in the bar above the notebook:
the cell ends with a red message that says `KeyboardInterrupt`, and nothing is lost.

A red message ends a cell where it stands, and what was there before **is still there**. If you change a function and
its cell turns red, the *old* function is still there, and so the next cells (and a check) see the old one. Mend the red
cell first, and run it again.

If you lose your way: **Kernel → Restart Kernel and Run All Cells…** starts afresh. Your text and your code
stay; only the variables go.
"""

# %% [markdown]
"""
## 2 · Predict first

Before a result that matters, a lesson asks what you expect. A guess costs ten seconds, and nothing teaches
like a guess that turns out wrong, so please do make one. Guesses are kept in a small file beside the
lessons (`progress.json`). Nobody grades them.

Drag the slider, press **Keep my guess**, then run the next cell.
"""

# %%
predict(
    "fifty-layers",
    "Multiply 1 by 0.9, and the result by 0.9 again, fifty times over. How many percent are lost?",
    between=(0, 100),
    step=1,
)

# %%
left = 0.9**50
reveal(
    "fifty-layers",
    100 * (1 - left),
    "Nine tenths looks harmless. Fifty times over, it leaves half a percent.",
    near=2,
)

# %% [markdown]
"""
That one line of arithmetic is the heart of the whole course: **multiply many factors of one size, and unless
that size is very nearly 1, you soon have next to nothing or something enormous.** Compare 0.9 with its
neighbour on the other side of 1:
"""

# %%
print(f"0.9 to the 50th: {0.9**50:.4f}")
print(f"1.1 to the 50th: {1.1**50:.1f}")

# %% [markdown]
r"""
## 3 · An exercise and its check

Every exercise is marked with stars for how hard it is (★ to ★★★) and says how many points it gives. Where
you write code, it has a check and three hints. A hint is folded away: open it when you are stuck, one at a
time. The third one nearly gives it away, and that is all right.

### Exercise 1 · How large is a gradient? ★ (1 point)

We shall often need *one* number for the size of many: of all the entries of a gradient, say. The mean will
not do, because positive and negative entries cancel. The usual choice is the **root mean square**,

$$\text{rms}(v) = \sqrt{\frac{1}{n}\sum_{i=1}^{n} v_i^2}\,.$$

Here $v$ is a row of $n$ numbers. For 1, −7, 5 and −5 the squares are 1, 49, 25 and 25, their mean is 25, and so
`rms` gives 5. Every exercise has a worked call like this, below its text; try it first. (Copy it into a cell of its
own: Jupyter does not mind the `>>>`.)

Write it below, where it says `YOUR CODE HERE` (replace the three dots as well). But **first answer wrongly,
on purpose**: write `return np.mean(values)`, run the cell, run the check, and read what it says. Then put
it right.

For example:

```python
>>> print(rms(np.array([1.0, -7.0, 5.0, -5.0])))
5.0
```

<details><summary>Hint 1</summary>

Read the name backwards: first **square** each entry, then take the **mean**, then the **root**.
</details>

<details><summary>Hint 2</summary>

`values**2` squares all entries of a NumPy array at once; `np.mean` and `np.sqrt` do the other two steps.
</details>

<details><summary>Hint 3</summary>

One line is enough: `return np.sqrt(...)`, with the mean of the squares in place of the dots.
</details>
"""


# %% answer="first-check"
def rms(values):
    """The root mean square of an array: one number."""
    ### BEGIN SOLUTION
    return np.sqrt(np.mean(values**2))
    ### END SOLUTION


# %% check="first-check"
check("first-check", rms)

# %% [markdown]
"""
What to know about checks:

- A check draws **new numbers every time**, so it cannot be pleased by one lucky case. It looks at what your
  function *does*, and whether it is your own; how it is written is up to you.
- It says what came and what was wanted, and, where it can tell, which idea went astray. Try as often as you
  like; only the last state counts.
- "Open" means not answered yet. You may leave an exercise and go on: until it has passed its check, the
  cells below use the course's version and say so. The next one would, had you left `rms` wrong.
"""

# %%
rms = fallback("first-check", rms)
gradient = np.array([0.3, -0.3, 0.3, -0.3])
print(f"mean {np.mean(gradient):.2f}, root mean square {rms(gradient):.2f}")

# %% [markdown]
"""
The mean of this gradient is zero, and yet every weight is being pushed. Keep that in mind for lesson 4,
where a well-known way to plot gradients falls into just this hole.

### A written answer

Some exercises ask for words, and a person reads them. You write into a cell of text: **double-click** on it, replace the
dots, and press <kbd>Shift</kbd> + <kbd>Enter</kbd>. Two or three sentences will do, with the numbers that you saw. Try
it on the cell below; nobody reads this one.
"""

# %% [markdown]
"""
*Which of the two printed numbers says that the weights are being pushed, and why does the other not say it?*

…
"""

# %% [markdown]
"""
## 4 · Your progress, and handing in

This cell shows what you have passed and what you predicted, over all lessons. Run it whenever you like.
"""

# %%
from vgcourse import progress_page

progress_page()

# %% [markdown]
"""
**Handing in.** The notebook is your hand-in: save it (<kbd>Ctrl</kbd> + <kbd>S</kbd>, or <kbd>⌘</kbd> +
<kbd>S</kbd>). Before that, run it once from top to bottom (**Kernel → Restart Kernel and Run All Cells…**),
so that nothing depends on a cell that you have since deleted; the **Validate** button above the notebook
does the same and lists the checks that fall short. Then, depending on your class:

- there is an *Assignment List* in JupyterLab's **Nbgrader** menu: press **Submit** there;
- there is none: **File → Download**, and upload the `.ipynb` file where your instructor asks for it. Keep
  its name.

Please do not delete or copy the check cells: they carry the marks. For an overview in a terminal:
`vgcourse check lessons/01_circles` shows each exercise of a lesson, its points and what the check says.

When a class is graded, your functions run once more on new numbers. Written answers are read by a person. Do
you learn alone? Then write yours first, and compare it with the one in `written_answers.md`, which lies beside
the lesson.

## The lessons

| | Lesson | You will be able to | Minutes |
|---|---|---|---|
| 0 | **Start here** | run, predict, check, hand in | 20 |
| 1 | [Circles, and the chain rule by hand](../01_circles/circles.ipynb) | do a backward pass, and prove it | 85 |
| 2 | [Shallow and deep](../02_depth/depth.ipynb) | change one thing at a time, over many seeds | 105 |
| 3 | [Weight capture](../03_weights/weights.ipynb) | watch every layer's weights while it learns | 85 |
| 4 | [Gradient capture](../04_gradients/gradients.ipynb) | find the layer where the gradient vanishes | 85 |
| 5 | [Initialization](../05_initialization/initialization.ipynb) | derive, write and repair initial weights | 110 |
| 6 | [Skip connections](../06_residual/residual.ipynb) | train fifty blocks, and say why it works | 90 |
| 7 | [Time is depth](../07_time/time.ipynb) | say which recurrent net will remember, and make it | 95 |
| 8 | [The other ways out](../08_ways_out/ways_out.ipynb) | compare cures of one sick net, and their bills | 100 |
| 9 | [A clinic of sick networks](../09_clinic/clinic.ipynb) | diagnose and cure nets of six kinds | 120 |

Go on with lesson 1. It needs NumPy, derivatives and a little patience, nothing else.
"""
