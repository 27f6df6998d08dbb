"""Where a journal is kept: the path of an SQLite file, or the address of a PostgreSQL database."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cqi.vocabulary import CqiError

JOURNAL = "CQI_JOURNAL"
"""The variable of the environment that names the place."""
FILE = "journal.sqlite"
IN_POSTGRES = "postgresql"
"""What is written down in place of an address, which may hold a password."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://", re.I)


def is_address(place: str | Path) -> bool:
    """Whether the place is a PostgreSQL database. Raises CqiError, without the address (it may hold a password), for any other kind."""
    words = str(place)
    if not words.strip() or words.strip() == ":memory:":
        raise CqiError("A journal is kept: give the path of a file, such as reports/journal.sqlite, or the address of a PostgreSQL database.")
    if _ADDRESS.match(words) and not _POSTGRES.match(words):
        raise CqiError("A journal is an SQLite file, given by its path, or a PostgreSQL database: postgresql+psycopg://user:password@host/database.")
    return isinstance(place, str) and bool(_POSTGRES.match(words))


def driven(address: str) -> str:
    """The address with the driver that we use."""
    return _POSTGRES.sub("postgresql+psycopg://", address, count=1)


def chosen(given: str, out: Path | None) -> str:
    """The place that was given, or that CQI_JOURNAL names, or the journal that lies in the folder `out` of the pages; empty where there is none.

    A path is made whole. Raises CqiError for an address of another kind, and where only IN_POSTGRES is known.
    """
    beside = str(out / FILE) if out and (out / FILE).is_file() else ""
    place = given if given != IN_POSTGRES else ""
    place = place or os.environ.get(JOURNAL, "") or (beside if given != IN_POSTGRES else "")
    if not place and given == IN_POSTGRES:
        raise CqiError("The run that was stopped read a journal in PostgreSQL; its address is kept nowhere, so give it again by --journal or CQI_JOURNAL.")
    return place if not place or is_address(place) else str(Path(place).resolve())


def without_secrets(place: str) -> str:
    """The place as it may be written down: a path, whole; of an address only that it is one."""
    if not place or place == IN_POSTGRES:
        return place
    return IN_POSTGRES if is_address(place) else str(Path(place).resolve())
