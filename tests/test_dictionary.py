"""The measure dictionary, and its rule tables against the official text: every cell quoted, word for word, with tests that exist."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from cqi.cli import main
from cqi.registry import KINDS, indicators, measure, measure_names
from cqi.wording.dictionary import NEEDED, OPTIONS, measure_dictionary
from running import ROOT

GOLDEN = ROOT / "tests/golden/cfsr_round4_data_dictionary.txt"
HEADER = re.compile(r"CFSR 4 Statewide Data Indicators Data Dictionary \(08/2022\)\s+Page \d+ of 13")
COLUMNS = re.compile(r"Statewide Data Indicators\s+Title Description Denominator Numerator\s+Risk\s+Adjustment Exclusions Notes")
FRONT = "CFSR Round 4 Statewide Data Indicators Data Dictionary August 2022 Statewide Data Indicators: General Data Notes"
TITLES = {
    "maltreatment_in_care": "Maltreatment in foster care",
    "recurrence_of_maltreatment": "Recurrence of maltreatment",
    "permanency_in_12_months": "Permanency in 12 months for children entering care",
    "permanency_in_12_months_12_to_23": "Permanency in 12 months for children in care 12-23 months",
    "permanency_in_12_months_24_plus": "Permanency in 12 months for children in care 24 months or more",
    "reentry_in_12_months": "Reentry to foster care in 12 months",
    "placement_stability": "Placement stability",
}
"""The rows of the official table, in its order."""
AFCARS = [name for name in TITLES if name != "recurrence_of_maltreatment"]
NAMES = pytest.mark.parametrize("name", TITLES)


# The official text as words; line ends, hyphens, bullets and the small figures of footnotes do not count

def words(text):
    return re.sub(r"(?<=[a-z])\d\b", "", text.replace("-", " ").replace("•", " ")).split()


@cache
def table():
    """(page, word) of the pages with the indicators, without the lines above each page."""
    pages = dict(enumerate(re.split(r"\[\[p\d+\]\]\n", GOLDEN.read_text(encoding="utf-8"))))
    return [(page, word) for page in range(1, 8) for word in words(COLUMNS.sub(" ", HEADER.sub(" ", pages[page])))]


def places(wanted, within):
    """Where these words stand one after another among (page, word)."""
    found = [word for _, word in within]
    return [start for start in range(len(found) - len(wanted) + 1) if found[start:start + len(wanted)] == wanted]


@cache
def parts():
    """The words of the general notes and of each indicator's row of the table, by name."""
    starts = [places(words(title), table())[0] for title in TITLES.values()]
    assert starts == sorted(starts)
    rows = {name: table()[first:last] for name, (first, last) in zip(TITLES, pairwise([*starts, len(table())]), strict=True)}
    return {"": table()[:starts[0]], **rows}


def quoted(sentence, page, within, used):
    """The places of the sentence's words, not used before: in one run on that page, or in two, the second on the next page."""
    free = {place for place in range(len(within)) if place not in used}
    for cut in range(len(sentence), 0, -1):
        first = next((run for run in runs(sentence[:cut], within, free) if within[run[0]][0] == within[run[-1]][0] == page), None)
        rest = next((run for run in runs(sentence[cut:], within, free) if {within[place][0] for place in run} <= {page + 1}), None)
        if first is not None and rest is not None:
            return {*first, *rest}
    return None


def runs(wanted, within, free):
    found = (range(start, start + len(wanted)) for start in (places(wanted, within) if wanted else [0]))
    return [run for run in found if free.issuperset(run)]


def left_over(rules, within):
    """The words that no rule quotes; a rule whose sentence is not there fails. Long sentences take their words first."""
    used = set()
    for rule in sorted(rules, key=lambda rule: -len(rule["sentence"])):
        found = quoted(words(rule["sentence"]), rule["page"], within, used)
        assert found is not None, f"page {rule['page']} does not say: {rule['sentence']}"
        used |= found
    return [word for place, (_, word) in enumerate(within) if place not in used]


def own_rules(name):
    general = [rule for rule in measure(name).rules if quoted(words(rule["sentence"]), rule["page"], parts()[""], set())]
    return [rule for rule in measure(name).rules if rule not in general], general


@NAMES
def test_every_cell_of_the_official_table_is_quoted_by_a_rule_word_for_word(name):
    left = left_over(own_rules(name)[0], parts()[name])
    assert [word for word in left if not re.fullmatch("[1-5]", word)] == words(TITLES[name])  # but for figures of footnotes


