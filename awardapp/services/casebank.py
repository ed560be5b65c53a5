"""The case bank: drafting case studies from what was announced, publishing them, asking for bundles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from awardapp.domain.announcements import Outcome
from awardapp.domain.casebank import CaseStudyStatus, search_text
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.forms import LANGUAGES, Form
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.provenance import TextState
from awardapp.extensions import db
from awardapp.models import (
    Bundle,
    CaseAward,
    CaseStudy,
    Notification,
    Publication,
    PublishedOutcome,
    Submission,
    SubmissionVersion,
    User,
    WorkStatus,
)
from awardapp.places import UnknownPlace, country_name
from awardapp.queries import people as people_queries
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, inputs, publication_files, work
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_city

MAIN_AWARD = "guangzhou_award"
MAIN_AWARD_NAMES = ("Guangzhou Award", "广州国际城市创新奖")


def follow_publication(publication: Publication, *, now: datetime) -> None:
    """After an announcement: draft a case study for each city named, or add the award to the one there is."""
    special = {award.key: award for award in publication.cycle.special_awards}
    outcomes = db.session.scalars(
        select(PublishedOutcome)
        .where(PublishedOutcome.publication_id == publication.id)
        .order_by(PublishedOutcome.position)
    ).all()
    present = {
        case.submission_id: case
        for case in db.session.scalars(
            select(CaseStudy).where(CaseStudy.submission_id.in_([o.submission_id for o in outcomes]))
        )
    }
    for outcome in outcomes:
        case = present.get(outcome.submission_id) or _draft(outcome, now=now)
        by, award = None, None
        if outcome.outcome is Outcome.SHORTLISTED:
            case.is_shortlisted = True
            by = "committee"
        elif outcome.outcome is Outcome.DESERVING:
            by = "committee"
        elif outcome.outcome is Outcome.WINNER:
            case.is_winner = True
            by, award = "jury", (MAIN_AWARD, *MAIN_AWARD_NAMES)
        elif outcome.award_key in special:
            given = special[outcome.award_key]
            by, award = "special", (given.key, given.name_en, given.name_zh)
        if by is not None and (outcome.reason_en or outcome.reason_zh):
            case.citations = [*case.citations, {"by": by, "en": outcome.reason_en, "zh": outcome.reason_zh}]
        if award is not None:
            db.session.add(
                CaseAward(
                    case_study_id=case.id,
                    key=award[0],
                    name_en=award[1],
                    name_zh=award[2],
                    year=now.year,
                    given_on=now.date(),
                )
            )
        case.changed_at = now
        case.edit_version += 1
        db.session.flush()
        index(case)
        if case.status is CaseStudyStatus.PUBLISHED:
            request_bundle(case, requested_by=None, now=now)


def _draft(outcome: PublishedOutcome, *, now: datetime) -> CaseStudy:
    """A case study from the version that was judged, not from later edits."""
    submission = db.session.get_one(Submission, outcome.submission_id)
    content = db.session.execute(
        select(SubmissionVersion.content).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == submission.version
        )
    ).scalar_one()
    answers = content["answers"]
    theme = submission.theme
    case = CaseStudy(
        ref=submission.ref,
        cycle_id=submission.cycle_id,
        submission_id=submission.id,
        city_id=submission.city_id,
        country=submission.city.country,
        status=CaseStudyStatus.DRAFT,
        title_en=content["title_en"] or None,
        title_zh=content["title_zh"] or None,
        title_notes=_origins(content, submission.cycle.form_data),
        summary_en=content["summary_en"] or None,
        summary_zh=content["summary_zh"] or None,
        theme_key=theme.key if theme else None,
        theme_en=theme.name_en if theme else None,
        theme_zh=theme.name_zh if theme else None,
        sdgs=answers.get("sdgs", []),
        city_data=answers.get("city_data", {}),
        sections=[
            {
                "key": field.key,
                "heading_en": field.label_en,
                "heading_zh": field.label_zh,
                "en": texts["en"] or None,
                "zh": texts["zh"] or None,
                "notes": inputs.provenance_in(content, field).note,  # message ids: where a text comes from
            }
            for field in submission.cycle.form_data.fields
            if field.is_paired and field.is_for_judges and not field.is_fixed
            for texts in (inputs.texts_in(content, field),)
        ],
        citations=[],
        files=content["files"],
        sources=[],
        created_at=now,
        changed_at=now,
    )
    db.session.add(case)
    db.session.flush()
    return case


def _origins(content: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """How each language's title came about, and under "summary" each language's summary, as CaseStudy.title_notes keeps it:
    {"origin": "own", "machine" or "checked", "outdated": true where the authoritative text was changed since}.
    """
    found: dict[str, dict[str, Any]] = {}
    for key in ("title", "summary"):
        field = form.field(key)
        if field is None:
            continue
        said = inputs.provenance_in(content, field)
        found[key] = {
            language: {"origin": said.state.value, "outdated": said.is_out_of_date}
            if said.is_paired and language == said.other
            else {"origin": TextState.OWN.value}
            for language in LANGUAGES
            if content[f"{key}_{language}"]
        }
    return {**found.get("title", {}), "summary": found.get("summary", {})}


def _after_editing(notes: dict[str, Any], name: str) -> dict[str, Any]:
    """The notes after a person of the secretariat wrote a title or summary anew: what a machine had made is checked now."""
    key, _dash, language = name.rpartition("_")
    kept = notes.get("summary", {}) if key == "summary" else notes
    origin = kept.get(language, {}).get("origin", TextState.OWN.value)
    checked = {"origin": TextState.CHECKED.value if origin == TextState.MACHINE else origin}
    if key == "summary":
        return {**notes, "summary": {**kept, language: checked}}
    return {**notes, language: checked}


def index(case: CaseStudy) -> None:
    """Refresh what the case bank's search looks at: names, titles, summaries and narrative in both languages."""
    db.session.refresh(case, ["awards", "city", "cycle"])
    try:
        country = (country_name(case.country, "en"), country_name(case.country, "zh"))
    except UnknownPlace:
        country = (case.country, case.country)
    case.search_text = search_text(
        case.title_en,
        case.title_zh,
        case.summary_en,
        case.summary_zh,
        case.city.name_en,
        case.city.name_zh,
        *country,
        case.theme_en,
        case.theme_zh,
        case.cycle.name_en,
        case.cycle.name_zh,
        str(case.cycle.year),
        *(text for award in case.awards for text in (award.name_en, award.name_zh)),
        *(text for section in case.sections for text in (section.get("en"), section.get("zh"))),
        *(text for citation in case.citations for text in (citation.get("en"), citation.get("zh"))),
    )
    db.session.flush()


