"""The command `cqi init`: a few questions, a look at the extract, and the files that make this folder a site."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from cqi.progress import say
from cqi.site.init.asking import Asking, option, somebody_there
from cqi.vocabulary import SITE_FILE, CqiError, local, source_kinds

EXISTS = "{} is here already; change it by hand, or write it anew with --force."
USUAL = "extract"
"""The folder of the extract, where nobody names another and there is one."""
NO_DATA = "{}: there is no such file or folder here; give the path to the extract."


def init_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `cqi init`."""
    parser.add_argument("--name", help="what the agency is called, as reports are headed")
    parser.add_argument("--data", help="the extract: a folder or a file; for dated ones with a star, such as 'extracts/2026-*': the last "
                                       "by name counts")
    parser.add_argument("--source", help=f"what kind of file it is, where it is one that cqi knows: {source_kinds()}; its columns are then "
                                         "not looked at")
    parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN",
                        help="which column is which field, such as entry_date=REMOVAL_DT, or placements.setting=TYPE; nothing after = for "
                             "none; repeat for each")
    parser.add_argument("--code", action="append", default=[], metavar="CODE=WORD",
                        help="what a code means, such as 'Return Home=reunification'; repeat for each")
    parser.add_argument("--dates", choices=("mm/dd/yyyy", "dd/mm/yyyy"),
                        help="whether the month or the day stands first, where the dates don't tell")
    parser.add_argument("--federal", action=argparse.BooleanOptionalAction, default=True,
                        help="whether federal periods and checks of the United States apply (default: yes)")
    parser.add_argument("--profile", action="append", choices=("internal", "release"),
                        help="who will read the pages; repeat for both (default: both)")
    parser.add_argument("--reader", action="append", default=[], metavar="MAIL", help="who is told of new reports; repeat for each")
    parser.add_argument("--maintainer", action="append", default=[], metavar="MAIL", help="who is told of what went wrong; repeat for each")
    parser.add_argument("--sender", default="", metavar="MAIL", help="from which address letters come")
    parser.add_argument("--yes", action="store_true", help="accept what is proposed, and ask nothing")
    parser.add_argument("--force", action="store_true", help="write the files anew, in place of those that are here")


def initialised(options: argparse.Namespace) -> int:
    """Writes `cqi.toml`, and a source beside it where the extract's columns are other ones than those that cqi knows; returns 0, and 1
    where the extract still cannot be read.

    Says which column and code was taken for what, never a value of a child. Raises CqiError, with the options that would answer, where
    something is not known and nobody is there to ask; then nothing is written.
    """
    folder = Path.cwd()
    _check_new(options, folder / SITE_FILE)
    if (options.reader or options.maintainer) and not options.sender:
        raise CqiError("--reader and --maintainer need --sender, the address from which letters come.")
    asking = Asking(somebody_there() and not options.yes)
    name = options.name or asking.line("What is the agency called?", '--name "Example State"')
    usual = USUAL if (folder / USUAL).is_dir() else ""
    data = options.data or usual or asking.line("Where is the extract (a folder or a file)?", "--data FOLDER")
    asking.check()
    place = newest(folder, data)
    source, written = _source(options, name, place, asking)
    texts = {folder / SITE_FILE: _site_text(options, name, data, source),
             **({folder / "definitions" / "sources" / f"{source}.toml": written} if written else {})}
    _check_new(options, *texts)
    _confirm(options, asking)
    _write(folder, texts)
    return _tell_of_reading(place, source)


def _check_new(options: argparse.Namespace, *paths: Path) -> None:
    """Raises CqiError where a file of the user's would be written over unasked."""
    if (there := next((path for path in paths if path.exists()), None)) and not options.force:
        raise CqiError(EXISTS.format(there.relative_to(Path.cwd()).as_posix()))


def newest(folder: Path, data: str) -> Path:
    """The extract that is looked at: what `data` names from the folder, of several the last by name. Raises CqiError where there is
    none."""
    local(data)
    found = sorted(folder.glob(data)) if "*" in data and not Path(data).is_absolute() else [folder / data]
    if not found or not found[-1].exists():
        raise CqiError(NO_DATA.format(data))
    return found[-1]


def _source(options: argparse.Namespace, name: str, place: Path, asking: Asking) -> tuple[str, str]:
    """The name of the source, and the text of its file where it is new."""
    from cqi.site.init.known import known_source
    from cqi.site.init.proposing import proposal
    from cqi.site.init.writing import source_name, source_text
    from cqi.sources.declared import OURS, declared_source

    if options.source:
        return declared_source(options.source).name, ""
    if not (options.map or options.code) and (found := known_source(place)):
        say(f"{place.name}: its files are of a kind that cqi knows: {declared_source(found).title}.")
        return found, ""
    made = proposal(options, place, asking)
    text = source_text(made.fits, made.codes, made.formats, name=name, federal=options.federal, day=date.today())
    return source_name(name, [path.stem for path in OURS.glob("*.toml")]), text


def _site_text(options: argparse.Namespace, name: str, data: str, source: str) -> str:
    from cqi.site.init.writing import site_text

    return site_text(name=name, data=data, source=source, profiles=options.profile or ["internal", "release"], readers=options.reader,
                     maintainers=options.maintainer, sender=options.sender)


def _confirm(options: argparse.Namespace, asking: Asking) -> None:
    """Raises CqiError where what is proposed was not accepted."""
    if options.yes:
        return
    if not asking.terminal:
        raise CqiError("Nothing was written yet. If this is right, say so by --yes; if not: --map FIELD=COLUMN, --code CODE=WORD.")
    if not asking.yes("Is this right? Then it is written."):
        raise CqiError(f"Nothing was written. Say what is right: cqi init {option('--map', 'FIELD=COLUMN')} "
                       f"{option('--code', 'CODE=WORD')}.")


def _write(folder: Path, texts: dict[Path, str]) -> None:
    """Writes the files, `cqi.toml` last, after it was read as every command will read it; a mistake in it leaves nothing behind."""
    from cqi.site.reading import site_of

    site_of(folder, texts[folder / SITE_FILE])
    for path, text in reversed(texts.items()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        say(f"Written: {path.relative_to(folder).as_posix()}")


def _tell_of_reading(place: Path, source: str) -> int:
    """Reads the extract as it will be read, and says what of it can be used and what comes next; 0 where it can be read, else 1."""
    from cqi.site.init.known import read_rows

    lines, read = read_rows(place, source)
    say("\n".join(lines))
    say("Next: cqi doctor says what is still missing here, cqi check what the data can and cannot tell, cqi review makes the pages.")
    return int(not read)
