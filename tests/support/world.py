"""One cycle with at least one of everything an address of the site can name, and every kind of person who may ask for it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from awardapp import emails, storage
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.ballots import Content
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.lateness import LateStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Advice,
    AdviceRequest,
    Announcement,
    Attachment,
    Blob,
    Bundle,
    Ceremony,
    CeremonyPart,
    CityLink,
    CityOutcome,
    Cycle,
    Delegate,
    LateAcceptance,
    LateLink,
    Likeness,
    Membership,
    OfflineForm,
    Preview,
    Publication,
    Submission,
    Suspicion,
    Upload,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import (
    awards,
    ballot_counting,
    ballots,
    deliberations,
    examinations,
    notifications,
    paper_ballots,
    people,
    submissions,
    work,
)
from tests import factories as make
from tests.conftest import NOW
from tests.support import awarding, judging, presenting

FILE = b"%PDF-1.7 not read by anybody here"
# The kinds of visitors; those "elsewhere" hold the same role in another cycle.
VISITORS = (
    "anonymous", "nobody", "delegate", "secretariat", "committee", "juror", "adviser", "observer",
    "elsewhere delegate", "elsewhere secretariat", "elsewhere committee", "elsewhere juror",
    "elsewhere adviser", "elsewhere observer",
)  # fmt: skip


@dataclass
class World:
    """The cycle, the people by kind, and a value for every variable part of an address."""

    cycle: Cycle
    people: dict[str, User | None]
    values: dict[str, Any]
    submission: Submission

    def count_ballots(self) -> None:
        """Every juror casts the same ballot, and the chair counts."""
        for member in people_queries.members(self.cycle, Role.JUROR):
            member.conflicts_declared_at = NOW
            if ballots.of(member) is None:
                save_ballot(member)
            ballots.cast(actor=member.user, member=member, now=NOW)
        ballot_counting.count(actor=_chair(self.cycle, Role.JUROR), cycle=self.cycle, now=NOW)


def _attached(submission: Submission) -> Attachment:
    with storage.stage(io.BytesIO(FILE), limit=1000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        db.session.add(Blob(sha256=staged.sha256, size=staged.size, media_type="application/pdf", created_at=NOW))
        db.session.flush()
        attachment = Attachment(
            submission_id=submission.id, sha256=staged.sha256, filename="plan.pdf",
            uploaded_by=submission.created_by, uploaded_at=NOW,
        )  # fmt: skip
        storage.put(storage.preview_key(staged.sha256, 1, "small"), staged.path)
        drawn = Preview(sha256=staged.sha256, pages=[{"width": 9, "height": 9}], created_at=NOW)
    db.session.add_all([attachment, drawn])
    db.session.flush()
    work.finish(drawn, now=NOW)
    version = submissions.latest_version(submission)
    assert version is not None
    version.content = submissions.frozen(submission)
    version.sha256 = submissions.content_digest(version.content)
    return attachment


def save_ballot(member: Membership) -> None:
    """A draft that ranks every finalist."""
    ranking = [s.id for s in ballots.finalists(member.cycle)]
    ballots.save(actor=member.user, member=member, content=Content.ranked(ranking), edit_version=0, now=NOW)


def looked_at(submission: Submission, *, like: Submission, adviser: Membership) -> Likeness:
    """The file was compared with all others and found like one of them; an adviser writes on it."""
    examinations.store(examinations.examine(examinations.due()), now=NOW)
    likeness = Likeness(
        submission_id=submission.id,
        other_submission_id=like.id,
        title=0.6,
        summary=0.2,
        same_city=False,
        is_likely=True,
    )
    request = AdviceRequest(
        submission_id=submission.id,
        cycle_id=submission.cycle_id,
        version=1,
        asked_by=submission.created_by,
        asked_at=NOW,
    )
    db.session.add_all([likeness, request])
    db.session.flush()
    advice = Advice(
        submission_id=submission.id, membership_id=adviser.id, version=1, texts={"": "Say for whom."}, taken_up_at=NOW,
        changed_at=NOW,
    )  # fmt: skip
    db.session.add(advice)
    db.session.flush()
    return likeness


def accepted_late(submission: Submission, *, by: User, decided_by: User) -> LateLink:
    """Two people once let the file come late, and one of its city's delegates has a link."""
    acceptance = LateAcceptance(
        cycle_id=submission.cycle_id, city_id=submission.city_id, submission_id=submission.id,
        until_at=NOW + timedelta(days=3650), reason="The line was down.", status=LateStatus.ACCEPTED,
        proposed_by=by.id, proposed_at=NOW, decided_by=decided_by.id, decided_at=NOW,
    )  # fmt: skip
    db.session.add(acceptance)
    db.session.flush()
    link = LateLink(
        acceptance_id=acceptance.id, user_id=submission.city.delegates[0].user_id, until_at=acceptance.until_at,
        issued_by=by.id, issued_at=NOW,
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


def build() -> World:
    """The jury has been seated: a locked and announced shortlist, ballots open, a special award given, letters written."""
    seated = judging.jury()
    cycle, submission = seated.cycle, seated.finalists[0]
    save_ballot(seated.jurors[0])
    cycle.deadline_at = NOW + timedelta(days=3650)  # the pages go by the real clock
    clerk = make.make_member(cycle, Role.SECRETARIAT)
    secretary = clerk.user
    deliberations.open_meeting(actor=seated.chair, cycle=cycle, deputy=seated.jurors[1], clerk=clerk, now=NOW)
    attachment = _attached(submission)
    presenting.shown_in(seated, secretary=secretary, sha256=attachment.sha256)
    published = db.session.scalars(select(Publication).where(Publication.cycle_id == cycle.id)).one()
    published.record = "{}"
    db.session.add(CityOutcome(publication_id=published.id, submission_id=submission.id, outcome="shortlisted"))
    delegate = submission.city.delegates[0].user
    waiting = make.make_user()
    request = Delegate(city_id=submission.city_id, user_id=waiting.id, started_at=NOW)
    db.session.add(request)
    draft = make.make_submission(cycle, submission.city, by=delegate)
    offline = OfflineForm(
        submission_id=submission.id, filename="form.docx", sha256="d" * 64, uploaded_by=delegate.id, uploaded_at=NOW,
        content={"values": {"title_en": "Typed offline"}, "base": {}, "notes": {}, "has_reference": True},
    )  # fmt: skip
    db.session.add(offline)
    award = awarding.by_hand(cycle)
    decision = awards.give(
        actor=secretary,
        cycle=cycle,
        award=award,
        submission=submission,
        reason_en="Loved.",
        reason_zh="喜爱。",
        now=NOW,
    )
    announcement = Announcement(
        cycle_id=cycle.id, kind=AnnouncementKind.SPECIAL, award_key=award.key,
        status=AnnouncementStatus.DRAFT, created_by=secretary.id, created_at=NOW,
    )  # fmt: skip
    case = make.make_case_study(
        cycle, submission.city, submission_id=submission.id,
        files=[{
            "sha256": attachment.sha256, "filename": "plan.pdf", "media_type": "application/pdf",
            "size": len(FILE), "caption_en": "", "caption_zh": "",
        }],
    )  # fmt: skip
    upload = Upload(
        token="an-upload", submission_id=submission.id, filename="late.pdf", size=9, mark="1", created_by=delegate.id,
        created_at=NOW, touched_at=NOW,
    )  # fmt: skip
    bundle = Bundle(case_study_id=case.id, content_sha256="c" * 64, created_at=NOW)
    letter = notifications.notify("files_assigned", recipient=make.make_user(), cause="world", cycle=cycle, now=NOW)
    work.give_up(letter, error="550", now=NOW)
    db.session.add_all([announcement, bundle, upload])
    db.session.flush()
    ceremony = Ceremony(cycle_id=cycle.id, created_by=secretary.id, created_at=NOW)
    ceremony.parts = [CeremonyPart(announcement_id=announcement.id, position=1)]
    db.session.add(ceremony)
    db.session.flush()
    work.give_up(bundle, error="disk full", now=NOW)
    member = make.make_member(cycle, Role.JUROR, people.create(email="new@person.example", name="New", now=NOW))

    adviser = make.make_member(cycle, Role.ADVISER)
    likeness = looked_at(submission, like=seated.finalists[1], adviser=adviser)

    late = accepted_late(submission, by=secretary, decided_by=make.make_user())
    city_link = CityLink(
        city_id=submission.city_id, network="A network", kind="network", created_by=secretary.id, created_at=NOW
    )
    suspicion = Suspicion(
        cycle_id=cycle.id, membership_id=people_queries.members(cycle, Role.COMMITTEE)[0].id,
        submission_id=submission.id, ground="employer", words="City hall", found_at=NOW,
    )  # fmt: skip
    db.session.add_all([city_link, suspicion])
    db.session.flush()

    counted = awarding.entered(cycle, secretary, document=True)
    recorded = awarding.recorded(cycle, secretary, submission)

    paper = paper_ballots.open_paper(actor=secretary, cycle=cycle, member=seated.jurors[2], number="17", now=NOW)
    paper_ballots.void(actor=secretary, cycle=cycle, paper=paper, reason="Spoilt.", now=NOW)

    other = make.make_cycle(CyclePhase.JURY)
    other_city = make.make_city()
    return World(
        cycle=cycle,
        people={
            "anonymous": None,
            "nobody": make.make_user(),
            "delegate": delegate,
            "secretariat": secretary,
            "committee": _chair(cycle, Role.COMMITTEE),
            "juror": seated.chair,
            "adviser": adviser.user,
            "observer": make.make_member(cycle, Role.OBSERVER).user,
            "elsewhere delegate": make.make_submission(other, other_city).city.delegates[0].user,
            "elsewhere secretariat": make.make_member(other, Role.SECRETARIAT).user,
            "elsewhere committee": make.make_member(other, Role.COMMITTEE, is_chair=True).user,
            "elsewhere juror": make.make_member(other, Role.JUROR, is_chair=True).user,
            "elsewhere adviser": make.make_member(other, Role.ADVISER).user,
            "elsewhere observer": make.make_member(other, Role.OBSERVER).user,
        },
        values={
            "cycle_slug": cycle.slug,
            "slug": cycle.slug,
            "ref": submission.ref,
            "draft_ref": draft.ref,
            "case_ref": case.ref,
            "sha256": attachment.sha256,
            "attachment_id": attachment.id,
            "number": 1,
            "name": "title_en",
            "kind": "shortlist",
            "award_key": award.key,
            "key": award.key,
            "vote": counted.vote,
            "voted_key": "popular_city",
            "partner_key": recorded.award_key,
            "partner_id": recorded.id,
            "letter_kind": "outcome_special_award",
            "criterion_key": cycle.criteria[0].key,
            "section_key": "basic",
            "field_key": "background",
            "field_kind": "text",
            "announcement_id": announcement.id,
            "ceremony_id": ceremony.id,
            "decision_id": decision.id,
            "city_id": submission.city_id,
            "form_id": offline.id,
            "delegate_id": request.id,
            "member_id": member.id,
            "juror_id": seated.jurors[1].id,
            "paper_id": paper.id,
            "passkey_id": 1,
            "letter_id": letter.id,
            "reminder_id": 1,
            "topic": "news",
            "likeness_id": likeness.id,
            "bundle_id": bundle.id,
            "criterion_id": cycle.criteria[0].id,
            "field": "comment",
            "note_id": 1,
            "token": emails.sign_link(10**6),
            "upload_token": upload.token,
            "draft_id": 0,
            "acceptance_id": late.acceptance_id,
            "link_id": late.id,
            "city_link_id": city_link.id,
            "suspicion_id": suspicion.id,
            "named_id": 1,
            "late_token": emails.sign_link(late.id, purpose=emails.LATE),
            "edition": "en",
            "ending": "pdf",
            "page": 1,
            "pseudonym": people_queries.members(cycle, Role.COMMITTEE)[0].pseudonym,
            "size": "small",
            "language": "en",
            "code": "0" * 28,
        },
        submission=submission,
    )


def _chair(cycle: Cycle, role: Role) -> User:
    return next(m.user for m in people_queries.members(cycle, role) if m.is_chair)
