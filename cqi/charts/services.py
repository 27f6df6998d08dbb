"""Referrals and staff as charts: the funnel, young periods beside older ones, who stays, and turnover beside published figures."""

from __future__ import annotations

import pandas as pd

from cqi.blocks.palette import BLUE, DASHES, GREY, HEIGHT, INK, LIGHT_BLUE, LIGHT_GREY, ORANGE, QUIET, WIDTH, WORDS_ORANGE
from cqi.charts import checked, spread
from cqi.charts.shapes import alt

STEPS = {"referral_made": "referred", "referral_engaged": "engaged in 3 months", "referral_completed": "completed in 12 months"}


def funnel(table: pd.DataFrame) -> alt.LayerChart:
    """One period's steps as bars of the children referred, each with its interval and its number of children; hidden steps are left out."""
    rows = checked(table).assign(name=table["measure"].map(STEPS), share=table["value"].where(table["measure"] != "referral_made", 1.0))
    rows = rows.loc[rows["numerator"].notna() & rows["share"].notna()]
    rows = rows.assign(words=[f"{share:.0%}: {number:,.0f} children" for share, number in zip(rows["share"], rows["numerator"])])
    rows = rows.assign(lower=rows["lower"].fillna(rows["share"]), upper=rows["upper"].fillna(rows["share"]), place=rows["upper"].fillna(rows["share"]))
    rows = rows[["name", "share", "lower", "upper", "place", "words"]]
    name = alt.Y("name:N", title=None, sort=list(STEPS.values()), axis=alt.Axis(labelLimit=200, minExtent=170))
    x = alt.X("share:Q", title="share of the children referred", axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1]))
    bar = alt.Chart(rows).mark_bar(color=LIGHT_BLUE, stroke=BLUE, height=30).encode(x=x, y=name)
    rule = alt.Chart(rows).mark_rule(color=INK, strokeWidth=2).encode(x="lower:Q", x2="upper:Q", y=name)
    inside, outside = rows.loc[rows["place"] > 0.6], rows.loc[rows["place"] <= 0.6]
    labels = [alt.Chart(part).mark_text(align=align, dx=dx, fontWeight="bold").encode(x="place:Q", y=name, text="words:N")
              for part, align, dx in ((inside, "right", -10), (outside, "left", 10)) if len(part)]
    return alt.layer(bar, rule, *labels, width=WIDTH - 190, height=44 * max(len(rows), 1))


