"""What a questionnaire's answers say, in words, charts and tables: for the team that gave them, and for nobody's judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from cqi.blocks import Block, Cell, Details, Figure, Section, Table, Text
from cqi.cohorts import cohort
from cqi.journal.slip import Slip
from cqi.questionnaire import CONSENSUS, Questionnaire
from cqi.questionnaire.proposals import GAP_BELOW, ProposedGoal, Rating, proposed_goals, ratings
from cqi.questionnaire.resources import FILE, Resource, resources, themes
from cqi.questionnaire.scoring import ALL_TEAMS, MOST_ROUNDS, Score, alphas, round_order, score_form, score_text, scores
from cqi.questionnaire.sheets import sheet_counts
from cqi.wording.displays import HIDDEN
from cqi.wording.numbers import day_words, joined, plural

NOBODY = "Nobody has answered the {} yet. To begin: cqi survey paper {}"
FEW = ("Results are shown from {} answers on, rounded, and by area only: never a single sheet, a single question or how answers spread, because these would tell "
       "what somebody has said. That holds for everyone, leaders included.")
HIDDEN_ROUND = "Fewer than {} of a team answered in {}, so this result is hidden to protect privacy."
TOGETHER = ("All teams that are shown, together. A team with fewer than {} answers is in no number, so which teams are in it can change from round to round. "
            "Small teams can answer together, under one name that they choose before.")
NEXT = "Talk first about what is going well, then ask: what one thing would make a difference before the next round? A result is a question to the team, not a mark for it."
SUPERVISORS = "It is not about any one person and is not made to compare teams or supervisors."


def results(answers: Iterable[Slip], questionnaire: Questionnaire, *, threshold: int, chart: Callable[..., dict], data: Path | str | None = None) -> tuple[Block, ...]:
    """What was answered, as blocks: of an anonymous questionnaire the areas' means over the rounds, all teams and each; of one that teams rate
    together their ratings, the gaps as proposed goals, and what others have written. `answers` as from `read_answers`; those to other
    questionnaires are left out. `threshold`: the policy's `survey_threshold`. `chart`: `cqi.charts.questionnaire.over_rounds_spec`, which draws scores. `data`: the folder that may hold a team's own `resources.csv`."""
    own = [slip for slip in answers if slip.questionnaire == questionnaire.name]
    if not own:
        return (Text((NOBODY.format(questionnaire.title.lower(), questionnaire.name),), "note"),)
    if questionnaire.kind == CONSENSUS:
        return tuple(block for team in sorted({slip.team for slip in own}) for block in _rated(own, questionnaire, team, data))
    found = scores(own, questionnaire, threshold=threshold)
    whole = [score for score in found if score.team == ALL_TEAMS]
    teams = sorted({score.team for score in found} - {ALL_TEAMS})
    parts = [Text((FEW.format(threshold), SUPERVISORS), "note"), *_of_team(whole, questionnaire, threshold, chart)]
    folds = [Details(f"Team {team}", _of_team([score for score in found if score.team == team], questionnaire, threshold, chart)) for team in teams] if len(teams) > 1 else []
    return (*parts, *folds, Text((NEXT,), "note"), _made(own, questionnaire, threshold))


def finding(shown: list[Score], questionnaire: Questionnaire) -> str:
    """The newest round's scores in a sentence, with how many answered and how sure; then what moved since the round before, if anything."""
    rounds = list(dict.fromkeys(score.round for score in shown))
    now = {score.area: score for score in shown if score.round == rounds[-1]}
    before = {score.area: score for score in shown if len(rounds) > 1 and score.round == rounds[-2]}
    titles = {area.name: area.title for area in questionnaire.areas}
    told = "; ".join(f"{titles[name]}: {_mean_words(score)}" for name, score in now.items())
    moved = [f"{titles[name]} ({'higher' if score.mean > before[name].mean else 'lower'})" for name, score in now.items()
             if name in before and (score.lower > before[name].upper or score.upper < before[name].lower)]
    since = f" Since {round_words(rounds[-2])}: " if before else ""
    change = (f"{joined(moved)} moved further than chance alone would." if moved else "no area moved further than chance alone could.") if before else ""
    scale = f"Means on a scale from {questionnaire.lowest} to {questionnaire.highest}, where higher is better."
    return f"{round_words(rounds[-1])}, {_answered(list(now.values()))}. {told}. {scale}{since}{change}"


def round_words(label: str) -> str:
    """`April to June 2026` for 2026Q2."""
    return cohort(label).words


def _answered(now: list[Score]) -> str:
    counts = sorted({score.answered for score in now})
    return plural(counts[0], "answer") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} answers"


