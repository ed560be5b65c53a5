"""What a freeze stops, and what goes on."""

from __future__ import annotations

from datetime import timedelta

WRITING = timedelta(minutes=10)  # who saved something so lately is writing now
SOON = timedelta(hours=48)  # deadlines so near are shown to somebody who is about to freeze
SPARED = timedelta(hours=24)  # so long after the lifting the clock closes no call whose deadline fell into the freeze

# The changes that go on: signing in and out, the second factor (without which nobody could lift), and the freeze itself.
OPEN_ENDPOINTS = frozenset(
    {
        "auth.try_sign_in",
        "auth.sign_in_with_passkey",
        "auth.try_second_factor",
        "auth.passkey_challenge",
        "auth.sign_out",
        "auth.stay",
        "auth.begin_app",
        "auth.confirm_app",
        "auth.add_passkey",
        "auth.make_recovery_codes",
        "auth.confirm_self",
        "secretariat.freeze_site",
        "secretariat.ask_to_lift_freeze",
        "secretariat.keep_site_frozen",
        "secretariat.lift_freeze",
    }
)
