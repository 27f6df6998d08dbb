"""The command `cqi handover`: hands the last run over, again or for the first time, and prints its pages."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cqi.progress import Progress, say
from cqi.site.places import pages
from cqi.site.reading import read_site
from cqi.vocabulary import site_folder


def handover_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=Path,
                        help="the folder of the pages, or that of one day in it (default: what cqi.toml says, else reports)")
    parser.add_argument("--pdf", action="store_true",
                        help="also print every page as PDF beside the zip files, where a Chromium, Chrome or Edge is there")


def handed(options: argparse.Namespace) -> int:
    """Writes the zip files of the newest run and, in a site's folder, the letter to readers who have not had it; returns 0 where all went,
    else 1.

    With `--out` nobody is written to: it may be any run. Raises CqiError where there is no finished run, or where no browser prints.
    """
    from cqi.handover.handing import handed_over

    folder = site_folder()
    site = read_site(folder) if folder and not options.out else None
    out = options.out or (pages(site) if site else Path("reports"))
    done = handed_over(out, site)
    for line in done.lines:
        say(line)
    for line in done.wrong:
        say(line, sys.stderr)
    if options.pdf:
        _print(out)
    return 1 if done.wrong else 0


def _print(out: Path) -> None:
    from cqi.handover.handing import all_given
    from cqi.handover.printing import paper_folder, printed
    from cqi.render.lock import held

    found = all_given(out, "")
    with held(found[0].folder), Progress() as progress:
        for given in found:
            for number, path in enumerate(printed(given), 1):
                progress.at(number, len(given.pages), path.stem)
            say(f"PDF ({given.profile}): {paper_folder(given)}")
