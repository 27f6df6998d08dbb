"""Goal attainment scaling for individual plans, in aggregate: T-scores before and after, by group; no person is ever told of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cqi.estimates import goal_attainment_score
from cqi.vocabulary import WHOLE, CqiError

COLUMNS = ("person", "group", "goal", "kind", "importance", "difficulty", "baseline", "achieved")
"""A row a goal. `kind`: improve or maintain. `importance`, `difficulty`: 0 to 3, their product is the weight. `baseline`, `achieved`: -2 to 2, where 0
is what was expected; `achieved` is missing where nobody could say. Of a goal to maintain the baseline is 0: to stay is what was hoped for."""
LEVEL = 0.95
ATTAINED = ("group", "people", "not_scored", "goals", "goals_missing", "before", "after", "change", "lower", "upper", "cautious", "improve_goals", "reached",
            "maintain_goals", "held", "status")
COUNTS = ("not_scored", "goals", "goals_missing", "improve_goals", "reached", "maintain_goals", "held")


def attainment(goals: pd.DataFrame, *, threshold: int = 0) -> pd.DataFrame:
    """One row a group, in order, then All counties' row named `WHOLE`: columns ATTAINED.

    `people` have a score both before and after, over the goals whose end is known; `not_scored` have none. `before`, `after`: mean T-scores. `change`:
    mean change over the goals to improve, with its 95% interval (Student's t over people); a goal that is held would only dilute it, so goals to maintain
    are told apart: `held` of `maintain_goals` did not fall. `cautious`: the change if every goal whose end is not known had stayed where it was.
    `reached`: goals to improve that came to the level expected, or beyond.

    With a `threshold`, groups of fewer people are `suppressed`, and more of them until those hidden are together enough; counts of goals, which could
    tell of few people, stand in the last row only. Raises CqiError for columns, levels or weights that cannot be, never with a value.
    """
    found = _checked(goals)
    groups = [*sorted(found["group"].unique()), None]
    rows = pd.DataFrame([_row(found if group is None else found.loc[found["group"] == group], group) for group in groups], columns=list(ATTAINED))
    return _hidden(rows, threshold) if threshold else rows


def scores(goals: pd.DataFrame, column: str) -> pd.Series:
    """The T-score of each person's goals by `baseline` or `achieved`, by person; for sums only, never to be shown."""
    tables = [goals.assign(place=goals.groupby("person").cumcount()).pivot(index="person", columns="place", values=name) for name in (column, "weight")]
    levels, weights = (each.to_numpy(dtype=float) for each in tables)
    return pd.Series(goal_attainment_score(levels, weights=np.where(np.isnan(levels), 1.0, weights)), index=tables[0].index)


def _checked(goals: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in goals.columns and name not in ("importance", "difficulty")]
    if missing:
        raise CqiError(f"Goals of people: there is no column {missing[0]!r}; a row a goal needs {', '.join(COLUMNS)}.")
    found = goals.assign(**{name: goals.get(name, 1) for name in ("importance", "difficulty")})
    for name, right in (("importance", (0, 1, 2, 3)), ("difficulty", (0, 1, 2, 3)), ("baseline", (-2, -1, 0, 1, 2)), ("kind", ("improve", "maintain"))):
        _refuse(~found[name].isin(right), name, right)
    _refuse(~(found["achieved"].isin((-2, -1, 0, 1, 2)) | found["achieved"].isna()), "achieved", (-2, -1, 0, 1, 2, "missing"))
    _refuse(found["kind"].eq("maintain") & found["baseline"].ne(0), "baseline", ("0 for a goal to maintain: to stay is what was hoped for",))
    _refuse(found["kind"].eq("improve") & found["baseline"].ge(0), "baseline", ("-1 or -2 for a goal to improve: it is not reached yet",))
    _refuse(found.groupby("person")["group"].transform("nunique").gt(1), "group", ("one for each person",))
    return found.assign(weight=found["importance"].astype(float) * found["difficulty"].astype(float)).query("weight > 0")


def _refuse(wrong: pd.Series, name: str, right: Sequence) -> None:
    if wrong.any():
        raise CqiError(f"Goals of people: {int(wrong.sum()):,} rows have a {name!r} that cannot be; right would be {', '.join(map(str, right))}.")


def _row(goals: pd.DataFrame, group: str | None) -> dict:
    known = goals.dropna(subset="achieved")
    improve, maintain = (known.loc[known["kind"] == kind] for kind in ("improve", "maintain"))
    change = scores(improve, "achieved") - scores(improve, "baseline") if len(improve) else pd.Series(dtype=float)
    filled = goals.loc[goals["kind"] == "improve"].assign(achieved=lambda rows: rows["achieved"].fillna(rows["baseline"]))
    cautious = (scores(filled, "achieved") - scores(filled, "baseline")).mean() if len(filled) else np.nan
    lower, upper = mean_interval(change)
    people = known["person"].nunique()
    return {"group": WHOLE if group is None else group, "people": people, "not_scored": goals["person"].nunique() - people, "goals": len(known),
            "goals_missing": len(goals) - len(known), "before": scores(known, "baseline").mean() if people else np.nan,
            "after": scores(known, "achieved").mean() if people else np.nan, "change": change.mean(), "lower": lower, "upper": upper, "cautious": cautious,
            "improve_goals": len(improve), "reached": int(improve["achieved"].ge(0).sum()), "maintain_goals": len(maintain),
            "held": int(maintain["achieved"].ge(0).sum()), "status": "shown"}


def mean_interval(values: pd.Series) -> tuple[float, float]:
    """The 95% interval of a mean of independent people by Student's t; missing for fewer than two.

    T-scores add up several levels and are bounded, so their means are near normal even for few people, while a bootstrap of few is too narrow.
    """
    from scipy.special import stdtrit

    if len(values) < 2:
        return np.nan, np.nan
    reach = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)


def _hidden(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The rows without small groups, nor what of others would give them away."""
    whole = rows["group"].eq(WHOLE) & (rows.index == len(rows) - 1)
    size, away = rows["people"].where(~whole), rows["people"].lt(threshold) & ~whole
    while away.any() and size[away].sum() < threshold and not (away | whole).all():
        away = away | (rows.index == size.where(~away).idxmin())
    away = away | (whole & (rows["people"] < threshold))
    if away[whole].any():
        away[:] = True
    rows = rows.astype(dict.fromkeys(ATTAINED[1:-1], float))
    rows.loc[away, list(ATTAINED[1:-1])] = np.nan
    rows.loc[away, "status"] = "suppressed"
    rows.loc[~whole, list(COUNTS)] = np.nan
    return _without_small(rows, threshold)


def _without_small(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Counts of the last row that are small, or leave few others, are hidden too."""
    for name, among in (("not_scored", "people"), ("goals_missing", "goals"), ("reached", "improve_goals"), ("held", "maintain_goals")):
        rest = rows[among] - rows[name] if name in ("reached", "held") else rows[among]
        small = rows[name].between(1, threshold - 1) | rest.between(1, threshold - 1)
        rows.loc[small, name] = np.nan
    return rows
