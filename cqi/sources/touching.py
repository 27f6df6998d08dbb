"""Rows that touch: a stay in care told as rows of placement or legal status, each starting the day the last one ended.

England's SSDA903 return calls such a row an "episode" and the whole stay a "period of care"; ours is the stay.

The rule, and why:

- A row carries on the row of the same child and authority that ended on the day it starts, unless its reason for
  starting is `start`. The dates link the rows, not their place in a sorted list: where two stays of a child overlap,
  their rows interleave, and a list would break both into pieces that start with a move and end with "continues".
- A stay's entry is known when its first row is a `start`. Otherwise the child was in care before the file begins:
  `entry_known` is False, the entry_date is the first day seen, and the stay is not an entry.
- A stay ends only where the file says so: its last row has an end date and a code of leaving. A blank end date is still
  in care, whatever the code; so is a last row that says "continues" and is not continued. No exit is made up for a
  child who is missing from later returns; the notes count them.
- Overlapping stays are both kept as reported, and counted in the notes: each start and each end was reported in its own
  code, and joining or cutting them would erase one. (The federal re-entry measure leaves such pairs out of itself,
  not out of the file.)
- A child's number is the authority's own: where two authorities use one number, they are two children, told apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.tables import IN_ORDER, in_order, one_version
from cqi.vocabulary import UNKNOWN

CHILD = ["county", "child_id"]
DETAILS = ("birth_date", "sex", "race")


def touching_rows(
    rows: dict[str, pd.DataFrame], order: tuple[str, ...], ledger: Ledger,
) -> dict[str, pd.DataFrame]:
    """Episodes and placements from touching rows; the latest report of a child's row (by start date) counts.

    Roles whose table is `children` give birth_date, sex and race; the first role declared has precedence.
    """
    where = ledger.label(rows["episodes"], "episodes")
    steps = in_order(rows["episodes"], IN_ORDER["placements"], "episodes", ledger)
    steps = one_version(steps, [*CHILD, "start_date"], order, "episodes", ledger)
    for role, children in rows.items():
        if role != "episodes":
            steps = _with_details(steps, children, order, ledger)
    steps = in_order(steps, (("birth_date", "start_date"),), "episodes", ledger)
    steps = steps.sort_values([*CHILD, "start_date"], ignore_index=True)
    steps = ledger.use(steps.assign(stay=_stays(steps)))
    episodes = _told_apart(_episodes(steps), where, ledger)
    _note(steps, episodes, order, where, ledger)
    placements = _placements(steps, episodes.set_index("stay")["episode_id"])
    return {"episodes": episodes.drop(columns=["stay", "continues"]), "placements": placements}


def _with_details(steps: pd.DataFrame, children: pd.DataFrame, order: tuple[str, ...], ledger: Ledger) -> pd.DataFrame:
    """The rows with the children's details where they had none yet."""
    own = CHILD if children["county"].isin(steps["county"]).any() else ["child_id"]  # LA may be in one file only
    details = ledger.use(one_version(children, own, order, "children", ledger))
    there = pd.MultiIndex.from_frame(details[own]).isin(pd.MultiIndex.from_frame(steps[own]))
    if not there.all():
        where = ledger.label(details, "children")
        ledger.note(f"{where}: details of children without a row of care were left out ({(~there).sum():,}).")
    fields = [name for name in DETAILS if name in details]
    details = details.assign(**{name: details[name].mask(details[name].isin([""])) for name in fields})
    found = steps[own].merge(details[own + fields], on=own, how="left").set_index(steps.index)
    for name in fields:
        have = steps[name] if name in steps else found[name]
        steps = steps.assign(**{name: have.where(have.notna(), found[name])})
    return steps


def _stays(steps: pd.DataFrame) -> np.ndarray:
    """For each row the position of its stay's first row; `steps` is sorted by child and start."""
    meets = [*CHILD, "start_date"]
    ends = steps.loc[steps["end_date"] > steps["start_date"], [*CHILD, "end_date"]].set_axis(meets, axis=1)
    ends = ends.drop_duplicates(keep="last").reset_index(names="before")
    before = steps[meets].merge(ends, on=meets, how="left")["before"].to_numpy("float64")
    own = np.arange(len(steps))
    first = np.where(np.isnan(before) | (steps["start_reason"] == "start"), own, before).astype("int64")
    while not np.array_equal(first[first], first):
        first = first[first]
    return first


