"""What changed since the last run, in words: what happened since, what was entered late, what is counted in another way, and signals."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks import Block, Cell, Details, Table, Text
from cqi.cohorts import cohort
from cqi.registry import Measure, measure
from cqi.vocabulary import CqiError
from cqi.wording.numbers import children, day_words, joined, plural

FIRST = "No earlier run is known here, so there is nothing to compare with. The next run will say what has changed."
APART = "To tell them apart, keep each extract and name the last one with --since."
MAY_BE = "They were entered late or corrected, or what happened since changes how they count."
MOST_ROWS = 40
NET = "A child who was added and one who was taken away cancel out here."
SIGNAL = {
    "new": "A signal is new: {which}.", "late": "A signal is new: {which}. By today's data it would have come before the last run.",
    "persists": "The signal of the last run is still there: {which}.", "ended": "The signal of the last run has ended.",
    "untold": "The last run had a signal. Whether it is still there cannot be said now.",
    "first told": "There is a signal: {which}. The last run could not say whether there was one.",
    "none": "There is no signal now, and none in the last run.", "none now": "There is no signal now. The last run could not say whether there was one.",
    "not told": "Whether there is a signal cannot be said here.",
}
OTHERS = {"new": "new", "late": "new", "persists": "still there", "ended": "ended", "untold": "not told now", "first told": "told for the first time"}


def news(found, county: str, headline: Measure) -> tuple[Block, ...]:
    """What changed on a county's page: what happened, what was corrected or is counted otherwise, and signals, a sentence each; where all may be
    seen, the numbers folded. `found` as from `cqi.news.shown_news`."""
    facts = found.facts
    if not facts["last"]:
        return (Text((FIRST,), "note"),)
    day = day_words(date.fromisoformat(facts["last"]))
    if not facts["in_last"] or facts["new"]:
        what = f"It did not have {county}" if facts["new"] else "This period was not in it"
        return (Text((f"The last run was of {day}. {what}, so there is nothing to compare with yet.",), "note"),)
    own = found.counts.loc[found.counts["measure"] == headline.name]
    told = _given(found, own, headline, day) if facts["released"] else _counted(found, own, headline, day)
    return (Text((*told, _signals(found.signals, headline))), *(() if facts["released"] else _numbers(found, day)))


# ---- what happened, and what was corrected -------------------------------------------------------------------------------

def _counted(found, own: pd.DataFrame, headline: Measure, day: str) -> tuple[str, ...]:
    """With figures, for those who may see them."""
    if own.empty or own[["numerator_then", "numerator_again", "numerator_now"]].isna().any(axis=None):
        return (f"The last run was of {day}. What changed in the count of those who {headline.words['counted']} cannot be said, because one of the two runs has no figure.",)
    row = own.iloc[0]
    since = f"Since the last run, of {day}: {_step(row['numerator_now'] - row['numerator_again'], headline.words['counted'])}"
    entered = row["denominator_now"] - row["denominator_again"]
    return (f"{since}{f', and {children(entered)} entered' if entered > 0 else ''}.", _corrected(found.facts, row, headline, day))


def _step(number: float, counted: str) -> str:
    """`5 further children left to a permanent home`."""
    size = abs(int(number))
    return f"{size:,} {'fewer' if number < 0 else 'further'} {'child' if size == 1 else 'children'} {counted}" if size else f"no further child {counted}"


def _corrected(facts: dict, row: pd.Series, headline: Measure, day: str) -> str:
    """What this extract says otherwise of the days up to the last run, and whether the rule can be the reason."""
    why = _otherwise(facts, headline.name)
    same = row["numerator_then"] == row["numerator_again"] and row["denominator_then"] == row["denominator_again"]
    if same and not why:
        return f"Nothing counted up to {day} reads differently now."
    if same and not facts["apart"]:
        return (f"Up to {day} the last run counted {_of(row, 'then')}, and today's data give {_of(row, 'again')} too. But {why}: what was entered late and what is "
                f"counted otherwise may cancel out. {APART}")
    if why and facts["apart"]:
        return (f"Up to {day} the last run counted {_of(row, 'then')}; counted as today it is {_of(row, 'kept')}, because {why}; "
                f"with what was entered late or corrected since it is {_of(row, 'again')}.")
    told = f"Up to {day} the last run counted {_of(row, 'then')}; today's data say {_of(row, 'again')}."
    return f"{told} This can be data entered late, or that {why}. {APART}" if why else f"{told} These were entered late or corrected."


def _of(row: pd.Series, when: str) -> str:
    return f"{row[f'numerator_{when}']:,.0f} of {row[f'denominator_{when}']:,.0f}"


def _otherwise(facts: dict, name: str) -> str:
    """Why the same data may give other numbers than in the last run; empty where nothing is otherwise."""
    reasons = [*(["the rule for this measure changed"] if name in facts["changed"] else []), *(["the way the files are read changed"] if facts["source"] else []),
               *([f"the program changed from {facts['program'][0] or 'an unknown version'} to {facts['program'][1]}"] if facts["program"] else [])]
    return joined(reasons)


def _given(found, own: pd.DataFrame, headline: Measure, day: str) -> tuple[str, ...]:
    """Without figures, about numbers only that both releases show: a reader of both can see as much."""
    facts, counted = found.facts, headline.words["counted"]
    row = own.iloc[0] if len(own) and own["numerator_now"].notna().all() else None
    grown = (f"The last run was of {day}. What changed since in the count of those who {counted} cannot be told from what both runs show." if row is None else
             f"Since the last run, of {day}, further children {counted}." if row["numerator_now"] > row["numerator_again"] else
             f"Since the last run, of {day}, no further child {counted}.")
    titles = [title_of(name) for name in dict.fromkeys(found.restated["measure"])]
    why = joined([f"how these are counted changed: {joined([title_of(each) for each in facts['changed']])}"] * bool(facts["changed"])
                 + ["the way the files are read changed"] * facts["source"] + ["the program changed"] * bool(facts["program"]))
    corrected = (f"Some numbers up to {day} that the last run gave read differently now ({joined(titles)})." if titles else
                 f"Of the numbers up to {day} that both runs show, none reads differently now.")
    return grown, corrected + (f" {MAY_BE}" if titles else "") + (f" Since then {why}." if why else "")


# ---- signals ---------------------------------------------------------------------------------------------------------------

def _signals(rows: pd.DataFrame, headline: Measure) -> str:
    every = rows.to_dict("records")
    row = next((each for each in every if each["measure"] == headline.name), {"what": "not told", "now": ""})
    others = [(each["measure"], each["what"]) for each in every if each["measure"] != headline.name]
    first = SIGNAL[row["what"]].format(which=which_words(row) if row["now"] else "")
    told = [f"{title_of(name)} ({OTHERS[what]})" for name, what in others if what in OTHERS]
    return f"{first} Signals of other measures: {', '.join(told)}." if told else first


def which_words(row: pd.Series | dict) -> str:
    """`worse than usual, since 31 July 2026`."""
    return f"{row['now']} than usual, since {day_words(date.fromisoformat(row['first']))}"


def is_share(name: str) -> bool:
    """Whether the measure is a share of children, so that its count is of those in its denominator."""
    try:
        return measure(name).per == 1
    except CqiError:
        return True


def title_of(name: str) -> str:
    """The title of a measure, also of one that is no more."""
    try:
        return measure(name).title
    except CqiError:
        return "a measure that is no longer counted"


# ---- numbers, folded ----------------------------------------------------------------------------------------------------------

def _numbers(found, day: str) -> tuple[Block, ...]:
    columns = {"then": f"Up to {day}, by the last run", **({"kept": "The same data, counted as today"} if found.facts["apart"] else {}),
               "again": "The same day, by today's data", "now": "Now"}
    rows = tuple((Cell(title_of(row["measure"])), *(_cell(row, when) for when in columns)) for row in found.counts.to_dict("records"))
    notes = (f"{'Between the second and third column' if found.facts['apart'] else 'Between the first two columns'} lies what was entered late or corrected; "
             f"before the last, what happened since. {NET}", *_changed_notes(found.facts))
    tables = [Table("Counts of this period, measure by measure", ("Measure", *columns.values()), rows, notes=notes)] if rows else []
    tables += [_restated(found.restated, found.facts)] if len(found.restated) else []
    return (Details("The numbers behind this: the last run and this one", tuple(tables)),) if tables else ()


def _changed_notes(facts: dict) -> tuple[str, ...]:
    titles = [title_of(name) for name in facts["changed"]]
    return (f"The rule changed for: {joined(titles)}.",) if titles else ()


def _cell(row: dict, when: str) -> Cell:
    if pd.isna(row[f"numerator_{when}"]):
        return Cell("no figure", "unobserved")
    if row[f"denominator_{when}"] == 0 and not is_share(row["measure"]):
        return Cell("no figure")  # a rate among nobody: the files do not say how many children live there
    among = "" if pd.isna(row[f"denominator_{when}"]) else f" {'of' if is_share(row['measure']) else 'in'} {row[f'denominator_{when}']:,.0f}"
    return Cell(f"{row[f'numerator_{when}']:,.0f}{among}")


def _restated(rows: pd.DataFrame, facts: dict) -> Table:
    shown = tuple((Cell(_about(row)), _cell(row, "then"), _cell(row, "now"), Cell(_why(row, facts))) for row in rows.head(MOST_ROWS).to_dict("records"))
    left = len(rows) - len(shown)
    return Table("Numbers of earlier months and periods that read differently now", ("What", "Last run", "Now", "Why"), shown,
                 notes=(f"And {plural(left, 'more number', 'more numbers')}, in the tables of both runs.",) if left else ())


def _why(row: dict, facts: dict) -> str:
    """What makes an earlier number read differently."""
    if not is_corrected(row):
        return "What happened since changes how it counts"
    return f"Entered late{', corrected, or counted otherwise' if _otherwise(facts, row['measure']) else ' or corrected'}"


def is_corrected(row: pd.Series | dict) -> bool:
    """Whether this extract had another count by the last as-of date than the last run gave."""
    return any(row[f"{name}_again"] != row[f"{name}_then"] for name in ("numerator", "denominator") if pd.notna(row[f"{name}_then"]))


def _about(row: dict) -> str:
    when = f"Left by {day_words(date.fromisoformat(row['day']))}" if row["day"] else cohort(row["cohort"]).words
    return f"{title_of(row['measure'])}\n{when}"
