"""Hazards with an exposure that comes in time: Cox's partial likelihood for one exposure that switches on, within strata.

Each history is cut at its exposure into the time before and the time after (counting-process intervals), so that nobody is
exposed before the exposure comes. With one covariate of 0 and 1 the partial likelihood needs only how many of each group are at
risk and leave on each day; that is why it stands here, in a few sums checked against R's survival::coxph: with delayed entry and
ties statsmodels 0.15 gave other estimates than R, at 65 megabytes and four more packages. Ties as Efron 1977; errors robust, summed within the
child (Lin and Wei, Journal of the American Statistical Association 84 (1989) 1074-1078), as coxph(..., cluster = child) gives them.
Sources: Cox 1972; Andersen and Gill, Annals of Statistics 10 (1982) 1100-1120; time-dependent exposure: Mantel and Byar 1974.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cqi.belief.histories import EVENT, checked, day_of, strata
from cqi.belief.registering import Registered, asked
from cqi.estimates.intervals import two_sided

_STEPS = 50


@dataclass(frozen=True)
class Hazards:
    """The hazard of the event after the exposure over that before or without it, on the same day since the start.

    `status`: `shown`; `no estimate` where no event came while both groups had somebody at risk; `one side only` where all such
    events came in one group: the ratio is then 0 or infinite, and its interval open (0 to infinite).
    """

    ratio: float
    lower: float
    upper: float
    log_ratio: float
    error: float
    """Robust standard error of the log ratio."""
    model_error: float
    exposed_events: int
    unexposed_events: int
    exposed_years: float
    """Years at risk after the exposure."""
    unexposed_years: float
    status: str


@dataclass(frozen=True)
class _Deaths:
    """One entry an event: its interval, its place in its tie, and who was at risk and who had the event on that day, by group."""

    row: np.ndarray
    key: np.ndarray
    part: np.ndarray
    at_risk: np.ndarray
    leaving: np.ndarray

    def sums(self, log_ratio: float) -> tuple[np.ndarray, np.ndarray]:
        """Efron's sum over the risk set for each event, and the share of it that is exposed."""
        left = self.at_risk - self.part[:, None] * self.leaving
        weighted = left * np.exp([0, log_ratio])
        total = weighted.sum(axis=1)
        return total, weighted[:, 1] / total


def time_dependent(registered: Registered, histories: pd.DataFrame, *, by: tuple[str, ...] = (), from_month: int = 0, level: float = 0.95) -> Hazards:
    """The hazard ratio of the event, exposure switching on as it comes, within strata `by`, over all days from `from_month` on.

    Competing ends and the last day observed end the time at risk. Days past the horizon after `from_month` do not count.
    A cause-specific hazard ratio: what happens to those still at risk, not how many have the event in the end.
    """
    belief = asked(registered)
    rows = intervals(checked(histories), by, first=day_of(from_month), last=day_of(from_month) + day_of(belief.horizon))
    return fitted(rows, level=level)


def intervals(rows: pd.DataFrame, by: tuple[str, ...], *, first: int, last: int) -> pd.DataFrame:
    """Counting-process rows (start, stop] between days `first` and `last`: child_id, stratum, exposed, start, stop, event."""
    end, came = rows["days"].to_numpy(), rows["exposed_from"].to_numpy()
    parts = []
    for exposed, begin, stop in ((0, np.zeros(len(rows)), np.minimum(end, came)), (1, came, end)):
        parts.append(pd.DataFrame({
            "child_id": rows["child_id"].to_numpy(), "stratum": strata(rows, by), "exposed": exposed, "start": np.maximum(begin, first),
            "stop": np.minimum(stop, last), "event": (rows["cause"].to_numpy() == EVENT) & (stop == end) & (begin < end) & (end <= last)}))
    table = pd.concat(parts, ignore_index=True)
    return table.loc[table["start"] < table["stop"]].reset_index(drop=True)


