"""Words to act on: the questions for the meeting, from what this review shows: its signal, data quality, cycles, needs and groups who wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cqi.cycles.cycle import OPEN
from cqi.cycles.reading import Reading
from cqi.journal.heard import Heard
from cqi.measures.charted import charted
from cqi.quality import GAPS
from cqi.registry import measure
from cqi.wording.answer import soon, verdict
from cqi.wording.course_numbers import chance_words, few, goal_words, than_usual
from cqi.wording.course_signals import MOST_DETECTABLE
from cqi.wording.numbers import FEW, children, day_words, joined, month_words, plural
from cqi.wording.said import one_line

FEWEST, MOST = 3, 6
LITTLE_CHANCE = 0.2
"""Below this chance of reaching the goal, the review asks what stands in its way."""
MANY = 0.25
"""From this share on, those who wait in a group home or institution are asked about."""
VOICES = "What do children, parents, carers, courts and front-line staff see that these numbers do not show?"
ONE_CHANGE = "What one change would you try before the next review, and how would you know that it helped?"
FIRST_CONTACT = ("Outreach, front-desk and family support staff, you meet families first: where do families wait, get lost or give up, and what would "
                 "make the first weeks easier for them?")


@dataclass(frozen=True)
class Seen:
    """What a review shows, as its profile may see it: the county's course of the headline measure, of all measures, the children still in
    care, findings about the file, why the figure is not given (empty where it is), months, the row of the county's region (None: it has
    none), cycles read back, what people said (None: there is no journal), and the goals that were set."""

    course: pd.Series
    courses: pd.DataFrame
    waiting: pd.DataFrame
    findings: pd.DataFrame
    reasons: tuple[str, ...] = ()
    months: pd.DataFrame = field(default_factory=pd.DataFrame)
    region: pd.Series | None = None
    readings: Sequence[Reading] = ()
    said: Sequence[Heard] | None = None
    goals: Sequence[Heard] = ()


def questions(seen: Seen) -> tuple[str, ...]:
    """Three to six open questions, each to a role, the most pressing first. The same review gives the same questions."""
    found = [asked for rule in RULES for asked in rule(seen)]
    return tuple(found[:MOST - 1] + found[-1:] if len(found) > MOST else found)


def _not_given(seen: Seen) -> list[str]:
    if not seen.reasons:
        return []
    return ["The figure for these children is not given, because of the file. Whoever keeps the file: what has to be corrected first, and by when "
            "can it be?"]


def _gaps(seen: Seen) -> list[str]:
    rows = seen.findings.loc[seen.findings["finding"].isin(GAPS)]
    if rows.empty:
        return []
    months = sorted(set(rows["month"].dropna())) if "month" in rows else []
    which = f" ({joined([month_words(month) for month in months])})" if months else ""
    return [f"Some months in the file look incomplete{which}. Staff who enter or send the data: who can check them, and by when?"]


def _signal(seen: Seen) -> list[str]:
    row = seen.course
    if row["status"] != "shown" or not row["signal"] or row["entered"] < FEW:
        return []
    since = f" since {day_words(row['first_signal'])}" if pd.notna(row["first_signal"]) else ""
    words = than_usual(measure(row["measure"]), worse=row["signal"] == "worse")
    if row["signal"] == "better":
        return [f"There is a signal{since}: {words}. Families, carers and case workers: what was done differently, and is it safe to rely on?"]
    return [f"There is a signal{since}: {words}. Case workers, who manage each child's outcome, and supervisors: what are the children who are still here "
            "waiting for, a court date, a service, housing, a decision? Which of these can someone in this room change?"]


def _checks_due(seen: Seen) -> list[str]:
    return [f"A check of {each.label} was due on {day_words(each.due[0].day)}, and nothing is written down of it. {_roles(each)}: who looked, and "
            "what did they see?" for each in seen.readings if each.due][:1]


def _decisions(seen: Seen) -> list[str]:
    over = [each for each in seen.readings if each.decide and not each.due]
    return [f"The day of {each.label}'s prediction has come. {_roles(each)}: what did you learn, and do you adopt, adapt or abandon the change?"
            for each in over][:1]


def _roles(each: Reading) -> str:
    roles = joined([one_line(role) for role in each.cycle.roles if role.strip()])
    return roles[:1].upper() + roles[1:] if roles else "Those who try it"


def _counter(seen: Seen) -> list[str]:
    near = dict.fromkeys((*measure(seen.course["measure"]).counter_measures, *(each.cycle.counter_measure for each in seen.readings)))
    rows = seen.courses.loc[seen.courses["measure"].isin(near) & seen.courses["status"].eq("shown") & seen.courses["signal"].eq("worse")]
    names = sorted(rows["measure"], key=list(near).index)
    told = [f"Beside leaving care there is another signal: {than_usual(measure(name), worse=True)}. Supervisors and carers: are the two connected, and who "
            "will find out?" for name in names]
    return told[:1]


def _early(seen: Seen) -> bool:
    """Whether the chart of early exits is marked for the worse in one of its last six months."""
    rows = seen.months.loc[seen.months["series"].eq("three months")] if len(seen.months) else seen.months
    if rows.empty or rows["status"].ne("shown").any():
        return False
    return charted(rows, measure(seen.course["measure"])).points.tail(6)["kind"].eq("special_cause_concern").any()


def _engagement(seen: Seen) -> list[str]:
    """Families' first contact is at issue where fewer leave than usual, or fewer leave early."""
    early = _early(seen)
    fewer = seen.course["status"] == "shown" and (seen.course["signal"] == "worse" or verdict(seen.course) in ("fewer", "low"))
    return [("Fewer children than before leave within 3 months of entry. " if early else "") + FIRST_CONTACT] if early or fewer else []


