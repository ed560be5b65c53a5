"""What the kinds of letters are called."""

from __future__ import annotations

from awardapp.domain.errors import N_
from awardapp.i18n import gettext as _

LETTER_NAMES: dict[str, str] = {
    "registration": N_("Registration"),
    "account_exists": N_("Registered already"),
    "password_reset": N_("New password"),
    "invitation": N_("Invitation"),
    "role_given": N_("Further role"),
    "delegate_asked": N_("Request to act for a city"),
    "delegate_confirmed": N_("Request confirmed"),
    "delegate_invited": N_("Invitation to act for a city"),
    "delegate_joined": N_("Somebody joined a city"),
    "delegate_left": N_("Somebody left a city"),
    "city_without_delegates": N_("City without anybody"),
    "city_handed_over": N_("City handed over"),
    "delegate_ended": N_("Acting for a city ended"),
    "deadline_extended": N_("New deadline"),
    "submission_received": N_("Receipt"),
    "submission_returned": N_("Returned for changes"),
    "submission_accepted": N_("Accepted as valid"),
    "submission_not_valid": N_("Not valid"),
    "submission_withdrawn": N_("Withdrawal confirmed"),
    "advice_given": N_("Advice"),
    "late_link": N_("Link to hand in late"),
    "late_link_ended": N_("Late link taken back"),
    "files_assigned": N_("Files assigned"),
    "reading_reminder": N_("Reminder of files to read"),
    "record_sealed": N_("Digest of a sealed record"),
    "outcome_shortlisted": N_("Shortlisted"),
    "outcome_deserving": N_("Deserving"),
    "outcome_not_selected": N_("Not selected"),
    "outcome_winner": N_("Winner"),
    "outcome_special_award": N_("Special award"),
    "case_study_published": N_("Case study published"),
}


def letter_name(kind: str) -> str:
    """A kind of letter in words; one without a name is shown as it is stored."""
    return _(LETTER_NAMES[kind]) if kind in LETTER_NAMES else kind
