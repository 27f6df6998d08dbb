"""The page of data quality, and the review of a file over a limit: why there is no figure, and no count of few records for everyone."""

from functools import cache

import pandas as pd
import pytest
from counted import extract

from cqi import DataQuality, Review, tables
from cqi.blocks import Details, Figure, Table
from cqi.blocks.html import block_html
from cqi.vocabulary import WHOLE

DAY = "2026-06-30"
HEAD = "county entry_date exit_date exit_reason\n"


def texts(block) -> str:
    return block_html(block.content())


def file(folder, *, unknown: int = 0, of: int = 60, left: int = 30, county: str = "Alder", more: str = ""):
    """Children who entered in January 2024, of whom `left` left in May, the first `unknown` of them for no reason in the file."""
    folder.mkdir(exist_ok=True)
    lines = [f"{county} 2024-01-{number % 28 + 1:02} {'. .' if number >= left else '2024-05-10 ' + ('.' if number < unknown else 'relative')}"
             for number in range(of)]
    extract(folder, HEAD + "\n".join(lines) + "\n" + more)
    return folder


def review(folder, profile: str, county: str = "Alder") -> Review:
    return Review(county=county, cohort="2024H1", as_of=DAY, data=str(folder), profile=profile)


def quality(folder, profile: str = "internal", **others) -> DataQuality:
    return DataQuality(cohort="2024H1", as_of=DAY, data=str(folder), profile=profile, **others)


def test_over_a_limit_the_answer_says_why_and_gives_no_figure(over):
    """4 of 30 exits without a reason are 13%. 56 children count, 26 left: between 26 and 30 of 60, 43% and 50%."""
    page = review(over, "internal")
    answer = texts(page.answer())
    assert "Not calculated: 13% of exits have no reason in April to September 2024; the federal limit is 10%." in answer
    assert "cannot be said from this file" in answer and "the share so far lies between 43% and 50%" in answer
    assert "46%" not in answer and page.course()[["observed", "expected", "ratio", "lower", "upper"]].isna().all() and page.own("curves").empty
    assert "Not given" in texts(page.expected()) and "Not given" in texts(page.exits())


def test_within_the_limit_the_answer_has_its_figure(tmp_path):
    """3 of 30 are 10%, which is not over it: 27 of 57 left, 47%."""
    page = review(file(tmp_path / "within", unknown=3), "internal")
    assert "Not calculated" not in texts(page.answer()) and "27 of them (47%)" in texts(page.answer())
    assert page.course()["observed"] == 27


def test_over_a_limit_everyone_is_told_why_without_a_share(over):
    """4 of 30 are 13%: with the 30 that would be 4 children."""
    page = review(over, "release")
    answer = texts(page.answer())
    assert "Not calculated: too many exits have no reason in April to September 2024." in answer
    assert "%" not in answer.partition("</style>")[2]
    assert page.course()[["observed", "expected", "ratio"]].isna().all() and page.own("curves").empty
    assert "lies between" not in texts(page.limits()) + answer and page.own("reasons")[["flagged", "among", "share"]].isna().all(axis=None)


@pytest.mark.parametrize(("unknown", "left", "told"), [(11, 30, True), (10, 30, False), (11, 21, False), (11, 22, True)])
def test_limits_of_the_share_are_for_everyone_where_many_are_left_out_and_many_left(tmp_path, unknown, left, told):
    """11 left out of 60: 49 count. 30 - 11 = 19 left, between 19 and 30 of 60. 21 - 11 = 10 are few, also when told as 17% of 60."""
    found = tables.tables(str(file(tmp_path / "file", unknown=unknown, left=left)), "episodes", "2024H1", DAY, "release").bounds
    rows = found.loc[found["measure"] == tables.HEADLINE]
    assert rows["county"].to_list() == [WHOLE] * told and rows["left_out"].isna().all()
    if told:
        assert (rows["lowest"].iloc[0], rows["highest"].iloc[0]) == (round((left - 11) / 60, 2), round(left / 60, 2))


