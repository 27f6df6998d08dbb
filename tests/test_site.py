"""`cqi.toml`: what it says, what is wrong with it in one clear line, and what of it reaches a command, a notebook and a page's key."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cqi.cli import _options, main
from cqi.render.digests import inputs_digest
from cqi.site import places
from cqi.site.parts import Asked, ExtractFile, HandOver, Schedule, Site, Target
from cqi.site.reading import read_site
from cqi.sources import load
from cqi.tables.reading import key
from cqi.vocabulary import SITE, CqiError, own_definitions, site_folder
from drawn import write
from running import ROOT

LEAST = '[site]\nname = "Example State"\n[extract]\ndata = "extract"\n'
WHOLE = """
[site]
name = "Example State"
[extract]
data = "extracts/2026-*"
source = "my_state"
as_of = 2026-06-30
not_older_than_days = 30
[review]
counties = ["Alder", "Birch"]
cohorts = ["2025H2"]
profiles = ["release"]
out = "pages"
journal = "said.sqlite"
[[target]]
county = "Birch"
measure = "permanency_in_12_months"
target = 0.42
by = 2026-12-31
owner = "county permanency manager"
[[target]]
county = "All counties"
measure = "permanency_in_12_months"
target = "45%"
[regions]
Alder = "North"
Birch = "South"
[schedule]
every = "Monday"
at = 07:30:00
[handover]
zip = false
readers = ["one@example.org"]
maintainers = ["two@example.org"]
sender = "three@example.org"
figures = true
host = "mail.example.org"
port = 587
security = "tls"
user = "cqi"
password_file = "mail-password"
"""


def site(folder: Path, text: str) -> Site:
    folder.mkdir(exist_ok=True)
    (folder / "cqi.toml").write_text(text, encoding="utf-8")
    return read_site(folder)


def drawn(folder: Path, **more: str) -> Path:
    """An extract of two counties in the folder, as our own contract has it."""
    rows = "\n".join(f"c{number} {'Alder' if number % 2 else 'Birch'} 2015-01-01 2025-{month:02}-05 2025-{month:02}-20 reunification"
                     for number, month in enumerate([*range(1, 13)] * 2, 1))
    return write(folder, episodes=f"child_id county birth_date entry_date exit_date exit_reason\n{rows}", **more)


# ---- reading -------------------------------------------------------------------------------------------------------------

def test_all_that_a_file_says(tmp_path):
    assert site(tmp_path, WHOLE) == Site(
        tmp_path, "Example State", ExtractFile("extracts/2026-*", "my_state", "2026-06-30", 30),
        Asked(("Alder", "Birch"), ("2025H2",), ("release",), "pages", "said.sqlite"),
        (Target("Birch", "permanency_in_12_months", "0.42", "2026-12-31", "county permanency manager"),
         Target("All counties", "permanency_in_12_months", "45%")),
        (("Alder", "North"), ("Birch", "South")), Schedule("Monday", "07:30"),
        HandOver(False, ("one@example.org",), ("two@example.org",), "three@example.org", "", True, "mail.example.org", 587, "tls", "cqi",
                 "mail-password"))


def test_what_a_file_does_not_say_is_as_it_always_is(tmp_path):
    assert read_site(tmp_path) is None
    found = site(tmp_path, LEAST)
    assert found == Site(tmp_path, "Example State", ExtractFile("extract"))
    assert (found.review.out, found.review.profiles, found.schedule.every,
            found.handover.zip) == ("reports", ("internal", "release"), "first Monday", True)
    assert site(tmp_path, LEAST + 'as_of = "last complete month"\n') == found


@pytest.mark.parametrize(("old", "new", "said"), [
    ("[review]", "[revue]", "there is no key 'revue'. Did you mean 'review'?"),
    ("counties =", "county =", "[review]: there is no key 'county'. Did you mean 'counties' or"),
    ('name = "Example State"', "", "[site]: 'name' is missing; write name ="),
    ('data = "extracts/2026-*"', "", "[extract]: 'data' is missing; write data ="),
    ('"extracts/2026-*"', '"https://example.org/x"',
     "[extract] data: 'https://example.org/x' is not right; it must be a file or folder of this machine"),
    ("2026-06-30", '"last month"', "[extract] as_of: 'last month' is not right; write \"last complete month\", or a day as 2026-06-30"),
    ("days = 30", "days = 0", "not_older_than_days: 0 is not right; write a whole number from 1 to 3660"),
    ("days = 30", 'days = "30"', "write a whole number from 1 to 3660, without quotation marks"),
    ('["release"]', '["public"]', "[review] profiles: ['public'] is not right; write one of internal, release"),
    ('["release"]', "[]", "[review] profiles: [] is not right; name at least one"),
    ('counties = ["Alder", "Birch"]', 'counties = "Alder"', "[review] counties: 'Alder' is not right; write a list"),
    ("by = 2026-12-31", 'by = "summer"', "[[target]] 1 by: 'summer' is not right; write a day as 2026-12-31"),
    ('county = "Birch"\n', "", "[[target]] 1: 'county' is missing; write county ="),
    ('Alder = "North"', "Alder = 1", "[regions] Alder: 1 is not right; write words"),
    ("[[target]]", "[target]", "TOML"),
    ('"one@example.org"', '"One <one@example.org>"', "[handover] readers"),
    ('sender = "three@example.org"', "", "[handover]: 'sender' is missing"),
    ('security = "tls"', 'security = "ssl"', "[handover] security: 'ssl' is not right; write one of starttls, tls, none"),
    ('security = "tls"', 'security = "none"', "would send the password so that others can read it"),
    ("port = 587", "port = 65536", "write a whole number from 1 to 65535"),
    ('user = "cqi"', "", "[handover]: 'user' is missing; write the user of the password"),
    ("zip = false", 'zip = "no"', "[handover] zip: 'no' is not right; write true or false"),
    ('"Monday"', '"last Monday"', "[schedule] every: 'last Monday' is not right; write a day of the week (\"first Monday\" to"),
    ('"Monday"', '"29th"', "[schedule] every: '29th' is not right; write a day of the week"),
    ('"Monday"', '""', "[schedule] every: '' is not right; write a day of the week"),
    ('"Monday"', "1", "[schedule] every: 1 is not right; write a day of the week"),
    ("07:30:00", '"7:30"', "[schedule] at: '7:30' is not right; write it as 06:00"),
    ("[schedule]", "[schedule", "this is not TOML"),
    ('journal = "said.sqlite"', 'journal = "postgresql://cqi:geheim@host/cqi"', "write the address without the password"),
    ("port = 587", 'password = "geheim"', "a password must not stand in this file"),
])
def test_what_is_wrong_is_one_clear_line(tmp_path, old, new, said):
    assert WHOLE.count(old) >= 1
    with pytest.raises(CqiError) as found:
        site(tmp_path, WHOLE.replace(old, new, 1))
    assert said in str(found.value) and str(found.value).startswith("cqi.toml") and "geheim" not in str(found.value)


@pytest.mark.parametrize("every", ["first Monday", "FOURTH sunday", "Wednesday", "1st", "28th", "day"])
def test_days_that_a_schedule_can_keep_are_taken_as_they_are_written(tmp_path, every):
    assert site(tmp_path, WHOLE.replace('"Monday"', f'"{every}"')).schedule.every == every


def test_a_user_may_stand_alone_as_the_password_may_come_from_the_environment(tmp_path):
    found = site(tmp_path, WHOLE.replace('password_file = "mail-password"', "")).handover
    assert (found.user, found.password_file) == ("cqi", "")


@pytest.mark.parametrize(("words", "right"), [("port = 1", True), ("port = 65535", True), ("port = 0", False), ("port = true", False)])
def test_a_port_is_a_number_from_1_to_65535(tmp_path, words, right):
    text = f"{LEAST}[handover]\n{words}\n"
    if right:
        assert site(tmp_path, text).handover.port == int(words.split()[-1])
    else:
        with pytest.raises(CqiError, match="port"):
            site(tmp_path, text)


def test_the_newest_of_dated_extracts_counts(tmp_path):
    found = site(tmp_path, LEAST.replace('"extract"', '"extracts/2026-*"'))
    with pytest.raises(CqiError, match="nothing is called extracts/2026-\\* yet"):
        places.data(found)
    for name in ("2026-05", "2026-11", "2026-06", "2027-01"):
        (tmp_path / "extracts" / name).mkdir(parents=True)
    assert places.data(found) == str(tmp_path / "extracts" / "2026-11")
    assert [path.name for path in places.extracts(found)] == ["2026-05", "2026-06", "2026-11"]


# ---- what of it counts where ---------------------------------------------------------------------------------------------

TARGET = '[[target]]\ncounty = "Birch"\nmeasure = "permanency_in_12_months"\ntarget = {}\nby = 2026-12-31\n'
REGIONS = '[regions]\nAlder = "North"\nBirch = "South"\n'


def test_targets_and_regions_count_for_the_extract_that_the_file_names(tmp_path, monkeypatch):
    drawn(tmp_path / "extract")
    shutil.copytree(tmp_path / "extract", tmp_path / "other")
    site(tmp_path, LEAST + TARGET.format('"42%"') + REGIONS)
    monkeypatch.chdir(tmp_path)
    found = load("extract")
    assert found.targets[["county", "target", "by"]].values.tolist() == [["Birch", 0.42, pd.Timestamp("2026-12-31")]]
    assert found.regions.values.tolist() == [["Alder", "North"], ["Birch", "South"]]
    assert load("other").targets.empty and load("other").regions.empty


def test_a_county_or_measure_that_is_not_known_is_said_with_its_place(tmp_path, monkeypatch):
    drawn(tmp_path / "extract")
    site(tmp_path, LEAST + TARGET.format(0.42).replace("Birch", "Brich"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CqiError, match=r"No county 'Brich' in cqi.toml \[\[target\]\], row 1, column county. Did you mean 'Birch'"):
        load("extract")


def test_targets_that_stand_in_two_places_are_refused(tmp_path, monkeypatch):
    drawn(tmp_path / "extract", targets="county measure target\nBirch permanency_in_12_months 0.4")
    site(tmp_path, LEAST + TARGET.format(0.42))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CqiError, match="both hold targets; keep one of them"):
        load("extract")


def test_a_changed_target_changes_the_key_of_pages_and_of_tables(tmp_path, monkeypatch):
    drawn(tmp_path / "extract")
    monkeypatch.chdir(tmp_path)
    keys = []
    for text in (LEAST, LEAST + TARGET.format(0.42), LEAST + TARGET.format(0.43), LEAST + REGIONS,
                 LEAST + '[schedule]\nevery = "Monday"\n'):
        site(tmp_path, text)
        keys.append((inputs_digest("extract", "episodes"), key("extract", "episodes")))
    assert len(set(keys)) == 4 and keys[0] == keys[4]  # when a run is made changes no page
    assert len({pages for pages, _ in keys}) == len({tables for _, tables in keys}) == 4


def test_the_site_is_found_from_another_folder_by_the_environment(tmp_path, monkeypatch):
    drawn(tmp_path / "state" / "extract")
    site(tmp_path / "state", LEAST + TARGET.format(0.42))
    (tmp_path / "state" / "definitions").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(SITE, raising=False)
    assert site_folder() is None and own_definitions() == "" and load(tmp_path / "state" / "extract").targets.empty
    monkeypatch.setenv(SITE, str(tmp_path / "state"))
    assert site_folder() == tmp_path / "state" and own_definitions() == str(tmp_path / "state" / "definitions")
    assert len(load(tmp_path / "state" / "extract").targets) == 1


# ---- commands ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("words", "given"), [
    (["check"], {"data": "extract", "source": "episodes"}),
    (["check", "other", "--source", "ccwis"], {"data": "other", "source": "ccwis"}),
    (["backtest"], {"data": "extract", "source": "episodes", "as_of": "2025-12-31"}),
    (["explore"], {"out": "pages", "journal": "said.sqlite", "as_of": ""}),
    (["explore", "--out", "elsewhere"], {"out": "elsewhere"}),
    (["journal"], {"out": "pages", "journal": "said.sqlite"}),
    (["survey"], {"out": "pages", "journal": "said.sqlite"}),
])
def test_commands_take_from_the_file_what_is_not_given(tmp_path, monkeypatch, words, given):
    (tmp_path / "extract").mkdir()
    site(tmp_path, LEAST + 'as_of = "2025-12-31"\n[review]\nout = "pages"\njournal = "said.sqlite"\n')
    monkeypatch.chdir(tmp_path)
    options = vars(_options(words))
    assert {name: str(options[name]).removeprefix(f"{tmp_path}/") for name in given} == given


def test_outside_of_a_site_commands_are_as_they_were(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(_options(["journal"]).out) == "reports" and _options(["backtest"]).data == ""


def test_check_needs_no_words_in_a_site(tmp_path, monkeypatch, capsys):
    drawn(tmp_path / "extract")
    site(tmp_path, LEAST)
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) in (0, 1, 3) and "episodes.csv: 24 rows read = 24 used" in capsys.readouterr().out


def test_a_broken_file_stops_no_help_and_is_said(tmp_path, monkeypatch, capsys):
    site_text = LEAST.replace("data", "dta")
    (tmp_path / "cqi.toml").write_text(site_text)
    monkeypatch.chdir(tmp_path)
    assert main(["journal"]) == 2
    assert "[extract]: there is no key 'dta'. Did you mean 'data'?" in capsys.readouterr().err


def test_a_notebook_run_by_hand_knows_the_site(tmp_path):
    """A process that only imports the library, in the folder of the site, as a notebook's kernel is."""
    drawn(tmp_path / "extract")
    site(tmp_path, LEAST + TARGET.format(0.42))
    code = "from cqi.sources import load; print(load('extract').targets.to_dict('records'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
                          text=True)
    assert done.returncode == 0 and "0.42" in done.stdout, done.stderr
