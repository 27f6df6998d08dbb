"""The files of the fictional sample state as they come with the program."""

from __future__ import annotations

from pathlib import Path

from cqi.sources.finding import data_path
from cqi.vocabulary import CqiError

SAMPLE = "data_samples"
SAID = ("No data are named and no folder data_samples is here: these are the children of a fictional state, who do not exist. "
        "Your own files: cqi review --data FOLDER, cqi backtest --data FOLDER, cqi check FOLDER.")


def bundled() -> Path:
    """The folder of the sample state's files: in the package, or beside it in a checkout. Raises CqiError where neither has it."""
    package = Path(__file__).parents[1]
    found = next((folder / SAMPLE for folder in (package, package.parent) if (folder / SAMPLE).is_dir()), None)
    if found is None:
        raise CqiError("The files of the sample state are not there; the installation is not complete. cqi sample writes them into data_samples.")
    return found


def here_or_bundled() -> tuple[str, str]:
    """What to read where nobody named any data, and what to say about it first: `data_samples` in the working folder or one above it,
    about which nothing needs to be said; else the bundled sample state, with a line that says so."""
    try:
        data_path(SAMPLE)
    except CqiError:
        return str(bundled()), SAID
    return SAMPLE, ""
