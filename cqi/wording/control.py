"""Control charts in words: which months stand out and by what rule, why none may, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby

import numpy as np
import pandas as pd

from cqi.blocks import Cell, Figure, Table, Text
from cqi.control import DISPERSED_ABOVE, FAIL, FEWEST_POINTS, HIT_OR_MISS, PASS, Runs, fired
from cqi.measures.by_month import SERIES
from cqi.measures.charted import FEWEST_A_MONTH, Charted, charted
from cqi.registry import Measure
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording.begun import Begun, begins, begun_in
from cqi.wording.numbers import children, day_words, joined, month_words, plural

QUESTIONS = {
    "exits": "Is the pace at which children leave to a permanent home changing?",
    "three months": "Of the children who enter care, do more or fewer leave to a permanent home within 3 months?",
    "entries": "Is the number of children who enter care changing?",
}
TITLES = {"exits": "Exits to a permanent home by month", "three months": "Children home within 3 months, by month of entry",
          "entries": "Children who entered care by month"}
NONE_STANDS_OUT = "No month stands out: chance alone can explain these ups and downs. A small change could still be hidden in them."
A_REASON_TO_ASK = "A sign is a reason to ask what happened then. It does not say why."
MEANING = {1: "a sign of a change for the better", -1: "a sign of a change to look into", 0: "a sign of a change"}
GOALS = {PASS: "As things are, every month would meet the goal of {goal}.", FAIL: "As things are, no month would meet the goal of {goal}.",
         HIT_OR_MISS: "As things are, some months will meet the goal of {goal} and others not, by chance."}
HOW_TO_READ = (
    "How to read these charts: the band shows how far months move by chance alone while nothing changes. Four things are a sign of "
    "change: a month outside the band; 7 months in a row on one side of the average; 7 months each higher (or each lower) than the one "
    "before; 2 of 3 months close to the same edge of the band.",
    "Even where nothing changes, about 1 or 2 of 10 such charts show a sign somewhere, by chance. Brothers and sisters come and leave "
    "together, which adds to that.",
    "Rules: those of NHSRplotthedots 0.2.2 (mdc7), limits on all the months shown. The limits never move by themselves.",
)
SEEN = {"astronomical": ("above the band", "below the band"), "trend": ("rising", "falling"),
        "two of three": ("near the upper edge", "near the lower edge"),
        "shift": ("in a run above the average", "in a run below the average")}


def figures(
    rows: pd.DataFrame, measure: Measure, county: str, as_of: date, draw: Callable[[Charted], dict], *,
    targets: dict[str, float] | None = None, begun: Begun = (),
) -> tuple[Figure | Text, ...]:
    """One block for each series of a county: a control chart with its finding and table, or a note why there is none; then how to
    read them, where there is a chart. `rows` as from `by_month`, protected or not; `draw` gives a chart's specification
    (`cqi.charts.control.control_spec`); `targets` by series, in the unit of its values. `begun`: what began on which days, told beside the
    chart and in its table."""
    own = rows.loc[rows["county"] == county]
    parts = [_part(name, own.loc[own["series"] == name], measure, as_of, draw, (targets or {}).get(name), begun) for name in SERIES]
    return (*parts, *((Text(HOW_TO_READ, "note"),) if any(isinstance(part, Figure) for part in parts) else ()))


def _part(name: str, rows: pd.DataFrame, measure: Measure, as_of: date, draw: Callable, target: float | None,
          begun: Begun) -> Figure | Text:
    if rows.empty:
        return Text((f"{TITLES[name]}: the file does not cover enough months for a figure.",), "note")
    if rows["status"].eq("suppressed").any():
        return Text((f"{TITLES[name]}: {HIDDEN_WORDS}.",), "note")
    chart = charted(rows, measure, target=target)
    if chart.limits.refused == "few":
        return Text((few(name, chart),), "note")
    caption = f"{rows['county'].iloc[0]}: {TITLES[name][0].lower()}{TITLES[name][1:]}, as of {day_words(as_of)}"
    seen = {f"{day:%Y-%m}" for day in chart.points["month"]}
    begun = [(day, label) for day, label in begun if f"{day:%Y-%m}" in seen]
    told = " ".join(filter(None, (finding(name, chart, target), begun_in(begun))))
    return Figure(QUESTIONS[name], told, draw(chart), table(name, chart, caption, begun), notes(chart))


def few(name: str, chart: Charted) -> str:
    """Why there is no chart of so few."""
    total = chart.points["numerator"].sum()
    return (f"{TITLES[name]}: {total:,.0f} in {plural(len(chart.points), 'month')}, fewer than {FEWEST_A_MONTH} a month on average. In "
            "numbers so small, chance alone makes months stand out, so there is no chart. Look at each child's plan, and at all counties "
            "together.")


def finding(name: str, chart: Charted, target: float | None = None) -> str:
    """The average with its counts, what stands out or why nothing may, and the goal where there is one."""
    goal = [GOALS[chart.assurance].format(goal=_said(chart, target, unit=True))] if chart.assurance else []
    return " ".join([_average(name, chart), *(_refusal(chart) or signs(chart) or [NONE_STANDS_OUT]), *goal])


def _average(name: str, chart: Charted) -> str:
    points = chart.points
    counted, among = points["numerator"].sum(), points["denominator"].sum()
    period = f"{_month(points['month'].iloc[0])} to {_month(points['month'].iloc[-1])}"
    told = {"exits": f"{plural(counted, 'exit')} in {among:,.0f} days in care", "three months": f"{counted:,.0f} of {children(among)}",
            "entries": children(counted)}[name]
    centre = points["centre"].iloc[-1]
    return f"{TITLES[name]}, {period}: {'no figure' if np.isnan(centre) else f'on average {_said(chart, centre, unit=True)}'} ({told})."


def _refusal(chart: Charted) -> list[str]:
    there = int(chart.points["value"].notna().sum())
    few = (f"Only {plural(there, 'month')} {'has' if there == 1 else 'have'} a figure. It takes {FEWEST_POINTS} before a month can be said "
           "to stand out, so none is marked.")
    alike = "The months hardly differ, so there are no usual ups and downs to judge a change by; none is marked."
    return {"trial": [few], "no spread": [alike]}.get(chart.limits.refused, [])


def signs(chart: Charted) -> list[str]:
    """A sentence for each sign: the months, what was seen, and whether it is for the better; empty where nothing stands out."""
    months = chart.points["month"].map(_month).tolist()
    said = [sentence for rule, direction in _fired(chart).items() for sentence in _of_rule(rule, direction, months)]
    return [*(f"{words}: {MEANING[side * chart.improvement]}." for side, words in said), *([A_REASON_TO_ASK] if said else [])]


def _fired(chart: Charted) -> dict[str, np.ndarray]:
    return {} if chart.limits.refused else fired(chart.limits)


def _of_rule(rule: str, direction: np.ndarray, months: list[str]) -> list[tuple[int, str]]:
    """(direction, words) of one rule: its stretches of months, or for single months all of one direction together."""
    if rule in ("trend", "shift"):
        runs = [(side, [place for place, _ in run]) for side, run in groupby(enumerate(direction), key=lambda point: point[1]) if side]
        return [(side, _stretch(rule, side, months[places[0]], months[places[-1]], len(places))) for side, places in runs]
    found = [(side, [months[place] for place in np.flatnonzero(direction == side)]) for side in (1, -1)]
    return [(side, _singles(rule, side, names)) for side, names in found if names]


def _stretch(rule: str, side: int, first: str, last: str, number: int) -> str:
    if rule == "shift":
        return f"{number} months in a row, {first} to {last}, are {'above' if side > 0 else 'below'} the average"
    return f"{first} to {last}: each month is {'higher' if side > 0 else 'lower'} than the one before"


def _singles(rule: str, side: int, names: list[str]) -> str:
    verb, edge = "lies" if len(names) == 1 else "lie", "upper" if side > 0 else "lower"
    if rule == "astronomical":
        return f"{joined(names)} {verb} {'above' if side > 0 else 'below'} the band that chance alone would keep to"
    return f"{joined(names)} {verb} close to the {edge} edge of the band, 2 of 3 months"


def notes(chart: Charted) -> tuple[str, ...]:
    """How the limits were made, and what the second test says."""
    if chart.limits.refused:
        return ("The limits are trial limits: they will move as months are added.",) if chart.limits.refused == "trial" else ()
    return _spread(chart), second_opinion(chart.runs, bool(signs(chart)))


def _spread(chart: Charted) -> str:
    """What sigma z says and did."""
    sigma = chart.limits.sigma_z
    if chart.series.chart == "xmr":
        return "The limits come from the differences between neighbouring months (XmR chart)."
    if chart.limits.chart.endswith("'"):
        return (f"These counts vary more than chance alone would have them (sigma z {sigma:.2f}), so the limits are wider (Laney's "
                "correction).")
    return (f"These counts vary no more than chance alone would have them (sigma z {sigma:.2f}; above {DISPERSED_ABOVE:.1f} the limits "
            "would be made wider, Laney's correction).")


def second_opinion(runs: Runs, signal: bool) -> str:
    """Anhoej's runs tests in one sentence, and whether they agree with the rules."""
    agrees = "agrees" if runs.signal == signal else "does not agree"
    sees = "a sign of change" if runs.signal else "no sign of change"
    return (f"A second test, by runs (Anh\u00f8j), {agrees}, it sees {sees}: the longest run on one side of the average is "
            f"{plural(runs.longest, 'month')} (up to {runs.longest_usual} is usual), and the line crosses the average "
            f"{plural(runs.crossings, 'time')} ({runs.fewest_usual} or more is usual).")


