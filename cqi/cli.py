"""The command: `cqi review`, `cqi explore`, `cqi measures`, `cqi check`, `cqi backtest`, `cqi journal`, `cqi survey`, `cqi sample`, `cqi lessons`.

Exit codes: 0 all done, 1 some reviews failed (or the program has a fault), 2 bad input, 3 withheld because a small number
was left in the tables, 4 another run holds the folder, 130 and 143 stopped.

Exit codes of `cqi check`: 0 nothing above a note, 1 something to check or rows set aside, 2 the files cannot be used, 3 an official
limit is broken, so that a figure is not given.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from dataclasses import fields, replace
from pathlib import Path

from cqi.answering import OPTION, answered, journal_options
from cqi.explore.options import explore_options
from cqi.progress import Progress, say, timing_lines
from cqi.render.lock import FolderHeld
from cqi.render.privacy import open_streams, quiet
from cqi.render.room import reason
from cqi.surveying import survey_options, surveyed
from cqi.teaching import lesson_options, sample_options, sampled, taught
from cqi.vocabulary import CqiError, local, no_such

COMMANDS = ("review", "explore", "measures", "check", "backtest", "journal", "survey", "sample", "lessons")
REVIEW_OPTIONS = {
    "county": ("a county, as the file names it; repeat for several (default: all)", True),
    "cohort": ("when children entered: 2025, 2025H1, 2025Q3, 2025-03, FFY2025, 25A, 24B25A, 2024-25; repeat for several "
               "(default: the half-years whose last child has not reached 12 months)", True),
    "as_of": ("what the file knew on this day, such as 2026-06-30 (default: the last month's end that looks complete)", False),
    "source": ("what kind of file it is: episodes, ssda903, afcars (default: episodes)", False),
    "data": ("the folder or file with the data (default: data_samples)", False),
    "profile": ("who will read it: internal or release; repeat for both (default: release)", True),
}
"""The fields of `Review`, each an option of `cqi review`: help, and whether it may be repeated."""
PATHS = ("out", "data", "since", "csv", "dictionary", "folder")
"""Options of any command that name a file or a folder."""


class Stopped(BaseException):
    """Somebody asked the process to end; the run unwinds and the command exits 143."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit code; errors are one line each on standard error, with no traceback."""
    open_streams()
    quiet()
    sys.modules.setdefault("rfc3987_syntax", None)  # a grammar that comes with JupyterLab, takes a second, and that nothing here needs
    signal.signal(signal.SIGTERM, _stopped)
    try:
        options = _checked(_options(sys.argv[1:] if arguments is None else arguments))
        return options.act(options)
    except FolderHeld as error:
        say(str(error), sys.stderr)
        return 4
    except CqiError as error:
        say(str(error), sys.stderr)
        return 2
    except OSError as error:
        say(f"{error.filename or 'cqi'}: {reason(error)}.", sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - its message may hold a child's value; its place never does
        say(f"A fault of the program, not of your data: {type(error).__name__} {_place(error)}. Please report it.", sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped) as error:
        say("Stopped. Pages that were finished are whole; cqi review --resume makes the rest.", sys.stderr)
        os._exit(143 if isinstance(error, Stopped) else 130)  # at once: a thread that hangs must not hold the process


def _place(error: Exception) -> str:
    """Where in this package the error came up: `in course.py, line 31`."""
    package = str(Path(__file__).parent)
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(package)]
    return f"in {Path(own[-1].filename).relative_to(package).as_posix()}, line {own[-1].lineno}"


