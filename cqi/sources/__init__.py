"""Files become the tables of the contract, through sources declared in `definitions/sources/*.toml`.

A new source is one TOML file and one of the row shapes (`shapes.py`); no Python is written for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.counties import one_spelling
from cqi.sources.declared import Source, declared_source, source_names
from cqi.sources.finding import data_path
from cqi.sources.goals import goals, with_goals
from cqi.sources.names import with_county_names
from cqi.sources.official import official_checks
from cqi.sources.parsing import parsed_tables
from cqi.sources.reading import text_tables
from cqi.sources.services import apart, suspect_services, with_services
from cqi.sources.shapes import SHAPES
from cqi.sources.site_goals import with_site_goals
from cqi.sources.stays import possible_days
from cqi.sources.steps import with_steps
from cqi.sources.suspicions import suspect
from cqi.sources.tables import blank, contract, places, plain_table
from cqi.vocabulary import GOAL_COLUMNS, TABLE_COLUMNS, CqiError

__all__ = ["Extract", "load", "source_names"]


@dataclass(frozen=True)
class Extract:
    """What was read: the tables of the contract, and what became of every row.

    Tables have the columns of `vocabulary.TABLE_COLUMNS`, empty where the source has none, text as `str` ('' is
    missing), dates as datetime64[s], whole numbers as Int64. Episodes also have `entry_known` (False: the child was in
    care before the file begins, so the entry_date is not an entry), `left_out` (True: an official check flags the record,
    and no official measure counts it) and the covariates that the source declares: sex, race, county_fips,
    placement_count, current_setting, current_setting_start. Reports may have care_id (the child's id in the episodes,
    where it is another than child_id, blank where the child has none), report_id, birth_date, age, sex, race and unborn.
    `targets`: what the agency has set itself, by county (or `vocabulary.WHOLE`) and measure: target (0 to 1; of a rate, a number
    in its unit), by (the last day, may be missing), owner (a role, may be ''). `regions`: county and region. `goals_attained`: the
    goals of single people as `cqi.goals.attainment` takes them, never to be shown. All three are empty where the files are not there.
    `federal`: the file is of the federal system, so its checks, limits and half-year reporting periods apply.
    `checks`: one row for each official check, half-year and county. `flagged`: rows that a check leaves out, by county
    and dates, without ids. `findings`: every defect found, as a person can act on it.
    `account`: file, table, rows_read = used + merged + quarantined. `quarantine`: file, row, table, reason.
    `merged`: file, row, table, into. `row` is the line in the file, 2 is the first data row (blank lines not counted; in nested
    XML the rows are the removals, living arrangements or visits, and `file` says which).
    `inputs`: file, sha256, bytes. `notes`: sentences on how the files were read.
    """

    source: str
    data: Path
    episodes: pd.DataFrame = field(repr=False)
    placements: pd.DataFrame = field(repr=False)
    reports: pd.DataFrame = field(repr=False)
    population: pd.DataFrame = field(repr=False)
    referrals: pd.DataFrame = field(repr=False)
    staff: pd.DataFrame = field(repr=False)
    visits: pd.DataFrame = field(repr=False)
    targets: pd.DataFrame = field(repr=False)
    regions: pd.DataFrame = field(repr=False)
    goals_attained: pd.DataFrame = field(repr=False)
    account: pd.DataFrame
    quarantine: pd.DataFrame = field(repr=False)
    merged: pd.DataFrame = field(repr=False)
    inputs: pd.DataFrame
    notes: tuple[str, ...]
    federal: bool
    checks: pd.DataFrame = field(repr=False)
    flagged: pd.DataFrame = field(repr=False)
    findings: pd.DataFrame = field(repr=False)


def load(data: str | Path, source: str = "episodes") -> Extract:
    """The tables in `data` (a folder or a file), read as the source called `source` declares.

    A relative path is looked for in the working folder and then in each folder above it. A single file is read as the
    source's required table. The result does not depend on the order of rows. Rows that cannot be right are set aside
    with a reason; CqiError names every problem that makes a file unusable, one a line.
    """
    declared = with_services(with_goals(declared_source(source)))
    path = data_path(data)
    ledger = Ledger()
    text = text_tables(path, declared, ledger)
    asked = with_site_goals({name: text.pop(name) for name in GOAL_COLUMNS if name in text}, path, ledger)
    rows = one_spelling(_parsed(text, declared, ledger), ledger)
    _check_some(rows["episodes"], ledger)
    rows = with_county_names(with_steps(rows, declared, ledger), declared)
    _check_some(rows["episodes"], ledger)
    made = _tables(rows, declared, ledger)
    _check_some(made["episodes"], ledger)
    suspect(made, declared, ledger)
    suspect_services(made, ledger)
    checked = official_checks(rows, made, declared, ledger)
    made["episodes"] = made["episodes"].assign(left_out=checked.left_out)
    tables = {name: contract(made.get(name), name) for name in TABLE_COLUMNS}
    tables |= goals(asked, {*tables["episodes"]["county"], *tables["reports"]["county"]}, declared, ledger)
    return Extract(
        source=source, data=path, **tables, account=ledger.account(), quarantine=ledger.quarantine(),
        merged=ledger.merged(), inputs=ledger.inputs(), notes=ledger.notes, federal=declared.federal,
        checks=checked.checks, flagged=checked.flagged, findings=ledger.findings(),
    )


def _parsed(text: dict[str, pd.DataFrame], source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The rows of each role parsed; all that makes a file unusable is said at once."""
    rows, problems = {}, []
    for part in apart(source):
        try:
            rows |= parsed_tables(text, part, ledger)
        except CqiError as error:
            problems.append(str(error))
    if problems:
        raise CqiError("\n".join(problems))
    return rows


