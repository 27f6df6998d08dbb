"""Words that everyone can read and that blame nobody: reading grade, and the rules N1 to N9 over all that is written and made."""

import ast
import re
import statistics
import tomllib

import nbformat
import pytest
from bs4 import BeautifulSoup

from cqi.cohorts.grammar import MONTHS
from cqi.official import Official
from cqi.overview import Overview
from cqi.registry import measure, measure_names
from cqi.review import Review
from cqi.vocabulary import HIDDEN_WORDS, WHOLE, CqiError
from running import DATA, ROOT

GRADE = 8.0
PROFILES = ("internal", "release")


@pytest.fixture(scope="module")
def counties(finished):
    """The counties of the sample state; the run has counted their tables."""
    return Review(county="Birch", cohort="2025H2", data=DATA, profile="internal").tables.facts["counties"]


# ---- reading grade ---------------------------------------------------------------------------------------------------

def syllables(word: str) -> int:
    """Groups of vowels; a last e, es or ed that is not spoken is left out."""
    word = re.sub(r"[^a-z]", "", word.lower().removesuffix("'s"))
    if re.search(r"[^td]ed$", word) and len(word) > 3:
        word = word[:-2]
    elif re.search(r"([^l]e|[^cgsxzh]es)$", word):
        word = re.sub(r"es?$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def bare(words: str, names: list[str]) -> str:
    """The words without names of places, measures and months, and without numbers."""
    words = re.sub("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names, key=len, reverse=True)), "", words, flags=re.I)
    words = re.sub(rf"\b({'|'.join(MONTHS)})\b", "", words)
    return re.sub(r"\([^A-Za-z]*\)|[+\u2212-]?\d[\d,.]*\d%?|\d%?", "", words)


def grade(words: str) -> float:
    """Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others, 1975)."""
    sentences = [sentence for sentence in re.split(r"(?<=[.?!])\s+", words) if re.search("[A-Za-z]", sentence)]
    spoken = re.findall(r"[A-Za-z][A-Za-z']*", words)
    return 0.39 * len(spoken) / len(sentences) + 11.8 * sum(map(syllables, spoken)) / len(spoken) - 15.59


@pytest.mark.parametrize(("word", "number"), [
    ("child", 1), ("children", 2), ("usual", 2), ("care", 1), ("homes", 1), ("stayed", 1), ("counted", 2), ("little", 2), ("reaches", 2),
    ("county", 2), ("permanent", 3), ("period", 2), ("the", 1), ("privacy", 3)])
def test_syllables(word, number):
    # by ear; two groups of vowels that are spoken apart (usual, period) count as one: 2 for period stands for 3
    assert syllables(word) == number


def test_grade_by_hand():
    # 2 sentences, 12 words, 15 syllables: 0.39 x 6 + 11.8 x 15/12 - 15.59
    words = "The children went home in May. None of them came back here."
    assert grade(words) == pytest.approx(0.39 * 6 + 11.8 * sum(map(syllables, words.rstrip(".").split())) / 12 - 15.59)


@pytest.fixture(scope="module")
def summaries(counties):
    """The answer of every page of the sample state, as one text each, by page."""
    made = {}
    for profile in PROFILES:
        made |= {(profile, county): Review(county=county, cohort="2025H2", data=DATA, profile=profile).answer() for county in counties}
        made |= {(profile, f"official {county}"): Official(county=county, data=DATA, profile=profile).answer() for county in (WHOLE, *counties)}
        made[profile, "overview"] = Overview(cohort="2025H2", data=DATA, profile=profile).answer()
    texts = {place: [text for part in getattr(block, "blocks", (block,)) for text in part.paragraphs] for place, block in made.items()}
    return texts


def test_summaries_can_be_read_at_grade_8(summaries, counties):
    names = [*counties, WHOLE, *(measure(name).title for name in measure_names())]
    grades = {place: grade(bare(" ".join(texts), names)) for place, texts in summaries.items()}
    first = [grade(bare(texts[0], names)) for texts in summaries.values()]  # what the index shows
    assert len(grades) > 90 and statistics.mean(grades.values()) <= GRADE and statistics.mean(first) <= GRADE
    assert {place: round(found, 1) for place, found in grades.items() if found > GRADE} == {}


def test_findings_can_be_read_at_grade_8(pages, counties):
    names = [*counties, WHOLE, *(measure(name).title for name in measure_names())]
    findings = {text.text for page in pages.values() for text in page.select(".finding")}
    assert len(findings) > 40 and statistics.mean(grade(bare(text, names)) for text in findings) <= GRADE


# ---- N1 to N9 --------------------------------------------------------------------------------------------------------

FORBIDDEN = re.compile(r"\b(best|worst|rank\w*|league|top|bottom|fail\w*|poor(?:ly|er|est)?\s+perform\w*|(?:under|over|high|low)[- ]?perform\w*|bad|blame\w*|"
                       r"punish\w*|offend\w*|lagg\w*|behind schedule|deficien\w*|unacceptable|red flag\w*|cases?)\b", re.I)
ALLOWED = {
    r"not a ranking": "says that there is none",
    r"best interests?": "the law's words for what a decision on a child has to serve",
    r"neither a pass nor a fail": "says that a figure is no verdict",
    r"top of the page": "a place on the page",
    r"in any case": "means anyhow",
    r"(?:in|nearest|which|in this|in that) case\b": "means where that is so",
    r"case ?workers?|case aides?": "the name of a job in the file",
    r"case management": "the field's name of a service",
    r"case-?mix": "the field's word for who the children are",
    r"case plan\w*": "the law's name of a document",
    r"Not every move is bad": "says that a move can be good",
    r"good or bad": "says that what is hidden may be either",
    r"Not every removal is a failure": "says that it is none",
    r"do best with their own famil\w+|The best stay in care": "of children, and of no one's work",
}
"""Words that a rule would catch, with the reason why they may stand."""


def breaches(text: str) -> list[str]:
    """Forbidden words in a text, each with what stands around it."""
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text, flags=re.I)
    return [text[max(0, found.start() - 40):found.end() + 20] for found in FORBIDDEN.finditer(text)]


@pytest.mark.parametrize(("text", "wrong"), [
    ("Alder is the worst county", True), ("a ranking of counties", True), ("12 cases failed", True), ("This is not a ranking.", False),
    ("the best interests of the child", False), ("about 1 would lie outside in any case", False), ("at the bottom", True), ("a poor performer", True),
    ("the topic of failsafe cabinets", True), ("children who came back", False)])
def test_the_lint_knows_words(text, wrong):
    assert bool(breaches(text)) == wrong


def literals(path) -> list[str]:
    """The words in a module that may reach a reader: string literals with a space in them, but for docstrings and what is raised."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unseen = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    unseen |= {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value and id(node) not in unseen]


WRITTEN = [*sorted((ROOT / "cqi/wording").glob("*.py")), *sorted((ROOT / "cqi/charts").glob("*.py")),
           *(ROOT / "cqi" / f"{name}.py" for name in ("review", "overview", "official", "ahead"))]
UNREAD = {"sentence", "kept", "citation", "tests", "name"}
"""Parts of a definition that quote the law or name a test, and are not the project's own words to readers."""


def test_n1_words_in_modules():
    found = {path.name: [words for text in literals(path) for words in breaches(text)] for path in WRITTEN}
    assert len(WRITTEN) > 20 and {name: words for name, words in found.items() if words} == {}


def test_n1_words_in_templates_and_notebooks():
    templates = [*(ROOT / "cqi/render/template").rglob("*.j2"), *(ROOT / "cqi/blocks").glob("*.j2")]
    texts = {path.name: re.sub(r"{[{%#].*?[}%#]}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.S) for path in templates}
    texts["live.html.j2"] = ""  # a stylesheet and nothing else
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        texts[path.name] = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert len(texts) > 7 and {name: breaches(text) for name, text in texts.items() if breaches(text)} == {}


def definition_words(part) -> list[str]:
    if isinstance(part, dict):
        return [text for name, inner in part.items() if name not in UNREAD for text in definition_words(inner)]
    return [text for inner in part for text in definition_words(inner)] if isinstance(part, list) else [part] if isinstance(part, str) else []


def test_n1_words_in_definitions():
    for path in (ROOT / "cqi/definitions/measures").glob("*.toml"):
        found = [words for text in definition_words(tomllib.loads(path.read_text(encoding="utf-8"))) for words in breaches(text)]
        assert found == [], path.name


@pytest.fixture(scope="module")
def pages(finished):
    return {path.relative_to(finished.folder).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser") for path in sorted(finished.folder.rglob("*.html"))}


def test_n1_and_n9_words_on_finished_pages(pages):
    """The words of every page, pictures and their names included; quotations of the law in the definitions are marked as sources."""
    for place, page in pages.items():
        assert breaches(" ".join(page.body.stripped_strings)) == [], place


def test_n1_counties_stand_in_order_of_name(pages, counties):
    seen = 0
    for place, page in pages.items():
        for table in page.select("table"):
            heads = [cell.get_text(strip=True) for cell in table.select("tbody tr > :first-child")]
            if table.select_one("thead th").text.strip() in ("County", "Region"):
                own = [head.split("\n")[0] for head in heads if head != WHOLE]
                assert own == sorted(own), (place, table.caption.text)
                seen += len(own) > 3
        lists = [[line.text.split(":")[0] for line in part.select("li")] for part in page.select("ul.list")]
        for named in ([name for name in each if name in counties] for each in lists):
            assert named == sorted(named), place
    assert seen >= 6


def test_n2_every_estimate_has_its_interval_and_its_children(pages):
    """In every table with a column of intervals each value has one, or says in words why not; and a column says of how many."""
    words = {HIDDEN_WORDS, "too few", "not yet", "no figure", "data quality", "none", "so far"}
    seen = 0
    for place, page in pages.items():
        for table in page.select("table"):
            columns = [cell.get_text() for cell in table.select("thead th")]
            for at, column in enumerate(columns):
                if "interval" not in column.lower():
                    continue
                for row in table.select("tbody tr"):
                    cell = row.select("th, td")[at]
                    for mark in cell.select("abbr"):
                        mark.extract()
                    text = cell.get_text(" ", strip=True)
                    assert re.search(r"\d.* to .*(\d|no limit)", text) or any(text.startswith(word) for word in words), (place, table.caption.text, text)
                    seen += 1
                assert any(re.search(r"children|days|reports|counted|stays|entered|left|hired|months|counts|investigat", other, re.I)
                           for other in columns[1:at]), (place, table.caption.text, columns)
    assert seen > 100


def test_n4_a_change_is_only_what_a_rule_says(summaries):
    """Without a signal an answer speaks of no change, but of `no clear change` or of what may be chance."""
    seen = set()
    for place, texts in summaries.items():
        words = " ".join(texts)
        signal = "there is a signal" in words
        told = re.findall(r"\b(no clear change|change[ds]?)\b", words)
        assert signal or set(told) <= {"no clear change", "change"} and "changed" not in told, place
        assert signal or not re.search(r"\b(improv\w+|worsen\w*|deteriorat\w+|declin\w+|rose|fell)\b", words), place
        seen.add(signal)
    assert seen == {True, False}


def test_n5_no_column_of_a_worker_can_be_grouped_by(finished):
    from cqi.sources import load
    from cqi.sources.columns import WORKER

    extract = load(DATA, "episodes")
    assert not [name for name in (*extract.episodes.columns, *extract.placements.columns) if WORKER.search(name)]
    with pytest.raises(CqiError):
        Review(county="Birch", cohort="2025H2", data=DATA, profile="worker").tables


def test_n6_counties_are_compared_with_limits_or_their_own_past_only(pages):
    """On the overview each picture of counties draws intervals or limits, and says how much may be chance."""
    overview = {place: page for place, page in pages.items() if "overview" in place}
    assert len(overview) == 2
    for place, page in overview.items():
        for figure in page.select("figure"):
            assert re.search(r"interval|limits", figure.text) and "chance" in figure.text, place
        assert "not a ranking" in page.text and "own usual pace, not with its neighbours" in page.text


def test_n7_every_page_of_measures_says_what_it_cannot_and_asks(pages):
    for place, page in pages.items():
        if page.select_one("table.reviews") or "data-quality" in place:
            continue
        headings = [heading.text for heading in page.select("h2")]
        assert any(re.search(r"could the file not say|can these numbers not tell", heading) for heading in headings), place
        questions = [item.text for item in page.select("ol.questions li")]
        assert len(questions) >= 3 and all("?" in question for question in questions), place


def test_n8_adjusted_or_said_that_it_is_not(pages):
    for place, page in pages.items():
        if "official" in place:
            assert re.search("Only age is adjusted for|No ratio can be shown", page.text) and "differ" in page.text, place
        if "overview" in place:
            assert "Counties serve children with different needs" in page.text, place


def test_n9_every_measure_speaks_of_children():
    for name in measure_names():
        definition = measure(name)
        words = " ".join((definition.question, *map(str, definition.words.values())))
        assert re.search(r"\b(child|children|stays|days in care|reports?|entries|months|investigations)\b", words), name
        assert len(definition.caveats) >= 1, name
