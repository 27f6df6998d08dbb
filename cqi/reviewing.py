"""The command `cqi review`: a page for every county and open cohort, as the options say, or as the site's `cqi.toml` says."""

from __future__ import annotations

import argparse
import sys
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

from cqi.answering import OPTION
from cqi.progress import Progress, say, timing_lines
from cqi.render.lock import FolderHeld
from cqi.render.room import reason
from cqi.site import places
from cqi.site.parts import Site
from cqi.site.reading import read_site
from cqi.vocabulary import CqiError, site_folder, source_kinds

REVIEW_OPTIONS = {
    "county": ("a county, as the file names it; repeat for several (default: all)", True),
    "cohort": ("when children entered: 2025, 2025H1, 2025Q3, 2025-03, FFY2025, 25A, 24B25A, 2024-25; repeat for several "
               "(default: the half-years whose last child has not reached 12 months)", True),
    "as_of": ("what the file knew on this day, such as 2026-06-30 (default: the last month's end that looks complete)", False),
    "source": ("what kind of file it is: {} (default: episodes)", False),
    "data": ("the folder or file with the data (default: data_samples, else the fictional state that comes with the program)", False),
    "profile": ("who will read it: internal or release; repeat for both (default: release)", True),
}
"""The fields of `Review`, each an option of `cqi review`: help, as `option_words` fills it in, and whether it may be repeated."""
DECIDING = (*REVIEW_OPTIONS, "since", "out")
"""Options that make it another run than the site's own: somebody looks at something, and nobody else is written to."""
NOT_READY = 5
"""The exit code where the site's data are not ready, so that nothing is published."""


def option_words(name: str) -> str:
    """The help of an option of `cqi review`; of `source` with all kinds of file."""
    words, _ = REVIEW_OPTIONS[name]
    return words.format(source_kinds()) if name == "source" else words


def review_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `cqi review`. What is not given stays empty: `cqi.toml` may say it."""
    for name, (_, many) in REVIEW_OPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, help=option_words(name), action="append" if many else "store")
    parser.add_argument("--engine", choices=("fork", "kernel"), default="fork",
                        help="what runs the notebooks: children forked from one process (fast, Linux), or ordinary kernels; the pages are the same (default: fork)")
    parser.add_argument("--since", default="", help="the folder or file with the last extract: the data-quality page says what changed")
    parser.add_argument("--cluster", default="", help="make the pages on a Dask cluster: tcp://scheduler:8786, or local:4 for four workers here; the folders of "
                        "--data and --out must be seen by all")
    parser.add_argument("--journal", default="", metavar="PLACE", help=OPTION)
    parser.add_argument("--plan", action="store_true", help="say what would be made, and why, and make nothing")
    parser.add_argument("--resume", action="store_true", help="finish the run in the folder of --out that was stopped; what was asked of it counts, but for --cluster and --journal")
    parser.add_argument("--force", action="store_true", help="make all pages again, also those in which nothing has changed, and also where cqi.toml calls the data too old")
    parser.add_argument("--timings", action="store_true", help="say where the time went")
    parser.add_argument("--out", type=Path, help="where the pages go (default: reports)")


def reviewed(options: argparse.Namespace) -> int:
    """Makes the pages and returns the exit code: 0 all made, 1 some not, 3 withheld, 5 the site's data are not ready.

    In a site's folder what is not given is as its `cqi.toml` says, and whether its data are ready is asked first. Its whole run, with no option of
    DECIDING, is handed over, and maintainers are told of what went wrong. Raises CqiError as `cqi.render.run.run` does.
    """
    folder = site_folder()
    site = read_site(folder) if folder else None
    own = None if any(getattr(options, name) for name in DECIDING) else site
    if site and options.data and (site.targets or site.regions):
        say(f"Targets and regions of cqi.toml count for {site.extract.data}, and not for other data.", sys.stderr)
    try:
        return _planned(options, site) if options.plan else _made(options, site, own)
    except FolderHeld:  # the other run tells of itself
        raise
    except Exception as error:
        if own and not options.plan:
            _tell(own, told(error))
        raise


def told(error: Exception) -> str:
    """What went wrong, in one line that may be shown and sent: of a fault of the program only its kind and place, its words may hold a child's value."""
    if isinstance(error, CqiError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'cqi'}: {reason(error)}."
    return f"A fault of the program, not of your data: {type(error).__name__} {_place(error)}. Please report it."


def _place(error: Exception) -> str:
    """Where in this package the error came up: `in course.py, line 31`."""
    package = str(Path(__file__).parent)
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(package)]
    return f"in {Path(own[-1].filename).relative_to(package).as_posix()}, line {own[-1].lineno}"


# ---- what is asked for ---------------------------------------------------------------------------------------------------

