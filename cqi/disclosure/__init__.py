"""Small numbers: which counts of a table a reader may see.

A count from 1 to 10 is hidden, and so is what is worked out from it: share, interval, complement. Then enough others
that no hidden count follows from all tables of a release together (`protected_release`), nor beside what was given out
before. Hidden is missing with the status `suppressed`, never 0; published numbers are never altered. Rules: CMS cell-size
policy; California CCWIP methodology.
"""

from cqi.disclosure.groups import pooled_groups
from cqi.disclosure.policy import policy
from cqi.disclosure.release import protected_release
from cqi.disclosure.table import protected, without_children_of_rates

__all__ = ["policy", "pooled_groups", "protected", "protected_release", "without_children_of_rates"]
