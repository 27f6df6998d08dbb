"""Exercises of lesson 6, the belief lab."""

from __future__ import annotations

from cqi.belief import naive, waited
from cqi.learning import belief_lab
from cqi.learning.belief_switches import LETTERS, PULLS, SWITCHES, Switch
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.wording.numbers import share


@exercise_of("what the chart shows")
def what_the_chart_shows(room: Room) -> Choice:
    return Choice(
        "c", {"a": "waiting keeps families together", "b": "waiting makes no difference", "c": "nobody can tell from this chart"},
        why="The chart sorts families by what happened later. To have waited nine months, a family must have lasted nine months: families that broke up early can only be in the "
            "other group. That alone draws two lines that lie apart, whatever waiting does.",
        hint="Which families can be in the group that waited? What about a family that broke up in month 4?",
        mistakes=(Mistake("a", "The line of those who waited is lower, that is right. Ask who was able to get into that group."),
                  Mistake("b", "It may turn out so. This chart cannot say it either.")),
        many="Most rooms say that waiting helps. The chart is made that way by people who count with care.")


@exercise_of("waited and gone by month five")
def waited_and_gone(room: Room) -> Number:
    return Number(
        0, "families", within=0.1, why="A family that broke up in month 5 has not waited nine months, so it is in the other group. In the group that waited nobody can break up before month nine.",
        hint="Take one family that breaks up in month 5. In which of the two groups is it?",
        mistakes=(Mistake(5, "That is the month. Ask how many families of the group that waited can break up in it."),))


@exercise_of("toy: broke up without waiting")
def toy_naive(room: Room) -> Number:
    found = naive(belief_lab.lab(room).registered, waited(belief_lab.toy())).set_index("group").loc["unexposed"]
    return Number(
        float(found["share"]), "percent", within=0.01,
        why=f"Ada, Ben, Cleo, Dan and Hal did not wait nine months. Ben, Cleo and Dan broke up: {found.events:.0f} of {found.children:.0f}. Of the three who waited, one did. Waiting seems to help.",
        hint="Which five families were adopted before month nine, or were gone before it? How many of them broke up?",
        mistakes=(Mistake(1 / 3, "That leaves out Cleo and Dan. In this way of counting they did not wait, because they were gone."),))


@exercise_of("toy: together at month nine")
def toy_intact(room: Room) -> Number:
    found = belief_lab.toy_landmark()
    return Number(
        int(found["intact"]), "families", within=0.1, why="Cleo broke up in month 3 and Dan in month 7. The other six are still together: Ada, Ben, Eva, Finn, Gia, Hal.",
        hint="Put a ruler down at month nine. Who is gone by then?",
        mistakes=(Mistake(5, "Gia breaks up in month 11. At month nine Gia's family is still together."), Mistake(8, "That is all of them. Who is gone by month nine?")))


@exercise_of("toy: early and broke up later")
def toy_early(room: Room) -> Number:
    found = belief_lab.toy_landmark()
    return Number(
        float(found["unexposed_share"]), "percent", within=0.01,
        why=f"Still together at month nine and adopted before: Ada, Ben, Hal. Ben broke up: {share(found['unexposed_share'])}. Of Eva, Finn and Gia, who waited, one did: the same share.",
        hint="Only families that are still together at month nine, and were adopted before it. There are three.",
        mistakes=(Mistake(3 / 5, "Cleo and Dan were gone before month nine. At month nine they are not compared any more."),))


@exercise_of("what a landmark cannot say")
def what_a_landmark_cannot_say(room: Room) -> Choice:
    return Choice(
        "b", {"a": "what happens after month nine", "b": "what happens before month nine", "c": "whether more than half break up"},
        why="A landmark at month nine speaks of families that are still together then. A family that broke up in month 6, perhaps because all went too fast, is not in the comparison. "
            "That is why the pace over time, counted from the day of adoption, stands beside it.",
        hint="Which families are left out of the comparison at month nine?",
        mistakes=(Mistake("a", "That is what it does say."), Mistake("c", "It does say how many break up within the months after it.")))


def _which_way(name: str, found: Switch):
    @exercise_of(f"switch: {name}")
    def which_way(room: Room) -> Choice:
        return Choice(
            LETTERS[found.pull], PULLS, why=f"{found.title}. {found.why} What helps: {found.cure}",
            hint="Who is missing from the file, or counted for a shorter time, and on which side?", many="")

    which_way.__qualname__ = f"which_way {name}"
    return which_way


for _name, _switch in SWITCHES.items():
    _which_way(_name, _switch)
