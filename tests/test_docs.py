"""The documentation as a site: whole, at rest in a folder, and fit to be read by everyone."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from axe import examined
from browser import chromium, opened
from running import ROOT, tree

COLOURED = ("index", "start_staff", "adding_a_measure")
"""Pages with everything that has a colour: links, tables, code, the page in the navigation. Contrast takes axe most of its time."""
PICTURES = sorted((ROOT / "docs").glob("*.png"))


@pytest.fixture(scope="module")
def builder():
    """docs/build.py, which is no part of the package."""
    found = module_from_spec(spec := spec_from_file_location("docs_build", ROOT / "docs/build.py"))
    sys.modules["docs_build"] = found  # dataclasses look their module up
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run([sys.executable, str(ROOT / "docs/build.py"), str(folder)], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    return folder


def test_it_is_built_without_a_warning_and_again_to_the_byte(builder, site, tmp_path):
    assert builder.build(tmp_path) == [] and tree(tmp_path) == tree(site)
    assert {"index.html", "start_staff.html", "start_stakeholders.html", "start_trainers.html", "measures.html", "changelog.html"} <= {path.name for path in site.iterdir()}


@pytest.mark.parametrize(("words", "told"), [
    ("[a](nowhere.md)", "no such file: nowhere.md"), ("[a](methods.md#nothing)", "no such heading: methods.html#nothing"), ("[a](#nothing)", "no such heading"),
    ("[a](../../outside.md)", "no such file"), ("![](review.png)", "a picture without words"), ("<b onclick='x()'>a</b>", "HTML in the text"), ("## Twice\n\n## Twice", "two headings 'Twice'"),
])
def test_what_is_amiss_in_a_page_is_told(builder, tmp_path, monkeypatch, words, told):
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("methods.md", "review.png"):
        (docs / name).write_bytes((ROOT / "docs" / name).read_bytes() if name.endswith("png") else b"# Methods\n")
    (docs / "index.md").write_text(f"# Begin\n\n{words}\n", encoding="utf-8")
    (docs / "site.toml").write_text('title = "A"\n[[part]]\ntitle = "B"\npages = ["index.md", "methods.md"]\n', encoding="utf-8")
    (docs / "layout").symlink_to(ROOT / "docs/layout")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    monkeypatch.setattr(builder, "DOCS", docs)
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    assert any(told in line for line in builder.build(tmp_path / "site"))
    (docs / "index.md").write_text("# Begin\n\n[a](methods.md#methods) [b](https://example.org)\n", encoding="utf-8")
    assert builder.build(tmp_path / "site") == []
    (docs / "lost.md").write_text("# Lost\n", encoding="utf-8")
    assert builder.build(tmp_path / "site") == ["lost.md: no part of site.toml names it"]


def test_no_page_loads_anything_from_elsewhere(site):
    for path in site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text and not re.search(r'(src|rel="stylesheet" href)="(https?:)?//', text), path.name
    assert not re.search(r"url\(|@import", "".join(path.read_text(encoding="utf-8") for path in site.glob("*.css")))


@pytest.mark.browser
def test_every_page_is_accessible_and_fits_a_narrow_screen(site):
    with chromium() as browser, opened(browser, site / "index.html", width=390, guarded=False) as page:
        for path in sorted(site.glob("*.html")):
            page.goto(path.as_uri())
            assert examined(page, contrast=path.stem in COLOURED)[0] == [], path.name
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name
        assert page.asked and all(asked.startswith(site.as_uri()) for asked in page.asked)


@pytest.mark.browser
def test_style_and_pictures_are_shown_under_the_pages_own_rules(site):
    with chromium() as browser, opened(browser, site / "index.html") as page:
        assert page.said == [] and page.evaluate("document.images[0].naturalWidth") > 300
        assert page.evaluate("getComputedStyle(document.querySelector('header.site')).display") == "flex"


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_shown(path):
    assert path.stat().st_size < 150_000 and len(PICTURES) >= 4
    shown = [page.name for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")] if path.name in page.read_text(encoding="utf-8")]
    assert shown and f'taken(page, "{path.stem}"' in (ROOT / "docs/picture.py").read_text(encoding="utf-8")
