"""The sheet to print and fill in by hand: one page of HTML that fetches nothing, for one person, or for a team that rates together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cqi.blocks.palette import FONT, INK, QUIET, RULE
from cqi.questionnaire import CONSENSUS, Questionnaire


def paper(questionnaire: Questionnaire, *, threshold: int) -> str:
    """The sheet as HTML, every character of its words escaped. `threshold`: from how many answers on a team sees its result."""
    groups = [(area if questionnaire.kind == CONSENSUS else None, questionnaire.items_of(area.name)) for area in questionnaire.areas]
    answers = [(number, words) for number, words in enumerate(questionnaire.scale, questionnaire.lowest)]
    return _template().render(questionnaire=questionnaire, groups=groups, answers=answers, together=questionnaire.kind == CONSENSUS,
                              instructions=[line.replace("{threshold}", str(threshold)) for line in questionnaire.instructions],
                              font=FONT, ink=INK, quiet=QUIET, rule=RULE)


@cache
def _template():
    folder = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return folder.get_template("paper.html.j2")
