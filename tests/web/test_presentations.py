"""The pages of presentations: planned and published by forms, read on everybody's own clock, silent about who asked."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.assessments import ConflictKind
from awardapp.domain.presentations import MaterialState
from awardapp.extensions import db
from awardapp.models import ConflictOfInterest, PresentationMaterial, PresentationSession, TimetableSlot
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_city, presentation_floor, presentations
from tests.conftest import NOW
from tests.support import presenting
from tests.support.pages import Browser, fresh, values_of
from tests.support.presenting import BEGINS, Presenting


@pytest.fixture(autouse=True)
def at_that_time(app: Flask) -> None:
    """The pages go by the instant of the tests' services."""
    clock.set_offset(NOW - clock.now())


def room(found: Presenting, path: str = "") -> str:
    return f"/secretariat/{found.cycle.slug}/presentations{path}"


def jury(found: Presenting, path: str = "") -> str:
    return f"/jury/{found.cycle.slug}/presentations{path}"


def city(found: Presenting, path: str = "", n: int = 0) -> str:
    return f"/submissions/{found.finalists[n].ref}/presentation{path}"


def signed_in(app: Flask, person: Any) -> Browser:
    return Browser(app).sign_in(person)


def tie(found: Presenting, juror: int, n: int) -> None:
    """A juror has a conflict of interest with a finalist."""
    member = found.jurors[juror]
    db.session.add(
        ConflictOfInterest(
            membership_id=member.id,
            city_id=found.finalists[n].city_id,
            kind=ConflictKind.EMPLOYMENT.value,
            declared_by=member.user_id,
            declared_at=NOW,
        )
    )
    db.session.commit()


def test_the_secretariat_plans_proposes_moves_and_publishes_by_forms(app: Flask) -> None:
    found = presenting.seated()
    desk = signed_in(app, found.secretary)
    assert "No session is planned yet" in desk.get(room(found)).words
    new = desk.get(room(found, "/sessions/new"))
    refused = desk.submit(new, holding="starts_at", starts_at="2027-03-21T16:00")
    assert refused.status == 422 and "give the session a title in both languages" in refused.words
    sent = desk.submit(refused, holding="starts_at", title_en="Listening", title_zh="倾听", places="3", follow=True)
    assert fresh(PresentationSession, cycle_id=found.cycle.id).starts_at == BEGINS
    page = desk.submit(sent, "/propose", follow=True)
    assert "would present at night" in page.words  # three in the morning in Cali
    assert "No slot of these sessions is by day there; only another session can help." in page.words
    ref = found.finalists[1].ref
    slots = desk.get(room(found, f"/slots/{ref}"))
    assert "Whoever has a slot gets this city's in exchange." in slots.words
    target = next(form for form in slots.all("form") if form.xpath('.//input[@name="slot"]'))
    slot = target.xpath('.//input[@name="slot"]/@value')[0]
    page = desk.submit(slots, holding="slot", slot=slot, follow=True)
    assert "Changed in the draft" in page.words
    page = desk.get(room(found, "/publish"))
    assert "3 letters to cities, 3 to the jury" in page.words
    page = desk.submit(page, holding="digest", follow=True)
    assert "The timetable is published. 3 cities are told." in page.words
    assert desk.get(room(found, "/publish")).title == "Publish the timetable"
    assert "Nothing would change" in desk.get(room(found, "/publish")).words


def test_a_publication_from_an_old_page_is_refused_and_the_page_shows_what_is_now(app: Flask) -> None:
    found = presenting.seated()
    presenting.plan(found)
    desk = signed_in(app, found.secretary)
    desk.submit(desk.get(room(found)), "/propose")
    old = desk.get(room(found, "/publish"))
    session = queries.sessions(found.cycle)[0]
    facts = presenting.facts(starts_at=BEGINS + timedelta(hours=6))
    presentations.save_session(actor=found.secretary, cycle=found.cycle, session=session, facts=facts, now=NOW)
    refused = desk.submit(old, holding="digest")
    assert refused.status == 422 and "The draft has changed since this page was made." in refused.words
    assert "22:00" in refused.words


