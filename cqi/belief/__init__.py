"""Does a belief about practice hold on the data? An exposure that comes or does not, then an event that comes or does not.

A belief is written down with what would change one's mind, and registered, before any analysis can be called. The
analyses take the registered belief and histories (`cqi.belief.histories`): one row per child or placement, days
since its start. The naive analysis is here to be seen through; the landmark and the time-dependent analysis are its cures.
None of them shows a cause: children are not sent down one path or the other by lot.
"""

from cqi.belief.cox import Hazards, time_dependent
from cqi.belief.deciding import Decision, decide
from cqi.belief.histories import checked, day_of
from cqi.belief.landmark import landmark, landmark_curves
from cqi.belief.limits import Noticed, competing, luck, missed, noticed
from cqi.belief.naive import naive, naive_curves
from cqi.belief.question import Waiting, adoption_belief, answerable, finalized_early, paths, waited, waiting_days
from cqi.belief.registering import Belief, Registered, register
from cqi.belief.synthetic import TRAPS, Truth, synthetic

__all__ = [
    "Belief", "Decision", "Hazards", "Noticed", "Registered", "TRAPS", "Truth", "Waiting", "adoption_belief", "answerable",
    "checked", "competing", "day_of", "decide",
    "finalized_early", "landmark", "landmark_curves", "luck", "missed", "naive", "naive_curves", "noticed", "paths", "register",
    "synthetic", "time_dependent", "waited", "waiting_days",
]
