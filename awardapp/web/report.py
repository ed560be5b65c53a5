"""The committee's report, how far it is, and its documents: one page for the committee and for the secretariat, each in
their own room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.permissions import can_see_scores
from awardapp.domain.report import EDITIONS, FORMATS, LANGUAGES, WHOLE_PARTS, WRITING, Access, CaseTexts
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Decision, Rapporteur, ReportFile, WorkStatus
from awardapp.queries import reports as queries
from awardapp.services import committee_report, report_content, report_files, selections
from awardapp.services.report_content import Gathered
from awardapp.web import access, looks
from awardapp.web.downloads import file_response

PART_NAMES = {
    "opening": N_("Opening text"),
    "closing": N_("Closing remarks"),
    "summary": N_("Summary"),
    "reasons": N_("Reasons for recommending"),
}
EDITION_NAMES = {"en": N_("English edition"), "zh": N_("Chinese edition"), "both": N_("Both languages")}
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Room:
    """Where the page stands: the blueprint of the committee's or of the secretariat's room."""

    name: str

    def url(self, endpoint: str, **values: Any) -> str:
        return url_for(f"{self.name}.{endpoint}", cycle_slug=access.cycle().slug, **values)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case on the page: who writes it, and what is missing in each language; no texts for whoever only counts them."""

    decision: Decision
    texts: CaseTexts
    rapporteurs: Sequence[Rapporteur]
    is_barred: bool
    may_write: bool

    def missing(self, language: str) -> list[str]:
        return self.texts.missing(language)

    @property
    def is_open(self) -> bool:
        """Whether a text is missing in one of the languages."""
        return any(self.missing(language) for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class EditionLine:
    """The documents of one edition as the report stands now, by format; None where nobody has asked."""

    edition: str
    files: Mapping[str, ReportFile | None]

    @property
    def is_asked(self) -> bool:
        return all(self.files.values())

    @property
    def is_waiting(self) -> bool:
        """Whether a worker has something left to do."""
        return any(row and row.status in (WorkStatus.QUEUED, WorkStatus.LEASED) for row in self.files.values())

    @property
    def has_failed(self) -> bool:
        return any(row is not None and row.status is WorkStatus.DEAD for row in self.files.values())


def entered() -> tuple[Gathered, Access]:
    """The report as it stands and the person before it, or 404 for whoever is not to know of one."""
    gathered = report_content.gather(access.cycle())
    person = committee_report.access_of(access.actor(), access.cycle(), gathered.decisions if gathered else ())
    if gathered is None or not person.may_enter:
        abort(404)
    return gathered, person


def show(room: Room, *, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    """What is written and what is missing, and the documents. A look at it under the seal is recorded first."""
    if selections.selection_of(access.cycle(), Stage.COMMITTEE) is None and can_see_scores(access.standing()):
        return render_template("report/report.html", cycle=access.cycle(), room=room, person=None), status
    _note_look("report")
    gathered, person = entered()
    cycle = access.cycle()
    lines = _lines(gathered, person)
    editions = _editions(gathered, person)
    total = len(LANGUAGES) * (2 * len(gathered.decisions) + len(WHOLE_PARTS))
    whole = {
        part: {one: bool(gathered.content["texts"][f"{part}_{one}"].strip()) for one in LANGUAGES}
        for part in WHOLE_PARTS
    }
    left = sum(len(line.texts.missing(one)) for line in lines for one in LANGUAGES) if person.sees_all else 0
    left += sum(not is_there for by_language in whole.values() for is_there in by_language.values())
    page = render_template(
        "report/report.html",
        cycle=cycle,
        room=room,
        person=person,
        lines=lines,
        whole=whole,
        part_names=PART_NAMES,
        written=total - left,
        total=total,
        editions=editions,
        edition_names=EDITION_NAMES,
        formats=FORMATS,
        waiting=any(line.is_waiting for line in editions),
        may_order=person.may_order_files(_ids(gathered)),
        may_have=person.may_have_files(_ids(gathered)),
        writing=cycle.phase in WRITING,
        is_locked=gathered.content["is_locked"],
        problem=problem,
    )
    return page, status


def _note_look(what: str) -> None:
    """Record a look under the seal, before anything is shown; 404 for whoever is not to know of a report."""
    person = committee_report.access_of(access.actor(), access.cycle())
    if not person.may_enter:
        abort(404)
    if not person.is_public:
        looks.note_look_at_report(access.cycle(), what)


def _ids(gathered: Gathered) -> list[int]:
    return [decision.submission_id for decision in gathered.decisions]


def _lines(gathered: Gathered, person: Access) -> list[CaseLine]:
    """The cases this person may know of, by city."""
    named = queries.rapporteurs(access.cycle())
    return [
        CaseLine(
            decision,
            gathered.texts[decision.submission_id],
            named.get(decision.submission_id, ()),
            decision.submission_id in person.barred,
            person.may_read_case(decision.submission_id),
        )
        for decision in gathered.decisions
        if person.sees_all or person.may_read_case(decision.submission_id)
    ]


def _editions(gathered: Gathered, person: Access) -> list[EditionLine]:
    if not person.may_have_files(_ids(gathered)):
        return []
    present = queries.files(access.cycle(), gathered.sha256)
    return [EditionLine(one, {kind: present.get((one, kind)) for kind in FORMATS}) for one in EDITIONS]


def order(room: Room) -> Any:
    """Ask for the documents of an edition as the report stands now."""
    entered()
    try:
        report_files.request(
            actor=access.actor(),
            cycle=access.cycle(),
            edition=request.form.get("edition", ""),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        return show(room, problem=explain(error), status=422)
    db.session.commit()
    flash(_("The documents are being made. You can leave this page meanwhile."), "success")
    return redirect(room.url("report", _anchor="documents"), 303)


def state(room: Room) -> Response:
    """How far the documents are, in the shape that progress.js follows."""
    gathered, person = entered()
    rows = [row for line in _editions(gathered, person) for row in line.files.values() if row is not None]
    done = sum(row.status is WorkStatus.DONE for row in rows)
    finished = not any(row.status in (WorkStatus.QUEUED, WorkStatus.LEASED) for row in rows)
    return jsonify(
        done=done,
        total=len(rows),
        words=_("%(done)s of %(total)s documents are ready", done=done, total=len(rows)),
        finished=finished,
        next=room.url("report") if finished else None,
    )


def document(edition: str, kind: str) -> Response:
    """A document that says what the report says now, 404 for any other. A look under the seal is recorded first."""
    if _present(edition, kind) is None:
        abort(404)
    _note_look(f"{edition}.{kind}")
    row = _present(edition, kind)
    if row is None or row.storage_key is None:
        abort(404)
    name = f"committee-report-{access.cycle().slug}-{edition}.{kind}"
    try:
        return file_response(row.storage_key, name, _MEDIA_TYPES[kind], row.size, sha256=row.sha256)
    except FileNotFoundError:
        abort(404)


def _present(edition: str, kind: str) -> ReportFile | None:
    """The finished document of the report as it stands, for whoever may have it."""
    gathered, person = entered()
    if not person.may_have_files(_ids(gathered)):
        return None
    row = queries.files(access.cycle(), gathered.sha256).get((edition, kind))
    return row if row is not None and row.status is WorkStatus.DONE else None
