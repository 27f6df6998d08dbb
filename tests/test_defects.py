"""Every defect of the catalogue on a file of its own: what is done, and what is said of it, never with a child's value."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cqi.sources import load
from cqi.sources.declared import OURS
from cqi.sources.defects import ACTIONS, SEVERITIES, catalogue
from cqi.sources.suspicions import with_after_today
from cqi.vocabulary import CqiError

HEAD = "child_id,county,birth_date,entry_date,exit_date,exit_reason"
ROWS = (
    "hidden1,Alder,2015-03-17,2024-01-05,2024-06-01,reunification",
    "hidden2,Birch,2016-08-09,2024-02-05,,",
    "hidden3,Alder,2014-11-23,2024-03-05,2025-01-20,adoption",
)
SECRET = ("hidden", "2015-03-17", "2016-08-09", "2014-11-23", "17.03.2015", "17/03/2015", "03/17/2015", "900112233", "Ada Secret")
"""Ids, days of birth, numbers and names that stand in the files and may stand in no message."""


def lines(*more, head=HEAD, rows=ROWS):
    return "\n".join([head, *rows, *more]) + "\n"


def with_column(name, *values):
    """The file with one more column at its end."""
    return lines(head=f"{HEAD},{name}", rows=[f"{row},{value}" for row, value in zip(ROWS, values, strict=True)])


def replaced(old, new, text=None):
    text = text or lines()
    assert old in text
    return text.replace(old, new)


def births(day, number=10):
    """Children born on that day, of one year after the other, in rows from 5 on."""
    return lines(*(f"hidden9{place},Birch,{2008 + place}-{day},2024-02-05,2024-03-05,adoption" for place in range(number)))


def placed(*placements):
    return {"episodes.csv": with_column("episode_id", "e1", "e2", "e3"),
            "placements.csv": "\n".join(["episode_id,setting,start_date,end_date", *placements]) + "\n"}


# Number in the catalogue, action, name of the defect, files (text alone is episodes.csv), words that are said. `own` stands for a
# source of the user's own: settings before those of `episodes`, and changes to its text.

OWN = "own"
CASES = [
    (1, "reject", "empty-file", "", ("episodes.csv: the file is empty; export the table again.",)),
    (1, "reject", "damaged-file", {"episodes.parquet": "hidden1"},
     ("episodes.parquet: the file cannot be read as Parquet; export it again.",)),
    (1, "warn", "empty-optional-file", {"episodes.csv": lines(), "reports.csv": " \n"},
     ("reports.csv", "the file is empty; it was left out")),
    (2, "reject", "no-rows", HEAD + "\n", ("episodes.csv: there are column names but no rows",)),
    (3, "fix", "byte-order-mark", lines().encode("utf-8-sig"), ("episodes.csv", "a mark before the first column's name was left off")),
    (4, "fix", "utf-16", lines().encode("utf-16"), ("episodes.csv", "saved as Unicode (UTF-16); read as such")),
    (4, "reject", "utf-16-without-mark", lines().encode("utf-16-le"), ("looks like UTF-16", "save it as 'CSV UTF-8'")),
    (5, "reject", "other-encoding", replaced("Birch", "Doña Ana").encode("cp1252"), ("line 3 has letters", "encoding = \"cp1252\"")),
    (5, "fix", "declared-encoding", (OWN, 'encoding = "cp1252"', replaced("Birch", "Doña Ana").encode("cp1252")),
     ("read as cp1252, as declared",)),
    (6, "fix", "other-separator", lines().replace(",", ";"), ("columns are separated by ';'; read so",)),
    (6, "fix", "other-separator", lines().replace(",", "\t"), ("columns are separated by tabs; read so",)),
    (6, "fix", "other-separator", lines().replace(",", "|"), ("columns are separated by bars; read so",)),
    (7, "reject", "ragged-row", replaced("hidden2", "hidden2,Ada Secret"),
     ("line 3 has 7 fields where the header has 6", "quotation marks")),
    (7, "reject", "ragged-row", replaced("Alder,2014", "2014", lines("hidden4,Alder")), ("line 4 has 5 fields", "1 more line like it")),
    (8, "reject", "open-quote", replaced("Birch", '"Birch'), ("episodes.csv: a quotation mark on line 3 is never closed",)),
    (8, "reject", "open-quote", replaced("Birch", '"Bi"rch'), ("a quotation mark on line 3",)),
    (9, "reject", "control-characters", replaced("hidden3", "hid\0den3"),
     ("line 4 contains unreadable characters; export the table again",)),
    (10, "reject", "missing-column", replaced("entry_date", "EntryDt"), ("there is no column 'entry_date'", "Did you mean 'EntryDt'?")),
    (11, "reject", "repeated-column", with_column("Child_ID", *"abc"), ("the column name 'Child_ID' is there 2 times; keep one of them",)),
    (12, "warn", "other-columns", with_column("colour", *"abc"), ("were not read: colour",)),
    (12, "fix", "private-columns", with_column("Child SSN", "900112233", "", ""), ("people's names or numbers were dropped: Child SSN",)),
    (12, "fix", "private-columns", with_column("LastName", "Ada Secret", "", ""), ("were dropped: LastName",)),
    (59, "fix", "worker-columns", with_column("CaseWorker", "Ada Secret", "", ""), ("workers or providers were dropped: CaseWorker",)),
    (59, "fix", "worker-columns", with_column("provider_id", "900112233", "", ""), ("were dropped: provider_id",)),
    (13, "reject", "total-row", lines("Total,,,,,3"), ("the last line, row 5, looks like a total and not like a child",)),
    (13, "reject", "total-row", lines("Total: 3 children"), ("the last line, 5, looks like a total or a note",)),
    (13, "reject", "total-row", lines("(3 rows affected)"), ("the last line, 5, looks like a total or a note",)),
    (14, "reject", "names-not-first", "Children in care,,,,,\n" + lines(), ("the first line names none of the columns", "line 2 does")),
    (14, "reject", "names-not-first", "\n".join(ROWS) + "\n", ("names none of the columns",)),
    (14, "reject", "repeated-names", lines(HEAD, *ROWS), ("row 5 holds the column names again",)),
    (15, "quarantine", "no-child-id", lines(",Alder,2015-03-17,2024-01-05,,"), ("1 row set aside: child_id is blank", "row 5")),
    (16, "reject", "rounded-ids", replaced("hidden2", "9.00112233E+15"), ("1 of child_id, the first on row 3, look like rounded numbers",)),
    (16, "reject", "rounded-ids", replaced("hidden2", "900112233.0"), ("1 of child_id, the first on row 3",)),
    (16, "reject", "rounded-ids", lines(rows=[f"90011223344556{n}0,{ROWS[0][8:]}" for n in range(6)]),
     ("all 6 long numbers in child_id end in zeros",)),
    (17, "warn", "uneven-ids", lines("00900112233,Alder,,2024-01-05,,", "900112233,Alder,,2024-02-05,,"),
     ("1 row: ids of different length", "row 5")),
    (18, "fix", "repeated-row", lines(ROWS[0]), ("1 repeated row kept once", "row 5")),
    (19, "quarantine", "two-versions", lines(replaced("adoption", "relative", ROWS[2])), ("2 rows set aside: two different rows", "row 4")),
    (20, "warn", "two-births", lines("hidden1,Alder,2015-04-17,2025-01-05,,"), ("2 rows: 1 id with two dates of birth", "row 2")),
    (20, "warn", "two-sexes", with_column("sex", *"mff") + "hidden1,Alder,2015-03-17,2025-01-05,,,f\n",
     ("2 rows: 1 id with two entries of sex", "row 2")),
    (21, "warn", "no-birth-date", replaced("2015-03-17", ""), ("1 row: there is no date of birth", "row 2", "5%")),
    (22, "quarantine", "birth-after-entry", lines("hidden4,Alder,2024-01-06,2024-01-05,,"),
     ("1 row set aside: entry_date comes before birth_date", "row 5")),
    (23, "quarantine", "birth-after-exit", lines("hidden4,Alder,2024-01-05,2024-01-05,2024-01-04,"),
     ("1 row set aside: exit_date comes before birth_date",)),
    (24, "quarantine", "birth-in-future", with_column("data_as_of", "2025-01-31", "", "") + "hidden4,Alder,2025-02-01,2025-02-01,,,\n",
     ("1 row set aside: birth_date lies after the last day", "row 5")),
    (25, "warn", "placeholder-birth", replaced("2015-03-17", "1900-01-01"), ("1 value of birth_date stood for no date", "row 2")),
    (25, "warn", "births-on-1-january", births("01-01"), ("10 rows: births on 1 January, where about 0 are usual", "row 5")),
    (26, "quarantine", "entry-after-21", lines("hidden4,Alder,2003-01-04,2024-01-05,,"),
     ("1 row set aside: entry_date is after the 21st birthday", "row 5")),
    (26, "warn", "entry-at-18", lines("hidden4,Alder,2006-01-05,2024-01-05,,"), ("1 row: entries into care at 18 or older", "row 5")),
    (27, "quarantine", "over-21-years", lines("hidden4,Alder,,2003-01-04,2024-01-05,adoption"),
     ("1 row set aside: the stay lasts more than 21 years",)),
    (28, "quarantine", "no-entry-date", lines("hidden4,Alder,2015-03-17,,,"), ("1 row set aside: entry_date is blank", "row 5")),
    (29, "quarantine", "entry-in-future", lines("hidden4,Alder,2015-03-17,2033-01-05,,"),
     ("1 row set aside: entry_date lies after the last day", "row 5")),
    (30, "quarantine", "entry-too-early", lines("hidden4,Alder,,1969-12-31,1970-06-01,adoption"),
     ("1 row set aside: entry_date is before 1970-01-01",)),
    (30, "quarantine", "entry-too-early", (OWN, "earliest_entry = 2024-02-06", lines()),
     ("2 rows set aside: entry_date is before 2024-02-06", "row 2")),
    (31, "quarantine", "exit-before-entry", lines("hidden4,Alder,2015-03-17,2024-01-05,2024-01-04,adoption"),
     ("1 row set aside: exit_date comes before entry_date",)),
    (32, "warn", "same-day-exit", lines("hidden4,Alder,2015-03-17,2024-01-05,2024-01-05,adoption"),
     ("1 row: entry and exit are on the same day", "row 5")),
    (33, "warn", "short-stays", lines("hidden4,Alder,2015-03-17,2024-01-05,2024-01-12,adoption"), ("1 row: stays under 8 days", "row 5")),
    (34, "quarantine", "exit-in-future", lines("hidden4,Alder,2015-03-17,2024-01-05,2034-01-05,adoption"),
     ("1 row set aside: exit_date lies after",)),
    (35, "warn", "reason-without-exit", replaced("2024-06-01,", ","),
     ("1 row had no end date but an exit code; read as still in care", "row 2")),
    (35, "warn", "exit-without-reason", replaced("adoption", ""), ("1 row had an exit but no reason for it; read as 'unknown'", "row 4")),
    (36, "warn", "unknown-code", replaced("adoption", "hidden77"),
     ("1 row had a code of exit_reason that is not in the declared list", "row 4")),
    (37, "fix", "label-for-code", (OWN, "", replaced("reunification", "RTH"), ('codes = "exit reasons"', 'codes = "why"'),
                                   ("[codes.", '[codes.why]\nRTH = "reunification"\nadoption = "adoption"\n[codes.')),
     ("1 row had the word of exit_reason in place of its code; read as that word", "row 4")),
    (38, "quarantine", "stay-after-last-exit", lines("hidden1,Alder,2015-03-17,2024-07-01,,").replace("reunification", "death"),
     ("1 row set aside: the child's earlier stay ended by death or at 18", "row 5")),
    (38, "quarantine", "stay-after-last-exit", lines("hidden1,Alder,2015-03-17,2024-07-01,,").replace("reunification", "turned 18"),
     ("1 row set aside",)),
    (39, "quarantine", "overlapping-stays", lines("hidden1,Alder,2015-03-17,2024-05-31,2024-07-01,relative"),
     ("2 rows set aside: two stays of one child overlap", "row 2")),
    (40, "quarantine", "earlier-stay-open", lines("hidden2,Birch,2016-08-09,2024-05-31,,"),
     ("1 row set aside: no exit_date, but the child entered care again",)),
    (41, "warn", "short-gap", lines("hidden1,Alder,2015-03-17,2024-06-02,,"),
     ("1 row: a stay begins on the day of the last exit or the day after", "row 5")),
    (42, "warn", "placement-outside-stay", placed("e1,kin,2024-01-04,2024-06-01"),
     ("placements.csv", "1 row: a placement begins before the stay", "row 2")),
    (42, "warn", "placement-outside-stay", placed("e1,kin,2024-01-05,2024-06-02"), ("or ends after it",)),
    (43, "warn", "placement-gap", placed("e1,kin,2024-01-05,2024-02-01", "e1,kin,2024-02-03,2024-06-01"),
     ("1 row: a placement begins more than a day after", "row 3")),
    (43, "warn", "placement-overlap", placed("e1,kin,2024-01-05,2024-02-01", "e1,kin,2024-01-31,2024-06-01"),
     ("1 row: a placement begins before the last one ended",)),
    (43, "warn", "placement-count", {**placed("e1,kin,2024-01-05,2024-06-01"), "episodes.csv": with_column("placement_count,episode_id",
     "2,e1", ",e2", ",e3")},
     ("episodes.csv", "1 row: the number of placements", "row 2")),
    (48, "fix", "lost-zeros", with_column("county_fips", "1001", "01003", "01001"),
     ("1 value of county_fips had lost a zero; padded to 5 digits", "row 2")),
    (49, "fix", "county-spellings", lines("hidden4,ALDER\u00a0 County,,2024-01-05,,"), ("'ALDER  County' read as 'Alder'", "row 5")),
    (50, "warn", "no-county", replaced("Birch", ""), ("1 row had no county; counted under 'Unknown county'", "row 3")),
    (50, "warn", "other-state", with_column("county_fips", "01001", "02003", "01001") + "".join(
        f"hidden9{n},Alder,,2024-01-05,,,01001\n" for n in range(40)), ("1 row: the county code is of another state", "row 3")),
    (51, "warn", "two-counties", with_column("county of jurisdiction", *"abc"),
     ("the county was read from 'county', and not from county of jurisdiction",)),
    (52, "reject", "day-or-month", replaced("2024-02-05", "05/02/2024"),
     ("1 value of entry_date", "03/04/2020 could be 4 March or 3 April", "row 3", "date_formats")),
    (52, "reject", "day-or-month", replaced("2015-03-17", "17.03.2015"), ("1 value of birth_date", "row 2")),
    (52, "reject", "day-or-month", (OWN, "", re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\2/\3/\1", lines()), ('["yyyy-mm-dd"]', '["dd/mm/yyyy"]')),
     ("2 values of birth_date in which day and month can't be told apart", "1 value of exit_date")),
    (53, "reject", "serial-dates", replaced("2024-02-05", "45327"),
     ("1 value of entry_date like a spreadsheet's numbers of days", "row 3", "excel serial")),
    (53, "fix", "declared-serial-dates", (OWN, "", replaced("2024-02-05", "45327"), ('["yyyy-mm-dd"]', '["yyyy-mm-dd", "excel serial"]')),
     ("1 value of entry_date given as a number of days; read as a date, as declared", "row 3")),
    (54, "reject", "two-digit-years", replaced("2024-02-05", "2/5/24"),
     ("1 value of entry_date with a year of two digits", "row 3", "four digits")),
    (55, "fix", "time-of-day", replaced("2024-02-05", "2024-02-05 13:05"),
     ("1 value of entry_date had a time of day; read as the day", "row 3")),
    (55, "fix", "time-in-utc", replaced("2024-02-05", "2024-02-05T03:05:00Z"), ("had a time of day in universal time", "time_zone")),
    (56, "fix", "placeholder-date", replaced("2024-02-05,,", "2024-02-05,12/9999,"),
     ("1 value of exit_date stood for no date; read as blank", "row 3")),
    (56, "fix", "placeholder-date", replaced("2024-02-05,,", "2024-02-05,01/01/1900,"), ("1 value of exit_date stood for no date",)),
    (57, "reject", "cut-by-excel", lines(rows=[f"c{n},{ROWS[1][8:]}" for n in range(65_535)]), ("exactly 65,535 rows: Excel cut it",)),
    (57, "reject", "cut-by-excel", lines(rows=[f"c{n},{ROWS[1][8:]}" for n in range(65_536)]), ("exactly 65,536 rows: Excel cut it",)),
    (60, "fix", "formula", replaced("Birch", "=1+1"), ("1 county name that a spreadsheet would run", "row 3")),
    (61, "reject", "wrong-file", "episode_id,setting,start_date,end_date\nhidden1,kin,2024-01-05,\n",
     ("its columns look like those of the 'placements' file",)),
    (61, "reject", "wrong-file", "CHILD,DECOM,RNE,DEC,REC,PLACE,LA\nhidden1,,,,,,\n",
     ("its columns look like those of the source 'ssda903'",)),
]

ELSEWHERE = {
    44: "tests/test_changes.py", 45: "tests/test_changes.py", 46: "tests/test_official_checks.py", 47: "tests/test_changes.py",
    58: "tests/test_changes.py",
}
"""Defects that a comparison with the last extract, or an official limit, tells: number -> where they are tested."""


def read(folder, monkeypatch, files):
    """The extract of a case's files, or the text of the error."""
    source = "episodes"
    if isinstance(files, tuple):
        _, settings_, files, *changes = files
        text = (OURS / "episodes.toml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "definitions" / "sources").mkdir(parents=True)
        (folder / "definitions" / "sources" / "own.toml").write_text(f"{settings_}\n{text}", encoding="utf-8")
        monkeypatch.setenv("CQI_DEFINITIONS", str(folder / "definitions"))
        source = "own"
    data = folder / "data"
    data.mkdir()
    for name, text in (files if isinstance(files, dict) else {"episodes.csv": files}).items():
        (data / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        return law(load(data, source))
    except CqiError as error:
        return str(error)


def law(extract):
    """The extract, if every row is used, merged or set aside, and none goes two ways."""
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    assert len(extract.quarantine) == account.quarantined.sum() and len(extract.merged) == account.merged.sum()
    gone = [*zip(extract.quarantine.file, extract.quarantine.row, strict=True), *zip(extract.merged.file, extract.merged.row, strict=True)]
    assert len(gone) == len(set(gone))
    return extract


def said(found):
    """Everything that is said of a file."""
    if isinstance(found, str):
        return found
    told = found.findings
    where = told["file"] + " row " + told["row"].map(str) + " "
    told = where + told["what"] + " " + told["why"] + " " + told["do"]
    return "\n".join([*told, *found.notes, *found.quarantine.reason, *found.merged["into"]])


@pytest.mark.parametrize(("number", "action", "defect", "files", "words"), CASES,
                         ids=[f"{case[0]}-{case[2]}" for case in CASES])
def test_a_defect_gets_its_action_and_its_message(tmp_path, monkeypatch, number, action, defect, files, words):
    found = read(tmp_path, monkeypatch, files)
    told = said(found)
    assert not [value for value in SECRET if value in told]
    assert (catalogue()[defect].number, catalogue()[defect].action) == (number, action)
    if action == "reject":
        assert isinstance(found, str), "the file was read"
        assert all(re.match(r"[\w.]+: .+\.( .+[.?])?$", line) for line in found.splitlines())
    else:
        assert not isinstance(found, str), found
        own = found.findings.loc[found.findings["defect"] == defect]
        assert len(own) == 1 and set(own["action"]) == {action}
        told = " ".join(said_of(own.iloc[0]))
        assert (len(found.quarantine) > 0) == (action == "quarantine")
    assert [word for word in words if word not in told] == []


def said_of(row):
    return row["file"], f"row {row['row']}", row["what"], row["why"], row["do"]


def test_each_of_the_61_is_tested_here_or_where_it_is_said():
    assert {case[0] for case in CASES} | set(ELSEWHERE) == set(range(1, 62))
    assert {entry.number for entry in catalogue().values()} == set(range(62))
    root = Path(__file__).parents[1]
    for number, place in ELSEWHERE.items():
        names = [name for name, entry in catalogue().items() if entry.number == number]
        assert any(name in (root / place).read_text(encoding="utf-8") for name in names)


def test_the_catalogue_is_whole():
    for entry in catalogue().values():
        assert entry.severity in SEVERITIES and entry.action in ACTIONS
        assert entry.why.endswith(".") and entry.do.endswith(".") and entry.do[0].isupper()


# ---- the 15 things that a careless reader does without a word -----------------------------------------------------------

def column(name, folder, files, **how):
    """One column of the episodes as text, in the order of children."""
    found = read(folder, how["monkeypatch"], files)
    assert not isinstance(found, str), found
    values = found.episodes.sort_values("child_id", kind="stable")[name]
    return (values.dt.strftime("%Y-%m-%d") if values.dtype.kind == "M" else values.astype("str")).fillna("").to_list()


RIGHT = [  # a column read as it is written
    ("first zeros of a code", with_column("county_fips", "06001", "06003", "06001"), "county_fips", ["06001", "06003", "06001"]),
    ("a county called NA or None", replaced("Alder", "NA").replace("Birch", "None"), "county", ["NA", "None", "NA"]),
    ("columns set apart by semicolons", lines().replace(",", ";"), "county", ["Alder", "Birch", "Alder"]),
    ("12/9999", replaced("2024-02-05,,", "2024-02-05,12/9999,"), "exit_date", ["2024-06-01", "", "2025-01-20"]),
    ("a long id beside a blank one", lines(rows=[row.replace("hidden", "900719925474099") for row in ROWS]) + ",Alder,,2024-01-05,,\n",
     "child_id", ["9007199254740991", "9007199254740992", "9007199254740993"]),
    ("an id that looks like a number with an exponent", lines(rows=[row.replace("hidden", "1E0") for row in ROWS]), "child_id", ["1E01",
     "1E02", "1E03"]),
    ("spaces that look alike", lines(*(f"Ada{space},Alder,,202{place}-01-05,202{place}-02-05,adoption" for place, space in enumerate(["",
     " ", "\u00a0", "\u200b"])), rows=[]),
     "child_id", ["Ada"] * 4),
    ("1,234", with_column("placement_count", '"1,234"', "", "2"), "placement_count", ["1234", "", "2"]),
]
SAID = [  # what can't be read right is refused, with the line
    ("a field too many", replaced("hidden2", "hidden2,Ada"), "line 3 has 7 fields"),
    ("a column there twice", with_column("child_id", *"abc"), "the column name 'child_id' is there 2 times"),
    ("dates of two kinds, blanked", replaced("2024-06-01", "06/01/2024"), "1 value of exit_date in which day and month"),
    ("dates of two kinds, mixed", replaced("2024-06-01", "13/01/2024").replace("2025-01-20", "01/13/2024"),
     "2 values of exit_date in which day and month"),
    ("a spreadsheet's number of days", replaced("2024-06-01", "45444"), "1 value of exit_date like a spreadsheet's numbers of days"),
    ("a NUL", replaced("Birch", "Bi\0rch"), "line 3 contains unreadable characters"),
    ("a year of two digits", replaced("2015-03-17", "01/02/68"), "1 value of birth_date with a year of two digits, the first on row 2"),
]


@pytest.mark.parametrize(("name", "text", "field", "values"), RIGHT, ids=[trap[0] for trap in RIGHT])
def test_what_a_careless_reader_changes_is_read_right(tmp_path, monkeypatch, name, text, field, values):
    assert column(field, tmp_path, text, monkeypatch=monkeypatch) == values


@pytest.mark.parametrize(("name", "text", "words"), SAID, ids=[trap[0] for trap in SAID])
def test_what_a_careless_reader_guesses_is_refused(tmp_path, monkeypatch, name, text, words):
    told = read(tmp_path, monkeypatch, text)
    assert isinstance(told, str) and words in told and not [value for value in SECRET if value in told]


def test_there_are_15_of_them():
    assert len(RIGHT) + len(SAID) == 15


# ---- the edges: the day before, the day, the day after ---------------------------------------------------------------------

def quarantined(folder, monkeypatch, *rows, text=None):
    found = read(folder, monkeypatch, text or lines(*rows))
    assert not isinstance(found, str), found
    return dict(zip(found.quarantine.row, found.findings.set_index("row")["defect"].reindex(found.quarantine.row), strict=True))


@pytest.mark.parametrize(("row", "defect"), [
    ("hidden4,Alder,2003-01-06,2024-01-05,,", None), ("hidden4,Alder,2003-01-05,2024-01-05,,", None),  # on the 21st birthday
    ("hidden4,Alder,2003-01-04,2024-01-05,,", "entry-after-21"),
    ("hidden4,Alder,,2003-01-06,2024-01-05,adoption", None), ("hidden4,Alder,,2003-01-05,2024-01-05,adoption", None),
    ("hidden4,Alder,,2003-01-04,2024-01-05,adoption", "over-21-years"),
    ("hidden4,Alder,2024-01-04,2024-01-05,,", None), ("hidden4,Alder,2024-01-05,2024-01-05,,", None),  # on the day of birth
    ("hidden4,Alder,2024-01-06,2024-01-05,,", "birth-after-entry"),
    ("hidden4,Alder,,1970-01-01,1971-06-01,adoption", None), ("hidden4,Alder,,1969-12-31,1971-06-01,adoption", "entry-too-early"),
    ("hidden1,Alder,,2024-06-02,2024-07-01,", None), ("hidden1,Alder,,2024-06-01,2024-07-01,", None),  # on the day of the exit
    ("hidden1,Alder,,2024-05-31,2024-07-01,", "overlapping-stays"),
    ("hidden2,Birch,,2023-01-05,2024-02-05,adoption", None), ("hidden2,Birch,,2023-01-05,2024-02-06,adoption", "overlapping-stays"),
    ("hidden2,Birch,,2024-02-06,,", "earlier-stay-open"), ("hidden2,Birch,,2024-02-04,,", "earlier-stay-open"),
])
def test_what_cannot_be_from_the_first_day_on(tmp_path, monkeypatch, row, defect):
    told = read(tmp_path, monkeypatch, lines(row))
    assert set(told.findings.loc[told.findings["action"] == "quarantine", "defect"]) == ({defect} if defect else set())


@pytest.mark.parametrize(("day", "rows"), [("2025-01-31", []), ("2025-02-01", [5]), ("2025-02-02", [5])])
def test_the_last_day_that_a_file_tells_of_itself(tmp_path, monkeypatch, day, rows):
    text = with_column("data_as_of", "2025-01-31", "2025-01-30", "2025-01-30") + f"hidden4,Alder,,{day},,,\n"
    found = read(tmp_path, monkeypatch, text)
    assert found.quarantine.row.to_list() == rows and "data_as_of" not in found.episodes


@pytest.mark.parametrize(("day", "rows"), [("2030-01-20", []), ("2030-01-26", [5])])
def test_a_lonely_day_years_after_all_others_is_mistyped(tmp_path, monkeypatch, day, rows):
    """Five years of 366 days after 20 January 2025 is 25 January 2030."""
    assert read(tmp_path, monkeypatch, lines(f"hidden4,Alder,,{day},,")).quarantine.row.to_list() == rows


def test_days_after_today_are_told_by_the_command_only(tmp_path, monkeypatch):
    found = read(tmp_path, monkeypatch, lines())
    for today, count in (("2025-01-20", 0), ("2025-01-19", 1)):
        told = with_after_today(found.findings, found.episodes, pd.Timestamp(today).date())
        assert (told["defect"] == "after-today").sum() == count and len(told) == len(found.findings) + count


@pytest.mark.parametrize(("text", "defect", "count"), [
    (births("01-01", 9), "births-on-1-january", 0), (births("01-02"), "births-on-1-january", 0), (births("01-01", 11),
     "births-on-1-january", 11),
    (lines("hidden4,Alder,2006-01-06,2024-01-05,,"), "entry-at-18", 0), (lines("hidden4,Alder,2006-01-05,2024-01-05,,"), "entry-at-18", 1),
    (lines("hidden4,Alder,,2024-01-05,2024-01-12,adoption"), "short-stays", 1), (lines("hidden4,Alder,,2024-01-05,2024-01-13,adoption"),
     "short-stays", 0),
    (lines("hidden1,Alder,,2024-06-02,,"), "short-gap", 1), (lines("hidden1,Alder,,2024-06-03,,"), "short-gap", 0),
    (placed("e1,kin,2024-01-05,2024-06-01"), "placement-outside-stay", 0), (placed("e2,kin,2024-02-05,"), "placement-outside-stay", 0),
    (placed("e1,kin,2024-01-05,2024-02-01", "e1,kin,2024-02-01,2024-06-01"), "placement-overlap", 0),
    (placed("e1,kin,2024-01-05,2024-02-01", "e1,kin,2024-02-02,2024-06-01"), "placement-gap", 0),
    (placed("e1,kin,2024-01-05,2024-02-01", "e2,kin,2024-03-02,"), "placement-gap", 0),
    (lines("00900112233,Alder,,2024-01-05,,", "01900112233,Alder,,2024-02-05,,"), "uneven-ids", 0),
    (lines("1E05,Alder,,2024-01-05,,"), "rounded-ids", 0),
    (lines("Record 12,Alder,,2024-01-05,,"), "total-row", 0),
])
def test_what_is_suspicious_from_the_first_day_on(tmp_path, monkeypatch, text, defect, count):
    found = read(tmp_path, monkeypatch, text)
    assert not isinstance(found, str), found
    assert found.findings.loc[found.findings["defect"] == defect, "count"].sum() == count


def test_stays_that_overlap_in_a_chain_and_in_any_order(tmp_path, monkeypatch):
    """The first and the second overlap, the third lies in the first, the fourth touches nothing."""
    chain = [f"hidden4,Alder,,{start},{end},adoption" for start, end in (
        ("2020-01-01", "2020-12-31"), ("2020-02-01", "2021-02-01"), ("2020-03-01", "2020-03-02"), ("2021-02-01", "2021-03-01"))]
    for number, rows in enumerate((chain, chain[::-1], chain[2:] + chain[:2])):
        (tmp_path / str(number)).mkdir()
        found = read(tmp_path / str(number), monkeypatch, lines(*rows))
        assert found.episodes.loc[found.episodes["child_id"] == "hidden4", "entry_date"].astype("str").to_list() == ["2021-02-01"]


# ---- counties ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("spellings", "read_as"), [
    (("St. Clair", "Saint Clair", "st clair County", "St. Clair"), ["St. Clair"]),
    (("Doña Ana", "Don\u0303a Ana", "DOÑA\u00a0ANA"), ["Doña Ana"]),  # two rows each, one in capitals
    (("Alder", "Alder County", "Alder City"), ["Alder", "Alder City", "Alder County"]),  # there may be two Alders
    (("Miami-Dade", "Miami Dade", "Miami-Dade"), ["Miami-Dade"]),
    (("Alder County", "Birch County"), ["Alder County", "Birch County"]),  # one spelling each: as it stands
    (("De Kalb", "DeKalb"), ["De Kalb", "DeKalb"]),
])
def test_spellings_of_one_county(tmp_path, monkeypatch, spellings, read_as):
    rows = [f"hidden{n},{name},,2024-01-05,," for n, name in enumerate(spellings)]
    found = read(tmp_path, monkeypatch, {"episodes.csv": lines(rows=rows), "reports.csv": "child_id,county,report_date,disposition\n"
                                         f"hidden1,{spellings[-1]},2024-01-05,closed\n"})
    assert sorted(set(found.episodes.county)) == read_as and set(found.reports.county) <= set(read_as)


