"""What hurts a run, by number, gathered from the modules of this folder."""

from injected import cells, disks, inputs, leavings, readers, stopped, surroundings, together  # noqa: F401
from injected.bench import FAULTS

__all__ = ["FAULTS"]