def edit(*, actor: User, case: CaseStudy, values: dict[str, str], edit_version: int, now: datetime) -> None:
    """Change titles and summaries of a case study. Raises NotPermitted, StaleVersion."""
    require(can_run_cycle(people_queries.standing(actor, case.cycle)))
    lock_row(case)
    if edit_version != case.edit_version:
        raise StaleVersion(N_("Somebody else changed this case study after you opened it."))
    titles = [values.get(name, getattr(case, name) or "").strip() for name in ("title_en", "title_zh")]
    if case.status is CaseStudyStatus.PUBLISHED and not any(titles):
        raise RuleViolation(N_("The title is missing."), field="title_en")
    for name in ("title_en", "title_zh", "summary_en", "summary_zh"):
        text = values.get(name, getattr(case, name) or "").strip() or None
        if text != getattr(case, name):
            setattr(case, name, text)
            case.title_notes = _after_editing(case.title_notes, name)
    case.edit_version += 1
    case.changed_at = now
    index(case)
    audit.record(actor=actor, action="case_study.edit", object=f"case_study:{case.id}", cycle_id=case.cycle_id, now=now)
    if case.status is CaseStudyStatus.PUBLISHED:
        request_bundle(case, requested_by=actor, now=now)


def publish_case_study(*, actor: User, case: CaseStudy, now: datetime) -> Bundle:
    """Open a case study to everybody and ask for its bundle. Raises NotPermitted, IllegalTransition, RuleViolation."""
    bundle = _publish(actor=actor, case=case, now=now)
    _follow([case], now=now)
    return bundle


def _follow(cases: Iterable[CaseStudy], *, now: datetime) -> None:
    """The press kits that show these cases are asked for as they are now."""
    publication_files.follow_cases([case.submission_id for case in cases if case.submission_id is not None], now=now)


def _publish(*, actor: User, case: CaseStudy, now: datetime) -> Bundle:
    require(can_run_cycle(people_queries.standing(actor, case.cycle)))
    lock_row(case)
    if case.status is CaseStudyStatus.PUBLISHED:
        raise IllegalTransition(N_("This case study is public already."))
    if not (case.title_en or case.title_zh):
        raise RuleViolation(N_("The title is missing."), field="title_en")
    case.status = CaseStudyStatus.PUBLISHED
    case.published_at = now
    case.changed_at = now
    index(case)
    audit.record(
        actor=actor, action="case_study.publish", object=f"case_study:{case.id}", cycle_id=case.cycle_id, now=now
    )
    if case.submission_id is not None and not _city_was_told(case):
        submission = db.session.get_one(Submission, case.submission_id)
        notify_city(
            "case_study_published",
            submission=submission,
            cause=f"case_study:{case.id}",
            now=now,
            context={"ref": case.ref},
        )
    return request_bundle(case, requested_by=actor, now=now)


