"""Stand-ins for treated and trained patients: they know the answers, and answer at once.

Training six nets takes seconds; what a check makes of charts, changes and answers can be tried without.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np

from vgcourse.nets.clinic import tasks
from vgcourse.nets.clinic.charts import BATCH, Chart, Kind, draw


class KnowsAll:
    """In the place of a trained model: gives what is right for every test example, or noise."""

    def __init__(self, task: tasks.Task, pixels: float, updates: int):
        self.task, self.pixels, self.answers = task, pixels, True
        self.optimizer = SimpleNamespace(iterations=updates)

    def __call__(self, X, training=False):
        places = {self._key(x): i for i, x in enumerate(self.pixels * self.task.X_test)}
        rows = [places.get(self._key(x), 0) for x in np.asarray(X)]  # of another patient it knows nothing
        y = self.task.y_test[rows]
        if not self.answers:
            y = np.random.default_rng(0).permutation(y)
        if y.ndim > 1:
            return self.pixels * y
        return np.eye(10)[y] if y.dtype.kind == "i" else np.sign(y - 0.5)[:, None]

    def _key(self, x):
        return np.round(np.asarray(x, "float32") / self.pixels, 3).tobytes()


class StandIn:
    """What a check looks at in a `Patient`."""

    def __init__(self, chart: Chart):
        self.kind: Kind = chart.kind
        self.drawn, self.seed = chart.settings, chart.seed
        self.task = _task(chart.kind.task, chart.seed)
        self.treat(chart.fault.setting, chart.kind.well[chart.fault.setting])

    def treat(self, setting, value):
        """As if this were the one setting that was changed, and the net trained."""
        self.changed = {setting: value}
        self.chart = {**self.drawn, **self.changed}
        updates = self.kind.epochs * int(np.ceil(len(self.task.X) / BATCH))
        self.model = KnowsAll(self.task, self.chart.get("pixels", 1), updates)


@cache
def _task(name, seed):
    return getattr(tasks, name)(seed)


def healed_of(name: str) -> dict[str, StandIn]:
    return {kind: StandIn(chart) for kind, chart in draw(name).items()}
