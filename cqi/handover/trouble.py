"""The letter to maintainers: what went wrong, in words, without the name of a data file, which may hold a child's."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cqi.handover.letter import Letter, one_line
from cqi.site.parts import Site
from cqi.site.places import extracts
from cqi.vocabulary import GOAL_COLUMNS, TABLE_COLUMNS

A_FILE = "(a file)"
KNOWN = {*TABLE_COLUMNS, *GOAL_COLUMNS}
"""Names of data files that hold no other word than the table's."""
MOST = 40
_PATH = re.compile(r"[^\s\"'(),;]*[/\\][^\s\"'(),;]*")
ABOUT = ("Names of data files are left out of this letter; the command says them where it runs. There, cqi doctor says what is missing, "
         "and cqi review tries again. Readers were told nothing of this. The same is not written again for the same extract until all has "
         "gone well.")


def trouble(site: Site, what: str) -> Letter:
    """The letter on what went wrong, a line each."""
    lines = tuple(dict.fromkeys(without_names(site, one_line(line)) for line in what.splitlines() if line.strip()))
    more = (f"And {len(lines) - MOST} more.",) if len(lines) > MOST else ()
    return Letter(f"{site.name}: the reviews need a look",
                  (f"Something went wrong with the reviews of {site.name}.", (*lines[:MOST], *more), ABOUT))


def reason_key(site: Site, letter: Letter) -> str:
    """The key of a reason: the same for the same words with other numbers, as of days or processes, while the extract has the same
    files."""
    said = re.sub(r"\d+", "0", repr(letter.parts))
    return sha256(repr((said, _files(site))).encode()).hexdigest()[:16]


def without_names(site: Site, words: str) -> str:
    """The words without paths but those of the site's own pages, and without names of files of the extract."""
    for name in sorted(_names(site), key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", A_FILE, words)
    words = words.replace(f"{site.folder.resolve()}{os.sep}", "")
    own = ("restricted/", f"{site.review.out}/")
    return _PATH.sub(lambda found: found[0] if found[0].startswith(own) else A_FILE, words)


def _names(site: Site) -> set[str]:
    """Names of the extract's files and folders below the place that the site's file names, and their paths."""
    found = set()
    for path, _ in _below(site):
        if path.stem.casefold() not in KNOWN:
            found |= {str(path), path.name, *((path.stem,) if len(path.stem) > 3 else ())}
    return found


def _files(site: Site) -> list[tuple[str, int]]:
    """Name and size of every file of the newest extract: what tells one from another without reading it."""
    return sorted((path.name, size) for path, size in _below(site))


def _below(site: Site) -> list[tuple[Path, int]]:
    with suppress(OSError):
        place = extracts(site)[-1]
        below = place.rglob("*") if place.is_dir() else [place] if place.is_file() else []
        return [(path, path.stat().st_size if path.is_file() else 0) for path in below]
    return []