def _city_was_told(case: CaseStudy) -> bool:
    """Whether the city had its letter when the case study was published before; it gets one, not one each time."""
    told = select(Notification.id).where(
        Notification.kind == "case_study_published", Notification.submission_id == case.submission_id
    )
    return db.session.execute(told.limit(1)).first() is not None


def publish_all(*, actor: User, cases: Iterable[CaseStudy], now: datetime) -> int:
    """Publish every drafted case study of a list. Returns how many became public."""
    drafts = [case for case in cases if case.status is CaseStudyStatus.DRAFT]
    for case in drafts:
        _publish(actor=actor, case=case, now=now)
    _follow(drafts, now=now)
    return len(drafts)


def take_down(*, actor: User, case: CaseStudy, reason: str, now: datetime) -> None:
    """Close a published case study again; its bundles are void at once. Raises NotPermitted, RuleViolation."""
    require(can_run_cycle(people_queries.standing(actor, case.cycle)))
    lock_row(case)
    if case.status is not CaseStudyStatus.PUBLISHED:
        raise IllegalTransition(N_("This case study is not public."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    case.status = CaseStudyStatus.DRAFT
    case.published_at = None
    case.changed_at = now
    audit.record(
        actor=actor,
        action="case_study.take_down",
        object=f"case_study:{case.id}",
        cycle_id=case.cycle_id,
        reason=reason.strip(),
        now=now,
    )
    _follow([case], now=now)


def bundle_content(case: CaseStudy) -> dict[str, Any]:
    """Everything a bundle is built from, as plain data; the same data give the same bundle."""
    return {
        "format": 1,
        "ref": case.ref,
        "cycle": case.cycle_id,
        "city": [case.city.name_en, case.city.name_zh, case.country],
        "titles": [case.title_en, case.title_zh, case.title_notes],
        "summaries": [case.summary_en, case.summary_zh],
        "theme": [case.theme_key, case.theme_en, case.theme_zh],
        "sdgs": case.sdgs,
        "city_data": case.city_data,
        "sections": case.sections,
        "citations": case.citations,
        "files": case.files,
        "sources": case.sources,
        "awards": [[a.key, a.name_en, a.name_zh, a.year] for a in case.awards],
        "shortlisted": case.is_shortlisted,
        "winner": case.is_winner,
        "published_on": case.published_at.date().isoformat() if case.published_at else None,
    }


def content_digest(case: CaseStudy) -> str:
    """SHA-256 of the content a bundle is built from: which bundle says what the case says now."""
    content = json.dumps(bundle_content(case), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def request_bundle(case: CaseStudy, *, requested_by: User | None, now: datetime) -> Bundle:
    """The bundle of the case's present content: queued if it is not there yet; never built twice for the same content."""
    db.session.flush()
    digest = content_digest(case)
    bundle = db.session.execute(
        select(Bundle).where(Bundle.case_study_id == case.id, Bundle.content_sha256 == digest)
    ).scalar_one_or_none()
    if bundle is None:
        bundle = Bundle(
            case_study_id=case.id,
            content_sha256=digest,
            status=WorkStatus.QUEUED,
            requested_by=requested_by.id if requested_by else None,
            created_at=now,
        )
        db.session.add(bundle)
        db.session.flush()
    if bundle.status is WorkStatus.QUEUED:
        enqueue_after_commit(TaskName.BUILD_BUNDLE, bundle.id)
    return bundle


def retry_bundle(*, actor: User, case: CaseStudy, bundle: Bundle, now: datetime) -> None:
    """Build a bundle that was given up once more. Raises NotPermitted, IllegalTransition."""
    require(can_run_cycle(people_queries.standing(actor, case.cycle)) and bundle.case_study_id == case.id)
    lock_row(bundle)
    if bundle.status is not WorkStatus.DEAD:
        raise IllegalTransition(N_("Only a bundle that was given up can be built again."))
    work.requeue(bundle)
    enqueue_after_commit(TaskName.BUILD_BUNDLE, bundle.id)
    audit.record(actor=actor, action="bundle.retry", object=f"case_study:{case.id}", cycle_id=case.cycle_id, now=now)


def with_everything(case_id: int) -> CaseStudy | None:
    """A case study with its city, cycle, awards and bundles; for the worker that builds its bundle."""
    return db.session.execute(
        select(CaseStudy)
        .options(
            selectinload(CaseStudy.awards),
            selectinload(CaseStudy.city),
            selectinload(CaseStudy.cycle),
            selectinload(CaseStudy.bundles),
        )
        .where(CaseStudy.id == case_id)
    ).scalar_one_or_none()
