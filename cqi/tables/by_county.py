"""Where each county's rows stand in tables of all counties."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property

import numpy as np
import pandas as pd


class ByCounty:
    """A dataclass of tables, of which it knows each county's rows."""

    @cached_property
    def places(self) -> dict[str, dict[str, np.ndarray]]:
        """The positions of each county's rows by table, of tables that have a county; found once, since every page of a run asks."""
        tables = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: table.groupby("county").indices for name, table in tables.items() if isinstance(table, pd.DataFrame) and "county" in table}

    def of_county(self, name: str, county: str) -> pd.DataFrame:
        """The county's rows of a table, with their order and index; none where it has none. A table without rows as it is."""
        table = getattr(self, name)
        return table.take(self.places[name].get(county, np.array([], dtype=np.intp))) if len(table) else table
