"""Exercises of the lesson from chart to change."""

from __future__ import annotations

from cqi.learning import change, next_quarter
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of

DECISIONS = {"a": "adopt: keep the change", "b": "adapt: change it and try again", "c": "abandon: stop, and say why"}


@exercise_of("first step")
def first_step(room: Room) -> Choice:
    """What to do on the day after a signal."""
    return Choice(
        "b", {"a": "order a new form for everyone", "b": "say why you think it happens, and test one small change",
              "c": "wait for the final figure"},
        why="A signal does not say why. A small test with a prediction tells you soon whether your idea helps, and costs little if it does "
            "not.",
        hint="Which of the three lets you find out within weeks that you were wrong?",
        mistakes=(Mistake("a", "It shows that you act. But if it does not help, nobody will know, and the form stays."),
                  Mistake("c", "The final figure is surer. But by then these children's first year is over.")))


@exercise_of("what a signal says")
def what_a_signal_says(room: Room) -> Choice:
    """What a signal is."""
    return Choice(
        "c", {"a": "that somebody works badly", "b": "why fewer children go home", "c": "that chance alone would seldom give such numbers"},
        why="A signal is an invitation to look. It may still be chance, and it never says why.",
        hint="A monitor sees counts and days, and nothing else.",
        mistakes=(Mistake("a", "Numbers of a county hold families, courts, services and luck. They are no judgement on anybody's work."),
                  Mistake("b", "That is the question to take to those who meet families.")))


@exercise_of("who meets families first")
def who_meets_families_first(room: Room) -> Choice:
    """Who can engage families in the first days."""
    return Choice(
        "b", {"a": "the quality team", "b": "outreach and front-desk staff", "c": "the court"},
        why="Whether a family comes back often depends on the first call, the first visit, and who greets them at the desk. Who is not "
            "asked to the table cannot say what they see there.",
        hint="Who sees a family before there is a plan?",
        mistakes=(Mistake("a", "The quality team sees the numbers first, and families last."),
                  Mistake("c", "The court sees families early, but seldom before others have met them.")))


@exercise_of("which is a theory")
def which_is_a_theory(room: Room) -> Choice:
    """Which sentence can be tested."""
    return Choice(
        "c", {"a": "We need better engagement", "b": "All families will be called",
              "c": "Families do not know whom to call, so early calls will bring more children home"},
        why="It names a cause, a change and a result that follows. If the result does not come, you have learnt that the cause or the "
            "change was another.",
        hint="Look for a because, a so, and a result for children.",
        mistakes=(Mistake("a", "That is a wish: it does not say what you will do, or what it should bring."),
                  Mistake("b", "That is a task. It can be done in full, and no child be better off.")))


@exercise_of("how many more children")
def how_many_more_children(room: Room) -> Number:
    """The children between today's pace and the usual one."""
    number, on = change.missing(room), change.stage(room)
    return Number(number, "children", within=max(1.0, 0.1 * number), near=max(4.0, 0.4 * number),
                  why=f"In {on.place.county} the usual pace would bring about {number} more children home by the last day that counts than "
                      "today's pace.",
                  hint="Take the children at today's pace from those at the usual pace.",
                  mistakes=(Mistake(float(on.row["observed"]),
                                    "That is how many are home so far. Compare the two paces, on the last day that counts."),))


@exercise_of("after the lowest quarter")
def after_the_lowest_quarter(room: Room) -> Number:
    """How often the quarter after the lowest is better, where nothing changed."""
    value = next_quarter.better_by_itself()
    return Number(value, "percent", within=0.04, near=0.15,
                  why="The lowest of eight quarters is low partly by bad luck, and bad luck seldom comes twice in a row.",
                  hint="Would you expect the lowest of eight throws of dice to be followed by a lower one?",
                  mistakes=(Mistake(0.5, "Half would be so for any quarter. But this one was picked because it was the lowest."),),
                  many="Many say half.")


def _decide(value: str, why: str, hint: str, *mistakes: Mistake) -> Choice:
    return Choice(value, DECISIONS, why=why, hint=hint, mistakes=mistakes)


@exercise_of("decide on A")
def decide_on_a(room: Room) -> Choice:
    """What was predicted happened, and nothing got worse."""
    return _decide("a", "It was done as planned, what you predicted happened, and nothing else got worse. It may still be luck, so the "
                        "monitors go on looking.",
                   "Was it done? Did it happen as predicted? Did anything get worse?",
                   Mistake("b", "You can always do better. But change one thing at a time, or you will not know what helped."),
                   Mistake("c", "Nothing speaks against it, and much for it."))


@exercise_of("decide on B")
def decide_on_b(room: Room) -> Choice:
    """It was not done as planned, and something was learnt."""
    return _decide("b", "The change was tried with some families only, so the numbers cannot tell whether it works. But you learnt what "
                        "works for the others: build that in, and predict again.",
                   "Did the change that you planned really happen?",
                   Mistake("a", "33% against 34% is nothing to fear. But what would you adopt? The plan was not what was done."),
                   Mistake("c", "The plan was not tried yet, so it did not fail. And you learnt something on the way."))


@exercise_of("decide on C")
def decide_on_c(room: Room) -> Choice:
    """The outcome is as predicted, and the counter-measure has a signal."""
    return _decide("b", "More children went home, and more came back. Calls help if what is said in them is true: keep the call, leave out "
                        "the date that nobody checked, and watch returns.",
                   "Look at the line of the counter-measure, and at what was done.",
                   Mistake("a", "The number that you aimed at is reached. But a way home that does not last is no success."),
                   Mistake("c", "You could stop. But you seem to know what did the harm, and it is one part of the change."))
