"""Pages beside the tables of their release: what the tables hide stands in no cell and no sentence."""

import pandas as pd
import pytest
from drawn_release import AMONG, DAY, MEASURE, SAFE, page, places, release, rows, table

from cqi.audit import audit
from cqi.audit.files import published
from cqi.audit.reading import read_page
from cqi.audit.told import told_anyway, what_tables_tell
from cqi.vocabulary import WHOLE

KIND, AGAIN, HIDDEN = "hidden in the tables", "recurrence_of_maltreatment", "[c]"
TITLE = "Recurrence of maltreatment"
HEADLINE_NAME = "Permanency in 12 months for children entering care"


def told(tmp_path, body, name="alder/2024h1.html", title="Alder, 2024H1, permanency in 12 months, as of 2026-06-30", **tables):
    """Where a page tells what the tables hide: by default Alder's 8 and Birch's 22 of 80 children."""
    folder = release(tmp_path, **(tables or {"measures": rows(SAFE, AMONG)}))
    page(folder, name, body, title=title)
    return places(told_anyway(read_page(folder / name, folder), what_tables_tell(published(folder))), KIND)


def periods(*cells, caption="Alder: permanency in 12 months for children entering care, by period", own="January to June 2024", head="Period"):
    return table(caption, (head, "Left to a permanent home", "Children who entered care", "Value (95% interval)"), (own, *cells))


@pytest.mark.parametrize(("cells", "column"), [
    (("18", "90", HIDDEN), "Left to a permanent home"), ((HIDDEN, "90", "20%"), "Value (95% interval)"), ((HIDDEN, "90", "20% (13% to 29%)"), "Value (95% interval)"),
    (("18 of 90", "90", HIDDEN), "Left to a permanent home"), (("0", "90", HIDDEN), "Left to a permanent home"), ((HIDDEN, "18", HIDDEN), "Children who entered care"),
    ((HIDDEN, "90", "18 (20%) 13% to 29%"), "Value (95% interval)"), ((HIDDEN, "90", "1.20 (0.90 to 1.60)"), "Value (95% interval)")])
def test_a_cell_that_tells_a_hidden_count(tmp_path, cells, column):
    assert told(tmp_path, periods(*cells)) == [f"alder/2024h1.html, Alder: permanency in 12 months for children entering care, by period, column {column}"]


@pytest.mark.parametrize("cells", [(HIDDEN, "90", HIDDEN), (HIDDEN, HIDDEN, HIDDEN), ("not yet", "90", "not yet"), (HIDDEN, "90", "30 June 2026")])
def test_what_may_stand_beside_a_hidden_count(tmp_path, cells):
    assert told(tmp_path, periods(*cells)) == []


@pytest.mark.parametrize(("own", "caption", "found"), [
    ("January to June 2024 2024H1", "Alder: permanency in 12 months for children entering care", True),
    ("This period", "Alder, entered January to June 2024: exits to a permanent home by 30 June 2026", True),
    ("January to June 2024", "Birch: permanency in 12 months for children entering care", True),
    ("January to June 2024", "Cedar: permanency in 12 months for children entering care", False),
    ("July to December 2024", "Alder: permanency in 12 months for children entering care", False),
    ("January to June 2024", "Alder: recurrence of maltreatment", False)])
def test_whose_count_a_row_tells(tmp_path, own, caption, found):
    """By the county and the measure of the caption, and the period of the row, or else of the caption."""
    assert bool(told(tmp_path, periods("18", "90", "20%", own=own, caption=caption))) == found


def test_a_row_for_each_county_region_and_measure(tmp_path):
    counties = table("By county", ("County", "Left so far", "Children"), ("Birch", "22", "80"), ("Cedar", "40", "100"))
    overview = {"name": "overview.html", "title": "All counties, 2024H1, overview, as of 2026-06-30"}
    assert told(tmp_path, counties, **overview) == ["overview.html, By county, column Left so far"]
    measures = table("Alder: other measures", ("Measure", "Counted so far", "Usual range"), (TITLE, "14", "9 to 20"), (HEADLINE_NAME, "22", "9 to 20"))
    shown = {"measures": [rows([22, 30, 40, 25, 117], AMONG), rows(SAFE, AMONG, measure=AGAIN)]}
    assert told(tmp_path, measures, **shown) == [f"alder/2024h1.html, Alder: other measures, column {each}" for each in ("Counted so far", "Usual range")]


