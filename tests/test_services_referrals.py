"""Referrals as a funnel: who counts, in which period, by which day; what is told of young periods; how the files are read."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn import cells, write
from test_afcars import drawn as afcars_rows
from test_afcars import row as afcars_row

from cqi.cohorts import cohort
from cqi.services import NOT_KNOWN, OTHERS, bands, engaging, funnel, service_measures, with_roles
from cqi.services.definitions import KINDS
from cqi.services.months import incidence_rows, months_until, months_watched
from cqi.services.referrals import first_of_each, is_mature, periods
from cqi.sources import load
from cqi.vocabulary import MEASURE_COLUMNS, WHOLE, CqiError

HALF = cohort("2024H1")
LATE = date(2026, 6, 30)
GOLDEN = Path(__file__).parent / "golden" / "services"
DAYS = ("referral_date", "engaged_date", "completed_date")


def table(drawing):
    """Referrals drawn as text; county Alder and role nurse where the drawing has none."""
    head, *rows = cells(drawing)
    found = pd.DataFrame(rows, columns=head)
    found = found.assign(**{name: word for name, word in (("county", "Alder"), ("first_contact_role", "nurse")) if name not in found})
    return found.assign(**{name: pd.to_datetime(found.get(name, pd.Series("", index=found.index)), errors="coerce").astype("datetime64[s]") for name in DAYS})


def counted(rows, name, group=""):
    """Counted and among, of one row of the funnel."""
    own = rows.loc[(rows["measure"] == name) & (rows["group"] == group)]
    assert len(own) == 1 and tuple(own.columns) == MEASURE_COLUMNS
    return tuple(own.iloc[0][["numerator", "denominator"]])


# ---- who and by when ---------------------------------------------------------------------------------------------------

EDGES = table("""
    child_id  referral_date  engaged_date  completed_date
    before    2023-12-31     2024-01-05    .
    first     2024-01-01     .             .
    last      2024-06-30     .             .
    after     2024-07-01     .             .
    a1        2024-01-31     2024-04-29    .
    a2        2024-01-31     2024-04-30    .
    a3        2024-01-31     2024-05-01    .
    same      2024-02-29     2024-02-29    2024-02-29
    c1        2024-02-29     2024-03-01    2025-02-27
    c2        2024-02-29     2024-03-01    2025-02-28
    c3        2024-02-29     2024-03-01    2025-03-01
