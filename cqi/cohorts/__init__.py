"""Who is in: the cohort grammar, the as-of date, and stays as they were known on a day."""

from cqi.cohorts.as_of import AsOf, chosen_as_of, first_whole_entry
from cqi.cohorts.grammar import Cohort, cohort, earlier_cohorts, months_after, open_cohorts, shifted_day
from cqi.cohorts.stays import NEVER, Stays, birthday, day_number, entered, known, left, placed, places, stays, tally

__all__ = [
    "AsOf", "Cohort", "NEVER", "Stays", "birthday", "chosen_as_of", "cohort", "day_number", "earlier_cohorts", "entered",
    "first_whole_entry", "known", "left", "months_after", "open_cohorts", "placed", "places", "shifted_day", "stays",
    "tally",
]
