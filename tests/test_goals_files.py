"""targets.csv and regions.csv beside the files of any source: what is read of them, and every way in which they can be wrong."""

import hashlib
from datetime import date

import pandas as pd
import pytest
from afcars2020_files import file, record, removal
from drawn import cells, write
from test_afcars import drawn, row
from test_ccwis import REMOVALS
from test_excel import workbook

from cqi.sources import load
from cqi.sources.counties import matched
from cqi.sources.declared import OURS
from cqi.tables.reading import key
from cqi.vocabulary import GOAL_COLUMNS, CqiError

EPISODES = """
    child_id  county      entry_date  exit_date  exit_reason
    hidden1   Alder       2024-01-01  .          .
    hidden2   Birch       2024-01-01  .          .
    hidden3   St.~Clair   2024-01-01  .          .
"""
TARGETS = """
    county              measure                  target  by          owner
    Birch               permanency_in_12_months  0.38    2026-12-31  county~director
    all~counties        permanency_in_12_months  42%     .           .
    SAINT~CLAIR~County  placement_stability      4.48    2027-06-30  .
"""
REGIONS = """
    county       region
    St~Clair     North~Lakes
    Birch        Capital
"""
STAYS = """
    CHILD  DECOM       RNE  PLACE  DEC  REC  LA     YEAR
    1      01/05/2023  S    U1     .    .    Leeds  2023
"""


def read(folder, **tables):
    return load(write(folder, episodes=EPISODES, **tables))


def error(folder, **tables):
    """The lines of the error; the law of all errors holds: no child's value is told."""
    with pytest.raises(CqiError) as raised:
        read(folder, **tables)
    assert "hidden" not in str(raised.value)
    return str(raised.value).splitlines()


def target(**fields):
    """A file with one target on row 2, some of its fields given."""
    values = {"county": "Birch", "measure": "permanency_in_12_months", "target": "0.4"} | fields
    return "\n".join(" ".join(words) for words in (values, values.values()))


# What is read

