"""The official indicators in words and tables: what was counted, how sure, beside which national figure."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.benchmarks import benchmark, national_performance
from cqi.blocks import Cell, Table
from cqi.cohorts import spanned
from cqi.cohorts.federal import files_needed
from cqi.registry import Measure, indicators, measure
from cqi.vocabulary import UNKNOWN
from cqi.wording.numbers import FEW, count_cell, day_words, plural, value_cell, value_form

NOT_YET = Cell("not yet", "unobserved")
NEVER_RANKED = "It shows a difference, not its cause: groups differ in age, in what happened before, and in where they live."
WHAT_GROUPS_CANNOT_TELL = (
    "A difference between groups is a reason to ask, not an answer. It does not say whether a decision was fair: children who come "
    "into care have been through many decisions before this one, and each may treat groups differently.",
    "Groups are as recorded in the file, which may not be how a child or family would say it; children of unknown group are left out of the comparison.",
    "Each group is compared with all other children whose group is known. An interval that holds 1 (ratio) or 0 (difference) may be chance. "
    "With many groups and measures, some intervals miss it by chance alone.",
    "Brothers and sisters come, move and leave together, so these intervals are somewhat too narrow: in the sample state, where race changes "
    "nothing, about 1 in 8 missed where 1 in 20 should.",
    "Age and history are not adjusted for here. Ask the people concerned what they see.",
)
WHAT_ADJUSTING_CANNOT_TELL = (
    "Observed for trend, adjusted for comparison: use the observed figures above to see whether this place is improving, and the ratio only to "
    "compare with others.",
    "1 means as many as the nation's rates would give for children of these ages. Only age is adjusted for: poverty, history and need are not in it.",
    "It is our own calculation from published national rates, with their period and vintage above. It is not the figure by which the federal "
    "government judges a state, which cannot be worked out without every state's records.",
)
PULLED = "The last column pulls small counties towards all counties together by as much as chance alone would warrant."
TOO_FEW = Cell("too few")


def title_inside(definition: Measure) -> str:
    """The title as it stands inside a sentence: `placement stability`."""
    return definition.title[0].lower() + definition.title[1:]


def state(row: pd.Series, *, fine: bool) -> Cell:
    """The value of an official row as a cell, or in a word why there is none."""
    return NOT_YET if row["status"] == "not yet mature" else value_cell(row, fine=fine)


def _count(row: pd.Series, name: str) -> Cell:
    return NOT_YET if row["status"] == "not yet mature" else count_cell(row, name)


def newest(rows: pd.DataFrame) -> pd.Series | None:
    """The newest complete period of one indicator; none where every window is open or nobody counts."""
    complete = rows.loc[~rows["status"].eq("not yet mature") & (rows["children"].isna() | (rows["children"] > 0))]
    return None if complete.empty else complete.iloc[-1]


def answer(place: str, rows: pd.DataFrame, day: date, *, federal: bool) -> tuple[str, ...]:
    """How many indicators have a figure for a complete period, which have none and why, and how to read them."""
    why = {name: _why_none(newest(rows.loc[rows["measure"] == name])) for name in indicators()}
    counted = sum(reason == "" for reason in why.values())
    first = (f"{place}: {counted} of the {len(why)} federal indicators {'has' if counted == 1 else 'have'} a figure. Each is for 12 whole "
             f"months, as the file knew them on {day_words(day)}.")
    names = {reason: [measure(name).title for name, found in why.items() if found == reason] for reason in NO_FIGURE}
    nation = ("The nation's figure is context. Places differ in the children they serve, so it is neither a pass nor a fail.",) if federal else ()
    return (first, *(f"{reason}: {'; '.join(titles)}." for reason, titles in names.items() if titles),
            "These figures look back: their last children entered or left long ago. For the children in care today, read the mid-course reviews.", *nation)


NO_FIGURE = ("Not given, because the file is over a federal limit of data quality", "Hidden to protect privacy",
             f"Too few for a figure, fewer than {FEW} children", "Not in the file for a complete period")


def _why_none(row: pd.Series | None) -> str:
    """Why the newest complete period has no figure; empty where it has one."""
    over, hidden, few, none = NO_FIGURE
    if row is None or (pd.isna(row["value"]) and row["status"] not in ("data quality", "suppressed")):
        return none
    if pd.isna(row["value"]):
        return over if row["status"] == "data quality" else hidden
    return few if row["children"] < FEW else ""


def summary(rows: pd.DataFrame, caption: str, *, fine: bool, federal: bool) -> Table:
    """Each indicator's newest complete period: counts, value with interval, and for a federal file the nation beside it."""
    lines = []
    for name, each in rows.groupby("measure", sort=False):
        row, nation = newest(each), (Cell(_nation(name)),) if federal else ()
        if row is None:
            lines.append((Cell(measure(name).title), *(Cell("none in the file"),) * 2, *nation))
        else:
            lines.append((Cell(f"{measure(name).title}\n{spanned(row['cohort']).words}"), _of(row), _with_unit(row, fine=fine), *nation))
    return Table(caption, ("Indicator, newest complete period", "Counted", "Value (95% interval)", *(("Nation, for context",) if federal else ())), tuple(lines))


