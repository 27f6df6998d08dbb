"""What a reader is told: sentences from drawn rows of the course and measure tables."""

import re
from datetime import date

import pandas as pd
import pytest

from cqi.cohorts import cohort
from cqi.vocabulary import MEASURE_COLUMNS
from cqi.wording import answer as say
from cqi.wording import displays, findings
from cqi.wording.numbers import children, day_words, entered_words, joined, share, value_words

PERIOD, TODAY = cohort("2025H2"), date(2026, 6, 30)


def course(entered=120, observed=41, expected=56.0, at_risk=70, status="shown", signal="", first_signal=pd.NaT):
    return pd.Series({"entered": entered, "observed": observed, "expected": expected, "usual_low": 38, "usual_low_80": 44,
                      "usual_high_80": 68, "usual_high": 76, "at_risk": at_risk, "status": status, "signal": signal,
                      "first_signal": first_signal})


def same_age(*pairs):
    return pd.DataFrame([{"numerator": gone, "denominator": total, "value": gone / total if gone is not None else None, "status": "shown", "as_of": pd.Timestamp(TODAY),
                          "cohort": PERIOD.back(len(pairs) - 1 - place).label} for place, (gone, total) in enumerate(pairs)])


def waiting(near=12.0, total=70.0):
    return pd.DataFrame([{"group": f"time left: {words}", "numerator": count, "denominator": total, "value": count / total if total else None}
                         for words, count in (("less than 3 months left", near), ("3 to 6 months left", total - near))])


def told(row, earlier=((30, 100), (45, 120), (41, 120)), near=12.0):
    return say.answer("Alder", PERIOD, TODAY, course=row, same_age=same_age(*earlier), waiting=waiting(near))


def reading_grade(words):
    """Flesch-Kincaid grade; syllables are groups of vowels, a silent e left out, figures one."""
    sentences, spoken = re.findall(r"[^.?]+[.?](?=\s|$)", words), re.findall(r"[\w']+", words)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<!l)es?$", "", word.lower())))) for word in spoken)
    return 0.39 * len(spoken) / len(sentences) + 11.8 * syllables / len(spoken) - 15.59


@pytest.mark.parametrize(("observed", "word"), [
    (37, "fewer"), (38, "low"), (43, "low"), (44, "usual"), (68, "usual"), (69, "high"), (76, "high"), (77, "more")])
def test_verdict_at_every_limit(observed, word):
    assert say.verdict(course(observed=observed)) == word


def test_three_to_five_sentences_with_count_share_and_range():
    sentences = told(course())
    assert sentences[0] == ("120 children entered care in Alder between July and December 2025 and stayed 8 days or more. "
                            "41 of them (34%) had left to a permanent home by 30 June 2026.")
    assert sentences[1] == ("At the same age, 75 of 220 children (34%) from the two periods before had left. By period, it ranged "
                            "from 30% to 38%.")
    assert "about 56 would have left by now. Anything from 38 to 76" in sentences[2]
    assert "on the low side of usual" in sentences[2]
    assert sentences[3] == ("This is not the 12-month figure yet. 70 children are still in their first 12 months in care; 12 reach 12 "
                            "months within 3 months. The figure is complete on 31 December 2026. The numbers do not say why, or how the "
                            "children are doing.")
    assert len(sentences) == 4


@pytest.mark.parametrize(("signal", "observed", "words"), [
    ("worse", 37, "Since 31 March 2026 there is a signal that fewer children leave than usual. It is worth finding out why."),
    ("better", 60, "Since 31 March 2026 there is a signal that more children leave than usual. It is worth finding out what helped."),
    ("", 37, "So this is below usual. Looking every month, that alone happens by chance, so it is no signal yet. Watch it closely."),
])
def test_a_signal_is_what_counts_not_the_range_of_one_look(signal, observed, words):
    day = pd.Timestamp("2026-03-31") if signal else pd.NaT
    assert told(course(observed=observed, signal=signal, first_signal=day))[2].endswith(words)


@pytest.mark.parametrize(("at_risk", "near", "words"), [
    (70, 1.0, "70 children are still in their first 12 months in care; 1 reaches 12 months within 3 months."),
    (70, 0.0, "70 children are still in their first 12 months in care."), (1, 0.0, "1 child is still in their first 12 months in care."),
    (0, 0.0, "No child is still in their first 12 months in care."),
    (float("nan"), float("nan"), "Children may still be in their first 12 months in care."),
])
def test_who_is_still_waiting(at_risk, near, words):
    assert f"yet. {words} The figure" in told(course(at_risk=at_risk), near=near)[-1]


@pytest.mark.parametrize("row", [course(), course(observed=10), course(observed=90), course(observed=56), course(entered=9, observed=2),
                                 course(entered=1, observed=1), course(status="suppressed"), course(status="not yet mature")])
