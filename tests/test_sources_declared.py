"""Sources are declared: a new one needs a TOML file and no Python, and an incomplete one is refused."""

import pytest
from drawn import write

from cqi.sources import load, shapes, source_names, steps
from cqi.sources.declared import SHAPE_FIELDS, STEPS, declared_source
from cqi.vocabulary import CqiError

OWN = """
title = "County extract"
citation = "Extract guide, version 3"
reviewer = "A reviewer"
reviewed = 2026-11-22
valid_years = [2020, 2030]
date_formats = ["mm/dd/yyyy"]
shape = "one_row_per_episode"
order = ["extract_year"]

[files.episodes]
patterns = ["removals*.csv"]
required = true

[files.episodes.columns]
child_id = { name = "ClientID", required = true, filled = true }
county = { names = ["County", "Cnty"], required = true, filled = true }
extract_year = { name = "Extract", kind = "number" }
entry_date = { name = "Removed", kind = "date", required = true, filled = true }
exit_date = { name = "Left", kind = "date", required = true }
exit_reason = { name = "Why", codes = "why", required = true }

[codes.why]
R = "reunification"
G = "guardianship"
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    folder = tmp_path / "definitions" / "sources"
    folder.mkdir(parents=True)
    monkeypatch.setenv("CQI_DEFINITIONS", str(folder.parent))
    return lambda text, name="county": (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_ours_are_complete():
    assert source_names() == ["afcars", "afcars2020", "ccwis", "episodes", "ssda903"]
    for name in source_names():
        source = declared_source(name)
        assert source.citation and source.reviewer and source.reviewed


def test_a_new_source_is_one_toml_file(tmp_path, own):
    own(OWN)
    assert source_names() == ["afcars", "afcars2020", "ccwis", "county", "episodes", "ssda903"]
    write(tmp_path / "data", removals_2026="""
        ClientID  Cnty   Extract  Removed   Left       Why
        01        Alder  2025     1/2/2025  .          .
        01        Alder  2026     1/2/2025  1/31/2025  g
        02        Alder  2019     1/2/2018  .          .
    """)
    extract = load(tmp_path / "data", "county")
    assert extract.episodes[["child_id", "exit_reason"]].values.tolist() == [["01", "guardianship"]]
    assert extract.merged["into"].to_list() == ["a later report of the same row"]
    assert extract.quarantine.reason.to_list() == ["extract_year is outside 2020 to 2030, where the codes hold"]


def test_a_part_may_stand_in_a_source_of_ones_own(tmp_path, own):
    own(OWN.replace("[codes.why]", 'reports = {}\n[codes.why]').replace("reports = {}", '[files.reports]\npart = "ncands"'))
    assert [file.role for file in declared_source("county").files] == ["episodes", "reports"]


def test_every_step_and_shape_that_may_be_declared_is_there():
    assert set(steps.STEPS) == set(STEPS) and set(shapes.SHAPES) == set(SHAPE_FIELDS)


def test_a_source_of_the_same_name_overrides_ours(own):
    own(OWN, "episodes")
    assert declared_source("episodes").title == "County extract"


@pytest.mark.parametrize(("old", "new", "said"), [
    ('reviewer = "A reviewer"', 'reviewer = ""', "'reviewer' is empty"),
    ('citation = "Extract guide, version 3"', "", "'citation' is empty"),
    ("reviewed = 2026-11-22", 'reviewed = "soon"', "'reviewed' is not a date"),
    ("date_formats", "date_format", "'date_format' is not something a source declares; did you mean date_formats?"),
    ('"one_row_per_episode"', '"one_row"', "No row shape 'one_row'"),
    ("exit_date = {", "left = {", "needs exit_date"),
    ('codes = "why"', 'codes = "whys"', "No code list 'whys' in county.toml, files.episodes.exit_reason. Did you mean"),
    ('"reunification"', '"reunified"', "No word 'reunified' in county.toml, files.episodes.exit_reason, codes.why."),
    ("[codes.why]", '[files.more]\ntable = "episodes"\npatterns = ["x"]\ncolumns = { sex = {} }\n[codes.why]', "one table"),
    ("[2020, 2030]", "[2020]", "not a first and a last year"),
    ("required = true\n", "", "there is no files.episodes with required = true"),
    ("[files.episodes]", '[files.episodes]\ntable = "episode"', "No table 'episode'"),
    ('["mm/dd/yyyy"]', '["mm/dd/yyyy", "dd/mm/yyyy"]', "read one date in two ways"),
    ('["mm/dd/yyyy"]', '["mm/dd/yyyy", "dd-mm-yyyy"]', "dd-mm-yyyy and mm/dd/yyyy read one date in two ways"),
    ('["mm/dd/yyyy"]', '["m/d/yy"]', "No date format 'm/d/yy'"),
    ("filled = true }\nco", "fild = true }\nco", "'fild' is not something a source declares; did you mean filled?"),
    ('kind = "number"', 'kind = "numeric"', "No kind of column 'numeric'"),
    ("title =", "title", "this is not TOML"),
    ("[codes.why]", '[files.reports]\npart = "ncand"\n[codes.why]', "No part 'ncand' in county.toml, files.reports. Did you mean 'ncands'?"),
    ('["removals*.csv"]', '["removals*.csv"]\nsteps = ["histories"]', "No step 'histories' in county.toml, files.episodes. Did you mean 'history'?"),
])
def test_an_incomplete_declaration_is_refused(own, old, new, said):
    assert old in OWN
    own(OWN.replace(old, new, 1))
    with pytest.raises(CqiError) as raised:
        declared_source("county")
    assert said in str(raised.value)


def test_the_folder_of_own_definitions_must_exist(monkeypatch):
    monkeypatch.setenv("CQI_DEFINITIONS", "/nowhere")
    with pytest.raises(CqiError, match="no such folder"):
        source_names()