def test_limits_of_the_share_do_not_tell_the_few_who_stayed(tmp_path):
    """11 left out, 39 of 49 left: 10 stayed."""
    stayed = {left: tables.tables(str(file(tmp_path / str(left), unknown=11, left=left)), "episodes", "2024H1", DAY, "release").bounds
              for left in (50, 49)}
    assert {left: (found["measure"] == tables.HEADLINE).sum() for left, found in stayed.items()} == {50: 0, 49: 1}


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """4 of 30 exits without a reason."""
    return file(tmp_path_factory.mktemp("over") / "over", unknown=4)


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    """A function from the month that is missing to its file; nobody changes them, so that each is counted once."""
    return cache(lambda missing: by_months(tmp_path_factory.mktemp("months") / missing, missing))


def by_months(folder, missing: str, county: str = "Birch"):
    """20 enter and 20 leave in every month from 2023 to 2025; nobody leaves in the month that is missing."""
    days = pd.date_range("2023-01-01", "2026-06-01", freq="MS")
    lines = [f"{county} {day:%Y-%m}-03 {f'{day:%Y-%m}-23 relative' if f'{day:%Y-%m}' != missing else '. .'}" for day in days for _ in range(20)]
    folder.mkdir()
    extract(folder, HEAD + "\n".join(lines))
    return folder


def test_without_an_earlier_extract_the_page_says_how_to_give_one(tmp_path):
    assert "--since" in texts(quality(file(tmp_path / "now")).changed())


def test_what_changed_since_the_last_extract(months):
    """Of 120 children who entered from January to June 2024 and had left, the 20 exits of March are gone."""
    before, now = months("none"), months("2024-03")
    part = quality(now, since=str(before)).changed()
    words = texts(part)
    assert "20 exits changed" in words and "of closed periods came out otherwise than last time" in words
    closed = next(block for block in part.blocks if isinstance(block, Table) and block.columns[0] == "Measure, period")
    cells = {tuple(cell.text for cell in row) for row in closed.rows}
    assert ("Permanency in 12 months for children entering care\nJanuary to June 2024", WHOLE, "120 of 120", "100 of 120") in cells
    assert isinstance(part.blocks[-1], Details) and part.blocks[-1].summary == "By county"


def test_nothing_changed_since_the_last_extract(months, tmp_path):
    before, now = months("none"), by_months(tmp_path / "now", "none")
    (only,) = quality(now, since=str(before)).changed().blocks
    assert only.paragraphs[0].startswith("0 of ") and only.paragraphs[1] == "No change that needs a look since the last extract."


def test_changes_are_for_the_agency_only(months):
    before, now = months("none"), months("2024-03")
    words = texts(quality(now, "release", since=str(before)).changed())
    assert "own staff" in words and "exits changed" not in words


def test_a_month_that_looks_incomplete_is_drawn_and_named(months):
    page = quality(months("2026-03"))
    whole, birch = page.months().blocks
    assert isinstance(birch, Figure) and birch.question.startswith("Birch")
    assert "Usually 20 children entered and 20 left in a month" in birch.finding
    assert birch.finding.endswith("Surprisingly few exits in March 2026.") and "March" not in whole.finding
    assert {row[0].text: (row[1].text, row[2].text) for row in birch.table.rows}["March 2026"] == ("20", "0")


def test_without_a_gap_only_the_whole_file_is_drawn(months):
    (only,) = quality(months("none")).months().blocks
    assert only.question.startswith(WHOLE) and "Surprisingly" not in only.finding


def test_everyone_sees_months_only_where_none_is_small(months, tmp_path):
    """A month without any is no small count; ten would be."""
    page = quality(months("2026-03"), "release")
    assert [block.question.partition(":")[0] for block in page.months().blocks] == [WHOLE]
    small = by_months(tmp_path / "small", "none")
    rows = pd.read_csv(small / "episodes.csv", dtype=str, keep_default_na=False)
    rows.loc[(rows["exit_date"] == "2026-03-23").cumsum().between(1, 10) & (rows["exit_date"] == "2026-03-23"), ["exit_date", "exit_reason"]] = ""
    rows.to_csv(small / "episodes.csv", index=False)
    assert "own staff" in texts(quality(small, "release").months()) and "own staff" not in texts(quality(small).months())


