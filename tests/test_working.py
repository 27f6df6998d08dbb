"""The page on how we work: what each kind of reader may see of referrals and staff, what was told before, and what the page says."""

import json
import shutil
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from drawn import write
from drawn_release import kinds, page, table

from cqi.audit import audit
from cqi.blocks import Figure
from cqi.render.digests import tables_digest
from cqi.disclosure.blocks import hidden_in_blocks
from cqi.journal import Answers
from cqi.journal.slip import Slip
from cqi.questionnaire import questionnaire
from cqi.tables.answered import ANSWERS, WITHHELD, kept_slips, slips_digest, slips_for, slips_without_ids
from cqi.tables.ledger import add_to_ledger, given_out
from cqi.tables.services import given_services, internal, released
from cqi.vocabulary import WHOLE
from cqi.wording.working import NO_REFERRALS, NO_STAFF, SURVEY_NOT_SHOWN
from cqi.working import Working
from cqi.working.attained import OWN_ONLY
from cqi.working.culture import NEXT_ROUND, NO_CAUSE, beside
from running import DATA

DAY = date(2026, 6, 30)
FACTS = {"as_of": "2026-06-30", "as_of_reason": "as asked", "notes": []}
SAFE = {"court": (40, 25, 13), "desk": (90, 50, 30), "nurse": (60, 40, 20), "peer": (50, 30, 14)}
"""Referred, engaged, completed by role: nothing small."""


def referrals(by_role, *, first="2025-01-10"):
    """Rows of as many children by role; those who complete are among those who engage."""
    rows = [{"child_id": f"{role}{first}{n}", "county": "Alder" if n % 2 else "Birch", "referral_date": first, "first_contact_role": role,
             "engaged_date": "2025-02-01" if n < engaged else "", "completed_date": "2025-09-01" if n < done else ""}
            for role, (number, engaged, done) in by_role.items() for n in range(number)]
    return dated(pd.DataFrame(rows), "referral_date", "engaged_date", "completed_date")


def dated(rows, *names):
    return rows.assign(**{name: pd.to_datetime(rows[name], errors="coerce").astype("datetime64[s]") for name in names})


def staff(by_role):
    """Hired in 2023 and there since, or left within the year, by role; one who left in 2022 tells from when leavers are known."""
    rows = [{"staff_id": f"{role}{n}", "county": "Alder", "role": role, "hire_date": "2023-02-01", "end_date": "2023-06-01" if n < left else "", "end_reason": ""}
            for role, (number, left) in by_role.items() for n in range(number)]
    rows.append({"staff_id": "old", "county": "Alder", "role": "aide", "hire_date": "2020-01-01", "end_date": "2022-12-01", "end_reason": ""})
    return dated(pd.DataFrame(rows), "hire_date", "end_date")


def extract(by_role=SAFE, by_staff=None):
    return SimpleNamespace(referrals=referrals(by_role), staff=staff(by_staff or {"aide": (40, 15), "worker": (80, 30)}))


def tables(by_role=SAFE, by_staff=None, *, before=None):
    return released(extract(by_role, by_staff), DAY, given_out(None) if before is None else before, FACTS, "release")


def told(rows, measure, cohort="2025H1"):
    """Numerators by group, missing where hidden."""
    own = rows.loc[(rows["measure"] == measure) & (rows["cohort"] == cohort) & rows["county"].eq(WHOLE)]
    return {group.partition(": ")[2]: number for group, number in zip(own["group"], own["numerator"])}


def given(folder, found):
    """The tables as a release."""
    place = folder / "release" / "tables"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("referrals", "staff", "curves"):
        getattr(found, name).to_csv(place / f"services-{name}.csv", index=False)
    return folder / "release"


HIDING = {**SAFE, "peer": (50, 30, 10)}


# ---- small numbers -----------------------------------------------------------------------------------------------------

