"""Goals: SMART for real, improve or maintain, and goal attainment of individual plans in aggregate."""

from importlib import import_module

KINDS = ("improve", "maintain")
_HOMES = {"Goal": "cqi.goals.goal", "goal_of": "cqi.goals.goal", "revised": "cqi.goals.goal"}
__all__ = sorted((*_HOMES, "KINDS"))


def __getattr__(name: str):
    """The public names, imported when first used."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cqi.goals' has no attribute {name!r}")
