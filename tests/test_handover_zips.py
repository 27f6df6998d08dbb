"""A zip file for each county: whole, of that county alone, with links that lead somewhere, and the same bytes every time."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest

from cqi.handover.given import given
from cqi.handover.handing import handed_over
from cqi.handover.zips import written_zips
from cqi.vocabulary import WHOLE, CqiError
from drawn_handover import drawn
from running import ROOT


@pytest.fixture(scope="module")
def zips(finished):
    """The zip files of the run of three counties, by profile and county's folder."""
    return {(profile, path.name.partition("-")[0]): path for profile in ("internal", "release")
            for path in written_zips(given(finished.folder, profile, "Sample <State>"))}


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name.partition("/")[2]: file.read(name) for name in file.namelist()}


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode())))


def counties(text: bytes) -> set[str]:
    heads, *lines = rows(text)
    return {line[heads.index("county")] for line in lines}


class Links(HTMLParser):
    """Every address that a page names, and every place in it that one may lead to."""

    def __init__(self, text: str):
        super().__init__()
        self.named, self.places = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.places.add(told.get("id"))
        self.named += [told[name] for name in ("href", "src", "action", "data") if name in told]


# ---- of a real run ---------------------------------------------------------------------------------------------------------

def test_each_county_has_a_zip_file_for_each_kind_of_reader(zips):
    assert zips.keys() == {(profile, county) for profile in ("internal", "release") for county in ("birch", "bunting", "heron")}
    assert zips["release", "birch"].name == "birch-2026-06-30-release.zip"


def test_the_pages_are_those_that_were_given_out_and_nothing_of_another_reader(zips, finished):
    for (profile, county), path in zips.items():
        held = members(path)
        pages = {name for name in held if name.startswith(f"{profile}/{county}/")}
        assert pages == {f"{profile}/{county}/2025h2.html", f"{profile}/{county}/official-measures.html"}
        assert all(held[name] == (finished.folder / name).read_bytes() for name in (*pages, "assets/cqi.css"))
        others = {name for name in held if not name.startswith(f"{profile}/")}
        assert others == {"README.txt", "assets/cqi.css"}


def test_every_link_leads_to_something_in_the_zip_file(zips):
    for path in zips.values():
        held = members(path)
        pages = {name: Links(content.decode()) for name, content in held.items() if name.endswith(".html")}
        for name, found in pages.items():
            assert found.named
            for address in found.named:
                parts = urlsplit(address)
                assert not parts.netloc and not parts.scheme, (name, address)
                target = os.path.normpath(str(PurePosixPath(name).parent / unquote(parts.path))) if parts.path else name
                assert target in held, (name, address)
                if parts.fragment:
                    assert parts.fragment in pages[target].places, (name, address)
        assert b"url(" not in held["assets/cqi.css"] and b"@import" not in held["assets/cqi.css"]


def test_the_first_page_leads_to_everything(zips):
    for (profile, _), path in zips.items():
        held = members(path)
        led = {str(PurePosixPath(profile) / address) for address in Links(held[f"{profile}/index.html"].decode()).named
               if ".." not in address and address[0] != "#"}
        assert led == {name for name in held if name.startswith(f"{profile}/")} - {f"{profile}/index.html"}
        assert b"Sample &lt;State&gt;" in held[f"{profile}/index.html"] and b"30 June 2026" in held[f"{profile}/index.html"]


def test_tables_hold_the_rows_of_the_county_and_what_its_pages_set_beside_them(zips, finished):
    for (profile, county), path in zips.items():
        name, regions, seen = county.capitalize(), {"birch": "North Lakes", "bunting": "Prairie", "heron": "Prairie"}, 0
        for place, text in members(path).items():
            if not place.endswith(".csv"):
                continue
            original, own = rows((finished.folder / place).read_bytes()), rows(text)
            at, seen = original[0].index("county"), seen + 1
            wanted = {regions[county]} if place.endswith("-regions.csv") else {name, WHOLE}
            assert own[0] == original[0] and {row[at] for row in own[1:]} <= wanted
            assert sorted(own[1:]) == sorted(row for row in original[1:] if row[at] in wanted)
        assert seen > 5


def test_methods_tell_the_measures_of_the_tables_and_no_other(zips):
    page = members(zips["release", "birch"])["release/methods.html"].decode()
    assert "Permanency in 12 months for children entering care</h2>" in page
    assert "cqi measures" not in page and "(../" not in page and ">test_" not in page and "[test_" not in page


