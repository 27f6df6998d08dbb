"""Whether the run that was last due has happened, and the run if it has not: what makes up for a machine that was off, or data that came
late."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cqi.progress import say
from cqi.render.digests import file_digest, inputs_digest
from cqi.render.lock import held
from cqi.render.made_from import records
from cqi.render.pages import write_whole
from cqi.scheduling.task import module
from cqi.site.when import last_due, rule
from cqi.site.places import data, pages
from cqi.site.parts import Site
from cqi.vocabulary import SITE_FILE, CqiError

KEPT = "scheduled.json"
"""In the folder of the pages: how the last run that was due ended."""
AGAIN = (4, 130, 143)
"""Exit codes of a run that another held up or that was stopped: it is tried again, whatever it would read."""
LINES = 6
"""Last lines of what a run said that are kept."""
COUNTED = re.compile(r"\d+ of \d+ (step|page)s?,")
"""Lines that say how far a run has come: they are not kept."""


@dataclass(frozen=True)
class Attempt:
    """A run that a scheduler started: when it was due, how it ended, the digest of what it would have read, and its last words. `due` is
    empty where cqi.toml could not be read, which says when."""

    due: str
    code: int
    read: str
    said: list[str]

    @property
    def over(self) -> bool:
        """Whether it came to an end of its own."""
        return self.code >= 0 and self.code not in AGAIN


def last_attempt(site: Site) -> Attempt | None:
    """The run that a scheduler started last; none where there was none, or what is kept of it cannot be read."""
    try:
        return Attempt(**json.loads((pages(site) / KEPT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def waiting(site: Site, now: datetime) -> datetime | None:
    """When the run was due that has not happened and is to be made now; none where there is no such run.

    A run that ended, but not well, waits until the data or cqi.toml are others than those it read: nobody hears of one fault every day.
    """
    due, last = last_due(rule(site.schedule.every, site.schedule.at), now), last_attempt(site)
    if last and last.due == due.isoformat() and last.over:
        return due if last.code and last.read != _read(site) else None
    return None if _made_by_hand(site, due, now) else due


def made_if_due(site: Site, now: datetime) -> int:
    """Runs `cqi review` in the site's folder where a run is due and has not happened; its exit code, 0 where there is nothing to do.

    Raises FolderHeld where another such run is at work.
    """
    with held(pages(site) / ".scheduled"):
        due = waiting(site, now)
        if due is None:
            say(_nothing(last_due(rule(site.schedule.every, site.schedule.at), now), last_attempt(site)))
            return 0
        before = _read(site)
        code, said = _reviewed(site)
        keep(pages(site), Attempt(due.isoformat(), code, before, said))
        return code if code >= 0 else 128 - code


def _nothing(due: datetime, last: Attempt | None) -> str:
    """Why nothing is to be done."""
    if last and last.due == due.isoformat() and last.code:
        return (f"The run that was due on {due_words(due)} ended with exit code {last.code}; cqi schedule says why. It is tried again once "
                "the data or cqi.toml have changed, or by hand: cqi review")
    return f"Nothing to do: the run that was due on {due_words(due)} has happened."


def due_words(moment: datetime) -> str:
    """`Monday 6 July 2026, 06:00`."""
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M}"


def _reviewed(site: Site) -> tuple[int, list[str]]:
    """Runs the command in the site's folder: its exit code, and the last lines that it said, which are said on as they come."""
    command = [sys.executable, *module("review")]
    with subprocess.Popen(command, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          errors="replace") as process:
        said: list[str] = []
        try:
            for line in process.stdout:
                say(line.rstrip("\n"))
                said = said if COUNTED.match(line) else [*said, line.rstrip("\n")][-LINES:]
        except BaseException:  # somebody ends this process: the run must not go on without it
            process.terminate()
            raise
    return process.returncode, said


def keep(out: Path, attempt: Attempt) -> None:
    """Keeps the attempt in the folder of the pages."""
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / KEPT, json.dumps(asdict(attempt), indent=1, ensure_ascii=False) + "\n")


def _made_by_hand(site: Site, due: datetime, now: datetime) -> bool:
    """Whether somebody has made all that the site asks for since the run was due."""
    asked = {name: list(getattr(site.review, name)) for name in ("counties", "cohorts", "profiles")}
    for record in records(pages(site)):
        made = datetime.fromisoformat(record["made"]).astimezone().replace(tzinfo=None)
        whole = asked.items() <= record["parameters"].items() and all(page["status"] == "done" for page in record["pages"])
        if whole and due <= made <= now:
            return True
    return False


def _read(site: Site) -> str:
    """The digest of the data and of cqi.toml; empty for data that is not there."""
    try:
        read = inputs_digest(data(site), site.extract.source, without=pages(site))
    except CqiError:
        read = ""
    return f"{read} {file_digest(site.folder / SITE_FILE)}"
