"""How far people came with the goals that they set themselves: groups only, never a person."""

from __future__ import annotations

from cqi.blocks import Section, Text
from cqi.tables.services import ServiceTables
from cqi.vocabulary import GOAL_COLUMNS
from cqi.wording.attainment import attained_table, attained_words

NO_GOALS = ("No table of people's own goals was given. It is a file goals_attained.csv beside the others, a row a goal: "
            f"{', '.join(GOAL_COLUMNS['goals_attained'])}. Lesson 7 of the learning workbook shows how such goals are set and scored.")
OWN_ONLY = "How far people came with their own goals is for the agency's own staff."


def goals_attained(tables: ServiceTables, *, own: bool) -> Section:
    """Scores before and after by group, with the change and how sure it is; small groups are hidden for own staff too."""
    if not own:
        return Section((Text((OWN_ONLY,), "note"),))
    if tables.attained.empty:
        return Section((Text((NO_GOALS,), "note"),))
    return Section((Text((attained_words(tables.attained),)), attained_table(tables.attained, "Goals of people, together")))
