"""Blocks as widgets: the pages' own words, charts and tables, drawn here and not in the browser, with the pages' stylesheet."""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from importlib.resources import files

import ipywidgets as widgets
from markupsafe import escape

from cqi.blocks import Block
from cqi.blocks.html import block_markup


def shown(block: Block) -> widgets.HTML:
    """The block as the pages show it: its chart still, with its words, and its numbers under a fold."""
    return widgets.HTML(markup(block)).add_class("cqi-shown")


def show(place: widgets.HTML, block: Block) -> None:
    """Puts the block in place of what a widget of `shown` shows; what has the focus elsewhere keeps it."""
    place.value = markup(block)


def markup(block: Block) -> str:
    """The block as HTML, every character of its words escaped; kept, so that what was shown before comes at once."""
    return _markup(json.dumps(block.content(), sort_keys=True))


@lru_cache(maxsize=256)
def _markup(content: str) -> str:
    name = "b" + hashlib.sha256(content.encode()).hexdigest()[:8]
    return f'<div class="cqi-markup">{block_markup(json.loads(content), name=name)}</div>'


def plain(words: str) -> str:
    """Words as HTML text."""
    return str(escape(words))


def spoken() -> widgets.HTML:
    """A line that a screen reader speaks when `say` changes it, seen by nobody else."""
    return widgets.HTML("").add_class("cqi-unseen")


def say(line: widgets.HTML, words: str) -> None:
    """Has a screen reader speak the words."""
    line.value = f'<div role="alert">{plain(words)}</div>'


@cache
def stylesheet() -> str:
    """The pages' stylesheet and this page's own rules, for what stands inside `.cqi-explore` only."""
    pages = (files("cqi") / "render" / "assets" / "cqi.css").read_text(encoding="utf-8")
    own = (files("cqi") / "explore" / "explore.css").read_text(encoding="utf-8")
    inside = pages.replace(":root {", "& {").replace("\nbody {", "\n& {")
    return f"<style>.cqi-explore {{\n{inside}\n}}\n{own}</style>"
