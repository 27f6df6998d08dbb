"""What a learner wrote, read kindly: a number in any usual way of writing it, a letter, a word; else how to write it."""

from __future__ import annotations

import math
import numbers
import re
import unicodedata

NOT_YET = (..., None, "", "...", "?")
"""Answers that say: not yet."""
LONGEST = 60
"""So many letters of what somebody wrote are said back."""
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d+)?|[.,]\d+)(e[-+]?\d{1,2})?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


def not_yet(answer: object) -> bool:
    """Whether nothing was answered yet."""
    text = answer.strip() if isinstance(answer, str) else answer
    return any(text is each or (isinstance(text, str) and text == each) for each in NOT_YET)


def as_number(answer: object, unit: str) -> float | None:
    """The number that was written, None for what is no number. In `percent` 40, 0.40, "40%" and "0,40" are all 0.4: up to 1 it is taken as
    a proportion, above as percent."""
    if isinstance(answer, bool) or not isinstance(answer, (numbers.Real, str)):
        return None
    return _written(answer, unit) if isinstance(answer, str) else _proportion(_float(answer), unit)


def _written(text: str, unit: str) -> float | None:
    words = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip().lower()
    percent = bool(re.search(r"%|percent|per cent", words))
    words = re.sub(r"%|percent|per cent|children|child|months?|days?|years?|points?|\s|_", "", words)
    if _THOUSANDS.fullmatch(words):
        words = words.replace(",", "")
    if not _NUMBER.fullmatch(words):
        return None
    number = _float(words.replace(",", "."))
    return number / 100 if percent and unit == "percent" and number is not None else _proportion(number, unit)


def _float(number: object) -> float | None:
    try:
        found = float(number)
    except (OverflowError, TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _proportion(number: float | None, unit: str) -> float | None:
    return number / 100 if number is not None and unit == "percent" and number > 1 else number


def as_word(answer: object) -> str | None:
    """The word or letter that was written, small letters, without marks around it; None for what is no text."""
    if not isinstance(answer, str):
        return None
    words = unicodedata.normalize("NFKC", answer).casefold()
    return re.sub(r"\s+", " ", words).strip(" .,;:!?()[]\"'`") or None


def said_back(answer: object) -> str:
    """What was written, as far as it can be said back in a sentence; '' for what is no text or number."""
    if isinstance(answer, str):
        words = "".join(each for each in answer if each.isprintable()).strip()
        return words if len(words) <= LONGEST else words[:LONGEST] + " ..."
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        return ""
    number = _float(answer)
    return "" if number is None else f"{number:,.10g}"
