"""All counties side by side: their shapes where there are any, else one small picture a county, in order of name. Never a ranking."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cqi.blocks import Cell, Table
from cqi.blocks.palette import BLUE, GREY, INK, ORANGE, PAPER, RULE, WORDS_ORANGE
from cqi.cohorts import cohort as period
from cqi.explore import shapes, show
from cqi.explore.paper import Picture
from cqi.explore.published import Published
from cqi.explore.standings import SAID, Standing, better, standings
from cqi.registry import Measure, measure
from cqi.vocabulary import HIDDEN_MARK
from cqi.wording.numbers import axis_words, value_form

TILE, TALL, INSET = 144, 62, 7
"""A small picture's width, its height below the name, and what is left free at either end of its scale: pixels."""
USUAL = "#C3CAD1"
TELLS = ("This is not a ranking. A county with few children moves a lot by chance, and counties serve different children. "
         "Usual is what these children would do at the pace of earlier periods in the same county.")


def map_markup(published: Published, cohort: str, name: str, county: str) -> str:
    """The map, or the small pictures, with a key and all that they show as a table under a fold. `county` is marked."""
    every, definition = standings(published, cohort, name), measure(name)
    placed = [each for each in every if shapes.fips(each.county)]
    rest = [each for each in every if not shapes.fips(each.county)]
    parts = [_shapes(placed, definition, county)] if placed else []
    parts += [_tiles(rest, definition, county)] if rest else []
    title, words = _title(definition), _finding(published, cohort, every)
    lead = f'<p class="question" role="heading" aria-level="2">{show.plain(title)}</p><p class="finding">{show.plain(words)}</p>'
    return (f'<div class="cqi-markup cqi-map">{lead}'
            f'{_key(every, definition)}{"".join(parts)}<p class="note">{show.plain(TELLS)}</p>{_numbers(every, title)}</div>')


def tally(every: Iterable[Standing]) -> str:
    """How many counties stand how, in a sentence."""
    hows = [each.how for each in every]
    told = [f"{hows.count(how)} {words}" for how, words in SAID.items() if how in hows]
    return f"Of {len(hows)} counties: {'; '.join(told)}."


def picture(published: Published, cohort: str, name: str, county: str, *, across: int = 4) -> Picture:
    """The same to keep or to print: the map, or small pictures in rows of `across`."""
    every, definition = standings(published, cohort, name), measure(name)
    placed = [each for each in every if shapes.fips(each.county)]
    drawn = _map_svg(placed, definition, county) if placed else _sheet(every, definition, county, across)
    title = _title(definition)
    return Picture(title, _finding(published, cohort, every), drawn, numbers(every, title), (_legend(every, definition), TELLS))


def _sheet(every: list[Standing], definition: Measure, county: str, across: int) -> str:
    """The small pictures in rows, each under its name; the chosen county's in bold."""
    top = _top(every)
    tiles = [f'<svg x="{number % across * (TILE + 14)}" y="{number // across * (TALL + 24)}" width="{TILE}" height="{TALL + 18}">'
             f'<text x="0" y="12" font-size="13" fill="{INK}" font-weight="{700 if each.county == county else 400}">{show.plain(each.county)}</text>'
             f'<svg y="18">{_tile(each, definition, top)}</svg></svg>' for number, each in enumerate(every)]
    return _svg(across * (TILE + 14), math.ceil(len(every) / across) * (TALL + 24), f"{PATTERNS}{''.join(tiles)}")


def _title(definition: Measure) -> str:
    return f"Every county beside what is usual there: {definition.title[0].lower()}{definition.title[1:]}"


def _finding(published: Published, cohort: str, every: list[Standing]) -> str:
    return f"{period(cohort).words}, as of {published.as_of_words}. {tally(every)}"


def _legend(every: list[Standing], definition: Measure) -> str:
    """The key in words, for where there is no room for the key itself."""
    return _scale(every, definition) if not any(shapes.fips(each.county) for each in every) else "Up: above the usual range. Down: below it. Striped: hidden. Dotted: too few."


