"""What a run leaves beside its pages: the index for its readers, and run.json for whoever must make it again."""

from __future__ import annotations

import json
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from cqi import __version__
from cqi.cohorts import AsOf
from cqi.news import RECORD, News, over, recorded
from cqi.render.counted import WRITTEN_BESIDES, Counted, table_paths
from cqi.render.page import index_html
from cqi.render.pages import Outcome, write_whole
from cqi.render.plan import cohort_words
from cqi.tables import HEADLINE
from cqi.vocabulary import OFFICIAL, WHOLE
from cqi.wording.answer import usual_words
from cqi.wording.news_index import index_news
from cqi.wording.numbers import day_words

VERSIONS = ("pandas", "altair", "papermill", "vl-convert-python")


def written_index(profile: str, folder: Path, outcomes: list[Outcome], found: Counted, *, as_of: AsOf, state: str,
                  profiles: tuple[str, ...], news: dict[tuple[str, str], News]) -> Path:
    """Writes the profile's index and returns its path: what was made, what is missing and why, rows accounted for."""
    own = [each for each in outcomes if each.job.parameters["profile"] == profile]
    besides = [each for each in own if not _of_county(each)]
    words = [word for one, word in found if one == profile]
    newest = found[profile, [word for word in words if word not in WRITTEN_BESIDES][-1]]
    missing = [f"{_about(each)[0]}: not made. {each.reason}" for each in besides if each.status != "done"]
    model = {
        "title": f"Mid-course reviews as of {day_words(as_of.day)}", "state": state, "as_of": day_words(as_of.day),
        "as_of_reason": newest.facts["as_of_reason"], "profile": profile, "made_by": f"cqi {__version__}",
        "reviews": [_review(each, found) for each in own if _of_county(each)],
        "pages": [_page(each) for each in besides if each.status == "done"],
        "tables": [_table(path) for word in words for path in table_paths(folder / profile / "tables", word) if path.is_file()],
        "account": newest.account.to_dict("records"), "notes": [*missing, *newest.facts["notes"]],
        "news": _news(profile, own, news, as_of),
        "other_profile": next((_other(each) for each in profiles if each != profile), None),
    }
    path = folder / profile / "index.html"
    write_whole(path, index_html(model, stylesheet="../assets/cqi.css"))
    return path


def write_record(folder: Path, parameters: dict, outcomes: list[Outcome], found: Counted, *, source: str, seconds: dict[str, float], made_from: dict,
                 news: dict[str, list[str]]) -> None:
    """Writes run.json: parameters, versions, input hashes, what it was `made_from`, timings, the outcome of each page and the `headings` of its
    `news`; and in `restricted/` what the next run compares itself with."""
    facts = next(iter(found.values())).facts
    write_whole(folder / RECORD, json.dumps(recorded(folder, facts, source, _published(outcomes)), indent=1, ensure_ascii=False) + "\n")
    record = {
        "parameters": {name: value for name, value in parameters.items() if name not in ("data", "since", "engine", "cluster")}, "as_of": facts["as_of"], "inputs": facts["inputs"],
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": {"cqi": __version__, "python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
        "seconds": round(sum(seconds.values()), 1), "stages": {name: round(each, 2) for name, each in seconds.items()},
        "made_from": made_from, "news": news,
        "pages": [{"place": each.job.place, "status": each.status, "reason": each.reason, "seconds": round(each.seconds, 2)}
                  for each in outcomes],
    }
    write_whole(folder / "run.json", json.dumps(record, indent=1, default=str, ensure_ascii=False) + "\n")


def _published(outcomes: list[Outcome]) -> dict[str, list[str]]:
    """By profile the cohorts whose tables were published; none of what was withheld."""
    words: dict[str, list[str]] = {}
    for each in (each for each in outcomes if each.status != "withheld" and each.job.word not in WRITTEN_BESIDES):
        words.setdefault(each.job.parameters["profile"], []).append(each.job.word)
    return {profile: sorted(set(own)) for profile, own in words.items()}


def _news(profile: str, own: list[Outcome], news: dict[tuple[str, str], News], as_of: AsOf) -> dict:
    """What changed since the last run, of the counties that have a page."""
    found = {word: each for (one, word), each in news.items() if one == profile}
    ended = over(as_of.day.isoformat(), profile, found)
    return index_news(found, ended, {each.job.parameters["county"] for each in own if _of_county(each)}, as_of=as_of.day)


def headings(profiles: tuple[str, ...], outcomes: list[Outcome], news: dict[tuple[str, str], News], as_of: AsOf) -> dict[str, list[str]]:
    """By profile the headings below which its index says what changed since the last run; no such profile where there was none."""
    later = [profile for profile in profiles if any(each.facts["last"] for (one, _), each in news.items() if one == profile)]
    of = {profile: [each for each in outcomes if each.job.parameters["profile"] == profile] for profile in later}
    return {profile: [heading for heading, _ in _news(profile, own, news, as_of)["groups"]] for profile, own in of.items()}


def _of_county(outcome: Outcome) -> bool:
    """Whether it is a page of one county."""
    return outcome.job.parameters.get("county", WHOLE) != WHOLE


def _review(outcome: Outcome, found: Counted) -> dict:
    county, word, profile = outcome.job.parameters["county"], outcome.job.word, outcome.job.parameters["profile"]
    if word == OFFICIAL:
        return {"county": county, "cohort": word, "cohort_words": "Official measures", "href": _href(outcome), "status": outcome.status,
                "answer": outcome.answer, "reason": outcome.reason}
    course = found[profile, word].course
    course = course.loc[course["measure"] == HEADLINE].set_index("county").loc[county]
    return {"county": county, "cohort": word, "cohort_words": cohort_words(word), "href": _href(outcome), "status": outcome.status,
            "answer": f"{outcome.answer} {usual_words(course)}".strip(), "reason": outcome.reason}


def _page(outcome: Outcome) -> dict:
    title, about = _about(outcome)
    return {"title": title, "href": _href(outcome), "about": about}


def _about(outcome: Outcome) -> tuple[str, str]:
    """The title of a page that is no review, and what it is for."""
    if outcome.job.role == "quality":
        return "What the file can and cannot say", "What became of every row, and what to check at the source"
    if outcome.job.role == "working":
        return "How do we work, and who engages families?", "Referrals from first contact to the end of a service, and staff who stay"
    if outcome.job.role == OFFICIAL:
        return f"{WHOLE}: the official measures", "The federal indicators by complete 12-month periods"
    return f"All counties, entered {cohort_words(outcome.job.parameters['cohort'])}", "Every county beside its own usual, in order of name"


def _href(outcome: Outcome) -> str:
    return outcome.job.place.partition("/")[2]


def _table(path: Path) -> dict:
    with path.open(encoding="utf-8") as lines:
        return {"title": path.stem, "href": f"tables/{path.name}", "rows": sum(1 for _ in lines) - 1}


def _other(profile: str) -> dict:
    return {"title": f"The {profile} pages", "href": f"../{profile}/index.html"}
