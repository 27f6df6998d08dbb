"""The hand-over: a zip file for each county, a letter to readers, a word to maintainers, and pages on paper."""

from cqi.handover.handing import hand_over, tell_maintainers

__all__ = ["hand_over", "tell_maintainers"]
