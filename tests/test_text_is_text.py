"""Names from data are text and do nothing: on every page in a real browser, in a live notebook, in tables, on a terminal, as parameters."""

import ast
import csv
import io
import json
import os
import sys
import unicodedata
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as some
from nbformat.v4 import new_code_cell, new_notebook
from papermill import execute_notebook
from papermill.translators import PythonTranslator

from browser import chromium
from cqi import progress
from cqi.blocks import MIME
from cqi.blocks.html import block_html
from cqi.blocks.svg import figure_svg
from cqi.cli import main
from cqi.render.kernels import engine_options
from cqi.render.outline import words_html
from cqi.render.page import index_html
from cqi.render.job import Job
from cqi.render.run import Request, run
from cqi.sources import load
from cqi.vocabulary import STEERING, CqiError
from cqi.wording.plain import spreadsheet_safe
from hostile import ALONE, FOLDER, TOGETHER, hostile_state
from payloads import FORMULAS, PAYLOADS, REFUSED, TIDIED
from running import ROOT, blocks, command
from sample_page import sample_index, sample_notebook, sample_page, written

ATTACKS = os.environ.get("CQI_ATTACKS") == "1"
"""Whether all attacks are made, which takes many minutes, or a part of them."""

PAGES = 4 + 2 * (1 + len(ALONE) if ATTACKS else 1)
ROUND_TRIPS, AT_ONCE = (10_000, 500) if ATTACKS else (60, 60)


# ---- a whole run whose names are attacks --------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A run of the hostile state, and the folder in which it lies."""
    place = tmp_path_factory.mktemp("hostile")
    data = hostile_state(place)
    counties, profiles = ((), ("internal", "release")) if ATTACKS else ((TOGETHER,), ("internal",))
    return run(Request(counties=counties, cohorts=("2025H2",), profiles=profiles, data=str(data), since=str(data), out=place / "out")), place


def pages(folder):
    return sorted(folder.rglob("*.html"))


@contextmanager
def watched(browser, *, guarded):
    """A page of the browser that notes what it asks for and every window that a script opens."""
    context = browser.new_context(bypass_csp=not guarded)
    page = context.new_page()
    page.asked, page.opened = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: (page.opened.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: page.opened.append(popup.url))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    yield page
    context.close()


ALIVE = """() => [...document.querySelectorAll('script, iframe, object, embed, form, base, link:not([rel=stylesheet])')].map(e => e.outerHTML)
    .concat([...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
        .filter(a => /^on/i.test(a.name) || (/^(href|src|action|xlink:href)$/i.test(a.name) && /^\\s*(javascript|data|vbscript|https?):/i.test(a.value)))
        .map(a => a.name + '=' + a.value)))"""
"""Everything in a page that could run, load or lead out of it. No sentence of a run links to the web."""


def assert_nothing_ran(page, path):
    page.wait_for_timeout(50)
    assert page.evaluate("window.PWNED") is None and page.opened == [] and len(page.frames) == 1, path
    assert page.evaluate(ALIVE) == [], path


@pytest.mark.browser
@pytest.mark.parametrize("guarded", [True, False])
def test_no_page_of_a_hostile_run_runs_or_fetches_anything(hostile, guarded):
    finished, _ = hostile
    assert not finished.failed and len(finished.outcomes) == PAGES * len(finished.indexes)
    with chromium() as browser:
        for path in pages(finished.folder):
            with watched(browser, guarded=guarded) as page:
                page.goto(path.as_uri())
                assert_nothing_ran(page, path)
                assert page.asked == [path.as_uri(), (finished.folder / "assets/cqi.css").as_uri()], path


def shown(html):
    """The words of a page as they are read, and its title and text alternatives."""
    page = BeautifulSoup(html, "html.parser")
    return " ".join(page.get_text(" ").split()), page


def as_read(name):
    return " ".join(name.split())


