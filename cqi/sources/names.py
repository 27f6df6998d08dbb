"""County codes become names that a reader knows: `Autauga (01001)` for 01001."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import pandas as pd

from cqi.sources.declared import Source


def with_county_names(rows: dict[str, pd.DataFrame], source: Source) -> dict[str, pd.DataFrame]:
    """The rows of every role, counties that the source gives as FIPS codes under their names; other text stays as it is."""
    if source.county_codes != "fips":
        return rows
    return {role: table.assign(county=table["county"].replace(_names(table["county"].unique()))) if "county" in table else table
            for role, table in rows.items()}


def _names(codes) -> dict[str, str]:
    return {code: f"{known()[code]} ({code})" for code in codes if code in known()}


@cache
def known() -> dict[str, str]:
    """Names of the counties of the United States by five-digit FIPS code (`definitions/counties.csv`)."""
    text = (files("cqi") / "definitions" / "counties.csv").read_text(encoding="utf-8")
    return {row["fips"]: row["name"] for row in csv.DictReader(text.splitlines())}
