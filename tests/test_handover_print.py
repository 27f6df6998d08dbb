"""Pages on paper: printed by a browser that is there, title and as-of date on each sheet, and told how where there is none."""

import os
import re
import zlib

import pytest

from browser import CHROMIUM
from cqi.cli import main
from cqi.handover import printing
from cqi.handover.given import given
from cqi.handover.printing import css_text, printed
from cqi.vocabulary import CqiError
from drawn_handover import drawn

SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def few(finished):
    """The internal pages of the run: the review of one county alone."""
    found = given(finished.folder, "internal")
    vars(found)["pages"] = ("internal/bunting/2025h2.html",)
    return found


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_a_page_is_printed_whole_beside_the_zip_files(few, monkeypatch):
    monkeypatch.setenv("CHROMIUM", CHROMIUM)
    (path,) = printed(few)
    assert path == few.folder / "handover" / "internal" / "pdf" / "bunting-2025h2.pdf"
    paper = path.read_bytes()
    assert paper.startswith(b"%PDF") and paper.rstrip().endswith(b"%%EOF") and 5 < len(SHEET.findall(paper)) < 40
    assert b"file://" not in paper
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert [each for each in path.parent.iterdir()] == [path]
    title = re.search(rb"/Title\s*\((.*?)\)", paper)[1]
    assert b"Bunting, 2025H2" in title and b"as of 2026-06-30" in title
    streams = [each for each in re.findall(rb"stream\r?\n(.*?)endstream", paper, re.S) if each[:1] == b"x"]
    assert streams and all(zlib.decompressobj().decompress(each) for each in streams[:3])


def test_the_foot_of_a_sheet_is_text_whatever_a_county_is_called(tmp_path):
    words = "St. \"O\\'Dell\" </style><b> Ñ\n"
    told = css_text(words)
    assert not set(told) & set("\"'</>\n ")
    assert "".join(chr(int(each, 16)) if each else "" for each in re.findall(r"\\([0-9a-f]{6})", told)) == re.sub("[A-Za-z0-9]", "", words)
    page = printing._titled('<head><title>Oak, as of 2026</title><link href="../../assets/cqi.css"></head>', tmp_path)
    assert 'content: "Oak\\00002c\\000020as\\000020of\\0000202026"' in page and f'href="{(tmp_path / "assets/cqi.css").as_uri()}"' in page


def test_where_no_browser_is_there_the_command_says_how_to_print(tmp_path, monkeypatch, capsys):
    drawn(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", "")
    assert main(["handover", "--out", str(tmp_path), "--pdf"]) == 2
    said = capsys.readouterr()
    assert "choose Print" in said.err and "zip files (internal)" in said.out


def test_a_browser_that_prints_nothing_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "browser", lambda: "/bin/true")
    with pytest.raises(CqiError, match="true did not print internal/"):
        list(printed(given(drawn(tmp_path), "internal")))
