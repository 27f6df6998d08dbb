"""What a run renders: the pages of all counties and cohorts, each with its place."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter

from cqi.cohorts import cohort
from cqi.render.job import Job
from cqi.vocabulary import OFFICIAL, WHOLE, CqiError

RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)),
            "tables", "assets", "restricted"}


def jobs(*, counties: list[str], cohorts: list[str], profiles: list[str], shared: dict, since: str = "") -> list[Job]:
    """All pages of a run: per profile the data-quality page, the page on how we work, the official measures of the whole file and of every county, and
    per cohort the overview and every county's review.

    `shared` holds the parameters that all pages have in common: as_of, source, data. `since` is the last extract, or empty.
    """
    planned, folders = [], _folders(counties)
    for profile in profiles:
        newest = {**shared, "cohort": cohorts[-1], "profile": profile, "since": since}
        planned.append(Job("quality", newest, f"{profile}/data-quality.html"))
        planned.append(Job("working", {**shared, "profile": profile}, f"{profile}/how-we-work.html"))
        planned.append(Job(OFFICIAL, {"county": WHOLE, **shared, "profile": profile}, f"{profile}/official-measures.html"))
        planned += [Job(OFFICIAL, {"county": county, **shared, "profile": profile}, f"{profile}/{folders[county]}/official-measures.html")
                    for county in counties]
        for word in cohorts:
            common = {**shared, "cohort": word, "profile": profile}
            planned.append(Job("overview", common, f"{profile}/overview-{slug(word)}.html"))
            planned += [Job("review", {"county": county, **common}, f"{profile}/{folders[county]}/{slug(word)}.html") for county in counties]
    if len({job.place for job in planned}) < len(planned):
        raise CqiError("Two pages would have one place: the names of two counties make the same file name. Call one of them otherwise.")
    return planned


def _folders(counties: list[str]) -> dict[str, str]:
    """The folder of each county: its slug, with a hash where another county's slug is the same."""
    common = Counter(slug(county) for county in counties)
    return {county: _hashed(slug(county), county) if common[slug(county)] > 1 else slug(county) for county in counties}


def slug(name: str) -> str:
    """A file name for a name from data: `[a-z0-9-]`, with a hash where anything else was in it, never a reserved word."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50]
    whole = words and words not in RESERVED and words == name.lower().replace(" ", "-")
    return words if whole else _hashed(words, name)


def _hashed(words: str, name: str) -> str:
    return f"{words}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def cohort_words(word: str) -> str:
    """The period of a cohort in words."""
    return cohort(word).words
