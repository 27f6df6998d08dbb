"""Letters by a real mail server on this machine: who gets what, once; what is never in them; and that nothing is lost where none goes."""

import json
import os
import re
import smtplib
from contextlib import nullcontext

import pytest

from cqi.cli import main
from cqi.handover import hand_over, post, tell_maintainers
from cqi.handover.handing import handed_over
from cqi.handover.letter import Letter
from cqi.render.run import Run
from cqi.vocabulary import CqiError
from drawn_handover import MAINTAINERS, READERS, drawn, site
from mail_server import Inbox, asks_for, certificate, free_port, mail_server, slow_server
from running import tree


@pytest.fixture
def folder(tmp_path):
    """The folder of a run's day, in the site's folder of pages; the extract is one file."""
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "episodes.csv").write_text("child_id\n")
    return drawn(tmp_path / "reports")


def run(folder):
    return Run(folder, {}, [])


def a_letter(to):
    return Letter("words", ("more",)).to(to, "cqi@example.org")


def text(letter) -> str:
    return " ".join(letter.get_body(("plain",)).get_content().split())


# ---- the letter to readers -------------------------------------------------------------------------------------------------

def test_each_reader_is_told_what_is_ready_as_of_when_and_where(folder, tmp_path):
    with mail_server() as inbox:
        lines = hand_over(run(folder), site(tmp_path, inbox.port, address="https://intranet.example.org/cqi/"))
    assert inbox.readers == list(READERS) and "The letter has gone to 2 readers." in lines
    for address, letter in inbox.letters:
        assert letter["To"] == address and letter["Subject"] == "Example State: reviews as of 30 June 2026 are ready"
        assert letter["From"] == "cqi@example.org"
        said = text(letter)
        assert "https://intranet.example.org/cqi/2026-06-30/internal/index.html" in said
        assert "8 pages for everyone; small numbers are hidden" in said
        assert "These are the first reviews here." in said and "could not be made" not in said


