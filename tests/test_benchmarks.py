"""Published figures: which one is given, that they add up, and the errors of a file that does not."""

import tomllib
from importlib.resources import files

import pytest
from arithmetic import rows_that_disagree

from cqi import benchmarks, estimates
from cqi.benchmarks import AGE_GROUPS, COLUMNS, RATE_COLUMNS, age_rates, benchmark, national_performance
from cqi.cohorts import cohort
from cqi.vocabulary import CqiError

OURS = files("cqi") / "definitions" / "benchmarks"
PROPORTIONS = ("permanency_in_12_months", "permanency_in_12_months_12_to_23", "permanency_in_12_months_24_plus",
               "reentry_in_12_months", "recurrence_of_maltreatment")
RATES = ("placement_stability", "maltreatment_in_care", "entries_per_1000_children")

ABOUT = """
title = "Our state's own figures"
area = "our state"
vintage = "March 2026"
as_of = 2026-03-31
citation = "State agency (March 2026)"
reviewer = "A reviewer"
reviewed = 2026-04-01
[periods]
24A24B = { first = 2023-10-01, words = "October 2023 to September 2024" }
23B24A = { first = 2023-04-01, words = "April 2023 to March 2024" }
[measures.permanency_in_12_months]
words = "of children who entered care left to a permanent home within 12 months"
"""
FIGURES = """measure,dimension,group,period,denominator,numerator,value,per,reporting_states
permanency_in_12_months,all,all children,24A24B,300,100,0.333333,1,
permanency_in_12_months,all,all children,23B24A,200,80,0.4,1,
permanency_in_12_months,age,under 1 year,24A24B,100,20,0.2,1,
permanency_in_12_months,age,4 to 11 months,24A24B,40,10,0.25,1,
permanency_in_12_months,age,0 to 3 months,24A24B,60,10,0.166667,1,
permanency_in_12_months,age,17 years,24A24B,200,80,0.4,1,
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes a pair of files as the user's own; `changes` are old texts, which must be there, and new ones."""
    def write(*changes: tuple[str, str], name: str = "state_2026_03", about: str = ABOUT, figures: str = FIGURES) -> None:
        for old, new in changes:
            assert old in about + figures
            about, figures = about.replace(old, new), figures.replace(old, new)
        (tmp_path / "benchmarks").mkdir(exist_ok=True)
        (tmp_path / "benchmarks" / f"{name}.toml").write_text(about, encoding="utf-8")
        (tmp_path / "benchmarks" / f"{name}.csv").write_text(figures, encoding="utf-8")
        monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path))
        benchmarks._read_all.cache_clear()
    return write


# The federal file of August 2025

def test_the_newest_period_is_given_unless_one_is_asked_for():
    latest, earlier = benchmark("permanency_in_12_months"), benchmark("permanency_in_12_months", "21A21B")
    assert (latest.period, latest.numerator, latest.denominator, latest.value) == ("23A23B", 49291, 141804, 0.3476)
    assert (earlier.numerator, earlier.denominator, earlier.reporting_states) == (60515, 173315, 50)
    assert (latest.reporting_states, latest.vintage, latest.per) == (46, "August 2025", 1)
    assert latest.words == ("In the United States, 34.8% of children who entered care left to a permanent home within 12 months "
                            "(October 2022 to September 2023, 46 states, published August 2025).")
    assert latest.source.startswith("Children's Bureau (August 2025).")


@pytest.mark.parametrize(("measure", "value", "states", "words"), [
    ("permanency_in_12_months_12_to_23", 0.430729, 47, "43.1%"), ("permanency_in_12_months_24_plus", 0.375, 47, "37.5%"),
    ("reentry_in_12_months", 0.060191, 39, "6.0%"), ("recurrence_of_maltreatment", 0.094026, 51, "9.4%"),
    ("placement_stability", 4.88, 46, "4.88 moves per 1,000 days"), ("maltreatment_in_care", 9.134515, 48, "9.13 victimizations"),
    ("entries_per_1000_children", 2.24823, 52, "2.25 entries into care per 1,000 children"),
])
def test_national_figures_as_published(measure, value, states, words):
    found = benchmark(measure)
    assert found.value == pytest.approx(value, abs=0.005 if measure in RATES else 0.0005)
    assert found.reporting_states == states and f"In the United States, {words}" in found.words