def _with_unit(row: pd.Series, *, fine: bool) -> Cell:
    """The value, and under a rate how many days it is for."""
    cell = state(row, fine=fine)
    rate = measure(row["measure"]).per != 1 and pd.notna(row["value"]) and not row["children"] < FEW
    return Cell(f"{cell.text}\nper {row['unit'].partition(' per ')[2]}") if rate else cell


def _of(row: pd.Series) -> Cell:
    """`13 of 250`, and for a rate `40 in 161,809 days`."""
    counted, among = _count(row, "numerator"), _count(row, "denominator")
    days = "" if measure(row["measure"]).per == 1 else " days"
    return counted if counted.mark else Cell(f"{counted.text} {'in' if days else 'of'} {among.text}{days}")


def _nation(name: str) -> str:
    found = benchmark(name)
    if found is None:
        return "none published"
    value = f"{found.value:.1%}" if found.per == 1 else f"{found.value:.2f}"
    return f"{value}\n{spanned(found.period).words}"


def periods(rows: pd.DataFrame, bounds: pd.DataFrame, definition: Measure, caption: str, *, fine: bool, federal: bool) -> Table:
    """One indicator by period: counts, value, the shares between which it lies whatever the records left out hold (where any
    were), and for a federal file the files that an official figure needs."""
    words, left = definition.words, bounds.loc[bounds["left_out"] > 0].set_index("cohort") if len(bounds) else bounds
    lines = tuple((Cell(f"{spanned(row['cohort']).words}\n{row['cohort']}"), _count(row, "numerator"), _count(row, "denominator"), state(row, fine=fine),
                   *([_span(left, row["cohort"])] if len(left) else []), *([Cell(needed(definition, row["cohort"]))] if federal else [])) for _, row in rows.iterrows())
    national = [found.words for found in (benchmark(definition.name), national_performance(definition.name)) if found] if federal else []
    return Table(caption, ("12 months", words["counted"].capitalize(), words["among"].capitalize(), _value_of(definition),
                           *(["Lowest and highest"] if len(left) else []), *(["Federal files needed"] if federal else [])),
                 lines, notes=(*national, *((_WHATEVER,) if len(left) else ())))


def _value_of(definition: Measure) -> str:
    """The head of the column of values, with the unit of a rate."""
    return f"{'Value' if definition.per == 1 else definition.unit[0].upper() + definition.unit[1:]} (95% interval)"


_WHATEVER = "Lowest and highest: if none, or all, of the records that could not be used belonged to the children counted."


def _span(left: pd.DataFrame, cohort_word: str) -> Cell:
    if cohort_word not in left.index:
        return Cell("")
    return Cell(f"{left.loc[cohort_word, 'lowest']:.1%} to {left.loc[cohort_word, 'highest']:.1%}")


def needed(definition: Measure, word: str) -> str:
    """The federal files that an official figure of the period needs; empty for a measure that needs none."""
    wanted = definition.data_needed
    if not wanted or not spanned(word).kind.startswith("federal"):
        return "none"
    return files_needed(spanned(word), half_years=wanted.get("half_years", 0), report_years=wanted.get("report_years", 0)).words.replace("; ", "\n")


def finding(rows: pd.DataFrame, definition: Measure, *, fine: bool, federal: bool) -> str:
    """The newest figure, the range of those before, and for a federal file the nation."""
    given = rows.loc[rows["value"].notna()]
    row, before = given.iloc[-1], given.iloc[:-1]["value"]
    form = value_form(row["unit"], fine=fine)
    counted = (f"{row['numerator']:,.0f} of {row['denominator']:,.0f} ({row['value']:{form}})" if definition.per == 1
               else f"{row['value']:{form}} {row['unit']}")
    words = (f"{definition.title}, {spanned(row['cohort']).words}: {counted}; the true rate is likely between {row['lower']:{form}} "
             f"and {row['upper']:{form}}.")
    if len(before):
        shown = "the earlier period" if len(before) == 1 else f"the {len(before)} earlier periods"
        words += f" In {shown} shown it was {' to '.join(dict.fromkeys((f'{before.min():{form}}', f'{before.max():{form}}')))}."
    national = benchmark(definition.name) if federal else None
    return f"{words} {national.words}" if national else words