def test_two_spellings_with_two_codes_are_two_counties(tmp_path, monkeypatch):
    text = with_column("county_fips", "01001", "01003", "01001").replace("Birch", "ALDER")
    assert sorted(set(read(tmp_path, monkeypatch, text).episodes.county)) == ["ALDER", "Alder"]


def test_a_blank_county_counts_in_the_whole(tmp_path, monkeypatch):
    found = read(tmp_path, monkeypatch, {"episodes.csv": replaced("Birch", ""), "population.csv":
                                         "county,year,age_band,children\n,2024,under 1,5\nAlder,2024,under 1,5\n"})
    assert sorted(found.episodes.county) == ["Alder", "Alder", "Unknown county"]
    assert found.population.county.to_list() == ["Alder"] and found.quarantine.reason.to_list() == ["county is blank"]


@pytest.mark.parametrize(("zone", "day"), [("", "2024-02-05"), ("America/Chicago", "2024-02-04")])
def test_a_time_in_utc_becomes_a_local_day_where_the_zone_is_declared(tmp_path, monkeypatch, zone, day):
    """03:05 in universal time is 21:05 the day before in Chicago."""
    text = replaced("2024-02-05", "2024-02-05T03:05:00Z")
    files = (OWN, f'time_zone = "{zone}"' if zone else "", text)
    assert column("entry_date", tmp_path, files, monkeypatch=monkeypatch)[1] == day


