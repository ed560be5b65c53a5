"""From a sealed decision to the public: two people, one instant, one transaction; on both databases."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    AuditEntry,
    CaseStudy,
    Cycle,
    Notification,
    Publication,
    PublishedOutcome,
    Submission,
    SubmissionEvent,
    User,
)
from awardapp.services import announcements, audit, awards, letters, snapshots
from tests import factories as make
from tests.conftest import Queue
from worker.cycles import publish_due

HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """A cycle whose shortlist is locked: two shortlisted, one deserving, one not selected, one not valid."""

    cycle: Cycle
    first: User
    second: User
    shortlisted: list[Submission]
    deserving: Submission
    rest: Submission
    not_valid: Submission

    @property
    def submissions(self) -> list[Submission]:
        return [*self.shortlisted, self.deserving, self.rest]


@pytest.fixture
def scene(app: Flask) -> Scene:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED)
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    valid = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(4)]
    make.make_selection(
        cycle, Stage.COMMITTEE, {Outcome.SHORTLISTED: valid[:2], Outcome.DESERVING: valid[2:3]}
    )
    not_valid = make.make_submission(cycle, status=SubmissionStatus.NOT_VALID)
    db.session.commit()
    return Scene(cycle, first, second, valid[:2], valid[2], valid[3], not_valid)


def prepared(scene: Scene, now: datetime, *, embargo: datetime | None = None, **more: str) -> Announcement:
    """A draft with its words, ready to be sealed."""
    kind = AnnouncementKind(more.get("kind", "shortlist"))
    announcement = announcements.prepare(
        actor=scene.first, cycle=scene.cycle, kind=kind, award_key=more.get("award_key", ""), now=now
    )
    announcements.edit(
        actor=scene.first,
        announcement=announcement,
        title_en="The result",
        title_zh="评选结果",
        statement_en="These are the cities.",
        statement_zh="名单如下。",
        embargo_until=embargo,
        edit_version=announcement.edit_version,
        now=now,
    )
    return announcement


def sealed(scene: Scene, now: datetime, *, embargo: datetime | None = None, **more: str) -> Announcement:
    announcement = prepared(scene, now, embargo=embargo, **more)
    announcements.seal(actor=scene.first, announcement=announcement, now=now)
    db.session.commit()
    return announcement


def release(announcement: Announcement, person: User, now: datetime) -> AnnouncementStatus:
    return announcements.release(
        actor=person, announcement=announcement, shown_sha256=announcement.snapshot_sha256 or "", now=now
    )


def nothing_is_public() -> bool:
    tables = (Publication, PublishedOutcome, CaseStudy, Notification, SubmissionEvent)
    return all(db.session.scalar(select(func.count()).select_from(table)) == 0 for table in tables)


def letters_by_kind() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for letter in db.session.scalars(select(Notification).order_by(Notification.id)):
        found.setdefault(letter.kind, []).append(letter.recipient_id)
    return found


def delegate(submission: Submission) -> User:
    return submission.city.delegates[0].user


# Preparing ----------------------------------------------------------------------------------------------------------


def test_only_the_secretariat_of_the_cycle_prepares_seals_releases_and_opens(scene: Scene, now: datetime) -> None:
    outsider = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    juror = make.make_member(scene.cycle, Role.JUROR).user
    announcement = sealed(scene, now)
    for person in (outsider, juror, delegate(scene.rest)):
        with pytest.raises(NotPermitted):
            announcements.prepare(actor=person, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
        with pytest.raises(NotPermitted):
            announcements.seal(actor=person, announcement=announcement, now=now)
        with pytest.raises(NotPermitted):
            release(announcement, person, now)
        with pytest.raises(NotPermitted):
            announcements.unseal(actor=person, announcement=announcement, reason="I want to.", now=now)
        with pytest.raises(NotPermitted):
            announcements.record_look(actor=person, announcement=announcement, now=now)


@pytest.mark.parametrize("phase", [p for p in CyclePhase if p is not CyclePhase.SHORTLIST_SEALED])
def test_a_shortlist_is_announced_only_while_it_is_sealed(scene: Scene, now: datetime, phase: CyclePhase) -> None:
    scene.cycle.phase = phase
    with pytest.raises(IllegalTransition):
        announcements.prepare(actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)


def test_preparing_twice_gives_the_same_announcement(scene: Scene, now: datetime) -> None:
    one = announcements.prepare(actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
    two = announcements.prepare(actor=scene.second, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
    assert one.id == two.id


def test_a_form_filled_from_an_older_text_is_refused(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    with pytest.raises(StaleVersion):
        announcements.edit(
            actor=scene.second,
            announcement=announcement,
            title_en="Another",
            title_zh="另一个",
            statement_en="",
            statement_zh="",
            embargo_until=None,
            edit_version=announcement.edit_version - 1,
            now=now,
        )
    assert announcement.title_en == "The result"


def test_an_incomplete_announcement_is_not_sealed(scene: Scene, now: datetime) -> None:
    announcement = announcements.prepare(
        actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now
    )
    assert len(snapshots.problems(announcement, now=now)) == 2
    with pytest.raises(RuleViolation):
        announcements.seal(actor=scene.first, announcement=announcement, now=now)
    assert announcement.status is AnnouncementStatus.DRAFT


def test_an_embargo_that_ended_before_the_seal_must_be_set_anew(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now, embargo=now + HOUR)
    with pytest.raises(RuleViolation):
        announcements.seal(actor=scene.first, announcement=announcement, now=now + HOUR)


def test_a_sealed_announcement_cannot_be_changed_or_sealed_again(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(IllegalTransition):
        prepared(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.seal(actor=scene.second, announcement=announcement, now=now)


# Two people ---------------------------------------------------------------------------------------------------------


def test_nothing_is_published_before_two_releases(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    assert release(announcement, scene.first, now) is AnnouncementStatus.SEALED
    db.session.commit()
    assert publish_due() == 0
    with pytest.raises(RuleViolation):
        announcements.publish(announcement, now=now)
    db.session.rollback()
    assert nothing_is_public()
    assert scene.cycle.phase is CyclePhase.SHORTLIST_SEALED


def test_the_same_person_cannot_release_twice(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    with pytest.raises(IllegalTransition):
        release(announcement, scene.first, now)
    db.session.commit()
    assert len(announcement.releases) == 1
    assert nothing_is_public()


def test_one_cannot_release_something_other_than_what_was_shown(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256="0" * 64, now=now)
    assert announcement.releases == []


def test_a_draft_cannot_be_released(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256="", now=now)


def test_opening_the_seal_voids_the_releases_and_the_digest_shown_before(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    shown = announcement.snapshot_sha256 or ""
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    assert announcement.status is AnnouncementStatus.SCHEDULED
    announcements.unseal(actor=scene.second, announcement=announcement, reason="A name is misspelt.", now=now)
    db.session.commit()
    assert (announcement.status, announcement.snapshot, announcement.releases) == (AnnouncementStatus.DRAFT, None, [])

    announcements.edit(
        actor=scene.first,
        announcement=announcement,
        title_en="The corrected result",
        title_zh="更正后的结果",
        statement_en="These are the cities.",
        statement_zh="名单如下。",
        embargo_until=now + HOUR,
        edit_version=announcement.edit_version,
        now=now,
    )
    announcements.seal(actor=scene.first, announcement=announcement, now=now)
    assert announcement.snapshot_sha256 != shown
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256=shown, now=now)
    assert release(announcement, scene.first, now) is AnnouncementStatus.SEALED
    assert release(announcement, scene.second, now) is AnnouncementStatus.SCHEDULED
    reasons = db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "announcement.unseal")).all()
    assert reasons == ["A name is misspelt."]


def test_opening_the_seal_needs_a_reason_and_a_seal(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(RuleViolation):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="  ", now=now)
    announcements.unseal(actor=scene.first, announcement=announcement, reason="Wrong word.", now=now)
    with pytest.raises(IllegalTransition):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="Again.", now=now)


def test_a_snapshot_altered_in_the_database_is_not_published(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    announcement.snapshot = {**(announcement.snapshot or {}), "title_en": "Something else"}
    db.session.flush()
    release(announcement, scene.first, now)
    with pytest.raises(RuleViolation):
        release(announcement, scene.second, now)
    db.session.rollback()
    assert nothing_is_public()


# The instant --------------------------------------------------------------------------------------------------------


def test_not_one_microsecond_before_the_embargo_ends(scene: Scene, now: datetime) -> None:
    instant = now + HOUR
    announcement = sealed(scene, now, embargo=instant)
    release(announcement, scene.first, now)
    assert release(announcement, scene.second, now) is AnnouncementStatus.SCHEDULED
    db.session.commit()

    early = instant - timedelta(microseconds=1)
    assert list(announcements.due(now=early)) == []
    with pytest.raises(RuleViolation):
        announcements.publish(announcement, now=early)
    db.session.rollback()
    assert nothing_is_public()

    assert list(announcements.due(now=instant)) == [announcement.id]
    announcements.publish(announcement, now=instant)
    assert announcement.published_at == instant
    assert scene.cycle.phase is CyclePhase.SHORTLIST_PUBLIC


def test_a_second_release_after_the_instant_publishes_at_once(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    release(announcement, scene.first, now)
    assert release(announcement, scene.second, now + HOUR) is AnnouncementStatus.PUBLISHED


def test_the_worker_publishes_once_however_often_it_looks(scene: Scene, queue: Queue) -> None:
    now = clock.now()
    announcement = sealed(scene, now, embargo=now + timedelta(minutes=5))
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    assert publish_due() == 0
    assert nothing_is_public()
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 1
    assert publish_due() == 0
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 1
    assert len(queue.names()) == 4


def test_the_worker_leaves_alone_what_was_opened_again(scene: Scene) -> None:
    now = clock.now()
    announcement = sealed(scene, now, embargo=now + timedelta(minutes=5))
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    announcements.unseal(actor=scene.first, announcement=announcement, reason="Stop.", now=now)
    db.session.commit()
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 0
    assert nothing_is_public()


def test_what_is_published_cannot_be_opened_or_published_again(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    with pytest.raises(IllegalTransition):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="Regret.", now=now)
    with pytest.raises(IllegalTransition):
        announcements.publish(announcement, now=now)
    with pytest.raises(IllegalTransition):
        release(announcement, make.make_member(scene.cycle, Role.SECRETARIAT).user, now)


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
    assert len(queue.sent) == 5
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
        announcements.publish(announcement, now=now + HOUR)
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
    award = next(a for a in decided.cycle.special_awards if a.decided_by == "public_vote")
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
    assert entry.details == {"kind": "shortlist", "sha256": announcement.snapshot_sha256}
