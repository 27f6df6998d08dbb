"""The course of one county as charts: children beside what was expected, the projection to the goal, and the monitors.

Better is blue and worse orange, and never by colour alone: signals are diamonds, series differ in dash and bear their names.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, INK, LIGHT_GREY, ORANGE, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts import spread
from cqi.charts.marks import Marks, mark_lines, months_since, title_above
from cqi.charts.shapes import alt
from cqi.course.exposure import KINDS
from cqi.course.monitors import fewer_is_worse
from cqi.registry import measure
from cqi.vocabulary import CqiError

TALL = 250
SHARES = ("share_025", "share_10", "share_50", "share_90", "share_975")
WIDE_BAND, NARROW_BAND = "#DCE9F2", "#A9CDE4"
COLOURS = {"worse": ORANGE, "better": BLUE}
WORDS = {ORANGE: WORDS_ORANGE}
"""Colour of a shape -> that of its name, where it is another."""
EDGES = {ORANGE: DASHES[1], BLUE: DASHES[3]}
"""Colour of a limit -> its dash."""
MONITORS = {"cohort": "this period", "calendar": "all children", "calendar from any month on": "all, any month"}
"""Monitor -> its name at the end of its line."""


def differences(looks: pd.DataFrame) -> pd.DataFrame:
    """Observed minus expected so far by month's end, of one county, in order of time.

    Columns measure, as_of, day, observed, expected, alarm, begins (the look at which an alarm begins), difference (to a tenth), low,
    high. `low` and `high`, to a tenth too, are the differences at which the monitor would signal, translated back from its statistic;
    missing where that tells nothing yet. Hidden rows are left out.
    """
    rows = looks.loc[looks["monitor"].eq("cohort") & looks["observed"].notna()].sort_values("day", ignore_index=True)
    gap = (rows["observed"] - rows["expected"]).astype("float64").round(1) + 0.0
    unit = _children_a_unit(gap.to_numpy(), rows)
    worse, better = unit * rows["limit_worse"], unit * rows["limit_better"]
    fewer = _fewer_is_worse(rows)
    return rows[["measure", "as_of", "day", "observed", "expected", "alarm"]].assign(
        begins=_begins(rows), difference=gap, low=-(worse if fewer else better).round(1), high=(better if fewer else worse).round(1))


def _fewer_is_worse(rows: pd.DataFrame) -> bool:
    return rows.empty or fewer_is_worse(measure(rows["measure"].iloc[0]))


def _children_a_unit(gap: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Children for one unit of the statistic at each look; it grows about as the root of the expected number, so looks
    without a difference take it from their neighbours. Missing where the statistic is 0 in spite of a difference: too
    little is expected there for a signal."""
    statistic = rows[["worse", "better"]].max(axis=1).to_numpy(dtype=float)
    root = np.sqrt(rows["expected"].to_numpy(dtype=float))
    known = (np.abs(gap) > 1e-6) & (statistic > 1e-6) & (root > 0)
    if not known.any():
        return np.full(len(rows), np.nan)
    unit = root * np.interp(root, root[known], np.abs(gap[known]) / statistic[known] / root[known])
    return np.where(known | (np.abs(gap) <= 1e-6), unit, np.nan)


def shares_of_limit(looks: pd.DataFrame) -> pd.DataFrame:
    """Each monitor's statistic as a share of its limit, by look: -1 is the limit of the worse side, 1 that of the better.

    Columns measure, as_of, day, monitor, alarm, begins (the look at which an alarm begins), share (to a hundredth). Of two sides the
    nearer to its limit counts. Hidden rows are left out.
    """
    rows = looks.loc[looks["worse"].notna()].sort_values(["monitor", "day"], ignore_index=True)
    worse, better = (rows[side].clip(lower=0) / rows[f"limit_{side}"] for side in ("worse", "better"))
    share = better.where(better > worse, -worse).round(2) + 0.0
    return rows[["measure", "as_of", "day", "monitor", "alarm"]].assign(begins=_begins(rows), share=share)


