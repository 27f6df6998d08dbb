"""What a finished run has given out, read from its folder alone: the same today and when the hand-over is tried again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from cqi.explore.published import Published
from cqi.render.job import Job
from cqi.render.plan import cohort_words, jobs
from cqi.vocabulary import OFFICIAL, WHOLE
from cqi.wording.numbers import day_words


@dataclass(frozen=True)
class County:
    """A county's pages that were made: its name, the folder of its pages, and they themselves, reviews first."""

    name: str
    folder: str
    pages: tuple[Job, ...]
    @property
    def cohorts(self) -> tuple[str, ...]:
        """The cohorts of the pages, and OFFICIAL where the official measures are among them."""
        return tuple(dict.fromkeys(page.word for page in self.pages))


@dataclass(frozen=True)
class Given:
    """What one profile's readers were given: the tables in `published`, and the pages by what became of them. `state`: whose data it is, or
    empty."""

    published: Published
    state: str = ""

    @property
    def folder(self) -> Path:
        """The folder of the run's day."""
        return self.published.folder

    @property
    def profile(self) -> str:
        """For whom it was made."""
        return self.published.profile

    @property
    def as_of(self) -> date:
        """What the file knew on this day."""
        return date.fromisoformat(self.published.as_of)

    @property
    def as_of_words(self) -> str:
        """`30 June 2026`."""
        return day_words(self.as_of)

    @cached_property
    def outcomes(self) -> Counter[str]:
        """How many of this profile's pages are `done`, `failed`, `withheld`."""
        return Counter(self._status.values())

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The places of the pages that were made, below the run's folder."""
        return tuple(place for place, status in self._status.items() if status == "done" and (self.folder / place).is_file())

    @cached_property
    def counties(self) -> tuple[County, ...]:
        """The counties that have at least one page, in order of name."""
        made: dict[str, list[Job]] = {}
        for job in self._jobs:
            if (county := job.parameters.get("county", WHOLE)) != WHOLE and job.place in self.pages:
                made.setdefault(county, []).append(job)
        return tuple(County(name, own[0].place.split("/")[1], tuple(sorted(own, key=lambda job: job.word == OFFICIAL)))
                     for name, own in made.items())

    @property
    def _jobs(self) -> list[Job]:
        shared = {"as_of": self.published.as_of, "source": "", "data": ""}
        return jobs(counties=self.published.record["made_from"]["counties"], cohorts=list(self.published.cohorts), profiles=[self.profile],
                    shared=shared)

    @cached_property
    def _status(self) -> dict[str, str]:
        return {each["place"]: each["status"] for each in self.published.record["pages"] if each["place"].startswith(f"{self.profile}/")}


def given(folder: Path, profile: str, state: str = "") -> Given:
    """What the run in this folder (that of its day, or one with the runs of several days, of which the newest counts) gave to this
    profile's readers. Raises CqiError where there is no finished run, or none for the profile."""
    return Given(Published(folder, profile), state)


def words_of(page: Job) -> str:
    """What a county's page is about, for a list: `Official measures`, `Children who entered care July to December 2025`."""
    return "Official measures" if page.word == OFFICIAL else f"Children who entered care {cohort_words(page.word)}"