def test_names_of_a_hostile_run_are_read_as_they_are_written(hostile):
    finished, _ = hostile
    own = [path for path in pages(finished.folder) if path.parent.name.startswith("hyperlink")]
    assert len(own) == 2 * len(finished.indexes)
    for path in own:
        _, page = shown(path.read_text(encoding="utf-8"))
        assert as_read(TOGETHER) in as_read(page.title.text) and as_read(TOGETHER) in as_read(page.h1.text), path
        assert any(as_read(TOGETHER) in as_read(caption.text) for caption in page.select("caption")), path
    for path in (*finished.indexes.values(), *(index.parent / "overview-2025h2.html" for index in finished.indexes.values())):
        text = shown(path.read_text(encoding="utf-8"))[0]
        assert as_read(TOGETHER) in text, path
    quality = shown((finished.folder / "internal/data-quality.html").read_text(encoding="utf-8"))[0]
    assert PAYLOADS["drawing"] + ".csv" in quality and PAYLOADS["script"] in quality  # a file and a column that nobody declared
    overview = shown((finished.folder / "internal/overview-2025h2.html").read_text(encoding="utf-8"))[0]
    assert all(as_read(PAYLOADS[name]) in overview for name in ALONE)


def test_a_hostile_run_writes_in_its_own_folder_only(hostile):
    finished, place = hostile
    assert sorted(path.name for path in place.iterdir()) == sorted([FOLDER, "out"])
    assert not list(place.rglob("PWNED*")) and not (ROOT / "PWNED").exists() and not Path("PWNED").exists()
    assert {path.relative_to(finished.folder).parts[0] for path in finished.folder.rglob("*")} <= {
        "internal", "release", "assets", "restricted", "run.json"}


def lead(text):
    """What a spreadsheet sees first: nothing unseen, no quotation mark, signs in their narrow form."""
    bare = unicodedata.normalize("NFKC", text).lstrip(" \n\ufeff\u200b\u200e\u200f\"")
    return bare[:1].replace("\u2212", "-")


def runs(cell):
    """Whether a spreadsheet would run the cell: it begins as a formula does and is no number."""
    return lead(cell) in tuple("=+-@\t\r\0") and not is_number(cell)


def is_number(text):
    try:
        return bool(float(text)) or True
    except ValueError:
        return False


def test_no_cell_of_a_hostile_run_begins_as_a_formula(hostile):
    finished, _ = hostile
    tables = sorted(finished.folder.rglob("*.csv"))
    cells = [cell for path in tables for row in csv.reader(path.open(encoding="utf-8", newline="")) for cell in row]
    assert len(tables) == 17 * len(finished.indexes) and any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert [cell for cell in cells if runs(cell)] == []
    assert any(cell.startswith("-") and is_number(cell) for cell in cells)


def test_the_record_and_the_executed_notebooks_hold_names_as_data(hostile):
    finished, _ = hostile
    record = json.loads((finished.folder / "run.json").read_text(encoding="utf-8"))
    assert all(page["status"] == "done" for page in record["pages"])
    executed = next((finished.folder / "restricted/internal").glob("hyperlink*/2025h2.ipynb"))
    cells = [cell.source for cell in nbformat.read(executed, as_version=4).cells if "injected-parameters" in cell.metadata.get("tags", ())]
    lines = [line for line in ast.parse(cells[0]).body]
    assert all(isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) for line in lines)
    assert {line.targets[0].id: line.value.value for line in lines}["county"] == TOGETHER


LIKE_A_LAB = """html => { const place = document.getElementById('output'); place.innerHTML = html;
    for (const old of place.querySelectorAll('script')) { const made = document.createElement('script');
        made.textContent = old.textContent; old.replaceWith(made); } }"""
"""How a live notebook shows trusted HTML: it puts it into its own page, without a guard, and runs the scripts in it."""


def shown_live(page, html):
    page.set_content("<!DOCTYPE html><div id=output></div>")
    page.evaluate(LIKE_A_LAB, html)


