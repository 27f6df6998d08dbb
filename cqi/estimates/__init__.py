"""Statistics on numpy arrays: intervals, cumulative incidence, shrinkage, comparisons. No tables, no dates, no names of
counties."""

from cqi.estimates.beta_binomial import Shares, empirical_bayes_beta
from cqi.estimates.comparing import (
    Comparison, proportion_difference, proportion_ratio, rate_difference, rate_ratio,
)
from cqi.estimates.counts import any_of, one_group, tabulate
from cqi.estimates.cusum import (
    Cusum, bernoulli_cusum, bernoulli_weights, one_sample_log_rank, poisson_cusum,
)
from cqi.estimates.delayed import aalen_johansen_delayed
from cqi.estimates.development import ChainLadder, bornhuetter_ferguson, chain_ladder
from cqi.estimates.funnel import (
    Funnel, Spread, proportion_funnel, proportion_limits, ratio_funnel, ratio_limits, wilson_limits,
)
from cqi.estimates.goal_attainment import goal_attainment_score
from cqi.estimates.incidence import Incidence, aalen_johansen, log_log_interval
from cqi.estimates.intervals import (
    byar, negative_binomial_interval, poisson_interval, rate_interval, wilson,
)
from cqi.estimates.scores import Bias, Coverage, bias, coverage, crps_of_quantiles, crps_of_samples
from cqi.estimates.shrinkage import Multipliers, dispersion, empirical_bayes_gamma
from cqi.estimates.standardised import Ratio, expected_count, shrunken_ratio, standardised_ratio

__all__ = [
    "Bias", "ChainLadder", "Comparison", "Coverage", "Cusum", "Funnel", "Incidence", "Multipliers", "Ratio", "Shares",
    "Spread", "aalen_johansen", "aalen_johansen_delayed", "any_of", "bernoulli_cusum", "bernoulli_weights", "bias",
    "bornhuetter_ferguson", "byar", "chain_ladder", "coverage", "crps_of_quantiles", "crps_of_samples", "dispersion",
    "empirical_bayes_beta", "empirical_bayes_gamma", "expected_count", "goal_attainment_score", "log_log_interval",
    "negative_binomial_interval", "one_group", "one_sample_log_rank", "poisson_cusum", "poisson_interval",
    "proportion_difference", "proportion_funnel", "proportion_limits", "proportion_ratio", "rate_difference",
    "rate_interval", "rate_ratio", "ratio_funnel", "ratio_limits", "shrunken_ratio", "standardised_ratio", "tabulate",
    "wilson", "wilson_limits",
]
