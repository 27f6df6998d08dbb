"""The commands `cqi sample` and `cqi lessons`: what a trainer needs, the fictional state and the copies of the lessons."""

from __future__ import annotations

import argparse
from pathlib import Path

from cqi.progress import say
from cqi.vocabulary import no_such


def sample_options(parser: argparse.ArgumentParser) -> None:
    """The options of `cqi sample`."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data_samples"), help="where to (default: data_samples)")


def sampled(options: argparse.Namespace) -> int:
    """Writes the sample state's files and lists them; returns 0."""
    from cqi.sample import write_sample

    say("\n".join(str(path) for path in write_sample(options.folder)))
    return 0


def lesson_options(parser: argparse.ArgumentParser) -> None:
    """The options of `cqi lessons`."""
    parser.add_argument("what", nargs="?", choices=("list", "build"), default="list", help="list the lessons (default), or build their copies and handouts")
    parser.add_argument("--out", type=Path, metavar="FOLDER", default=Path("lessons"), help="where the copies go (default: lessons)")
    parser.add_argument("--lesson", type=int, metavar="NUMBER", help="only this lesson")
    parser.add_argument("--data", default="data_samples", help="the folder or file with the data that answer keys and handouts speak of (default: data_samples)")


def taught(options: argparse.Namespace) -> int:
    """Lists the lessons, or writes their copies; returns 0. Raises CqiError for a lesson or data that are not there."""
    from cqi.learning.lessons import lessons

    known = lessons()
    chosen = [each for each in known if options.lesson in (None, each.number)]
    if not chosen:
        raise no_such("lesson", str(options.lesson), [str(each.number) for each in known], there="Lessons")
    say("\n".join(_built(chosen, options) if options.what == "build" else [line for each in chosen for line in _told(each)]))
    return 0


def _told(lesson) -> list[str]:
    return [f"{lesson.number}. {lesson.title} ({lesson.minutes} minutes)", f"   For {lesson.audience}"]


def _built(chosen: list, options: argparse.Namespace) -> list[str]:
    from cqi.learning import classroom
    from cqi.learning.copies import write_copies

    room = classroom(options.data)
    return [str(path) for each in chosen for path in write_copies(each, room, options.out)]
