"""Funnel plots: the statistics against R (tests/golden/estimates) and by hand; the chart and its words on drawn tables."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from test_estimates import close, golden

from cqi import estimates
from cqi.blocks import Figure, Text
from cqi.blocks.svg import figure_svg
from cqi.charts import funnel as pictures
from cqi.vocabulary import WHOLE, CqiError
from cqi.wording import funnel as words

CASES = ("spread", "chance", "few", "ratios", "alike ratios")


def rows(case):
    table = golden("funnel.csv")
    return {name: values[table["case"] == case] for name, values in table.items()}


def funnel(case, *, corrected=True):
    """The case's rows of the golden file, its funnel, and its limits as a function of tau2 and level."""
    table = rows(case)
    if table["what"][0] == "ratio":
        found = estimates.ratio_funnel(table["part"], table["whole"], corrected=corrected)
        return table, found, lambda tau2, level: estimates.ratio_limits(table["whole"], tau2=tau2, level=level, corrected=corrected)
    found = estimates.proportion_funnel(table["part"], table["whole"], corrected=corrected)
    return table, found, lambda tau2, level: estimates.proportion_limits(
        found.target, table["whole"], tau2=tau2, level=level, corrected=corrected)


@pytest.mark.parametrize("case", CASES)
def test_values_spread_and_limits_as_in_r(case):
    table, found, limits = funnel(case)
    close(found.value, table["value"])
    close(found.z, table["z_corrected"])
    close([found.target, *found.plain], [table[name][0] for name in ("target", "phi_corrected", "tau2_corrected")])
    close(limits(found.plain.tau2, 0.95)[0], table["corrected_lower_95"])
    close(limits(found.plain.tau2, 0.998)[1], table["corrected_upper_998"])


@pytest.mark.parametrize("case", CASES)
def test_uncorrected_as_in_r_and_as_funnelplotr_defines_it(case):
    table, found, limits = funnel(case, corrected=False)
    close(found.z, table["z"])
    close([found.target, *found.plain, *found.winsorised],
          [table[name][0] for name in ("target", "phi", "tau2", "phi_winsorised", "tau2_winsorised")])
    close(limits(found.plain.tau2, 0.95), [table["lower_95"], table["upper_95"]])
    close(limits(found.plain.tau2, 0.998), [table["lower_998"], table["upper_998"]])
    close(limits(0, 0.95)[0], table["chance_lower_95"])
    close(limits(0, 0.998)[1], table["chance_upper_998"])


@pytest.mark.parametrize("case", ["spread", "chance", "few"])
def test_wilson_limits_as_in_r(case):
    table, found, _ = funnel(case)
    for level, name in ((0.95, "95"), (0.998, "998")):
        close(estimates.wilson_limits(found.target, table["whole"], level=level),
              [table[f"wilson_lower_{name}"], table[f"wilson_upper_{name}"]])


def test_the_wilson_interval_of_a_share_on_the_limit_just_touches_the_target():
    lower, upper = estimates.wilson_limits(0.3, 400)
    close(estimates.wilson(400 * lower, 400)[1], 0.3)
    close(estimates.wilson(400 * upper, 400)[0], 0.3)


def test_spread_by_hand():
    # half of all children: z = 2 sqrt(25) (asin sqrt p - pi/4); p = sin^2(pi/4 + 0.4) and its mirror give z of 4 and -4
    shares = np.sin(np.pi / 4 + np.array([0.4, -0.4])) ** 2
    found = estimates.proportion_funnel(shares * 25, [25, 25], corrected=False)
    close(found.z, [4, -4])
    close(found.plain, [16, (32 - 1) / (200 - 2 * 100**2 / 200)])


def test_winsorised_scores_are_pulled_in_to_the_tenth_and_ninetieth_percent():
    # eleven ratios with z of -5 to 5: the quantiles are -4 and 4
    z = np.arange(-5, 6)
    found = estimates.ratio_funnel((10 + z / 2) ** 2, np.full(11, 100), corrected=False)
    close(found.plain.phi, 110 / 11)
    close(found.winsorised.phi, (110 - 2 * 25 + 2 * 16) / 11)


