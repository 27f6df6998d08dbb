"""What was given out before, by the ledger that stands beside the releases: a reader keeps it, and sees what has moved since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from cqi.audit.cells import ENTRIES, HEADLINE, KEY, MONTH, REGION, one_label
from cqi.audit.definitions import defined
from cqi.audit.findings import Finding, place_of
from cqi.vocabulary import CqiError

SUFFIX = ".jsonl"
LEDGER = "given-out-{}" + SUFFIX
COLUMNS = ["measure", "part", "level", "county", "cohort", "at", "day", "children", "numerator", "denominator"]
BY_MONTH = "by month: "
WHOSE = [name for name in KEY if name != "as_of"]


def ledgers(earlier: Iterable[Path]) -> list[Path]:
    """The ledgers among these paths (`.jsonl`), and those that stand beside the folders `<as-of>/<profile>` among them, each once."""
    beside = [each if each.suffix == SUFFIX else each.resolve().parent.parent / LEDGER.format(each.name) for each in earlier]
    return sorted({each.resolve() for each in beside if each.is_file()})


def given_before(path: Path) -> pd.DataFrame:
    """The shown counts of a ledger as cells (KEY, `value`), by measures whose definition is still the same. Raises CqiError for a line that
    is not whole, but for the last, which a run that died may have torn."""
    lines = [line for line in path.read_bytes().split(b"\n") if line]
    releases = [each for number, line in enumerate(lines, 1) if (each := _release(line, path, number, last=number == len(lines)))]
    names = {row[0] for release in releases for row in release["counts"]}
    known = defined(names)
    rows = [row for release in releases for row in release["counts"]
            if row[0] in known and release["definitions"].get(row[0]) == hashlib.sha256(str(known[row[0]]).encode()).hexdigest()[:16]]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(("children", "numerator", "denominator", "at"), "float64"))
    return _cells(table.astype(dict.fromkeys(("measure", "part", "level", "county", "cohort", "day"), "str")))


def _release(line: bytes, path: Path, number: int, *, last: bool) -> dict:
    try:
        found = json.loads(line)
    except ValueError:
        if last:
            return {}
        raise CqiError(f"{path.name}, line {number}: this line is damaged; put back a copy of the file.") from None
    if not isinstance(found, dict) or not {"as_of", "counts", "definitions"} <= found.keys():
        raise CqiError(f"{path.name}, line {number}: this is no line of what was given out; put back a copy of the file.")
    return found


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    """Numerators, and what they are of; the months in care are missing (-1) where all are counted by the day."""
    months = table["part"].str.startswith(BY_MONTH)
    entries = table["measure"].eq(ENTRIES) | table["part"].eq(f"{BY_MONTH}entries")
    table = table.assign(group=table["level"].map({"region": REGION}).fillna("").mask(months, MONTH), part=table["part"].str.removeprefix(BY_MONTH), as_of=table["day"])
    counted = table.assign(amount="numerator", value=table["numerator"], at=table["at"].where(table["at"] > 0, -1))
    counted.loc[entries, ["amount", "measure", "part"]] = "denominator", HEADLINE, ""
    among = table.assign(amount="denominator", value=table["denominator"], at=-1.0, part="").loc[~months]
    found = pd.concat([counted, among], ignore_index=True).dropna(subset=["value"]).drop_duplicates([*KEY, "value"])
    return one_label(found[[*KEY, "value"]])


def moved(found: pd.DataFrame, before: pd.DataFrame, threshold: int) -> list[Finding]:
    """Counts of all children of a period, by whatever day, that are given now and were given before a few more or fewer; those not counted
    among them."""
    now = _with_others(found.loc[~found["hidden"], [*KEY, "value", "place"]])
    both = pd.concat([now.assign(now=True), _with_others(before.assign(place="")).assign(now=False)], ignore_index=True)
    both = both.groupby([*WHOSE, "value"], as_index=False).agg(now=("now", "any"), place=("place", "max"), as_of=("as_of", "max"))
    both = both.sort_values([*WHOSE, "value"], kind="stable")
    by = both.groupby(WHOSE)
    step, near = by["value"].diff(), by["now"].shift().eq(True) | both["now"]
    rows = both.loc[step.between(1, threshold - 1) & near].drop_duplicates(WHOSE)
    return [Finding(place_of(row), "moved a little", "what was given out before, and what is now, differ by a number below the threshold")
            for row in rows.itertuples()]


def _with_others(counts: pd.DataFrame) -> pd.DataFrame:
    """The counts of whole counties, regions and months by what they are of, and the children who are not counted, each with its day."""
    own = counts.loc[counts["group"].isin(["", REGION, MONTH]) & counts["amount"].ne("days")]
    own = own.assign(at=own["at"].where(own["at"].between(0, 11), -1.0))
    numerators = own.loc[own["amount"].eq("numerator") & own["part"].eq("")]
    home = ["measure", "county", "cohort", "group", "as_of"]
    children = own.loc[own["amount"].eq("denominator"), [*home, "value"]]
    others = numerators.merge(children, on=home, suffixes=("", "_all"))
    return pd.concat([own, others.assign(amount="others", value=others["value_all"] - others["value"]).drop(columns="value_all")], ignore_index=True)
