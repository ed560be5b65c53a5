"""Letters that wait: approved by filter with the number repeated, discarded, contradicted, reworded, sent once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.letter_words import Words
from awardapp.domain.letters import Flag
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, LetterOptOut, LetterWords, Notification, Submission, User, WorkStatus
from awardapp.queries import outbox as queries
from awardapp.queries.outbox import Filter
from awardapp.services import composing, letters, outbox
from awardapp.services.notifications import notify, notify_city
from tests import factories as make
from tests.conftest import NOW, Queue

DRAFTS = Filter(status=WorkStatus.DRAFT)


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.SCREENING, deadline_at=NOW - timedelta(days=9))


@pytest.fixture
def secretary(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def accepted(cycle: Cycle, *, language: str = "en", status: SubmissionStatus = SubmissionStatus.VALID) -> Notification:
    """A draft that tells a city that its file is valid."""
    submission = make.make_submission(cycle, status=status, by=make.make_user(language=language))
    make.make_delegate(submission.city, db.session.get_one(User, submission.created_by))
    notify_city("submission_accepted", submission=submission, cause=f"submission:{submission.id}", now=NOW)
    return db.session.scalars(select(Notification).where(Notification.submission_id == submission.id)).one()


def submission_of(letter: Notification) -> Submission:
    return db.session.get_one(Submission, letter.submission_id)


def statuses() -> list[WorkStatus]:
    db.session.expire_all()
    return list(db.session.scalars(select(Notification.status).order_by(Notification.id)))


def test_a_draft_is_nudged_when_it_is_approved_and_not_before(cycle: Cycle, secretary: User, queue: Queue) -> None:
    letter = accepted(cycle)
    db.session.commit()
    assert (letter.status, queue.sent) == (WorkStatus.DRAFT, [])
    assert outbox.approve(actor=secretary, cycle=cycle, wanted=DRAFTS, expected=1, now=NOW) == 1
    db.session.commit()
    assert (letter.status, letter.approved_by) == (WorkStatus.QUEUED, secretary.id)
    assert queue.sent == [("notifications.deliver", [letter.id])]


def test_the_rules_of_the_cycle_may_let_a_kind_go_at_once(app: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING)
    cycle.rules_json = replace(cycle.rules, letters_at_once=("submission_accepted",)).to_json()
    assert accepted(cycle).status is WorkStatus.QUEUED


def test_another_number_than_the_one_shown_approves_and_discards_nothing(cycle: Cycle, secretary: User) -> None:
    for _ in range(2):
        accepted(cycle)
    db.session.commit()
    for act, more in ((outbox.approve, {}), (outbox.discard, {"reason": "Too early."})):
        with pytest.raises(StaleVersion):
            act(actor=secretary, cycle=cycle, wanted=DRAFTS, expected=1, now=NOW, **more)  # type: ignore[operator] # two acts alike
        db.session.rollback()


def test_a_filter_of_contradictions_lets_none_of_the_others_go(cycle: Cycle, secretary: User) -> None:
    good = accepted(cycle)
    accepted(cycle, status=SubmissionStatus.NOT_VALID)
    wanted = replace(DRAFTS, flagged=True)
    assert queries.count(cycle, wanted, now=NOW) == 1
    with pytest.raises(RuleViolation):
        outbox.approve(actor=secretary, cycle=cycle, wanted=wanted, expected=1, now=NOW)
    assert good.status is WorkStatus.DRAFT


def test_letters_that_were_swapped_or_reworded_since_they_were_shown_are_not_approved(
    cycle: Cycle, secretary: User
) -> None:
    first = accepted(cycle)
    db.session.commit()
    shown = queries.state(cycle, DRAFTS, now=NOW)
    common: dict[str, Any] = {"actor": secretary, "cycle": cycle, "wanted": DRAFTS, "now": NOW}
    outbox.discard(reason="Too early.", expected=1, **common)
    accepted(cycle)
    with pytest.raises(StaleVersion):
        outbox.approve(expected=1, shown=shown, **common)
    shown = queries.state(cycle, DRAFTS, now=NOW)
    outbox.write(words=Words(added_en="And more.", added_zh="另有。"), **common)
    with pytest.raises(StaleVersion):
        outbox.approve(expected=1, shown=shown, **common)
    assert outbox.approve(expected=1, shown=queries.state(cycle, DRAFTS, now=NOW), **common) == 1
    assert first.status is WorkStatus.DISCARDED


def test_only_what_the_filter_names_is_approved(cycle: Cycle, secretary: User) -> None:
    first, second = accepted(cycle, language="zh"), accepted(cycle)
    elsewhere = accepted(make.make_cycle(CyclePhase.SCREENING))
    wanted = replace(DRAFTS, language="zh")
    assert outbox.approve(actor=secretary, cycle=cycle, wanted=wanted, expected=1, now=NOW) == 1
    wanted = replace(DRAFTS, city_id=submission_of(second).city_id)
    assert queries.count(cycle, wanted, now=NOW) == 1
    assert [one.status for one in (first, second, elsewhere)] == [
        WorkStatus.QUEUED,
        WorkStatus.DRAFT,
        WorkStatus.DRAFT,
    ]


def test_somebody_outside_the_secretariat_can_do_nothing(cycle: Cycle) -> None:
    letter, nobody = accepted(cycle), make.make_user()
    common: dict[str, Any] = {"actor": nobody, "cycle": cycle, "now": NOW}
    acts = (
        lambda: outbox.approve(wanted=DRAFTS, expected=1, **common),
        lambda: outbox.discard(wanted=DRAFTS, expected=1, reason="x", **common),
        lambda: outbox.dismiss(letter=letter, reason="x", **common),
        lambda: outbox.write(wanted=DRAFTS, words=Words(added_en="a", added_zh="b"), **common),
        lambda: outbox.back_to_template(wanted=DRAFTS, **common),
        lambda: outbox.resend(letter=letter, email="", **common),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


def test_drafts_lie_in_groups_by_cause_with_files_letters_and_contradictions(cycle: Cycle) -> None:
    first = accepted(cycle)
    make.make_delegate(submission_of(first).city)
    notify_city(
        "submission_not_valid",
        submission=submission_of(first),
        cause="x",
        now=NOW,
        context={"reason": "r", "note": "n"},
    )
    accepted(cycle)
    member = make.make_user()
    notify("files_assigned", recipient=member, cause="assignment:1:1", cycle=cycle, now=NOW + timedelta(hours=1))
    found = [(g.key, g.files, g.letters, g.flagged) for g in queries.groups(cycle, now=NOW)]
    assert found == [
        ("submission_accepted", 2, 2, 1),
        ("submission_not_valid", 1, 2, 2),
        ("files_assigned:assignment:1:1", 0, 1, 0),
    ]


# Contradictions -----------------------------------------------------------------------------------------------------


def _opposite(letter: Notification) -> None:
    context = {"reason": "r", "note": "n"}
    notify_city("submission_not_valid", submission=submission_of(letter), cause="x", now=NOW, context=context)


def _untrue(letter: Notification) -> None:
    submission_of(letter).status = SubmissionStatus.RETURNED


def _superseded(letter: Notification) -> None:
    notify_city("submission_accepted", submission=submission_of(letter), cause="once more", now=NOW)


def _gone(letter: Notification) -> None:
    submission_of(letter).city.delegates[0].ended_at = NOW


def _expired(letter: Notification) -> None:
    letter.expires_at = NOW


@pytest.mark.parametrize(
    ("happens", "flag"),
    [
        (_opposite, Flag.OPPOSITE),
        (_untrue, Flag.UNTRUE),
        (_superseded, Flag.SUPERSEDED),
        (_gone, Flag.GONE),
        (_expired, Flag.EXPIRED),
    ],
)
def test_what_contradicts_is_flagged_and_goes_only_when_somebody_let_it_pass_with_a_reason(
    cycle: Cycle, secretary: User, happens: Any, flag: Flag
) -> None:
    letter = accepted(cycle)
    assert queries.flag_of(letter, now=NOW) is None
    happens(letter)
    db.session.flush()
    assert queries.flag_of(letter, now=NOW) is flag
    one = replace(DRAFTS, letter_id=letter.id)
    with pytest.raises(StaleVersion):
        outbox.approve(actor=secretary, cycle=cycle, wanted=one, expected=1, now=NOW)
    with pytest.raises(RuleViolation):
        outbox.dismiss(actor=secretary, cycle=cycle, letter=letter, reason=" ", now=NOW)
    outbox.dismiss(actor=secretary, cycle=cycle, letter=letter, reason="Agreed by telephone.", now=NOW)
    db.session.flush()
    assert outbox.approve(actor=secretary, cycle=cycle, wanted=one, expected=1, now=NOW) == 1


def test_a_deadline_that_moved_again_makes_the_first_letter_about_it_old(cycle: Cycle) -> None:
    person = make.make_user()
    for days in (1, 2):
        notify("deadline_extended", recipient=person, cause=f"{days}", cycle=cycle, now=NOW, context={})
    first, second = db.session.scalars(select(Notification).order_by(Notification.id))
    assert (queries.flag_of(first, now=NOW), queries.flag_of(second, now=NOW)) == (Flag.SUPERSEDED, None)


def test_a_contradiction_let_pass_is_open_again_when_it_is_another_one(cycle: Cycle, secretary: User) -> None:
    letter = accepted(cycle)
    _superseded(letter)
    outbox.dismiss(actor=secretary, cycle=cycle, letter=letter, reason="Both may go.", now=NOW)
    _untrue(letter)
    db.session.flush()
    assert queries.count(cycle, replace(DRAFTS, letter_id=letter.id, flagged=True), now=NOW) == 1


# Results ------------------------------------------------------------------------------------------------------------


def test_the_database_refuses_a_result_letter_without_a_publication_or_as_a_draft(cycle: Cycle) -> None:
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        notify_city("outcome_winner", submission=submission, cause="early", now=NOW)
    publication = make.make_published_shortlist(cycle, [submission])
    context = {"publication_id": publication.id, "award_key": ""}
    notify_city("outcome_shortlisted", submission=submission, cause="out", now=NOW, context=context)
    assert statuses() == [WorkStatus.QUEUED]
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE notifications SET status = 'draft'"))


# Words --------------------------------------------------------------------------------------------------------------


def test_words_of_ones_own_stand_in_every_letter_of_the_cause_in_its_language(cycle: Cycle, secretary: User) -> None:
    english, chinese = accepted(cycle), accepted(cycle, language="zh")
    words = Words(
        subject_en="News of {ref}", subject_zh="{ref} 的消息", added_en="See you in {city}.", added_zh="{city}见。"
    )
    outbox.write(
        actor=secretary, cycle=cycle, wanted=replace(DRAFTS, group="submission_accepted"), words=words, now=NOW
    )
    one, other = letters.render(english), letters.render(chinese)
    assert one.subject == f"News of {submission_of(english).ref}"
    assert f"See you in {submission_of(english).city.name_en}." in one.text
    assert "has passed the validity check" in one.text
    assert f"{submission_of(chinese).city.name_zh}见。" in other.text
    assert "See you in" in letters.render_for_reader(chinese, language="en").text


def test_new_words_keep_those_before_and_the_template_can_be_gone_back_to(cycle: Cycle, secretary: User) -> None:
    letter = accepted(cycle)
    for added in ("First.", "Second."):
        words = Words(added_en=added, added_zh="补充。")
        outbox.write(actor=secretary, cycle=cycle, wanted=replace(DRAFTS, letter_id=letter.id), words=words, now=NOW)
    first, second = db.session.scalars(select(LetterWords).order_by(LetterWords.id))
    assert (first.added_en, second.added_en, second.replaces_id) == ("First.", "Second.", first.id)
    assert second.template_sha256 == emails.template_digest("submission_accepted")
    outbox.back_to_template(actor=secretary, cycle=cycle, wanted=replace(DRAFTS, letter_id=letter.id), now=NOW)
    assert "Second." not in letters.render(letter).text


def test_words_go_into_letters_of_one_cause_only(cycle: Cycle, secretary: User) -> None:
    accepted(cycle)
    notify("files_assigned", recipient=make.make_user(), cause="1", cycle=cycle, now=NOW)
    with pytest.raises(RuleViolation):
        outbox.write(actor=secretary, cycle=cycle, wanted=DRAFTS, words=Words(added_en="a", added_zh="b"), now=NOW)


# Composing ----------------------------------------------------------------------------------------------------------

OWN = Words(subject_en="To {name}", subject_zh="致{name}", body_en="About {ref}.", body_zh="关于 {ref}。")


def test_a_letter_of_ones_own_becomes_a_draft_for_each_person_and_file(cycle: Cycle, secretary: User) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.VALID)
    make.make_delegate(file.city, make.make_user(language="zh"))
    make.make_submission(cycle, status=SubmissionStatus.NOT_VALID)
    row = composing.compose(
        actor=secretary, cycle=cycle, audience="valid", language="", words=OWN, is_news=False, now=NOW
    )
    written = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(one.kind, one.status, one.group_key) for one in written] == [
        ("secretariat_letter", WorkStatus.DRAFT, row.group_key)
    ] * 2
    assert {letters.render(one).text.split("\n")[2] for one in written} == {f"About {file.ref}.", f"关于 {file.ref}。"}


def test_a_letter_to_people_without_files_can_name_no_file(cycle: Cycle, secretary: User) -> None:
    make.make_member(cycle, Role.JUROR)
    with pytest.raises(RuleViolation) as refused:
        composing.compose(
            actor=secretary, cycle=cycle, audience="juror", language="", words=OWN, is_news=False, now=NOW
        )
    assert refused.value.field == "body_en"


def test_cities_are_chosen_by_what_was_announced_and_never_by_what_is_sealed(cycle: Cycle) -> None:
    from awardapp.domain.announcements import Outcome, Stage  # noqa: PLC0415 - said where it matters

    public, sealed = (make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(2))
    make.make_selection(cycle, Stage.COMMITTEE, {Outcome.SHORTLISTED: [public, sealed]})
    assert composing.addressees(cycle, "shortlisted") == []
    make.make_published_shortlist(cycle, [public])
    assert [one.submission for one in composing.addressees(cycle, "shortlisted")] == [public]


def test_news_goes_to_nobody_who_asked_for_none_and_names_the_way_to_ask(cycle: Cycle, secretary: User) -> None:
    asked, other = (make.make_member(cycle, Role.JUROR).user for _ in range(2))
    db.session.add(LetterOptOut(user_id=asked.id, topic="news", since=NOW))
    db.session.flush()
    words = replace(OWN, body_en="News.", body_zh="消息。")
    composing.compose(actor=secretary, cycle=cycle, audience="juror", language="", words=words, is_news=True, now=NOW)
    found = {row.recipient_id: row for row in db.session.scalars(select(Notification))}
    assert (found[asked.id].status, found[other.id].status) == (WorkStatus.DISCARDED, WorkStatus.DRAFT)
    url = letters.unsubscribe_url(found[other.id])
    assert url is not None
    assert url in letters.render(found[other.id]).text
    assert url not in letters.render_for_reader(found[other.id]).text


# Sending once more --------------------------------------------------------------------------------------------------


def test_a_letter_is_sent_once_more_as_a_row_of_its_own_also_elsewhere(cycle: Cycle, secretary: User) -> None:
    letter = accepted(cycle)
    letter.status, letter.done_at = WorkStatus.DONE, NOW
    copies = [
        outbox.resend(actor=secretary, cycle=cycle, letter=letter, email=email, now=NOW)
        for email in ("", "New.Desk@city.example")
    ]
    assert [(c.status, c.address, c.resend_of) for c in copies] == [
        (WorkStatus.QUEUED, letter.recipient.email, letter.id),
        (WorkStatus.QUEUED, "new.desk@city.example", letter.id),
    ]
    assert letter.status is WorkStatus.DONE
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "letter.resend"


def test_a_letter_that_opens_an_account_goes_to_its_owner_alone(cycle: Cycle, secretary: User) -> None:
    letter = notify(
        "invitation",
        recipient=make.make_user(),
        cause="1",
        cycle=cycle,
        now=NOW,
        context={"link_id": 1, "role": "juror"},
    )
    with pytest.raises(IllegalTransition):
        outbox.resend(actor=secretary, cycle=cycle, letter=letter, email="", now=NOW)
    letter.status, letter.done_at = WorkStatus.DONE, NOW
    db.session.flush()
    with pytest.raises(RuleViolation) as refused:
        outbox.resend(actor=secretary, cycle=cycle, letter=letter, email="thief@elsewhere.example", now=NOW)
    assert refused.value.field == "email"
