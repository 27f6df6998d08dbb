"""AFCARS 2020 in miniature: nested records that every half-year's file tells again. All children are made up."""

import pandas as pd
import pytest
from afcars2020_files import arrangement, element, file, record, removal, short_removal, visit, write_files

from cqi import tables
from cqi.sources import load
from cqi.vocabulary import CqiError
from drawn import write
from test_afcars import drawn, row

HOME = arrangement("20221105", 1, "", "E114_licensed_home")


def read(folder, *files, source="afcars2020"):
    """The extract of these texts as files 1.xml, 2.xml and so on; every row of every role is accounted for."""
    for number, text in enumerate(files, 1):
        (folder / f"{number}.xml").write_text(text, encoding="utf-8")
    extract = load(folder, source)
    account = extract.account
    assert (account.rows_read == account.used + account.merged + account.quarantined).all()
    return extract


def error(folder, content, name="hidden.xml"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CqiError) as raised:
        load(path, "afcars2020")
    return str(raised.value)


def days(values):
    return values.dt.strftime("%Y-%m-%d").fillna("").to_list()


# ---- one record, piece by piece ----------------------------------------------------------------------------------------

def test_a_child_with_all_pieces(tmp_path):
    lived = arrangement("20221105", 1, "", "E117_relative_foster_family") + arrangement("20230110", 0, 6) + arrangement("20230215", 0, 14)
    race = element("E17_child_race_white", 1) + element("E15_child_race_black", 0) + element("E21_child_hispanic_latino", 0)
    extract = read(tmp_path, file(record("A7", removal(
        "20221105", "3001", inside=lived, visits=visit("20221201") + visit("20230104"), end="20230301", reason=1), details=race)))
    child = extract.episodes.iloc[0]
    assert (child.child_id, child.episode_id, child.county) == ("03-A7", "03-A7-2022-11-05", "03001")
    assert (child.birth_date, child.entry_date, child.exit_date) == tuple(map(pd.Timestamp, ("2015-06-15", "2022-11-05", "2023-03-01")))
    assert (child.exit_reason, child.sex, child.race, child.entry_known) == ("reunification", "female", "White", True)
    homes = extract.placements
    assert homes.setting.to_list() == ["kin", "institution", "trial home visit"]
    assert days(homes.start_date) == ["2022-11-05", "2023-01-10", "2023-02-15"]
    assert days(homes.end_date) == ["2023-01-10", "2023-02-15", "2023-03-01"]
    assert days(extract.visits.visit_date) == ["2022-12-01", "2023-01-04"]
    assert set(extract.visits.episode_id) == set(homes.episode_id) == {child.episode_id}
    assert extract.account[["file", "table", "used"]].values.tolist() == [
        ["1.xml (episodes)", "episodes", 1], ["1.xml (placements)", "placements", 3], ["1.xml (visits)", "visits", 2]]
    assert extract.inputs.file.to_list() == ["1.xml"]


@pytest.mark.parametrize(("family", "other", "homes", "setting"), [
    (1, "", ("E114_licensed_home",), "foster family"), (1, "", ("E118_pre_adopt_home",), "pre-adoptive home"),
    (1, "", ("E117_relative_foster_family",), "kin"), (1, "", ("E119_kin_foster_family",), "kin"),
    (1, "", ("E118_pre_adopt_home", "E117_relative_foster_family"), "kin"), ("", 0, (), "foster family"),
    (0, 1, (), "group home"), (0, 3, (), "group home"), (0, 4, (), "institution"), (0, 5, (), "institution"),
    (0, 7, (), "institution"), (0, 8, (), "independent living"), (0, 9, (), "institution"), (0, 10, (), "hospital"),
    (0, 11, (), "hospital"), (0, 12, (), "runaway"), (0, 13, (), "runaway"),
    (0, 14, (), "trial home visit"), (0, "Placed at home", (), "trial home visit"),
    (0, 15, (), "unknown"), (0, "", (), "unknown"), ("", "", (), "unknown"),
])
def test_living_arrangements(tmp_path, family, other, homes, setting):
    extract = read(tmp_path, file(record("1", removal("20221105", inside=arrangement("20221105", family, other, *homes)))))
    assert extract.placements.setting.to_list() == [setting]
    assert any("code of other_setting that is not in the declared list" in note for note in extract.notes) == (other == 15)


