"""Is an announcement complete: what is missing, what is doubtful, what a full check finds; and rehearsing with placeholders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.announcements import AnnouncementKind, Outcome, RehearsedPart, Stage
from awardapp.domain.completeness import Verdict, at_instant
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    AnnouncementRehearsal,
    AuditEntry,
    Decision,
    Delegate,
    Notification,
    Publication,
)
from awardapp.queries import rehearsals
from awardapp.services import announcement_checks, announcement_rehearsals, full_checks, letters
from tests import factories as make
from tests.support.announcing import Scene, delegate, locked_shortlist, prepared, sealed


@pytest.fixture
def scene(app: Flask) -> Scene:
    return locked_shortlist()


def found(announcement: Announcement, now: datetime) -> dict[str, Verdict]:
    return {item.key: item.verdict for item in announcement_checks.checklist(announcement, now=now)}


def test_a_complete_announcement_has_only_what_cannot_be_known_at_a_glance_left(scene: Scene, now: datetime) -> None:
    assert found(prepared(scene, now), now) == {
        **dict.fromkeys(("title", "statement", "reasons", "decision", "contradictions", "instant"), Verdict.GOOD),
        **dict.fromkeys(("people", "contact"), Verdict.GOOD),
        "pictures": Verdict.DOUBTFUL,
        "full": Verdict.DOUBTFUL,
    }


def test_whatever_contradicts_or_is_half_written_keeps_it_from_being_sealed(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    announcement.title_zh = ""
    decision = db.session.scalars(select(Decision).order_by(Decision.id)).first()
    assert decision is not None
    decision.reason_zh = ""
    scene.deserving.status = "withdrawn"
    missing = {item.key: item.named for item in announcement_checks.problems(announcement, now=now)}
    assert missing == {
        "title": (), "withdrawn": (scene.deserving.ref,), "reasons": (scene.shortlisted[0].ref,),
    }  # fmt: skip


def test_a_winner_that_was_never_shortlisted_is_found(scene: Scene, now: datetime) -> None:
    make.make_published_shortlist(scene.cycle, scene.shortlisted)
    make.make_selection(scene.cycle, Stage.JURY, {Outcome.WINNER: [scene.shortlisted[0], scene.rest]})
    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    winners = prepared(scene, now, kind="winners")
    named = {item.key: item.named for item in announcement_checks.problems(winners, now=now)}
    assert named == {"contradictions": (scene.rest.ref,)}


def test_cities_without_anybody_to_write_to_are_named(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    for row in db.session.scalars(select(Delegate).where(Delegate.city_id == scene.rest.city_id)):
        row.ended_at = now
    people = next(i for i in announcement_checks.checklist(announcement, now=now) if i.key == "people")
    assert (people.verdict, people.params, people.named, people.about) == (
        Verdict.DOUBTFUL, {"n": 1}, (scene.rest.city.name_en,), scene.rest.city_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "verdict"), [(-1, Verdict.MISSING), (2, Verdict.GOOD), (15, Verdict.DOUBTFUL), (26, Verdict.DOUBTFUL)]
)
def test_an_instant_is_ahead_by_day_and_on_the_planned_day(hours: int, verdict: Verdict) -> None:
    now = datetime(2027, 5, 1, 10, tzinfo=UTC)
    assert at_instant(now + timedelta(hours=hours), now=now, planned=now.date()).verdict is verdict


def test_a_full_check_writes_every_letter_and_holds_until_something_changes(scene: Scene, now: datetime) -> None:
    make.make_delegate(scene.rest.city, make.make_user(language="zh"))
    announcement = prepared(scene, now)
    examined = full_checks.examine(announcement)
    assert examined.letters == 5
    assert [fault["msgid"] for fault in examined.faults] != []  # the scene's record is no record
    full_checks.store(actor=scene.first, announcement=announcement, examined=examined, now=now)
    full = next(i for i in announcement_checks.checklist(announcement, now=now) if i.key == "full")
    assert full.params == {"n": len(examined.faults)}
    announcement.title_en = "Another title"
    full = next(i for i in announcement_checks.checklist(announcement, now=now) if i.key == "full")
    assert full.params == {}
    with pytest.raises(NotPermitted):
        full_checks.store(actor=delegate(scene.rest), announcement=announcement, examined=examined, now=now)
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0


# Rehearsal -----------------------------------------------------------------------------------------------------------


def test_a_rehearsal_has_as_many_lines_as_the_rules_allow_and_knows_nothing_that_is_sealed(
    scene: Scene, now: datetime
) -> None:
    sealed(scene, now)
    rules = scene.cycle.rules
    plan = announcement_rehearsals.plan(scene.cycle, AnnouncementKind.SHORTLIST)
    assert plan is not None
    assert len(plan.lines) == rules.shortlist_size + rules.deserving_max
    assert plan.kinds == ["outcome_shortlisted", "outcome_deserving", "outcome_not_selected"]
    told = str(plan.lines) + "".join(
        announcement_rehearsals.letter(plan, kind, line, name="Ana", language=language).text
        for kind, line in plan.letters
        for language in ("en", "zh")
    )
    assert not [s.city.name_en for s in scene.submissions if f"{s.city.name_en}." in told or s.title_en in told]
    assert {one["code"] for one in plan.certificates} == {"0" * 28}


def test_winners_and_medals_are_rehearsed_too_and_an_unknown_award_is_none(scene: Scene) -> None:
    rules = scene.cycle.rules
    winners = announcement_rehearsals.plan(scene.cycle, AnnouncementKind.WINNERS)
    assert winners is not None
    assert [line["outcome"] for line in winners.lines].count("winner") == rules.winners_max
    assert len(winners.lines) == rules.shortlist_size
    assert announcement_rehearsals.plan(scene.cycle, AnnouncementKind.SPECIAL, "no-such") is None


def test_what_was_rehearsed_is_noted_and_the_release_needs_two(scene: Scene, now: datetime) -> None:
    plan = announcement_rehearsals.plan(scene.cycle, AnnouncementKind.WINNERS)
    assert plan is not None
    for person in (scene.first, scene.second):
        announcement_rehearsals.tick(actor=person, plan=plan, part=RehearsedPart.RELEASE, now=now)
    with pytest.raises(IllegalTransition):
        announcement_rehearsals.tick(actor=scene.second, plan=plan, part=RehearsedPart.RELEASE, now=now)
    with pytest.raises(NotPermitted):
        announcement_rehearsals.tick(
            actor=make.make_member(scene.cycle, Role.JUROR).user, plan=plan, part=RehearsedPart.PAGE, now=now
        )
    done = rehearsals.latest(scene.cycle, plan.kind, "")
    assert {part: row.by for part, row in done.items()} == {RehearsedPart.RELEASE: scene.second.id}
    assert [row.by for row in rehearsals.releases(scene.cycle, plan.kind, "")] == [scene.first.id, scene.second.id]
    assert db.session.scalar(select(func.count()).select_from(AnnouncementRehearsal)) == 2


def test_letters_of_a_rehearsal_go_to_the_person_who_asks_alone_and_say_what_they_are(
    scene: Scene, now: datetime
) -> None:
    plan = announcement_rehearsals.plan(scene.cycle, AnnouncementKind.SHORTLIST)
    assert plan is not None
    assert announcement_rehearsals.send(actor=scene.first, plan=plan, now=now) == 6
    rows = db.session.scalars(select(Notification)).all()
    assert {(row.recipient_id, row.kind) for row in rows} == {(scene.first.id, "announcement_rehearsal")}
    assert all(letters.render(row).subject.startswith("REHEARSAL, nothing is announced: ") for row in rows)
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == (
        "announcement.rehearse"
    )