@pytest.mark.browser
def test_no_block_of_a_hostile_run_does_anything_in_a_live_notebook(hostile):
    finished, _ = hostile
    contents = [block for path in sorted((finished.folder / "restricted/internal").rglob("*.ipynb")) for block in blocks(path)]
    assert len(contents) > 30
    with chromium() as browser, watched(browser, guarded=True) as page:
        shown_live(page, "".join(block_html(content) for content in contents))
        assert_nothing_ran(page, "live")
        assert page.asked == [] and as_read(TOGETHER) in as_read(page.inner_text("#output"))


# ---- each payload in every sink ------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.parametrize("guarded", [True, False])
def test_no_payload_does_anything_in_any_place_of_a_page(tmp_path, guarded):
    names = [*PAYLOADS.values(), *(read_so for _, read_so in TIDIED.values())]
    review = sample_index(4)["reviews"][0]
    index = index_html(sample_index() | {"title": names[2], "state": names[0], "as_of_reason": names[1], "notes": names,
                                         "reviews": [review | {"county": name, "answer": name, "cohort_words": name} for name in names],
                                         "account": [{"file": name, "rows_read": 1, "used": 1, "merged": 0, "quarantined": 0} for name in names],
                                         "pages": [{"title": name, "href": "x.html", "about": name} for name in names]}, stylesheet="assets/cqi.css")
    own = names if ATTACKS else [TOGETHER, *(PAYLOADS[name] for name in ALONE)]
    paths = written(tmp_path, index=index, **{f"page{number}": sample_page(name) for number, name in enumerate(own)})
    with chromium() as browser:
        for path, name in zip(paths, [names[0], *own], strict=True):
            with watched(browser, guarded=guarded) as page:
                page.goto(path.as_uri())
                page.wait_for_timeout(20)
                assert page.evaluate("window.PWNED") is None and page.opened == [] and len(page.frames) == 1, name
                assert page.asked == [path.as_uri(), (tmp_path / "assets/cqi.css").as_uri()], name
                assert as_read(name) in as_read(page.evaluate("document.documentElement.textContent")), name


@pytest.mark.browser
def test_no_payload_does_anything_in_a_live_notebook():
    outputs = [output.get("data", {}) for name in PAYLOADS.values() for cell in sample_notebook(name).cells for output in cell.get("outputs", ())]
    contents = [data[MIME] for data in outputs if MIME in data]
    figures = [content for content in contents if content["kind"] == "figure"]
    assert len(contents) > 5 * len(PAYLOADS) and len(figures) == 2 * len(PAYLOADS)
    contents = [content for content in contents if ATTACKS or content not in figures[8:]]  # to draw them all takes long
    with chromium() as browser, watched(browser, guarded=True) as page:
        shown_live(page, "".join(block_html(content) for content in contents))
        assert_nothing_ran(page, "live")
        text = as_read(page.inner_text("#output"))
        assert page.asked == [] and [name for name, words in PAYLOADS.items() if as_read(words) not in text] == []


@pytest.mark.browser
def test_the_watch_sees_what_runs():
    """A page that does what the tests above must find: they can fail."""
    with chromium() as browser, watched(browser, guarded=False) as page:
        with page.expect_request("http://198.51.100.7/x"), page.expect_event("dialog"):
            shown_live(page, f"{PAYLOADS['picture']}<a href=javascript:1>x</a><script>alert(1)</script><img src=http://198.51.100.7/x>")
        page.wait_for_function("window.PWNED")
        assert page.evaluate("window.PWNED") == 1 and page.opened == ["1"] and page.asked and len(page.evaluate(ALIVE)) > 3


@pytest.mark.parametrize("name", ['x" + ("RA"+"N") + "', "x\\", 'x\\" + warn(1) + \'', "x' + 1", "two\nlines", "a\u2028b", "datum['a']", "a[0].b"])
def test_a_name_in_the_titles_of_a_chart_is_no_expression(name):
    """Vega-Lite writes titles of axes into an expression, unless it is told to describe nothing; we describe charts ourselves."""
    spec = {"data": {"values": [{"month": 1, "value": 1, "name": name}]}, "mark": "point", "encoding": {
        "x": {"field": "month", "type": "quantitative", "title": name}, "y": {"field": "value", "type": "quantitative", "title": name},
        "text": {"field": "name"}, "color": {"field": "name", "type": "nominal", "title": name}}}
    drawn = figure_svg(spec, title=name, finding=name, name="x")
    assert "RAN" not in drawn and "<text" in drawn


