"""Where a site's data and pages lie, as paths of this machine."""

from __future__ import annotations

from glob import glob
from pathlib import Path

from cqi.site.parts import Site
from cqi.vocabulary import SITE_FILE, CqiError


def extracts(site: Site) -> list[Path]:
    """The site's extracts, the newest last by name; where the name in its file holds no star, the one that it names, there or not."""
    place = site.folder / site.extract.data
    return [Path(each) for each in sorted(glob(str(place)))] if "*" in site.extract.data else [place]


def data(site: Site) -> str:
    """The extract that a run reads now, whole: the newest. Raises CqiError where none is there."""
    found = [each for each in extracts(site) if each.exists()]
    if not found:
        raise CqiError(f"{SITE_FILE}, [extract] data: nothing is called {site.extract.data} yet. Put the extract there, or "
                       "correct the name.")
    return str(found[-1].resolve())


def pages(site: Site) -> Path:
    """The folder of the site's pages, whole."""
    return (site.folder / site.review.out).resolve()


def journal(site: Site) -> str:
    """The place of the site's journal: a whole path, or an address; empty where its file names none."""
    from cqi.journal.place import is_address

    place = site.review.journal
    return place if not place or is_address(place) else str((site.folder / place).resolve())


def journal_there(site: Site) -> str:
    """The place of the site's journal, for those who read it; empty also where nobody has said anything yet, so that its file is not
    there."""
    from cqi.journal.place import is_address

    place = journal(site)
    return place if place and (is_address(place) or Path(place).is_file()) else ""
