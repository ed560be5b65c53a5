"""The one thing to do next in a cycle, and what its steps by hand mean.

Only words and addresses: whether a step is possible is decided by services.cycles when it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import MANUAL_STEPS, PHASE_NAMES, CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.models import Cycle
from awardapp.queries import locking as locking_queries
from awardapp.queries import secretariat as queries
from awardapp.queries.cycles import Counts


@dataclass(frozen=True, slots=True)
class Standing:
    """What the next step depends on besides the phase."""

    counts: Counts
    roles: dict[Role, tuple[int, int, int]]  # how many, chairs, declared
    readings: tuple[int, int]  # drafted, released
    finished: int  # readings handed in, abstained or recused
    problems: int  # things that keep the call from opening
    is_past_deadline: bool
    lock_waits: bool = False  # a chair asks to lock the shortlist, or the winners


@dataclass(frozen=True, slots=True)
class Step:
    """The next step: words of its button (None: nothing to press), where it leads, and why."""

    button: str | None
    url: str
    why: str


# What the step out of a phase does, said before it is taken.
CONSEQUENCES: dict[CyclePhase, tuple[str, ...]] = {
    CyclePhase.DRAFT: (
        N_("Every city can begin and hand in a submission until the deadline."),
        N_("The call appears on the public pages."),
        N_("From then on a change of the rules needs a reason, which is kept; the deadline can only be extended."),
    ),
    CyclePhase.OPEN: (
        N_("Nothing more can be handed in, except by cities that were asked for changes."),
        N_("Drafts stay with their cities; they can be read but not handed in."),
    ),
    CyclePhase.SCREENING: (
        N_("The rules are fixed from then on."),
        N_("Files that are still with their city for changes can no longer come back."),
        N_("Files are assigned to the committee's members next; nothing is shown to them yet."),
    ),
    CyclePhase.SHORTLIST_PUBLIC: (N_("Jurors can read the shortlisted files and cast their ballots."),),
    CyclePhase.WINNERS_PUBLIC: (
        N_("The cycle is closed; its pages stay readable, its case studies stay in the case bank."),
    ),
}

BUTTONS: dict[CyclePhase, str] = {
    CyclePhase.DRAFT: N_("Open the call"),
    CyclePhase.OPEN: N_("Close the call"),
    CyclePhase.SCREENING: N_("Begin the committee's work"),
    CyclePhase.SHORTLIST_PUBLIC: N_("Begin the jury's work"),
    CyclePhase.WINNERS_PUBLIC: N_("Archive the cycle"),
}

# The line on the overview leaves out the sealed phases unless the cycle stands in one.
_LINE = tuple(p for p in CyclePhase if p not in (CyclePhase.SHORTLIST_SEALED, CyclePhase.WINNERS_SEALED))


def next_step(cycle: Cycle, at: Standing) -> Step:
    """What the secretariat should do now."""

    def to(endpoint: str, **values: Any) -> str:
        return url_for(f"secretariat.{endpoint}", cycle_slug=cycle.slug, **values)

    waiting = at.counts.of(SubmissionStatus.SUBMITTED)
    check = Step(
        _("Check the next file"),
        to("check_next"),
        ngettext("One file waits for its validity check.", "%(n)s files wait for their validity check.", waiting),
    )
    match cycle.phase:
        case CyclePhase.DRAFT if at.problems:
            words = ngettext(
                "One thing is missing before the call can open.",
                "%(n)s things are missing before the call can open.",
                at.problems,
            )
            return Step(_("Complete the rules"), to("rules"), words)
        case CyclePhase.OPEN if not at.is_past_deadline and waiting:
            return check
        case CyclePhase.OPEN if not at.is_past_deadline:
            return Step(None, "", _("Nothing waits for you. The call closes by itself at its deadline."))
        case CyclePhase.SCREENING if waiting:
            return check
        case CyclePhase.SCREENING if not at.roles.get(Role.COMMITTEE):
            return Step(
                _("Invite the committee"),
                to("invite", role="committee"),
                _("The technical committee has no members yet."),
            )
        case CyclePhase.COMMITTEE if at.lock_waits:
            return Step(
                _("Confirm the lock"),
                to("shortlist_lock"),
                _("The committee's chair asks to lock the shortlist and waits for a second person."),
            )
        case CyclePhase.COMMITTEE:
            scores = to("scores") if cycle.scores_opened_at is not None else None
            return _committee_step(at, to("people"), to("assignments"), scores, to("progress"))
        case CyclePhase.SHORTLIST_SEALED:
            return Step(
                _("Prepare the announcement"),
                to("announcements"),
                _("The shortlist is decided and sealed; it becomes public when two people release its announcement."),
            )
        case CyclePhase.SHORTLIST_PUBLIC if not at.roles.get(Role.JUROR):
            return Step(_("Invite the jury"), to("invite", role="juror"), _("The jury has no members yet."))
        case CyclePhase.JURY if at.lock_waits:
            return Step(
                _("Confirm the lock"),
                to("jury_lock"),
                _("The jury's chair asks to lock the winners and waits for a second person."),
            )
        case CyclePhase.JURY:
            return Step(
                _("See who is on the jury"),
                to("people"),
                _("The jury is voting; its chair ends this phase by deciding the winners."),
            )
        case CyclePhase.WINNERS_SEALED:
            return Step(
                _("Prepare the announcement"),
                to("announcements"),
                _("The winners are decided and sealed; they become public when two people release their announcement."),
            )
        case CyclePhase.WINNERS_PUBLIC:
            return Step(
                _("Prepare the case studies"),
                to("case_studies"),
                _("The winners are public. What remains are the case studies, then the archive."),
            )
        case CyclePhase.ARCHIVED:
            return Step(_("Prepare the next cycle"), to("new_cycle"), _("This cycle is finished."))
    return Step(
        _(BUTTONS[cycle.phase]) + "…",
        to("advance"),
        _("Everything is ready for “%(phase)s”.", phase=_(PHASE_NAMES[MANUAL_STEPS[cycle.phase]])),
    )


def _committee_step(at: Standing, people: str, assignments: str, scores: str | None, progress: str) -> Step:
    """`scores`: where they are, None while the chair has not opened them."""
    members, chairs, declared = at.roles.get(Role.COMMITTEE, (0, 0, 0))
    drafted, released = at.readings
    if members > declared:
        words = ngettext(
            "One member has not declared conflicts of interest yet.",
            "%(n)s members have not declared conflicts of interest yet.",
            members - declared,
        )
        return Step(_("See who is missing"), people, words)
    if not chairs:
        return Step(_("Name a chair"), people, _("The committee has no chair; only the chair can lock the shortlist."))
    if not drafted and not released:
        return Step(_("Assign the files"), assignments, _("No file has readers yet."))
    if drafted:
        words = ngettext(
            "One drafted reading is not released yet.", "%(n)s drafted readings are not released yet.", drafted
        )
        return Step(_("Look at the draft and release it"), assignments, words)
    seen = (_("See the scores"), scores) if scores else (_("See how far the reading is"), progress)
    if at.finished < released:
        words = _("%(done)s of %(total)s readings are finished.", done=at.finished, total=released)
        return Step(*seen, words)
    if not scores:
        return Step(*seen, _("All readings are finished. The committee's chair opens the scores."))
    return Step(*seen, _("All readings are finished. The committee's chair proposes and locks the shortlist."))


def standing_of(cycle: Cycle, counts: Counts, *, finished: int, problems: int, is_past_deadline: bool) -> Standing:
    """Read what `next_step` needs. Three queries at most."""
    return Standing(
        counts,
        queries.role_counts(cycle),
        queries.reading_counts(cycle),
        finished,
        problems,
        is_past_deadline,
        lock_waits=_lock_waits(cycle),
    )


def _lock_waits(cycle: Cycle) -> bool:
    """Whether a chair has asked for a lock that waits for its second person. One query, while one can wait."""
    stage = Stage.JURY if cycle.phase is CyclePhase.JURY else Stage.COMMITTEE
    return locking_queries.can_wait(cycle, stage) and locking_queries.open_request(cycle, stage) is not None


def phase_line(cycle: Cycle) -> list[dict[str, object]]:
    """The phases in order with their state and, where one is planned, their date."""
    dates = {
        CyclePhase.OPEN: cycle.opened_at or cycle.opens_at,
        CyclePhase.SCREENING: cycle.deadline_at,
        CyclePhase.COMMITTEE: cycle.committee_from,
        CyclePhase.SHORTLIST_PUBLIC: cycle.shortlist_on,
        CyclePhase.WINNERS_PUBLIC: cycle.ceremony_on,
    }
    shown = sorted({*_LINE, cycle.phase}, key=lambda phase: phase.position)
    return [
        {
            "what": _(PHASE_NAMES[phase]),
            "at": dates.get(phase),
            "is_deadline": phase is CyclePhase.SCREENING,
            "state": "now" if phase is cycle.phase else ("past" if phase.is_before(cycle.phase) else "next"),
        }
        for phase in shown
    ]
