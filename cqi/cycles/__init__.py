"""Improvement cycles (plan, do, study, act): what a team tries, what it predicts, and what then happened."""

from importlib import import_module

_HOMES = {
    **dict.fromkeys(("ACTS", "Check", "Cycle", "cycle_of", "entry_of"), "cqi.cycles.cycle"), "checked": "cqi.cycles.checking",
    "hinted": "cqi.cycles.checking", **dict.fromkeys(("begin", "record", "cycles"), "cqi.cycles.keeping"),
    **dict.fromkeys(("Happened", "Reading", "Shown", "readings"), "cqi.cycles.reading"),
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """The public names, imported when first used: a cycle can be written without a table or a database's library."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cqi.cycles' has no attribute {name!r}")