""")


def test_the_day_before_the_day_and_the_day_after():
    """31 January and 3 months is 30 April; 29 February and 12 months is 28 February. Nine are of the half-year: all but the first and `after`."""
    rows = funnel(EDGES, HALF, as_of=LATE)
    assert rows.loc[(rows["measure"] == "referral_made") & (rows["group"] == ""), "numerator"].tolist() == [9]
    assert counted(rows, "referral_engaged") == (2 + 1 + 3, 9)  # a1, a2; same; c1, c2, c3
    assert counted(rows, "referral_completed") == (1 + 2, 9)  # same; c1, c2


def test_what_was_not_known_by_the_day_does_not_count():
    rows = table("""
        child_id  referral_date  engaged_date  completed_date
        a         2024-01-10     2024-02-01    2024-05-01
        b         2024-03-01     2024-03-31    .
        c         2024-03-31     .             .
        d         2024-04-01     .             .
    """)
    shown = funnel(rows, HALF, as_of=date(2024, 3, 31))
    assert counted(shown, "referral_engaged") == (2, 3) and counted(shown, "referral_completed") == (0, 3)
    assert counted(funnel(rows, HALF, as_of=date(2024, 3, 30)), "referral_engaged") == (1, 2)
    young = shown.loc[shown["measure"] != "referral_made"]
    assert set(young["status"]) == {"so far"} and young[["value", "lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize(("as_of", "engaged", "completed"), [
    ("2024-09-29", False, False), ("2024-09-30", True, False), ("2025-06-29", True, False), ("2025-06-30", True, True)])
def test_a_window_is_over_on_the_anniversary_of_the_last_day(as_of, engaged, completed):
    day = date.fromisoformat(as_of)
    assert (is_mature(HALF, 3, day), is_mature(HALF, 12, day)) == (engaged, completed)
    rows = funnel(EDGES, HALF, as_of=day).set_index(["measure", "group"])
    assert [rows.loc[(f"referral_{step}", ""), "status"] == "shown" for step in ("engaged", "completed")] == [engaged, completed]


def test_a_child_counts_once_in_a_period_by_its_first_referral():
    rows = table("""
        child_id  referral_date  first_contact_role  engaged_date
        a         2024-02-01     nurse               .
        a         2024-03-01     peer                2024-03-02
        b         2024-02-01     peer                .
        b         2024-02-01     nurse               2024-02-05
        c         2023-12-01     nurse               .
        c         2024-01-15     peer                .
    """)
    found = funnel(rows, HALF, as_of=LATE)
    assert counted(found, "referral_engaged") == (1, 3)  # b, by the row that engaged
    assert counted(found, "referral_engaged", "first contact: nurse") == (1, 2)
    assert counted(found, "referral_engaged", "first contact: peer") == (0, 1)
    assert first_of_each(rows.sample(frac=1, random_state=2), HALF, as_of=LATE).equals(first_of_each(rows, HALF, as_of=LATE))


def test_who_completed_has_engaged():
    rows = table("""
        child_id  referral_date  engaged_date  completed_date
        a         2024-02-01     .             2024-04-01
        b         2024-02-01     .             2024-06-01
    """)
    found = funnel(rows, HALF, as_of=LATE)
    assert counted(found, "referral_engaged") == (1, 2) and counted(found, "referral_completed") == (2, 2)


def test_the_interval_is_wilsons():
    """20 of 40: 0.352 to 0.648 (Newcombe 1998, method 3, worked out by hand)."""
    rows = table("child_id referral_date engaged_date\n" + "\n".join(f"c{n} 2024-02-01 {'2024-02-02' if n < 20 else '.'}" for n in range(40)))
    found = funnel(rows, HALF, as_of=LATE).set_index(["measure", "group"]).loc[("referral_engaged", "")]
    assert found[["value", "lower", "upper"]].astype(float).round(3).tolist() == [0.5, 0.352, 0.648]


def test_by_county_the_same_children():
    rows = table("""
        child_id  county  referral_date  engaged_date
        a         Alder   2024-02-01     2024-02-02
        b         Alder   2024-02-01     .
        c         Birch   2024-02-01     2024-02-02
    """)
    found = funnel(rows, HALF, as_of=LATE, by="county").set_index(["measure", "county"])
    assert found.loc["referral_engaged", "numerator"].to_dict() == {"Alder": 1, "Birch": 1, WHOLE: 2}


def test_periods_begin_with_the_files_first_month_and_six_are_over():
    rows = table("child_id referral_date\n" + "\n".join(f"c{n} {day}" for n, day in enumerate(("2020-07-15", "2024-03-01", "2030-01-01"))))
    assert [each.label for each in periods(rows, as_of=date(2022, 6, 30))] == ["2020H2", "2021H1", "2021H2", "2022H1"]
    assert [each.label for each in periods(rows, as_of=date(2025, 7, 1))][0] == "2021H2"  # 2021H2 to 2024H1 are over, three more have begun
    assert periods(rows, as_of=date(2020, 7, 14)) == []
    late = rows.assign(referral_date=rows["referral_date"].replace(pd.Timestamp("2020-07-15"), pd.Timestamp("2020-08-01")))
    assert periods(late, as_of=date(2021, 7, 1))[0].label == "2021H1"  # the file begins in the middle of 2020H2


# ---- young periods -----------------------------------------------------------------------------------------------------

def test_months_until_and_months_watched():
    start = pd.Series(pd.to_datetime(["2024-01-31"] * 5))
    end = pd.Series(pd.to_datetime(["2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01", None]))
    assert months_until(start, end, 3).tolist() == [0, 1, 1, 2, 4]
    watched = [int(months_watched(start[:1], pd.Timestamp(day), 3)[0]) for day in ("2024-02-28", "2024-02-29", "2024-03-31", "2026-01-01")]
    assert watched == [0, 1, 2, 3]


def test_young_children_count_for_the_months_that_they_have_had():
    """12 watched for 3 months (6 engage in month 1), 12 for 1 month (3 engage): month 1 is 9 of 24. Months 2 and 3 have only the first
    twelve, of whom nobody more engages: the share stays at 9 of 24 and does not fall to 6 of 12 or rise."""
    happened = np.array([1] * 6 + [4] * 6 + [1] * 3 + [4] * 9)
    watched = np.array([3] * 12 + [1] * 12)
    rows = incidence_rows(np.zeros(24, dtype=int), [""], happened, watched, (1, 2, 3), measure="m", county=WHOLE, cohort="2024H1",
                          as_of=pd.Timestamp(LATE), unit="children")
    assert rows["value"].tolist() == pytest.approx([9 / 24] * 3)
    assert rows[["numerator", "denominator", "children"]].values.tolist() == [[9, 24, 24], [6, 12, 24], [6, 12, 24]]
    assert rows["status"].tolist() == ["shown", "so far", "so far"]


@pytest.mark.parametrize(("watched_long", "given"), [(9, False), (10, True)])
def test_no_share_of_fewer_than_ten(watched_long, given):
    watched = np.array([3] * watched_long + [1] * 20)
    rows = incidence_rows(np.zeros(len(watched), dtype=int), [""], np.full(len(watched), 1), watched, (3,), measure="m", county=WHOLE,
                          cohort="2024H1", as_of=pd.Timestamp(LATE), unit="children")
    assert rows["value"].notna().item() == given and rows["status"].item() == ("so far" if given else "not yet mature")


def test_what_happens_in_a_month_that_is_not_over_does_not_count_yet():
    rows = table("child_id referral_date engaged_date\n" + "\n".join(f"c{n} 2024-03-10 2024-03-20" for n in range(12)))
    before, after = (engaging(rows, [HALF], as_of=date.fromisoformat(day)).set_index(["measure", "at"]) for day in ("2024-04-09", "2024-04-10"))
    assert before.loc[("referral_engaged", 1.0), "status"] == "not yet mature" and after.loc[("referral_engaged", 1.0), "value"] == 1


CASE = {"months": [0, 1, 1, 2, 2, 2, 3, 3, 5, 6, 7, 8, 12, 12, 1, 3, 9, 10, 4, 4, 11, 12], "left": [1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0]}


def test_the_curve_is_that_of_r():
    """tests/golden/services/survfit.json, made by survfit.R beside it."""
    golden = json.loads((GOLDEN / "survfit.json").read_text(encoding="utf-8"))
    assert golden["case"] == CASE
    months, left = np.array(CASE["months"]), np.array(CASE["left"], dtype=bool)
    rows = incidence_rows(np.zeros(len(months), dtype=int), [""], np.where(left, months, 99), np.where(left, 12, months), tuple(golden["at"]),
                          measure="m", county=WHOLE, cohort="2024H1", as_of=pd.Timestamp(LATE), unit="staff")
    told = rows.loc[rows["value"].notna()]
    assert len(told) >= 4
    for name in ("value", "lower", "upper"):
        assert told[name].tolist() == pytest.approx([golden[name][golden["at"].index(int(at))] for at in told["at"]], abs=1e-9)


@pytest.mark.r
def test_the_golden_file_is_what_r_says(tmp_path):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    shutil.copy(GOLDEN / "survfit.R", tmp_path)
    subprocess.run(["Rscript", "survfit.R"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    made, kept = (json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "survfit.json", GOLDEN / "survfit.json"))
    assert made["at"] == kept["at"] and all(made[name] == pytest.approx(kept[name], abs=1e-9) for name in ("value", "lower", "upper"))


# ---- roles, never persons ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("number", "told"), [(4, OTHERS), (5, "peer parent")])
def test_a_role_of_few_is_told_with_others(number, told):
    rows = pd.DataFrame({"role": ["Case worker"] * 6 + ["case worker "] + ["Peer parent"] * number + [""]})
    assert with_roles(rows, "role", fewest=5)["role"].tolist() == ["case worker"] * 7 + [told] * number + [NOT_KNOWN]


@pytest.mark.parametrize(("number", "by_role"), [(20, True), (21, False)])
def test_more_than_twenty_different_words_are_no_roles(number, by_role):
    rows = pd.DataFrame({"role": [f"Person {n}" for n in range(number)] * 30})
    assert set(with_roles(rows, "role", fewest=5)["role"]) == ({f"person {n}" for n in range(number)} if by_role else {""})


def test_without_roles_the_funnel_has_everybody_only():
    rows = table("child_id referral_date first_contact_role\na 2024-02-01 .")
    assert funnel(rows, HALF, as_of=LATE)["group"].tolist() == ["", "", ""]


# ---- definitions -------------------------------------------------------------------------------------------------------

def test_every_measure_says_what_it_is_and_which_value_it_reflects():
    found = service_measures()
    assert {each.kind for each in found.values()} == set(KINDS) == {"input", "output", "outcome"}
    assert all(each.value and each.why and each.question.endswith("?") for each in found.values())
    assert [name for name, each in found.items() if each.kind == "outcome"] == ["referral_engaged", "referral_completed"]


def test_published_figures_have_a_source_and_a_vintage():
    found = bands()
    assert [(low, high) for _, low, high in found.bands] == [(0.1, 0.12), (0.2, 0.4)] and found.mean[1] == 0.3
    assert "Casey" in found.source and "2026" in found.vintage


# ---- the file ----------------------------------------------------------------------------------------------------------

EPISODES = "child_id county entry_date exit_date exit_reason\nhidden1 Alder 2024-01-01 . ."
REFERRALS = """
    child_id  county  referral_date  first_contact_role  engaged_date  completed_date
    hidden1   Alder   2024-02-02     nurse               2024-02-01    .
    hidden2   Alder   2024-02-02     nurse               2024-02-02    2024-02-02
    hidden3   Alder   2024-02-02     nurse               .             2024-02-01
    hidden4   Alder   2024-02-02     .                   2024-03-02    2024-03-01
    hidden5   Alder   2024-02-02     .                   .             2024-03-01
    hidden5   Alder   2024-02-02     .                   .             2024-03-01
    hidden6   .       2024-02-02     nurse               .             .
    hidden7   Alder   soon           nurse               .             .