PATTERNS = (f'<defs><pattern id="cqi-hidden" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="{PAPER}"/>'
            f'<rect width="2.5" height="7" fill="#9AA3AC"/></pattern><pattern id="cqi-few" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect width="8" height="8" fill="{PAPER}"/><circle cx="4" cy="4" r="1.6" fill="#7C8791"/></pattern></defs>')


def _svg(width: float, height: float, drawn: str, *, words: str = "", shown: str = "") -> str:
    named = f' role="img" aria-label="{show.plain(words)}"' if words else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
            f' font-family="Liberation Sans, Arial, Helvetica, sans-serif"{named}{shown}>{drawn}</svg>')


def _colour(how: str, definition: Measure) -> str:
    """Blue on the better side, orange on the other; a pattern where there is nothing to compare."""
    if how in ("above", "below"):
        return BLUE if better(how, definition) else ORANGE
    return {"usual": USUAL, "hidden": "url(#cqi-hidden)", "few": "url(#cqi-few)"}.get(how, PAPER)


def _shapes(every: list[Standing], definition: Measure, county: str) -> str:
    return f'<div class="chart" tabindex="0" role="group" aria-label="Map of counties">{_map_svg(every, definition, county)}</div>'


def _map_svg(every: list[Standing], definition: Measure, county: str) -> str:
    by_code = {shapes.fips(each.county): each for each in every}
    found = shapes.drawn(tuple(sorted(by_code)))
    empty = "".join(f'<path d="{path}" fill="{PAPER}" stroke="{RULE}"/>' for code, path in found.paths.items() if code not in by_code)
    own = "".join(_county(each, found.paths[code], definition) for code, each in by_code.items())
    signs = "".join(_sign(each, *found.middles[code]) for code, each in by_code.items())
    chosen = next((code for code, each in by_code.items() if each.county == county), "")
    mark = _marked(found, chosen, county) if chosen else ""
    return _svg(found.width + 8, found.height + 8, f'{PATTERNS}<g transform="translate(4 4)">{empty}{own}{signs}{mark}</g>', words=f"Map of counties. {tally(every)}")


def _county(each: Standing, path: str, definition: Measure) -> str:
    return f'<path d="{path}" fill="{_colour(each.how, definition)}" stroke="{GREY}" stroke-width="0.7" fill-rule="evenodd"><title>{show.plain(each.words)}</title></path>'


def _sign(each: Standing, x: float, y: float) -> str:
    if each.how not in ("above", "below"):
        return ""
    return _mark(each.how, x, y, PAPER)


def _mark(how: str, x: float, y: float, colour: str) -> str:
    """A triangle that points to where the county is, up or down; else a dot."""
    up = {"above": 1, "below": -1}.get(how)
    if up is None:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 6 * up:.1f}l6 {11 * up}h-12z" fill="{colour}" stroke="none" pointer-events="none"/>'


def _marked(found: shapes.Map, code: str, county: str) -> str:
    """The chosen county: a thick edge, and its name beside it on a light ground."""
    (x, y), name = found.middles[code], show.plain(county.partition(" (")[0])
    side, dx = ("start", 14) if x < found.width / 2 else ("end", -14)
    return (f'<path d="{found.paths[code]}" fill="none" stroke="{INK}" stroke-width="3" pointer-events="none"/>'
            f'<text x="{x + dx:.1f}" y="{y - 10:.1f}" font-size="15" font-weight="700" text-anchor="{side}" fill="{INK}" stroke="{PAPER}" stroke-width="4" '
            f'paint-order="stroke" pointer-events="none">{name}</text>')


def _tiles(every: list[Standing], definition: Measure, county: str) -> str:
    """One small picture a county, all on one scale, as many beside each other as there is room for."""
    top = _top(every)
    tiles = "".join(f'<li{" class=chosen" if each.county == county else ""}><p>{show.plain(each.county)}'
                    f'{"<span class=unseen>, chosen</span>" if each.county == county else ""}</p>'
                    f'{_svg(TILE, TALL, _tile(each, definition, top), words=each.words)}</li>' for each in every)
    return f'<svg width="0" height="0" aria-hidden="true">{PATTERNS}</svg><p class="note">{show.plain(_scale(every, definition))}</p><ul class="cqi-tiles" aria-label="Counties in order of name">{tiles}</ul>'


