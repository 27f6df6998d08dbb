"""The run's index arranged for reading: counties by letter, cohorts as columns, what was not made on top."""

from __future__ import annotations

from itertools import groupby

from cqi.vocabulary import WHOLE, CqiError

STATUS_WORDS = {"done": "Ready", "failed": "Not made", "withheld": "Withheld"}
MOST_WITHOUT_LETTERS = 40


def index_model(model: dict) -> dict:
    """The template's view of a run's model (see `page.index_html`): `letters`, `cohorts`, `unmade`, `tally`, `jump`, `news`.

    `letters` holds (letter, anchor, rows) with rows of (county, {cohort: review}); `All counties` comes first, under
    its own name. Raises CqiError for an unknown status.
    """
    reviews = sorted(model["reviews"], key=lambda review: (_place(review["county"]), review["cohort"]))
    for status in {review["status"] for review in reviews} - set(STATUS_WORDS):
        raise CqiError(f"A review has no status {status!r}; it has {', '.join(STATUS_WORDS)}.")
    rows = [(county, {review["cohort"]: review for review in group})
            for county, group in groupby(reviews, key=lambda review: review["county"])]
    return {
        "model": model, "news": model.get("news", {}), "letters": _by_letter(rows), "jump": len(rows) > MOST_WITHOUT_LETTERS,
        "cohorts": {review["cohort"]: review["cohort_words"] for review in sorted(reviews, key=lambda r: r["cohort"])},
        "unmade": [review for review in reviews if review["status"] != "done"],
        "tally": _tally([review["status"] for review in reviews]), "status_words": STATUS_WORDS,
    }


def _place(county: str) -> tuple:
    return county != WHOLE, _letter(county), county.casefold(), county


def _letter(county: str) -> str:
    first = county[:1].upper()
    return WHOLE if county == WHOLE else first if first.isalpha() else "#"


def _by_letter(rows: list[tuple[str, dict]]) -> list[tuple[str, str, list]]:
    grouped = groupby(rows, key=lambda row: _letter(row[0]))
    return [(letter, f"letter-{number}", list(group)) for number, (letter, group) in enumerate(grouped, 1)]


def _tally(statuses: list[str]) -> str:
    parts = [f"{statuses.count(status)} {words.lower()}" for status, words in STATUS_WORDS.items() if status in statuses]
    return ", ".join(parts) or "none"
