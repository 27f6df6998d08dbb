"""Does a published file agree with itself? Performance computed again from numerator and denominator, row by row."""

from pathlib import Path

import pandas as pd


def rows_that_disagree(file: Path, *, performance: str = "performance", scale: str = "scale", decimals: int = 6) -> pd.DataFrame:
    """The rows whose performance is not numerator / denominator to that many decimals, with what it would be.

    Takes the context files of the federal data profiles (nation, state or county) and our benchmark files. A percentage
    (scale 100, ours per 1) is held as a share, a rate per 1,000 or 100,000 as a rate. A performance without its two
    numbers disagrees, and so do two numbers without their performance.
    """
    rows = pd.read_csv(file)
    times = rows[scale].where(rows[scale] > 100, 1)
    again = times * rows["numerator"] / rows["denominator"]
    apart = (again - rows[performance]).abs() > 0.51 * 10.0**-decimals
    return rows.assign(again=again)[apart | (again.isna() != rows[performance].isna())]
