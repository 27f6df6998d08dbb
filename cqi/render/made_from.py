"""What a run is made from, part by part: run.json keeps it, so that the next run can say what is new and why."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from cqi import __version__
from cqi.journal.slip import Slip
from cqi.render.digests import DEFINED, PACKAGES, PROGRAM, folder_digests
from cqi.render.job import NOTEBOOKS, Job
from cqi.render.standing import Program
from cqi.tables.answered import slips_digest
from cqi.tables.said import Said, said_digest
from cqi.vocabulary import WHOLE, definition_folders


def made_from(jobs: list[Job], program: Program, said: Said | None, slips: tuple[Slip, ...]) -> dict:
    """Digests of all that decides what the pages show but the data, whose files run.json names anyway.

    `definitions` by file, an agency's own in place of ours; `notebooks` by file; `program`: its version, its files, Python and the packages; `journal`:
    what stakeholders said, of what the run's readers may hear; `answers`: what teams answered. `counties` and `cohorts` of the pages, in their order.
    """
    return {
        "counties": _of(jobs, "county"), "cohorts": _of(jobs, "cohort"), "definitions": definition_digests(),
        "notebooks": {NOTEBOOKS[role]: digest for role, digest in program.notebooks.items()}, "program": _program(),
        "journal": said_digest(said), "answers": slips_digest(slips),
    }


def definition_digests() -> dict[str, str]:
    """The digest of every file of definitions, by its path below their folder (`measures/reentry_in_12_months.toml`)."""
    found = {}
    for folder in map(Path, definition_folders("")):
        own = found and DEFINED  # of an agency's own folder the kinds that it may have
        inside = [path for each in own or ("",) for path in (folder / each).rglob("*")]
        found |= folder_digests(folder, [path for path in inside if path.suffix in (".toml", ".csv") and path.is_file()])
    return dict(sorted(found.items()))


def records(out: Path) -> list[dict]:
    """What run.json says of every run below `out` that came to its end, the one made last first; what cannot be read does not count."""
    found = []
    for path in out.glob("*/run.json"):
        with suppress(OSError, ValueError):
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return sorted((each for each in found if isinstance(each, dict) and "made" in each), key=lambda each: (each["made"], each["as_of"]), reverse=True)


def _of(jobs: list[Job], name: str) -> list[str]:
    return [each for each in dict.fromkeys(job.parameters.get(name, WHOLE) for job in jobs) if each != WHOLE]


def _program() -> dict[str, str]:
    package = Path(__file__).parents[1]
    own = [path for path in package.rglob("*") if path.suffix in PROGRAM and package / "definitions" not in path.parents]
    files = sha256(json.dumps(folder_digests(package, own)).encode()).hexdigest()
    return {"cqi": __version__, "python": platform.python_version(), **{name: version(name) for name in PACKAGES}, "files": files}