@pytest.mark.parametrize("name", [*PAYLOADS, "diagram", "picture of markdown"])
def test_markdown_runs_and_fetches_nothing(name):
    words = PAYLOADS | {"diagram": f"```mermaid\n{PAYLOADS['picture']}\n```", "picture of markdown": "![a <b>](http://198.51.100.7/x)\n\n![c](attachment:d)"}
    for text in (words[name], f"# {words[name]}", f"- {words[name]}", f"a|b\n-|-\n{words[name]}|c", f"${words[name]}$", f"~~~html\n{words[name]}\n~~~"):
        page = BeautifulSoup(words_html(text), "html.parser")
        assert not page.find_all(["script", "img", "svg", "iframe", "b", "object"])
        assert not [key for element in page.find_all(True) for key in element.attrs if key.startswith("on")]
        assert not [link for link in page.find_all("a") if link["href"].lower().lstrip().startswith(("javascript", "data", "vbscript"))]


# ---- names as they are read ---------------------------------------------------------------------------------------------

COLUMNS = ("child_id", "county", "entry_date", "exit_date", "exit_reason")


def state(folder, county, kind):
    """A file of one stay in a county of this name."""
    path, row = folder / f"episodes.{kind}", ("hidden1", county, "2024-01-01", "", "")
    if kind == "parquet":
        pyarrow.parquet.write_table(pa.table({key: [value] for key, value in zip(COLUMNS, row, strict=True)}), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([COLUMNS, row])
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_a_name_is_read_as_it_is_written(tmp_path, name, kind):
    assert list(load(state(tmp_path, PAYLOADS[name], kind)).episodes["county"]) == [PAYLOADS[name]]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", TIDIED)
def test_what_nobody_sees_in_a_name_is_left_out(tmp_path, name, kind):
    written_so, read_so = TIDIED[name]
    assert list(load(state(tmp_path, written_so, kind)).episodes["county"]) == [read_so]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_name_with_control_characters_is_refused(tmp_path, name, kind):
    with pytest.raises(CqiError, match="contains unreadable characters") as refused:
        load(state(tmp_path, REFUSED[name], kind))
    assert not STEERING.search(str(refused.value)) and REFUSED[name] not in str(refused.value)


def test_a_workbook_with_control_characters_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.append(("hidden1", "Elm_x001B_[2J", "2024-01-01", "", ""))
    book.save(tmp_path / "episodes.xlsx")
    with pytest.raises(CqiError, match="contains unreadable characters"):
        load(tmp_path / "episodes.xlsx")


@pytest.mark.parametrize(("letters", "read"), [(32_766, True), (32_767, True), (32_768, False)])
def test_a_value_has_a_greatest_length(tmp_path, letters, read):
    path = state(tmp_path, "A" * letters, "csv")
    if read:
        assert load(path).episodes["county"].str.len().item() == letters
    else:
        with pytest.raises(CqiError, match="a value of 'county' is longer than 32,767 letters"):
            load(path)


@pytest.mark.skipif(os.name == "nt", reason="such folders cannot be made there")
def test_an_authority_named_by_a_folder_is_tidied(tmp_path):
    folder = tmp_path / "Do\u0303n\u202ea\x1b[2J\nElm"
    folder.mkdir()
    head = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    (folder / "episodes_2023.csv").write_text(head + "1,01/05/2022,S,C2,N1,U1,PR1,,,,,,\n", encoding="utf-8")
    assert set(load(tmp_path, "ssda903").episodes["county"]) == {unicodedata.normalize("NFC", "Do\u0303na[2J Elm")}


# ---- spreadsheets --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_text_that_a_spreadsheet_would_run_is_made_text(text, kind):
    made = spreadsheet_safe(pd.DataFrame({"name": pd.Series([text, "Alder", None], dtype=kind), "number": [1.5, -2.0, np.nan]}))
    written_so = made.to_csv(index=False)
    for mark in (",", ";", "\t", "|"):  # whichever sign a spreadsheet takes for the end of a cell
        for row in csv.reader(io.StringIO(written_so, newline=""), delimiter=mark):
            assert [cell for part in row for cell in part.split("\n") if runs(cell)] == [], (mark, row)
    assert made["number"].dtype == "float64" and made["number"].iloc[1] == -2 and "Alder" in written_so


@pytest.mark.parametrize("text", ["Alder", "St. Clair-Oaks", "a-b", "5-10", "x = 1", "Doña; Encina", "a@b", "", "'quoted'", "1,234"])
def test_plain_text_stays_as_it_is(text):
    assert spreadsheet_safe(pd.DataFrame({"name": [text]}))["name"].tolist() == [text]


def test_numbers_among_text_stay_numbers():
    mixed = pd.DataFrame({"value": pd.Series([-1.5, "=1", True, None], dtype=object)})
    assert spreadsheet_safe(mixed)["value"].tolist() == [-1.5, "'=1", True, None]


def test_what_the_command_writes_as_csv_is_safe(tmp_path, capsys):
    data = hostile_state(tmp_path)
    assert main(["check", str(data), "--csv", str(tmp_path / "found.csv")]) in (0, 1, 3)
    cells = [cell for row in csv.reader((tmp_path / "found.csv").open(encoding="utf-8", newline="")) for cell in row]
    assert [cell for cell in cells if runs(cell)] == []
    assert any("<svg" in cell for cell in cells)
    assert not STEERING.search("".join(capsys.readouterr()))


# ---- terminals -----------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_names_steer_no_terminal(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data\x1b[2J\u202e"
    folder.mkdir()
    (folder / "epi\x1b]0;PWNED\x07sodes.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    state(folder, "Alder", "csv")
    for words in (["check", str(folder)], ["check", str(folder / "no\x1b[31m")], ["review", "--data", str(folder), "--county", "\x1b[2J\u009b"],
                  ["\x1b[2J"], ["review", "--\x1b[2J"], ["measures", "\x1b]0;x\x07"], ["review", "--data", str(folder), "--cohort", "\x1b[2J"],
                  ["check", str(folder), "--source", "\x1b[2J"]):
        assert main(words) > 0
        told = "".join(capsys.readouterr())
        assert told and not STEERING.search(told), words
    main(["check", str(folder)])
    assert "epi\ufffd]0;PWNED\ufffdsodes.csv" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_a_name_that_is_no_text_is_told_without_a_fault(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    path.mkdir()
    state(path, "Alder", "csv")
    done = command("check", str(path))
    assert "Traceback" not in done.stderr and "fault of the program" not in done.stderr and done.returncode == 3
    assert command("check", str(path / "none")).returncode == 2


def test_progress_steers_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.Progress() as bar:
        bar.at(1, 1, "Alder\x1b[2J\u202e\nError: all is lost")
    told = capsys.readouterr().err
    assert "\x1b[2J" not in told and "\u202e" not in told and "\nError" not in told and "Alder\ufffd[2J" in told


def test_letters_that_a_terminal_does_not_have_are_replaced(capsys):
    class Old(io.StringIO):
        encoding = "cp1252"

    old = Old()
    progress.say("Do\u00f1a \u6771 \ud800", old)
    assert old.getvalue() == "Do\u00f1a ? ?\n"


# ---- parameters ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [
    "__import__('os').system('touch PWNED')", "county=1;x", "class", "__builtins__", "2x", "", "county ", "c\u043eunty", "district",
])
def test_a_parameter_that_the_notebook_does_not_have_is_refused(name):
    with pytest.raises(CqiError, match="^No parameter "):
        Job("review", {"county": "Alder", name: "x"}, "release/alder/2025h2.html")


@pytest.mark.parametrize(("value", "text"), [
    (np.str_("Alder"), "Alder"), (date(2026, 6, 30), "2026-06-30"), (datetime(2026, 6, 30, 12), "2026-06-30"),
    (pd.Timestamp("2026-06-30"), "2026-06-30"), (Path("data"), "data"),
    (np.int64(3), None), (np.bool_(True), None), (True, None), (pd.NaT, None), (pd.NA, None), (("Alder",), None), (None, None), (1.0, None),
    (np.datetime64("2026-06-30"), None), (b"Alder", None), ({"a"}, None), ("caf\udce9", None),
])
def test_a_parameter_is_plain_text_or_refused(value, text):
    if text is None:
        with pytest.raises(CqiError, match="^The parameter 'as_of' "):
            Job("review", {"as_of": value}, "release/alder/2025h2.html")
    else:
        made = Job("review", {"as_of": value}, "release/alder/2025h2.html").parameters["as_of"]
        assert type(made) is str and made == text


HOSTILE_TEXT = some.one_of(
    some.text(some.characters(exclude_categories=("Cs",)), max_size=40),
    some.lists(some.sampled_from([*PAYLOADS.values(), *REFUSED.values(), "\\", '"', "'", '"""', "\n", "\r", "\u2028", "\\u0022", "{x}", "%s", "#",
                                  "\\N{DASH}"]), max_size=5).map("".join),
)


@settings(max_examples=10_000 if ATTACKS else 200, deadline=None, derandomize=True)
@given(HOSTILE_TEXT)
def test_text_is_one_constant_in_the_cell_of_parameters(text):
    line, = ast.parse(PythonTranslator.codify({"county": text})).body
    assert isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) and line.value.value == text


