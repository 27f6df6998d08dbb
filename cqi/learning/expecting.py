"""What an exercise can expect: a number, a letter of several, or words; with why it is so, a hint, and mistakes that many make."""

from __future__ import annotations

from dataclasses import dataclass, field

from cqi.learning.answers import as_number, as_word, said_back


ROUNDING = 1e-9
"""What a computer's arithmetic may add to a difference."""
ONE = {"children": "child", "families": "family"}
"""Units whose singular is not the word without its s."""
WITH_A_SIGN = ("points", "steps")
"""Units in which a number below 0 says something."""


@dataclass(frozen=True)
class Mistake:
    """An answer that many give, and what to say to it: what is right about it, and what it leaves out."""

    answer: float | str
    words: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What every exercise has: `why` its answer is so, a `hint` that does not tell it, `mistakes` that many make, and what `many` say
    before they look (a sentence, may be empty)."""

    why: str
    hint: str
    mistakes: tuple[Mistake, ...] = ()
    many: str = ""

    def impossible(self, answer: object) -> str:
        """Why an answer that could be read cannot be, whatever the data; empty for one that can."""
        return ""

    def beside(self, told: str, *, same: bool) -> str:
        """How the expected answer stands beside a guess."""
        return "Yes, that was expected." if same else f"Expected: {told}"


@dataclass(frozen=True)
class Number(Expected):
    """A number. `unit`: `percent` (the value is 0 to 1) or a noun in the plural: `children`, `days`, `months`. Right: no further than
    `within` from it; near: no further than `near`. By default half a percentage point and five, or half a unit and a tenth."""

    value: float
    unit: str = "percent"
    within: float | None = field(default=None, kw_only=True)
    near: float | None = field(default=None, kw_only=True)

    def read(self, answer: object) -> float | None:
        return as_number(answer, self.unit)

    def words(self, answer: float) -> str:
        if self.unit == "percent":
            return f"{answer:.0%}"
        return f"{answer:,.10g} {ONE.get(self.unit, self.unit.removesuffix('s')) if answer == 1 else self.unit}"

    def impossible(self, answer: float) -> str:
        """Why no such number can be, a sentence; empty for one that can."""
        if self.unit == "percent":
            return "" if 0 <= answer <= 1 else "A share lies between 0% and 100%."
        return "" if answer >= 0 or self.unit in WITH_A_SIGN else f"A number of {self.unit} is never below 0."

    def same(self, answer: float, other: float) -> bool:
        within = self.within if self.within is not None else 0.0051 if self.unit == "percent" else 0.5
        return abs(answer - other) <= within + ROUNDING

    def is_near(self, answer: float) -> bool:
        near = self.near if self.near is not None else 0.05 if self.unit == "percent" else 0.1 * abs(self.value)
        return abs(answer - self.value) <= near + ROUNDING

    def beside(self, told: str, *, same: bool) -> str:
        return "The data say the same." if same else f"The data say {told}"

    @property
    def form(self) -> str:
        return "A share is expected: 40, 0.40 or \"40%\"." if self.unit == "percent" else f"A number of {self.unit} is expected, such as 12."

    @property
    def told(self) -> str:
        return self.words(round(self.value, 10))


@dataclass(frozen=True)
class Choice(Expected):
    """One letter of several; `options`: what each letter stands for."""

    value: str
    options: dict[str, str]

    def read(self, answer: object) -> str | None:
        word = as_word(answer)
        letters = [letter for letter, option in self.options.items() if word in (letter.casefold(), option.casefold().strip(" .?!"))]
        return letters[0] if letters else None

    def words(self, answer: str) -> str:
        return f"{answer}: {self.options[answer]}"

    def same(self, answer: str, other: str) -> bool:
        return answer == other

    def is_near(self, answer: str) -> bool:
        return False

    @property
    def form(self) -> str:
        return "One letter is expected, in quotation marks: " + "; ".join(f'"{letter}" for: {words.rstrip(".?!")}' for letter, words in self.options.items()).rstrip(".") + "."

    @property
    def told(self) -> str:
        return self.words(self.value)


@dataclass(frozen=True)
class Words(Expected):
    """One word or a few; `accepted`: other words for the same."""

    value: str
    accepted: tuple[str, ...] = ()

    def read(self, answer: object) -> str | None:
        return as_word(answer)

    def words(self, answer: str) -> str:
        return said_back(answer)

    def same(self, answer: str, other: str) -> bool:
        known = (self.value, *self.accepted) if other == self.value else (other,)
        return answer in {as_word(each) for each in known}

    def is_near(self, answer: str) -> bool:
        return any(word in answer or answer in word for word in map(str.casefold, (self.value, *self.accepted)) if len(answer) > 2)

    @property
    def form(self) -> str:
        return 'A word or two are expected, in quotation marks, such as "entry cohort".'

    @property
    def told(self) -> str:
        return self.value
