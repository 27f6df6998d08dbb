"""Tables drawn as text: columns stand apart by spaces, `.` is blank and `~` a space in a value."""

from __future__ import annotations

from pathlib import Path


def cells(drawing: str) -> list[list[str]]:
    """The drawing's rows of values, header first."""
    return [[_value(word) for word in line.split()] for line in drawing.strip().splitlines() if line.strip()]


def csv(drawing: str) -> str:
    """The drawing as CSV text."""
    return "".join(",".join(row) + "\n" for row in cells(drawing))


def write(folder: Path, **tables: str) -> Path:
    """Writes each drawing as `<name>.csv` into the folder and returns the folder. `/` in a path is written `__`."""
    for name, drawing in tables.items():
        path = folder / (name.replace("__", "/") + ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv(drawing), encoding="utf-8")
    return folder


def _value(word: str) -> str:
    return "" if word == "." else word.replace("~", " ")
