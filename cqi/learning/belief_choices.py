"""What a learner chooses for the belief lab, read kindly: a made-up world, and how many points would change the learner's mind."""

from __future__ import annotations

from cqi.learning.answers import as_number, as_word, not_yet

USUAL_POINTS = 5


def chosen_world(written: object, worlds: tuple[str, ...]) -> tuple[str, str]:
    """The world, in small letters or capitals, the first where none is chosen; and what to say where there is none of that name."""
    name = (as_word(written) or "").upper()
    if name in worlds or not_yet(written):
        return name if name in worlds else worlds[0], ""
    return worlds[0], f"There is no such world, so this is world {worlds[0]}. Write one of {', '.join(worlds)}, in quotation marks."


def chosen_points(written: object) -> tuple[float, str]:
    """The percentage points, USUAL_POINTS where none are chosen; and what to say where they are no number between 0 and 100."""
    read = None if not_yet(written) else as_number(written, "points")
    if read is not None and 0 < read < 100:
        return read, ""
    if not_yet(written):
        return USUAL_POINTS, ""
    return USUAL_POINTS, (f"What you wrote could not be read as percentage points, so {USUAL_POINTS} stand in. Write the smallest "
                          "difference that matters to you as a number above 0, such as points = 3.")
