"""Targets and regions that stand in a site's `cqi.toml`, as the rows that files beside the extract would hold."""

from __future__ import annotations

import json
import tomllib
from glob import glob
from pathlib import Path

import pandas as pd

from cqi.sources.account import Ledger
from cqi.vocabulary import GOAL_COLUMNS, SITE_FILE, CqiError, site_folder

PARTS = {"targets": "[[target]]", "regions": "[regions]"}
"""Table -> the part of `cqi.toml` that may hold it."""


def with_site_goals(text: dict[str, pd.DataFrame], data: Path, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables of text with those that `cqi.toml` holds, entered in the ledger; `row` counts from the first there, which is 1.

    Raises CqiError where a table stands in both places: nobody could say which counts.
    """
    made = dict(text)
    for table, rows in site_goals(data).items():
        label = f"{SITE_FILE} {PARTS[table]}"
        if table in text:
            raise CqiError(f"{text[table]['file'].iloc[0]} and {label} both hold {table}; keep one of them and remove the other.")
        ledger.take(label, json.dumps(rows, ensure_ascii=False).encode())
        ledger.read(label, table, len(rows))
        made[table] = pd.DataFrame(rows, dtype="str").assign(file=label, row=range(1, len(rows) + 1))
    return made


def site_goals(data: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each table that the site's `cqi.toml` holds for these data, as text; none where they are not the extract that it names.

    Raises CqiError for a file that is not TOML, or a part that is no list of rows.
    """
    folder = site_folder()
    told = _told(folder) if folder else {}
    if not told or not _is_extract(folder, told, data):
        return {}
    targets, regions = told.get("target", []), told.get("regions", {})
    if not isinstance(regions, dict) or not isinstance(targets, list) or not all(isinstance(each, dict) for each in targets):
        raise CqiError(f"{SITE_FILE}: targets stand there as [[target]] with keys below, regions as \"County\" = \"Region\" below [regions].")
    rows = {"targets": [{name: str(each.get(name, "")) for name in GOAL_COLUMNS["targets"]} for each in targets],
            "regions": [{"county": county, "region": str(region)} for county, region in regions.items()]}
    return {table: found for table, found in rows.items() if found}


def _told(folder: Path) -> dict:
    try:
        return tomllib.loads((folder / SITE_FILE).read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CqiError(f"{SITE_FILE}: this is not TOML; cqi doctor says what is wrong with it.") from None


def _is_extract(folder: Path, told: dict, data: Path) -> bool:
    """Whether the data are what [extract] names, or, where it holds a star, one of those."""
    named = told.get("extract", {}).get("data", "") if isinstance(told.get("extract"), dict) else ""
    if not isinstance(named, str) or not named:
        return False
    places = glob(str(folder / named)) if "*" in named else [folder / named]
    return data.resolve() in {Path(each).resolve() for each in places}
