"""A city's page, its people, joint and repeated entries at the desk; the secretariat's hand-over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock, emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, City, Cycle, Delegate, Notification, OneTimeLink, Submission, User
from awardapp.queries import people as people_queries
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser

PASSWORD = "quiet river in the morning"


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


@pytest.fixture
def city(app: Flask) -> City:
    return make.make_city("Surabaya", "ID", name_zh="泗水")


@pytest.fixture
def ana(city: City) -> User:
    return make.make_delegate(city, make.make_user("Ana Putri"))


@pytest.fixture
def call(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


def at(city: City, path: str = "") -> str:
    return f"/cities/{city.id}{path}"


def welcome_of(user: User) -> str:
    """The address in the person's last letter."""
    link = db.session.scalars(
        select(OneTimeLink).where(OneTimeLink.user_id == user.id).order_by(OneTimeLink.id.desc())
    ).first()
    assert link is not None
    return f"/welcome/{emails.sign_link(link.id)}"


def test_the_page_shows_people_with_dates_and_every_cycle(browser: Browser, city: City, ana: User, call: Cycle) -> None:
    past = make.make_cycle(CyclePhase.WINNERS_PUBLIC)
    won = make.make_submission(past, city, by=ana, status=SubmissionStatus.VALID, title_en="River buses")
    make.make_published_shortlist(past, [won])
    archive = make.make_cycle(CyclePhase.ARCHIVED)
    make.make_case_study(archive, city, title_en="Kampung improvement")
    make.make_submission(call, city, by=ana, title_en="Floating market")
    former = make.make_user("Budi Former")
    db.session.add(
        Delegate(
            city_id=city.id, user_id=former.id, started_at=NOW, confirmed_at=NOW, ended_at=NOW, end_reason="Moved."
        )
    )
    foreign = make.make_submission(past, title_en="Of another city")
    page = browser.sign_in(ana).get(at(city))
    assert page.title == "Surabaya"
    for words in ("Ana Putri", "since 1 March 2027", "Budi Former", "Moved.", "River buses", "Shortlisted",
                  "Kampung improvement", "Floating market", "You are the only one"):  # fmt: skip
        assert words in page.words
    assert foreign.title_en not in page.words
    assert [link for link in page.links() if link.endswith("/again")] == [f"/submissions/{won.ref}/again"]
    assert "泗水" in browser.get(at(city) + "?lang=zh").title


def test_the_page_of_a_city_is_for_its_delegates_alone(browser: Browser, city: City, ana: User) -> None:
    make.make_delegate(city, waiting := make.make_user(), confirmed=False)
    for person in (
        waiting,
        make.make_delegate(make.make_city()),
        make.make_member(make.make_cycle(), Role.SECRETARIAT).user,
    ):
        browser.sign_in(person)
        for path in ("", "/invite", "/leave"):
            assert browser.get(at(city, path)).status == 404


def test_the_pages_queries_do_not_grow_with_people_and_entries(
    browser: Browser, city: City, ana: User, queries: Any
) -> None:
    browser.sign_in(ana)

    def counted() -> int:
        with queries() as sent:
            assert browser.get(at(city)).status == 200
        return len(sent)

    def grow() -> None:
        cycle = make.make_cycle(CyclePhase.WINNERS_PUBLIC)
        entry = make.make_submission(cycle, city, by=ana, status=SubmissionStatus.VALID)
        make.make_published_shortlist(cycle, [entry])
        make.make_case_study(cycle, city, submission_id=entry.id)
        make.make_delegate(city)
        db.session.flush()

    grow()
    few = counted()
    for _ in range(4):
        grow()
    assert counted() == few <= 14


