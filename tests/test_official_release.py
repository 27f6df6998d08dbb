"""The official measures as released: what a reader could work out from several of their numbers together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from counted import extract, table

from cqi.benchmarks import age_rates
from cqi.blocks.html import block_html
from cqi.estimates import standardised_ratio
from cqi.official import RATIO_NOT_SHOWN, Official
from cqi.registry import EARLIER_ROUND, indicators, measure
from cqi.tables import official_tables, public_facts
from cqi.tables.official import RATIO_FEWEST, _released_ratios
from cqi.vocabulary import WHOLE

DAY = "2026-06-30"
HOME = ["measure", "cohort", "county"]


@pytest.fixture(scope="module")
def pair():
    """The tables of the sample state, internal and released."""
    return tuple(official_tables("data_samples", "episodes", DAY, profile) for profile in ("internal", "release"))


def both(pair, name: str) -> pd.DataFrame:
    internal, released = (getattr(found, name) for found in pair)
    return released.merge(internal, on=HOME, suffixes=("", "_known")).set_index(HOME)


def test_no_figure_by_the_rules_of_the_round_before(pair):
    """1,423 by today's rules beside 1,420 by those of Round 3 would say that 3 children left on the day of their anniversary."""
    internal, released = ([measure(name).indicator for name in found.periods["measure"].unique()] for found in pair)
    assert EARLIER_ROUND in internal and EARLIER_ROUND not in released
    assert "Round 3" not in block_html(Official(county=WHOLE, as_of=DAY).periods().content())


def test_children_behind_a_rate_are_not_told(pair):
    """Children who entered for 1 day or more, less those for 8 days or more, are few in most counties."""
    known = pair[0].periods.pivot(index=["county", "cohort"], columns="measure", values="children")
    assert (known["placement_stability"] - known["permanency_in_12_months"]).between(1, 10).sum() > 50
    for name in ("periods", "groups"):
        rows = getattr(pair[1], name)
        rates = rows["measure"].isin(["placement_stability", "maltreatment_in_care"])
        assert rates.any() and rows.loc[rates, "children"].isna().all() and rows.loc[rates, "denominator"].notna().any()
        assert rows.loc[~rates & rows["value"].notna(), "children"].notna().all()


def test_a_rate_is_still_drawn(pair):
    page = Official(county="Birch", as_of=DAY).periods().content()
    assert "moves per 1,000 days in care; the true rate is likely between" in block_html(page)


def test_ratios_are_of_many_children_only(pair):
    rows = both(pair, "adjusted")
    assert rows["children"].min() >= RATIO_FEWEST > 11 and {"children", "expected"}.isdisjoint(pair[1].adjusted)
    shown = pair[1].periods.loc[pair[1].periods["value"].notna()].set_index(HOME).index
    few = pair[0].adjusted.loc[pair[0].adjusted["children"] < RATIO_FEWEST].set_index(HOME).index
    assert len(few.intersection(shown)) > 10  # counts that are shown, whose ratio would tell ages
    assert RATIO_NOT_SHOWN in Official(county="Birch", as_of=DAY).adjusted().blocks[1].paragraphs


def test_no_ratio_tells_how_many_children_were_of_an_age(pair):
    """Count, ratio and interval give the expected number within less than 1 in 1,000: the sum of the rates of these children's ages."""
    rows = both(pair, "adjusted").reset_index().merge(pair[1].periods[[*HOME, "denominator"]], on=HOME)
    rows = rows.loc[rows["measure"].map(lambda name: measure(name).per == 1) & (rows["county"] != WHOLE) & (rows["observed"] > 0)]
    told = [_told(row, *_expected(row)) for row in rows.loc[rows["denominator"] < 200].itertuples(index=False)]
    assert len(told) > 10 and not any(told)


def _expected(row) -> tuple[float, float]:
    """Between which numbers the expected number must lie."""
    tried = np.linspace(row.observed / (row.ratio + 0.005), row.observed / (row.ratio - 0.005), 5001)
    found = standardised_ratio(np.full_like(tried, row.observed), tried)
    fits = tried[(abs(found.lower - row.lower) < 0.00501) & (abs(found.upper - row.upper) < 0.00501)]
    return fits.min(), fits.max()


