"""Fills an empty database for the page benchmarks: three cycles of one size, written straight into the tables.

One cycle is archived with its case studies, one is with the committee (every submission read by three members, four
scores each, a proposal computed from them), one is open with a draft of every city. The texts are those of an invented
cycle, so their lengths and their Chinese are those of real files.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from awardapp import clock, places
from awardapp.domain.casebank import CaseStudyStatus, search_text
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.invention import InventedCycle, InventedSubmission, invent
from awardapp.models import (
    Assessment,
    Assignment,
    Attachment,
    Blob,
    CaseAward,
    CaseStudy,
    City,
    Criterion,
    Cycle,
    Delegate,
    Membership,
    Notification,
    Score,
    ScoreChange,
    Submission,
    SubmissionEvent,
    SubmissionVersion,
    User,
    WorkStatus,
)
from awardapp.services import cycles, people, scores_opening, shortlist
from awardapp.services.submissions import content_digest

PASSWORD = "a long enough password"
CALLERS = 8
MEMBERS = 12
READERS = 3
CRITERIA = 4
_INVENTED = 255  # texts; a larger cycle tells them again under other titles
_CITIES_FOR_TEN = 7
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the benchmark asks for: addresses of people and things."""

    secretary: str
    members: tuple[str, ...]
    delegates: tuple[str, ...]
    drafts: tuple[str, ...]
    files: tuple[tuple[str, ...], ...]
    criteria: tuple[int, ...]
    case: str


