"""Gaps as proposed goals, the resource library, and what of both the journal keeps."""

import pytest

from cqi.journal import Journal
from cqi.questionnaire import questionnaire
from cqi.questionnaire.proposals import propose, proposed_goals, ratings
from cqi.questionnaire.resources import COLUMNS, resources, themes
from cqi.vocabulary import CqiError
from drawn_sheets import CULTURE, SYSTEM, sheet, team_of

CHECK = questionnaire(SYSTEM)
RATED = {item.name: 3 for item in CHECK.items} | {"warm": 2, "right_tool": 1, "structure": None, "early": 4}
HEAD = ",".join(COLUMNS) + "\n"


def rated(given=RATED, **where):
    return ratings(sheet(given, of=SYSTEM, team="North", **where), CHECK, team="North")[1]


def test_what_is_rated_below_three_is_a_gap_the_lowest_first():
    goals = proposed_goals(rated())
    assert [(goal.area, goal.rating) for goal in goals] == [("purpose", 1), ("refer", 2)]
    assert goals[0].text.startswith("Pick one group that we serve") and goals[0].title == "Is case management the right tool here?"
    assert {each.theme for each in goals[0].resources} == {"purpose"} and goals[1].resources == ()


@pytest.mark.parametrize(("rating", "gaps"), [(2, 1), (3, 0), (None, 0)])
def test_a_gap_ends_at_mostly_in_place(rating, gaps):
    assert len(proposed_goals(rated({item.name: 3 for item in CHECK.items} | {"warm": rating}))) == gaps


def test_the_last_round_is_meant_unless_another_is_named():
    slips = sheet(RATED, of=SYSTEM, team="North", round="2026Q1") + sheet(4, of=SYSTEM, team="North", round="2026H1") + sheet(1, of=SYSTEM, team="South", round="2026Q3")
    assert ratings(slips, CHECK, team="North")[0] == "2026H1" and ratings(slips, CHECK, team="North", round="2026Q1")[1][0].rating == 1
    for wanted, words in (({"team": "Nort"}, "Did you mean 'North'"), ({"team": "North", "round": "2025"}, "No round '2025'")):
        with pytest.raises(CqiError, match=words):
            ratings(slips, CHECK, **wanted)


def test_no_goals_from_single_peoples_sheets():
    with pytest.raises(CqiError, match="nothing of one sheet is shown"):
        ratings(team_of([1] * 9), questionnaire(CULTURE), team="Intake")


def test_goals_are_written_into_the_journal_once(tmp_path):
    journal = Journal.opened(tmp_path / "journal.sqlite")
    goals = proposed_goals(rated())
    made = propose(journal, goals, CHECK, team="North", round="2026Q2", county="Birch")
    assert [(entry.kind, entry.role, entry.county, entry.status, entry.cleared) for entry in made] == [("proposed change", "North", "Birch", "open", False)] * 2
    assert made[0].text.startswith(goals[0].text) and "was rated 1 of 4" in made[0].text and made[0].details == {"questionnaire": SYSTEM, "round": "2026Q2", "area": "purpose"}
    assert propose(journal, goals, CHECK, team="North", round="2026Q2", county="Birch") == [] and len(journal.entries()) == 2
    assert len(propose(journal, goals, CHECK, team="North", round="2026Q3")) == 2


def test_every_resource_has_a_theme_a_publisher_and_a_whole_address():
    known = resources()
    assert len(known) >= 12 and all(each.link.startswith("https://") and each.source for each in known)
    assert [each.theme for each in known] == sorted((each.theme for each in known), key=list(themes()).index)
    assert list(themes())[0] == "purpose" and "psychological_safety" in themes()


def test_a_team_adds_resources_beside_its_data(tmp_path):
    (tmp_path / "resources.csv").write_text(HEAD + '"How we hand over, ü",all,refer,https://example.org/a?b=1#c,Our team\n', encoding="utf-8-sig")
    added = set(resources(tmp_path)) - set(resources())
    assert [(each.title, each.theme) for each in added] == [("How we hand over, ü", "refer")]
    assert proposed_goals(rated(), data=tmp_path)[1].resources == tuple(added)
    assert resources(tmp_path / "nothing") == resources()


@pytest.mark.parametrize("link", [
    "http://example.org", "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "example.org", "https://", "https://localhost", "https://user@example.org", "https://user:x@example.org",
    "https://example.org/a b", "https://example.org/<b>", 'https://example.org/"x', "https://example.org:80/", "https://exämple.org", "https:\\\\example.org", "HTTPS:example.org", "https://[::1", "https://example.org/\u202e",
])
def test_a_link_is_a_whole_https_address(tmp_path, link):
    quoted = link.replace('"', '""')
    (tmp_path / "resources.csv").write_text(f'{HEAD}A,all,refer,"{quoted}",Us\n', encoding="utf-8")
    with pytest.raises(CqiError, match="row 2, column link"):
        resources(tmp_path)


@pytest.mark.parametrize(("row", "words"), [
    (",all,refer,https://a.org,Us", "column title: write plain text"), ("A,all,refr,https://a.org,Us", "No theme 'refr'. Did you mean 'refer'"), ("A,all,refer,https://a.org", "column source"),
    (f"{'A' * 301},all,refer,https://a.org,Us", "column title"), ("A\x07,all,refer,https://a.org,Us", "column title"),
])
def test_a_resource_that_is_not_right_is_told(tmp_path, row, words):
    (tmp_path / "resources.csv").write_text(f"{HEAD}A,all,refer,https://a.org,Us\n{row}\n", encoding="utf-8")
    with pytest.raises(CqiError, match=f"row 3, {words}|{words}"):
        resources(tmp_path)


def test_a_file_without_the_columns_is_told(tmp_path):
    (tmp_path / "resources.csv").write_text("title,link\nA,https://a.org\n", encoding="utf-8")
    with pytest.raises(CqiError, match="columns missing: audience, theme, source"):
        resources(tmp_path)