def test_a_colleague_is_invited_and_accepts_by_the_letter(
    browser: Browser, another_browser: Browser, city: City, ana: User
) -> None:
    browser.sign_in(ana)
    page = browser.get(at(city, "/invite"))
    sent = browser.submit(
        page, "/invite", name="Bo Li", email="bo@city.example", position="Planner", letters_in="zh", follow=True
    )
    assert "bo@city.example" in sent.words and "Invited, not accepted yet" in sent.words
    bo = people_queries.by_email("bo@city.example")
    assert bo is not None

    welcome = another_browser.get(welcome_of(bo))
    assert "泗水" in welcome.words or "Surabaya" in welcome.words
    after = another_browser.submit(welcome, password=PASSWORD, password_again=PASSWORD, follow=True)
    assert after.status == 200
    assert another_browser.get(at(city)).status == 200
    assert another_browser.get(welcome_of(bo)).status == 410
    assert "Bo Li" in browser.get(at(city)).words


def test_an_answer_does_not_tell_whether_an_address_has_an_account(browser: Browser, city: City, ana: User) -> None:
    make.make_user("Secret Name", email="known@city.example")
    browser.sign_in(ana)
    pages = []
    for email in ("known@city.example", "fresh@city.example"):
        page = browser.get(at(city, "/invite"))
        sent = browser.submit(page, "/invite", name="Typed", email=email, letters_in="en", follow=True)
        pages.append(re.sub(r"(known|fresh)@city\.example", "…", sent.words))
    assert "Secret Name" not in pages[0]
    assert pages[0].count("…") == 2 and pages[1].count("…") == 3


def test_a_known_person_accepts_signed_in_and_nobody_else_does(
    browser: Browser, another_browser: Browser, city: City, ana: User
) -> None:
    known = make.make_user("Known", email="known@city.example")
    browser.sign_in(ana)
    page = browser.get(at(city, "/invite"))
    browser.submit(page, "/invite", name="Known", email="known@city.example", letters_in="en")
    address = welcome_of(known)
    anonymous = another_browser.get(address)
    assert "known@city.example" in anonymous.words and anonymous.all("input", name="password") == []
    assert "another address" in browser.get(address).words
    token = browser.get(at(city, "/leave")).form("/leave").find(".//input[@name='csrf_token']")
    assert token is not None
    assert browser.post(address, {"csrf_token": token.get("value")}).status == 422

    another_browser.sign_in(known)
    accepted = another_browser.submit(another_browser.get(address), "/welcome/", follow=True)
    assert "You now act for Surabaya." in accepted.words
    assert another_browser.get(address).status == 410


def test_an_invitation_is_sent_again_and_withdrawn(browser: Browser, city: City, ana: User) -> None:
    browser.sign_in(ana)
    browser.submit(browser.get(at(city, "/invite")), "/invite", name="Bo", email="bo@city.example", letters_in="en")
    bo = people_queries.by_email("bo@city.example")
    assert bo is not None
    first = welcome_of(bo)
    browser.submit(browser.get(at(city)), "/resend")
    second = welcome_of(bo)
    assert (browser.get(first).status, browser.get(second).status) == (410, 200)
    gone = browser.submit(browser.get(at(city)), "/withdraw", follow=True)
    assert "is withdrawn" in gone.words and "Invited, not accepted yet" not in gone.words
    assert browser.get(second).status == 410


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"email": "nobody"}, "This is not an e-mail address."), ({"name": ""}, "Please fill this in.")],
)
def test_a_bad_invitation_is_refused_and_keeps_what_was_typed(
    browser: Browser, city: City, ana: User, changes: dict[str, str], message: str
) -> None:
    browser.sign_in(ana)
    values = {"name": "Bo", "email": "bo@city.example", "position": "Planner", "letters_in": "en", **changes}
    page = browser.submit(browser.get(at(city, "/invite")), "/invite", **values)
    assert (page.status, message in page.words) == (422, True)
    assert page.all("input", name="position")[0].get("value") == "Planner"