def _episodes(steps: pd.DataFrame) -> pd.DataFrame:
    """One row per stay: entry from its first row, exit from its last."""
    first = steps.drop_duplicates("stay").set_index("stay")
    last = steps.drop_duplicates("stay", keep="last").set_index("stay")
    in_care = last["end_date"].isna() | (last["end_reason"] == "continues")
    episodes = first.assign(
        entry_date=first["start_date"],
        episode_id=first["county"] + "-" + first["child_id"] + "-" + first["start_date"].dt.strftime("%Y-%m-%d"),
        exit_date=last["end_date"].mask(in_care),
        exit_reason=last["end_reason"].mask(in_care, "").mask(~in_care & (last["end_reason"] == ""), UNKNOWN),
        entry_known=first["start_reason"] == "start",
        continues=in_care & last["end_date"].notna(),
    )
    details = [name for name in DETAILS if name in episodes]
    named = {name: episodes[name].fillna(UNKNOWN) for name in details if name != "birth_date"}
    columns = ["child_id", "episode_id", "county", *details, "entry_date", "exit_date", "exit_reason", "entry_known"]
    return episodes.assign(**named)[[*columns, "continues", "file", "row"]].reset_index()


def _told_apart(episodes: pd.DataFrame, where: str, ledger: Ledger) -> pd.DataFrame:
    """The episodes with the authority before a child_id that two authorities use."""
    shared = episodes.groupby("child_id")["county"].transform("nunique") > 1
    if shared.any():
        numbers = episodes.loc[shared, "child_id"].nunique()
        ledger.note(f"{where}: {counted(numbers, 'child id')} in use by two authorities; read as different children.")
    told = episodes["county"] + "-" + episodes["child_id"]
    return episodes.assign(child_id=episodes["child_id"].mask(shared, told))


def _placements(steps: pd.DataFrame, episode_id: pd.Series) -> pd.DataFrame:
    """One row per home. A change of legal status is not a move, nor is a new status of the same carers.

    A new placement starts with the stay, with a move, or where the same carers' home becomes another kind of setting.
    """
    by_stay = steps.sort_values(["stay", "start_date"], kind="stable")
    same_stay = by_stay["stay"] == by_stay["stay"].shift()
    changed = by_stay["setting"] != by_stay["setting"].shift()
    moved = by_stay["start_reason"] == "move"
    new = ~same_stay | moved | (changed & (by_stay["start_reason"] != "legal status"))
    number = new.cumsum()
    first, last = by_stay[new], by_stay.groupby(number).tail(1)
    return pd.DataFrame({
        "episode_id": first["stay"].map(episode_id).astype("str"),
        "setting": first["setting"],
        "start_date": first["start_date"],
        "end_date": last["end_date"].set_axis(first.index),
        "file": first["file"],
        "row": first["row"],
    })


def _note(steps: pd.DataFrame, episodes: pd.DataFrame, order: tuple[str, ...], where: str, ledger: Ledger) -> None:
    open_rows = steps["end_date"].isna()
    for defect, rows, noun, said in (
        ("reason-without-exit", steps[open_rows & (steps["end_reason"] != "")], "row",
         "had no end date but an exit code; read as still in care"),
        ("entry-not-in-file", episodes[~episodes["entry_known"]], "stay", "began before the first row there is; not counted as entries"),
        ("end-not-in-file", episodes[episodes["continues"]], "stay",
         "ended with a row that says care continues, and no row continues it; read as still in care"),
        ("end-not-in-file", steps[_lost(steps, order)], "row",
         "had no end date in a return that is not the authority's last; read as still in care"),
        ("overlapping-stays-kept", episodes[_overlapping(episodes)], "stay",
         "started before the child's earlier stay had ended; both kept as reported"),
    ):
        ledger.tell(defect, f"{counted(len(rows), noun)} {said}", rows)
    _note_start(steps, episodes, where, ledger)


def _note_start(steps: pd.DataFrame, episodes: pd.DataFrame, where: str, ledger: Ledger) -> None:
    """A return tells of earlier entries only for children still in care when it begins: those cohorts are not whole."""
    begins = steps["end_date"].min()
    earlier = (episodes["entry_known"] & (episodes["entry_date"] < begins)).sum()
    if earlier:
        ledger.note(
            f"{where}: no row ends before {begins:%B %Y}; of earlier entries only those of children still in "
            f"care then are there ({earlier:,}), not whole entry cohorts."
        )


def _overlapping(episodes: pd.DataFrame) -> pd.Series:
    """Which stays start before an earlier stay of the child has ended."""
    stays = episodes.sort_values([*CHILD, "entry_date"])
    ends = stays["exit_date"].fillna(pd.Timestamp.max.floor("D").as_unit("s"))
    latest = ends.groupby([stays[name] for name in CHILD]).cummax()
    before = latest.groupby([stays[name] for name in CHILD]).shift()
    return (stays["entry_date"] < before).reindex(episodes.index)


def _lost(steps: pd.DataFrame, order: tuple[str, ...]) -> pd.Series:
    """Open rows last reported in a return before the authority's last."""
    if not order or order[0] not in steps:
        return pd.Series(False, index=steps.index)
    newest = steps.groupby("county")[order[0]].transform("max")
    return steps["end_date"].isna() & (steps[order[0]] < newest).fillna(False).astype(bool)
