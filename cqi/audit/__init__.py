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
from cqi.audit.given import SUFFIX, given_before, ledgers, moved
from cqi.audit.order import order_of_rows, order_on_pages
from cqi.audit.paces import path_findings
from cqi.audit.pages import page_findings
from cqi.audit.reading import Page, read_page
from cqi.audit.relations import lines
from cqi.audit.services import service_findings
from cqi.audit.small import children_beside, derived, finer, not_one_story, restated, shown_small
from cqi.audit.told import told_anyway, what_tables_tell

__all__ = ["Finding", "audit", "exact_beside"]

EXACTLY = "exactly worked out"


def audit(folder: Path, *, threshold: int = 11, earlier: Iterable[Path] = ()) -> list[Finding]:
    """Everything that a reader of one folder of a release could work out of counts from 1 up to the threshold; empty: it may go out.

    `earlier` are folders of releases (`<as-of>/<profile>`) that the reader also has: their counts are known too, and what was restated since.
    The ledger beside them (`given-out-<profile>.jsonl`; or named itself, where the folders are gone) tells what was given out in all releases
    before. Sorted, each once. Raises CqiError where a folder, a table or a ledger cannot be read.
    """
    release, others = published(folder), [Path(each) for each in earlier]
    older = [published(each) for each in others if each.suffix != SUFFIX]
    folders = [cells(each) for each in older]
    found, before = cells(release), pd.concat(folders or [cells(replace(release, tables=()))], ignore_index=True)
    pages = [read_page(path, release.folder) for path in release.pages]
    return sorted({*_in_tables(release, found, threshold), *_beside_earlier(found, before, ledgers(others), threshold),
                   *worked_out(_lines(release, found, before), threshold), *_on_pages(release, pages),
                   *service_findings(release, pages, older, ledgers(others), threshold)})


def _in_tables(release: Published, found: pd.DataFrame, threshold: int) -> list[Finding]:
    """What the tables give away without any sum."""
    return [*shown_small(merged(found), threshold), *not_one_story(found), *children_beside(release, threshold), *derived(release),
            *finer(release), *path_findings(release), *order_of_rows(release)]


def _beside_earlier(found: pd.DataFrame, before: pd.DataFrame, ledgers: list[Path], threshold: int) -> list[Finding]:
    """What earlier releases, and the ledgers, tell beside this one."""
    given = pd.concat([before.loc[~before["hidden"], [*KEY, "value"]], *(given_before(path) for path in ledgers)], ignore_index=True)
    return [*restated(found, before, threshold), *moved(found, given, threshold)]


def _on_pages(release: Published, pages: list[Page]) -> list[Finding]:
    """What pages give away by themselves, beside the tables, and by the order of rows."""
    known = what_tables_tell(release)
    return [*(finding for page in pages for finding in (*page_findings(page), *told_anyway(page, known))), *order_on_pages(pages)]


def exact_beside(folder: Path, known: pd.DataFrame) -> list[Finding]:
    """Hidden counts that become exact for somebody who knows these counts besides (KEY of `cqi.audit.cells` and `value`), as one whose own
    family they are does. The counts that stay safe and those known are not among them."""
    release = published(folder)
    found, mine = cells(release), known.assign(hidden=False, place="what is known besides")
    own = {place_of(row) for row in known.assign(place="").itertuples()}
    exact = worked_out(_lines(release, pd.concat([found, mine], ignore_index=True), found.iloc[:0]), 0)
    return [finding for finding in exact if finding.kind == EXACTLY and finding.place.partition(", ")[2] not in own]


def _lines(release: Published, found: pd.DataFrame, before: pd.DataFrame):
    """The lines over what is published and what was, with what was hidden then; a count that this release restates is known as it now stands."""
    now = pd.MultiIndex.from_frame(found.loc[~found["hidden"], KEY])
    older = before.loc[~pd.MultiIndex.from_frame(before[KEY]).isin(now)]
    return lines(with_absent(merged(pd.concat([found, older], ignore_index=True))), release)
