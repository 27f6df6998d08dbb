"""Referrals and staff: what a reader works out of their tables, their page, and what was given out of them before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from cqi.audit.cells import COLUMNS, KEY, merged
from cqi.audit.exact import worked_out
from cqi.audit.files import Published
from cqi.audit.findings import Finding, place_of
from cqi.audit.line import line, pairs
from cqi.audit.reading import Page
from cqi.audit.relations import Lines, together
from cqi.audit.small import not_one_story, shown_small

TABLES = ("services-referrals", "services-staff", "services-curves")
MADE, STEPS = "referral_made", ("referral_engaged", "referral_completed")
RATE, STAYED = "staff_turnover", "staff_still_here"
WHOSE = [name for name in KEY if name not in ("as_of", "at")]
PAGE = "how-we-work.html"
_COUNT = re.compile(r"\d[\d,]*")
_SHARE = re.compile(r"(\d+)% \((\d+)% to (\d+)%\)")
_SAID = re.compile(r"(?<!each )(?<!every )(?<![\w.,–-])(\d[\d,]*) (?:children|people|\(\d+%)")


def service_findings(release: Published, pages: Iterable[Page], earlier: Iterable[Published], ledgers: Iterable[Path], threshold: int) -> list[Finding]:
    """Small counts that stand in the tables of referrals and staff or follow from them, beside what was given out before; counts that the
    page tells and the tables do not."""
    found, before = _cells(release), pd.concat([_given(ledgers), *(_shown(_cells(each)) for each in earlier)], ignore_index=True)
    told = [finding for page in pages if page.place.endswith(PAGE) for finding in _told(page, release)]
    if found.empty:  # no such tables
        return told
    every = merged(found)
    return [*shown_small(every, threshold), *not_one_story(found), *worked_out(_lines(every), threshold), *_since(every, before, threshold), *told]


def _cells(release: Published) -> pd.DataFrame:
    """The counts as cells: children referred and people hired as `denominator`, those who took a step, stayed or left as `numerator`."""
    parts = [_of(table).assign(place=place) for place, _, table in release.named(*TABLES) if len(table)]
    none = pd.DataFrame({name: pd.Series(dtype="float64" if name in ("at", "value") else "str") for name in [*KEY, "value", "place"]})
    found = pd.concat([none, *parts], ignore_index=True)
    return found.assign(hidden=found["value"].isna())[COLUMNS]


def _of(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.assign(at=-1.0)
    steps, made = rows["measure"].isin(STEPS), rows["measure"] == MADE
    among = rows.loc[steps | rows["measure"].eq(STAYED)]
    among = among.assign(measure=among["measure"].mask(among["measure"].isin(STEPS), MADE), value=among["denominator"], amount="denominator")
    own = rows.assign(value=rows["numerator"], amount=np.where(made, "denominator", "numerator"))
    rate = rows.loc[rows["measure"] == RATE]
    return pd.concat([own, among, rate.assign(value=rate["denominator"], amount="days")])[[*KEY, "value"]]


def _lines(found: pd.DataFrame) -> Lines:
    """Groups add to everybody; those who did not take a step, and those between two steps, are counts too."""
    rows = found.assign(absent=False).reset_index(drop=True)
    cells = rows.reset_index(names="cell")
    kind = cells.assign(kind=cells["group"].str.partition(": ")[0])
    counted = kind.loc[kind["amount"] != "days"]
    whole, groups = counted.loc[counted["group"] == ""], counted.loc[counted["group"] != ""]
    by = [name for name in KEY if name != "group"]
    sums = [line("roles", [(groups, 1), (whole, -1)], by)]
    return together(rows, sums, [_others(cells), _between(cells)])


def _others(cells: pd.DataFrame) -> pd.DataFrame:
    """Of those referred, or hired, who did not."""
    home = ["base", "county", "cohort", "group", "as_of"]
    based = cells.assign(base=cells["measure"].mask(cells["measure"].isin(STEPS), MADE))
    among = based.loc[based["amount"] == "denominator", [*home, "cell"]]
    done = based.loc[(based["amount"] == "numerator") & based["measure"].ne(RATE), [*home, "cell"]]
    both = among.merge(done, on=home, suffixes=("", "_done"))
    return pairs(both.rename(columns={"cell": "later", "cell_done": "before"})[["later", "before"]], "others")


def _between(cells: pd.DataFrame) -> pd.DataFrame:
    """Who took the one step and not the other, of whichever more took."""
    home = ["county", "cohort", "group", "as_of"]
    first, second = (cells.loc[(cells["measure"] == step) & cells["amount"].eq("numerator"), [*home, "cell", "value"]] for step in STEPS)
    both = first.merge(second, on=home, suffixes=("", "_done"))
    swapped = both["value"] < both["value_done"]
    larger, smaller = both["cell"].mask(swapped, both["cell_done"]), both["cell_done"].mask(swapped, both["cell"])
    differ = ~(both["value"] == both["value_done"])
    return pairs(pd.DataFrame({"later": larger, "before": smaller}).loc[differ], "step between two steps")


def _shown(found: pd.DataFrame) -> pd.DataFrame:
    return found.loc[~found["hidden"], [*WHOSE, "value"]]


def _given(ledgers: Iterable[Path]) -> pd.DataFrame:
    """The shown counts of ledgers. Lines that are torn are told of by the look at the others (`given_before`)."""
    rows = []
    for path in ledgers:
        for text in path.read_bytes().split(b"\n"):
            try:
                rows += json.loads(text)["counts"] if text else []
            except ValueError:
                continue
    names = ["measure", "part", "level", "county", "cohort", "at", "day", "children", "numerator", "denominator"]
    table = pd.DataFrame([row for row in rows if row[0] in (MADE, *STEPS, RATE, STAYED)], columns=names)
    table = table.astype(dict.fromkeys(("children", "numerator", "denominator"), "float64")).assign(group=table["part"], part="", as_of=table["day"])
    return _of(table).loc[lambda cells: cells["value"].notna(), [*WHOSE, "value"]] if len(table) else pd.DataFrame(columns=[*WHOSE, "value"])


def _since(found: pd.DataFrame, before: pd.DataFrame, threshold: int) -> list[Finding]:
    """Counts that were given out otherwise, a few more or fewer, and hidden ones that were shown."""
    both = found.loc[found["amount"] != "days"].merge(before.drop_duplicates(), on=WHOSE, suffixes=("", "_then"))
    step = (both["value"] - both["value_then"]).abs()
    moved = both.loc[step.between(1, threshold - 1)].drop_duplicates(KEY)
    hidden = both.loc[both["hidden"]].drop_duplicates(KEY)
    return [*(Finding(place_of(row), "moved a little", "what was given out before, and what is now, differ by a number below the threshold")
              for row in moved.itertuples()),
            *(Finding(place_of(row), "shown before", "hidden here, and shown in an earlier release") for row in hidden.itertuples())]


def _told(page: Page, release: Published) -> list[Finding]:
    """Counts and shares of the page that stand in no table of its release."""
    tables = [table for _, _, table in release.named(*TABLES)]
    counts = {f"{number:.0f}" for table in tables for name in ("children", "numerator", "denominator") for number in table[name].dropna()}
    shares = {tuple(round(100 * each) for each in row) for table in tables for row in table[["value", "lower", "upper"]].dropna().itertuples(index=False)}
    columns = {f"{page.place}, {shown.caption}, column {head}" for shown in page.tables for row in shown.rows
               for head, words in zip(shown.heads[1:], row[1:]) if _elsewhere(words, counts, shares)}
    said = any(number.replace(",", "") not in counts for text in "".join(page.text).split("\n") for number in _SAID.findall(text))
    words = "a page tells what the tables of the release hide"
    return [*(Finding(place, "hidden in the tables", words) for place in sorted(columns)),
            *([Finding(page.place, "hidden in the tables", f"{words}, in a sentence")] if said else [])]


def _elsewhere(words: str, counts: set[str], shares: set[tuple]) -> bool:
    """Whether a cell tells a count or a share that no table does."""
    if _COUNT.fullmatch(words):
        return words.replace(",", "") not in counts
    found = _SHARE.match(words) or re.match(r"(\d+) \((\d+) to (\d+)\)", words)
    return bool(found) and tuple(int(each) for each in found.groups()) not in shares
