"""A notebook, its page and a run's index, drawn by hand: real blocks, invented counties, hostile names."""

from __future__ import annotations

import shutil

import altair
import nbformat
import pandas as pd
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cqi.blocks import MIME, Cell, Details, Figure, Heading, Section, Table, Text
from cqi.render.page import ASSETS, page_html

HOSTILE = [
    "</script><script>window.PWNED=7</script>", "<img src=x onerror=window.PWNED=7>",
    '"><svg onload=window.PWNED=7>', "{{7*7}}",
]
CEILINGS = {"Reunified": .38, "With a relative": .11, "Adopted": .06, "Other exits": .04}


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def stacked_area(county: str) -> dict:
    months = pd.DataFrame([(month, kind) for kind in CEILINGS for month in range(25)], columns=["month", "kind"])
    months["share"] = months["kind"].map(CEILINGS) * (1 - .9 ** months["month"])
    return altair.Chart(months).mark_area(stroke="white", clip=True).encode(
        altair.X("month:Q", title=f"Months since entry, {county}", axis=altair.Axis(values=[0, 6, 12, 18, 24])),
        altair.Y("share:Q", title="Share of children who have left", axis=altair.Axis(format="%")),
        altair.Color("kind:N", sort=list(CEILINGS)),
    ).to_dict()


def line_with_band(county: str) -> dict:
    months = pd.DataFrame({"month": range(25), "county": county})
    months["value"] = .55 * (1 - .93 ** months["month"])
    months["lower"], months["upper"] = months["value"] * .82, months["value"] * 1.16
    base = altair.Chart(months).encode(altair.X("month:Q", title="Months since entry"))
    share = altair.Y("lower:Q", title="Share in a permanent home", axis=altair.Axis(format="%"))
    band = base.mark_area(opacity=.2).encode(share, altair.Y2("upper:Q"))
    return (band + base.mark_line().encode(altair.Y("value:Q"), altair.Color("county:N"))).to_dict()


def quarters() -> Table:
    none, hidden = Cell("", "unobserved"), Cell("3 of 8", "hidden")
    whole = tuple(Cell(text, "total") for text in ("All of 2023", "116", "22%", "38%"))
    return Table(
        "Children in a permanent home by months since entry",
        ("Entered in", "Children", "6 months", "12 months", "18 months", "24 months"),
        (
            tuple(map(Cell, ("January to March 2023", "41", "22%", "39%", "51%", "56%"))),
            (*map(Cell, ("April to June 2023", "38", "21%", "37%", "47%")), Cell("49%", "partly")),
            (*map(Cell, ("July to September 2023", "29", "24%", "38%")), Cell("41%", "partly"), none),
            (Cell("October to December 2023"), hidden, hidden, hidden, none, none),
            (*whole, none, none),
        ),
        notes=("Counts from 1 to 10 are hidden.",),
    )


def finding(county: str) -> str:
    return (f"In {county}, 54 of 120 children (45%) were in a permanent home within 12 months; "
            "the true rate is likely between 36% and 54%.")


def figure(county: str, question: str, spec: dict) -> Figure:
    notes = ("Children who entered less than 12 months ago are not in this chart yet.",)
    return Figure(question, finding(county), spec, quarters(), notes=notes)


def opening(county: str) -> Section:
    facts = (("As of", "March 31, 2024"), ("Why this day", "the last month the file covers in full"), ("Children", "120"))
    head = Heading(f"Are children in {county} on course?", "Children who entered foster care in 2023", facts)
    return Section((head, Text((
        f"Children in {county} are reaching a permanent home about as fast as children like them did before.",
        "54 of 120 children (45%) had left for a permanent home within 12 months; we would expect 51.",
        "The cohort is still young: later exits can only raise this number.",
    ), "answer")))


def method(county: str) -> Details:
    return Details("How these numbers are made", (
        Heading("Who is counted"),
        Text(("Children under 18 who entered in 2023 and stayed at least 8 days.",)),
        Text(("Trial home visits over 30 days count as exits.", f"{county} is the county of removal."), "list"),
        quarters(),
    ))


