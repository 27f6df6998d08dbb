"""The zip files: one for each county and kind of reader, whole or not there, the same bytes for the same run."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

from cqi.handover.county_tables import CountyTables
from cqi.handover.cover import cover_page, readme
from cqi.handover.given import County, Given
from cqi.handover.methods import measures_in, methods_page
from cqi.render.pages import make_folder
from cqi.render.room import sync_folder

FOLDER = "handover"
"""Below a run's folder; beside the releases, which are looked at as a whole, never in one."""
PART = ".part"
"""How the name of a file ends that is not whole yet; a hand-over that died may leave one, and the next removes it."""


def zip_folder(given: Given) -> Path:
    """Where this profile's zip files lie."""
    return given.folder / FOLDER / given.profile


def zip_name(given: Given, county: County) -> str:
    """`birch-2026-06-30-release`: the zip file without its ending, and the folder in it."""
    return f"{county.folder}-{given.published.as_of}-{given.profile}"


def written_zips(given: Given) -> list[Path]:
    """Writes a zip file for every county that has pages and returns their paths. Those of internal pages are their owner's only; who may
    read the run's folder may read the others. Whoever calls it holds the run's folder."""
    folder, tables = made_folder(given), CountyTables(given)
    return [write_bytes(folder / f"{zip_name(given, county)}.zip", zipped(given, county, tables)) for county in given.counties]


def zipped(given: Given, county: County, tables: CountyTables) -> bytes:
    """The county's zip file. Its members stand as in the run's folder, so that links between them lead where they led."""
    own, top = tables.of(county), PurePosixPath(zip_name(given, county))
    members = {
        "README.txt": readme(given, county), f"{given.profile}/index.html": cover_page(given, county, own),
        f"{given.profile}/methods.html": methods_page(measures_in(own), given.profile),
        **{page.place: (given.folder / page.place).read_bytes() for page in county.pages},
        **{f"{given.profile}/tables/{name}": text for name, text in own.items()},
        **{path.relative_to(given.folder).as_posix(): path.read_bytes() for path in sorted((given.folder / "assets").iterdir())},
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in members.items():
            file.writestr(_member(str(top / name), given), content, zipfile.ZIP_DEFLATED, 9)
    return held.getvalue()


def _member(name: str, given: Given) -> zipfile.ZipInfo:
    """What the zip file says of a member: its day is the as-of date, its owner's rights those of the pages; nothing of this machine."""
    member = zipfile.ZipInfo(name, (*given.as_of.timetuple()[:3], 0, 0, 0))
    member.create_system = 3
    member.external_attr = (0o600 if given.profile == "internal" else 0o644) << 16
    return member


def made_folder(given: Given) -> Path:
    """The folder for the zip files, without what a hand-over left that died."""
    folder = zip_folder(given)
    make_folder(folder)
    if given.profile == "internal":
        folder.chmod(0o700)
    for left in folder.glob(f".*{PART}"):
        left.unlink()
    return folder


def write_bytes(path: Path, content: bytes) -> Path:
    """Writes beside the path, makes sure of it on the disk, then renames; returns the path. Who may read its folder may read it."""
    working = path.with_name(f".{path.name}{PART}")
    try:
        with open(os.open(working, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0),
                          0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        working.chmod(path.parent.stat().st_mode & 0o666)
        os.replace(working, path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            working.unlink(missing_ok=True)
    return path
