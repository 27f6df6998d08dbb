"""The field's words as data: kinds of exit, settings, column contracts, and the one error type."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

PERMANENCY = ("reunification", "relative", "guardianship", "adoption")
OTHER_EXITS = ("emancipation", "turned 18", "transfer", "runaway", "death", "other")
UNKNOWN = "unknown"
EXIT_REASONS = PERMANENCY + OTHER_EXITS + (UNKNOWN,)

SETTINGS = (
    "kin", "foster family", "pre-adoptive home", "group home", "institution", "independent living",
    "trial home visit", "runaway", "hospital", "other", UNKNOWN,
)
DISPOSITIONS = (
    "substantiated", "indicated", "alternative response victim", "alternative response non-victim",
    "unsubstantiated", "intentionally false", "closed", "other", UNKNOWN,
)

WHOLE = "All counties"
"""The name under which the whole file stands beside its counties; no county may bear it."""

OFFICIAL, SERVICES = "official", "services"
"""The words that stand for the official measures, and for referrals and staff, where a cohort's stands for other tables and pages."""

TABLE_COLUMNS = {
    "episodes": ("child_id", "episode_id", "county", "birth_date", "entry_date", "exit_date", "exit_reason"),
    "placements": ("episode_id", "setting", "start_date", "end_date"),
    "reports": ("child_id", "county", "report_date", "incident_date", "disposition", "disposition_date"),
    "population": ("county", "year", "age_band", "children"),
    "referrals": ("child_id", "county", "referral_date", "first_contact_role", "engaged_date", "completed_date"),
    "staff": ("staff_id", "county", "role", "hire_date", "end_date", "end_reason"),
    "visits": ("episode_id", "visit_date"),
}
"""Columns that every table of an extract has, in this order; covariates follow (sex, race, ...)."""

GOAL_COLUMNS = {
    "targets": ("county", "measure", "target", "by", "owner"),
    "regions": ("county", "region"),
    "goals_attained": ("person", "group", "goal", "kind", "importance", "difficulty", "baseline", "achieved"),
}
"""Columns of the tables that say what an agency, or the people it serves, have set themselves; they may lie beside the files of any source."""

MEASURE_COLUMNS = (
    "measure", "county", "cohort", "group", "part", "at", "as_of", "children", "numerator", "denominator",
    "value", "level", "lower", "upper", "unit", "method", "status",
)
"""The measure table. `children` is the number of children (or reports) behind the row: small-number rules need it
where the denominator is days."""

STATUSES = (
    "shown", "so far", "not yet mature", "suppressed", "pooled", "carried forward", "data quality",
)
HIDDEN_MARK = "[c]"
HIDDEN_WORDS = "hidden to protect privacy"

AGE_BANDS = ((0, 1, "under 1"), (1, 6, "1 to 5"), (6, 11, "6 to 10"), (11, 16, "11 to 15"), (16, 18, "16 and 17"))
"""Ages in completed years: from, below, words."""


STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that nobody sees and that steer a terminal, turn the order of letters or are no letters at all; a line's end is none."""


def printable(text: str) -> str:
    """The text with a visible mark in place of every character of STEERING, so that a name does nothing where it is printed."""
    return STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


class CqiError(Exception):
    """What is wrong and what would be right, in one line that may be shown to any reader.

    The text never holds the value of a child's field. The command prints it and exits 2, with no traceback.
    """


class WorkerLevelNotAllowed(CqiError):
    """Somebody asked for figures by worker, supervisor or provider: what is counted is what children live through, not who worked."""


WORKER = re.compile(r"worker|supervisor|staff|provider|care.?giver|foster.?parent|judge|attorney|lawyer|therapist", re.I)
"""Names of columns and groupings that are about single people who work with children."""


ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]+:(?:[/\\]|$)", re.I)
"""How an address begins: http://, s3://, file:/. A drive of Windows has one letter."""


def local(path: str | Path, what: str = "the data") -> Path:
    """The path to a file or folder of this machine; raises CqiError for an address of the web or of a store."""
    if ADDRESS.match(str(path)):
        raise CqiError(f"{path}: this is an address, and {what} must be a file or folder of this machine; copy it there, or give a path.")
    return Path(path)


def nearest(word: str, words: Iterable[str], *, most: int = 3) -> list[str]:
    """The words most like `word`, best first, at most `most`; empty when none is near. Case does not count."""
    by_key = {str(known).casefold(): str(known) for known in words}
    return [by_key[key] for key in difflib.get_close_matches(str(word).casefold(), by_key, n=most, cutoff=0.6)]


def no_such(kind: str, word: str, words: Iterable[str], *, where: str = "", there: str = "") -> CqiError:
    """The error for a name that is not known: what was asked, the nearest names, the names there are."""
    words = [str(known) for known in words]
    near = nearest(word, words)
    hint = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    listed = ", ".join(words[:12]) + (f" and {len(words) - 12} more" if len(words) > 12 else "")
    names = f" {there or 'There are'}: {listed}." if words else ""
    return CqiError(f"No {kind} {str(word)!r}{f' in {where}' if where else ''}.{hint}{names}")


SITE, SITE_FILE = "CQI_SITE", "cqi.toml"
"""The variable of the environment that names a site's folder, and the file there that says what the site runs."""


def site_folder() -> Path | None:
    """The folder of the site that is worked for: the one that CQI_SITE names, else the working folder; None where it holds no `cqi.toml`."""
    folder = Path(os.environ.get(SITE, "") or Path.cwd())
    return folder if (folder / SITE_FILE).is_file() else None


def own_definitions() -> str:
    """The folder with the user's own definitions: the one that CQI_DEFINITIONS names, else `definitions` in the site's folder; empty where there is none.

    Raises CqiError where CQI_DEFINITIONS names no folder.
    """
    named = os.environ.get("CQI_DEFINITIONS", "")
    if named and not Path(named).is_dir():
        raise CqiError("CQI_DEFINITIONS: there is no such folder; name a folder that holds sources/ or measures/.")
    site = site_folder()
    return named or (str((site / "definitions").resolve()) if site and (site / "definitions").is_dir() else "")


def definition_folders(kind: str) -> list:
    """The folders that hold definitions of a kind (`measures`, `sources`): ours, then the user's own, as `own_definitions` finds it.
    A file there with the same name takes the place of ours."""
    own = own_definitions()
    return [files("cqi") / "definitions" / kind] + ([Path(own) / kind] if own else [])


def source_files() -> dict[str, Path]:
    """The file that declares each kind of data, by the name that `--source` takes; one of the user's own takes the place of ours of that name."""
    return {path.stem: path for folder in definition_folders("sources") for path in sorted(Path(str(folder)).glob("*.toml"))}


def source_kinds() -> str:
    """Every kind of file that can be read here, an agency's own among them, as the help of an option says it."""
    return ", ".join(sorted(source_files())).replace("%", "%%")