def _needs(seen: Seen) -> list[str]:
    needs = [each for each in seen.said or () if each.kind == "need" and each.status in OPEN and not each.answer.strip()]
    if not needs:
        return []
    return [f"{plural(len(needs), 'need')} that partners named {'has' if len(needs) == 1 else 'have'} no answer yet. Leaders: who answers, and by when?"]


def _soon(seen: Seen) -> list[str]:
    near = soon(seen.waiting)
    if not near > 0:
        return []
    return [f"{children(near)} will reach 12 months in care within 3 months. Case workers, for each child: what would have to be true by then for a safe, "
            "lasting home?"]


def _goal(seen: Seen) -> list[str]:
    row = seen.course
    if row["status"] != "shown" or pd.isna(row.get("probability_of_target")) or row["probability_of_target"] >= LITTLE_CHANCE or few(row):
        return []
    goal = goal_words(measure(row["measure"]), row["target"])
    return [f"The chance of reaching the goal of {goal} is {chance_words(row['probability_of_target'])}. Leaders and courts: what slows children's way home "
            "that case workers cannot change by themselves?"]


def _goals_due(seen: Seen) -> list[str]:
    """Goals whose day has come, and on which nothing is decided."""
    day = seen.course.get("as_of")
    over = [each for each in seen.goals if each.status in OPEN and each.due and pd.notna(day) and pd.Timestamp(each.due) <= day]
    return [f"The day of {plural(len(over), 'goal')} has come. Those who set {'it' if len(over) == 1 else 'them'}, and the families it is about: what was "
            "reached, and what is the next goal?"] if over else []


def _region(seen: Seen) -> list[str]:
    row = seen.region
    if row is None or row["status"] != "shown" or not row["signal"] or ", " not in str(row.get("members", "")):
        return []
    return [f"The counties of {row['county']} together have a signal: {than_usual(measure(row['measure']), worse=row['signal'] == 'worse')}. Leaders of these "
            "counties: what do you see, and what can you learn from each other?"]


