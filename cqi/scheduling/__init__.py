"""Runs at their time: what the scheduler of the machine is told, what makes up for a missed run, and whether the data is ready."""

from cqi.scheduling.ready import not_ready, unready

__all__ = ["not_ready", "unready"]
