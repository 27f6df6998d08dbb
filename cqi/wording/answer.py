"""The answer in three to five sentences: how many, so far, beside earlier cohorts at the same age, how sure, what not."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.cohorts import Cohort, months_after, spanned
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.numbers import FEW, children, day_words, entered_words, joined, month_words, share


def answer(county: str, period: Cohort, as_of: date, *, course: pd.Series, same_age: pd.DataFrame,
           waiting: pd.DataFrame, region: pd.Series | None = None) -> tuple[str, ...]:
    """Three to five paragraphs on one cohort of one county.

    `course` is the county's row of the course table; `same_age` the headline measure's rows of this and the earlier
    cohorts, each as known at the same age, oldest first; `waiting` its rows of the children still in care; `region` the row of the
    pool of counties that it is in, told where its own counts are hidden.
    """
    if course["status"] == "suppressed":
        return _hidden(county, period, as_of, course["entered"], same_age.iloc[-1], region)
    if not course["entered"]:
        return (f"No children who count in this review entered care in {county} {entered_words(period)}.",
                "A stay counts once it has lasted 8 days." if as_of <= period.end else "A stay counts when it lasts 8 days.")
    beside = [_FEW_CHILDREN] if course["entered"] < FEW else [_before(same_age), _expected(course)]
    sentences = [_so_far(county, period, as_of, course), *beside, _cannot_tell(period, as_of, course, soon(waiting))]
    return tuple(sentence for sentence in sentences if sentence)


def not_given(county: str, period: Cohort, course: pd.Series, between: pd.Series | None) -> tuple[str, ...]:
    """What stands in place of the answer where an official limit of data quality is passed: who entered, and the lowest and
    highest share that the file allows (`between`, a row of bounds, or none)."""
    entered = HIDDEN_WORDS if pd.isna(course["entered"]) else children(course["entered"])
    lead = f"How many of the children who entered care in {county} {entered_words(period)} left to a permanent home cannot be said from this file."
    told = "" if pd.isna(course["entered"]) else f"{entered} entered and stayed 8 days or more. "
    span = (f"Whatever the records that were left out hold, the share so far lies between {share(between['lowest'])} and {share(between['highest'])}."
            if between is not None else "")
    return tuple(filter(None, (lead, (told + span).strip(), "The reason is above. Who keeps the file, and by when can it be corrected?")))


_FEW_CHILDREN = ("With so few children a percentage, or a comparison with earlier periods, would say more about luck than about "
                 "the work. Look at each child: what is the plan, and what is in its way?")


def _hidden(county: str, period: Cohort, as_of: date, entered: float, own: pd.Series, region: pd.Series | None) -> tuple[str, ...]:
    lead = (f"Some children entered care in {county} {entered_words(period)}. The counts behind this review are small, or would "
            f"give a small count away, so they are {HIDDEN_WORDS}.")
    if not pd.isna(entered):
        lead = (f"{children(entered)} entered care in {county} {entered_words(period)}. How many of them have left is a small count, or would give "
                f"one away, so it is {HIDDEN_WORDS}.")
    older = ""
    if own["status"] == "carried forward":
        older = (f"The last figure that could be shown is of {day_words(own['as_of'])}: {own['numerator']:,.0f} of "
                 f"{children(own['denominator'])} ({share(own['value'])}) had left. Too few have left since to say so without telling who.")
    together = ""
    if region is not None and not pd.isna(region["observed"]) and "," in region["members"]:
        together = (f"The counties of {region['county']} can be told together: {region['observed']:,.0f} of {children(region['entered'])} "
                    f"({share(region['observed'] / region['entered'])}) had left.")
    return tuple(filter(None, (
        lead, older, together,
        f"This is what can be shown as of {day_words(as_of)}. The agency's own staff see every number in the internal review.",
        "That nothing is shown does not mean that nothing happened, good or bad.",
    )))


def _so_far(county: str, period: Cohort, as_of: date, course: pd.Series) -> str:
    open_window = ", so far," if as_of < period.end else ""
    lead = f"{children(course['entered'])} entered care in {county} {entered_words(period)}{open_window} and stayed 8 days or more. "
    complete = pd.Timestamp(as_of) >= pd.Timestamp(months_after([period.end], 12)[0])
    age = "within 12 months" if complete else f"by {day_words(as_of)}"
    if course["entered"] == 1:
        return lead + f"The child had {'' if course['observed'] else 'not '}left to a permanent home {age}."
    observed = f"{course['observed']:,.0f} of them" if course["observed"] else "None of them"
    if course["observed"] and course["entered"] >= FEW:
        observed += f" ({share(course['observed'] / course['entered'])})"
    return lead + f"{observed} had left to a permanent home {age}."


def _before(same_age: pd.DataFrame) -> str:
    """Earlier cohorts at the same age, one by one or put together; empty when there are none."""
    earlier = same_age.iloc[:-1]
    earlier = earlier.loc[earlier["denominator"] > 0]
    if earlier.empty or earlier["numerator"].isna().any():
        return ""
    total, gone = earlier["denominator"].sum(), earlier["numerator"].sum()
    together = earlier["status"].eq("pooled").any()
    whose = f"who entered from {spanned(earlier.iloc[0]['cohort']).words}" if together else f"from the {_number(len(earlier))} before"
    words = f"At the same age, {gone:,.0f} of {total:,.0f} children ({share(gone / total)}) {whose} had left."
    if len(earlier) > 1 and earlier["denominator"].min() >= FEW:
        words += f" By period, it ranged from {share(earlier['value'].min())} to {share(earlier['value'].max())}."
    return words


def _number(periods: int) -> str:
    names = ("", "period", "two periods", "three periods", "four periods", "five periods", "six periods")
    return names[periods] if periods < len(names) else f"{periods} periods"


def verdict(course: pd.Series) -> str:
    """`fewer`, `low`, `usual`, `high` or `more` than an unchanged pace would have given; empty where it can't be told.

    `fewer` and `more` are outside the 95% range, `low` and `high` inside it but outside the 80% range. Fewer than FEW
    children can't tell.
    """
    if course["status"] != "shown" or pd.isna(course["usual_low"]) or course["entered"] < FEW:
        return ""
    limits = (("fewer", "usual_low", -1), ("more", "usual_high", 1), ("low", "usual_low_80", -1), ("high", "usual_high_80", 1))
    return next((word for word, name, side in limits if side * (course["observed"] - course[name]) > 0), "usual")


def usual_words(course: pd.Series) -> str:
    """What is usual by now, in a few words for a list of reviews; empty where it can't be told."""
    said = {"fewer": ", so below usual", "low": ", so on the low side", "usual": "", "high": ", so on the high side",
            "more": ", so above usual"}
    word = verdict(course)
    if not word:
        return ""
    signal = f" Signal since {day_words(course['first_signal'])}: {'fewer' if course['signal'] == 'worse' else 'more'} than usual." if course["signal"] else ""
    return f"Usual by now: {course['usual_low']:,.0f} to {course['usual_high']:,.0f}{said[word]}.{signal}"