def aside(folder, before: int, after: int):
    """Stays that end before they begin, and rows with the id of a stay of another child's."""
    wrong = [f"Alder 2024-03-0{number % 9 + 1} 2024-02-01 relative" for number in range(before)]
    file(folder, more="\n".join(wrong))
    rows = pd.read_csv(folder / "episodes.csv", dtype=str, keep_default_na=False)
    twice = rows.iloc[:after].assign(entry_date="2024-02-20", exit_date="", exit_reason="")
    pd.concat([rows, twice]).to_csv(folder / "episodes.csv", index=False)
    return folder


def counts(block: Table) -> list[str]:
    return [cell.text for row in block.rows for cell in row[1:]]


def test_the_agency_sees_why_rows_were_set_aside(tmp_path):
    """12 end before they begin; 3 ids stand twice, so 6 rows: 18 of 75."""
    found = quality(aside(tmp_path / "aside", 12, 3)).reasons()
    assert isinstance(found, Figure) and found.finding.startswith("18 of 75 rows could not be used. The most frequent reason (12 rows): exit_date")
    assert sorted(counts(found.table)) == ["12", "6"]


def test_a_small_number_of_rows_set_aside_cannot_be_worked_out(tmp_path):
    """18 set aside and 12 for one reason would leave 6 for the other: so neither is told."""
    page = quality(aside(tmp_path / "aside", 12, 3), "release")
    assert isinstance(page.reasons(), Table) and not any(word.isdigit() for word in counts(page.reasons()))
    every = quality(aside(tmp_path / "many", 12, 6), "release")
    assert isinstance(every.reasons(), Figure) and sorted(counts(every.reasons().table)) == ["12", "12"]


def test_the_account_does_not_tell_that_few_rows_were_set_aside(tmp_path):
    few, many = (quality(aside(tmp_path / name, number, 0), "release").account() for name, number in (("few", 10), ("many", 11)))
    assert few.columns == ("File", "Rows read") and counts(few) == ["70", "70"] and "hidden to protect privacy" in few.notes[0]
    assert many.columns[-1] == "Set aside" and counts(many)[-4:] == ["71", "60", "0", "11"]
    agency = quality(aside(tmp_path / "own", 10, 0)).account()
    assert counts(agency)[-4:] == ["70", "60", "0", "10"]


def test_everyone_sees_which_limits_were_broken_and_no_share(over):
    agency, everyone = (texts(quality(over, profile).checks()) for profile in ("internal", "release"))
    for words in (agency, everyone):
        assert "A limit was broken in" in words and "last in April to September 2024: exit without a reason." in words
    assert "13.33%" in agency and "at most 10%" in agency
    assert "13.33%" not in everyone and "How close is the file" not in everyone and "Counties over a limit of their own" not in everyone


def test_a_half_year_that_is_not_over_is_called_so(tmp_path):
    """On 30 June 2024 the half-year to September is not over; on 30 September it is."""
    folder = file(tmp_path / "file")
    notes = {day: DataQuality(cohort="2024H1", as_of=day, data=str(folder), profile="internal").checks().blocks[0].table.notes
             for day in ("2024-06-30", "2024-09-29", "2024-09-30")}
    assert notes["2024-06-30"] == notes["2024-09-29"] == ("April to September 2024 (24B) is not over yet: its records so far.",)
    assert notes["2024-09-30"] == ()


def test_what_was_found_says_what_to_do_in_words_of_its_own(over):
    assert "What to do: fill in why the child left." in texts(quality(over).defects())
    everyone = texts(quality(over, "release").defects())
    assert "own staff" in everyone and "What to do" not in everyone


def test_findings_by_county_have_counts_for_the_agency_only(over):
    agency, everyone = (quality(over, profile).findings() for profile in ("internal", "release"))
    assert ("Alder", "exit without a reason", "", "4", "of 30") in {tuple(cell.text for cell in row) for row in agency.rows}
    assert everyone.columns == ("County", "Finding", "Month") and not any(word.isdigit() for word in counts(everyone))
