"""Counties that are spelled in several ways become one, by a careful rule, and it is said."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cqi.sources.account import Ledger, counted
from cqi.sources.columns import listed

FORMULA = "=+-@"
"""How text begins that a spreadsheet runs; exported tables write it as text."""

Rows = dict[str, pd.DataFrame]


def one_spelling(rows: Rows, ledger: Ledger) -> Rows:
    """The rows of every role, a county's spellings brought to the one that most rows have.

    Spellings of one county differ only in case, spaces, hyphens, full stops and apostrophes, in 'Saint' and 'St.', 'and' and
    '&', or in 'County' at the end, unless there is a 'City' of the same name. Spellings with different county_fips stay apart.
    """
    held = {role: table for role, table in rows.items() if "county" in table}
    if not held:
        return rows
    for table in held.values():
        formula = table["county"].isin([name for name in table["county"].unique() if name[:1] in FORMULA and name])
        ledger.tell("formula", f"{counted(int(formula.sum()), 'county name')} that a spreadsheet would run", table[formula], note=False)
    names = pd.concat([table["county"].value_counts() for table in held.values()]).groupby(level=0).sum()
    read_as = _read_as(names, pd.concat([_codes(table) for table in held.values()]))
    if not read_as:
        return rows
    found = dict(rows)
    for role, table in held.items():
        changed = table["county"].isin(read_as)
        pairs = sorted(table.loc[changed, "county"].unique())
        ledger.tell("county-spellings", f"spellings of one county: {listed([f'{name!r} read as {read_as[name]!r}' for name in pairs])}",
                    table[changed], among=len(table))
        found[role] = table.assign(county=table["county"].replace(read_as))
    return found


def matched(names: pd.Series, counties: Iterable[str]) -> pd.Series:
    """The county that each name is a spelling of, by the rule of `one_spelling`; '' where it is of none, or of two alike."""
    counties, written = pd.Series(sorted(counties), dtype="str"), pd.Series(names.unique(), dtype="str")
    keys = _keys(pd.concat([counties, written], ignore_index=True))
    by_key = counties.set_axis(keys.iloc[:len(counties)])
    by_key = by_key[~by_key.index.duplicated(keep=False)]
    found = dict(zip(written, keys.iloc[len(counties):].map(by_key).fillna(""), strict=True))
    return names.map(found | {county: county for county in counties}).astype("str")


def _codes(table: pd.DataFrame) -> pd.DataFrame:
    """Each county and county_fips that stand together."""
    both = table[["county", "county_fips"]] if "county_fips" in table else pd.DataFrame({"county": [], "county_fips": []}, dtype="str")
    return both.loc[both["county_fips"] != ""].drop_duplicates()


def _read_as(names: pd.Series, codes: pd.DataFrame) -> dict[str, str]:
    """Spelling -> the spelling that it is read as, for those that are not their county's most frequent."""
    table = pd.DataFrame({"name": names.index, "rows": names.to_numpy()}).loc[lambda table: table["name"] != ""]
    table = table.assign(key=_keys(table["name"]), shouted=table["name"].str.isupper())
    several = table.loc[table["key"].duplicated(keep=False)]
    several = several.sort_values(["key", "rows", "shouted", "name"], ascending=[True, False, True, True])
    known = several[["name", "key"]].merge(codes, left_on="name", right_on="county")
    apart = known.groupby("key")["county_fips"].nunique().loc[lambda count: count > 1].index
    several = several.loc[~several["key"].isin(apart)]
    best = several.groupby("key")["name"].transform("first")
    other = several["name"] != best
    return dict(zip(several.loc[other, "name"], best[other], strict=True))


def _keys(names: pd.Series) -> pd.Series:
    """What is left of a name when the ways of spelling it are taken away."""
    key = names.str.casefold().str.replace(r"[.'’`]", "", regex=True).str.replace("&", " and ", regex=False)
    key = key.str.replace(r"[\s-]+", " ", regex=True).str.strip()
    key = key.str.replace(r"\bsaint\b", "st", regex=True).str.replace(r"\bsainte\b", "ste", regex=True)
    stem = key.str.replace(r" county$", "", regex=True)
    return stem.where(~(stem + " city").isin(set(key)), key)
