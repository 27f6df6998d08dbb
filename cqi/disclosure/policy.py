"""Who may see what: the profiles declared in `definitions/policy.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from cqi.vocabulary import no_such


@cache
def policy(profile: str) -> dict:
    """The policy of a profile: threshold, months_in_care, survey_results, survey_threshold. Raises CqiError for a profile that is not declared."""
    declared = tomllib.loads((files("cqi") / "definitions" / "policy.toml").read_text(encoding="utf-8"))
    if profile not in declared:
        raise no_such("profile", profile, declared)
    return declared[profile]
