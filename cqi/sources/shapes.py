"""The row shapes in which sources hold stays in care, each turned into episodes (and placements)."""

from __future__ import annotations

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.stays import apart
from cqi.sources.tables import IN_ORDER, blank, in_order, one_version, with_settled_exits
from cqi.sources.touching import touching_rows
from cqi.vocabulary import UNKNOWN

Tables = dict[str, pd.DataFrame]
KEY = ["child_id", "entry_date"]
"""What tells a removal from another."""


def one_row_per_episode(rows: Tables, order: tuple[str, ...], ledger: Ledger) -> Tables:
    """Episodes as they stand in the file, one row each.

    Where the file has no episode_id it is made from child_id and entry_date, so it does not depend on row order.
    Two different rows with one episode_id are both set aside unless the source declares which one is later.
    """
    episodes = rows["episodes"]
    episodes = in_order(_with_episode_id(episodes), IN_ORDER["episodes"], "episodes", ledger)
    episodes = one_version(episodes, ["episode_id"], order, "episodes", ledger)
    episodes = apart(with_settled_exits(episodes, ledger), ledger)
    return {"episodes": ledger.use(episodes.drop(columns=[name for name in order if name in episodes]))}


def last_report_wins(rows: Tables, order: tuple[str, ...], ledger: Ledger) -> Tables:
    """Episodes from repeated reports: the last report of a removal (child and entry date) counts.

    A removal that never got an end date although the child was removed again ends on the later removal's date of prior
    discharge, reason unknown, when the number of removals rises by exactly one; else it is set aside
    (CFSR Round 4 Statewide Data Indicators Data Dictionary, August 2022, general rules).
    """
    reports = rows["episodes"]
    reports = in_order(_with_episode_id(reports), IN_ORDER["episodes"], "episodes", ledger)
    reports = one_version(reports, ["child_id", "entry_date"], order, "episodes", ledger)
    reports = apart(_with_missing_exits(with_settled_exits(reports, ledger), ledger), ledger)
    episodes = reports.drop(columns=["removals", "prior_exit_date", *(name for name in order if name in reports)])
    return {"episodes": ledger.use(episodes)}


def last_record_wins(rows: Tables, order: tuple[str, ...], ledger: Ledger) -> Tables:
    """Episodes, placements and visits from records that tell a child's whole history again in every report.

    The last report of a removal (child and entry date) counts, with what lies in it. A removal that the child's last record
    no longer has was withdrawn or dated anew, and is set aside, where it is open or overlaps one that the record has; one
    that had ended apart from those is kept. A placement lasts until the next one begins, the last until the child leaves.
    """
    removals = in_order(_with_episode_id(rows["episodes"]), IN_ORDER["episodes"], "episodes", ledger)
    removals = ledger.set_aside(removals, _withdrawn(removals, order), "the child's later record no longer has this stay", "episodes")
    removals = with_settled_exits(one_version(removals, KEY, order, "episodes", ledger), ledger)
    open_before = removals["exit_date"].isna() & _has_next(removals)
    removals = ledger.set_aside(removals, open_before, "no exit_date, but a later stay of the child", "episodes",
                                defect="earlier-stay-open")
    removals = apart(removals, ledger)
    inside = {role: _of_last_report(rows[role], removals, order, role, ledger) for role in rows if role != "episodes"}
    if "placements" in inside:
        inside["placements"] = in_order(_until_next(inside["placements"]), IN_ORDER["placements"], "placements", ledger)
    episodes = removals.drop(columns=[name for name in order if name in removals])
    found = {role: table.drop(columns=[*KEY, *order, "exit_date", "sequence"], errors="ignore") for role, table in inside.items()}
    return {name: ledger.use(table) for name, table in {"episodes": episodes, **found}.items()}