@pytest.mark.parametrize(("measure", "value", "period"), [
    ("permanency_in_12_months", 0.352, "19B20A"), ("permanency_in_12_months_12_to_23", 0.438, "21A21B"),
    ("permanency_in_12_months_24_plus", 0.373, "21A21B"), ("reentry_in_12_months", 0.056, "20A20B"),
    ("placement_stability", 4.48, "21A21B"), ("maltreatment_in_care", 9.07, "FFY2019"), ("recurrence_of_maltreatment", 0.097, "FFY2019"),
])
def test_national_performance_of_the_round(measure, value, period):
    found = national_performance(measure)
    assert (found.value, found.period, found.per) == (value, period, benchmark(measure).per)
    assert found.numerator is found.denominator is found.reporting_states is None
    assert f"National performance of this round: {value:.1%}" in found.words or f": {value} " in found.words


@pytest.mark.parametrize("asked", [("no_such_measure",), ("placement_stability", "19A19B"), ("placement_stability", "", "August 2019")])
def test_what_was_not_published_is_none(asked):
    assert benchmark(*asked) is None
    assert age_rates(*asked).empty and list(age_rates(*asked).columns) == list(RATE_COLUMNS)


def test_there_is_no_national_performance_of_entries():
    assert benchmark("entries_per_1000_children") and national_performance("entries_per_1000_children") is None
    assert national_performance("no_such_measure") is None


def test_every_row_of_our_files_agrees_with_its_own_numbers():
    for file in OURS.glob("*.csv"):
        assert rows_that_disagree(file, performance="value", scale="per").empty


@pytest.mark.parametrize(("old", "new"), [
    ("0.333333", "0.333334"), ("0.333333", ""), ("300,100", ",100"), ("300,100", "300,"), ("8,2.0,", "8,2.1,"), ("3,1.5", "3,1.6"),
])
def test_the_arithmetic_is_seen_to_be_wrong(tmp_path, old, new):
    right = "denominator,numerator,performance,scale\n300,100,0.333333,100\n4000,8,2.0,1000\n200000,3,1.5,100000\n5,,,100\n"
    (tmp_path / "right.csv").write_text(right)
    assert old in right and rows_that_disagree(tmp_path / "right.csv").empty
    (tmp_path / "wrong.csv").write_text(right.replace(old, new))
    assert len(rows_that_disagree(tmp_path / "wrong.csv")) == 1


COUNTIES = "County,Num,Den,Percent\nBirch,21,60,35.0%\nElm,*,*,*\n,,,\n\nHeron,30,70,42.9\nOak,<11,70,\nAll,\"1,051\",\"2,130\",49.3\n"


@pytest.mark.parametrize(("text", "names", "counties"), [
    (COUNTIES, {"performance": "Percent", "scale": 100}, []),
    (COUNTIES.replace("42.9", "43.0"), {"performance": "Percent", "scale": 100}, ["Heron"]),
    (COUNTIES.replace("35.0%", ""), {"performance": "Percent", "scale": 100}, ["Birch"]),
    (COUNTIES.replace("<11,70,", ",70,44.0"), {"performance": "Percent", "scale": 100}, ["Oak"]),
    ("County,Num,Den,Rate,per\nBirch,3,4000,0.75,1000\nElm,3,4000,0.75,100\n", {"performance": "Rate", "scale": "per"}, ["Elm"]),
    ("County,Num,Den,Share\nBirch,0,70,0\nElm,35,70,0.50\nOak,35,70,0.51\nAsh,0,0,\n", {"performance": "Share", "scale": 1}, ["Oak"]),
])
def test_county_files_of_other_layouts(tmp_path, text, names, counties):
    """Names, percentages, thousands, withheld cells and blank rows as county files have them."""
    (tmp_path / "counties.csv").write_text(text)
    wrong = rows_that_disagree(tmp_path / "counties.csv", numerator="Num", denominator="Den", decimals=None, **names)
    assert wrong["County"].to_list() == counties


def test_periods_are_words_of_the_cohort_grammar_with_its_dates():
    for file in OURS.glob("*.toml"):
        for word, about in tomllib.loads(file.read_text(encoding="utf-8"))["periods"].items():
            period = cohort(word)
            assert (period.label, period.start, period.words, period.months) == (word, about["first"], about["words"], 12)


# Rates by age

@pytest.mark.parametrize("measure", [*PROPORTIONS, *RATES])
def test_the_nation_by_its_own_age_rates_is_as_expected(measure):
    rates, nation = age_rates(measure), benchmark(measure)
    assert rates["period"].unique() == [nation.period] and rates["vintage"].unique() == ["August 2025"]
    expected = estimates.expected_count(rates["denominator"], rates["rate"])
    assert expected == pytest.approx(nation.numerator, rel=3e-4)  # children whose age is not known are in the total alone
    assert nation.value == pytest.approx(nation.per * nation.numerator / nation.denominator, abs=1e-6)


