"""From a notification's row to its letter: gathers the plain values a template needs, for this recipient only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from awardapp import emails, i18n
from awardapp.domain.errors import N_
from awardapp.domain.letters import kind_of
from awardapp.domain.people import ROLE_NAMES, Role
from awardapp.domain.returning import FILES, PARTNERS
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    City,
    Cycle,
    Notification,
    Publication,
    PublishedOutcome,
    SpecialAward,
    Submission,
    User,
)
from awardapp.queries import handing_in as handing_in_queries
from awardapp.queries import people as people_queries
from awardapp.queries import submissions as submission_queries
from awardapp.queries import titles


def render(row: Notification) -> emails.Letter:
    """The letter as this recipient gets it now, in their language. Raises on a broken template."""
    return _rendered(row, language=row.recipient.language, context=context_of(row, row.recipient.language))


def render_for_reader(row: Notification, *, language: str | None = None) -> emails.Letter:
    """The same letter for somebody else's eyes, in the recipient's language or another: without its personal links, which
    would open the recipient's account or end their letters."""
    language = language or row.recipient.language
    context = context_of(row, language)
    for name in ("link", "unsubscribe_url"):
        if name in context:
            with i18n.speaking(language):
                context[name] = i18n.gettext(N_("[a personal link, which only the recipient sees]"))
    return _rendered(row, language=language, context=context)


def _rendered(row: Notification, *, language: str, context: dict[str, Any]) -> emails.Letter:
    own = None
    if row.words is not None:
        own = emails.Own(*(getattr(row.words, f"{part}_{language}") for part in ("subject", "body", "added")))
    return emails.render(row.kind, language=language, time_zone=row.recipient.time_zone, context=context, own=own)


def unsubscribe_url(row: Notification) -> str | None:
    """The personal address that ends letters like this one; None for service mail."""
    topic = kind_of(row.kind).topic
    if topic is None:
        return None
    token = emails.sign_link(row.recipient.id, purpose=emails.NO_MORE)
    return f"{current_app.config['BASE_URL']}/no-more-letters/{topic.value}/{token}"


def preview_announced(
    announcement: Announcement, planned: dict[str, Any], line: dict[str, Any] | None, *, recipient: User, language: str
) -> emails.Letter:
    """What a letter of an announcement that is not public yet would say to one delegate, in either language.

    `planned` is an item of services.snapshots.letters, `line` the line of the same submission if it has one. The reason
    comes from the sealed lines, as the publication would hold them. Nothing is stored.
    """
    row = Notification(
        kind=planned["kind"],
        recipient=recipient,
        cycle_id=announcement.cycle_id,
        submission_id=planned["submission"],
        context={"award_key": planned["award_key"]},
    )
    context = context_of(row, language)
    context["publication"] = Publication(kind=announcement.kind, award_key=announcement.award_key)
    context["outcome"] = line
    context["award"] = _award(row, context["cycle"])
    return _rendered(row, language=language, context=context)


def preview(kind: str, *, submission: Submission, context: dict[str, Any]) -> list[tuple[list[str], emails.Letter]]:
    """What a letter about a submission would say, before it is queued: one for each language among the city's
    delegates, with the names of those who would get it. Nothing is stored; the names in the letter are the first's.
    """
    by_language: dict[str, list[User]] = {}
    for person in people_queries.delegates_of(submission.city_id):
        by_language.setdefault(person.language, []).append(person)
    return [
        (
            [person.name for person in people],
            render(
                Notification(
                    kind=kind,
                    recipient=people[0],
                    cycle_id=submission.cycle_id,
                    submission_id=submission.id,
                    context=context,
                )
            ),
        )
        for _language, people in sorted(by_language.items())
    ]


def preview_in(language: str, *, kind: str, submission: Submission, context: dict[str, Any]) -> emails.Letter:
    """The same letter in a language that nobody of the city reads, for those who decide to send it. Nothing is stored;
    the city has a delegate."""
    row = Notification(
        kind=kind,
        recipient=people_queries.delegates_of(submission.city_id)[0],
        cycle_id=submission.cycle_id,
        submission_id=submission.id,
        context=context,
    )
    return _rendered(row, language=language, context=context_of(row, language))


