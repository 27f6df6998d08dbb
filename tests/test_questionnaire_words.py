"""What a page shows of a questionnaire: the same bytes from the same answers, and not a trace of those who are hidden."""

import json
from dataclasses import replace

import pytest

from cqi.blocks import Figure, Section, Table, Text
from cqi.blocks.html import block_html
from cqi.charts.questionnaire import over_rounds, over_rounds_spec
from cqi.journal import Slip
from cqi.questionnaire import questionnaire
from cqi.questionnaire.scoring import ALL_TEAMS, scores
from cqi.vocabulary import CqiError
from cqi.wording.questionnaire import finding, resource_list, result_lines, results
from drawn_sheets import CULTURE, SYSTEM, drawn, mood, sheet, team_of
from payloads import PAYLOADS

CHECK, RATED = questionnaire(CULTURE), questionnaire(SYSTEM)
TEAMS = {"Intake": 9, "Ongoing": 13}


def blocks(slips, asked=CHECK, **given):
    return results(slips, asked, threshold=7, chart=over_rounds_spec, **given)


def words(shown):
    return json.dumps(Section(tuple(shown)).content(), sort_keys=True, ensure_ascii=False)


def parts(shown, kind):
    """The blocks of a kind, also folded ones."""
    found = []
    for block in shown:
        found += [block] if isinstance(block, kind) else parts(getattr(block, "blocks", ()), kind)
    return found


def test_nobody_has_answered_yet():
    assert "Nobody has answered the culture check yet" in words(blocks([])) == words(blocks(sheet(3, of=SYSTEM)))
    assert "cqi survey paper culture_check" in result_lines([], CHECK, threshold=7)[0]


def test_the_order_of_answers_is_not_on_the_page():
    slips = drawn(TEAMS)
    assert words(blocks(slips)) == words(blocks(slips[::-1])) == words(blocks(sorted(slips, key=lambda slip: slip.content)))


@pytest.mark.parametrize("people", [1, 6])
def test_what_hidden_people_say_is_nowhere_on_the_page(people):
    """Six who say 1 and six who say 7 give the same bytes, in words, chart, table and terminal."""
    slips = drawn(TEAMS)
    low, high = (slips + team_of([level] * people, team="Small") for level in (1, 7))
    assert words(blocks(low)) == words(blocks(high)) and result_lines(low, CHECK, threshold=7) == result_lines(high, CHECK, threshold=7)
    assert "Small" in words(blocks(low)) and words(blocks(low)) != words(blocks(slips))
    one_more = slips + team_of([4] * 5, team="Small")
    assert people == 1 or words(blocks(low)) == words(blocks(one_more))  # nor is it told how many they are


def test_all_teams_and_each_team_are_shown_and_hidden_rounds_are_marked():
    slips = drawn(TEAMS, rounds=("2026Q1",)) + drawn({"Intake": 9, "Ongoing": 6}, rounds=("2026Q2",), seed=2)
    shown = blocks(slips)
    figures = parts(shown, Figure)
    assert [figure.question for figure in figures] == ["How do we work together?", "How do we work together, team Intake?", "How do we work together, team Ongoing?"]
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in figures[2].table.rows}
    assert rows["Psychological safety, 2026Q2"] == ["[c]", "[c]"] and rows["Psychological safety, 2026Q1"][0] == "13"
    assert '"[c]"' in json.dumps(figures[2].spec) and "hidden to protect privacy" in words(shown)
    assert figures[0].table.rows[1][1].text == "9"  # only Intake is shown in the second round


def test_no_single_question_is_scored_on_the_page():
    told = words(blocks(drawn({"Intake": 40})))
    assert not [item.text for item in CHECK.items if item.text in told] and "Cronbach" in told


