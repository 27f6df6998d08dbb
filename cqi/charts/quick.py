"""The same charts for a quarter of the work: what Altair does again for every part of every chart is done once, or left out.

Altair reads the schemas of all its classes again for every encoding in short, copies every layer many times with all that it does
not say, and checks each part against the schema of Vega-Lite as it is made. Here an encoding in short is taken as it is, copying
skips what holds nothing, and a test checks our charts instead. The specifications stay the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from inspect import signature

import altair as alt
import pandas as pd
from altair.utils import core, schemapi

ROWS = "cqi"
"""The name of our data transformer among Altair's."""
_ATOMS = frozenset({str, int, float, bool, type(None), type(alt.Undefined)})


def unchecked(draw: Callable) -> Callable:
    """A function that draws as this one does, without Altair's check of every part as it is made."""

    @wraps(draw)
    def drawn(*args, **kwargs):
        with _unchecked():
            return draw(*args, **kwargs)

    return drawn


def written(chart: alt.Chart | alt.LayerChart | alt.VConcatChart) -> dict:
    """The chart as Altair's `to_dict` writes it, unchecked."""
    with _unchecked(), alt.data_transformers.enable(ROWS):
        return chart.to_dict(validate=False)


def _unchecked() -> AbstractContextManager:
    return schemapi.debug_mode(False) if hasattr(schemapi, "debug_mode") else nullcontext()


def rows(table: pd.DataFrame | None = None, **_) -> dict:
    """The table as Altair's own transformer writes it: a dict a row, missing and infinite numbers as None, times as ISO text."""
    if not isinstance(table, pd.DataFrame) or not all(isinstance(name, str) for name in table) or table.columns.has_duplicates:
        return alt.to_values(table)
    columns = [_plain(table[name]) for name in table]
    if any(values is None for values in columns):
        return alt.to_values(table)
    names = list(table)
    return {"values": [dict(zip(names, row)) for row in zip(*columns)]}


def _plain(column: pd.Series) -> list | None:
    """The values as plain Python; None for a kind of column that is left to Altair."""
    values = column.tolist()
    if isinstance(column.dtype, pd.StringDtype):
        return [value if isinstance(value, str) else None for value in values]
    if column.dtype == "float64":
        return [value if math.isfinite(value) else None for value in values]
    if str(column.dtype).startswith("datetime64"):
        return ["" if value is pd.NaT else value.isoformat() for value in values]
    return values if column.dtype in ("int64", "bool") else None


def switch_on() -> None:
    """Makes Altair quick in this process; parts of Altair that are not as we know them stay as they are."""
    alt.data_transformers.register(ROWS, rows)
    if _takes(getattr(schemapi, "_deep_copy", None), "obj", "by_ref"):
        schemapi._deep_copy = wraps(schemapi._deep_copy)(_deep_copy)
    if _takes(getattr(schemapi, "_todict", None), "obj", "context", "np_opt", "pd_opt"):
        schemapi._todict = _writing(schemapi._todict)
    channels = getattr(core, "_ChannelCache", None)
    if _takes(getattr(channels, "_wrap_in_channel", None), "self", "obj", "encoding"):
        channels._wrap_in_channel = _wrapping(channels._wrap_in_channel)


def _takes(function: Callable | None, *names: str) -> bool:
    return callable(function) and tuple(signature(function).parameters) == names


def _wrapping(wrap: Callable) -> Callable:
    """Altair's way from an encoding in short (`value:Q`) to its channel, without looking through all schemas for it."""

    @wraps(wrap)
    def wrapped(self, obj, encoding, /):
        channel = getattr(self, "name_to_channel", {}).get(encoding, {}).get("field") if isinstance(obj, str) else None
        return channel(shorthand=obj) if channel else wrap(self, obj, encoding)

    return wrapped


def _writing(write: Callable) -> Callable:
    """Altair's way from a part of a chart to plain data, without asking a word or number whether it is a table or a date."""

    @wraps(write)
    def written(obj, context, np_opt, pd_opt):
        return obj if type(obj) in _ATOMS else write(obj, context, np_opt, pd_opt)

    return written


def _deep_copy(part: object, by_ref: set[str]) -> object:
    """A copy as Altair's own function of this name makes it."""
    if isinstance(part, schemapi.SchemaBase):
        if copier := getattr(type(part), "__deepcopy__", None):
            with schemapi.debug_mode(False):
                return copier(part, part)
        args, kwds = [_deep_copy(each, by_ref) for each in part._args], _copied(part._kwds, by_ref)
        with schemapi.debug_mode(False):
            return part.__class__(*args, **kwds)
    if isinstance(part, list):
        return [_deep_copy(each, by_ref) for each in part]
    return _copied(part, by_ref) if isinstance(part, dict) else part


def _copied(parts: dict, by_ref: set[str]) -> dict:
    return {name: part if type(part) in _ATOMS or name in by_ref else _deep_copy(part, by_ref) for name, part in parts.items()}
