"""Answers typed in from paper: what is read, and what is told of a file that is not right."""

from dataclasses import replace

import pytest

from cqi.questionnaire import questionnaire
from cqi.questionnaire.paper import paper
from cqi.questionnaire.sheets import blank, columns, read_sheets, sheet_counts
from cqi.vocabulary import CqiError
from drawn_sheets import CULTURE, SYSTEM, mood
from payloads import PAYLOADS

CHECK, RATED = questionnaire(CULTURE), questionnaire(SYSTEM)
HEAD = ",".join(columns(CHECK))
ROW = "Intake,2026Q2," + ",".join(str(2 if item.reversed else 6) for item in CHECK.items)
RATING = "team,round,number,rating,evidence\n"


@pytest.fixture
def typed(tmp_path):
    """A function from a file's text to what is read of it."""
    def read(text, asked=CHECK, encoding="utf-8"):
        (tmp_path / "typed.csv").write_bytes(text.encode(encoding))
        return read_sheets(tmp_path / "typed.csv", asked)

    return read


def test_a_row_is_a_sheet_torn_by_area(typed):
    slips = typed(f"{HEAD}\n{ROW}\n")
    assert sorted(slip.content for slip in slips) == sorted(slip.content for slip in mood(6)) and all(slip.evidence == {} for slip in slips)


def test_rows_are_sorted_by_what_they_say_not_as_they_were_typed(typed):
    rows = [ROW, ROW.replace(",6", ",5"), ROW.replace(",6", ",7")]
    assert typed("\n".join([HEAD, *rows])) == typed("\n".join([HEAD, *rows[::-1]]))


@pytest.mark.parametrize("text", [
    f"\ufeff{HEAD}\r\n{ROW}\r\n\r\n", f"{HEAD}\n{ROW}\n,,\n".replace(",", ";"), f"{HEAD}\n{ROW}".replace(",", "\t"), f"{HEAD}\n{ROW}\n".replace("2026Q2", " 2026q2 ").replace("Intake", "  Intake "),
    f"{HEAD.replace('1,2,3', 'held_against_you,tough_issues,reject_others', 1)}\n{ROW}\n", f"{HEAD.replace('team,round', 'Team,ROUND')}\n{ROW}\n",
])
def test_files_as_spreadsheets_write_them_are_read_alike(typed, text):
    assert typed(text) == typed(f"{HEAD}\n{ROW}\n")


def test_an_empty_cell_is_an_item_left_out(typed):
    slips = typed(f"{HEAD}\n{ROW.replace('2026Q2,2,', '2026Q2,,')}\n")
    assert [slip.answers["held_against_you"] for slip in slips if slip.area == "psychological_safety"] == [None]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("Q2,2,6,", "Q2,2,8,", "row 2, column 2: the answer is no whole number from 1 to 7"), ("Q2,2,6,", "Q2,2,0,", "row 2, column 2"), ("Q2,2,6,", "Q2,2,secret,", "row 2, column 2"), ("Q2,2,6,", "Q2,2,6.5,", "row 2, column 2"),
    ("Q2,2,6,", "Q2,2,²,", "row 2, column 2"), ("2026Q2", "2026-05-03", "row 2, column round: a round is a year"), ("2026Q2", "", "row 2, column round"), ("Intake", "", "row 2, column team: write the team's name"),
    ("Intake", "I" * 61, "row 2, column team"), ("Intake", "In\x07take", "row 2, column team"), ("Intake", "all teams SHOWN", "give the team's own"),
    ("round,", "round,name,", "there is no column 'name'; leave it out"), ("team,", "", "column 'team' is missing"), (",2,3", ",3,3", "column '3' is there twice"), (",2,3", ",2", "column '3' is missing"),
    (",23\n", ",23,date\n", "there is no column 'date'"), (ROW, ROW + ",1", "row 2 has more cells"), (ROW, "", "holds no answers yet"), (ROW, "Intake,2026Q2" + "," * 23, "row 2 answers nothing"),
])
def test_what_is_not_right_is_told_with_its_row_and_column_and_never_quoted(typed, old, new, words):
    text = f"{HEAD}\n{ROW}\n"
    assert old in text
    with pytest.raises(CqiError) as told:
        typed(text.replace(old, new, 1))
    assert words in str(told.value) and "secret" not in str(told.value) and all(line.startswith("typed.csv: ") for line in str(told.value).splitlines())