def test_the_answer_can_be_read_by_anyone(row):
    assert reading_grade(" ".join(told(row))) <= 8


def test_a_young_cohort_is_so_far_and_never_a_12_month_figure():
    sentences = say.answer("Alder", cohort("2026H1"), date(2026, 4, 30), course=course(), same_age=same_age((1, 20), (2, 20)),
                           waiting=waiting(0.0))
    assert ", so far," in sentences[0]
    assert "within 12 months" not in " ".join(sentences[:2])


def test_few_children_are_not_given_a_percentage():
    sentences = told(course(entered=9, observed=2))
    assert "%" not in " ".join(sentences)
    assert "Look at each child" in sentences[1]


def test_one_child():
    assert told(course(entered=1, observed=0, at_risk=1))[0].endswith("The child had not left to a permanent home by 30 June 2026.")
    assert told(course(entered=1, observed=1, at_risk=0))[0].endswith("The child had left to a permanent home by 30 June 2026.")


def test_few_children_have_no_verdict():
    few = course(entered=9, observed=2)
    assert say.verdict(few) == "" and say.verdict(course(entered=10, observed=2)) == "fewer"


def curve(status, lower_month=12):
    """One cohort's curve at one month (30% home, 70% still in care) and an earlier one's (20%)."""
    shares = {"reunification": .3, "relative": 0, "guardianship": 0, "adoption": 0, "other exit": 0, "still in care": .7, "": .3}
    rows = [{"part": part, "cohort": cohort, "value": share if cohort == "2025H2" else .2, "at": lower_month, "status": status,
             "numerator": 30, "denominator": 100, "lower": .2, "upper": .4} for part, share in shares.items() for cohort in ("2025H2", "2025H1")]
    return pd.DataFrame(rows).reindex(columns=MEASURE_COLUMNS)


def test_a_young_curve_is_told_as_an_estimate_and_a_complete_one_as_fact():
    young, complete = curve("so far"), curve("shown")
    own = [table.loc[table["cohort"] == "2025H2"] for table in (young, complete)]
    lead = "This is an estimate, if those who entered later leave like those who entered first. By month 12 in care, 30% will have "
    assert findings.exits(own[0]) == lead + "gone home. 70% will still be in care."
    assert findings.exits(own[1]) == "By month 12 in care, 30% had gone home. 70% were still in care."
    assert findings.against_earlier(young, "2025H2").startswith(lead + "left to a permanent home (likely between 20% and 40%)")
    assert findings.against_earlier(complete, "2025H2") == ("By month 12 in care, 30% had left to a permanent home (likely between 20% and 40%). "
                                                            "In earlier periods it was 20% to 20% by that month.")


def test_a_measure_is_told_with_its_count_its_unit_and_so_far():
    row = {"cohort": "2025H2", "numerator": 20.0, "denominator": 250.0, "value": .08, "lower": .05, "upper": .12, "unit": "children", "status": "so far"}
    rate = {**row, "value": 5.9, "lower": 5.1, "upper": 6.8, "unit": "moves per 1,000 days in care", "status": "shown"}
    assert findings.by_cohort(pd.DataFrame([row]), "2025H2", "Re-entry") == ("Re-entry, so far: 20 of 250 (8%); the true rate is likely "
                                                                            "between 5% and 12%.")
    words = findings.by_cohort(pd.DataFrame([rate, {**rate, "cohort": "2025H1", "value": 4.0}]), "2025H2", "Moves")
    assert words.startswith("Moves: 5.90 moves per 1,000 days in care;") and words.endswith("In January to June 2025, at the same age, it was 4.00.")


def test_groups_of_few_children_stand_without_shares():
    many, few = displays.groups(waiting(), "Time left"), displays.groups(waiting(0.0, 9.0), "Time left")
    assert many.columns == ("Group", "Children", "Share of them") and many.caption == "Time left: 70 children still in care"
    assert few.columns == ("Group", "Children") and [cell.text for cell in few.rows[0]] == ["3 to 6 months left", "9"]


def test_no_child():
    assert told(course(entered=0, observed=0))[0].startswith("No children who count in this review entered care in Alder")


def test_earlier_periods_together_are_told_as_one():
    rows = same_age((75, 220), (41, 120))
    rows.loc[0, ["cohort", "status"]] = "2022H2 to 2025H1", "pooled"
    assert say.answer("Alder", PERIOD, TODAY, course=course(), same_age=rows, waiting=waiting())[1] == (
        "At the same age, 75 of 220 children (34%) who entered from July 2022 to June 2025 had left.")


