"""The news of one cohort: what changed since the last run, counted once for all counties, and what one county's page shows of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cqi import tables
from cqi.cohorts import cohort
from cqi.disclosure import policy
from cqi.news.compared import COUNTS, KEY, given, recounted, restated, restated_looks, side_by_side, signals, with_again
from cqi.news.last import Last, defined, last_run
from cqi.registry import reviewed_names
from cqi.tables.ledger import digest, ledger_path
from cqi.tables.reading import kept, key
from cqi.tables.released import LEDGER, RUN
from cqi.vocabulary import WHOLE
from cqi.wording.plain import spreadsheet_safe

SINCE = "CQI_SINCE"
"""Names the last extract, kept; empty without one."""
COLUMNS = [*KEY, *(f"{name}_{when}" for when in ("then", "kept", "again", "now") for name in COUNTS)]
RESTATED = [*KEY, "cohort", "day", *(f"{name}_{when}" for when in ("then", "again", "now") for name in COUNTS)]
SIGNALS = [*KEY, "cohort", "was", "now", "first", "what"]


@dataclass(frozen=True)
class News:
    """What changed since the last run, of one cohort in every county.

    `counts`: numerator and denominator by measure and county, `_then` as the last run gave them by its as-of date, `_kept` by the same day
    as its extract is counted today, `_again` by the same day as today's extract has them, `_now`. Where small numbers are hidden: only
    counts that both releases show, none counted again. `restated`: numbers of both runs that read differently, with `_again` where all may
    be seen (see `cqi.news.compared`). `signals` of either run.
    `facts`: `last` (its as-of date, or empty), `cohort`, `in_last`, `released`, `changed` (measures with another rule), `benchmarks`,
    `source`, `program` ([then, now] or empty), `apart` (whether the last extract tells changed rules from late data), `new` and `gone`
    counties, the `words` of its cohorts.
    """

    counts: pd.DataFrame
    restated: pd.DataFrame
    signals: pd.DataFrame
    facts: dict


def news(data: str, source: str, word: str, as_of: str, profile: str) -> News:
    """The news of a cohort as the profile may see it: found where a run or an earlier call has put it, else worked out from the last run
    below the folder that CQI_LEDGER names. `as_of`: a day."""
    folder = os.environ.get(LEDGER, "")
    last = last_run(Path(folder), as_of, profile) if folder else None
    given = digest(str(ledger_path(Path(folder), profile))) if last else ""
    name = key(data, source, os.environ.get(SINCE, ""), os.environ.get(RUN, ""), given, json.dumps(defined(source)))
    return _news(data, source, cohort(word).label, as_of, profile, last and _Named(last), name)


class _Named:
    """The last run, the same as another with its digest."""

    def __init__(self, last: Last) -> None:
        self.last = last

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and self.last.digest == other.last.digest

    def __hash__(self) -> int:
        return hash(self.last.digest)


@lru_cache(maxsize=16)
def _news(data: str, source: str, word: str, as_of: str, profile: str, named: _Named | None, name: str) -> News:
    if named is None:
        return _without(word, "", released=policy(profile)["threshold"] > 0)
    return kept(lambda: _found(data, source, word, as_of, profile, named.last), News,
                key(data, source, "news", word, as_of, profile, name, named.last.digest))


def _without(word: str, last: str, *, released: bool, **facts: object) -> News:
    parts = [pd.DataFrame({each: pd.Series(dtype="float64" if each.startswith(COUNTS) else "str") for each in columns})
             for columns in (COLUMNS, RESTATED, SIGNALS)]
    return News(*parts, facts={"last": last, "cohort": word, "in_last": False, "released": released, "changed": [], "benchmarks": [],
                               "source": False, "program": [],
                               "apart": False, "new": [], "gone": [], "words": [], **facts})


def _found(data: str, source: str, word: str, as_of: str, profile: str, last: Last) -> News:
    released = policy(profile)["threshold"] > 0
    facts = _changed(last.record["defined"], defined(source)) | {"words": list(last.words)}
    blank = _without(word, last.as_of.isoformat(), released=released, **facts)
    if word not in last.words:
        return blank
    now = tables.tables(data, source, word, as_of, profile)
    names = {_safe(each): each for each in (*now.facts["counties"], WHOLE)}
    before = {name: _with_names(last.table(word, name), names) for name in ("course", "looks", "measures")}
    there = set(before["course"]["county"])
    looks, course = _with_days(now.looks, "day"), _with_days(now.course, "first_signal")
    counts, apart = (given(before["looks"], looks, last.as_of.isoformat(), as_of),
                     False) if released else _counted(data, source, word, before["measures"], now.measures, last, facts)
    elsewhere = [rows if released else rows.loc[rows["cohort"] != word] for rows in (before["measures"], now.measures)]
    final = restated(*elsewhere)
    final = final if released else with_again(final.loc[final["measure"].isin(reviewed_names())], tables.read(data, source)[1],
                                              as_of=last.as_of)
    again = pd.concat([restated_looks(before["looks"], looks), final], ignore_index=True)
    return News(counts.reindex(columns=COLUMNS), again.reindex(columns=RESTATED).drop_duplicates(ignore_index=True),
                signals(before["course"], course, last=last.as_of), blank.facts | {
        "in_last": True, "apart": apart, "new": [each for each in now.facts["counties"] if each not in there],
        "gone": sorted(there - {*now.facts["counties"], WHOLE})})


def _changed(then: dict, now: dict) -> dict:
    """What decides numbers and was otherwise in the last run."""
    measures, figures = (sorted(name for name in now[kind] | then.get(kind, {}) if now[kind].get(name) != then.get(kind, {}).get(name))
                         for kind in ("measures", "benchmarks"))
    return {"changed": [name for name in measures if name in now["measures"] and name in then.get("measures", {})], "benchmarks": figures,
            "source": then.get("source") != now["source"], "program": []
            if then.get("program") == now["program"] else [str(then.get("program", "")), now["program"]]}


def _counted(data: str, source: str, word: str, then: pd.DataFrame, now: pd.DataFrame, last: Last,
             facts: dict) -> tuple[pd.DataFrame, bool]:
    """The counts of the cohort side by side, and whether the last extract was counted as today among them."""
    own = [rows.loc[rows["cohort"].eq(word) & rows["numerator"].notna()] for rows in (then, now)]
    names = [each for each in reviewed_names() if each in set(own[0]["measure"])]
    on = tables.read(data, source)[1]
    parts = {"then": own[0], "again": recounted(names, on, word, as_of=last.as_of), "now": own[1]}
    if (facts["changed"] or facts["source"] or facts["program"]) and (since := _same_extract(source, last)):
        return side_by_side(**parts, kept=recounted(names, since, word, as_of=last.as_of)), True
    return side_by_side(**parts), False


def _same_extract(source: str, last: Last):
    """The last extract's integers, where the one that was kept is the one that the last run read; else None."""
    if not (place := os.environ.get(SINCE, "")):
        return None
    extract, on = tables.read(place, source)
    same = [[str(part) for part in row]
            for row in extract.inputs.itertuples(index=False)] == [[str(part) for part in row] for row in last.record["inputs"]]
    return on if same else None


