"""The first three months of a new agency: the built wheel in an empty environment, an extract whose columns are called otherwise, and the
lines that cron would run, by a clock that is moved on. The second month's extract is broken; the third month's index tells the story.

Debian's `faketime` moves the clock of all processes. The files are a cut of the sample state, as each month's end knew it.
"""

import html
import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from canary import COUNTIES
from running import DATA, ROOT, tree
from test_init import HOMES, SPOKEN, STAYS, _american
from test_packaging import alone, wheel_of

from cqi.wording.news import FIRST

pytestmark = pytest.mark.long
APRIL, MAY, JUNE = "2026-04-30", "2026-05-31", "2026-06-30"
INIT = ("init", "--name", "Example State", "--data", "extract", "--yes")
JUNIPER = "internal/juniper/2025h2.html"
BROKEN = "REMOVALS.csv: there is no column 'RMVL_DT'; add it or rename the column that holds it. Did you mean 'RMVL_START'?"


# ---- the extracts ----------------------------------------------------------------------------------------------------------

def known(day: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stays and homes of three counties as a file of that day holds them: no later entry, no later exit."""
    stays, homes = (pd.read_csv(f"{DATA}/{name}.csv", dtype=str, keep_default_na=False) for name in ("episodes", "placements"))
    stays = stays.loc[stays["county"].isin(COUNTIES) & stays["entry_date"].le(day)].drop(columns="county_fips")
    homes = homes.loc[homes["episode_id"].isin(stays["episode_id"]) & homes["start_date"].le(day)]
    left = stays["exit_date"].le(day)
    stays = stays.assign(**{name: stays[name].where(left, "") for name in ("exit_date", "exit_reason")})
    return stays, homes.assign(end_date=homes["end_date"].where(homes["end_date"].le(day), ""))


def entered_late(stays: pd.DataFrame) -> pd.DataFrame:
    """With one child of Juniper who turns out to have gone home in April."""
    waiting = stays["county"].eq("Juniper") & stays["entry_date"].between("2025-08-01", "2025-12-31") & stays["exit_date"].eq("")
    late = stays.copy()
    late.loc[stays.index[waiting][0], ["exit_date", "exit_reason"]] = ["2026-04-20", "reunification"]
    return late


def exported(stays: pd.DataFrame, homes: pd.DataFrame, folder: Path) -> None:
    """The files as the agency's own system writes them, in place of last month's."""
    folder.mkdir(exist_ok=True)
    spoken = stays.assign(exit_reason=stays["exit_reason"].replace(SPOKEN))
    _american(spoken).rename(columns=STAYS).to_csv(folder / "REMOVALS.csv", index=False)
    _american(homes).rename(columns=HOMES).to_csv(folder / "PLACEMENTS.csv", index=False)


def renamed(path: Path, old: str, new: str) -> None:
    """The file after somebody has given one column another name."""
    heads, _, rows = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(f"{heads.replace(old, new)}\n{rows}", encoding="utf-8")


# ---- the agency ------------------------------------------------------------------------------------------------------------

class Agency:
    """A folder, the program that was installed for it, and all that it has said."""

    def __init__(self, place: Path):
        self.folder, self.venv, self.said = place / "reviews", place / "venv", []
        self.folder.mkdir()

    def install(self, wheel: Path) -> None:
        for words in ((sys.executable, "-m", "venv", self.venv),
                      (self.venv / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)):
            done = alone(*words, cwd=self.folder)
            assert done.returncode == 0, done.stderr

    def at(self, moment: str, *words: str | Path) -> tuple[int, str]:
        """What the words end with and say in the agency's folder, by a clock that shows this moment."""
        done = alone("faketime", "-f", f"@{moment}:00", *words, cwd=self.folder)
        self.said.append(done.stdout + done.stderr)
        return done.returncode, self.said[-1]

    def cqi(self, moment: str, *words: str) -> tuple[int, str]:
        return self.at(moment, self.venv / "bin/cqi", *words)

    def cron(self, moment: str, line: str) -> tuple[int, str]:
        """What cron does with the line: its five fields apart, with percent signs as they were meant."""
        return self.at(moment, "sh", "-c", line.split(maxsplit=5)[5].replace("\\%", "%"))

    @property
    def kept(self) -> dict:
        return json.loads((self.folder / "reports/scheduled.json").read_text(encoding="utf-8"))

    def words(self, page: str) -> str:
        return " ".join(html.unescape(re.sub("<[^>]+>", " ", (self.folder / "reports" / page).read_text(encoding="utf-8"))).split())


# ---- the story -------------------------------------------------------------------------------------------------------------

def test_from_the_wheel_to_the_third_month(tmp_path):
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed; on Debian: apt-get install faketime")
    agency = Agency(tmp_path)
    agency.install(wheel_of(ROOT, tmp_path))
    stays, homes = known(APRIL)
    exported(stays, homes, agency.folder / "extract")
    run, look = set_up(agency)
    first_month(agency, run, look)
    second_month(agency, run, look)
    third_month(agency, run)
    told = "\n".join(agency.said)
    assert not [child for child in {*stays["child_id"], *stays["episode_id"]} if child in told]


def set_up(agency: Agency) -> tuple[str, str]:
    """The two lines that cron is shown, once the agency has said the one thing that could not be known."""
    code, said = agency.cqi("2026-05-01 10:00", *INIT)
    assert code == 2 and "--code 'see case note=WORD'" in said and not (agency.folder / "cqi.toml").exists()
    code, said = agency.cqi("2026-05-01 10:05", *INIT, "--code", "see case note=unknown")
    assert code == 0 and "Written: cqi.toml" in said and "Next: cqi doctor" in said
    code, said = agency.cqi("2026-05-01 10:10", "doctor")
    assert code == 1 and "Freshness: whole up to 30 April 2026" in said and said.endswith("\n1 to do.\n")
    assert "to do  Schedule: first Monday at 06:00; not installed" in said
    code, said = agency.cqi("2026-05-01 10:15", "schedule", "--scheduler", "cron")
    assert code == 0 and "Monday 4 May 2026, 06:00; Monday 1 June 2026, 06:00; Monday 6 July 2026, 06:00." in said
    run, look = [line for line in said.splitlines() if line.endswith("schedule --due")]
    assert run.startswith("0 6 1-7 * * ") and look.startswith("0 12 * * * ")
    return run, look


def first_month(agency: Agency, run: str, look: str) -> None:
    """The first day on which cron starts the line, a Friday, is no Monday; on Monday pages are made, at noon nothing is left to do."""
    assert agency.cron("2026-05-01 06:00", run) == (1, "") and not (agency.folder / "reports").exists()
    code, said = agency.cron("2026-05-04 06:00", run)
    assert code == 0 and re.search(r"(\d+) of \1 pages made\.", said), said
    assert (agency.kept["due"], agency.kept["code"]) == ("2026-05-04T06:00:00", 0)
    index = agency.words(f"{APRIL}/internal/index.html")
    assert "as of 30 April 2026 Example State" in index and FIRST in index
    assert agency.cron("2026-05-04 12:00", look) == (0, "Nothing to do: the run that was due on Monday 4 May 2026, 06:00 has happened.\n")


def second_month(agency: Agency, run: str, look: str) -> None:
    """The system was changed and calls a column otherwise: one clear line, kept and said again by doctor and schedule; no page moves."""
    exported(*known(MAY), agency.folder / "extract")
    renamed(agency.folder / "extract/REMOVALS.csv", "RMVL_DT", "RMVL_START")
    before = tree(agency.folder / "reports" / APRIL)
    assert agency.cron("2026-06-01 06:00", run) == (2, f"{BROKEN}\n")
    assert (agency.kept["due"], agency.kept["code"], agency.kept["said"]) == ("2026-06-01T06:00:00", 2, [BROKEN])
    code, said = agency.cron("2026-06-01 12:00", look)
    assert code == 0 and "ended with exit code 2; cqi schedule says why. It is tried again once the data or cqi.toml have changed" in said
    assert f"was due on Monday 1 June 2026, 06:00 and ended with exit code 2.\n  {BROKEN}\n" in agency.cqi(
        "2026-06-02 09:00", "schedule", "--scheduler", "cron")[1]
    assert f"to do  Extract: not right\n       {BROKEN}\n" in agency.cqi("2026-06-02 09:05", "doctor")[1]
    assert tree(agency.folder / "reports" / APRIL) == before and not (agency.folder / "reports" / MAY).exists()


def third_month(agency: Agency, run: str) -> None:
    """The extract is whole again, and one child's return home in April was entered late: the index says so, and that there is no May."""
    stays, homes = known(JUNE)
    exported(entered_late(stays), homes, agency.folder / "extract")
    before = tree(agency.folder / "reports" / APRIL)
    code, said = agency.cron("2026-07-06 06:00", run)
    assert code == 0 and re.search(r"(\d+) of \1 pages made\.", said), said
    assert (agency.kept["due"], agency.kept["code"]) == ("2026-07-06T06:00:00", 0)
    for profile in ("internal", "release"):
        index = agency.words(f"{JUNE}/{profile}/index.html")
        assert "What changed since the last run (30 April 2026) No run as of May 2026 is known here, so what changed then is told" in index
        assert "January to June 2025 is no longer followed here." in index and FIRST not in index
    index = agency.words(f"{JUNE}/internal/index.html")
    assert re.search(r"Numbers up to 30 April 2026 that read differently now: \d+ .*Juniper: the pages of [^.]*July to December 2025",
                     index)
    counted = re.search(r"Up to 30 April 2026 the last run counted (\d+) of (\d+); today's data say (\d+) of (\d+)\. "
                        r"These were entered late or corrected\.", agency.words(f"{JUNE}/{JUNIPER}"))
    then, among, again, still = map(int, counted.groups())
    assert (again, still) == (then + 1, among)
    assert tree(agency.folder / "reports" / APRIL) == before
