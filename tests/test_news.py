"""Three extracts in a row, drawn by hand: what happened, what was entered late and what is counted otherwise stand apart."""

import json
import re
from datetime import date

import pandas as pd
import pytest
from counted import extract
from sample_page import sample_index
from test_new_measure import DATA

from cqi import tables
from cqi.blocks import Cell
from cqi.measures import basis
from cqi.news import RECORD, SINCE, News, last_run, news, recorded, shown_news
from cqi.news.compared import given, recounted, restated, restated_looks, side_by_side, signals, with_again
from cqi.registry import measure
from cqi.render.counted import write_tables
from cqi.render.page import index_html
from cqi.render.standing import with_last
from cqi.tables import HEADLINE
from cqi.tables.released import LEDGER
from cqi.wording import news as words
from cqi.wording.news_index import _months_without, index_news

APRIL, MAY, JUNE = "2026-04-30", "2026-05-31", "2026-06-30"
WORD = "2025H2"


def drawn(*, own: str = "", entered: int = 20, gone: str = "") -> str:
    """Alder and Birch in 2025, one child a month each who goes home after 200 days; then Alder's children of July 2025, of whom `own`
    left."""
    months = pd.date_range("2025-01-10", "2026-06-10", freq="MS") + pd.Timedelta(days=9)
    rows = [(f"{county}{number}", county, day, day + pd.Timedelta(days=200), "reunification") for county in ("Alder", "Birch")
            if county != gone
            for number, day in enumerate(months) if not pd.Timestamp("2025-07-01") <= day <= pd.Timestamp("2025-12-31")]
    text = [f"{child} {county} {entry:%Y-%m-%d} {left:%Y-%m-%d} {why}" for child, county, entry, left, why in rows]
    left = dict(line.split(maxsplit=1) for line in own.splitlines() if line)
    text += [f"own{number} Alder 2025-07-15 {left.get(f'own{number}', '. .')}" for number in range(1, entered + 1)]
    return "child_id county entry_date exit_date exit_reason\n" + "\n".join(text)


FIRST = "".join(f"own{number} 2026-0{number}-15 {why}\n"
                for number, why in ((1, "reunification"), (2, "reunification"), (3, "guardianship"), (4, "guardianship")))
LATE = "own5 2026-04-29 reunification\nown6 2026-04-30 reunification\n"
SINCE_THEN = "own7 2026-05-01 reunification\n"


EXTRACTS = {
    "april": {"own": FIRST}, "may": {"own": FIRST + LATE + SINCE_THEN}, "same": {"own": FIRST},
    "without Birch": {"own": FIRST, "gone": "Birch"},
    "one more entered": {"own": FIRST, "entered": 21}, "one taken away": {"own": FIRST.partition("own4")[0]},
}


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> dict[str, str]:
    """The extracts, by name."""
    folder = tmp_path_factory.mktemp("extracts")
    for name, how in EXTRACTS.items():
        (folder / name).mkdir()
        extract(folder / name, drawn(**how))
    return {name: str(folder / name) for name in EXTRACTS}


def gave(out, place: str, as_of: str, profile: str = "internal") -> None:
    """What a finished run leaves for the next one."""
    found = tables.tables(place, "episodes", WORD, as_of, profile)
    write_tables(found, out / as_of / profile / "tables", WORD)
    (out / as_of / RECORD).parent.mkdir(exist_ok=True)
    (out / as_of / RECORD).write_text(json.dumps(recorded(out / as_of, found.facts, "episodes", {profile: [WORD]})), encoding="utf-8")


@pytest.fixture
def out(tmp_path, places, monkeypatch):
    """The folder of all runs, in which April's is finished."""
    monkeypatch.setenv(LEDGER, str(tmp_path / "reports"))
    gave(tmp_path / "reports", places["april"], APRIL)
    return tmp_path / "reports"


def of(place: str, as_of: str, profile: str = "internal", county: str = "Alder"):
    return shown_news(news(place, "episodes", WORD, as_of, profile), county)


def counts(found) -> dict:
    """Of the headline: numerator and denominator by when."""
    row = found.counts.loc[found.counts["measure"] == HEADLINE].iloc[0]
    return {when: (row[f"numerator_{when}"], row[f"denominator_{when}"]) for when in ("then", "kept", "again", "now")
            if pd.notna(row[f"numerator_{when}"])}


def said(found, county: str = "Alder") -> list[str]:
    return list(words.news(found, county, measure(HEADLINE))[0].paragraphs)


# ---- kept apart --------------------------------------------------------------------------------------------------------------

