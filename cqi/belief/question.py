"""The question of waiting before an adoption is finalized, asked of one's own data.

The path of a placement in a pre-adoptive home: it may break up before finalization (disruption), be finalized, and break up after
it (dissolution), or end otherwise. Before finalization only the first can happen and after it only the second, so comparing
disruptions of those who waited with those of children already adopted would compare something with nothing: the event is that
the family breaks up, before or after. Terms: Child Welfare Information Gateway, Adoption Disruption and Dissolution.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from cqi.belief.histories import day_of
from cqi.belief.registering import Belief
from cqi.sources import Extract
from cqi.vocabulary import AGE_BANDS, CqiError

HOME = "pre-adoptive home"
PAUSES = ("hospital", "runaway")
"""A stay here does not end a placement when the child comes back to a pre-adoptive home, taken to be the same; federal counts of moves leave such stays out too."""
LIKE = ("age", "moves")
"""Columns to compare like with like by."""


def adoption_belief(*, points: float, months: int = 9, horizon: int = 24) -> Belief:
    """The belief that waiting so many months before finalizing keeps families together, with the number that would change one's mind."""
    return Belief(
        statement="Moving fast to finalize an adoption makes it break up. So I wait.", exposure=f"waited {months} months before finalizing",
        event="the family broke up, before or after finalization", exposed=f"waited {months} months", unexposed="finalized earlier",
        direction="lower", points=points, at=months, horizon=horizon)


def waited(placements: pd.DataFrame, *, months: int = 9) -> pd.DataFrame:
    """Histories whose exposure is to have waited: it comes on the day so many months after the start, where the placement lasts and was
    not finalized before that day. `placements` as from `paths`."""
    day = day_of(months)
    exposure = pd.Series(float(day), index=placements.index).where(placements["finalized"].fillna(np.inf) >= day)
    return _histories(placements, exposure)


def finalized_early(placements: pd.DataFrame, *, months: int = 9) -> pd.DataFrame:
    """The same question from the other side: the exposure is a finalization before that many months, on its own day. So nothing that
    happens between an early finalization and that month is left out."""
    early = placements["finalized"].fillna(np.inf) < day_of(months)
    return _histories(placements, placements["finalized"].where(early))


def paths(extract: Extract, *, as_of: date) -> pd.DataFrame:
    """Each child's first placement in a pre-adoptive home, as days since it began: child_id, start, finalized, disrupted, dissolved, other,
    last; age (at the start, in bands) and moves (placements before).

    Finalized: the stay in care ended in adoption. Disrupted: the child went on to another setting in care (a hospital or a time away
    before coming back is none). Dissolved: the same child came back into care after the adoption. Other: the stay ended otherwise.
    Last: the as-of day; what comes later is not looked at. Children are followed from the start of the placement, an entry cohort;
    placements that began before the file's first stay are not in it.
    What cannot be known: a child adopted under a new number is not found again (few states keep it), nor one who moved to another state or whose subsidy
    alone ended. A pre-adoptive home that the source calls kin counts as kin, and a home that became pre-adoptive counts from the day that
    the file says so. CqiError names what a file lacks.
    """
    homes = _homes(extract, pd.Timestamp(as_of))
    if homes.empty:
        raise CqiError(_lacking(extract))
    days = {name: (homes[name] - homes["start"]).dt.days.astype(float) for name in ("finalized", "disrupted", "dissolved", "other", "last")}
    return homes[["child_id", "start", "age", "moves"]].assign(**days).reset_index(drop=True)


def answerable(placements: pd.DataFrame) -> pd.DataFrame:
    """The placements, where the file can answer the question. CqiError where a child who came back after an adoption is never seen:
    those finalized early could then not break up in this file, whatever happened, and waiting would look harmful for nothing."""
    finalized, dissolved = int(placements["finalized"].notna().sum()), int(placements["dissolved"].notna().sum())
    if not finalized:
        raise CqiError("No placement in a pre-adoptive home ends in adoption in these files, so nobody can be compared with those who wait.")
    if not dissolved:
        raise CqiError(
            "No child adopted from a pre-adoptive home comes back into care under the same number in these files. Either it never happened or, more "
            "likely, children get a new number at adoption. Breaks before adoption can be seen and breaks after it cannot, so the two paths cannot "
            "be compared. It needs a child_id that lasts across an adoption, or a link from the new number to the old.")
    return placements


class Waiting(NamedTuple):
    """What the waiting took: children who waited, what became of them by the last day, and days of waiting after that month."""

    children: int
    finalized: int
    broke_up: int
    ended_otherwise: int
    still_waiting: int
    days: int


