"""Exercises of lesson 3, a young cohort."""

from __future__ import annotations

from cqi.learning import by_hand, young_cohort
from cqi.learning.by_hand import HOME, TEN
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.wording.numbers import day_words, entered_words, share


@exercise_of("what the slide shows")
def what_the_slide_shows(room: Room) -> Choice:
    of = young_cohort.looked_at(room)
    now, _ = young_cohort.cohorts(of)
    return Choice(
        "c", {"a": "fewer children go home than a year ago", "b": "more children go home than a year ago", "c": "nobody can tell from "
                                                                                                                "these two numbers"},
        why=f"The children who came {entered_words(now)} have not all had 12 months yet. A number that is still growing cannot be set "
            f"beside one that is finished.",
        hint="How long has each group of children been in care on the day of the slide?",
        mistakes=(Mistake("a", "The second number is smaller, that is right. But its children have had less time to go home."),
                  Mistake("b", "It may turn out so. These two numbers alone do not say it.")),
        many="Most rooms say that fewer go home. The slide invites it.")


@exercise_of("home so far of ten")
def home_so_far_of_ten(room: Room) -> Number:
    home = sum(kind == HOME for *_, kind in TEN)
    return Number(
        home / len(TEN), "percent", why=f"{home} circles among {len(TEN)} children. It is called percent so far, because more may follow.",
        hint="Count the circles, and divide by all ten children.",
        mistakes=(Mistake(home / sum(kind == HOME or watched == 12 for _, _, watched, kind in TEN),
                          "That leaves out children who are still in care and came later, but keeps those who came later and went home. It "
                          "makes things look too good."),
                  Mistake(home / 100, "That is the number of children. Divide it by all ten.")))


@exercise_of("still seen at five months")
def still_seen_at_five_months(room: Room) -> Number:
    here = int(by_hand.ten().at_risk[0, 5])
    return Number(
        here, "children",
        why=f"A and H went home before. G, I and J have not been here for 5 months. That leaves {here}: B, C, D, E and F.",
        hint="Put a ruler down at month 5. Whose line touches it? A line that ends at month 5 still does.",
        mistakes=(Mistake(8, "A and H had gone home by then, so that leaves 8. But G, I and J have not been here for 5 months: nobody "
                             "knows yet what they do then."),
                  Mistake(4, "C went home in month 5, so C was still here when the month began, and counts.")))


@exercise_of("home allowing for time")
def home_allowing_for_time(room: Room) -> Number:
    curve = by_hand.ten()
    stay = [float(curve.in_care[0, month]) for month in (2, 5, 8)]
    return Number(
        float(curve.share[0, 0, 12]), "percent",
        why=f"Of 10 children seen for 2 months, 8 stayed: {share(stay[0])} still in care. Of 5 seen for 5 months, 4 stayed: 4/5 of that is "
            f"{share(stay[1])}. Of 4 seen for 8 "
            f"months, 3 stayed: 3/4 of that is {share(stay[2])}. The others, {share(1 - stay[2])}, are home.",
        hint="Begin with everyone in care: 100%. Month 2: times 8/10. Month 5: times 4/5. Month 8: times 3/4. What is left is still in "
             "care; the rest is home.",
        mistakes=(Mistake(stay[2], "That is the share still in care. The rest is home."),
                  Mistake(0.4, "That is the share so far. It treats a child who came 2 months ago like one who has been here for a year.")),
        many="Many expect the percent so far. The estimate is higher: the young stories are not over.")


@exercise_of("a year ago, three months on")
def a_year_ago_three_months_on(room: Room) -> Number:
    of = young_cohort.looked_at(room)
    _, last = young_cohort.cohorts(of)
    first, *_, final = young_cohort.so_far(of)
    return Number(
        float(first["value"]), "percent",
        why=f"On {day_words(first['as_of'].date())}, {first['numerator']:,.0f} of {first['denominator']:,.0f} children who came "
            f"{entered_words(last)} were home. In the end it was "
            f"{final['numerator']:,.0f} of {final['denominator']:,.0f} ({share(final['value'])}). The same children, the same county.",
        hint="On that day the last child had been in care for 3 months, the first for 9. How far does a cohort get in so little time?",
        near=0.05, mistakes=(Mistake(float(final["value"]), "That is the number after 12 months. On the earlier day most stories were not "
                                                            "over."),),
        many="Last year's group had its own bad-looking slide.")


@exercise_of("the fair column")
def the_fair_column(room: Room) -> Number:
    of = young_cohort.looked_at(room)
    now, _ = young_cohort.cohorts(of)
    month = young_cohort.fair_month(of)
    return Number(
        month, "months", within=0, why=f"On {day_words(of.as_of)} even the last child who came {entered_words(now)} has been followed for "
                                       f"{month} months. To the right of that, some have not.",
        hint="Go along the row of the young group until the first cell that can still grow. The column before it is the last fair one.",
        mistakes=tuple(Mistake(mark, "Part of the children have not been in care that long; that cell can still grow.")
                       for mark in (3, 6, 9, 12) if mark > month)
        + tuple(Mistake(mark, "That column is fair too. There is a later one, which tells more.") for mark in (3, 6, 9) if mark < month))


@exercise_of("gap at the same age")
def gap_at_the_same_age(room: Room) -> Number:
    of = young_cohort.looked_at(room)
    young, last = young_cohort.fair_rows(of)
    value, lower, upper = young_cohort.fair_gap(of)
    return Number(
        round(100 * value), "points", within=1.01, near=4,
        why=f"{share(young['value'])} now, {share(last['value'])} a year ago, both within {young_cohort.fair_month(of)} months of entry: "
            f"{young_cohort.points(value)}. The true difference is "
            f"likely between {young_cohort.points(lower)} and {young_cohort.points(upper)}.",
        hint="Take both shares from the last fair column: the young group's less the one of the same half a year ago. More now is above 0, "
             "fewer is below 0.",
        mistakes=(Mistake(-round(100 * value), "The size is right. Take the share now first: now less a year ago."),) if abs(value) > 0.015
        else ())


@exercise_of("exits still to come")
def exits_still_to_come(room: Room) -> Number:
    seen, developed, final = by_hand.late_june()
    return Number(
        final, "exits", within=0.5, near=2,
        why=f"In the months before, {share(developed)} of a month's exits were in the file at the month's end. {seen:.0f} are "
            f"{share(developed)} of {final:.0f}.",
        hint="How many of January's exits were known at its end, and how many in the end? June goes the same way.",
        mistakes=(Mistake(seen, "That is what the file knows today. In every month before, more came in later."),
                  Mistake(9, "That is one month later. In the months before, a few more came in the month after that.")))
