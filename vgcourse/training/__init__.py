"""A whole training run as one compiled graph, recorded."""

from vgcourse.training.batches import PROBE_LIMIT, batch_order, probe_rows
from vgcourse.training.trainer import train

__all__ = ["PROBE_LIMIT", "batch_order", "probe_rows", "train"]
