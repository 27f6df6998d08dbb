"""The command `cqi survey`: sheets to print, answers typed in from paper, results, and goals that follow from what a team has rated."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cqi.progress import say
from cqi.vocabulary import CqiError, local, printable

PLACE = "where answers are kept, with what stakeholders say: a file, or a PostgreSQL address (default: what CQI_JOURNAL names, else journal.sqlite in the folder of --out)"
WHAT = ("list", "paper", "enter", "results", "propose")
ABOUT = ("list the questionnaires (default); paper: write a sheet to print, and a file to type answers into; enter: look over such a file, and with --keep keep it; "
         "results: say what was answered; propose: write a team's gaps into the journal as proposed changes")
LOOKED = "Nothing is kept yet. A team's round is kept once and never added to, so wait until all sheets are typed in; then: cqi survey enter {} {} --keep"
KEPT = "Kept. Now delete {} and shred the sheets: whoever has them can see who wrote what."
NO_JOURNAL = "There is no journal yet. Name its place by --journal or CQI_JOURNAL; it is made when answers are first kept."


def survey_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("what", nargs="?", choices=WHAT, default="list", help=ABOUT)
    parser.add_argument("name", nargs="?", help="the questionnaire, such as culture_check")
    parser.add_argument("file", nargs="?", help="enter: the CSV file with the answers")
    parser.add_argument("--to", type=Path, metavar="FILE", help="paper: the page to write (default: NAME.html); the file to type into is written beside it as CSV")
    parser.add_argument("--keep", action="store_true", help="enter: keep the answers")
    parser.add_argument("--team", help="propose: the team whose gaps are meant")
    parser.add_argument("--round", default="", help="propose: the round, such as 2026Q2 (default: the team's last)")
    parser.add_argument("--county", default="", help="propose: the county whose reviews read the goals back (default: all)")
    parser.add_argument("--data", type=Path, help="propose: the folder with a team's own resources.csv")
    parser.add_argument("--journal", default="", metavar="PLACE", help=PLACE)
    parser.add_argument("--out", type=Path, default=Path("reports"), help="the folder of the pages (default: reports)")


def surveyed(options: argparse.Namespace) -> int:
    """Does what is asked; returns 0. Raises CqiError for a questionnaire, file or journal that cannot be used."""
    from cqi.questionnaire import questionnaire, questionnaire_names

    if options.what == "list":
        say("\n".join(_listed(questionnaire(name)) for name in questionnaire_names()))
        return 0
    if not options.name:
        raise CqiError(f"cqi survey {options.what}: name the questionnaire: {', '.join(questionnaire_names())}.")
    ways = {"paper": _paper, "enter": _enter, "results": _results, "propose": _propose}
    say("\n".join(ways[options.what](questionnaire(options.name), options)))
    return 0


def _listed(questionnaire) -> str:
    who = "each answers alone, unnamed" if questionnaire.kind == "anonymous" else "a team rates together"
    return f"{questionnaire.name:<24}{questionnaire.title}: {len(questionnaire.items)} statements in {len(questionnaire.areas)} areas; {who}."


def _paper(questionnaire, options: argparse.Namespace) -> list[str]:
    from cqi.questionnaire.paper import paper
    from cqi.questionnaire.sheets import blank

    page = local(options.to or f"{questionnaire.name}.html", "what '--to' names").with_suffix(".html")
    page.write_text(paper(questionnaire, threshold=_threshold()), encoding="utf-8", newline="\n")
    page.with_suffix(".csv").write_text(blank(questionnaire), encoding="utf-8-sig", newline="\n")
    return [f"{page}: print it from a browser.", f"{page.with_suffix('.csv')}: type the answers into this file."]


def _enter(questionnaire, options: argparse.Namespace) -> list[str]:
    from cqi.journal import Answers
    from cqi.questionnaire.sheets import read_sheets
    from cqi.wording.questionnaire import entry_lines

    if not options.file:
        raise CqiError(f"cqi survey enter {questionnaire.name}: name the file with the answers.")
    path = local(options.file, "the file with the answers")
    slips = read_sheets(path, questionnaire)
    lines = entry_lines(slips, questionnaire, threshold=_threshold())
    for line in _doubts(slips):
        say(line, sys.stderr)
    if not options.keep:
        return [*lines, LOOKED.format(questionnaire.name, options.file)]
    Answers.opened(_place(options) or options.out / "journal.sqlite").keep(slips)
    return [*lines, KEPT.format(options.file) if questionnaire.kind == "anonymous" else "Kept."]


def _doubts(slips) -> list[str]:
    """What in the evidence looks as if it could tell who somebody is."""
    from cqi.journal import hints

    words = "\n".join(text for slip in slips for text in slip.evidence.values())
    return [f"Evidence: {printable(line)}" for line in hints(words)]


def _results(questionnaire, options: argparse.Namespace) -> list[str]:
    from cqi.questionnaire import read_answers
    from cqi.wording.questionnaire import result_lines

    return [printable(line) for line in result_lines(read_answers(_place(options)), questionnaire, threshold=_threshold())]


def _propose(questionnaire, options: argparse.Namespace) -> list[str]:
    from cqi.journal import Journal
    from cqi.questionnaire import read_answers
    from cqi.questionnaire.proposals import propose, proposed_goals, ratings
    from cqi.wording.said import journal_lines

    place = _place(options)
    answers = read_answers(place)
    if not answers:
        raise CqiError(NO_JOURNAL)
    label, rated = ratings(answers, questionnaire, team=options.team or "", round=options.round)
    goals = proposed_goals(rated, data=options.data)
    return [line.rstrip() for line in journal_lines(propose(Journal.opened(place), goals, questionnaire, team=options.team, round=label, county=options.county))]


def _place(options: argparse.Namespace) -> str:
    from cqi.journal.place import chosen

    return chosen(options.journal, options.out)


def _threshold() -> int:
    """The command is for the agency's own staff."""
    from cqi.disclosure.policy import policy

    return policy("internal")["survey_threshold"]
