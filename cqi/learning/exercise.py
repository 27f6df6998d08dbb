"""Exercises that check themselves kindly: what was expected, why, and a hint; never only "wrong".

An exercise is a function of the room that works out the answer from its data, in a module of `cqi/learning/exercises/`. All modules
there are looked through for the name that is asked for, so that a new one needs no entry anywhere else:

    from cqi.learning.classroom import Room
    from cqi.learning.exercise import Choice, Mistake, Number, exercise_of

    @exercise_of("home within a year")
    def home_within_a_year(room: Room) -> Number:
        left, entered = counted_home(room)                 # from cqi.measures or cqi.estimates, never written down here
        return Number(
            room.asked(left, entered), "percent",          # raises CqiError where it would tell a small number of real children
            why=f"{room.share(left, entered)} who entered {room.mature.words} were home within 12 months.",
            hint="Count only the children who entered in that year, also those who are still in care.",
            mistakes=(Mistake(0.57, "That is the share among children who left. It leaves out those who stayed."),),
            many="Many say about half, because they think of the children they saw leave.",
        )

    @exercise_of("which is an outcome")
    def which_is_an_outcome(room: Room) -> Choice:
        return Choice("b", {"a": "visits made", "b": "children home and safe"}, why="...", hint="...",
                      mistakes=(Mistake("a", "A visit is something that the agency does."),))

In the notebook: `answer = ...`, then `exercise("home within a year", answer)`; before the data are shown, `commit("home within a year", guess)`,
and later `reveal("home within a year")`. In the cell tagged `solution`: `exercise("home within a year", solution("home within a year"))`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from cqi.blocks import Details, Section, Text
from cqi.learning.answers import not_yet, said_back
from cqi.learning.classroom import Room, room_in_use
from cqi.learning.expecting import Choice, Expected, Mistake, Number, Words
from cqi.vocabulary import CqiError, no_such

__all__ = ["Choice", "Mistake", "Number", "Words", "commit", "exercise", "exercise_names", "exercise_of", "expected", "reveal", "solution"]
_DECLARED: dict[str, Callable[[Room], Expected]] = {}
_COMMITTED: dict[str, object] = {}
OPEN = "What was expected, and why"


def exercise_of(name: str) -> Callable:
    """Declares the function of a room below as the exercise of this name; raises CqiError where the name is taken by another."""

    def declared(expects: Callable[[Room], Expected]) -> Callable[[Room], Expected]:
        taken = _DECLARED.get(name)
        if taken is not None and (taken.__module__, taken.__qualname__) != (expects.__module__, expects.__qualname__):
            raise CqiError(f"Two exercises are called {name!r}, in {taken.__module__} and {expects.__module__}; give one another name.")
        _DECLARED[name] = expects
        return expects

    return declared


def exercise_names() -> list[str]:
    """Names of all exercises, sorted."""
    for module in _modules():
        import_module(module)
    return sorted(_DECLARED)


def expected(name: str, room: Room) -> Expected:
    """What the exercise expects in this room. Raises CqiError for a name that is not known, or data that cannot answer it."""
    for module, path in ({} if name in _DECLARED else _modules()).items():
        if f'"{name}"' in path.read_text(encoding="utf-8"):  # other lessons' modules take time, and are not needed
            import_module(module)
    if name not in _DECLARED:
        raise no_such("exercise", str(name), exercise_names(), there="Exercises are")
    return _worked_out(name, room)


def _modules() -> dict[str, Path]:
    """The modules of exercises, and where they lie."""
    from cqi.learning import exercises

    return {f"{exercises.__name__}.{path.stem}": path for path in sorted(Path(exercises.__file__).parent.glob("[a-z]*.py"))}


@lru_cache(maxsize=256)
def _worked_out(name: str, room: Room) -> Expected:
    return _DECLARED[name](room)


def solution(name: str) -> float | str:
    """The answer that the exercise expects in the room in use; raises CqiError where these data cannot answer it."""
    return expected(name, room_in_use()).value


def exercise(name: str, answer: object = ...) -> Section:
    """What the answer says, what was expected and why, with a hint where it helps; an invitation where there is no answer yet. Never raises."""
    try:
        asked = expected(name, room_in_use())
    except CqiError as error:
        return _said(str(error))
    if not_yet(answer):
        return _said("Your turn: write your answer in place of the three dots, then run the cell again.", asked.form, f"A hint: {asked.hint}")
    if (read := asked.read(answer)) is None:
        return _said(f"{_quoted(answer)} could not be read as an answer here. That is about how it is written, not what you think.", asked.form,
                     f"A hint: {asked.hint}")
    return Section((*_heard(asked, read), *_before(name, asked)))


def commit(name: str, guess: object = ...) -> Section:
    """Keeps a guess for the exercise until the data speak, and says so; an invitation where there is none yet. Never raises."""
    try:
        asked = expected(name, room_in_use())
    except CqiError as error:
        return _said(str(error))
    if not_yet(guess):
        return _said("Your turn: write a guess in place of the three dots before you read on. Nobody knows it yet; a guess costs nothing.", asked.form)
    if (read := asked.read(guess)) is None:
        return _said(f"{_quoted(guess)} could not be read as a guess here. That is about how it is written, not what you think.", asked.form)
    if never := asked.impossible(read):
        return _said(f"{_ended(f'You say {asked.words(read)}')} {never} Please guess again.", asked.form)
    _COMMITTED[name] = read
    return _said(_ended(f"Kept. You say {asked.words(read)}") + " Read on, and see what the data say.")


def reveal(name: str) -> Section:
    """The guess that was kept beside what the data say, and why; an invitation to guess first where none was kept. Never raises."""
    try:
        asked = expected(name, room_in_use())
    except CqiError as error:
        return _said(str(error))
    if name not in _COMMITTED:
        return _said("You have not made a guess for this one yet. Go back, write one in place of the three dots, and run that cell; then come back here.")
    read = asked.read(_COMMITTED[name])
    said = _ended(f"You said {asked.words(read)}") + " " if read is not None else ""
    verdict = _ended(asked.beside(asked.told, same=read is not None and asked.same(read, asked.value)))
    return Section((Text((said + verdict, *filter(None, (_mistaken(asked, read), asked.many)), asked.why), "answer"),))


def _heard(asked: Expected, read: float | str) -> tuple[Text | Details, ...]:
    """What to say to an answer that could be read."""
    if asked.same(read, asked.value):
        return (Text((_ended(f"Yes: {asked.told}"), asked.why), "answer"),)
    opened = Details(OPEN, (Text((_ended(f"Expected: {asked.told}"), asked.why)),))
    said = _ended(f"You said {asked.words(read)}")
    if never := asked.impossible(read):
        return (Text((f"{said} {never}", f"A hint: {asked.hint}"), "answer"), opened)
    if words := _mistaken(asked, read):
        return (Text((f"{said} Many do, and there is a reason.", words, f"A hint: {asked.hint}"), "answer"), opened)
    close = "That is close." if asked.is_near(read) else "The data say something else; here is a way to get there."
    return (Text((f"{said} {close}", f"A hint: {asked.hint}"), "answer"), opened)


def _mistaken(asked: Expected, read: float | str | None) -> str:
    """What to say to a mistake that many make; empty where it is none of those, or right."""
    if read is None or asked.same(read, asked.value):
        return ""
    return next((mistake.words for mistake in asked.mistakes if asked.same(read, asked.read(mistake.answer))), "")


def _before(name: str, asked: Expected) -> tuple[Text, ...]:
    """The guess that was kept for this exercise, beside the data."""
    if name not in _COMMITTED or (guess := asked.read(_COMMITTED[name])) is None:
        return ()
    return (Text((_ended(f"Before the data spoke you said {asked.words(guess)}"),), "note"),)


def _quoted(answer: object) -> str:
    return f'"{said}"' if (said := said_back(answer)) else "This"


def _ended(words: str) -> str:
    """The words with a full stop, where they do not end in a mark of their own."""
    return words if words.endswith((".", "?", "!")) else words + "."


def _said(*words: str) -> Section:
    return Section((Text(words, "answer"),))
