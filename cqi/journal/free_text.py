"""What in a text looks as if it could tell who a child is: said to the writer, who decides. It finds much, and never all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from cqi.journal.plain_words import PLAIN

MOST_YEARS = 22
"""Up to how many years back a date may be that of a child's birth: care may last to 21."""

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<{}>(?:19|20)\d\d)"
_FULL = re.compile("|".join((
    rf"\b{_YEAR.format('y1')}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])\b",
    rf"\b(?:3[01]|[12]\d|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])[-/.](?:{_YEAR.format('y2')}|(?P<short>\d\d))\b",
    rf"\b{_MONTH} {_DAY},? {_YEAR.format('y3')}\b", rf"\b{_DAY} (?:of )?{_MONTH},? {_YEAR.format('y4')}\b")), re.I)
_PART = re.compile(rf"\b(?:{_MONTH} {_DAY}|{_DAY} (?:of )?{_MONTH}|{_MONTH} (?:19|20)\d\d|(?:1[0-2]|0?[1-9])/(?:3[01]|[12]\d|0?[1-9]))\b", re.I)
_BIRTH = re.compile(r"\b(?:born|births?|birth-?days?|birth-?dates?|d\.?o\.?b\.?|date of birth|turned|turns)(?!\w)", re.I)
_EVENT = re.compile(r"\b(?:hearings?|meetings?|reviews?|courts?|conferences?|trainings?|deadline|due|effective|laws?|polic(?:y|ies)|since|until|as of|reports?|"
                    r"published|promised?|signed|passed|by|started|starts?|begins?|began|opened|opens|closed|closes|figures?|data|numbers?|between|visits?)\b", re.I)

_CAPITAL = r"[A-Z\u00c0-\u00de][^\W\d_]*(?:['\u2019-][^\W\d_]+)*"
_RUN = re.compile(rf"{_CAPITAL}(?: (?:de |la |van |von |bin )*{_CAPITAL}| [A-Z]\.(?= {_CAPITAL}))+")
_CHILD = r"(?:child|girl|boy|baby|infant|toddler|kid|teen(?:ager)?|youth|son|daughter|brother|sister|sibling|twins?|niece|nephew|grandson|granddaughter|grandchild|student)"
_NAMED = re.compile(rf"\b(?:{_CHILD}|old)(?:'s)?,?(?: (?:is|was|who is|we|they|i))? (?:named|names?|called|call|name is|name was) (?P<name>[^\W\d_]+)", re.I)
_KIN = re.compile(rf"\b(?:{_CHILD}|little),? (?P<name>{_CAPITAL})(?!\w)")
_WHOSE = re.compile(rf"\b(?P<name>{_CAPITAL})['\u2019]s (?:bio(?:logical)? |birth |foster |own |new )*(?:mother|mom|mum|father|dad|parents?|grand\w+|aunt|uncle|sibling\w*|brother|sister|"
                    r"case\b|caseworker|worker|placement|therapist|teacher|bed|diagnosis)")
_AGED = re.compile(rf"\b(?P<name>{_CAPITAL}),? (?:\(?(?:aged?|who is|is) )?\(?(?:aged? )?\d{{1,2}}(?: |-)?(?:years?|yrs?|months?|y/?o)\b(?: |-)?(?:olds?)?|\b(?P<other>{_CAPITAL}),? \(?aged? \d{{1,2}}\b")
_INITIALS = re.compile(r"\binitials?:? (?:are |is |of )?(?P<a>[A-Z](?:\.? ?[A-Z]){1,2}\.?)(?!\w)|(?<![\w.])(?P<b>(?:[A-Z]\. ?){2,3})(?=,? ?\(?(?:born|aged?|is \d|who|was (?:placed|moved|removed)|dob\b|DOB\b))|(?<=\()(?P<c>(?:[A-Z]\. ?){2,3})(?=\))")
_SHORTENED = re.compile(rf"\b(?P<name>{_CAPITAL} [A-Z]\.?)(?=,? (?:is|was|has|had|who|and his|and her|born|went|came|lives?|moved|needs?|wants?)\b)")

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w-])(?:\+?\d{1,3}[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])|(?<![\w-])\d{3}[-.]\d{4}(?![\w-])|(?<!\w)\+\d[\d ]{8,14}\d\b|\b0\d{2,4} \d{3,4} \d{3,4}\b")
_SOCIAL = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_ADDRESS = re.compile(rf"\b\d{{1,6}} (?:[NSEW]\.? )?(?P<street>(?:{_CAPITAL} |\d+(?:st|nd|rd|th) ){{1,3}})(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|"
                      r"Place|Pl|Terrace|Circle|Cir|Trail|Highway|Hwy|Parkway)\b\.?(?:,? (?:apt|apartment|unit|#)\.? ?\w+)?"
                      r"|\bP\.? ?O\.? Box \d+|\b(?:apt|apartment)\.? #?\d+\w?\b", re.I)
