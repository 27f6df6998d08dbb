"""The eleven checks of foster care records, by half-year and county. CFSR Round 4 data dictionary, pages 8 to 11."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.sources.official.halves import half_label
from cqi.sources.official.records import Records, child_and_report
from cqi.vocabulary import UNKNOWN, WHOLE

COUNTS = ("check", "number", "period", "county", "flagged", "among")
NEXT_REPORT = ("ids_do_not_match", "dropped_records")
"""Checks that look into the next report."""


@dataclass(frozen=True)
class Tested:
    """Which records a check looks at (those with all values that it needs), which of them it flags, and whether they are
    exits, each in the half-year of the exit."""

    among: pd.Series
    flagged: pd.Series
    at_exit: bool = False


def tested(found: Records, frame: pd.DataFrame) -> dict[str, Tested]:
    """Each check that the source allows, on `frame`, which is the records or the latest ones of `found`."""
    birth, entry, exit_date = (frame[name] for name in ("birth_date", "entry_date", "exit_date"))
    left, born, dated = exit_date.notna(), birth.notna(), entry.notna()
    number = frame["placements"]
    placements = {"no_placement_count": Tested(~number.lt(0), number.isna())} if "placements" in found.says else {}
    return {
        "birth_after_entry": Tested(born & dated, birth > entry),
        "birth_after_exit": Tested(born & left, birth > exit_date, at_exit=True),
        "same_day_exit": Tested(dated & left, entry == exit_date, at_exit=True),
        "exit_before_entry": Tested(dated & left, exit_date < entry, at_exit=True),
        "no_birth_date": Tested(born | ~born, ~born),
        "no_exit_reason": Tested(left, left & frame["exit_reason"].isin(["", UNKNOWN]), at_exit=True),
        **placements, **_first_removal(found, frame), **_next_report(found, frame),
    }


def _first_removal(found: Records, frame: pd.DataFrame) -> dict[str, Tested]:
    """Children whose removals to date are one; counted in the file itself where the source does not number them."""
    if "removals" in found.says:
        return {"first_removal": Tested(frame["removals"].notna(), frame["removals"] == 1)}
    first = found.latest.groupby("child")["entry_date"].min()
    return {"first_removal": Tested(frame["entry_date"].notna(), frame["entry_date"] == frame["child"].map(first))}


def _next_report(found: Records, frame: pd.DataFrame) -> dict[str, Tested]:
    """Children whom the next report does not hold; nothing for the newest, or where the next is not in the file."""
    if not found.reports:
        return {}
    following = frame["report"] + (1 if found.reports == "six months" else 2)
    has_next = following.isin(found.frame["report"].unique())
    reported = child_and_report(found.frame["child"], found.frame["report"])
    lost = has_next & ~child_and_report(frame["child"], following).isin(reported)
    return {"ids_do_not_match": Tested(has_next, lost), "dropped_records": Tested(has_next, lost & frame["exit_date"].isna())}


def stay_counts(found: Records, *, history_months: int) -> pd.DataFrame:
    """Records flagged and looked at, by check, half-year and county with any; columns COUNTS.

    Shares that need the next report are of six-month files only, as the limits are.
    """
    checks = tested(found, found.frame)
    skipped = NEXT_REPORT if found.reports != "six months" else ()
    parts = [_counts(name, each, found) for name, each in checks.items() if name not in skipped]
    table = pd.concat(parts, ignore_index=True)
    young = table["check"].eq("first_removal") & (table["number"] < found.history + history_months // 6)
    return table if "removals" in found.says else table.loc[~young]


def _counts(name: str, each: Tested, found: Records) -> pd.DataFrame:
    flagged, among = (_tally(found, rows, at_exit=each.at_exit) for rows in (each.among & each.flagged, each.among))
    place, half = np.nonzero(among)
    number = half + found.halves[0]
    return pd.DataFrame({
        "check": name, "number": number, "period": pd.Series([half_label(each) for each in number], dtype="str"),
        "county": np.array([*found.counties, WHOLE], dtype=object)[place],
        "flagged": flagged[place, half], "among": among[place, half],
    })


def _tally(found: Records, rows: pd.Series, *, at_exit: bool) -> np.ndarray:
    """How many of these records count in each half-year: a line for each county, then one for the whole file."""
    frame, (start, end) = found.frame.loc[rows], found.halves
    first, last = (frame["left"], frame["left"]) if at_exit else (frame["first"], frame["last"])
    inside = (last >= start) & (first <= end)
    size = (len(found.counties), end - start + 2)
    place = frame.loc[inside, "place"].to_numpy() * size[1]
    begins = place + first[inside].clip(lower=start).to_numpy() - start
    ends = place + last[inside].clip(upper=end).to_numpy() - start + 1
    change = np.bincount(begins, minlength=size[0] * size[1]) - np.bincount(ends, minlength=size[0] * size[1])
    counts = change.reshape(size).cumsum(axis=1)[:, :-1]
    return np.vstack([counts, counts.sum(axis=0)])


def no_entry_date(found: Records, rows: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Rows without a date of removal, which parsing has set aside, in the form of `stay_counts`.

    Their half-year is known where each of their files is a report of one; else the file counts as a whole, with an empty
    `period`. Their county is not known.
    """
    blank = quarantine.loc[quarantine["table"].eq("episodes") & quarantine["reason"].str.match("entry_date is (blank|not a date)")]
    report = found.frame["report"].groupby(rows["file"].reindex(found.frame.index)).agg(["min", "max"])
    number = blank["file"].map(report["min"].where(report["min"] == report["max"]))
    if found.reports != "six months" or number.isna().any():
        whole = ("no_entry_date", found.halves[0], "", WHOLE, len(blank), len(found.latest) + len(blank))
        return pd.DataFrame([whole], columns=list(COUNTS))
    among, flagged = found.frame["report"].value_counts().sort_index(), number.astype("int64").value_counts()
    flagged = flagged.reindex(among.index, fill_value=0)
    return pd.DataFrame({"check": "no_entry_date", "number": among.index, "period": [half_label(each) for each in among.index],
                         "county": WHOLE, "flagged": flagged.to_numpy(), "among": (among + flagged).to_numpy()})
