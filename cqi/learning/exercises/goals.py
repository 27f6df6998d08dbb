"""Exercises of lesson 7, goals."""

from __future__ import annotations

from cqi.cohorts import cohort
from cqi.estimates import goal_attainment_score
from cqi.goals.smart import matures
from cqi.learning import goals
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.wording.numbers import day_words, entered_words, share


@exercise_of("which is a goal")
def which_is_a_goal(room: Room) -> Choice:
    return Choice(
        "b", {letter: words.rstrip(".") for letter, words in goals.ON_THE_WALL.items()}, why="It says what children will have of it, so it can be counted for them. It still needs a number, a day, and the words of those it is about.",
        hint="Ask of each: whose life is different when it is done?",
        mistakes=(Mistake("a", "It has a number and a day, and that feels solid. But it counts what we do. Children may have nothing of it."),
                  Mistake("c", "It warms the heart. But nobody can say when it is reached, and it sets counties against each other.")),
        many="Many choose the one with a number and a day in it.")


@exercise_of("when can we know")
def when_can_we_know(room: Room) -> Choice:
    ripe = day_words(matures(goals.wish(room)))
    return Choice(
        "c", {"a": "today", "b": "when the last of these children has come into care", "c": "when the last of these children has had 12 months"},
        why=f"The last of these children must have had 12 months too, and that is on {ripe}. Before, the figure still grows, and may not be set beside the goal.",
        hint="Think of the child who came last.",
        mistakes=(Mistake("a", "Today's figure is what was counted so far. It can only grow."), Mistake("b", "Then the child who came last has had no time yet.")))


@exercise_of("the best so far")
def the_best_so_far(room: Room) -> Number:
    past = goals.on(room).past
    best, least = past.loc[past["value"].idxmax()], past.loc[past["value"].idxmin()]
    mistakes = (Mistake(float(least["value"]), "That is the lowest. What did the county do when it did best?"),) if best["value"] - least["value"] > 0.011 else ()
    return Number(float(best["value"]), "percent", why=f"Of the children who entered {entered_words(cohort(best['cohort']))}, the largest share went home: {share(best['value'])}. Part of it is luck, but it has been done here.",
                  hint="Go down the table and look for the largest share.", mistakes=mistakes)


@exercise_of("what it takes from here")
def what_it_takes_from_here(room: Room) -> Number:
    more, left = goals.still_to_go(room)
    wanted = goals.level(room)
    return Number(
        more / left, "percent", within=0.011,
        why=f"{left:,.0f} children have not left to a permanent home so far. {more:,.0f} of them would have to, {share(more / left)}, for the goal of {share(wanted)} of all.",
        hint="First: how many children are the goal's share of all? Take away those who have left already. Then divide by those who have not.",
        mistakes=tuple(Mistake(value, words) for value, words in (
            (wanted, "That is the goal, as a share of all the children. Some of them have left already."),
            (1 - more / left, "That is the share who would not have to.")) if abs(value - more / left) > 0.012))


@exercise_of("a score by hand")
def a_score_by_hand(room: Room) -> Number:
    score = round(float(goal_attainment_score([1, 0, 0])), 1)
    return Number(
        score, "points", within=0.6, near=5,
        why="50 + 10 x 1 / the root of (0.7 x 3 + 0.3 x 9) = 50 + 10 / 2.19 = 54.6. Two goals came out as expected, one a step better.",
        hint="Add up the levels: 1 + 0 + 0. Three goals of the same weight: below the line stands the root of 0.7 x 3 + 0.3 x 9, which is 2.19.",
        mistakes=(Mistake(60, "That would be one goal alone, a level better. With three goals each counts for less."),
                  Mistake(50, "That would be all three as expected. One came out better.")))


@exercise_of("holding on")
def holding_on(room: Room) -> Choice:
    return Choice(
        "b", {"a": "nothing was achieved: the score did not move", "b": "it was held, as she had hoped", "c": "the goal was too easy"},
        why="She had said beforehand that staying the same would be good: it was likely to get worse. A goal to hold a level is met when it is held.",
        hint="What did she say at the start that she hoped for?",
        mistakes=(Mistake("a", "The score stays at 50, and 50 means as expected. No movement was the success."),
                  Mistake("c", "Holding on can be the hardest goal of all, when an illness gets worse, or money gets short.")),
        many="Many look for a number that goes up.")


@exercise_of("a drop or chance")
def a_drop_or_chance(room: Room) -> Choice:
    return Choice(
        "c", {"a": "there was a drop that matters", "b": "the level was held", "c": "it cannot be told yet"},
        why="Below 36% would matter, said the county beforehand. The true share may lie at 33% or at 43%: both sides of 36% are likely. More children, or more time, will tell.",
        hint="Where does the range from 33% to 43% lie beside 36%?",
        mistakes=(Mistake("a", "38% is less than 40%. But the drop that would matter was set beforehand, and chance alone moves the figure by more."),
                  Mistake("b", "It may be so. The low end of what is likely lies past the level that would matter.")))


@exercise_of("out of a job")
def out_of_a_job(room: Room) -> Choice:
    return Choice(
        "a", {"a": "whom they will turn to, other than us", "b": "whether all the paper is done", "c": "whether to keep the plan open, to be safe"},
        why="A plan can end well when the family has people and help outside the agency, says so itself, and knows the way back. To be needed no longer is the success.",
        hint="What must be there on the day after we have gone?",
        mistakes=(Mistake("b", "Paper must be done. It does not carry a family."), Mistake("c", "It feels safe to us. For the family it is a life with an agency in it.")))
