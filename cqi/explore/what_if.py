"""What if? A slider for the pace from today on: the projection moves, beside the one at the pace now, with what faster periods did
before."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets as widgets
import pandas as pd

from cqi import charts
from cqi.blocks import Block, Figure, Text
from cqi.charts import what_if as pictures
from cqi.cohorts import cohort as period
from cqi.explore import show
from cqi.explore.before import faster_before
from cqi.explore.chosen import Chosen
from cqi.explore.paths import FASTEST, HEADLINE, NOW, SLOWEST, STEP, USUAL, Paths
from cqi.explore.published import Published
from cqi.registry import measure
from cqi.vocabulary import HIDDEN_WORDS
from cqi.wording import course as course_words
from cqi.wording import what_if as say
from cqi.wording.course_numbers import complete
from cqi.wording.numbers import FEW

USUAL_GOAL = 40
FASTER = 1.15
ABOUT = ("Move the slider, or press a button. The picture then shows what would likely become of these children if, from today on, they "
         "left to a permanent home "
         "faster or slower than now. It looks ahead for one measure: {}.")
NONE_AT_OTHER_PACES = f"What other paces would give here is {HIDDEN_WORDS}. The agency's own staff see it in the internal tables."
NOT_MADE = "This run was made before other paces were worked out. Make it anew with: cqi review --force"


def panel(published: Published, chosen: Chosen, journal=None) -> widgets.Widget:
    """The panel; it follows the county and the period that are chosen."""
    return WhatIf(published, chosen).whole


class WhatIf:
    """The controls and what they move; `whole` is the widget."""

    def __init__(self, published: Published, chosen: Chosen) -> None:
        from cqi.explore import downloads

        self.published, self.chosen, self.scenario = published, chosen, NOW
        self.slider = widgets.FloatSlider(NOW, min=SLOWEST, max=FASTEST, step=STEP, readout=False, description="How fast from today on",
                                          tooltip="From half the pace now to one and a half times; the arrow keys move it")
        self.goal = widgets.BoundedIntText(USUAL_GOAL, min=1, max=100, description="Goal: so many in 100")
        self.now, self.faster, self.usual, self.needs = (widgets.Button(description=words,
            tooltip=more).add_class("cqi-second") for words, more in (
            ("As now", "Back to the pace now"), ("15% faster from today", "Show the pace now and 15 in 100 more"),
            ("The usual pace of earlier years", "Show the pace of earlier periods in this county"),
                ("What would it take to reach the goal?", "Find the pace that the goal needs")))
        self.about, self.told, self.picture, self.answer, self.before, self.line = (*(widgets.HTML() for _ in range(5)), show.spoken())
        presets = widgets.HBox([self.now, self.faster, self.usual]).add_class("cqi-row")
        reach = widgets.HBox([self.goal, self.needs]).add_class("cqi-row")
        self.controls = widgets.VBox([presets, self.slider, self.told, reach, self.answer]).add_class("cqi-paces")
        self._connect()
        files = downloads.box(published, chosen, lambda _: self._pictures())
        self.whole = widgets.VBox([self.about, self.controls, self.line, self.picture, self.before, files]).add_class("cqi-panel")

    def _connect(self) -> None:
        self.slider.observe(self._slid, "value")
        self.goal.observe(lambda _: self._press(self.scenario, aloud=False), "value")
        for button, scenario in ((self.now, NOW), (self.faster, FASTER), (self.usual, USUAL)):
            button.on_click(lambda _, scenario=scenario: self._press(scenario))
        self.needs.on_click(lambda _: self._reach())
        self.chosen.observe(lambda _: self._follow(), ["county", "cohort"])
        self._follow()

    def _follow(self) -> None:
        """Takes up another county or period, at the pace now."""
        if not (self.chosen.county and self.chosen.cohort):
            return
        self.paths = Paths(self.published, self.chosen.county, self.chosen.cohort)
        why, definition = why_not(self.paths, self.published.has(self.chosen.cohort, "paces")), measure(HEADLINE)
        self.about.value = _text(f"{self.chosen.county}, children who entered {period(self.chosen.cohort).words}",
            why or ABOUT.format(definition.title[0].lower() + definition.title[1:]))
        self.controls.layout.display = "none" if why else ""
        self.before.value = show.markup(faster_before(self.published, self.chosen.county, self.chosen.cohort))
        self.ready = not why
        target = None if why or pd.isna(self.paths.course["target"]) else round(100 * self.paths.course["target"])
        self.goal.value = min(100, max(1, target or USUAL_GOAL))
        self._press(NOW, aloud=False)

    def _slid(self, change: dict) -> None:
        self._show(round(change["new"], 2))

    def _press(self, scenario: float | str, *, aloud: bool = True) -> None:
        """Shows a pace, and has the slider stand there."""
        if not self.ready:
            self.scenario, self.picture.value, self.answer.value = NOW, "", ""
            return
        self.slider.unobserve(self._slid, "value")
        self.slider.value = self.paths.like_usual() if scenario == USUAL else scenario
        self.slider.observe(self._slid, "value")
        self._show(scenario)
        if aloud:
            show.say(self.line, finding(self.paths, scenario))

    def _show(self, scenario: float | str) -> None:
        """Draws a pace, and says it."""
        self.scenario, self.answer.value = scenario, ""
        self.picture.value = show.markup(figure(self.paths, scenario, self.goal.value / 100, self._where()))
        words = say.usual_words(self.paths.like_usual()) if scenario == USUAL else f"Chosen: {say.pace_words(scenario)}."
        self.told.value = f'<p class="cqi-told" aria-live="polite">{show.plain(words)}</p>'

    def _reach(self) -> None:
        """Finds the pace that the goal needs, and shows it."""
        if not self.ready:
            return
        goal = self.goal.value / 100
        needed = self.paths.needed(goal)
        words = say.goal_needs(goal, needed, self.paths.chance(NOW, goal), SLOWEST)
        self._press(FASTEST if needed is None else min(FASTEST, round(max(NOW, needed) / STEP + 0.499) * STEP), aloud=False)
        self.answer.value = _answer(words)
        show.say(self.line, words)

    def _pictures(self) -> dict[str, Block]:
        """The pictures that are shown and can be kept."""
        found = {"What if": figure(self.paths, self.scenario, self.goal.value / 100, self._where())} if self.ready else {}
        before = faster_before(self.published, self.chosen.county, self.chosen.cohort)
        return found | ({"What faster periods did before": before} if isinstance(before, Figure) else {})

    def _where(self) -> str:
        return f"{self.chosen.county}, entered {period(self.chosen.cohort).words}, as of {self.published.as_of_words}"


def why_not(paths: Paths, made: bool) -> str:
    """Why no other pace can be shown; empty where it can."""
    definition = measure(HEADLINE)
    if paths.course is None or course_words.not_ahead(paths.course) or complete(paths.course):
        return "There is nothing to follow here." if paths.course is None else course_words.projection_finding(paths.course, definition)
    if paths.course["expected_final"] < FEW:
        return "With so few children there is no share to look ahead to. Look at each child: what is the plan, and what is in its way?"
    return "" if paths.there else NONE_AT_OTHER_PACES if made else NOT_MADE


def how(scenario: float | str) -> str:
    """The pace in words; empty for the pace now."""
    return "at the usual pace of earlier periods" if scenario == USUAL else "" if scenario == NOW else say.pace_words(scenario)


def finding(paths: Paths, scenario: float | str) -> str:
    """What the pace would likely give, beside the pace now."""
    return say.what_if(paths.last(scenario), paths.last(NOW), measure(HEADLINE), paths.now["day"].iloc[-1], how(scenario))


@lru_cache(maxsize=256)
def figure(paths: Paths, scenario: float | str, goal: float, where: str) -> Block:
    """The picture of one pace, with what it says and its numbers."""
    words = {USUAL: "usual pace"}.get(scenario, "" if scenario == NOW else "this pace")
    top = 1.1 * max(paths.top, goal if goal <= 1.5 * paths.top else 0)
    drawn = goal if goal <= top else None
    chart = charts.spec(pictures.other_fan(paths.seen, paths.now, paths.path(scenario), drawn, top=top, words=words,
        definition=measure(HEADLINE)))
    names = [("as now", NOW), *([(how(scenario), scenario)] if scenario not in (NOW, USUAL) else []),
        ("at the usual pace of earlier periods", USUAL)]
    table = say.paces_table([(name, paths.last(pace), paths.chance(pace, goal)) for name, pace in names],
        f"By {say.day_words(paths.now['day'].iloc[-1])}: {where}", goal)
    notes = (*say.FAN_NOTES, *((say.COARSE_NOTE,) if paths.coarse else ()))
    told = f"{finding(paths, scenario)} {say.chosen_chance(goal, paths.chance(scenario, goal))}"
    return Figure("Where would this period end?", told, chart, table, notes)


def _text(title: str, words: str) -> str:
    return f'<div class="cqi-markup"><p class="question" role="heading" aria-level="2">{show.plain(title)}</p><p>{show.plain(words)}</p></div>'


def _answer(words: str) -> str:
    return show.markup(Text((words,), "answer"))