@pytest.mark.parametrize(("flags", "race"), [
    ({"E17_child_race_white": 1}, "White"), ({"E14_child_race_asian": 1, "E17_child_race_white": 1}, "more than one race"),
    ({"E17_child_race_white": 1, "E21_child_hispanic_latino": 1}, "Hispanic or Latino"),
    ({"E18_child_race_unknown": 1}, "unknown"), ({}, "unknown"),
])
def test_race_in_one_word(tmp_path, flags, race):
    details = "".join(element(name, value) for name, value in flags.items())
    assert read(tmp_path, file(record("1", removal("20221105"), details=details))).episodes.race.to_list() == [race]


EXITS = [
    ("1", "reunification", "reunification"), ("2", "relative", "relative"), ("3", "adoption", "adoption"),
    ("4", "emancipation", "emancipation"), ("5", "guardianship", "guardianship"), ("6", "runaway", "transfer"),
    ("7", "death", "runaway"), ("8", "transfer", "death"),
    ("42", "unknown", "unknown"),
]


@pytest.mark.parametrize(("code", "now", "before"), EXITS)
def test_exit_codes_of_the_two_formats_side_by_side(tmp_path, code, now, before):
    """6, 7 and 8 changed their meaning in October 2022."""
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
    new = read(tmp_path / "new", file(record("1", removal("20221105", end="20230301", reason=code))))
    old = load(write(tmp_path / "old", fc=drawn(row("CA1", "2021-9", "2021-01-10", "2021-05-01", code))), "afcars")
    assert (new.episodes.exit_reason.to_list(), old.episodes.exit_reason.to_list()) == ([now], [before])
    for extract in (new, old):
        assert any("a code of exit_reason that is not in the declared list" in note for note in extract.notes) == (code == "42")


def test_names_with_a_prefix_and_other_wrappers_are_read_alike(tmp_path):
    plain = file(record("1", removal("20221105", inside=HOME, visits=visit("20221201"))))
    other = plain.replace("<records>", "<header/><children>").replace("</records>", "</children>").replace("record>", "child>")
    prefixed = other.replace("<", "<a:").replace("<a:/", "</a:").replace("<a:?", "<?")
    prefixed = prefixed.replace("<a:out_of_home_care>", '<a:out_of_home_care xmlns:a="urn:x">')
    for name, text in {"a": plain, "b": other, "c": prefixed}.items():
        (tmp_path / name).mkdir()
        extract = read(tmp_path / name, text)
        assert (len(extract.episodes), extract.placements.setting.to_list(), len(extract.visits)) == (1, ["foster family"], 1)


def test_two_placements_on_one_day_follow_the_record(tmp_path):
    inside = arrangement("20221105", 0, 3) + arrangement("20221105", 1, "", "E114_licensed_home")
    homes = read(tmp_path, file(record("1", removal("20221105", inside=inside)))).placements
    assert sorted(zip(homes.setting, days(homes.end_date))) == [("foster family", ""), ("group home", "2022-11-05")]


def test_pieces_that_cannot_be_used_are_set_aside_and_empty_ones_are_none(tmp_path):
    extract = read(tmp_path, file(
        record("1", removal("20221105", inside=arrangement("", 1) + HOME, visits=visit("") + "<case_worker_visit/>")),
        record("2", removal("", inside=HOME)), record("3", removal("20221105", county="", end="", inside=HOME)),
        record("4", "<removal_2020/>"), record("", removal("20221105")),
    ))
    assert extract.episodes.child_id.to_list() == ["03-1"]
    assert extract.quarantine[["table", "row", "reason"]].values.tolist() == [
        ["episodes", 3, "entry_date is blank"], ["episodes", 4, "county is blank"], ["episodes", 5, "child_id is blank"],
        ["placements", 2, "start_date is blank"], ["placements", 4, "entry_date is blank"],
        ["placements", 5, "its episode is not in the file or was set aside"],
    ]
    assert extract.account[["rows_read", "used"]].values.tolist() == [[4, 1], [4, 1], [0, 0]]


