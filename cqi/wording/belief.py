"""What the analyses of a belief say, in sentences and tables. Nothing here is "proved"."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files

import pandas as pd

from cqi.belief import Decision, Hazards, Noticed, Registered, Waiting
from cqi.belief.deciding import AGAINST, CANNOT_TELL, SUPPORTS
from cqi.blocks import Cell, Table, Text
from cqi.wording.numbers import children, day_words, plural, share

NEVER_PROVED = "This does not show a cause: nobody drew lots for who waited. What these data do not hold may still stand behind it."


def points(value: float) -> str:
    """`1 percentage point`, `5.3 percentage points`; without a sign."""
    number = f"{abs(value) * 100:.1f}".removesuffix(".0")
    return f"{number} percentage point{'' if number == '1' else 's'}"


def signed(value: float) -> str:
    """`+2.1`, `-0.3`, `0.0`: percentage points for a table."""
    number = f"{value * 100:+.1f}"
    return "0.0" if number in ("+0.0", "-0.0") else number


def fewer_or_more(difference: float) -> str:
    """`5.3 percentage points fewer`, `0.4 percentage points more`, `no difference`."""
    return "no difference" if round(difference, 3) == 0 else f"{points(difference)} {'fewer' if difference < 0 else 'more'}"


def registered_text(registered: Registered) -> Text:
    """The belief, what would change one's mind, the day, and the first letters of its digest."""
    belief = registered.belief
    return Text((
        f'"{belief.statement}"',
        f"Exposure: {belief.exposure}. Event: {belief.event}. Compared: those still together at month {belief.at}, and what happens within {belief.horizon} "
        "months from there.",
        f"What would change my mind: a difference smaller than {points(belief.points)} (believed: {belief.direction} among those who {belief.exposed}).",
        f"Registered on {day_words(registered.on)}, before looking. Seal: {registered.digest[:12]}. Change one word, and the seal changes."), "note")


def naive_table(found: pd.DataFrame, registered: Registered) -> Table:
    """Counts and shares so far by what happened later."""
    return Table("Break-ups so far, by what happened later", ("Group", "Placements", "Broke up so far", "Share", "95% interval"),
                 tuple(_naive_row(row, registered) for row in found.itertuples(index=False) if row.group != "difference"))


def naive_finding(found: pd.DataFrame, registered: Registered) -> str:
    """The sentence that the naive chart invites."""
    rows = found.set_index("group")
    one, other = rows.loc["exposed"], rows.loc["unexposed"]
    return (f"Of {one.children:,.0f} placements that {registered.belief.exposed}, {one.events:,.0f} broke up ({share(one['share'])}). Of the other "
            f"{other.children:,.0f}, {other.events:,.0f} did ({share(other['share'])}): {fewer_or_more(rows.loc['difference', 'share'])} among those who waited.")


def landmark_table(found: pd.DataFrame, registered: Registered) -> Table:
    """Each landmark: who is intact, both groups with their risk, and the difference."""
    belief = registered.belief
    columns = ("Still together at", "Placements", f"{belief.exposed.capitalize()}: risk", f"{belief.unexposed.capitalize()}: risk", "Difference in points (95% interval)")
    return Table(f"Risk that the family breaks up within {belief.horizon} months from the landmark, other ends competing", columns,
                 tuple(_landmark_row(row) for row in found.to_dict("records")),
                 notes=("A landmark compares only families that are still together on that day, by what had happened by then.",))


def landmark_finding(row: pd.Series, registered: Registered) -> str:
    """The registered comparison in a sentence."""
    belief = registered.belief
    if row["status"] != "shown":
        return f"At month {belief.at}: {row['status']}."
    return (f"Of {row['intact']:,.0f} families still together at month {belief.at}, {row['exposed_children']:,.0f} {belief.exposed} and "
            f"{row['unexposed_children']:,.0f} had {belief.unexposed}. Within {belief.horizon} months from there {share(row['exposed_share'])} and "
            f"{share(row['unexposed_share'])} broke up: {fewer_or_more(row['difference'])} among those who waited (likely between {signed(row['difference_lower'])} "
            f"and {signed(row['difference_upper'])} points).")


def hazards_text(found: Hazards, registered: Registered, *, other_side: Hazards | None = None) -> Text:
    """The hazard ratio in words, and the same question from the other side."""
    belief = registered.belief
    told = [f"On the same day since the start, like with like: {_times(found, f'those who {belief.exposed}', f'those who {belief.unexposed}')}"]
    if other_side is not None:
        told.append(f"The other side, counted from the day of an early finalization on: {_times(other_side, 'those finalized early', 'those not finalized early')}")
    told.append("1 means no difference. This is about the pace of breaking up among those still together, so it can be far from 1 and still mean few families.")
    return Text(tuple(told))


def missed_table(found: pd.DataFrame) -> Table:
    """What the comparison would say if so many breaks after finalization went unseen."""
    rows = tuple((Cell(share(row.missed)), Cell(share(row.exposed_share)), Cell(share(row.unexposed_share)),
                  Cell(f"{signed(row.difference)} ({signed(row.lower)} to {signed(row.upper)})")) for row in found.itertuples(index=False))
    return Table("If some breaks after finalization are never seen", ("Unseen", "Waited: risk", "Finalized earlier: risk", "Difference in points (95% interval)"), rows,
                 notes=("A child adopted under a new name or number, or in another state, may come back into care without anybody seeing that it is the same child.",
                        "Everybody, not like with like."))


