"""What is given out: the tables of every page of a run, protected together, as one release.

The pages of a release are read side by side, so none can be protected alone: all cohorts of the run and the official measures are. A page
made by itself is protected as part of the release that a run of all open cohorts would make.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cqi.cohorts import cohort, open_cohorts
from cqi.disclosure import policy, protected, protected_release
from cqi.disclosure.earlier import KEY
from cqi.disclosure.course import course_beside_measures, course_without_few_left, rounded_course, without_course, without_numbers
from cqi.disclosure.months import ENTERED, LEFT, SOON, beside_cohorts, protected_months
from cqi.disclosure.paths import protected_looks, protected_paces, protected_projection
from cqi.disclosure.table import without_counts
from cqi.tables.carried import STATUS, by_month, carried_forward
from cqi.tables.coarser import coarser
from cqi.tables.counting import HEADLINE, Tables, counted
from cqi.tables.courses import pairs
from cqi.tables.held_back import HeldBack, held_back, held_back_digest
from cqi.tables.ledger import digest, given_out, ledger_path
from cqi.tables.official import without_what_periods_hide, yearly
from cqi.tables.official_counted import OfficialTables, official_counted
from cqi.tables.public import without_details
from cqi.tables.reading import as_of_and_counties, kept, key
from cqi.vocabulary import OFFICIAL, WHOLE

RUN = "CQI_RELEASE"
"""Names all cohorts of the release of a run (`released_words`), one after another with a comma between."""
HELD = "held back"
"""The word under which is found what a release hides."""
LEDGER = "CQI_LEDGER"
"""Names the folder in which it is written down what was given out before (see `cqi.tables.ledger`)."""
LEAVERS = ("return_in_12_months", "reentry_in_12_months")
"""Measures that count children who left to a permanent home in a period."""
PATHS = ("curves", "looks", "projection", "paces", "months_charted")


def released_tables(data: str, source: str, as_of: str, profile: str, word: str) -> Tables | OfficialTables | HeldBack:
    """The tables of a cohort, or of the official measures (under the word OFFICIAL), as they may be given out to a profile; what the
    release hides under the word HELD.

    The release holds all open cohorts, this one, those that the run names (CQI_RELEASE) and the official measures, whichever pages are
    made: so the same page says the same whatever else is asked for. Found where
    a run or an earlier call has put them. Raises CqiError as `counted` does.
    """
    folder = os.environ.get(LEDGER, "")
    name = key(data, source, as_of, "released", profile, json.dumps(policy(profile)), word, _known(folder, profile))
    named, own = [each for each in os.environ.get(RUN, "").split(",") if each], [] if word in (OFFICIAL, HELD) else [word]
    words = _in_order({*named, *own}) if named else released_words(data, source, as_of, own)
    return _one(data, source, as_of, profile, word, words, folder, name)


def _known(folder: str, profile: str) -> str:
    """A word that changes with what was given out and held back below a folder."""
    return digest(str(ledger_path(Path(folder), profile))) + held_back_digest(Path(folder), profile) if folder else ""


def released_words(data: str, source: str, as_of: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The cohorts of the release in which pages of the cohorts asked for stand: these, and all open ones."""
    day, _, first_entry = as_of_and_counties(data, source, as_of)
    return _in_order({*asked, *(each.label for each in open_cohorts(day.day) if each.end >= first_entry)})


def _in_order(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda each: (cohort(each).start, cohort(each).months)))


@lru_cache(maxsize=16)
def _one(data: str, source: str, as_of: str, profile: str, word: str, words: tuple[str, ...], folder: str, name: str):
    kind = {OFFICIAL: OfficialTables, HELD: HeldBack}.get(word, Tables)

    def made():
        return _all(data, source, as_of, profile, words, folder, key(data, source, _known(folder, profile)))[word]

    return kept(made, kind, f"{name}-{'-'.join(words)}")


def forget_pages() -> None:
    """Forgets the tables of single cohorts that were asked for here; the release that they are of stays."""
    _one.cache_clear()


