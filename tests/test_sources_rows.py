"""The plain contract, row by row: what is used, merged, set aside, and how values are read."""

import pandas as pd
import pytest
from drawn import cells, csv, write

from cqi.sources import load
from cqi.sources.account import Ledger
from cqi.sources.dates import days
from cqi.vocabulary import TABLE_COLUMNS, CqiError

HEAD = "child_id county birth_date entry_date exit_date exit_reason"


def law(extract):
    """rows read = used + merged + quarantined, in every file, and the two lists are as long as the account says."""
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    assert len(extract.quarantine) == account.quarantined.sum()
    assert len(extract.merged) == account.merged.sum()
    return extract


def episodes(folder, drawing, **others):
    return law(load(write(folder, episodes=drawing, **others)))


def reasons(extract):
    return list(zip(extract.quarantine.row, extract.quarantine.reason, strict=True))


def test_values_stay_as_they_were_written(tmp_path):
    extract = episodes(tmp_path, f"""
        {HEAD} county_fips
        00123  NA     2015-02-28  2024-02-29  .           .               06037
        123    Doña~Ana  .        2024-01-01  2024-01-01  Reunification   6037
    """)
    table = extract.episodes.set_index("child_id")
    assert list(table.index) == ["123", "00123"]  # sorted by county
    assert list(table.county) == ["Doña Ana", "NA"]
    assert list(table.county_fips) == ["06037", "06037"]
    assert any("1 value of county_fips had lost a zero" in note for note in extract.notes)
    assert table.exit_reason.to_dict() == {"123": "reunification", "00123": ""}
    assert table.birth_date.isna().to_dict() == {"123": True, "00123": False}
    assert str(table.entry_date.dtype) == "datetime64[s]" and str(table.county.dtype) == "str"
    assert table.entry_known.all()


def test_absent_tables_are_empty_with_their_columns(tmp_path):
    extract = episodes(tmp_path, f"{HEAD}\na Alder . 2024-01-01 . .")
    for name, columns in TABLE_COLUMNS.items():
        table = getattr(extract, name)
        assert tuple(table.columns[: len(columns)]) == columns
        assert len(table) == (name == "episodes")
    assert str(extract.placements.start_date.dtype) == "datetime64[s]"
    assert str(extract.population.children.dtype) == "Int64"


def test_rows_that_cannot_be_right_are_set_aside_with_their_line(tmp_path):
    extract = episodes(tmp_path, f"""
        {HEAD}
        a  Alder  2020-01-01  2024-01-01  2024-01-01  adoption
        b  Alder  2020-01-01  .           .           .
        c  Alder  2020-01-01  2024-13-01  .           .
        d  Alder  2020-01-01  2024-01-02  2024-01-01  adoption
        .  Alder  2020-01-01  2024-01-01  .           .
        e  .      2020-01-01  2024-01-01  .           .
        f  Alder  2024-01-02  2024-01-01  .           .
        g  Alder  2024-01-01  2024-01-01  .           .
        h  Alder  2020-01-01  2024-01-01  1~Feb~2024  adoption
    """)
    assert extract.episodes[["child_id", "county"]].values.tolist() == [["a", "Alder"], ["g", "Alder"], ["e", "Unknown county"]]
    assert reasons(extract) == [
        (3, "entry_date is blank"),
        (4, "entry_date is not a date in a declared format (yyyy-mm-dd)"),
        (5, "exit_date comes before entry_date"),
        (6, "child_id is blank"),
        (8, "entry_date comes before birth_date"),
        (10, "exit_date is not a date in a declared format (yyyy-mm-dd)"),
    ]


def test_repeats_are_merged_and_two_versions_without_order_are_set_aside(tmp_path):
    extract = episodes(tmp_path, f"""
        {HEAD}
        a  Alder  .  2024-01-01  2024-02-01  adoption
        b  Alder  .  2024-01-01  2024-02-01  adoption
        a  Alder  .  2024-01-01  2024-02-01  adoption
        b  Alder  .  2024-01-01  2024-03-01  adoption
        c  Alder  .  2024-01-01  2024-12-01  adoption
        c  Alder  .  2025-01-01  .           .
    """)
    assert list(extract.episodes.child_id) == ["a", "c", "c"]
    assert extract.merged.values.tolist() == [["episodes.csv", 4, "episodes", "the same row: episodes.csv line 2"]]
    two = "two different rows for one episode_id"
    assert reasons(extract) == [(3, two), (5, two)]