def _tables(rows: dict[str, pd.DataFrame], source: Source, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The row shape's tables, then the tables that need none; placements of no episode are set aside."""
    tables = {file.role: file.table for file in source.files}
    nested = {file.role for file in source.files if file.nested}
    stays = {role: rows[role] for role in rows if tables[role] in ("episodes", "children") or role in nested}
    if source.shape != "touching_rows":  # its rows are parts of stays, kept as reported
        stays["episodes"] = possible_days(stays["episodes"], source.order, source.earliest_entry, ledger)
    made = SHAPES[source.shape](stays, source.order, ledger)
    for role, table in tables.items():
        if role in rows and role not in stays:
            found = _of_known_episodes(rows[role], made["episodes"], ledger) if table == "placements" else rows[role]
            made[table] = plain_table(found, table, source.order, ledger)
    return {**made, "episodes": _with_entry_known(made["episodes"])}


def _check_some(episodes: pd.DataFrame, ledger: Ledger) -> None:
    if episodes.empty:
        reasons = ledger.quarantine()["reason"].value_counts()
        told = "; ".join(f"{reason} ({counted(rows, 'row')})" for reason, rows in reasons.head(3).items())
        where = ledger.label(ledger.quarantine().query("table == 'episodes'"), "episodes")
        raise CqiError(f"{where}: no row of the files can be used: {told}. Correct them in the source.")


def _of_known_episodes(placements: pd.DataFrame, episodes: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    lost = pd.Series(places(placements["episode_id"], episodes["episode_id"]) < 0, index=placements.index)
    return ledger.set_aside(placements, lost, "its episode is not in the file or was set aside", "placements", defect="no-such-stay")


def _with_entry_known(episodes: pd.DataFrame) -> pd.DataFrame:
    """Episodes with `entry_known` as True or False, True where the source does not say, and a birth_date, if only a missing one."""
    said = episodes.get("entry_known", pd.Series(True, index=episodes.index))
    birth = episodes.get("birth_date", blank("birth_date", episodes.index))
    return episodes.assign(entry_known=(said != "no") & (said != False), birth_date=birth)  # noqa: E712 - words or truth values