def forget_release() -> None:
    """Forgets the tables of whole releases, which are kept by then."""
    _all.cache_clear()


@lru_cache(maxsize=2)
def _all(data: str, source: str, as_of: str, profile: str, words: tuple[str, ...], folder: str, name: str) -> dict:
    every = {word: counted(data, source, word, as_of) for word in words}
    official = official_counted(data, source, as_of)
    out = Path(folder) if folder else None
    return protected_together(every, official, given_out(out and ledger_path(out, profile)), profile, held_back(out, profile))


def protected_together(every: dict[str, Tables], official: OfficialTables, before: pd.DataFrame, profile: str, held: pd.DataFrame) -> dict:
    """All tables of a release as a profile with a threshold may see them: those of the cohorts by their words, and of the official measures;
    and under HELD what they hide.

    `before`: what was given out earlier, as from `given_out`; `held`: what was held back, as from `held_back`."""
    threshold, months = policy(profile)["threshold"], policy(profile)["months_in_care"]
    coarse = {word: coarser(in_months(tables, months), word) for word, tables in every.items()}
    windows = yearly(official.periods)
    pages = {word: {name: getattr(tables, name) for name in ("measures", "same_age", "maturity", "curves", "regions")} for word, tables in coarse.items()}
    first, hidden = protected_release({**pages, OFFICIAL: {"periods": windows}}, _regions(coarse), before, held, headline=HEADLINE, threshold=threshold)
    shown = {page: {name: carried_forward(table, name, before) if name != "regions" else table for name, table in tables.items()}
             for page, tables in first.items()}
    months = _months(every, shown, before, profile)
    found = {word: _derived(replace(coarse[word], **shown[word], months_charted=months), every[word], first[word]["measures"], before, held, profile)
             for word in coarse}
    return {**found, OFFICIAL: without_what_periods_hide(official, windows, shown[OFFICIAL]["periods"], profile), HELD: HeldBack(hidden, {})}


