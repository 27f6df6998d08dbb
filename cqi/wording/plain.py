"""What the command prints: measures and findings as plain lines."""

from __future__ import annotations

import textwrap

import pandas as pd

from cqi.cohorts import AsOf
from cqi.registry import Measure
from cqi.vocabulary import WHOLE
from cqi.wording.limits import WORDS
from cqi.wording.numbers import day_words, month_words


def measure_lines(measures: list[Measure]) -> list[str]:
    """One line a measure: name, what it is, title, and the value it reflects."""
    width = max(len(measure.name) for measure in measures)
    return [f"{measure.name:<{width}}  {measure.type:<10}  {measure.title}. Reflects: {measure.value}." for measure in measures]


def measure_text(measure: Measure) -> str:
    """One measure whole: question, why, who and what counts, choices, caveats, evidence, source."""
    parts = [
        f"{measure.title} ({measure.name}; {measure.type})", measure.question, f"Why: {measure.why}", f"Value: {measure.value}.",
        f"Counted: {measure.words['numerator']}.", f"Among: {measure.words['denominator']}.", *measure.choices, *measure.caveats,
        *(f"Known: {item['finding']} ({item['citation']}; {item['strength']})" for item in measure.evidence),
        f"Counter-measures: {', '.join(measure.counter_measures) or 'none'}.",
        f"Source: {measure.source['citation']}. Reviewed by {measure.source['reviewer']}, {day_words(measure.source['reviewed'])}.",
    ]
    return "\n".join(textwrap.fill(part, 100, subsequent_indent="  ") for part in parts)


def check_lines(extract, as_of: AsOf, findings: pd.DataFrame) -> list[str]:
    """What became of every row, why rows were set aside, how files were read, and what to check at the source."""
    lines = [f"{row.file}: {row.rows_read:,} rows read = {row.used:,} used + {row.merged:,} merged + {row.quarantined:,} set aside"
             for row in extract.account.itertuples(index=False)]
    reasons = extract.quarantine.groupby(["file", "reason"])["row"].agg(["size", "min"]).reset_index()
    lines += [f"{row.file}: {row.size_:,} rows set aside, the first on row {row.first:,}: {row.reason}. Correct them in the source."
              for row in reasons.rename(columns={"size": "size_", "min": "first"}).itertuples(index=False)]
    lines += list(extract.notes) + [f"As-of date: {day_words(as_of.day)}, {as_of.reason}."]
    return lines + [_finding_line(row) for row in findings.itertuples(index=False) if row.finding != "row set aside"]


def _finding_line(row) -> str:
    place = "the whole file" if row.county == WHOLE else row.county
    if row.finding in WORDS:
        return f"{place}: {row[3]:,.0f} of {row.among:,.0f} {WORDS[row.finding]}."
    return f"{place}: {row.finding} in {month_words(row.month)}: {row[3]:,.0f}, where about {row.usual:,.0f} are usual."