def test_a_read_me_says_what_it_is_as_of_when_and_for_whom(zips):
    text = {profile: members(zips[profile, "birch"])["README.txt"].decode() for profile in ("internal", "release")}
    assert all("Birch: reviews as of 30 June 2026" in each and max(map(len, each.splitlines())) <= 90 for each in text.values())
    assert "agency's own staff" in text["internal"] and "Everyone may read it" in text["release"]
    assert all(line.rpartition(": ")[2] in members(zips["release", "birch"]) for line in text["release"].splitlines()
               if line.endswith(".html"))


def test_the_same_bytes_again_and_nothing_of_this_machine(zips, finished):
    before = {path: path.read_bytes() for path in zips.values()}
    for profile in ("internal", "release"):
        written_zips(given(finished.folder, profile, "Sample <State>"))
    assert {path: path.read_bytes() for path in zips.values()} == before
    for path in zips.values():
        for member in zipfile.ZipFile(path).infolist():
            assert member.date_time == (2026, 6, 30, 0, 0, 0) and member.create_system == 3
            assert member.external_attr >> 16 == (0o600 if "internal" in path.name else 0o644)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_internal_zip_files_are_their_owners_only(zips):
    assert {path.stat().st_mode & 0o777 for (profile, _), path in zips.items() if profile == "internal"} == {0o600}
    assert zips["internal", "birch"].parent.stat().st_mode & 0o777 == 0o700


def test_zip_files_lie_beside_the_release_and_not_in_it(zips, finished):
    assert {path.parent.parent for path in zips.values()} == {finished.folder / "handover"}
    assert not list((finished.folder / "release").rglob("*.zip"))


# ---- of runs drawn by hand -------------------------------------------------------------------------------------------------

def test_a_page_that_was_withheld_or_is_left_from_before_is_in_no_zip_file(tmp_path):
    folder = drawn(tmp_path, statuses={"release/alder/2025h2.html": "withheld", "release/birch/2025h2.html": "failed",
                                       "release/birch/official-measures.html": "failed"})
    (folder / "release" / "alder" / "2024h2.html").write_text("old")
    found = written_zips(given(folder, "release"))
    assert [path.name for path in found] == ["alder-2026-06-30-release.zip"]
    assert {name for name in members(found[0]) if "/alder/" in name} == {"release/alder/official-measures.html"}


def test_where_everything_was_withheld_there_is_nothing_to_hand_over(tmp_path):
    folder = drawn(tmp_path, profiles=("release",))
    (folder / "run.json").write_text((folder / "run.json").read_text().replace('"done"', '"withheld"'))
    with pytest.raises(CqiError, match="nothing to hand over"):
        handed_over(folder, None)


def test_names_from_data_are_text_in_file_names_pages_and_tables(tmp_path):
    folder = drawn(tmp_path, {"=1+1": {}, "../Évil\nBcc: x": {}, "<b>Oak</b>": {}})
    found = written_zips(given(folder, "internal"))
    assert len(found) == 3 and all(path.parent == folder / "handover" / "internal" and path.name.isascii() for path in found)
    for path, name in zip(sorted(found), sorted(["=1+1", "../Évil\nBcc: x", "<b>Oak</b>"]), strict=False):
        assert all(".." not in each.split("/") and not each.startswith("/") for each in zipfile.ZipFile(path).namelist())
        assert b"<b>" not in members(path)["internal/index.html"]
    told = {county for path in found for county in counties(members(path)["internal/tables/2025H2-course.csv"])}
    assert told == {WHOLE, "'=1+1", "../Évil\nBcc: x", "<b>Oak</b>"}


def test_a_region_with_the_name_of_another_county_brings_none_of_its_rows(tmp_path):
    folder = drawn(tmp_path, {"Alder": {"region": "Birch"}, "Birch": {"region": ""}})
    held = members(written_zips(given(folder, "internal"))[0])
    assert counties(held["internal/tables/2025H2-course.csv"]) == {"Alder", WHOLE}


def test_a_hand_over_that_is_killed_leaves_no_zip_file_and_the_next_is_whole(tmp_path):
    folder = drawn(tmp_path)
    code = ("import os, sys; from pathlib import Path; from cqi.handover.given import given; from cqi.handover.zips import written_zips\n"
            "os.replace = lambda *_: os._exit(9)\nwritten_zips(given(Path(sys.argv[1]), 'release'))")
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    place = folder / "handover" / "release"
    assert killed.returncode == 9 and not list(place.glob("*.zip")) and len(list(place.iterdir())) == 1
    found = written_zips(given(folder, "release"))
    assert sorted(place.iterdir()) == sorted(found) and len(found) == 2 and members(found[0])


def test_a_folder_that_another_run_holds_is_left_alone(tmp_path):
    from cqi.render.lock import held

    folder = drawn(tmp_path)
    with held(folder):
        done = handed_over(folder, None)
    assert "another run" in done.wrong[0] and not (folder / "handover").exists()
    assert not handed_over(folder, None).wrong