def test_a_region_that_is_hidden(tmp_path):
    regions = pd.DataFrame({"measure": MEASURE, "county": ["North", "South"], "cohort": "2024H1", "as_of": DAY, "entered": [170, 160], "at_risk": None,
                            "observed": None, "signal": "", "signal_by": "", "status": "suppressed", "members": ["Alder, Birch", "Cedar, Elm"]})
    drawn = table("Regions", ("Region", "Counted so far"), ("North Alder and Birch", "30"), ("South Cedar and Elm", HIDDEN))
    found = told(tmp_path, drawn, name="overview.html", title="All counties, 2024H1, overview", measures=rows(SAFE, AMONG), regions=regions)
    assert found == ["overview.html, Regions, column Counted so far"]


def test_each_column_of_months_in_care(tmp_path):
    """Within 6 months is hidden, within 12 is shown."""
    maturity = [rows([None, None, 20, 12, 50], AMONG, at=6), rows([30, 40, 40, 25, 135], AMONG)]
    drawn = table("Alder: children who left, by months in care", ("Entered", "Children", "Within 6 months", "Within 12 months"),
                  ("January to June 2024", "90", "15 (17%)", "30 (33%)"))
    assert told(tmp_path, drawn, maturity=maturity) == ["alder/2024h1.html, Alder: children who left, by months in care, column Within 6 months"]


def test_kinds_of_exit_and_groups(tmp_path):
    whole = {"name": "overview.html", "title": f"{WHOLE}, 2024H1, overview"}
    curves = rows([None] * 5, AMONG, at=6, part="adoption")
    drawn = table(f"{WHOLE}: how children leave", ("Months in care", "Adoption", "Reunification"), ("month 6", "4% (12)", "9% (31)"))
    assert told(tmp_path, drawn, curves=curves, **whole) == [f"overview.html, {WHOLE}: how children leave, column Adoption"]
    groups = rows([None] * 5, AMONG, group="race: Black").assign(reference="")
    drawn = table(f"Race: {TITLE.lower()}, January to June 2024", ("Group", "Were maltreated again"), ("Black", "14"), ("White", "40"))
    found = told(tmp_path, drawn, official_groups=groups.assign(measure=AGAIN), **whole)
    assert found == [f"overview.html, Race: {TITLE.lower()}, January to June 2024, column Were maltreated again"]


@pytest.mark.parametrize(("caption", "found"), [("Alder: exits to a permanent home by month", True), ("Alder: children who entered care by month", False)])
def test_a_series_by_month(tmp_path, caption, found):
    series = pd.DataFrame({"measure": MEASURE, "county": "Alder", "series": ["exits", "entries"], "month": "2025-07-01", "children": [None, 40], "numerator": [None, 40],
                           "denominator": None, "value": None, "unit": "", "status": ["suppressed", "shown"]})
    assert bool(told(tmp_path, table(caption, ("Month", "Children"), ("July 2025", "14")), months_charted=series)) == found


@pytest.mark.parametrize(("words", "found"), [
    ("18 of 90 children left to a permanent home.", True), ("18 of 90 (20%) so far.", True), ("Of 90 children nobody knows.", False),
    ("18 of 91 children left.", False), ("Cedar: 18 of 90 children left.", False), ("Birch: 22 of 80 children left.", True),
    ("Recurrence of maltreatment: 18 of 90 children.", False), ("July to December 2024: 18 of 90 children left.", False)])
def test_a_sentence_that_tells_a_hidden_count(tmp_path, words, found):
    assert told(tmp_path, f"<p>{words}</p>") == ["alder/2024h1.html"] * found


def test_the_count_of_an_earlier_month_in_care_may_be_said(tmp_path):
    maturity = [rows([18, 20, 20, 12, 70], AMONG, at=6), rows([None, None, 40, 25, 120], AMONG)]
    assert told(tmp_path, "<p>18 of 90 children left within 6 months.</p>", maturity=maturity) == []


def test_a_picture_s_own_words_are_read_too(tmp_path):
    assert told(tmp_path, '<figure><svg><desc>18 of 90 children left.</desc></svg></figure>') == ["alder/2024h1.html"]


def test_the_audit_looks_at_every_page(tmp_path):
    folder = release(tmp_path, measures=rows(SAFE, AMONG))
    for name, words in (("alder/2024h1.html", "18 of 90"), ("birch/2024h1.html", "none")):
        page(folder, name, f"<p>{words} children left.</p>")
    assert places(audit(folder), KIND) == ["alder/2024h1.html"]