def _fill(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    table, waiting = model.__table__, []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _ROWS_AT_ONCE:
            db.session.execute(insert(table), waiting)
            waiting = []
    if waiting:
        db.session.execute(insert(table), waiting)


class _Seeding:
    """One filling; rows get consecutive ids, so that they can refer to each other before they are stored."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.now = clock.now().replace(microsecond=0)
        self.invented: InventedCycle = invent(min(size, _INVENTED), MEMBERS, 0, 7, year=self.now.year)
        self.cities = max(CALLERS, size * _CITIES_FOR_TEN // 10)
        self.submissions = 0
        self.random = random.Random(7)

    def story(self, number: int) -> InventedSubmission:
        return self.invented.submissions[number % len(self.invented.submissions)]

    def title(self, number: int) -> tuple[str, str]:
        """A title of its own for every submission."""
        again = number // len(self.invented.submissions)
        title = self.story(number).title
        return (f"{title.en} ({again + 1})", f"{title.zh}（{again + 1}）") if again else (title.en, title.zh)

    def people(self) -> None:
        """A secretary, the members, a delegate for each city."""
        password = people.hash_password(PASSWORD)
        names = [f"Member {n}" for n in range(1, MEMBERS + 1)] + [f"Delegate {n}" for n in range(1, self.cities + 1)]
        emails = [f"member{n}@award.example" for n in range(1, MEMBERS + 1)]
        emails += [f"delegate{n}@city.example" for n in range(1, self.cities + 1)]
        rows = [("Secretary", "secretary@award.example"), *zip(names, emails, strict=True)]
        _fill(User, (
            {"id": n, "email": email, "name": name, "language": "en", "password_hash": password, "created_at": self.now,
             "confirmed_at": self.now}
            for n, (name, email) in enumerate(rows, 1)
        ))  # fmt: skip

    def places(self) -> None:
        """The invented cities, and as many of the same names with a number as the size asks for."""
        known = self.invented.cities
        _fill(City, (
            {"id": n + 1, "name_en": f"{city.name.en} {again + 1}" if again else city.name.en,
             "name_zh": f"{city.name.zh}{again + 1}" if again else city.name.zh, "country": city.country,
             "latitude": city.latitude, "longitude": city.longitude, "created_at": self.now}
            for n in range(self.cities)
            for again, city in ((n // len(known), known[n % len(known)]),)
        ))  # fmt: skip
        _fill(Delegate, (
            {"city_id": n, "user_id": 1 + MEMBERS + n, "started_at": self.now, "confirmed_at": self.now}
            for n in range(1, self.cities + 1)
        ))  # fmt: skip
        _fill(Blob, [{"sha256": "0" * 64, "size": 240_000, "media_type": "application/pdf", "created_at": self.now}])

    def cycle(self, slug: str, year: int, phase: CyclePhase) -> Cycle:
        """A cycle with the shipped rules, of which four criteria are kept, and its roles."""
        cycle = cycles.create(
            actor=None, slug=slug, name_en=f"{slug}th cycle", name_zh=f"第{slug}届", year=year, now=self.now
        )
        for criterion in cycle.criteria[CRITERIA:]:
            db.session.delete(criterion)
        cycle.phase = phase
        cycle.opens_at = cycle.opened_at = self.now - timedelta(days=60)
        days = 30 if phase is CyclePhase.OPEN else -20
        cycle.deadline_at = self.now + timedelta(days=days)
        db.session.flush()
        db.session.refresh(cycle)
        secretary = db.session.get_one(User, 1)
        people.add_role(secretary, cycle=cycle, role=Role.SECRETARIAT, now=self.now, is_chair=True)
        return cycle

    def answers(self, number: int) -> dict[str, Any]:
        story = self.story(number)
        return {
            "sections": {key: {"en": text.en, "zh": text.zh} for key, text in story.sections.items()},
            "city_data": {key: value for key, value in story.city.data.items()},
            "sdgs": list(story.sdgs),
            "innovation_type": story.innovation_type,
        }

    def handed_in(self, cycle: Cycle, status: SubmissionStatus) -> list[int]:
        """A submission for each number in a status, with its version, file, events and letter; their ids."""
        first = self.submissions + 1
        themes = cycle.themes
        is_draft = status is SubmissionStatus.DRAFT
        rows: list[dict[str, Any]] = []
        versions: list[dict[str, Any]] = []
        for number in range(self.size):
            story, (title_en, title_zh) = self.story(number), self.title(number)
            city = number % self.cities + 1
            at = self.now - timedelta(days=20 + number % 40, minutes=number)
            theme = themes[number % len(themes)]
            delegate = 1 + MEMBERS + city
            ref = f"GA{cycle.slug}-{number:05}"
            texts = {
                "title_en": title_en, "title_zh": title_zh,
                "summary_en": story.summary.en, "summary_zh": story.summary.zh,
            }  # fmt: skip
            contact = {
                "name": story.applicant.name,
                "position": "Director",
                "email": story.applicant.email,
                "phone": "",
            }
            answers = self.answers(number)
            rows.append({
                "id": first + number, "ref": ref, "pseudonym": f"S-{number:05}", "cycle_id": cycle.id, "city_id": city,
                "theme_id": theme.id, "status": status, **texts,
                "answers": answers, **{f"contact_{key}": text for key, text in contact.items()}, "created_by": delegate,
                "edit_version": 1, "created_at": at, "changed_at": at, "version": 0 if is_draft else 1,
                "submitted_at": None if is_draft else at, "submitted_by": None if is_draft else delegate,
            })  # fmt: skip
            content = {
                "ref": ref, "theme": theme.key,
                "city": {"name_en": story.city.name.en, "name_zh": story.city.name.zh, "country": story.city.country},
                **texts, "contact": contact, "answers": answers,
                "rules_version": 1,
                "files": [{"filename": "annex.pdf", "sha256": "0" * 64, "size": 240_000, "media_type": "application/pdf",
                           "caption_en": "Annex", "caption_zh": "附件"}],
            }  # fmt: skip
            versions.append({
                "submission_id": first + number, "number": 1, "content": content, "sha256": content_digest(content),
                "submitted_at": at, "submitted_by": delegate,
            })  # fmt: skip
        _fill(Submission, rows)
        _fill(Attachment, (
            {"submission_id": row["id"], "sha256": "0" * 64, "filename": "annex.pdf", "caption_en": "Annex",
             "caption_zh": "附件", "uploaded_by": row["created_by"], "uploaded_at": row["created_at"]}
            for row in rows
        ))  # fmt: skip
        if not is_draft:
            _fill(SubmissionVersion, versions)
            _fill(Notification, (
                {"kind": "submission_received", "recipient_id": row["created_by"], "cycle_id": cycle.id,
                 "submission_id": row["id"], "cause": f"submission:{row['id']}:v1", "context": {},
                 "status": WorkStatus.DONE, "attempts": 1, "created_at": row["created_at"], "done_at": row["created_at"]}
                for row in rows
            ))  # fmt: skip
        _fill(SubmissionEvent, (
            {"submission_id": row["id"], "kind": kind, "at": row["created_at"], "actor_id": row["created_by"], "details": {}}
            for row in rows
            for kind in (("started",) if is_draft else ("started", "submitted", "accepted"))
        ))  # fmt: skip
        self.submissions += self.size
        return [row["id"] for row in rows]

    def committee(self, cycle: Cycle) -> list[Membership]:
        """The members, who have declared that they have no conflict of interest; the first one chairs."""
        found = []
        for n in range(MEMBERS):
            user = db.session.get_one(User, 2 + n)
            member = people.add_role(user, cycle=cycle, role=Role.COMMITTEE, now=self.now, is_chair=n == 0)
            member.conflicts_declared_at = self.now
            found.append(member)
        db.session.flush()
        return found

    def readings(self, cycle: Cycle, submissions: list[int], members: list[Membership]) -> None:
        """Three readers for each submission, each in an order of their own, all handed in with four scores."""
        pairs = [
            (submission, members[(number + turn * 5) % MEMBERS].id)
            for number, submission in enumerate(submissions)
            for turn in range(READERS)
        ]
        place = list(range(len(pairs)))
        self.random.shuffle(place)
        _fill(Assignment, (
            {"cycle_id": cycle.id, "submission_id": submission, "membership_id": member, "position": place[n],
             "reasons": {"theme": 1, "language": 1}, "created_at": self.now, "released_at": self.now}
            for n, (submission, member) in enumerate(pairs)
        ))  # fmt: skip
        comment = "The file says plainly what was done, for whom and at what cost; the evidence of effect is thin. " * 3
        _fill(Assessment, (
            {"id": n, "cycle_id": cycle.id, "submission_id": submission, "membership_id": member, "status": "submitted",
             "comment": comment, "private_note": "", "edit_version": 1, "created_at": self.now, "changed_at": self.now,
             "submitted_at": self.now}
            for n, (submission, member) in enumerate(pairs, 1)
        ))  # fmt: skip
        marks = [
            {"assessment_id": n, "criterion_id": criterion.id, "units": self.random.randrange(4, 20)}
            for n in range(1, len(pairs) + 1)
            for criterion in cycle.criteria
        ]
        _fill(Score, marks)
        _fill(ScoreChange, ({**mark, "at": self.now} for mark in marks))

    def cases(self, cycle: Cycle, submissions: list[int]) -> None:
        """A published case study of every submission; one in sixteen is a winner, as five of eighty."""
        headings = {
            field.key: {"title_en": field.label_en, "title_zh": field.label_zh} for field in cycle.form_data.fields
        }
        _fill(CaseStudy, self._case_rows(cycle, submissions, headings))
        _fill(CaseAward, (
            {"case_study_id": n, "key": "guangzhou_award", "name_en": "Guangzhou Award", "name_zh": "广州奖",
             "year": cycle.year, "sources": []}
            for n in range(1, self.size + 1, 16)
        ))  # fmt: skip

    def _case_rows(
        self, cycle: Cycle, submissions: list[int], headings: dict[str, dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        for number, submission in enumerate(submissions):
            story, (title_en, title_zh) = self.story(number), self.title(number)
            known = places.country(story.city.country)
            theme = cycle.themes[number % len(cycle.themes)]
            sections = [
                {"key": key, "heading_en": headings[key]["title_en"], "heading_zh": headings[key]["title_zh"],
                 "en": text.en, "zh": text.zh}
                for key, text in story.sections.items()
            ]  # fmt: skip
            told = [text for section in sections for text in (section["en"], section["zh"])]
            yield {
                "id": number + 1, "ref": f"GA{cycle.slug}-case{number}", "cycle_id": cycle.id, "submission_id": submission,
                "city_id": number % self.cities + 1, "country": story.city.country, "status": CaseStudyStatus.PUBLISHED,
                "title_en": title_en, "title_zh": title_zh, "title_notes": {}, "summary_en": story.summary.en,
                "summary_zh": story.summary.zh, "theme_key": theme.key, "theme_en": theme.name_en, "theme_zh": theme.name_zh,
                "sdgs": list(story.sdgs), "city_data": dict(story.city.data), "sections": sections,
                "citations": [{"by": "committee", "en": story.summary.en, "zh": story.summary.zh}], "files": [],
                "sources": [], "is_shortlisted": number % 16 < 4, "is_winner": number % 16 == 0,
                "search_text": search_text(
                    title_en, title_zh, story.summary.en, story.summary.zh, known.name_en, known.name_zh, *told
                ),
                "edit_version": 1, "created_at": self.now, "changed_at": self.now, "published_at": self.now,
            }  # fmt: skip


def seed(app: Flask, size: int) -> Seeded:
    """Fill the empty database of this application with cycles of `size` submissions."""
    with app.app_context():
        work = _Seeding(size)
        work.people()
        work.places()
        year = datetime.now(UTC).year
        past = work.cycle("7", year - 2, CyclePhase.ARCHIVED)
        work.cases(past, work.handed_in(past, SubmissionStatus.VALID))
        present = work.cycle("8", year, CyclePhase.COMMITTEE)
        members = work.committee(present)
        work.readings(present, work.handed_in(present, SubmissionStatus.VALID), members)
        coming = work.cycle("9", year + 2, CyclePhase.OPEN)
        work.handed_in(coming, SubmissionStatus.DRAFT)
        _restart_sequences()
        scores_opening.open_scores(actor=db.session.get_one(User, 2), cycle=present, now=work.now)
        shortlist.propose(actor=db.session.get_one(User, 2), cycle=present, now=work.now)
        db.session.commit()
        files = tuple(
            tuple(
                db.session.scalars(
                    select(Submission.ref)
                    .join(Assignment, Assignment.submission_id == Submission.id)
                    .where(Assignment.membership_id == member.id)
                    .order_by(Assignment.position)
                    .limit(CALLERS)
                )
            )
            for member in members[:CALLERS]
        )
        seeded = Seeded(
            secretary="secretary@award.example",
            members=tuple(f"member{n}@award.example" for n in range(1, CALLERS + 1)),
            delegates=tuple(f"delegate{n}@city.example" for n in range(1, CALLERS + 1)),
            drafts=tuple(f"GA{coming.slug}-{n:05}" for n in range(CALLERS)),
            files=files,
            criteria=tuple(
                db.session.scalars(
                    select(Criterion.id).where(Criterion.cycle_id == present.id).order_by(Criterion.position)
                )
            ),
            case="GA7-case0",
        )
        _analyse()
        db.session.remove()
        return seeded


def _restart_sequences() -> None:
    """Rows were given their ids; PostgreSQL must count on from there."""
    if db.engine.dialect.name != "postgresql":
        return
    for model in (User, City, Submission, Assessment, CaseStudy):
        table = model.__tablename__
        db.session.execute(
            db.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )


def _analyse() -> None:
    """What a database does by itself after a while: counts its rows for the planner."""
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()
