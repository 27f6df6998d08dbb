"""Children's days in care and causes of leaving, counted by group and day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cqi.vocabulary import CqiError

Counts = tuple[np.ndarray, np.ndarray, np.ndarray]


def tabulate(
    group: ArrayLike, days: ArrayLike, cause: ArrayLike, *, groups: int, causes: int, last: int, start: int = 0
) -> Counts:
    """Exits (groups, causes, last + 1), censored (groups, last + 1), entering (groups,): what `aalen_johansen` takes.

    One entry a child: `group` 0 .. groups - 1; `days`, whole days from entry to exit, or to the last day seen; `cause`
    0 .. causes - 1, or -1 for a child not seen to leave. A child seen for fewer than `start` days is left out; one seen
    for more than `last` days enters and is neither an exit nor censored. Nothing happens before `start` in the arrays.
    CqiError for a negative day or an index out of range.
    """
    group = _whole(group, lowest=0, highest=groups - 1, what="group")
    cause = _whole(cause, lowest=-1, highest=causes - 1, what="cause")
    days = _whole(days, lowest=0, highest=None, what="day in care")
    stays = days >= start
    entering = np.bincount(group[stays], minlength=groups)
    counted = stays & (days <= last)
    row = group[counted] * (causes + 1) + np.where(cause < 0, causes, cause)[counted]
    cells = np.bincount(row * (last + 1) + days[counted], minlength=groups * (causes + 1) * (last + 1))
    cells = cells.astype(np.int32).reshape(groups, causes + 1, last + 1)
    return cells[:, :causes], cells[:, causes], entering


def one_group(days: ArrayLike, cause: ArrayLike, *, causes: int, last: int, start: int = 0) -> Counts:
    """The arrays of `tabulate` for one group of children: shapes (1, causes, last + 1), (1, last + 1), (1,)."""
    nobody_else = np.zeros(np.shape(days), dtype=np.int64)
    return tabulate(nobody_else, days, cause, groups=1, causes=causes, last=last, start=start)


def any_of(exited: np.ndarray, causes: tuple[int, ...]) -> np.ndarray:
    """Exits (groups, 2, days): for any of these causes first, for all other causes second.

    `aalen_johansen` of the result gives the share who left for any of them, with its own standard error; with every
    cause named it gives that of having left at all, which is also that of `in_care`.
    """
    united = exited[:, list(causes)].sum(axis=1)
    return np.stack([united, exited.sum(axis=1) - united], axis=1)


def _whole(values: ArrayLike, *, lowest: int, highest: int | None, what: str) -> np.ndarray:
    values = np.asarray(values)
    if values.size and not np.issubdtype(values.dtype, np.integer):
        raise CqiError(f"tabulate: a {what} is not a whole number; pass integers, with no child missing.")
    if values.size and (values.min() < lowest or (highest is not None and values.max() > highest)):
        limits = f"{lowest} or more" if highest is None else f"{lowest} to {highest}"
        raise CqiError(f"tabulate: a {what} is out of range; it is {limits}.")
    return values.astype(np.int64)
