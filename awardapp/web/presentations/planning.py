"""The secretariat's page of the presentations: where the timetable stands, for whom it is night, and the one next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for

from awardapp import clock
from awardapp.domain.presentations import PHASES_OF_PLANNING, Hour, awake_hours, hour_of
from awardapp.domain.timetable import Slot
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Presentation, PresentationMaterial, PresentationSession
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.queries.presentations import CityZone
from awardapp.services import presentation_publishing as publishing_services
from awardapp.services import presentation_timetable as timetables
from awardapp.services import presentations as services
from awardapp.services.presentation_timetable import Draft
from awardapp.web import access
from awardapp.web.forms import BaseForm, ZonedDateTime
from awardapp.web.presentations import shown


def url(endpoint: str, **values: Any) -> str:
    """The address of a page in the secretariat's room."""
    return url_for(f"secretariat.{endpoint}", cycle_slug=access.cycle().slug, **values)


class MaterialsForm(BaseForm):
    """Until when files come."""

    until = ZonedDateTime()

    def speak(self) -> MaterialsForm:
        self.until.label.text = _("Files come until")
        self.until.time_zone = access.cycle().time_zone
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """A slot of the draft and who has it; `hour` of the city's own clock."""

    slot: Slot
    presentation: Presentation | None
    zone: CityZone | None
    hour: Hour | None
    off_theme: bool
    materials: list[PresentationMaterial]

    @property
    def hour_words(self) -> tuple[str, str]:
        words, tone = shown.HOURS[self.hour or Hour.DAY]
        return _(words), tone


def lines_of(found: Draft, session: PresentationSession, files: dict[int, list[PresentationMaterial]]) -> list[Line]:
    """The slots of a session in their order."""
    lines = []
    for slot in found.slots:
        if slot.session != session.number:
            continue
        ref = found.at(slot.key)
        one = found.presentations[ref] if ref else None
        zone = queries.zone_of(one) if one is not None else None
        lines.append(
            Line(
                slot,
                one,
                zone,
                hour_of(slot.starts_at, slot.length, zone.key) if zone is not None else None,
                bool(ref and slot.theme and found.candidates[ref].theme != slot.theme),
                files.get(one.id, []) if one is not None else [],
            )
        )
    return lines


def _page(form: MaterialsForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    plan, found = queries.plan_of(cycle), timetables.draft(cycle)
    files = day_queries.materials([one.id for one in found.presentations.values()])
    if form is None:
        form = MaterialsForm(formdata=None, data={"until": plan.materials_until if plan else None})
    first = found.sessions[0].starts_at if found.sessions else clock.now() + timedelta(days=14)
    day = first.astimezone(ZoneInfo(cycle.time_zone)).date()
    zones = [one.zone for one in found.candidates.values()]
    page = render_template(
        "presentations/planning.html",
        cycle=cycle,
        plan=plan,
        form=form.speak(),
        found=found,
        sessions=[(one, queries.measures(one), lines_of(found, one, files)) for one in found.sessions],
        nights=[
            (one, found.presentations[one.ref], queries.zone_of(found.presentations[one.ref])) for one in found.nights
        ],
        changes=publishing_services.changes(cycle, found),
        may_plan=cycle.phase in PHASES_OF_PLANNING,
        day=day,
        first=first,
        hours=awake_hours(day, zones, award_zone=cycle.time_zone) if zones else [],
        title_of=timetables.session_title,
        summary=shown.material_summary,
        presenter_words=shown.presenter_words,
    )
    return page, status


def index() -> Any:
    """The sessions of the draft with who presents when, and what to do next."""
    return _page()


def set_materials_until() -> Any:
    """Store until when files come."""
    form = MaterialsForm().speak()
    if not form.validate_on_submit():
        return _page(form, 422)
    services.set_materials_until(
        actor=access.actor(), cycle=access.cycle(), until=form.until.data, now=clock.database_now()
    )
    db.session.commit()
    flash(_("Stored. Cities read it on their page."), "success")
    return redirect(url("presentations"), 303)
