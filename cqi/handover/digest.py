"""The letter to readers: that the reviews are ready, as of when, where, and what is new in kind. Figures only where the site and the
profile allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain

from cqi.handover.given import Given
from cqi.handover.letter import Letter
from cqi.handover.zips import FOLDER
from cqi.render.made_from import records
from cqi.render.plan import cohort_words
from cqi.site.parts import Site
from cqi.site.places import pages
from cqi.vocabulary import SITE_FILE
from cqi.wording.numbers import READERS, day_words, joined, plural

NO_FIGURES = "This letter holds no figures. They stand on the pages, beside how sure they are and what they cannot tell."
ABOUT_FIGURES = ("These are counts so far, as everyone may see them; many of these children may still be in care. The pages say what is "
                 "usual by now, and what the numbers cannot tell. Counties stand in order of name: it is not a ranking.")
KINDS = {"definitions": "a changed definition or benchmark, so that some numbers are not made as they were before",
         "journal": "what people said, or what was done about it",
         "answers": "answers of teams"}
"""Parts that a run is made from, and what it means for readers that one has changed."""
FOR_MAINTAINERS = "Those who look after the reviews are told why."


@dataclass(frozen=True)
class Ready:
    """What is ready: what each profile was `given`, how many pages `missing`, and whether there are zip files."""

    given: tuple[Given, ...]
    missing: int
    zips: bool


def digest(site: Site, ready: Ready) -> Letter:
    """The letter on this run; the same letter for the same run."""
    day = ready.given[0].as_of_words
    told = [f"The reviews of {site.name}, as of {day}, are ready.", tuple(_where(site, each) for each in ready.given)]
    if ready.missing:
        told.append(f"{plural(ready.missing, 'page')} could not be made or given out. "
                    f"{FOR_MAINTAINERS if site.handover.maintainers else ''}")
    if ready.zips:
        told.append("For each county there is also a zip file with its pages, its tables and how they are made: "
                    f"{_place(site, ready.given[0], FOLDER)}")
    told += [whats_new(ready.given[0]), *_changed(ready.given), *_figures(site, ready),
             f"You get this letter because your address is among the readers in the {SITE_FILE} of {site.name}. "
             "A program sent it; nobody reads an answer to it."]
    return Letter(f"{site.name}: reviews as of {day} are ready", tuple(told))


def _where(site: Site, given: Given) -> str:
    made = plural(given.outcomes["done"], "page")
    return f"{made} for {READERS[given.profile]}: {_place(site, given, given.profile, 'index.html')}"


def _place(site: Site, given: Given, *parts: str) -> str:
    """Where readers open a part of the run: below the address that the site gives, else in the folder of its pages."""
    base = site.handover.address or str(pages(site))
    mark = "\\" if "\\" in base and "/" not in base else "/"
    return mark.join((base.rstrip(mark), given.published.as_of, *parts))


def whats_new(given: Given) -> str:
    """What is new beside the run as of the day before this one's, in kind only."""
    record = given.published.record
    earlier = [each for each in records(given.folder.parent) if each["as_of"] < record["as_of"]]
    if not earlier:
        return "These are the first reviews here."
    last = max(earlier, key=lambda each: each["as_of"])
    then, now = (each.get("made_from") or {} for each in (last, record))
    kinds = [words for name, words in KINDS.items() if name in then and then[name] != now.get(name)]
    groups = [cohort_words(word) for word in now.get("cohorts", ()) if word not in then.get("cohorts", ())]
    added = [f"a group of children that entered care {joined(groups)}"] if groups else []
    return f"New since the reviews as of {day_words(date.fromisoformat(last['as_of']))}: {joined(['later data', *added, *kinds])}."


def _changed(given: tuple[Given, ...]) -> list[str]:
    """What kinds of change the indexes tell; nothing where there was no run before, or it was not kept."""
    kept = [each.published.record.get("news", {}).get(each.profile) for each in given]
    if all(each is None for each in kept):
        return []
    headings = [f"{each[0].lower()}{each[1:]}" for each in dict.fromkeys(chain.from_iterable(filter(None, kept)))]
    return [f"The first page tells what changed: {joined(headings)}." if headings
            else "No signal came or went since then, and no number reads differently."]


def _figures(site: Site, ready: Ready) -> list[str | tuple[str, ...]]:
    """The headline of each county from the tables that everyone may read, or that there are no figures."""
    from cqi.handover.figures import headlines

    released = next((each for each in ready.given if each.profile == "release"), None)
    if not site.handover.figures or released is None:
        return [NO_FIGURES]
    told = headlines(released.published, [county.name for county in released.counties])
    return [part for each in told for part in each] + [ABOUT_FIGURES]
