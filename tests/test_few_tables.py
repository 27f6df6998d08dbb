"""Tables are held while they fit; those that do not are read again when somebody asks."""

from dataclasses import dataclass

import pandas as pd
import pytest

from cqi.render import few_tables
from cqi.render.few_tables import FewTables


@dataclass(frozen=True)
class Found:
    table: pd.DataFrame
    facts: dict


@pytest.mark.parametrize("most, read", [(30, "abc"), (29, "abca"), (20, "abca"), (19, "abaca"), (0, "abaca")])
def test_tables_of_ten_cells_are_held_while_one_more_fits(monkeypatch, most, read):
    monkeypatch.setattr(few_tables, "MOST_CELLS", most)
    seen = []

    def found(key):
        seen.append(key)
        return Found(pd.DataFrame({key: range(10)}), {})

    few = FewTables(found)
    assert [list(few[key].table)[0] for key in "abaca"] == list("abaca")
    assert "".join(seen) == read and "a" in few and "d" not in few


def test_tables_that_cannot_be_read_leave_the_others_where_they_are():
    few = FewTables({"a": Found(pd.DataFrame(), {})}.__getitem__)
    assert few["a"] is few["a"]
    with pytest.raises(KeyError):
        few["b"]
    assert "a" in few and "b" not in few
