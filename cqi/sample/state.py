"""The fictional state as data: its counties, the stories planted in them, and every number the sample is drawn from.

Nothing here describes a real place. National figures that guided the choice: entries by age, exits by kind, moves and
re-entry in CFSR Round 4 data profiles (August 2025). Rates are per day; ages are the bands of `cqi.vocabulary`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cqi.vocabulary import PERMANENCY, WHOLE

SEED = 2026
FIRST_ENTRY = "2019-01-01"
EXTRACT_DATE = "2026-06-30"
REPORTS_FROM = "2023-01-01"
VISITS_FROM = "2025-07-01"
STATE_FIPS = "03"
"""A code that FIPS leaves unassigned, with the leading zero that careless readers drop."""

COUNTIES = {
    "Alder": 210, "Aspen": 95, "Birch": 450, "Bunting": 14, "Cedar": 900, "Cypress": 260, "Doña Encina": 130,
    "Elm": 120, "Finch": 35, "Hawthorn": 300, "Hazel": 160, "Heron": 4, "Juniper": 70, "Kestrel": 8, "Laurel": 200,
    "Linden": 240, "Magnolia": 330, "Maple": 380, "Osprey": 6, "Pine": 150, "Rowan": 18, "St. Clair Oaks": 110,
    "Swallow's Rest": 24, "Willow": 45,
}
"""County and the entries it expects in a year, re-entries included."""

REGIONS = {
    "Capital": ("Cedar", "St. Clair Oaks"),
    "North Lakes": ("Alder", "Birch", "Elm", "Hazel"),
    "Prairie": ("Aspen", "Bunting", "Finch", "Heron", "Juniper", "Kestrel", "Osprey", "Rowan", "Swallow's Rest", "Willow"),
    "River Valley": ("Cypress", "Doña Encina", "Laurel", "Linden", "Pine"),
    "South Coast": ("Hawthorn", "Magnolia", "Maple"),
}
"""Region and its counties. The small counties stand together, in a region with nothing planted in it."""

TARGET_MEASURE = "permanency_in_12_months"
TARGETS = {
    WHOLE: (0.40, "2027-06-30", "state permanency manager"),
    "Birch": (0.38, "2026-12-31", "county permanency manager"),
    "Cedar": (0.36, "2027-06-30", "county director"),
    "Hawthorn": (0.42, "2026-12-31", "reunification services manager"),
    "Hazel": (0.50, "2027-06-30", "county director"),
}
"""County, the share that it wants to reach, the last day for it, and whose role it is; the others have the state's target."""


@dataclass(frozen=True)
class Story:
    """What was planted in one county: when (both days count), how much, and what a review should see.

    `kinds` of exit happen at `multiplier` times their usual daily rate from `start` on; `exits_lost` says that the
    exits dated from `start` to `end` never reached the file; `visited` is the share of whole months in care with a
    visit, where it is not `VISITED`.
    """

    county: str
    title: str
    start: str | None
    end: str | None
    kinds: tuple[str, ...]
    multiplier: float
    exits_lost: bool
    should_see: str
    visited: float | None = None


STORIES = (
    Story("Birch", "Reunification slowed by 30%", "2025-01-01", None, ("reunification",), 0.7, False,
          "Fewer children home than expected, for days in care from January 2025 on: in cohorts that entered in 2024 "
          "only their later months, in cohorts that entered in 2025 from the first day. Other kinds of exit did not change."),
    Story("Hawthorn", "Permanency improved by 35%", "2025-01-01", None, PERMANENCY, 1.35, False,
          "More children in permanent homes than expected, of every kind, for days in care from January 2025 on."),
    Story("Elm", "Two months of exits lost", "2026-04-01", "2026-05-31", (), 1.0, True,
          "No exit at all in April and May 2026, then exits again in June: a fault of the file, to be asked about "
          "before anything is read from it. Children who went home look as if they were still in care, without visits."),
    Story("Cypress", "One month in five without a visit", VISITS_FROM, None, (), 1.0, False,
          "Fewer months with a visit than elsewhere, for as long as visits are in the file. Outcomes did not change.", 0.80),
    Story("Heron", "A county of about four entries a year", None, None, (), 1.0, False,
          "Numbers too small to show, pooled or hidden; no finding."),
    Story("Laurel", "Nothing happened", None, None, (), 1.0, False,
          "Ups and downs that luck alone explains; a signal here is a false alarm."),
)

COUNTY_SPREAD = 0.2
"""Standard deviation, on the log scale, of the counties' daily rate of permanency."""
COHORT_SPREAD = 0.08
"""The same between the half-year entry cohorts of one county."""

