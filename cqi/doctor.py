"""The command `cqi doctor`: what a site has, what it lacks, and what to do about it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cqi import __version__
from cqi.progress import say
from cqi.site import places
from cqi.site.parts import HandOver, Site
from cqi.vocabulary import SITE_FILE, CqiError

NO_SITE = f"There is no {SITE_FILE} in this folder; cqi init, run in the agency's own folder, writes one."
SECONDS = 10
"""How long a mail server may take to answer."""


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: what it is, how it stands, and what to do about it; nothing where all is well. `unseen`: it cannot be
    looked at from here, so nobody can say whether it is well."""

    what: str
    found: str
    to_do: str = ""
    unseen: bool = False

    @property
    def mark(self) -> str:
        return "to do" if self.to_do else "?" if self.unseen else "ok"


def examined(folder: Path | None) -> int:
    """Looks at everything that a run in this folder needs, says a line about each, and returns 0 where there is nothing to do, else 1.

    Nothing of the site is changed, and no mail is sent. Raises CqiError where there is no site.
    """
    if folder is None:
        raise CqiError(NO_SITE)
    lines = list(_lines(folder))
    for line in lines:
        say(f"{line.mark:<6} {line.what}: {line.found}")
        if line.to_do:
            say(f"       {line.to_do}")
    open_lines = sum(bool(line.to_do) for line in lines)
    say(f"{open_lines} to do." if open_lines else "Nothing to do.")
    return int(open_lines > 0)


def _lines(folder: Path) -> Iterator[Line]:
    from cqi.site.reading import read_site

    yield Line("Program", f"cqi {__version__}, Python {platform.python_version()}")
    try:
        site = read_site(folder)
    except CqiError as error:
        yield Line(SITE_FILE, "not right", str(error))
        return
    yield Line(SITE_FILE, site.name)
    yield from _definitions(site)
    yield from _looked("Extract", lambda: _extract(site))
    yield from _looked("Journal", lambda: [_journal(site)])
    yield from _looked("Pages", lambda: [_pages(site)])
    yield from _looked("Schedule", lambda: [_schedule(site)])
    yield from _looked("Mail", lambda: _mail(site))
    yield _print()


def _definitions(site: Site) -> Iterator[Line]:
    """A line where a variable of the environment hides the site's own definitions."""
    named, own = os.environ.get("CQI_DEFINITIONS", ""), site.folder / "definitions"
    if named and own.is_dir() and Path(named).resolve() != own.resolve():
        yield Line("Definitions", "CQI_DEFINITIONS names another folder, so those of this one are not read",
                   "Remove the variable: unset CQI_DEFINITIONS")


def _looked(what: str, look: Callable) -> list[Line]:
    """The lines of one look; a thing that is wrong is a line too."""
    try:
        return list(look())
    except CqiError as error:
        return [Line(what, "not right", str(error))]
    except OSError as error:
        return [Line(what, "not reached", error.strerror or type(error).__name__)]


# ---- the data ------------------------------------------------------------------------------------------------------------

def _extract(site: Site) -> Iterator[Line]:
    from cqi.cohorts import chosen_as_of
    from cqi.site.mapped import codes_left, columns_lost, counties_lost
    from cqi.sources import load
    from cqi.wording.numbers import plural

    place = places.data(site)
    extract = load(place, site.extract.source)
    counties = sorted(extract.episodes["county"].unique())
    yield Line("Extract", f"{Path(place).name}, read as {site.extract.source}: {plural(len(extract.episodes), 'stay')} in "
                          f"{plural(len(counties), 'county', 'counties')}")
    yield from _looked("Freshness", lambda: [_fresh(chosen_as_of(extract.episodes, site.extract.as_of).day, site)])
    yield _mapped("Columns", columns_lost(site, place), "all there",
                  f"Correct their names in definitions/sources/{site.extract.source}.toml, or ask for them.")
    yield _mapped("Codes", codes_left(site, place), "all known", f"Add them to the code lists of the source '{site.extract.source}', or "
                                                                 "correct them in the agency's system; cqi check says where.")
    yield _set_aside(extract)
    yield _mapped("Counties", counties_lost(site, counties), f"all that {SITE_FILE} names are in the extract",
                  f"Correct the names in {SITE_FILE}.")


