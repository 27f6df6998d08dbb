"""Whether words count children: such a number was not looked over with those of a release, and may tell what they hide."""

from __future__ import annotations

import re
import unicodedata

from cqi.vocabulary import STEERING

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TIME = (r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|evenings?|mornings?|weeks?|weekends?|months?|quarters?|years?|yrs?|"
         r"a\.?m\b|p\.?m\b|o'?clock|dollars?|cents?|miles?|kilomet\w+|km\b)\b")
_THING = (r"(?:steps?|pages?|questions?|ideas?|things|reasons?|times|calls?|meetings?|hearings?|trainings?|visits?|appointments?|counties|"
          r"courts?|courtrooms?|judges?|lawyers?|attorneys?|workers?|caseworkers?|supervisors?|staff|therapists?|clinics?|offices?|agencies|"
          r"tribes?|schools?|beds?|homes?|rooms?|bus(?:es)?|cars?|vans?|vouchers?|forms?|words|lines)\b")
_LABEL = (r"\b(?:room|page|route|chart|table|figure|line|step|title|form|section|part|item|measure|article|bus|highway|phase|round|tier|"
          r"level|floor|entry|question|grade|ages?|aged|act|bill|rule|chapter|covid|version|at|until) ?[-#]?$")
_SAFE = re.compile("|".join((
    r"\b(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b", r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d\b",
    rf"\b(?:{_MONTH})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? (?:19|20)\d\d\b)?",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})[a-z]*\b(?:,? (?:19|20)\d\d\b)?",
    r"\b(?:19|20)\d\d-\d\d\b", r"\b(?:19|20)\d\d(?:h[12]|q[1-4]|[ab])\b", r"\bf?fy ?\d\d+\b", r"\b\d\d[ab](?:\d\d[ab])?\b",
    r"[$\u20ac\u00a3] ?\d[\d,.]*", r"\b\d{1,2}:\d\d\b", r"\b\d+(?:st|nd|rd|th)\b", r"\b24/7\b")))
"""Dates, periods, money, times of day, and places in an order."""
_PEOPLE = (r"(?:child(?:ren)?|kids?|youths?|teens?|teenagers?|bab(?:y|ies)|infants?|toddlers?|boys?|girls?|siblings?|twins?|brothers?|"
           r"sisters?|students?|newborns?|sons?|daughters?|famil(?:y|ies)|parents?|mothers?|fathers?|cases?|reports?|stays?|entries|entry|"
           r"exits?|removals?|placements?|moves?|adoptions?|reunifications?|deaths?|runaways?|of (?:them|these|those|us|the|our|all)|people|"
           r"persons?|ni\u00f1[oa]s?|menor(?:es)?|hij[oa]s?)\b")
_UP_TO_NINE = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = (f"{_UP_TO_NINE.removeprefix('one|')}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|"
          "forty|fifty|sixty|seventy|eighty|ninety|hundred|dozen|couple|both|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez")
_NUMBER = rf"(?:(?<!\d)\d[\d,.]{{0,30}}|\b(?:{_WORDS})(?:[ -](?:{_UP_TO_NINE}))?\b)"
_RANGE = rf"(?: ?(?:to|-|\u2013|or|and) ?{_NUMBER})?"
_WHAT = r"(?:more |full |whole |extra |business |school |working |court |foster |family |long |other |new )*"
_COUNTED = re.compile(rf"(?P<number>{_NUMBER}){_RANGE}(?:[ -]?(?:of )?{_WHAT}(?:(?P<time>{_TIME})|(?P<thing>{_THING})))?")
_THEN_PEOPLE = re.compile(rf"[ -](?:\w+ )?{_PEOPLE}")
_SHARE = re.compile(rf"\d ?%|percent|per cent|\bpct\b|{_NUMBER} ?(?:of|out of|in|from|/|de) ?(?:the |our |every |these |those |all )*{_NUMBER}")
_ONE = re.compile(rf"\b(?:one|single|only|a lone|un|una|pair of) (?:\w+ ){{0,2}}?{_PEOPLE}|\bone of (?:the|our|these|those|them|us|all)\b")
_DIGIT = re.compile(r"\d")


def counts_children(text: str) -> bool:
    """Whether the text may count children, in figures or words, of any size: a share, one number of another, or a number that is no date,
    time, money, room or page, and stands before nothing that is surely no child. It takes too much for a count rather than too little."""
    words = " ".join(unicodedata.normalize("NFKC", STEERING.sub("", text)).casefold().split())
    words = _SAFE.sub(" ", _ascii(words))
    return bool(_SHARE.search(words) or _ONE.search(words) or any(_is_count(found) for found in _COUNTED.finditer(words)))


def _is_count(found: re.Match) -> bool:
    if found["time"] or re.fullmatch(r"(?:19|20)\d\d[.,]?", found["number"]):
        return False
    if _THEN_PEOPLE.match(found.string, found.end()):
        return True
    return not (found["thing"] or re.search(_LABEL, found.string[max(0, found.start() - 20):found.start()]))


def _ascii(words: str) -> str:
    """Digits of every script as ours."""
    return _DIGIT.sub(lambda found: str(unicodedata.digit(found.group())), words)
