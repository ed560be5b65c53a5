"""What publishing does, all in one transaction: the public copy, letters, case studies, the phase; on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.errors import IllegalTransition
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    AuditEntry,
    CaseStudy,
    Notification,
    Publication,
    Submission,
    SubmissionEvent,
)
from awardapp.services import announcements, audit, awards, letters, publishing, snapshots
from tests import factories as make
from tests.conftest import Queue
from tests.support.announcing import (
    Scene,
    decided_by_the_secretariat,
    delegate,
    letters_by_kind,
    locked_shortlist,
    nothing_is_public,
    prepared,
    release,
    sealed,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return locked_shortlist()


# Publishing ---------------------------------------------------------------------------------------------------------


def test_publishing_the_shortlist_copies_it_and_tells_everybody_concerned(
    scene: Scene, now: datetime, queue: Queue
) -> None:
    colleague = make.make_delegate(scene.rest.city)
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    assert queue.sent == []
    assert release(announcement, scene.second, now) is AnnouncementStatus.PUBLISHED
    db.session.commit()

    publication = db.session.execute(select(Publication)).scalar_one()
    assert (publication.title_en, publication.title_zh, publication.published_at) == ("The result", "评选结果", now)
    by_name = sorted(scene.shortlisted, key=lambda s: s.city.name_en)
    assert [(o.position, o.outcome, o.submission_id, o.reason_en) for o in publication.outcomes] == [
        (1, Outcome.SHORTLISTED, by_name[0].id, f"shortlisted because of {by_name[0].title_en}"),
        (2, Outcome.SHORTLISTED, by_name[1].id, f"shortlisted because of {by_name[1].title_en}"),
        (3, Outcome.DESERVING, scene.deserving.id, f"deserving because of {scene.deserving.title_en}"),
    ]
    assert letters_by_kind() == {
        "outcome_shortlisted": [delegate(s).id for s in by_name],
        "outcome_deserving": [delegate(scene.deserving).id],
        "outcome_not_selected": [delegate(scene.rest).id, colleague.id],
    }
    assert queue.names().count("notifications.deliver") == 5
    cases = db.session.scalars(select(CaseStudy).order_by(CaseStudy.submission_id)).all()
    assert [(c.submission_id, c.status, c.is_shortlisted) for c in cases] == [
        (scene.shortlisted[0].id, CaseStudyStatus.DRAFT, True),
        (scene.shortlisted[1].id, CaseStudyStatus.DRAFT, True),
        (scene.deserving.id, CaseStudyStatus.DRAFT, False),
    ]
    events = db.session.scalars(select(SubmissionEvent).order_by(SubmissionEvent.id)).all()
    assert {(e.submission_id, e.kind) for e in events} == {
        (scene.shortlisted[0].id, "announced_shortlisted"),
        (scene.shortlisted[1].id, "announced_shortlisted"),
        (scene.deserving.id, "announced_deserving"),
    }
    assert (scene.cycle.phase, announcement.published_at) == (CyclePhase.SHORTLIST_PUBLIC, now)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [a for a in actions if a.startswith("announcement.")] == [
        "announcement.prepare",
        "announcement.seal",
        "announcement.release",
        "announcement.release",
        "announcement.publish",
    ]
    assert audit.first_fault() is None


def test_every_letter_of_an_announcement_can_be_rendered_in_both_languages(scene: Scene, now: datetime) -> None:
    for submission in scene.submissions:
        make.make_delegate(submission.city, make.make_user(language="zh"))
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    for letter in db.session.scalars(select(Notification)):
        rendered = letters.render(letter)
        submission = db.session.get_one(Submission, letter.submission_id)
        zh = letter.recipient.language == "zh"
        assert (submission.title_zh if zh else submission.title_en) in rendered.text
        assert f"/announcements/{scene.cycle.slug}/shortlist" in rendered.text


def test_the_preview_of_a_letter_is_the_letter_that_is_sent(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    lines = (announcement.snapshot or {})["lines"]
    previews = {
        planned["submission"]: letters.preview_announced(
            announcement,
            planned,
            next((line for line in lines if line["submission"] == planned["submission"]), None),
            recipient=delegate(db.session.get_one(Submission, planned["submission"])),
            language="en",
        )
        for planned in (announcement.snapshot or {})["letters"]
    }
    db.session.commit()
    assert nothing_is_public()
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    sent = {n.submission_id: letters.render(n) for n in db.session.scalars(select(Notification))}
    assert previews == sent
    assert set(previews) == {s.id for s in scene.submissions}


def test_a_delegate_of_two_cities_gets_a_letter_about_each(scene: Scene, now: datetime) -> None:
    both = delegate(scene.rest)
    make.make_delegate(scene.deserving.city, both)
    another = make.make_submission(scene.cycle, scene.rest.city, by=both, status=SubmissionStatus.VALID)
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    told = db.session.execute(
        select(Notification.kind, Notification.submission_id).where(Notification.recipient_id == both.id)
    ).all()
    assert sorted(tuple(row) for row in told) == [
        ("outcome_deserving", scene.deserving.id),
        ("outcome_not_selected", scene.rest.id),
        ("outcome_not_selected", another.id),
    ]


def test_a_failure_in_the_middle_of_publishing_leaves_nothing_behind(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    scene.cycle.phase = CyclePhase.COMMITTEE  # as if somebody had set it back by hand: found out after the copying
    db.session.commit()
    with pytest.raises(IllegalTransition):
        publishing.publish(announcement, now=now + HOUR)
    db.session.rollback()
    assert nothing_is_public()
    assert announcement.status is AnnouncementStatus.SCHEDULED


def test_the_record_is_published_only_where_the_rules_say_so(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    publication = db.session.execute(select(Publication)).scalar_one()
    assert (publication.record is None, len(publication.record_sha256 or "")) == (True, 64)


def test_the_record_goes_out_with_the_result_where_the_rules_publish_scores(scene: Scene, now: datetime) -> None:
    scene.cycle.rules_json = replace(Rules(), publish_score_table=True).to_json()
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    publication = db.session.execute(select(Publication)).scalar_one()
    assert json.loads(publication.record or "") == {"stage": "committee"}


# Winners and special awards -----------------------------------------------------------------------------------------


@pytest.fixture
def decided(scene: Scene, now: datetime) -> Scene:
    """The shortlist is public and the jury has locked one winner."""
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    make.make_selection(scene.cycle, Stage.JURY, {Outcome.WINNER: scene.shortlisted[:1]})
    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    db.session.commit()
    return scene


def test_winners_come_with_the_medals_of_all_other_shortlisted_cities(decided: Scene, now: datetime) -> None:
    announcement = sealed(decided, now, kind="winners")
    release(announcement, decided.first, now)
    release(announcement, decided.second, now)
    db.session.commit()
    publication = db.session.execute(
        select(Publication).where(Publication.kind == AnnouncementKind.WINNERS)
    ).scalar_one()
    winner, other = decided.shortlisted
    assert [(o.outcome, o.award_key, o.submission_id) for o in publication.outcomes] == [
        (Outcome.WINNER, "", winner.id),
        (Outcome.SPECIAL, "medal_of_honor", other.id),
    ]
    assert decided.cycle.phase is CyclePhase.WINNERS_PUBLIC
    found = letters_by_kind()
    assert found["outcome_winner"] == [delegate(winner).id]
    assert found["outcome_special_award"] == [delegate(other).id]
    cases = {c.submission_id: c for c in db.session.scalars(select(CaseStudy))}
    assert cases[winner.id].is_winner
    assert [c["by"] for c in cases[winner.id].citations] == ["committee", "jury"]
    assert [a.key for a in cases[winner.id].awards] == ["guangzhou_award"]
    assert [a.key for a in cases[other.id].awards] == ["medal_of_honor"]
    assert len(cases) == 3


def test_a_special_award_is_announced_by_itself_and_changes_no_phase(decided: Scene, now: datetime) -> None:
    award = decided.cycle.special_awards[0]
    decided_by_the_secretariat(award)
    with pytest.raises(IllegalTransition):
        prepared(decided, now, kind="special", award_key=award.key)
    awards.give(
        actor=decided.first,
        cycle=decided.cycle,
        award=award,
        submission=decided.shortlisted[1],
        reason_en="Most votes.",
        reason_zh="得票最多。",
        now=now,
    )
    announcement = sealed(decided, now, kind="special", award_key=award.key)
    with pytest.raises(IllegalTransition):
        awards.give(
            actor=decided.first,
            cycle=decided.cycle,
            award=award,
            submission=decided.shortlisted[0],
            reason_en="Also.",
            reason_zh="同样。",
            now=now,
        )
    release(announcement, decided.first, now)
    release(announcement, decided.second, now)
    db.session.commit()
    assert decided.cycle.phase is CyclePhase.WINNERS_SEALED
    assert letters_by_kind()["outcome_special_award"] == [delegate(decided.shortlisted[1]).id]


def test_the_seal_covers_every_word_line_letter_and_the_instant(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now, embargo=datetime(2027, 4, 1, tzinfo=UTC))
    snapshot = snapshots.snapshot(announcement)
    assert (snapshot["title_en"], snapshot["embargo_until"]) == ("The result", "2027-04-01T00:00:00+00:00")
    assert [line["outcome"] for line in snapshot["lines"]] == ["shortlisted", "shortlisted", "deserving"]
    assert sorted(letter["submission"] for letter in snapshot["letters"]) == sorted(s.id for s in scene.submissions)
    assert len(snapshot["record_sha256"]) == 64


def test_a_look_at_a_sealed_list_is_in_the_audit_log(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    announcements.record_look(actor=scene.second, announcement=announcement, now=now)
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "announcement.look")).scalar_one()
    assert (entry.actor_id, entry.object) == (scene.second.id, f"announcement:{announcement.id}")
    assert entry.details == {"kind": "shortlist", "sha256": announcement.snapshot_sha256, "what": "page"}
