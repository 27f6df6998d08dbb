"""The same count in several tables: hidden in one, hidden in all.

The headline count of a cohort by today stands in the table of measures, in that of the same age, in the course table,
and is the last step of the table by months in care.
"""

from __future__ import annotations

import pandas as pd

from cqi.disclosure.course import protected_course
from cqi.disclosure.policy import policy
from cqi.disclosure.table import protected

KEY = ["county", "cohort", "as_of"]
SHARED = ("measures", "same_age", "maturity", "course")


def protected_together(tables: dict[str, pd.DataFrame], profile: str, *, headline: str) -> dict[str, pd.DataFrame]:
    """All tables of a review as a profile may see them; `tables` by name, `course` is the course table.

    Tables are protected one by one, and again with what another hid of the headline count, until none hides more. Then what is
    shown of earlier cohorts at the same age, which may not be a small step from what is shown of them by today.
    """
    if policy(profile)["threshold"] == 0:
        return {name: _one(name, table, profile, None) for name, table in tables.items()}
    course = tables["course"]
    told = _tells_other_exits(tables["waiting"], course.loc[course["measure"] == headline], policy(profile)["threshold"])
    given = {**tables, "maturity": _with_today(tables["maturity"], tables["measures"], headline), "waiting": tables["waiting"].loc[~told]}
    hidden = pd.MultiIndex.from_tuples([], names=KEY)
    while True:
        found = {name: _one(name, given[name], profile, _marked(given[name], hidden, headline) if name in SHARED else None)
                 for name in given}
        more = _hidden_keys(found, headline)
        if len(more) == len(hidden):
            then, threshold = given["same_age"], policy(profile)["threshold"]
            near = _marked(then, hidden, headline) | _small_step(then, found["measures"], threshold, headline)
            found["same_age"] = protected(then, profile, besides=near)
            return {**found, "curves": _some_shown(found["curves"]), "maturity": _as_given(found["maturity"], tables["maturity"]),
                    "waiting": pd.concat([found["waiting"], _blank(tables["waiting"].loc[told])], ignore_index=True)}
        hidden = more


def _tells_other_exits(waiting: pd.DataFrame, course: pd.DataFrame, threshold: int) -> pd.Series:
    """Rows of counties where the children still in care, beside those who entered and those who went to a permanent home,
    tell that 1 to 10 left another way."""
    home = course.set_index("county")
    others = (home["entered"] - home["observed"]).loc[waiting["county"]].to_numpy() - waiting["denominator"]
    return others.between(1, threshold - 1)


def _small_step(same_age: pd.DataFrame, measures: pd.DataFrame, threshold: int, headline: str) -> pd.Series:
    """Rows of the headline count of a cohort still open then, from which the count shown by today is 1 to below the threshold away."""
    today = measures.loc[_headline(measures, headline)].set_index(KEY[:2])["numerator"]
    now = today.reindex(pd.MultiIndex.from_frame(same_age[KEY[:2]])).to_numpy()
    return _headline(same_age, headline) & same_age["status"].ne("shown") & (now - same_age["numerator"]).abs().between(1, threshold - 1)


def _blank(rows: pd.DataFrame) -> pd.DataFrame:
    counts = ["children", "numerator", "denominator", "value", "lower", "upper"]
    return rows.astype(dict.fromkeys(counts, "float64")).assign(**dict.fromkeys(counts, float("nan")), status="suppressed")


def _some_shown(curves: pd.DataFrame) -> pd.DataFrame:
    """Without the curves that are hidden whole: they must look like those that were never drawn, for too few children."""
    shown = curves["status"].ne("suppressed").groupby([curves["county"], curves["cohort"]]).transform("any")
    return curves.loc[shown].reset_index(drop=True)


def _one(name: str, table: pd.DataFrame, profile: str, besides: pd.Series | None) -> pd.DataFrame:
    return (protected_course if name == "course" else protected)(table, profile, besides=besides)


def _with_today(maturity: pd.DataFrame, measures: pd.DataFrame, headline: str) -> pd.DataFrame:
    """The table by months with the count by today as its last step, also where 12 months are not yet observed."""
    today = measures.loc[measures["measure"] == headline]
    return pd.concat([maturity.loc[maturity["at"] < today["at"].max()], today], ignore_index=True)


def _as_given(found: pd.DataFrame, maturity: pd.DataFrame) -> pd.DataFrame:
    """Back in the order of the table by months; its cells that are not yet observed stay so."""
    place = [*KEY, "at"]
    order = maturity[place].merge(found.reset_index(), on=place, how="left")["index"]
    table = found.iloc[order].reset_index(drop=True)
    unobserved = maturity["status"].eq("not yet mature").to_numpy()
    table.loc[unobserved, ["numerator", "value", "lower", "upper"]] = float("nan")
    return table.assign(status=table["status"].mask(unobserved, "not yet mature"))


def _headline(table: pd.DataFrame, headline: str) -> pd.Series:
    """Rows that hold the headline count by today."""
    own = table["measure"] == headline
    return own & table["at"].eq(table.loc[own, "at"].max()) if "at" in table else own


def _marked(table: pd.DataFrame, hidden: pd.MultiIndex, headline: str) -> pd.Series:
    return _headline(table, headline) & pd.MultiIndex.from_frame(table[KEY]).isin(hidden)


def _hidden_keys(found: dict[str, pd.DataFrame], headline: str) -> pd.MultiIndex:
    rows = [found[name].loc[_headline(found[name], headline) & found[name]["status"].eq("suppressed"), KEY] for name in SHARED]
    return pd.MultiIndex.from_frame(pd.concat(rows).drop_duplicates())
