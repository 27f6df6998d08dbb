"""Names that try to do something: as code, markup, address, path, formula or command to a terminal. Each must stay text."""

from __future__ import annotations

FIRE = "window.PWNED=1"
"""What every payload that runs leaves behind in a browser."""

PAYLOADS = {
    "picture": f"<img src=x onerror={FIRE}>",
    "script": f"</script><script>{FIRE}</script>",
    "drawing": f'"><svg onload={FIRE}>',
    "frame": f"<iframe srcdoc='<script>parent.{FIRE}</script>'>",
    "attribute": f"' autofocus onfocus={FIRE} x='",
    "close": f"</title></style></text></svg><script>{FIRE}</script>",
    "address": f"javascript:{FIRE}",
    "link": f"[go](javascript:{FIRE})",
    "remote picture": "![see](http://198.51.100.7/x.png)",
    "web": "http://198.51.100.7/evil",
    "literal": "${alert(1)}",
    "template": "{{7*7}}",
    "block": "{% for x in 1 %}",
    "entity": "&lt;b&gt;&#60;i&#62;",
    "formula": '=HYPERLINK("http://198.51.100.7";"x")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1",
    "minus": "-1+1",
    "full width": "\uff1dcmd",
    "split": "Elm;=1+1",
    "code": "__import__('os').system('touch PWNED')",
    "quotes": "\"\"\"+open('PWNED','w')+\"\"\"",
    "path": "../../../PWNED",
    "device": "CON",
    "long": "Longwood " + "x" * 10_000,
}
"""Names that a CSV file can hold and that are read just as they are."""

TIDIED = {
    "right to left": ("Al\u202eder\u2066x\u2069", "Alderx"),
    "zero width": ("Bi\u200br\ufeffch", "Birch"),
    "one-byte command": ("Ce\u009b2Jdar", "Ce2Jdar"),
    "two lines": ("Oak\nError: all is well", "Oak Error: all is well"),
    "tab": ("\t=1+1", "=1+1"),
    "spaces": ("\u00a0\u3000Pine\u2028Wood", "Pine Wood"),
    "accents apart": ("Don\u0303a", "Do\u00f1a"),
}
"""Names with characters that nobody sees, and what they are read as."""

REFUSED = {"terminal": "Elm\x1b[2J\x1b]0;PWNED\x07", "end of text": "Fir\0", "bell": "Ash\x07", "rub out": "Yew\x7f"}
"""Names with control characters: no file that holds one is read."""

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\0=1", "\n=1", " =1", "\u200b=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\u22121",
            '"=1', "'=1", "x;=1", "x\t=1", "x|@A1", "x\n-1", "\ufeff=1")
"""Text of a cell that some spreadsheet would run."""