def test_the_letter_holds_no_figure_no_county_and_nothing_attached(folder, tmp_path):
    with mail_server() as inbox:
        hand_over(run(folder), site(tmp_path, inbox.port))
    letter = inbox.letters[0][1]
    assert [part.get_content_type() for part in letter.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not list(letter.iter_attachments())
    for part in ("plain", "html"):
        said = letter.get_body((part,)).get_content()
        assert "holds no figures" in " ".join(said.split()) and "%" not in said and "Alder" not in said and "Birch" not in said


def test_figures_only_where_the_site_says_so_and_only_as_everyone_may_see_them(tmp_path):
    counties = {"Alder": {}, "Birch": {"hidden": True}, "Cedar": {"entered": 9, "observed": 2}, "Elm": {"row_status": "shown"}}
    drawn(tmp_path / "reports", counties)
    with mail_server() as inbox:
        hand_over(run(tmp_path / "reports" / "2026-06-30"), site(tmp_path, inbox.port, figures=True))
    said = text(inbox.letters[0][1])
    assert "- Alder: 24 of 100 children (24%; the true share is likely between 17% and 33%) by 30 June 2026, so far. " in said
    assert "- Birch: [c], hidden to protect privacy. " in said and "- Cedar: 2 of 9 children by 30 June 2026, so far." in said
    assert "- Elm: 24 of 100 children (24%; the true share is likely between 17% and 33%) by 30 June 2026. " in said
    assert "not a ranking" in said


def test_internal_figures_are_never_mailed(tmp_path):
    drawn(tmp_path / "reports", profiles=("internal",))
    with mail_server() as inbox:
        hand_over(run(tmp_path / "reports" / "2026-06-30"), site(tmp_path, inbox.port, figures=True))
    assert "%" not in text(inbox.letters[0][1]) and "holds no figures" in text(inbox.letters[0][1])


def test_what_is_new_is_told_in_kind(tmp_path):
    drawn(tmp_path / "reports", day="2026-05-31", cohorts=["2025H1"], definitions={"measures/a.toml": "0"})
    folder = drawn(tmp_path / "reports")
    with mail_server() as inbox:
        hand_over(run(folder), site(tmp_path, inbox.port))
    assert ("New since the reviews as of 31 May 2026: later data, a group of children that entered care July to December 2025 and a "
            "changed definition or benchmark, so that some numbers are not made as they were before.") in text(inbox.letters[0][1])


@pytest.mark.parametrize(("news", "said"), [
    ({"internal": ["Signals that are new", "Numbers up to 31 May 2026 that read differently now"], "release": ["Signals that are new", "Signals that ended"]},
     "The first page tells what changed: signals that are new, numbers up to 31 May 2026 that read differently now and signals that ended."),
    ({"internal": [], "release": []}, "No signal came or went since then, and no number reads differently."),
])
def test_what_kinds_of_change_the_first_page_tells_is_in_the_letter(tmp_path, news, said):
    folder = drawn(tmp_path / "reports")
    record = json.loads((folder / "run.json").read_text())
    for kept, there in ((record, False), (record | {"news": {}}, False), (record | {"news": news}, True)):
        (folder / "run.json").write_text(json.dumps(kept))
        with mail_server() as inbox:
            hand_over(run(folder), site(tmp_path, inbox.port, name=f"State {len(kept)} {there}"))
        letter = " ".join(text(inbox.letters[0][1]).split())
        assert (said in letter) == there and ("signal" in letter) == there


def test_readers_hear_how_many_pages_are_missing_and_not_why(tmp_path):
    folder = drawn(tmp_path / "reports", statuses={"internal/alder/2025h2.html": "failed", "release/alder/2025h2.html": "withheld"})
    with mail_server() as inbox:
        hand_over(run(folder), site(tmp_path, inbox.port))
    assert "2 pages could not be made or given out. Those who look after the reviews are told why." in text(inbox.letters[0][1])
    assert inbox.readers == list(READERS)


def test_nobody_gets_the_same_letter_twice_and_a_new_reader_gets_it_alone(folder, tmp_path):
    with mail_server() as inbox:
        hand_over(run(folder), site(tmp_path, inbox.port, readers=READERS[:1]))
        lines = hand_over(run(folder), site(tmp_path, inbox.port, readers=READERS[:1]))
        hand_over(run(folder), site(tmp_path, inbox.port))
        assert inbox.readers == [*READERS] and "Every reader has had this letter." in lines
        later = drawn(tmp_path / "reports", day="2026-07-31")
        hand_over(run(later), site(tmp_path, inbox.port))
    assert inbox.readers == [*READERS, *READERS]


def test_a_letter_that_went_without_zip_files_is_not_sent_again_with_them(folder, tmp_path):
    from cqi.render.lock import held

    with mail_server() as inbox:
        with held(folder):
            hand_over(run(folder), site(tmp_path, inbox.port, maintainers=(), zip=True))
        assert "zip" not in text(inbox.letters[0][1])
        hand_over(run(folder), site(tmp_path, inbox.port, maintainers=(), zip=True))
    assert inbox.readers == [*READERS] and list((folder / "handover").rglob("*.zip"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_who_was_written_to_is_its_owners_only_and_a_torn_line_harms_nothing(folder, tmp_path):
    kept = tmp_path / "reports" / "handed-over.jsonl"
    with mail_server() as inbox:
        hand_over(run(folder), site(tmp_path, inbox.port))
        assert kept.stat().st_mode & 0o777 == 0o600
        kept.write_text(kept.read_text()[:-20])
        hand_over(run(folder), site(tmp_path, inbox.port))
        hand_over(run(folder), site(tmp_path, inbox.port))
    assert inbox.readers == [*READERS, READERS[1]]


@pytest.mark.parametrize("name", ["State\nBcc: everyone@example.org", "State\r\n\r\n<b>body", "State\u202e\x00"])
def test_names_begin_no_header_and_are_text_in_the_letter(name):
    message = Letter(f"{name}: ready", (f"{name} & more", (name,))).to("reader@example.org", "cqi@example.org")
    assert message["Bcc"] is None and len(message.get_all("Subject")) == 1 and "\n" not in message["Subject"]
    assert "<b>" not in message.get_body(("html",)).get_content() and "\u202e" not in message.as_string()
    assert [line for line in bytes(message).split(b"\r\n\r\n")[0].split(b"\r\n") if line.lower().startswith(b"bcc")] == []


# ---- a server that refuses, hangs, or is not what it says --------------------------------------------------------------------

def test_one_refused_reader_keeps_the_letter_from_no_other_and_is_tried_again(folder, tmp_path):
    with mail_server(Inbox(refused=READERS[:1])) as inbox:
        lines = hand_over(run(folder), site(tmp_path, inbox.port))
        assert inbox.readers == [READERS[1], *MAINTAINERS]
        assert any("did not reach reader@example.org" in line and "550" in line and "No such user" in line and "cqi handover" in line
                   for line in lines)
        assert "did not reach reader@example.org" in text(inbox.letters[-1][1])
        inbox.refused.clear()
        assert handed_over(folder, site(tmp_path, inbox.port)).lines[-1] == "The letter has gone to 1 reader."
    assert inbox.readers == [READERS[1], *MAINTAINERS, READERS[0]]


def nothing_there():
    return nullcontext(free_port())


@pytest.mark.parametrize(("server", "why"), [(nothing_there, "nothing answers at that port"), (slow_server, "did not answer in time"),
                                             (lambda: slow_server(b"2"), "")])
def test_no_server_loses_a_report(server, why, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(post, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(post, "ALL_SECONDS", 2)
    before = tree(folder)
    with server() as port:
        lines = hand_over(run(folder), site(tmp_path, port, zip=True))
    told = [line for line in lines if "did not reach" in line]
    assert len(told) == 2 and all(why in line and "Try again with: cqi handover" in line for line in told)
    assert "Maintainers were not told" in lines[-1]
    assert before.items() <= tree(folder).items() and len(list((folder / "handover").rglob("*.zip"))) == 4
    with mail_server() as inbox:
        handed_over(folder, site(tmp_path, inbox.port))
    assert inbox.readers == list(READERS)


def test_a_server_that_drips_its_answer_is_cut_off(folder, tmp_path, monkeypatch):
    """Each line comes in time, the answer never ends."""
    monkeypatch.setattr(post, "ALL_SECONDS", 1)
    with slow_server(b"220 x\r\n250-more\r\n") as port:
        refused = post.post(site(tmp_path, port), a_letter, READERS, accepted=lambda to: None)
    assert set(refused) == set(READERS)


def test_a_server_that_ends_in_the_middle_has_what_it_has_taken(folder, tmp_path):
    class Ends(Inbox):
        async def handle_DATA(self, server, session, envelope):
            await super().handle_DATA(server, session, envelope)
            return "421 Closing now"

    with mail_server(Ends()) as inbox:
        refused = post.post(site(tmp_path, inbox.port), a_letter, READERS, accepted=lambda to: None)
    assert set(refused) == set(READERS) and len(inbox.letters) == 1


def test_letters_go_encrypted_to_a_server_whose_certificate_is_right(folder, tmp_path, monkeypatch):
    context = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "127.0.0.1.pem"))
    with mail_server(tls_context=context, require_starttls=True) as inbox:
        assert handed_over(folder, site(tmp_path, inbox.port, security="starttls")).wrong == ()
    with mail_server(ssl_context=context) as whole:
        assert handed_over(folder, site(tmp_path, whole.port, security="tls", readers=("third@example.org",))).wrong == ()
    assert inbox.readers == [*READERS] and whole.readers == ["third@example.org"]


@pytest.mark.parametrize(("name", "trusted", "why"), [("mail.example.org", True, "does not trust"), ("127.0.0.1", False, "does not trust"),
                                                      (None, False, "does not offer what is needed")])
def test_no_letter_and_no_password_goes_where_the_server_is_not_who_it_says(name, trusted, why, folder, tmp_path, monkeypatch):
    monkeypatch.setenv(post.PASSWORD, "secret-word")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{name}.pem"))
    with mail_server(tls_context=certificate(tmp_path, name) if name else None, authenticator=asks_for("cqi", "secret-word"),
                     auth_require_tls=False) as inbox:
        done = handed_over(folder, site(tmp_path, inbox.port, security="starttls", user="cqi"))
    assert inbox.letters == [] and len(done.wrong) == 2 and all(why in line and "secret-word" not in line for line in done.wrong)


@pytest.fixture
def signed_in(tmp_path, monkeypatch):
    """A server that asks for user and password, and a file with a password, and the settings for both."""
    context = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "127.0.0.1.pem"))
    file = tmp_path / "mail-password"
    file.write_text("secret-word\n")
    file.chmod(0o600)
    with mail_server(tls_context=context, require_starttls=True, auth_required=True, authenticator=asks_for("cqi", "secret-word")) as inbox:
        yield inbox, file, {"security": "starttls", "user": "cqi", "password_file": "mail-password", "readers": READERS[:1]}


def test_the_password_comes_from_a_file_of_its_own_or_the_environment(folder, tmp_path, signed_in, monkeypatch):
    inbox, file, settings = signed_in
    assert handed_over(folder, site(tmp_path, inbox.port, **settings)).wrong == ()
    file.unlink()
    monkeypatch.setenv(post.PASSWORD, "secret-word")
    assert handed_over(folder, site(tmp_path, inbox.port, **settings | {"readers": READERS[1:]})).wrong == ()
    assert inbox.readers == [*READERS]


def test_a_user_without_a_file_takes_the_password_from_the_environment_or_says_where_to_put_it(folder, tmp_path, signed_in, monkeypatch):
    inbox, _, settings = signed_in
    alone = settings | {"password_file": ""}
    monkeypatch.delenv(post.PASSWORD, raising=False)
    (line,) = handed_over(folder, site(tmp_path, inbox.port, **alone)).wrong
    assert inbox.letters == [] and "[handover] user: its password is not there; set CQI_MAIL_PASSWORD, or name a file" in line
    monkeypatch.setenv(post.PASSWORD, "secret-word")
    assert handed_over(folder, site(tmp_path, inbox.port, **alone)).wrong == () and inbox.readers == list(READERS[:1])


@pytest.mark.parametrize(("mode", "content", "why"),
                         [(0o640, "secret-word", "chmod 600"), (0o604, "secret-word", "chmod 600"), (0o600, None, "cannot be read"),
                                                      (0o600, "wrong-word", "did not accept the user name and the password")])
def test_a_password_that_is_open_gone_or_wrong_is_said_without_it(mode, content, why, folder, tmp_path, signed_in):
    inbox, file, settings = signed_in
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
        file.chmod(mode)
    done = handed_over(folder, site(tmp_path, inbox.port, **settings))
    assert inbox.letters == [] and len(done.wrong) == 1 and why in done.wrong[0] and "-word" not in done.wrong[0]


def test_a_password_never_travels_unencrypted(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(post.PASSWORD, "secret-word")
    with pytest.raises(CqiError, match="unencrypted"):
        post.password(site(tmp_path, 25, host="mail.example.org", user="cqi", security="none"))


# ---- the letter to maintainers ---------------------------------------------------------------------------------------------

FAULT = ("Not made: Birch 2025H2 (internal): /srv/cqi data/Jane Roe.csv: 3 exit_date values come before entry_date.\n"
         "See restricted/audit-release.txt.")


def test_errors_go_to_maintainers_only_and_once(folder, tmp_path):
    with mail_server() as inbox:
        for _ in range(2):
            assert tell_maintainers(site(tmp_path, inbox.port), FAULT) == []
    assert inbox.readers == list(MAINTAINERS) and inbox.letters[0][1]["Subject"] == "Example State: the reviews need a look"


def test_a_name_of_a_data_file_is_in_no_letter(folder, tmp_path):
    (tmp_path / "extract" / "Jane Roe.csv").write_text("")
    for words in (FAULT, f"{tmp_path}/extract/Jane Roe.csv: this is no table.", "Jane Roe.csv: this is no table.",
                  "No table 'Jane Roe' there.", r"C:\data\Jane_Roe.xlsx: no"):
        (tmp_path / "reports" / "handed-over.jsonl").unlink(missing_ok=True)
        with mail_server() as inbox:
            tell_maintainers(site(tmp_path, inbox.port), words)
        for part in ("plain", "html"):
            said = inbox.letters[0][1].get_body((part,)).get_content()
            assert "Jane" not in said and "Roe" not in said and str(tmp_path) not in said
        assert "(a file)" in text(inbox.letters[0][1])
    with mail_server() as inbox:
        tell_maintainers(site(tmp_path, inbox.port), "episodes.csv: no column 'entry_date'.\nSee restricted/audit-release.txt.")
    assert "episodes.csv: no column 'entry_date'." in text(inbox.letters[0][1])
    assert "restricted/audit-release.txt" in text(inbox.letters[0][1])


def test_a_new_reason_a_new_extract_or_a_good_run_between_makes_it_news(folder, tmp_path):
    with mail_server() as inbox:
        here = site(tmp_path, inbox.port)
        tell_maintainers(here, "The data is 46 days old (process 17).")
        tell_maintainers(here, "The data is 47 days old (process 18).")
        assert len(inbox.letters) == 1
        tell_maintainers(here, "The disk is full.")
        assert len(inbox.letters) == 2
        (tmp_path / "extract" / "episodes.csv").write_text("child_id\nmore\n")
        tell_maintainers(here, "The disk is full.")
        assert len(inbox.letters) == 3
        hand_over(run(folder), here)
        tell_maintainers(here, "The disk is full.")
    assert inbox.readers == [*MAINTAINERS * 3, *READERS, *MAINTAINERS]


def test_a_run_with_pages_that_failed_does_not_make_its_reason_news(folder, tmp_path):
    from cqi.render.job import Job
    from cqi.render.pages import Outcome

    failed = Outcome(Job("working", {"profile": "internal"}, "internal/how-we-work.html"), "failed")
    with mail_server() as inbox:
        for _ in range(2):
            hand_over(Run(folder, {}, [failed]), site(tmp_path, inbox.port))
            tell_maintainers(site(tmp_path, inbox.port), "Not made: how we work.")
    assert inbox.readers == [*READERS, *MAINTAINERS]


def test_maintainers_who_could_not_be_told_are_told_next_time(folder, tmp_path):
    assert "Maintainers were not told (it@example.org)" in tell_maintainers(site(tmp_path, free_port()), "The disk is full.")[0]
    with mail_server() as inbox:
        assert tell_maintainers(site(tmp_path, inbox.port), "The disk is full.") == []
    assert inbox.readers == list(MAINTAINERS)


def test_a_long_list_of_reasons_is_cut(folder, tmp_path):
    with mail_server() as inbox:
        tell_maintainers(site(tmp_path, inbox.port), "\n".join(f"Not made: page {number}." for number in range(60)))
    said = text(inbox.letters[0][1])
    assert "page 39." in said and "page 40." not in said and "And 20 more." in said


def test_where_there_is_no_run_hand_over_says_so_and_goes_on(tmp_path):
    with mail_server() as inbox:
        lines = hand_over(run(tmp_path / "reports" / "2026-06-30"), site(tmp_path, inbox.port))
    assert re.match("Nothing was handed over: There is no finished run", lines[0]) and inbox.readers == list(MAINTAINERS)


def test_the_server_of_these_tests_takes_no_letter_without_encryption_where_it_asks_for_it(tmp_path):
    with mail_server(tls_context=certificate(tmp_path, "127.0.0.1"), require_starttls=True) as inbox:
        with smtplib.SMTP("127.0.0.1", inbox.port) as plain, pytest.raises(smtplib.SMTPSenderRefused):
            plain.sendmail("a@example.org", ["b@example.org"], "words")


# ---- the command -----------------------------------------------------------------------------------------------------------

TOML = """[site]
name = "Example State"
[extract]
data = "extract"
[handover]
zip = false
readers = ["reader@example.org"]
sender = "cqi@example.org"
host = "127.0.0.1"
security = "none"
port = {port}
"""


def test_the_command_sends_what_has_not_gone_and_says_what_does_not_go(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cqi.toml").write_text(TOML.format(port=free_port()))
    assert main(["handover"]) == 1 and "did not reach reader@example.org" in capsys.readouterr().err
    with mail_server() as inbox:
        (tmp_path / "cqi.toml").write_text(TOML.format(port=inbox.port))
        assert main(["handover"]) == 0 and capsys.readouterr() == ("The letter has gone to 1 reader.\n", "")
        assert main(["handover", "--out", "reports"]) == 0 and "2 zip files (release)" in capsys.readouterr().out
    assert inbox.readers == ["reader@example.org"]