def _fresh(as_of: date, site: Site) -> Line:
    """Whether a run would publish from the data today: what is said here is what a scheduled run says."""
    from cqi.scheduling import unready
    from cqi.wording.numbers import day_words, plural

    today = date.today()
    age = plural(abs((today - as_of).days), "day")
    return Line("Freshness", f"whole up to {day_words(as_of)}, {age} {'ago' if as_of <= today else 'ahead'}", unready(site, today))


def _mapped(what: str, wrong: str, right: str, to_do: str) -> Line:
    return Line(what, wrong, to_do) if wrong else Line(what, right)


def _set_aside(extract) -> Line:
    stays = extract.account.loc[extract.account["table"] == "episodes"]
    read, lost = int(stays["rows_read"].sum()), int(stays["quarantined"].sum())
    found = f"{read:,} rows of stays read, {lost:,} set aside"
    return Line("Rows", found, "" if lost <= 0.05 * read else "cqi check says why.")


# ---- places --------------------------------------------------------------------------------------------------------------

def _journal(site: Site) -> Line:
    from cqi.journal.place import FILE, is_address
    from cqi.render.room import check_writable

    place = places.journal(site)
    if place and is_address(place):
        from cqi.journal import Journal

        Journal.opened(place)
        return Line("Journal", "the database answers")
    path = Path(place or places.pages(site) / FILE)
    check_writable(path.parent)
    return Line("Journal", f"{path.name}, {'there' if path.is_file() else 'made when somebody first says something'}")


def _pages(site: Site) -> Line:
    import shutil

    from cqi.render.room import check_writable

    folder = places.pages(site)
    check_writable(folder)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free / 1e9
    return Line("Pages", f"{site.review.out}, {free:,.1f} GB free", "" if free >= 1 else "Make room: a run of a state may need 1 GB.")


def _print() -> Line:
    """Paper is not needed for a run, so nothing is ever to do."""
    from shutil import which

    found = next((name for name in ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge") if which(name)), "")
    return Line("Print", f"{found} makes PDF files" if found else "no Chromium is here; pages are printed from any browser")


# ---- the schedule, and letters -------------------------------------------------------------------------------------------

def _schedule(site: Site) -> Line:
    from cqi.scheduling.installed import elsewhere, installed

    when = f"{site.schedule.every} at {site.schedule.at}"
    if where := installed(site):
        return Line("Schedule", f"{when}; {where}")
    if where := elsewhere(site):
        return Line("Schedule", f"{when}; set up elsewhere ({where}), which cannot be checked from here", unseen=True)
    return Line("Schedule", f"{when}; not installed", "cqi schedule shows it; cqi schedule --install installs it.")


def _mail(site: Site) -> Iterator[Line]:
    """Whether the server of the site's letters answers, and the password of its user is there."""
    told = site.handover
    if not (told.readers or told.maintainers):
        yield Line("Mail", "nobody is written to")
        return
    if not told.maintainers:
        yield Line("Mail", "nobody hears of errors", f"Name who looks after the runs: maintainers under [handover] in {SITE_FILE}.")
    yield _server(told)
    if told.user:
        yield from _looked("Password", lambda: [_password(site)])


def _server(told: HandOver) -> Line:
    """Whether the server answers; it is greeted and left."""
    import smtplib

    kind = smtplib.SMTP_SSL if told.security == "tls" else smtplib.SMTP
    try:
        with kind(told.host, told.port, timeout=SECONDS) as server:
            server.ehlo()
            plain = told.security == "starttls" and not server.has_extn("starttls")
    except (OSError, smtplib.SMTPException):
        return Line("Mail", f"{told.host}, port {told.port} does not answer",
                    f"Correct host, port and security under [handover] in {SITE_FILE}, or ask who runs the mail server.")
    return Line("Mail", f"{told.host}, port {told.port} answers",
                f'It offers no encryption; write security = "none" under [handover] in {SITE_FILE} if that is right.' if plain else "")


def _password(site: Site) -> Line:
    """Where the password comes from, never the password: found as a letter finds it."""
    from cqi.handover.post import PASSWORD, password

    password(site)
    return Line("Password", f"from {PASSWORD}; whatever starts the run must set it too"
                if os.environ.get(PASSWORD) else f"from {site.handover.password_file}")