def test_targets_and_regions(tmp_path):
    extract = read(tmp_path, targets=TARGETS, regions=REGIONS)
    assert extract.targets.drop(columns="by").values.tolist() == [
        ["All counties", "permanency_in_12_months", 0.42, ""],
        ["Birch", "permanency_in_12_months", 0.38, "county director"],
        ["St. Clair", "placement_stability", 4.48, ""],
    ]
    assert extract.targets["by"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["", "2026-12-31", "2027-06-30"]
    assert extract.regions.values.tolist() == [["Birch", "Capital"], ["St. Clair", "North Lakes"]]
    assert extract.notes == () and extract.quarantine.empty
    assert extract.account[["file", "rows_read", "used"]].values.tolist() == [
        ["episodes.csv", 3, 3], ["regions.csv", 2, 2], ["targets.csv", 3, 3]]


def test_without_the_files_the_tables_are_empty_and_of_the_same_types(tmp_path):
    without, extract = read(tmp_path), read(tmp_path, targets=TARGETS, regions=REGIONS)
    for name, columns in GOAL_COLUMNS.items():
        empty, full = getattr(without, name), getattr(extract, name)
        assert empty.empty and tuple(empty) == columns and empty.dtypes.equals(full.dtypes)
    assert extract.targets.dtypes.astype(str).tolist() == ["str", "str", "float64", "datetime64[s]", "str"]


def test_the_order_of_rows_does_not_matter(tmp_path):
    head, *rows = TARGETS.strip().splitlines()
    one, other = read(tmp_path, targets=TARGETS), read(tmp_path, targets="\n".join([head, *reversed(rows)]))
    assert one.targets.equals(other.targets)


def test_goals_do_not_change_how_the_counties_of_the_file_are_spelled(tmp_path):
    alike = "county measure target\n" + "".join(f"Saint~Clair {name} 0.4\n" for name in ("return_in_12_months", "reentry_in_12_months"))
    extract = read(tmp_path, targets=alike)
    assert set(extract.episodes["county"]) == {"Alder", "Birch", "St. Clair"} and set(extract.targets["county"]) == {"St. Clair"}


@pytest.mark.parametrize(("text", "share"), [
    ("0", 0), ("0.0", 0), (".42", 0.42), ("1", 1), ("1.0", 1), ("0%", 0), ("100%", 1), ("42.5~%", 0.425), ("57%", 0.57),
])
def test_shares_as_they_may_be_written(tmp_path, text, share):
    assert read(tmp_path, targets=target(target=text)).targets["target"].tolist() == [share]


def test_files_of_other_kinds(tmp_path):
    targets = pd.DataFrame({"county": ["Alder"], "measure": ["return_in_12_months"], "target": [0.07], "by": [pd.Timestamp("2026-12-31")]})
    targets.to_parquet(tmp_path / "targets.parquet")
    regions = pd.DataFrame(cells(REGIONS)[1:], columns=["COUNTY", "Region"])
    regions.to_csv(tmp_path / "Regions.csv", index=False, sep=";", encoding="utf-8-sig")
    extract = read(tmp_path)
    assert extract.targets[["county", "target", "by"]].values.tolist() == [["Alder", 0.07, pd.Timestamp("2026-12-31")]]
    assert extract.regions["region"].tolist() == ["Capital", "North Lakes"]


def test_sheets_of_a_workbook(tmp_path):
    targets = [["County", "Measure", "Target", "By"], ["all counties", "permanency_in_12_months", 0.42, date(2026, 12, 31)]]
    workbook(tmp_path / "june.xlsx", episodes=cells(EPISODES), Targets=targets, regions=cells(REGIONS))
    for data in (tmp_path, tmp_path / "june.xlsx"):
        extract = load(data)
        assert extract.targets.values.tolist() == [["All counties", "permanency_in_12_months", 0.42, pd.Timestamp("2026-12-31"), ""]]
        assert extract.regions["county"].tolist() == ["Birch", "St. Clair"]


def test_empty_files_say_nothing_and_are_told(tmp_path):
    extract = read(tmp_path, targets="county measure target", regions="")
    assert extract.targets.empty and extract.regions.empty
    assert extract.notes == ("targets.csv: there are column names but no rows; it was left out.",
                             "regions.csv: the file is empty; it was left out.")


# In the folder of every source

@pytest.mark.parametrize(("source", "files", "county", "written"), [
    ("episodes", {"episodes": EPISODES}, "Alder", "alder~county"),
    ("ssda903", {"Leeds__ssda903_2023_episodes": STAYS}, "Leeds", "LEEDS"),
    ("ccwis", {"removals": REMOVALS}, "Birch", "Birch"),
    ("afcars", {"fc2021": drawn(row("CA1", "2021-9", "2020-01-10"))}, "Los Angeles (06037)", "6037"),
    ("afcars", {"fc2021": drawn(row("CA1", "2021-9", "2020-01-10"))}, "Los Angeles (06037)", "los~angeles~(06037)"),
])
def test_goals_lie_beside_the_files_of_any_source(tmp_path, source, files, county, written):
    write(tmp_path, **files)
    alone = load(tmp_path, source)
    write(tmp_path, targets=target(county=written, target="42%", by="2026-12-31"), regions=f"county region\n{written} North")
    extract = load(tmp_path, source)
    assert extract.targets[["county", "target", "by"]].values.tolist() == [[county, 0.42, pd.Timestamp("2026-12-31")]]
    assert extract.regions.values.tolist() == [[county, "North"]]
    assert extract.notes == alone.notes and extract.episodes.equals(alone.episodes) and extract.findings.equals(alone.findings)
    digests = dict(extract.inputs[["file", "sha256"]].values)
    assert digests["targets.csv"] == hashlib.sha256((tmp_path / "targets.csv").read_bytes()).hexdigest()
    assert set(digests) == {*alone.inputs["file"], "targets.csv", "regions.csv"}


def test_goals_beside_nested_xml(tmp_path):
    (tmp_path / "1.xml").write_text(file(record("CA1", removal("20221105"))), encoding="utf-8")
    county = load(tmp_path, "afcars2020").episodes["county"].iloc[0]
    written = county.replace(" ", "~")
    write(tmp_path, regions=f"county region\n{written} North", targets=target(county=written, by="2026-12-31"))
    extract = load(tmp_path, "afcars2020")
    assert extract.regions.values.tolist() == [[county, "North"]]
    assert extract.targets[["county", "by"]].values.tolist() == [[county, pd.Timestamp("2026-12-31")]]
    assert not any("not read" in note for note in extract.notes)


def test_the_days_of_a_source_are_read_in_its_own_format_too(tmp_path):
    write(tmp_path, Leeds__ssda903_2023_episodes=STAYS, targets=target(county="Leeds", by="03/04/2027"))
    assert load(tmp_path, "ssda903").targets["by"].tolist() == [pd.Timestamp("2027-04-03")]


def test_goals_beside_a_source_of_ones_own_whose_days_are_written_otherwise(tmp_path, monkeypatch):
    own = tmp_path / "own" / "sources"
    own.mkdir(parents=True)
    text = (OURS / "episodes.toml").read_text(encoding="utf-8").replace('date_formats = ["yyyy-mm-dd"]', 'date_formats = ["mm/dd/yyyy"]')
    (own / "mine.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    data = write(tmp_path / "data", episodes=EPISODES.replace("2024-01-01", "01/02/2024"), regions=REGIONS,
                 targets=f"{target(by='12/31/2026')}\nAlder permanency_in_12_months 0.4 2026-12-31")
    extract = load(data, "mine")
    assert extract.targets["by"].tolist() == [pd.Timestamp("2026-12-31")] * 2 and len(extract.regions) == 2


def test_yearly_folders_may_hold_goals_but_not_twice_the_same(tmp_path):
    write(tmp_path, Leeds__ssda903_2023_episodes=STAYS, a__targets=target(county="Leeds"))
    write(tmp_path, b__targets=target(county="Leeds", measure="return_in_12_months"))
    assert len(load(tmp_path, "ssda903").targets) == 2
    write(tmp_path, b__targets=target(county="Leeds"))
    with pytest.raises(CqiError, match=r"^b/targets.csv, row 2, column county: Leeds has .* already \(a/targets.csv, row 2\); keep"):
        load(tmp_path, "ssda903")


def test_a_single_file_is_read_without_what_lies_beside_it(tmp_path):
    write(tmp_path, episodes=EPISODES, targets=TARGETS)
    assert load(tmp_path / "episodes.csv").targets.empty


def test_another_target_is_another_key_for_what_was_counted(tmp_path):
    read(tmp_path, targets=TARGETS)
    before = key(str(tmp_path), "episodes")
    assert key(str(tmp_path), "episodes") == before
    write(tmp_path, targets=TARGETS.replace("0.38", "0.381"))
    after = key(str(tmp_path), "episodes")
    (tmp_path / "targets.csv").unlink()
    assert len({before, after, key(str(tmp_path), "episodes")}) == 3


# What is wrong

@pytest.mark.parametrize(("fields", "said"), [
    ({"county": "Brich"}, "No county 'Brich' in targets.csv, row 2, column county. Did you mean 'Birch'? "
                          "There are: All counties, Alder, Birch, St. Clair."),
    ({"measure": "placement_stabilty"},
     "No measure 'placement_stabilty' in targets.csv, row 2, column measure. Did you mean 'placement_stability'? There are: entries_per"),
    ({"target": "42"}, "targets.csv, row 2, column target: '42' is not a share from 0 to 1; write it as 0.42 or 42%."),
    ({"target": "1.001"}, "targets.csv, row 2, column target: '1.001' is not a share from 0 to 1; write it as 0.42 or 42%."),
    ({"target": "100.1%"}, "targets.csv, row 2, column target: '100.1%' is not a share from 0 to 1; write it as 0.42 or 42%."),
    ({"target": "-0.1"}, "targets.csv, row 2, column target: '-0.1' is not a share"),
    ({"target": "half"}, "targets.csv, row 2, column target: 'half' is not a share"),
    ({"target": "nan"}, "targets.csv, row 2, column target: 'nan' is not a share"),
    ({"by": "2026-02-29"}, "targets.csv, row 2, column by: '2026-02-29' is not a day; write it as 2026-12-31, or leave it blank."),
    ({"by": "31/12/2026"}, "targets.csv, row 2, column by: '31/12/2026' is not a day;"),
    ({"measure": "placement_stability", "target": "0"},
     "targets.csv, row 2, column target: '0' is not a number above 0; write it in moves per 1,000 days in care."),
    ({"measure": "placement_stability", "target": "4%"}, "targets.csv, row 2, column target: '4%' is not a number above 0;"),
])
def test_a_target_that_cannot_be_right(tmp_path, fields, said):
    lines = error(tmp_path, targets=target(**fields))
    assert len(lines) == 1 and lines[0].startswith(said)


def test_a_rate_may_be_above_one(tmp_path):
    assert read(tmp_path, targets=target(measure="maltreatment_in_care", target="9.07")).targets["target"].tolist() == [9.07]


@pytest.mark.parametrize(("again", "lines"), [
    ("Birch return_in_12_months 0.1", []), ("Alder permanency_in_12_months 0.1", []),
    ("BIRCH~county permanency_in_12_months 0.4",
     ["targets.csv, row 3, column county: Birch has a target for permanency_in_12_months already (targets.csv, row 2); "
      "keep one of the two."]),
])
def test_a_county_has_one_target_for_a_measure(tmp_path, again, lines):
    text = f"{target()}\n{again}"
    assert (error(tmp_path, targets=text) if lines else read(tmp_path, targets=text).notes) == (lines or ())


@pytest.mark.parametrize(("rows", "said"), [
    ("Elm North", "No county 'Elm' in regions.csv, row 2, column county. There are: Alder, Birch, St. Clair."),
    ("all~counties North", "regions.csv: a county is named 'All counties'"),
    ("Birch .", "regions.csv: region is blank on every row"),
    ("Alder North\nBirch .", "regions.csv, row 3, column region: it is blank; name the region, or leave the row out."),
    ("Alder North\nalder South",
     "regions.csv, row 3, column county: Alder is in a region already (regions.csv, row 2); keep one of the two."),
    ("Alder North\nAlder North", "regions.csv, row 3, column county: Alder is in a region already"),
    ("Alder Birch",
     "regions.csv, row 2, column region: 'Birch' is the name of something else; call the region otherwise, as 'Birch area'."),
    ("Alder Birch\nBirch North", "regions.csv, row 2, column region: 'Birch' is the name of something else;"),
    ("Alder All~counties", "regions.csv, row 2, column region: 'All counties' is the name of something else;"),
])
def test_regions_that_cannot_be_right(tmp_path, rows, said):
    lines = error(tmp_path, regions=f"county region\n{rows}")
    assert len(lines) == 1 and lines[0].startswith(said)


def test_a_region_may_bear_the_name_of_a_county_in_it(tmp_path):
    assert read(tmp_path, regions="county region\nAlder Birch\nBirch Birch").regions["region"].tolist() == ["Birch", "Birch"]


def test_every_problem_of_both_files_at_once(tmp_path):
    lines = error(tmp_path, targets=target(county="Brich", measure="stability", target="x", by="soon"), regions="county region\nElm North")
    assert [line.partition(", column ")[2].split(".")[0].split(":")[0] for line in lines] == ["county", "measure", "target", "by", "county"]


@pytest.mark.parametrize(("table", "text", "lines"), [
    ("targets", "county Measures target\nBirch x 0.4",
     ["targets.csv: there is no column 'measure'; add it or rename the column that holds it. Did you mean 'Measures'?"]),
    ("regions", "county area\nBirch North", ["regions.csv: there is no column 'region'; add it or rename the column that holds it."]),
])
def test_a_missing_column(tmp_path, table, text, lines):
    assert error(tmp_path, **{table: text}) == lines


def test_a_measure_of_ones_own_may_have_a_target(tmp_path, monkeypatch):
    own = tmp_path / "own" / "measures"
    own.mkdir(parents=True)
    (own / "visits_at_school.toml").write_text('unit = "visits per 100 days"\n[what]\nper = 100\n', encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    (tmp_path / "data").mkdir()
    assert read(tmp_path / "data", targets=target(measure="visits_at_school", target="12")).targets["target"].tolist() == [12]
    (own / "visits_at_school.toml").write_text("unit =", encoding="utf-8")
    assert error(tmp_path / "data", targets=target(measure="visits_at_school"))[0].startswith("visits_at_school.toml: not valid TOML")


# Goals of single people

ATTAINED = "person group goal kind importance difficulty baseline achieved"


def test_goals_of_people_are_read_beside_any_source(tmp_path):
    write(tmp_path, Leeds__ssda903_2023_episodes=STAYS, goals_attained=f"{ATTAINED}\n007 Kin home Improve 1.0 2 -1 0\n007 Kin school maintain 3 1 0 .")
    extract = load(tmp_path, "ssda903")
    rows = extract.goals_attained
    assert rows.drop(columns="achieved").values.tolist() == [["007", "Kin", "home", "improve", 1, 2, -1], ["007", "Kin", "school", "maintain", 3, 1, 0]]
    assert rows["achieved"].isna().tolist() == [False, True] and rows["achieved"][0] == 0
    assert "goals_attained.csv" in set(extract.inputs["file"]) and not any("not read" in note for note in extract.notes)


def test_without_weights_all_goals_count_alike(tmp_path):
    extract = read(tmp_path, goals_attained="person group goal kind baseline achieved\nA Kin home improve -1 0")
    assert extract.goals_attained[["importance", "difficulty"]].values.tolist() == [[1, 1]]


@pytest.mark.parametrize(("row", "said"), [
    (". Kin home improve 1 1 -1 0", "person is blank on every row"),
    ("hidden9 Kin home better 1 1 -1 0", "row 2, column kind: write one of improve, maintain (the first of 1)."),
    ("hidden9 Kin home improve 4 1 -1 0", "row 2, column importance: write one of 0, 1, 2, 3 (the first of 1)."),
    ("hidden9 Kin home improve 1 1 -3 0", "row 2, column baseline: write one of -2, -1, 0, 1, 2 (the first of 1)."),
    ("hidden9 Kin home improve 1 1 -1 0.5", "row 2, column achieved: write one of -2, -1, 0, 1, 2 (the first of 1)."),
    ("hidden9 Kin home improve 1 1 . 0", "baseline is blank on every row"),
])
def test_a_goal_of_a_person_that_cannot_be_right_is_told_without_its_value(tmp_path, row, said):
    (line,) = error(tmp_path, goals_attained=f"{ATTAINED}\n{row}")
    assert said in line and line.startswith("goals_attained.csv")


# Spellings

@pytest.mark.parametrize(("name", "county"), [
    ("Bristol County", "Bristol County"), ("bristol county", "Bristol County"), ("bristol-city", "Bristol City"), ("Bristol", ""),
    ("Saint Clair", "St. Clair"), ("Elm", "Elm"), ("elm", ""), ("ELM", "ELM"), ("", ""),
])
def test_a_name_is_a_countys_by_the_rule_of_one_spelling_or_nobodys(name, county):
    known = ("Bristol County", "Bristol City", "St. Clair", "Elm", "ELM")
    assert matched(pd.Series([name]), known).tolist() == [county]
