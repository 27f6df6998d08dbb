"""The house in order: sizes, the ways to install, the words of the README, and tests that are skipped."""

import ast
import os
import re
import subprocess
import sys
import tomllib

import pytest

from running import ROOT

MODULES = sorted((ROOT / "cqi").rglob("*.py"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_modules_and_functions_stay_small():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                assert not body or body[-1].end_lineno - body[0].lineno < 30, f"{path.name}: {node.name}"


def test_the_command_answers_before_it_loads_heavy_parts():
    code = "import sys, cqi.cli; print(sorted({'papermill', 'pandas', 'altair', 'nbconvert'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "[]\n"


# ---- ways to install ---------------------------------------------------------------------------------------------------

CONDA_NAMES = {"psycopg": "psycopg[binary]", "jupyter_core": "jupyter-core", "jupyter_scheduler": "jupyter-scheduler", "jupyter_server": "jupyter-server"}


def test_conda_has_the_same_parts_as_pip_but_for_dev():
    optional = PYPROJECT["optional-dependencies"]
    wanted = {*PYPROJECT["dependencies"], *(part for tier, parts in optional.items() if tier != "dev" for part in parts)}
    lines = re.findall(r"^  - (\S+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE)
    found = {re.sub(r"^[^><=]+", lambda name: CONDA_NAMES.get(name[0], name[0]), line) for line in lines}
    assert found - {"conda-forge", "pip", f"python{PYPROJECT['requires-python']}"} == wanted


def test_licence_is_mit():
    assert PYPROJECT["license"] == "MIT" and (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize("target", ["review", "test"])
def test_the_two_commands_of_the_readme_are_there_and_ci_uses_the_second(target):
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert f"make {target}" in first_screen and "docs/review.png" in first_screen and (ROOT / "docs/review.png").is_file()
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")


def test_readme_names_every_option_exit_code_and_source():
    from cqi.reviewing import REVIEW_OPTIONS
    from cqi.sources import source_names

    words = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [*(f"--{name.replace('_', '-')}" for name in REVIEW_OPTIONS), *(f"`{name}`" for name in source_names()),
             *(f"| {code} |" for code in (0, 1, 2, 3, 4, 130, 143))]
    assert [name for name in named if name not in words] == []


def test_links_and_pictures_of_the_readme_are_there():
    words = (ROOT / "README.md").read_text(encoding="utf-8")
    local = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", words) if not target.startswith("http")]
    assert local and all((ROOT / target).exists() for target in local)


def test_changelog_says_which_numbers_change():
    assert "### Numbers that change" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_path_of_a_machine_or_a_host_of_packages():
    kinds = (".py", ".toml", ".md", ".yml", ".ipynb", ".csv")
    found = [path for path in ROOT.rglob("*") if path.suffix in kinds or path.name in ("Makefile", "run")]
    ours = [path for path in found if path.is_file() and not {".venv", ".git", "reports"} & set(path.relative_to(ROOT).parts)]
    unwanted = [f"/{name}/" for name in ("home", "root", "Users", "work")]
    unwanted += [".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org"), ("debian", "org"))]
    assert len(ours) > 60
    assert [(path.name, name) for path in ours for name in unwanted if name in path.read_text(encoding="utf-8")] == []


# ---- tests that are skipped --------------------------------------------------------------------------------------------

SKIPPING = '''
import pytest
pytestmark = pytest.mark.{mark}
def test_a(): pytest.skip("it is not there")
def test_b(): pass
'''


@pytest.mark.parametrize(("mark", "no_skips", "counts", "told"), [
    ("browser", "0", "1 passed, 1 skipped", "Not tested: 1 for want of Chromium."),
    ("r", "1", "1 failed, 1 passed", "Missing: R with survival"),
    ("external", "1", "1 passed, 1 skipped", "Not tested: 1 for want of data from outside (CQI_EXTERNAL_DATA)."),
])
def test_a_missing_part_is_counted_and_fails_where_no_gap_is_allowed(tmp_path, mark, no_skips, counts, told):
    (tmp_path / "test_it.py").write_text(SKIPPING.format(mark=mark), encoding="utf-8")
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests/conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n r\n external\n", encoding="utf-8")
    environment = {**os.environ, "CQI_NO_SKIPS": no_skips, "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    words = [sys.executable, "-m", "pytest", *(["-n", "2"] if mark == "browser" else []), str(tmp_path)]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert re.sub(r" in .*", "", done.stdout.strip().splitlines()[-1].strip("= ")) == counts and told in done.stdout