@pytest.mark.parametrize("name", AFCARS)
def test_every_general_note_is_quoted_by_each_indicator_of_children_in_care(name):
    assert left_over(own_rules(name)[1], parts()[""]) == words(FRONT)


def test_the_rows_are_our_indicators():
    assert sorted(TITLES) == sorted(indicators())


@pytest.mark.parametrize("change", [
    lambda rules: rules[1:], lambda rules: [{**rules[0], "page": rules[0]["page"] + 3}, *rules[1:]],
    lambda rules: [{**rules[1], "sentence": rules[1]["sentence"].replace("children", "all children", 1)}, *rules[2:], rules[0]],
    lambda rules: [*rules, rules[0]],
])
def test_a_forgotten_cell_another_page_another_word_or_a_cell_twice_is_seen(change):
    rules = own_rules("placement_stability")[0]
    with pytest.raises(AssertionError):
        assert left_over(change(rules), parts()["placement_stability"]) == left_over(rules, parts()["placement_stability"])


# The tests that the rules name

@cache
def names_in(path):
    return {node.name for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


@NAMES
def test_every_test_of_a_rule_exists(name):
    named = [node.split("::") for rule in measure(name).rules for node in rule["tests"]]
    assert named and [node for node in named if not node[1].startswith("test_") or node[1] not in names_in(node[0])] == []


@NAMES
def test_every_rule_that_is_kept_in_the_count_has_a_test(name):
    without = [rule["sentence"] for rule in measure(name).rules if not rule["tests"]]
    assert without == ["State"]  # part of the national model, which no local file can hold


@NAMES
def test_data_needed_are_the_dictionarys_periods(name):
    """Periods of one figure: a year of entries or exits, and what must be known after it. The last year of several is counted."""
    told = next(rule["sentence"] for rule in measure(name).rules if rule["sentence"].startswith("National performance data periods"))
    halves, years = len(re.findall(r"\b\d\d[AB]\b", told)), len(re.findall(r"\bFY\d\d\b", told))
    assert measure(name).data_needed == {key: number for key, number in (("half_years", halves), ("report_years", years)) if number}


# The page

def test_the_page_in_docs_is_what_the_command_writes(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CQI_DEFINITIONS", raising=False)
    assert main(["measures", "--dictionary", str(tmp_path / "measures.md")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "measures.md")
    assert (tmp_path / "measures.md").read_bytes() == (ROOT / "docs/measures.md").read_bytes()


def test_the_page_says_everything_of_every_measure():
    page = measure_dictionary([measure(name) for name in measure_names()])
    for name in measure_names():
        given = measure(name)
        said = [given.title, given.question, given.why, given.value, given.type, given.words["numerator"], given.words["denominator"],
                given.source["citation"], *given.choices, *given.caveats, *(item["finding"] for item in given.evidence),
                *(rule["sentence"] for rule in given.rules), *(rule["kept"] for rule in given.rules),
                *(f"](#{other})" for other in given.counter_measures), f"{given.type} measure"]
        assert [text for text in said if text not in page] == []


def test_every_option_is_explained_and_every_link_leads_somewhere():
    page = measure_dictionary([measure(name) for name in measure_names()])
    declared = {option for kind in KINDS.values() for option in [*kind["who"], *kind["what"]]}
    assert OPTIONS.keys() == declared and all(meaning in page for meaning in OPTIONS.values())
    assert {need for name in measure_names() for need in measure(name).data_needed} == NEEDED.keys()
    anchors = set(re.findall(r'<a id="(\w+)">', page))
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links and [link for link in links if not (link[1:] in anchors if link[0] == "#" else (ROOT / "docs" / link).is_file())] == []


def test_an_own_measure_is_in_it_too(tmp_path, monkeypatch):
    text = (ROOT / "cqi/definitions/measures/return_in_12_months.toml").read_text(encoding="utf-8")
    (tmp_path / "measures").mkdir()
    Path(tmp_path / "measures" / "ours.toml").write_text(text.replace('"return_in_12_months"', '"ours"', 1).replace(
        'title = "All returns', 'title = "Our returns | all', 1), encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    page = measure_dictionary([measure(name) for name in measure_names()])
    assert "[Our returns \\| all to care in 12 months](#ours)" in page
    assert "[All returns to care in 12 months](#return_in_12_months)" in page
