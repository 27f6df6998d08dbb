"""A small state in which every name that can show tries to do something, made of the sample state's children."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pandas as pd

from payloads import PAYLOADS
from running import DATA

ALONE = ("long", "plus", "minus", "full width", "split", "device")
"""Payloads that work only as a whole name."""

TOGETHER = " ".join([PAYLOADS["formula"], *(words for name, words in PAYLOADS.items() if name not in ("formula", *ALONE))])
"""One name for the pages of one county: it begins as a formula does, and all other payloads stand in it."""

COUNTIES = (TOGETHER, *(PAYLOADS[name] for name in ALONE))

FOLDER = f"<img src=x onerror={'window.PWNED=1'}>${{HOME}}{{{{7*7}}}}"
"""A folder's name can hold all but a slash."""

FEW = 24
"""One child in so many is taken."""


def hostile_state(place: Path) -> Path:
    """The folder of the state: files of stays, placements, reports, goals and regions, and one that nobody declared."""
    folder = place / FOLDER
    folder.mkdir(parents=True)
    stays = pd.read_csv(f"{DATA}/episodes.csv", dtype=str, keep_default_na=False)
    chosen = stays[[_number(child) % FEW == 0 for child in stays["child_id"]]]
    names = [TOGETHER] * len(ALONE) + list(COUNTIES)
    county = [names[_number(child + "county") % len(names)] for child in chosen["child_id"]]
    race = [list(PAYLOADS.values())[_number(child + "race") % 5] for child in chosen["child_id"]]
    chosen = chosen.assign(county=county, race=race, **{PAYLOADS["script"]: "", PAYLOADS["formula"]: ""}).drop(columns="county_fips", errors="ignore")
    homes = pd.read_csv(f"{DATA}/placements.csv", dtype=str, keep_default_na=False)
    homes = homes[homes["episode_id"].isin(set(chosen["episode_id"]))]
    told = pd.read_csv(f"{DATA}/reports.csv", dtype=str, keep_default_na=False)
    told = told[[_number(child) % FEW == 0 for child in told["child_id"]]]
    told = told.assign(county=[names[_number(child + "county") % len(names)] for child in told["child_id"]])
    goals = [{"county": name, "measure": "permanency_in_12_months", "target": "0.4", "by": "2027-06-30", "owner": TOGETHER}
             for name in (TOGETHER, "All counties")]
    regions = [{"county": name, "region": f"{name[:2000]} region"} for name in sorted(set(county))]
    for name, table in {"episodes": chosen, "placements": homes, "reports": told, "targets": pd.DataFrame(goals), "regions": pd.DataFrame(regions),
                        PAYLOADS["drawing"]: homes.head(3)}.items():
        table.to_csv(folder / f"{name}.csv", index=False, quoting=csv.QUOTE_ALL)
    return folder


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
