"""Statistics on numpy arrays: intervals, cumulative incidence, shrinkage, comparisons. No tables, no dates, no names of
counties."""

from cqi.estimates.comparing import (
    Comparison, proportion_difference, proportion_ratio, rate_difference, rate_ratio,
)
from cqi.estimates.counts import any_of, one_group, tabulate
from cqi.estimates.delayed import aalen_johansen_delayed
from cqi.estimates.incidence import Incidence, aalen_johansen, log_log_interval
from cqi.estimates.intervals import (
    byar, negative_binomial_interval, poisson_interval, rate_interval, wilson,
)
from cqi.estimates.shrinkage import Multipliers, dispersion, empirical_bayes_gamma
from cqi.estimates.standardised import Ratio, expected_count, shrunken_ratio, standardised_ratio

__all__ = [
    "Comparison", "Incidence", "Multipliers", "Ratio", "aalen_johansen", "aalen_johansen_delayed", "any_of", "byar",
    "dispersion", "empirical_bayes_gamma", "expected_count", "log_log_interval",
    "negative_binomial_interval", "one_group", "poisson_interval", "proportion_difference", "proportion_ratio",
    "rate_difference", "rate_interval", "rate_ratio", "shrunken_ratio", "standardised_ratio", "tabulate", "wilson",
]