FIRST_ENTRIES = 0.985
"""First entries for each entry a county expects; the others are returns, or siblings not drawn as they would be 18."""
FAMILY_SIZES = (0.64, 0.21, 0.10, 0.05)
"""Share of families with 1, 2, 3 and 4 children entering."""
SIBLING_GAP = (330, 1500)
"""Days between the births of two siblings: least and most."""
LEAVE_TOGETHER = 0.6
YOUNGEST_AGES = ((0.0, 0.0), (0.21, 0.33), (0.30, 1.0), (0.59, 6.0), (0.77, 11.0), (0.94, 16.0), (1.0, 17.97))
"""Age in years of a family's youngest child at entry: share of families below each age."""
MONTHS = (0.94, 1.00, 1.09, 1.12, 1.14, 0.94, 0.82, 0.90, 1.10, 1.12, 0.97, 0.86)
"""Entries by month: more while school is in session."""
WEEKDAYS = (1.18, 1.22, 1.20, 1.20, 1.22, 0.54, 0.44)

CARE_CUTS = (0, 8, 30, 90, 180, 365, 540, 730, 1095, 1825)
"""Days in care at which the rates below change."""
EXIT_RATES = {
    "reunification": (0.0105, 0.00100, 0.00085, 0.00095, 0.00110, 0.00095, 0.00070, 0.00040, 0.00016, 0.00008),
    "relative": (0.00090, 0.00022, 0.00016, 0.00010, 0.00009, 0.00007, 0.00006, 0.00005, 0.00004, 0.00003),
    "guardianship": (0, 0, 0.00002, 0.00006, 0.00015, 0.00022, 0.00028, 0.00026, 0.00018, 0.00010),
    "adoption": (0, 0, 0, 0.00003, 0.00008, 0.00040, 0.00090, 0.00130, 0.00120, 0.00070),
    "emancipation": (0, 0, 0, 0, 0.00001, 0.00001, 0.00001, 0.00001, 0.00001, 0.00001),
    "transfer": (0.00030, 0.00006, 0.00004, 0.00003, 0.00002, 0.00002, 0.00002, 0.00002, 0.00002, 0.00002),
    "runaway": (0.00010, 0.00004, 0.00003, 0.00003, 0.00002, 0.00002, 0.00002, 0.00002, 0.00002, 0.00002),
    "death": (0.000004,) * 10,
}
"""Children leaving a day for each child in care, by kind of exit and time in care, for a child of one to five."""
AGE_FACTORS = {
    "reunification": (0.80, 1.0, 1.06, 1.04, 0.75),
    "relative": (0.8, 1.0, 1.0, 1.0, 0.7),
    "guardianship": (0.6, 1.0, 1.2, 1.3, 0.9),
    "adoption": (1.6, 1.1, 0.8, 0.4, 0.12),
    "emancipation": (0, 0, 0, 0, 10.0),
    "transfer": (1.0, 1.0, 1.0, 1.5, 2.0),
    "runaway": (0, 0, 0.2, 3.0, 8.0),
    "death": (3.0, 1.0, 0.5, 0.7, 1.0),
}
"""What the child's age today does to those rates: under 1, 1 to 5, 6 to 10, 11 to 15, 16 and 17."""
AFTER_BIRTHDAY = ((0.0, 0), (0.55, 0), (0.90, 60), (1.0, 1095))
"""Days from the 18th birthday to the recorded exit of those who turn 18 in care: share below each."""

RETURN_CUTS = (0, 90, 180, 365, 730, 1460)
RETURN_RATES = {
    "reunification": (0.00035, 0.00026, 0.00017, 0.00008, 0.00003, 0),
    "relative": (0.00024, 0.00018, 0.00012, 0.00006, 0.00002, 0),
    "guardianship": (0.00008, 0.00008, 0.00008, 0.00006, 0.00004, 0),
}
"""Children coming back a day for each child out of care, by kind of exit and days since; other kinds do not return."""

SEXES = {"female": 0.49, "male": 0.51}
RACES = {
    "White": 0.43, "Hispanic": 0.22, "Black": 0.21, "two or more": 0.08, "American Indian or Alaska Native": 0.03,
    "Asian": 0.01, "unknown": 0.02,
}
"""One draw for a family. Race changes nothing else in the sample: a difference by race found in it is chance."""
REASON_MISSING = 0.01
DEFECTS = {"exit before entry": 0.001, "birth date missing": 0.0009, "exit word unknown": 0.0007, "row twice": 0.0005}
"""Shares of the rows of episodes.csv spoiled on purpose."""
UNKNOWN_WORDS = ("see case note", "RTN-2", "closed by system")

