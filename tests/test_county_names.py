"""Counties given by code get their names; a code that is not known stays, and so does a name."""

import pytest
from drawn import csv

from cqi.sources import load
from cqi.sources.names import known
from cqi.vocabulary import CqiError

HEAD = "FY RepDatYr RepDatMo State FIPSCode RecNumbr StFCID DOB TotalRem DLstFCDt LatRemDt DoDFCDt DISREASN NumPlep"


@pytest.mark.parametrize(("code", "county"), [
    ("1001", "Autauga (01001)"), ("01001", "Autauga (01001)"), ("29510", "St. Louis (29510)"), ("29189", "St. Louis (29189)"),
    ("8", "Other counties"), ("03005", "03005"),
])
def test_a_code_becomes_a_name(tmp_path, code, county):
    (tmp_path / "fc.csv").write_text(csv(f"{HEAD}\n2021 2021 3 1 {code} 1 AL1 2015-06-15 1 . 2020-11-01 . 0 1"), encoding="utf-8")
    assert load(tmp_path, "afcars").episodes["county"].tolist() == [county]


def test_the_list_is_whole():
    assert len(known()) == 3231 and all(len(code) == 5 and code.isdigit() for code in known()) and known()["48201"] == "Harris"


def test_codes_of_another_kind_are_not_declared(tmp_path, monkeypatch):
    from importlib.resources import files

    own = tmp_path / "own" / "sources"
    own.mkdir(parents=True)
    text = (files("cqi") / "definitions" / "sources" / "afcars.toml").read_text(encoding="utf-8")
    (own / "mine.toml").write_text(text.replace('county_codes = "fips"', 'county_codes = "gss"'), encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    with pytest.raises(CqiError, match="mine.toml: 'county_codes' is 'gss'; the only codes known are \"fips\""):
        load(tmp_path, "mine")
