"""A whole training run as one compiled graph, recorded."""

from vgcourse.measure.training.batches import PROBE_LIMIT, batch_order, probe_rows
from vgcourse.measure.training.trainer import train

__all__ = ["PROBE_LIMIT", "batch_order", "probe_rows", "train"]
