"""The five checks of victims of maltreatment, by federal year of the report and county. CFSR Round 4 data dictionary, pages
12 and 13.

A victim is a child with a report that was substantiated or indicated; a child counts once a year, with the first such
report. Where reports have no id of foster care (`care_id`), the child's id is taken to be that id.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.sources.official.halves import MISSING, half_of, year_of
from cqi.sources.official.records import is_among
from cqi.vocabulary import UNKNOWN, WHOLE

VICTIM = ("substantiated", "indicated")
MOST_YEARS_APART = 3
"""A child's age in one federal year and the next differs by no more than this, and is not less."""


def victim_counts(reports: pd.DataFrame, episodes: pd.DataFrame) -> pd.DataFrame:
    """Victims flagged and looked at, by check, federal year and county with any: check, number, period, county, flagged,
    among. Checks across years are there for years whose next is in the file, others where reports have the fields."""
    victims = _victims(reports)
    if victims.empty:
        return pd.DataFrame()
    there = np.isin(victims["year"] + 1, victims["year"].unique())
    pairs = _next_year(victims)
    checks = {"victims_match_across_years": (victims, there, victims["key"].isin(pairs["key"]))}
    if {"sex", "age"} <= set(victims.columns):
        checks["matched_victims_disagree"] = (pairs, *_disagreement(pairs))
    if "age" in victims:
        born = victims["unborn"] != "yes" if "unborn" in victims else victims["year"] > 0
        checks["no_victim_age"] = (victims, born, victims["age"].isna())
    checks |= _ids_of_care(victims, episodes)
    return pd.concat([_counts(name, *each) for name, each in checks.items()], ignore_index=True)


def _victims(reports: pd.DataFrame) -> pd.DataFrame:
    """A child's first report of a federal year that made it a victim, with year, key (the child and the year), and the
    completed years of age, worked out from the birth date where no age is given."""
    rows = reports.loc[reports["disposition"].isin(VICTIM) & reports["report_date"].notna()]
    rows = rows.assign(year=year_of(rows["report_date"])).sort_values(_content(rows), na_position="last")
    rows = rows.drop_duplicates(["child_id", "year"]).reset_index(drop=True)
    given = rows["age"].astype("float64") if "age" in rows else None
    if "birth_date" in rows:
        worked_out = _age(rows["birth_date"], rows["report_date"])
        given = worked_out if given is None else given.fillna(worked_out)
    rows = rows if given is None else rows.assign(age=given)
    return rows.assign(key=_key(pd.factorize(rows["child_id"])[0], rows["year"]))


def _content(rows: pd.DataFrame) -> list[str]:
    return ["report_date", *(name for name in rows.columns if name not in ("report_date", "file", "row", "year"))]


def _key(child: np.ndarray, year: pd.Series) -> np.ndarray:
    return child * 10_000 + year.to_numpy()


def _age(birth: pd.Series, day: pd.Series) -> pd.Series:
    """Completed years on a day; missing before birth and without a birth date."""
    later = (day.dt.month * 100 + day.dt.day) < (birth.dt.month * 100 + birth.dt.day)
    return (day.dt.year - birth.dt.year - later).where(birth <= day).astype("float64")


def _next_year(victims: pd.DataFrame) -> pd.DataFrame:
    """Victims who are victims in the next federal year too, with the fields of both (the next year's end in `_next`)."""
    following = victims.assign(key=victims["key"] - 1)
    fields = ["key", *(name for name in ("sex", "age", "birth_date") if name in victims)]
    return victims.merge(following[fields], on="key", suffixes=("", "_next"))


def _disagreement(pairs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Which pairs can be compared, and which of them differ in sex, in age by less than 0 or more than 3 years, or, for
    children under 1, in the date of birth; those are compared only with both dates."""
    known = ~pairs["sex"].isin(["", UNKNOWN]) & ~pairs["sex_next"].isin(["", UNKNOWN]) & pairs["age"].notna() & pairs["age_next"].notna()
    differs = (pairs["sex"] != pairs["sex_next"]) | ~(pairs["age_next"] - pairs["age"]).between(0, MOST_YEARS_APART)
    infant = pairs["age"] < 1
    if "birth_date" not in pairs:
        return known & ~infant, differs
    born = pairs["birth_date"].notna() & pairs["birth_date_next"].notna()
    return known & (~infant | born), differs | (infant & (pairs["birth_date"] != pairs["birth_date_next"]))


def _ids_of_care(victims: pd.DataFrame, episodes: pd.DataFrame) -> dict:
    """Victims with an id of foster care, and whether such ids are those of children in care in that federal year."""
    known = is_among(victims["child_id"], episodes["child_id"]) if "care_id" not in victims else victims["care_id"] != ""
    care = victims["child_id"] if "care_id" not in victims else victims["care_id"]
    stays = episodes.assign(first=year_of(episodes["entry_date"]), last=_last_year(episodes["exit_date"]))
    told = victims.assign(care=care)[["care", "key", "year"]]
    pairs = told.merge(stays[["child_id", "first", "last"]], left_on="care", right_on="child_id")
    matched = victims["key"].isin(pairs.loc[pairs["year"].between(pairs["first"], pairs["last"]), "key"])
    everyone = victims["year"] > 0
    return {"victims_with_care_id": (victims, everyone, known),
            "care_ids_match": (victims, everyone if "care_id" not in victims else known, matched)}


def _last_year(exit_date: pd.Series) -> np.ndarray:
    half = half_of(exit_date)
    return np.where(half == MISSING, -MISSING, year_of(exit_date))


def _counts(name: str, rows: pd.DataFrame, among, flagged) -> pd.DataFrame:
    """By federal year and county, the whole file beside the counties."""
    rows = pd.DataFrame({"county": rows["county"], "number": rows["year"], "flagged": np.asarray(flagged)}).loc[np.asarray(among)]
    both = pd.concat([rows, rows.assign(county=WHOLE)])
    counts = both.groupby(["number", "county"])["flagged"].agg(["sum", "size"]).reset_index()
    return pd.DataFrame({"check": name, "number": counts["number"], "period": "FFY" + counts["number"].astype("str"),
                         "county": counts["county"], "flagged": counts["sum"].astype("int64"), "among": counts["size"]})
