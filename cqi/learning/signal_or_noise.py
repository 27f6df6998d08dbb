"""Lesson 5: signal or noise. Control charts and funnels, a planted change and a quiet county."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Section, Table, Text
from cqi.charts import lessons_signal_or_noise as draw
from cqi.charts import spec
from cqi.charts.control import control_spec
from cqi.charts.funnel import drawn as funnel_drawn
from cqi.cohorts import cohort
from cqi.control import xmr
from cqi.learning.classroom import Room
from cqi.learning.drawn import AS_OF, SLOWED, SLOWED_FROM, STEADY, Place, drawn_place, headline, own_county, place
from cqi.learning.lights import COUNTIES, SEED, TRUE_SHARE
from cqi.measures import count
from cqi.measures.by_month import by_month
from cqi.measures.charted import Charted, charted
from cqi.measures.rows import measure_rows
from cqi.sample.state import STORIES
from cqi.vocabulary import WHOLE
from cqi.wording import control as words
from cqi.wording import funnel as funnel_words
from cqi.wording.numbers import day_words, month_words

SHIFTED = (11, 9, 12, 10, 8, 11, 13, 9, 10, 12, 9, 10, 14, 13, 15, 12, 14, 13, 16, 13)
"""A made-up series of 20 months that moves up at the thirteenth."""
SHIFT_BASELINE = 12
CHARTED_MONTHS, BASELINE = 36, 18
ALIKE_INSTEAD = "These data have too few counties that may be shown, so made-up ones stand in."
LAID_BARE = {"Laurel": "A", "Birch": "B"}
"""Counties of the sample state for the two charts without names: in the first nothing happened, in the second something did."""


def shifted() -> Figure:
    """The made-up series of 20 months as a control chart: limits from its first 12."""
    months = pd.date_range("2024-11-01", periods=len(SHIFTED), freq="MS").as_unit("s")
    rows = pd.DataFrame({"series": "entries", "month": months, "numerator": SHIFTED, "denominator": np.nan, "county": "made up"})
    chart = charted(rows, headline(), baseline=SHIFT_BASELINE)
    found = _figure("A made-up county: has the number of children who enter changed?", "entries", chart,
                    f"A made-up county, limits from the first {SHIFT_BASELINE} months", SHIFT_BASELINE)
    return replace(found, finding=f"{_average('entries', chart, SHIFT_BASELINE)} One of the four signs is in this chart.")


def run_at_the_end() -> tuple[int, int]:
    """How many months the made-up series lies above its average at the end, and the number of the first of them."""
    centre = float(xmr(SHIFTED, baseline=SHIFT_BASELINE).centre[0])
    last = max(number for number, value in enumerate(SHIFTED, 1) if value <= centre)
    return len(SHIFTED) - last, last + 1


def two_places(room: Room) -> tuple[Place, Place]:
    """A county in which nothing happened and one in which something did: of the sample state, or drawn."""
    if room.fictional:
        quiet, changed = (replace(own_county(room), county=county, called=county) for county in LAID_BARE)
        return quiet, changed
    return drawn_place(STEADY), drawn_place(SLOWED)


def two_charts(room: Room) -> Section:
    """Two counties without names, exits by month, without limits and signs: the learner decides before the chart does."""
    return Section(tuple(_bare(chart, letter) for chart, letter in zip(two_exits(room), "AB")))


def two_exits(room: Room) -> tuple[Charted, Charted]:
    """The control charts of the two counties' exits."""
    quiet, changed = two_places(room)
    rows = by_month(headline(), quiet.on, as_of=quiet.as_of, months=CHARTED_MONTHS)
    return _chart(_of(rows, quiet)), _chart(_of(rows, changed))


def _bare(chart: Charted, letter: str) -> Figure:
    rows = chart.points[["month", "value"]].assign(centre=chart.points["value"].mean())
    below = int((rows["value"] < rows["centre"]).sum())
    return Figure(f"County {letter}: is the pace at which children go home changing?",
                  f"County {letter}, {_span(chart)}. {below} of {len(rows)} months lie below the average; with a goal at the average each "
                  f"of these would have been a red month.",
                  spec(draw.bare(rows)), _bare_table(chart, letter), ("Just the months and their average. No limits yet.",))


def _bare_table(chart: Charted, letter: str) -> Table:
    rows = tuple((Cell(month_words(f"{row.month:%Y-%m}")), Cell(f"{row.numerator:,.0f}"), Cell(f"{row.denominator:,.0f}"),
                  Cell(f"{row.value:.2f}"))
                 for row in chart.points.itertuples(index=False))
    return Table(f"County {letter}: exits to a permanent home by month", ("Month", "Exits", "Days in care", "Exits per 1,000 days"), rows)


def with_limits(room: Room) -> Section:
    """The same two counties as control charts: limits from the first 18 months, signs marked."""
    return Section(tuple(_figure(f"County {letter}: does any month stand out?", "exits", chart, f"County {letter}, exits to a permanent "
                                                                                                f"home", BASELINE)
                         for chart, letter in zip(two_exits(room), "AB")))


def exits_chart(of: Place) -> Charted:
    """A county's exits to a permanent home by month, up to 36 months, limits from the first 18."""
    return _chart(exits(of))


def exits(of: Place) -> pd.DataFrame:
    """A county's exits to a permanent home by month: rows of `cqi.measures.by_month`."""
    return _of(by_month(headline(), of.on, as_of=of.as_of, months=CHARTED_MONTHS), of)