@pytest.mark.parametrize(("setting", "words"), [
    ('encoding = "cp125"', "there is no encoding 'cp125'; write it as \"cp1252\""),
    ('time_zone = "America/Chicgo"', "there is no time zone 'America/Chicgo'"),
    ('earliest_entry = "1991"', "'earliest_entry' is not a date"),
])
def test_settings_that_do_not_exist_are_refused(tmp_path, monkeypatch, setting, words):
    assert words in read(tmp_path, monkeypatch, (OWN, setting, lines()))


def test_every_problem_of_every_file_and_column_is_said_at_once(tmp_path, monkeypatch):
    files = {"episodes.csv": replaced("2024-06-01", "45444").replace("2016-08-09", "8/9/16"),
             "reports.csv": "child_id,county,report_date,disposition\nhidden1,Alder,13/01/2024,closed\n"}
    told = read(tmp_path, monkeypatch, files).splitlines()
    assert [line.split(" in which")[0].split(" with")[0].split(" like")[0] for line in told] == [
        "episodes.csv: 1 value of birth_date", "episodes.csv: 1 value of exit_date", "reports.csv: 1 value of report_date",
    ]


def test_a_line_that_ran_into_the_names_is_not_told(tmp_path, monkeypatch):
    for number, text in enumerate((lines().replace("\n", "", 1), HEAD + ROWS[0])):
        (tmp_path / str(number)).mkdir()
        told = read(tmp_path / str(number), monkeypatch, text)
        assert isinstance(told, str) and not [value for value in SECRET if value in told]


