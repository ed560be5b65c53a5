"""The accounts' blueprint, and the limits its pages share."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

bp = Blueprint("auth", __name__)

Page = str | tuple[str, int] | Response

# A city hall may sit behind one address, so the limit by address is wide; the one by account counts failures alone.
BY_ADDRESS = "60 per minute;600 per hour"
LETTERS_BY_ADDRESS = "20 per minute;120 per hour"


def typed_address() -> str:
    """The account a request is about, for a limit."""
    return "address:" + request.form.get("email", "").strip().lower()[:254]


def refused(response: Response) -> bool:
    """Whether a form was refused."""
    return response.status_code == 422


def sent(response: Response) -> bool:
    """Whether a form was taken."""
    return response.status_code == 303
