"""What `cqi explore` hands to the notebook: by the environment of its kernels, so that no page and no list of processes shows it."""

from __future__ import annotations

import json
import os

HANDED = "CQI_EXPLORE"


def handed(run, profile: str, journal) -> tuple:
    """Run, profile and journal as `cqi explore` was told them; else, as where the notebook is run by hand, as they are given here."""
    told = json.loads(os.environ.get(HANDED, "{}"))
    return told.get("run", run), told.get("profile", profile), told.get("journal", journal)


def to_hand(run: str, profile: str, journal: str) -> dict[str, str]:
    """The variable of the environment that says so."""
    return {HANDED: json.dumps({"run": run, "profile": profile, "journal": journal})}
