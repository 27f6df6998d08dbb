"""What papermill was given by hand: a name that the notebook does not have is an error, where papermill itself only warns."""

from __future__ import annotations

import ast
import sys
from dataclasses import fields
from itertools import pairwise

from cqi.vocabulary import no_such

COMMENT = "# Parameters\n"
"""How the cell begins that papermill puts after the notebook's own cell of parameters."""


def check_injected(kind: type) -> None:
    """Raises CqiError, with the nearest names, where papermill's cell follows the parameters of a page of this kind and sets another
    name. Outside of a notebook, and in notebooks of one's own, it says nothing."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    own = [each.name for each in fields(kind)]
    for before, cell in pairwise(shell.user_ns.get("In", ()) if shell else ()):
        if cell.startswith(COMMENT) and set(_set_by(before)) == set(own):
            for name in _set_by(cell):
                if name not in own:
                    raise no_such("parameter", name, own, where="this notebook", there="Its parameters are")


def _set_by(cell: str) -> list[str]:
    """The names that a cell sets; none of a cell that is more than Python."""
    try:
        lines = ast.parse(cell).body
    except SyntaxError:
        return []
    return [target.id for line in lines if isinstance(line, ast.Assign) for target in line.targets if isinstance(target, ast.Name)]
