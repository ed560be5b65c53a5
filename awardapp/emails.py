"""Turning a notification into a letter: subject, text and HTML that say the same, in the recipient's language.

Each kind has a folder templates/email/<kind>/ with subject.txt and body.txt. The HTML is made from the text by one
template, so the two cannot drift apart: a paragraph stays a paragraph, a line that is an address becomes a link.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.policy import default as default_policy
from email.utils import format_datetime
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

import css_inline
from flask import current_app
from itsdangerous import URLSafeSerializer
from jinja2 import TemplateNotFound

from awardapp import clock, i18n
from awardapp.domain import letter_words


class _WholeLine(UnstructuredHeader, BaseHeader):
    """A header on one line. The library would break a long address into encoded words, which no mail program can open."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _WholeLine)
_POLICY = default_policy.clone(header_factory=_HEADERS)

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter; `html` is the text in the award's dress."""

    subject: str
    text: str
    html: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of the text, or a link when the whole paragraph is an address."""

    text: str
    is_link: bool


def _blocks(text: str) -> list[Block]:
    paragraphs = [p.strip() for p in text.split("\n\n")]
    return [Block(p, p.startswith(("http://", "https://")) and " " not in p and "\n" not in p) for p in paragraphs if p]


def _filled(template: str, **values: Any) -> str:
    """A template without what pages get around them (navigation, the signed-in person): a letter has no request."""
    return current_app.jinja_env.get_template(template).render(**values)


@dataclass(frozen=True, slots=True)
class Own:
    """Words of the secretariat's own in one language; an empty one leaves the template's."""

    subject: str = ""
    body: str = ""
    added: str = ""


def render(
    kind: str, *, language: str, time_zone: str | None, context: Mapping[str, Any], own: Own | None = None
) -> Letter:
    """Render a kind of letter in a language. Raises jinja2.TemplateNotFound for an unknown kind."""
    own = own or Own()
    with i18n.speaking(language, time_zone=time_zone):
        values = {
            "moment": i18n.format_datetime,
            "deadline": i18n.format_deadline,
            "utc": ZoneInfo("UTC"),
            "day": i18n.format_date,
            "pick": i18n.pick,
            "base_url": current_app.config["BASE_URL"],
            "support_email": current_app.config["SUPPORT_EMAIL"],
            **context,
        }
        places = _places(values) if own != Own() else {}
        if own.subject:
            subject = " ".join(letter_words.fill(own.subject, places).split())
        else:
            subject = " ".join(_filled(f"email/{kind}/subject.txt", **values).split())
        body = letter_words.fill(own.body, places) if own.body else _filled(f"email/{kind}/body.txt", **values)
        body = body.strip()
        if own.added:
            body += "\n\n" + letter_words.fill(own.added, places).strip()
        text = _filled("email/letter.txt", body=body, **values).strip() + "\n"
        html = _filled("email/letter.html", subject=subject, blocks=_blocks(text), language=language, **values)
        return Letter(subject, text, _INLINER.inline(html), language)


def _places(values: Mapping[str, Any]) -> dict[str, str]:
    """What stands for each place of domain.letter_words, in the language spoken now; what the letter lacks is left out."""
    found = {"name": values["name"]}
    if cycle := values.get("cycle"):
        found["cycle"] = i18n.pick(cycle, "name")
        found["address"] = values.get("submission_url") or values["cycle_url"]
        if cycle.deadline_at is not None:
            found["deadline"] = i18n.format_deadline(cycle.deadline_at)
    if submission := values.get("submission"):
        found["ref"] = submission.ref
        found["city"] = i18n.pick(values["city"], "name")
        found["title"] = i18n.pick(values["handed_in"], "title")
    return found


def template_digest(kind: str) -> str:
    """SHA-256 of a kind's template: tells whether it was mended since somebody wrote words of their own."""
    digest = hashlib.sha256()
    for part in ("subject", "body"):
        loader = current_app.jinja_env.loader
        if loader is None:
            raise TemplateNotFound(kind)
        digest.update(loader.get_source(current_app.jinja_env, f"email/{kind}/{part}.txt")[0].encode())
    return digest.hexdigest()


def message_id(row_id: int) -> str:
    """The Message-ID of a letter: depends on its row alone."""
    return f"<notification-{row_id}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>"


def row_of(text: str) -> int | None:
    """The row of a Message-ID of ours, or None."""
    domain = re.escape(current_app.config["MAIL_FROM"].rpartition("@")[2])
    found = re.search(rf"<notification-(\d{{1,9}})@{domain}>", text)
    return int(found[1]) if found else None


def _one_line(text: str) -> str:
    """Words of people's own for a header. The library opens an encoded word (=?utf-8?q?...?=) wherever it stands, and with it
    a line's end that somebody hid there: whatever followed would be headers, or the letter."""
    line = " ".join("".join(" " if category(c) == "Cc" else c for c in text).split())
    return line.replace("=?", "= ?")


def message(
    letter: Letter, *, row_id: int, to_name: str, to_email: str, unsubscribe_url: str | None = None
) -> EmailMessage:
    """The letter as a message with one recipient and a Message-ID that depends on the row alone.

    A resend after a crash between the server's yes and our note carries the same id, so it can be recognised. With
    `unsubscribe_url` a mail program can offer to end such letters with one click (RFC 8058).
    """
    sender = current_app.config["MAIL_FROM"]
    mail = EmailMessage(_POLICY)
    mail["Subject"] = _one_line(letter.subject)
    mail["From"] = Address(current_app.config["MAIL_FROM_NAME"], addr_spec=sender)
    mail["To"] = Address(_one_line(to_name), addr_spec=to_email)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(row_id)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    if unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


# What a link is for: a token of one purpose is nothing to the others.
ONE_TIME, LATE, NO_MORE = "one-time-link", "late-link", "no-more-letters"


def sign_link(link_id: int, *, purpose: str = ONE_TIME) -> str:
    """The token in the address of a personal link: the row's id, signed. The row knows whether it still works."""
    token = URLSafeSerializer(current_app.secret_key or "", salt=purpose).dumps(link_id)
    return token if isinstance(token, str) else token.decode()


def read_link(token: str, *, purpose: str = ONE_TIME) -> int | None:
    """The row id of a token, or None if it was not made here for this purpose."""
    ok, link_id = URLSafeSerializer(current_app.secret_key or "", salt=purpose).loads_unsafe(token)
    return link_id if ok and isinstance(link_id, int) else None
