"""Exercises of lesson 4, small numbers."""

from __future__ import annotations

from math import comb

from cqi.disclosure import policy
from cqi.learning import hidden_cells
from cqi.learning import small_numbers as small
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.wording.numbers import share


@exercise_of("bad years by luck")
def bad_years_by_luck(room: Room) -> Number:
    found = small.at_most(small.LOW)
    return Number(
        round(100 * found), "years", within=2, near=6,
        why=f"Exactly {found:.1%} of years: in about {small.times(found)} years the county shows {share(small.LOW)} or lower, and nothing "
            f"is different in those years.",
        hint="Think of throwing 20 coins that each land on \"home\" a bit more often than one time in three.",
        many="Most people say 1 to 5. Small counties jump more than we feel they should.")


@exercise_of("one or none of three")
def one_or_none_of_three(room: Room) -> Number:
    ways = comb(3, 0) + comb(3, 1)
    return Number(
        ways / 8, "percent", why=f"In 1 way nobody goes home, in 3 ways one child does: {ways} of 8 ways, each as likely as the others.",
        hint="Count the rows of the table with 0 of 3 or 1 of 3. There are 8 rows.",
        mistakes=(Mistake(ways / 100, "That is the number of ways. Divide it by all 8."), Mistake(1 / 8, "That is nobody home. Add the "
                                                                                                         "ways with one child home."),
                  Mistake(3 / 8, "That is exactly one home. Add the way with nobody home.")))


@exercise_of("children for ten points")
def children_for_ten_points(room: Room) -> Number:
    return Number(
        round(1 / small.MARGIN**2), "children", within=20, near=60,
        why="The rule of thumb: 100 divided by the root of the number of children is how many points the truth may lie away, each way. 100 "
            "children: root 10, so 10 points.",
        hint="The rule of thumb: 100 divided by the root of the number of children. Which number has a root of 10?",
        mistakes=(Mistake(10, "Ten children have a root of about 3: that is more than 30 points each way."),))


@exercise_of("children to see ten points")
def children_to_see_ten_points(room: Room) -> Number:
    needed = small.children_needed()
    return Number(
        needed, "children", within=0.1 * needed, near=0.5 * needed,
        why=f"To see a true change from {share(small.TRUE_SHARE)} to {share(small.BETTER)} 4 times in 5, it takes {needed} children before "
            f"and {needed} after. "
            f"A county of {small.COUNTY} a year would need {-(-needed // small.COUNTY)} years of each.",
        hint="Ten points is one margin of 100 children. But both numbers jump, the one before and the one after, and you want to be fairly "
             "sure to see it.",
        mistakes=(Mistake(100, "With 100 children each number alone is sure to about 10 points. The difference of two such numbers is less "
                               "sure than either."),),
        many="Most people say 50 to 100.")


@exercise_of("put together")
def put_together(room: Room) -> Number:
    (home, among), (other_home, others) = small.NOT_THE_SAME
    together = (home + other_home) / (among + others)
    return Number(
        together, "percent", why=f"{home} and {other_home} children home make {home + other_home}; {among} and {others} children make "
                                 f"{among + others}: {share(together)}.",
        hint="Add up the children first, then divide.",
        mistakes=(Mistake((home / among + other_home / others) / 2, "That is the middle of the two percents. It lets 2 children weigh as "
                                                                    "much as 18."),
                  Mistake((home + other_home) / 100, "That is the number of children home. Divide it by all children.")))


@exercise_of("the hidden county")
def the_hidden_county(room: Room) -> Number:
    threshold = policy("release")["threshold"]
    number = next(each for each in hidden_cells.PUZZLE.values() if each < threshold)
    shown = [each for each in hidden_cells.PUZZLE.values() if each >= threshold]
    return Number(
        number, "children", within=0, why=f"{sum(hidden_cells.PUZZLE.values())} less {', '.join(map(str, shown[:-1]))} and {shown[-1]} is "
                                          f"{number}. One hidden number and a total hide nothing.",
        hint="What do the counties that you can see add up to? And all counties?",
        mistakes=(Mistake(0, "A hidden number is never 0: a zero is shown."),))


@exercise_of("two reports")
def two_reports(room: Room) -> Number:
    return Number(
        hidden_cells.UNDER_18 - hidden_cells.UNDER_16, "children", within=0,
        why=f"{hidden_cells.UNDER_18} less {hidden_cells.UNDER_16}: {hidden_cells.UNDER_18 - hidden_cells.UNDER_16} young people of 16 and "
            f"17 are in care. In a small town people know who they are.",
        hint="Who is under 18 but not under 16?", mistakes=(Mistake(2, "Two is the number of years, 16 and 17."),))


@exercise_of("the rest of them")
def the_rest_of_them(room: Room) -> Number:
    return Number(
        hidden_cells.SIBLINGS - hidden_cells.TOGETHER, "children", within=0,
        why=f"{hidden_cells.SIBLINGS} less {hidden_cells.TOGETHER}. A large count can give a small one away: those who were not counted.",
        hint="How many children does it speak of, and how many of them live with their brothers or sisters?")


@exercise_of("what to say of a small county")
def what_to_say_of_a_small_county(room: Room) -> Choice:
    return Choice(
        "b", {"a": "the county got worse, ask for a plan", "b": "4 of 20 this year, 7 of 20 last year: luck alone does that; look at "
                                                                "several years and at each child",
              "c": "the number is too small to say anything, so leave it out"},
        why="The children count, so the numbers are said, with how sure they are. Several years together tell more, and each child's plan "
            "tells most.",
        hint="What would you want to hear if it were your county, and what if it were your child?",
        mistakes=(Mistake("a", "It may be. One number of 20 cannot tell; a plan against luck costs trust and time."),
                  Mistake("c", "The number is small, that is right. But these are four children who went home, and they have a county that "
                               "can learn.")))
