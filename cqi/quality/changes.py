"""What changed since the last extract: children and counties that are gone, ids given anew, and closed cohorts that no
longer come out the same. Stays are matched on the child's id and the entry date; no id is in what comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from cqi.cohorts import Cohort, chosen_as_of, cohort, months_after, places
from cqi.quality.spans import placed_by
from cqi.sources.defects import catalogue
from cqi.vocabulary import WHOLE

CHANGE_COLUMNS = ("severity", "action", "defect", "county", "count", "among", "what", "why", "do")
COHORT_COLUMNS = ("measure", "cohort", "county", "numerator_before", "denominator_before", "numerator_now", "denominator_now")
WHY = ("added", "removed", "exit_changed")
STAY = ["child_id", "entry_date"]
DROPPED_PERCENT = 10
FEWEST_RECURRING_PERCENT = 60
SIZE_PERCENT = 20
FEWEST_ENTRIES = 7
"""In the year before: of a county with fewer, a year without entries may be chance (0.1% for 7)."""


def changes(before, now) -> pd.DataFrame:
    """One row for each finding about two extracts of the same source: severity, action, defect, county, count, among, what,
    why, do; the most severe first, counties by name.

    Found: children in care in `before` who are missing `now` (over 10%); fewer than 60% of the ids there again; past stays
    that changed, by county; tables more than 20% larger or smaller; counties that are gone or have no entries in the last
    12 months. Each share is over its limit in whole numbers: 10.0% is not over 10%. Counts and names of counties only.
    """
    parts = (_new_ids, _dropped, _counties_gone, _other_size, _rewritten)
    found = [row for part in parts for row in part(before, now)]
    rows = [{**row, **_said_of(row["defect"])} for row in found]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _said_of(defect: str) -> dict:
    entry = catalogue()[defect]
    return {"severity": entry.severity, "action": entry.action, "why": entry.why, "do": entry.do}


def _dropped(before, now) -> list[dict]:
    """Children in care at the end of the earlier file whom this one does not hold."""
    waiting = before.episodes.loc[before.episodes["exit_date"].isna(), "child_id"].drop_duplicates()
    gone = int((places(waiting, now.episodes["child_id"]) < 0).sum())
    if gone * 100 <= DROPPED_PERCENT * len(waiting):
        return []
    what = f"{gone:,} of {len(waiting):,} children who were in care last time are missing now and have no exit"
    return [{"defect": "dropped-children", "county": WHOLE, "count": gone, "among": len(waiting), "what": f"{what}."}]


def _new_ids(before, now) -> list[dict]:
    known = before.episodes["child_id"].drop_duplicates()
    again = int((places(known, now.episodes["child_id"]) >= 0).sum())
    if again * 100 >= FEWEST_RECURRING_PERCENT * len(known):
        return []
    what = f"Only {again:,} of the {len(known):,} ids of last time are there again; were ids re-issued?"
    return [{"defect": "new-ids", "county": WHOLE, "count": len(known) - again, "among": len(known), "what": what}]


def _rewritten(before, now) -> list[dict]:
    """Past stays that changed, by county: their number among all the stays that the earlier file held."""
    changed = changed_stays(before, now)
    held = before.episodes.groupby("county").size()
    words = {"added": ("stay was added", "stays were added"), "exit_changed": ("exit changed", "exits changed"),
             "removed": ("stay is gone or has another entry date", "stays are gone or have another entry date")}
    rows = []
    for county, part in changed.groupby("county"):
        counts = part["why"].value_counts()
        told = ", ".join(f"{counts[why]:,} {words[why][int(counts[why] != 1)]}" for why in WHY if why in counts)
        rows.append({"defect": "history-rewritten", "county": county, "count": len(part), "among": int(held.get(county, 0)),
                     "what": f"Since the last extract, of the time that it covers: {told}."})
    return rows


def changed_stays(before, now) -> pd.DataFrame:
    """One row for each stay of the time that the earlier extract covers that is not the same now: county, why (`added`,
    `removed`, `exit_changed`), entry_date, exit_before, exit_now.

    That time ends with the earlier extract's as-of date: later entries are news, and so is a later exit of a child who was
    in care. An exit changed where its date or its reason did, or where it is gone.
    """
    eve = pd.Timestamp(chosen_as_of(before.episodes).day)
    columns = [*STAY, "county", "exit_date", "exit_reason"]
    earlier, later = (each.episodes.loc[each.episodes["entry_date"] <= eve, columns].drop_duplicates(STAY) for each in (before, now))
    both = earlier.merge(later, on=STAY, how="outer", suffixes=("_before", "_now"), indicator="there")
    ended = both["exit_date_before"].notna() | (both["exit_date_now"] <= eve)
    same = both["exit_date_before"].eq(both["exit_date_now"]) & both["exit_reason_before"].eq(both["exit_reason_now"])
    why = both["there"].astype("str").map({"left_only": "removed", "right_only": "added", "both": ""})
    why = why.mask(both["there"].eq("both") & ended & ~same, "exit_changed")
    county = both["county_now"].fillna(both["county_before"])
    table = pd.DataFrame({"county": county, "why": why, "entry_date": both["entry_date"], "exit_before": both["exit_date_before"],
                          "exit_now": both["exit_date_now"]})
    return table.loc[why != ""].sort_values(list(table.columns), ignore_index=True)


def _other_size(before, now) -> list[dict]:
    """Tables with over 20% more or fewer rows read than last time."""
    earlier, later = (each.account.groupby("table")["rows_read"].sum() for each in (before, now))
    rows = []
    for table, size in earlier.items():
        new = int(later.get(table, 0))
        if abs(new - size) * 100 > SIZE_PERCENT * size:
            what = f"The table of {table} has {new:,} rows; last time it had {size:,}"
            rows.append({"defect": "other-size", "county": WHOLE, "count": new, "among": int(size), "what": f"{what}."})
    return rows


def _counties_gone(before, now) -> list[dict]:
    """Counties of the earlier file that this one does not hold, or that had entries in the year before each file's as-of
    date and now have none."""
    there = set(now.episodes["county"])
    earlier, later = _last_year(before), _last_year(now)
    rows = []
    for county in sorted(before.episodes["county"].unique()):
        if county not in there:
            what, count = f"{county} is not in the file; last time it was.", int((before.episodes["county"] == county).sum())
        elif earlier.get(county, 0) >= FEWEST_ENTRIES and later.get(county, 0) == 0:
            what, count = f"{county} has no entries in the last 12 months; last time it had {earlier[county]:,}.", int(earlier[county])
        else:
            continue
        rows.append({"defect": "county-gone", "county": county, "count": 0, "among": count, "what": what})
    return rows


def _last_year(extract) -> pd.Series:
    """Entries by county in the 12 months up to the extract's as-of date."""
    day = chosen_as_of(extract.episodes).day
    since = pd.Timestamp(months_after([day + timedelta(days=1)], -12)[0])
    inside = extract.episodes["entry_date"].between(since, pd.Timestamp(day))
    return extract.episodes.loc[inside].groupby("county").size()