def _request(options: argparse.Namespace, site: Site | None):
    """The request that the options make, what they leave open filled from the site, else as always."""
    from cqi.render.run import Request

    given = {"counties": options.county, "cohorts": options.cohort, "profiles": options.profile, "as_of": options.as_of, "source": options.source,
             "data": options.data, "out": options.out, "journal": options.journal}
    asked = {**_of_site(site, given), **{name: value for name, value in given.items() if value}}
    if not (options.resume or "source" in asked or "data" in asked):
        asked["data"] = named_data("")
    asked |= {name: tuple(dict.fromkeys(asked[name])) for name in ("counties", "cohorts", "profiles") if name in asked}
    return Request(since=options.since, engine=options.engine, cluster=options.cluster, force=options.force, **asked)


def _of_site(site: Site | None, given: dict) -> dict:
    """What `cqi.toml` says of what is not given. Raises CqiError where the data that it names are not there."""
    if site is None:
        return {}
    told = {"counties": site.review.counties, "cohorts": site.review.cohorts, "profiles": site.review.profiles, "source": site.extract.source,
            "out": places.pages(site), "journal": places.journal_there(site)}
    if not given["data"]:
        told |= {"data": places.data(site), "as_of": site.extract.as_of, "state": site.name}
    return {name: value for name, value in told.items() if value}


def named_data(data: str) -> str:
    """The data that are named; else those of the fictional state, which is said on standard error where they are not here."""
    from cqi.sources.bundled import here_or_bundled

    data, said = (data, "") if data else here_or_bundled()
    if said:
        say(said, sys.stderr)
    return data


# ---- the run -------------------------------------------------------------------------------------------------------------

def _planned(options: argparse.Namespace, site: Site | None) -> int:
    from cqi.render.planned import planned

    why = _not_ready(options, site)
    say("\n".join([*([why] if why else []), *planned(_request(options, site))]))
    return NOT_READY if why else 0


def _made(options: argparse.Namespace, site: Site | None, own: Site | None) -> int:
    if why := _not_ready(options, site):
        say(why, sys.stderr)
        if own:
            _tell(own, why)
        return NOT_READY
    finished = _run(options, site)
    failed = _not_made(finished.failed)
    for line in failed:
        say(line, sys.stderr)
    say(_told(finished))
    if options.timings:
        say(timing_lines(finished.seconds, finished.outcomes))
    for profile, index in finished.indexes.items():
        say(f"Open ({profile}): {index}")
    if own:
        _handed_over(finished, own, failed)
    if any(outcome.status == "withheld" for outcome in finished.failed):
        return 3
    return 1 if failed else 0


def _not_made(failed: list) -> list[str]:
    """A line for each page that was not made, and one for all pages that have the same reason."""
    names: dict[str, list[str]] = {}
    for each in failed:
        names.setdefault(each.reason, []).append(each.job.name)
    return [f"Not made: {own[0]}{f' and {len(own) - 1} more' if len(own) > 1 else ''}: {reason}" for reason, own in names.items()]


def _run(options: argparse.Namespace, site: Site | None):
    from cqi.render.run import resumed, run

    request = _request(options, site)
    if options.resume:
        before = resumed(request.out)
        request = replace(before, cluster=options.cluster or before.cluster, journal=request.journal or before.journal)
    say(f"Reading {request.data} and counting ...", sys.stderr)
    with Progress("step") as counting, Progress() as progress:
        return run(request, progress=progress, counting=counting.at)


def _not_ready(options: argparse.Namespace, site: Site | None) -> str:
    """Why nothing is to be published of the site's data; empty for other data, a run that goes on, and one that is forced."""
    if site is None or options.data or options.resume or options.force:
        return ""
    from cqi.scheduling import not_ready

    return not_ready(site, date.today())


def _handed_over(finished, own: Site, failed: list[str]) -> None:
    from cqi.handover import hand_over

    if failed:
        _tell(own, "\n".join(failed))
    if finished.unchanged or len(failed) < len(finished.outcomes):
        for line in hand_over(finished, own):
            say(line)


def _tell(own: Site, what: str) -> None:
    """Tells those who look after the site, and says so."""
    from cqi.handover import tell_maintainers

    for line in tell_maintainers(own, what) or ():
        say(line, sys.stderr)


def _told(finished) -> str:
    """How many pages were made, and how many stand as they were."""
    if finished.unchanged:
        return f"Nothing new: all {finished.unchanged} pages are as they were made. (--force makes them again.)"
    made, stood = len(finished.outcomes) - len(finished.failed), sum(outcome.stood for outcome in finished.outcomes)
    return f"{made} of {len(finished.outcomes)} pages made." + (f" {stood} of them stood already: nothing that they show has changed." if stood else "")