def _withdrawn(removals: pd.DataFrame, order: tuple[str, ...]) -> pd.Series:
    """Which removals are not in the child's last record and stand against one that is."""
    report = removals.groupby(list(order)).ngroup()
    newest = report.groupby(removals["child_id"]).transform("max")
    last = removals.loc[report == newest]
    gone = ~pd.MultiIndex.from_frame(removals[KEY]).isin(pd.MultiIndex.from_frame(last[KEY]))
    never = pd.Timestamp("2200-01-01")
    spans = removals.loc[gone, ["child_id", "entry_date", "exit_date"]].reset_index()
    beside = spans.merge(last[["child_id", "entry_date", "exit_date"]], on="child_id", suffixes=("", "_now"))
    until, until_now = beside["exit_date"].fillna(never), beside["exit_date_now"].fillna(never)
    overlaps = (beside["entry_date"] < until_now) & (beside["entry_date_now"] < until)
    against = removals.index.isin(beside.loc[overlaps, "index"])
    return pd.Series(gone & (against | removals["exit_date"].isna()), index=removals.index)


def _has_next(removals: pd.DataFrame) -> pd.Series:
    """Which removals are followed by another of the same child."""
    return removals["entry_date"] < removals.groupby("child_id")["entry_date"].transform("max")


def _of_last_report(table: pd.DataFrame, removals: pd.DataFrame, order: tuple[str, ...], role: str, ledger: Ledger) -> pd.DataFrame:
    """The rows in the report of their removal that counts, with its episode_id and exit_date, each once."""
    counts = removals[[*KEY, *order, "episode_id", "exit_date"]].rename(columns={name: f"{name}_counts" for name in order})
    told = table.merge(counts, on=KEY, how="left").set_axis(table.index)
    told = ledger.set_aside(told, told["episode_id"].isna(), "its episode is not in the file or was set aside", role)
    earlier = pd.Series(False, index=told.index)
    for name in order:
        earlier |= told[name] != told[f"{name}_counts"]
    told = ledger.merge(told, pd.Series("a later report of the same row", index=told.index).where(earlier, ""), role)
    told = told.drop(columns=[f"{name}_counts" for name in order])
    return one_version(told, [], order, role, ledger)


def _until_next(placements: pd.DataFrame) -> pd.DataFrame:
    """Placements with `end_date`; of two that begin on one day, the one that the record tells first ends on it."""
    rows = placements.sort_values(["episode_id", "start_date", "sequence"])
    following = rows.groupby("episode_id")["start_date"].shift(-1)
    return rows.assign(end_date=following.fillna(rows["exit_date"]))


def _with_missing_exits(reports: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The reports with exits filled from the child's next removal; those that cannot be filled are set aside."""
    reports = reports.sort_values(["child_id", "entry_date"])
    later = reports.groupby("child_id")[["entry_date", "removals", "prior_exit_date"]].shift(-1)
    superseded = reports["exit_date"].isna() & later["entry_date"].notna()
    prior = later["prior_exit_date"]
    risen_by_one = (later["removals"] - reports["removals"]).eq(1).fillna(False).astype(bool)
    filled = superseded & risen_by_one & prior.between(reports["entry_date"], later["entry_date"])
    what = "had no discharge date; taken from the date of prior discharge in the child's next removal, reason unknown"
    ledger.tell("earlier-exit-filled", f"{counted(filled.sum(), 'removal')} {what}", reports[filled])
    reports = reports.assign(
        exit_date=reports["exit_date"].mask(filled, prior), exit_reason=reports["exit_reason"].mask(filled, UNKNOWN),
    )
    reason = "no exit_date, and the child's next removal does not tell it"
    return ledger.set_aside(reports, superseded & ~filled, reason, "episodes", defect="earlier-stay-open")


def _with_episode_id(episodes: pd.DataFrame) -> pd.DataFrame:
    made = episodes["child_id"] + "-" + episodes["entry_date"].dt.strftime("%Y-%m-%d").astype("str")
    given = episodes.get("episode_id", blank("episode_id", episodes.index))
    return episodes.assign(episode_id=given.where(given != "", made))


SHAPES = {
    "one_row_per_episode": one_row_per_episode,
    "touching_rows": touching_rows,
    "last_report_wins": last_report_wins,
    "last_record_wins": last_record_wins,
}
"""Row shape as declared -> function of the parsed rows of each role, the order of reports, and the ledger."""
