"""Control charts on numpy arrays: centre lines, limits, and the points that stand out. No dates, no names of counties.

Rule set `mdc7`: NHSRplotthedots 0.2.2's rules and its code's default, limits on all points.
"""

from cqi.control.limits import DISPERSED_ABOVE, FEWEST_POINTS, Limits, dispersed, laney, p_chart, u_chart, xmr
from cqi.control.rules import (
    COMMON, CONCERN, FAIL, HIT_OR_MISS, IMPROVEMENT, NEUTRAL_HIGH, NEUTRAL_LOW, PASS, RULES, Runs, Signals, anhoej, assurance, fired,
    mdc7, variation,
)

__all__ = [
    "COMMON", "CONCERN", "DISPERSED_ABOVE", "FAIL", "FEWEST_POINTS", "HIT_OR_MISS", "IMPROVEMENT", "Limits", "NEUTRAL_HIGH", "NEUTRAL_LOW",
    "PASS", "RULES", "Runs", "Signals", "anhoej", "assurance", "dispersed", "fired", "laney", "mdc7", "p_chart", "u_chart",
    "variation", "xmr",
]