def table(name: str, chart: Charted, caption: str, begun: Begun = ()) -> Table:
    """Month, with what began in it, count, of how many, value, limits, and what was seen."""
    counts = {"exits": ("Exits", "Days in care", "Value"), "three months": ("Left within 3 months", "Children who entered", "Share"),
              "entries": ("Children",)}[name]
    rows = tuple(_row(chart, point, seen, begun) for point, seen in zip(chart.points.to_dict("records"), _seen(chart)))
    centre = "" if np.isnan(chart.points["centre"]).all() else _said(chart, chart.points["centre"].dropna().iloc[-1], unit=True)
    return Table(caption, ("Month", *counts, "Limits", "What was seen"), rows, notes=(f"On average: {centre}.",) if centre else ())


def _row(chart: Charted, point: dict, seen: str, begun: Begun) -> tuple[Cell, ...]:
    gap = np.isnan(point["value"])
    limits = "none" if gap or np.isnan(point["lower"]) else f"{_said(chart, point['lower'])} to {_said(chart, point['upper'])}"
    counts = [f"{point['numerator']:,.0f}"]
    if chart.series.chart != "xmr":
        counts += [f"{point['denominator']:,.0f}", "none" if gap else _said(chart, point["value"])]
    return tuple(map(Cell, (_month(point["month"]) + begins(point["month"], begun), *counts, limits, seen)))


def _seen(chart: Charted) -> list[str]:
    """What each month was seen to be, by every rule that fires."""
    found = _fired(chart)
    return [", ".join(SEEN[rule][int(direction[place] < 0)] for rule, direction in found.items() if direction[place])
            for place in range(len(chart.points))]


def _said(chart: Charted, value: float, *, unit: bool = False) -> str:
    """A value of the series as a reader says it; a share as a whole percent."""
    if chart.series.chart == "p":
        return f"{value:.0%}"
    return (f"{value:.1f}" if chart.series.chart == "xmr" else f"{value:.2f}") + f" {chart.series.unit}" * unit


def _month(day: pd.Timestamp) -> str:
    return month_words(f"{day:%Y-%m}")