def test_groups_no_more_different_than_chance_have_no_spread():
    found = estimates.proportion_funnel([10, 20, 31], [40, 80, 120], corrected=True)
    assert found.plain.tau2 == found.winsorised.tau2 == 0 and found.plain.phi < 1


def test_the_spread_that_was_simulated_is_found_plain_and_not_winsorised():
    random = np.random.default_rng(20261122)
    sizes = np.exp(random.uniform(np.log(20), np.log(1000), 58)).round()
    found = []
    for _ in range(300):
        middle = np.arcsin(np.sqrt(0.3)) + random.normal(0, 0.06, 58)
        funnel = estimates.proportion_funnel(random.binomial(sizes.astype(int), np.sin(middle) ** 2), sizes, corrected=True)
        found.append((funnel.plain.tau2, funnel.winsorised.tau2))
    plain, winsorised = np.mean(found, axis=0)
    assert abs(plain / 0.06**2 - 1) < 0.06
    assert winsorised / 0.06**2 < 0.8


@pytest.mark.parametrize("share", [0, 1])
def test_a_target_at_an_edge_has_limits_there(share):
    found = estimates.proportion_funnel([10 * share, 20 * share], [10, 20], corrected=True)
    assert found.target == share and found.plain == (0, 0) and set(found.verdict) == {"inside"}
    lower, upper = estimates.proportion_limits(found.target, [10, 20], corrected=True)
    assert (lower[0] == 0 and 0 < upper[0] < 1) if share == 0 else (0 < lower[0] < 1 and upper[0] == 1)


def test_limits_do_not_turn_back_for_the_smallest_groups():
    # asin sqrt(0.1) = 0.32; with two children the lower limit would be sin^2(0.32 - 0.69), above 0
    for corrected in (True, False):
        lower, upper = estimates.proportion_limits(0.1, np.arange(1, 500), corrected=corrected)
        assert lower[1] == 0 and np.all(np.diff(lower) >= 0) and np.all(np.diff(upper) <= 0)
        assert estimates.ratio_limits(0.5, corrected=corrected)[0] == 0  # 1 - 1.96 / (2 sqrt(0.5)) is below 0


def test_exact_limits_of_a_ratio_are_those_of_the_expected_count():
    # what FunnelPlotR draws unadjusted: half the chi-square quantiles at 2E and 2E + 2, over E
    lower, upper = estimates.rate_interval(12.5, 12.5, per=1)
    exact = estimates.poisson_interval(12.5)
    close([lower, upper], [exact[0] / 12.5, exact[1] / 12.5])


def test_groups_without_children_or_with_a_missing_number_say_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = estimates.proportion_funnel([4, 0, math.nan, 9, 5], [10, 0, 12, 20, math.nan], corrected=True)
        nobody = estimates.proportion_funnel([0, math.nan], [0, 5], corrected=True)
        one = estimates.ratio_funnel([4], [9], corrected=False)
    without = estimates.proportion_funnel([4, 9], [10, 20], corrected=True)
    assert found.verdict.tolist() == ["inside", "", "", "inside", ""]
    assert np.isnan(found.z[[1, 2, 4]]).all() and np.isnan(found.value[[1, 2, 4]]).all()
    assert found.plain == without.plain and found.target == without.target
    assert math.isnan(nobody.target) and math.isnan(nobody.plain.phi) and nobody.plain.tau2 == 0
    assert one.plain == (4, 0)  # z is 2 (2 - 3)
    assert np.isnan(estimates.proportion_limits(0.3, [0, math.nan], corrected=True)).all()
    assert np.isnan(estimates.wilson_limits(0.3, 0)).all() and np.isnan(estimates.ratio_limits(0, corrected=True)).all()


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.6])
def test_few_children_are_not_called_outside_for_want_of_luck(share):
    """Counties of 10 to 40 children who all have the same chance, worked out exactly: 5% and 0.2% would be outside."""
    alarms = []
    for size in range(10, 41):
        gone = np.arange(size + 1)
        chance = np.array([math.comb(size, k) * share**k * (1 - share) ** (size - k) for k in gone])
        limits = [estimates.proportion_limits(share, size, level=level, corrected=True) for level in (0.95, 0.998)]
        alarms.append([chance[(gone / size < lower) | (gone / size > upper)].sum() for lower, upper in limits])
    assert np.all(np.mean(alarms, axis=0) < [0.06, 0.004])


