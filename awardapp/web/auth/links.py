"""Links from letters that work once."""

from __future__ import annotations

from flask import render_template

from awardapp import clock, emails
from awardapp.models import OneTimeLink
from awardapp.services import people
from awardapp.web.auth.blueprint import Page


def live_link(token: str, *, purpose: str) -> OneTimeLink:
    """The live link of an address. Raises RuleViolation when it does not work any more."""
    return people.open_link(emails.read_link(token), purpose=purpose, now=clock.database_now())


def dead_link(purpose: str) -> Page:
    """The page for a link that leads nowhere any more."""
    return render_template("auth/dead_link.html", purpose=purpose), 410