def adjusted(rows: pd.DataFrame, caption: str) -> Table:
    """Counted, expected, the ratio to what the nation's rates by age would give, with interval, and the ratio pulled together."""
    whole = rows["shrunken"].isna().all()
    lines = tuple((Cell(f"{measure(row['measure']).title}\n{spanned(row['cohort']).words}"), Cell(f"{row['observed']:,.0f}"),
                   *([Cell(f"{row['expected']:,.1f}")] if "expected" in row else []), _interval(row, "ratio", "lower", "upper"),
                   *([] if whole else [_interval(row, "shrunken", "shrunken_lower", "shrunken_upper")])) for _, row in rows.iterrows())
    vintages = " and ".join(sorted(set(rows["vintage"])))
    return Table(caption, ("Indicator, period", "Counted", *(["Expected"] if "expected" in rows else []), "Counted, divided by expected",
                           *([] if whole else ["Pulled towards all counties"])), lines,
                 notes=(f"Each with its 95% interval. National rates by age: published {vintages}, for {_rates_of(rows)}.",))


def _rates_of(rows: pd.DataFrame) -> str:
    return "; ".join(dict.fromkeys(spanned(period).words for period in rows["benchmark_period"]))


def groups(rows: pd.DataFrame, definition: Measure, caption: str) -> Table:
    """One indicator by group: counts, value, and the ratio and difference to all other children, of shares in percentage points."""
    share, reference = definition.per == 1, rows["reference"].iloc[0]
    shown = rows.assign(**{name: rows[name] * 100 for name in ("difference", "difference_lower", "difference_upper")}) if share else rows
    lines = tuple((Cell(row["group"].split(": ")[1].replace(UNKNOWN, "not known")), count_cell(row, "numerator"), count_cell(row, "denominator"),
                   value_cell(row), *_beside(row, "+.1f" if share else "+.2f")) for _, row in shown.iterrows())
    return Table(caption, ("Group", definition.words["counted"].capitalize(), definition.words["among"].capitalize(), _value_of(definition),
                           f"Divided by {reference}", f"Less {reference}{', in percentage points' if share else ''}"), lines)


def _beside(row: pd.Series, form: str) -> tuple[Cell, Cell]:
    """A group's ratio and difference to its reference; of few children neither says anything."""
    if row["children"] < FEW:
        return TOO_FEW, TOO_FEW
    return _interval(row, "ratio", "ratio_lower", "ratio_upper"), _interval(row, "difference", "difference_lower", "difference_upper", form)


def _interval(row: pd.Series, value: str, lower: str, upper: str, form: str = ".2f") -> Cell:
    if pd.isna(row[value]) or row[value] == float("inf"):
        return Cell("none") if pd.isna(row[lower]) else Cell(f"none ({row[lower]:{form}} or more)")
    top = "no limit" if row[upper] == float("inf") else _written(row[upper], form)
    return Cell(f"{row[value]:{form}}\n{_written(row[lower], form)} to {top}")


def _written(value: float, form: str = ".2f") -> str:
    """The number; a third decimal where two would make a ratio look like 1 that is not."""
    words = f"{value:{form}}"
    return f"{value:.3f}" if words == "1.00" and value != 1 else words


def group_finding(rows: pd.DataFrame, definition: Measure) -> str:
    """Which groups differ from all others by more than chance would explain, as groups named in the file, in which period."""
    what = f"{definition.title}, {spanned(rows['cohort'].iloc[0]).words}"
    compared = rows.loc[rows["ratio_lower"].notna()]
    apart = compared.loc[(compared["ratio_lower"] > 1) | (compared["ratio_upper"] < 1)]
    if compared.empty:
        return f"{what}: there are no two groups to compare."
    if apart.empty:
        return f"{what}: of {plural(len(compared), 'group')} none differs from the other children by more than chance could explain."
    names = [f"{row['group'].split(': ')[1]} ({row['ratio']:.2f} times; {_written(row['ratio_lower'])} to {_written(row['ratio_upper'])})"
             for _, row in apart.iterrows()]
    return f"{what}: beside all other children, the figure differs for {'; '.join(names)}. {NEVER_RANKED}"
