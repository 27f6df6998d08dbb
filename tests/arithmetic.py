"""Does a published file agree with itself? Performance computed again from numerator and denominator, row by row."""

from pathlib import Path

import pandas as pd

HIDDEN = r"\*+|\.|-|<\s*\d+|DQ|N/?A|NR|s|suppressed|masked|too few.*"
"""How a cell looks that is withheld; what is computed from it can't be checked."""


def rows_that_disagree(
    file: Path, *, numerator: str = "numerator", denominator: str = "denominator", performance: str = "performance",
    scale: str | int = "scale", decimals: int | None = 6,
) -> pd.DataFrame:
    """The rows whose performance is not numerator / denominator to that many decimals, with what it would be (`again`).

    Takes the context files of the federal data profiles (nation, state or county), our benchmark files, and others like them
    under the names of their columns. `scale` is a column, in which a percentage (100, ours 1) is held as a share and a rate per
    1,000 or 100,000 as a rate, or one number for the whole file: 1 for shares, 100 for percentages, 1000 for rates. `decimals`:
    None for as many as any cell of the file has. A performance without its two numbers disagrees, and so do two numbers without
    their performance; a row with a withheld cell is not checked, nor is a row with nothing in all three.
    """
    rows = pd.read_csv(file, dtype="str", keep_default_na=False, skip_blank_lines=True)
    text = {name: rows[name].str.strip().str.rstrip("% ") for name in (numerator, denominator, performance)}
    hidden = pd.DataFrame({name: cells.str.fullmatch(HIDDEN, case=False) for name, cells in text.items()}).any(axis=1)
    over, under, told = (pd.to_numeric(cells.str.replace(",", "").mask(hidden, "")) for cells in text.values())
    per = pd.to_numeric(rows[scale]) if isinstance(scale, str) else pd.Series(float(scale), index=rows.index)
    again = (per.where(per > 100, 1) if isinstance(scale, str) else per) * over / under
    written = text[performance].str.extract(r"\.(\d+)$")[0].str.len().max()
    places = decimals if decimals is not None else 0 if pd.isna(written) else int(written)
    apart = (again - told).abs() > 0.51 * 10.0**-places
    return rows.assign(again=again)[~hidden & (apart | (again.isna() != told.isna()))]
