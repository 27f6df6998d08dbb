"""The two files that `cqi init` writes, as text: `cqi.toml`, and the source that says what the columns and codes of the extract are."""

from __future__ import annotations

import json
import re
from datetime import date

from cqi.site.init.codes import LISTS, OF, Code
from cqi.site.init.fitting import Fit
from cqi.sources.names import known

SITE = """\
# What this agency has run, and for whom. Read by every cqi command that is run in this folder. All keys: docs/site.md.

[site]
name = {name}

[extract]
data = {data} # a folder or a file, from this file's folder; a star for dated ones, "extracts/2026-*": the last by name counts
source = {source}
as_of = "last complete month"
not_older_than_days = 45 # older data are not published

[review]
counties = [] # all
cohorts = [] # those whose children have not all had 12 months
profiles = {profiles}
out = "reports"
journal = "" # journal.sqlite in the folder of out, once somebody has said something

# [[target]] # what a county wants to reach; repeat for each
# county = "All counties"
# measure = "permanency_in_12_months"
# target = "40%"
# by = "2027-06-30"
# owner = "state permanency manager"

# [regions]
# "County" = "Region"

[schedule]
every = "first Monday"
at = "06:00"

[handover]
zip = true
readers = {readers}
maintainers = {maintainers}
sender = {sender}
figures = false
host = "localhost"
port = 25
security = "starttls"
"""

SOURCE = """\
# What the columns and codes of this extract are. Written by cqi init; change it by hand where it is wrong (docs/adding_a_source.md).

title = {title}
citation = "The agency's own extract; columns and codes matched by name and content with cqi init, and confirmed"
reviewer = {reviewer}
reviewed = {day}
valid_years = [1900, 2100]
date_formats = {formats}
blank_dates = ["9999-12-31", "12/31/9999", "31/12/9999"] # some systems write "none" so
federal = {federal} # true: FIPS codes and federal periods of the United States are used
{fips}shape = "one_row_per_episode"
"""


def quoted(value: str | list[str] | tuple[str, ...]) -> str:
    """A text, or a list of texts, as TOML writes it; nothing in it is markup."""
    if not isinstance(value, str):
        return f"[{', '.join(map(quoted, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def site_text(*, name: str, data: str, source: str, profiles: list[str], readers: list[str], maintainers: list[str], sender: str) -> str:
    """The text of `cqi.toml`."""
    given = {"name": name, "data": data, "source": source, "profiles": profiles, "readers": readers, "maintainers": maintainers,
             "sender": sender}
    return SITE.format(**{key: quoted(value) for key, value in given.items()})


def source_text(fits: list[Fit], codes: list[Code], formats: tuple[str, ...], *, name: str, federal: bool, day: date) -> str:
    """The text of the source: files, columns and code lists."""
    fips = 'county_codes = "fips"\n' if _fips(fits[0]) else ""
    head = SOURCE.format(title=quoted(f"Extract of {name}"), reviewer=quoted(name), day=day, formats=quoted(formats),
                         federal=str(federal).lower(), fips=fips)
    return "\n".join([head, *(_file(fit, bool(fips)) for fit in fits), *_lists(codes)])


def source_name(name: str, taken: list[str]) -> str:
    """The name of the source's file for an agency, none of `taken`: `example_state` for Example State."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "extract"
    return plain if plain not in taken else f"{plain}_extract"


def _fips(fit: Fit) -> bool:
    """Whether counties are given by five-digit code, the first zero of which may be lost."""
    values = fit.sheet.rows[fit.columns["county"]]
    values = values[values != ""]
    return bool(len(values)) and bool(values.str.zfill(5).isin(known()).mean() > 0.9)


def _file(fit: Fit, fips: bool) -> str:
    required = "required = true\n" if fit.file.required else ""
    columns = "\n".join(_column(fit, name, column, fips) for name, column in fit.columns.items())
    return f"[files.{fit.file.role}]\npatterns = {quoted([fit.sheet.pattern])}\n{required}\n[files.{fit.file.role}.columns]\n{columns}\n"


def _column(fit: Fit, name: str, column: str, fips: bool) -> str:
    own = fit.column(name)
    parts = [f"name = {quoted(column)}", *([f'kind = "{own.kind}"'] if own.kind in ("date", "number") else []),
             *([f"codes = {quoted(name)}"] if name in OF else []),
             *(f"{key} = true" for key in ("required", "filled", "lenient") if getattr(own, key)),
             *(["width = 5"] if own.width or fips and name == "county" else []),
             *([f"when_blank = {quoted(own.when_blank)}"] if own.when_blank else [])]
    return f"{name} = {{ {', '.join(parts)} }}"


def _lists(codes: list[Code]) -> list[str]:
    """A code list for each coded field: its codes, and our own words as themselves."""
    return [_list(name, [each for each in codes if each.field == name]) for name in dict.fromkeys(each.field for each in codes)]


def _list(name: str, codes: list[Code]) -> str:
    held = {each.code.casefold() for each in codes}
    lines = [f"{quoted(each.code)} = {quoted(each.word or '')}" for each in codes]
    lines += [f"{quoted(word)} = {quoted(word)}" for word in LISTS[OF[name]] if word and word not in held]
    return f"[codes.{name}]\n" + "\n".join(lines) + "\n"
