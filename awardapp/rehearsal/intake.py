"""The first half: cities register, write and hand in; the secretariat checks."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from awardapp import filekinds, storage
from awardapp.domain.errors import TooLate
from awardapp.domain.provenance import TextState
from awardapp.extensions import db
from awardapp.invention import Course, InventedSubmission
from awardapp.models import (
    Delegate,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.rehearsal.course import Rehearsal, accept, present
from awardapp.services import (
    attachments,
    cities,
    cycles,
    people,
    submissions,
    writing,
)


def _register(run: Rehearsal, submission: InventedSubmission, *, now: datetime) -> User:
    person, city = submission.applicant, submission.city
    people.register(
        email=person.email,
        name=person.name_zh or person.name,
        city_name=city.name.en,
        country=city.country,
        position=submission.applicant_post.of(person.language),
        language=person.language,
        now=now,
    )
    return accept(run, person.email, now=now)


def register_cities(run: Rehearsal) -> None:
    """Every applicant registers for the city and opens the link in the letter; a second applicant is confirmed by the first."""
    now = run.at(days=-80)
    applicants = {s.applicant.email: s for s in reversed(run.invented.submissions)}
    for submission in run.each("registration", sorted(applicants.values(), key=lambda s: s.number)):
        person, city = submission.applicant, submission.city
        if run.password is None:
            user = people_queries.by_email(person.email) or people.create(
                email=person.email, name=person.name_zh or person.name, language=person.language, now=now
            )
            post = submission.applicant_post.of(person.language)
            cities.join(user=user, name=city.name.en, country=city.country, position=post, now=now)
        else:
            user = _register(run, submission, now=now)
        run.users[person.email] = user
        row = cities.find_or_create(name_en=city.name.en, country=city.country, name_zh=city.name.zh, now=now)
        run.cities[city.key] = row
        waiting = db.session.scalars(
            select(Delegate).where(
                Delegate.city_id == row.id, Delegate.user_id == user.id, Delegate.confirmed_at.is_(None)
            )
        ).all()
        for delegate in waiting:
            cities.confirm_delegate(actor=people_queries.delegates_of(row.id)[0], delegate=delegate, now=now)


def _written(run: Rehearsal, invented: InventedSubmission) -> dict[str, Any]:
    """What the city fills in, by input."""
    themes = {theme.key: str(theme.id) for theme in run.cycle.themes}
    texts = {"title": invented.title, "summary": invented.summary, **invented.sections}
    return {
        **{f"{key}_{language}": text.of(language) for key, text in texts.items() for language in ("en", "zh")},
        **{f"{key}_state": list(TextState)[invented.number % len(TextState)] for key in texts},
        **invented.city.data,
        "main_source_of_prosperity": invented.city.prosperity.en,
        "theme": themes[invented.theme],
        "sdgs": [str(number) for number in invented.sdgs],
        "innovation_type": invented.innovation_type,
        "innovation_kinds": list(invented.innovation_kinds),
        "contact_name": invented.applicant.name,
        "contact_position": invented.applicant_post.en,
        "contact_email": invented.applicant.email,
    }


def _attach(run: Rehearsal, submission: Submission, invented: InventedSubmission, actor: User, now: datetime) -> None:
    for file in invented.attachments:
        with storage.stage(io.BytesIO(file.content()), limit=run.cycle.rules.max_file_bytes) as staged:
            media_type = filekinds.media_type_of_own(staged.path, file.name)
            storage.put(storage.blob_key(staged.sha256), staged.path)
            attachments.attach(
                actor=actor,
                submission=submission,
                staged=staged,
                filename=file.name,
                media_type=media_type,
                caption_en=file.caption.en,
                caption_zh=file.caption.zh,
                now=now,
            )


def write_and_submit(run: Rehearsal, *, leave_drafts: int = 0) -> None:
    """Cities write, attach files and hand in; one withdraws, one comes too late and is refused. The last stay drafts."""
    drafts = {s.number for s in run.invented.submissions[len(run.invented.submissions) - leave_drafts :]}
    for invented in run.each("submission", run.invented.submissions):
        actor = run.users[invented.applicant.email]
        handed_in_at = run.deadline - invented.before_deadline
        if run.until is not None:
            handed_in_at = min(handed_in_at, run.until)
        begun_at = max(run.at(days=-79), min(handed_in_at, run.deadline) - timedelta(days=3))
        submission = submissions.start(actor=actor, cycle=run.cycle, city=run.cities[invented.city.key], now=begun_at)
        run.submissions[invented.number] = submission
        values = _written(run, invented)
        writing.save_form(actor=actor, submission=submission, values=values, bases=None, now=begun_at)
        _attach(run, submission, invented, actor, begun_at)
        run.commit()
        if invented.number in drafts or (run.until is not None and invented.course is Course.LATE):
            continue
        try:
            with db.session.begin_nested():
                submissions.submit(actor=actor, submission=submission, now=handed_in_at)
        except TooLate:
            run.refused_late += 1
            continue
        if invented.course is Course.WITHDRAWN:
            submissions.withdraw(
                actor=actor, submission=submission, note=invented.note.en if invented.note else "", now=handed_in_at
            )


def close_call(run: Rehearsal) -> None:
    """The clock passes the deadline."""
    cycles.advance_phase(actor=None, cycle=run.cycle, now=run.deadline)
    run.commit()


def check_validity(run: Rehearsal, *, leave: int = 0) -> None:
    """The secretariat accepts, returns, rejects. The last `leave` are left unchecked."""
    secretary = run.secretaries[0]
    waiting = [s for s in run.invented.submissions if run.submissions[s.number].status.value == "submitted"]
    for invented in run.each("validity check", waiting[: len(waiting) - leave]):
        submission = run.submissions[invented.number]
        if invented.course is Course.NOT_VALID:
            submissions.reject_as_not_valid(
                actor=secretary,
                submission=submission,
                reason=present(invented.reason),
                note=present(invented.note).of(invented.applicant.language),
                now=run.at(days=1),
            )
            continue
        if invented.course is Course.RETURNED:
            _return_and_correct(run, submission, invented, secretary)
        submissions.accept_as_valid(actor=secretary, submission=submission, now=run.at(days=5))


def _return_and_correct(run: Rehearsal, submission: Submission, invented: InventedSubmission, secretary: User) -> None:
    submissions.return_for_changes(
        actor=secretary,
        submission=submission,
        note=invented.note.of(invented.applicant.language) if invented.note else "Please add evidence.",
        notes={"summary": "请补充数据。" if invented.applicant.language == "zh" else "Please add the figures."},
        return_by=run.at(days=4),
        now=run.at(days=1),
    )
    run.commit()
    actor = run.users[invented.applicant.email]
    added = f"{invented.summary.en} Figures were added at the secretariat's request."
    values = {**_written(run, invented), **invented.city.true_data, "summary_en": added}
    writing.save_form(actor=actor, submission=submission, values=values, bases=None, now=run.at(days=2))
    submissions.submit(actor=actor, submission=submission, now=run.at(days=2))
    run.commit()


def send_one_back(run: Rehearsal, *, now: datetime) -> None:
    """The file that has waited least for its check was with its city for a correction and is back: its page tells what of it
    was asked for and what was changed.
    """
    waiting = [s for s in run.invented.submissions if run.submissions[s.number].status.value == "submitted"]
    invented = waiting[-1]
    submission, actor = run.submissions[invented.number], run.users[invented.applicant.email]
    submissions.return_for_changes(
        actor=run.secretaries[0],
        submission=submission,
        note="Two small things before we can pass it on.",
        notes={"summary": "Please say since when it runs.", "population": "The city, or the metropolitan area?"},
        return_by=now + timedelta(days=7),
        now=now - timedelta(hours=3),
    )
    values = {"summary_en": f"{invented.summary.en} It has run since 2021."}
    writing.save_form(actor=actor, submission=submission, values=values, bases=None, now=now - timedelta(hours=2))
    submissions.submit(actor=actor, submission=submission, now=now - timedelta(hours=1))
    run.commit()