def test_an_exit_that_stands_in_no_removal_ends_none(tmp_path):
    open_removal = "<removal_2020>" + element("E69_removal_date", "20221105") + element("E3_local_agency", "03001") + "</removal_2020>"
    astray = element("E153_exit_date", "20230301") + element("E155_exit_reason", 1)
    extract = read(tmp_path, file(record("1", open_removal, details=astray)))
    assert extract.episodes.exit_date.isna().all() and extract.episodes.exit_reason.to_list() == [""]


# ---- a year of files that tell it again --------------------------------------------------------------------------------

def test_the_last_report_of_a_removal_counts_with_what_lies_in_it(tmp_path):
    moved = arrangement("20221105", 1, "", "E117_relative_foster_family") + arrangement("20230501", 1, "", "E114_licensed_home")
    first = file(record("1", removal("20221105", inside=HOME, visits=visit("20221201"))), record("2", removal("20221105", inside=HOME)))
    later = removal("20221105", inside=moved, visits=visit("20221201") + visit("20230601"), end="20230801", reason=5)
    second = file(record("1", later), report="2023B")
    for folder, files in {"a": (first, second), "b": (second, first)}.items():
        (tmp_path / folder).mkdir()
        extract = read(tmp_path / folder, *files)
        assert extract.episodes.child_id.to_list() == ["03-1", "03-2"]
        assert extract.episodes.exit_reason.to_list() == ["guardianship", ""]
        mine = extract.placements[extract.placements.episode_id == "03-1-2022-11-05"]
        assert (mine.setting.to_list(), days(mine.end_date)) == (["kin", "foster family"], ["2023-05-01", "2023-08-01"])
        assert days(extract.visits.visit_date) == ["2022-12-01", "2023-06-01"]
        assert set(extract.merged["into"]) == {"a later report of the same row"} and len(extract.merged) == 3


def test_a_file_given_twice_counts_once(tmp_path):
    text = file(record("1", removal("20221105", inside=HOME, visits=visit("20221201"))))
    extract = read(tmp_path, text, text)
    assert (len(extract.episodes), len(extract.placements), len(extract.visits)) == (1, 1, 1)
    assert extract.account.used.sum() == 3 and extract.account.merged.sum() == 3


@pytest.mark.parametrize(("early", "late", "kept"), [
    (removal("20221105"), removal("20221107"), ["2022-11-07"]),  # dated anew
    (removal("20221107"), removal("20221105"), ["2022-11-05"]),
    (removal("20221105", end="20230301", reason=1), removal("20221107", end="20230301", reason=1), ["2022-11-07"]),
    (removal("20221105", end="20230301", reason=1), removal("20230501"), ["2022-11-05", "2023-05-01"]),  # ended, apart
    (removal("20221105", end="20230501", reason=1), removal("20230501"), ["2022-11-05", "2023-05-01"]),  # left and came back on a day
    (removal("20221105", end="20230502", reason=1), removal("20230501"), ["2023-05-01"]),  # overlaps by a day
])
def test_a_removal_that_the_later_record_no_longer_has(tmp_path, early, late, kept):
    extract = read(tmp_path, file(record("1", early)), file(record("1", late), report="202309"))
    assert days(extract.episodes.entry_date) == kept
    assert set(extract.quarantine.reason) == ({"the child's later record no longer has this stay"} if len(kept) == 1 else set())


def test_an_open_stay_before_another_is_set_aside(tmp_path):
    extract = read(tmp_path, file(record("1", removal("20221105"), removal("20230110"))))
    assert days(extract.episodes.entry_date) == ["2023-01-10"]
    assert extract.quarantine.reason.to_list() == ["no exit_date, but a later stay of the child"]