def _mean_words(score: Score) -> str:
    form = score_form(score)
    end = {-1: " or less", 0: "", 1: " or more"}[score.end]
    return f"{score.mean:{form}}{end} (likely {score.lower:{form}} to {score.upper:{form}})"


def _of_team(found: list[Score], questionnaire: Questionnaire, threshold: int, chart: Callable[..., dict]) -> tuple[Block, ...]:
    shown = [score for score in found if score.status == "shown"]
    last = found[-1].round
    late = () if any(score.round == last for score in shown) else (Text((HIDDEN_ROUND.format(threshold, round_words(last)),), "note"),)
    if not shown:
        return late
    whole = found[0].team == ALL_TEAMS
    question = "How do we work together?" if whole else f"How do we work together, team {found[0].team}?"
    notes = (f"Dot: mean of all answers. Line: 95% interval, how far the mean could lie from that of many teams like this one. {HIDDEN.text}: hidden to protect privacy.",)
    notes += (TOGETHER.format(threshold),) if whole else ()
    rounds = {score.round for score in found}
    notes += (f"The chart has room for the last {MOST_ROUNDS} rounds; the table has all.",) if len(rounds) > MOST_ROUNDS else ()
    return (*late, Figure(question, finding(shown, questionnaire), chart(found, questionnaire), _table(found, questionnaire), notes))


def _table(found: list[Score], questionnaire: Questionnaire) -> Table:
    titles = {area.name: area.title for area in questionnaire.areas}
    order = [area.name for area in questionnaire.areas]
    rows = tuple((Cell(f"{titles[score.area]}, {score.round}"), *_cells(score))
                 for score in sorted(found, key=lambda each: (order.index(each.area), round_order(each.round))))
    high = tuple(f"{area.title}: high where {area.high}." for area in questionnaire.areas)
    return Table(f"{questionnaire.title}, {ALL_TEAMS.lower() if found[0].team == ALL_TEAMS else 'team ' + found[0].team}", ("Area and round", "Answers", "Mean (95% interval)"), rows,
                 notes=high)


def _cells(score: Score) -> tuple[Cell, Cell]:
    if score.mean is None:
        return HIDDEN, HIDDEN
    form = score_form(score)
    return Cell(str(score.answered)), Cell(f"{score_text(score)} ({score.lower:{form}} to {score.upper:{form}})")


def _made(own: list[Slip], questionnaire: Questionnaire, threshold: int) -> Details:
    """How the numbers were made, and what they cannot tell."""
    published = {area.title: area.source for area in questionnaire.areas if not area.ours}
    told = alphas(own, questionnaire, threshold=threshold)
    titles = {area.name: area.title for area in questionnaire.areas}
    together = [f"How well the statements of an area hang together (Cronbach's alpha, over all rounds that are shown): "
                + joined([f"{titles[name]} {alpha.value:.2f} ({alpha.lower:.2f} to {alpha.upper:.2f}, {alpha.sheets} answers)" for name, alpha in told.items()]) + "."] if told else []
    lines = (f"Published scale: {joined([f'{title} ({source})' for title, source in published.items()])}. All others are our own statements, not validated.",
             "A sheet counts for an area where it answers most of its statements; statements that say the opposite are turned round before the mean is taken.",
             "Means are rounded the more the fewer have answered (halves below 13, quarters below 31, tenths from there on, on a scale of 1 to 7), and intervals outwards, so that "
             "somebody who comes or goes between two rounds cannot be worked out. Intervals are never so narrow that they would tell that all agree.", *together, *questionnaire.caveats,
             f"Source: {questionnaire.source['citation']} Reviewed by {questionnaire.source['reviewer']}, {day_words(questionnaire.source['reviewed'])}.")
    return Details(f"How the {questionnaire.title.lower()} is made, and what it cannot tell", (Text(lines, "list"),))


def _rated(own: list[Slip], questionnaire: Questionnaire, team: str, data: Path | str | None) -> tuple[Block, ...]:
    """What one team has rated together, its gaps as proposed goals, and where others have written about them."""
    label, rated = ratings(own, questionnaire, team=team)
    goals = proposed_goals(rated, data=data)
    given = [each for each in rated if each.rating is not None]
    holds = len(given) - len(goals)
    lead = (f"Team {team}, {round_words(label)}: {holds} of {plural(len(given), 'statement')} rated are mostly in place; "
            f"{len(goals)} show where a change could help; {len(rated) - len(given)} were left out. The team's own judgement, made to find the next step.")
    folds = (Details(f"All ratings of team {team}, with what they rest on", (_ratings(rated, questionnaire),)),)
    return (Text((lead,)), *goal_blocks(goals, questionnaire), *folds)


