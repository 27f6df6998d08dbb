"""What do we value, and what do we measure? The values map in sentences and as a table."""

from __future__ import annotations

from cqi.blocks import Cell, Table
from cqi.registry import Measure
from cqi.wording.numbers import joined, plural

NO_MEASURE = "no measure yet"
MAP_NOTES = ("Filled circle: a measure of outcome, which says whether children and families are better off. Hollow square: a count of "
             "compliance, which says whether a task was "
             "done. Dashed: no measure yet.",
             "A value without a measure is no less a value. It is one that nobody will see slipping.")
STANDINGS = {"outcome": "has an outcome measure", "compliance": "has only a compliance count", "none": "has no measure yet"}


def map_finding(standings: list[str], reviewed: list[Measure]) -> str:
    """How many values have what, and the balance of what is reviewed. `standings`: one of STANDINGS a value."""
    told = [f"{standings.count(name)} {words if standings.count(name) == 1 else words.replace('has', 'have', 1)}" for name,
        words in STANDINGS.items() if name in standings]
    return f"Of {plural(len(standings), 'value')} that you hold, {joined(told)}. {balance(reviewed)}"


def balance(reviewed: list[Measure]) -> str:
    """How many of the measures reviewed are of outcome, and how many of compliance."""
    outcome = sum(each.type == "outcome" for each in reviewed)
    return (f"The agency reviews {plural(len(reviewed), 'measure')}: {outcome} ask whether children are better off, {len(reviewed) - outcome} whether a task was done.")


def only_counted(reviewed: list[Measure]) -> list[str]:
    """A sentence for each task that is counted, with the outcome beside it that its value has, if any."""
    found = []
    for each in (measure for measure in reviewed if measure.type != "outcome"):
        beside = [other.title for other in reviewed if other.type == "outcome" and other.value == each.value]
        ending = f"Beside it stand {joined(beside)}." if beside else "Nothing beside it says whether it helps."
        found.append(f"{each.title} is counted as done or not done. It is meant for: {each.value[0].lower()}{each.value[1:]}. {ending}")
    return found


def suggestion(value: str, titles: list[str], *, more: bool) -> str:
    """Which measures a value without one could get; `more` where they are defined but stand on no review."""
    if not titles:
        return f"“{value}”: no outcome measure of the workbook speaks of it. What would you see if it were so? That is where a measure begins."
    where = "The workbook defines, but the reviews do not show" if more else "These measures may speak of it, you decide"
    return f"“{value}”: {where}: {joined(titles)}."


def map_table(rows: list[tuple[str, list[Measure]]], caption: str) -> Table:
    """One row a value: its outcome measures, its compliance counts, and how it stands."""
    lines = tuple((Cell(value), _titles(measures, outcome=True), _titles(measures, outcome=False),
        Cell(STANDINGS[standing(measures)])) for value, measures in rows)
    return Table(caption, ("Value", "Outcome measures", "Compliance counts", "Standing"), lines, numeric=False)


def standing(measures: list[Measure]) -> str:
    """`outcome` where a measure of it is one, `compliance` where tasks are counted only, else `none`."""
    kinds = {each.type for each in measures}
    return "none" if not kinds else "outcome" if "outcome" in kinds else "compliance"


def _titles(measures: list[Measure], *, outcome: bool) -> Cell:
    return Cell("\n".join(each.title for each in measures if (each.type == "outcome") == outcome) or "none")
