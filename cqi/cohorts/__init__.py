"""Who is in: the cohort grammar, the as-of date, and stays as they were known on a day."""

from cqi.cohorts.as_of import AsOf, check_reach, chosen_as_of, first_whole_entry, given_day, told_as_of
from cqi.cohorts.federal import (
    FilesNeeded, federal_years, files_needed, reporting_period, rolling_periods,
)
from cqi.cohorts.grammar import Cohort, cohort, earlier_cohorts, months_after, open_cohorts, shifted_day, spanned, together
from cqi.cohorts.stays import NEVER, Stays, birthday, day_number, entered, known, left, ordered, placed, places, settled, stays, tally

__all__ = [
    "AsOf", "Cohort", "FilesNeeded", "NEVER", "Stays", "birthday", "check_reach", "chosen_as_of", "cohort", "day_number",
    "earlier_cohorts", "entered", "federal_years", "files_needed", "first_whole_entry", "given_day", "known", "left",
    "months_after", "open_cohorts", "ordered", "placed", "places", "reporting_period",
    "rolling_periods", "settled", "shifted_day", "spanned", "stays", "tally", "together", "told_as_of",
]
