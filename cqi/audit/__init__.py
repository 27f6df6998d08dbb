"""An independent look at a finished release: what could a reader work out from the published files alone?

It knows nothing of how the release was made, and imports none of it: only tables, pages and the words of the field.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cqi.audit.cells import KEY, cells, merged, with_absent
from cqi.audit.exact import worked_out
from cqi.audit.files import Published, published
from cqi.audit.findings import Finding, place_of
from cqi.audit.pages import page_findings
from cqi.audit.relations import lines
from cqi.audit.small import children_beside, derived, finer, not_one_story, restated, shown_small

__all__ = ["Finding", "audit", "exact_beside"]

EXACTLY = "exactly worked out"


def audit(folder: Path, *, threshold: int = 11, earlier: Iterable[Path] = ()) -> list[Finding]:
    """Everything that a reader of one folder of a release could work out of counts from 1 up to the threshold; empty: it may go out.

    `earlier` are folders of releases that the reader also has: their counts are known too, and what was restated since. Sorted, each
    once. Raises CqiError where a folder or a table cannot be read.
    """
    release = published(folder)
    before = pd.concat([cells(published(each)) for each in earlier] or [cells(replace(release, tables=()))], ignore_index=True)
    found = cells(release)
    told = [*shown_small(merged(found), threshold), *not_one_story(found), *children_beside(release, threshold), *derived(release),
            *finer(release), *restated(found, before, threshold), *worked_out(_lines(release, found, before), threshold)]
    told += [finding for page in release.pages for finding in page_findings(page, str(page.relative_to(folder)))]
    return sorted(set(told))


def exact_beside(folder: Path, known: pd.DataFrame) -> list[Finding]:
    """Hidden counts that become exact for somebody who knows these counts besides (KEY of `cqi.audit.cells` and `value`), as one whose own
    family they are does. The counts that stay safe and those known are not among them."""
    release = published(folder)
    found, mine = cells(release), known.assign(hidden=False, place="what is known besides")
    own = {place_of(row) for row in known.assign(place="").itertuples()}
    told = worked_out(_lines(release, pd.concat([found, mine], ignore_index=True), found.iloc[:0]), 0)
    return [finding for finding in told if finding.kind == EXACTLY and finding.place.partition(", ")[2] not in own]


def _lines(release: Published, found: pd.DataFrame, before: pd.DataFrame):
    """The lines over what is published and what was; a count that this release restates is known as it now stands."""
    now = pd.MultiIndex.from_frame(found.loc[~found["hidden"], KEY])
    older = before.loc[~before["hidden"] & ~pd.MultiIndex.from_frame(before[KEY]).isin(now)]
    return lines(with_absent(merged(pd.concat([found, older], ignore_index=True))), release)