def test_exit_reasons_and_unknown_codes(tmp_path):
    extract = episodes(tmp_path, f"""
        {HEAD}
        a  Alder  .  2024-01-01  2024-02-01  .
        b  Alder  .  2024-01-01  2024-02-01  E77
        c  Alder  .  2024-01-01  .           adoption
        d  Alder  .  2024-01-01  2024-02-01  Turned~18
        e  Alder  .  2024-01-01  9999-12-31  .
    """)
    assert list(extract.episodes.exit_reason) == ["unknown", "unknown", "", "turned 18", ""]
    assert list(extract.episodes.exit_date.isna()) == [False, False, True, False, True]
    assert extract.notes == (
        "episodes.csv: 1 value of exit_date stood for no date; read as blank.",
        "episodes.csv: 1 row had a code of exit_reason that is not in the declared list; read as 'unknown'.",
        "episodes.csv: 1 row had no end date but an exit code; read as still in care.",
    )


def test_a_child_in_care_before_the_file_begins_is_marked(tmp_path):
    extract = episodes(tmp_path, f"{HEAD} entry_known\na Alder . 2024-01-01 . . no\nb Alder . 2024-01-01 . . true")
    assert list(extract.episodes.entry_known) == [False, True]
    assert extract.episodes.entry_known.dtype == bool


def test_placements_and_reports_beside_the_episodes(tmp_path):
    extract = episodes(
        tmp_path, f"{HEAD} episode_id\na Alder . 2024-01-01 . . a1\nb Alder . . . . b1",
        placements="""
            episode_id  setting  start_date  end_date
            a1          KIN      2024-01-01  2024-01-01
            a1          .        2024-01-01  .
            b1          kin      2024-01-01  .
            z9          kin      2024-01-01  .
            a1          kin      2024-02-01  2024-01-31
        """,
        reports="""
            child_id county  report_date  incident_date  disposition
            a        Alder   2024-03-01   soon           substantiated
            a        Alder   2024-03-01   .              .
        """,
    )
    assert extract.placements.setting.to_list() == ["kin", "unknown"]
    assert reasons(extract)[1:] == [
        (4, "its episode is not in the file or was set aside"),
        (5, "its episode is not in the file or was set aside"),
        (6, "end_date comes before start_date"),
    ]
    assert extract.reports.disposition.to_list() == ["substantiated", "unknown"]
    assert extract.reports.incident_date.isna().all()
    note = "reports.csv: incident_date is not a date in a declared format (yyyy-mm-dd) in 1 row; read as blank."
    assert note in extract.notes
    assert extract.account.values.tolist() == [
        ["episodes.csv", "episodes", 2, 1, 0, 1],
        ["placements.csv", "placements", 5, 2, 0, 3],
        ["reports.csv", "reports", 2, 2, 0, 0],
    ]


def test_population_referrals_and_staff(tmp_path):
    extract = episodes(
        tmp_path, f"{HEAD}\na Alder . 2024-01-01 . .",
        population="""
            county  year  age_band  children
            Alder   2024  under~1   120
            Alder   2024  under~1   121
            Alder   2024  6~to~10   many
            Birch   2024  under~1   7
        """,
        referrals="""
            child_id  county  referral_date  first_contact_role  engaged_date  completed_date
            a         Alder   2024-01-01     nurse               .             .
        """,
        staff="""
            staff_id  county  role    hire_date   end_date    end_reason
            007       Alder   worker  2020-01-01  2019-01-01  left
            008       Alder   worker  2020-01-01  .           .
        """,
    )
    assert extract.population.values.tolist() == [["Birch", 2024, "under 1", 7]]
    assert extract.referrals.first_contact_role.to_list() == ["nurse"]
    assert extract.staff.staff_id.to_list() == ["008"]


