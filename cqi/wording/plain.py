"""What the command prints: measures and findings as plain lines."""

from __future__ import annotations

import re
import textwrap

import pandas as pd

from cqi.cohorts import AsOf
from cqi.quality import broken_limits
from cqi.registry import Measure
from cqi.sources.official import declared_checks
from cqi.vocabulary import WHOLE
from cqi.wording.limits import WORDS
from cqi.wording.numbers import day_words, joined, month_words, plural


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


FORMULA = re.compile(r"(^|[\t\r\n;|])(?=[\s\0\ufeff\u200b-\u200f\"']*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\0])")
"""Where a cell may begin in a text, and what makes it one that a spreadsheet runs."""

GROUPS = {"high": "Serious", "medium": "To check", "low": "To know"}
"""Severity of a defect -> the heading under which the command tells it."""


def check_lines(extract, defects: pd.DataFrame, as_of: AsOf, findings: pd.DataFrame) -> list[str]:
    """What is wrong with the files, the most severe first; then the account of every row, the as-of date, official limits that
    are passed, and what to check by county. `defects` as `Extract.findings`, `findings` as from `cqi.quality`."""
    lines = []
    for severity, title in GROUPS.items():
        told = [line for row in defects.loc[defects["severity"] == severity].itertuples(index=False) for line in _defect_lines(row)]
        lines += [f"{title}:", *told, ""] if told else []
    lines += [f"{row.file}: {plural(row.rows_read, 'row')} read = {row.used:,} used + {row.merged:,} merged + {row.quarantined:,} set aside"
              for row in extract.account.itertuples(index=False)]
    lines.append(f"As-of date: {day_words(as_of.day)}, {as_of.reason}.")
    lines += _limit_lines(extract.checks)
    return lines + [_finding_line(row) for row in findings.itertuples(index=False) if row.finding != "row set aside"]


def findings_csv(defects: pd.DataFrame) -> str:
    """The findings as CSV; text that a spreadsheet would run as a formula is made text."""
    return spreadsheet_safe(defects).to_csv(index=False, lineterminator="\n")


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """The table with text that a spreadsheet would run as a formula made text, by an apostrophe before it; numbers stay numbers.

    A line's end, a tab, a semicolon or a bar in a text begins a new cell for some spreadsheets. Source: OWASP ASVS 5.0, 1.2.10
    (CWE-1236), with the full-width signs that are read like the narrow ones.
    """
    text = table.select_dtypes(include=["str", "object", "category"])
    return table.assign(**{name: _inert(column) for name, column in text.items()})


def _inert(column: pd.Series) -> pd.Series:
    """The column, where none of its different words is a formula; else with those made text."""
    made = {word: FORMULA.sub(r"\1'", word) for word in column.dropna().unique() if isinstance(word, str)}
    if all(word == text for word, text in made.items()):
        return column
    return column.astype(object).map(lambda word: made.get(word, word) if isinstance(word, str) else word)


def _defect_lines(row) -> list[str]:
    """Where and what on one line, why it matters and what to do on the next."""
    line = "" if pd.isna(row.row) else f", {'the first ' if row.count > 1 else ''}on row {row.row:,}"
    return [f"  {row.file}{line}: {row.what}" if row.file else f"  {row.what}",
            f"      {row.why}{'' if row.do == 'Nothing.' else f' What to do: {row.do[0].lower()}{row.do[1:]}'}"]


def _limit_lines(checks: pd.DataFrame) -> list[str]:
    """Official limits that are passed: by the whole file with the share, by counties with their names."""
    over, lines = broken_limits(checks), []
    for name, rows in over.groupby("check", sort=False):
        check = declared_checks().checks[name]
        whole, counties = rows.loc[rows["county"] == WHOLE], rows.loc[rows["county"] != WHOLE, "county"].unique()
        where = joined(["the whole file"] * (len(whole) > 0) + ([plural(len(counties), "county", "counties")] if len(counties) else []))
        named = f" ({', '.join(counties[:10])}{' and more' if len(counties) > 10 else ''})" if len(counties) else ""
        lines.append(f"An official limit is broken in {where}{named}: {check.title}. What to do: {check.do[0].lower()}{check.do[1:]}")
    return lines


def _finding_line(row) -> str:
    place = "the whole file" if row.county == WHOLE else row.county
    if row.finding in WORDS:
        return f"{place}: {row[3]:,.0f} of {row.among:,.0f} {WORDS[row.finding]}."
    return f"{place}: {row.finding} in {month_words(row.month)}: {row[3]:,.0f}, where about {row.usual:,.0f} are usual."
