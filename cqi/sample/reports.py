"""Maltreatment reports: of children removed, of children in care, and of many more who never enter care."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cqi.sample import state
from cqi.sample.process import arrivals, day_number, families, siblings
from cqi.sample.tables import LAST, county_names, dates, sex_and_race, words

FROM = day_number(state.REPORTS_FROM)


def report_rows(children: pd.DataFrame, day: np.ndarray, origin: str, *, in_care: bool = False) -> pd.DataFrame:
    """Reports of one origin since the child's birth; `entered` is the day an in-care child entered, else missing."""
    entered = children["entry"].to_numpy() if in_care else np.nan
    rows = children[["child", "group", "county", "birth"]].reset_index(drop=True)
    rows = rows.assign(day=day, origin=origin, entered=entered)
    return rows[rows["day"] >= rows["birth"]].reset_index(drop=True)


def days_apart(rng: np.random.Generator, rows: pd.DataFrame, expected: float) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows once for each further report that `expected` brings, and its distance: `DAYS_APART`, sooner likelier."""
    least, span, power = state.DAYS_APART
    row, place = arrivals(rng, np.full(len(rows), expected))
    return rows.iloc[row], least + np.floor(span * (place / expected) ** power).astype(np.int64)


def removal_reports(rng: np.random.Generator, spells: pd.DataFrame) -> list[pd.DataFrame]:
    """The report that led to each removal, and reports on file before it; first entries only, so none is in care."""
    first = spells.sort_values("entry", kind="stable").drop_duplicates("child")
    first = first[rng.random(len(first)) < state.REMOVAL_REPORT_SHARE]
    day = first["entry"].to_numpy() - np.floor(21 * rng.random(len(first)) ** 2).astype(np.int64)
    led = report_rows(first, np.maximum(day, first["birth"].to_numpy()), "removal")
    again, days = days_apart(rng, led, state.EARLIER_REPORTS)
    return [led, report_rows(again, again["day"].to_numpy() - days, "earlier")]


def other_reports(rng: np.random.Generator, first_child: int, first_group: int, yearly_entries: list[float]) -> list[pd.DataFrame]:
    """Reports of children who are not removed, and later reports of the same children; numbered on from those removed."""
    yearly = state.REPORT_RATIO * np.array(yearly_entries)
    children = siblings(rng, families(rng, yearly, first=FROM - 730, last=LAST))
    children = children.assign(child=first_child + np.arange(len(children)), group=first_group + children["group"])
    first = report_rows(children, children["entry"].to_numpy(), "first")
    again, days = days_apart(rng, first, state.LATER_REPORTS)
    return [first, report_rows(again, again["day"].to_numpy() + days, "later")]


def in_care_reports(rng: np.random.Generator, spells: pd.DataFrame) -> pd.DataFrame:
    """Reports made while the child was in care."""
    start = np.maximum(spells["entry"].to_numpy(), FROM)
    days = np.maximum(np.minimum(spells["exit"].to_numpy(), LAST) - start, 0)
    row, place = arrivals(rng, days * state.CARE_REPORTS)
    day = start[row] + np.floor(place / state.CARE_REPORTS).astype(np.int64)
    return report_rows(spells.iloc[row], day, "in care", in_care=True)


def all_reports(rng: np.random.Generator, spells: pd.DataFrame, counties: dict[str, float] = state.COUNTIES) -> pd.DataFrame:
    """Every report from the first day of reports to the extract's date: `child, group, county, birth, day, origin, entered`."""
    after = 1 + spells[["child", "group"]].max()
    parts = [*removal_reports(rng, spells), *other_reports(rng, after["child"], after["group"], list(counties.values())),
             in_care_reports(rng, spells)]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["day"].between(FROM, LAST)].drop_duplicates(["child", "day"])
    return rows.sort_values(["child", "day"], ignore_index=True)


def incident_days(rng: np.random.Generator, rows: pd.DataFrame) -> np.ndarray:
    """Day of each incident: shortly before the report, after birth, after entry for most of the children in care."""
    usual = rows["day"] + np.floor(10 * np.log1p(-rng.random(len(rows))))
    earlier = rows["entered"] - 1 - np.floor(200 * rng.random(len(rows)))
    told_late = (rng.random(len(rows)) < state.INCIDENT_BEFORE_ENTRY) & rows["entered"].notna()
    return np.maximum(np.where(told_late, earlier, np.fmax(usual, rows["entered"])), rows["birth"])


def dispositions(rng: np.random.Generator, rows: pd.DataFrame, counties: int) -> tuple[np.ndarray, np.ndarray]:
    """The word each report ended with, and the day."""
    victim = rng.random(len(rows)) < rows["origin"].map(state.VICTIM_SHARES)
    word = np.where(victim, words(rng, state.VICTIM_WORDS, len(rows)), words(rng, state.OTHER_WORDS, len(rows)))
    median, spread, between = state.DECISION_DAYS
    county = between * ndtri(rng.random(counties))[rows["county"]]
    days = np.floor(median * np.exp(county + spread * ndtri(rng.random(len(rows)))))
    return word, (rows["day"] + 1 + days).to_numpy()


def described(rng: np.random.Generator, rows: pd.DataFrame, sex: np.ndarray, race: np.ndarray) -> pd.DataFrame:
    """The reports with `born` (later than the report of an unborn child), `sex` and `race`.

    Those of children in care are `sex` and `race` as from `sex_and_race`; all other children are drawn.
    """
    sexes, races = sex_and_race(rng, rows)
    sexes[:len(sex)], races[:len(race)] = sex, race
    return rows.assign(born=births(rng, rows), sex=sexes[rows["child"]], race=races[rows["group"]])


def births(rng: np.random.Generator, rows: pd.DataFrame) -> np.ndarray:
    """Day of birth on record: after the first report of a few children never in care, else as drawn."""
    first = rows.groupby("child")["day"].transform("min")
    young = rows["origin"].isin(["first", "later"]) & (first - rows["birth"] < state.UNBORN_BELOW)
    chosen, place = rng.random((2, 1 + rows["child"].max()))[:, rows["child"]]
    awaited = first + 1 + np.floor(state.UNBORN_DAYS * place).astype(np.int64)
    return np.where(young & (chosen < state.UNBORN_SHARE), awaited, rows["birth"])


def reports(
    rng: np.random.Generator, rows: pd.DataFrame, child_ids: np.ndarray, counties: dict[str, float] = state.COUNTIES,
) -> pd.DataFrame:
    """reports.csv: no disposition yet where the investigation was still open on the extract's date, nor a birth date of a
    child not born by then."""
    incident = incident_days(rng, rows)
    word, decided = dispositions(rng, rows, len(counties))
    table = pd.DataFrame({
        "child_id": child_ids[rows["child"]], "county": county_names(rows, counties), "report_date": dates(rows["day"]),
        "incident_date": dates(incident.astype(np.int64), known=rng.random(len(rows)) >= state.INCIDENT_MISSING),
        "disposition": pd.Series(word).where(decided <= LAST),
        "disposition_date": dates(decided.astype(np.int64), known=decided <= LAST),
        "birth_date": dates(rows["born"], known=rows["born"] <= LAST), "sex": rows["sex"], "race": rows["race"],
        "unborn": np.where(rows["born"] > rows["day"], "yes", ""),
    })
    return table.sort_values(["child_id", "report_date"], ignore_index=True)
