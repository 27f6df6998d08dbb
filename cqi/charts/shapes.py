"""Charts of one shape are made by Altair once: what is called of `alt` is noted, and made when no chart of that shape was written before.

Charts of many counties differ in their rows and in some numbers, such as the ends of a scale. Altair looks at neither, so it is given
tables and numbers of ours, and in what it writes those of the chart take their place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import partial

import altair
import pandas as pd

from cqi.charts import quick

_OURS = re.compile(r'"data-[0-9a-f]{32}"|900719925\d{3}\.5')
_SHAPES: dict[str, tuple[str, dict[str, int]]] = {}


class Part:
    """A chart or a part of one, not made yet: what was called, of which other part, with what."""

    def __init__(self, of: Part | None, name: str, /, *args, **given) -> None:
        self._of, self._name, self._args, self._given = of, name, args, given

    def __getattr__(self, name: str) -> Callable[..., Part]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(Part, self, name)

    @property
    def data(self) -> pd.DataFrame:
        """The table that the chart is of."""
        return self._of.data if self._of else self._args[0]

    def to_dict(self) -> dict:
        """The chart as Altair itself writes it."""
        return _made(self, lambda held: held).to_dict()


class _Altair:
    """Altair, noted and not called."""

    def __getattr__(self, name: str) -> Callable[..., Part]:
        return partial(Part, None, name)


alt = _Altair()


def written(chart: Part | altair.Chart | altair.LayerChart) -> dict:
    """The chart as Altair's `to_dict` writes it, unchecked."""
    if not isinstance(chart, Part):
        return quick.written(chart)
    tables, numbers = {}, {}
    shape = repr(_noted(chart, tables, numbers))
    if shape not in _SHAPES:
        _SHAPES[shape] = _written(chart, tables, numbers)
    text, places = _SHAPES[shape]
    rows = [quick.rows(table)["values"] for _, table in tables.values()]
    names = [f"data-{hashlib.sha256(json.dumps(each, sort_keys=True, default=str).encode()).hexdigest()[:32]}" for each in rows]
    filled = {f'"{ours}"': f'"{names[place]}"' for ours, place in places.items()}
    filled |= {_number(place): json.dumps(float(number)) for number, place in numbers.items()}
    return json.loads(_OURS.sub(lambda found: filled[found[0]], text)) | {"datasets": dict(zip(names, rows))}


def _noted(part: object, tables: dict, numbers: dict) -> object:
    """The part without its tables and fractions, of which it says only which is which: they are put into `tables` and `numbers`."""
    if isinstance(part, Part):
        of, args, given = (_noted(each, tables, numbers) for each in (part._of, part._args, part._given))
        return of, part._name, args, given
    if isinstance(part, pd.DataFrame):
        return "table", tables.setdefault(id(part), (len(tables), part))[0]
    if isinstance(part, float):
        return "number", numbers.setdefault(part, len(numbers))
    if isinstance(part, dict):
        return "named", [(name, _noted(each, tables, numbers)) for name, each in part.items()]
    return [_noted(each, tables, numbers) for each in part] if isinstance(part, (list, tuple)) else part


def _written(chart: Part, tables: dict, numbers: dict) -> tuple[str, dict[str, int]]:
    """The chart as Altair writes it with tables and numbers of ours, and whose place each of the tables has taken."""
    ours = [pd.DataFrame({"table": [place]}) for place in range(len(tables))]

    def instead(held: object) -> object:
        if isinstance(held, pd.DataFrame):
            return ours[tables[id(held)][0]]
        return float(_number(numbers[held])) if isinstance(held, float) else held

    made = quick.written(quick.unchecked(_made)(chart, instead))
    datasets = made.pop("datasets", {})
    return json.dumps(made), {name: rows[0]["table"] for name, rows in datasets.items()}


def _made(part: object, instead: Callable) -> object:
    """The part, made by Altair; `instead` says what takes the place of a table or number."""
    if isinstance(part, Part):
        of = altair if part._of is None else _made(part._of, instead)
        return getattr(of, part._name)(*_made(part._args, instead), **_made(part._given, instead))
    if isinstance(part, dict):
        return {name: _made(each, instead) for name, each in part.items()}
    return type(part)(_made(each, instead) for each in part) if isinstance(part, (list, tuple)) else instead(part)


def _number(place: int) -> str:
    return f"900719925{place:03}.5"
