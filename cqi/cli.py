"""The command: `cqi init`, `cqi doctor`, `cqi review`, `cqi schedule`, `cqi handover`, `cqi explore`, `cqi measures`, `cqi check`, `cqi backtest`,
`cqi journal`, `cqi survey`, `cqi sample`, `cqi lessons`.

Exit codes: 0 all done, 1 some reviews failed (or the program has a fault), 2 bad input, 3 withheld because a small number
was left in the tables, 4 another run holds the folder, 5 the site's data are not ready, 130 and 143 stopped.

Exit codes of `cqi check`: 0 nothing above a note, 1 something to check or rows set aside, 2 the files cannot be used, 3 an official
limit is broken, so that a figure is not given.
"""

from __future__ import annotations

import argparse
import atexit
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from importlib import import_module
from pathlib import Path

from cqi import __version__
from cqi.progress import Progress, say
from cqi.render.lock import FolderHeld
from cqi.render.privacy import open_streams, quiet
from cqi.reviewing import named_data, option_words, told
from cqi.site.defaults import site_defaults
from cqi.site.reading import read_site
from cqi.vocabulary import SITE, SITE_FILE, CqiError, local, no_such, site_folder

COMMANDS = {
    "init": ("write the cqi.toml of this folder: a few questions, and a look at your data", "cqi.site.init.command", "init_options", "initialised"),
    "doctor": ("say what is missing here, and what to do about it", "", "", ""),
    "review": ("render a page for every county and open cohort", "cqi.reviewing", "review_options", "reviewed"),
    "schedule": ("have the pages made by themselves: show, install or remove a schedule", "cqi.scheduling.command", "schedule_options", "scheduled"),
    "handover": ("hand over the last run again: packages for counties, and a letter to readers", "cqi.handover.command", "handover_options", "handed"),
    "explore": ("show a finished run as a web page on which people choose, ask what if, and say what they know", "cqi.explore.options", "explore_options", ""),
    "measures": ("list the measures, or show one whole", "", "", ""),
    "check": ("say what a file can and cannot tell", "", "", ""),
    "backtest": ("replay the file's past and say how right projections and signals would have been", "", "", ""),
    "journal": ("list what stakeholders said, or write down what was done about it", "cqi.answering", "journal_options", "answered"),
    "survey": ("ask the team: sheets to print, answers typed in from paper, and what they say", "cqi.surveying", "survey_options", "surveyed"),
    "sample": ("write the data of the fictional sample state", "cqi.teaching", "sample_options", "sampled"),
    "lessons": ("list the lessons, or build their copies for participants and trainers, and handouts", "cqi.teaching", "lesson_options", "taught"),
}
"""Each command: what it does, its module, the function there that adds its options, and the one that acts; what is empty is here."""
OF_A_SITE = ("check", "backtest", "explore", "journal", "survey")
"""Commands whose options, where not given, are as `cqi.toml` says. (`review` asks it itself.)"""
PATHS = ("out", "data", "since", "csv", "dictionary", "folder", "site")
"""Options of any command that name a file or a folder."""


