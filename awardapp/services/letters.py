"""From a notification's row to its letter: gathers the plain values a template needs, for this recipient only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app

from awardapp import emails, i18n
from awardapp.domain.errors import N_
from awardapp.domain.people import ROLE_NAMES, Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Cycle,
    Notification,
    Publication,
    PublishedOutcome,
    SpecialAward,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import submissions


def render(row: Notification) -> emails.Letter:
    """The letter as this recipient gets it now, in their language. Raises on a broken template."""
    return _rendered(row, language=row.recipient.language, context=context_of(row, row.recipient.language))


def render_for_reader(row: Notification) -> emails.Letter:
    """The same letter for somebody else's eyes: without its one-time link, which would open the recipient's account."""
    language = row.recipient.language
    context = context_of(row, language)
    if "link" in context:
        with i18n.speaking(language):
            context["link"] = i18n.gettext(N_("[a personal link, which only the recipient sees]"))
    return _rendered(row, language=language, context=context)


def _rendered(row: Notification, *, language: str, context: dict[str, Any]) -> emails.Letter:
    return emails.render(row.kind, language=language, time_zone=row.recipient.time_zone, context=context)


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


def context_of(row: Notification, language: str) -> dict[str, Any]:
    """The values of a letter. Results are read from the publication tables, so a letter cannot tell what is sealed."""
    base = current_app.config["BASE_URL"]
    values: dict[str, Any] = {"name": row.recipient.name, **row.context}
    if row.cycle_id is not None or "cycle_id" in row.context:
        values["cycle"] = db.session.get_one(Cycle, row.cycle_id or row.context["cycle_id"])
        values["cycle_url"] = f"{base}/cycles/{values['cycle'].slug}"
    if "link_id" in row.context:
        path = {"password_reset": "reset-password"}.get(row.kind, "welcome")
        values["link"] = f"{base}/{path}/{emails.sign_link(row.context['link_id'])}"
    if "role" in row.context:
        values["role_name"] = ROLE_NAMES[Role(row.context["role"])]
    for key in ("deadline_at", "return_by"):
        if key in row.context:
            values[key] = datetime.fromisoformat(row.context[key])
    if row.submission_id is not None:
        submission = db.session.get_one(Submission, row.submission_id)
        values["submission"] = submission
        values["city"] = submission.city
        values["submission_url"] = f"{base}/submissions/{submission.ref}"
        if row.kind == "submission_received":
            version = submissions.latest_version(submission)
            values["version"] = version
            values["files"] = version.content["files"] if version else []
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


def _award(row: Notification, cycle: Cycle) -> SpecialAward | None:
    return next((a for a in cycle.special_awards if a.key == row.context.get("award_key")), None)
