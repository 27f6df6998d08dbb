"""The measure dictionary as Markdown, made from the definitions alone: what is counted, why, by which rules, and which tests hold them."""

from __future__ import annotations

from cqi.registry import Measure
from cqi.wording.numbers import day_words

HEAD = """# Measure dictionary

Made from the definitions in `cqi/definitions/measures` by `cqi measures --dictionary docs/measures.md`; a change belongs there,
not here. An outcome measure says how children fare. A compliance measure says whether a task was done.
The rule tables of the official indicators quote every cell of the federal data dictionary, word for word, and name the tests.
"""

DIRECTIONS = {"up": "more is better", "down": "less is better", "none": "neither more nor less is better in itself"}

OPTIONS = {
    "shortest_stay_days": "a stay counts once it has lasted so many days",
    "age_below": "children below this age in years; never above 18, because who turns 18 has left care",
    "first_entry_only": "each child once, with the first stay of the period that counts",
    "reason_required": "a stay that ended without a discharge reason is left out",
    "same_period_reentry": "children who came back within the same federal half-year: counted, or left out",
    "months_in_care": "in care for at least so many months",
    "months_in_care_below": "and for fewer than so many months",
    "first_exit_only": "each child once, with the first exit of the period that counts",
    "entered_in_period": "children who entered in the period, instead of those who left in it",
    "exits": "kinds of exit that count",
    "window_months": "months within which it must happen; the anniversary counts",
    "anniversary_counts": "whether the day on which the months are over counts",
    "trial_home_visit_days": "days of a last trial home visit that count in the length of the stay; those beyond are taken off",
    "per": "the rate is for so many days in care, or children",
    "not_a_move": "settings that are no placement of their own",
    "settings": "kinds of placement that count",
    "dispositions": "decisions that make a report count",
    "first_days": "reports in so many first days of a stay do not count; the day of removal is the first",
    "apart_days": "a report within so many days after one that counts is the same event",
    "settled_months": "months after the period until its reports are all decided",
    "window_days": "days within which it must be done; the last one counts",
}
"""What each option of a definition means."""

NEEDED = {"half_years": "six-month files (half-years), from the period's first on", "report_years": "yearly files of reports"}


def measure_dictionary(measures: list[Measure]) -> str:
    """All measures as one Markdown text. Links to tests and measures are relative to a folder beside `tests`, as `docs` is."""
    known = {measure.name: measure.title for measure in measures}
    parts = [HEAD, _overview(measures), *(_entry(measure, known) for measure in measures), _options()]
    return "\n".join(parts)


def _overview(measures: list[Measure]) -> str:
    rows = [(f"[{measure.title}](#{measure.name})", measure.type, measure.indicator, measure.value) for measure in measures]
    return _table(("Measure", "Kind", "Indicator of", "Value it reflects"), rows)


def _entry(measure: Measure, known: dict[str, str]) -> str:
    near = ", ".join(f"[{known[name]}](#{name})" for name in measure.counter_measures)
    facts = [
        ("Kind", f"{measure.type} measure: {measure.kind}"), ("Indicator of", measure.indicator), ("Why", measure.why),
        ("Value", measure.value), ("Numerator", measure.words["numerator"]), ("Denominator", measure.words["denominator"]),
        ("Unit", f"{measure.unit}; {DIRECTIONS[measure.direction]}"), ("Who", _declared(measure.who)), ("What", _declared(measure.what)),
        ("Read together with", near), ("An official figure needs", _needed(measure)),
        ("Source", measure.source["citation"]),
        ("Reviewed", f"{measure.source['reviewer']}, {day_words(measure.source['reviewed'])}"),
    ]
    lines = [f'<a id="{measure.name}"></a>', "", f"## {measure.title}", "", f"`{measure.name}`", "", measure.question, "",
             _table(("", ""), [fact for fact in facts if fact[1]])]
    return "\n".join(lines) + _listed(measure) + _rules(measure)


def _declared(options: dict) -> str:
    return ", ".join(f"`{name} = {_value(given)}`" for name, given in options.items())


def _value(given) -> str:
    """The value as TOML writes it."""
    if isinstance(given, list):
        return "[" + ", ".join(_value(each) for each in given) + "]"
    return str(given).lower() if isinstance(given, bool | int) else f'"{given}"'


def _needed(measure: Measure) -> str:
    return ", ".join(f"{number} {NEEDED[name]}" for name, number in measure.data_needed.items())


def _listed(measure: Measure) -> str:
    lists = {
        "Choices, where the source leaves one": measure.choices, "What it cannot tell": measure.caveats,
        "What is known": [f"{item['finding']} ({item['citation']}; {item['strength']})" for item in measure.evidence],
    }
    return "".join(f"\n{title}:\n\n" + "".join(f"- {line}\n" for line in lines) for title, lines in lists.items() if lines)


def _rules(measure: Measure) -> str:
    rows = [(str(rule["page"]), rule["sentence"], rule["kept"], "; ".join(map(_test, rule.get("tests", ())))) for rule in measure.rules]
    return "\n" + _table(("Page", "The federal dictionary says", "Kept here", "Tests"), rows) if rows else ""


def _test(node: str) -> str:
    """A test as a link to its file, by its name in words."""
    path, _, name = node.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})"


def _options() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in OPTIONS.items()]
    return "## What the options mean\n\n" + _table(("Option", "Meaning"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
