"""Accounts: registering, signing in and out with a second factor, invitations, forgotten passwords, one's own account.

Known and unknown addresses get the same answers, in the same time. A password is checked while no transaction is open:
that takes an eighth of a second, during which nobody else could write to an SQLite database.
"""

from __future__ import annotations

from awardapp.web.auth import account as _account
from awardapp.web.auth import factors as _factors
from awardapp.web.auth import idle as _idle
from awardapp.web.auth import invitations as _invitations
from awardapp.web.auth import passkey_challenges as _passkey_challenges
from awardapp.web.auth import passwords as _passwords
from awardapp.web.auth import registration as _registration
from awardapp.web.auth import second_step as _second_step
from awardapp.web.auth import sign_in as _sign_in
from awardapp.web.auth.blueprint import bp

__all__ = [
    "_account",
    "_factors",
    "_idle",
    "_invitations",
    "_passkey_challenges",
    "_passwords",
    "_registration",
    "_second_step",
    "_sign_in",
    "bp",
]