_CASE = re.compile(r"\b(?:case|docket|client|cause|petition|file|record|person|child|id|ssn|medicaid|mci|cin)(?: ?(?:id|no\.?|nr\.?|number|num\.?|#))*(?: is| was|:)? ?#? ?(?P<number>(?=[\w-]{0,40}\d{3})[\w-]+)"
                   r"|(?:#|\bno\. ?)(?P<other>\d{3,}[\w-]*)", re.I)
_DIGITS = re.compile(r"(?<![\w.,$\u20ac\u00a3/-])\d{6,}(?![\w%/]|[.,-]\d)")
_CODE = re.compile(r"(?<![\w/@.-])(?=[\w-]{0,40}[A-Za-z])(?=(?:[\w-]{0,20}?\d){4})[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@-])|(?<![\w-])\d{2,4}-\d{3,}(?:-\d+)*(?![\w-])")
_NO_CODE = re.compile(r"(?:FFY|FY|CY|SFY)-?\d{4}|(?:19|20)\d\d-?(?:H[12]|Q[1-4]|[AB]|s)?|\d\d[AB]\d\d[AB]|(?:19|20)\d\d-(?:\d\d|(?:19|20)\d\d)|(?:HB|SB|HR|SR|AB|PL|CFR|USC|COVID|AFCARS|CFSR)-?\d+|"
                      r"\d+(?:st|nd|rd|th|am|pm|k|m)|(?:mid|pre|post|early|late)-\d{4}s?|\d{4}-(?:based|era|only)", re.I)

NAME = "“{}” looks like a name. If it is a child's, or tells who a child is, please leave it out: “a child” says enough."
INITIALS = "“{}” looks like a child's initials. In a small county people may know who it is: please leave them out."
BIRTH = "“{}” looks like a date of birth. Please leave it out, or give the age in years."
CASE = "“{}” looks like the number of a case or a client. Please leave it out: it leads to one child."
PHONE = "“{}” looks like a telephone number. Please leave it out."
EMAIL = "“{}” looks like an e-mail address. Please leave it out."
ADDRESS = "“{}” looks like an address. Please leave it out: it may lead to one child's home."


def hints(text: str, names: Iterable[str] = (), *, today: date | None = None) -> list[str]:
    """What in the text looks like a child's name, a date of birth, a number of a case, a telephone number, an e-mail or a home's address: a
    sentence for each that quotes it and asks the writer to reconsider, in order of kind; empty where nothing does.

    `names` are known and no child's: counties, measures. `today`: against which dates are told from dates of birth (None: the day it is). No
    name of a child is at hand here, so it goes by form: it can raise a false alarm and can miss what is told in other words.
    """
    known = PLAIN | {word for name in names for word in re.findall(r"[\w'\u2019-]+", name.casefold())}
    found, taken = [], text
    for sentence, spans in ((EMAIL, _matches(_EMAIL)), (BIRTH, lambda words: _births(words, today or date.today())), (CASE, _matches(_SOCIAL)),
                            (PHONE, _matches(_PHONE)), (ADDRESS, lambda words: _addresses(words, known)), (CASE, _numbers), (INITIALS, _initials),
                            (NAME, lambda words: _names(words, known))):
        for start, end in spans(taken):
            if taken[start:end] == text[start:end]:
                found.append((sentence, text[start:end].strip(" ,;:")))
                taken = taken[:start] + "\n" * (end - start) + taken[end:]
    return list(dict.fromkeys(sentence.format(words) for sentence, words in sorted(found, key=lambda each: _ORDER.index(each[0])) if words))