def context_of(row: Notification, language: str) -> dict[str, Any]:
    """The values of a letter. Results are read from the publication tables, so a letter cannot tell what is sealed."""
    base = current_app.config["BASE_URL"]
    values: dict[str, Any] = {"name": row.recipient.name, **row.context}
    if row.cycle_id is not None or "cycle_id" in row.context:
        values["cycle"] = db.session.get_one(Cycle, row.cycle_id or row.context["cycle_id"])
        values["cycle_url"] = f"{base}/cycles/{values['cycle'].slug}"
    if url := unsubscribe_url(row):
        values["unsubscribe_url"] = url
    if "link_id" in row.context:
        path = {"password_reset": "reset-password"}.get(row.kind, "welcome")
        values["link"] = f"{base}/{path}/{emails.sign_link(row.context['link_id'])}"
    if "city_id" in row.context:
        values["city"] = db.session.get_one(City, row.context["city_id"])
        values["city_url"] = f"{base}/cities/{values['city'].id}"
    if "role" in row.context:
        values["role_name"] = ROLE_NAMES[Role(row.context["role"])]
    if "late_link_id" in row.context:
        token = emails.sign_link(row.context["late_link_id"], purpose=emails.LATE)
        values["link"] = f"{base}/submissions/late/{token}"
    for key in ("deadline_at", "return_by", "until_at", "starts_at", "before_at"):
        if key in row.context:
            values[key] = datetime.fromisoformat(row.context[key])
    if "city_zone" in row.context:
        values["city_zone"] = ZoneInfo(row.context["city_zone"])
        values["award_zone"] = ZoneInfo(values["cycle"].time_zone)
    if row.submission_id is not None:
        submission = db.session.get_one(Submission, row.submission_id)
        values["submission"] = submission
        # Not the working text: letters are shown to those who send them, and it is the city's alone.
        values["handed_in"] = titles.of([submission.id])[submission.id]
        values["city"] = submission.city
        values["submission_url"] = f"{base}/submissions/{submission.ref}"
        if row.kind == "submission_received":
            values |= _receipt(submission, row.context["version"])
        if "field_notes" in row.context:
            values["field_notes"] = _notes_at_fields(submission, row.context["field_notes"], language)
    if "publication_id" in row.context and row.submission_id is not None:
        values["publication"] = db.session.get_one(Publication, row.context["publication_id"])
        values["outcome"] = db.session.execute(
            db.select(PublishedOutcome).where(
                PublishedOutcome.publication_id == row.context["publication_id"],
                PublishedOutcome.submission_id == row.submission_id,
            )
        ).scalar_one_or_none()
        values["award"] = _award(row, values["cycle"])
    with i18n.speaking(language):
        if reason := row.context.get("reason"):
            values["reason"] = i18n.gettext(reason)
    return values


def _receipt(submission: Submission, number: int) -> dict[str, Any]:
    """The version this letter is the receipt of; there may be a newer one by the time it is sent."""
    version = submission_queries.version(submission, number)
    if version is None:
        raise LookupError(f"submission {submission.id} has no version {number}")
    late = handing_in_queries.acceptance_of(version.late_acceptance_id) if version.late_acceptance_id else None
    deadline = submission.cycle.deadline_at
    return {
        "version": version,
        "handed_in": version.content,
        "can_be_changed": deadline is not None and version.submitted_at < deadline,
        "files": version.content["files"],
        "late": late,
        "receipt_url": f"{current_app.config['BASE_URL']}/submissions/{submission.ref}/receipt/{number}",
    }


def _notes_at_fields(submission: Submission, notes: dict[str, str], language: str) -> list[tuple[str, str]]:
    """The notes with the names of their fields, in the order of the form, the files last."""
    with i18n.speaking(language):
        named = [
            (i18n.pick(field, "label"), notes[field.key]) for field in submission.form.fields if field.key in notes
        ]
        lists = ((PARTNERS, i18n.gettext("Partner cities")), (FILES, i18n.gettext("Files")))
        return named + [(label, notes[key]) for key, label in lists if key in notes]


def _award(row: Notification, cycle: Cycle) -> SpecialAward | None:
    return next((a for a in cycle.special_awards if a.key == row.context.get("award_key")), None)