def _scale(every: list[Standing], definition: Measure) -> str:
    form = value_form(definition.unit if definition.per != 1 else "children")
    return f"Each picture goes from 0 to {_top(every):{form}}: {axis_words(definition)}. Grey bar: the usual range. Mark: what was counted."


def _top(every: list[Standing]) -> float:
    """The end of the scale that all small pictures share, a round number."""
    most = max((value for each in every for value in (each.value, each.high) if value == value), default=1.0) or 1.0
    step = 10 ** math.floor(math.log10(most)) / 2
    return math.ceil(most / step) * step


def _tile(each: Standing, definition: Measure, top: float) -> str:
    """A county's picture: the usual range as a bar, what was counted as a mark, and both in words below."""
    if each.value != each.value:
        ground = f'<rect x="0" y="4" width="{TILE}" height="22" fill="{_colour(each.how, definition)}" stroke="{RULE}"/>'
        said = {"hidden": f"{HIDDEN_MARK} hidden", "few": "too few to tell"}.get(each.how, SAID[each.how])
        return ground + "".join(_line(words, number) for number, words in enumerate(filter(None, (each.brief, said))))
    colour = _colour(each.how, definition) if each.how in ("above", "below") else INK
    value, low, high = (INSET + share / top * (TILE - 2 * INSET) for share in (each.value, each.low, each.high))
    usual = f'<rect x="{low:.1f}" y="8" width="{high - low:.1f}" height="14" fill="{USUAL}"/>' if low == low else ""
    line = f'<path d="M{INSET} 6V26H{TILE - INSET}" fill="none" stroke="{GREY}"/>'
    said = {"usual": "as usual", "above": "above usual", "below": "below usual"}.get(each.how, SAID[each.how])
    return usual + line + _mark(each.how, value, 15, colour) + _line(each.brief) + _line(said, 1, _ink(colour))


def _ink(colour: str) -> str:
    return {ORANGE: WORDS_ORANGE}.get(colour, colour)


def _line(words: str, number: int = 0, colour: str = INK) -> str:
    return f'<text x="0" y="{41 + 16 * number}" font-size="12.5" fill="{colour}">{show.plain(words)}</text>'


def _key(every: list[Standing], definition: Measure) -> str:
    """What colours, marks and patterns say, of those that are there."""
    there = {each.how for each in every}
    return f'<ul class="key cqi-key">{"".join(_entry(how, words, definition) for how, words in SAID.items() if how in there)}</ul>'


def _entry(how: str, words: str, definition: Measure) -> str:
    sign = _mark(how, 13, 9, PAPER) if how in ("above", "below") else ""
    swatch = (f'<svg width="26" height="18" aria-hidden="true">{PATTERNS if how in ("hidden", "few") else ""}'
              f'<rect x="0.5" y="0.5" width="25" height="17" fill="{_colour(how, definition)}" stroke="{GREY}"/>{sign}</svg>')
    return f"<li>{swatch} {show.plain(words)}</li>"


def numbers(every: list[Standing], caption: str) -> Table:
    """The counties with their words as a table, in order of name."""
    rows = tuple((Cell(each.county), Cell(each.counted or ("" if each.how == "hidden" else "none"), "hidden" if each.how == "hidden" else ""),
                  Cell(each.usual.partition(": ")[2] or "not known"), Cell(SAID[each.how])) for each in every)
    return Table(caption, ("County", "Counted so far", "Usual range by now", "Beside what is usual"), rows)


def _numbers(every: list[Standing], caption: str) -> str:
    return f'<details class="numbers"><summary>Numbers behind this picture</summary>{show.markup(numbers(every, caption))}</details>'
