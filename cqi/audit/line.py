"""Lines as frames of `key` (by line), `cell`, `sign` and `kind`: signed cells of a line add to 0, or to what is left."""

from __future__ import annotations

import pandas as pd


def line(kind: str, parts: list[tuple[pd.DataFrame, int]], by: list[str], *, whole: bool = False) -> pd.DataFrame:
    """Lines of cells that agree in `by`, each frame with its sign; those with a cell from the first frame and the last, or (`whole`)
    from each."""
    frames = [frame[[*by, "cell"]].assign(sign=sign, turn=turn) for turn, (frame, sign) in enumerate(parts)]
    both = pd.concat(frames, ignore_index=True)
    if both.empty:
        return framed(kind, both.assign(key=[]))
    both["key"] = both.groupby(by, sort=True).ngroup()
    turns = both.groupby("key")["turn"]
    kept = (turns.transform("min") == 0) & (turns.transform("max") == len(parts) - 1)
    return framed(kind, both.loc[kept & (turns.transform("nunique") == len(parts)) if whole else kept])


def pairs(held: pd.DataFrame, kind: str) -> pd.DataFrame:
    """A line for each larger cell (`later`) and the smaller one in it (`before`)."""
    keyed = held.reset_index(drop=True).reset_index(names="pair")
    return line(kind, [(keyed[["pair", "later"]].set_axis(["pair", "cell"], axis=1), 1),
                       (keyed[["pair", "before"]].set_axis(["pair", "cell"], axis=1), -1)], ["pair"])


def numbered(kind: str, frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Lines of one kind from several frames, whose keys are made to differ."""
    return [frame.assign(kind=kind, key=frame["key"].astype(str) + f" {number}") for number, frame in enumerate(frames)]


def framed(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with `key`, `cell` and `sign` as lines of one kind."""
    return rows[["key", "cell", "sign"]].assign(kind=kind, key=rows["key"].astype(str))


def of(rows: pd.DataFrame, amount: str, **wanted: str) -> pd.DataFrame:
    """The cells of an amount (numerator, denominator, days) with these words."""
    chosen = rows["amount"] == amount
    for name, word in wanted.items():
        chosen &= rows[name] == word
    return rows.loc[chosen]
