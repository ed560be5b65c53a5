"""What the rules say when they refuse.

A refusal carries an English message id and its parameters, never a finished sentence: the page or the letter
that shows it translates it into the reader's language (`awardapp.i18n.explain`).
"""

from __future__ import annotations

from typing import Any


def N_(msgid: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark a message id for translation where it is written down but not yet shown; returns it unchanged."""
    return msgid


class RuleViolation(Exception):
    """A rule of the award refuses what was asked. Nothing was changed.

    `msgid` is an English sentence with `%(name)s` places, `params` fills them, `field` names the form field it
    belongs to, if it belongs to one.
    """

    def __init__(self, msgid: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params
        self.field = field


class IllegalTransition(RuleViolation):
    """The thing is not in a state from which the action leads anywhere; usually somebody else was faster."""


class NotPermitted(RuleViolation):
    """This person may not do this. Shown as 403, or as 404 where the existence itself is private."""


class StaleVersion(RuleViolation):
    """The form was filled in from an older version than the one stored (409). Both texts are shown."""


class TooLate(RuleViolation):
    """The instant until which this was possible has passed."""