def test_a_city_reads_its_time_on_its_own_clock_and_in_guangzhou(app: Flask) -> None:
    found = presenting.published()
    slot = fresh(TimetableSlot, presentation_id=found.presentation(1).id)
    delegate = found.delegate(1)
    delegate.time_zone = "Europe/Madrid"
    page = signed_in(app, delegate).get(city(found, n=1))
    minute = f"{slot.starts_at.minute:02}"
    assert f"Your time 21 March 2027, 09:{minute}" in page.words
    assert f"In Cali 21 March 2027, 03:{minute} (Bogota, UTC−5)" in page.words
    assert f"In Guangzhou 21 March 2027, 16:{minute}" in page.words
    assert "https://join.example/room" in page.words
    assert (
        "Your presentation: when it is" in signed_in(app, delegate).get(f"/submissions/{found.finalists[1].ref}").words
    )
    assert signed_in(app, found.delegate(0)).get(city(found, n=1)).status == 404


def test_before_the_timetable_is_published_a_city_can_prepare_but_reads_no_time(app: Flask) -> None:
    found = presenting.seated()
    browser = signed_in(app, found.delegate())
    assert browser.get(city(found)).status == 404  # nothing is planned
    presenting.plan(found)
    signed_in(app, found.secretary).submit(signed_in(app, found.secretary).get(room(found)), "/propose")
    page = browser.get(city(found))
    assert "The timetable is not published yet" in page.words and "2027" not in page.words
    assert [browser.get(city(found, path)).status for path in (".ics", "/clock")] == [404, 404]


def test_a_city_names_its_people_and_a_refusal_keeps_what_was_typed(app: Flask) -> None:
    found = presenting.published()
    browser = signed_in(app, found.delegate())
    typed = {"first-who": "else", "first-name_en": "Rui Tavares", "first-title_en": "Adviser", "first-title_zh": "顾问"}
    refused = browser.submit(browser.get(city(found)), "/presenters", **typed)
    assert refused.status == 422 and "needed in both languages" in refused.words and "Rui Tavares" in refused.text
    sent = browser.submit(refused, "/presenters", **{"first-name_zh": "鲁伊"}, follow=True)
    assert "Stored who presents for your city." in sent.words
    assert "Rui Tavares, Adviser" in signed_in(app, found.jurors[0].user).get(jury(found)).words


def test_a_file_is_checked_by_its_content_then_by_the_secretariat_and_then_the_jury_reads_it(app: Flask) -> None:
    found = presenting.published()
    browser = signed_in(app, found.delegate())
    page = browser.get(city(found))

    def send(data: bytes, name: str) -> Any:
        return browser.submit(page, "/presentation/files", file=(io.BytesIO(data), name))

    refused = send(b"MZ not a picture", "slides.pdf")
    assert refused.status == 422 and "slides.pdf:" in refused.words
    assert send(presenting.picture(), "slides.png").status == 303
    material = fresh(PresentationMaterial, presentation_id=found.presentation().id)
    desk, juror = signed_in(app, found.secretary), signed_in(app, found.jurors[0].user)
    file = jury(found, f"/of/{found.finalists[0].ref}/files/{material.sha256}")
    assert juror.ask("GET", file).status_code == 404
    one = room(found, f"/of/{found.finalists[0].ref}")
    asked = desk.submit(desk.get(one), "/materials", state="change", note="")
    assert asked.status == 422 and "Say what is to be changed; the city reads it." in asked.words
    desk.submit(desk.get(one), "/materials", state="change", note="Larger letters, please.")
    assert "Larger letters, please." in browser.get(city(found)).words
    desk.submit(desk.get(one), "/materials", state="accepted", note="")
    answer = juror.ask("GET", file)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")


