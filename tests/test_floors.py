"""Imports go down only: what each room of the house may know, and what `import cqi` leaves alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "cqi"
FLOORS = (
    ("vocabulary",),
    ("blocks", "injected", "linear"),
    ("sources", "cohorts", "estimates", "registry", "benchmarks", "sample", "control", "journal"),
    ("measures", "quality", "disclosure", "audit"),
    ("course", "belief"),
    ("goals", "questionnaire", "services"),
    ("cycles",),
    ("charts", "wording"),
    ("tables",),
    ("news",),
    ("ahead",),
    ("review", "overview", "official", "working"),
    ("learning",),
    ("progress",),
    ("render", "answering", "surveying", "teaching"),
    ("explore",),
    ("site",),
    ("scheduling", "handover"),
    ("reviewing", "doctor"),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS, 1) for room in rooms}
DOORS = ("__init__", "__main__")
"""What stands outside: the package itself, whose version any room may read, and `python -m cqi`."""


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def rooms_of(line: ast.Import | ast.ImportFrom) -> set[str]:
    """The rooms that one import names: `import cqi.a.b`, `from cqi.a import b`, `from cqi import a`."""
    if isinstance(line, ast.Import):
        names = [name.name.split(".") for name in line.names]
    elif line.module == "cqi":
        names = [["cqi", name.name] for name in line.names]
    else:
        names = [(line.module or "").split(".")]
    return {name[1] for name in names if name[0] == "cqi" and len(name) > 1} & FLOOR.keys()


def imports(path: Path) -> set[str]:
    lines = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return set().union(*(rooms_of(line) for line in lines if isinstance(line, (ast.Import, ast.ImportFrom))))


FILES = [path for path in sorted(HOUSE.rglob("*.py")) if room(path) not in DOORS]


def test_every_room_has_a_floor():
    assert {room(path) for path in FILES} == FLOOR.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_go_down_only(path):
    here = room(path)
    assert {name for name in imports(path) - {here} if FLOOR[name] >= FLOOR[here]} == set()


def test_imports_name_the_whole_house():
    """A relative import would go unseen."""
    lines = [line for path in FILES for line in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    assert not any(isinstance(line, ast.ImportFrom) and line.level for line in lines)


@pytest.mark.parametrize(("line", "rooms"), [
    ("import cqi.charts", {"charts"}), ("from cqi import charts, tables", {"charts", "tables"}),
    ("from cqi.wording.numbers import share", {"wording"}), ("from cqi import __version__", set()), ("import pandas", set()),
])
def test_an_import_is_seen_however_it_is_written(line, rooms):
    assert rooms_of(ast.parse(line).body[0]) == rooms


def test_import_cqi_is_light():
    """The library alone: no notebook runner, no widgets, no charts, not even pandas."""
    heavy = ("papermill", "ipywidgets", "altair", "pandas", "sqlalchemy")
    code = f"import sys, cqi; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
