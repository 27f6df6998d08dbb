"""README.md of the sample: what it is, what was planted, what was spoiled, and every constant it was drawn with."""

from __future__ import annotations

from math import exp

import pandas as pd

from cqi.sample import state
from cqi.vocabulary import AGE_BANDS, PERMANENCY, WHOLE

HEAD = """# A fictional state

No child, family, worker or county in this folder exists. The files are drawn by `cqi.sample` from a stated process
(seed {seed}) so that a review can be tried, taught and tested where the truth is known. The same seed gives the same bytes:

    python -c "from cqi.sample import write_sample; write_sample('data_samples')"

The extract's date is **{extract}**: entries, exits, moves, reports and dispositions up to and including that day are known,
nothing later. Entries begin on {first}; children already in care on that day are left out, so counts of children in care
are too low in the first years. Reports begin on {reports} and visits on {visits}, to keep the files small;
of the time before, they say nothing. Children may come back: a re-entry is a new episode of the same `child_id`. Identifiers
carry no meaning. Missing is an empty field; files are UTF-8.

| file | rows | one row per | notes |
|---|---|---|---|
{files}
"""

NOTES = {
    "episodes": ("stay in care", "`county_fips` is text with a leading zero; `sex`, `race` as recorded"),
    "placements": ("home within a stay", "`end_date` is empty where the child lives on the extract's date"),
    "reports": ("child and report", "no disposition yet where the investigation is open; `birth_date`, `sex` and `race` as in "
                "`episodes.csv` for children in care; `unborn` is `yes` for a child not yet born"),
    "population": ("county, year, age band", "children living there"),
    "referrals": ("referral of a child's family", "`first_contact_role`: who met the family first"),
    "staff": ("person and position", "no `end_date` while employed"),
    "visits": ("visit to a child in care", f"from {state.VISITS_FROM} on, to keep the file small; who came is not in it"),
    "targets": ("county and measure", f"what a county, or the state for all others (`{WHOLE}`), wants to reach and by when, and "
                "whose role that is; made up, and no part of how the children were drawn"),
    "regions": ("county", "small counties stand together in one of the regions, which are counted together where one county is too small"),
}

DRAWN = """## How the children were drawn

- Families enter by a Poisson process, more often while school is in session and on working days; {one:.0%} bring one
  child, the others two to four. Siblings who enter together leave together with probability {together} when the youngest
  leaves to permanency. Siblings are not marked in the files.
- Each day in care a child may leave for one of eight reasons, at the rates below times what the age today does to them.
  All rates of permanency are multiplied by a factor of the county (standard deviation of its logarithm {county}) and of
  its half-year entry cohort ({cohort}), and by a story where one was planted.
- Who turns 18 in care leaves on the birthday or up to three years later, as `emancipation`.
- Who left to reunification, a relative or guardianship may return, at the rates below; nobody returns after adoption.
- Moves fall from {moves[0]:.1f} to {moves[1]:.1f} per 1,000 days; a trial home visit of 10 to 120 days comes before
  {visit:.0%} of reunifications after 60 days. 1 in 100 exits has no reason.
- Whether a family engages with services depends on who met it first, and engaging changes no exit. Race, sex and staff
  change nothing. A finding that they do is chance.

Daily exits per 100,000 children in care, one to five years old, by days in care:

{rates}

What age does to them:

{ages}

Daily returns per 100,000 children out of care, by days since the exit:

{returns}

## How the other tables were drawn

- **Reports.** A report in the three weeks before led to {led:.0%} of first entries; {ratio} other children are reported for
  each entry a county expects; earlier and later reports follow within two years; children in care are reported {care:.0f}
  times in 100,000 days. Found substantiated or indicated: {victims}.
  Dispositions come after a median of {median:.0f} days (spread of the logarithm {spread}, of the counties' medians {between}).
- **Population.** As many children as give a median county {rate} entries per 1,000 a year (spread of the
  logarithm {rate_spread}).
- **Referrals.** {referred:.0%} of entries; who met the family first, and the share who then engage: {contacts}.
  {completed:.0%} of those who engage complete, 90 to 240 days later.
- **Reported children.** Sex, and race by family, from the same shares as for children in care. Of children never in care
  and first reported in the {young} days after birth, {unborn:.0%} get a later birth date instead: up to {wait} days after
  that report, so that it is a report on an unborn child.
- **Visits.** A child in care is visited in a whole calendar month with probability {visited:.0%} ({told}), in part of a
  month with less, in proportion to its days; {twice:.0%} of the months with a visit have two. The day of leaving is not in
  care. In Elm nobody visits after an exit that was lost.
- **Staff.** {positions} positions for each entry expected in a year, at least two in a county; {turnover:.0%} of those
  employed leave in a year.
"""

