"""A lesson's code cells played one after another in this process: what each shows, as a notebook would."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from cqi.learning.lessons import tags


def played(notebook: NotebookNode, **parameters: str) -> Iterator[tuple[NotebookNode, object]]:
    """Each code cell with the value that it shows, None for none; `parameters` take the place of those that the notebook sets.

    What a cell raises is raised here.
    """
    names: dict = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield cell, _shown(cell.source, names)
            if "parameters" in tags(cell):
                names |= parameters


def _shown(source: str, names: dict) -> object:
    """The value of the cell's last expression, None where it ends in something else."""
    lines = ast.parse(source).body
    last = lines.pop() if lines and isinstance(lines[-1], ast.Expr) else None
    exec(compile(ast.Module(lines, []), "<cell>", "exec"), names)  # noqa: S102 - our own notebooks
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None  # noqa: S307