def _months(every: dict[str, Tables], shown: dict, before: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The counts by calendar month, which are the same on every page, beside what all pages tell of whole periods and what was given out
    of the months before."""
    months = next(iter(every.values())).months_charted
    rows = pd.concat([shown[page][name] for page in shown for name in shown[page] if name in ("measures", "maturity", "periods")], ignore_index=True)
    given = [rows.loc[among, ["county", "cohort"]].assign(series=series, count=rows.loc[among, name]) for among, series, name in (
        (rows["measure"] == HEADLINE, ENTERED, "denominator"), ((rows["measure"] == HEADLINE) & (rows["at"] == 3), SOON, "numerator"),
        (rows["measure"].isin(LEAVERS), LEFT, "denominator"))]
    one_county = months["series"].eq(LEFT) & months["county"].ne(WHOLE)  # beside its periods' looks they tell the few who entered earlier
    told = one_county | beside_cohorts(months, pd.concat(given), profile) | _restated(months, before, policy(profile)["threshold"])
    return protected_months(months, profile, besides=told)


def _restated(months: pd.DataFrame, before: pd.DataFrame, threshold: int) -> pd.Series:
    """Rows of series in which a month's count moved a little since it was given out."""
    older = by_month(months).assign(row=months.index).merge(before, on=KEY, suffixes=("", "_then"))
    moved = older.loc[(older["numerator"] - older["numerator_then"]).abs().between(1, threshold - 1), "row"]
    series = pd.MultiIndex.from_frame(months[["county", "series"]])
    return pd.Series(series.isin(series[months.index.isin(moved)]), index=months.index)


def in_months(every: Tables, months: list[int]) -> Tables:
    """The tables by months in care with the months that a profile may see."""
    return replace(every, **{name: getattr(every, name).loc[lambda rows: rows["at"].isna() | rows["at"].isin(months)].reset_index(drop=True)
                             for name in ("maturity", "curves")})


def _regions(pages: dict[str, Tables]) -> pd.DataFrame:
    own = [tables.course.loc[tables.course["measure"].eq(HEADLINE) & tables.course["county"].ne(WHOLE), ["county", "region", "cohort"]]
           for tables in pages.values()]
    return pd.concat(own, ignore_index=True)


def _derived(shown: Tables, every: Tables, today: pd.DataFrame, before: pd.DataFrame, held: pd.DataFrame, profile: str) -> Tables:
    """The tables with everything hidden that is worked out from a hidden count. `today`: the measures without what is carried forward."""
    course = _course(shown.measures, today, every.course, profile)
    own = course.loc[course["measure"] == HEADLINE]
    earlier = before.loc[before["measure"].eq(HEADLINE) & before["part"].eq("")]
    looks = protected_looks(every.looks, own, pd.concat([shown.maturity, earlier], ignore_index=True), _by_day(held, own), profile)
    return without_details(without_over(replace(
        shown, course=course, looks=looks, projection=protected_projection(every.projection, own, looks, profile),
        paces=protected_paces(every.paces, own, every.course.loc[every.course["measure"] == HEADLINE], profile),
        curves=_drawn(shown.curves), waiting=_waiting(shown.waiting, own, shown.reasons, profile),
    )), policy(profile)["threshold"])


def _by_day(held: pd.DataFrame, course: pd.DataFrame) -> pd.DataFrame:
    """What was held back of the counts of a course by the days of earlier releases."""
    among = held["measure"].eq(HEADLINE) & held["part"].eq("") & held["at"].eq(0) & held["cohort"].isin(course["cohort"])
    return held.loc[among, ["county", "numerator"]]


def _course(measures: pd.DataFrame, today: pd.DataFrame, course: pd.DataFrame, profile: str) -> pd.DataFrame:
    """The course of the counties and measures whose counts are shown, and those who entered, as they are told `today`."""
    told = course_beside_measures(rounded_course(course), measures, profile, headline=HEADLINE)
    hidden = measures.loc[measures["status"].isin(["suppressed", STATUS]), ["measure", "county"]]
    told = without_course(told, pairs(told).isin(pairs(hidden)))
    told = course_without_few_left(told, course, profile)
    entered = today.set_index(["measure", "county"])["denominator"].reindex(pd.MultiIndex.from_frame(told[["measure", "county"]]))
    return told.assign(entered=told["entered"].where(told["measure"].ne(HEADLINE), entered.to_numpy()))


def _drawn(curves: pd.DataFrame) -> pd.DataFrame:
    """Without the curves that are hidden whole: they must look like those that were never drawn, for too few children."""
    some = curves["value"].notna().groupby([curves["county"], curves["cohort"]]).transform("any")
    return curves.loc[some].reset_index(drop=True)


def _waiting(waiting: pd.DataFrame, course: pd.DataFrame, reasons: pd.DataFrame, profile: str) -> pd.DataFrame:
    """Those still in care of all counties together, unless they tell that few left another way, or, where those who left to a permanent
    home are not told, that few left at all: then not even how many they are."""
    threshold, home = policy(profile)["threshold"], course.set_index("county").loc[WHOLE]
    over = (reasons["measure"].eq(HEADLINE) & reasons["county"].eq(WHOLE)).any()
    others = home["entered"] - (0 if over or pd.isna(home["observed"]) else home["observed"]) - waiting["denominator"]
    few = others.between(1, threshold - 1)
    return without_counts(protected(waiting, profile, besides=few | pd.isna(home["observed"])), few.to_numpy(), few.to_numpy())


def without_over(every: Tables) -> Tables:
    """No course and no curve for a county whose figure may not be given: they are the same figure by day."""
    course = without_numbers(every.course, pairs(every.course).isin(pairs(every.reasons)))
    over = every.reasons.loc[every.reasons["measure"] == HEADLINE, "county"]
    return replace(every, course=course, **{name: getattr(every, name).loc[lambda rows: ~rows["county"].isin(over)].reset_index(drop=True) for name in PATHS})
