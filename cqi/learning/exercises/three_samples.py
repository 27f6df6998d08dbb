"""Exercises of the lesson on entry, exit and point in time."""

from __future__ import annotations

from statistics import fmean, median

from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.learning.samples import ENTERED, IN_CARE, LEFT, home_within_a_year
from cqi.learning.three_samples import directions, stage, toy_months


def _toy(sample: str, *, whom: str, hint: str, mistakes: tuple[Mistake, ...]) -> Number:
    months = toy_months(sample)
    mean = Mistake(round(fmean(months), 1), "That is the mean, where a few long stays weigh much. The median is the one in the middle.")
    return Number(median(months), "months", within=0.2, near=1.2, hint=hint, mistakes=(mean, *mistakes),
                  why=f"{whom}: {', '.join(map(str, months))} months. The one in the middle is {median(months)}.")


@exercise_of("toy: entered")
def toy_entered(room: Room) -> Number:
    """The median stay of the toy county's children who entered in the year."""
    return _toy(ENTERED, whom="Five children entered in the shaded year", hint="Find the five lines that begin in the shaded year. Order their months; take the third.",
                mistakes=(Mistake(median(toy_months(LEFT)), "That is the middle of the children who left. Look at where the lines begin, not where they end."),))


@exercise_of("toy: left")
def toy_left(room: Room) -> Number:
    """The median stay of those who left in the year."""
    return _toy(LEFT, whom="Five children left in the shaded year", hint="Find the five lines that end in the shaded year. Order their months; take the third.",
                mistakes=(Mistake(median(toy_months(ENTERED)), "That is the middle of the children who entered. Look at where the lines end."),))


@exercise_of("toy: in care")
def toy_in_care(room: Room) -> Number:
    """The median time so far of those in care on the day."""
    return _toy(IN_CARE, whom="Three children were in care on 30 June, so far", hint="Find the lines that cross the dotted line. Use the months up to that day.",
                mistakes=(Mistake(24, "Did you take the longest? Order the three, and take the one in the middle."),))


OPTIONS = {"a": "all three fall", "b": "all three rise", "c": "they go different ways"}


@exercise_of("do they move together")
def do_they_move_together(room: Room) -> Choice:
    """Whether the three medians moved the same way over the years."""
    moved, of = directions(room), stage(room)[0]
    ways = set(moved.values())
    right = "a" if ways == {"down"} else "b" if ways == {"up"} else "c"
    words = {"down": "fell", "up": "rose", "same": "stayed much the same"}
    why = (f"{of.county}, from the first year to the last: the median of children who entered {words[moved[ENTERED]]}, of those who left it "
           f"{words[moved[LEFT]]}, and of those in care on a day it {words[moved[IN_CARE]]}.")
    return Choice(right, OPTIONS, why=why, hint="Follow each line from its first year to its last.",
                  mistakes=(Mistake("a", "That would be fair to expect if all three asked about the same children. They do not."),
                            Mistake("b", "All three rising would mean longer stays for everybody. Look again at the children who entered.")),
                  many="Many expect that three honest numbers about one county move together.")


@exercise_of("chance of a child who enters")
def chance_of_a_child_who_enters(room: Room) -> Number:
    """The share of entering children who were in a permanent home within 12 months."""
    of = stage(room)[0]
    pairs = home_within_a_year(of, of.mature)
    value = of.asked(*pairs[ENTERED])
    others = {LEFT: "That is the share of the children who left. It cannot see those who are still in care.",
              IN_CARE: "That is the share of the children in care on a day. Most of them entered long before, and many who went home soon are not among them."}
    mistakes = tuple(Mistake(pairs[sample][0] / pairs[sample][1], words) for sample, words in others.items()
                     if pairs[sample][1] and not of.hides(*pairs[sample], pairs[sample][1] - pairs[sample][0]))
    return Number(value, "percent", within=0.0075, mistakes=mistakes, why=f"In a permanent home within 12 months of entering: {of.share(*pairs[ENTERED])}.",
                  hint="A child who enters today is like the children who entered before. Divide those home by all of those who entered.",
                  many="Many take the children who left, because their files are complete.")


@exercise_of("sample for an entering child")
def sample_for_an_entering_child(room: Room) -> Choice:
    """Which sample says what happens to a child who enters."""
    return Choice("a", {"a": "children who entered", "b": "children who left", "c": "children in care on a day"},
                  why="Everybody who entered is in it, those who went home soon and those who still wait. The other two leave some of them out.",
                  hint="Which sample holds every child who came in, however long the stay turns out to be?",
                  mistakes=(Mistake("b", "Their stays are complete, and that is worth something. But children who are still in care are missing."),
                            Mistake("c", "They are the ones we work with today. But short stays are soon over, so that a day rarely catches them.")),
                  many="Many say the children who left, because only their stays are complete.")
