"""Exercises of lesson 5, signal or noise."""

from __future__ import annotations

from math import ceil

from cqi.learning import by_hand, lights
from cqi.learning import signal_or_noise as signal
from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.wording.numbers import share


@exercise_of("reds in a quiet year")
def reds_in_a_quiet_year(room: Room) -> Number:
    month, year = lights.reds()
    chance = lights.lights()["red"]
    return Number(
        round(year), "lights", within=7, near=20,
        why=f"A county of {lights.CHILDREN} whose true share is {share(lights.TRUE_SHARE)} falls below {share(lights.RED_BELOW)} in "
            f"{share(chance)} of its months, by luck. "
            f"{lights.COUNTIES} counties make {month:.1f} red lights a month and {year:.0f} a year.",
        hint=f"Say a county is red in one month of four by luck. How many red lights is that in {lights.COUNTIES} counties, and in "
             f"{lights.MONTHS} months?",
        mistakes=(Mistake(0, "Nothing changed, that is right. But the lights show each month's luck too, not the true share alone."),
                  Mistake(lights.COUNTIES * lights.MONTHS, "That is how many lights there are in all, of every colour.")),
        many="Most people say 10 or fewer.")


@exercise_of("better after a red light")
def better_after_a_red_light(room: Room) -> Number:
    found = lights.after_red()
    return Number(
        found, "percent", within=0.05, near=0.15,
        why=f"{share(found)} of red months are followed by a better one, with nothing done. A red month is mostly bad luck, and the next "
            f"month has luck of its own.",
        hint="A red month is one of the lowest. What is the chance that another throw of the dice is higher than one of the lowest?",
        mistakes=(Mistake(0.5, "Half would be so after any month. These months were picked because they were low."),),
        many="Many say half, as for a coin. But we did not pick any month: we picked a bad one.")


@exercise_of("the average step")
def the_average_step(room: Room) -> Number:
    centre, step, _, _ = by_hand.five_limits()
    return Number(
        step, "children", within=0.01, near=0.5, why=f"The steps are 2, 1, 2 and 1: together 6, in 4 steps, so {step:.1f} on average.",
        hint="Write down the four steps without their signs, add them, divide by 4.",
        mistakes=(Mistake(6, "That is all the steps together. Divide by how many steps there are."), Mistake(1.2, "There are five months "
                                                                                                                  "but only four steps."),
                  Mistake(1, "A step has no sign: down from 6 to 5 is a step of 1, not of -1.")))


@exercise_of("the upper limit")
def the_upper_limit(room: Room) -> Number:
    centre, step, lower, upper = by_hand.five_limits()
    return Number(
        upper, "children", within=0.06, near=1,
        why=f"{centre:.0f} + 2.66 x {step:.1f} = {upper:.2f}. The lower limit is {lower:.2f}. Any number of children from {ceil(lower)} to "
            f"{int(upper)} a month is usual here.",
        hint=f"The average, {centre:.0f}, and 2.66 times the average step above it.",
        mistakes=(Mistake(8, "That is the highest month so far. The limits say how far months can go, not how far they went."),
                  Mistake(lower, "That is the lower limit. Add, in place of taking away.")))


@exercise_of("which county changed")
def which_county_changed(room: Room) -> Choice:
    return Choice(
        "b", {"a": "County A", "b": "County B", "c": "both", "d": "neither"},
        why=f"County B changed, and its months after {signal.first_sign(room)} lie on one side of the old average. County A only had luck, "
            f"good and bad.",
        hint="Look for months in a row on one side, not for the single highest or lowest month.",
        mistakes=(Mistake("a", "County A has ups and downs that catch the eye. Each is followed by the other."),
                  Mistake("c", "One of them only had luck."),
                  Mistake("d", "Caution is good, and single months here mean little. One county has a long run, though.")),
        many="Without limits, rooms split. That is the point: the eye sees patterns in noise.")


@exercise_of("the run at the end")
def the_run_at_the_end(room: Room) -> Number:
    months, first = signal.run_at_the_end()
    return Number(
        months, "months", within=0, near=1,
        why=f"From month {first} on all months lie above the old average, {months} in a row. Nobody could know in month {first} itself: "
            f"the sign stands there once seven months are full.",
        hint="Go back from the end of the chart to the last month on or below the average. Count the months after it.",
        mistakes=(Mistake(7, "Seven in a row are enough for a sign. Count on: the run is longer."),) if months != 7 else ())


@exercise_of("the third throw")
def the_third_throw(room: Room) -> Number:
    throws, found = by_hand.THROWS, by_hand.adjusted(by_hand.THROWS)
    return Number(
        float(found[2]), "steps", within=0, near=1,
        why=f"After throw 2 landed at {found[1]:+.0f}, the aim is moved back by as much, to 1 right of the mark. Throw 3 alone would land "
            f"at {throws[2]:+d}, so it lands at {found[2]:+.0f}. "
            f"Left alone the misses are {', '.join(f'{throw:+d}' for throw in throws)}; chased, they are "
            f"{', '.join(f'{value:+.0f}' for value in found)}.",
        hint="Where does the thrower aim now, 1 left or 1 right of the mark? Add the throw's own miss to that.",
        mistakes=(Mistake(throws[2], "That is where it would land if the aim were on the mark. The aim has been moved."),
                  Mistake(0, "That would take the miss of this throw into account before it was thrown.")))


@exercise_of("what a signal is")
def what_a_signal_is(room: Room) -> Choice:
    return Choice(
        "b", {"a": "proof that somebody made a mistake", "b": "a reason to go and ask what happened then", "c": "luck, until it has "
                                                                                                                "happened twice"},
        why="A chart knows that something changed. It does not know what: practice, the court, who comes into care, or the file. People "
            "know.",
        hint="What does the chart know, and what does it not know?",
        mistakes=(Mistake("a", "A signal may be good news, or a fault of the file. The chart does not know who did what."),
                  Mistake("c", "It may be luck, now and then. Waiting for a second one costs time that children do not have; asking costs "
                               "little.")))