def _small(seen: Seen) -> list[str]:
    row = seen.course
    if row["status"] == "suppressed" or pd.isna(row["entered"]):
        return ["What is shown here is little, to protect privacy. Supervisors, who can see the internal review: what in it should be talked about with "
                "partners?"]
    if row["entered"] == 0:
        return ["No child who counts here entered care. Outreach and prevention staff: what helped families, and what would keep it so?"]
    if row["entered"] < FEW:
        return ["Few children entered care, so look at each child. Case workers and supervisors: what is the plan, and what is in its way?"]
    if row["status"] == "shown" and not row["minimum_detectable_change"] <= MOST_DETECTABLE and not row["signal"]:
        return ["There are too few children here for the numbers to tell a change by themselves. Supervisors: what do you see when you go through each "
                "child's plan?"]
    return []


def _pace(seen: Seen) -> list[str]:
    """What to ask where there is no signal: of the pace as it looks today."""
    row = seen.course
    if row["signal"] or not row["entered"] >= FEW:
        return []
    word = verdict(row)
    return {
        "usual": ["This period is running as usual. Leaders and case workers: is usual good enough for these children, and what would you try next?"],
        "low": [_LOW], "fewer": [_LOW], "high": [_HIGH], "more": [_HIGH],
    }.get(word, ["Case workers: what do you know about these children that the numbers can't show?"])


_LOW = "Somewhat fewer children have left than usual, perhaps by chance. Supervisors: what would tell you early whether it is more than that?"
_HIGH = "Somewhat more children have left than usual, perhaps by chance. Supervisors: what would tell you whether it will last?"


def _group_care(seen: Seen) -> list[str]:
    rows = seen.waiting.loc[seen.waiting["group"].eq("living: group home or institution")]
    if rows.empty or not rows["denominator"].iloc[0] >= FEW or not rows["numerator"].iloc[0] >= MANY * rows["denominator"].iloc[0]:
        return []
    row = rows.iloc[0]
    return [f"{row['numerator']:,.0f} of the {children(row['denominator'])} still in care live in a group home or institution. Case workers and family "
            "finders: which relatives or families has nobody asked yet?"]


def _no_reason(seen: Seen) -> list[str]:
    if not seen.findings["finding"].eq("exit without a reason").any():
        return []
    return ["Some exits have no reason in the file, so nobody knows where those children went. Case workers and data staff: who can add it?"]


def _tried(seen: Seen) -> list[str]:
    """Cycles that go on; where there is none, the first one."""
    going = [each for each in seen.readings if each.cycle.is_open and not each.decide]
    if going:
        return [f"{going[0].label.capitalize()} goes on. {_roles(going[0])}: is it done as planned, and what gets in the way?"]
    return [] if any(each.decide for each in seen.readings) else [f"No change is being tried that is written down here. {ONE_CHANGE}"]


def _lasting(seen: Seen) -> list[str]:
    if not seen.course["observed"] > 0:
        return []
    return ["Parents, carers and aftercare staff: are the children who went home staying home? Read re-entry and moves beside the pace of leaving."]


def _voices(seen: Seen) -> list[str]:
    roles = sorted({one_line(each.role) for each in seen.said or () if each.role.strip()})
    if not roles:
        return [VOICES]
    return [f"Here people have spoken as: {joined(roles[:4])}. Who has not been heard yet: children, parents, carers, courts, front-desk staff?"]


RULES = (_not_given, _gaps, _signal, _checks_due, _decisions, _counter, _engagement, _soon, _needs, _goals_due, _goal, _small, _region, _pace,
         _group_care, _no_reason, _tried, _lasting, _voices)
"""In order of what matters; the last always asks."""

OFFICIAL_QUESTIONS = (
    "Which of these figures does not fit what you see? What may the file have missed?",
    "Where a figure moved by more than its interval, what did people try at that time?",
    VOICES, ONE_CHANGE,
)
OVERVIEW_QUESTIONS = (
    "What do people in the counties with a signal see? How can others learn from them, or help?",
    "What changed for all counties at once: a law, money, courts, the way things are recorded?",
    "What could the state take out of the way of the children who are still waiting?",
    VOICES, ONE_CHANGE,
)
