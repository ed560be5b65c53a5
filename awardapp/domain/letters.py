"""What each kind of letter is: how it goes out, how urgent it is, what makes it untrue, who may ask for no more of it.

A kind that is not in the table waits as a draft: nothing leaves because somebody forgot to say how.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from awardapp.domain.errors import N_


class Way(StrEnum):
    """How a letter leaves."""

    AT_ONCE = "at_once"  # about the recipient's own act or account, or shown in the act that wrote it
    RELEASE = "release"  # a result: the release by two people is its approval, and nothing else
    DRAFT = "draft"  # waits until the secretariat approves it


class Topic(StrEnum):
    """Letters that are not service mail; a person can ask for no more of a topic."""

    NEWS = "news"
    REMINDERS = "reminders"


TOPIC_NAMES: dict[Topic, str] = {
    Topic.NEWS: N_("News of the award"),
    Topic.REMINDERS: N_("Reminders of the deadline"),
}

# What has to reach a person who waits at the screen; what has its instant; everything else.
WAITED_FOR, TIMELY, ORDINARY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter. `true_while`: the states of the file (domain.submissions.SubmissionStatus) in which
    what it says is so; empty: always."""

    way: Way
    urgency: int = ORDINARY
    true_while: frozenset[str] = frozenset()
    opposites: tuple[str, ...] = ()
    newest_counts: bool = False  # a later letter of the kind about the same thing makes this one old
    topic: Topic | None = None
    lives: timedelta | None = None  # after this it would be of no use and is dropped


_OUTCOMES = ("outcome_shortlisted", "outcome_deserving", "outcome_winner", "outcome_special_award")
_NOW, _DRAFT = Way.AT_ONCE, Way.DRAFT

SECRETARIAT_LETTER, SECRETARIAT_NEWS = "secretariat_letter", "secretariat_news"
OWN_LETTERS = (SECRETARIAT_LETTER, SECRETARIAT_NEWS)
DRAFT_WAITING, READING_REMINDER, BALLOT_REMINDER = "draft_waiting", "reading_reminder", "ballot_reminder"

KINDS: dict[str, Kind] = {
    "password_reset": Kind(_NOW, WAITED_FOR, lives=timedelta(hours=1)),
    "registration": Kind(_NOW, WAITED_FOR),
    "account_exists": Kind(_NOW, WAITED_FOR),
    "invitation": Kind(_NOW, WAITED_FOR),
    "delegate_invited": Kind(_NOW, WAITED_FOR),
    "late_link": Kind(_NOW, WAITED_FOR),
    "late_link_ended": Kind(_NOW, TIMELY),
    "role_given": Kind(_NOW),
    "second_factor_changed": Kind(_NOW, TIMELY),
    "second_factor_reset": Kind(_NOW, TIMELY),
    "delegate_asked": Kind(_NOW),
    "delegate_confirmed": Kind(_NOW),
    "delegate_joined": Kind(_NOW),
    "delegate_left": Kind(_NOW),
    "delegate_ended": Kind(_NOW),
    "city_without_delegates": Kind(_NOW),
    "city_handed_over": Kind(_NOW),
    "submission_received": Kind(_NOW, TIMELY),
    "submission_returned": Kind(_NOW, TIMELY, newest_counts=True),
    "submission_withdrawn": Kind(_NOW),
    "advice_given": Kind(_NOW),
    "record_sealed": Kind(_NOW, TIMELY),
    "announcement_refused": Kind(_NOW, WAITED_FOR),
    "announcement_rehearsal": Kind(_NOW),
    "presentation_slot": Kind(_NOW, TIMELY),
    "presentation_moved": Kind(_NOW, TIMELY, newest_counts=True),
    "presentation_dropped": Kind(_NOW, TIMELY, newest_counts=True),
    "presentation_timetable": Kind(_NOW, TIMELY, newest_counts=True),
    "presentation_material": Kind(_NOW, TIMELY),
    "ballot_reopened": Kind(_NOW, TIMELY),
    "outcome_shortlisted": Kind(Way.RELEASE, TIMELY, opposites=("outcome_not_selected", "submission_not_valid")),
    "outcome_deserving": Kind(
        Way.RELEASE, TIMELY, opposites=("outcome_not_selected", "outcome_shortlisted", "submission_not_valid")
    ),
    "outcome_winner": Kind(
        Way.RELEASE, TIMELY, opposites=("outcome_not_selected", "outcome_deserving", "submission_not_valid")
    ),
    "outcome_special_award": Kind(Way.RELEASE, TIMELY, opposites=("submission_not_valid",)),
    "outcome_not_selected": Kind(
        Way.RELEASE, TIMELY, opposites=("outcome_shortlisted", "outcome_deserving", "outcome_winner")
    ),
    "submission_accepted": Kind(
        _DRAFT,
        true_while=frozenset({"valid"}),
        opposites=("submission_not_valid",),
        newest_counts=True,
    ),
    "submission_not_valid": Kind(
        _DRAFT,
        true_while=frozenset({"not_valid"}),
        opposites=("submission_accepted", *_OUTCOMES),
        newest_counts=True,
    ),
    "deadline_extended": Kind(_DRAFT, TIMELY, newest_counts=True),
    "files_assigned": Kind(_DRAFT),
    "case_study_published": Kind(_DRAFT),
    "feedback_open": Kind(_DRAFT, newest_counts=True),
    READING_REMINDER: Kind(_DRAFT, newest_counts=True),
    BALLOT_REMINDER: Kind(_DRAFT, newest_counts=True),
    DRAFT_WAITING: Kind(_DRAFT, TIMELY, true_while=frozenset({"draft"}), newest_counts=True, topic=Topic.REMINDERS),
    SECRETARIAT_LETTER: Kind(_DRAFT),
    SECRETARIAT_NEWS: Kind(_DRAFT, topic=Topic.NEWS),
}

UNLISTED = Kind(_DRAFT)

# Kinds that a cycle's rules may let go without approval; never what the secretariat wrote itself.
MAY_GO_AT_ONCE = tuple(sorted(name for name, kind in KINDS.items() if kind.way is _DRAFT and name not in OWN_LETTERS))


def kind_of(name: str) -> Kind:
    """The kind's line of the table."""
    return KINDS.get(name, UNLISTED)


def waits(name: str, *, at_once: Collection[str], has_cycle: bool) -> bool:
    """Whether a letter of this kind begins as a draft; `at_once` are the kinds that the cycle's rules let go."""
    return has_cycle and kind_of(name).way is Way.DRAFT and name not in at_once


def group_of(name: str, cause: str, *, is_about_file: bool) -> str:
    """The key under which letters of one cause lie together in the outbox: decisions about files by their kind,
    everything else (an extension, a round of reminders) by what brought it about."""
    return name if is_about_file else f"{name}:{cause}"


class Flag(StrEnum):
    """Why a letter that waits should not go as it is."""

    OPPOSITE = "opposite"
    UNTRUE = "untrue"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    GONE = "gone"


FLAG_NAMES: dict[Flag, str] = {
    Flag.OPPOSITE: N_("Another letter about this file says the opposite."),
    Flag.UNTRUE: N_("What it says is not so any more: the file is in another state by now."),
    Flag.SUPERSEDED: N_("A newer letter of the same kind goes to the same person."),
    Flag.EXPIRED: N_("The date it names has passed."),
    Flag.GONE: N_("The recipient does not act for the city any more."),
}
