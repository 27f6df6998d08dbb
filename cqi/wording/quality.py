"""Why a figure is not given, and what changed since the last extract, in plain words."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cqi.blocks import Cell, Details, Section, Table, Text
from cqi.cohorts import cohort
from cqi.quality import broken_limits
from cqi.registry import measure, measure_names
from cqi.sources.official import declared_checks
from cqi.vocabulary import WHOLE
from cqi.wording.numbers import joined, month_words, plural


def reason_sentences(reasons: pd.DataFrame, *, counts: bool = True) -> tuple[str, ...]:
    """One sentence for each broken limit: "Not calculated: 12% of exits have no reason in October 2024 to March 2025; the
    federal limit is 10%."

    `reasons` as from `cqi.quality.limit_reasons`, of one measure, cohort and county; each broken limit is said once. Without
    `counts` no share is told, which in a small county would give a count away.
    """
    told = reasons.drop_duplicates(["check", "period", "where"])
    return tuple(_reason(row, counts) for row in told.to_dict("records"))


def newest_of_each(reasons: pd.DataFrame) -> pd.DataFrame:
    """Of each check its newest half-year only, of the whole file where that is over the limit too."""
    whole = reasons["where"].eq(WHOLE)
    return reasons.assign(whole=whole).sort_values(["whole"], kind="stable").drop_duplicates("check", keep="last").drop(columns="whole")


def _reason(row: dict, counts: bool) -> str:
    check = declared_checks().checks[row["check"]]
    when = f" in {cohort(row['period']).words}" if row["period"] else ""
    where = f" in {row['where']}" if row["where"] != WHOLE else ""
    if check.direction == "none":
        return f"Not calculated: none {check.words}{where}{when}; at least one must be."
    if not counts:
        return f"Not calculated: too {'few' if check.direction == 'under' else 'many'} {check.plain}{where}{when}."
    limit = f"the federal limit is {'at least ' if check.direction == 'under' else ''}{check.limit}%"
    return f"Not calculated: {_beside(row['share'], check.limit)} {check.words}{where}{when}; {limit}."


def _beside(share: float, limit: int) -> str:
    """The share in percent, with as many decimals (at most two) as it takes not to look like the limit, nor like none."""
    written = [f"{share:.{decimals}%}" for decimals in (0, 1, 2)]
    return next((words for words in written if float(words[:-1]) not in (limit, 0 if share else -1)), written[-1])


def change_lines(changes: pd.DataFrame, cohorts: pd.DataFrame) -> list[str]:
    """What the command prints of two extracts: each finding with what to do, then the closed cohorts of the whole file that
    came out otherwise, and in which counties some did.

    `changes` and `cohorts` as from `cqi.quality.changes` and `changed_cohorts`.
    """
    lines = [f"{'' if row.county == WHOLE else row.county + ': '}{row.what} {row.do}" for row in changes.itertuples(index=False)]
    differ = _differ(cohorts)
    cells = plural(len(cohorts), "figure")
    if not differ.any():
        return [*(lines or [NO_CHANGE]), f"Closed cohorts: all {cells} came out the same."]
    lines.append(f"Closed cohorts: {differ.sum():,} of {cells} came out otherwise than last time.")
    counties = cohorts.loc[differ & (cohorts["county"] != WHOLE), "county"].value_counts().sort_index()
    lines += [_changed(row) for row in cohorts.loc[differ & (cohorts["county"] == WHOLE)].to_dict("records")]
    return [*lines, f"Counties with figures that changed: {', '.join(f'{county} {number:,}' for county, number in counties.items())}."]


def _differ(cohorts: pd.DataFrame) -> pd.Series:
    """Which closed cohorts came out otherwise."""
    return (cohorts["numerator_before"] != cohorts["numerator_now"]) | (cohorts["denominator_before"] != cohorts["denominator_now"])


def _changed(row: dict) -> str:
    title = measure(row["measure"]).title if row["measure"] in measure_names() else row["measure"]
    before, now = (f"{row[f'numerator_{when}']:,.0f} of {row[f'denominator_{when}']:,.0f}" for when in ("before", "now"))
    if pd.isna(row["denominator_now"]):
        now = "not there"
    words = {"added": "added", "removed": "gone", "exit_changed": "with another exit"}
    why = ", ".join(f"{plural(row[name], 'stay')} {said}" for name, said in words.items() if pd.notna(row[name]) and row[name])
    return f"{row['county']}, {row['cohort']}, {title}: {before} last time, {now}{' now' if now != 'not there' else ''}{f' ({why})' if why else ''}."


NO_CHECKS = "This kind of file has no official limits of data quality: they are of the federal system of the United States."
MONTHS_HIDDEN = "Some months hold few children, so the picture is for the agency's own staff."
NO_SINCE = ("No earlier extract was given to compare with. Give it with `--since`, and this part says which past stays changed, and which closed "
            "periods no longer come out the same.")
SINCE_HIDDEN = "What changed since the last extract is for the agency's own staff: the differences may be of few children."
NO_CHANGE = "No change that needs a look since the last extract."
ROWS_HIDDEN = "What became of the rows is hidden to protect privacy: some of the numbers are small."
DEFECTS_HIDDEN = "What was found in the files, row by row, is for the agency's own staff."
SEVERITY = {"high": "serious", "medium": "to check", "low": "to know"}
DONE = {"quarantine": "rows set aside", "warn": "kept", "fix": "put right", "reject": "refused"}


def named(checks: pd.DataFrame) -> pd.DataFrame:
    """The checks with their `title`, in the order of their declaration and of time."""
    declared = list(declared_checks().checks)
    rows = checks.assign(title=checks["check"].map(lambda name: declared_checks().checks[name].title), over=checks["over"].astype(bool))
    rows = rows.loc[rows["period"] != ""].assign(begins=lambda found: found["period"].map(lambda word: cohort(word).start))
    return rows.assign(place=rows["check"].map(declared.index)).sort_values(["begins", "place"], kind="stable", ignore_index=True)


def newest(checks: pd.DataFrame) -> pd.DataFrame:
    """Of each check its newest half-year, in the order of their declaration."""
    rows = named(checks).drop_duplicates("check", keep="last")
    return rows.sort_values("place", ignore_index=True)


def used(rows: pd.DataFrame) -> pd.DataFrame:
    """How much of its limit each check uses: title, used (1 is the limit), over. Checks without a share are left out."""
    declared = declared_checks().checks
    share, limit = rows["share"].astype("float64"), rows["check"].map(lambda name: declared[name].limit / 100)
    under = rows["check"].map(lambda name: declared[name].direction == "under")
    found = rows.assign(used=(share / limit.where(limit > 0)).where(~under, limit / share.where(share > 0)))
    return found.loc[found["used"].notna(), ["title", "used", "over"]]


def limits_finding(rows: pd.DataFrame) -> str:
    """How many checks of the newest periods are within their limits, and which are not."""
    over = rows.loc[rows["over"], "title"]
    words = f"{(~rows['over']).sum()} of {plural(len(rows), 'official check')} are within their federal limits in their newest period."
    return words + (f" Over the limit: {'; '.join(over)}." if len(over) else "")


def limits_table(rows: pd.DataFrame, caption: str, day: date) -> Table:
    """Each check's newest half-year or federal year: records flagged, among how many, share, limit. A period that is not over
    on the as-of date is named below."""
    declared = declared_checks().checks
    part = used(rows)["used"].map("{:.0%}".format)
    lines = tuple((Cell(row["title"]), Cell(row["period"]), Cell(f"{row['flagged']:,.0f}"), Cell(f"{row['among']:,.0f}"), Cell(f"{row['share']:.2%}"),
                   Cell(_limit(declared[row["check"]])), Cell(part.get(place, "none")), Cell("over" if row["over"] else "within"))
                  for place, row in zip(rows.index, rows.to_dict("records")))
    unfinished = [f"{cohort(word).words} ({word}) is not over yet: its records so far." for word in rows["period"].unique() if cohort(word).end > day]
    return Table(caption, ("Check", "Period", "Records", "Among", "Share", "Limit", "Part of the limit used", "Within or over"), lines, notes=tuple(unfinished))


def _limit(check) -> str:
    return {"none": "at least one", "under": f"at least {check.limit}%"}.get(check.direction, f"at most {check.limit}%")


def periods_finding(rows: pd.DataFrame) -> str:
    """In how many periods some check was over its limit, and which were last."""
    over, total = rows.loc[rows["over"]], rows["period"].nunique()
    if over.empty:
        return f"No official limit was broken in {f'any of {total} periods' if total > 1 else 'the one period'} that the file holds."
    last = over.loc[over["period"] == over["period"].iloc[-1]]
    return (f"A limit was broken in {over['period'].nunique()} of {plural(total, 'period')}, last in {cohort(last['period'].iloc[0]).words}: "
            f"{'; '.join(last['title'].str.lower())}.")


def periods_table(rows: pd.DataFrame, caption: str) -> Table:
    """Periods in rows, those over a limit with the checks; the others together."""
    lines = []
    for word, part in rows.groupby("period", sort=False):
        over = part.loc[part["over"], "title"]
        lines.append((Cell(f"{cohort(word).words} ({word})"), Cell(f"{len(part)}"), Cell("; ".join(over) or "none")))
    return Table(caption, ("Period", "Checks", "Over their limit"), tuple(lines), numeric=False)


def by_county(checks: pd.DataFrame) -> tuple[Text, ...]:
    """Counties whose own share stops their figures, by name with the checks; none where there are none."""
    broken, rules = broken_limits(checks), declared_checks()
    own = broken.loc[broken["county"] != WHOLE]
    lines = [f"{county}: {'; '.join(rules.checks[name].title.lower() for name in part['check'].drop_duplicates())}, last in {cohort(part['period'].iloc[-1]).words}."
             for county, part in own.groupby("county")]
    words = Text(("Counties over a limit of their own. Their figures are not given for those half-years:",))
    return (words, Text(tuple(lines), "list")) if lines else ()


def reasons_finding(rows: pd.DataFrame, account: pd.DataFrame) -> str:
    """How many rows of all were set aside, and the reason of most."""
    most = rows.sort_values("rows", ascending=False).iloc[0]
    first = f"{rows['rows'].sum():,.0f} of {plural(account['rows_read'].sum(), 'row')} could not be used."
    return f"{first} The {'most frequent ' if len(rows) > 1 else ''}reason ({plural(most['rows'], 'row')}): {most['reason']}."


def rows_read(account: pd.DataFrame, caption: str) -> Table:
    """Rows read by file, where what became of them is hidden because some of the counts are small."""
    lines = [(Cell(row["file"]), Cell(f"{row['rows_read']:,.0f}")) for row in account.to_dict("records")]
    total = (Cell("All files", "total"), Cell(f"{account['rows_read'].sum():,.0f}", "total"))
    return Table(caption, ("File", "Rows read"), (*lines, total), notes=(ROWS_HIDDEN,))


def months_finding(rows: pd.DataFrame, gaps: pd.DataFrame) -> str:
    """The usual number of entries and exits a month, the last month's, and the months that look incomplete."""
    usual, last = rows[["entries", "exits"]].median(), rows.iloc[-1]
    return (f"Usually {plural(usual['entries'], 'child', 'children')} entered and {usual['exits']:,.0f} left in a month; in {month_words(str(last['month'])[:7])} "
            f"{last['entries']:,.0f} entered and {last['exits']:,.0f} left." + "".join(
                f" Surprisingly {what} in {joined([month_words(month) for month in part['month']])}." for what, part in gaps.groupby("finding")))