def goal_blocks(goals: list[ProposedGoal], questionnaire: Questionnaire) -> tuple[Block, ...]:
    """Proposed goals as a table, and the resources of their areas."""
    if not goals:
        return (Text(("No statement is rated below “mostly in place”. What would children and families say?",), "note"),)
    rows = tuple((Cell(f"{_led(goal.title)} {goal.statement} (rated {goal.rating} of {questionnaire.highest})"), Cell(goal.text)) for goal in goals)
    table = Table("Proposed goals", ("Where a change could help", "What the team could try"), rows, numeric=False,
                  notes=("Lowest rating first. Proposals, for the team to take up, change or leave: cqi survey propose writes them into the journal.",))
    found = tuple(dict.fromkeys(each for goal in goals for each in goal.resources))
    without = [title for title in dict.fromkeys(goal.title for goal in goals) if title not in {themes()[each.theme] for each in found}]
    none = (Text((f"Nothing yet on: {'; '.join(without)}. A team adds its own in {FILE} beside its data.",), "note"),) if without else ()
    return (table, *((Details("What others have written about these steps", (*resource_list(found), *none)),) if found else none))


def resource_list(found: Iterable[Resource] | None = None) -> tuple[Block, ...]:
    """The resource library, or a part of it: a list under each theme, with links as text."""
    known = resources() if found is None else tuple(found)
    lines = {title: tuple(f"{each.title}. For {each.audience}. {each.source}. {each.link}" for each in known if each.theme == name) for name, title in themes().items()}
    return tuple(Section((Text((_led(title),)), Text(told, "list"))) for title, told in lines.items() if told)


def _ratings(rated: Iterable[Rating], questionnaire: Questionnaire) -> Section:
    rows = tuple((Cell(f"{_led(each.area.title)} {each.item.text}"), Cell(_rating_words(each, questionnaire))) for each in rated)
    return Section((Table(f"Ratings, from {questionnaire.lowest} to {questionnaire.highest}; below {GAP_BELOW} is a gap", ("Statement", "Rating, and what it rests on"), rows, numeric=False),))


def _led(title: str) -> str:
    """A title before what it leads to."""
    return title if title.endswith("?") else f"{title}:"


def _rating_words(each: Rating, questionnaire: Questionnaire) -> str:
    if each.rating is None:
        return "left out" + (f": {each.evidence}" if each.evidence else "")
    return f"{each.rating}, {questionnaire.scale[each.rating - questionnaire.lowest]}. {each.evidence}"


def result_lines(answers: Iterable[Slip], questionnaire: Questionnaire, *, threshold: int) -> list[str]:
    """The same for a terminal."""
    own = [slip for slip in answers if slip.questionnaire == questionnaire.name]
    if not own:
        return [NOBODY.format(questionnaire.title.lower(), questionnaire.name)]
    if questionnaire.kind == CONSENSUS:
        return [line for team in sorted({slip.team for slip in own}) for line in _rated_lines(own, questionnaire, team)]
    found = scores(own, questionnaire, threshold=threshold)
    titles = {area.name: area.title for area in questionnaire.areas}
    lines = [f"{score.round:<7} {score.team:<24.24} {titles[score.area]:<32} {_line(score)}" for score in found]
    return [*lines, "", FEW.format(threshold)]


def _rated_lines(own: list[Slip], questionnaire: Questionnaire, team: str) -> list[str]:
    label, rated = ratings(own, questionnaire, team=team)
    goals = proposed_goals(rated)
    return [f"Team {team}, {round_words(label)}: {plural(len(goals), 'proposed goal')}.", *(f"  {_led(goal.title)} {goal.text} (Now {goal.rating} of {questionnaire.highest}.)" for goal in goals)]


def _line(score: Score) -> str:
    return f"{HIDDEN.text} hidden to protect privacy" if score.mean is None else f"{_mean_words(score)}, {plural(score.answered, 'answer')}"


def entry_lines(slips: list[Slip], questionnaire: Questionnaire, *, threshold: int) -> list[str]:
    """What a file of answers holds, by team and round, before it is kept."""
    if questionnaire.kind == CONSENSUS:
        return [f"{label}, team {team}: one rating together." for label, team in sheet_counts(slips, questionnaire)]
    return [f"{label}, team {team}: {plural(number, 'sheet')}" + ("." if number >= threshold else f"; its own result stays hidden below {threshold}.")
            for (label, team), number in sheet_counts(slips, questionnaire).items()]
