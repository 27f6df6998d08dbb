"""Counts and rates by county: one function for each kind of measure, all counties at once."""

from cqi.measures import compliance, entries, in_care, maltreatment
from cqi.measures.adjusted import adjusted
from cqi.measures.basis import Basis, basis
from cqi.measures.counting import COUNTERS, Counted, count, counted
from cqi.measures.curves import MARKS, cumulative_incidence, maturity
from cqi.measures.entries import headline_children
from cqi.measures.groups import by_group, compared, groupings
from cqi.measures.kinds import KINDS, kinds_of_exit
from cqi.measures.waiting import still_in_care

__all__ = [
    "Basis", "COUNTERS", "Counted", "KINDS", "MARKS", "adjusted", "basis", "by_group", "compared", "compliance", "count", "counted", "cumulative_incidence", "entries",
    "groupings", "headline_children", "in_care", "kinds_of_exit", "maltreatment", "maturity", "still_in_care",
]
