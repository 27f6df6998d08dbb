"""How teams answered, beside what happened to children at the same time: for the agency's own staff, to be read together.

Both are shown elsewhere on internal pages already, all teams and all counties as one, so that side by side they tell of nobody more. A
profile that hides small counts of children does not get this figure: its quarters could be taken from half-years that were given out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from cqi.blocks import Block, Cell, Figure, Table, Text
from cqi.charts.questionnaire import beside_spec
from cqi.cohorts import cohort
from cqi.journal.slip import Slip
from cqi.questionnaire import Questionnaire
from cqi.questionnaire.scoring import ALL_TEAMS, MOST_ROUNDS, Score, score_form, score_text, scores
from cqi.wording.displays import HIDDEN
from cqi.wording.numbers import children, day_words, share
from cqi.wording.questionnaire import round_words

QUESTION = "How did teams answer, and what happened to children at the same time?"
CHILDREN = "Children: home or in another permanent family within 12 months"
WHOSE = ("Children stand at the time when their 12 months ended: they came into care one year before. Teams are all teams that are shown, "
         "together.")
NO_CAUSE = ("Read these side by side, and talk. Nothing is computed from both: a few rounds cannot tell whether one moves with the "
            "other, nor why. Much else changes at the same time.")
NEXT_ROUND = "From the second round on that is shown, the answers stand here beside what happened to children at the same time."
UNKNOWN = "no figure"


def beside(slips: Iterable[Slip], asked: Questionnaire, outcomes: pd.DataFrame, *, threshold: int, as_of: date) -> tuple[Block, ...]:
    """Small charts below each other, a column a round: the outcome at that time, then the answers of all teams that are shown.

    Nothing without answers, and a sentence where fewer than two rounds are shown. `outcomes` as from `cqi.tables.beside_answers`."""
    found = [score for score in scores(slips, asked, threshold=threshold) if score.team == ALL_TEAMS]
    rounds = list(dict.fromkeys(score.round for score in found))[-MOST_ROUNDS:]
    if len({score.round for score in found if score.status == "shown"} & set(rounds)) < 2:
        return (Text((NEXT_ROUND,), "note"),) if found else ()
    held = outcomes.set_index("cohort")
    then = {label: held.loc[_entered(label)] if _entered(label) in held.index else None for label in rounds}
    found = [score for score in found if score.round in rounds]
    rows = pd.DataFrame([_drawn(label, row) for label, row in then.items()])
    finding = " ".join([*(f"{round_words(label)}: {_told(label, row, as_of)}." for label, row in then.items()), WHOSE])
    return (Figure(QUESTION, finding, beside_spec(found, asked, rows, CHILDREN), _table(found, asked, then, as_of),
                   (NO_CAUSE, f"Dot: figure of the round. Line: its 95% interval. {HIDDEN.text}: hidden to protect privacy.")),)


def _entered(label: str) -> str:
    """The cohort whose 12 months ended in the round: it entered a year before."""
    period = cohort(label)
    return period.back(12 // period.months).label


def _known(row: pd.Series | None) -> bool:
    return row is not None and pd.notna(row["value"])


def _told(label: str, row: pd.Series | None, as_of: date) -> str:
    if not _known(row):
        return _why_none(label, row, as_of)
    return (f"{row['numerator']:,.0f} of {children(row['denominator'])} had left to a permanent home within 12 months "
            f"({share(row['value'])}, likely {share(row['lower'])} to {share(row['upper'])})")


def _why_none(label: str, row: pd.Series | None, as_of: date) -> str:
    """Why there is no figure of children at that time."""
    if cohort(label).end > as_of:
        return f"what happened to children is not known before {day_words(cohort(label).end)}"
    poor, none = "the data are not good enough for a figure of children", "the file tells no figure of children for that time"
    return none if row is None else poor


def _drawn(label: str, row: pd.Series | None) -> dict:
    if not _known(row):
        return {"period": label, "value": None, "lower": None, "upper": None, "words": UNKNOWN}
    numbers = {name: round(100 * float(row[name]), 1) for name in ("value", "lower", "upper")}
    return {"period": label, **numbers, "words": share(row["value"])}


def _table(found: list[Score], asked: Questionnaire, then: dict[str, pd.Series | None], as_of: date) -> Table:
    """The chart's numbers: children first, then each area, by round."""
    rows = [(Cell(f"Children, {label}"), *_of_children(label, row, as_of)) for label, row in then.items()]
    for area in asked.areas:
        rows += [(Cell(f"{area.title}, {score.round}"), *_of_teams(score)) for score in found if score.area == area.name]
    return Table("Answers of teams, and children at the same time", ("What, and when", "Figure (95% interval)", "Counted"), tuple(rows),
                 notes=(f"{CHILDREN}.",))


def _of_children(label: str, row: pd.Series | None, as_of: date) -> tuple[Cell, Cell]:
    if not _known(row):
        return Cell(_why_none(label, row, as_of)), Cell("")
    figure = f"{share(row['value'])} ({share(row['lower'])} to {share(row['upper'])})"
    return Cell(figure), Cell(f"{row['numerator']:,.0f} of {children(row['denominator'])}")


def _of_teams(score: Score) -> tuple[Cell, Cell]:
    if score.mean is None:
        return HIDDEN, HIDDEN
    form = score_form(score)
    return Cell(f"{score_text(score)} ({score.lower:{form}} to {score.upper:{form}})"), Cell(f"{score.answered} answers")