def drawn_texts(number):
    """So many hostile texts, the same on every day."""
    rng = np.random.default_rng(2026)
    parts = [*PAYLOADS.values(), *REFUSED.values(), *FORMULAS, "\\", '"', "'", '"""', "\n", "\r", "\u2028", "\\x41", "{x}", "\U0001f600", "\0",
             "')+open('PWNED','w')#"]
    parts = [part for part in parts if len(part) < 200]
    return ["".join(rng.choice(parts, size=rng.integers(1, 5))) + str(number) for number in range(number)]


def test_hostile_text_comes_through_papermill_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts, back = drawn_texts(ROUND_TRIPS), []
    for first in range(0, ROUND_TRIPS, AT_ONCE):
        given_texts = {f"p{number}": text for number, text in enumerate(texts[first:first + AT_ONCE])}
        declared = new_code_cell("\n".join(f"{name} = ''" for name in given_texts), metadata={"tags": ["parameters"]})
        told = new_code_cell(f"import json\nprint(json.dumps([globals()[f'p{{number}}'] for number in range({len(given_texts)})]))")
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nbformat.write(new_notebook(cells=[declared, told], metadata={"kernelspec": kernel}), tmp_path / "in.ipynb")
        done = execute_notebook(str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), parameters=given_texts, progress_bar=False,
                                log_output=False, kernel_name="python3", **engine_options(tmp_path, seconds=60))
        back += json.loads("".join(output.text for output in done.cells[-1].outputs))
    assert len(back) == ROUND_TRIPS and back == texts and not list(tmp_path.rglob("PWNED*"))


@pytest.mark.parametrize(("given_so", "said"), [
    ({"conty": "Birch"}, "Did you mean 'county'"), ({"district": "North"}, "No parameter 'district' in this notebook"),
])
def test_papermill_by_hand_refuses_a_parameter_that_is_not_there(tmp_path, given_so, said):
    with pytest.raises(Exception, match=said):
        execute_notebook(str(ROOT / "notebooks/mid_course_review.ipynb"), str(tmp_path / "out.ipynb"), parameters=given_so, cwd=ROOT,
                         progress_bar=False, log_output=False, kernel_name="python3", **engine_options(tmp_path, seconds=60))