def test_what_is_not_small_is_told(tmp_path):
    found = tables()
    assert told(found.referrals, "referral_engaged") == {"court": 25, "desk": 50, "nurse": 40, "peer": 30, "": 145}
    assert set(found.referrals["status"]) == {"shown"} and audit(given(tmp_path, found)) == []


@pytest.mark.parametrize(("role", "counts", "hidden"), [
    ("peer", (50, 30, 10), {"referral_completed"}),  # few who completed
    ("peer", (50, 40, 14), {"referral_engaged"}),  # few who did not engage: 50 - 40
    ("peer", (50, 39, 14), set()),
    ("peer", (50, 24, 14), {"referral_engaged", "referral_completed"}),  # few who engaged and did not complete: 24 - 14
    ("peer", (50, 25, 14), set()),
    ("peer", (25, 25, 14), set()),
    ("peer", (19, 19, 0), {"referral_engaged"}),  # all of fewer than 20
])
def test_a_small_count_or_difference_is_hidden_with_others(tmp_path, role, counts, hidden):
    found = tables({**SAFE, role: counts})
    for measure in ("referral_engaged", "referral_completed"):
        numbers = told(found.referrals, measure)
        missing = {name for name, number in numbers.items() if np.isnan(number)}
        if hidden == set():
            assert missing == set()
        elif measure in hidden and len(hidden) == 1:
            assert role in missing and (len(missing) > 1) and "" not in missing
    assert found.referrals["status"].eq("suppressed").any() == bool(hidden)
    assert audit(given(tmp_path, found)) == []


def test_a_small_role_is_told_with_others_and_hidden(tmp_path):
    found = tables({**SAFE, "rare": (10, 5, 2)})
    groups = set(found.referrals["group"])
    assert "first contact: rare" not in groups and "first contact: other roles" in groups
    numbers = told(found.referrals, "referral_made")
    assert np.isnan(numbers["other roles"]) and numbers[""] == 250 and sum(map(np.isnan, numbers.values())) >= 2
    assert audit(given(tmp_path, found)) == []


@pytest.mark.parametrize("seed", range(6))
def test_drawn_releases_keep_what_they_hide(tmp_path, seed):
    random = np.random.default_rng(seed)
    by_role = {}
    for role in ("court", "desk", "nurse", "peer", "school")[:random.integers(2, 6)]:
        number = int(random.integers(11, 60))
        engaged = int(random.integers(0, number + 1))
        by_role[role] = (number, engaged, int(random.integers(0, engaged + 1)))
    by_staff = {role: (number := int(random.integers(11, 60)), int(random.integers(0, number + 1))) for role in ("aide", "worker", "supervisor")}
    assert audit(given(tmp_path, tables(by_role, by_staff))) == []


def test_groups_of_staff_are_hidden_below_eleven_and_for_colleagues_below_five():
    by_staff = {"aide": (40, 10), "worker": (80, 30), "supervisor": (50, 11)}
    hidden = {name for name, number in told(tables(by_staff=by_staff).staff, "staff_still_here", "2023").items() if np.isnan(number)}
    assert "aide" in hidden and len(hidden) == 2
    own = internal(extract(by_staff=by_staff), DAY, FACTS, "internal").staff
    assert told(own, "staff_still_here", "2023") == {"aide": 30, "worker": 50, "supervisor": 39, "": 119}


