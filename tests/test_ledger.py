"""What was given out before: the file it is written down in, and what a reader of all releases together may not work out."""

import json
import os
import stat

import numpy as np
import pandas as pd
import pytest
from test_disclosure_release import HEADLINE, KIN, released

from cqi.disclosure.earlier import KEY
from cqi.measures.rows import with_interval
from cqi.tables import ledger
from cqi.tables.carried import carried_forward, newly_given
from cqi.tables.ledger import COLUMNS, add_to_ledger, digest, given_out, ledger_path
from cqi.vocabulary import WHOLE, CqiError

MAY, JUNE = pd.Timestamp("2026-05-31"), pd.Timestamp("2026-06-30")


def figures(*rows: tuple, measure=HEADLINE, day=JUNE) -> pd.DataFrame:
    """Figures given out: (county, children, counted)."""
    found = pd.DataFrame([(measure, "", "county", county, "2025H2", 0, day, children, counted, children) for county, children, counted in rows],
                         columns=COLUMNS)
    return found.astype(dict.fromkeys(("children", "numerator", "denominator"), "float64"))


def add(path, shown, as_of="2026-06-30"):
    add_to_ledger(path, shown, as_of=as_of, inputs=[["episodes.csv", "abc"]])


def known(path) -> dict:
    found = given_out(path)
    return dict(zip(found["county"], found["numerator"]))


@pytest.fixture
def path(tmp_path):
    return ledger_path(tmp_path / "reports", "release")


# The file

def test_without_a_file_nothing_was_given_out(path):
    for each in (None, path):
        found = given_out(each)
        assert found.empty and list(found.columns) == COLUMNS
    assert digest("") == digest(str(path)) == ""


def test_a_release_is_one_line_for_its_owner_only(path):
    add(path, figures(("Birch", 80, 41), ("Doña Encina", 90, 30)))
    assert path.name == "given-out-release.jsonl" and stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") == 1 and text.endswith("\n")
    line = json.loads(text)
    assert (line["version"], line["as_of"], line["inputs"], list(line["definitions"])) == (1, "2026-06-30", [["episodes.csv", "abc"]], [HEADLINE])
    pd.testing.assert_frame_equal(given_out(path), figures(("Birch", 80, 41), ("Doña Encina", 90, 30)), check_dtype=False)


def test_lines_are_only_added(path):
    add(path, figures(("Birch", 80, 41), day=MAY), as_of="2026-05-31")
    before, word = path.read_bytes(), digest(str(path))
    add(path, figures(("Birch", 80, 55)))
    assert path.read_bytes().startswith(before) and path.read_bytes().count(b"\n") == 2 and digest(str(path)) != word
    assert known(path) == {"Birch": 55}, "the newest is the last"


def test_nothing_new_is_no_line(path):
    add(path, figures(("Birch", 80, 41), ("Cedar", 90, np.nan)))
    before = path.read_bytes()
    add(path, figures(("Cedar", 90, np.nan)))
    add(path, figures())
    assert path.read_bytes() == before
    add(path, figures(("Birch", 80, 41), ("Elm", 60, 30)))
    assert [row[3] for row in json.loads(path.read_text(encoding="utf-8").splitlines()[1])["counts"]] == ["Elm"]


def test_the_order_of_figures_changes_no_byte(tmp_path):
    rows = figures(("Birch", 80, 41), ("Elm", 60, 30), ("Cedar", 90, 20))
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    add(one, rows)
    add(other, rows.iloc[::-1])
    assert one.read_bytes() == other.read_bytes()


def lines_of(path, *lines: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))


@pytest.fixture
def two(path):
    """The lines of two releases."""
    add(path, figures(("Birch", 80, 41), day=MAY))
    add(path, figures(("Doña Encina", 90, 30)))
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("kept", [1, 20, -1, -2])
def test_a_last_line_that_was_torn_was_never_given_out(path, two, kept):
    """A run that died while it wrote: the file comes first, so its release was not given out. Without its end of line it is whole."""
    lines_of(path, two[0], two[1][:kept])
    assert known(path) == ({"Birch": 41} if kept != -1 else {"Birch": 41, "Doña Encina": 30})


def test_a_line_torn_inside_a_letter(path, two):
    lines_of(path, two[0], two[1][:two[1].index("ñ".encode()) + 1])
    assert known(path) == {"Birch": 41}


@pytest.mark.parametrize("kept", [20, -1])
def test_after_a_torn_line_the_next_release_can_be_written_down(path, two, kept):
    lines_of(path, two[0], two[1][:kept])
    add(path, figures(("Elm", 60, 30)))
    assert known(path) == {"Birch": 41, "Elm": 30} | ({"Doña Encina": 30} if kept == -1 else {})