def test_a_recused_juror_reads_when_a_city_presents_and_nothing_else_of_it(app: Flask) -> None:
    found = presenting.published()
    material = presenting.send(found)
    presentation_city.check_material(
        actor=found.secretary, material=material, state=MaterialState.ACCEPTED, note="", now=NOW
    )
    tie(found, 1, 0)
    ref, sha256 = found.finalists[0].ref, material.sha256
    free, recused = signed_in(app, found.jurors[0].user), signed_in(app, found.jurors[1].user)
    assert "Recused" in recused.get(jury(found)).words and "Accra" in recused.get(jury(found)).words
    paths = (f"/of/{ref}", f"/of/{ref}/state", f"/of/{ref}/files/{sha256}")
    assert [recused.ask("GET", jury(found, path)).status_code for path in paths] == [404, 404, 404]
    assert [free.ask("GET", jury(found, path)).status_code for path in paths] == [200, 200, 200]
    page = free.get(jury(found, f"/of/{ref}"))
    token = values_of(recused.get(f"/jury/{found.cycle.slug}/conflicts").form())["csrf_token"]
    asked = recused.post(jury(found, f"/of/{ref}/questions"), {"csrf_token": token, "text": "Why?"})
    assert asked.status == 404
    assert "Your question is in the queue." in free.submit(page, "/questions", text="Why?", follow=True).words


def test_neither_page_nor_file_of_the_city_ever_tells_who_asked(app: Flask) -> None:
    found = presenting.published()
    one = found.presentation()
    juror = found.jurors[0].user
    presentation_floor.put_question(actor=juror, presentation=one, text="How many?", source="juror", now=NOW)
    presentation_floor.put_question(
        actor=found.secretary, presentation=one, text="And then?", source="audience", now=NOW
    )
    first, second = day_queries.questions([one.id])[one.id]
    browser = signed_in(app, found.delegate())
    assert "How many?" not in browser.get(city(found)).words
    floor = room(found, "/sessions/1/floor")
    desk = signed_in(app, found.secretary)
    for act in ("start", "end"):
        page = desk.get(f"{floor}?ref={found.finalists[0].ref}")
        if act == "end":
            desk.submit(page, "/question", question=str(first.id), act="asked")
        page = desk.get(f"{floor}?ref={found.finalists[0].ref}")
        assert desk.submit(page, "/clock", act=act).status == 303
    after = browser.get(city(found))
    assert "How many?" in after.words and "And then?" not in after.words  # the second was never put
    for word in ("jury's", "from the jury", "audience</span>", juror.name, juror.email):
        assert word not in after.text
    assert second.state.value == "queued"
    assert "from the jury" in desk.get(room(found, f"/of/{found.finalists[0].ref}")).words


def test_the_clock_answers_the_same_until_the_moderator_turns_it(app: Flask) -> None:
    found = presenting.published()
    browsers = {
        room(found, "/sessions/1/clock"): signed_in(app, found.secretary),
        jury(found, "/sessions/1/clock"): signed_in(app, found.jurors[0].user),
        city(found, "/clock"): signed_in(app, found.delegate()),
    }
    tags = {}
    for path, browser in browsers.items():
        page = browser.get(path)
        assert "7:00" in page.words and page.title in ("Accra", "Cali", "Hamilton")
        tags[path] = browser.get(path + "/state").response.headers["ETag"]
        again = browser.ask("GET", path + "/state", headers={"If-None-Match": tags[path]})
        assert (again.status_code, again.get_data()) == (304, b"")
    desk = next(iter(browsers.values()))
    desk.submit(desk.get(room(found, "/sessions/1/floor")), "/clock", act="start")
    for path, browser in browsers.items():
        assert browser.get(path + "/state").response.headers["ETag"] != tags[path]
        page = browser.get(path)
        assert "Until 1 March 2027, 16:07:0" in page.words  # without a script the page says when the time is up


def test_a_click_on_an_old_page_of_the_clock_says_so_and_turns_nothing(app: Flask) -> None:
    found = presenting.published()
    desk = signed_in(app, found.secretary)
    old = desk.get(room(found, "/sessions/1/floor"))
    desk.submit(old, "/clock")
    page = desk.submit(old, "/clock", follow=True)
    assert "The clock has moved on meanwhile." in page.words and "Presentation" in page.words


