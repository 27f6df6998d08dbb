"""What teams have answered to questionnaires, for the pages: read from the journal once a run, and read anew where a page is made by hand."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from cqi.disclosure import policy
from cqi.journal.place import chosen
from cqi.journal.slip import Slip
from cqi.questionnaire import read_answers

ANSWERS = "CQI_ANSWERS"
"""Names the file with the answers that the pages of a run may tell of."""
WITHHELD = "Withheld: the words hold an id of the data."


def read_slips(place: str, profiles: Iterable[str]) -> tuple[Slip, ...]:
    """The answers kept at the place; none where no profile may see results. Raises CqiError for a place that cannot be used."""
    return read_answers(place) if any(policy(profile)["survey_results"] for profile in profiles) else ()


def slips_for(profile: str) -> tuple[Slip, ...]:
    """The answers that a page of the profile may tell of: from the run's own file, else from the journal that CQI_JOURNAL names."""
    if not policy(profile)["survey_results"]:
        return ()
    file = os.environ.get(ANSWERS, "")
    return _read(file) if file else read_answers(chosen("", None))


def kept_slips(slips: tuple[Slip, ...], path: Path) -> str:
    """Writes the answers for the processes that make pages, and returns where, as ANSWERS holds it."""
    path.write_text(json.dumps([asdict(slip) for slip in slips]), encoding="utf-8")
    return str(path)


def slips_without_ids(slips: tuple[Slip, ...], holds: Callable[[str], bool]) -> tuple[Slip, ...]:
    """The same without the words of evidence in which `holds` finds an id of the data: a page with one is not made."""
    return tuple(Slip(**asdict(slip) | {"evidence": {item: WITHHELD if holds(words) else words for item, words in slip.evidence.items()}}) for slip in slips)


def slips_digest(slips: tuple[Slip, ...], profile: str = "") -> str:
    """A word that changes when the answers do, as the profile may see them; without a profile, of all."""
    seen = slips if not profile or policy(profile)["survey_results"] else ()
    return hashlib.sha256(json.dumps([slip.content for slip in seen]).encode()).hexdigest()


@lru_cache(maxsize=2)
def _read(path: str) -> tuple[Slip, ...]:
    return tuple(Slip(**each) for each in json.loads(Path(path).read_text(encoding="utf-8")))