@pytest.mark.parametrize("damaged", [b"{\n", b"null\n", b"[]\n", b'{"version": 1}\n', b"\xff\n"])
def test_a_damaged_line_in_the_middle_is_refused(path, two, damaged):
    lines_of(path, two[0], damaged, two[1])
    with pytest.raises(CqiError, match="given-out-release.jsonl, line 2: this line is damaged. Put back a copy of the file"):
        given_out(path)


def test_a_file_of_another_version_is_refused(path, two):
    lines_of(path, two[0], json.dumps(json.loads(two[1]) | {"version": 2}).encode() + b"\n")
    with pytest.raises(CqiError, match=r"line 2: written by another version of the program \(format 2, not 1\)"):
        given_out(path)


def test_counts_of_a_definition_that_changed_are_not_compared(path, monkeypatch):
    add(path, pd.concat([figures(("Birch", 80, 41)), figures(("Birch", 80, 30), measure=KIN)], ignore_index=True))
    others = ledger._definition
    monkeypatch.setattr(ledger, "_definition", lambda name: "another" if name == KIN else others(name))
    assert given_out(path)["measure"].tolist() == [HEADLINE]


def test_counts_of_a_measure_that_is_no_more_are_not_compared(path, two):
    lines_of(path, two[0].replace(HEADLINE.encode(), b"a_measure_of_old"), two[1])
    assert known(path) == {"Doña Encina": 30}


# What is carried forward

def table(*rows: tuple, measure=HEADLINE, cohort="2025H2", at=12.0, day=JUNE, status="shown") -> pd.DataFrame:
    """Measure rows: (county, children, counted)."""
    found = pd.DataFrame(rows, columns=["county", "denominator", "numerator"]).astype({"denominator": "float64", "numerator": "float64"})
    return with_interval(found.assign(measure=measure, cohort=cohort, at=at, as_of=day, part="", group="", children=found["denominator"],
                                      level=0.95, unit="children", status=status))


def test_a_hidden_figure_is_replaced_by_the_one_last_given_out():
    now = table(("Birch", 80, np.nan), ("Cedar", 90, 30), ("Elm", 60, np.nan)).assign(status=["suppressed", "shown", "suppressed"])
    found = carried_forward(now, "measures", figures(("Birch", 78, 39), ("Cedar", 90, 20), day=MAY)).set_index("county")
    assert found.loc["Birch", ["children", "numerator", "denominator", "value", "as_of", "status"]].tolist() == [78, 39, 78, 0.5, MAY, "carried forward"]
    assert found.loc["Cedar", ["numerator", "as_of", "status"]].tolist() == [30, JUNE, "shown"]
    assert found.loc["Elm", "status"] == "suppressed" and np.isnan(found.loc["Elm", "numerator"])


def test_looks_which_tell_numerators_alone_do_not_take_the_place_of_the_figure():
    now = table(("Birch", 80, np.nan)).assign(status="suppressed")
    looks = figures(("Birch", 78, 39), day=MAY).assign(children=np.nan, denominator=np.nan)
    for before in ([figures(("Birch", 78, 39), day=MAY), looks], [looks, figures(("Birch", 78, 39), day=MAY)]):
        found = carried_forward(now, "measures", pd.concat(before, ignore_index=True)).iloc[0]
        assert found[["children", "numerator", "denominator", "status"]].tolist() == [78, 39, 78, "carried forward"]
    assert carried_forward(now, "measures", looks).iloc[0]["status"] == "suppressed"


def test_what_was_carried_forward_is_not_given_out_anew():
    now = table(("Birch", 80, np.nan), ("Cedar", 90, 30)).assign(status=["suppressed", "shown"])
    found = carried_forward(now, "measures", figures(("Birch", 78, 39), day=MAY))
    assert newly_given({"2025H2": {"measures": found}})["county"].tolist() == ["Cedar"]


def test_every_figure_is_written_down_once_and_a_count_that_is_there_before_one_that_is_not():
    """The same row in another table without its count, because its window is open there; children beside a hidden count are given out too."""
    open_window = table(("Cedar", 90, np.nan), status="not yet mature")
    pages = {"2025H1": {"maturity": open_window}, "2025H2": {"measures": table(("Cedar", 90, 30), ("Elm", 60, np.nan)).assign(status=["so far", "suppressed"])}}
    given = newly_given(pages)
    assert given.loc[given["county"] == "Cedar", "numerator"].dropna().tolist() == [30]
    assert given.loc[given["county"] == "Elm", "children"].tolist() == [60]
    assert list(given.columns) == COLUMNS and set(KEY) <= set(COLUMNS)


