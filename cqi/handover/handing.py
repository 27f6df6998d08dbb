"""Handing over what a run has made: zip files, a letter to readers, a word to maintainers. What goes wrong here never harms the pages."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cqi.site.parts import Site
from cqi.site.places import pages
from cqi.vocabulary import SITE_FILE, CqiError
from cqi.wording.numbers import plural

if TYPE_CHECKING:
    from cqi.handover.given import Given
    from cqi.render.run import Run

AGAIN = "Try again with: cqi handover"
NOTHING = f"Nothing to hand over: [handover] in {SITE_FILE} asks for no zip files and names no readers."


@dataclass(frozen=True)
class HandedOver:
    """What was handed over, as lines to say, and what was not; `wrong` is empty where all was."""

    lines: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def hand_over(run: Run, site: Site) -> list[str]:
    """Hands a finished run over as the site asks: zip files, and the letter to readers. Returns lines to say.

    Never raises for a disk, a mail server or a folder that is held: the pages are made, whatever becomes of this; the lines say what did
    not go, and maintainers are told. Nobody gets the same letter twice. Where all went well, maintainers are told anew of what goes wrong
    next.
    """
    try:
        done = handed_over(run.folder, site)
    except Exception as error:  # noqa: BLE001 - the pages are made, and their exit code stays theirs
        done = HandedOver((), (f"Nothing was handed over: {error if isinstance(error, CqiError) else type(error).__name__}. {AGAIN}",))
    if done.wrong:
        return [*done.lines, *done.wrong, *tell_maintainers(site, "\n".join(done.wrong))]
    if not run.failed:
        _sent(site).fine()
    return list(done.lines)


def handed_over(folder: Path, site: Site | None) -> HandedOver:
    """The same for the run in this folder, of its day or the newest; without a site zip files alone. Raises CqiError where there is no
    run."""
    found = all_given(folder, site.name if site else "")
    done = _zips(found) if site is None or site.handover.zip else HandedOver()
    if site and site.handover.readers:
        letters = _letters(site, found, zips=bool(done.lines) and not done.wrong)
        done = HandedOver(done.lines + letters.lines, done.wrong + letters.wrong)
    return done if done.lines or done.wrong else HandedOver((NOTHING,))


def tell_maintainers(site: Site, reason: str) -> list[str]:
    """Writes to the site's maintainers what went wrong, once for a reason and an extract; returns lines to say where that did not go.

    `reason` may have many lines and holds no value of a child's field, as no error of ours does; names of data files are left out. Never
    raises.
    """
    from cqi.handover.letter import one_line
    from cqi.handover.post import post
    from cqi.handover.trouble import reason_key, trouble

    sent, letter = _sent(site), trouble(site, reason)
    key = reason_key(site, letter)
    to_tell = [each for each in site.handover.maintainers if not sent.told(each, key)]
    refused = post(site, lambda address: letter.to(address, site.handover.sender), to_tell,
                   accepted=lambda address: sent.add(to=address, reason=key))
    return [f"Maintainers were not told ({one_line(address)}): {why}." for address, why in refused.items()]


def all_given(folder: Path, state: str) -> list[Given]:
    """What each profile's readers were given, where that is at least one page. Raises CqiError where none was given any."""
    from cqi.handover.given import given
    from cqi.render.page import PROFILES

    found, missing = [], None
    for profile in PROFILES:
        try:
            found.append(given(folder, profile, state))
        except CqiError as error:
            missing = error
    if with_pages := [each for each in found if each.pages]:
        return with_pages
    raise CqiError("No page of the last run was made, so there is nothing to hand over.") if found else missing


# ---- parts ---------------------------------------------------------------------------------------------------------------

def _sent(site: Site):
    from cqi.handover.sent import Sent

    return Sent(pages(site))


def _zips(found: list[Given]) -> HandedOver:
    """Writes the zip files and says where they are; why not, where that did not go."""
    from cqi.handover.zips import written_zips, zip_folder
    from cqi.render.lock import held
    from cqi.render.room import reason

    lines = []
    try:
        with held(found[0].folder):
            for each in found:
                lines.append(f"{plural(len(written_zips(each)), 'zip file')} ({each.profile}): {zip_folder(each)}")
    except (CqiError, OSError) as error:
        why = str(error) if isinstance(error, CqiError) else f"{reason(error)}."
        return HandedOver(tuple(lines), (f"The zip files were not all made: {why} {AGAIN}",))
    return HandedOver(tuple(lines))


def _letters(site: Site, found: list[Given], *, zips: bool) -> HandedOver:
    """Writes to the readers who have not had this letter, whether or not it told them of zip files."""
    from cqi.handover.digest import Ready, digest
    from cqi.handover.letter import one_line
    from cqi.handover.post import post

    missing = sum(each["status"] != "done" for each in found[0].published.record["pages"])
    letter, plain = (digest(site, Ready(tuple(found), missing, with_zips)) for with_zips in (zips, False))
    sent, key = _sent(site), sha256(f"{plain.subject}\n{plain.text}".encode()).hexdigest()[:16]
    to_write = [each for each in site.handover.readers if not sent.had(each, key)]
    refused = post(site, lambda address: letter.to(address, site.handover.sender), to_write,
                   accepted=lambda address: sent.add(to=address, letter=key, as_of=found[0].published.as_of))
    went = len(to_write) - len(refused)
    said = f"The letter has gone to {plural(went, 'reader')}." if went else "Every reader has had this letter." if not to_write else ""
    wrong = [f"The letter did not reach {one_line(address)}: {why}. {AGAIN}" for address, why in refused.items()]
    return HandedOver((said,) if said else (), tuple(wrong))