@pytest.mark.parametrize(("measure", "first"), [
    ("permanency_in_12_months", [0, 4, 12, 72, 132, 204]), ("permanency_in_12_months_12_to_23", [12, 72, 132, 204]),
    ("permanency_in_12_months_24_plus", [12, 72, 132, 204]), ("reentry_in_12_months", [0, 4, 12, 72, 132, 204]),
    ("placement_stability", [0, 4, 12, 72, 132, 204]), ("maltreatment_in_care", [0, 4, 12, 72, 132, 204]),
    ("recurrence_of_maltreatment", [0, 4, 12, 72, 132, 204]), ("entries_per_1000_children", [0, 12, 72, 132, 204]),
])
def test_age_bands_follow_one_another_to_the_eighteenth_birthday(measure, first):
    rates = age_rates(measure)
    assert rates["from_month"].tolist() == first and rates["below_month"].tolist() == [*first[1:], 216]


def test_age_groups_are_those_of_the_bureau():
    assert [words for *_, words in AGE_GROUPS if words != "under 1 year"] == [
        "0 to 3 months", "4 to 11 months", "1 to 5 years", "6 to 10 years", "11 to 16 years", "17 years"]


def test_a_rate_by_age_is_per_child_or_per_day():
    permanency = age_rates("permanency_in_12_months").set_index("group")["rate"]
    assert permanency["1 to 5 years"] == 14909 / 40511 and permanency["17 years"] == 919 / 4471
    assert age_rates("maltreatment_in_care").set_index("group")["rate"]["17 years"] == 318 / 3515599
    assert age_rates("permanency_in_12_months", "21A21B").set_index("group")["rate"]["17 years"] == 1153 / 5583


# A newer vintage, and the user's own files

def test_a_newer_file_is_picked_up_and_the_older_can_still_be_asked_for(own):
    own()
    newest, ours = benchmark("permanency_in_12_months"), benchmark("permanency_in_12_months", vintage="August 2025")
    assert (newest.vintage, newest.period, newest.value, newest.reporting_states) == ("March 2026", "24A24B", 0.333333, None)
    assert newest.words == ("In our state, 33.3% of children who entered care left to a permanent home within 12 months "
                            "(October 2023 to September 2024, published March 2026).")
    assert (ours.vintage, ours.period) == ("August 2025", "23A23B")
    assert benchmark("permanency_in_12_months").vintage == "March 2026"
    assert benchmark("permanency_in_12_months", vintage="August 2025").vintage == "August 2025"
    assert benchmark("placement_stability").vintage == "August 2025"


def test_a_period_that_only_the_older_file_has_comes_from_it(own):
    own()
    assert benchmark("permanency_in_12_months", "21A21B").vintage == "August 2025"
    assert benchmark("permanency_in_12_months", "23B24A").vintage == "March 2026"
    assert national_performance("permanency_in_12_months").vintage == "August 2025"


def test_narrow_age_bands_take_the_place_of_the_wide_one(own):
    own()
    rates = age_rates("permanency_in_12_months")
    assert rates["group"].tolist() == ["0 to 3 months", "4 to 11 months", "17 years"]
    assert rates["rate"].tolist() == [10 / 60, 10 / 40, 80 / 200]


def test_the_order_of_the_rows_does_not_matter(own):
    header, *rows = FIGURES.splitlines(keepends=True)
    own()
    one = (benchmark("permanency_in_12_months"), age_rates("permanency_in_12_months"))
    own(figures="".join([header, *reversed(rows)]))
    other = (benchmark("permanency_in_12_months"), age_rates("permanency_in_12_months"))
    assert one[0] == other[0] and one[1].equals(other[1])


def test_a_file_of_the_same_name_takes_the_place_of_ours(own):
    own(name="cfsr_round4_2025_08")
    assert benchmark("permanency_in_12_months", vintage="August 2025") is None and benchmark("placement_stability") is None


