"""Whether the data is ready for a run: not too old, and whole. If not, nothing is published, and somebody hears why."""

from __future__ import annotations

from datetime import date, timedelta

from cqi.site.places import data, extracts, pages
from cqi.site.parts import Site
from cqi.vocabulary import SITE_FILE

SMALLER = 0.5
"""A file that is smaller than this share of what the last run read under the same name is taken for a part of it."""
INCOMPLETE = ("dropped-children", "county-gone")
"""Findings about two extracts that say that the newer is a part only."""
STANDS = "Nothing was published; the pages of the last run stand."
FIRST = "Nothing was published."
HOW = "If the data is right as it is, cqi review --force makes the pages nevertheless."


def not_ready(site: Site, today: date) -> str:
    """Why nothing is to be published from the site's data at this day, as `unready` says it, and what stands; empty where it is ready."""
    from cqi.render.made_from import records

    why = unready(site, today)
    return f"{why} {STANDS if records(pages(site)) else FIRST}" if why else ""


def unready(site: Site, today: date) -> str:
    """What about the site's data is not ready at this day, what was expected, and what to do; empty where it is ready.

    Not ready: the as-of date is more than `not_older_than_days` before today, or not before today, or before the last run's; a file that
    the last run read is not there, or has shrunk to less than half; of dated extracts, the newest misses counties, or many of the children
    in care, of the one before. The same data as last time is ready: the run says itself that nothing is new. Raises CqiError for data that
    cannot be read.
    """
    from cqi import tables
    from cqi.render.made_from import records

    as_of, _, _ = tables.as_of_and_counties(data(site), site.extract.source, site.extract.as_of)
    earlier = records(pages(site))
    return _old(as_of.day, as_of.reason, site, today) or _backward(as_of.day, earlier) or _partial(site, earlier) or _gone(site)


def _old(day: date, reason: str, site: Site, today: date) -> str:
    """The as-of date is too long ago, or has not passed yet."""
    from cqi.wording.numbers import day_words, plural

    if day >= today:
        return (f"The data is taken to be whole up to {day_words(day)} ({reason}), and that day is not over on {day_words(today)}: its "
                "last days cannot be in the data. Wait for the data of the month's end, or write another as_of in cqi.toml.")
    age, allowed = (today - day).days, site.extract.not_older_than_days
    if age <= allowed:
        return ""
    return (f"The data is whole up to {day_words(day)} ({reason}). That is {plural(age, 'day')} before {day_words(today)}; cqi.toml allows "
            f"{allowed} (not_older_than_days). Expected: data up to {day_words(today.replace(day=1) - timedelta(days=1))}. Put a newer "
            f"extract at {site.extract.data}; the next run finds it. {HOW}")


def _backward(day: date, earlier: list[dict]) -> str:
    """The data ends before that of a run that was made already."""
    from cqi.wording.numbers import day_words

    latest = max((each["as_of"] for each in earlier), default="")
    if day.isoformat() >= latest:
        return ""
    return (f"The data is whole up to {day_words(day)}, and a run as of {day_words(date.fromisoformat(latest))} was made before: this is "
            f"an older extract, or a part is missing. Look at what was put there last. {HOW}")


def _partial(site: Site, earlier: list[dict]) -> str:
    """Files that the last run read are missing, or much smaller."""
    from cqi import tables
    from cqi.wording.numbers import joined

    before = {file: size
              for file, _, size in next((each["inputs"] for each in earlier if each["parameters"].get("source") == site.extract.source), [])
              if not file.startswith(SITE_FILE)}
    now = {file: size for file, _, size in tables.read(data(site), site.extract.source)[0].inputs.itertuples(index=False)}
    if not before.keys() & now.keys():
        return ""
    missing = [file for file in before if file not in now and not any(letter.isdigit() for letter in file)]
    shrunk = [file for file in before if file in now and now[file] < SMALLER * before[file]]
    told = [words.format(joined(files)) for files, words in ((missing, "{} was there last time and is missing"),
                                                             (shrunk, "{} is less than half as large as last time")) if files]
    return f"The data looks incomplete: {joined(told)}. Ask for the whole extract. {HOW}" if told else ""


def _gone(site: Site) -> str:
    """Of dated extracts: counties and children in care that the one before held and the newest does not."""
    from cqi import tables
    from cqi.quality import changes

    newest = extracts(site)[-2:]
    if len(newest) < 2:
        return ""
    earlier, now = (tables.read(str(place), site.extract.source)[0] for place in newest)
    found = changes(earlier, now)
    found = found.loc[found["defect"].isin(INCOMPLETE)]
    return f"The data looks incomplete: {' '.join(found['what'])} Ask for the whole extract. {HOW}" if len(found) else ""
