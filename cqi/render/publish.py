"""Giving a release out: made in private, looked at by an independent audit, moved into place whole, and written into the ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from cqi.audit import Finding, audit
from cqi.disclosure import policy
from cqi.render.counted import Counted
from cqi.render.digests import file_digest, folder_digests
from cqi.render.leftovers import tidy
from cqi.render.manifest import Manifest
from cqi.render.pages import make_folder, write_whole
from cqi.tables.carried import newly_given
from cqi.tables.held_back import HeldBack, as_text, held_back_path
from cqi.tables.ledger import add_to_ledger, ledger_path
from cqi.tables.services import given_services
from cqi.vocabulary import OFFICIAL, SERVICES

MAKING = "restricted/making"
EARLIER = 3
"""Releases of earlier days that the audit reads beside this one; the ledger knows of all."""
PAGE_TABLES = ("measures", "same_age", "maturity", "curves", "regions", "looks", "months_charted")


@contextmanager
def made_in_private(folder: Path) -> Iterator[Path]:
    """A folder of the run's own for what is not given out yet. It goes when the run comes to its end; what a run that was stopped left there
    is for the next to take up."""
    place = folder / MAKING
    make_folder(place)
    yield place
    shutil.rmtree(place, ignore_errors=True)


def withheld(profile: str, making: Path, folder: Path) -> list[Finding]:
    """What a reader of this release, and of those before it, could work out; empty where it may be given out. Kept in `restricted/`."""
    others = sorted((each for each in folder.parent.glob(f"*/{profile}") if each.parent != folder), key=lambda each: each.parent.name)
    earlier = [each for each in (*others[-EARLIER:], folder / profile) if any(each.glob("tables/*.csv"))]
    found = audit(making / profile, threshold=policy(profile)["threshold"], earlier=[*earlier, ledger_path(folder.parent, profile)])
    report = folder / "restricted" / f"audit-{profile}.txt"
    report.unlink(missing_ok=True)
    if found:
        write_whole(report, "".join(f"{each.place}: {each.kind}. {each.words}\n" for each in found))
    return found


def give_out(profile: str, making: Path, folder: Path, found: Counted, hidden: HeldBack, *, manifest: Manifest) -> None:
    """Moves a release into its place, file by file, each whole, and writes first what it holds back, and its figures into the ledger: what
    is there but was not given out hides too much, never too little. A run that dies meanwhile leaves in the manifest what is to be moved."""
    pages = {word: {name: getattr(tables, name) for name in (("periods",) if word == OFFICIAL else PAGE_TABLES)}
             for (one, word), tables in found.items() if one == profile and word != SERVICES}
    facts = next(tables.facts for (one, _), tables in found.items() if one == profile)
    write_whole(held_back_path(folder, profile), as_text(hidden))
    given = pd.concat([newly_given(pages), given_services(found[profile, SERVICES])], ignore_index=True)
    add_to_ledger(ledger_path(folder.parent, profile), given, as_of=facts["as_of"], inputs=facts["inputs"])
    files = folder_digests(making, [path for path in (making / profile).rglob("*") if path.is_file()])
    manifest.giving(profile, files)
    _move(files, making, folder)
    manifest.given(profile)


def finish_giving(folder: Path, making: Path, manifest: Manifest) -> None:
    """Takes away what a run that died had begun to write, and moves what it has not moved in `give_out`. Where a file of that is neither here
    nor there, the release is made again."""
    tidy(folder)
    for profile, files in manifest.being_given.items():
        _move({name: digest for name, digest in files.items() if (making / name).is_file() and file_digest(making / name) == digest}, making, folder)
        manifest.given(profile)


def _move(files: Iterable[str], making: Path, folder: Path) -> None:
    for name in files:
        place = folder / name
        make_folder(place.parent)
        (making / name).chmod(place.parent.stat().st_mode & 0o666)
        os.replace(making / name, place)
