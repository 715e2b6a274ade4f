"""How a cost grows: measured points, the slope of their growth in words, and one figure of them all."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

from tests.benchmarks.figures import PICTURE

T = TypeVar("T")
FLAT, EVEN = 0.15, 0.1  # an exponent below FLAT is no growth; one this near to 1 is proportional


@dataclass
class Growth:
    """The cost of one thing against the size of another: CPU or wall seconds, and MB.

    Attributes:
        thing: what is done: ``vg.train``; against: what grows: ``hidden layers``; unit: what ``costs`` count.
        costs: who does it → size → cost; the first is ours, the others are what a user would do instead.
        memory: size → MB that it took beyond what was there before, ours.
    """

    thing: str
    against: str
    unit: str
    costs: dict[str, dict[float, float]] = field(default_factory=dict)
    memory: dict[float, float] = field(default_factory=dict)

    def add(self, who: str, size: float, cost: float) -> None:
        self.costs.setdefault(who, {})[size] = cost

    def lines(self) -> list[str]:
        """A table as text: a row a size, then a sentence for each who."""
        sizes = sorted({size for costs in self.costs.values() for size in costs})
        head = f"{self.thing}, {self.unit}, against {self.against}"
        rows = [f"  {self.against:>16} " + " ".join(f"{who:>24}" for who in self.costs) + f" {'MB more':>9}"]
        for size in sizes:
            cells = " ".join(f"{_number(costs.get(size)):>24}" for costs in self.costs.values())
            rows.append(f"  {size:16,.0f} {cells} {_number(self.memory.get(size)):>9}")
        told = [f"  {who}: {growth(costs)}." for who, costs in self.costs.items()]
        return [head, *rows, *told, *([f"  Memory: {growth(self.memory)}."] if len(self.memory) > 1 else [])]


def exponent(costs: dict[float, float]) -> float:
    """p of cost ≈ c · size^p: the slope of the least-squares line through the logarithms."""
    sizes, values = np.array(sorted(costs.items()), float).T
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def growth(costs: dict[float, float]) -> str:
    """The slope in words: what twice the size costs."""
    if len(costs) < 2:
        return "one size only"
    p = exponent(costs)
    if abs(p) < FLAT:
        return f"does not grow (twice the size costs {2**p:.2f} times)"
    if p < 0:
        return f"shrinks (twice the size costs {2**p:.2f} times)"
    if abs(p - 1) < EVEN:
        return f"grows in proportion (twice the size costs {2**p:.2f} times)"
    return f"twice the size costs {2**p:.2f} times" + (", less than in proportion" if p < 1 else "")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def peak_while(work: Callable[[], T], among: Callable[[], list[psutil.Process]] | None = None) -> tuple[T, float]:
    """What something gives back, and the MB that it took at the most, beyond what there was (looked at each 5 ms)."""
    processes = among or (lambda: [psutil.Process()])
    before, most, done = _resident(processes()), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, _resident(processes()))
            time.sleep(0.005)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        result = work()
    finally:
        done.set()
        thread.join()
    return result, max(0.0, max(most, _resident(processes())) - before)


def _resident(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):  # it has ended since it was listed
            # Pages that forked processes share count once among them.
            total += getattr(process.memory_full_info(), "pss", process.memory_info().rss) / 1e6
    return total


def draw(found: list[Growth], path: Path = PICTURE) -> None:
    """All of them on logarithmic axes, one panel each; ours thick, what one would do instead thin."""
    from matplotlib.figure import Figure as Canvas

    from vgcourse import style

    columns = 3
    rows = -(-len(found) // columns)
    canvas = Canvas(figsize=(11, 3.6 * rows), layout="constrained")
    for place, each in enumerate(found, 1):
        _panel(canvas.add_subplot(rows, columns, place), each, style)
    canvas.savefig(path, metadata={"Date": None})


def _panel(ax, each: Growth, style) -> None:
    for number, (who, costs) in enumerate(each.costs.items()):
        sizes, values = zip(*sorted(costs.items()), strict=True)
        look = style.OTHERS[number]
        color, width = (style.INK, 2.4) if number == 0 else (look.color, 1.4)
        ax.loglog(sizes, values, marker=look.marker, ms=5, label=who, ls=look.dash, lw=width, color=color)
    measured = sorted({size for costs in each.costs.values() for size in costs})
    ax.set_xticks(measured, [_short(size) for size in measured], minor=False)
    ax.set_xticks([], minor=True)
    ax.yaxis.set_minor_formatter("")
    ax.set(title=each.thing, xlabel=each.against, ylabel=each.unit)
    ax.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)


def _short(size: float) -> str:
    """Few enough letters to stand below an axis: 9.3M, 511k, 16."""
    if size >= 1e6:
        return f"{size / 1e6:.1f}M"
    return f"{size / 1e3:.3g}k" if size >= 1e3 else f"{size:.0f}"
