"""The queue of the validity check: narrowed by the address, shared by colleagues, and what it says is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Submission, User
from awardapp.services import advice, submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh
from tests.support.secretariat import at, examine, waiting


def handed_in(cycle: Cycle, city: str, country: str = "AT", **more: Any) -> Submission:
    more.setdefault("status", SubmissionStatus.SUBMITTED)
    return make.make_submission(cycle, make.make_city(city, country), **more)


def cities(page: Page) -> list[str]:
    """The cities of the queue in its order."""
    rows = [tr for tr in page.all("tr") if tr.find("td") is not None]
    return [" ".join((tr.find("th").text or "").split()) for tr in rows]  # type: ignore[union-attr] # every row has one


@pytest.fixture
def colleague(cycle: Cycle, another_browser: Browser) -> Browser:
    person = make.make_user("Lin Yuqing")
    make.make_member(cycle, Role.SECRETARIAT, person)
    db.session.commit()
    return another_browser.sign_in(person)


def test_the_queue_is_narrowed_and_sorted_by_the_address(cycle: Cycle, desk: Browser) -> None:
    handed_in(cycle, "Wien", title_en="Free buses after dark", title_zh="")
    handed_in(cycle, "Graz", title_en="Free buses after dark, all week", title_zh="夜间公交")
    odd = {"population": 1_000_000, "area_km2": 500, "density_per_km2": 4.57}
    handed_in(cycle, "Lima", "PE", answers={**make.answers(), "city_data": odd}, title_en="", title_zh="集市堆肥")
    handed_in(cycle, "Bonn", "DE", status=SubmissionStatus.VALID, title_en="Compost", title_zh="")
    make.make_submission(cycle, make.make_city("Draft city", "AT"))
    examine()

    def shown(query: str) -> list[str]:
        return cities(desk.get(at(cycle, f"/check?{query}")))

    assert shown("") == ["Wien", "Graz", "Lima"]
    assert shown("sort=-received") == ["Lima", "Graz", "Wien"]
    assert shown("sort=city") == ["Graz", "Lima", "Wien"]
    assert shown("country=pe") == ["Lima"]
    assert shown("region=europe") == ["Wien", "Graz"]
    assert shown("language=zh") == ["Graz", "Lima"]
    assert shown("language=both") == ["Graz"]
    assert shown("mark=alike") == ["Wien", "Graz"]
    assert shown("mark=questions") == ["Lima"]
    assert shown("state=valid") == ["Bonn"]
    assert shown("q=buses") == ["Wien", "Graz"]
    assert shown("theme=economic") == []
    assert shown("hand=mine") == []
    assert shown("hand=free&sort=-alike") == ["Wien", "Graz", "Lima"]
    assert shown("state=nonsense&page=99&sort=nonsense&mark=x&hand=y&language=q") == ["Wien", "Graz", "Lima"]
    assert "Draft city" not in desk.get(at(cycle, "/check?state=all")).text


def test_deciding_goes_on_under_the_same_filter(cycle: Cycle, desk: Browser) -> None:
    handed_in(cycle, "Wien"), handed_in(cycle, "Lima", "PE"), handed_in(cycle, "Graz")
    page = desk.submit(desk.get(at(cycle, "/check?country=at")), "/check/next", follow=True)
    assert "Wien" in page.words
    assert "File 1 of 2 under this filter. 3 files wait." in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert "Graz" in page.words
    assert "File 1 of 1 under this filter. 2 files wait." in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert page.title == "Validity check"
    assert "Nothing matches" in page.words
    assert [s.status for s in db.session.query(Submission).order_by(Submission.id)] == ["valid", "submitted", "valid"]


def test_a_file_in_a_colleagues_hands_is_passed_over_and_decided_on_only_after_taking_it_over(
    cycle: Cycle, desk: Browser, colleague: Browser
) -> None:
    refs = [file.ref for file in waiting(cycle, 3)]
    mine = desk.submit(desk.get(at(cycle, "/check")), "/check/next", follow=True)
    theirs = colleague.submit(colleague.get(at(cycle, "/check")), "/check/next", follow=True)
    assert (refs[0] in mine.title or refs[0] in mine.words) and refs[1] in theirs.words
    queue = desk.get(at(cycle, "/check"))
    assert "In my hands 1" in queue.words
    assert "With colleagues 1" in queue.words
    assert "Lin Yuqing" in queue.words
    # Going on passes the colleague's file over.
    assert desk.submit(mine, "/accept").location == at(cycle, f"/check/{refs[2]}")
    looked = desk.get(at(cycle, f"/check/{refs[1]}"))
    assert "Lin Yuqing has this file in hand" in looked.words
    assert [f for f in looked.all("form") if "/accept" in (f.get("action") or "")] == []
    token = looked.all("input", name="csrf_token")[0].get("value")
    refused = desk.post(at(cycle, f"/check/{refs[1]}/accept"), {"csrf_token": token, "accept-version": "1"})
    assert refused.status == 409
    assert fresh(Submission, ref=refs[1]).status is SubmissionStatus.SUBMITTED
    taken = desk.submit(looked, "/take", follow=True)
    assert "You have taken this file over from Lin Yuqing." in taken.words
    assert desk.submit(taken, "/accept").status == 303
    # The colleague's page still shows the buttons; the decision was taken once.
    assert colleague.submit(theirs, "/accept").status == 409


def test_skipping_lays_the_file_down_for_the_others(cycle: Cycle, desk: Browser, colleague: Browser) -> None:
    refs = [file.ref for file in waiting(cycle, 2)]
    page = desk.submit(desk.get(at(cycle, "/check")), "/check/next", follow=True)
    assert desk.submit(page, "/check/next", holding="after").location == at(cycle, f"/check/{refs[1]}")
    sent = colleague.submit(colleague.get(at(cycle, "/check")), "/check/next")
    assert sent.location == at(cycle, f"/check/{refs[0]}")


def test_the_queue_says_how_much_is_left_and_how_much_time(cycle: Cycle, desk: Browser) -> None:
    waiting(cycle, 7)
    cycle.committee_from = (NOW + timedelta(days=3)).date()
    page = desk.get(at(cycle, "/check"))
    assert "7 files are left to check. 3 days until the committee begins: 3 files a day." in page.words
    cycle = fresh(Cycle, id=cycle.id)
    cycle.committee_from = NOW.date()
    assert "The committee should have begun." in desk.get(at(cycle, "/check")).words
    fresh(Cycle, id=cycle.id).phase = CyclePhase.COMMITTEE
    assert "should have begun" not in desk.get(at(cycle, "/check")).words


def test_what_was_with_its_city_is_found_again_when_it_is_back(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    boss = db.session.query(User).filter_by(name="Chen Meiling").one()
    submissions.return_for_changes(
        actor=boss, submission=file, note="Add figures.", return_by=NOW + timedelta(days=3), now=NOW
    )
    assert cities(desk.get(at(cycle, "/check"))) == []
    assert len(cities(desk.get(at(cycle, "/check?state=returned")))) == 1
    file = fresh(Submission, id=file.id)
    file.title_en = "Better"
    submissions.submit(actor=db.session.get_one(User, file.created_by), submission=file, now=NOW)
    page = desk.get(at(cycle, "/check?state=back"))
    assert len(cities(page)) == 1
    assert "back from its city" in page.words


def test_a_file_that_asked_for_advice_waits_apart_until_the_deadline(cycle: Cycle, desk: Browser) -> None:
    cycle.early_at = NOW + timedelta(days=1)
    asks, other = waiting(cycle, 2)
    advice.ask(actor=db.session.get_one(User, asks.created_by), submission=asks, now=NOW)
    refs = asks.ref, other.ref
    page = desk.get(at(cycle, "/check"))
    assert refs[0] not in page.words
    assert refs[0] in desk.get(at(cycle, "/check?state=advice")).words
    file = desk.get(at(cycle, f"/check/{refs[0]}"))
    assert "stays open for its city until the deadline" in file.words
    assert [f for f in file.all("form") if "/accept" in (f.get("action") or "")] == []
    cycle = fresh(Cycle, id=cycle.id)
    cycle.deadline_at = NOW
    cycle.phase = CyclePhase.SCREENING
    assert refs[0] in desk.get(at(cycle, "/check")).words
    assert desk.submit(desk.get(at(cycle, f"/check/{refs[0]}")), "/accept").status == 303


def test_every_letter_can_be_read_in_both_languages_before_it_goes(cycle: Cycle, desk: Browser) -> None:
    city = make.make_city()
    by = make.make_delegate(city, make.make_user("王芳", language="zh"))
    file = make.make_submission(cycle, city, by=by, status=SubmissionStatus.SUBMITTED)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    letters = page.all("details", class_="letter")
    texts = [" ".join("".join(letter.itertext()).split()) for letter in letters]
    assert "王芳" in texts[0] and "已通过有效性审核" in texts[0]
    assert "nobody of this city reads it so" in texts[1] and "has passed the validity check" in texts[1]


def test_a_link_from_a_likely_duplicate_brings_the_reason(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}?reason=duplicate"))
    assert [box.get("checked") is not None for box in page.all("input", value="duplicate")] == [True]
    assert page.all("details", id="not-valid")[0].get("open") is not None


@pytest.mark.parametrize("path", ["/check", "/check?state=all&sort=-alike", "/check/{ref}", "/advice"])
def test_the_number_of_queries_does_not_depend_on_the_files(
    cycle: Cycle, desk: Browser, queries: Any, path: str
) -> None:
    cycle.early_at = NOW + timedelta(days=1)

    def add() -> str:
        file = handed_in(cycle, f"City {make.make_user().id}", title_en="Free buses after dark")
        advice.ask(actor=db.session.get_one(User, file.created_by), submission=file, now=NOW)
        member = make.make_member(cycle, Role.ADVISER)
        advice.take_up(actor=member.user, member=member, submission=file, now=NOW)
        handed_in(cycle, f"City {make.make_user().id}", title_en="Free buses after dark")
        examine()
        return file.ref

    def cost(ref: str) -> int:
        desk.get(at(cycle, path.format(ref=ref)))
        with queries() as sent:
            assert desk.get(at(cycle, path.format(ref=ref))).status == 200
        return len(sent)

    ref = add()
    one = cost(ref)
    add(), add()
    assert cost(ref) == one
