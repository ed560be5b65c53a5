"""The list of what a cycle announces: what exists, what can be prepared, what goes together, what needs somebody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.i18n import gettext as _
from awardapp.models import Announcement, Cycle
from awardapp.queries import sealed
from awardapp.services import ceremonies
from awardapp.web import access
from awardapp.web.secretariat.announcement_forms import InstantForm
from awardapp.web.secretariat.announcement_page import kind_name


def page(form: InstantForm | None = None) -> str:
    """The list; `form` is the refused one of announcements that were to go together."""
    cycle = access.cycle()
    found, together = items(cycle), ceremonies.with_parts(cycle)
    gathered = {one.id for _ceremony, parts in together for one in parts}
    return render_template(
        "secretariat/announcements/index.html",
        cycle=cycle,
        items=found,
        ceremonies=together,
        loose=[item for item in found if _can_go_together(item, gathered)],
        form=form or InstantForm.of(cycle),
        refused=form is not None,
        now=clock.now(),
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One announcement that exists, can be prepared, or cannot be prepared yet and why."""

    kind: AnnouncementKind
    award_key: str
    name: str
    announcement: Announcement | None
    why_not: str


def items(cycle: Cycle) -> list[Item]:
    """Everything this cycle announces, in order. Two queries."""
    present = {(a.kind, a.award_key): a for a in sealed.announcements(cycle)}
    given = sealed.awards_given(cycle)

    def item(kind: AnnouncementKind, award_key: str, why_not: str) -> Item:
        known = present.get((kind, award_key))
        return Item(kind, award_key, kind_name(cycle, kind, award_key), known, "" if known else why_not)

    found = [
        item(AnnouncementKind.SHORTLIST, "", _why_not(cycle, CyclePhase.SHORTLIST_SEALED)),
        item(AnnouncementKind.WINNERS, "", _why_not(cycle, CyclePhase.WINNERS_SEALED)),
    ]
    for award in cycle.special_awards:
        if award.decided_by == "rule":
            why_not = _("By rule it goes to every other shortlisted city; it is announced with the winners.")
        else:
            why_not = "" if given.get(award.key) else _("This award has not been given yet.")
        found.append(item(AnnouncementKind.SPECIAL, award.key, why_not))
    return found


def _why_not(cycle: Cycle, ready: CyclePhase) -> str:
    if cycle.phase is ready:
        return ""
    if not cycle.phase.is_before(ready):
        return _("The cycle is past this announcement.")
    if ready is CyclePhase.SHORTLIST_SEALED:
        return _("The technical committee has not locked its shortlist yet.")
    return _("The jury has not locked its decision yet.")


def _can_go_together(item: Item, gathered: set[int]) -> bool:
    """Whether it is a draft that goes by itself so far, and not the shortlist."""
    one = item.announcement
    return (
        one is not None
        and one.status is AnnouncementStatus.DRAFT
        and one.kind is not AnnouncementKind.SHORTLIST
        and one.id not in gathered
    )
