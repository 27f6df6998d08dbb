"""What a run would do now, and why: told before it begins, without counting anything and without writing anything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from cqi import tables
from cqi.render import standing
from cqi.render.decided import Decided
from cqi.render.job import Job
from cqi.render.lock import FolderHeld
from cqi.render.made_from import made_from, records
from cqi.render.run import Request, chosen_cohorts, chosen_counties, planned_pages
from cqi.wording.numbers import day_words, joined, plural

MEASURES = "measures/"
ASKED = {"counties": "counties", "cohorts": "cohorts", "as_of": "the as-of date", "source": "the kind of file", "profiles": "who will read it",
         "journal": "the place of the journal", "state": "the name of the site"}
SAME = {"data": "the data", "measures": "the measures", "definitions": "other definitions", "program": "the program", "notebooks": "the notebooks",
        "journal": "what people said"}


def planned(request: Request) -> list[str]:
    """Lines that say what a run of the request would make now, and what is new since the last run below its folder.

    The files are read, nothing is counted, no page is made. Raises CqiError as `run` does for data, counties or cohorts that are not right.
    """
    out, decided = Path(request.out).resolve(), Decided.now(request)
    if stands := _stands(out, decided.key, request.profiles, request.force):
        return stands
    as_of, there, first_entry = tables.reached(request.data, request.source, request.as_of)
    counties, cohorts = chosen_counties(request, there), chosen_cohorts(request, as_of.day, first_entry)
    _, pages = planned_pages(request, as_of.day, counties, cohorts)
    now = made_from(pages, decided.program, decided.said, decided.slips)
    inputs = {file: digest for file, digest, _ in tables.read(request.data, request.source)[0].inputs.itertuples(index=False)}
    return [f"As of {day_words(as_of.day)}, {as_of.reason}.", *_since(records(out), request, inputs, now), _pages(pages, now), *_stopped(out)]


def _stands(out: Path, key: str, profiles: tuple[str, ...], force: bool) -> list[str]:
    """The one line for a run that would find nothing new; none where there is something to do."""
    found = standing.unchanged(out, key, profiles)
    if not found:
        return []
    day = day_words(date.fromisoformat(found[0].name))
    nothing = f"Nothing is new since the run as of {day}: data, measures, program, notebooks and what people said are what they were."
    return [nothing, f"With --force all {found[1]} pages would be made again." if force else f"All {found[1]} pages would stay as they are."]


def _since(earlier: list[dict], request: Request, inputs: dict[str, str], now: dict) -> list[str]:
    """What is new since the run that was made last, each with its reason; then what is not."""
    if not earlier:
        return ["There is no earlier run in this folder: everything is new."]
    last = earlier[0]
    lines = [f"The last run was as of {day_words(date.fromisoformat(last['as_of']))}, made on {day_words(datetime.fromisoformat(last['made']).date())}."]
    then = last.get("made_from")
    if not then:
        return [*lines, "What it was made from is not known, so what is new cannot be told; every page is looked at again."]
    found = _new(last, then, request, inputs, now)
    lines += [words for words in found.values() if words]
    same = [words for name, words in SAME.items() if not found[name]]
    return [*lines, *([f"Not changed: {joined(same)}."] if same else [])]


def _new(last: dict, then: dict, request: Request, inputs: dict[str, str], now: dict) -> dict[str, str]:
    """One line for each part, empty where it is what it was."""
    measures, others = ([_part(each["definitions"], inside) for each in (then, now)] for inside in (True, False))
    return {
        "data": _told("Data", {file: digest for file, digest, _ in last["inputs"]}, inputs),
        "cohorts": _listed("Cohorts", then["cohorts"], now["cohorts"]),
        "counties": _listed("Counties", then["counties"], now["counties"]),
        "measures": _told("Measures", *measures),
        "definitions": _told("Other definitions", *others),
        "program": _program(then["program"], now["program"]),
        "notebooks": _told("Notebooks", then["notebooks"], now["notebooks"]),
        "journal": _heard(then, now),
        "asked": _asked(last["parameters"], request.asked),
    }


def _part(definitions: dict[str, str], measures: bool) -> dict[str, str]:
    """The definitions of measures by the measure's name, or the others by file."""
    if measures:
        return {name.removeprefix(MEASURES).removesuffix(".toml"): digest for name, digest in definitions.items() if name.startswith(MEASURES)}
    return {name: digest for name, digest in definitions.items() if not name.startswith(MEASURES)}


def _told(what: str, then: dict[str, str], now: dict[str, str]) -> str:
    parts = {"changed": [name for name in now if name in then and now[name] != then[name]], "new": [name for name in now if name not in then],
             "gone": [name for name in then if name not in now]}
    return _line(what, parts)


def _listed(what: str, then: list[str], now: list[str]) -> str:
    """What is new and what is no longer there; empty where both lists hold the same."""
    return _line(what, {"new": [name for name in now if name not in then], "no longer reviewed": [name for name in then if name not in now]})


def _line(what: str, parts: dict[str, list[str]]) -> str:
    told = [f"{word}: {joined(names)}" for word, names in parts.items() if names]
    return f"{what}: {'; '.join(told)}." if told else ""


def _program(then: dict[str, str], now: dict[str, str]) -> str:
    """The parts of the program that are others: by version where they have one."""
    changed = [name for name in now if then.get(name) != now[name]]
    told = [f"{name} {then.get(name, 'not there')}, now {now[name]}" for name in changed if name != "files"]
    own = ["its files have changed"] if "files" in changed and "cqi" not in changed else []
    return f"Program: {joined([*told, *own])}." if changed else ""


def _heard(then: dict, now: dict) -> str:
    heard = {"journal": "what stakeholders said, or what was done about it, has changed", "answers": "teams have answered"}
    told = [words for name, words in heard.items() if then[name] != now[name]]
    return f"Journal: {joined(told)}." if told else ""


def _asked(then: dict, asked: dict) -> str:
    asked = json.loads(json.dumps(asked))
    others = [words for name, words in ASKED.items() if then.get(name, "") != asked[name]]
    return f"Asked for otherwise than last time: {joined(others)}." if others else ""


def _pages(pages: list[Job], now: dict) -> str:
    counties, cohorts = plural(len(now["counties"]), "county", "counties"), joined(now["cohorts"])
    profiles = joined(list(dict.fromkeys(job.parameters["profile"] for job in pages)))
    return f"{plural(len(pages), 'page')}: {counties}; entered {cohorts}; {profiles}. Pages that show nothing new stay as they are."


def _stopped(out: Path) -> Iterable[str]:
    """A line on a run that was stopped, or that is at work."""
    try:
        return ["A run in this folder was stopped before its end: cqi review --resume finishes it."] if standing.unfinished(out) else []
    except FolderHeld:
        return ["Another run is at work in this folder now."]
