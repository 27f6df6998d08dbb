"""Small numbers: which counts of a table a reader may see.

A count from 1 to 10 is hidden, and so is what is worked out from it: share, interval, complement. Then enough others
that no hidden count follows by adding and subtracting inside a table. Hidden is missing with the status `suppressed`,
never 0; published numbers are never altered. Rules: CMS cell-size policy; California CCWIP methodology.
"""

from cqi.disclosure.course import protected_course
from cqi.disclosure.groups import pooled_groups
from cqi.disclosure.policy import policy
from cqi.disclosure.table import protected, without_children_of_rates
from cqi.disclosure.together import protected_together

__all__ = ["policy", "pooled_groups", "protected", "protected_course", "protected_together", "without_children_of_rates"]
