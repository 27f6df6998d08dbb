"""Exercises of the lesson on inputs, outputs and outcomes."""

from __future__ import annotations

from cqi.learning.classroom import Room
from cqi.learning.exercise import Choice, Mistake, Number, exercise_of
from cqi.learning.inputs_and_outcomes import fewest_home, tasks

SORTS = {"a": "an input: what the agency puts in", "b": "an output: what the agency does", "c": "an outcome: what children experience"}


@exercise_of("sort: training days")
def sort_training_days(room: Room) -> Choice:
    """Training days are an input."""
    return Choice("a", SORTS, hint="Has anything been done with a family yet?",
                  why="Training is put in so that good work can follow. Nothing has been done with a family yet.",
                  mistakes=(Mistake("b", "It is true that somebody did something. But for the families it is still a preparation."),
                            Mistake("c", "We train for the children's sake. Whether they notice is what an outcome would say.")))


@exercise_of("sort: months with a visit")
def sort_months_with_a_visit(room: Room) -> Choice:
    """Visits are an output."""
    return Choice("b", SORTS, hint="Who did something here: the agency, or the child's life?",
                  why="The agency came. What the visit was like, and what changed for the child, is not in the number.",
                  mistakes=(Mistake("c", "A child does live through a visit. But the number counts that somebody came, the same for a good visit and an empty one."),
                            Mistake("a", "Workers and their time are put in. The visit is what they then do.")),
                  many="Many call it an outcome, because it is about children and is watched closely.")


@exercise_of("sort: home within 12 months")
def sort_home_within_12_months(room: Room) -> Choice:
    """Permanency is an outcome."""
    return Choice("c", SORTS, hint="Is it something in a child's life, or in the agency's work?",
                  why="Living in a home that lasts is something in a child's life.",
                  mistakes=(Mistake("b", "The agency works for it, with courts and families. But the number counts where children live, not what was done."),
                            Mistake("a", "A permanent home is what we put effort in for.")))


@exercise_of("share of months with a visit")
def share_of_months_with_a_visit(room: Room) -> Number:
    """Months with a visit among all months in care."""
    visited, months = tasks(room)
    return Number(visited / months, "percent", within=0.0075, hint="Divide the months with a visit by all months in care.",
                  why=f"{visited:,} of {months:,} months is {visited / months:.0%}. It is a share of months, not of children.",
                  mistakes=(Mistake(1 - visited / months, "That is the share of months without a visit. The report counts the others."),
                            Mistake(months / visited, "Here the two numbers have changed places: all months belong below the line.")))


@exercise_of("fewest children home")
def fewest_children_home(room: Room) -> Choice:
    """Whether the county with the fewest visits has the fewest children home."""
    right = "a" if fewest_home(room) else "b"
    why = {"a": "Here it is so: the county that visits least often also has the smallest share of children home. Three counties cannot say why.",
           "b": "The smallest share of children home is in a county that visits more often. Counting visits does not tell whether children get home."}[right]
    return Choice(right, {"a": "the county that visits least often", "b": "one of the two that visit more often"}, why=why,
                  hint="Find the diamond that lies farthest to the left, then the circle on the same line.",
                  mistakes=(Mistake("a", "It would be fair to expect: visits are meant to help. In these counties it is not so."),
                            Mistake("b", "It can be so, but not in these counties.")),
                  many="Many say the county that misses visits, because that is the number on which counties are praised or blamed.")


@exercise_of("a question for the board")
def a_question_for_the_board(room: Room) -> Choice:
    """The outcome that belongs beside a count of visits."""
    return Choice("b", {"a": "Were all visits written down in time?", "b": "Are children safe, and do they get home sooner, where visits are regular?",
                        "c": "Which workers missed a visit?"},
                  why="It keeps the task and asks for what the task is for.", hint="Which question is about children?",
                  mistakes=(Mistake("a", "That asks for more of the same: another count of tasks. It may be worth asking, but it brings no child nearer to home."),
                            Mistake("c", "That looks for somebody to blame. People then learn to fill in the form, not to help the child.")))