def _begins(rows: pd.DataFrame) -> pd.Series:
    """Whether an alarm begins at the look; rows in order of time within their monitor."""
    return rows["alarm"].ne("") & rows["alarm"].ne(rows.groupby("monitor")["alarm"].shift(fill_value=""))


def vlad(looks: pd.DataFrame, marks: Marks = ()) -> alt.LayerChart:
    """One county's children counted, less those expected, by month's end; the band is where no signal would come.

    The zero line is the usual pace; `marks` are labelled lines on their days. Raises CqiError where every row is hidden.
    """
    rows, x = months_axis(_begun(_some(differences(looks)), ["difference", "low", "high"]))
    axis = alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+,d')", tickMinStep=1, **title_above(marks))
    least, most = min(-2, np.nanmin(rows[["difference", "low"]].to_numpy())), max(2, np.nanmax(rows[["difference", "high"]].to_numpy()))
    y = alt.Y("low:Q", title=f"{_counted(rows)} more or fewer than expected", axis=axis, scale=alt.Scale(domain=[least, most], nice=True))
    base = alt.Chart(rows[["month", "difference", "low", "high"]])
    band = base.mark_area(color=LIGHT_GREY).encode(x=x, y=y, y2="high:Q")
    edges = [base.mark_line(color=colour, strokeWidth=1.5, strokeDash=list(EDGES[colour])).encode(x=x, y=f"{side}:Q")
             for side, colour in _sides(rows).items()]
    line = base.mark_line(color=INK, point={"size": 35, "color": INK}).encode(x=x, y="difference:Q")
    names = end_names(_vlad_ends(rows), rows["month"].iloc[-1], 0.075 * (most - least))
    marked = mark_lines([(place, words) for day, words in marks if 0 <= (place := months_since(rows["day"].iloc[0], day)) <= rows["month"].iloc[-1]], x)
    layers = [band, level_rule(0.0, GREY), *edges, *marked, line, *_signals(rows, "difference", x), *names]
    return alt.layer(*layers, width=WIDTH - 120, height=TALL)


def _sides(rows: pd.DataFrame) -> dict[str, str]:
    """The edges of the band with their colours: the worse side orange, the better blue."""
    return {"low": ORANGE, "high": BLUE} if _fewer_is_worse(rows) else {"low": BLUE, "high": ORANGE}


def _vlad_ends(rows: pd.DataFrame) -> list[tuple[float, str, str, str]]:
    last = rows.iloc[-1]
    edges = [(last[side], f"signal: {'fewer' if side == 'low' else 'more'}", colour, "normal")
             for side, colour in _sides(rows).items() if rows[side].tail(2).notna().all()]
    own = (last["difference"], gap_words(last["difference"]), COLOURS.get(last["alarm"], INK), "bold")
    return [own, (0.0, "as usual", QUIET, "normal"), *edges]


def _counted(rows: pd.DataFrame) -> str:
    """What is counted: `children`, or a rate's own word, `moves`."""
    definition = measure(rows["measure"].iloc[0])
    return definition.unit if definition.per == 1 else definition.words["counted"]


def gap_words(difference: float) -> str:
    """`about 9 fewer`, `about 1 more`, `as expected`."""
    size = f"{abs(difference):,.0f}"
    return "as expected" if size == "0" else f"about {size} {'more' if difference > 0 else 'fewer'}"


