"""Ties that nobody declared: found, decided by the chair, checked before an invitation; links from a file; names by a city."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import delete, select

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assignment,
    AuditEntry,
    CityLink,
    Cycle,
    Delegate,
    Membership,
    NamedConflict,
    Partner,
    Submission,
    Suspicion,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.services import assessments, assignments, city_links, named_conflicts, suspicions
from awardapp.services.city_links import LinkLine
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser


@pytest.fixture
def cycle(app: Any) -> Cycle:
    return make.make_cycle(CyclePhase.COMMITTEE)


@pytest.fixture
def chair(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Chair", country="KE"), is_chair=True)


@pytest.fixture
def secretary(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.SECRETARIAT)


@pytest.fixture
def member(cycle: Cycle) -> Membership:
    return make.make_member(
        cycle, Role.COMMITTEE, make.make_user("Ana", country="BR", organisation="Universidade de Curitiba")
    )


@pytest.fixture
def submission(cycle: Cycle) -> Submission:
    return make.make_submission(cycle, make.make_city("Curitiba", "AR"), status=SubmissionStatus.VALID)


def found(cycle: Cycle) -> list[Suspicion]:
    return list(db.session.scalars(select(Suspicion).where(Suspicion.cycle_id == cycle.id).order_by(Suspicion.id)))


def test_a_confirmed_tie_bars_the_member_and_stays_when_the_member_declares_anew(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission, browser: Browser
) -> None:
    browser.sign_in(chair.user)
    path = f"/committee/{cycle.slug}/ties"
    assert browser.submit(browser.get(path), "/ties/look").status == 303
    (tie,) = found(cycle)
    assert (tie.membership_id, tie.ground, tie.words) == (member.id, "employer", "Universidade de Curitiba")

    refused = browser.submit(browser.get(path), f"/ties/{tie.id}", act="confirm", reason="  ")
    assert refused.status == 422
    assert "Give a reason." in refused.words
    assert browser.submit(browser.get(path), f"/ties/{tie.id}", act="confirm", reason="Employed there").status == 303

    assessments.declare_conflicts(actor=member.user, member=member, ties=[], now=NOW)
    assert assessment_queries.conflict(member, submission) is ConflictKind.EMPLOYMENT
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.cycle_id == cycle.id)).all()
    assert "suspicion.confirm" in actions
    assert "Employed there" in browser.get(f"{path}?show=confirmed").words


def test_a_dismissed_tie_bars_nobody_and_is_not_asked_again(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission
) -> None:
    assert suspicions.find(cycle, now=NOW) == 1
    suspicions.decide(actor=chair.user, suspicion=found(cycle)[0], confirm=False, reason="Another Curitiba", now=NOW)
    assert suspicions.find(cycle, now=NOW) == 0
    assert assessment_queries.conflict(member, submission) is None
    with pytest.raises(IllegalTransition):
        suspicions.decide(actor=chair.user, suspicion=found(cycle)[0], confirm=True, reason="No", now=NOW)


def test_an_open_tie_that_holds_no_more_is_forgotten(cycle: Cycle, member: Membership, submission: Submission) -> None:
    suspicions.find(cycle, now=NOW)
    member.user.organisation = "Elsewhere"
    db.session.flush()
    assert suspicions.find(cycle, now=NOW) == 0
    assert found(cycle) == []


def test_while_a_tie_is_open_the_file_is_not_given_to_the_member(
    cycle: Cycle, chair: Membership, secretary: Membership, member: Membership, submission: Submission
) -> None:
    others = [make.make_member(cycle, Role.COMMITTEE, make.make_user(country="KE")) for _ in range(2)]
    assignments.propose(actor=secretary.user, cycle=cycle, now=NOW)
    assert [(s.membership_id, s.decision) for s in found(cycle)] == [(member.id, None)]
    readers = db.session.scalars(select(Assignment.membership_id).where(Assignment.submission_id == submission.id))
    assert set(readers) == {m.id for m in (chair, *others)}


def test_nobody_decides_on_their_own_tie_and_members_decide_nothing(
    cycle: Cycle, chair: Membership, secretary: Membership, member: Membership, submission: Submission, browser: Browser
) -> None:
    chair.user.organisation = "City of Curitiba"
    db.session.flush()
    suspicions.find(cycle, now=NOW)
    own = next(s for s in found(cycle) if s.membership_id == chair.id)
    with pytest.raises(NotPermitted):
        suspicions.decide(actor=chair.user, suspicion=own, confirm=False, reason="Mine", now=NOW)
    with pytest.raises(NotPermitted):
        suspicions.decide(actor=member.user, suspicion=own, confirm=False, reason="Not mine", now=NOW)
    suspicions.decide(actor=secretary.user, suspicion=own, confirm=False, reason="A namesake", now=NOW)
    assert own.decision == "dismissed"
    assert browser.sign_in(member.user).get(f"/committee/{cycle.slug}/ties").status == 404


def test_nobody_is_shown_that_a_city_does_not_want_them(
    cycle: Cycle, chair: Membership, secretary: Membership, submission: Submission, browser: Browser
) -> None:
    tie = Suspicion(
        cycle_id=cycle.id, membership_id=chair.id, submission_id=submission.id, ground="named_by_city",
        words="Named as CHAIR", found_at=NOW,
    )  # fmt: skip
    db.session.add(tie)
    db.session.flush()
    page = browser.sign_in(chair.user).get(f"/committee/{cycle.slug}/ties")
    assert "No tie is in this state" in page.words
    assert "Named as CHAIR" not in page.text
    page = browser.sign_in(secretary.user).get(f"/secretariat/{cycle.slug}/ties")
    assert "Named as CHAIR" in page.words


def test_the_page_costs_the_same_queries_for_one_tie_and_for_four(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission, browser: Browser, queries: Any
) -> None:
    suspicions.find(cycle, now=NOW)
    browser.sign_in(chair.user)
    path = f"/committee/{cycle.slug}/ties"
    browser.get(path)
    with queries() as few:
        browser.get(path)
    for _ in range(3):
        make.make_member(cycle, Role.COMMITTEE, make.make_user(organisation="Curitiba Institute"))
    suspicions.find(cycle, now=NOW)
    with queries() as many:
        assert len(browser.get(path).all("li", class_="card")) == 4
    assert len(many) == len(few)


def test_links_come_from_a_file_that_is_shown_before_anything_is_stored(
    cycle: Cycle, secretary: Membership, browser: Browser
) -> None:
    browser.sign_in(secretary.user)
    data = (
        "kind,city,country,other_city,other_country,network,note\n"
        "sister_city,Guangzhou,CN,Fukuoka,JP,,since 1979\n"
        "network,Barcelona,ES,,,Eurocities,\n"
        "friend,Lyon,FR,,,,\n"
        "sister_city,Lyon,FR,lyon,FR,,\n"
        "sister_city,Fukuoka,JP,Guangzhou,CN,,the same again\n"
    )
    page = browser.get(f"/secretariat/{cycle.slug}/city-links")
    shown = browser.submit(page, "/city-links/check", file=(io.BytesIO(("\ufeff" + data).encode()), "链接.csv"))
    assert shown.status == 200
    assert "3 links can be imported" in shown.words
    assert "Line 4: The kind must be one of" in shown.words
    assert "Line 5: A city is not its own sister." in shown.words
    assert db.session.scalars(select(CityLink)).all() == []

    assert browser.submit(shown, "/city-links/import").status == 303
    links = db.session.scalars(select(CityLink).order_by(CityLink.id)).all()
    assert [(link.kind, link.network) for link in links] == [("sister_city", None), ("network", "Eurocities")]
    assert city_links.register(actor=secretary.user, cycle=cycle, lines=city_links.read_csv(data).lines, now=NOW) == 0

    page = browser.get(f"/secretariat/{cycle.slug}/city-links?q=fukuoka")
    assert len(page.all("tr")) == 2
    assert browser.submit(page, f"/city-links/{links[0].id}/end").status == 303
    assert len(browser.get(f"/secretariat/{cycle.slug}/city-links").all("tr")) == 2


@pytest.mark.parametrize("data", ["", "a,b\n1,2\n", "\x00", "kind;city;country\n"])
def test_a_file_without_the_columns_is_refused(data: str) -> None:
    with pytest.raises(RuleViolation):
        city_links.read_csv(data)


def test_a_person_is_checked_before_they_are_invited(
    cycle: Cycle, secretary: Membership, submission: Submission, browser: Browser
) -> None:
    make.make_submission(cycle, make.make_city("Fukuoka", "JP"), status=SubmissionStatus.VALID)
    line = LinkLine("sister_city", "Guangzhou", "CN", "Fukuoka", "JP")
    city_links.register(actor=secretary.user, cycle=cycle, lines=[line], now=NOW)
    browser.sign_in(secretary.user)
    page = browser.get(f"/secretariat/{cycle.slug}/people/check")
    answer = browser.submit(page, "/people/check", country="AR", city="", organisation="")
    assert "One file is affected" in answer.words
    assert "One is barred by the rules." in answer.words
    answer = browser.submit(
        page, "/people/check", country="CN", city="Guangzhou", organisation="University of Curitiba"
    )
    assert "2 files are affected" in answer.words
    assert found(cycle) == []


def test_a_city_names_somebody_and_the_chair_is_asked(cycle: Cycle, browser: Browser) -> None:
    cycle.phase = CyclePhase.SCREENING
    city = make.make_city("Lyon", "FR")
    delegate = make.make_delegate(city)
    submission = make.make_submission(cycle, city, status=SubmissionStatus.VALID, by=delegate)
    member = make.make_member(cycle, Role.COMMITTEE, make.make_user("Ana María Silva"))
    browser.sign_in(delegate)
    page = browser.get(f"/submissions/{submission.ref}/not-to-judge")
    assert browser.submit(page, "/not-to-judge", person="", kind="family", note="x").status == 422
    done = browser.submit(page, "/not-to-judge", person="SILVA Ana Maria", kind="family", note="Sister of the mayor")
    assert done.status == 303
    suspicions.find(cycle, now=NOW)
    assert [(s.membership_id, s.ground) for s in found(cycle)] == [(member.id, "named_by_city")]

    page = browser.get(f"/submissions/{submission.ref}/not-to-judge")
    assert browser.submit(page, "/withdraw").status == 303
    suspicions.find(cycle, now=NOW)
    assert found(cycle) == []
    cycle.phase = CyclePhase.COMMITTEE
    with pytest.raises(IllegalTransition):
        named_conflicts.name(
            actor=delegate, submission=submission, person="A", organisation="", kind="other", note="n", now=NOW
        )


def test_the_chair_reads_the_kind_and_the_note_that_the_city_gave_and_nobody_elses(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission, browser: Browser
) -> None:
    for person, kind, note in (
        ("Ana", "family", "Her brother is our mayor."),
        ("Somebody else", "other", "Not this one."),
    ):
        db.session.add(
            NamedConflict(
                submission_id=submission.id,
                name=person,
                kind=kind,
                note=note,
                named_by=submission.created_by,
                named_at=NOW,
            )
        )
    db.session.flush()
    suspicions.find(cycle, now=NOW)
    page = browser.sign_in(chair.user).get(f"/committee/{cycle.slug}/ties")
    assert "Family or close personal tie" in page.words
    assert "Her brother is our mayor." in page.words
    assert "Not this one." not in page.words


def test_a_delegate_of_a_city_or_of_a_partner_is_barred_and_a_former_one_is_asked_about(cycle: Cycle) -> None:
    own, partner = make.make_city(country="AR"), make.make_city(country="CL")
    joint = make.make_submission(cycle, own, status=SubmissionStatus.VALID)
    db.session.add(Partner(submission_id=joint.id, city_id=partner.id, position=1))
    other = make.make_submission(cycle, status=SubmissionStatus.VALID)
    people = {
        city: make.make_member(cycle, Role.COMMITTEE, make.make_delegate(city, make.make_user(country="KE")))
        for city in (own, partner)
    }
    for member in people.values():
        assert assessment_queries.conflict(member, joint) is ConflictKind.EMPLOYMENT
        assert assessment_queries.conflict(member, other) is None
    assert suspicions.find(cycle, now=NOW) == 0
    former = people[partner]
    db.session.scalars(select(Delegate).where(Delegate.user_id == former.user_id)).one().ended_at = NOW
    db.session.flush()
    assert assessment_queries.conflict(former, joint) is None
    suspicions.find(cycle, now=NOW)
    assert [(s.membership_id, s.submission_id, s.ground, s.words) for s in found(cycle)] == [
        (former.id, joint.id, "delegate", partner.name_en)
    ]


def test_deciding_on_a_tie_that_is_gone_is_a_conflict_with_words(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission, browser: Browser
) -> None:
    suspicions.find(cycle, now=NOW)
    (tie,) = found(cycle)
    db.session.commit()
    page = browser.sign_in(chair.user).get(f"/committee/{cycle.slug}/ties")
    member.user.organisation = "Elsewhere"
    db.session.flush()
    suspicions.find(cycle, now=NOW)
    sent = browser.submit(page, f"/ties/{tie.id}", act="confirm", reason="Employed there")
    assert sent.status == 409
    assert "holds no more" in sent.words


def test_a_tie_that_goes_while_it_is_decided_is_refused(
    cycle: Cycle, chair: Membership, member: Membership, submission: Submission
) -> None:
    suspicions.find(cycle, now=NOW)
    (tie,) = found(cycle)
    assert tie.membership.cycle is cycle
    db.session.execute(delete(Suspicion).execution_options(synchronize_session=False))
    with pytest.raises(IllegalTransition, match="holds no more"):
        suspicions.decide(actor=chair.user, suspicion=tie, confirm=True, reason="Employed there", now=NOW)
