"""Proactive mid-course outcome reviews for child welfare, by county and cohort."""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "CqiError": "cqi.vocabulary",
    "load": "cqi.sources",
    "measure_names": "cqi.registry",
    "Review": "cqi.review",
    "Official": "cqi.official",
    "Overview": "cqi.overview",
    "DataQuality": "cqi.overview",
    "Working": "cqi.working",
}
__all__ = sorted(_HOMES)
_PAGES = ("Review", "Official", "Overview", "DataQuality", "Working")


def __getattr__(name: str):
    """The public names, imported when first used, so that `import cqi` stays light."""
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
        if name in _PAGES:  # the first thing that a notebook asks for
            import_module("cqi.injected").check_injected(found)
        return found
    raise AttributeError(f"module 'cqi' has no attribute {name!r}")
