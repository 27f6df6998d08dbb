"""Goals of people, together, in words and as a table: groups only."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Cell, Table
from cqi.vocabulary import HIDDEN_MARK, WHOLE
from cqi.wording.numbers import plural
from cqi.wording.said import one_line


def attained_words(rows: pd.DataFrame) -> str:
    """What the goals of all people together say: the change with its interval, what is not known, and the goals that were held."""
    whole = rows.iloc[-1]
    if pd.isna(whole["change"]):
        return "There are too few people to say anything together; ask each of them."
    sure = f"; the true change is likely between {whole['lower']:.1f} and {whole['upper']:.1f}" if pd.notna(whole["lower"]) else ""
    missing = (f" Of {plural(whole['goals_missing'], 'goal')} nobody could say how it ended; if all of them had stayed where they were, the change would be "
               f"{whole['cautious']:.1f}.") if whole["goals_missing"] > 0 else ""
    held = f" {whole['held']:,.0f} of {whole['maintain_goals']:,.0f} goals to hold a level were held: that is success too." if whole["held"] >= 0 else ""
    return (f"{whole['people']:,.0f} people: the score rose by {whole['change']:.1f} points on goals to get better{sure}. 10 points are one level of one goal; "
            f"50 is what people had expected.{missing}{held}")


def attained_table(rows: pd.DataFrame, caption: str) -> Table:
    """One row a group, all together last."""
    columns = ("Group", "People", "Score before", "Score after", "Change (95% interval)", "Goals held")
    return Table(caption, columns, tuple(_attained_row(row) for _, row in rows.iterrows()),
                 notes=("Scores are T-scores of goal attainment scaling: 50 is as expected. The change is that of goals to get better. "
                        "Groups differ in what they set themselves, so this is not a ranking.",))


def _attained_row(row: pd.Series) -> tuple[Cell, ...]:
    name, hidden = Cell(one_line(row["group"]) if row["group"] != WHOLE else "All together"), Cell(HIDDEN_MARK, "hidden")
    if row["status"] == "suppressed":
        return (name, *[hidden] * 5)
    span = f" ({row['lower']:.1f} to {row['upper']:.1f})" if pd.notna(row["lower"]) else ""
    held = Cell(f"{row['held']:,.0f} of {row['maintain_goals']:,.0f}") if pd.notna(row["held"]) else hidden
    return (name, Cell(f"{row['people']:,.0f}"), *(Cell("no score" if pd.isna(row[each]) else f"{row[each]:.1f}") for each in ("before", "after")),
            Cell("no goals to get better" if pd.isna(row["change"]) else f"{row['change']:+.1f}{span}"), held)
