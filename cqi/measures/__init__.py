"""Counts and rates by county: one function for each kind of measure, all counties at once."""

from cqi.measures.counting import Basis, basis, count, headline_children
from cqi.measures.curves import MARKS, cumulative_incidence, maturity
from cqi.measures.kinds import KINDS, kinds_of_exit
from cqi.measures.waiting import still_in_care

__all__ = [
    "Basis", "KINDS", "MARKS", "basis", "count", "cumulative_incidence", "headline_children", "kinds_of_exit", "maturity",
    "still_in_care",
]