def _safe(name: str) -> str:
    """The county's name as it stands in published tables."""
    return spreadsheet_safe(pd.DataFrame({"name": [name]}))["name"].iloc[0]


def over(as_of: str, profile: str, words: Iterable[str]) -> pd.DataFrame:
    """The signals, as in `News`, of cohorts of the last run that are not among these words: their periods are no longer followed."""
    last = last_run(Path(os.environ.get(LEDGER, "")), as_of, profile) if os.environ.get(LEDGER, "") else None
    courses = [last.table(word, "course") for word in last.words if word not in words] if last else []
    rows = [course.loc[course["signal"] != ""].rename(columns={"signal": "was", "first_signal": "first"}).assign(now="", what="over")
            for course in courses]
    return pd.concat([row[SIGNALS] for row in rows], ignore_index=True) if rows else pd.DataFrame(columns=SIGNALS, dtype="str")


def _with_days(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with its days as published tables write them."""
    return table.assign(**{name: pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d")})


def _with_names(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return table.assign(county=table["county"].map(lambda each: names.get(each, each)))


def shown_news(found: News, county: str) -> News:
    """What the county's page shows: its own rows, and whether the last run had it."""
    own = {each.name: getattr(found, each.name).loc[lambda rows: rows["county"] == county] for each in fields(found)[:-1]}
    return replace(found, **own, facts=found.facts | {"new": [county] if county in found.facts["new"] else [], "gone": [], "words": []})
