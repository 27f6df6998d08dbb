"""What users install: the wheel and the source archive. Cheap here; `make wheel` installs the wheel into empty environments on every Python
that it finds (python3.11, python3.12, python3.13 on the path, and what CQI_PYTHONS names) and makes a review with it in an empty folder."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from math import isclose
from pathlib import Path

import pytest
import yaml

from cqi.sources.bundled import bundled, here_or_bundled
from cqi.vocabulary import CqiError
from running import ROOT, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SUPPORTED = ("3.11", "3.12", "3.13")
REVIEW = ("review", "--county", "Birch", "--cohort", "2025H2", "--profile", "internal", "--profile", "release", "--out", "pages")


def wheel_asked(test):
    """Takes minutes and fetches packages: there for `make wheel` only."""
    return test if os.environ.get("CQI_WHEEL") == "1" else None


# ---- the archives ------------------------------------------------------------------------------------------------------

def wheel_of(source: Path, folder: Path) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    return Path(next(WheelBuilder(str(source)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the files as they are."""
    return wheel_of(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The source archive, unpacked."""
    from hatchling.builders.sdist import SdistBuilder

    folder = tmp_path_factory.mktemp("sdist")
    archive = Path(next(SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))
    assert archive.stat().st_size < 12_000_000
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def below(*folders: str) -> set[str]:
    """Paths of the files that belong to the project, from its root."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {path.relative_to(ROOT).as_posix() for path in found if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)}


def test_the_wheel_holds_the_program_its_notebooks_and_the_sample_and_is_small(wheel):
    held = contents(wheel)
    wanted = {*below("cqi"), *(f"cqi/{name}" for name in below("notebooks", "data_samples"))}
    assert {name for name in held if ".dist-info/" not in name} == wanted
    assert held["cqi/data_samples/episodes.csv"] == (ROOT / "data_samples/episodes.csv").read_bytes()
    assert wheel.stat().st_size < 5_000_000
    assert next(each for name, each in held.items() if name.endswith("entry_points.txt")).count(b"cqi = cqi.cli:main") == 1


def test_the_source_archive_holds_what_its_tests_and_its_wheel_need(unpacked, wheel, tmp_path):
    wanted = below("cqi", "notebooks", "data_samples", "docs", "tests") | {"README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile",
                                                                         "environment.yml", ".ci/run"}
    assert {name for name in wanted if "/.hypothesis/" not in name and not (unpacked / name).is_file()} == set()
    assert contents(wheel_of(unpacked, tmp_path)).keys() == contents(wheel).keys()


# ---- the bundled sample --------------------------------------------------------------------------------------------------

def test_the_sample_is_used_only_where_no_folder_of_its_name_is_near(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, said = here_or_bundled()
    assert found == str(bundled()) == str(ROOT / "data_samples") and "fictional state" in said
    (tmp_path / "data_samples").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert here_or_bundled() == ("data_samples", "")


def test_an_installation_without_the_sample_says_so(tmp_path):
    copied = tmp_path / "cqi" / "sources" / "bundled.py"
    copied.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "cqi/sources/bundled.py", copied)
    elsewhere = module_from_spec(found := spec_from_file_location("elsewhere", copied))
    found.loader.exec_module(elsewhere)
    with pytest.raises(CqiError, match="the installation is not complete"):
        elsewhere.bundled()


# ---- installed --------------------------------------------------------------------------------------------------------------

def pythons() -> list[str]:
    """Every interpreter of a supported version that there is, one a version."""
    asked = [*filter(None, os.environ.get("CQI_PYTHONS", "").split(os.pathsep)), *(found for each in SUPPORTED if (found := shutil.which(f"python{each}")))]
    told = {python: subprocess.run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True) for python in asked}
    return list({done.stdout.strip(): python for python, done in reversed(told.items()) if done.returncode == 0 and done.stdout.strip() in SUPPORTED}.values())


def alone(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess:
    """A command with nothing of this environment but the path to the system's programs and where pip finds packages."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYENV_VERSION") or name.startswith(("PIP_", "SSL_")) or name.lower().endswith("_proxy")}
    return subprocess.run([str(word) for word in words], cwd=cwd, env=kept, capture_output=True, text=True, encoding="utf-8")


@wheel_asked
def test_it_installs_into_an_empty_environment_and_reviews_the_sample_from_any_folder(wheel, tmp_path):
    assert (found := pythons()), "no python3.11, 3.12 or 3.13; name interpreters in CQI_PYTHONS"
    pages = {}
    for python in found:
        place = tmp_path / str(len(pages))
        (empty := place / "empty").mkdir(parents=True)
        (named := place / "named").mkdir()
        assert alone(python, "-m", "venv", place / "venv", cwd=place).returncode == 0
        done = alone(place / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=empty)
        assert done.returncode == 0, done.stderr
        done = alone(place / "venv/bin/cqi", *REVIEW, cwd=empty)
        assert done.returncode == 0, done.stderr
        assert "fictional state" in done.stdout.splitlines()[0] and [path.name for path in empty.iterdir()] == ["pages"]
        given = alone(place / "venv/bin/cqi", *REVIEW, "--data", ROOT / "data_samples", cwd=named)
        assert given.returncode == 0 and "fictional" not in given.stdout
        pages[python] = tree(empty / "pages" / "2026-06-30")
        assert "internal/birch/2025h2.html" in pages[python] and pages[python] == tree(named / "pages" / "2026-06-30")
        shutil.rmtree(place)
    first, *others = pages.values()
    for other in others:
        assert first.keys() == other.keys() and any("/tables/" in name for name in first)
        different = [name for name in first if not (same_numbers if "/tables/" in name else bytes.__eq__)(first[name], other[name])]
        assert different == [], "the same pages and numbers on every Python"


def same_numbers(one: bytes, other: bytes) -> bool:
    """Whether two tables say the same: counts, words and days to the letter, decimals to nine digits, since releases of numpy, of which
    each Python has its own newest, round the last of sixteen differently."""
    rows = [list(csv.reader(io.StringIO(table.decode()))) for table in (one, other)]
    if list(map(len, rows[0])) != list(map(len, rows[1])):
        return False
    pairs = zip(chain(*rows[0]), chain(*rows[1]), strict=True)
    return all(first == second or ("." in first and "." in second and isclose(float(first), float(second), rel_tol=1e-9, abs_tol=1e-9))
               for first, second in pairs)


@pytest.mark.parametrize("other, same", [
    ("a,b\n1,0.31459006204\n", True), ("a,b\n1,0.31459006224\n", False), ("a,b\n2,0.31459006114\n", False), ("a,b\n1,\n", False), ("a\n1\n", False)])
def test_numbers_are_the_same_to_nine_digits_and_counts_to_the_last(other, same):
    assert same_numbers(b"a,b\n1,0.31459006114\n", other.encode()) is same


# ---- how to name it ----------------------------------------------------------------------------------------------------------

def test_the_citation_says_the_same_as_the_package():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert (str(cited["version"]), cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert [author["name"] for author in cited["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert set(cited["keywords"]) <= set(PROJECT["keywords"])
