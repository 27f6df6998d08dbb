"""The analyses of a belief against R's survival: coxph on counting-process rows, survfit from a landmark. Provenance: golden/belief/README.md."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cqi.belief import adoption_belief, checked, register
from cqi.belief.cox import fitted, intervals
from cqi.belief.landmark import intact_at
from cqi.belief.risks import two_risks

GOLDEN = Path(__file__).parent / "golden" / "belief"
REGISTERED = register(adoption_belief(points=0.05), on="2026-06-30")


def golden(name: str, folder: Path = GOLDEN) -> pd.DataFrame:
    return pd.read_csv(folder / name)


def case(name: str) -> pd.DataFrame:
    histories = golden("histories.csv")
    return histories.loc[histories["case"] == name].reset_index(drop=True)


@pytest.mark.parametrize("row", list(golden("cox.csv").itertuples(index=False)), ids=lambda row: f"{row.case}-{row.first}-{row.stratified}")
def test_hazard_ratio_as_coxph_gives_it(row):
    by = ("kin", "older") if row.stratified else ()
    found = fitted(intervals(checked(case(row.case)), by, first=row.first, last=row.last))
    ours = [found.log_ratio, found.model_error, found.error, found.lower, found.upper]
    np.testing.assert_allclose(ours, [row.log_ratio, row.model_error, row.error, row.lower, row.upper], rtol=1e-9)
    assert (found.exposed_events, found.unexposed_events) == (row.exposed_events, row.unexposed_events)


@pytest.mark.parametrize("row", list(golden("landmark.csv").itertuples(index=False)), ids=lambda row: f"{row.case}-{row.first}-{row.group}")
def test_risk_from_a_landmark_as_survfit_gives_it(row):
    intact = intact_at(checked(case(row.case)), row.first)
    exposed = intact["had"].to_numpy().astype(int)
    both = two_risks(intact["since"].to_numpy(), intact["cause"].to_numpy(), exposed, np.zeros(len(intact), int), row.horizon)
    risk = both[0 if row.group == "exposed" else 1]
    assert risk.children == row.children
    np.testing.assert_allclose([risk.share, risk.error, risk.lower, risk.upper], [row.share, row.error, row.lower, row.upper], rtol=1e-9)


@pytest.mark.r
@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_golden_files_come_out_of_r_again(tmp_path):
    if subprocess.run(["Rscript", "-e", "library(survival)"], capture_output=True).returncode:
        pytest.skip("R has no survival package")
    subprocess.run(["Rscript", str(GOLDEN / "make.R"), str(tmp_path)], check=True, capture_output=True)
    names = sorted(path.name for path in GOLDEN.glob("*.csv"))
    assert names == sorted(path.name for path in tmp_path.glob("*.csv"))
    for name in names:
        pd.testing.assert_frame_equal(golden(name, tmp_path), golden(name), rtol=1e-10)