@pytest.mark.parametrize(("left", "shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_colleagues_do_not_see_one_to_four_who_left(left, shown):
    own = internal(extract(by_staff={"aide": (30, left), "worker": (80, 30), "supervisor": (50, 20)}), DAY, FACTS, "internal").staff
    assert (not np.isnan(told(own, "staff_turnover", "2023")["aide"])) == shown


def test_only_what_is_over_for_all_and_no_county_is_released():
    later = referrals(SAFE, first="2025-07-02")
    both = SimpleNamespace(referrals=pd.concat([referrals(SAFE), later], ignore_index=True), staff=staff({"aide": (40, 15)}))
    out, own = released(both, DAY, given_out(None), FACTS, "release"), internal(both, DAY, FACTS, "internal")
    assert set(out.referrals["cohort"]) == {"2025H1"} and set(out.referrals["county"]) == {WHOLE} and len(out.curves) == 0
    assert "2025H2" in set(own.referrals["cohort"]) and {"Alder", "Birch"} < set(own.referrals["county"]) and len(own.curves)


def test_counts_in_blocks_by_hand():
    """10 of 60 is hidden; 60 - 10 = 50 with it; one more group, since 100 - 40 - 30 would tell; the total stays."""
    table = pd.DataFrame({"block": "b", "kind": ["", "role", "role", "role"], "n": [160, 60, 50, 50], "a": [80, 10, 40, 30]})
    hidden = hidden_in_blocks(table, ["n", "a"], threshold=11)
    assert hidden["n"].tolist() == [False] * 4 and hidden["a"].tolist()[:2] == [False, True] and hidden["a"].sum() == 2
    assert not hidden_in_blocks(table, ["n", "a"], threshold=0).any(axis=None)


# ---- told once ---------------------------------------------------------------------------------------------------------

def test_a_period_that_was_given_out_stays_as_it_was(tmp_path):
    """A correction of three children must not be the difference of two releases."""
    first, ledger = tables(), tmp_path / "given-out-release.jsonl"
    add_to_ledger(ledger, given_services(first), as_of="2026-06-30", inputs=[])
    changed = {**SAFE, "peer": (53, 30, 14)}
    again = tables(changed, before=given_out(ledger))
    assert told(again.referrals, "referral_made") == told(first.referrals, "referral_made")
    assert set(again.referrals.loc[again.referrals["group"].eq("first contact: peer"), "status"]) == {"carried forward"}
    assert set(again.referrals.loc[again.referrals["group"].eq("first contact: desk"), "status"]) == {"shown"}
    assert told(tables(changed).referrals, "referral_made")["peer"] == 53
    lines = ledger.read_text(encoding="utf-8")
    add_to_ledger(ledger, given_services(again), as_of="2026-07-31", inputs=[])
    assert ledger.read_text(encoding="utf-8") == lines
    pd.testing.assert_frame_equal(given_services(first), given_services(again), check_dtype=False)


@pytest.mark.parametrize("by_staff", [{"aide": (40, 15), "worker": (80, 30)}, {"aide": (40, 15), "worker": (80, 30), "few": (11, 0), "some": (12, 12)}])
def test_told_again_it_is_the_same_to_the_byte(tmp_path, by_staff):
    ledger = tmp_path / "given-out-release.jsonl"
    first = tables(HIDING, by_staff)
    add_to_ledger(ledger, given_services(first), as_of="2026-06-30", inputs=[])
    again = tables(HIDING, by_staff, before=given_out(ledger))
    assert first.referrals["status"].eq("suppressed").any()
    assert [getattr(first, name).to_csv() for name in ("referrals", "staff")] == [getattr(again, name).to_csv() for name in ("referrals", "staff")]
    assert tables_digest(first) == tables_digest(again)


def test_what_was_hidden_stays_hidden(tmp_path):
    ledger = tmp_path / "given-out-release.jsonl"
    first = tables({**SAFE, "peer": (50, 30, 10)})
    add_to_ledger(ledger, given_services(first), as_of="2026-06-30", inputs=[])
    again = tables({**SAFE, "peer": (50, 30, 14)}, before=given_out(ledger))
    assert {name for name, number in told(again.referrals, "referral_completed").items() if np.isnan(number)} == {
        name for name, number in told(first.referrals, "referral_completed").items() if np.isnan(number)}


# ---- planted leaks -----------------------------------------------------------------------------------------------------

def leaking(folder, change):
    found = tables(HIDING)
    rows = found.referrals.astype({"numerator": object})
    return audit(given(folder, replace(found, referrals=change(rows))))


def unhidden(rows):
    peer = rows["measure"].eq("referral_completed") & rows["group"].eq("first contact: peer")
    return rows.assign(numerator=rows["numerator"].mask(peer, 10))


def one_alone(rows):
    """Only the small count itself is hidden, so that it follows from the total."""
    whole = tables({**SAFE, "peer": (50, 30, 14)}).referrals
    shown = rows["numerator"].fillna(whole.set_index(rows.index)["numerator"])
    total = rows["measure"].eq("referral_completed") & rows["group"].eq("")
    peer = rows["measure"].eq("referral_completed") & rows["group"].eq("first contact: peer")
    return rows.assign(numerator=shown.mask(peer).mask(total, 73))


def with_share(rows):
    return rows.assign(value=rows["value"].where(rows["numerator"].notna(), 0.2))


@pytest.mark.parametrize(("change", "kind"), [
    (unhidden, "small count shown"), (one_alone, "exactly worked out"), (with_share, "share of a hidden count"),
    (lambda rows: rows.assign(value=rows["value"] + 0.001), "finer than it may be")])
def test_a_planted_leak_is_found(tmp_path, change, kind):
    assert leaking(tmp_path / "safe", lambda rows: rows) == []
    assert kind in kinds(leaking(tmp_path / "leak", change))


def test_a_page_that_tells_what_the_tables_hide_is_found(tmp_path):
    folder = given(tmp_path, tables(HIDING))
    heads = ("First contact", "Referred", "Completed")
    page(folder, "how-we-work.html", table("By who made the first contact", heads, ("peer", "50", "[c]")), title="How do we work")
    assert audit(folder) == []
    page(folder, "how-we-work.html", table("By who made the first contact", heads, ("peer", "50", "17")), title="How do we work")
    assert kinds(audit(folder)) == {"hidden in the tables"}
    page(folder, "how-we-work.html", "<p>Of those met by a peer, 27 children completed.</p>", title="How do we work")
    assert kinds(audit(folder)) == {"hidden in the tables"}


def test_a_release_that_moved_a_little_since_the_last_is_found(tmp_path):
    ledger = tmp_path / "given-out-release.jsonl"
    add_to_ledger(ledger, given_services(tables()), as_of="2026-06-30", inputs=[])
    folder = given(tmp_path / "now", tables({**SAFE, "peer": (53, 30, 14)}))
    assert kinds(audit(folder, earlier=[ledger])) == {"moved a little"}
    assert audit(given(tmp_path / "kept", tables({**SAFE, "peer": (53, 30, 14)}, before=given_out(ledger))), earlier=[ledger]) == []


# ---- the page ----------------------------------------------------------------------------------------------------------

def words(block):
    """Everything that a block says."""
    return json.dumps(block.content(), ensure_ascii=False, default=str)


def test_a_folder_without_the_two_files_says_so(tmp_path):
    shutil.copy(f"{DATA}/episodes.csv", tmp_path)
    for profile in ("internal", "release"):
        working = Working(data=str(tmp_path), profile=profile)
        assert working.answer().paragraphs == (NO_REFERRALS, NO_STAFF)
        assert all(NO_REFERRALS in words(part()) for part in (working.referrals, working.first_contacts))
        assert all(NO_STAFF in words(part()) for part in (working.staff, working.turnover))


def test_no_id_and_no_name_reaches_the_page(tmp_path):
    """Ids of children and of staff, and names in a column of roles."""
    shutil.copy(f"{DATA}/episodes.csv", tmp_path)
    lines = "\n".join(f"SECRETC{n} Alder 2025-01-10 Ada~Secret{n % 30} 2025-02-01 ." for n in range(300))
    spells = "\n".join(f"SECRETS{n} Alder Bob~Secret{n} 2023-01-01 {'2023-05-05' if n % 3 else '2022-12-31'}" for n in range(300) if n % 3)
    write(tmp_path, referrals=f"child_id county referral_date first_contact_role engaged_date completed_date\n{lines}",
          staff=f"staff_id county role hire_date end_date\n{spells}\nSECRETS900 Alder Bob~Secret1 2020-01-01 2022-12-31")
    for profile in ("internal", "release"):
        working = Working(data=str(tmp_path), profile=profile)
        parts = (working.answer, working.referrals, working.first_contacts, working.young, working.counties, working.staff, working.turnover, working.method)
        said = "".join(words(part()) for part in parts)
        assert "secret" not in said.casefold() and "300 children were referred" in said


# ---- what teams answer -------------------------------------------------------------------------------------------------

def slips(sheets, team="North"):
    """As many sheets of the culture check, everyone answering 5 to all."""
    asked = questionnaire("culture_check")
    return [Slip(asked.name, "2026Q2", team, area.name, {item.name: 5 for item in asked.items_of(area.name)}) for area in asked.areas for _ in range(sheets)]


@pytest.mark.parametrize(("sheets", "shown"), [(6, False), (7, True)])
def test_answers_of_teams_are_for_own_staff_from_seven_on(tmp_path, monkeypatch, sheets, shown):
    Answers.opened(tmp_path / "journal.sqlite").keep(slips(sheets))
    monkeypatch.setenv("CQI_JOURNAL", str(tmp_path / "journal.sqlite"))
    own, out = (Working(profile=profile).culture() for profile in ("internal", "release"))
    assert any(isinstance(block, Figure) for block in own.blocks) == shown
    assert [block.paragraphs for block in out.blocks] == [(SURVEY_NOT_SHOWN,)]


def test_a_run_hands_its_pages_the_answers_without_ids(tmp_path, monkeypatch):
    told = Slip("case_management_check", "2026Q2", "North", "identify", {"a": 1}, {"a": "C0000001 waits"})
    kept = slips_without_ids((told,), lambda words: "C0000001" in words)
    monkeypatch.setenv(ANSWERS, kept_slips(kept, tmp_path / "answers.json"))
    assert slips_for("release") == () and [slip.evidence for slip in slips_for("internal")] == [{"a": WITHHELD}]
    assert slips_digest(kept, "internal") != slips_digest((), "internal") and slips_digest(kept, "release") == slips_digest((), "release")


def rated(label, sheets, team="North", answer=5):
    """As many sheets of one round, everyone answering the same to all."""
    return [replace(slip, round=label, answers=dict.fromkeys(slip.answers, answer)) for slip in slips(sheets, team)]


def then(*rows):
    """The outcome of cohorts as the tables hold it: label, numerator, denominator."""
    names = ["cohort", "numerator", "denominator", "value", "lower", "upper", "status"]
    found = [(label, number, among, number / among, number / among - 0.02, number / among + 0.02, "shown") for label, number, among in rows]
    return pd.DataFrame(found, columns=names)


def beside_words(kept, *rows, as_of=DAY):
    found = beside(kept, questionnaire("culture_check"), then(*rows), threshold=7, as_of=as_of)
    return found, "".join(map(words, found))


def test_answers_stand_beside_the_children_whose_12_months_ended_in_the_round():
    (figure,), said = beside_words([*rated("2025H2", 7), *rated("2026H1", 7)], ("2024H2", 400, 1_000), ("2025H1", 300, 1_000))
    rows = {row[0].text: row[1].text for row in figure.table.rows}
    assert rows["Children, 2025H2"].startswith("40%") and rows["Children, 2026H1"].startswith("30%")
    assert rows["Psychological safety, 2026H1"] and NO_CAUSE in said and "correlat" not in said


@pytest.mark.parametrize(("as_of", "why"), [(date(2026, 6, 29), "is not known before 30 June 2026"), (date(2026, 6, 30), "the file tells no figure")])
def test_a_round_without_an_outcome_says_why(as_of, why):
    (figure,), said = beside_words([*rated("2025H2", 7), *rated("2026H1", 7)], ("2024H2", 400, 1_000), as_of=as_of)
    assert why in said and "no figure" in json.dumps(figure.spec)


@pytest.mark.parametrize(("sheets", "shown"), [(6, False), (7, True)])
def test_a_round_of_few_is_in_no_chart_beside_outcomes(sheets, shown):
    found, said = beside_words([*rated("2025H2", 7), *rated("2026H1", sheets)], ("2024H2", 400, 1_000), ("2025H1", 300, 1_000))
    assert isinstance(found[0], Figure) is shown and (NEXT_ROUND in said) is not shown


def test_a_hidden_round_between_stays_in_the_chart_with_its_mark():
    kept = [*rated("2025H1", 7), *rated("2025H2", 4), *rated("2026H1", 7)]
    (figure,), _ = beside_words(kept, ("2024H1", 410, 1_000), ("2024H2", 400, 1_000), ("2025H1", 300, 1_000))
    hidden = [row for row in figure.table.rows if row[0].text == "Psychological safety, 2025H2"]
    assert [cell.text for cell in hidden[0][1:]] == ["[c]", "[c]"] and {"North", "team"}.isdisjoint(json.dumps(figure.spec).split('"'))


def test_outcomes_of_rounds_are_counted_for_quarters_half_years_and_years_that_are_over():
    """The sample state on 30 June 2026: the second quarter of 2025 has just had its 12 months, the third has not."""
    rows = Working(data=DATA, profile="internal").tables.outcomes.set_index("cohort")
    assert {"2025Q2", "2025H1", "2024"} <= set(rows.index) and {"2025Q3", "2025H2", "2025"}.isdisjoint(rows.index)
    assert rows.loc["2025Q1", "numerator"] + rows.loc["2025Q2", "numerator"] == rows.loc["2025H1", "numerator"] and set(rows["county"]) == {WHOLE}
    assert Working(data=DATA, profile="release").tables.outcomes.empty


# ---- goals of single people -------------------------------------------------------------------------------------------

def with_goals_attained(folder, people):
    shutil.copy(f"{DATA}/episodes.csv", folder)
    rows = "\n".join(f"SECRETP{n} Kin~care home improve 1 1 -1 {1 if n % 2 else 0}" for n in range(people))
    write(folder, goals_attained=f"person group goal kind importance difficulty baseline achieved\n{rows}")
    return str(folder)


@pytest.mark.parametrize(("people", "told"), [(10, "too few people"), (11, "11 people: the score rose by 14.5 points")])
def test_goals_of_people_are_told_together_from_eleven_on_to_own_staff(tmp_path, people, told):
    """Of eleven, six came from 40 to 50 and five to 60: (6 * 10 + 5 * 20) / 11 = 14.5."""
    data = with_goals_attained(tmp_path, people)
    own, out = (words(Working(data=data, profile=profile).goals_attained()) for profile in ("internal", "release"))
    assert told in own and "SECRET" not in own and OWN_ONLY in out and "points" not in out


def test_without_the_file_it_is_said_which_columns_it_has():
    assert "a row a goal: person, group, goal, kind" in words(Working(data=DATA, profile="internal").goals_attained())


# ---- the page of a run -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("profile", ["internal", "release"])
def test_the_page_of_a_run(finished, profile):
    html = BeautifulSoup((finished.folder / profile / "how-we-work.html").read_text(encoding="utf-8"), "html.parser")
    text = " ".join(html.get_text(" ").split())
    assert "465 (52%, likely 49% to 56%) had a family that engaged within 3 months" in text
    assert "proves nothing alone" in text and "context, neither a pass nor a fail" in text and "This is not a ranking" in text
    assert ("Turnover by county" in text) == ("how many have engaged so far" in text) == (profile == "internal")
    counties = [[row.th.get_text(strip=True) for row in each.tbody.find_all("tr")] for each in html.find_all("table") if "by county" in each.caption.get_text()]
    assert len(counties) == (2 if profile == "internal" else 0) and all(names == sorted(names) for names in counties)


def test_the_index_links_to_the_page(finished):
    for index in finished.indexes.values():
        html = BeautifulSoup(index.read_text(encoding="utf-8"), "html.parser")
        assert html.find("a", href="how-we-work.html").get_text(strip=True).startswith("How do we work")
