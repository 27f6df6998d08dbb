"""What the tables about the file itself may tell a reader for whom small numbers are hidden."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from cqi.tables.counting import Tables
from cqi.vocabulary import HIDDEN_MARK, WHOLE


def without_details(every: Tables, threshold: int) -> Tables:
    """The tables of quality without what tells small numbers of records: the whole file's checks in words, its bounds where many
    records are left out and many are counted, its months where none is small."""
    whole = {name: table.loc[table["county"] == WHOLE] for name, table in
             (("checks", every.checks), ("bounds", every.bounds), ("months", every.months))}
    checks = whole["checks"].astype(dict.fromkeys(["flagged", "among", "share"], "float64")).assign(flagged=np.nan, among=np.nan, share=np.nan)
    small = whole["months"][["entries", "exits"]].apply(lambda count: count.between(1, threshold - 1)).any(axis=None)
    bounded = whole["bounds"].loc[whole["bounds"]["left_out"] >= threshold]
    others = bounded["denominator"] - bounded["numerator"]
    few = bounded["numerator"].between(1, threshold - 1) | others.between(1, threshold - 1)
    bounded = bounded.loc[~few].round({"lowest": 2, "highest": 2})
    reasons = every.reasons.assign(flagged=np.nan, among=np.nan, share=np.nan)
    return replace(every, checks=checks, bounds=bounded.assign(left_out=np.nan), reasons=reasons, facts=public_facts(every.facts),
                   months=whole["months"].iloc[:0] if small else whole["months"], defects=every.defects.iloc[:0])


def public_facts(facts: dict) -> dict:
    """The facts for whom small numbers are hidden: why the day was chosen without its counts, no count of 1 to 10 in the notes."""
    return facts | {"as_of_reason": facts["as_of_reason"].partition(":")[0], "notes": [_FEW.sub(HIDDEN_MARK, note) for note in facts["notes"]]}


_FEW = re.compile(r"(?<![\w.,:/-])(?:[1-9]|10)(?![\w%:/-]|[.,]\d| (?:days?|months?|years?|[A-Z]))")
"""A whole number from 1 to 10 that is no part of a date, a name, or a length of time."""