def _told(row, lowest: float, highest: float) -> bool:
    """Whether the number of children of some age can be one number only, or none above 10."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rates = age_rates(row.measure)["rate"].to_numpy()
    fits = [LinearConstraint(np.ones(len(rates)), row.denominator, row.denominator), LinearConstraint(rates, lowest, highest)]
    for place in np.eye(len(rates)):
        least, most = (milp(sign * place, constraints=fits, integrality=np.ones(len(rates)), bounds=Bounds(0, np.inf)) for sign in (1, -1))
        if round(most.x @ place) == round(least.x @ place) or round(most.x @ place) <= 10:
            return True
    return False


@pytest.mark.parametrize(("observed", "kept"), [(40, True), (39, False), (30, False), (29, True)])
def test_a_count_with_few_more_than_the_ratio_s_is_not_told(pair, observed, kept):
    """40 are shown; 39 in the ratio would say that 1 of them had no birth date. So would 30 say of 10."""
    row = pair[0].adjusted.iloc[:1].assign(observed=observed, children=500)
    shown = pd.Series([40.0], index=pd.MultiIndex.from_frame(row[HOME]))
    assert len(_released_ratios(row, shown, 11)) == kept
    assert len(_released_ratios(row, shown, 0)) == 1


def test_an_open_window_stays_one_where_its_children_are_few(pair):
    """Heron has 1 to 10 children in every period: hidden, but never `the newest complete period`."""
    rows = both(pair, "periods")
    heron = rows.loc[rows.index.get_level_values("county") == "Heron"]
    open_windows = heron["status_known"] == "not yet mature"
    assert open_windows.any() and heron.loc[open_windows, "children"].isna().any()
    assert heron.loc[open_windows, "status"].eq("not yet mature").all() and not heron.loc[~open_windows, "status"].eq("not yet mature").any()
    assert "April 2024 to March 2025" in block_html(Official(county="Heron", as_of=DAY).summary().content())


def test_groups_do_not_give_back_a_total_that_is_hidden(tmp_path):
    """95 of Alder's 100 left, none of Birch's 20. Alder's is hidden for the 5 who stayed, and so must the total be: less Birch's 0
    it is Alder's. Groups of 48 of 61 and 47 of 59 add to that total."""
    lines = [f"{'Alder' if number < 100 else 'Birch'} 2024-04-{number % 28 + 1:02} {'2024-08-01 relative' if number < 95 else '. .'} {'fm'[number % 2]}"
             for number in range(120)]
    drawn = table("county entry_date exit_date exit_reason sex\n" + "\n".join(lines))
    extract(tmp_path, drawn.assign(sex=drawn["sex"].map({"f": "female", "m": "male"})))
    page = Official(county=WHOLE, as_of=DAY, data=str(tmp_path))
    row = page.own("periods").set_index(["measure", "cohort"]).loc[("permanency_in_12_months", "24B25A")]
    agency = replace(page, profile="internal").own("groups")
    both_sexes = agency.loc[agency["group"].isin(["sex: female", "sex: male"]) & (agency["measure"] == "permanency_in_12_months")]
    assert row["status"] == "suppressed" and both_sexes["numerator"].sum() == 95
    assert page.own("groups").empty or not (page.own("groups")["measure"] == "permanency_in_12_months").any()


def test_sentences_about_the_file_tell_no_small_count():
    notes = ["a.csv: 3 rows had a code.", "a.csv: 12 rows, 1,204 stays under 8 days until 9 June 2026.", "a.csv: children left out (10)."]
    facts = {"as_of_reason": "the last month's end that looks complete: 1 entry (100% of the usual month)", "notes": notes}
    found = public_facts(facts)
    assert found["as_of_reason"] == "the last month's end that looks complete"
    assert found["notes"] == ["a.csv: [c] rows had a code.", notes[1], "a.csv: children left out ([c])."]
    assert facts["notes"] == notes


def test_the_page_does_not_say_how_few_entered_in_the_last_month():
    internal, released = (dict(Official(county=WHOLE, profile=profile).heading().facts)["Why this day"] for profile in ("internal", "release"))
    assert "entries" in internal and not any(letter.isdigit() for letter in released)


def test_whole_percents_and_no_small_count_or_complement(pair):
    rows = pair[1].periods
    for amount in (rows["numerator"], rows["children"], (rows["denominator"] - rows["numerator"]).where(rows["denominator"].eq(rows["children"]))):
        assert amount.notna().sum() > 100 and not amount.between(1, 10).any()
    shares = rows.loc[rows["measure"].isin([name for name in indicators() if measure(name).per == 1]), ["value", "lower", "upper"]]
    assert (shares * 100).sub((shares * 100).round()).abs().max(axis=None) < 1e-9
