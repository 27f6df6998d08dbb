"""The lessons as their source notebooks: number, title, minutes, for whom, and the tags that say what a cell is for.

A lesson is one notebook, `notebooks/training/NN_name.ipynb`. Its first cell holds `# Lesson N: title`, a line `**For:** who`, and a
situation from practice. Tags: `parameters`, `exercise` (a learner writes there), `solution` (not in the participant copy), `trainer`
(notes, whose first line is `**Trainer, 8 minutes.**`; in the trainer copy only), `handout` (printed). The trainer cells' minutes add up
to the lesson's.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from cqi.vocabulary import CqiError

TITLE = re.compile(r"# Lesson (\d+): (.+)")
FOR = re.compile(r"^\*\*For:\*\* (.+)$", re.MULTILINE)
MINUTES = re.compile(r"\*\*Trainer, (\d+) minutes?\.\*\*")


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number, title, minutes, for whom it is, and its source notebook."""

    number: int
    title: str
    minutes: int
    audience: str
    path: Path

    @property
    def notebook(self) -> NotebookNode:
        """The source notebook, read anew."""
        return nbformat.read(self.path, as_version=4)


def lessons() -> list[Lesson]:
    """All lessons, by number. Raises CqiError where there are none, or a notebook does not begin as a lesson does."""
    found = [_lesson(path) for path in sorted(_folder().glob("[0-9][0-9]_*.ipynb"))]
    if not found:
        raise CqiError(f"There are no lessons in {_folder()}; the installation is not complete.")
    return sorted(found, key=lambda lesson: lesson.number)


def tags(cell: NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", ()))


def _folder() -> Path:
    """Where the lessons lie: in the folder that CQI_NOTEBOOKS names, with the package, or beside it in a checkout."""
    package, own = Path(__file__).parents[1], os.environ.get("CQI_NOTEBOOKS", "")
    folders = [Path(own)] if own else [package / "notebooks", package.parent / "notebooks"]
    return next((folder / "training" for folder in folders if (folder / "training").is_dir()), folders[-1] / "training")


def _lesson(path: Path) -> Lesson:
    cells = nbformat.read(path, as_version=4).cells
    first = cells[0].source if cells else ""
    title, audience = TITLE.match(first), FOR.search(first)
    if not title or not audience:
        raise CqiError(f"{path.name}: a lesson begins with a line '# Lesson 2: its title', and has a line '**For:** whom it is for'.")
    minutes = sum(int(found[1]) for cell in cells if "trainer" in tags(cell) and (found := MINUTES.match(cell.source)))
    return Lesson(int(title[1]), title[2].strip(), minutes, audience[1].strip(), path)
