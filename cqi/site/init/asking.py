"""Questions: on a terminal they are asked; elsewhere the options that answer them are told, all at once."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, field

from cqi.progress import say
from cqi.vocabulary import CqiError, nearest

YES = ("y", "yes", "")


@dataclass
class Asking:
    """Who is asked. `terminal`: somebody sits there. `open`: options that would answer what nobody was there to ask; `notes`: what to write there."""

    terminal: bool
    open: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def line(self, question: str, option: str, *, words: tuple[str, ...] = (), needed: bool = True, note: str = "") -> str:
        """The answer, one of `words` if there are any; '' where nobody sits there, and the option is kept, with a `note` on it."""
        if not self.terminal:
            if needed:
                self.open.append(option)
                self.notes.append(note)
            return ""
        while True:
            said = self._said(f"{question} ")
            if (said or not needed) and (not words or said in words):
                return said
            near = nearest(said, words, most=1) if said and words else []
            right = "one of: " + ", ".join(each or "(nothing)" for each in words) if words else "something"
            say(f"Please write {' or '.join(near) or right}.")

    def yes(self, question: str) -> bool:
        """Whether the answer is yes, which it also is where nothing is written."""
        return self._said(f"{question} [Y/n] ").casefold() in YES

    def _said(self, question: str) -> str:
        try:
            return input(question).strip()
        except EOFError:
            raise CqiError("Nobody answers here; nothing was written. Give the answers as options: cqi init --help.") from None

    def check(self) -> None:
        """Raises CqiError that lists every option that is still needed."""
        if self.open:
            told = [*(f"  {option}" for option in dict.fromkeys(self.open)), *dict.fromkeys(filter(None, self.notes))]
            raise CqiError("\n".join(["Nothing was written yet. Please say also:", *told]))


def somebody_there() -> bool:
    """Whether the command is run on a terminal."""
    return bool(sys.stdin and sys.stdin.isatty())


def option(name: str, value: str) -> str:
    """An option as it is typed in a shell, whatever is in the value."""
    return f"{name} {shlex.quote(value)}"