def test_leaving_asks_the_last_one_twice(browser: Browser, city: City, ana: User) -> None:
    secretary = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    browser.sign_in(ana)
    page = browser.get(at(city, "/leave"))
    assert "You are the last one" in page.words
    refused = browser.submit(page, "/leave")
    assert (refused.status, people_queries.city_ids_of(ana)) == (422, {city.id})
    done = browser.submit(refused, "/leave", sure="y", follow=True)
    assert "You no longer act for Surabaya." in done.words
    assert browser.get(at(city)).status == 404
    letter = db.session.scalars(select(Notification).where(Notification.kind == "city_without_delegates")).one()
    assert letter.recipient_id == secretary.id


def test_the_secretariat_finds_a_city_and_hands_it_over(
    browser: Browser, another_browser: Browser, city: City, ana: User, call: Cycle, queries: Any
) -> None:
    make.make_submission(call, city, by=ana, title_en="Secret draft")
    make.make_city("Elsewhere", "FR")
    secretary = make.make_member(call, Role.SECRETARIAT).user
    browser.sign_in(secretary)
    listed = browser.get(f"/secretariat/{call.slug}/cities")
    assert "Surabaya" in listed.words and "Elsewhere" not in listed.words
    with queries() as few:
        browser.get(f"/secretariat/{call.slug}/cities?scope=all")
    for _ in range(5):
        make.make_delegate(make.make_city())
    with queries() as many:
        every = browser.get(f"/secretariat/{call.slug}/cities?scope=all")
    assert "Elsewhere" in every.words and "nobody" in every.words and len(few) == len(many)
    assert "Elsewhere" in browser.get(f"/secretariat/{call.slug}/cities?scope=all&q=elsew").words

    address = f"/secretariat/{call.slug}/cities/{city.id}"
    page = browser.get(address)
    assert "Not handed in yet" in page.words and "Secret draft" not in page.words
    own = db.session.scalars(select(Delegate).where(Delegate.user_id == ana.id)).one()
    refused = browser.submit(page, address, ending=[str(own.id)])
    assert refused.status == 422 and "Please fill this in." in refused.words
    done = browser.submit(
        page, address, ending=[str(own.id)], reason="A new mayor.", follow=True,
        **{"inviting-0-name": "Citra", "inviting-0-email": "citra@city.example", "inviting-0-letters_in": "en"},
    )  # fmt: skip
    assert "is handed over" in done.words and "A new mayor." in done.words and "Nobody acts for this city" in done.words
    citra = people_queries.by_email("citra@city.example")
    assert citra is not None
    accepted = another_browser.submit(
        another_browser.get(welcome_of(citra)), password=PASSWORD, password_again=PASSWORD, follow=True
    )
    assert accepted.status == 200 and another_browser.get(at(city)).status == 200
    assert "A new mayor." in browser.get(f"/secretariat/{call.slug}/audit?object=city:{city.id}").words
    assert db.session.scalars(select(AuditEntry.cycle_id).where(AuditEntry.action == "city.hand_over")).all() == [
        call.id
    ]


def test_a_hand_over_with_a_bad_line_changes_nothing(browser: Browser, city: City, ana: User, call: Cycle) -> None:
    browser.sign_in(make.make_member(call, Role.SECRETARIAT).user)
    address = f"/secretariat/{call.slug}/cities/{city.id}"
    own = db.session.scalars(select(Delegate).where(Delegate.user_id == ana.id)).one()
    page = browser.submit(
        browser.get(address), address, ending=[str(own.id)], reason="Because.", **{"inviting-0-name": "Without address"}
    )
    assert page.status == 422
    assert people_queries.city_ids_of(ana) == {city.id}