def test_the_finding_says_how_many_how_sure_and_what_moved():
    slips = team_of([2, 2, 3, 3, 2, 3, 2, 3], round="2026Q1") + team_of([6, 6, 5, 6, 6, 5, 6, 6], round="2026Q2")
    whole = [score for score in scores(slips, CHECK, threshold=7) if score.team == ALL_TEAMS]
    said = finding(whole, CHECK)
    assert said.startswith("April to June 2026, 8 answers. Psychological safety: 6.0 (likely 4.5 to 7.0); ")
    assert "scale from 1 to 7, where higher is better. Since January to March 2026: Psychological safety (higher)" in said
    still = finding([score for score in scores(slips[:40] + team_of([4, 3, 3, 4, 4, 4, 4, 3]), CHECK, threshold=7) if score.team == ALL_TEAMS], CHECK)
    assert still.endswith("Since January to March 2026: no area moved further than chance alone could.")


def test_a_chart_is_of_one_team():
    with pytest.raises(CqiError, match="shows one team"):
        over_rounds(scores(drawn(TEAMS), CHECK, threshold=7), CHECK)


def test_the_chart_has_the_newest_rounds_and_the_table_all():
    rounds = tuple(f"{year}Q{quarter}" for year in (2025, 2026) for quarter in (1, 2, 3, 4))
    figure = parts(blocks(drawn({"Intake": 8}, rounds=rounds)), Figure)[0]
    assert len(figure.table.rows) == 40 and "2025Q2" not in json.dumps(figure.spec) and "2025Q3" in json.dumps(figure.spec) and "last 6 rounds" in figure.notes[-1]


def test_names_of_teams_are_text():
    for payload in PAYLOADS.values():
        name = payload[:60]
        shown = blocks([replace(slip, team=name) for slip in drawn({"Intake": 8})] + drawn({"Other": 7}))
        assert (html := block_html(Section(shown).content())) and ("<" not in name or name not in html)


def test_a_teams_rating_is_shown_with_its_gaps_its_evidence_and_what_others_wrote(tmp_path):
    given = {item.name: 3 for item in RATED.items} | {"warm": 2, "right_tool": 1, "structure": None}
    slips = [replace(slip, evidence={"warm": "Asked five families"} if slip.area == "refer" else {}) for slip in sheet(given, of=SYSTEM, team="North")]
    shown = blocks(slips, RATED)
    goals, everything = parts(shown, Table)
    assert [row[0].text.split(":")[0].split("?")[0] for row in goals.rows] == ["Is case management the right tool here", "Refer"] and len(everything.rows) == 32
    told = words(shown)
    assert "29 of 31 statements rated are mostly in place; 2 show where a change could help; 1 were left out" in told
    assert "2, beginning. Asked five families" in told and "Standards for Social Work Case Management" in told and "Nothing yet on: Refer" in told
    (tmp_path / "resources.csv").write_text("title,audience,theme,link,source\nHand over,all,refer,https://example.org/x,Us\n", encoding="utf-8")
    assert "https://example.org/x" in words(blocks(slips, RATED, data=tmp_path)) and "Nothing yet on" not in words(blocks(slips, RATED, data=tmp_path))


def test_a_team_without_gaps_is_asked_what_others_would_say():
    shown = blocks(sheet(4, of=SYSTEM, team="North"), RATED)
    assert "What would children and families say?" in words(shown) and len(parts(shown, Table)) == 1


def test_the_resource_library_is_a_list_under_each_theme():
    assert all(isinstance(block, Section) for block in resource_list()) and len(parts(resource_list(), Text)) == 2 * len(resource_list())


def test_answers_of_an_item_that_was_taken_out_do_no_harm():
    slips = [*team_of([4] * 7), Slip(CULTURE, "2026Q2", "Intake", "gone", {"x": 1}), *(replace(slip, answers=slip.answers | {"gone": 9}) for slip in mood(4))]
    assert finding([score for score in scores(slips, CHECK, threshold=7) if score.team == "Intake"], CHECK).startswith("April to June 2026, 8 answers")