def test_uncorrected_limits_call_none_of_twenty_an_event():
    # at a target of 5% none of 20 leave 36% of the time
    assert estimates.proportion_limits(0.05, 20, corrected=False)[0] > 0 and estimates.proportion_limits(0.05, 20, corrected=True)[0] == 0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("corrected", [True, False])
def test_the_verdict_is_where_the_value_lies_beside_the_limits(case, corrected):
    _, found, limits = funnel(case, corrected=corrected)
    (lower, upper), (outer_lower, outer_upper) = (limits(found.plain.tau2, level) for level in (0.95, 0.998))
    value = found.value
    assert (found.verdict == "outside 99.8%").tolist() == ((value < outer_lower) | (value > outer_upper)).tolist()
    assert (found.verdict == "inside").tolist() == ((value >= lower) & (value <= upper)).tolist()
    assert set(found.verdict) <= {"inside", "outside 95%", "outside 99.8%"}


def test_verdicts_just_inside_and_just_outside_the_limits():
    # ratios of 100 expected with z just below and above 1.96 and 3.09; ninety at z 0 keep the spread at chance
    z = np.array([1.9599, 1.9600, -3.0902, -3.0903, *[0] * 90])
    found = estimates.ratio_funnel((10 + z / 2) ** 2, np.full(94, 100), corrected=False)
    assert found.plain.tau2 == 0
    assert found.verdict[:5].tolist() == ["inside", "outside 95%", "outside 95%", "outside 99.8%", "inside"]


def test_the_order_of_groups_does_not_matter():
    table = rows("spread")
    forth, back = (estimates.proportion_funnel(table["part"][::step], table["whole"][::step], corrected=True) for step in (1, -1))
    close(forth.z, back.z[::-1])
    close(forth.plain, back.plain)


def test_impossible_numbers_are_refused():
    with pytest.raises(CqiError, match="proportion_funnel: a numerator is above"):
        estimates.proportion_funnel([11], [10], corrected=True)
    with pytest.raises(CqiError, match="ratio_funnel: a number is negative"):
        estimates.ratio_funnel([-1], [10], corrected=True)
    with pytest.raises(CqiError, match="write 95% as 0.95"):
        estimates.proportion_limits(0.3, 10, level=95, corrected=True)


# ---- the figure: drawn tables of counties --------------------------------------------------------------------------

def table(*counties, **changes):
    """Rows of a measure table: (county, children who left, children), counts missing where hidden; the whole last."""
    known = [(gone, of) for _, gone, of in counties if not math.isnan(gone)]
    everybody = (WHOLE, sum(gone for gone, _ in known), sum(of for _, of in known))
    rows = pd.DataFrame([*counties, everybody], columns=["county", "numerator", "denominator"])
    rows = rows.astype({"numerator": float, "denominator": float})
    lower, upper = estimates.wilson(rows["numerator"], rows["denominator"])
    return rows.assign(**{
        "measure": "permanency_in_12_months", "cohort": "2025H2", "group": "", "part": "", "at": 12.0, "as_of": pd.Timestamp("2026-06-30"),
        "children": rows["denominator"], "value": rows["numerator"] / rows["denominator"], "level": 0.95, "lower": lower, "upper": upper,
        "unit": "children", "method": "proportion, Wilson interval", "status": "so far", **changes})


def drawn(rows):
    return words.figure(rows, "Counties", draw=pictures.drawn)


def values(spec):
    return [row for rows in spec["datasets"].values() for row in rows]


SIX = (("Alder", 30, 100), ("Birch", 62, 200), ("Cedar", 13, 50), ("Elm", 90, 300), ("Finch", 16, 40), ("Hazel", 60, 100))


