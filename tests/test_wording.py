"""What a reader is told: sentences from drawn rows of the course and measure tables."""

from datetime import date

import pandas as pd
import pytest

from cqi.cohorts import cohort
from cqi.wording import answer as say
from cqi.wording import limits
from cqi.wording.numbers import children, day_words, entered_words, joined, share, value_words

PERIOD, TODAY = cohort("2025H2"), date(2026, 6, 30)


def course(entered=120, observed=41, expected=56.0, lower=38, lower_80=44, upper_80=68, upper=76, at_risk=70, status="shown"):
    return pd.Series({"entered": entered, "observed": observed, "expected": expected, "lower": lower, "lower_80": lower_80,
                      "upper_80": upper_80, "upper": upper, "at_risk": at_risk, "status": status})


def same_age(*pairs):
    rows = pd.DataFrame([{"numerator": gone, "denominator": total, "value": gone / total} for gone, total in pairs])
    return rows


def told(row, earlier=((30, 100), (45, 120), (41, 120))):
    return say.answer("Alder", PERIOD, TODAY, course=row, same_age=same_age(*earlier))


@pytest.mark.parametrize(("observed", "word"), [
    (37, "fewer"), (38, "low"), (43, "low"), (44, "usual"), (68, "usual"), (69, "high"), (76, "high"), (77, "more")])
def test_verdict_at_every_limit(observed, word):
    assert say.verdict(course(observed=observed)) == word


def test_three_to_five_sentences_with_count_share_and_range():
    sentences = told(course())
    assert sentences[0] == ("120 children entered care in Alder between July and December 2025 and stayed 8 days or more. "
                            "41 of them (34%) had left to a permanent home by 30 June 2026.")
    assert sentences[1] == ("At the same age, 75 of 220 children of the two periods before (34%) had left; from one period to the "
                            "next it ranged from 30% to 38%.")
    assert "about 56 would have left by now; anything from 38 to 76" in sentences[2]
    assert "on the low side of usual" in sentences[2]
    assert "not yet the 12-month figure: 70 children are still" in sentences[3] and "31 December 2026" in sentences[3]
    assert len(sentences) == 4


def test_a_young_cohort_is_so_far_and_never_a_12_month_figure():
    sentences = say.answer("Alder", cohort("2026H1"), date(2026, 4, 30), course=course(), same_age=same_age((1, 20), (2, 20)))
    assert ", so far," in sentences[0]
    assert "within 12 months" not in " ".join(sentences[:2])


def test_few_children_are_not_given_a_percentage():
    sentences = told(course(entered=9, observed=2))
    assert "%" not in " ".join(sentences)
    assert "Look at each child" in sentences[1]


def test_one_child():
    assert told(course(entered=1, observed=0, at_risk=1))[0].endswith("The child had not left to a permanent home by 30 June 2026.")


def test_no_child():
    assert told(course(entered=0, observed=0))[0].startswith("No children who count in this review entered care in Alder")


def test_hidden_counts_leave_no_number():
    words = " ".join(told(course(status="suppressed")))
    assert "hidden to protect privacy" in words
    assert not {word.strip(".,()%") for word in words.split()} & {"120", "41", "56", "38", "76", "70"}


def test_no_history_says_so():
    assert any("does not go back far enough" in sentence for sentence in told(course(status="not yet mature")))


def test_caution_names_the_months_and_the_usual():
    findings = pd.DataFrame([{"finding": "few exits", "month": "2026-04", "count": 0, "usual": 9.2},
                             {"finding": "few exits", "month": "2026-05", "count": 1, "usual": 9.2}])
    words, = say.caution("Elm", findings)
    assert "April 2026 (0) and May 2026 (1)" in words and "about 9 a month are usual" in words


def test_caution_without_counts_names_the_months_only():
    words, = say.caution("Elm", pd.DataFrame([{"finding": "few exits", "month": "2026-04", "count": 3, "usual": 9.2}]), counts=False)
    assert "for April 2026. Have" in words and not any(number in words for number in ("3", " 9"))


@pytest.mark.parametrize(("last", "told"), [(date(2026, 5, 30), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False)])
def test_a_file_that_ends_a_month_before_the_as_of_date(last, told):
    assert bool(say.late(date(2026, 7, 2), last)) == told


def test_questions_follow_from_the_review():
    waiting = pd.DataFrame([{"group": "time left: less than 3 months left", "numerator": 12.0}])
    nothing = pd.DataFrame({"finding": []})
    fewer = limits.questions(course(observed=10), waiting, nothing)
    assert fewer[0].startswith("Fewer children have left than usual.") and "12 children will reach 12 months" in fewer[1]
    gap = limits.questions(course(), waiting, pd.DataFrame({"finding": ["few exits"]}))
    assert any("look incomplete" in question for question in gap)


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
    said = " ".join([*told(course(observed=10)), *told(course(observed=90)), *told(course(status="suppressed")),
                     *limits.questions(course(observed=10), pd.DataFrame({"group": [], "numerator": []}), pd.DataFrame({"finding": []}))])
    for word in ("fail", "worst", "best", "rank", "poor perform", " cases", "underperform"):
        assert word not in said.lower()