# ---- files that nobody has seen ------------------------------------------------------------------------------------------------

MANY = "\n".join([HEAD, *(
    f"9001122{n:02},{'Alder' if n % 3 else 'Birch'},2015-03-17,2024-01-{n + 1:02},{'2024-06-01,adoption' if n % 2 else ','}"
    for n in range(20))]) + "\n"
EDITS = st.lists(st.tuples(
    st.sampled_from(["delete", "double", "swap", "insert", "cut", "line"]), st.integers(0, 2000), st.integers(0, 2000),
    st.sampled_from([b"\0", b"\xff", b'"', b"\n", b"\r", b",", b";", b"\t", b"=", b"\xef\xbb\xbf", b"\xe9", b"0", b"\n\n", b"2024", b"-"]),
), min_size=1, max_size=4)


def edited(data, edits):
    """The bytes after each edit at its place."""
    for what, one, two, extra in edits:
        first, last = sorted((one % (len(data) + 1), two % (len(data) + 1)))
        if what == "delete":
            data = data[:first] + data[min(last, first + 30):]
        elif what == "double":
            data = data[:last] + data[first:last] + data[last:]
        elif what == "swap":
            middle = (first + last) // 2
            data = data[:first] + data[middle:last] + data[first:middle] + data[last:]
        elif what == "insert":
            data = data[:first] + extra + data[first:]
        elif what == "cut":
            data = data[:last]
        else:
            rows = data.split(b"\n")
            rows[first % len(rows)], rows[last % len(rows)] = rows[last % len(rows)], rows[first % len(rows)]
            data = b"\n".join(rows)
    return data


def rows_of(data):
    """How many rows Python's own reader of CSV finds; blank lines are none."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    mark = max(",;\t|", key=text.lstrip("\r\n").splitlines()[0].count)
    return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row)


def one_error_or_a_whole_account(folder, data):
    """Either the file is refused in sentences, or every row of it is accounted for; no id is told."""
    (folder / "episodes.csv").write_bytes(data)
    try:
        found = law(load(folder))
    except CqiError as error:
        told = str(error)
        assert all(line.startswith("episodes.csv: ") for line in told.splitlines())
    else:
        told = said(found)
        assert found.account.rows_read.sum() == rows_of(data) - 1
    assert not re.search(r"9001122\d\d|2015-03-17", told)


@given(edits=EDITS)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_gives_one_clear_error_or_a_whole_account(tmp_path, edits):
    one_error_or_a_whole_account(tmp_path, edited(MANY.encode(), edits))


@given(data=st.binary(max_size=400))
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_of_any_kind_give_one_clear_error(tmp_path, data):
    one_error_or_a_whole_account(tmp_path, data)
    one_error_or_a_whole_account(tmp_path, HEAD.encode() + b"\n" + data)
