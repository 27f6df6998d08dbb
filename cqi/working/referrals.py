"""Referrals on the page: the funnel, first contacts by role, young periods, counties."""

from __future__ import annotations

import pandas as pd

from cqi.blocks import Block, Cell, Details, Figure, Section, Table, Text
from cqi.charts import official as groups
from cqi.charts import services as pictures
from cqi.charts import spec
from cqi.cohorts import cohort
from cqi.services.definitions import COMPLETED, ENGAGED
from cqi.tables.services import ServiceTables
from cqi.vocabulary import HIDDEN_WORDS, WHOLE
from cqi.wording import services as say
from cqi.wording.numbers import FEW, count_cell, joined, share
from cqi.wording.working import NO_REFERRALS, NOT_YET, newest


def referrals(tables: ServiceTables) -> Section:
    """The funnel of the newest complete period, and every period as a table."""
    if not tables.facts["referrals"]:
        return say.note(NO_REFERRALS)
    rows = say.whole(tables.referrals)
    if (done := newest(rows, COMPLETED)) is None:
        return say.note(NOT_YET)
    own = rows.loc[rows["cohort"] == done["cohort"]]
    period = cohort(done["cohort"])
    table = say.steps_table(own, [period.words], "Period", f"Referred between {period.words.replace(' to ', ' and ', 1)}: from referral to completion")
    earlier = rows.loc[rows["status"].ne("so far") & rows["cohort"].isin(rows.loc[rows["measure"].eq(COMPLETED) & rows["status"].ne("so far"), "cohort"])]
    labels = list(dict.fromkeys(earlier["cohort"]))
    every = say.steps_table(earlier, [cohort(label).words for label in labels], "Period", "From referral to completion, by period of referral")
    if pd.isna(done["value"]) or own.loc[own["measure"] == ENGAGED, "value"].isna().any():
        return Section((Text((f"The figures of the newest period are {HIDDEN_WORDS}.",), "note"), every))
    figure = Figure(f"Of the children referred between {period.words.replace(' to ', ' and ', 1)}, how far did their families come?",
                    say.funnel_finding(own.set_index("measure")), spec(pictures.funnel(own)), table,
                    ("Each bar is a share of all children referred; the dark line is its 95% interval.", *say.carried(own)))
    return Section((figure, Details("Earlier periods", (every,))))


def first_contacts(tables: ServiceTables) -> Section:
    """Engaged, and completed, by the role that made the first contact, in the newest complete period."""
    if not tables.facts["referrals"]:
        return say.note(NO_REFERRALS)
    done = newest(tables.referrals, COMPLETED)
    rows = tables.referrals.loc[tables.referrals["county"].eq(WHOLE) & tables.referrals["group"].ne("")]
    if done is None:
        return say.note(NOT_YET)
    rows = rows.loc[rows["cohort"] == done["cohort"]]
    if rows.empty:
        return say.note(say.NO_ROLES)
    when = cohort(done["cohort"]).words
    names = sorted(rows["group"].unique())
    table = say.steps_table(rows, [say.role_name(each) for each in names], "First contact", f"By who made the first contact, referred {when}", by="group")
    drawn = [_by_role(rows.loc[rows["measure"] == step], words, when) for step, words in say.STEPS.items()]
    return Section((*(each for each in drawn if each), table, Text((say.DIFFERENT_FAMILIES,), "note")))


def _by_role(rows: pd.DataFrame, words: str, when: str) -> Figure | None:
    solid = rows.loc[rows["value"].notna() & ~(rows["children"] < FEW)].sort_values("group")
    if len(solid) < 2:
        return None
    said = [f"{say.role_name(row['group'])} {say.ranged(row)}" for _, row in solid.iterrows()]
    lines = tuple((Cell(say.role_name(row["group"])), count_cell(row, "numerator"), say.percent_cell(row)) for _, row in solid.iterrows())
    return Figure(f"{words}, by who made the first contact", f"{words}: {joined(said)}.",
                  spec(groups.by_group(solid, title="share of the children referred", percent=True)),
                  Table(f"{words}, by first contact, referred {when}", ("First contact", "Children", "Share (95% interval)"), lines),
                  ("In order of name. This is not a ranking.",))


def young(tables: ServiceTables, *, own: bool) -> Section:
    """The newest period's steps so far, beside older ones at the same age."""
    if not tables.facts["referrals"]:
        return say.note(NO_REFERRALS)
    if not own:
        return say.note(say.OWN_ONLY)
    rows = tables.curves.loc[tables.curves["measure"].isin(say.STEPS)]
    parts = [_so_far(rows.loc[rows["measure"] == step], words) for step, words in say.STEPS.items()]
    return Section(tuple(part for part in parts if part)) if any(parts) else say.note("The file has no young period.")


def _so_far(rows: pd.DataFrame, words: str) -> Block | None:
    """The newest period that has reached two of the ages, drawn over the older ones."""
    known = rows.loc[rows["value"].notna()]
    ages = known.groupby("cohort")["at"].nunique()
    if ages.max() < 2 or known.empty:
        return None
    label = max(ages.index[ages > 1], key=lambda each: cohort(each).start)
    now = known.loc[known["cohort"] == label].iloc[-1]
    older = known.loc[(known["cohort"] != label) & (known["at"] == now["at"]), "value"]
    step, table = words.partition(" within ")[0].lower(), say.ages_table(rows, f"{words.partition(' within ')[0]} so far, by months since the referral")
    beside = f" Older periods had {share(older.min())} to {share(older.max())} at the same age." if len(older) else ""
    finding = (f"Of the children referred between {cohort(label).words.replace(' to ', ' and ', 1)}, so far {share(now['value'])} had {step} "
               f"{now['at']:.0f} months after the referral (likely between {share(now['lower'])} and {share(now['upper'])}).{beside}")
    return Figure(f"{cohort(label).words}: how many have {step} so far?", finding, spec(pictures.young(rows, label, f"{step}, by months since the referral")), table,
                  ("Each month counts children who have been watched to its end. A young period is compared at its own age, never with a full one.",))


def counties(tables: ServiceTables, *, own: bool) -> Section:
    """Referrals, and turnover, by county in order of name."""
    if not own:
        return say.note(say.OWN_ONLY)
    rows = tables.referrals.loc[tables.referrals["county"].ne(WHOLE)]
    staff = tables.staff.loc[tables.staff["county"].ne(WHOLE)]
    parts: list[Block] = []
    if len(rows):
        names = sorted(rows["county"].unique())
        parts.append(say.steps_table(rows, names, "County", f"From referral to completion by county, referred {cohort(rows['cohort'].iloc[0]).words}", by="county"))
    if len(staff):
        staff = staff.sort_values("county")
        parts.append(say.turnover_table(staff, "County", f"Turnover by county, {staff['cohort'].iloc[0]}", list(staff["county"])))
    return Section(tuple(parts)) if parts else say.note(NOT_YET)