STORIES = """## What was planted

The same as data: `cqi.sample.state.STORIES`.

"""

EXPECTED = """## What measures of safety, kin and visits should find

{table}

Chance moves a count around these values. Also to know:

- Race and sex change none of them. Siblings have one race and share much, and a few children make most of the moves, so
  differences by race in permanency, re-entry, recurrence and moves leave their 95% interval more often than 1 time in 20.
- Half of the confirmed reports here led to a removal, so fewer children are kept safely at home than in a real state.
"""

FAULTS = """## What was spoiled

Faults as real extracts have them, in `episodes.csv`, one at most in a row; the child's placements are as they were.
An unknown exit word is one of {words}.

"""

COUNTIES = """## The counties

Entries by calendar year (2026 to June), children in care on the extract's date, and the share in permanency within 365
days of entries 2019 to 2024 that lasted at least 8 days.

"""


def readme(tables: dict[str, pd.DataFrame], faults: dict[str, int], seed: int) -> str:
    """The text of README.md for these tables."""
    files = "\n".join(f"| `{name}.csv` | {len(table):,} | {' | '.join(NOTES[name])} |" for name, table in tables.items())
    facts = {"extract": state.EXTRACT_DATE, "first": state.FIRST_ENTRY, "reports": state.REPORTS_FROM,
             "visits": state.VISITS_FROM}
    parts = [HEAD.format(seed=seed, files=files, **facts), stories_text(), expected_text(),
             faults_text(faults), process_text(), counties_text(tables["episodes"])]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def stories_text() -> str:
    """The planted stories as a table."""
    columns = ["county", "story", "from", "to", "what a review should see"]
    rows = [[story.county, story.title, story.start or "", story.end or "", story.should_see] for story in state.STORIES]
    return STORIES + table_text(columns, rows)


def expected_text() -> str:
    """The values that were planted in the measures of safety, kin and visits, and the sums that give them."""
    columns = ["measure", "where it shows", "expected", "why"]
    return EXPECTED.format(table=table_text(columns, [
        maltreated_row(), again_row(), kin_row(),
        ["Months in care with a visit", "whole calendar months", f"{state.VISITED:.0%}; {other_visits()}",
         "the shares they are drawn from; less in Elm from April 2026, for the lost exits"],
    ]))


def maltreated_row() -> list[str]:
    """Maltreatment in care, by the rate of reports in care."""
    found, told_late = state.VICTIM_SHARES["in care"], state.INCIDENT_BEFORE_ENTRY * (1 - state.INCIDENT_MISSING)
    reports = 100_000 * state.CARE_REPORTS
    return ["Maltreatment in care", "days in care after the first week",
            f"{reports * found * (1 - told_late):.1f} per 100,000 days",
            f"{reports:.0f} reports in 100,000 days, {found:.0%} of them confirmed, without the {told_late:.1%} with a known "
            "incident before the stay"]


def again_row() -> list[str]:
    """Recurrence, by the later reports expected of a child."""
    least, span, power = state.DAYS_APART
    in_a_year, found = ((366 - least) / span) ** (1 / power), state.VICTIM_SHARES["later"]
    return ["Recurrence of maltreatment", "children never in care whose first report was confirmed",
            f"{1 - exp(-state.LATER_REPORTS * in_a_year * found):.1%}",
            f"{state.LATER_REPORTS} later reports a child, {in_a_year:.0%} of them within 12 months, {found:.0%} confirmed"]


