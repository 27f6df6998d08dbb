"""What the project rests on: versions without known holes, a core without servers, and no call that runs what it reads."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, version

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from running import DATA, ROOT, _environment

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TIERS = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}

MINIMUM = {
    "jinja2": "3.1.6",  # CVE-2025-27516
    "jupyter-core": "5.8.1",  # CVE-2025-30167
    "nbconvert": "7.17.1",  # CVE-2026-39377, CVE-2026-39378, CVE-2025-53000
    "pyarrow": "23.0.1",  # CVE-2026-25087, CVE-2023-47248
    "mistune": "3.3.4",  # CVE-2026-76098, CVE-2026-49851, CVE-2026-59922 to 59929, CVE-2026-44708, -44897, -44899
    "tornado": "6.5.9",  # CVE-2026-82397 and others up to 6.5.8; further fixes in 6.5.9
    "bleach": "6.4.0",  # GHSA-gj48-438w-jh9v, GHSA-8rfp-98v4-mmr6, GHSA-g75f-g53v-794x
    "papermill": "2.7",
    "jupyter-server": "2.21.0",  # CVE-2026-86049 (2.21.0), CVE-2026-44727 (2.20.0)
    "jupyterlab": "4.6.2",  # CVE-2026-73415, CVE-2026-73417, CVE-2026-73627
    "voila": "0.5.13",  # CVE-2024-30265 (0.5.6)
}
"""Part -> the first version without a known advisory that concerns us, as of November 2026."""

BROUGHT = {
    "pyyaml": "5.4",  # CVE-2020-14343
    "urllib3": "2.6.3",  # CVE-2026-21441
    "requests": "2.32.4",  # CVE-2024-47081
    "ipython": "8.10",  # CVE-2023-24816
    "certifi": "2024.7.4",  # CVE-2024-39689
}
"""The same of parts that others bring."""

SERVERS = {"jupyterlab", "jupyterlab-server", "jupyter-server", "jupyter-server-terminals", "notebook", "notebook-shim", "voila", "terminado", "ipywidgets",
           "jupyterhub", "distributed", "flask", "fastapi", "starlette", "uvicorn", "bokeh", "dash"}
"""Parts that listen on a network or bring a page with scripts: a scheduled machine needs none."""


# ---- versions ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", MINIMUM)
def test_no_version_with_a_known_hole_is_allowed(name):
    asked = [*{Requirement(line) for lines in TIERS.values() for line in lines if canonicalize_name(Requirement(line).name) == name}]
    assert len(asked) == 1, f"{name} is asked for in {len(asked)} ways"
    bounds = [Version(each.version) for each in asked[0].specifier if each.operator in (">=", "==", "~=")]
    assert bounds and max(bounds) >= Version(MINIMUM[name])


@pytest.mark.parametrize("name", MINIMUM | BROUGHT)
def test_no_version_with_a_known_hole_is_installed(name):
    try:
        found = version(name)
    except PackageNotFoundError:
        assert name not in MINIMUM or name in {canonicalize_name(Requirement(line).name) for line in TIERS["explore"]}
        return
    assert Version(found) >= Version((MINIMUM | BROUGHT)[name])


# ---- the core ------------------------------------------------------------------------------------------------------------

def brought(lines):
    """All parts that requirements bring, with theirs, as the installed parts say for this machine; and those that are not installed."""
    waiting, found, absent = [Requirement(line) for line in lines], {}, set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if one.extras <= found.get(name, frozenset()) and name in found:
            continue
        found[name] = found.get(name, frozenset()) | one.extras
        try:
            asked = distribution(name).requires or []
        except PackageNotFoundError:
            absent.add(name)
            continue
        extras = ["", *found[name]]
        waiting += [each for each in map(Requirement, asked) if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in extras)]
    return set(found), absent


def test_the_core_brings_no_server():
    found, absent = brought(TIERS["core"])
    assert {"nbconvert", "tornado", "ipykernel", "papermill", "mistune"} <= found and absent == set()
    assert found & SERVERS == set() and len(found) < 80


def test_the_walk_sees_a_server_where_there_is_one():
    assert brought(TIERS["explore"])[0] >= {"jupyterlab", "jupyter-server", "voila"}


# ---- calls ---------------------------------------------------------------------------------------------------------------

CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint", "os.system", "os.popen", "yaml.load"}
METHODS = {"read_pickle", "to_pickle", "unpack_archive", "extractall", "from_string", "urlopen", "format_map", "register_extension_type", "system", "popen"}
MODULES = {
    "pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "runpy", "code", "codeop", "pty", "ctypes", "tarfile", "xml",
    "urllib.request", "requests", "http", "ftplib", "smtplib", "httpx", "aiohttp", "fsspec", "s3fs", "webbrowser",
}
"""Calls and modules that run what they read, or that reach for a network."""

FALSE_ONLY, TRUE_ONLY = {"shell", "allow_pickle", "allow_harmful_protocols"}, {"escape", "autoescape"}
"""Arguments of a call that may be one thing only, and written out."""

ALLOWED = {
    ("cqi/sources/afcars_xml.py", "xml.parsers"): "expat alone; a file with a document type is refused as it is opened",
    ("cqi/blocks/svg.py", "xml.etree"): "reads what our own drawing engine made, never a file",
    ("cqi/audit/pages.py", "xml.etree"): "names the error of pictures.py",
    ("cqi/audit/pictures.py", "xml.etree"): "reads pictures of pages that the run has just made, before they are given out",
    ("cqi/render/child.py", "ctypes"): "asks the system to end a notebook's process with its parent",
    ("cqi/render/warm.py", "ctypes"): "asks the system for what a notebook leaves running, to end it",
    ("cqi/tables/reading.py", "ctypes"): "gives memory back to the system",
    ("cqi/scheduling/windows.py", "xml.etree"): "writes a task for Windows, and reads none",
    ("cqi/scheduling/jupyter.py", "urllib.request"): "hands a job to the JupyterLab of this machine, where somebody asks for that",
    ("cqi/site/init/asking.py", "input"): "asks the person at the terminal; what is typed is text",
    ("cqi/doctor.py", "smtplib"): "greets the site's own mail server, and sends nothing",
    ("cqi/handover/post.py", "smtplib"): "sends the letters that the site asks for",
    ("cqi/handover/cover.py", ".environment.from_string"): "the template is a file of ours",
    **{("cqi/learning/played.py", what): "plays the cells of our own lessons, for their answer key" for what in ("eval", "exec", "compile")},
    ("cqi/explore/serve.py", "webbrowser"): "opens the reader's own browser at the address of this server",
    **{("benchmarks/ways.py", what): "runs the cells of our own notebooks without Jupyter, to compare" for what in ("eval", "exec", "compile")},
}
EVERY = [*sorted((ROOT / "cqi").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]


def dotted(node):
    """The name that a call or an attribute spells out: os.system."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def unsafe(tree):
    """What a piece of Python calls, imports or asks for that it should not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            yield from [name] * (name in CALLS or name.rpartition(".")[2] in METHODS)
            for each in node.keywords:
                said = each.value.value if isinstance(each.value, ast.Constant) else None
                yield from [each.arg] * ((each.arg in FALSE_ONLY and said is not False) or (each.arg in TRUE_ONLY and said is not True))
        if isinstance(node, ast.Import | ast.ImportFrom):
            of = "" if isinstance(node, ast.Import) else f"{node.module or ''}."
            for name in (f"{of}{each.name}" for each in node.names):
                yield from [name] * any(name == module or name.startswith(f"{module}.") for module in MODULES)


def test_nothing_runs_what_it_reads_and_nothing_reaches_for_a_network():
    found = {(path.relative_to(ROOT).as_posix(), what) for path in EVERY for what in unsafe(ast.parse(path.read_text(encoding="utf-8")))}
    assert len(EVERY) > 100
    assert {each for each in found if not any(each[0] == path and each[1].startswith(what) for path, what in ALLOWED)} == set()
    assert all(any(each[0] == path and each[1].startswith(what) for each in found) for path, what in ALLOWED), "an exception that nobody needs"


def test_notebooks_run_nothing_that_they_read():
    paths = sorted((ROOT / "notebooks").rglob("*.ipynb"))
    sources = [cell.source for path in paths for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert len(paths) >= 4 and [what for source in sources for what in unsafe(ast.parse(source))] == []
    assert not [source for source in sources if re.search(r"^\s*[!%]|get_ipython", source, re.M)]


def test_markup_is_made_in_few_places():
    """`Markup` passes text on as HTML; each place is looked at: what it marks was escaped or drawn by us."""
    found = {path.relative_to(ROOT).as_posix() for path in EVERY if "Markup(" in path.read_text(encoding="utf-8")}
    assert found <= {"cqi/blocks/html.py", "cqi/blocks/svg.py", "cqi/render/page.py", "cqi/learning/handout.py"}
    templates = [path for path in (ROOT / "cqi").rglob("*.j2")]
    assert len(templates) >= 4 and not [path for path in templates if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("line", [
    "eval(x)", "exec(x)", "__import__(x)", "import pickle", "from pickle import loads", "pd.read_pickle(x)", "frame.to_pickle(x)",
    "import yaml", "yaml.load(x)", "os.system(x)", "subprocess.run(x, shell=True)", "subprocess.run(x, shell=y)",
    "np.load(x, allow_pickle=True)", "import joblib", "import marshal", "import shelve", "from urllib.request import urlopen",
    "import urllib.request", "import requests", "environment.from_string(x)", "Environment(autoescape=False)", "compile(x, y, z)",
    "table.to_html(escape=False)", "import xml.sax", "shutil.unpack_archive(x)", "text.format_map(x)", "import runpy",
])
def test_the_lint_sees_an_unsafe_call(line):
    assert list(unsafe(ast.parse(line)))


@pytest.mark.parametrize("line", [
    "re.compile(x)", "ast.literal_eval(x)", "subprocess.run([x])", "frame.eval(x)", "Environment(autoescape=True)", "import json",
])
def test_the_lint_lets_a_safe_call_pass(line):
    assert not list(unsafe(ast.parse(line)))


# ---- once for real -------------------------------------------------------------------------------------------------------

if os.environ.get("CQI_ATTACKS") == "1":  # minutes

    def test_a_fresh_core_install_has_no_server_and_makes_a_page(tmp_path):
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
        python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT], check=True)
        listed = subprocess.run([python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"], check=True, capture_output=True, text=True).stdout
        names = {canonicalize_name(line.partition("==")[0]) for line in listed.splitlines()}
        assert names & SERVERS == set() and {"cqi-workbook", "papermill"} <= names
        size = sum(path.stat().st_size for path in (tmp_path / "venv").rglob("*") if path.is_file() and not path.is_symlink())
        print(f"core install: {len(names)} parts, {size / 1e6:,.0f} MB")
        words = [python, "-m", "cqi", "review", "--county", "Heron", "--cohort", "2025H2", "--data", DATA, "--out", str(tmp_path / "out")]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env={key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "CQI_CACHE")})
        assert done.returncode == 0 and (tmp_path / "out/2026-06-30/release/heron/2025h2.html").is_file(), done.stderr[-2000:]

    @pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, of Linux")
    def test_a_run_without_any_network_makes_every_page(tmp_path):
        """In a network namespace of its own a process has no way out, not even to this machine."""
        words = ["unshare", "-rn", sys.executable, "-m", "cqi", "review", "--county", "Heron", "--cohort", "2025H2", "--data", DATA, "--out", str(tmp_path)]
        done = subprocess.run(words, cwd=ROOT, env=_environment({}), capture_output=True, text=True)
        assert done.returncode == 0 and "6 of 6 pages made." in done.stdout, done.stderr[-2000:]