def test_what_was_entered_late_and_what_happened_since(out, places):
    found = of(places["may"], MAY)
    assert counts(found) == {"then": (4, 20), "again": (4 + 2, 20), "now": (4 + 2 + 1, 20)}
    assert said(found)[:2] == ["Since the last run, of 30 April 2026: 1 further child left to a permanent home.",
                               "Up to 30 April 2026 the last run counted 4 of 20; today's data say 6 of 20. These were entered late or "
                               "corrected."]


@pytest.mark.parametrize(("left", "again"), [("2026-04-29", 5), ("2026-04-30", 5), ("2026-05-01", 4)])
def test_the_day_before_and_the_last_day_are_late_the_day_after_is_news(tmp_path, left, again):
    on = basis(extract(tmp_path, drawn(own=f"{FIRST}own5 {left} adoption\n")))
    rows = [recounted([HEADLINE], on, WORD, as_of=date.fromisoformat(day)) for day in (APRIL, MAY)]
    both = side_by_side(again=rows[0], now=rows[1]).iloc[0]
    assert (both["numerator_again"], both["numerator_now"], both["denominator_now"]) == (again, 5, 20)


@pytest.mark.parametrize(("name", "again"), [("one more entered", (4, 21)), ("one taken away", (3, 20))])
def test_a_child_entered_late_and_one_taken_away(places, name, again):
    then, now = (recounted([HEADLINE], tables.read(places[which], "episodes")[1], WORD, as_of=date(2026, 4, 30))
                 for which in ("april", name))
    both = side_by_side(then=then, again=now).iloc[0]
    assert (both["numerator_then"], both["denominator_then"]) == (4, 20) and (both["numerator_again"], both["denominator_again"]) == again


def test_where_nothing_was_corrected_nothing_is_said_to_be(out, places):
    found = of(places["same"], MAY)
    rows = found.counts
    assert len(rows) > 3 and rows["numerator_then"].equals(rows["numerator_again"])
    assert rows["denominator_then"].equals(rows["denominator_again"])
    assert found.restated.empty and said(found)[1] == "Nothing counted up to 30 April 2026 reads differently now."


@pytest.fixture
def otherwise(tmp_path, monkeypatch):
    """From now on guardianship is no permanent home."""

    def change() -> None:
        own = (DATA.parent / f"cqi/definitions/measures/{HEADLINE}.toml").read_text(encoding="utf-8")
        (tmp_path / "own/measures").mkdir(parents=True)
        (tmp_path / f"own/measures/{HEADLINE}.toml").write_text(own.replace('"relative", "guardianship"', '"relative"'), encoding="utf-8")
        monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))

    return change


def test_a_changed_rule_is_not_told_from_late_data_without_the_last_extract(out, places, otherwise, monkeypatch):
    otherwise()
    for kept in ("", places["one more entered"]):  # none, or another than the last run's
        monkeypatch.setenv(SINCE, kept)
        found = of(places["may"], MAY)
        assert found.facts["changed"] == [HEADLINE] and not found.facts["apart"]
        assert counts(found) == {"then": (4, 20), "again": (4 - 2 + 2, 20),
                                 "now": (4 - 2 + 2 + 1, 20)}  # two guardianships less, two entered late: as many
        assert said(found)[1] == ("Up to 30 April 2026 the last run counted 4 of 20, and today's data give 4 of 20 too. But the rule for "
                                  "this measure changed: what was entered late and what is counted otherwise may cancel out. To tell them "
                                  "apart, keep each extract and name the last one with --since.")


def test_with_the_last_extract_both_are_told(out, places, otherwise, monkeypatch):
    otherwise()
    monkeypatch.setenv(SINCE, places["april"])
    found = of(places["may"], MAY)
    assert found.facts["apart"] and counts(found) == {"then": (4, 20), "kept": (4 - 2, 20), "again": (2 + 2, 20), "now": (2 + 2 + 1, 20)}
    assert said(found)[1] == ("Up to 30 April 2026 the last run counted 4 of 20; counted as today it is 2 of 20, because the rule for this "
                              "measure changed; with what was entered late or corrected since it is 4 of 20.")


