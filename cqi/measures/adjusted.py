"""A risk-adjusted ratio: what was counted beside what the nation's rates would give for children of these ages.

Indirect standardisation on published national rates by age. It is not the federal risk-standardized performance, which
needs every state's child-level records; it says in which direction the ages of a county's children move its figure.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cqi.benchmarks import age_rates
from cqi.cohorts import Cohort
from cqi.estimates import expected_count, shrunken_ratio, standardised_ratio
from cqi.measures.basis import Basis
from cqi.measures.counting import counted
from cqi.measures.groups import band
from cqi.registry import Measure
from cqi.vocabulary import WHOLE

ADJUSTED_COLUMNS = (
    "measure", "county", "cohort", "as_of", "children", "observed", "expected", "ratio", "lower", "upper", "level",
    "shrunken", "shrunken_lower", "shrunken_upper", "benchmark_period", "vintage", "method",
)


def adjusted(measure: Measure, on: Basis, period: Cohort, *, as_of: date) -> pd.DataFrame:
    """Observed and expected counts and their ratio, one row per county and one for the whole file; empty where no national
    rates by age are published for the measure, or the file does not tell the ages of reported children.

    `ratio` has an exact or Byar interval; `shrunken` is pulled towards all counties together by as much as chance
    warrants (empirical Bayes). Children without a birth date are left out of both counts.
    """
    rates = age_rates(measure.name)
    if rates.empty:
        return pd.DataFrame(columns=list(ADJUSTED_COLUMNS))
    frame, bands = counted(measure, on, period, as_of=as_of).frame, len(rates)
    if (frame["report"] >= 0).any() and not on.births_reported:
        return pd.DataFrame(columns=list(ADJUSTED_COLUMNS))
    frame = frame.assign(band=band(frame, list(rates["below_month"])))
    frame = frame.loc[frame["band"] < bands]
    counties, place = len(on.counties), frame["county"].to_numpy() * bands + frame["band"].to_numpy()
    amounts = np.bincount(place, weights=frame["denominator"], minlength=counties * bands).reshape(counties, bands)
    observed = np.bincount(frame["county"], weights=frame["numerator"], minlength=counties)
    expected = expected_count(amounts, rates["rate"].to_numpy())
    ratio = standardised_ratio(np.append(observed, observed.sum()), np.append(expected, expected.sum()))
    pulled = [np.append(each, np.nan) for each in shrunken_ratio(observed, expected)]
    children = np.bincount(frame["county"], minlength=counties)
    return pd.DataFrame({
        "measure": measure.name, "county": [*on.counties, WHOLE], "cohort": period.label, "as_of": pd.Timestamp(as_of),
        "children": np.append(children, len(frame)), "observed": np.append(observed, observed.sum()),
        "expected": np.append(expected, expected.sum()), "ratio": ratio.ratio, "lower": ratio.lower, "upper": ratio.upper, "level": 0.95,
        "shrunken": pulled[0], "shrunken_lower": pulled[1], "shrunken_upper": pulled[2],
        "benchmark_period": rates["period"].iloc[0], "vintage": rates["vintage"].iloc[0],
        "method": "indirect standardisation by age; exact or Byar interval",
    })[list(ADJUSTED_COLUMNS)]