def cell(block) -> object:
    """A code cell that has shown the block."""
    output = new_output("display_data", data={MIME: block.content(), "text/plain": "<Block>"})
    return new_code_cell("review.show()", outputs=[output])


def sample_notebook(county: str = "Alder"):
    injected = new_output("stream", text="SECRET-PARAMETER")
    exits = figure(county, "How many have left, and to what kind of home?", stacked_area(county))
    course = figure(county, "How does this cohort compare with children like them?", line_with_band(county))
    ask = ("Which children have waited longest, and what is each waiting for?", "What did we change last spring?")
    return nbformat.from_dict(new_notebook(cells=[
        new_code_cell("county = 'x'", metadata={"tags": ["injected-parameters"]}, outputs=[injected]),
        new_markdown_cell("# For the trainer only", metadata={"tags": ["notebook-only"]}),
        cell(opening(county)),
        new_markdown_cell("## Where have they gone?\n\nBy *kind of exit*. See the [definition](https://www.ecfr.gov/)."),
        cell(exits),
        new_markdown_cell("## Are they leaving sooner or later than expected?"),
        cell(course),
        cell(Text(("A difference inside the band may be chance.",), "caution")),
        new_markdown_cell("## Which quarters are we still waiting for?"),
        cell(quarters()),
        new_markdown_cell("## What should we ask next?"),
        cell(Text(ask, "questions")),
        cell(method(county)),
    ]))


def sample_page(county: str = "Alder", profile: str = "internal") -> str:
    return page_html(
        sample_notebook(county), title=f"{county}, entered 2023, as of March 31, 2024", stylesheet="assets/cqi.css",
        profile=profile, home="index.html", facts=(("Made by", "cqi 0.1.0"), ("Measures", "CFSR Round 4")),
        links=(("Overview of the state", "overview.html"), ("Data quality", "quality.html")))


def sample_reviews(counties: int) -> list[dict]:
    """Two cohorts a county, all done but one not made and one withheld; last county first."""
    names = [f"{'ABCDEFGHIJKLMNOPQRSTUVW'[number * 23 // counties]}lder {number:03}" for number in range(counties)]
    reviews = [
        {"county": name, "cohort": cohort, "cohort_words": f"Entered {cohort}", "status": "done", "reason": "",
         "href": f"{name.replace(' ', '-')}/{cohort}.html", "answer": finding(name)}
        for name in names for cohort in ("2022", "2023")
    ]
    reviews[3] |= {"status": "failed", "href": "", "answer": "", "reason": "The file has no entries after June 2023."}
    reviews[6] |= {"status": "withheld", "href": "", "answer": "", "reason": "Fewer than 11 children entered."}
    return reviews[::-1]


def sample_index(counties: int = 24, profile: str = "internal") -> dict:
    return {
        "title": "Mid-course reviews, Evergreen, March 31, 2024", "state": "Evergreen", "as_of": "March 31, 2024",
        "as_of_reason": "the last month that every county's file covers in full", "profile": profile,
        "made_by": "cqi 0.1.0", "reviews": sample_reviews(counties),
        "pages": [
            {"title": "Overview of the state", "href": "overview.html", "about": "All counties side by side, for leadership."},
            {"title": "Data quality", "href": "quality.html", "about": "What the file can and cannot say."},
        ],
        "tables": [{"title": "Measures", "href": "tables/measures.csv", "rows": 12345}],
        "account": [{"file": "afcars.csv", "rows_read": 48210, "used": 47003, "merged": 1200, "quarantined": 7}],
        "notes": ["No staff table was given, so nothing is said about turnover."],
        "other_profile": {"title": "Public release", "href": "../release/index.html"},
    }


def written(folder, **pages: str) -> list:
    """Pages in a folder as a run lays them out, with the stylesheet; the paths in the order given."""
    shutil.copytree(ASSETS, folder / "assets", dirs_exist_ok=True)
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return [folder / f"{name}.html" for name in pages]