class Stopped(BaseException):
    """Somebody asked the process to end; the run unwinds and the command exits 143."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit code; errors are one line each on standard error, with no traceback."""
    open_streams()
    quiet()
    sys.modules.setdefault("rfc3987_syntax", None)  # a grammar that comes with JupyterLab, takes a second, and that nothing here needs
    signal.signal(signal.SIGTERM, _stopped)
    atexit.register(signal.signal, signal.SIGTERM, signal.SIG_IGN)  # all is done: while Python ends, the exit code stays what was told
    try:
        options = _checked(_options(sys.argv[1:] if arguments is None else arguments))
        with _in_site(getattr(options, "site", None)):
            return options.act(options)
    except FolderHeld as error:
        say(str(error), sys.stderr)
        return 4
    except (CqiError, OSError) as error:
        say(told(error), sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - its message may hold a child's value; its place never does
        say(told(error), sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped) as error:
        say("Stopped. Pages that were finished are whole; cqi review --resume makes the rest.", sys.stderr)
        os._exit(143 if isinstance(error, Stopped) else 130)  # at once: a thread that hangs must not hold the process


def _stopped(*_) -> None:
    raise Stopped


@contextmanager
def _in_site(folder: Path | None) -> Iterator[None]:
    """Meanwhile every process of the command knows the site: the folder that is given, else the one that is worked in, if it is one."""
    if folder and not (folder / SITE_FILE).is_file():
        raise CqiError(f"{folder}: there is no {SITE_FILE} in this folder; cqi init, run there, writes one.")
    found, before = folder or site_folder(), os.environ.get(SITE)
    if found:
        os.environ[SITE] = str(found.resolve())
    try:
        yield
    finally:
        os.environ.pop(SITE, None) if before is None else os.environ.update({SITE: before})


# ---- options -------------------------------------------------------------------------------------------------------------

def _options(arguments: list[str]) -> argparse.Namespace:
    word = arguments[0] if arguments and not arguments[0].startswith("-") else ""
    if word and word not in COMMANDS:
        raise no_such("command", word, COMMANDS, there="Commands")
    options, unknown = _parser(word).parse_known_args(arguments)
    if unknown:
        known = [text for action in options.parser._actions for text in action.option_strings if text.startswith("--")]
        raise no_such("option", unknown[0].partition("=")[0], known, where=f"cqi {options.command}", there="Options there")
    return options


def _parser(word: str) -> argparse.ArgumentParser:
    """The parser of the command, with the options of the one that is asked for."""
    parser = argparse.ArgumentParser(prog="cqi", description="Mid-course outcome reviews for child welfare, by county and cohort.")
    parser.add_argument("--version", action="version", version=f"cqi {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (words, *_) in COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words.capitalize() + ".", allow_abbrev=False)
        if name == word:
            _prepared(command, name)
    return parser


def _prepared(command: argparse.ArgumentParser, name: str) -> None:
    """Adds the options and what acts on them; in the folder of a site the options have its values."""
    _, module, options, act = COMMANDS[name]
    held = import_module(module or __name__)
    getattr(held, options or f"_{name}_options")(command)
    command.set_defaults(act=getattr(held, act) if act else globals()[f"_{name}"], parser=command)
    if name == "review":
        command.add_argument("--site", type=Path, metavar="FOLDER", help=f"the folder whose {SITE_FILE} says what is not given here (default: this folder)")
    given = site_defaults(read_site(folder), name) if name in OF_A_SITE and (folder := site_folder()) else {}
    for action in command._actions:
        if action.dest in given:
            action.default, action.nargs = given[action.dest], action.nargs if action.option_strings else "?"
            action.required = False


def _checked(options: argparse.Namespace) -> argparse.Namespace:
    """The options, where those that name a file or folder name one of this machine; raises CqiError for an address."""
    for name in PATHS:
        if getattr(options, name, None):
            local(getattr(options, name), f"what '{name}' names")
    return options


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    pass


def _measures_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="the measure to show")
    parser.add_argument("--dictionary", type=Path, metavar="FILE", help="write the dictionary of all measures there, as Markdown")


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", nargs="?", default="", help=option_words("data"))
    parser.add_argument("--source", default="episodes", help=option_words("source"))
    parser.add_argument("--csv", type=Path, help="also write what was found to this file")
    parser.add_argument("--since", help="the folder or file with the last extract: say what changed since")


def _backtest_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", default="", help=option_words("data"))
    parser.add_argument("--source", default="episodes", help=option_words("source"))
    parser.add_argument("--as-of", dest="as_of", default="", help=option_words("as_of"))
    parser.add_argument("--csv", type=Path, metavar="FILE",
                        help="also write every past projection beside what came of it to this file, for the agency's own staff only")


# ---- what is small enough to stand here ----------------------------------------------------------------------------------

def _doctor(options: argparse.Namespace) -> int:
    from cqi.doctor import examined

    return examined(site_folder())


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

    data = named_data(options.data)
    extract = load(data, options.source)
    as_of = chosen_as_of(extract.episodes)
    defects, by_county = with_after_today(extract.findings, extract.episodes, date.today()), findings(extract, as_of=as_of.day)
    say("\n".join(check_lines(extract, defects, as_of, by_county)))
    if options.csv:
        options.csv.write_text(findings_csv(defects), encoding="utf-8", newline="")
    if options.since:
        from cqi.tables.since import since
        from cqi.wording.quality import change_lines

        say("\n".join(change_lines(*since(data, options.source, options.since))))
    to_check = defects["severity"].ne("low") & defects["action"].ne("fix")
    few = by_county["finding"].isin(GAPS)
    return 3 if len(broken_limits(extract.checks)) else int(to_check.any() or few.any())


def _backtest(options: argparse.Namespace) -> int:
    from cqi.tables.backtested import backtested
    from cqi.wording.backtest import backtest_lines, forecasts_csv

    data = named_data(options.data)
    say(f"Reading {data} and replaying its past ...", sys.stderr)
    with Progress("cohort") as progress:
        found = backtested(data, options.source, options.as_of, "internal", progress=progress.at)
    say("\n".join(backtest_lines(found)))
    if options.csv:
        options.csv.write_text(forecasts_csv(found.forecasts), encoding="utf-8", newline="")
    return 0
