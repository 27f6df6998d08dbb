"""What decides a page has a digest: any change of it changes the digest, an equal copy elsewhere does not, nor another process."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cqi import tables
from cqi.render import digests
from cqi.render.condensed import Condensed
from cqi.render.digests import (
    code_digest, definitions_digest, file_digest, folder_digests, frame_digest, inputs_digest, notebook_digest, page_key, plain, tables_digest,
)
from cqi.render.job import Job
from cqi.tables.shown import ELSEWHERE, OF_THE_FILE
from cqi.vocabulary import CqiError
from running import DATA, ROOT

NAN, NONE = float("nan"), None


# ---- files ------------------------------------------------------------------------------------------------------------------

def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    (tmp_path / "in").mkdir()
    (tmp_path / "in/b").write_bytes(b"abc")
    assert list(folder_digests(tmp_path, [tmp_path / "in/b", tmp_path / "a"])) == ["a", "in/b"]


def copied(folder):
    shutil.copytree(DATA, folder)
    return str(folder)


def test_the_data_is_known_by_its_content(tmp_path):
    """Not by place or time of change; another letter, another name, one file more or less make other data."""
    there, before = copied(tmp_path / "there"), inputs_digest(DATA, "episodes")
    os.utime(Path(there) / "episodes.csv", (1, 1))
    assert inputs_digest(there, "episodes") == before != inputs_digest(there, "ssda903")
    for change in (lambda folder: (folder / "visits.csv").unlink(), lambda folder: (folder / "visits.csv").rename(folder / "visit.csv"),
                   lambda folder: (folder / "more.csv").touch(), lambda folder: with_one_letter(folder / "episodes.csv")):
        other = Path(copied(tmp_path / f"other-{len(list(tmp_path.iterdir()))}"))
        change(other)
        assert inputs_digest(str(other), "episodes") != before
    (Path(there) / "~$episodes.xlsx").touch()
    (Path(there) / ".DS_Store").touch()
    assert inputs_digest(there, "episodes") == before, "what a program leaves beside an open file is never read"


def with_one_letter(path):
    """The file with one letter changed, as long as before, and of the same time."""
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=times)


def test_a_single_file_is_known_by_its_content_too(tmp_path):
    before = inputs_digest(f"{DATA}/episodes.csv", "episodes")
    shutil.copy(f"{DATA}/episodes.csv", tmp_path)
    assert inputs_digest(str(tmp_path / "episodes.csv"), "episodes") == before
    with_one_letter(tmp_path / "episodes.csv")
    assert inputs_digest(str(tmp_path / "episodes.csv"), "episodes") != before


def test_the_program_is_known_by_its_files_and_its_packages(tmp_path, monkeypatch):
    """A copy elsewhere is the same program; with any file changed, another release or another pandas it is another."""
    shutil.copytree(ROOT / "cqi", tmp_path / "cqi", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digests, "__file__", str(tmp_path / "cqi/render/digests.py"))
    before = code_digest()
    monkeypatch.undo()
    assert code_digest() == before
    monkeypatch.setattr(digests, "__file__", str(tmp_path / "cqi/render/digests.py"))
    for name in ("wording/plain.py", "definitions/policy.toml", "render/assets/cqi.css", "definitions/counties.csv", "blocks/block.html.j2"):
        path = next((tmp_path / "cqi").rglob(name.rpartition("/")[2]))
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert code_digest() != before, name
        path.write_bytes(content)
    assert code_digest() == before
    monkeypatch.setattr(digests, "__version__", "9.9")
    assert code_digest() != before
    monkeypatch.undo()
    own = digests.version
    monkeypatch.setattr(digests, "version", lambda name: "9.9" if name == "pandas" else own(name))
    assert code_digest() != before


def test_an_agencys_own_definitions_count(tmp_path, monkeypatch):
    before = definitions_digest()
    (tmp_path / "measures").mkdir()
    (tmp_path / "notes.txt").touch()
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
    shutil.copy(ROOT / "cqi/definitions/measures/placement_stability.toml", tmp_path / "measures/own.toml")
    first = definitions_digest()
    (tmp_path / "measures/own.toml").write_bytes((tmp_path / "measures/own.toml").read_bytes() + b"\n")
    assert len({before, first, definitions_digest()}) == 3
    (tmp_path / "notes.txt").write_text("more", encoding="utf-8")
    (tmp_path / "measures/own.toml").rename(tmp_path / "measures/other.toml")
    assert definitions_digest() not in (before, first)
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "none"))
    with pytest.raises(CqiError, match="there is no such folder"):
        definitions_digest()


def test_a_notebook_of_the_agencys_own_counts(tmp_path, monkeypatch):
    before = notebook_digest("review")
    shutil.copytree(ROOT / "notebooks", tmp_path / "own", ignore=shutil.ignore_patterns("training", ".*"))
    monkeypatch.setenv("CQI_NOTEBOOKS", str(tmp_path / "own"))
    assert notebook_digest("review") == before != notebook_digest("overview")
    path = tmp_path / "own/mid_course_review.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("review", "Review", 1), encoding="utf-8")
    assert notebook_digest("review") != before


# ---- tables -----------------------------------------------------------------------------------------------------------------

def frame():
    """A column of every kind that tables have."""
    return pd.DataFrame({
        "county": pd.array(["Alder", "Birch", "Alder", None], dtype="str"), "value": [0.25, NAN, -1.5, 0.0], "children": [3, 0, 12, 2**62],
        "day": pd.to_datetime(["2026-06-30", None, "2026-01-31", "1999-12-31"]), "late": [True, False, True, False],
        "few": pd.array([1, None, 3, 4], dtype="Int64"), "kind": pd.Categorical(["a", "b", None, "a"]),
        "members": [["Alder", "Birch"], [], ("Cedar",), NONE],
    })


def changed(column, row, value):
    table = frame()
    table[column] = [value if place == row else each for place, each in enumerate(table[column])]
    return table


CHANGES = {
    "a number by the last bit": lambda table: table.assign(value=table["value"].mask(table["value"].eq(0.25), np.nextafter(0.25, 1))),
    "a missing number is 0": lambda table: table.assign(value=table["value"].fillna(0.0)),
    "a sign": lambda table: table.assign(value=[0.25, NAN, 1.5, 0.0]),
    "a count by one": lambda table: table.assign(children=table["children"] + [0, 1, 0, 0]),
    "a count among 10 to the 18": lambda table: table.assign(children=table["children"] + [0, 0, 0, 1]),
    "a word": lambda table: table.assign(county=pd.array(["Alder", "Birch", "Aldes", None], dtype="str")),
    "an empty word for a missing one": lambda table: table.assign(county=table["county"].fillna("")),
    "a word for a missing one": lambda table: table.assign(county=table["county"].fillna("nan")),
    "two words change places": lambda table: table.assign(county=pd.array(["Birch", "Alder", "Alder", None], dtype="str")),
    "a day": lambda table: table.assign(day=table["day"] + pd.to_timedelta([0, 0, 1, 0], unit="D")),
    "a missing day": lambda table: table.assign(day=table["day"].fillna(pd.Timestamp("1970-01-01"))),
    "a truth": lambda table: table.assign(late=~table["late"]),
    "a missing whole number": lambda table: table.assign(few=table["few"].fillna(0)),
    "a category": lambda table: table.assign(kind=pd.Categorical(["a", "b", "b", "a"])),
    "a category that nobody has": lambda table: table.assign(kind=table["kind"].cat.add_categories("c")),
    "categories in order": lambda table: table.assign(kind=table["kind"].cat.as_ordered()),
    "a word in a list": lambda table: table.assign(members=[["Alder", "Bird"], [], ("Cedar",), None]),
    "one list for two words": lambda table: table.assign(members=[["Alder, Birch"], [], ("Cedar",), None]),
    "a list in a list": lambda table: table.assign(members=[[["Alder", "Birch"]], [], ("Cedar",), None]),
    "none and not a number": lambda table: table.assign(members=[["Alder", "Birch"], [], ("Cedar",), NAN]),
    "none and no list": lambda table: table.assign(members=[["Alder", "Birch"], None, ("Cedar",), None]),
    "a kind of number": lambda table: table.astype({"children": "float64"}),
    "a narrower number": lambda table: table.astype({"value": "float32"}),
    "a kind of day": lambda table: table.astype({"day": "datetime64[ns]"}).astype({"day": "datetime64[s]"}),
    "text as objects": lambda table: table.astype({"county": object}),
    "the order of columns": lambda table: table[table.columns[::-1]],
    "the order of two columns": lambda table: table[["value", "county", *table.columns[2:]]],
    "the order of rows": lambda table: table.iloc[[1, 0, 2, 3]].reset_index(drop=True),
    "a column's name": lambda table: table.rename(columns={"value": "values"}),
    "a column less": lambda table: table.drop(columns="late"),
    "a row less": lambda table: table.iloc[:3],
    "no row": lambda table: table.iloc[:0],
    "an index": lambda table: table.set_axis([1, 2, 3, 4]),
    "an index of text": lambda table: table.set_axis(["0", "1", "2", "3"]),
    "the name of the index": lambda table: table.rename_axis("row"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_a_frame_changes_its_digest(change):
    assert frame_digest(CHANGES[change](frame())) != frame_digest(frame())


def test_no_two_changes_have_one_digest():
    assert len({frame_digest(each(frame())) for each in CHANGES.values()}) == len(CHANGES)


@pytest.mark.parametrize("copy", [
    lambda table: table.copy(), lambda table: table.iloc[[3, 2, 1, 0]].iloc[::-1], lambda table: pd.concat([table.iloc[:2], table.iloc[2:]]),
    lambda table: table.assign(members=[["Alder", "Birch"], (), ["Cedar"], None]), lambda table: pd.concat([table[[name]] for name in table], axis=1),
    lambda table: table.assign(value=table["value"].where(table["value"].notna(), -NAN)),
    lambda table: table.set_axis(pd.Index([0, 1, 2, 3])), lambda table: pd.DataFrame({name: table[name].array for name in table}),
])
def test_an_equal_copy_has_the_digest_of_the_original(copy):
    assert frame_digest(copy(frame())) == frame_digest(frame())


def test_a_list_read_back_from_a_file_is_the_same_list(tmp_path):
    table = frame()[["county", "value", "children", "few"]].assign(members=[["Alder", "Birch"], [], ["Cedar"], ["Elm"]])
    table.to_parquet(tmp_path / "table.parquet")
    assert frame_digest(pd.read_parquet(tmp_path / "table.parquet")) == frame_digest(table)


@pytest.mark.parametrize(("one", "other"), [
    (1, 1.0), (1, True), (1, "1"), (None, NAN), (None, pd.NA), (NAN, pd.NaT), (None, ""), ([], None), ([1, [2]], [[1], 2]), ({"a": 1}, {"a": 2}), ({"a": 1}, ["a", 1]),
    (date(2026, 6, 30), "2026-06-30"), (date(2026, 6, 30), pd.Timestamp("2026-06-30")), (0.1, 0.1 + 2**-56), ({1: "a"}, {"1": "a"}),
])
def test_values_that_differ_have_different_words(one, other):
    assert json.dumps(plain(one)) != json.dumps(plain(other))


@pytest.mark.parametrize(("one", "other"), [
    (np.int64(5), 5), (np.float64(0.5), 0.5), (np.True_, True), ((1, 2), [1, 2]), (np.array([1, 2]), [1, 2]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"x", "y"}, {"y", "x"}),
])
def test_values_that_are_the_same_have_the_same_words(one, other):
    assert json.dumps(plain(one)) == json.dumps(plain(other))


def test_a_value_without_words_of_its_own_is_refused():
    with pytest.raises(TypeError, match="a table holds a object"):
        plain([object()])


@dataclass(frozen=True)
class Held:
    first: pd.DataFrame
    second: pd.DataFrame
    facts: dict


def test_the_tables_of_a_cohort_have_one_digest():
    empty = frame().iloc[:0]
    held = Held(frame(), empty, {"as_of": "2026-06-30", "notes": ["a", "b"], "reasons": {"x": 1, "y": 2}})
    same = Held(frame().copy(), empty.copy(), {"reasons": {"y": 2, "x": 1}, "as_of": "2026-06-30", "notes": ["a", "b"]})
    others = [Held(empty, frame(), held.facts), replace(held, facts=held.facts | {"notes": ["b", "a"]}), replace(held, facts=held.facts | {"as_of": "2026-05-31"}),
              replace(held, first=CHANGES["a count by one"](frame()))]
    assert tables_digest(same) == tables_digest(held) and len({tables_digest(each) for each in (held, *others)}) == 5


@pytest.fixture(scope="module")
def sample():
    return tables.tables(DATA, "episodes", "2025H2", "2026-06-30", "internal")


def test_every_frame_of_the_sample_state_counts(sample):
    before = tables_digest(sample)
    for each in fields(sample)[:-1]:
        held = getattr(sample, each.name)
        assert len(held) == 0 or tables_digest(replace(sample, **{each.name: held.iloc[:-1]})) != before, each.name
        assert tables_digest(replace(sample, **{each.name: held[held.columns[:-1]]})) != before, each.name
    assert tables_digest(replace(sample, facts=sample.facts | {"version": "9.9"})) != before


@pytest.fixture(scope="module")
def narrow(sample):
    """The tables with five rows each of Birch and of Cedar."""
    def cut(table):
        return pd.concat([table[table["county"].eq(county)].head(5) for county in ("Birch", "Cedar")]) if "county" in table else table.head(5)

    return replace(sample, **{each.name: cut(getattr(sample, each.name)) for each in fields(sample)[:-1]})


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_what_a_page_shows_changes_its_digest(narrow, change):
    digests = {Condensed(replace(narrow, account=table)).of("Birch") for table in (frame(), CHANGES[change](frame()), frame())}
    assert len(digests) == 2


def test_of_other_counties_rows_a_page_shows_nothing(narrow):
    before = {county: Condensed(narrow).of(county) for county in ("Birch", "Cedar")}
    for each in fields(narrow)[:-1]:
        table = getattr(narrow, each.name)
        if each.name in ("regions", *OF_THE_FILE, *ELSEWHERE) or "county" not in table or table.empty:
            continue
        last = Condensed(replace(narrow, **{each.name: table.iloc[:-1]}))  # a row of Cedar
        assert last.of("Birch") == before["Birch"] and last.of("Cedar") != before["Cedar"], each.name
    other = Condensed(replace(narrow, facts=narrow.facts | {"version": "9.9"}))
    assert other.of("Birch") != before["Birch"] and before["Birch"] != before["Cedar"]


OTHER_PROCESS = """
import sys
from cqi import tables
from cqi.render.digests import code_digest, definitions_digest, inputs_digest, plain, tables_digest
sys.path.insert(0, "tests")
from running import DATA
from test_digests import frame
from cqi.render.condensed import Condensed
from cqi.render.digests import frame_digest
print(code_digest(), definitions_digest(), *(inputs_digest(DATA, source) for source in ("episodes", "afcars", "ncands", "ssda903") if source != "ncands"), frame_digest(frame()),
      tables_digest(tables.tables(DATA, "episodes", "2025H2", "2026-06-30", "internal")),
      Condensed(tables.tables(DATA, "episodes", "2025H2", "2026-06-30", "internal")).of("Birch"), plain({"Alder", "Birch", "Cedar"}))
