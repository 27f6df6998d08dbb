"""The journal: what people say about the numbers, and what was done about it; lines are added and never changed."""

from importlib import import_module

_HOMES = {"Answers": "cqi.journal.answers", "Entry": "cqi.journal.entry", "Journal": "cqi.journal.store", "Slip": "cqi.journal.slip",
          "hints": "cqi.journal.free_text"}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """The public names, imported when first used: an entry can be read without a database's library."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cqi.journal' has no attribute {name!r}")
