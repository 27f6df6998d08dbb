"""What the options of a command are where nobody gives them: as `cqi.toml` says in a site's folder, else as they always are."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from cqi.site import places
from cqi.site.parts import Site
from cqi.vocabulary import CqiError

OF_THE_EXTRACT = ("check", "backtest")
"""Commands that read the data; the others read what was made of it."""


def site_defaults(site: Site | None, command: str) -> dict[str, object]:
    """Option -> value for a command in the folder of a site; nothing where there is none. Raises no error: data may not be there yet."""
    if site is None:
        return {}
    if command not in OF_THE_EXTRACT:
        return {"out": _shown(places.pages(site)), "journal": places.journal(site)}
    given = {"data": str(site.folder / site.extract.data), "source": site.extract.source, "as_of": site.extract.as_of}
    with suppress(CqiError):
        given["data"] = places.data(site)
    return given


def _shown(path: Path) -> Path:
    """The path from the working folder, as people write it, where it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
