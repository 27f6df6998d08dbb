"""Cumulative incidence when each child comes under observation on a day of its own (left truncation)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cqi.estimates.counts import tabulate
from cqi.estimates.incidence import Incidence, before, curves_of, influence, root, squares
from cqi.vocabulary import CqiError


def aalen_johansen_delayed(entry: ArrayLike, exit: ArrayLike, cause: ArrayLike, *, causes: int, last: int) -> Incidence:
    """Cumulative incidence of one group (leading axis 1) whose children are each at risk from `entry` to `exit`.

    One entry a child, whole days in care: `entry` is the first day at risk, itself included (a child with 30 days in
    care on the morning of the reference date has 30), `exit` the day of leaving or last seen, `cause` 0 .. causes - 1
    or -1 for not seen to leave. The curve runs from day 0: when the few first at risk all leave, it ends there, so read
    `at_risk`; where it starts below about 10, follow the children from a later common day instead. `known` counts
    those entered by the day and not censored before it. CqiError when a child leaves before it enters.
    """
    entry, exit, cause = (np.asarray(values) for values in (entry, exit, cause))
    if np.any(entry > exit):
        raise CqiError("aalen_johansen_delayed: a child leaves before it enters; entry is not after exit.")
    seen = entry <= last
    exited, censored, entering = tabulate(
        entry[seen], exit[seen], cause[seen], groups=last + 1, causes=causes, last=last)  # a group for each entry day
    entered = np.triu(np.broadcast_to(entering[:, None], censored.shape))
    known = entered - before(np.cumsum(censored, axis=-1))
    at_risk = known - before(np.cumsum(exited.sum(axis=1), axis=-1))
    share, in_care = curves_of(exited.sum(axis=0)[None], at_risk.sum(axis=0)[None])
    errors = [_errors(exited, k, censored, at_risk, share[0, k], in_care[0]) for k in range(causes)]
    return Incidence(share, in_care, at_risk.sum(axis=0)[None], known.sum(axis=0)[None], np.array(errors)[None])


def _errors(exited, cause, censored, at_risk, share, in_care) -> np.ndarray:
    exits, leaving = exited[:, cause], exited.sum(axis=1)
    one = influence(exits.sum(axis=0), leaving.sum(axis=0), at_risk.sum(axis=0), share, in_care)
    since_entry = one._replace(constant=one.constant - before(one.constant)[:, None],
                               slope=one.slope - before(one.slope)[:, None])
    square, scale = squares(since_entry, exits, leaving, censored, at_risk, share)
    return root(square.sum(axis=0), scale.sum(axis=0))