_ORDER = (NAME, INITIALS, BIRTH, CASE, PHONE, EMAIL, ADDRESS)
Span = tuple[int, int]


def _matches(pattern: re.Pattern):
    return lambda words: [found.span() for found in pattern.finditer(words)]


def _births(words: str, today: date) -> Iterator[Span]:
    """Dates near a word of birth; and full dates of the years in which a child may be born, unless a word says that something else was then."""
    whole = list(_FULL.finditer(words))
    for found in whole:
        year = next((int(each) for name, each in found.groupdict().items() if each and name != "short"), None)
        year = year or (2000 + int(found["short"]) if int(found["short"]) <= today.year % 100 else 1900 + int(found["short"]))
        near = words[max(0, found.start() - 40):found.end() + 40]
        if _BIRTH.search(near) or (0 <= today.year - year <= MOST_YEARS and not (today.year - year <= 3 and _EVENT.search(near))):
            yield found.span()
    for found in _PART.finditer(words):
        inside = any(each.start() <= found.start() < each.end() for each in whole)
        if not inside and _BIRTH.search(words[max(0, found.start() - 20):found.end() + 12]):
            yield found.span()


def _numbers(words: str) -> Iterator[Span]:
    for found in _CASE.finditer(words):
        name = "number" if found["number"] else "other"
        if not _NO_CODE.fullmatch(found[name]):
            yield found.span(name)
    for pattern in (_DIGITS, _CODE):
        yield from (found.span() for found in pattern.finditer(words) if not _NO_CODE.fullmatch(found.group()))


def _addresses(words: str, known: frozenset[str]) -> Iterator[Span]:
    for found in _ADDRESS.finditer(words):
        street = (found["street"] or "Box").split()
        if (not found["street"] or any(each.casefold() not in known for each in street)) and not street[0][0].islower():
            yield found.span()


def _initials(words: str) -> Iterator[Span]:
    for found in _INITIALS.finditer(words):
        yield found.span(found.lastgroup)


def _names(words: str, known: frozenset[str]) -> Iterator[Span]:
    """Two words with a capital beside each other of which neither is known; one where a word of kin or age stands beside it."""
    for found in _RUN.finditer(words):
        yield from _unknown_pairs(found, known)
    for pattern in (_NAMED, _KIN, _WHOSE, _AGED, _SHORTENED):
        for found in pattern.finditer(words):
            name = next(each for each in found.groupdict() if found[each])
            if _plain(found[name].split()[0]) not in known and _is_name(found, name, pattern):
                yield found.span(name)


def _is_name(found: re.Match, name: str, pattern: re.Pattern) -> bool:
    """After `named` a name may be written small; elsewhere a word all of capitals is short for something."""
    if pattern is _NAMED:
        return found[name][0].isupper() or "name" in found.group().casefold().removesuffix(found[name].casefold())
    return not (found[name].isupper() and len(found[name]) < 5)


def _unknown_pairs(found: re.Match, known: frozenset[str]) -> Iterator[Span]:
    pieces = [piece for piece in re.finditer(r"[^ ]+", found.group())]
    start = None
    for piece in [*pieces, None]:
        unknown = piece is not None and _plain(piece.group()) not in known and not (piece.group().isupper() and 1 < len(piece.group()) < 6)
        if unknown and start is None:
            start, count = piece.start(), 0
        if unknown:
            end, count = piece.end(), count + 1
        elif start is not None:
            if count > 1:
                yield found.start() + start, found.start() + end
            start = None


def _plain(word: str) -> str:
    """The word as the known ones are written; a possessive's end does not count."""
    return re.sub(r"['\u2019]s?$", "", word.casefold()).rstrip(".") if word.casefold() not in PLAIN else word.casefold()