@pytest.mark.parametrize(("text", "formats", "read"), [
    ("2024-02-29", "yyyy-mm-dd", "2024-02-29"),
    ("2023-02-29", "yyyy-mm-dd", None),
    ("2024-2-29", "yyyy-mm-dd", None),
    ("20240229", "yyyy-mm-dd", None),
    ("20240229", "yyyymmdd", "2024-02-29"),
    ("1/2/2024", "dd/mm/yyyy", "2024-02-01"),
    ("1/2/2024", "mm/dd/yyyy", "2024-01-02"),
    ("13/2/2024", "mm/dd/yyyy", None),
    ("1/2/24", "dd/mm/yyyy", None),
    ("2024-02-29T23:59:59", "yyyy-mm-dd", "2024-02-29"),
    ("2024-02-29 00:00:00.000", "yyyy-mm-dd", "2024-02-29"),
    ("2024-02-29T23:59:59Z", "yyyy-mm-dd", "2024-02-29"),
    ("2024-02-29T23:59:59-06:00", "yyyy-mm-dd", "2024-02-29"),
    ("2024/02/29", "yyyy/mm/dd", "2024-02-29"),
    ("1-2-2024", "dd-mm-yyyy", "2024-02-01"),
    ("1/2/2024", "dd-mm-yyyy", None),
    ("01.02.2024 00:00:00", "dd.mm.yyyy", "2024-02-01"),
    ("29-Feb-2024", "dd-mon-yyyy", "2024-02-29"),
    ("29-FEB-2023", "dd-mon-yyyy", None),
    ("29FEB2024", "ddmonyyyy", "2024-02-29"),
    ("45351", "excel serial", "2024-02-29"),
    ("32873", "excel serial", None),  # the last day of 1989
    ("32874", "excel serial", "1990-01-01"),
    ("73415", "excel serial", "2100-12-31"),
    ("73416", "excel serial", None),
    ("45351", "yyyy-mm-dd", None),
])
def test_dates_are_read_by_the_declared_format_only(text, formats, read):
    told = days(pd.Series(["", text], dtype="str"), (formats,))
    assert told.found.isna().to_list() == [True, read is None]
    assert told.unreadable.to_list() == [False, read is None]
    assert read is None or told.found[1] == pd.Timestamp(read)


def test_an_account_that_does_not_add_up_is_an_error():
    ledger = Ledger()
    ledger.read("episodes.csv", "episodes", 3)
    ledger.use(pd.DataFrame({"file": ["episodes.csv"] * 2, "row": [2, 3]}))
    with pytest.raises(CqiError, match="does not add up"):
        ledger.account()


MESS = f"""
    {HEAD} episode_id
    a  Alder  2020-01-01  2024-01-01  2024-02-01  adoption  e1
    a  Alder  2020-01-01  2024-01-01  2024-02-01  adoption  e1
    a  Alder  2020-01-01  2024-01-01  2024-02-01  adoption  e1
    b  Birch  2020-01-01  2024-01-01  2024-02-01  adoption  e2
    b  Birch  2020-01-01  2024-01-01  2024-02-02  adoption  e2
    b  Birch  2020-01-01  2024-01-01  2024-02-02  adoption  e2
    c  Alder  2020-01-01  2024-01-01  2023-02-01  adoption  .
    d  Alder  .           2024-01-01  .           .         .
    .  Alder  .           2024-01-01  .           .         .
"""


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_does_not_matter(tmp_path, seed):
    first = episodes(tmp_path, MESS)
    head, *rows = cells(MESS)
    mixed = pd.DataFrame(rows, columns=head).sample(frac=1, random_state=seed)
    (tmp_path / "mixed").mkdir()
    mixed.to_csv(tmp_path / "mixed" / "episodes.csv", index=False)
    again = law(load(tmp_path / "mixed"))
    pd.testing.assert_frame_equal(first.episodes, again.episodes)
    pd.testing.assert_frame_equal(first.account, again.account)
    assert sorted(first.quarantine.reason) == sorted(again.quarantine.reason)
    assert first.account.values.tolist() == [["episodes.csv", "episodes", 9, 2, 3, 4]]


def test_parquet_with_types_reads_as_the_csv_does(tmp_path):
    table = pd.DataFrame({
        "child_id": pd.array([12, 9007199254740993], dtype="Int64"),
        "county": pd.Categorical(["Alder", "Birch"]),
        "birth_date": [pd.Timestamp("2020-01-01").date(), None],
        "entry_date": pd.to_datetime(["2024-01-01", "2024-01-02"]),
        "exit_date": pd.to_datetime(["2024-02-01", None]),
        "exit_reason": ["adoption", None],
        "placement_count": [2.0, None],
    })
    table.to_parquet(tmp_path / "typed.parquet")
    (tmp_path / "plain.csv").write_text(csv("""
        child_id county birth_date entry_date exit_date exit_reason placement_count
        12                Alder 2020-01-01 2024-01-01 2024-02-01 adoption 2
        9007199254740993  Birch .          2024-01-02 .          .        .
    """))
    pd.testing.assert_frame_equal(load(tmp_path / "typed.parquet").episodes, load(tmp_path / "plain.csv").episodes)
