"""AFCARS 2020 out-of-home files: one record drawn by hand, and a whole extract written as an agency would submit it."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

BEGINS = pd.Timestamp("2022-10-01")
REASONS = {"reunification": 1, "relative": 2, "adoption": 3, "emancipation": 4, "guardianship": 5, "runaway": 6, "death": 7, "transfer": 8}
OTHER_SETTINGS = {"group home": 2, "institution": 6, "independent living": 8, "hospital": 10, "runaway": 12, "trial home visit": 14}
HOMES = {"kin": "E117_relative_foster_family", "pre-adoptive home": "E118_pre_adopt_home", "foster family": "E114_licensed_home"}


def element(name: str, value="") -> str:
    """`<name>value</name>`; a date is written as the format does."""
    text = f"{value:%Y%m%d}" if isinstance(value, pd.Timestamp) and not pd.isna(value) else "" if pd.isna(value) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def arrangement(start, family="", other="", *homes: str) -> str:
    kind = "".join(element(home, 1) for home in homes)
    return ("<living_arrangement>" + element("E112_date_living_arrangement", start) + element("E113_foster_family_home", family)
            + f"<E114_E146_foster_family_home_type>{kind}</E114_E146_foster_family_home_type>"
            + element("E120_other_living_arrangement_type", other) + "</living_arrangement>\n")


def placed(start, setting: str) -> str:
    """A living arrangement for a setting in our words."""
    return arrangement(start, 1, "", HOMES[setting]) if setting in HOMES else arrangement(start, 0, OTHER_SETTINGS.get(setting, ""))


def visit(day) -> str:
    told = element("E151_case_worker_visit_date", day) + element("E152_case_worker_visit_location", 1)
    return f"<case_worker_visit>{told}</case_worker_visit>\n"


def removal(entry, county="03001", *, inside: str = "", visits: str = "", end="", reason="9") -> str:
    plan = element("E147_permanency_plan_date", 20221201)
    return ("<removal_2020>" + element("E69_removal_date", entry) + element("E71_removal_environment", 1)
            + element("E3_local_agency", county)
            + f"<E112_E146_living_arrangements>{inside}</E112_E146_living_arrangements>"
            + f"<E147_E148_permanency_plans><permanency_plan>{plan}</permanency_plan></E147_E148_permanency_plans>"
            + f"<E151_E152_case_worker_visits>{visits}</E151_E152_case_worker_visits>"
            + element("E153_exit_date", end) + element("E155_exit_reason", reason) + "</removal_2020>\n")


def short_removal(entry, end, reason="1") -> str:
    return ("<removal_1993>" + element("E69_removal_date", entry) + element("E153_exit_date", end) + element("E155_exit_reason", reason)
            + "</removal_1993>\n")


def record(number: str, *removals: str, birth="20150615", sex="2", details: str = "") -> str:
    return ("<record>" + element("E4_child_record_number", number) + element("E5_date_of_birth", birth) + element("E6_sex", sex)
            + details + f"<E69_E186_removals>{''.join(removals)}</E69_E186_removals></record>\n")


def file(*records: str, report="202303", state="03") -> str:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<out_of_home_care>\n' + element("E1_title_iv_agency", state)
            + element("E2_report_date", report) + f"\n<records>\n{''.join(records)}</records>\n</out_of_home_care>\n")


def half_years(last: str) -> list[pd.Timestamp]:
    """The last days of the report periods from October 2022 up to `last`."""
    ends = (pd.Timestamp(year, *end) for year in range(2023, int(last[:4]) + 1) for end in ((3, 31), (9, 30)))
    return [day for day in ends if day <= pd.Timestamp(last)]


def submission(episodes: pd.DataFrame, placements: pd.DataFrame, last: pd.Timestamp) -> str:
    """The file of the half-year that ends on `last`: every child in care in it, with the whole history as known on that day."""
    first = last - pd.DateOffset(months=6) + pd.Timedelta(days=1)
    told = episodes.loc[episodes["entry_date"] <= last]
    told = told.assign(exit_date=told["exit_date"].where(told["exit_date"] <= last))
    here = told.loc[~(told["exit_date"] < first), "child_id"]
    told = told.loc[told["child_id"].isin(here)].sort_values(["child_id", "entry_date"])
    homes = placements.loc[placements["episode_id"].isin(told["episode_id"]) & (placements["start_date"] <= last)].sort_values("start_date")
    texts = pd.Series([placed(*home) for home in zip(homes["start_date"], homes["setting"])], index=homes.index)
    lived = texts.groupby(homes["episode_id"]).sum().to_dict()
    records = []
    for number, stays in told.groupby("child_id"):
        removals = [_removal(stay, lived.get(stay.episode_id, "")) for stay in stays.itertuples(index=False)]
        records.append(record(number, *removals, birth=stays["birth_date"].iloc[0], sex=1 if stays["sex"].iloc[0] == "male" else 2))
    return file(*records, report=f"{last:%Y%m}")


def _removal(stay, inside: str) -> str:
    reason = 9 if pd.isna(stay.exit_date) else REASONS.get(stay.exit_reason, "")
    if stay.exit_date < BEGINS:
        return short_removal(stay.entry_date, stay.exit_date, reason)
    return removal(stay.entry_date, stay.county_fips, inside=inside, end=stay.exit_date, reason=reason)


def write_files(folder: Path, episodes: pd.DataFrame, placements: pd.DataFrame, last: str) -> Path:
    """One XML file for each half-year from October 2022 to `last`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in half_years(last):
        (folder / f"ooh{day:%Y%m}.xml").write_text(submission(episodes, placements, day), encoding="utf-8")
    return folder