def test_a_change_of_words_is_no_change_of_the_rule(out, places, tmp_path, monkeypatch):
    own = (DATA.parent / f"cqi/definitions/measures/{HEADLINE}.toml").read_text(encoding="utf-8")
    (tmp_path / "own/measures").mkdir(parents=True)
    (tmp_path / f"own/measures/{HEADLINE}.toml").write_text(re.sub(r'^why = ".*"$', 'why = "Because."', own, flags=re.M), encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    assert of(places["may"], MAY).facts["changed"] == []


def test_another_table_of_published_figures_is_told(out, places, tmp_path, monkeypatch):
    (tmp_path / "own/benchmarks").mkdir(parents=True)
    for path in (DATA.parent / "cqi/definitions/benchmarks").iterdir():
        (tmp_path / "own/benchmarks" / path.name).write_text(path.read_text(encoding="utf-8") + ("\n" if path.suffix == ".csv" else ""),
                                                             encoding="utf-8")
    monkeypatch.setenv("CQI_DEFINITIONS", str(tmp_path / "own"))
    found = news(places["may"], "episodes", WORD, MAY, "internal")
    assert found.facts["benchmarks"] == ["cfsr_round4_2025_08"] and found.facts["changed"] == []
    groups = index_news({WORD: found}, found.signals.iloc[:0], {"Alder"}, as_of=date.fromisoformat(MAY))["groups"]
    assert ("What is counted otherwise", ["Another table of published figures: cfsr_round4_2025_08."]) in groups


# ---- which run is the last -----------------------------------------------------------------------------------------------------

def test_the_first_run_says_that_it_is(places, tmp_path, monkeypatch):
    for folder in ("", str(tmp_path / "nothing")):
        monkeypatch.setenv(LEDGER, folder)
        assert said(of(places["april"], APRIL)) == [words.FIRST]


def test_the_last_run_is_the_newest_with_an_earlier_day(out, places):
    gave(out, places["may"], MAY)
    assert last_run(out, MAY, "internal").as_of == date(2026, 4, 30)
    assert last_run(out, "2026-06-01", "internal").as_of == date(2026, 5, 31)
    assert last_run(out, APRIL, "internal") is None and last_run(out, JUNE, "release") is None


def test_a_run_whose_tables_are_not_as_it_wrote_them_does_not_count(out, places):
    gave(out, places["may"], MAY)
    path = out / MAY / f"internal/tables/{WORD}-measures.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",20,", ",21,", 1), encoding="utf-8")
    assert last_run(out, JUNE, "internal").as_of == date(2026, 4, 30)
    (out / APRIL / RECORD).write_text("{", encoding="utf-8")
    assert last_run(out, JUNE, "internal") is None


def test_a_new_period_a_new_county_and_one_that_is_gone(out, places, tmp_path, monkeypatch):
    period = news(places["may"], "episodes", "2025H1", MAY, "internal")
    assert said(shown_news(period, "Alder")) == ["The last run was of 30 April 2026. This period was not in it, so there is nothing to "
                                                 "compare with yet."]
    gone = news(places["without Birch"], "episodes", WORD, MAY, "internal")
    told = dict(index_news({WORD: gone, "2025H1": period}, gone.signals.iloc[:0], {"Alder"}, as_of=date.fromisoformat(MAY))["groups"])
    assert gone.facts["gone"] == ["Birch"]
    assert told["Counties and periods"] == ["Birch is not in the files any more.", "January to June 2025 is a new period."]
    monkeypatch.setenv(LEDGER, str(tmp_path / "other"))
    gave(tmp_path / "other", places["without Birch"], APRIL)
    new = news(places["may"], "episodes", WORD, MAY, "internal")
    assert (new.facts["new"], new.facts["gone"]) == (["Birch"], [])
    assert said(shown_news(new, "Birch"),
                "Birch") == ["The last run was of 30 April 2026. It did not have Birch, so there is nothing to compare with yet."]


# ---- history and signals ---------------------------------------------------------------------------------------------------------

def figures(*rows: tuple) -> pd.DataFrame:
    """Rows (county, cohort, status, numerator, denominator)."""
    return pd.DataFrame(rows, columns=["county", "cohort", "status", "numerator", "denominator"]).assign(measure=HEADLINE)


def test_only_final_figures_of_both_runs_are_restated():
    then = figures(("Alder", "2024H1", "shown", 30, 90), ("Alder", "2024H2", "shown", 31, 90), ("Alder", "2025H1", "so far", 20, 80),
                   ("Birch", "2024H1", "suppressed", None, None),
                   ("Birch", "2024H2", "shown", 40, 90))
    now = figures(("Alder", "2024H1", "shown", 30, 90), ("Alder", "2024H2", "shown", 31, 91), ("Alder", "2025H1", "shown", 30, 80),
                  ("Birch", "2024H1", "shown", 12, 90),
                  ("Birch", "2024H2", "carried forward", 41, 90))
    found = restated(then, now)
    assert found[["county", "cohort", "denominator_then", "denominator_now"]].values.tolist() == [["Alder", "2024H2", 90, 91]]


@pytest.mark.parametrize(("then", "corrected", "why"),
                         [(4, True, "Entered late or corrected"), (6, False, "What happened since changes how it counts")])
def test_a_final_figure_may_change_without_a_correction(places, then, corrected, why):
    """By 30 April this extract knows 6 of 20; where the last run gave as many, whatever they are now was not corrected."""
    rows = restated(figures(("Alder", WORD, "shown", then, 20)), figures(("Alder", WORD, "shown", 5, 20)))
    row = with_again(rows, tables.read(places["may"], "episodes")[1], as_of=date(2026, 4, 30)).iloc[0]
    assert (row["numerator_again"], row["denominator_again"]) == (6, 20)
    assert words.is_corrected(row) is corrected
    assert words._why(row, {"changed": [], "source": False, "program": []}) == why


def test_looks_are_compared_by_their_month_and_only_those_of_the_periods_own_children():
    def three(*observed):
        return looks(*observed, days=("2026-03-31", APRIL, APRIL)).assign(monitor=["cohort", "cohort", "calendar"])

    found = restated_looks(three(3, 4, 9), three(3, 6, 8))
    assert found[["day", "numerator_then", "numerator_now"]].values.tolist() == [[APRIL, 4, 6]]
    assert restated_looks(three(3, None, 9), three(3, 6, 9)).empty


@pytest.mark.parametrize(("was", "then", "now", "status", "first", "what"), [
    ("", "shown", "worse", "shown", "2026-05-31", "new"), ("", "shown", "worse", "shown", "2026-04-30", "late"),
    ("", "shown", "worse", "shown", "2026-05-01", "new"), ("", "shown", "worse", "shown", "2026-04-29", "late"),
    ("better", "shown", "worse", "shown", "2026-05-31", "new"), ("worse", "shown", "worse", "shown", "2026-03-31", "persists"),
    ("worse", "shown", "", "shown", "", "ended"), ("worse", "shown", "", "suppressed", "", "untold"),
    ("worse", "shown", "", "data quality", "", "untold"),
    ("", "suppressed", "better", "shown", "2026-03-31", "first told"), ("", "suppressed", "", "shown", "", "none now"),
    ("", "shown", "", "suppressed", "", "not told"), ("", "shown", "", "shown", "", "none"),
])
def test_what_became_of_a_signal(was, then, now, status, first, what):
    def course(signal, day, state):
        return pd.DataFrame([{"measure": HEADLINE, "county": "Alder", "cohort": WORD, "signal": signal, "first_signal": day or None,
                              "status": state}])

    found = signals(course(was, "2026-03-31" if was else "", then), course(now, first, status), last=date(2026, 4, 30))
    assert found["what"].tolist() == [what] and set(words.SIGNAL) >= {what}


# ---- the index -----------------------------------------------------------------------------------------------------------------------

def signal_rows(*rows: tuple) -> pd.DataFrame:
    """Rows (county, was, now, first, what)."""
    return pd.DataFrame(rows, columns=["county", "was", "now", "first", "what"]).assign(measure=HEADLINE, cohort=WORD)


def test_the_index_tells_signals_by_county_in_order_of_name_and_only_of_those_with_a_page():
    rows = signal_rows(("birch", "", "worse", MAY, "new"), ("Alder", "worse", "worse", "2026-01-31", "persists"),
                       ("Cedar", "better", "", "", "ended"),
                       ("Alder", "", "", "", "none"), ("Elm", "", "worse", MAY, "new"), ("Alder", "", "better", MAY, "new"))
    none = pd.DataFrame(columns=["measure", "county",
                                 *(f"{name}_{when}" for when in ("then", "again") for name in ("numerator", "denominator"))])
    facts = {"last": APRIL, "cohort": WORD, "released": False, "changed": [], "benchmarks": [], "source": False, "program": [], "new": [],
             "gone": [], "words": [WORD, "2024H2"]}
    ended = signal_rows(("Alder", "worse", "", "2025-05-31", "over")).assign(cohort="2024H2")
    found = index_news({WORD: News(none, figures(), rows, facts)}, ended, {"Alder", "birch", "Cedar"}, as_of=date.fromisoformat(MAY))
    title = measure(HEADLINE).title
    assert found["title"] == "What changed since the last run (30 April 2026)" and found["told"] == []
    assert found["groups"] == [
        ("Signals that are new", [f"Alder, July to December 2025: {title}, better than usual, since 31 May 2026.",
                                  f"birch, July to December 2025: {title}, worse than usual, since 31 May 2026."]),
        ("Signals that are still there", [f"Alder, July to December 2025: {title}, worse than usual, since 31 January 2026."]),
        ("Signals that ended",
         [f"Alder, July to December 2024: {title}. Its period is no longer followed here.", f"Cedar, July to December 2025: {title}."]),
        ("Counties and periods", ["July to December 2024 is no longer followed here."])]
    page = index_html(sample_index() | {"news": found | {"groups": [("Signals that are new", ["<b>Alder</b>"] * 13),
                                                                    *found["groups"][1:]]}}, stylesheet="cqi.css")
    assert "What changed since the last run (30 April 2026)" in page and "<b>Alder" not in page
    assert page.count('<details class="more" open>') == 3 and page.count('<details class="more">') == 1


@pytest.mark.parametrize(("last", "as_of", "told"), [
    (APRIL, MAY, []), ("2026-05-15", JUNE, []), (APRIL, "2026-05-01", []),
    (APRIL, JUNE, ["No run as of May 2026 is known here, so what changed then is told now."]),
    ("2026-01-31", APRIL, ["No run as of February 2026 to March 2026 is known here, so what changed then is told now."]),
])
def test_months_of_which_there_is_no_run_are_told(last, as_of, told):
    assert _months_without(date.fromisoformat(last), date.fromisoformat(as_of)) == told


@pytest.mark.parametrize(("name", "among", "said"), [
    ("entries_per_1000_children", 0, "no figure"), ("entries_per_1000_children", 3000, "36 in 3,000"), (HEADLINE, 36, "36 of 36"),
])
def test_a_rate_without_anybody_to_be_counted_among_has_no_figure(name, among, said):
    assert words._cell({"measure": name, "numerator_now": 36.0, "denominator_now": among}, "now") == Cell(said)


def test_the_key_of_a_run_changes_with_its_last_run(out, places):
    known = with_last("key", out, MAY, ("internal",))
    assert known == with_last("key", out, MAY, ("internal",)) != with_last("key", out, APRIL, ("internal",))
    path = out / APRIL / RECORD
    path.write_text(path.read_text(encoding="utf-8").replace('"program"', '"programme"'), encoding="utf-8")
    assert known != with_last("key", out, MAY, ("internal",))


# ---- where small numbers are hidden ----------------------------------------------------------------------------------------------

def looks(*observed: float, days=(APRIL, MAY), county="Alder") -> pd.DataFrame:
    return pd.DataFrame({"measure": HEADLINE, "county": county, "cohort": WORD, "day": list(days), "monitor": "cohort",
                         "observed": observed})


def without_figures(then: pd.DataFrame, now: pd.DataFrame, **facts) -> list[str]:
    """What a page says of two releases with these looks."""
    rows = restated_looks(then, now)
    found = News(given(then, now, APRIL, MAY), rows, pd.DataFrame(columns=["measure", "county", "cohort", "was", "now", "first", "what"]),
                 {"last": APRIL, "in_last": True, "released": True, "new": [], "changed": [], "source": False, "program": [], **facts})
    blocks = words.news(found, "Alder", measure(HEADLINE))
    assert len(blocks) == 1  # no table
    return list(blocks[0].paragraphs)


FROM_BOTH = "cannot be told from what both runs show."


@pytest.mark.parametrize(("then", "now", "happened", "corrected"), [
    ((40,), (40, 40), "Since the last run, of 30 April 2026, no further child left to a permanent home.", False),
    ((40,), (40, 51), "Since the last run, of 30 April 2026, further children left to a permanent home.", False),
    ((40,), (51, 51), "Since the last run, of 30 April 2026, no further child left to a permanent home.", True),
    ((29,), (40, 51), "Since the last run, of 30 April 2026, further children left to a permanent home.", True),
    ((), (40, 51), FROM_BOTH, False), ((40,), (float("nan"), 51), FROM_BOTH, False), ((40,), (40, float("nan")), FROM_BOTH, False),
])
def test_a_release_tells_in_words_what_both_releases_show(then, now, happened, corrected):
    first, second, _ = without_figures(looks(*then, days=(APRIL,)[:len(then)]), looks(*now))
    assert first.endswith(happened)
    assert second == (f"Some numbers up to 30 April 2026 that the last run gave read differently now ({measure(HEADLINE).title}). "
                      f"{words.MAY_BE}"
                      if corrected else "Of the numbers up to 30 April 2026 that both runs show, none reads differently now.")
    assert not re.search(r"\d", (first + second).replace("30 April 2026", "").replace("12 months", ""))