def test_partner_cities_are_named_at_the_desk_and_read_by_everybody(
    browser: Browser, city: City, ana: User, call: Cycle
) -> None:
    draft = make.make_submission(call, city, by=ana)
    address = f"/submissions/{draft.ref}/partners"
    browser.sign_in(ana)
    more = browser.submit(browser.get(address), address, more="1", **{"partners-0-name": "Vienna"})
    assert more.status == 200 and len([i for i in more.all("input") if "-name" in (i.get("name") or "")]) == 4
    refused = browser.submit(browser.get(address), address, **{"partners-1-name": "Graz"})
    assert refused.status == 422 and "Choose the partner's country or region." in refused.words
    saved = browser.submit(
        browser.get(address), address, follow=True, **{"partners-0-name": "Vienna", "partners-0-country": "AT"}
    )
    assert "The partner cities are saved." in saved.words
    review = browser.get(f"/submissions/{draft.ref}/submit")
    assert "Together with" in review.words and "Vienna, Austria" in review.words
    browser.submit(review, "/submit", declaration="y")
    assert "Vienna" in browser.get(f"/submissions/{draft.ref}/receipt/1").words
    assert "维也纳" in browser.get(f"/submissions/{draft.ref}/versions/1?lang=zh").words


def test_a_new_entry_begins_from_an_earlier_one_and_asks_what_is_new(
    browser: Browser, city: City, ana: User, call: Cycle
) -> None:
    past = make.make_cycle(CyclePhase.ARCHIVED)
    old = make.make_submission(past, city, by=ana, status=SubmissionStatus.VALID, title_en="River buses")
    browser.sign_in(ana)
    page = browser.get(f"/submissions/{old.ref}/again")
    form = browser.submit(page, "/again", follow=True)
    assert "What is new since then" in form.words
    new = db.session.scalars(select(Submission).where(Submission.based_on_id == old.id)).one()
    again = browser.submit(page, "/again")
    assert again.location.endswith(f"/submissions/{new.ref}/edit#since_then")
    browser.submit(form, "/edit", holding="edit_version", whats_new_en="Two more lines.")
    review = browser.get(f"/submissions/{new.ref}/submit")
    assert "Two more lines." in review.words and old.ref in review.words
    assert f"Text taken over from {old.ref}" in browser.get(f"/submissions/{new.ref}").words


def test_without_an_open_call_the_page_says_so(browser: Browser, city: City, ana: User) -> None:
    old = make.make_submission(make.make_cycle(CyclePhase.ARCHIVED), city, by=ana)
    page = browser.sign_in(ana).get(f"/submissions/{old.ref}/again")
    assert "No call of another cycle is open" in page.words


def test_an_invited_person_gives_their_own_name(
    browser: Browser, another_browser: Browser, city: City, ana: User
) -> None:
    browser.sign_in(ana)
    page = browser.get(at(city, "/invite"))
    browser.submit(page, "/invite", name="The New One", email="bo@city.example", letters_in="en")
    bo = people_queries.by_email("bo@city.example")
    assert bo is not None
    welcome = another_browser.get(welcome_of(bo))
    assert "The New One" not in welcome.title
    assert [field.get("value") for field in welcome.all("input", name="name")] == ["The New One"]
    refused = another_browser.submit(welcome, name=" ", password=PASSWORD, password_again=PASSWORD)
    assert refused.status == 422
    assert another_browser.submit(welcome, name="Bo  Li", password=PASSWORD, password_again=PASSWORD).status == 303
    assert "Bo Li" in browser.get(at(city)).words


def test_whose_secretariat_handed_a_city_over_stands_on_its_page(
    browser: Browser, another_browser: Browser, city: City, ana: User, call: Cycle
) -> None:
    secretary = make.make_member(call, Role.SECRETARIAT, make.make_user("Chen Meiling")).user
    page = browser.sign_in(secretary).get(f"/secretariat/{call.slug}/cities/{city.id}")
    assert f"You act here for the secretariat of {call.name_en}" in page.words
    lines = {"inviting-0-name": "Bo Li", "inviting-0-email": "bo@city.example"}
    assert browser.submit(page, f"/cities/{city.id}", reason="Elections.", **lines).status == 303
    told = f"1 March 2027, by Chen Meiling for the secretariat of {call.name_en}"
    for shown in (
        browser.get(f"/secretariat/{call.slug}/cities/{city.id}"),
        another_browser.sign_in(ana).get(at(city)),
    ):
        assert told in shown.words
        assert "Elections." in shown.words