@pytest.mark.parametrize(("change", "error"), [
    (("vintage = \"March 2026\"", "vintage = \"\""), r"state_2026_03\.toml: vintage is empty and must be stated\."),
    (("citation = \"State agency (March 2026)\"", "citation = \" \""), r"citation is empty and must be stated"),
    (("reviewer = \"A reviewer\"", ""), r"reviewer is empty and must be stated"),
    (("as_of = 2026-03-31", "as_of = \"2026-03-31\""), r"as_of is not a date; write it as 2025-08-03, without quotes"),
    (("area = ", "aria = "), r"No field 'aria' in state_2026_03\.toml\. Did you mean 'area'"),
    (("first = 2023-10-01, ", ""), r"periods\.24A24B does not say 'first'"),
    (("words = \"of children", "sentence = \"of children"), r"measures\.permanency_in_12_months does not say 'words'"),
    (("title = ", "= "), r"state_2026_03: one of the two files cannot be read"),
    (("denominator,numerator", "denominater,numerator"), r"No column 'denominater' in state_2026_03\.csv\. Did you mean 'denominator'"),
    (("\npermanency_in_12_months,all,all children,23B24A", "\npermanency_in_12_month,all,all children,23B24A"),
     r"No measure 'permanency_in_12_month' in state_2026_03\.csv\. Did you mean 'permanency_in_12_months'"),
    ((",age,under", ",ages,under"), r"No dimension 'ages' in state_2026_03\.csv\. Did you mean 'age'"),
    (("all children,23B24A", "all children,23B24"), r"No period '23B24' in state_2026_03\.csv\. Did you mean '23B24A'"),
    (("17 years", "17 yrs"), r"No age group '17 yrs' in state_2026_03\.csv\. Did you mean '17 years'"),
    (("200,80,0.4,1,\npermanency_in_12_months,age,under", "200,8o,0.4,1,\npermanency_in_12_months,age,under"),
     r"state_2026_03\.csv: numerator of row 3 is not a number"),
    (("300,100,0.333333", "300,100,0.333335"), r"state_2026_03\.csv: row 2 has a value that its numerator and denominator do not give"),
    (("60,10,0.166667", "60,10,"), r"row 6 has a value that its numerator"),
    (("60,10,0.166667", ",10,0.166667"), r"row 6 has a value that its numerator"),
    (("60,10,0.166667,1", "60,10,0,0"), r"row 6 has no per of 1 or more"),
    (("all children,23B24A", "all children,24A24B"), r"row 3 is there twice"),
])
def test_a_file_that_does_not_fit_is_an_error_that_says_where(own, change, error):
    own(change)
    with pytest.raises(CqiError, match=error):
        benchmark("permanency_in_12_months")


def test_a_column_that_is_not_there_is_an_error(own):
    own(figures="\n".join(line.rpartition(",")[0] for line in FIGURES.splitlines()))
    with pytest.raises(CqiError, match=r"state_2026_03\.csv: there is no column reporting_states; a benchmark file has measure, dim"):
        benchmark("permanency_in_12_months")


def test_rounding_in_the_last_published_place_is_no_mistake(own):
    own(("300,100,0.333333", "300,100,0.3333335"))
    assert benchmark("permanency_in_12_months").value == 0.3333335


def test_a_row_without_a_figure_may_stand_and_is_never_given(own):
    own(("300,100,0.333333", "300,,"))
    assert benchmark("permanency_in_12_months").period == "23B24A"


def test_a_measure_that_has_no_row_is_an_error(own):
    own(about=ABOUT + "[measures.placement_stability]\nwords = 'moves per 1,000 days in care'\n")
    with pytest.raises(CqiError, match=r"state_2026_03\.csv: it has no row of placement_stability"):
        benchmark("placement_stability")


def test_a_national_performance_says_its_period_and_data(own):
    own(about=ABOUT + "national_performance = { value = 0.3, period = '21A21B', data = '21A' }\n")
    with pytest.raises(CqiError, match=r"measures\.permanency_in_12_months\.national_performance does not say value, period and data"):
        national_performance("permanency_in_12_months")


def test_one_half_of_a_pair_is_an_error(own, tmp_path):
    own()
    (tmp_path / "benchmarks" / "state_2026_03.toml").unlink()
    with pytest.raises(CqiError, match=r"state_2026_03\.csv: there is no state_2026_03\.toml beside it"):
        benchmark("permanency_in_12_months")


def test_two_files_of_one_vintage_are_an_error(own):
    own()
    own(name="state_again")
    with pytest.raises(CqiError, match=r"state_again\.toml: state_2026_03\.toml has permanency_in_12_months of March 2026 too"):
        benchmark("permanency_in_12_months")


def test_our_file_has_its_columns_in_their_order():
    assert tuple((OURS / "cfsr_round4_2025_08.csv").read_text().partition("\n")[0].split(",")) == COLUMNS
