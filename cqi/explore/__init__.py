"""What stakeholders explore together: the published tables of a finished run, as widgets. Nothing below those tables can be reached."""

from __future__ import annotations

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # a grammar that comes with JupyterLab, takes seconds, and that nothing here needs


def explore(run, profile: str = "release", journal=None):
    """The page of widgets over a finished run; see `cqi.explore.app.explore`."""
    from cqi.explore.app import explore as opened

    return opened(run, profile, journal)
