"""Makes the documentation's pages from docs/*.md: plain HTML that needs no network and no script. Anything amiss is an error.

    python docs/build.py            into site/
    python docs/build.py FOLDER
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import jinja2
import mistune

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
STYLE = ROOT / "cqi" / "render" / "assets" / "cqi.css"
WEB = re.compile(r"https?://|mailto:")


@dataclass
class Page:
    """One page: its source, the name of its file in the site, and what was found when it was made."""

    source: Path
    name: str
    title: str = ""
    body: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Name of a page of the site and an anchor there, for every link to one."""


class Html(mistune.HTMLRenderer):
    """HTML of one page. `taken` are the files beside the pages that it shows or links to; `amiss` what is wrong."""

    def __init__(self, page: Page, pages: dict[Path, Page], taken: dict[Path, str], amiss: list[str]) -> None:
        super().__init__(escape=False)
        self.page, self.pages, self.taken, self.amiss = page, pages, taken, amiss

    def heading(self, text: str, level: int, **attrs) -> str:
        plain = unescape(re.sub(r"<[^>]+>", "", text))
        slug = _slug(plain)
        if slug in self.page.anchors:
            self.amiss.append(f"{self.page.source.name}: two headings '{plain}'")
        self.page.anchors.add(slug)
        if level == 1:
            self.page.title = self.page.title or plain
        if level == 2:
            self.page.headings.append((slug, text))
        return f'<h{level} id="{slug}">{text}</h{level}>\n'

    def inline_html(self, html: str) -> str:
        return self._raw(html)

    def block_html(self, html: str) -> str:
        return self._raw(html) + "\n"

    def _raw(self, html: str) -> str:
        """HTML that stands in a page may only be an anchor or a comment."""
        if found := re.fullmatch(r'<a id="([\w.-]+)">(</a>)?\s*', html):
            self.page.anchors.add(found[1])
        elif html.strip() != "</a>" and not html.startswith("<!--"):
            self.amiss.append(f"{self.page.source.name}: HTML in the text: {html.strip()[:60]}")
        return html

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self._target(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not text:
            self.amiss.append(f"{self.page.source.name}: a picture without words: {url}")
        return super().image(text, self._target(url), title)

    def _target(self, url: str) -> str:
        """The address within the site; what is not there is amiss."""
        if WEB.match(url):
            return url
        path, _, anchor = url.partition("#")
        source = (self.page.source.parent / unquote(path)).resolve() if path else self.page.source
        if page := self.pages.get(source):
            self.page.links.append((page.name, anchor))
            return f"{page.name if path else ''}{'#' if anchor else ''}{anchor}"
        if not source.is_file() or not source.is_relative_to(ROOT):
            self.amiss.append(f"{self.page.source.name}: no such file: {url}")
            return url
        return self.taken.setdefault(source, f"files/{source.relative_to(ROOT).as_posix()}")

    def block_code(self, code: str, info: str | None = None) -> str:
        name = (info or "").partition(" ")[2]
        told = f'<p class="file">{mistune.escape(name)}</p>' if name else ""
        return f'<div class="code" tabindex="0" role="group" aria-label="{mistune.escape(name) or "To type or copy"}">{told}<pre><code>{mistune.escape(code)}</code></pre></div>\n'

    def table(self, text: str) -> str:
        return f'<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n{text}</table></div>\n'

    def table_head(self, text: str) -> str:
        return f"<thead>\n<tr>{text}</tr>\n</thead>\n" if re.sub(r"<[^>]+>|\s", "", text) else ""

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        return f'<th scope="col">{text}</th>' if head and text else f"<td>{text}</td>"


def build(folder: Path) -> list[str]:
    """Writes the site into the folder and returns what is amiss, one line each: links that lead nowhere, pages that no part of
    docs/site.toml names, names of files that are not there. Empty where all is well."""
    settings = tomllib.loads((DOCS / "site.toml").read_text(encoding="utf-8"))
    named = [(DOCS / each).resolve() for part in settings["part"] for each in part["pages"]]
    amiss = [f"site.toml: no such page: {os.path.relpath(path, DOCS)}" for path in named if not path.is_file()]
    amiss += [f"{path.name}: no part of site.toml names it" for path in sorted(DOCS.glob("*.md")) if path not in named]
    pages = {path: Page(path, _file_name(path)) for path in named if path.is_file()}
    taken: dict[Path, str] = {}
    for page in pages.values():
        page.body = mistune.create_markdown(renderer=Html(page, pages, taken, amiss), plugins=["table"])(page.source.read_text(encoding="utf-8"))
    known = {page.name: page.anchors for page in pages.values()}
    amiss += [f"{page.source.name}: no such heading: {name}#{anchor}" for page in pages.values() for name, anchor in page.links if anchor and anchor not in known[name]]
    _write(folder, settings, pages, taken)
    return amiss


def _write(folder: Path, settings: dict, pages: dict[Path, Page], taken: dict[Path, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    template = jinja2.Environment(loader=jinja2.FileSystemLoader(DOCS / "layout"), autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template("page.html.j2")
    parts = [{"title": part["title"], "pages": [pages[path] for each in part["pages"] if (path := (DOCS / each).resolve()) in pages]} for part in settings["part"]]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for page in pages.values():
        words = template.render(page=page, parts=parts, title=settings["title"], version=version)
        (folder / page.name).write_text(words, encoding="utf-8", newline="\n")
    for source, place in [(STYLE, "cqi.css"), (DOCS / "layout" / "docs.css", "docs.css"), *taken.items()]:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / place)


def _file_name(path: Path) -> str:
    own = path.parent == DOCS
    return (path.stem if own else f"{path.parent.name}_{path.stem}" if path.parent != ROOT else path.stem).lower() + ".html"


def _slug(words: str) -> str:
    """As in most places that show Markdown: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.lower()).strip())


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site")
    wrong = build(place)
    print("\n".join([*wrong, str(place / "index.html")]))
    sys.exit(bool(wrong))