MOVE_CUTS = (0, 30, 90, 180, 365, 10_000)
MOVE_RATES = (0.0075, 0.0048, 0.0036, 0.0028, 0.0016)
"""Moves a day by time in care, times an exponential draw of mean 1 for each stay: few children move a lot."""
VISIT_SHARE = 0.35
"""Share of reunifications after 60 days that a trial home visit of 10 to 120 days precedes."""
FIRST_SETTINGS = {
    "kin": (0.25, 0.29, 0.29, 0.25, 0.18), "foster family": (0.68, 0.68, 0.63, 0.47, 0.35),
    "group home": (0, 0.01, 0.05, 0.17, 0.27), "institution": (0, 0, 0.01, 0.07, 0.12),
    "hospital": (0.07, 0.01, 0.01, 0.02, 0.02), "unknown": (0, 0.01, 0.01, 0.02, 0.06),
}
LATER_SETTINGS = {
    "kin": (0.36, 0.33, 0.30, 0.20, 0.12), "foster family": (0.60, 0.60, 0.55, 0.42, 0.30),
    "pre-adoptive home": (0.03, 0.04, 0.03, 0.01, 0), "group home": (0, 0.01, 0.07, 0.19, 0.24),
    "institution": (0, 0.01, 0.04, 0.12, 0.12), "hospital": (0.01, 0.01, 0.01, 0.02, 0.02),
    "independent living": (0, 0, 0, 0, 0.12), "runaway": (0, 0, 0, 0.04, 0.08),
}
"""Shares of settings at the age on the day the placement began."""

REPORT_RATIO = 2.15
"""Children reported and not removed, for each entry a county expects in a year."""
REMOVAL_REPORT_SHARE = 0.8
"""Share of entries that a report in the three weeks before led to."""
EARLIER_REPORTS = 0.5
LATER_REPORTS = 0.3
"""Other reports expected in the two years before a removal's report, and in the two years after any other report."""
DAYS_APART = (15, 715, 1.5)
"""Days between such reports: the first number, and the second times a uniform draw to the power of the third."""
CARE_REPORTS = 0.00030
"""Reports a day for each child in care."""
VICTIM_SHARES = {"removal": 0.62, "earlier": 0.25, "first": 0.085, "later": 0.28, "in care": 0.36}
"""Share of reports found substantiated or indicated, by what brought the report into the sample."""
VICTIM_WORDS = {"substantiated": 0.8, "indicated": 0.2}
OTHER_WORDS = {
    "unsubstantiated": 0.72, "alternative response non-victim": 0.17, "closed": 0.07, "alternative response victim": 0.02,
    "other": 0.015, "intentionally false": 0.005,
}
DECISION_DAYS = (27.0, 0.55, 0.15)
"""Days from report to disposition: median, spread of the logarithm, and spread of the counties' medians."""
INCIDENT_MISSING = 0.35
INCIDENT_BEFORE_ENTRY = 0.1
"""Share of in-care reports with a known incident date that tell of something from before the child entered care."""
UNBORN_SHARE = 0.03
"""Share of the children never in care and first reported before `UNBORN_BELOW` days of age who are born after that report."""
UNBORN_BELOW = 365
UNBORN_DAYS = 120
"""Most days from such a child's first report to its birth."""

ENTRY_RATE = (2.9, 0.22)
"""Entries per 1,000 children and year: the median county, and the spread of the logarithm between counties."""
AGE_SHARES = (0.052, 0.266, 0.278, 0.286, 0.118)
"""Children living in a county, by age band."""
YEARLY_GROWTH = 0.004

REFERRAL_SHARE = 0.4
FIRST_CONTACTS = {
    "case worker": (0.40, 0.50), "front desk": (0.22, 0.33), "outreach worker": (0.16, 0.66), "peer parent": (0.12, 0.72),
    "court liaison": (0.10, 0.56),
}
"""Share of referrals each role meets first, and the share of those families who engage. Engaging changes no exit."""
COMPLETED_SHARE = 0.52

STAFF_PER_ENTRY = 0.105
"""Positions for each entry a county expects in a year; no county has fewer than two."""
ROLES = {"case worker": 0.72, "supervisor": 0.13, "case aide": 0.15}
STAFF_FROM = "2014-01-01"
TURNOVER = 0.30
"""Staff leaving a year for each person employed; spells that ended before the first entry are not written."""
VACANT_DAYS = 60
END_REASONS = {"resigned": 0.62, "moved to another office": 0.2, "retired": 0.08, "dismissed": 0.06, "promoted": 0.04}

VISITED = 0.95
"""Share of whole calendar months in care with a visit; of a part of a month, less by as much as it is shorter."""
VISITED_TWICE = 0.10
"""Share of the months with a visit that have two."""
