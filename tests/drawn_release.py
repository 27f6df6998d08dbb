"""Small releases drawn as tables and pages, whose truth is known."""

from html import escape

import pandas as pd

from cqi.vocabulary import MEASURE_COLUMNS, WHOLE

MEASURE = "permanency_in_12_months"
DAY = "2026-06-30"
COUNTIES = ("Alder", "Birch", "Cedar", "Elm")


def rows(counts, among, *, measure=MEASURE, cohort="2024H1", at=12, as_of=DAY, part="", group=""):
    """Measure rows of four counties and all together; None is hidden."""
    places = [*COUNTIES, WHOLE]
    table = pd.DataFrame({"county": places, "numerator": counts, "denominator": among}, dtype=object)
    shown = table["numerator"].notna() & table["denominator"].notna()
    share = (table["numerator"].astype(float) / table["denominator"].astype(float)).round(2)
    return table.assign(
        measure=measure, cohort=cohort, group=group, part=part, at=at, as_of=as_of, children=table["denominator"], value=share, level=0.95,
        lower=share, upper=share, unit="children", method="proportion, Wilson interval", status=shown.map({True: "shown", False: "suppressed"}),
    )[list(MEASURE_COLUMNS)]


def release(folder, **tables):
    """A release of these tables, by name with underscores."""
    place = folder / "release" / "tables"
    place.mkdir(parents=True, exist_ok=True)
    for name, parts in tables.items():
        table = pd.concat(parts) if isinstance(parts, list) else parts
        table.to_csv(place / f"2024H1-{name.replace('_', '-')}.csv", index=False)
    return folder / "release"


AMONG = [90, 80, 100, 60, 330]
SAFE = [None, None, 40, 25, 95]
"""8 and 22 are hidden beside 40, 25 and their total 95: 30 together, each from 1 to 29."""

def kinds(found):
    return {finding.kind for finding in found}


def places(found, kind, words=""):
    """Where findings of a kind stand, those whose words hold these."""
    return [finding.place for finding in found if finding.kind == kind and words in finding.words]


def page(folder, name, body, *, title="Alder, 2024H1, permanency in 12 months, as of 2026-06-30"):
    """A page of the release in the folder."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>{body}</body></html>', encoding="utf-8")


def table(caption, heads, *lines):
    """A table of a page as it is written."""
    head = "".join(f'<th scope="col">{escape(words)}</th>' for words in heads)
    rows = "".join(f'<tr><th scope="row">{escape(own)}</th>{"".join(f"<td>{escape(words)}</td>" for words in rest)}</tr>' for own, *rest in lines)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
