"""The row shapes in which sources hold stays in care, each turned into episodes (and placements)."""

from __future__ import annotations

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.tables import IN_ORDER, blank, in_order, one_version, with_settled_exits
from cqi.sources.touching import touching_rows
from cqi.vocabulary import UNKNOWN

Tables = dict[str, pd.DataFrame]


def one_row_per_episode(rows: Tables, order: tuple[str, ...], ledger: Ledger) -> Tables:
    """Episodes as they stand in the file, one row each.

    Where the file has no episode_id it is made from child_id and entry_date, so it does not depend on row order.
    Two different rows with one episode_id are both set aside unless the source declares which one is later.
    """
    episodes = rows["episodes"]
    where = ledger.label(episodes, "episodes")
    episodes = in_order(_with_episode_id(episodes), IN_ORDER["episodes"], "episodes", ledger)
    episodes = one_version(episodes, ["episode_id"], order, "episodes", ledger)
    return {"episodes": ledger.use(with_settled_exits(episodes, where, ledger))}


def last_report_wins(rows: Tables, order: tuple[str, ...], ledger: Ledger) -> Tables:
    """Episodes from repeated reports: the last report of a removal (child and entry date) counts.

    A removal that never got an end date although the child was removed again ends on the later removal's date of prior
    discharge, reason unknown, when the number of removals rises by exactly one; else it is set aside
    (CFSR Round 4 Statewide Data Indicators Data Dictionary, August 2022, general rules).
    """
    reports = rows["episodes"]
    where = ledger.label(reports, "episodes")
    reports = in_order(_with_episode_id(reports), IN_ORDER["episodes"], "episodes", ledger)
    reports = one_version(reports, ["child_id", "entry_date"], order, "episodes", ledger)
    reports = _with_missing_exits(with_settled_exits(reports, where, ledger), where, ledger)
    episodes = reports.drop(columns=["removals", "prior_exit_date", *(name for name in order if name in reports)])
    return {"episodes": ledger.use(episodes)}


def _with_missing_exits(reports: pd.DataFrame, where: str, ledger: Ledger) -> pd.DataFrame:
    """The reports with exits filled from the child's next removal; those that cannot be filled are set aside."""
    reports = reports.sort_values(["child_id", "entry_date"])
    later = reports.groupby("child_id")[["entry_date", "removals", "prior_exit_date"]].shift(-1)
    superseded = reports["exit_date"].isna() & later["entry_date"].notna()
    prior = later["prior_exit_date"]
    risen_by_one = (later["removals"] - reports["removals"]).eq(1).fillna(False).astype(bool)
    filled = superseded & risen_by_one & prior.between(reports["entry_date"], later["entry_date"])
    if filled.any():
        ledger.note(
            f"{where}: {counted(filled.sum(), 'removal')} had no discharge date; taken from the date of prior "
            "discharge in the child's next removal, reason unknown."
        )
    reports = reports.assign(
        exit_date=reports["exit_date"].mask(filled, prior), exit_reason=reports["exit_reason"].mask(filled, UNKNOWN),
    )
    reason = "no exit_date, and the child's next removal does not tell it"
    return ledger.set_aside(reports, superseded & ~filled, reason, "episodes")


def _with_episode_id(episodes: pd.DataFrame) -> pd.DataFrame:
    made = episodes["child_id"] + "-" + episodes["entry_date"].dt.strftime("%Y-%m-%d").astype("str")
    given = episodes.get("episode_id", blank("episode_id", episodes.index))
    return episodes.assign(episode_id=given.where(given != "", made))


SHAPES = {
    "one_row_per_episode": one_row_per_episode,
    "touching_rows": touching_rows,
    "last_report_wins": last_report_wins,
}
"""Row shape as declared -> function of the parsed rows of each role, the order of reports, and the ledger."""
