"""Reads `cqi.toml`; every key and value that is not right is one clear error. A value that could be secret is never told."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path

from cqi.site.parts import Asked, ExtractFile, HandOver, Schedule, Site, Target
from cqi.site.values import EXTRACT, HANDOVER, REVIEW, SCHEDULE, TARGET, Check, line
from cqi.vocabulary import SITE_FILE, STEERING, CqiError, nearest

PARTS = ("site", "extract", "review", "target", "regions", "schedule", "handover")
SECRET = ("user", "password_file", "journal")
"""Keys beside which somebody may write a password by mistake."""
EXAMPLES = {"name": '"Example State"', "data": '"extract"', "county": '"Birch"', "measure": '"permanency_in_12_months"', "target": "0.42",
            "sender": '"cqi@example.org"'}
"""What may be written beside a key that must be there."""


def read_site(folder: Path) -> Site | None:
    """The site of this folder as its `cqi.toml` says; None where there is no such file. What is not said there is as `cqi.site.parts` says.

    Raises CqiError that names the key and what would be right, for the first thing that is wrong; whether the data are there, or a county
    or measure is known, is for those to say who read them.
    """
    path = folder / SITE_FILE
    if not path.is_file():
        return None
    try:
        return site_of(folder, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise CqiError(f"{SITE_FILE}: it is not UTF-8; save it as UTF-8.") from None


def site_of(folder: Path, text: str) -> Site:
    """The site of this folder as the text of a `cqi.toml` says. Raises CqiError as `read_site` does."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CqiError(f"{SITE_FILE}: this is not TOML ({error}); correct the file.") from None
    _known("", told, PARTS)
    name = _part(told, "site", {"name": line}, needed=("name",))["name"]
    return Site(
        folder, name,
        ExtractFile(**_part(told, "extract", EXTRACT, needed=("data",))),
        Asked(**_part(told, "review", REVIEW)),
        _targets(told.get("target", [])),
        _regions(told.get("regions", {})),
        Schedule(**_part(told, "schedule", SCHEDULE)),
        _handover(_part(told, "handover", HANDOVER)),
    )


# ---- parts ---------------------------------------------------------------------------------------------------------------

def _part(told: dict, part: str, checks: dict[str, Check], *, needed: tuple[str, ...] = ()) -> dict:
    """The values of one part of the file, each checked."""
    held = told.get(part, {})
    if not isinstance(held, dict):
        raise CqiError(f"{SITE_FILE}, {part}: write it as a part of its own, [{part}] on a line by itself, with its keys below.")
    return _checked(f"[{part}]", held, checks, needed)


def _checked(where: str, held: dict, checks: dict[str, Check], needed: tuple[str, ...]) -> dict:
    _known(where, held, checks)
    for key in needed:
        if held.get(key, "") == "":
            raise CqiError(f"{SITE_FILE}, {where}: {key!r} is missing; write {key} = {EXAMPLES[key]}.")
    return {key: _value(where, key, value, checks[key]) for key, value in held.items()}


def _known(where: str, held: dict, keys) -> None:
    """Raises CqiError for the first key that there is not: the key, never what stands beside it."""
    for key in held:
        if key == "password":
            raise CqiError(f"{SITE_FILE}, {where}: a password must not stand in this file; put it into a file of its own that only you "
                           "can read, "
                           "and name that file: password_file = \"mail-password\".")
        if key not in keys:
            near = nearest(key, keys)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise CqiError(f"{SITE_FILE}{', ' + where if where else ''}: there is no key {STEERING.sub('', key)!r}.{hint} Keys there: "
                           f"{', '.join(keys)}.")


def _value(where: str, key: str, value: object, check: Check) -> object:
    try:
        return check(value)
    except ValueError as right:
        shown = "this value" if key in SECRET else repr(str(value) if isinstance(value, (date, time)) else value)
        raise CqiError(f"{SITE_FILE}, {where} {key}: {shown} is not right; {right}.") from None


def _targets(told: object) -> tuple[Target, ...]:
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise CqiError(f"{SITE_FILE}, target: write each target as a part of its own, [[target]] on a line by itself, with its keys below.")
    return tuple(Target(**_checked(f"[[target]] {number}", each, TARGET, ("county", "measure", "target")))
                 for number, each in enumerate(told, 1))


def _regions(told: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, dict):
        raise CqiError(f"{SITE_FILE}, regions: write [regions] on a line by itself, and below it \"County\" = \"Region\".")
    return tuple((county, _value("[regions]", county, region, line)) for county, region in told.items())


def _handover(told: dict) -> HandOver:
    """The hand-over, whole: who writes letters says from whom."""
    handover = HandOver(**told)
    if (handover.readers or handover.maintainers) and not handover.sender:
        raise CqiError(f"{SITE_FILE}, [handover]: 'sender' is missing; write sender = {EXAMPLES['sender']}.")
    if handover.password_file and not handover.user:
        raise CqiError(f"{SITE_FILE}, [handover]: 'user' is missing; write the user of the password: user = \"cqi\", or take "
                       "password_file away.")
    if handover.user and handover.security == "none":
        raise CqiError(f"{SITE_FILE}, [handover] security: 'none' would send the password so that others can read it; write security = "
                       "\"starttls\" or \"tls\".")
    return handover
