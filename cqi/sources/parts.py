"""Roles that several sources share, each declared once in `definitions/sources/parts/`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cqi.vocabulary import no_such


def with_parts(where: str, text: dict, folder: Path) -> dict:
    """A source's declaration with its parts put in place: `files.reports = { part = "ncands" }` stands for the role
    `reports` of `parts/ncands.toml` and that file's code lists. CqiError where there is no such part."""
    parts = {path.stem: path for path in sorted((folder / "parts").glob("*.toml"))}
    files, codes = dict(text["files"]), dict(text.get("codes", {}))
    for role, file in text["files"].items():
        if "part" not in file:
            continue
        if file["part"] not in parts:
            raise no_such("part", file["part"], parts, where=f"{where}, files.{role}")
        part = tomllib.loads(parts[file["part"]].read_text(encoding="utf-8"))
        files[role], codes = part["files"][role], part["codes"] | codes
    return {**text, "files": files, "codes": codes}