def test_two_files_of_one_half_year_that_differ_are_set_aside(tmp_path):
    one, other = removal("20221105"), removal("20221105", end="20230110", reason=1)
    extract = read(tmp_path, file(record("1", one), record("2", one)), file(record("1", other)))
    assert extract.episodes.child_id.to_list() == ["03-2"]
    assert set(extract.quarantine.reason) == {"two different rows for one child_id and entry_date"}


# ---- before the first report -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("end", "counts"), [("20220930", False), ("20221001", True), ("20221002", True)])
def test_stays_that_ended_before_the_first_report_are_history(tmp_path, end, counts):
    """A file that begins in October 2022 has earlier stays only of children who came back."""
    earlier = removal("20220105", inside=arrangement("20220105", 0, 2), end=end, reason=1)
    extract = read(tmp_path, file(record("1", earlier, removal("20221201"))))
    assert days(extract.episodes.entry_date) == ["2022-01-05", "2022-12-01"][not counts:]
    assert extract.quarantine.empty and len(extract.merged) == (0 if counts else 2)  # the stay and its placement
    assert any("1 stay had ended before October 2022" in note for note in extract.notes) == (not counts)


def test_the_short_form_of_1993(tmp_path):
    extract = read(tmp_path, file(
        record("1", short_removal("20180101", "20180601"), short_removal("20190101", "20190601", 2), removal("20221105")),
        record("2", short_removal("20180101", ""), removal("20221105")),
    ))
    assert extract.episodes[["child_id", "county"]].values.tolist() == [["03-1", "03001"], ["03-2", "03001"]]
    assert extract.merged["into"].to_list() == ["history of the child: it had ended before the first report"] * 2
    assert extract.quarantine.reason.to_list() == ["county is blank"]  # never ended, so no history


def test_entries_before_the_first_file_are_known(tmp_path):
    extract = read(tmp_path, file(record("1", removal("20200105", inside=arrangement("20200105", 0, 2)))))
    assert days(extract.episodes.entry_date) == ["2020-01-05"] and extract.episodes.entry_known.all()


# ---- files that are refused --------------------------------------------------------------------------------------------

GOOD = file(record("1", removal("20221105", inside=HOME)))
TEN_TIMES = ('<!ENTITY {} "{}">'.format(name, 10 * f"&{before};") for before, name in zip("abcdefgh", "bcdefghi"))
BOMB = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(TEN_TIMES) + "]>"
OUTSIDE = '<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(("declared", "inside"), [
    (BOMB, "&i;"), (OUTSIDE, "&secret;"), ('<!DOCTYPE a SYSTEM "http://localhost/a.dtd">', ""), ("<!DOCTYPE a>", ""),
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_it_can_do_harm(tmp_path, declared, inside, encoding):
    text = GOOD.replace("?>\n", f"?>\n{declared}\n", 1).replace(">1</E4", f">{inside}</E4").replace("UTF-8", encoding)
    assert error(tmp_path, text.encode(encoding)) == (
        "hidden.xml: the file declares a document type (DOCTYPE), which can hide a bomb or fetch other files, so it was not "
        "read; export it without one."
    )


NUMBER = element("E4_child_record_number", 1)
APART = GOOD.replace(NUMBER, "").replace("<record>", f"<child>{NUMBER}</child><child>").replace("</record>", "</child>")
"""Child and removals side by side, so that no removal is any child's."""


