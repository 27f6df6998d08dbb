"""How well the items of an area hang together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cqi.vocabulary import CqiError


class Alpha(NamedTuple):
    """Cronbach's alpha with its interval, and the sheets and items behind it. Missing where nothing varies."""

    value: float
    lower: float
    upper: float
    sheets: int
    items: int


def cronbach_alpha(answers: ArrayLike, *, level: float = 0.95) -> Alpha:
    """Cronbach's alpha of answers (sheets in rows, items in columns, reversed ones already turned); rows with a missing answer are left out.

    alpha = k / (k - 1) * (1 - sum of the items' variances / variance of the sum). CqiError below two items or two whole sheets.
    Sources: Cronbach, Psychometrika 16 (1951) 297-334; interval: Feldt, Woodruff and Salih, Applied Psychological Measurement 11 (1987)
    93-103, formulas 6 and 7, F with n - 1 and (n - 1)(k - 1) degrees of freedom.
    """
    rows = np.asarray(answers, float)
    rows = rows[~np.isnan(rows).any(axis=1)] if rows.ndim == 2 else rows
    if rows.ndim != 2 or rows.shape[0] < 2 or rows.shape[1] < 2:
        raise CqiError("Cronbach's alpha needs two items or more, and two sheets or more on which all of them are answered.")
    sheets, items = rows.shape
    whole = rows.sum(axis=1).var(ddof=1)
    value = items / (items - 1) * (1 - rows.var(axis=0, ddof=1).sum() / whole) if whole > 0 else np.nan
    lower, upper = alpha_interval(value, sheets=sheets, items=items, level=level)
    return Alpha(float(value), lower, upper, sheets, items)


def alpha_interval(value: float, *, sheets: int, items: int, level: float = 0.95) -> tuple[float, float]:
    """The limits of an alpha from so many sheets and items (Feldt, Woodruff and Salih 1987)."""
    tail, freedom = (1 - level) / 2, (sheets - 1, (sheets - 1) * (items - 1))
    return tuple(float(1 - (1 - value) * stats.f.ppf(share, *freedom)) for share in (1 - tail, tail))
