"""Giving a release out: made in private, looked at by an independent audit, moved into place whole, and written into the ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cqi.audit import Finding, audit
from cqi.disclosure import policy
from cqi.render.counted import Counted
from cqi.render.pages import make_folder, write_whole
from cqi.tables import OFFICIAL
from cqi.tables.carried import newly_given
from cqi.tables.ledger import add_to_ledger, ledger_path

MAKING = "restricted/making"
EARLIER = 3
"""Releases of earlier days that the audit reads beside this one; the ledger knows of all."""
PAGE_TABLES = ("measures", "same_age", "maturity", "curves", "regions", "looks", "months_charted")


@contextmanager
def made_in_private(folder: Path) -> Iterator[Path]:
    """A folder of the run's own for what is not given out yet, gone afterwards; what a run that died left there goes first."""
    place = folder / MAKING
    shutil.rmtree(place, ignore_errors=True)
    make_folder(place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):  # it is not empty where a page was made
            place.parent.rmdir()


def withheld(profile: str, making: Path, folder: Path) -> list[Finding]:
    """What a reader of this release, and of those before it, could work out; empty where it may be given out. Kept in `restricted/`."""
    others = sorted((each for each in folder.parent.glob(f"*/{profile}") if each.parent != folder), key=lambda each: each.parent.name)
    earlier = [each for each in (*others[-EARLIER:], folder / profile) if any(each.glob("tables/*.csv"))]
    found = audit(making / profile, threshold=policy(profile)["threshold"], earlier=earlier)
    report = folder / "restricted" / f"audit-{profile}.txt"
    report.unlink(missing_ok=True)
    if found:
        write_whole(report, "".join(f"{each.place}: {each.kind}. {each.words}\n" for each in found))
    return found


def give_out(profile: str, making: Path, folder: Path, found: Counted, *, ledger: Path) -> None:
    """Moves a release into its place, file by file, each whole, and writes its figures into the ledger first: what is in the ledger but
    was not given out hides too much, never too little."""
    pages = {word: {name: getattr(tables, name) for name in (("periods",) if word == OFFICIAL else PAGE_TABLES)}
             for (one, word), tables in found.items() if one == profile}
    facts = next(tables.facts for (one, _), tables in found.items() if one == profile)
    add_to_ledger(ledger_path(ledger, profile), newly_given(pages), as_of=facts["as_of"], inputs=facts["inputs"])
    for path in sorted((making / profile).rglob("*")):
        if path.is_file():
            place = folder / path.relative_to(making)
            make_folder(place.parent)
            path.chmod(place.parent.stat().st_mode & 0o666)
            os.replace(path, place)
