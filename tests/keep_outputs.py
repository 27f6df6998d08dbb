"""Plays lessons on the sample state and writes into each the outputs of its cells tagged `nbval-check-output`, and of no others.

    python tests/keep_outputs.py notebooks/training/*.ipynb
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_output

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cqi.learning.lessons import tags  # noqa: E402
from cqi.learning.played import played  # noqa: E402

KEPT = "nbval-check-output"


def keep(path: Path) -> None:
    """Writes the outputs into the notebook at `path`."""
    notebook = nbformat.read(path, as_version=4)
    for number, (cell, value) in enumerate(played(notebook), 1):
        cell.outputs, cell.execution_count = [], None
        if KEPT in tags(cell):
            data = {kind: _listed(words) for kind, words in value._repr_mimebundle_().items()}
            cell.execution_count, cell.outputs = number, [new_output("execute_result", data, execution_count=number)]
    nbformat.write(notebook, path)


def _listed(part):
    """Data as a notebook's file holds it, whose lists are no tuples."""
    if isinstance(part, dict):
        return {name: _listed(each) for name, each in part.items()}
    return [_listed(each) for each in part] if isinstance(part, (list, tuple)) else part


if __name__ == "__main__":
    places = [Path(each).resolve() for each in sys.argv[1:]]
    os.chdir(ROOT)
    for place in places:
        keep(place)