def months_table(rows: pd.DataFrame, caption: str) -> Table:
    """Entries and exits by month, the newest first."""
    lines = tuple((Cell(month_words(str(row["month"])[:7])), Cell(f"{row['entries']:,.0f}"), Cell(f"{row['exits']:,.0f}"))
                  for row in rows.iloc[::-1].to_dict("records"))
    return Table(caption, ("Month", "Entered", "Left"), lines)


def defects(table: pd.DataFrame, *, shown: bool) -> Section:
    """What was found in the files: where and what, why it matters and what to do; in words only for whom it is."""
    if not shown:
        return Section((Text((DEFECTS_HIDDEN,), "note"),))
    lines = tuple((Cell(_where(row)), Cell(row["what"]), Cell(SEVERITY[row["severity"]]), Cell(DONE[row["action"]]), Cell(f"{row['why']}\nWhat to do: {row['do'][0].lower()}{row['do'][1:]}"))
                  for row in table.to_dict("records"))
    none = ((Cell("No file"), Cell("nothing was found"), Cell(""), Cell(""), Cell("")),)
    return Section((Table("What was found in the files", ("Where", "What", "How serious", "What was done", "Why it matters, and what to do"), lines or none,
                          numeric=False),))


def _where(row: dict) -> str:
    return row["file"] + ("" if pd.isna(row["row"]) else f"\nrow {row['row']:,}") if row["file"] else "all files"