def test_the_public_programme_shows_public_sessions_alone_on_the_chosen_clock(app: Flask, browser: Browser) -> None:
    found = presenting.seated()
    presenting.plan(found, places=2)
    presenting.plan(found, title_en="Behind doors", is_public=False, starts_at=BEGINS + timedelta(hours=6), places=1)
    path = f"/cycles/{found.cycle.slug}/programme"
    desk = signed_in(app, found.secretary)
    desk.submit(desk.get(room(found)), "/propose")
    assert [browser.get(path).status, browser.get(path + ".ics").status] == [404, 404]
    assert "programme" not in browser.get(f"/cycles/{found.cycle.slug}").text
    presenting.publish(found)
    page = browser.get(path + "?zone=Pacific/Auckland")
    assert "Times in Auckland, UTC+13" in page.words and "21 Mar 2027, 21:00" in page.words
    assert "Hamilton" in page.words and "Cali" not in page.words
    assert "watch.example" in page.text and "join.example" not in page.text and "Behind doors" not in page.text
    assert path in browser.get(f"/cycles/{found.cycle.slug}").links()
    unknown = browser.get(path + "?zone=Moon/Base")
    assert "That time zone is not known" in unknown.words and "Beijing time" in unknown.words
    tag = browser.get(path).response.headers["ETag"]
    assert browser.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304
    chinese = browser.get(path + "?lang=zh")
    assert chinese.title == "陈述日程" and "倾听的城市" in chinese.words


def test_calendar_files_follow_a_change_and_a_cancellation_under_the_same_id(app: Flask, browser: Browser) -> None:
    found = presenting.published()
    own, public = city(found, ".ics"), f"/cycles/{found.cycle.slug}/programme.ics"
    delegate = signed_in(app, found.delegate())

    def lines(text: str, *names: str) -> list[str]:
        return [line for line in text.split("\r\n") if line.startswith(names)]

    keys = ("UID", "SEQUENCE", "STATUS", "DTSTART")
    before = lines(delegate.get(own).text, *keys)
    assert f"UID:presentation-{found.presentation().id}@localhost" in before and "SEQUENCE:0" in before
    shown = browser.get(public)
    assert shown.response.mimetype == "text/calendar" and "join.example" not in shown.text
    session = queries.sessions(found.cycle)[0]
    later = presenting.facts(starts_at=BEGINS + timedelta(days=1))
    presentations.save_session(actor=found.secretary, cycle=found.cycle, session=session, facts=later, now=NOW)
    presenting.publish(found)
    after = lines(delegate.get(own).text, *keys)
    assert after[0] == before[0] and after[1] == "SEQUENCE:1" and "STATUS:CONFIRMED" in after
    presentations.drop_session(actor=found.secretary, session=session, now=NOW)
    presenting.publish(found)
    assert "STATUS:CANCELLED" in delegate.get(own).text
    assert "Called off" in delegate.get(city(found)).words
    assert browser.get(public).status == 404
    jurors = signed_in(app, found.jurors[0].user).get(jury(found)[: -len("/presentations")] + "/presentations.ics")
    assert "STATUS:CANCELLED" in jurors.text


@pytest.mark.only_on("sqlite")
def test_the_pages_ask_the_database_as_often_for_three_cities_as_for_nine(app: Flask, queries: Any) -> None:
    counted: dict[str, list[int]] = {}
    for finalists in (3, 9):
        found = presenting.published(finalists, places=finalists)
        paths = {
            "planning": (found.secretary, room(found)),
            "publishing": (found.secretary, room(found, "/publish")),
            "slots": (found.secretary, room(found, f"/slots/{found.finalists[0].ref}")),
            "floor": (found.secretary, room(found, "/sessions/1/floor")),
            "jury": (found.jurors[0].user, jury(found)),
            "programme": (None, f"/cycles/{found.cycle.slug}/programme"),
        }
        for name, (person, path) in paths.items():
            browser = signed_in(app, person) if person is not None else Browser(app)
            browser.get(path)
            with queries() as sent:
                assert browser.get(path).status == 200
            counted.setdefault(name, []).append(len(sent))
        for submission in found.finalists:
            submission.city.name_en += f" of {finalists}"  # the next ones bear the same names
    assert {name: few - many for name, (few, many) in counted.items()} == dict.fromkeys(counted, 0)
    assert counted["programme"][0] <= 5
