"""Colours and chart settings that every page and chart shares.

The four series colours are Okabe and Ito's that reach 3:1 on white; a chart of more than four series needs another
design. Colour never stands alone: series also differ in `DASHES`, and are labelled.
"""

from __future__ import annotations

BLUE, ORANGE, GREY, GREEN = "#0072B2", "#D55E00", "#595959", "#009E73"
SERIES = (BLUE, ORANGE, GREY, GREEN)
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3])
"""One dash pattern a series, in the order of `SERIES`; the first is a whole line."""

WORDS_ORANGE = "#A84A00"
"""Orange for words: 4.5:1 on white and on the light bands, where `ORANGE` reaches 3:1 only, which is enough for shapes."""

INK, QUIET, RULE, PAPER = "#16212B", "#4A5763", "#DDE2E7", "#FFFFFF"
"""Text, secondary text (7:1 on white), hairlines, background."""

LIGHT_BLUE, LIGHT_ORANGE, LIGHT_GREY, LIGHT_GREEN = "#D6E8F4", "#FBE3D3", "#E6E8EA", "#D3EEE6"
"""Bands and shades behind dark text or a dark line; never the only carrier of a meaning."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first is measured by the drawing engine wherever it runs; the others have the same widths on a reader's machine."""

WIDTH, HEIGHT = 580, 290
"""A chart's plot in pixels, unless it says otherwise."""

_FLAT_TITLE = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom",
               "titleX": 0, "titleY": -14}


def altair_config() -> dict:
    """The Vega-Lite `config` of every chart: fonts, colours, few lines, the y title lying flat above its axis."""
    words = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": QUIET, "titleFontWeight": "normal"}
    return {
        "background": None,
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": HEIGHT, "discreteWidth": WIDTH},
        "axis": words | {"domainColor": GREY, "tickColor": GREY, "gridColor": RULE, "labelPadding": 6,
                         "titlePadding": 10},
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False, "tickCount": 5} | _FLAT_TITLE,
        "legend": words | {"orient": "top", "title": None, "symbolStrokeWidth": 2.5, "symbolSize": 140,
                           "columnPadding": 18, "labelLimit": 260, "offset": 32},
        "header": words,
        "title": {"anchor": "start", "color": INK, "fontSize": 15, "subtitleColor": QUIET, "subtitleFontSize": 13,
                  "offset": 14},
        "range": {"category": list(SERIES)},
        "mark": {"color": BLUE},
        "line": {"strokeWidth": 2.5, "strokeCap": "round", "strokeJoin": "round"},
        "point": {"size": 60, "filled": True},
        "rule": {"color": GREY},
        "text": {"fontSize": 13, "color": INK},
    }