"""


def test_dates_in_order_repeats_and_blanks(tmp_path):
    found = load(write(tmp_path, episodes=EPISODES, referrals=REFERRALS))
    assert found.referrals["child_id"].tolist() == ["hidden2", "hidden5", "hidden6"]
    account = found.account.set_index("file").loc["referrals.csv"]
    assert account.tolist() == ["referrals", 8, 3, 1, 4]
    reasons = dict(zip(found.quarantine["row"], found.quarantine["reason"]))
    assert reasons == {2: "engaged_date comes before referral_date", 4: "completed_date comes before referral_date",
                       5: "completed_date comes before engaged_date", 9: "referral_date is not a date in a declared format (yyyy-mm-dd)"}
    told = found.findings.set_index("defect")
    assert "1 row without a role" in told.loc["no-role", "what"] and "1 row with a completed_date" in told.loc["completed-without-engaged", "what"]
    assert "hidden" not in found.findings.to_csv() + "".join(found.notes)


def test_names_in_the_column_of_roles_are_told_without_one(tmp_path):
    rows = "child_id county referral_date first_contact_role\n" + "\n".join(f"hidden{n} Alder 2024-02-02 Ada~Secret{n}" for n in range(21))
    found = load(write(tmp_path, episodes=EPISODES, referrals=rows))
    told = found.findings.set_index("defect").loc["roles-like-names"]
    assert "21 different words in first_contact_role" in told["what"] and "Secret" not in found.findings.to_csv()


def test_beside_the_files_of_another_source(tmp_path):
    """The days are written as 2024-01-31, or as the source writes its own; a county of a source with FIPS codes may have lost its zero."""
    write(tmp_path, fc2021=afcars_rows(afcars_row("CA1", "2021-9", "2020-01-10")), referrals="""
        child_id  county  referral_date
        CA1       6037    2020-01-31
        CA2       6037    2020-02-30
    """, staff="staff_id county role hire_date end_date\nhidden9 06037 aide 2020-01-31 .")
    found = load(tmp_path, "afcars")
    assert found.referrals[["county", "referral_date"]].astype(str).values.tolist() == [["Los Angeles (06037)", "2020-01-31"]]
    assert found.staff["county"].tolist() == ["Los Angeles (06037)"]


def test_a_missing_column_is_named_with_its_file(tmp_path):
    with pytest.raises(CqiError, match="referrals.csv: .*'referral_date'"):
        load(write(tmp_path, episodes=EPISODES, referrals="child_id county\nhidden1 Alder"))
