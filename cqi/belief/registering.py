"""A belief and what would change one's mind, written down before the data speak."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from cqi.cohorts.as_of import given_day
from cqi.vocabulary import CqiError

DIRECTIONS = ("lower", "higher")
TEXTS = ("statement", "exposure", "event", "exposed", "unexposed")
LONGEST = 120


@dataclass(frozen=True)
class Belief:
    """What somebody holds to be so, in a form that data can speak against."""

    statement: str
    """In the person's own words."""
    exposure: str
    """What comes or does not: `waited nine months before finalizing`."""
    event: str
    """What may follow: `the family broke up`."""
    exposed: str
    """The exposed group in a few words, as charts name it."""
    unexposed: str
    """The other group."""
    direction: str
    """`lower` or `higher`: the risk that the exposed are believed to have."""
    points: float
    """What would change my mind: a difference smaller than this, as a share (0.05: five percentage points)."""
    at: int
    """Month since the start at which those still intact are compared."""
    horizon: int
    """Months after that, within which the event counts."""


@dataclass(frozen=True)
class Registered:
    """A belief as it stood on a day, with the digest of its words and numbers. Made by `register` only."""

    belief: Belief
    on: date
    digest: str

    def __post_init__(self):
        if self.digest != digest_of(self.belief, self.on):
            raise CqiError("Registered belief: its digest is not that of its words, number and day; register the belief anew, by register().")


def register(belief: Belief, *, on: date | str) -> Registered:
    """The belief, checked and sealed as of the day `on`. CqiError names every field that is not filled or not possible."""
    wrong = [f"'{name}' is empty" for name in TEXTS if not str(getattr(belief, name)).strip()]
    if belief.direction not in DIRECTIONS:
        wrong.append("'direction' is neither 'lower' nor 'higher'")
    if not (_number(belief.points) and 0 < belief.points < 1):
        wrong.append("'points' (what would change your mind) is not between 0 and 1; write five percentage points as 0.05")
    wrong += [f"'{name}' is not a whole number of months from {least} to {LONGEST}"
              for name, least in (("at", 0), ("horizon", 1)) if not _months(getattr(belief, name), least)]
    if wrong:
        raise CqiError(f"A belief cannot be registered yet: {'; '.join(wrong)}.")
    day = given_day(on)
    return Registered(belief, day, digest_of(belief, day))


def digest_of(belief: Belief, on: date) -> str:
    """SHA-256 of every field and the day: the same words give the same digest, any change another."""
    return hashlib.sha256(json.dumps([asdict(belief), str(on)], sort_keys=True).encode()).hexdigest()


def asked(registered: object) -> Belief:
    """The belief that an analysis is to examine. CqiError where it has not been registered."""
    if not isinstance(registered, Registered):
        raise CqiError("Write the belief down first: an analysis takes a registered belief, register(belief, on=...), made before looking.")
    return registered.belief


def _months(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= LONGEST


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