def _stopped(*_) -> None:
    raise Stopped


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = _parser()
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        raise no_such("command", arguments[0], COMMANDS, there="Commands")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        known = [text for action in options.parser._actions for text in action.option_strings if text.startswith("--")]
        raise no_such("option", unknown[0].partition("=")[0], known, where=f"cqi {options.command}", there="Options there")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cqi", description="Mid-course outcome reviews for child welfare, by county and cohort.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _review_options(_command(commands, "review", "render a page for every county and open cohort", _review))
    explore_options(_command(commands, "explore", "show a finished run as a web page on which people choose, ask what if, and say what they know", _explore))
    measures = _command(commands, "measures", "list the measures, or show one whole", _measures)
    measures.add_argument("name", nargs="?", help="the measure to show")
    measures.add_argument("--dictionary", type=Path, metavar="FILE", help="write the dictionary of all measures there, as Markdown")
    check = _command(commands, "check", "say what a file can and cannot tell", _check)
    check.add_argument("data", help="the folder or file with the data")
    check.add_argument("--source", default="episodes", help=REVIEW_OPTIONS["source"][0])
    check.add_argument("--csv", type=Path, help="also write what was found to this file")
    check.add_argument("--since", help="the folder or file with the last extract: say what changed since")
    past = _command(commands, "backtest", "replay the file's past and say how right projections and signals would have been", _backtest)
    past.add_argument("--data", default="data_samples", help=REVIEW_OPTIONS["data"][0])
    past.add_argument("--source", default="episodes", help=REVIEW_OPTIONS["source"][0])
    past.add_argument("--as-of", dest="as_of", default="", help=REVIEW_OPTIONS["as_of"][0])
    past.add_argument("--csv", type=Path, metavar="FILE",
                      help="also write every past projection beside what came of it to this file, for the agency's own staff only")
    journal_options(_command(commands, "journal", "list what stakeholders said, or write down what was done about it", answered))
    survey_options(_command(commands, "survey", "ask the team: sheets to print, answers typed in from paper, and what they say", surveyed))
    sample_options(_command(commands, "sample", "write the data of the fictional sample state", sampled))
    lesson_options(_command(commands, "lessons", "list the lessons, or build their copies for participants and trainers, and handouts", taught))
    return parser


def _review_options(review: argparse.ArgumentParser) -> None:
    for name, (words, many) in REVIEW_OPTIONS.items():
        review.add_argument(f"--{name.replace('_', '-')}", dest=name, help=words, action="append" if many else "store")
    review.add_argument("--engine", choices=("fork", "kernel"), default="fork",
                        help="what runs the notebooks: children forked from one process (fast, Linux), or ordinary kernels; the pages are the same (default: fork)")
    review.add_argument("--since", default="", help="the folder or file with the last extract: the data-quality page says what changed")
    review.add_argument("--cluster", default="", help="make the pages on a Dask cluster: tcp://scheduler:8786, or local:4 for four workers here; the folders of "
                        "--data and --out must be seen by all")
    review.add_argument("--journal", default="", metavar="PLACE", help=OPTION)
    review.add_argument("--resume", action="store_true", help="finish the run in the folder of --out that was stopped; what was asked of it counts, but for --cluster and --journal")
    review.add_argument("--force", action="store_true", help="make all pages again, also those in which nothing has changed")
    review.add_argument("--timings", action="store_true", help="say where the time went")
    review.add_argument("--out", type=Path, default=Path("reports"), help="where the pages go (default: reports)")


def _checked(options: argparse.Namespace) -> argparse.Namespace:
    """The options, where those that name a file or folder name one of this machine; raises CqiError for an address."""
    for name in PATHS:
        if getattr(options, name, None):
            local(getattr(options, name), f"what '{name}' names")
    return options


def _command(commands, name: str, words: str, act) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words.capitalize() + ".", allow_abbrev=False)
    parser.set_defaults(act=act, parser=parser)
    return parser


