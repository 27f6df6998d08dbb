"""The run that was last due happens once: made up for when it was missed, not repeated, and tried again when something has changed."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from cqi.render.lock import FolderHeld, held
from cqi.scheduling.due import KEPT, Attempt, last_attempt, made_if_due, waiting
from running import command
from test_scheduling import site_in

DUE = datetime(2026, 7, 6, 6)
NEXT = datetime(2026, 8, 3, 6)


@pytest.fixture
def site(tmp_path):
    """A site whose data has not come yet: its runs end at once, with exit code 2."""
    return site_in(tmp_path)


def ran(site, code: int, *, due: datetime = DUE, read: str = "another") -> None:
    (site.folder / "reports").mkdir(exist_ok=True)
    (site.folder / "reports" / KEPT).write_text(json.dumps({"due": due.isoformat(), "code": code, "read": read, "said": []}),
                                                encoding="utf-8")


def by_hand(site, made: datetime, *, status: str = "done", counties: tuple = ()) -> None:
    folder = site.folder / "reports/2026-06-30"
    folder.mkdir(parents=True, exist_ok=True)
    record = {"as_of": "2026-06-30", "made": made.astimezone(timezone.utc).isoformat(), "inputs": [],
              "pages": [{"place": "x", "status": status}],
              "parameters": {"counties": list(counties), "cohorts": [], "profiles": ["internal"]}}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize("now", [DUE, DUE + timedelta(hours=6), DUE + timedelta(days=20), NEXT - timedelta(minutes=1)])
def test_a_run_that_has_not_happened_waits_until_the_next_is_due(site, now):
    assert waiting(site, now) == DUE
    ran(site, 0)
    assert waiting(site, now) is None and waiting(site, NEXT) == NEXT


@pytest.mark.parametrize(("code", "again"), [(0, False), (4, True), (130, True), (143, True), (-9, True)])
def test_a_run_that_was_held_up_or_stopped_is_tried_again(site, code, again):
    ran(site, code)
    assert bool(waiting(site, DUE + timedelta(hours=6))) is again


def test_a_run_that_ended_badly_waits_for_other_data(site):
    """No data: exit code 2, once. Then the data comes, and it is tried again; then cqi.toml is put right."""
    assert made_if_due(site, DUE) == 2 and last_attempt(site).due == DUE.isoformat() and "extract" in last_attempt(site).said[-1]
    day = DUE + timedelta(days=1)
    assert waiting(site, day) is None and made_if_due(site, day) == 0
    (site.folder / "extract").mkdir()
    (site.folder / "extract/episodes.csv").write_text("child_id\n", encoding="utf-8")
    assert waiting(site, day) == DUE and made_if_due(site, day) == 2 and waiting(site, day) is None
    with (site.folder / "cqi.toml").open("a", encoding="utf-8") as file:
        file.write("# put right\n")
    assert waiting(site, day) == DUE


@pytest.mark.parametrize(("minutes", "happened"), [(-1, False), (0, True), (60, True), (121, False)])
def test_what_somebody_made_by_hand_since_counts(site, minutes, happened):
    by_hand(site, DUE + timedelta(minutes=minutes))
    assert (waiting(site, DUE + timedelta(minutes=120)) is None) is happened


def test_a_part_made_by_hand_or_one_that_failed_does_not(site):
    for told in ({"status": "failed"}, {"counties": ("Birch",)}):
        by_hand(site, DUE + timedelta(minutes=5), **told)
        assert waiting(site, DUE + timedelta(hours=1)) == DUE


def test_two_never_overlap(site):
    with held(site.folder / "reports/.scheduled"), pytest.raises(FolderHeld):
        made_if_due(site, DUE)
    assert last_attempt(site) is None


def test_what_cannot_be_read_is_no_run(site):
    ran(site, 0)
    (site.folder / "reports" / KEPT).write_text("{", encoding="utf-8")
    assert last_attempt(site) is None and waiting(site, DUE) == DUE


def test_before_anything_is_handed_over_no_run_is_missed(site):
    shown = command("schedule", "--scheduler", "cron", cwd=site.folder).stdout
    assert "Once this is handed over, the next look at " in shown and "has not happened" not in shown


def test_the_command_shows_installs_nothing_and_says_how_the_last_run_ended(site):
    (site.folder / "reports").mkdir()
    ended = Attempt(DUE.isoformat(), 5, "", ["The data is whole up to 31 March 2026."])
    (site.folder / "reports" / KEPT).write_text(json.dumps(vars(ended)), encoding="utf-8")
    shown = command("schedule", "--scheduler", "cron", cwd=site.folder, CQI_JOURNAL="somewhere")
    assert shown.returncode == 0 and "0 6 1-7 * * " in shown.stdout
    assert "ended with exit code 5.\n  The data is whole up to 31 March 2026." in shown.stdout
    assert "On the first Monday of the month at 06:00, that is: Monday " in shown.stdout and "CQI_JOURNAL is set here" in shown.stdout
    assert shown.stdout.rstrip().endswith("Nothing is installed yet. To hand this over: cqi schedule --install")


@pytest.mark.parametrize(("old", "new", "out", "why"), [
    ('"reports"', '"pages"\n[broken', "pages", "this is not TOML"),
    ('"first Monday"', '"last Monday"', "reports", "[schedule] every: 'last Monday' is not right"),
    ('out = "reports"', 'out = "https://example.org/x"', "reports", "[review] out:"),
    ("Example State", "Example \udcff", "reports", "it is not UTF-8"),
])
def test_a_file_that_cannot_be_read_is_kept_in_words_and_once_it_is_right_the_run_is_made(site, old, new, out, why):
    file = site.folder / "cqi.toml"
    right = file.read_text(encoding="utf-8")
    file.write_bytes(right.replace(old, new).encode("utf-8", "surrogateescape"))
    said = command("schedule", "--due", cwd=site.folder)
    kept = json.loads((site.folder / out / KEPT).read_text(encoding="utf-8"))
    assert said.returncode == kept["code"] == 2 and why in said.stderr
    assert kept["said"][0].startswith("The scheduled run of ")
    assert f"failed, because cqi.toml could not be read: {said.stderr.strip()}" in kept["said"][0]
    file.write_text(right.replace('"reports"', f'"{out}"'), encoding="utf-8")
    shown = command("schedule", "--scheduler", "cron", cwd=site.folder).stdout
    assert f"could not begin; it ended with exit code 2.\n  {kept['said'][0]}" in shown and "has not happened: the look" in shown


def test_no_file_at_all_leaves_nothing_behind(tmp_path):
    assert command("schedule", "--due", cwd=tmp_path).returncode == 2 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("file", "told"), [("", True), ('password_file = "word"\n', False)])
def test_a_password_that_only_the_environment_holds_is_told(site, file, told):
    with (site.folder / "cqi.toml").open("a", encoding="utf-8") as toml:
        toml.write(f'[handover]\nuser = "cqi"\n{file}')
    assert ("comes from CQI_MAIL_PASSWORD" in command("schedule", "--scheduler", "cron", cwd=site.folder).stdout) is told


def test_without_a_site_the_command_says_what_to_do(tmp_path):
    said = command("schedule", cwd=tmp_path)
    assert (said.returncode,
            said.stderr) == (2, "There is no cqi.toml in this folder; cqi init writes one. Then run cqi schedule in its folder.\n")


def test_the_due_run_is_made_by_the_command_and_its_code_comes_back(site):
    said = command("schedule", "--due", cwd=site.folder)
    assert said.returncode == 2 and last_attempt(site).code == 2
    again = command("schedule", "--due", cwd=site.folder)
    assert again.returncode == 0 and "ended with exit code 2; cqi schedule says why." in again.stdout
