"""Roles, never persons: a column of roles that cannot name anybody."""

from __future__ import annotations

import pandas as pd

from cqi.sources.services import MOST_ROLES

NOT_KNOWN, OTHERS = "not known", "other roles"


def with_roles(rows: pd.DataFrame, column: str, *, fewest: int) -> pd.DataFrame:
    """The rows with the column as groups that may be named: a blank is NOT_KNOWN, a role with fewer than `fewest` rows is OTHERS, and every
    row is '' where the column holds more than MOST_ROLES different words: then nothing is told by role. Capitals do not count."""
    role = rows[column].str.strip().str.casefold()
    number = role.loc[role != ""].value_counts()
    if len(number) > MOST_ROLES:
        return rows.assign(**{column: ""})
    few = number.index[number < max(fewest, 1)]
    return rows.assign(**{column: role.mask(role.isin(few), OTHERS).mask(role == "", NOT_KNOWN)})