def _of(rows: pd.DataFrame, of: Place) -> pd.DataFrame:
    return rows.loc[(rows["county"] == of.county) & (rows["series"] == "exits")]


def _chart(rows: pd.DataFrame) -> Charted:
    return charted(rows, headline(), baseline=min(BASELINE, len(rows)))


def first_sign(room: Room) -> str:
    """The first month of the second county with a sign, in words."""
    points = two_exits(room)[1].points
    return month_words(f"{points.loc[points['rule'] != '', 'month'].iloc[0]:%Y-%m}")


def truth(room: Room) -> Text:
    """What was planted in the two counties."""
    if not room.fictional:
        return Text((f"County A is {STEADY}, drawn so that nothing ever changes. County B is {SLOWED}: from {day_words(SLOWED_FROM)} on "
                     f"the way home takes twice as long. "
                     f"The first sign stands in {first_sign(room)}: a chart needs some months to be sure.", words.A_REASON_TO_ASK),
                    "answer")
    told = {story.county: story for story in STORIES}
    said = [f"County {letter} is {county}. What was planted there: {told[county].title[0].lower()}{told[county].title[1:]}"
            + (f", from {day_words(pd.Timestamp(told[county].start).date())} on." if told[county].start else ".") for county,
            letter in LAID_BARE.items()]
    return Text((*said, f"The first sign in County B stands in {first_sign(room)}: a chart needs some months to be sure.",
                 words.A_REASON_TO_ASK), "answer")


def own_chart(room: Room) -> Figure:
    """The room's own county as a control chart, or what stands in for it."""
    of = place(room, _charts)
    return _figure(f"{of.called[0].upper()}{of.called[1:]}: does any month stand out?", "exits", exits_chart(of),
                   f"{of.called}, exits to a permanent home, as of {day_words(of.as_of)}", BASELINE, note=of.note)


def _charts(of: Place) -> bool:
    rows = exits(of)
    if len(rows) <= BASELINE or of.hides(*rows["numerator"], *rows["children"]):
        return False
    return not _chart(rows).limits.refused


def _figure(question: str, series: str, chart: Charted, caption: str, baseline: int, *, note: str = "") -> Figure:
    return Figure(question, _finding(series, chart, baseline), control_spec(chart), words.table(series, chart, caption),
                  tuple(filter(None, (note, *_limits(chart, baseline)))))


def _finding(series: str, chart: Charted, baseline: int) -> str:
    """The average of the months that the limits come from, and what stands out."""
    return " ".join((_average(series, chart, baseline), *(words.signs(chart) or [words.NONE_STANDS_OUT])))


def _average(series: str, chart: Charted, baseline: int) -> str:
    first = chart.points.head(baseline)
    among = f" in {first['denominator'].sum():,.0f} days in care" if first["denominator"].notna().all() else ""
    what = f"{first['numerator'].sum():,.0f} {'exits' if series == 'exits' else 'children'}{among}"
    average = f"{chart.points['centre'].iloc[0]:.{2 if series == 'exits' else 1}f} {chart.series.unit}"
    return f"{_span(chart)}. On average {average} in the first {baseline} months ({what})."


def _limits(chart: Charted, baseline: int) -> tuple[str, ...]:
    wide = ("These months vary more than luck among single children would have them, as where brothers and sisters leave together, so the "
            "limits are wider.",)
    return (f"The limits were set from the first {baseline} months and then left where they are.",
            *(wide if chart.limits.chart.endswith("'") else ()))


def _span(chart: Charted) -> str:
    first, last = (month_words(f"{chart.points['month'].iloc[end]:%Y-%m}") for end in (0, -1))
    return f"{first} to {last}"


def rules() -> Text:
    """The four signs, in plain words."""
    return Text(("A month outside the limits.", "Seven months in a row on the same side of the average.",
                 "Seven months in a row, each higher (or each lower) than the one before.", "Two of three months close to the same limit."),
                "list")


def funnel(room: Room) -> Figure | Section:
    """All counties of the room by size, within limits of chance; where too few may be shown, made-up counties that are all alike."""
    rows = count(headline(), room.basis, room.mature, as_of=room.as_of)
    rows = rows.loc[(rows["county"] != WHOLE) & ~_small(room, rows)]
    found = funnel_words.figure(rows, f"Children who entered in {room.mature.words}, by county, as of {day_words(room.as_of)}",
                                draw=funnel_drawn)
    return found if isinstance(found, Figure) else Section((Text((ALIKE_INSTEAD,), "note"), _alike()))


def _small(room: Room, rows: pd.DataFrame) -> pd.Series:
    counts = rows.assign(rest=rows["denominator"] - rows["numerator"])[["numerator", "denominator", "rest"]]
    return counts.apply(lambda row: room.hides(*row), axis=1)


def _alike() -> Figure:
    """Twenty-four made-up counties of many sizes with one true share."""
    sizes = np.geomspace(20, 900, COUNTIES).round().astype(int)
    home = np.random.default_rng(SEED).binomial(sizes, TRUE_SHARE)
    names = [f"County {number}" for number in range(1, COUNTIES + 1)]
    rows = measure_rows(headline(), tuple(names), cohort("2024"), as_of=AS_OF, numerator=np.append(home, home.sum()),
                        denominator=np.append(sizes, sizes.sum()))
    return funnel_words.figure(rows, "Made-up counties of many sizes, all with one true share", draw=funnel_drawn)


