"""What the kinds of letters are called."""

from __future__ import annotations

from awardapp.domain.errors import N_
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.models import AttemptOutcome
from awardapp.queries.outbox import Group

LETTER_NAMES: dict[str, str] = {
    "registration": N_("Registration"),
    "account_exists": N_("Registered already"),
    "password_reset": N_("New password"),
    "invitation": N_("Invitation"),
    "role_given": N_("Further role"),
    "second_factor_changed": N_("Second factor changed"),
    "second_factor_reset": N_("Second factor reset"),
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
    "ballot_reopened": N_("Ballot opened again"),
    "announcement_refused": N_("Announcement not published"),
    "announcement_rehearsal": N_("Letter of a rehearsal"),
    "outcome_shortlisted": N_("Shortlisted"),
    "outcome_deserving": N_("Deserving"),
    "outcome_not_selected": N_("Not selected"),
    "outcome_winner": N_("Winner"),
    "outcome_special_award": N_("Special award"),
    "case_study_published": N_("Case study published"),
    "feedback_open": N_("Feedback open to the city"),
    "presentation_slot": N_("Time of a presentation"),
    "presentation_moved": N_("Presentation moved"),
    "presentation_dropped": N_("Time of a presentation called off"),
    "presentation_timetable": N_("Timetable of the presentations"),
    "presentation_material": N_("File for a presentation to be changed"),
    "draft_waiting": N_("Reminder of a file not handed in"),
    "ballot_reminder": N_("Reminder of a ballot not cast"),
    "secretariat_letter": N_("Letter of the secretariat"),
    "secretariat_news": N_("News"),
}


def letter_name(kind: str) -> str:
    """A kind of letter in words; one without a name is shown as it is stored."""
    return _(LETTER_NAMES[kind]) if kind in LETTER_NAMES else kind


_ATTEMPTS: dict[AttemptOutcome, str] = {
    AttemptOutcome.SENT: N_("Taken by the mail server"),
    AttemptOutcome.TEMPORARY: N_("Refused for now"),
    AttemptOutcome.PERMANENT: N_("Refused for good"),
    AttemptOutcome.UNREACHABLE: N_("Mail server not reached"),
    AttemptOutcome.BROKEN_OFF: N_("Broken off while the letter was handed over; it may have gone"),
    AttemptOutcome.NOT_RENDERED: N_("The text could not be made"),
    AttemptOutcome.DROPPED: N_("Not needed any more"),
}


def attempt_words(outcome: AttemptOutcome | None) -> str:
    """What became of an attempt; one that noted nothing has lost its process, or is being made."""
    if outcome is None:
        return _("Begun, nothing noted since; it may have gone")
    return _(_ATTEMPTS[outcome])


def group_words(group: Group) -> str:
    """What waits in a group: "41 files, 93 letters"."""
    letters = ngettext("one letter", "%(n)s letters", group.letters)
    if not group.files:
        return letters
    return _("%(files)s, %(letters)s", files=ngettext("one file", "%(n)s files", group.files), letters=letters)