# Release after release

COUNTIES, COHORTS = ("Alder", "Birch", "Cedar", "Elm", "Finch"), ("2025H1", "2025H2")
MANY = os.environ.get("CQI_ATTACKS") == "1"
"""200 refreshes take a minute or two: CQI_ATTACKS=1."""
REFRESHES = 10


class State:
    """Counties of two cohorts that go on: more children, more who left, and corrections, mostly of few and sometimes of many."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)
        self.children = {(county, word): int(self.random.choice([6, 15, 30, 45, 80, 150])) for county in COUNTIES for word in COHORTS}
        self.kin = {place: int(self.random.binomial(size, 0.4)) for place, size in self.children.items()}
        self.left = {place: int(self.random.binomial(size, self.random.uniform(0.1, 0.6))) for place, size in self.children.items()}
        self.soon = {place: int(self.random.binomial(count, 0.6)) for place, count in self.left.items()}

    def refresh(self):
        random = self.random
        for place in self.children:
            if random.random() < 0.3:
                new = int(random.choice([1, 2, 5, 12, 25]))
                self.children[place] += new
                self.kin[place] += int(random.binomial(new, 0.4))
            if random.random() < 0.4:
                self.left[place] = min(self.children[place], self.left[place] + int(random.choice([1, 1, 2, 4, 12, 20])))
            if random.random() < 0.3:
                self.soon[place] = min(self.left[place], self.soon[place] + int(random.choice([1, 2, 12])))
            if random.random() < 0.2:
                self.left[place] = max(self.soon[place], self.left[place] - int(random.choice([1, 3, 12, 20])))
            if random.random() < 0.1:
                self.kin[place] = max(0, self.kin[place] - int(random.choice([1, 5, 12])))

    def pages(self, day: pd.Timestamp) -> dict:
        return {word: {"measures": pd.concat([self._rows(self.left, word, day, HEADLINE, 12.0), self._rows(self.kin, word, day, KIN, np.nan)], ignore_index=True),
                       "maturity": pd.concat([self._rows(self.soon, word, day, HEADLINE, 6.0), self._rows(self.left, word, day, HEADLINE, 12.0)], ignore_index=True)}
                for word in COHORTS}

    def _rows(self, counted: dict, word: str, day: pd.Timestamp, measure: str, at: float) -> pd.DataFrame:
        rows = [(county, self.children[county, word], counted[county, word]) for county in COUNTIES]
        return table(*rows, (WHOLE, *np.sum([row[1:] for row in rows], axis=0)), measure=measure, cohort=word, at=at, day=day)


def given(pages: dict) -> dict:
    """By count (what is counted, measure, county, cohort, months): the figures that stand in the tables."""
    found = {}
    for tables in pages.values():
        for row in pd.concat(tables.values()).itertuples():
            for key, figure in ((("children", row.county, row.cohort), row.children),
                                ((row.measure, row.county, row.cohort, row.at if row.at < 12 else 0), row.numerator)):
                found.setdefault(key, set()).update([] if np.isnan(figure) else [figure])
    return found


@pytest.mark.parametrize("seed", range(200 // REFRESHES if MANY else 2))
def test_no_two_releases_tell_few_children_and_what_did_not_change_stays_shown(path, seed):
    """P6: over all releases together a reader never has two figures of one count that differ by 1 to 10."""
    state, ever, last_true, last_shown, told = State(seed), {}, {}, {}, 0
    for number in range(REFRESHES):
        day = pd.Timestamp("2025-09-30") + pd.offsets.MonthEnd(number)
        pages, before = state.pages(day), given_out(path)
        shown = {page: {name: carried_forward(rows, name, before) for name, rows in tables.items()}
                 for page, tables in released(pages, before=before).items()}
        add(path, newly_given(shown), as_of=f"{day:%Y-%m-%d}")
        true, seen = given(pages), given(shown)
        for key, figure in seen.items():
            ever.setdefault(key, set()).update(figure)
            every = sorted(ever[key])
            assert not any(1 <= more - less <= 10 for less, more in zip(every, every[1:])), (number, key)
            if true[key] == last_true.get(key) and true[key] <= last_shown[key]:
                assert true[key] <= figure, (number, key, "did not change and is gone")
                told += 1
        last_true, last_shown = true, seen
        state.refresh()
    assert told > 20