def fan(projection: pd.DataFrame, target: float | None) -> alt.LayerChart:
    """One county's share so far, then its likely course: the middle, 4 times in 5 (dark) and 19 in 20 (light).

    `target` is a dashed line (missing: none), the usual pace a thin dotted one; a rule marks the as-of date. Raises
    CqiError where every row is hidden.
    """
    rows = _some(projection.loc[projection["share_50"].notna()]).sort_values("day", ignore_index=True)
    definition = measure(rows["measure"].iloc[0])
    rows, x = months_axis(_begun(rows, [*SHARES, "usual"], 0.0 if KINDS[definition.kind].good else 1.0))
    seen, goal = rows.loc[rows["kind"] == "observed"], [] if target is None or pd.isna(target) else [float(target)]
    ahead = pd.concat([seen.tail(1), rows.loc[rows["kind"] == "projected"]])
    top = 1.1 * max(rows[["share_975", "usual"]].max().max(), 1e-9, *goal)
    title = f"share that {definition.words['counted']}"
    y = alt.Y("share_025:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top], nice=False))
    layers = [*bands(ahead, x, y), dashed(rows, "usual", x, GREY, 2), dashed(ahead, "share_50", x, BLUE, 1),
              dashed(seen, "share_50", x, BLUE, 0),
              *(level_rule(height, INK, DASHES[1]) for height in goal), *as_of_rule(seen["month"].max(), rows["month"].max(), top),
              *end_names(_fan_ends(rows, goal), rows["month"].iloc[-1], 0.07 * top)]
    return alt.layer(*layers, width=WIDTH - 110, height=TALL + 20)


def bands(ahead: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The 95% and the 80% band."""
    base = alt.Chart(ahead[["month", *SHARES]])
    return [base.mark_area(color=WIDE_BAND, stroke=BLUE, strokeWidth=0.7).encode(x=x, y=y, y2="share_975:Q"),
            base.mark_area(color=NARROW_BAND, stroke=BLUE, strokeWidth=0.7).encode(x=x, y="share_10:Q", y2="share_90:Q")]


def dashed(rows: pd.DataFrame, name: str, x: alt.X, colour: str, dash: int) -> alt.Chart:
    """The column by month as a line of that colour and dash."""
    line = alt.Chart(rows[["month", name]].dropna()).encode(x=x, y=f"{name}:Q")
    return line.mark_line(color=colour, strokeWidth=1.5 if dash == 2 else 2.5, strokeDash=list(DASHES[dash]), strokeCap="butt")


def _fan_ends(rows: pd.DataFrame, goal: list[float]) -> list[tuple[float, str, str, str]]:
    last = rows.iloc[-1]
    ends = [(last["share_50"], f"{'' if last['kind'] == 'observed' else 'likely '}{last['share_50']:.0%}", BLUE, "bold")]
    if pd.notna(last["usual"]):
        ends.append((last["usual"], f"usual {last['usual']:.0%}", QUIET, "normal"))
    return ends + [(height, f"goal {height:.0%}", INK, "bold") for height in goal]


def _begun(rows: pd.DataFrame, names: list[str], at: float = 0.0) -> pd.DataFrame:
    """The rows with the eve of their first month before them, when nothing had happened yet and these columns were `at`."""
    eve = rows.head(1).assign(day=rows["day"].iloc[0] - pd.offsets.MonthEnd(1), alarm="", begins=False, **dict.fromkeys(names, at))
    return pd.concat([eve[rows.columns], rows], ignore_index=True)


def as_of_rule(month: float, last: float, top: float) -> list[alt.Chart]:
    """A rule at the as-of date, its name beside it where there is room."""
    row, right = alt.Chart(pd.DataFrame([{"month": month, "top": top, "words": "today"}])), month <= 0.8 * last
    name = row.mark_text(align="left" if right else "right", dx=5 if right else -5, dy=8, color=QUIET)
    return [row.mark_rule(color=GREY, strokeWidth=1).encode(x="month:Q"), name.encode(x="month:Q", y="top:Q", text="words:N")]


def monitors(looks: pd.DataFrame) -> alt.LayerChart:
    """Each monitor's statistic as a share of its limit by month's end: below zero worse, above better, signals as diamonds.

    Raises CqiError where every row is hidden.
    """
    parts = [_begun(part, ["share"]) for _, part in _some(shares_of_limit(looks)).groupby("monitor")]
    rows, x = months_axis(pd.concat(parts, ignore_index=True))
    top = max(1.25, 1.1 * float(rows["share"].abs().max()))
    axis = alt.Axis(values=[-1, -0.5, 0, 0.5, 1], labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.0%')")
    y = alt.Y("share:Q", title="share of the limit that is used; up is better", axis=axis, scale=alt.Scale(domain=[-top, top]))
    scale = alt.Scale(domain=list(MONITORS), range=[list(dash) for dash in DASHES[:len(MONITORS)]])
    line = alt.Chart(rows[["month", "share", "monitor"]]).mark_line(color=INK, strokeWidth=2, strokeCap="butt").encode(
        x=x, y=y, detail="monitor:N", strokeDash=alt.StrokeDash("monitor:N", scale=scale, legend=None))
    ends = [(part["share"].iloc[-1], MONITORS[name], INK, "normal") for name, part in rows.groupby("monitor", sort=False)]
    layers = [*_limits(), line, *_signals(rows, "share", x), *end_names(ends, rows["month"].max(), 0.15 * top)]
    return alt.layer(*layers, width=WIDTH - 130, height=TALL)


def _limits() -> list[alt.Chart]:
    """The zero line and both limits with their names."""
    sides = ((1.0, "signal: better than usual", -9, BLUE), (-1.0, "signal: worse than usual", 11, ORANGE))
    names = [alt.Chart(pd.DataFrame([{"month": 0, "share": side, "words": words}])).mark_text(
        align="left", dx=2, dy=dy, color=WORDS.get(colour, colour)).encode(x="month:Q", y="share:Q", text="words:N") for side, words, dy, colour in sides]
    return [*(level_rule(side, colour, EDGES[colour]) for side, _, _, colour in sides), level_rule(0.0, GREY), *names]


def _some(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        raise CqiError("A chart of the course needs a row that is not hidden; say in words that the numbers are hidden.")
    return rows


def months_axis(rows: pd.DataFrame) -> tuple[pd.DataFrame, alt.X]:
    """The rows with `month`, months since the first one, and an axis that names the ends of months."""
    day = rows["day"].dt
    number = day.year * 12 + day.month + day.day / day.days_in_month
    rows = rows.assign(month=number - number.min())
    last = int(np.ceil(rows["month"].max()))
    months = pd.date_range(rows["day"].min(), periods=last + 1, freq="ME")
    step = 1 if last <= 8 else 3
    labels = [f"{day:%b}|{day:%Y}" for day in months]
    axis = alt.Axis(values=list(range(0, last + 1, step)), labelExpr=f"split({labels!r}[datum.value], '|')", labelFlush=False)
    return rows, alt.X("month:Q", title="end of the month", axis=axis, scale=alt.Scale(domain=[0, max(last, 1)], nice=False))


def level_rule(height: float, colour: str, dash=DASHES[0]) -> alt.Chart:
    """A level line across the chart."""
    rule = alt.Chart(pd.DataFrame([{"height": height}])).mark_rule(color=colour, strokeWidth=1.5, strokeDash=list(dash))
    return rule.encode(y="height:Q")


def _signals(rows: pd.DataFrame, height: str, x: alt.X) -> list[alt.Chart]:
    """The looks at which a signal begins as diamonds, in the colour of their direction."""
    begun = rows.loc[rows["begins"]].groupby("alarm")
    return [alt.Chart(part[["month", height]]).mark_point(shape="diamond", filled=True, size=170, opacity=1, color=COLOURS[alarm]).encode(
        x=x, y=f"{height}:Q") for alarm, part in begun]


def end_names(ends: list[tuple[float, str, str, str]], month: float, apart: float) -> list[alt.Chart]:
    """Names at the right edge beside the ends of their lines: height, words, colour, weight; none nearer than `apart`."""
    ends = sorted(ends, key=lambda end: end[0])
    wanted = [float(end[0]) for end in ends]
    down = [-height for height in reversed(spread([-height for height in reversed(wanted)], apart=apart))]
    heights = [(low + high) / 2 for low, high in zip(down, spread(wanted, apart=apart))]
    return [alt.Chart(pd.DataFrame([{"month": month, "height": height, "words": words}])).mark_text(
        align="left", dx=9, color=WORDS.get(colour, colour), fontWeight=weight).encode(x="month:Q", y="height:Q", text="words:N")
        for height, (_, words, colour, weight) in zip(heights, ends)]