def changed_cohorts(tables_before: list[pd.DataFrame], tables_now: list[pd.DataFrame], stays: pd.DataFrame) -> pd.DataFrame:
    """Closed cohorts then and now: COHORT_COLUMNS, and how many stays of the cohort were added, removed, exit_changed.

    Measure tables as counted from the earlier extract and from this one; rows whose window was complete at the earlier
    as-of date (`shown`) are compared. `stays` as from `changed_stays`; a stay is counted where a date that it has, or had,
    places it in the cohort. The three numbers are missing for measures that no date of a stay places.
    """
    keys = ["measure", "cohort", "county"]
    counts = ["numerator", "denominator"]
    blank = pd.DataFrame(columns=[*keys, "status", *counts])
    before, now = (pd.concat([*tables], ignore_index=True) if tables else blank for tables in (tables_before, tables_now))
    closed = before.loc[before["status"] == "shown", [*keys, *counts]]
    table = closed.merge(now[[*keys, *counts]], on=keys, how="left", suffixes=("_before", "_now"))
    parts = [_why(part, stays, name, cohort(word)) for (name, word), part in table.groupby(["measure", "cohort"], sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else table.assign(**dict.fromkeys(WHY, pd.NA))


def _why(rows: pd.DataFrame, stays: pd.DataFrame, name: str, period: Cohort) -> pd.DataFrame:
    """The rows of one measure and cohort with the number of changed stays in it, by county."""
    placed = placed_by(name)
    if not placed:
        return rows.assign(**{why: pd.array([pd.NA] * len(rows), dtype="Int64") for why in WHY})
    inside = stays.loc[_touches(stays, placed, period.start, period.end)]
    counts = pd.crosstab(inside["county"], inside["why"]).reindex(columns=list(WHY), fill_value=0)
    counts.loc[WHOLE] = counts.sum()
    return rows.assign(**{why: rows["county"].map(counts[why]).fillna(0).astype("Int64") for why in WHY})


def _touches(stays: pd.DataFrame, placed: str, start: date, end: date) -> pd.Series:
    """Which changed stays belong, or belonged, to the period: by entry, by exit, or in care on its first day."""
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    if placed == "entry":
        return stays["entry_date"].between(first, last)
    if placed == "exit":
        return stays["exit_before"].between(first, last) | stays["exit_now"].between(first, last)
    before = stays["exit_before"].where(stays["why"] != "added", stays["exit_now"])
    now = stays["exit_now"].where(stays["why"] != "removed", stays["exit_before"])
    return (stays["entry_date"] <= first) & (before.isna() | (before >= first) | now.isna() | (now >= first))
