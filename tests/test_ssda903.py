"""England's return: rows that touch become stays, in every layout, and placements come from the same rows."""

import datetime
import os
from collections import defaultdict
from csv import DictReader
from pathlib import Path

import pandas as pd
import pytest
from drawn import cells, write

from cqi.sources import load

HEAD = "CHILD DECOM RNE PLACE DEC REC LA YEAR"


def read(folder, drawing, **others):
    extract = load(write(folder, episodes=drawing, **others), "ssda903")
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    return extract


def stays(extract):
    """(child, entry, exit or '', reason, entry known) of every episode."""
    table = extract.episodes
    days = [table[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("entry_date", "exit_date")]
    return list(zip(table.child_id, *days, table.exit_reason, table.entry_known, strict=True))


def test_rows_that_touch_are_one_stay(tmp_path):
    extract = read(tmp_path, f"""
        {HEAD}
        a  2017-04-10  S  U4  2017-06-01  X1   Bromley  2017
        a  2017-06-01  P  K2  2017-09-01  X1   Bromley  2017
        a  2017-09-01  L  K2  2018-01-15  E4A  Bromley  2017
        a  2018-02-01  S  U4  .           .    Bromley  2017
        b  2016-01-01  P  U1  2017-05-01  E12  Bromley  2017
        a  2017-06-01  S  U4  2017-07-01  E2   Camden   2017
    """)
    assert stays(extract) == [
        ("Bromley-a", "2017-04-10", "2018-01-15", "reunification", True),
        ("Bromley-a", "2018-02-01", "", "", True),
        ("b", "2016-01-01", "2017-05-01", "adoption", False),  # in care before the file begins
        ("Camden-a", "2017-06-01", "2017-07-01", "death", True),  # another authority's child of the same number
    ]
    assert any("1 child id in use by two authorities; read as different children" in note for note in extract.notes)
    assert any("1 stay began before the first row there is; not counted as entries" in note for note in extract.notes)


def test_overlapping_stays_keep_their_own_rows(tmp_path):
    """Sorted by start, the rows of the two stays interleave; linked by their dates, each stay is whole."""
    extract = read(tmp_path, f"""
        {HEAD}
        a  2017-01-01  S  U4  2017-08-01  X1   Bromley  2017
        a  2017-04-20  S  U4  2017-05-30  X1   Bromley  2017
        a  2017-05-30  P  K2  2018-05-01  E11  Bromley  2017
        a  2017-08-01  L  U4  2017-08-22  E4B  Bromley  2017
    """)
    assert stays(extract) == [
        ("a", "2017-01-01", "2017-08-22", "reunification", True),
        ("a", "2017-04-20", "2018-05-01", "adoption", True),
    ]
    assert any("1 stay started before the child's earlier stay had ended; both kept" in note for note in extract.notes)


def test_edges_of_touching(tmp_path):
    extract = read(tmp_path, f"""
        {HEAD}
        a  2017-01-01  S  U4  2017-02-01  E4A  B  2017
        a  2017-02-01  S  U4  2017-02-01  X1   B  2017
        b  2017-01-01  S  U4  2017-01-31  X1   B  2017
        b  2017-02-01  P  U4  2017-03-01  E2   B  2017
        c  2017-01-01  S  U4  2017-02-01  X1   B  2017
        c  2017-02-01  P  U4  2017-02-01  X1   B  2017
        d  2017-01-01  S  U4  .           E4A  B  2017
        e  2017-01-01  S  U4  2017-02-01  .    B  2017
    """)
    assert stays(extract) == [
        ("a", "2017-01-01", "2017-02-01", "reunification", True),
        ("a", "2017-02-01", "", "", True),  # a start is a new stay though the dates touch; "continues" is no exit
        ("b", "2017-01-01", "", "", True),  # the day before does not touch
        ("b", "2017-02-01", "2017-03-01", "death", False),
        ("c", "2017-01-01", "", "", True),  # a row of no days carries on and does not carry on itself
        ("d", "2017-01-01", "", "", True),  # no end date: in care, whatever the code
        ("e", "2017-01-01", "2017-02-01", "unknown", True),
    ]
    assert any("3 stays ended with a row that says care continues" in note for note in extract.notes)
    assert any("1 row had no end date but an exit code" in note for note in extract.notes)


def test_the_latest_return_wins(tmp_path):
    extract = read(tmp_path, f"""
        {HEAD}
        a  2017-04-10  S  U4  2018-06-01  E13  B  2018
        a  2017-04-10  S  U4  .           X1   B  2017
        b  2017-04-10  S  U4  .           X1   B  2017
        c  2017-04-10  S  U4  .           X1   B  2018
        c  2017-04-10  S  U4  2018-05-01  E13  B  2018
        d  2018-04-10  S  U4  .           .    B  2018
    """)
    assert stays(extract) == [
        ("a", "2017-04-10", "2018-06-01", "relative", True),
        ("b", "2017-04-10", "", "", True),
        ("d", "2018-04-10", "", "", True),
    ]
    assert extract.merged[["row", "into"]].values.tolist() == [[3, "a later report of the same row"]]
    assert extract.quarantine.row.to_list() == [5, 6]
    assert any("1 row had no end date in a return that is not the authority's last" in note for note in extract.notes)


def test_placements(tmp_path):
    extract = read(tmp_path, f"""
        {HEAD}
        a  2017-01-01  S  U4  2017-02-01  X1   B  2017
        a  2017-02-01  L  U4  2017-03-01  X1   B  2017
        a  2017-03-01  P  U4  2017-04-01  X1   B  2017
        a  2017-04-01  T  U4  2017-05-01  X1   B  2017
        a  2017-05-01  U  A3  2017-06-01  X1   B  2017
        a  2017-06-01  L  K2  .           .    B  2017
    """)
    table = extract.placements
    assert table.setting.to_list() == ["foster family", "foster family", "pre-adoptive home"]
    assert table.start_date.dt.month.to_list() == [1, 3, 5]
    assert table.end_date.dt.month.fillna(0).to_list() == [3, 5, 0]
    assert set(table.episode_id) == set(extract.episodes.episode_id)


def test_children_details(tmp_path):
    extract = read(
        tmp_path, HEAD + "".join(f"\n{child} 2017-01-01 S U4 . . B 2017" for child in "abcd"),
        header="""
            CHILD SEX DOB         ETHNIC LA YEAR
            a     1   2009-05-01  MWBC   B  2017
            a     2   2010-05-01  MWBC   B  2018
            a     2   2010-05-01  MWBC   B  2018
            d     1   2017-01-02  REFU   B  2018
            z     1   2017-01-02  REFU   B  2018
        """,
        uasc="CHILD SEX DOB LA YEAR\na 1 2000-01-01 B 2019\nb 1 2001-01-01 B 2019",
    )
    table = extract.episodes.set_index("child_id")
    assert table.birth_date.dt.year.fillna(0).to_dict() == {"a": 2010, "b": 2001, "c": 0}
    assert table.sex.to_dict() == {"a": "female", "b": "male", "c": "unknown"}
    assert table.race.to_dict() == {"a": "White and Black Caribbean", "b": "unknown", "c": "unknown"}
    assert extract.quarantine[["row", "reason"]].values.tolist() == [[5, "start_date comes before birth_date"]]
    assert extract.account.used.to_list() == [3, 3, 2]


ROWS = """
    CHILD DECOM       RNE PLACE DEC         REC
    a     10/04/2017  S   U4    2017-06-01  X1
    a     01/06/2017  P   K2    .           X1
"""


@pytest.mark.parametrize(("path", "county"), [
    ("Bromley/episodes", "Bromley"),
    ("Bromley/2017/episodes", "Bromley"),
    ("2017/Bromley/episodes", "Bromley"),
    ("Bromley/2017-18/SSDA903_2017_Episodes", "Bromley"),
    ("Bromley/SSDA903_2018_episodes", "Bromley"),
])
def test_layouts(tmp_path, path, county):
    write(tmp_path, **{path.replace("/", "__"): ROWS})
    extract = load(tmp_path, "ssda903")
    assert extract.episodes.county.to_list() == [county]
    assert extract.account.file.to_list() == [f"{path}.csv"]
    assert len(extract.placements) == 2
    assert load(tmp_path / f"{path}.csv", "ssda903").episodes.equals(extract.episodes)


def test_yearly_folders_of_two_authorities(tmp_path):
    folder = write(
        tmp_path, Bromley__2017__episodes=ROWS, Southwark__2017__episodes=ROWS,
        Bromley__2018__SSDA903_2018_EPISODES=ROWS.replace(".           X1", "2018-05-01  E13"),
        Bromley__2018__header="CHILD SEX DOB ETHNIC\na 1 01/02/2009 WBRI",
    )
    extract = load(folder, "ssda903")
    table = extract.episodes.set_index("county")
    assert table.exit_reason.to_dict() == {"Bromley": "relative", "Southwark": ""}
    assert table.birth_date.notna().to_dict() == {"Bromley": True, "Southwark": False}
    assert table.birth_date.iloc[0] == pd.Timestamp("2009-02-01")
    assert extract.account.merged.sum() == 2


@pytest.mark.parametrize(("years", "rows"), [
    (("2017", "2018"), 1), (("2017/18", "2018/19"), 1), (("2017-2018", "2018-2019"), 1), (("201718", "201819"), 1),
    (("2017.0", "2018.0"), 1), (("first", "second"), 0),
])
def test_how_a_year_is_written(tmp_path, years, rows):
    """Of the same row in two returns the later counts; where the year can't be read, neither does."""
    drawing = f"{HEAD}\na 2017-01-01 S U4 . . B {years[0]}\na 2017-01-01 S U4 2018-05-01 E11 B {years[1]}\nb 2017-01-01 S U4 . . B ."
    extract = read(tmp_path, drawing)
    assert extract.account.loc[0, ["merged", "quarantined"]].to_list() == ([1, 0] if rows else [0, 2])
    assert extract.episodes.query("child_id == 'a'").exit_reason.to_list() == ["adoption"] * rows


def test_dates_written_in_many_ways_in_one_file(tmp_path):
    days = ("2017-04-03", "03/04/2017", "03/04/2017~00:00:00", "3-4-2017", "03.04.2017", "03-Apr-2017", "2017/04/03", "20170403",
            "2017-04-03T00:00:00")
    extract = read(tmp_path, "\n".join([HEAD, *(f"c{number} {day} S U4 . . B 2017" for number, day in enumerate(days))]))
    assert extract.episodes.entry_date.to_list() == [pd.Timestamp("2017-04-03")] * len(days)


def test_a_header_without_authority_beside_rows_with_one(tmp_path):
    header = "CHILD SEX DOB ETHNIC\na 1 2009-01-01 WBRI"
    extract = read(tmp_path, f"{HEAD}\na 2017-01-01 S U4 . . B 2017", header=header)
    assert extract.episodes.birth_date.notna().all()


def test_the_order_of_rows_does_not_matter(tmp_path):
    drawing = f"""
        {HEAD}
        a  2017-01-01  S  U4  2017-08-01  X1   B  2017
        a  2017-08-01  L  U4  2017-08-22  E4B  B  2017
        a  2017-08-01  L  U4  .           X1   B  2016
        a  2017-04-20  S  U4  2017-05-30  X1   B  2017
        a  2017-05-30  P  K2  2018-05-01  E11  B  2017
        c  2017-01-01  S  U4  2016-08-01  X1   B  2017
    """
    first = read(tmp_path, drawing)
    head, *rows = cells(drawing)
    for seed in range(4):
        mixed = pd.DataFrame(rows, columns=head).sample(frac=1, random_state=seed)
        mixed.to_csv(tmp_path / "episodes.csv", index=False)
        again = load(tmp_path, "ssda903")
        for name in ("episodes", "placements", "account"):
            pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
        assert first.notes == again.notes


# ---- against data from outside, read a second time here in plain Python

external = pytest.mark.external
PERMANENT = {"E4A", "E4B", "E13", "E41", "E43", "E44", "E45", "E46", "E47", "E48", "E11", "E12"}


def outside(name):
    folder = Path(os.environ.get("CQI_EXTERNAL_DATA", "")) / name
    if not os.environ.get("CQI_EXTERNAL_DATA") or not folder.is_dir():
        pytest.skip(f"CQI_EXTERNAL_DATA does not name a folder with {name}")
    return folder


def simple_reading(path):
    """Another's reading: the latest YEAR of each child and start, sorted; a stay breaks at S or where dates part."""
    latest = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in DictReader(file):
            key = row["CHILD"], row["DECOM"]
            if key not in latest or row["YEAR"] > latest[key]["YEAR"]:
                latest[key] = row
    children = defaultdict(list)
    for key in sorted(latest):
        children[key[0]].append(latest[key])
    found = []
    for rows in children.values():
        for before, row in zip([None, *rows], rows):
            if before is None or row["RNE"] == "S" or before["DEC"] != row["DECOM"]:
                found.append([])
            found[-1].append(row)
    return found, children


def year(day):
    return day.year - (day.month < 4)


@external
def test_three_boroughs_against_a_simple_reading():
    folder = outside("ssda903_three_boroughs")
    simple, children = simple_reading(folder / "episodes.csv")
    extract = load(folder, "ssda903")
    ours = {(*stay[:3], stay[4]) for stay in stays(extract)}
    theirs = {(rows[0]["CHILD"], rows[0]["DECOM"], rows[-1]["DEC"], rows[0]["RNE"] == "S") for rows in simple}
    assert (len(simple), len(ours), len(theirs & ours)) == (890, 865, 844)

    crossed = {  # children with a row that starts while an earlier row runs: their sorted rows interleave
        child for child, rows in children.items()
        for before, row in zip(rows, rows[1:]) if before["DEC"] > row["DECOM"]
    }
    only_theirs, only_ours = theirs - ours, ours - theirs
    assert {stay[0] for stay in only_theirs | only_ours} <= crossed
    assert (len(only_theirs), len(only_ours)) == (46, 21)
    pieces = [rows for rows in simple if rows[-1]["DEC"] and rows[-1]["REC"] == "X1"]
    assert len(pieces) == 25  # 890 - 865: pieces that end with "continues"; linked by date, no stay of ours does
    assert not any("says care continues" in note for note in extract.notes)
    for piece in pieces:  # each is carried on by a row of the same child that starts the day it ends
        assert any(row["DECOM"] == piece[-1]["DEC"] for row in children[piece[0]["CHILD"]])


@external
def test_three_boroughs_entries_and_permanency_within_365_days():
    folder = outside("ssda903_three_boroughs")
    counts = defaultdict(lambda: [0, 0])
    for rows in simple_reading(folder / "episodes.csv")[0]:
        entry = datetime.date.fromisoformat(rows[0]["DECOM"])
        if rows[0]["RNE"] == "S":
            end = rows[-1]["DEC"] and datetime.date.fromisoformat(rows[-1]["DEC"])
            cell = counts[rows[0]["LA"], year(entry)]
            cell[0] += 1
            cell[1] += bool(end and rows[-1]["REC"] in PERMANENT and (end - entry).days <= 365)
    table = load(folder, "ssda903").episodes.query("entry_known")
    permanent = table.exit_reason.isin(["reunification", "relative", "guardianship", "adoption"])
    within = permanent & ((table.exit_date - table.entry_date).dt.days <= 365)
    by_year = within.groupby([table.county, table.entry_date.map(year)]).agg(["size", "sum"])
    ours = by_year.apply(tuple, axis=1).to_dict()
    assert ours["Bromley", 2017] == (70, 16)
    assert ours["Hillingdon", 2017] == (35, 9)
    assert ours["Southwark", 2017] == (77, 15)
    differ = {key: (tuple(counts[key]), ours[key]) for key in ours if ours[key] != tuple(counts[key])}
    assert differ == {("Southwark", 2018): ((8, 1), (8, 2))}  # one stay, cut in theirs by an overlapping one


@external
@pytest.mark.parametrize(("name", "account", "sizes"), [
    ("ssda903_three_boroughs", [[3737, 2827, 910, 0], [1304, 572, 732, 0], [51, 23, 28, 0]], (865, 364, 2091)),
    ("ssda903_full_return", [[5050, 5050, 0, 0], [2675, 2675, 0, 0], [132, 132, 0, 0]], (2237, 381, 4230)),
])
def test_accounts_of_the_returns(name, account, sizes):
    extract = load(outside(name), "ssda903")
    assert extract.account[["rows_read", "used", "merged", "quarantined"]].values.tolist() == account
    assert (len(extract.episodes), extract.episodes.entry_known.sum(), len(extract.placements)) == sizes


@external
def test_full_return_rows_without_an_end_are_in_care():
    extract = load(outside("ssda903_full_return"), "ssda903")
    assert "episodes.csv: 1,413 rows had no end date but an exit code; read as still in care." in extract.notes
    assert set(extract.episodes.county) == {"ssda903_full_return"}
    assert extract.episodes.birth_date.notna().all()
