"""The notebooks read as documents: a question, prose, one call, prose, one call; their parameters are the review's fields."""

import ast
import re
from dataclasses import fields

import nbformat
import pytest

from cqi.official import Official
from cqi.overview import DataQuality, Overview
from cqi.render.job import PARAMETERS
from cqi.review import Review
from cqi.reviewing import REVIEW_OPTIONS
from cqi.working import Working
from running import ROOT

NOTEBOOKS = {"mid_course_review": Review, "statewide_overview": Overview, "data_quality": DataQuality, "how_we_work": Working}
LOGIC = (ast.For, ast.While, ast.If, ast.Try, ast.With, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.DictComp)


def cells(name, kind=None):
    found = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type)]


def parameters(name):
    return next(cell.source for cell in cells(name, "code") if "parameters" in cell.metadata.get("tags", ()))


def declared(name):
    return [line.targets[0].id for line in ast.parse(parameters(name)).body]


def test_the_three_lists_are_equal():
    assert declared("mid_course_review") == [field.name for field in fields(Review)] == list(REVIEW_OPTIONS)


def test_a_run_passes_the_fields_of_what_a_page_shows():
    shows = {"review": Review, "overview": Overview, "quality": DataQuality, "official": Official, "working": Working}
    assert {role: tuple(field.name for field in fields(kind)) for role, kind in shows.items()} == PARAMETERS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_parameters_are_the_fields_and_each_says_what_it_means(name):
    assert declared(name) == [field.name for field in fields(NOTEBOOKS[name])]
    assert all(re.search(r"  # \w+", line) for line in parameters(name).splitlines())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_cell_is_at_most_five_lines_without_logic(name):
    for cell in cells(name, "code"):
        if "parameters" not in cell.metadata.get("tags", ()):
            assert len([line for line in cell.source.splitlines() if line.strip()]) <= 5, cell.source
            assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)], cell.source


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_opens_with_a_question_and_every_heading_is_one(name):
    headings = [line for cell in cells(name, "markdown") for line in cell.source.splitlines() if line.startswith("#")]
    assert cells(name)[0].source.startswith("# ") and len(headings) > 3
    assert all(line.endswith("?") for line in headings)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_output_is_kept(name):
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells(name, "code"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_method_is_shown_once(name):
    """No part of a review is written and then left out of its notebook."""
    shown = re.findall(r"^\w+\.(\w+)\(\)$", "\n".join(cell.source for cell in cells(name, "code")), re.MULTILINE)
    product = NOTEBOOKS[name]
    returns_blocks = ("Heading", "Text", "Table", "Section", "Figure")
    written = {method for method, made in vars(product).items() if not method.startswith("_")
               and any(kind in str(getattr(made, "__annotations__", {}).get("return", "")) for kind in returns_blocks)}
    assert len(shown) == len(set(shown)) and set(shown) >= written
