"""Letters: to readers that the reviews are ready, to maintainers what went wrong; plain text, and the same as simple HTML. Never an
attachment."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from html import escape

from cqi.vocabulary import STEERING


@dataclass(frozen=True)
class Letter:
    """A subject, and parts: a paragraph is text, a list is a tuple of lines."""

    subject: str
    parts: tuple[str | tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return "\n\n".join(one_line(part) if isinstance(part, str) else "\n".join(f"- {one_line(line)}" for line in part)
                           for part in self.parts) + "\n"

    @property
    def html(self) -> str:
        """The letter as HTML: nothing in it is fetched, and every name is text."""
        body = "\n".join(f"<p>{_linked(part)}</p>"
                         if isinstance(part, str) else "<ul>\n" + "\n".join(f"<li>{_linked(line)}</li>" for line in part) + "\n</ul>"
                         for part in self.parts)
        return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(one_line(self.subject))}</title></head>\n'
                f'<body style="font-family: sans-serif; line-height: 1.5; color: #16212B; max-width: 42em">\n{body}\n</body></html>\n')

    def to(self, address: str, sender: str) -> EmailMessage:
        """The letter as it is sent to one address, which sees no other."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = sender, address, one_line(self.subject)
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


def one_line(words: str) -> str:
    """Words on one line without characters that steer: what is in a name begins no header and hides nothing."""
    return STEERING.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(words).split()))


def _linked(words: str) -> str:
    """The words as HTML; one that is an address of the web is a link."""
    return " ".join(f'<a href="{escape(word)}">{escape(word)}</a>' if word.startswith(("https://", "http://")) else escape(word)
                    for word in one_line(words).split(" "))