def test_all_problems_are_told_at_once_up_to_twenty(typed):
    with pytest.raises(CqiError) as told:
        typed("\n".join([HEAD, *[ROW.replace(",6", ",9")] * 3]))
    assert len(str(told.value).splitlines()) == 21 and "and 28 more problems" in str(told.value)  # 16 of 23 are not reversed: 48


def test_another_encoding_is_told(typed):
    with pytest.raises(CqiError, match="save it again as “CSV UTF-8”"):
        typed(f"{HEAD}\n{ROW}\n".replace("Intake", "Süd"), encoding="latin-1")


def test_a_teams_rating_is_read_with_what_it_rests_on(typed):
    slips = {slip.area: slip for slip in typed(f'{RATING}North,2026H1,1,2,"Ten plans, May"\nNorth,2026H1,7,4,Asked five families\nNorth,2026H1,8,,\n', RATED)}
    assert len(slips) == 10 and slips["purpose"].answers == {"right_tool": 2, "outcome_named": None, "step_down": None}
    assert slips["purpose"].evidence == {"right_tool": "Ten plans, May"} and slips["refer"].answers == {"fits": None, "warm": None, "gaps_told": None}


@pytest.mark.parametrize(("rows", "words"), [
    ("North,2026,1,2,\n", "row 2, column evidence: say what the rating rests on"), ("North,2026,1,5,x\n", "row 2, column rating: the answer is no whole number from 1 to 4"),
    ("North,2026,33,1,x\n", "row 2, column number: there are statements 1 to 32"), ("North,2026,1,1,x\nNorth,2026,1,2,x\n", "row 3: statement 1 is rated twice"),
    (f"North,2026,1,1,{'x' * 1001}\n", "row 2, column evidence: write plain words"), ("North,2026May,1,1,x\n", "row 2, column round"),
])
def test_what_is_not_right_with_a_rating_is_told(typed, rows, words):
    with pytest.raises(CqiError, match=words):
        typed(RATING + rows, RATED)


def test_the_blank_file_has_the_statements_and_a_row_moved_beside_another_number_is_told(typed):
    text = blank(RATED)
    with pytest.raises(CqiError, match="holds no answers yet"):
        typed(text, RATED)
    lines = text.splitlines()
    assert len(lines) == 33 and lines[2].startswith(',,2,"We can say in one sentence')
    with pytest.raises(CqiError, match="row 2, column statement: it is not the words of statement 1"):
        typed("\n".join([lines[0], f"North,2026,1,{lines[2].removeprefix(',,2,').removesuffix(',,')},3,x"]), RATED)


def test_sheets_are_counted_by_round_and_team(typed):
    slips = typed("\n".join([HEAD, ROW, ROW, ROW.replace("Intake", "Ongoing"), ROW.replace("2026Q2", "2025Q4")]))
    assert sheet_counts(slips, CHECK) == {("2025Q4", "Intake"): 1, ("2026Q2", "Intake"): 2, ("2026Q2", "Ongoing"): 1}


def test_the_sheet_asks_for_answers_and_nothing_else():
    page = paper(CHECK, threshold=7)
    assert page == paper(CHECK, threshold=7) and "only when 7 people or more" in page and page.count('class="ring"') == 23 * 7
    for words in ("<script", "http://", "https://", "<input", "Team:", "Round"):
        assert words not in page
    together = paper(RATED, threshold=7)
    assert "Team:" in together and together.count("What it rests on:") == 32 and together.count('class="ring"') == 32 * 4


def test_words_of_a_questionnaire_are_text():
    for payload in PAYLOADS.values():
        items = (replace(CHECK.items[0], text=payload), *CHECK.items[1:])
        page = paper(replace(CHECK, title=payload, items=items), threshold=7)
        assert payload not in page or not set(payload) & set("<>&\"'")
