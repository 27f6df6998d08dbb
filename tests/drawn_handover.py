"""A finished run drawn by hand, with pages as short as can be, and the site that has it handed over."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from cqi.render.plan import jobs
from cqi.site.parts import Asked, ExtractFile, HandOver, Site
from cqi.wording.plain import spreadsheet_safe
from drawn_run import drawn_run

DAY = "2026-06-30"
MADE_FROM = {"cohorts": ["2025H2"], "definitions": {"measures/a.toml": "1"}, "notebooks": {}, "program": {}, "journal": "", "answers": ""}
READERS, MAINTAINERS = ("reader@example.org", "second@example.org"), ("it@example.org",)


def drawn(folder: Path, counties: dict[str, dict] | None = None, *, profiles=("internal", "release"),
          statuses: dict[str, str] | None = None, day: str = DAY,
          **made_from) -> Path:
    """Writes a run of these counties (see `drawn_run`) with all its pages, and returns the folder of its day. `statuses`: of pages that are
    not done."""
    counties = {"Alder": {}, "Birch": {}} if counties is None else counties
    written = dict(zip(spreadsheet_safe(pd.DataFrame({"county": list(counties)}))["county"], counties.values(), strict=True))
    planned = []
    for profile in profiles:
        drawn_run(folder, written, profile=profile, day=day)
        planned += jobs(counties=list(counties), cohorts=["2025H2"], profiles=[profile], shared={"as_of": day, "source": "", "data": ""})
    for job in planned:
        place = folder / day / job.place
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'<html lang="en"><title>{job.place}</title><a '
                         f'href="{"../" * (job.place.count("/") - 1)}index.html">All</a></html>', encoding="utf-8")
    (folder / day / "assets").mkdir(exist_ok=True)
    (folder / day / "assets" / "cqi.css").write_text("p { margin: 0 }", encoding="utf-8")
    pages = [{"place": job.place, "status": (statuses or {}).get(job.place, "done"), "reason": "", "seconds": 0} for job in planned]
    record = {"parameters": {"profiles": list(profiles)}, "as_of": day, "made": f"{day}T12:00:00+00:00", "versions": {"cqi": "1"},
              "pages": pages,
              "made_from": MADE_FROM | {"counties": list(counties)} | made_from}
    (folder / day / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder / day


def site(folder: Path, port: int = 1, *, name: str = "Example State", **handover) -> Site:
    """A site whose pages are in `reports` of this folder and whose mail server listens here, without TLS or zip files unless told."""
    told = {"readers": READERS, "maintainers": MAINTAINERS, "sender": "cqi@example.org", "host": "127.0.0.1", "port": port,
            "security": "none", "zip": False} | handover
    return Site(folder, name, ExtractFile("extract"), Asked(out="reports"), handover=HandOver(**told))
