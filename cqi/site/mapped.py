"""Which columns and codes of an extract its source does not fit, and which counties `cqi.toml` names that are not in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cqi.site.parts import Site
from cqi.sources.account import Ledger
from cqi.sources.columns import listed
from cqi.sources.declared import Column, declared_source
from cqi.sources.parsing import words
from cqi.sources.reading import text_tables
from cqi.vocabulary import nearest
from cqi.wording.numbers import plural

FEWEST = 5
"""A code that fewer rows have is not told: it may be a word about one child."""


def columns_lost(site: Site, place: str) -> str:
    """The columns that the site's own source names and its files lack, in words; empty where there are none. Our sources name more than any
    file has."""
    if not (site.folder / "definitions" / "sources" / f"{site.extract.source}.toml").is_file():
        return ""
    source = declared_source(site.extract.source)
    text = text_tables(Path(place), source, Ledger())
    lost = [f"{column.names[0]} ({file.role})" for file in source.files if file.role in text for column in file.columns
            if column.field not in text[file.role]]
    return f"not in the extract: {listed(lost)}" if lost else ""


def codes_left(site: Site, place: str) -> str:
    """The codes of each coded column that no code list of the source has, with the rows that have them; empty where there are none.

    Codes of fewer than five rows are counted together and not named.
    """
    source = declared_source(site.extract.source)
    text = text_tables(Path(place), source, Ledger())
    found = ((column, _left(text[file.role][column.field], column)) for file in source.files for column in file.columns
             if column.kind == "code" and file.role in text and column.field in text[file.role])
    return "; ".join(f"{column.names[0]} has {_counted(left)}" for column, left in found if len(left))


def counties_lost(site: Site, there: list[str]) -> str:
    """The counties that are to be reviewed and that are not in the extract, with the name that may be meant; empty where there are none."""
    told = [f"{name}{''.join(f' ({near}?)' for near in nearest(name, there, most=1))}" for name in site.review.counties
            if name not in there]
    return f"not in the extract: {listed(told)}" if told else ""


def _left(values: pd.Series, column: Column) -> pd.Series:
    """The values that have no word, by the rule that reads them."""
    which = next((which for defect, _, which in words(values, column).found if defect == "unknown-code"),
                 pd.Series(False, index=values.index))
    return values[which]


def _counted(values: pd.Series) -> str:
    """`'FK' in 12 rows, others in few rows`."""
    counts = values.value_counts()
    shown = [f"{code!r} in {plural(rows, 'row')}"
             for code, rows in sorted(counts[counts >= FEWEST].items(), key=lambda one: (-one[1], one[0]))]
    rare = int(counts[counts < FEWEST].sum())
    told = f"{rare:,} rows" if rare >= FEWEST else "few rows"
    return listed(shown + ([f"{'others' if shown else 'codes'} in {told}"] if rare else []))
