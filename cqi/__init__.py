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
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """The public names, imported when first used, so that `import cqi` stays light."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cqi' has no attribute {name!r}")
