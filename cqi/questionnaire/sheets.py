"""Answers typed in from paper: read from a CSV file, checked, and torn into slips."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from cqi.journal.slip import Slip
from cqi.questionnaire import ANONYMOUS, CONSENSUS, Item, Questionnaire
from cqi.questionnaire.scoring import ALL_TEAMS, round_order
from cqi.vocabulary import STEERING, CqiError, nearest

TEAM, ROUND = "team", "round"
RATED = ("number", "statement", "rating", "evidence")
TEAM_LONGEST, EVIDENCE_LONGEST, MOST_TOLD = 60, 1_000, 20

Row = tuple[int, dict[str, str]]


def columns(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The columns of the file to type answers into: one row a sheet; of a team's rating together, one row a statement."""
    if questionnaire.kind == CONSENSUS:
        return (TEAM, ROUND, *RATED)
    return (TEAM, ROUND, *(str(number) for number in range(1, len(questionnaire.items) + 1)))


def blank(questionnaire: Questionnaire) -> str:
    """The file to type answers into, as CSV: its columns, and for a team's rating its statements."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns(questionnaire))
    if questionnaire.kind == CONSENSUS:
        writer.writerows(["", "", number, item.text, "", ""] for number, item in enumerate(questionnaire.items, 1))
    return made.getvalue()


def read_sheets(path: Path, questionnaire: Questionnaire) -> list[Slip]:
    """The slips of a file with the columns of `columns`, in order of what they say.

    A column may bear an item's number or its name; an empty cell is an item left out; a row without an answer is passed over. CqiError names
    every problem with its row and column, never what stands there.
    """
    rows = _rows(path, questionnaire)
    wrong: list[str] = []
    made = list(_torn(rows, questionnaire, wrong) if questionnaire.kind == ANONYMOUS else _rated(rows, questionnaire, wrong))
    if wrong:
        more = [f"and {len(wrong) - MOST_TOLD} more problems"] if len(wrong) > MOST_TOLD else []
        raise CqiError("\n".join(f"{path.name}: {problem}." for problem in [*wrong[:MOST_TOLD], *more]))
    if not made:
        raise CqiError(f"{path.name}: it holds no answers yet; type one row for each {'sheet' if questionnaire.kind == ANONYMOUS else 'statement'}.")
    return sorted(made, key=lambda slip: slip.content)


def _rows(path: Path, questionnaire: Questionnaire) -> list[Row]:
    """Rows with an answer, by their number in the file, under the names of `columns`. Raises CqiError for columns that are missing or too many."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CqiError(f"{path.name}: it is not written as UTF-8; save it again as “CSV UTF-8”.") from None
    first = text.partition("\n")[0]
    table = list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count)))
    heads = _heads(path, [head.strip() for head in table[0]] if table else [], questionnaire)
    named = [(number, dict(zip(heads, (cell.strip() for cell in cells)))) for number, cells in enumerate(table[1:], 2)]
    long = [number for number, cells in enumerate(table[1:], 2) if any(cell.strip() for cell in cells[len(heads):])]
    if long:
        raise CqiError(f"{path.name}: row {long[0]} has more cells than there are columns; a comma inside a text needs quotes around the text.")
    return [(number, row) for number, row in named if any(row.values())]


def _heads(path: Path, heads: list[str], questionnaire: Questionnaire) -> list[str]:
    """The file's columns under the names of `columns`."""
    wanted = columns(questionnaire)
    by_name = {item.name: str(number) for number, item in enumerate(questionnaire.items, 1)} if questionnaire.kind == ANONYMOUS else {}
    found = [by_name.get(head, head.lower()) for head in heads]
    wrong = [f"there is no column {head!r}; leave it out: a sheet holds no names, no dates and nothing else than its answers"
             + "".join(f" (did you mean {near!r}?)" for near in nearest(head, wanted, most=1)) for head in found if head not in wanted]
    wrong += [f"column {head!r} is missing" for head in wanted if head not in found and head != "statement"]
    wrong += [f"column {head!r} is there twice" for head in wanted if found.count(head) > 1]
    if wrong:
        raise CqiError("\n".join(f"{path.name}: {problem}." for problem in wrong[:MOST_TOLD]))
    return found