def kin_row() -> list[str]:
    """First placement with kin, by age, among settings that are known."""
    settings = zip(AGE_BANDS, state.FIRST_SETTINGS["kin"], state.FIRST_SETTINGS["unknown"], strict=True)
    shares = ", ".join(f"{words} {kin / (1 - unknown):.0%}" for (_, _, words), kin, unknown in settings)
    return ["First placement with kin", "by age at entry", shares, "the shares they are drawn from"]


def other_visits() -> str:
    """The counties in which fewer months have a visit, and their share."""
    return ", ".join(f"{story.county} {story.visited:.0%}" for story in state.STORIES if story.visited is not None)


def faults_text(faults: dict[str, int]) -> str:
    """How many rows have which fault."""
    words = ", ".join(f"`{word}`" for word in state.UNKNOWN_WORDS)
    return FAULTS.format(words=words) + table_text(["fault", "rows"], faults.items())


def process_text() -> str:
    """The process and its constants."""
    bands = [words for _, _, words in AGE_BANDS]
    return DRAWN.format(
        one=state.FAMILY_SIZES[0], together=state.LEAVE_TOGETHER, county=state.COUNTY_SPREAD, cohort=state.COHORT_SPREAD,
        moves=[1000 * rate for rate in (state.MOVE_RATES[0], state.MOVE_RATES[-1])], visit=state.VISIT_SHARE,
        rates=rate_table(state.CARE_CUTS, state.EXIT_RATES), returns=rate_table(state.RETURN_CUTS, state.RETURN_RATES),
        ages=table_text(["exit", *bands], [[kind, *factors] for kind, factors in state.AGE_FACTORS.items()]),
        **other_constants())


def other_constants() -> dict[str, object]:
    """What the paragraph about the other tables is filled with."""
    (median, spread, between), (rate, rate_spread) = state.DECISION_DAYS, state.ENTRY_RATE
    return {
        "led": state.REMOVAL_REPORT_SHARE, "ratio": state.REPORT_RATIO, "care": 100_000 * state.CARE_REPORTS,
        "victims": ", ".join(f"{origin} {share:.0%}" for origin, share in state.VICTIM_SHARES.items()),
        "median": median, "spread": spread, "between": between, "rate": rate, "rate_spread": rate_spread,
        "referred": state.REFERRAL_SHARE, "completed": state.COMPLETED_SHARE,
        "contacts": ", ".join(f"{role} {engage:.0%}" for role, (_, engage) in state.FIRST_CONTACTS.items()),
        "positions": state.STAFF_PER_ENTRY, "turnover": state.TURNOVER,
        "young": state.UNBORN_BELOW, "unborn": state.UNBORN_SHARE, "wait": state.UNBORN_DAYS,
        "visited": state.VISITED, "told": other_visits(), "twice": state.VISITED_TWICE,
    }


def rate_table(cuts: tuple[int, ...], rates: dict[str, tuple[float, ...]]) -> str:
    """Daily rates per 100,000 by kind of exit, a column from each cut on."""
    rows = [[kind, *(f"{100_000 * rate:.1f}" for rate in values)] for kind, values in rates.items()]
    return table_text(["exit", *(f"from {cut}" for cut in cuts)], rows)


def counties_text(episodes: pd.DataFrame) -> str:
    """Counted from the file, spoiled rows left out: entries by year, in care, and permanency within 365 days."""
    sound = episodes.drop_duplicates("episode_id")
    sound = sound[~(sound["exit_date"] < sound["entry_date"])]
    days, year = (sound["exit_date"] - sound["entry_date"]).dt.days, sound["entry_date"].dt.year
    home = (sound["exit_reason"].isin(PERMANENCY) & (days <= 365))[(year <= 2024) & ~(days < 8)]
    table = pd.crosstab(sound["county"], year)
    table.insert(0, "expected a year", pd.Series(state.COUNTIES))
    table["in care"] = sound["exit_date"].isna().groupby(sound["county"]).sum()
    table.loc["All counties"] = table.sum()
    share = pd.concat([home.groupby(sound["county"]).mean(), pd.Series({"All counties": home.mean()})])
    rows = [[*row, f"{share[row[0]]:.0%}"] for row in table.itertuples()]
    return COUNTIES + table_text(["county", *table.columns, "permanency"], rows)


def table_text(columns, rows) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
