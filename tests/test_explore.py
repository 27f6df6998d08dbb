"""The explore page without a browser: what it reads, says, draws, keeps and hands over; and that it never says more than was published."""

import base64
import json
import re
import subprocess
import sys
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets as widgets
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from drawn_run import HEADLINE, RETURNS, drawn_run

from cqi.blocks import Cell, Table
from cqi.explore import downloads, earlier, feedback, maps, shapes, show, where
from cqi.explore.app import QUESTIONS, explore
from cqi.explore.chosen import Chosen
from cqi.explore.paper import pictured
from cqi.explore.published import Published
from cqi.explore.standings import better, standings
from cqi.journal import Entry, Journal
from cqi.registry import measure
from cqi.vocabulary import CqiError
from cqi.wording.numbers import day_words

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    return drawn_run(tmp_path / "reports", {"Cedar": {}, "Alder": {}, "Birch": {"hidden": True}})


@pytest.fixture
def published(run):
    return Published(run, "internal")


def chosen(county="Alder", **others):
    return Chosen(county=county, cohort="2025H2", measure=HEADLINE, **others)


def inside(widget):
    """Every widget of a page."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def named(widget, words):
    return next(each for each in inside(widget) if getattr(each, "description", "").startswith(words))


def text(widget):
    """All that a page shows, without its style."""
    return BeautifulSoup(" ".join(each.value for each in inside(widget) if isinstance(each, widgets.HTML) and "<style>" not in each.value), "html.parser").get_text(" ")


# What is read

def test_tables_come_back_as_they_were_published(published):
    assert (published.cohorts, published.counties, published.as_of) == (("2025H2",), ("Alder", "Birch", "Cedar"), "2026-06-30")
    row = published.rows("2025H2", "course", county="Birch").iloc[0]
    assert pd.isna(row["observed"]) and row["signal"] == "" and row["target_by"] == pd.Timestamp("2026-12-31") and pd.isna(row["first_signal"])
    assert list(published.titles) == [HEADLINE]


def test_names_that_look_like_nothing_or_like_a_formula_stay_names(tmp_path):
    found = Published(drawn_run(tmp_path, {"NA": {}, "'=Elm": {}, "Swallow's Rest": {}, "null": {}}), "internal")
    assert found.counties == ("=Elm", "NA", "null", "Swallow's Rest")


def test_of_several_days_the_newest_counts_and_cohorts_are_in_order_of_time(tmp_path):
    drawn_run(tmp_path, {"Alder": {}}, day="2026-05-31")
    drawn_run(tmp_path, {"Alder": {}}, day="2026-06-30", cohorts=("2026H1", "2025", "2025H2"))
    found = Published(tmp_path, "internal")
    assert found.folder.name == "2026-06-30" and found.cohorts == ("2025", "2025H2", "2026H1")


def test_what_is_not_there_is_said_in_one_sentence(tmp_path, run):
    (tmp_path / "stopped" / "2026-06-30" / "restricted").mkdir(parents=True)
    broken = drawn_run(tmp_path / "broken", {"Alder": {}})
    (broken / "internal" / "tables" / "2025H2-looks.csv").write_text("day,observed\n2026-06-30,many\n", encoding="utf-8")
    for make, words in ((lambda: Published(tmp_path / "none", "internal"), "There is no finished run in none. Make one with: make review"),
                        (lambda: Published(tmp_path / "stopped", "internal"), "did not come to its end. Finish it with: cqi review --resume"),
                        (lambda: Published(run, "release"), "It was made for internal. Make them with: cqi review --profile release"),
                        (lambda: Published(run, "internal").table("2025H2", "paces"), "has no table 'paces' for 2025H2"),
                        (lambda: Published(run, "internal").table("2024H1", "course"), "has no period '2024H1'; it has 2025H2"),
                        (lambda: Published(broken, "internal").table("2025H2", "looks"), "2025H2-looks.csv: this table cannot be read")):
        with pytest.raises(CqiError, match=re.escape(words)) as error:
            make()
        assert "\n" not in str(error.value)
    assert "There is no finished run" in text(explore(tmp_path / "none", "internal"))


def test_the_page_loads_what_it_needs_and_no_more():
    """The first picture must be there in three seconds."""
    heavy = ("scipy", "sqlalchemy", "papermill", "openpyxl", "rfc3987_syntax.syntax_helpers", "dask", "sklearn")
    code = f"import sys, cqi.explore.app, cqi.explore.where, cqi.explore.maps; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


# Where are we?

@pytest.mark.parametrize(("observed", "how"), [(11, "below"), (12, "usual"), (36, "usual"), (37, "above")])
def test_a_county_stands_below_inside_or_above_its_usual_range(tmp_path, observed, how):
    found = Published(drawn_run(tmp_path, {"Alder": {"observed": observed}}), "internal")
    [alder] = standings(found, "2025H2", HEADLINE)
    assert (alder.how, alder.counted, alder.low, alder.high) == (how, f"{observed} of 100 ({observed}%)", pytest.approx(.12), pytest.approx(.36))


@pytest.mark.parametrize(("entered", "how"), [(9, "few"), (10, "above")])
def test_fewer_than_ten_children_are_not_compared(tmp_path, entered, how):
    few = {"entered": entered, "observed": 8, "usual_low": 1, "usual_high": 5, "usual_low_80": 2, "usual_high_80": 4}
    [alder] = standings(Published(drawn_run(tmp_path, {"Alder": few}), "internal"), "2025H2", HEADLINE)
    assert alder.how == how and ("%" in alder.words) == (how != "few")


def test_hidden_carried_forward_and_unknown_are_told_apart(tmp_path):
    counties = {"Alder": {"hidden": True}, "Birch": {"row_status": "carried forward"}, "Cedar": {"status": "data quality"}}
    alder, birch, cedar = standings(Published(drawn_run(tmp_path, counties), "internal"), "2025H2", HEADLINE)
    assert (alder.how, birch.how, cedar.how) == ("hidden", "none", "none")
    assert alder.words == "Alder: hidden to protect privacy." and "as of 30 June 2026" in birch.words and pd.isna(alder.value)


def test_blue_is_the_better_side_whatever_the_measure_counts():
    assert [better("above", measure(HEADLINE)), better("above", measure(RETURNS)), better("below", measure(RETURNS))] == [True, False, True]


def test_counties_stand_in_order_of_name_and_the_chosen_one_is_marked(tmp_path):
    counties = {"Cedar": {"observed": 90}, "alder": {"observed": 1}, "Birch": {"hidden": True}, "<b>Elm</b>": {}}
    page = BeautifulSoup(maps.map_markup(Published(drawn_run(tmp_path, counties), "internal"), "2025H2", HEADLINE, "Cedar"), "html.parser")
    tiles = page.select(".cqi-tiles li")
    assert [tile.p.find(string=True) for tile in tiles] == ["<b>Elm</b>", "alder", "Birch", "Cedar"]
    assert [tile.p.get_text() for tile in page.select("li.chosen")] == ["Cedar, chosen"]
    assert tiles[2].svg["aria-label"] == "Birch: hidden to protect privacy." and "url(#cqi-hidden)" in str(tiles[2].svg)
    assert "90 of 100 (90%). Usual by 30 June 2026: 12% to 36%. Above the usual range." in tiles[3].svg["aria-label"]
    assert [row.th.get_text() for row in page.select("tbody tr")] == ["<b>Elm</b>", "alder", "Birch", "Cedar"]
    assert not page.find_all("b") and "not a ranking" in page.get_text()


def test_counties_with_a_code_are_drawn_by_their_shape(tmp_path):
    counties = {"Autauga (01001)": {"observed": 40}, "Baldwin (01003)": {"hidden": True}, "Elm": {}, "Nowhere (99999)": {}}
    found = Published(drawn_run(tmp_path, counties), "internal")
    page = BeautifulSoup(maps.map_markup(found, "2025H2", HEADLINE, "Baldwin (01003)"), "html.parser")
    drawn = page.select_one(".chart svg")
    assert [path.title.get_text() for path in drawn.select("path:has(title)")] == [
        "Autauga (01001): 40 of 100 (40%). Usual by 30 June 2026: 12% to 36%. Above the usual range.", "Baldwin (01003): hidden to protect privacy."]
    assert [path["fill"] for path in drawn.select("path:has(title)")] == ["#0072B2", "url(#cqi-hidden)"]
    assert "Baldwin" in drawn.select("text")[-1].get_text() and [tile.p.get_text() for tile in page.select(".cqi-tiles li")] == ["Elm", "Nowhere (99999)"]


def test_shapes_lie_where_they_do_on_earth():
    assert [shapes.fips(name) for name in ("Mobile (01097)", "Mobile", "Mobile (1097)", "Elm (99999)", "(01097) Mobile")] == ["01097", "", "", "", ""]
    alabama, alaska = shapes.drawn(("01097",)), shapes.drawn(("02016",))
    assert len(alabama.paths) == 67 and max(alabama.width, alabama.height) == pytest.approx(640)
    (mobile_x, mobile_y), (madison_x, madison_y) = alabama.middles["01097"], alabama.middles["01089"]
    assert mobile_x < madison_x and mobile_y > madison_y
    assert alaska.height > alaska.width / 4, "Alaska's last islands lie beyond 180 degrees and must not stretch it round the world"
    (islands, _), (juneau, _) = alaska.middles["02016"], alaska.middles["02110"]
    assert islands < juneau


def test_a_county_is_told_at_its_age_beside_earlier_periods_at_that_age(published):
    first, rest = where.view(published, "Alder", "2025H2", HEADLINE, "")
    words = " ".join(first.blocks[1].paragraphs)
    assert "24 of them (24%) had left to a permanent home by 30 June 2026" in words and "At the same age, 30 of 100 children (30%)" in words
    way, same_age, *_ = rest.blocks
    assert way.question == "Where is this period heading?" and "goal of 40%" in way.finding
    assert [row[-1].text for row in same_age.table.rows] == ["31 December 2025", "30 June 2026"]


def test_a_hidden_county_shows_no_number_of_its_own(published):
    first, rest = where.view(published, "Birch", "2025H2", HEADLINE, "")
    shown = show.markup(first) + show.markup(rest)
    assert "hidden to protect privacy" in shown and "24 of" not in shown and "<figure" not in shown
    assert set(where.pictures_of(published, chosen("Birch"))) == {"All counties"}


def test_groups_are_said_to_be_of_another_period_or_told_elsewhere(run):
    rows = [{"measure": HEADLINE, "county": county, "cohort": "24B25A", "group": f"sex: {sex}", "part": "", "at": "", "as_of": "2026-06-30", "children": 50, "numerator": 20,
             "denominator": 50, "value": .4, "level": .95, "lower": .28, "upper": .54, "unit": "children", "method": "", "status": "shown", "reference": "all others",
             "ratio": 1, "ratio_lower": .8, "ratio_upper": 1.2, "difference": 0, "difference_lower": -.1, "difference_upper": .1}
            for county in ("Alder", "All counties") for sex in ("female", "male")]
    pd.DataFrame(rows).to_csv(run / "internal" / "tables" / "official-groups.csv", index=False)
    found = Published(run, "internal")
    assert where.groups(found, HEADLINE) == {"All children": "", "By sex, as recorded": "sex"} and where.groups(found, RETURNS) == {"All children": ""}
    note, figure = where.by_group(found, "Alder", "2025H2", HEADLINE, "sex")
    assert "April 2024 to March 2025, not July to December 2025" in note.paragraphs[0] and len(figure.table.rows) == 2
    note, figure = where.by_group(found, "Cedar", "2025H2", HEADLINE, "sex")
    assert "of all counties together: in Cedar alone" in note.paragraphs[0] and figure.table.caption.startswith("All counties, April 2024")


# What is kept

def test_a_picture_is_kept_as_the_same_bytes_every_time(tmp_path):
    found = Published(drawn_run(tmp_path, {"Alder": {}, **{f"Elm {number}": {"hidden": True} for number in range(6)}}), "internal")
    for name, picture in where.pictures_of(found, chosen()).items():
        made = [downloads.files(picture if hasattr(picture, "drawn") else pictured(picture), f"Alder: {name}", "As of 30 June 2026.") for _ in range(4)]
        assert all(each == made[0] for each in made)
        csv, svg, png, pdf = (each.content for each in made[0])
        assert len(pd.read_csv(BytesIO(csv))) and ElementTree.fromstring(svg).tag.endswith("svg") and png[1:4] == b"PNG" and pdf[:5] == b"%PDF-"
        assert len(re.findall(rb"/Type /Page\b", pdf)) == 1


def test_a_table_to_keep_runs_nothing_and_says_what_is_hidden():
    table = Table("Counties", ("County", "Left"), ((Cell("=HYPERLINK(1)"), Cell("3")), (Cell("Elm\nno. 2"), Cell("[c]", "hidden"))))
    found = pd.read_csv(StringIO(downloads.table_csv(table).decode("utf-8-sig")))
    assert found.to_dict("list") == {"County": ["'=HYPERLINK(1)", "Elm; no. 2"], "Left": ["3", "hidden to protect privacy"]}


def test_links_hold_the_files_themselves(published):
    now = chosen()
    box = downloads.box(published, now, lambda each: where.pictures_of(published, each))
    named(box, "Make the files").click()
    links = [link for each in inside(box) if isinstance(each, widgets.HTML) for link in BeautifulSoup(each.value, "html.parser").find_all("a")]
    assert [link["download"] for link in links] == [f"alder-july-to-december-2025-the-way-to-the-goal.{kind}" for kind in ("csv", "svg", "png", "pdf")]
    assert base64.b64decode(links[3]["href"].removeprefix("data:application/pdf;base64,")).startswith(b"%PDF-")
    now.county = "Cedar"
    assert not any("<a" in each.value for each in inside(box) if isinstance(each, widgets.HTML)), "links to what is no longer shown"


# What is said

@pytest.fixture
def journal(tmp_path):
    return Journal.opened(tmp_path / "journal.sqlite")


def test_a_need_is_kept_beside_what_is_shown_and_without_a_name(published, journal):
    now = chosen()
    form = feedback.Form(published, now, journal)
    form.kind.value, form.text.value, form.role.value = "A need: what we need from the agency", "Court dates come too late.", "Foster parent"
    form.owner.value, form.due.value, form.chart.value, form.name.value = "court liaison", date(2026, 12, 31), "All counties", "typed, but not ticked"
    form.save.click()
    [kept] = journal.entries()
    assert (kept.kind, kept.county, kept.cohort, kept.measure, kept.chart) == ("need", "Alder", "2025H2", HEADLINE, "All counties")
    assert (kept.owner, kept.due, kept.role, kept.name, kept.cleared, kept.status) == ("court liaison", date(2026, 12, 31), "Foster parent", "", False, "open")
    assert kept.details == {"as_of": "2026-06-30", "profile": "internal", "group": ""} and now.written == [1]
    assert form.text.value == "" and "saved as number 1" in form.said.value and "What was said last time" in form.said.value


def test_a_name_is_kept_only_where_the_box_is_ticked(published, journal):
    form = feedback.Form(published, chosen(), journal)
    assert form.own.layout.display == "none"
    form.text.value, form.named.value, form.name.value = "We can help.", True, "Pat"
    assert form.own.layout.display is None and "Only the agency's own staff" in form.name.description
    form.save.click()
    assert journal.entries()[0].name == "Pat" and not form.named.value


def test_what_may_tell_of_a_child_is_asked_about_before_it_is_saved(published, journal):
    form = feedback.Form(published, chosen(), journal)
    form.text.value = "Zebulon Quartermaine was born on 3 May 2019."
    form.save.click()
    assert journal.entries() == [] and "Zebulon Quartermaine" in form.said.value and form.asked.layout.display is None
    form.change.click()
    assert form.text.value.startswith("Zebulon") and form.said.value == "" and form.asked.layout.display == "none"
    form.save.click()
    form.sure.click()
    assert journal.entries()[0].text.startswith("Zebulon") and form.asked.layout.display == "none"


@pytest.mark.parametrize(("words", "told"), [("", "There are no words yet"), ("a " * 5001, "10,002 characters")])
def test_what_cannot_be_saved_is_not_lost(published, journal, words, told):
    form = feedback.Form(published, chosen(), journal)
    form.text.value, form.role.value = words, "Judge"
    form.save.click()
    assert form.text.value == words and form.role.value == "Judge" and told in form.said.value and journal.entries() == []


def test_a_journal_that_breaks_loses_nothing_that_was_typed(published, journal, tmp_path):
    form = feedback.Form(published, chosen(), journal)
    form.text.value = "Still here."
    for path in tmp_path.glob("journal.sqlite*"):
        path.unlink()
    (tmp_path / "journal.sqlite").write_bytes(b"no database at all, " * 500)
    form.save.click()
    assert form.text.value == "Still here." and "nothing of what you typed is lost" in form.said.value
    assert "entry" in text(earlier.panel(published, chosen(), journal)) or "cqi-unsaved" in earlier.panel(published, chosen(), journal).children[2].value


def entry(words, **others):
    return Entry(**{"kind": "comment", "county": "Alder", "cohort": "2025H2", "measure": HEADLINE, "role": "Judge", "text": words, **others})


def test_outside_the_agency_only_cleared_entries_and_those_of_this_sitting_are_read(tmp_path, journal):
    found = Published(drawn_run(tmp_path / "out", {"Alder": {}}, profile="release"), "release")
    for each in (entry("not cleared"), entry("cleared words", cleared=True, name="Pat"), entry("my own words"), entry("of another county", county="Birch", cleared=True)):
        journal.add(each)
    page = earlier.panel(found, chosen(written=[3]), journal)
    words = text(page)
    assert "cleared words" in words and "my own words" in words and "not cleared" not in words and "of another county" not in words
    assert "Pat" not in words and not [each for each in inside(page) if isinstance(each, widgets.Textarea)]


def test_outside_the_agency_cleared_words_that_count_children_are_not_read_out(tmp_path, journal):
    found = Published(drawn_run(tmp_path, {"Alder": {}}, profile="release"), "release")
    for each in (entry("Visits began late", cleared=True), entry("3 of 40 children", cleared=True), entry("2 children of mine")):
        journal.add(each)
    words = text(earlier.panel(found, chosen(written=[3]), journal))
    assert "Visits began late" in words and "2 children of mine" in words and "3 of 40" not in words and "they count children" in words
    inside = text(earlier.panel(Published(drawn_run(tmp_path / "inside", {"Alder": {}}), "internal"), chosen(), journal))
    assert "3 of 40 children" in inside


def test_an_answer_does_not_change_the_day_on_which_an_entry_was_written(published, journal):
    kept = journal.add(entry("When?"))
    journal.revise(kept.number, answer="Soon.")
    assert day_words(journal.begun()[kept.number]) in text(earlier.panel(published, chosen(), journal))


@pytest.mark.parametrize(("around", "shown"), [("This county and period", {"here"}), ("This county, any period", {"here", "earlier"}),
                                               ("All counties", {"here", "earlier", "elsewhere"})])
def test_entries_are_looked_for_near_or_far(published, journal, around, shown):
    for each in (entry("here"), entry("earlier", cohort="2025H1"), entry("elsewhere", county="Cedar")):
        journal.add(each)
    page = earlier.panel(published, chosen(), journal)
    named(page, "Show what was said about").value = around
    quoted = {quote.get_text() for each in inside(page) if isinstance(each, widgets.HTML) for quote in BeautifulSoup(each.value, "html.parser").find_all("blockquote")}
    assert quoted == shown


def test_words_of_people_are_text(published, journal):
    journal.add(entry("<script>alert(1)</script> & \u202emore", role="<i>Judge</i>", owner="<b>x</b>", chart="<u>y</u>"))
    listed = earlier.panel(published, chosen(), journal).children[2].value
    assert not BeautifulSoup(listed, "html.parser").find_all(["script", "i", "b", "u"]) and "\u202e" not in listed and "&lt;script&gt;" in listed


def test_staff_answer_an_entry_and_clear_it_and_what_others_changed_meanwhile_stays(published, journal):
    journal.add(entry("When?"))
    page = earlier.panel(published, chosen(), journal)
    journal.revise(1, owner="court liaison")
    named(page, "What was done").value, named(page, "Where it stands").value, named(page, "Everyone may read").value = "Dates come a week ahead now.", "done", True
    named(page, "Save the answer").click()
    [now] = journal.entries()
    assert (now.answer, now.status, now.cleared, now.owner, now.text, now.version) == ("Dates come a week ahead now.", "done", True, "court liaison", "When?", 3)
    assert "Dates come a week ahead now." in text(page) and "Saved" in text(page)
    named(page, "Save the answer").click()
    assert journal.entries()[0].version == 3 and "Nothing was changed" in text(page)


def test_an_answer_that_is_being_typed_stays_when_others_write(published, journal):
    journal.add(entry("When?"))
    now = chosen()
    page = earlier.panel(published, now, journal)
    named(page, "What was done").value = "We are"
    journal.add(entry("A newer one"))
    now.wrote(2)
    assert (named(page, "Entry").value, named(page, "What was done").value) == (1, "We are")
    named(page, "Entry").value = 2
    assert named(page, "What was done").value == ""


# The whole page

def test_six_questions_each_answered_when_it_is_asked(run):
    page = explore(run, "internal", str(run.parent / "kept" / "journal.sqlite"))
    tabs = next(each for each in inside(page) if isinstance(each, widgets.Tab))
    assert tabs.titles == tuple(QUESTIONS) and [len(place.children) for place in tabs.children] == [1, 0, 0, 0, 0, 0]
    assert not (run.parent / "kept").exists(), "a journal is made when somebody comes to write or read"
    tabs.selected_index = 4
    assert [len(place.children) for place in tabs.children] == [1, 0, 0, 0, 1, 0] and (run.parent / "kept" / "journal.sqlite").is_file()


def test_a_choice_changes_what_is_shown_and_is_spoken(run):
    page = explore(run, "internal")
    named(page, "County").value = "Birch"
    assert "hidden to protect privacy" in text(page) and 'role="alert"' in " ".join(each.value for each in inside(page) if isinstance(each, widgets.HTML))
    assert "Now shown: Birch, July to December 2025" in text(page)


def test_every_control_has_a_name(run):
    page = explore(run, "internal", str(run.parent / "journal.sqlite"))
    tabs = next(each for each in inside(page) if isinstance(each, widgets.Tab))
    for number in (3, 4, 5):
        tabs.selected_index = number
    controls = [each for each in inside(page) if isinstance(each, (widgets.Dropdown, widgets.Button, widgets.Text, widgets.Textarea, widgets.Checkbox, widgets.DatePicker))]
    assert len(controls) > 15 and all(each.description for each in controls)


def test_the_notebook_says_what_it_asks_and_runs_where_no_run_is():
    question, parameters, call = nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4).cells
    assert question.source.startswith("# ") and "?" in question.source and parameters.metadata["tags"] == ["parameters"]
    assert all("  # " in line for line in parameters.source.splitlines())
    assert call.source.splitlines()[-1] == "explore(run, profile, journal)"


def test_shapes_come_with_their_licence():
    folder = ROOT / "cqi" / "explore" / "geo"
    assert "Permission to use, copy, modify, and/or distribute" in (folder / "LICENSE.us-atlas").read_text(encoding="utf-8")
    assert len(json.loads((folder / "counties-10m.json").read_text(encoding="utf-8"))["objects"]["counties"]["geometries"]) == 3231
