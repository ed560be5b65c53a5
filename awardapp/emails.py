"""Turning a notification into a letter: subject, text and HTML that say the same, in the recipient's language.

Each kind has a folder templates/email/<kind>/ with subject.txt and body.txt. The HTML is made from the text by one
template, so the two cannot drift apart: a paragraph stays a paragraph, a line that is an address becomes a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from flask import current_app
from itsdangerous import URLSafeSerializer

from awardapp import clock, i18n

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


def render(kind: str, *, language: str, time_zone: str | None, context: Mapping[str, Any]) -> Letter:
    """Render a kind of letter in a language. Raises jinja2.TemplateNotFound for an unknown kind."""
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
        subject = " ".join(_filled(f"email/{kind}/subject.txt", **values).split())
        body = _filled(f"email/{kind}/body.txt", **values).strip()
        text = _filled("email/letter.txt", body=body, **values).strip() + "\n"
        html = _filled("email/letter.html", subject=subject, blocks=_blocks(text), language=language, **values)
        return Letter(subject, text, _INLINER.inline(html), language)


def message(letter: Letter, *, row_id: int, to_name: str, to_email: str) -> EmailMessage:
    """The letter as a message with one recipient and a Message-ID that depends on the row alone.

    A resend after a crash between the server's yes and our note carries the same id, so it can be recognised.
    """
    sender = current_app.config["MAIL_FROM"]
    domain = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = Address(current_app.config["MAIL_FROM_NAME"], addr_spec=sender)
    mail["To"] = Address(to_name.replace("\n", " ").replace("\r", " "), addr_spec=to_email)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<notification-{row_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


ONE_TIME, LATE = "one-time-link", "late-link"  # what a link is for: a token of one purpose is nothing to the other


def sign_link(link_id: int, *, purpose: str = ONE_TIME) -> str:
    """The token in the address of a personal link: the row's id, signed. The row knows whether it still works."""
    token = URLSafeSerializer(current_app.secret_key or "", salt=purpose).dumps(link_id)
    return token if isinstance(token, str) else token.decode()


def read_link(token: str, *, purpose: str = ONE_TIME) -> int | None:
    """The row id of a token, or None if it was not made here for this purpose."""
    ok, link_id = URLSafeSerializer(current_app.secret_key or "", salt=purpose).loads_unsafe(token)
    return link_id if ok and isinstance(link_id, int) else None
