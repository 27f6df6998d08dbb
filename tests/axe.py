"""axe-core in a page of a real browser: what it finds wrong, and what it leaves for people to decide."""

from __future__ import annotations

from importlib.resources import files

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Every rule up to WCAG 2.2 AA, and what axe calls best practice."""

_FOUND = """([rules, contrast]) => axe.run({
    runOnly: {type: 'tag', values: rules}, rules: {'color-contrast': {enabled: contrast}}, resultTypes: ['violations', 'incomplete']})
    .then(found => ['violations', 'incomplete'].map(kind => found[kind].flatMap(rule => rule.nodes.map(
        node => [rule.id, node.target.flat(9).join(' '), [...node.any, ...node.all, ...node.none].map(check => check.message).join(' ')]))))"""


def script() -> str:
    """axe-core as shipped by the package axe-playwright-python."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def examined(page, *, contrast: bool = True) -> tuple[list[list[str]], list[list[str]]]:
    """What is against a rule, and what axe could not decide: lists of rule, element, why. Folded parts are opened first.
    Contrast takes axe most of its time, and is the same at every width.

    The page must be one without its content-security policy (`opened(..., guarded=False)`): it lets no script in, this one neither."""
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate(script())
    violations, undecided = page.evaluate(_FOUND, [list(RULES), contrast])
    return violations, undecided