def test_a_hidden_county_is_told_by_its_last_figure_and_with_its_region():
    rows = same_age((None, 120))
    rows = rows.assign(numerator=23.0, denominator=94.0, value=0.24, status="carried forward", as_of=pd.Timestamp("2026-05-31"))
    pool = pd.Series({"county": "Lakes", "members": "Alder, Birch", "entered": 413.0, "observed": 98.0})
    hidden = course(entered=float("nan"), status="suppressed")
    sentences = say.answer("Alder", PERIOD, TODAY, course=hidden, same_age=rows, waiting=waiting(), region=pool)
    assert sentences[1].startswith("The last figure that could be shown is of 31 May 2026: 23 of 94 children (24%) had left.")
    assert sentences[2] == "The counties of Lakes can be told together: 98 of 413 children (24%) had left."
    alone = say.answer("Alder", PERIOD, TODAY, course=hidden, same_age=rows.assign(status="suppressed"), waiting=waiting(),
                       region=pool.replace({"Alder, Birch": "Alder"}))
    assert len(alone) == 3 and alone[0].startswith("Some children entered care in Alder")
    told = say.answer("Alder", PERIOD, TODAY, course=course(entered=48, status="suppressed"), same_age=rows, waiting=waiting())
    assert told[0].startswith("48 children entered care in Alder between July and December 2025. How many of them have left is a small count")


def test_hidden_counts_leave_no_number():
    words = " ".join(told(course(entered=float("nan"), status="suppressed")))
    assert "hidden to protect privacy" in words
    assert not {word.strip(".,()%") for word in words.split()} & {"120", "41", "56", "38", "76", "70"}


def test_no_history_says_so():
    assert any("does not go back far enough" in sentence for sentence in told(course(status="not yet mature")))


def test_caution_names_the_months_and_the_usual():
    findings = pd.DataFrame([{"finding": "few exits", "month": "2026-04", "count": 0, "usual": 9.2},
                             {"finding": "few exits", "month": "2026-05", "count": 1, "usual": 9.2}])
    words, = say.caution("Elm", findings)
    assert "April 2026 (0) and May 2026 (1)" in words and "about 9 a month are usual" in words


@pytest.mark.parametrize(("aside", "without", "told"), [(5, 10, 0), (6, 10, 1), (5, 11, 1), (6, 11, 2)])
def test_a_badly_broken_file_is_said_first(aside, without, told):
    account = pd.DataFrame([{"table": "episodes", "rows_read": 100, "quarantined": aside}, {"table": "reports", "rows_read": 9, "quarantined": 9}])
    findings = pd.DataFrame([{"finding": "exit without a reason", "count": without, "among": 100}])
    assert len(say.broken(findings, account)) == told


def test_a_gap_in_the_file_is_not_called_usual():
    row = course(status="data quality")
    assert say.verdict(row) == ""
    assert any("look incomplete" in sentence for sentence in told(row)) and not any("usual pace" in sentence for sentence in told(row))


def test_caution_without_counts_names_the_months_only():
    words, = say.caution("Elm", pd.DataFrame([{"finding": "few exits", "month": "2026-04", "count": 3, "usual": 9.2}]), counts=False)
    assert "for April 2026. Have" in words and not any(number in words for number in ("3", " 9"))


@pytest.mark.parametrize(("last", "told"), [(date(2026, 5, 30), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False)])
def test_a_file_that_ends_a_month_before_the_as_of_date(last, told):
    assert bool(say.late(date(2026, 7, 2), last)) == told


def test_numbers_as_people_say_them():
    assert day_words(date(2026, 6, 3)) == "3 June 2026"
    assert joined(["a", "b", "c"]) == "a, b and c" and joined(["a"]) == "a" and joined([]) == ""
    assert children(1) == "1 child" and children(1204) == "1,204 children"
    assert share(0.349) == "35%"
    assert entered_words(cohort("2025-03")) == "in March 2025"
    assert entered_words(cohort("25A")) == "between October 2024 and March 2025"


def test_a_value_travels_with_its_interval():
    row = pd.Series({"value": 0.35, "lower": 0.25, "upper": 0.47, "unit": "children", "status": "shown", "children": 60})
    assert value_words(row) == "35% (25% to 47%)"
    assert value_words(pd.Series({**row, "children": 9})) == "too few"
    assert value_words(pd.Series({**row, "value": float("nan"), "status": "suppressed"})) == "[c]"
    assert value_words(pd.Series({**row, "value": 4.213, "lower": 3.6, "upper": 4.9, "unit": "moves"})) == "4.21 (3.60 to 4.90)"


def test_words_do_not_blame():
    """Corrective, not punitive: no word of failing, ranking or cases in anything that is generated."""
    said = " ".join([*told(course(observed=10)), *told(course(observed=90)), *told(course(status="suppressed"))])
    for word in ("fail", "worst", "best", "rank", "poor perform", " cases", "underperform"):
        assert word not in said.lower()
