"""A drawn file, counted. What a drawing leaves out has its usual value: the county is Alder, the child was born in
June 2015 and is still in care. Rows are one child each unless `child_id` is drawn."""

from datetime import date
from pathlib import Path

import pandas as pd
from drawn import cells

from cqi.cohorts import cohort
from cqi.measures import basis, count
from cqi.registry import measure
from cqi.sources import Extract, load

USUAL = {"county": "Alder", "birth_date": "2015-06-15", "exit_date": "", "exit_reason": ""}


def table(drawing: str) -> pd.DataFrame:
    """The drawing as a table of text."""
    head, *rows = cells(drawing)
    return pd.DataFrame(rows, columns=head)


def extract(folder: Path, episodes: str | pd.DataFrame, **others: str) -> Extract:
    """The drawn episodes and other tables, read as any file is."""
    rows = table(episodes) if isinstance(episodes, str) else episodes
    numbers = pd.Series(range(1, len(rows) + 1), index=rows.index).astype("str")
    usual = {"child_id": numbers, "episode_id": numbers, **USUAL}
    rows = rows.assign(**{name: value for name, value in usual.items() if name not in rows})
    for name, drawn in {"episodes": rows, **{name: table(text) for name, text in others.items()}}.items():
        drawn.to_csv(folder / f"{name}.csv", index=False)
    return load(folder)


def counts(name: str, found: Extract, period: str, as_of: str, *, county: str = "Alder") -> tuple:
    """Numerator, denominator and status of a measure for one county."""
    rows = count(measure(name), basis(found), cohort(period), as_of=date.fromisoformat(as_of))
    row = rows.loc[rows["county"] == county].iloc[0]
    return row["numerator"], row["denominator"], row["status"]
