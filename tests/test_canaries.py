"""Nothing of a child gets out: every confidential value of a small state is a token, and whatever a run leaves is searched for them.

`make canaries` does the same for every source, every malformed file, every fault and every planted leak.
"""

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import urllib.parse
import zipfile
import zlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from canary import COUNTIES, Canaries, open_to_others, planted, state, token, traces, watched, words
from cqi import charts
from cqi.blocks import Cell, Figure, Table
from cqi.blocks.aggregates import CHARTED, MOST_ROWS, PROTECTED
from cqi.blocks.html import block_html
from cqi.blocks.svg import figure_svg
from cqi.cli import main
from cqi.render import pages
from cqi.render.gate import identifiers, refuse_identifiers
from cqi.render.job import Job
from cqi.render.session import shape
from cqi.sources import load
from cqi.vocabulary import CqiError
from planted_leaks import CLEAN, LEAKS, WIDGET
from planted_leaks import planted as notebooks_with_leak
from running import ROOT

SECRET = token("C", 471147)
FREE = words("C", 471147)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return state(tmp_path_factory.mktemp("canaries") / "state")


@pytest.fixture(scope="module")
def extract(files):
    return load(files)


@pytest.fixture(scope="module")
def canaries():
    return Canaries(planted())


# ---- the search finds what is there ----------------------------------------------------------------------------------------

