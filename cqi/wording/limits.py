"""What the file could not say, and how each number was made."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks import Block, Details, Section, Table, Text
from cqi.blocks import Cell
from cqi.registry import Measure
from cqi.vocabulary import HIDDEN_MARK, WHOLE
from cqi.wording.numbers import day_words, month_words, plural, share

WORDS = {
    "exit without a reason": "exits have no reason in the file; those children are left out of the permanency figure",
    "no birth date": "stays have no birth date, so ages can't be checked",
    "entry not in the file": "stays began before the file does; they do not count as entries",
}


def could_not_say(findings: pd.DataFrame, facts: dict, account: pd.DataFrame, *, counts: bool) -> tuple[str, ...]:
    """Sentences on the county's findings, rows set aside, and how the file was read.

    Without `counts` the findings are told in words: their counts are not looked over for what they give away.
    """
    sentences = [_finding(row, counts) for row in findings.to_dict("records") if row["finding"] != "row set aside"]
    aside, read = account["quarantined"].sum(), account["rows_read"].sum()
    sentences.append(f"Of {plural(read, 'row')} in all files, {aside:,.0f} could not be used and {'was' if aside == 1 else 'were'} set aside; "
                     "no row was lost silently.")
    sentences += [f"The file's last entry or exit is dated {day_words(date.fromisoformat(facts['last_date']))}; "
                  "what happened later, or was entered later, is not in it."]
    return tuple(sentences + list(facts["notes"]))


def between(bounds: pd.Series) -> tuple[str, ...]:
    """How far the records that checks left out could move the share."""
    left = "Some records" if pd.isna(bounds["left_out"]) else plural(bounds["left_out"], "record")
    return (f"{left} that may belong to these children could not be used. Whatever they hold, the share that left to a permanent home lies between "
            f"{share(bounds['lowest'])} and {share(bounds['highest'])}.",)


def _finding(row: dict, counts: bool) -> str:
    if row["finding"] in WORDS:
        return f"{row['count']:,.0f} of {row['among']:,.0f} {WORDS[row['finding']]}." if counts else f"Some {WORDS[row['finding']]}."
    what = row["finding"].split()[1]
    if not counts:
        return f"{month_words(row['month'])}: surprisingly few {what} in the file."
    only = f"only {row['count']:,.0f}" if row["count"] else "no"
    return f"{month_words(row['month'])}: {only} {what} in the file; about {row['usual']:,.0f} a month are usual."


OFFICIAL_CANNOT_TELL = (
    "Why a figure is as it is, or how the children are doing now.",
    "What is happening today: these figures look back.",
    "Whose work was good. Places serve children with different needs, and courts and services differ.",
    "Whether one figure is more than luck. Read its interval too; of few children it is wide.",
)
OVERVIEW_CANNOT_TELL = (
    "Why a county has a signal. It may be chance, and it is no judgement on anyone's work.",
    "Which county does well. Counties serve children with different needs, and small ones move more by chance.",
    "How the children are doing, in care or at home.",
)


def method(measures: list[Measure], facts: dict) -> Section:
    """How each number was made: one folded block a measure, then the statistics, then the files and versions."""
    return Section((*(_definition(measure) for measure in measures), _statistics(facts), _files(facts)))


def _definition(measure: Measure) -> Details:
    kind = "An outcome for children." if measure.type == "outcome" else "A compliance count: whether a task was done, not whether a child is better off."
    blocks: list[Block] = [
        Text((measure.question, measure.why, f"{kind} It reflects this value: {measure.value}.")),
        Text((f"Counted: {measure.words['numerator']}.", f"Among: {measure.words['denominator']}.", *measure.choices, *measure.caveats), "list"),
    ]
    if measure.evidence:
        rows = tuple((Cell(item["citation"]), Cell(item["finding"]), Cell(item["strength"])) for item in measure.evidence)
        blocks.append(Table(f"What is known: {measure.title}", ("Source", "Finding", "Strength"), rows, numeric=False))
    source = measure.source
    blocks.append(Text((f"Source: {source['citation']}. Reviewed by {source['reviewer']}, {day_words(source['reviewed'])}.",), "note"))
    return Details(measure.title, tuple(blocks))


def _statistics(facts: dict) -> Details:
    return Details("Shares, ranges and what is usual", (Text((
        f"As-of date: {day_words(date.fromisoformat(facts['as_of']))}, {facts['as_of_reason']}. Later entries and exits are not used.",
        "A share comes with a 95% Wilson interval: how far chance alone could have moved it. Moves per 1,000 days come with an exact Poisson interval.",
        "The curve is Aalen-Johansen by day in care, other exits competing, from day 8; its interval is the infinitesimal jackknife, log-log. It uses "
        "the days of children who are still in care without guessing their future. It stops where fewer than 10 children are observed.",
        "Earlier periods at the same age are counted as the file would have known them then: their later exits are left out.",
        "What is usual: each child's own days at risk under the daily hazards of the periods before, times how this county usually compares with the "
        "whole file (shrunk towards it where the county is small). The usual range allows for siblings leaving together and for periods that differ, "
        "as measured in past periods. It is for this one look; looking every month finds something by chance more often, so a signal has limits of its own: "
        "set by drawing stable counties with the spread that past periods showed, for all month's ends and both monitors together.",
        "Where this is heading: each child still in care by its own day, other exits competing, children yet to enter while the period is open, "
        "weighed over how fast children may be leaving now. Ranges hold the final figure 80 and 95 times in 100.",
        "A partly observed cell of the table by months can only grow.",
    ), "list"),))


def _files(facts: dict) -> Details:
    rows = tuple((Cell(str(name)), Cell(f"{int(size):,}"), Cell(str(digest)[:16])) for name, digest, size in facts["inputs"])
    return Details("Files and versions", (
        Table("Files read", ("File", "Bytes", "SHA-256 begins"), rows),
        Text((f"Source `{facts['source']}`, cqi {facts['version']}.",), "note"),
    ))


def reasons(facts: dict, caption: str, *, threshold: int) -> Table:
    """Why rows were set aside, with counts; counts below the threshold are hidden."""
    rows = tuple((Cell(reason), Cell(f"{count:,}") if count >= threshold else Cell(HIDDEN_MARK, "hidden"))
                 for reason, count in sorted(facts["reasons"].items()))
    return Table(caption, ("Reason", "Rows"), rows or ((Cell("No row was set aside"), Cell("0")),))


def findings_table(findings: pd.DataFrame, caption: str, *, counts: bool) -> Table:
    """All findings by county, the whole file last; without `counts`, where and what only."""
    words = {"few exits": "few exits in the month", "few entries": "few entries in the month"}
    ordered = pd.concat([findings.loc[findings["county"] != WHOLE], findings.loc[findings["county"] == WHOLE]])
    rows = tuple((Cell(row["county"]), Cell(words.get(row["finding"], row["finding"])),
                  Cell(month_words(row["month"]) if isinstance(row["month"], str) else ""), *(_beside(row) if counts else ()))
                 for row in ordered.to_dict("records"))
    columns = ("County", "Finding", "Month", *(("Count", "Out of, or usual") if counts else ()))
    return Table(caption, columns, rows or ((Cell("No finding"), *(Cell("") for _ in columns[1:])),))


def _beside(row: dict) -> tuple[Cell, Cell]:
    usual = f"about {row['usual']:,.0f} usual" if pd.notna(row["usual"]) else f"of {row['among']:,.0f}"
    return Cell(f"{row['count']:,.0f}"), Cell(usual)