def _torn(rows: list[Row], questionnaire: Questionnaire, wrong: list[str]) -> Iterator[Slip]:
    """A slip for each sheet and area, also where it answers nothing there."""
    for number, row in rows:
        team, label = _where(number, row, wrong)
        if not any(row.get(name) for name in columns(questionnaire)[2:]):
            wrong.append(f"row {number} answers nothing; remove it")
        for area in questionnaire.areas:
            answers = {item.name: _answer(number, str(questionnaire.number(item.name)), row, questionnaire, wrong) for item in questionnaire.items_of(area.name)}
            yield Slip(questionnaire.name, label, team, area.name, answers)


def _rated(rows: list[Row], questionnaire: Questionnaire, wrong: list[str]) -> Iterator[Slip]:
    """A slip for each team, round and area."""
    sheets: dict[tuple[str, str], dict[str, tuple[int | None, str]]] = {}
    for number, row in rows:
        if not (row.get("rating") or row.get("evidence") or row.get(TEAM) or row.get(ROUND)):
            continue
        where, item = _where(number, row, wrong), _item(number, row, questionnaire, wrong)
        if item is None:
            continue
        rated = sheets.setdefault(where, {})
        if item.name in rated:
            wrong.append(f"row {number}: statement {row['number']} is rated twice")
        rated[item.name] = (_answer(number, "rating", row, questionnaire, wrong), _evidence(number, row, wrong))
    for (team, label), rated in sheets.items():
        for area in questionnaire.areas:
            items = [item.name for item in questionnaire.items_of(area.name)]
            yield Slip(questionnaire.name, label, team, area.name, {name: rated[name][0] if name in rated else None for name in items},
                       {name: rated[name][1] for name in items if name in rated and rated[name][1]})


def _where(number: int, row: dict[str, str], wrong: list[str]) -> tuple[str, str]:
    """Team and round of a row, the team's spaces made single."""
    team, label = " ".join(row.get(TEAM, "").split()), row.get(ROUND, "").upper()
    if not team or len(team) > TEAM_LONGEST or STEERING.search(team):
        wrong.append(f"row {number}, column team: write the team's name, in at most {TEAM_LONGEST} letters")
    if team.casefold() == ALL_TEAMS.casefold():
        wrong.append(f"row {number}, column team: {ALL_TEAMS!r} is the name for all of them together; give the team's own")
    try:
        round_order(label)
    except CqiError as error:
        wrong.append(f"row {number}, column round: {str(error)[:1].lower()}{str(error)[1:-1]}")
    return team, label


def _answer(number: int, column: str, row: dict[str, str], questionnaire: Questionnaire, wrong: list[str]) -> int | None:
    typed = row.get(column, "")
    if not typed:
        return None
    if typed in map(str, range(questionnaire.lowest, questionnaire.highest + 1)):
        return int(typed)
    wrong.append(f"row {number}, column {column}: the answer is no whole number from {questionnaire.lowest} to {questionnaire.highest}; "
                 "type what the sheet says, or leave the cell empty")
    return None


def _item(number: int, row: dict[str, str], questionnaire: Questionnaire, wrong: list[str]) -> Item | None:
    typed = row.get("number", "")
    found = {str(place): item for place, item in enumerate(questionnaire.items, 1)}.get(typed)
    if found is None:
        wrong.append(f"row {number}, column number: there are statements 1 to {len(questionnaire.items)}")
    elif row.get("statement") and row["statement"] != found.text:
        wrong.append(f"row {number}, column statement: it is not the words of statement {typed}; do the numbers still stand beside their statements?")
    return found


def _evidence(number: int, row: dict[str, str], wrong: list[str]) -> str:
    words = row.get("evidence", "")
    if len(words) > EVIDENCE_LONGEST or STEERING.search(words):
        wrong.append(f"row {number}, column evidence: write plain words, at most {EVIDENCE_LONGEST:,} letters")
    if row.get("rating") and not words:
        wrong.append(f"row {number}, column evidence: say what the rating rests on, such as what was looked at and when")
    return words


def sheet_counts(slips: Iterable[Slip], questionnaire: Questionnaire) -> dict[tuple[str, str], int]:
    """How many sheets there are by round and team."""
    counts: dict[tuple[str, str], int] = {}
    for slip in slips:
        if slip.area == questionnaire.areas[0].name:
            counts[slip.round, slip.team] = counts.get((slip.round, slip.team), 0) + 1
    return dict(sorted(counts.items(), key=lambda each: (round_order(each[0][0]), each[0][1])))
