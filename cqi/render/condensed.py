"""Digests of what each county's page shows of a run's tables, for all counties from one pass over them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace

import numpy as np
import pandas as pd

from cqi.render.digests import canonical, digest, plain
from cqi.tables.counting import Tables
from cqi.tables.official_counted import OfficialTables
from cqi.tables.shown import shown

CHOOSING = ("county", "region")
"""Columns by which `shown` chooses rows."""


class Condensed:
    """The tables with every row as numbers of eight bytes: what `shown` gives to a county's page is told by those of its rows."""

    def __init__(self, tables: Tables | OfficialTables) -> None:
        frames = {each.name: frame for each in fields(tables) if isinstance(frame := getattr(tables, each.name), pd.DataFrame)}
        self._heads = {name: _head(frame) for name, frame in frames.items()}
        self._rows = {name: _rows(frame) for name, frame in frames.items()}
        self._narrow = replace(tables, **{name: _narrow(frame) for name, frame in frames.items()})

    def of(self, county: str) -> str:
        """The digest of all that the county's page shows: every name, order, kind and value."""
        own = shown(self._narrow, county)
        return digest({each.name: self._told(each.name, getattr(own, each.name)) for each in fields(own)})

    def _told(self, name: str, part: object) -> object:
        if name not in self._rows:
            return part
        return hashlib.sha256(self._heads[name] + self._rows[name][part["place"].to_numpy()].tobytes()).hexdigest()


def _head(frame: pd.DataFrame) -> bytes:
    """Names and kinds of the columns and of the index."""
    parts = (frame, frame.index.to_frame(index=False))
    return json.dumps([[plain(list(part.columns)), [_kind(kind) for kind in part.dtypes]] for part in parts]).encode()


def _kind(kind: object) -> list:
    return [str(kind), plain(list(kind.categories)), bool(kind.ordered)] if isinstance(kind, pd.CategoricalDtype) else [str(kind)]


def _narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns by which rows are chosen, and each row's place."""
    chosen = {name: frame[name].astype("category").array for name in CHOOSING if name in frame}
    return pd.DataFrame({**chosen, "place": np.arange(len(frame))})


def _rows(frame: pd.DataFrame) -> np.ndarray:
    """A row of eight-byte numbers for every row, its index among them."""
    parts = [part.iloc[:, place] for part in (frame, frame.index.to_frame(index=False)) for place in range(part.shape[1])]
    found = np.empty((len(frame), len(parts)), dtype="uint64")
    for place, each in enumerate(parts):
        found[:, place] = _numbers(each)
    return found


def _numbers(column: pd.Series) -> np.ndarray:
    """A number for each value: of numbers and days their own bytes, of all else a hash of the word or of what JSON can hold of it."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufmM":
        values = canonical(column.to_numpy())
        return values.view("uint64") if values.dtype.itemsize == 8 else values.astype("float64").view("uint64")
    if column.dtype == object:  # lists among them
        places, words = np.arange(len(column)), column
    else:
        places, words = pd.factorize(column, use_na_sentinel=False)
    told = np.array([json.dumps(plain(word)) for word in words], dtype=object)
    return pd.util.hash_array(told)[places] if len(told) else np.empty(0, dtype="uint64")