def changed(found: pd.DataFrame, cohorts: pd.DataFrame) -> Section:
    """What changed since the last extract: how many closed figures, what to look at by county, then the closed figures themselves."""
    differ = _differ(cohorts)
    summary = f"{differ.sum():,} of {plural(len(cohorts), 'figure')} of closed periods came out otherwise than last time."
    look = Table("Changes that need a look", ("Where", "What", "What to do"),
                 tuple((Cell(row["county"]), Cell(row["what"]), Cell(row["do"])) for row in found.to_dict("records")), numeric=False)
    whole = cohorts["county"].eq(WHOLE)
    every, counties = (cohorts.loc[differ & which] for which in (whole, ~whole))
    return Section((Text((summary, *(() if len(found) else (NO_CHANGE,)))), *([look] if len(found) else []),
                    *([_changed_table(every, "all counties together")] if len(every) else []),
                    *([Details("By county", (_changed_table(counties, "by county"),))] if len(counties) else [])))


def _changed_table(rows: pd.DataFrame, words: str) -> Table:
    lines = tuple((Cell(f"{measure(row['measure']).title}\n{cohort(row['cohort']).words}"), Cell(row["county"]), _of(row, "before"), _of(row, "now"))
                  for row in rows.to_dict("records"))
    return Table(f"Closed periods that came out otherwise, {words}", ("Measure, period", "County", "Last time", "Now"), lines)


def _of(row: dict, when: str) -> Cell:
    return Cell("not there" if pd.isna(row[f"denominator_{when}"]) else f"{row[f'numerator_{when}']:,.0f} of {row[f'denominator_{when}']:,.0f}")
