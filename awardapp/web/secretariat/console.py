"""The console of one announcement: where it stands, the one next step, what is complete, who did what when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, render_template

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.completeness import Verdict
from awardapp.i18n import gettext as _
from awardapp.models import Announcement
from awardapp.queries import rehearsals, sealed
from awardapp.services import announcement_checks, freezes, health, publishing, snapshots
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.looks import note_look
from awardapp.web.secretariat import announcement_page as words
from awardapp.web.secretariat import announcement_words
from awardapp.web.secretariat.announcement_forms import AnnouncementForm, ReleaseForm, StopForm

WORKER_MAY_BE_SILENT = 180.0  # seconds, as for the supervisor
LATE_AFTER = 90.0  # seconds past the instant


def loaded(announcement_id: int) -> Announcement:
    """The announcement of this address, or 404."""
    found = sealed.announcement(access.cycle(), announcement_id)
    if found is None:
        abort(404)
    return found


def page(
    announcement: Announcement,
    *,
    form: BaseForm | None = None,
    edit: AnnouncementForm | None = None,
    release: ReleaseForm | None = None,
    abort_form: StopForm | None = None,
    unseal: StopForm | None = None,
    stored: dict[str, str] | None = None,
) -> str:
    """The page; `form` is the one that was refused, `stored` what somebody else saved meanwhile."""
    note_look(announcement)
    now = clock.database_now()
    status = announcement.status
    open_still = status is not AnnouncementStatus.PUBLISHED
    items = announcement_checks.checklist(announcement, now=now) if status is AnnouncementStatus.DRAFT else []
    last = announcement_checks.last(announcement)
    return render_template(
        "secretariat/announcements/announcement.html",
        cycle=announcement.cycle,
        announcement=announcement,
        name=words.kind_name(announcement.cycle, announcement.kind, announcement.award_key),
        content=words.content_of(announcement),
        items=[announcement_words.shown(announcement, item) for item in items],
        problems=[_(item.msgid, **item.params) for item in items if item.verdict is Verdict.MISSING],
        full_check=last,
        faults=[announcement_words.fault(one) for one in last.faults] if last is not None else [],
        differences=[_(msgid) for msgid in snapshots.differences(announcement)] if open_still else [],
        refused=[_(msgid) for msgid in announcement.refused_because or ()],
        changed_people=snapshots.changed_people(announcement) if open_still else [],
        ceremony_id=publishing.ceremony_of(announcement.id),
        rehearsed=rehearsals.latest(announcement.cycle, announcement.kind, announcement.award_key)
        if open_still
        else {},
        log=announcement_words.log(sealed.log(announcement)),
        machine=machine(announcement, now=now) if open_still else None,
        at_once=words.is_at_once(announcement, now=now),
        left=words.left(announcement, now=now),
        now=now,
        edit=edit or AnnouncementForm.of(announcement),
        release=release or ReleaseForm.of(announcement.snapshot_sha256, announcement.edit_version),
        abort=abort_form or StopForm.of(_("Reason"), prefix="abort"),
        unseal=unseal or StopForm.of(_("Reason"), prefix="unseal"),
        form=form,
        stored=stored,
        released_by_me=any(r.user_id == access.actor().id for r in announcement.releases),
        public_address=words.public_address(announcement),
    )


def machine(announcement: Announcement, *, now: datetime) -> dict[str, Any]:
    """Whether what publishes by itself is there: the worker's last sign of life, a freeze, an instant that has passed."""
    age = health.worker_age(now=now)
    late = (
        (now - announcement.embargo_until).total_seconds()
        if announcement.status is AnnouncementStatus.SCHEDULED and announcement.embargo_until is not None
        else 0.0
    )
    return {
        "age": None if age is None else max(0, round(age)),
        "is_silent": age is None or age > WORKER_MAY_BE_SILENT,
        "is_frozen": freezes.is_frozen(),
        "late": round(late) if late > LATE_AFTER else 0,
    }