@pytest.mark.parametrize(("content", "said"), [
    (GOOD.replace("</removal_2020>", ""), "hidden.xml: line 7 is not well-formed XML (mismatched tag); export it again."),
    (GOOD[:300], "hidden.xml: line 5 is not well-formed XML (unclosed token); export it again."),
    (GOOD.replace(">1</E4", ">&secret;</E4"), "hidden.xml: line 5 is not well-formed XML (undefined entity); export it again."),
    ("child_id,county\n1,Alder\n", "hidden.xml: line 1 is not well-formed XML (syntax error); export it again."),
    (b"\xff\xfe", "is not well-formed XML"),
    ("<a/>", "hidden.xml: no child's removal is in it (E4_child_record_number, E69_removal_date); give the right file, or name"),
    (file(record("1")), "no child's removal is in it"),
    (GOOD.replace("202303", "March"), "hidden.xml: the report date (E2_report_date) is not there or not written as 202303; correct it."),
    (GOOD.replace("202303", "202313"), "the report date"),
    (APART, "hidden.xml: removals stand outside of the children's records; export it again."),
])
def test_files_that_cannot_be_used(tmp_path, content, said):
    found = error(tmp_path, content)
    assert said in found and "\n" not in found and "secret" not in found


def test_a_removal_inside_of_a_value_is_not_lost(tmp_path):
    inside = GOOD.replace("<removal_2020>", "<E5_date_of_birth><removal_2020>", 1).replace("</removal_2020>", "</removal_2020></E5_date_of_birth>", 1)
    (tmp_path / "1.xml").write_text(inside, encoding="utf-8")
    with pytest.raises(CqiError, match="1.xml: a removal or what lies in one stands inside of a single value"):
        load(tmp_path, "afcars2020")


def test_a_value_of_many_megabytes_is_read_in_seconds(tmp_path):
    (tmp_path / "1.xml").write_text(GOOD.replace("<record>", f'<record note="{"A" * 30_000_000}">', 1), encoding="utf-8")
    assert not load(tmp_path, "afcars2020").episodes.empty


def test_an_empty_file_beside_a_good_one_stops_with_its_name(tmp_path):
    (tmp_path / "2.xml").write_bytes(b"")
    (tmp_path / "1.xml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CqiError) as raised:
        load(tmp_path, "afcars2020")
    assert str(raised.value).startswith("2.xml: ") and "\n" not in str(raised.value)


# ---- a whole state -----------------------------------------------------------------------------------------------------

COUNTIES = ["Birch", "Elm", "Heron"]
ALIKE = ("permanency_in_12_months", "placement_stability", "return_in_12_months")


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """The plain extract of three counties, and the folder of their half-yearly files from October 2022 to March 2026."""
    plain = load("data_samples")
    episodes = plain.episodes[plain.episodes["county"].isin(COUNTIES)]
    return episodes, write_files(tmp_path_factory.mktemp("afcars2020"), episodes, plain.placements, "2026-03-31")


@pytest.mark.parametrize("cohort", ["2023H1", pytest.param("2024H1", marks=pytest.mark.long)])
def test_a_state_in_xml_counts_as_in_the_plain_contract(state, cohort):
    """Its files tell all stays of children in care since October 2022, so no exit's reason is lost."""
    episodes, folder = state
    fips = episodes.drop_duplicates("county").set_index("county")["county_fips"]
    ours, theirs = (tables.tables(data, source, cohort, "2025-09-30", "internal").measures for data, source in
                    (("data_samples", "episodes"), (str(folder), "afcars2020")))
    for measure in ALIKE:
        counted = (table[table["measure"].eq(measure) & table["cohort"].eq(cohort)] for table in (ours, theirs))
        mine, other = ({row.county: (row.numerator, row.denominator) for row in table.itertuples()} for table in counted)
        assert {county: mine[county] for county in COUNTIES} == {county: other[fips[county]] for county in COUNTIES}
    assert sum(ours.loc[ours["county"].isin(COUNTIES) & ours["measure"].eq(ALIKE[0]), "denominator"]) > 100


def test_the_state_is_whole(state):
    episodes, folder = state
    extract = load(folder, "afcars2020")
    reported = episodes[(episodes["entry_date"] <= "2026-03-31") & ~(episodes["exit_date"] < "2022-10-01")]
    assert len(extract.episodes) == len(reported) and extract.quarantine.empty
    assert (extract.account["rows_read"] == extract.account[["used", "merged", "quarantined"]].sum(axis=1)).all()