def test_the_figure_counts_those_outside_and_names_them():
    # all together 271 of 790, 34%; Hazel's 60 of 100 is far from it, and the others from each other by chance only
    figure = drawn(table(*SIX))
    assert "in these 6 counties together, 271 of 790 children (34%) left to a permanent home so far." in figure.finding
    assert "1 county lies outside the 95% limits: Hazel (above)." in figure.finding
    assert "Fewer than 1 of 6 would lie outside in any case" in figure.finding and "On 30 June 2026" in figure.finding
    cells = {row[0].text: [cell.text for cell in row[1:]] for row in figure.table.rows}
    assert cells["Alder"][:4] == ["30", "100", "30% (22% to 40%)", "inside"] and cells["Hazel"][3] == "outside 95%, above"
    assert figure.table.columns[1] == "Left to a permanent home so far"
    assert {row["county"] for row in values(figure.spec) if "county" in row} == {"Hazel"}


def test_spread_is_told_in_the_notes_of_the_table():
    found = estimates.proportion_funnel([gone for _, gone, _ in SIX], [of for _, _, of in SIX], corrected=True)
    notes = " ".join(drawn(table(*SIX)).table.notes)
    assert found.plain.tau2 > 0 and f"phi {found.plain.phi:.2f}" in notes and f"tau2 {found.plain.tau2:.4f}" in notes
    assert f"phi {found.winsorised.phi:.2f}, tau2 {found.winsorised.tau2:.4f}" in notes


def test_counties_alike_have_the_limits_of_chance_alone_and_no_dashed_ones():
    figure = drawn(table(*((name, round(0.3 * of), of) for name, _, of in SIX)))
    assert "All lie within the 95% limits." in figure.finding and "in any case, by chance alone." in figure.finding
    assert "chance_upper_95" not in str(figure.spec) and "dashed" not in str(figure.spec) + " ".join(figure.notes)
    assert "chance_upper_95" in str(drawn(table(*SIX)).spec)


def test_hidden_and_small_counties_and_the_whole_change_nothing_but_the_note():
    alone = drawn(table(*SIX))
    hidden = table(*SIX, ("Ivy", math.nan, 77), ("Jay", math.nan, math.nan), ("Kite", 9, 9))
    hidden.loc[hidden["county"] == WHOLE, ["numerator", "denominator", "value"]] = [999, 2000, 0.4995]
    beside = drawn(hidden)
    assert (beside.spec, beside.finding, beside.table) == (alone.spec, alone.finding, alone.table)
    assert "3 counties are not drawn" in " ".join(beside.notes) and "not drawn" not in " ".join(alone.notes)


@pytest.mark.parametrize(("children", "there"), [(9, False), (10, True), (11, True)])
def test_ten_children_are_enough_to_be_drawn(children, there):
    names = [row[0].text for row in drawn(table(*SIX, ("Kite", 4, children))).table.rows]
    assert ("Kite" in names) == there


@pytest.mark.parametrize(("counties", "kind"), [(0, Text), (1, Text), (4, Text), (5, Figure), (6, Figure)])
def test_fewer_than_five_counties_are_a_note(counties, kind):
    found = drawn(table(*SIX[:counties]))
    assert isinstance(found, kind)
    if kind is Text:
        assert found.paragraphs[0].endswith({0: "Here none does.", 1: "Here 1 does.", 4: "Here 4 do."}[counties])


def test_a_complete_cohort_is_not_so_far():
    figure = drawn(table(*SIX, status="shown"))
    assert "so far" not in figure.finding + str(figure.spec) + " ".join(figure.notes) + figure.table.columns[1]


def test_a_county_that_stands_with_an_older_figure_is_not_drawn_beside_others_of_today():
    rows = table(*SIX)
    older = rows.assign(as_of=rows["as_of"].where(rows.index != 2, pd.Timestamp("2026-05-31")), status=rows["status"].where(rows.index != 2, "carried forward"))
    hidden = rows.assign(numerator=rows["numerator"].where(rows.index != 2), value=rows["value"].where(rows.index != 2))
    one, other = drawn(older), drawn(hidden)
    assert (one.finding, one.spec, one.notes) == (other.finding, other.spec, other.notes)