def _expected(course: pd.Series) -> str:
    if course["status"] == "data quality":
        return "Some months in the file look incomplete, so this count can't yet be set beside what is usual."
    if course["status"] != "shown":
        return "The file does not go back far enough to say what would be usual by now."
    usual = (f"At the usual pace here, about {course['expected']:,.0f} would have left by now. Anything from "
             f"{course['usual_low']:,.0f} to {course['usual_high']:,.0f} would be usual for this many children.")
    if course["signal"]:
        return f"{usual} {_SIGNALS[course['signal']].format(day=day_words(course['first_signal']))}"
    said = {
        "usual": "So this is no clear change.",
        "low": "So this is on the low side of usual. It is no clear change, but worth a close watch.",
        "high": "So this is on the high side of usual. It is no clear change, but worth learning from.",
        "fewer": "So this is below usual. Looking every month, that alone happens by chance, so it is no signal yet. Watch it closely.",
        "more": "So this is above usual. Looking every month, that alone happens by chance, so it is no signal yet.",
    }[verdict(course)]
    return f"{usual} {said}"


_SIGNALS = {
    "worse": "Since {day} there is a signal that fewer children leave than usual. It is worth finding out why.",
    "better": "Since {day} there is a signal that more children leave than usual. It is worth finding out what helped.",
}