def fitted(rows: pd.DataFrame, *, level: float = 0.95) -> Hazards:
    """The fit of counting-process rows as from `intervals`."""
    event, exposed = rows["event"].to_numpy(bool), rows["exposed"].to_numpy(int)
    years = np.bincount(exposed, weights=rows["stop"] - rows["start"], minlength=2) / 365.25
    counted = {"exposed_events": int((event & (exposed == 1)).sum()), "unexposed_events": int((event & (exposed == 0)).sum()),
               "exposed_years": float(years[1]), "unexposed_years": float(years[0])}
    deaths = _deaths(rows)
    telling = (deaths.at_risk > 0).all(axis=1)
    if not telling.any():
        return Hazards(*[np.nan] * 6, **counted, status="no estimate")
    sides = exposed[deaths.row[telling]]
    if sides.all() or not sides.any():
        return Hazards(np.inf if sides.all() else 0.0, 0.0, np.inf, *[np.nan] * 3, **counted, status="one side only")
    log_ratio, information = _solved(deaths, exposed[deaths.row])
    error = float(np.sqrt(np.square(_score_by_child(rows, deaths, log_ratio)).sum())) / information
    _, z = two_sided(level, where="time_dependent")
    return Hazards(*np.exp(log_ratio + np.array([0, -z, z]) * error).tolist(), log_ratio, error, information**-0.5, **counted, status="shown")


def _deaths(rows: pd.DataFrame) -> _Deaths:
    """Keys order strata and days in one line, so that who is at risk is a count of starts before and stops from a key on."""
    width = rows["stop"].max() + 1 if len(rows) else 1
    base, exposed = rows["stratum"].to_numpy() * width, rows["exposed"].to_numpy(int)
    start, stop = base + rows["start"].to_numpy(), base + rows["stop"].to_numpy()
    row = np.flatnonzero(rows["event"].to_numpy(bool))
    row = row[np.argsort(stop[row], kind="stable")]
    key, place, size = np.unique(stop[row], return_inverse=True, return_counts=True)
    at_risk = np.column_stack([
        np.searchsorted(np.sort(start[exposed == group]), key) - np.searchsorted(np.sort(stop[exposed == group]), key) for group in (0, 1)])
    leaving = np.column_stack([np.bincount(place, weights=exposed[row] == group, minlength=len(key)) for group in (0, 1)])
    part = (np.arange(len(row)) - np.searchsorted(stop[row], stop[row])) / size[place]
    return _Deaths(row, stop[row], part, at_risk[place], leaving[place])


def _solved(deaths: _Deaths, exposed: np.ndarray) -> tuple[float, float]:
    """The log ratio at which the score is 0, and the information there: Newton's steps, none longer than 1."""
    log_ratio = 0.0
    for _ in range(_STEPS):
        _, share = deaths.sums(log_ratio)
        information = float((share * (1 - share)).sum())
        step = float((exposed - share).sum()) / information
        log_ratio += np.clip(step, -1, 1)
        if abs(step) < 1e-12:
            break
    _, share = deaths.sums(log_ratio)
    return float(log_ratio), float((share * (1 - share)).sum())


def _score_by_child(rows: pd.DataFrame, deaths: _Deaths, log_ratio: float) -> np.ndarray:
    """Score residuals summed within the child, Efron's ties: an event counts its distance from the mean of its risk set, less what
    was to be expected over the row's time at risk."""
    total, share = deaths.sums(log_ratio)
    exposed, width = rows["exposed"].to_numpy(int), rows["stop"].max() + 1
    start, stop = (rows["stratum"].to_numpy() * width + rows[name].to_numpy() for name in ("start", "stop"))
    score = np.zeros(len(rows))
    _, tie = np.unique(deaths.key, return_inverse=True)
    mean = np.bincount(tie, weights=share) / np.bincount(tie)
    for group in (0, 1):
        expected = (group - share) / total * np.exp(group * log_ratio)
        running = np.concatenate([[0], np.cumsum(expected)])
        own = exposed == group
        score[own] -= running[np.searchsorted(deaths.key, stop[own], side="right")] - running[np.searchsorted(deaths.key, start[own], side="right")]
        spared = np.bincount(tie, weights=deaths.part * expected)
        mine = exposed[deaths.row] == group
        score[deaths.row[mine]] += (group - mean + spared)[tie[mine]]
    return pd.Series(score).groupby(rows["child_id"].to_numpy()).sum().to_numpy()