def waiting_days(placements: pd.DataFrame, *, months: int = 9) -> Waiting:
    """Children not finalized on the day so many months after the start and still there, and their days from then to the finalization, to another
    end or to the last day observed. No judgement: a day of waiting may be a day of support, or of a life not settled."""
    day = day_of(months)
    ends = placements[["finalized", "disrupted", "other"]]
    over = ends.min(axis=1)
    waits = placements.loc[(over.fillna(np.inf) > day) & (placements["last"] > day)]
    until = over.reindex(waits.index).fillna(waits["last"])
    return Waiting(len(waits), *(int(waits[name].notna().sum()) for name in ends), int(over.reindex(waits.index).isna().sum()), int((until - day).sum()))


def _histories(placements: pd.DataFrame, exposure: pd.Series) -> pd.DataFrame:
    """Histories of placements with that exposure; breaking up is the event, another end before finalization competes."""
    event = placements["disrupted"].where(placements["disrupted"].notna(), placements["dissolved"])
    return placements.assign(exposure=exposure, event=event, competing=placements["other"], unseen_from=placements["finalized"])


def _lacking(extract: Extract) -> str:
    return (
        f"{extract.data}: no placement in a pre-adoptive home with its first day is in these files, so the question of waiting cannot be asked of them. It needs, "
        "for each child: the history of placements with settings and dates (placements: setting, start_date, end_date; in AFCARS 2020 "
        "the living arrangements E112 with E118), the end of care with its reason (exit_date, exit_reason adoption; E153, E155), and the "
        "same child_id after an adoption, to see a return to care.")


def _homes(extract: Extract, as_of: pd.Timestamp) -> pd.DataFrame:
    """First pre-adoptive placement of each child with the dates of what came next, up to the as-of day."""
    stays = extract.episodes.loc[extract.episodes["entry_known"], ["episode_id", "child_id", "birth_date", "entry_date", "exit_date", "exit_reason"]]
    rows = extract.placements.loc[extract.placements["start_date"].notna()].merge(stays, on="episode_id")
    rows = _without_pauses(rows.sort_values(["child_id", "entry_date", "episode_id", "start_date"], kind="stable"))
    rows["moves"] = rows.groupby("episode_id").cumcount()
    inside = rows["episode_id"].eq(rows["episode_id"].shift(-1))
    rows["moved_on"] = rows["start_date"].shift(-1).where(inside)
    rows = rows.loc[(rows["setting"] == HOME) & (rows["start_date"] <= as_of)].drop_duplicates("child_id")
    return _with_ends(rows, stays, as_of)


def _without_pauses(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in order without pauses, and without the pre-adoptive rows by which a child came back from one."""
    paused = rows["setting"].isin(PAUSES).shift(fill_value=False)
    left = rows.assign(paused=paused).loc[~rows["setting"].isin(PAUSES)]
    same = left["episode_id"].eq(left["episode_id"].shift()) & left["setting"].eq(HOME) & left["setting"].shift().eq(HOME)
    return left.loc[~(same & left["paused"])].drop(columns="paused")


def _with_ends(rows: pd.DataFrame, stays: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    left = rows["exit_date"].where(rows["moved_on"].isna())
    adopted = rows["exit_reason"].eq("adoption")
    back = _returns(rows, stays)
    age = ((rows["start_date"] - rows["birth_date"]).dt.days / 365.25)
    found = rows.assign(start=rows["start_date"], last=as_of, finalized=left.where(adopted), disrupted=rows["moved_on"], other=left.where(~adopted),
                        dissolved=back.where(adopted & left.notna()), age=_band(age), moves=np.where(rows["moves"] < 2, "0 or 1 before", "2 or more before"))
    for name in ("finalized", "disrupted", "dissolved", "other"):
        found[name] = found[name].where(found[name] <= as_of)
    return found


def _returns(rows: pd.DataFrame, stays: pd.DataFrame) -> pd.Series:
    """The day of the child's next entry into care after each row's stay, missing where there is none."""
    entries = rows[["child_id", "exit_date"]].reset_index().merge(stays[["child_id", "entry_date"]], on="child_id")
    later = entries.loc[entries["entry_date"] >= entries["exit_date"]]
    return later.groupby("index")["entry_date"].min().reindex(rows.index)


def _band(age: pd.Series) -> pd.Series:
    words = pd.Series("unknown", index=age.index, dtype="str")
    for first, below, name in AGE_BANDS:
        words = words.mask((age >= first) & (age < below), name)
    return words
