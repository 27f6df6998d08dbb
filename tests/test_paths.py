"""Pages go below the run's own folder: no name, link, address or file leads elsewhere, and no file unpacks without an end."""

import io
import os
import re
import unicodedata
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from cqi import Review
from cqi.cli import main
from cqi.render import plan
from cqi.render.lock import held
from cqi.render.job import Job
from cqi.render.plan import jobs, slug
from cqi.sources import excel, load, text
from cqi.vocabulary import CqiError
from payloads import PAYLOADS, TIDIED
from running import DATA, command

ONE = ("review", "--county", "Heron", "--cohort", "2025H2", "--data", DATA)
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""What Windows keeps for devices, with any ending."""


# ---- names of files ------------------------------------------------------------------------------------------------------

NAMES = [*PAYLOADS.values(), *(name for name, _ in TIDIED.values()), "..", ".", "/", "\\", "/etc/passwd", "C:\\Windows", "\\\\server\\share",
         "a/../../b", "..\\..\\b", "%2e%2e%2f", "tables", "assets", "restricted", "NUL", "con.txt", "COM1", "lpt9", "COM\u00b9", "aux ", "nul.",
         "-", "--help", "~", "$HOME", "*", "a:stream", "index.html", "CON\0", "", " "]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_becomes_a_file_name_that_does_nothing(name):
    made = slug(name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", made) and made not in RESERVED | {"tables", "assets", "restricted"}


def test_names_that_look_alike_have_places_of_their_own_on_every_system():
    names = ["St Clair", "ST CLAIR", "St-Clair", "st clair", "Do\u00f1a", "Don\u0303a", "Dona", "DO\u00d1A", "A" * 300, "A" * 299 + "B",
             "CON", "con", "Con ", "\u6771", "\u897f", "a/b", "a\\b", "a b", *(name for kind, name in PAYLOADS.items() if kind != "device")]
    places = [job.place for job in jobs(counties=names, cohorts=["2025H2"], profiles=["release", "internal"], shared={})]
    assert len({unicodedata.normalize("NFKC", place).casefold() for place in places}) == len(places) == 2 * (4 + 2 * len(names))
    assert all(len(place) < 160 for place in places)


def test_two_names_that_would_share_a_place_are_refused(monkeypatch):
    monkeypatch.setattr(plan, "_hashed", lambda words, name: f"{words}-00000000")
    with pytest.raises(CqiError, match="Two pages would have one place"):
        jobs(counties=["St Clair", "ST Clair"], cohorts=["2025H2"], profiles=["release"], shared={})


PLACES = ["../x.html", "/etc/x.html", "release/../../x.html", "release/./x.html", "release//x.html", "C:/x.html", "release\\x.html",
          "s3://b/x.html", "http://h/x.html", "release/x.html\n", "release/x.html/", "release/a/b/c.html", "x.html", "", "-",
          "release/.x.html", "release/X.html", "release/x.ipynb", "release/{county}.html", "release/x\0.html", "~/x.html"]


@pytest.mark.parametrize("place", PLACES)
def test_a_page_goes_below_its_profile_only(place):
    with pytest.raises(CqiError, match="^A page cannot go to "):
        Job("review", {"county": "Alder"}, place)


# ---- addresses -----------------------------------------------------------------------------------------------------------

ADDRESSES = ["http://198.51.100.7/x", "https://198.51.100.7/x", "s3://bucket/x", "gs://bucket/x", "abs://x/y", "adl://x/y",
             "hdfs://h/x", "file:///tmp/x", "ftp://h/x", "HTTP://h/x", " http://h/x", "http:/h/x", "file:/tmp/x", "memory://x", "s3:\\\\b"]
WAYS = [("review", "--out"), ("review", "--data"), ("review", "--since"), ("check", "--csv"), ("check", "--since"), ("check", ""), ("backtest", "--data"),
        ("backtest", "--csv"), ("measures", "--dictionary"), ("sample", "")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_refused_wherever_a_path_is_asked_for(address, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for word, option in WAYS:
        words = {"review": list(ONE), "check": ["check"] + [DATA] * bool(option)}.get(word, [word])
        assert main([*words, *([option] if option else []), address]) == 2
        told = capsys.readouterr()
        assert "this is an address" in told.err and len(told.err.splitlines()) == 1 and told.out == "", (word, option)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_refused_by_hand_too(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CqiError, match="this is an address"):
        load(address)
    with pytest.raises(CqiError, match="this is an address"):
        Review("Heron", "2025H2", data=address).heading()
    with pytest.raises(CqiError, match="this is an address"), held((tmp_path / address.strip()).resolve() / "2026-06-30"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["a:b", "c", "x/y:z", "./http", "s3", "data 2:30"])
def test_a_path_with_a_colon_is_no_address(path, tmp_path):
    with held(tmp_path / path):
        assert (tmp_path / path).is_dir()


# ---- links to other places ------------------------------------------------------------------------------------------------

LINKS = [".", "release", "internal", "assets", "restricted", "restricted/release", "release/tables", "release/heron",
         "release/index.html", "release/heron/2025h2.html", "restricted/release/heron/2025h2.ipynb", "release/tables/2025H2-course.csv", "run.json", "assets/cqi.css", ".lock", "latest"]


def linked(folder, place, target):
    """A folder of a run in which one place is a link to the target."""
    path = folder / "2026-06-30" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if place == ".":
        path = folder / "2026-06-30"
    path.symlink_to(target)
    return folder / "2026-06-30"


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
@pytest.mark.parametrize("place", LINKS)
@pytest.mark.parametrize("there", ["folder", "file", "nothing"])
def test_a_link_in_the_folder_of_a_run_is_refused(tmp_path, place, there):
    target = tmp_path / "elsewhere" / "target"
    target.parent.mkdir()
    {"folder": target.mkdir, "file": lambda: target.write_text("mine", encoding="utf-8"), "nothing": lambda: None}[there]()
    folder = linked(tmp_path / "out", place, target)
    with pytest.raises(CqiError, match="this is a link to another place|another run has just taken"), held(folder):
        (folder / "x").touch()
    assert [path for path in target.parent.rglob("*") if path != target] == []
    assert there != "file" or target.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
@pytest.mark.parametrize("place", ["release/heron", "."])
def test_the_command_refuses_a_linked_folder_with_one_line(tmp_path, place):
    (tmp_path / "elsewhere").mkdir()
    linked(tmp_path / "out", place, tmp_path / "elsewhere")
    done = command(*ONE, "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and "this is a link to another place" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_the_place_for_pages_may_itself_be_a_link_that_its_owner_made(tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "share")
    with held((tmp_path / "reports").resolve() / "2026-06-30"):
        assert (tmp_path / "share/2026-06-30/.lock").is_file()


# ---- files that unpack without an end ------------------------------------------------------------------------------------

HEAD = ("child_id", "county", "entry_date", "exit_date", "exit_reason")


def book(folder, *, change=lambda name, content: content, extra=()):
    """A workbook of one stay; `change` may give any of its parts another content, `extra` adds parts."""
    made, plain = io.BytesIO(), openpyxl.Workbook()
    for row in (HEAD, ("hidden1", "Alder", "2024-01-01", "", "")):
        plain.active.append(row)
    plain.save(made)
    path = folder / "episodes.xlsx"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
        for part, content in extra:
            new.writestr(part, content)
    return path


def refused(path, said):
    with pytest.raises(CqiError, match=said) as error:
        load(path)
    assert "hidden1" not in str(error.value)


def test_a_workbook_that_is_packed_a_thousandfold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(excel, "MOST_BYTES", 1 << 22)
    assert len(load(book(tmp_path)).episodes) == 1
    for part in ("xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/media/picture.bin"):  # some are read before any sheet
        path = book(tmp_path, change=lambda name, content: content + b" " * (1 << 23) if name == part else content,
                    extra=[] if part in ("xl/styles.xml", "xl/worksheets/sheet1.xml") else [(part, b" " * (1 << 23))])
        assert path.stat().st_size < 1 << 16
        refused(path, "too large to be read")


def test_a_workbook_that_lies_of_its_size_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(excel, "MOST_BYTES", 1 << 22)
    path = book(tmp_path, change=lambda name, content: content + b" " * (1 << 23) if name == "xl/styles.xml" else content)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo("xl/styles.xml").file_size
    for place in [found.start() for found in re.finditer(re.escape(size.to_bytes(4, "little")), bytes(data))]:
        data[place:place + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    refused(path, "too large to be read|cannot be read as an Excel workbook")


def test_a_sheet_with_a_cell_far_away_is_refused_under_any_name(tmp_path):
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    refused(book(tmp_path, change=lambda name, content: content.replace(b"</sheetData>", far) if "sheet1" in name else content), "too large to be read")
    other = book(tmp_path, change=lambda name, content: content.replace(b"/xl/worksheets/sheet1.xml", b"/xl/odd.xml")
                 if name.endswith("workbook.xml.rels") else content)
    with zipfile.ZipFile(other) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").replace(b"</sheetData>", far)
    with zipfile.ZipFile(other, "a") as packed:
        packed.writestr("xl/odd.xml", sheet)
    refused(other, "too large to be read")


@pytest.mark.parametrize(("rows", "read"), [(2, True), (3, True), (4, False)])
def test_a_parquet_file_has_a_greatest_number_of_rows(tmp_path, monkeypatch, rows, read):
    monkeypatch.setattr(text, "MOST_ROWS", 3)
    row = ("hidden1", "Alder", "2024-01-01", "", "")
    table = pa.table({name: [f"{value}{number}" if name == "child_id" else value for number in range(rows)] for name, value in zip(HEAD, row, strict=True)})
    pyarrow.parquet.write_table(table, tmp_path / "episodes.parquet")
    if read:
        assert len(load(tmp_path / "episodes.parquet").episodes) == rows
    else:
        refused(tmp_path / "episodes.parquet", "it has more than 3 rows")


class Foreign(pa.ExtensionType):
    """A type of another program's own, which says how it would be brought to life."""

    def __init__(self):
        super().__init__(pa.string(), "elsewhere.text")

    def __arrow_ext_serialize__(self):
        return b"cos\nsystem\n(S'touch PWNED'\ntR."

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        raise AssertionError("a file's own type was brought to life")


