"""tau-ARGUS beside our own protection, through `pytauargus` (development only): its pattern, and its audit of a pattern of ours.

It reads one record by child and writes files into the working folder: call it from a temporary one.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytauargus
from pytauargus.engine import run_batch

NAMES = ["county", "cohort", "outcome"]
TOTALS = {"county": "All counties", "cohort": "all cohorts"}


def suppressed(cells: pd.DataFrame, folder: Path, *, threshold: int = 11) -> pd.DataFrame:
    """Every cell of the cube with tau-ARGUS's `status`: U primary, M complementary, S shown (optimal suppression)."""
    found = pytauargus.protect(_records(cells), NAMES, "one", safety_rules=f"FREQ({threshold},30)", suppress="OPT(1)", workdir=str(folder))
    return found.tables[0].dataframe()


def audited(cells: pd.DataFrame, cube: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The interval (`min`, `max`) that tau-ARGUS finds for each hidden cell of a published cube, and the `value`."""
    found = pytauargus.protect(_records(cells), NAMES, "one", safety_rules="FREQ(11,30)", workdir=str(folder), run=False)
    marks = cube.melt(["county", "cohort"], ["yes", "no", "all"], var_name="outcome").query("value.isna()")
    marks = marks.replace({"county": TOTALS["county"], "cohort": TOTALS["cohort"], "outcome": "all"}, "").assign(status="M")
    marks[[*NAMES, "status"]].to_csv(folder / "marks.txt", sep=";", header=False, index=False)
    batch = Path(found.files["arb"])
    kept = [line for line in batch.read_text().splitlines() if not line.startswith(("<SUPPRESS>", "<WRITETABLE>"))]
    batch.write_text("\n".join([*kept, f'<APRIORY> "{folder / "marks.txt"}",1,";",0']) + "\n")
    return pd.DataFrame(run_batch(str(batch)).audit(0))


def _records(cells: pd.DataFrame) -> pd.DataFrame:
    parts = [cells.loc[np.repeat(cells.index, cells[name]), ["county", "cohort"]].assign(outcome=name) for name in ("yes", "no")]
    return pd.concat(parts, ignore_index=True).assign(one=1)