def _review(options: argparse.Namespace) -> int:
    from cqi.render.run import resumed, run

    request = _request(options)
    if options.resume:
        before = resumed(options.out)
        request = replace(before, cluster=options.cluster or before.cluster, journal=options.journal or before.journal)
    say(f"Reading {request.data} and counting ...", sys.stderr)
    with Progress("step") as counting, Progress() as progress:
        finished = run(request, progress=progress, counting=counting.at)
    for outcome in finished.failed:
        say(f"Not made: {outcome.job.name}: {outcome.reason}", sys.stderr)
    say(_made(finished))
    if options.timings:
        say(timing_lines(finished.seconds, finished.outcomes))
    for profile, index in finished.indexes.items():
        say(f"Open ({profile}): {index}")
    if any(outcome.status == "withheld" for outcome in finished.failed):
        return 3
    return 1 if finished.failed else 0


def _request(options: argparse.Namespace):
    from cqi.render.run import Request

    given = {name: getattr(options, name) for name in ("as_of", "source", "data") if getattr(options, name)}
    return Request(counties=tuple(options.county or ()), cohorts=tuple(options.cohort or ()), out=options.out, since=options.since, engine=options.engine,
                   cluster=options.cluster, journal=options.journal, profiles=tuple(dict.fromkeys(options.profile or ("release",))), force=options.force, **given)


def _made(finished) -> str:
    """How many pages were made, and how many stand as they were."""
    if finished.unchanged:
        return f"Nothing new: all {finished.unchanged} pages are as they were made. (--force makes them again.)"
    made, stood = len(finished.outcomes) - len(finished.failed), sum(outcome.stood for outcome in finished.outcomes)
    return f"{made} of {len(finished.outcomes)} pages made." + (f" {stood} of them stood already: nothing that they show has changed." if stood else "")


def _explore(options: argparse.Namespace) -> int:
    from cqi.explore.serve import Asked, serve

    serve(Asked(**{field.name: getattr(options, field.name) for field in fields(Asked)}))
    return 0


def _measures(options: argparse.Namespace) -> int:
    from cqi.registry import measure, measure_names
    from cqi.wording.dictionary import measure_dictionary
    from cqi.wording.plain import measure_lines, measure_text

    if options.dictionary:
        words = measure_dictionary([measure(name) for name in measure_names()])
        options.dictionary.write_text(words, encoding="utf-8", newline="\n")
        say(str(options.dictionary))
        return 0
    lines = [measure_text(measure(options.name))] if options.name else measure_lines([measure(name) for name in measure_names()])
    say("\n".join(lines))
    return 0


def _check(options: argparse.Namespace) -> int:
    from datetime import date

    from cqi.cohorts import chosen_as_of
    from cqi.quality import GAPS, broken_limits, findings
    from cqi.sources import load
    from cqi.sources.suspicions import with_after_today
    from cqi.wording.plain import check_lines, findings_csv

    extract = load(options.data, options.source)
    as_of = chosen_as_of(extract.episodes)
    defects, by_county = with_after_today(extract.findings, extract.episodes, date.today()), findings(extract, as_of=as_of.day)
    say("\n".join(check_lines(extract, defects, as_of, by_county)))
    if options.csv:
        options.csv.write_text(findings_csv(defects), encoding="utf-8", newline="")
    if options.since:
        from cqi.tables.since import since
        from cqi.wording.quality import change_lines

        say("\n".join(change_lines(*since(options.data, options.source, options.since))))
    to_check = defects["severity"].ne("low") & defects["action"].ne("fix")
    few = by_county["finding"].isin(GAPS)
    return 3 if len(broken_limits(extract.checks)) else int(to_check.any() or few.any())


def _backtest(options: argparse.Namespace) -> int:
    from cqi.tables.backtested import backtested
    from cqi.wording.backtest import backtest_lines, forecasts_csv

    say(f"Reading {options.data} and replaying its past ...", sys.stderr)
    with Progress("cohort") as progress:
        found = backtested(options.data, options.source, options.as_of, "internal", progress=progress.at)
    say("\n".join(backtest_lines(found)))
    if options.csv:
        options.csv.write_text(forecasts_csv(found.forecasts), encoding="utf-8", newline="")
    return 0
