"""A kernel of a run: before its first cell it shuts its doors, and a cell that shows anything but a block shows its kind only."""

from __future__ import annotations

import os

from IPython.core.formatters import DisplayFormatter
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import launch_new_instance

from cqi.blocks import Block
from cqi.blocks.aggregates import CHARTED, PROTECTED
from cqi.render.privacy import PRIVATE, no_core_dumps


class RunDisplay(DisplayFormatter):
    """Shows blocks as they are, of anything else the kind, and of a table its size and the names of the columns that we know."""

    def format(self, obj, include=None, exclude=None):
        """The MIME bundle and metadata of what a cell shows."""
        if isinstance(obj, Block):
            return super().format(obj, include=include, exclude=exclude)
        return {"text/plain": shape(obj)}, {}


class RunSession(IPythonKernel):
    """The kernel with that display."""

    def __init__(self, **options):
        super().__init__(**options)
        self.shell.display_formatter = RunDisplay(parent=self.shell)


def shape(shown: object) -> str:
    """`<DataFrame: 400 rows; child_id, county and 2 other columns>`: never a value; a name that is not ours may be one."""
    kind, size = type(shown).__name__, getattr(shown, "shape", None)
    if not isinstance(size, tuple) or not size:
        return f"<{kind}>"
    columns = [str(name) for name in getattr(shown, "columns", [getattr(shown, "name", None)])]
    known = [name for name in columns if name in CHARTED | PROTECTED]
    other = len(columns) - len(known)
    told = ", ".join(known) + (" and " if known and other else "") + (f"{other} other column{'s' * (other != 1)}" if other else "")
    return f"<{kind}: {size[0]} row{'s' * (size[0] != 1)}; {told}>"


def start() -> None:
    """Runs the kernel that the command line describes."""
    os.umask(PRIVATE)
    no_core_dumps()
    launch_new_instance(kernel_class=RunSession)