@pytest.mark.parametrize("name", ["elsewhere.text", "arrow.py_extension_type"])
def test_types_and_notes_of_other_programs_in_a_parquet_file_are_ignored(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    row = ("hidden1", "Alder", "2024-01-01", "", "")
    notes = {b"ARROW:extension:name": name.encode(), b"ARROW:extension:metadata": b"cos\nsystem\n(S'touch PWNED'\ntR."}
    schema = pa.schema([pa.field(each, pa.string(), metadata=notes if each == "county" else None) for each in HEAD],
                       metadata={b"pandas": b'{"index_columns": ["county"], "columns": [{"name": "x", "pandas_type": "object", "metadata": "__import__"}]}'})
    pyarrow.parquet.write_table(pa.Table.from_arrays([pa.array([value]) for value in row], schema=schema), tmp_path / "episodes.parquet")
    assert list(load(tmp_path / "episodes.parquet").episodes["county"]) == ["Alder"] and not (tmp_path / "PWNED").exists()


def test_a_type_of_this_program_is_read_as_what_is_stored(tmp_path):
    row = {name: [value] for name, value in zip(HEAD, ("hidden1", "Alder", "2024-01-01", "", ""), strict=True)}
    table = pa.table(row | {"county": pa.array(np.array(["Alder"], dtype=object), pa.string()).cast(pa.string())})
    pa.register_extension_type(Foreign())
    try:
        column = pa.ExtensionArray.from_storage(Foreign(), pa.array(["Alder"]))
        made = table.set_column(1, "county", column)
        made = made.cast(pa.schema([pa.field(field.name, field.type) for field in made.schema]))
        pyarrow.parquet.write_table(made, tmp_path / "episodes.parquet")
    finally:
        pa.unregister_extension_type("elsewhere.text")
    assert list(load(tmp_path / "episodes.parquet").episodes["county"]) == ["Alder"]
