"""What a run's processes have around them: a folder of the run's own, nothing in the user's home, notebooks that do not change meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from cqi.render.leftovers import PREFIX, claim, sweep
from cqi.render.job import NOTEBOOKS, notebook_path
from cqi.render.privacy import no_core_dumps, private_files
from cqi.tables.reading import INPUTS

OWN_FOLDERS = {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "TMPDIR": "tmp", "TEMP": "tmp", "TMP": "tmp"}
"""What a kernel's surroundings would else keep in the user's home or the machine's common places."""


@contextmanager
def surroundings(told: dict[str, str], *, inputs: str, roles: Sequence[str] = tuple(NOTEBOOKS), place: Path | None = None) -> Iterator[Path]:
    """A folder of this run's own below `place` (else the machine's place for temporary files), gone afterwards: tables for the notebooks
    (unless CQI_CACHE names a place for them), sockets, copies of the notebooks, and whatever a kernel writes of its own accord.

    The environment of the run's processes names it, holds what they are `told`, and takes the data to be what it was when `inputs` was
    its digest: a file that is replaced meanwhile changes no page. Meanwhile new files are their owner's only. What killed runs have left
    there is taken away first.
    """
    no_core_dumps()
    sweep(place or Path(gettempdir()))
    with private_files(), TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True) as name:
        claim(Path(name))
        for folder in ("tmp", "notebooks"):
            (Path(name) / folder).mkdir()
        for role in roles:
            shutil.copyfile(notebook_path(role), Path(name) / "notebooks" / NOTEBOOKS[role])
        own = {"CQI_RUN": "1", "CQI_CACHE": os.environ.get("CQI_CACHE") or f"{name}/counted", "OPENBLAS_NUM_THREADS": "1", INPUTS: inputs,
               "CQI_NOTEBOOKS": f"{name}/notebooks", **told, **{variable: f"{name}/{folder}" for variable, folder in OWN_FOLDERS.items()}}
        before = {key: os.environ.get(key) for key in own}
        os.environ.update(own)
        try:
            yield Path(name)
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})