def soon(waiting: pd.DataFrame) -> float:
    """Children still in care who reach 12 months within 3 months; missing where hidden or not told."""
    count = waiting.loc[waiting["group"] == "time left: less than 3 months left", "numerator"]
    return count.iloc[0] if len(count) else float("nan")


def _cannot_tell(period: Cohort, as_of: date, course: pd.Series, near: float) -> str:
    last = months_after([period.end], 12)[0].item()
    why = "The numbers do not say why, or how the children are doing."
    if as_of >= last:
        return f"Every child's 12 months are over, so this figure is complete. {why}"
    return f"This is not the 12-month figure yet. {_waiting(course, near)} The figure is complete on {day_words(last)}. {why}"


def _waiting(course: pd.Series, near: float) -> str:
    """The children still in their first 12 months in care, and those of them who soon reach 12 months."""
    count = course["at_risk"]
    if pd.isna(count):
        words = "Children may still be in their first 12 months in care"
    elif not count:
        words = "No child is still in their first 12 months in care"
    else:
        words = f"{children(count)} {'is' if count == 1 else 'are'} still in their first 12 months in care"
    if pd.isna(near) or not near:
        return words + "."
    return words + f"; {near:,.0f} {'reaches' if near == 1 else 'reach'} 12 months within 3 months."


def late(as_of: date, last_date: date) -> tuple[str, ...]:
    """That the file ends more than a month before the as-of date; empty when it does not."""
    if (as_of - last_date).days <= 31:
        return ()
    return (f"The file's last entry or exit is dated {day_words(last_date)}, long before the as-of date. Children who left since then "
            f"look as if they were still in care. Give an as-of date up to {day_words(last_date)}, or a newer file.",)


MOST_SET_ASIDE, MOST_WITHOUT_REASON = 0.05, 0.10
"""Shares of rows set aside and of exits without a reason above which a page warns first: limits of the federal data checks."""


def broken(findings: pd.DataFrame, account: pd.DataFrame) -> tuple[str, ...]:
    """That many rows of stays were set aside, or many exits have no reason; empty when few. `findings` of the county."""
    stays = account.loc[account["table"] == "episodes", ["rows_read", "quarantined"]].sum()
    reason = findings.loc[findings["finding"] == "exit without a reason"]
    sentences = []
    if stays["quarantined"] > MOST_SET_ASIDE * stays["rows_read"]:
        sentences.append("More than 5% of the rows of stays in the files could not be used. Have the files checked before acting on this page.")
    if (reason["count"] > MOST_WITHOUT_REASON * reason["among"]).any():
        sentences.append("More than 10% of the exits here have no reason in the file, and those children are left out. The figures may be wrong.")
    return tuple(sentences)


def caution(county: str, findings: pd.DataFrame, *, counts: bool = True) -> tuple[str, ...]:
    """What in the file bends the answer: months in which exits or entries look missing; empty when nothing does.

    `findings` are the county's rows of the findings table. Without `counts` the months are named only.
    """
    sentences = []
    for finding, word in (("few exits", "exits from"), ("few entries", "entries into")):
        rows = findings.loc[findings["finding"] == finding].sort_values("month")
        if len(rows):
            months = joined([month_words(row["month"]) + (f" ({row['count']:,.0f})" if counts else "") for row in rows.to_dict("records")])
            usual = f", where about {rows['usual'].mean():,.0f} a month are usual" if counts else ""
            sentences.append(f"The file holds surprisingly few {word} care in {county} for {months}{usual}. Have the file checked before "
                             "acting on this page; the figures may be wrong.")
    return tuple(sentences)