"""


def test_processes_agree_whatever_their_hash_seed():
    said = {subprocess.run([sys.executable, "-c", OTHER_PROCESS], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)},
                           capture_output=True, text=True, check=True).stdout for seed, zone in (("0", "UTC"), ("1", "Pacific/Kiritimati"), ("77", "America/New_York"))}
    assert len(said) == 1 and len(said.pop().split()) >= 7


# ---- pages ------------------------------------------------------------------------------------------------------------------

PARAMETERS = {"county": "Alder", "cohort": "2025H2", "as_of": "2026-06-30", "source": "episodes", "data": "/a/state", "profile": "release"}
DECIDES = {"notebook": "n", "shown": ["s", "t"], "program": "p", "definitions": "d"}


def key(place="release/alder/2025h2.html", role="review", parameters=PARAMETERS, **decides):
    return page_key(Job(role, parameters, place), **DECIDES | decides)


def test_the_key_of_a_page_changes_with_whatever_decides_it():
    others = [key(**{name: "x"}) for name in ("notebook", "program", "definitions")] + [key(shown=shown) for shown in (["s"], ["t", "s"], ["st"], [])]
    others += [key(parameters=PARAMETERS | {name: value}) for name, value in
               (("county", "Birch"), ("cohort", "2025H1"), ("as_of", "2026-05-31"), ("source", "afcars"), ("profile", "internal"))]
    others += [key(place="release/alder-1/2025h2.html")]
    assert len({key(), *others}) == 1 + len(others)


def test_where_the_data_lies_does_not_decide():
    assert key(parameters=PARAMETERS | {"data": "/another/place"}) == key()
    quality = {**PARAMETERS, "since": ""}
    del quality["county"]
    of = [key(role="quality", place="release/data-quality.html", parameters=quality | {"since": since}) for since in ("", "/last", "/elsewhere")]
    assert of[1] == of[2] != of[0]