def zipped(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", text)
    return packed.getvalue()


def written(name, **options):
    file = io.BytesIO()
    getattr(pd.DataFrame({"a": [FREE] * 50}), f"to_{name}")(file, **options)
    return file.getvalue()


WRITTEN = {
    "as it is": FREE.encode(), "small letters": FREE.lower().encode(),
    "HTML": f"<td>{FREE.replace('<', '&lt;')}</td>".encode(), "HTML numbers": "".join(f"&#{ord(letter)};" for letter in FREE).encode(),
    "HTML hexadecimal": "".join(f"&#x{ord(letter):x};" for letter in FREE).encode(),
    "JSON": json.dumps({"a": FREE}).encode(), "JSON escapes": "".join(f"\\u{ord(letter):04x}" for letter in FREE).encode(),
    "address": urllib.parse.quote(FREE).encode(), "address, every letter": "".join(f"%{byte:02X}" for byte in FREE.encode()).encode(),
    **{f"base64 after {skip}": b"data:" + base64.b64encode(b"x" * skip + FREE.encode() + b"y") for skip in range(3)},
    "base64 in lines": base64.encodebytes(b"x" * 45 + FREE.encode() * 2), "base64 for addresses": base64.urlsafe_b64encode(FREE.encode() * 2),
    "hexadecimal": FREE.encode().hex().encode(), "UTF-16LE": FREE.encode("utf-16-le"), "UTF-16BE": b"x" + FREE.encode("utf-16-be"),
    "gzip": gzip.compress(FREE.encode()), "zip": zipped(FREE), "workbook": written("excel"), "parquet": written("parquet"),
    "PDF stream": b"%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>\nstream\r\n" + zlib.compress(FREE.encode()) + b"\nendstream",
    "gzip of UTF-16 in base64": base64.b64encode(gzip.compress(FREE.encode("utf-16-le"))),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_token_is_found_however_it_is_written(name):
    assert traces(WRITTEN[name]) == {SECRET.lower()}


BORN, ENTERED = date(2011, 1, 3), date(2025, 7, 9)
DAYS = ("2011-01-03", "20110103", "01/03/2011", "1/3/2011", "3.1.2011", "03-01-2011", "January 3, 2011", "3 January 2011", "Jan 3, 2011", "3-Jan-2011",
        "03JAN2011", "2011-01-03T00:00:00", str((BORN - date(1970, 1, 1)) // timedelta(milliseconds=1)))


@pytest.mark.parametrize("day", DAYS)
def test_a_date_of_birth_is_found_however_it_is_written(day):
    assert traces(f"<p>{day}</p>".encode(), frozenset({BORN})) == {"2011-01-03"}
    assert traces(base64.b64encode(f"  {day}  ".encode()), frozenset({BORN})) == {"2011-01-03"}


def test_a_pair_of_days_as_a_spreadsheet_counts_them_is_found():
    one, two = ((day - date(1899, 12, 30)).days for day in (BORN, ENTERED))
    pair = frozenset({(BORN, ENTERED)})
    assert traces(f"{one},Alder,{two}\n".encode(), frozenset(), pair) == {"2011-01-03 and 2025-07-09"}
    assert traces(f"{one}\n{'x' * 120}{two}".encode(), frozenset(), pair) == set() == traces(f"{one:,} {two:,}".encode(), frozenset(), pair)


def test_what_is_no_canary_is_not_found(canaries):
    told = "As of June 30, 2026: 54 of 120 children (45%). zq7xk zq7xkc12345 2026-06-30 40,517 \\u00e9 %41 dGhpcyBpcyBub3RoaW5nIGF0IGFsbA=="
    assert traces(told.encode(), canaries.born, canaries.stays) == set()


def test_the_state_has_a_token_in_every_confidential_field(files, canaries):
    """Every stay has its own: the child's, its own, and one in each column that an agency's file may have beside."""
    rows = pd.read_csv(files / "episodes.csv", dtype=str)
    assert len(rows) > 700 and set(rows["county"]) == set(COUNTIES)
    assert len(canaries.born) == rows.loc[rows["birth_date"].notna(), "child_id"].nunique()
    few = rows.tail(50)
    assert len(traces(few.to_csv().encode())) == few["child_id"].nunique() + few["episode_id"].nunique() + 7 * 50
    assert {path.name for path in files.iterdir() if not traces(path.read_bytes()[:2000])} == {"population.csv"}


# ---- a run leaves nothing ---------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def watched_run(files, tmp_path_factory):
    """What a run left, and what in its temporary folder anybody but its owner could read meanwhile."""
    folder = tmp_path_factory.mktemp("clean")
    own = ("--county", "Juniper", "--cohort", "2025H2", "--profile", "internal", "--profile", "release", "--out", folder / "out")
    seen: set[str] = set()
    made = watched("review", "--data", files, *own, folder=folder, during=lambda process: seen.update(open_to_others(folder / "tmp", inside=False)))
    return made, seen


@pytest.fixture(scope="module")
def clean(watched_run):
    return watched_run[0]


def test_a_run_leaves_no_canary_anywhere(clean, canaries):
    assert clean.code == 0 and "12 of 12 pages made." in clean.said["stdout"]
    assert len(clean.left("out")) > 50 and "CQI_RUN=1" in clean.said["processes"]
    assert clean.canaries(canaries) == []


def test_a_run_leaves_nothing_in_home_temporary_and_working_folder(clean):
    assert clean.left("home", "tmp", "cwd") == []


def test_kernels_keep_to_the_folder_of_the_run(clean):
    shown = dict(word.split("=", 1) for word in clean.said["processes"].splitlines() if word.startswith(("JUPYTER_", "IPYTHONDIR", "TMPDIR=")))
    assert set(shown) == {"IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "TMPDIR"}
    assert all(Path(place).is_relative_to(clean.folder / "tmp") for place in shown.values())


def test_what_is_not_for_everyone_is_its_owners_only(watched_run):
    clean, meanwhile = watched_run
    own, = (each for each in (clean.folder / "out").iterdir() if each.is_dir())
    assert (clean.folder / "out/given-out-release.jsonl").stat().st_mode & 0o777 == 0o600
    assert {path for path in meanwhile if path != str(clean.folder / "tmp")} == set()
    assert open_to_others(own / "restricted") == [] == open_to_others(own / "internal")
    umask = os.umask(0)
    os.umask(umask)
    assert {path.stat().st_mode & 0o777 for path in (own / "release").rglob("*.html")} == {0o666 & ~umask}
    assert (own / "assets/cqi.css").stat().st_mode & 0o777 == 0o666 & ~umask and (own / "release").stat().st_mode & 0o777 == 0o777 & ~umask


def test_a_group_that_was_let_in_stays_in_and_nobody_else(tmp_path):
    from cqi.render.making import fixed_parts

    (tmp_path / "internal").mkdir()
    (tmp_path / "internal").chmod(0o755)
    fixed_parts(tmp_path, {"internal"})
    pages.write_whole(tmp_path / "internal/alder/page.html", "x")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "internal", tmp_path / "internal/alder", tmp_path / "internal/alder/page.html")] == [
        0o750, 0o750, 0o640]


# ---- what goes wrong tells nothing -------------------------------------------------------------------------------------------

def page_of(cell, files, folder, monkeypatch):
    """What became of the review with this cell in it, and its folder."""
    monkeypatch.setenv("CQI_NOTEBOOKS", str(notebooks_with_leak(folder / "own", cell)))
    monkeypatch.setenv("CQI_RUN", "1")
    (folder / "private").mkdir()
    shared = {"as_of": "", "source": "episodes", "data": str(files), "profile": "internal"}
    job = Job("review", {"county": "Juniper", "cohort": "2025H2", **shared}, "internal/juniper/2025h2.html")
    return pages.rendered(job, folder / "out", folder / "out", folder / "private", identifiers(load(files))), folder / "out"


QUICK = ("table shown", "print of the first rows", "error of its own", "dropdown that is not shown", "chart of rows as a block")
MORE_LEAKS = {
    "dropdown that is not shown": WIDGET + "from cqi.blocks import Text\nText(('All is well.',))",
    "chart of rows as a block": "from cqi.blocks import Figure, Table\nchart = alt.Chart(rows).mark_bar().encode(x='county', y='count()')\n"
                                "Figure('How many?', 'There are 5.', chart.to_dict(), Table('Stays', ('County',), ()))",
}


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_leak_fails_the_page_and_is_not_quoted(name, files, canaries, tmp_path, monkeypatch):
    outcome, out = page_of((LEAKS | MORE_LEAKS)[name], files, tmp_path, monkeypatch)
    assert outcome.status == "failed" and canaries.found(reason=outcome.reason) == []
    assert [path.name for path in out.iterdir()] == ["restricted"]
    assert open_to_others(out / "restricted" / "internal") == []


def test_counts_pass(files, canaries, tmp_path, monkeypatch):
    outcome, out = page_of(CLEAN["chart of counts as a block"], files, tmp_path, monkeypatch)
    assert outcome.status == "done" and (out / "internal/juniper/2025h2.html").is_file() and canaries.found(out) == []


def test_an_id_in_words_is_noticed_before_the_page_is_written(files, canaries, tmp_path, monkeypatch):
    outcome, out = page_of("from cqi.blocks import Text\nText((f'A child, {ids.iloc[0]}, is here.',))", files, tmp_path, monkeypatch)
    assert outcome.status == "failed" and "an id of a child" in outcome.reason and not (out / "internal").exists()


def test_an_error_of_ours_with_an_id_is_not_said(files, canaries, tmp_path, monkeypatch):
    outcome, _ = page_of("from cqi import CqiError\nraise CqiError(f'Child {ids.iloc[0]} has no county; give one.')", files, tmp_path, monkeypatch)
    assert outcome.reason.startswith("The notebook stopped in its step 4 (CqiError). Details") and canaries.found(reason=outcome.reason) == []


def test_a_kind_of_error_that_bears_a_name_is_not_said(files, canaries, tmp_path, monkeypatch):
    outcome, _ = page_of("raise type(str(ids.iloc[0]), (Exception,), {})()", files, tmp_path, monkeypatch)
    assert "(an error of its own kind)" in outcome.reason and canaries.found(reason=outcome.reason) == []


@pytest.mark.parametrize(("number", "text"), [
    ("90", "90 of 120"), ("471147", "fill='#471147'"), ("471147", "471147"), ("A71147", "fill='#A71147'"), ("episode", "episode"), ("4711470", "14711470"),
    ("4711470", "4,711,470"),
])
def test_ids_that_could_be_numbers_or_words_of_a_page_stop_nothing(extract, number, text):
    refuse_identifiers(f"<p>{text}</p>", identifiers(replace(extract, episodes=extract.episodes.head(1).assign(child_id=number))))


@pytest.mark.parametrize(("number", "text"), [
    ("4711470", "471 of 4711470."), ("4711470", "#4711470"), ("A71147", "(A71147)"), ("Bromley-71", "Bromley-71,"), ("47é1470", "47é1470"),
])
def test_ids_that_are_nothing_else_stop_a_page(extract, number, text):
    with pytest.raises(CqiError, match="an id of a child") as refused:
        refuse_identifiers(f"<p>{text}</p>", identifiers(replace(extract, episodes=extract.episodes.head(1).assign(child_id=number))))
    assert number not in str(refused.value)


def test_check_of_a_file_with_canaries_names_none(files, canaries, tmp_path, capsys):
    """A file with a fault of every kind that stands in a row: what is said and written holds counts and row numbers."""
    table = pd.read_csv(files / "episodes.csv", dtype=str, keep_default_na=False)
    table.loc[:4, "exit_reason"] = [words("R", number) for number in range(5)]
    table.loc[5:9, "birth_date"], table.loc[10:14, "entry_date"] = "2044-01-01", ""
    (tmp_path / "episodes.csv").write_text(table.to_csv(index=False), encoding="utf-8")
    code = main(["check", str(tmp_path), "--csv", str(tmp_path / "found.csv")])
    said = capsys.readouterr()
    assert code in (1, 3) and "row" in said.out and (tmp_path / "found.csv").stat().st_size > 500
    assert canaries.found(tmp_path / "found.csv", stdout=said.out, stderr=said.err) == []


def test_warnings_logs_and_errors_in_threads_are_not_said():
    program = f"""
from cqi.render.privacy import quiet
quiet()
import logging, threading, warnings
warnings.warn({SECRET!r}); logging.getLogger("pandas").error({SECRET!r}); logging.warning({SECRET!r})
class Gone:
    def __del__(self): raise ValueError({SECRET!r})
Gone()
def work(): raise ValueError({SECRET!r})
thread = threading.Thread(target=work); thread.start(); thread.join()
"""
    done = subprocess.run([sys.executable, "-W", "always", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ---- a chart takes counts only --------------------------------------------------------------------------------------------------

def drawn(rows):
    return alt.Chart(pd.DataFrame(rows)).mark_point().encode(x="value:Q").to_dict()


@pytest.mark.parametrize(("rows", "said"), [
    ({"child_id": [SECRET], "value": [1]}, "child_id tell of single children"),
    ({"birth_date": [pd.Timestamp("2011-01-03")], "value": [1]}, "birth_date tell of single children"),
    ({SECRET: [1], "value": [1]}, "1 of its columns are in no released table"),
    ({"value": [1] * (MOST_ROWS + 1)}, "more than 2,000 rows"),
    ({"month": ["2025-07-09"], "value": [1]}, "hold days"), ({"month": [pd.Timestamp("2025-07-02")], "value": [1]}, "hold days"),
    ({"value": [[SECRET]]}, "more than words and numbers"),
])
def test_a_chart_of_rows_is_refused_wherever_it_becomes_a_picture(rows, said):
    spec, table = drawn(rows), Table("t", (), ())
    for made in (lambda: Figure("q", "f", spec, table), lambda: figure_svg(spec, title="t", finding="f", name="n"),
                 lambda: charts.spec(alt.Chart(pd.DataFrame(rows)).mark_point())):
        with pytest.raises(CqiError, match=said) as refused:
            made()
        assert traces(str(refused.value).encode()) == set()


@pytest.mark.parametrize("spec", [
    {"data": {"values": f"child_id\n{SECRET}"}, "mark": "point"}, {"data": {"values": {"child_id": SECRET}}, "mark": "point"},
    {"layer": [{"data": {"values": [{"child_id": SECRET}]}, "mark": "point"}]},
    {"mark": "point", "transform": [{"lookup": "county", "from": {"data": {"values": [{"episode_id": SECRET}]}, "key": "county"}}]},
    {"hconcat": [{"data": {"name": "a"}, "mark": "point"}], "datasets": {"a": [{"child_id": SECRET}]}},
])
def test_rows_are_found_wherever_a_specification_holds_them(spec):
    with pytest.raises(CqiError, match="single children|no rows with named columns"):
        Figure("q", "f", spec, Table("t", (), ()))


@pytest.mark.parametrize("rows", [{"value": [1] * MOST_ROWS}, {"month": [pd.Timestamp("2025-07-01")], "value": [1]}, {"county": ["Alder"], "value": [None]}])
def test_a_chart_of_counts_is_drawn(rows):
    Figure("q", "f", drawn(rows), Table("t", (), ()))


def test_no_column_is_both_charted_and_protected():
    assert not CHARTED & PROTECTED and {"child_id", "birth_date", "entry_date", "staff_id", "care_id"} <= PROTECTED


@pytest.mark.parametrize("column", ["child_id", "Child ID", " birth date "])
def test_a_table_of_rows_is_refused(column):
    table = Table("t", (column, "County"), ((Cell(SECRET), Cell("Alder")),))
    with pytest.raises(CqiError, match="tell of single children") as refused:
        block_html(table.content())
    assert SECRET not in str(refused.value)


# ---- what a kernel shows -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("shown", "said"), [
    (pd.DataFrame({"child_id": [SECRET] * 3, "county": "Alder", "note": FREE}), "<DataFrame: 3 rows; child_id, county and 1 other column>"),
    (pd.DataFrame([[1, 2]], columns=[SECRET, FREE]), "<DataFrame: 1 row; 2 other columns>"),
    (pd.Series([SECRET], name="child_id"), "<Series: 1 row; child_id>"), (pd.Series([1], index=[SECRET], name=FREE), "<Series: 1 row; 1 other column>"),
    (pd.Index([SECRET, SECRET]), "<Index: 2 rows; 1 other column>"), (SECRET, "<str>"), ([SECRET], "<list>"), ({SECRET: 1}, "<dict>"),
])
def test_a_table_in_a_kernel_of_a_run_shows_its_size_and_the_names_we_know(shown, said):
    assert shape(shown) == said


def test_a_kernel_of_a_run_has_the_guards_on(files, tmp_path, monkeypatch):
    cell = ("import os, resource\nfrom IPython import get_ipython\nown = get_ipython()\nold = os.umask(0o077)\n"
            "assert old == 0o077 and resource.getrlimit(resource.RLIMIT_CORE)[0] == 0, 'doors'\n"
            "assert type(own.display_formatter).__name__ == 'RunDisplay' and not own.history_manager.enabled, 'display'\n"
            "from cqi.blocks import Text\nText(('All guards are on.',))")
    outcome, out = page_of(cell, files, tmp_path, monkeypatch)
    assert outcome.status == "done" and "All guards are on." in (out / "internal/juniper/2025h2.html").read_text(encoding="utf-8")
