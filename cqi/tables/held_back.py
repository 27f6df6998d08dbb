"""What releases held back: the counts behind their hidden cells, kept in `restricted/` of each for the next release to go on protecting.

A count that is hidden in one release and shown in the next is told after all where it did not change, and so may be those that it
was hidden with. The ledger holds only what was given out, so it cannot say what was not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cqi.disclosure.earlier import KEY
from cqi.vocabulary import CqiError

COUNTS = ["children", "numerator"]
COLUMNS = [*KEY, *COUNTS]
LATEST = 4
"""Releases whose hidden counts are still protected: those that the audit of the next one reads, and its own earlier one."""


@dataclass(frozen=True)
class HeldBack:
    """The `counts` that a release hides, by COLUMNS; missing where one of the two is shown."""

    counts: pd.DataFrame
    facts: dict


def held_back_path(folder: Path, profile: str) -> Path:
    """Where a run's folder keeps what its release to a profile hides."""
    return folder / "restricted" / f"held-back-{profile}.csv"


def held_back_digest(out: Path, profile: str) -> str:
    """A word that changes when what was held back below a folder does; empty where nothing is kept."""
    found = b"".join(path.read_bytes() for path in _newest(out, profile))
    return hashlib.sha256(found).hexdigest()[:16] if found else ""


def held_back(out: Path | None, profile: str) -> pd.DataFrame:
    """What the LATEST releases below a folder held back, by COLUMNS, each count once. Raises CqiError for a file that is not as it was written."""
    frames = [_read(path) for path in _newest(out, profile)] if out else []
    return pd.concat([pd.DataFrame(columns=COLUMNS), *frames]).astype(dict.fromkeys(COUNTS, "float64") | {"at": "int64"}).drop_duplicates(COLUMNS)


def as_text(found: HeldBack) -> str:
    """The file of what a release hides."""
    return found.counts[COLUMNS].sort_values(COLUMNS).to_csv(index=False, lineterminator="\n")


def _newest(out: Path, profile: str) -> list[Path]:
    return sorted(out.glob(f"*/restricted/held-back-{profile}.csv"), key=lambda path: path.parents[1].name)[-LATEST:]


def _read(path: Path) -> pd.DataFrame:
    try:
        found = pd.read_csv(path, dtype="str", keep_default_na=False)[COLUMNS]
        return found.assign(**{name: pd.to_numeric(found[name]) for name in (*COUNTS, "at")})
    except (ValueError, KeyError):
        raise CqiError(f"{path.parents[1].name}/restricted/{path.name}: this file is damaged. Put back a copy of it: it says what the release of "
                       "that day held back.") from None
