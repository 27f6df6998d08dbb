"""What `cqi.toml` says, one dataclass for each of its parts. Paths are text as it is written there, from the folder of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ExtractFile:
    """The data. `data`: folder or file; with a `*` in it, the last by name counts. `as_of`: a day as 2026-06-30, or empty for the end
    of the last complete month. `not_older_than_days`: days from the as-of date to today after which nothing is published."""

    data: str
    source: str = "episodes"
    as_of: str = ""
    not_older_than_days: int = 45


@dataclass(frozen=True)
class Asked:
    """What a run makes. Empty `counties`: all; empty `cohorts`: the open half-years; empty `journal`: journal.sqlite
    in the folder of `out`, if it is there."""

    counties: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ("internal", "release")
    out: str = "reports"
    journal: str = ""


@dataclass(frozen=True)
class Target:
    """What a county wants to reach: `target` as 0.42 or 42%, `by` as 2026-12-31 or empty, `owner` who looks after it or empty."""

    county: str
    measure: str
    target: str
    by: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Schedule:
    """When runs are due, as `cqi.site.when.rule` reads it: days in words, and local time as 06:00."""

    every: str = "first Monday"
    at: str = "06:00"


@dataclass(frozen=True)
class HandOver:
    """Who gets what after a run. `readers` are told of new reports, `maintainers` of what went wrong; none: nobody is written to.
    `address`: where readers open the reports, a path or an address of the web. `figures`: whether the letter may hold figures.
    `host` to `password_file`: the mail server; `security` is starttls, tls or none."""

    zip: bool = True
    readers: tuple[str, ...] = ()
    maintainers: tuple[str, ...] = ()
    sender: str = ""
    address: str = ""
    figures: bool = False
    host: str = "localhost"
    port: int = 25
    security: str = "starttls"
    user: str = ""
    password_file: str = ""


@dataclass(frozen=True)
class Site:
    """A site: its folder, its name and the parts of its file. `regions`: county and region, in the order of the file."""

    folder: Path
    name: str
    extract: ExtractFile
    review: Asked = field(default_factory=Asked)
    targets: tuple[Target, ...] = ()
    regions: tuple[tuple[str, str], ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    handover: HandOver = field(default_factory=HandOver)