def young(table: pd.DataFrame, cohort: str, title: str) -> alt.LayerChart:
    """A young period's share by months since the referral with its intervals, over the lowest to highest of the older ones at the same age."""
    rows = checked(table).loc[table["value"].notna(), ["cohort", "at", "value", "lower", "upper"]]
    start = pd.DataFrame({"at": [0.0], "value": [0.0], "lower": [0.0], "upper": [0.0], "low": [0.0], "middle": [0.0], "high": [0.0]})
    now, older = (pd.concat([start, rows.loc[which]])[["at", "value", "lower", "upper"]] for which in (rows["cohort"] == cohort, rows["cohort"] != cohort))
    band = older.groupby("at", as_index=False)["value"].agg(low="min", middle="median", high="max")
    month = alt.X("at:Q", title="months since the referral", axis=alt.Axis(values=[0, *sorted(rows["at"].unique())], format="d"),
                  scale=alt.Scale(domain=[0, float(rows["at"].max())]))
    top = 1.15 * float(max(rows["upper"].max(), band["high"].max()))
    y = alt.Y("value:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, top]))
    layers = [alt.Chart(band).mark_area(color=LIGHT_GREY).encode(x=month, y="low:Q", y2="high:Q"),
              alt.Chart(band).mark_line(color=GREY, strokeDash=list(DASHES[1])).encode(x=month, y="middle:Q"), alt.Chart(now).mark_rule(color=BLUE, strokeWidth=1.5).encode(x=month, y="lower:Q", y2="upper:Q"),
               alt.Chart(now).mark_line(color=BLUE, point={"size": 60, "color": BLUE}).encode(x=month, y=y)]
    ends = [("this period", now, "value", BLUE), *([("older, same age", band, "middle", QUIET)] if len(band) > 1 else [])]
    return alt.layer(*layers, *_ends(ends, top), width=WIDTH - 130, height=220)


def staying(table: pd.DataFrame) -> alt.LayerChart:
    """The share still here by months since the hire: all with intervals as a thick line, roles as thin ones told apart by dash."""
    rows = checked(table).loc[table["value"].notna(), ["group", "at", "value", "lower", "upper"]]
    rows = rows.assign(name=rows["group"].str.partition(": ")[2].where(rows["group"] != "", "everyone"))
    names = ["everyone", *sorted(set(rows["name"]) - {"everyone"})][:4]
    month = alt.X("at:Q", title="months since they were hired", axis=alt.Axis(values=[0, *sorted(rows["at"].unique())], format="d"),
                  scale=alt.Scale(domain=[0, float(rows["at"].max())]))
    y = alt.Y("value:Q", title="still here", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    layers, ends = [], []
    for number, name in enumerate(names):
        own = pd.concat([pd.DataFrame({"at": [0.0], "value": [1.0], "lower": [1.0], "upper": [1.0]}), rows.loc[rows["name"] == name, ["at", "value", "lower", "upper"]]])
        colour = (BLUE, ORANGE, GREY, INK)[number]
        if number == 0:
            layers.append(alt.Chart(own).mark_area(color=LIGHT_GREY).encode(x=month, y="lower:Q", y2="upper:Q"))
        layers.append(alt.Chart(own).mark_line(color=colour, strokeDash=list(DASHES[number]), strokeWidth=2.5 if number == 0 else 1.8).encode(x=month, y=y))
        ends.append((name, own, "value", (BLUE, WORDS_ORANGE, GREY, INK)[number]))
    return alt.layer(*layers, *_ends(ends, 1.0), width=WIDTH - 130, height=HEIGHT - 30)


def _ends(lines: list[tuple[str, pd.DataFrame, str, str]], top: float) -> list[alt.Chart]:
    """The names of lines at the ends of their own, apart from each other."""
    held = sorted((float(rows[column].iloc[-1]), name, float(rows["at"].iloc[-1]), colour) for name, rows, column, colour in lines)
    heights, edge = spread([height for height, *_ in held], apart=0.075 * top), max(at for _, _, at, _ in held)
    return [alt.Chart(pd.DataFrame([{"at": at, "height": height, "words": name}])).mark_text(align="left", dx=8, dy=0 if at == edge else 18, fontWeight="bold", color=colour).encode(
        x="at:Q", y="height:Q", text="words:N") for height, (_, name, at, colour) in zip(heights, held)]


def retained(table: pd.DataFrame) -> alt.LayerChart:
    """The share still here 12 months later by year of hire, with intervals."""
    rows = checked(table).loc[table["value"].notna(), ["cohort", "value", "lower", "upper"]].rename(columns={"cohort": "period"})
    year = alt.X("period:N", title="hired in", sort=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title="still here 12 months later", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    rule = alt.Chart(rows).mark_rule(color=BLUE, strokeWidth=2).encode(x=year, y="lower:Q", y2="upper:Q")
    return alt.layer(rule, alt.Chart(rows).mark_point(filled=True, opacity=1, size=90, color=BLUE).encode(x=year, y=y), width=WIDTH - 60, height=200)


def turnover(table: pd.DataFrame, bands: list[tuple[str, float, float]], mean: tuple[str, float]) -> alt.LayerChart:
    """Leavers for each 100 employed by year with intervals, on published bands named at their right edge and a dashed published mean:
    context, never a pass or a fail."""
    rows = checked(table).loc[table["value"].notna(), ["cohort", "value", "lower", "upper"]]
    rows = rows.assign(period=rows["cohort"], **{name: 100 * rows[name] for name in ("value", "lower", "upper")})
    top = 1.1 * max(float(rows["upper"].max()), *(100 * high for _, _, high in bands))
    year = alt.X("period:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    scale, width = alt.Scale(domain=[0, top]), WIDTH - 190
    published = pd.DataFrame([{"words": words, "low": 100 * low, "high": 100 * high, "middle": 50 * (low + high)} for words, low, high in bands])
    y = alt.Y("low:Q", title="left, for each 100 employed", scale=scale)
    rect = alt.Chart(published).mark_rect(color=LIGHT_GREY, stroke=GREY, strokeWidth=0.5).encode(y=y, y2="high:Q")
    names = alt.Chart(published).mark_text(align="left", dx=8, color=QUIET).encode(x=alt.XValue(width), y="middle:Q", text="words:N")
    line = alt.Chart(pd.DataFrame([{"value": 100 * mean[1]}])).mark_rule(color=GREY, strokeDash=list(DASHES[1]), strokeWidth=1.5).encode(y="value:Q")
    rule = alt.Chart(rows).mark_rule(color=BLUE, strokeWidth=2).encode(x=year, y="lower:Q", y2="upper:Q")
    point = alt.Chart(rows).mark_point(filled=True, opacity=1, size=90, color=BLUE).encode(x=year, y="value:Q")
    return alt.layer(rect, line, names, rule, point, width=width, height=240)
