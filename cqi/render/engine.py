"""The engine `cqi` of papermill: a notebook runs in a child that a warm parent forks, and is stored as an ordinary kernel would store it.

    papermill --engine cqi notebook.ipynb out.ipynb

What a child cannot give (widgets, await at the top of a cell, somebody who answers) makes the notebook run in an ordinary kernel. Papermill
loads this module by its entry point; nothing else imports it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from copy import deepcopy

from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager

from cqi.render.forked import Child, NeedsKernel, code, forked

NEEDS_KERNEL = re.compile(r"\bawait\b|\basync\s+(?:for|with)\b|\binput\s*\(|\bgetpass\b|\bipywidgets\b|\banywidget\b|\bbqplot\b|^\s*%(?:gui|matplotlib\s+(?:widget|notebook|ipympl))",
                          re.MULTILINE)


class WarmEngine(Engine):
    """Papermill's engine by the name of `cqi`. Options: `warm`, the folder of a warm parent's socket (else one is started for this
    process), `tables` that the parent shall have in memory (see `cqi.render.warm`), `execution_timeout` (seconds for one cell), and what an
    ordinary kernel takes, for a notebook that needs one."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, warm: str = "", tables: Sequence[str] = (),
                                 **options) -> None:
        """Runs the notebook's cells; raises DeadKernelError where its process ended, CellTimeoutError where a cell took too long."""
        before = deepcopy(nb_man.nb.cells)
        try:
            if sys.platform != "linux" or NEEDS_KERNEL.search(code(nb_man.nb)):
                raise NeedsKernel
            with forked(warm, code(nb_man.nb), options.get("execution_timeout"), tables) as child:
                _WarmClient(nb_man, child).execute()
        except NeedsKernel:
            nb_man.nb.cells = before
            NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **options)


class _WarmClient(PapermillNotebookClient):
    """Papermill's client with a child in the place of a kernel."""

    def __init__(self, nb_man: NotebookExecutionManager, child: Child) -> None:
        super().__init__(nb_man)
        self.kc = self.km = child

    def execute(self) -> NotebookNode:
        """Runs all cells, up to the first error."""
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = self.kc.language
        return self.nb

    def output(self, outs: list, msg: dict, *rest) -> NotebookNode | None:
        """Stores an output; the data of one that is kept stay plain, since copying them into nodes takes a twentieth of the page's time."""
        content = msg["content"]
        bare = msg | {"content": content | {"data": {}}} if "data" in content else msg
        stored = super().output(outs, bare, *rest)
        if stored is not None and "data" in content:
            dict.__setitem__(stored, "data", content["data"])
        return stored
