"""The command: `cqi review`, `cqi measures`, `cqi check`, `cqi sample`.

Exit codes: 0 all done, 1 some reviews failed, 2 bad input, 3 withheld by a disclosure or leak check, 4 another run holds
the folder, 130 and 143 stopped.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from cqi.vocabulary import CqiError, no_such

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


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit code; errors are one line each on standard error, with no traceback."""
    from cqi.render.lock import FolderHeld

    signal.signal(signal.SIGTERM, lambda *_: _stop(143))
    try:
        options = _options(sys.argv[1:] if arguments is None else arguments)
        return options.act(options)
    except FolderHeld as error:
        print(error, file=sys.stderr)
        return 4
    except CqiError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Pages that were finished are whole; run the command again for the rest.", file=sys.stderr)
        _stop(130)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # the reader of our output went away, as `head` does
        return 0


def _stop(code: int) -> None:
    """Ends at once, threads and all; kernels notice within a second that their parent is gone."""
    os._exit(code)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        known = [text for action in options.parser._actions for text in action.option_strings if text.startswith("--")]
        raise no_such("option", unknown[0], known, where=f"cqi {options.command}", there="Options there")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cqi", description="Mid-course outcome reviews for child welfare, by county and cohort.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    review = _command(commands, "review", "render a page for every county and open cohort", _review)
    for name, (words, many) in REVIEW_OPTIONS.items():
        review.add_argument(f"--{name.replace('_', '-')}", dest=name, help=words, action="append" if many else "store")
    review.add_argument("--out", type=Path, default=Path("reports"), help="where the pages go (default: reports)")
    measures = _command(commands, "measures", "list the measures, or show one whole", _measures)
    measures.add_argument("name", nargs="?", help="the measure to show")
    check = _command(commands, "check", "say what a file can and cannot tell", _check)
    check.add_argument("data", help="the folder or file with the data")
    check.add_argument("--source", default="episodes", help=REVIEW_OPTIONS["source"][0])
    sample = _command(commands, "sample", "write the data of the fictional sample state", _sample)
    sample.add_argument("folder", nargs="?", type=Path, default=Path("data_samples"), help="where to (default: data_samples)")
    return parser


def _command(commands, name: str, words: str, act) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words.capitalize() + ".")
    parser.set_defaults(act=act, parser=parser)
    return parser


def _review(options: argparse.Namespace) -> int:
    from cqi.progress import Progress
    from cqi.render.run import Request, run

    given = {name: getattr(options, name) for name in ("as_of", "source", "data") if getattr(options, name)}
    print(f"Reading {given.get('data', 'data_samples')} and counting ...", file=sys.stderr)
    with Progress() as progress:
        finished = run(Request(counties=tuple(options.county or ()), cohorts=tuple(options.cohort or ()), out=options.out,
                               profiles=tuple(dict.fromkeys(options.profile or ("release",))), **given), progress=progress)
    for outcome in finished.failed:
        print(f"Not made: {outcome.job.name}: {outcome.reason}", file=sys.stderr)
    print(f"{len(finished.outcomes) - len(finished.failed)} of {len(finished.outcomes)} pages made.")
    for profile, index in finished.indexes.items():
        print(f"Open ({profile}): {index}")
    if any(outcome.status == "withheld" for outcome in finished.failed):
        return 3
    return 1 if finished.failed else 0


def _measures(options: argparse.Namespace) -> int:
    from cqi.registry import measure, measure_names
    from cqi.wording.plain import measure_lines, measure_text

    lines = [measure_text(measure(options.name))] if options.name else measure_lines([measure(name) for name in measure_names()])
    print("\n".join(lines))
    return 0


def _check(options: argparse.Namespace) -> int:
    from cqi.cohorts import chosen_as_of
    from cqi.quality import findings
    from cqi.sources import load
    from cqi.wording.plain import check_lines

    extract = load(options.data, options.source)
    as_of = chosen_as_of(extract.episodes)
    print("\n".join(check_lines(extract, as_of, findings(extract, as_of=as_of.day))))
    return 0


def _sample(options: argparse.Namespace) -> int:
    from cqi.sample import write_sample

    for path in write_sample(options.folder):
        print(path)
    return 0