@pytest.mark.parametrize("name", ["as_of", "cohort", "measure"])
def test_rows_of_several_days_or_cohorts_are_refused(name):
    rows = table(*SIX)
    rows[name] = rows[name].astype(object)
    rows.loc[2, name] = pd.Timestamp("2026-05-31") if name == "as_of" else "another"
    with pytest.raises(CqiError, match=f"comparable only at one age|several of: {name}"):
        drawn(rows)


def test_a_rate_is_refused():
    with pytest.raises(CqiError, match="this measure is a rate"):
        drawn(table(*SIX, unit="moves per 1,000 days in care"))


def test_rows_of_children_do_not_reach_the_chart():
    with pytest.raises(CqiError, match="takes a measure table"):
        pictures.by_size(pd.DataFrame({"child_id": ["a"], "numerator": [1], "denominator": [10]}), title="")


def test_the_order_of_rows_changes_no_byte():
    rows = table(*SIX)
    assert drawn(rows).content() == drawn(rows.iloc[::-1]).content()


def test_the_curves_are_the_limits_at_every_size_and_the_dots_the_shares():
    figure = drawn(table(*SIX))
    found = estimates.proportion_funnel([gone for _, gone, _ in SIX], [of for _, _, of in SIX], corrected=True)
    curve = pd.DataFrame([row for row in values(figure.spec) if "upper_95" in row])
    limits = estimates.proportion_limits(found.target, curve["children"], tau2=found.plain.tau2, level=0.998, corrected=True)
    close([curve["lower_998"], curve["upper_998"]], limits)
    close(curve["chance_lower_95"], estimates.proportion_limits(found.target, curve["children"], corrected=True)[0])
    close([curve["children"].iloc[0], curve["children"].iloc[-1]], [40, 1.1 * 300])
    dots = {(row["children"], round(row["share"], 4), row["where"]) for row in values(figure.spec) if "where" in row}
    assert (100, 0.6, "outside") in dots and (300, 0.3, "inside") in dots and len(dots) == 6


@pytest.mark.parametrize(("ends", "ticks"), [
    ((9, 440), [10, 20, 50, 100, 200]), ((10, 20), [10, 20]), ((11, 20), [11, 20]), ((54, 66), [54, 66])])
def test_the_axis_has_round_numbers_of_children_or_its_ends(ends, ticks):
    assert pictures._ticks(*ends) == ticks


def test_names_in_a_crowd_do_not_lie_on_each_other():
    random = np.random.default_rng(4)
    crowd = pd.DataFrame({"county": [f"County {number}" for number in range(30)], "children": random.uniform(60, 140, 30),
                          "share": random.uniform(0.5, 0.62, 30), "where": "outside"})
    placed = pictures._placed(crowd, (10.0, 1000.0), 0.7)
    across = (pictures.WIDTH - pictures.ROOM) * np.log(placed["children"] / 10) / np.log(100)
    long = 7.5 * placed["county"].str.len()
    begin = np.where(placed["side"] == "left", across + 7, across - long - 7)
    up = pictures._TALL * placed["height"] / 0.7
    up, end = up.to_numpy(), begin + long.to_numpy()
    meet = (np.abs(up[:, None] - up) < 12) & (begin[:, None] < end) & (begin < end[:, None])
    assert 8 < len(placed) < 30 and meet.sum() == len(placed)  # each meets itself only
    assert set(placed["county"]) <= set(crowd["county"])


def test_the_sample_state_in_both_profiles():
    from cqi import Overview

    for profile in ("internal", "release"):
        rows = Overview(cohort="2025H2", as_of="2026-06-30", profile=profile).tables.measures
        rows = rows.loc[(rows["measure"] == "permanency_in_12_months") & (rows["cohort"] == "2025H2")]
        figure, shown = drawn(rows), rows.loc[rows["numerator"].notna() & rows["denominator"].ge(10) & rows["county"].ne(WHOLE), "county"]
        assert {row[0].text for row in figure.table.rows} == set(shown) and (len(shown) == 19 if profile == "internal" else 5 <= len(shown) < 19)
        assert sum(len(rows) for rows in figure.spec["datasets"].values()) <= 120
        assert "<svg" in figure_svg(figure.spec, title=figure.question, finding=figure.finding, name="f")