def competing_table(found: pd.DataFrame, registered: Registered) -> Table:
    """The risk with other ends competing, and as if nobody could end otherwise."""
    names = {"exposed": registered.belief.exposed, "unexposed": registered.belief.unexposed}
    rows = tuple((Cell(names[row.group].capitalize()), Cell(f"{row.children:,.0f}"), Cell(f"{row.ended_otherwise:,.0f}"), Cell(f"{row.share:.1%}"),
                  Cell(f"{row.kaplan_meier:.1%}")) for row in found.itertuples(index=False))
    return Table("Two ways to count the same families", ("Group", "Placements", "Ended otherwise", "Share that broke up", "As if nobody ended otherwise"), rows)


def noticed_text(found: Noticed) -> Text:
    """How small a difference these data could notice."""
    if math.isnan(found.difference):
        return Text(("One of the groups has nobody who was followed long enough, so no difference could be noticed.",), "note")
    return Text((f"With {found.exposed:,} and {found.unexposed:,} placements and {share(found.share)} breaking up, four times in five these data would notice a true "
                 f"difference of {points(found.difference)}. A smaller one would mostly look like none.",), "note")


def waiting_text(found: Waiting, months: int) -> Text:
    """What the waiting took, without judgement."""
    if not found.children:
        return Text((f"No child waited longer than {months} months.",))
    return Text((
        f"{children(found.children)} {'was' if found.children == 1 else 'were'} not yet adopted at month {months}. From there they waited {found.days:,} days together, "
        f"{found.days / found.children:,.0f} days each on average.",
        f"By the last day {found.finalized:,} of them were adopted, {found.broke_up:,} families had broken up before adoption, {found.ended_otherwise:,} "
        f"{'story' if found.ended_otherwise == 1 else 'stories'} had ended otherwise, and {found.still_waiting:,} were still waiting.",
        "A day of waiting may be a day of help for the family. It may also be a day without a family in law, with visits, reviews and costs. Ask which."))


def decision_text(found: Decision, registered: Registered) -> Text:
    """What the findings say to the belief, held against the number named before looking."""
    named, month = points(registered.belief.points), registered.belief.at
    if found.status != "shown":
        return Text((f"These data cannot tell: at month {month}, {found.status}.", NEVER_PROVED), "answer")
    seen = f"The difference in the direction believed is {signed(found.gain)} points, likely between {signed(found.lower)} and {signed(found.upper)}. You named {named}."
    told = {SUPPORTS: f"These data support the belief: the whole range is {named} or more.",
            AGAINST: f"These data speak against the belief: the whole range falls short of {named}.",
            CANNOT_TELL: f"These data cannot tell: {named} lies inside the range of what may be true."}
    return Text((told[found.verdict], seen, NEVER_PROVED), "answer")


@cache
def evidence() -> dict:
    """What published research says on waiting: `study` (a list), `verdict`, `reviewed`; `definitions/evidence.toml`."""
    return tomllib.loads((files("cqi") / "definitions" / "evidence.toml").read_text(encoding="utf-8"))


def evidence_table() -> Table:
    """Each study: what it found, what it does not say, how it reads, and where it was published."""
    found = evidence()
    rows = tuple(tuple(map(Cell, (study["who"], f"{study['says']} ({study['where']})", study["but"], study["reads"], study["citation"]))) for study in found["study"])
    return Table("What research says, and what it does not", ("Who", "Found", "What it cannot say", "Reads for or against waiting", "Published"), rows, numeric=False,
                 notes=(found["verdict"], f"Read on {day_words(found['reviewed'])}. Disruption: a break before finalization. Dissolution: a break after it."))


def _naive_row(row, registered: Registered) -> tuple[Cell, ...]:
    name = registered.belief.exposed if row.group == "exposed" else f"all others ({registered.belief.unexposed}, or ended before)"
    return (Cell(name.capitalize()), Cell(f"{row.children:,.0f}"), Cell(f"{row.events:,.0f}"), Cell(share(row.share)), Cell(f"{share(row.lower)} to {share(row.upper)}"))


def _landmark_row(row: dict) -> tuple[Cell, ...]:
    sides = [f"{share(row[f'{side}_share'])} ({row[f'{side}_events']:,} of {row[f'{side}_children']:,} so far)" if row["status"] == "shown" else
             f"{row[f'{side}_children']:,} placements" for side in ("exposed", "unexposed")]
    difference = f"{signed(row['difference'])} ({signed(row['difference_lower'])} to {signed(row['difference_upper'])})" if row["status"] == "shown" else row["status"]
    return tuple(map(Cell, (f"month {row['at']}", f"{row['intact']:,}", *sides, difference)))


def _times(found: Hazards, one: str, other: str) -> str:
    counted = f"({plural(found.exposed_events, 'family', 'families')} in {found.exposed_years:,.0f} years, against {found.unexposed_events:,} in {found.unexposed_years:,.0f})."
    if found.status != "shown":
        return f"no ratio can be worked out for {one}: breaks came in one group only, or in none {counted}"
    return f"{one} broke up at {found.ratio:.2f} times the pace of {other}, likely between {found.lower:.2f} and {found.upper:.2f} times {counted}"
