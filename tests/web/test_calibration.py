"""Opening the scores, and the pages that say what calibration makes of them: the chair's and the secretariat's."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, CityLink, ConflictOfInterest, QuestionAnswer
from awardapp.services import shortlist
from awardapp.web.calibration.files import crossings
from awardapp.web.calibration.members import histogram
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.pages import Browser, Page, fresh

PAGES = ("calibration", "calibration/members", "calibration/agreement", "calibration/questions")
# The third member gives three marks less than the others, a step more or less.
MARKS = [(n, n + n % 3 - 1, max(0, n - 6 + n % 2)) for n in range(19, 9, -1)]


@pytest.fixture
def found(app: Flask) -> judging.Committee:
    """A committee of three whose chair has opened the scores of ten files."""
    return judging.committee(MARKS)


@pytest.fixture
def chair(found: judging.Committee, app: Flask) -> Browser:
    return Browser(app).sign_in(found.chair)


@pytest.fixture
def secretary(found: judging.Committee, app: Flask) -> Browser:
    return Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT).user)


def at(found: judging.Committee, page: str = "calibration", room: str = "committee") -> str:
    return f"/{room}/{found.cycle.slug}/{page}"


def rows(page: Page, table: str = "files") -> list[Any]:
    (one,) = page.all("table", id=table)
    return [tr for tr in one.iter("tr") if tr.find("th") is not None and tr.find("td") is not None]


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def test_before_the_opening_neither_chair_nor_secretariat_sees_a_mean_a_place_or_anothers_marks(
    app: Flask,
) -> None:
    found = judging.committee(MARKS[:4], opened=False)
    chair = Browser(app).sign_in(found.chair)
    secretary = Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT).user)
    assert chair.get(at(found, "shortlist")).location.endswith("/calibration")
    for browser, room in ((chair, "committee"), (secretary, "secretariat")):
        page = browser.get(at(found, room=room))
        assert (page.status, page.all("table", id="files")) == (200, [])
        assert "Not open yet" in page.words
        assert {browser.get(at(found, closed, room)).status for closed in PAGES[1:]} == {404}
    assert secretary.get(at(found, "scores", "secretariat")).all("table") == []
    assert secretary.get(at(found, "scores.csv", "secretariat")).status == 404
    ref = found.submissions[0].ref
    talk = secretary.get(at(found, f"submissions/{ref}/discussion", "secretariat"))
    assert "Well founded." in talk.words and talk.all("table") == []
    assert "once the committee's chair has opened" in talk.words
    assert chair.get(at(found, f"submissions/{ref}/discussion")).all("table") != []  # read and handed in by the chair

    page = chair.get(at(found))
    assert chair.submit(page, "/open").status == 422
    assert fresh(type(found.cycle), slug=found.cycle.slug).scores_opened_at is None
    opened = chair.submit(page, "/open", sure="y", follow=True)
    assert "The scores are open" in opened.words and len(rows(opened)) == 4
    assert chair.get(at(found, "shortlist")).status == 200
    assert secretary.get(at(found, f"submissions/{ref}/discussion", "secretariat")).all("table") != []


def test_other_members_reach_none_of_the_pages(found: judging.Committee, browser: Browser) -> None:
    browser.sign_in(found.members[1].user)
    addresses = [*PAGES, "calibration/mine", f"calibration/members/{found.members[0].pseudonym}"]
    assert {browser.get(at(found, page)).status for page in addresses} == {404}
    token = browser.get(at(found, "")).all("input", name="csrf_token")[0].get("value")
    for address in ("calibration/open", "calibration/questions"):
        assert browser.post(at(found, address), {"csrf_token": token, "sure": "y"}).status == 404


@pytest.mark.parametrize("room", ["committee", "secretariat"])
def test_raw_stands_beside_calibrated_and_the_reasons_add_up_as_printed(
    found: judging.Committee, chair: Browser, secretary: Browser, room: str
) -> None:
    page = (chair if room == "committee" else secretary).get(at(found, "calibration?reasons=open", room))
    assert len(rows(page)) == 10
    for row in rows(page):
        cells = [words(cell) for cell in row.findall("td")]
        raw, calibrated = Decimal(cells[1]), Decimal(cells[3])
        (sentence,) = [words(p) for p in row.iter("p") if p.get("class") == "sum"]
        left, right = sentence.split(" = ")
        terms = [Decimal(sign.replace("−", "-") + value) for sign, value in re.findall(r"([+−]) ([\d.]+)", left)]
        assert (Decimal(left.split(" ")[0]), Decimal(right)) == (raw, calibrated)
        assert raw + sum(terms) == calibrated
        name = found.members[2].user.name
        assert f"{name} gave" in words(row)
        assert cells[5].endswith("3") and "%" in cells[6]


def test_the_list_is_narrowed_by_the_address(found: judging.Committee, chair: Browser) -> None:
    lone = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    judging.assessed(lone, found.members[1], 20)
    db.session.commit()
    assert len(rows(chair.get(at(found, "calibration")))) == 11
    assert len(rows(chair.get(at(found, f"calibration?member={found.members[0].pseudonym}")))) == 10
    assert len(rows(chair.get(at(found, f"calibration?member={found.members[1].pseudonym}")))) == 11
    page = chair.get(at(found, "calibration?view=crossing"))
    places = (
        [(words(row.findall("td")[0]), words(row.findall("td")[2])) for row in rows(page)] if page.all("table") else []
    )
    assert all((int(place) <= 3) != (int(raw) <= 3) or (int(place) <= 5) != (int(raw) <= 5) for place, raw in places)
    assert "handed in or changed after" not in page.words


def test_a_line_is_crossed_by_those_between_the_two_places() -> None:
    assert crossings(16, 15, [15, 45]) == ((15, True),)
    assert crossings(15, 46, [15, 45]) == ((15, False), (45, False))
    assert crossings(3, 14, [15, 45]) == ()


def test_a_chair_with_a_tie_sees_the_place_but_not_who_marked_the_file_how(
    found: judging.Committee, chair: Browser, secretary: Browser
) -> None:
    own = found.submissions[3]
    tie = {"membership_id": found.members[0].id, "city_id": own.city_id, "kind": "employment", "note": "My employer."}
    db.session.add(ConflictOfInterest(**tie, declared_by=found.chair.id, declared_at=NOW))
    db.session.commit()
    page = chair.get(at(found, "calibration?reasons=open"))
    (row,) = [row for row in rows(page) if own.city.name_en in words(row)]
    assert "conflict of interest" in words(row)
    assert found.members[2].user.name not in words(row)
    narrowed = chair.get(at(found, f"calibration?member={found.members[2].pseudonym}"))
    assert own.city.name_en not in narrowed.words
    assert "conflict of interest" not in secretary.get(at(found, room="secretariat")).words


def test_members_are_shown_beside_each_other_and_one_at_a_time(found: judging.Committee, chair: Browser) -> None:
    severe, silent = found.members[2], make.make_member(found.cycle, Role.COMMITTEE, make.make_user("Silent Sam"))
    page = chair.get(at(found, "calibration/members"))
    (row,) = [row for row in rows(page, "members") if severe.user.name in words(row)]
    assert "−1." in words(row) or "−2." in words(row)
    assert "nothing handed in" in page.words
    one = chair.get(at(found, f"calibration/members/{severe.pseudonym}"))
    assert "Severity" in one.words and re.search(r"Severity −\d\.\d\d \(−\d\.\d\d to −\d\.\d\d\)", one.words)
    assert [words(row.find("th")) for row in rows(one, "peers")] == sorted(m.user.name for m in found.members[:2])
    assert "has handed in nothing" in chair.get(at(found, f"calibration/members/{silent.pseudonym}")).words
    assert chair.get(at(found, "calibration/members/nobody")).status == 404


def test_marks_are_counted_by_parts_of_the_scale_the_highest_in_the_last() -> None:
    columns = histogram([0.0, 0.99, 1.0, 9.0, 10.0], 0, 10)
    assert [n for _words, n in columns] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert columns[0][0] == "0–1"
    assert [n for _words, n in histogram([0.3], 1, 4)] == [0, 1, *[0] * 8]


def test_a_member_sees_the_own_figures_after_the_lock_without_names_or_places(
    found: judging.Committee, browser: Browser
) -> None:
    member = found.members[1]
    browser.sign_in(member.user)
    assert "calibration/mine" not in browser.get(at(found, "")).text
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    judging.write_reasons(found.cycle, chair=found.chair)
    judging.lock(found.cycle, chair=found.chair)
    assert at(found, "calibration/mine") in browser.get(at(found, "")).links()
    page = browser.get(at(found, "calibration/mine"))
    assert "Severity" in page.words and "Your own marks" in page.words
    others = [one.user.name for one in found.members if one is not member]
    cities = [submission.city.name_en for submission in found.submissions]
    assert [name for name in [*others, *cities] if re.search(rf"{name}\b", page.words)] == []


def test_the_agreement_is_told_in_words_and_parts_that_share_nothing_with_what_would_join_them(
    found: judging.Committee, chair: Browser
) -> None:
    page = chair.get(at(found, "calibration/agreement"))
    assert "Yes: all readings hang together" in page.words
    assert len(rows(page, "alpha")) == 1 + len(found.cycle.criteria)
    stranger = make.make_member(found.cycle, Role.COMMITTEE, make.make_user("Far Away"))
    apart = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    judging.assessed(apart, stranger, 10)
    db.session.commit()
    page = chair.get(at(found, "calibration/agreement"))
    assert "fall into 2 parts" in page.words
    assert f"reads the file of {apart.city.name_en}" in page.words
    assert "no severity can be told: Far Away" in page.words


def asked(page: Page) -> dict[str, Any]:
    return {str(li.get("id")): li for ul in page.all("ul") if ul.get("class") == "questions" for li in ul.iter("li")}


def test_questions_are_answered_in_words_that_are_kept_and_change_no_mark(
    found: judging.Committee, chair: Browser, secretary: Browser
) -> None:
    before = [words(row) for row in rows(chair.get(at(found)))]
    page = chair.get(at(found, "calibration/questions"))
    severe, own = (f"severity-{found.members[2].pseudonym}", f"equal-{found.members[0].pseudonym}")
    assert {severe, own} <= set(asked(page))
    name = found.members[2].user.name
    assert f"{name} gave" in words(asked(page)[severe]) and "Why?" in words(asked(page)[severe])
    token = {"csrf_token": next(str(i.get("value")) for i in page.all("input", name="csrf_token"))}
    sent = {**token, "question": severe.replace("-", ":", 1), "words": "  "}
    refused = chair.post(at(found, "calibration/questions"), sent)
    assert (refused.status, "Write what was found out." in refused.words) == (422, True)
    done = chair.post(at(found, "calibration/questions"), {**sent, "words": "Reads as an engineer.\nStays."})
    assert done.status == 303
    answer = fresh(QuestionAnswer, question=severe.replace("-", ":", 1))
    assert (answer.words, answer.written_by) == ("Reads as an engineer.\nStays.", found.chair.id)
    assert '"offset": -' in answer.asked
    assert "Reads as an engineer." in chair.get(at(found, "calibration/questions")).words
    assert [words(row) for row in rows(chair.get(at(found)))] == before
    # a question about the chair is for the secretariat, the others are not
    assert (
        chair.post(
            at(found, "calibration/questions"), {**sent, "question": own.replace("-", ":", 1), "words": "No."}
        ).status
        == 403
    )
    page = secretary.get(at(found, "calibration/questions", "secretariat"))
    token = {"csrf_token": next(str(i.get("value")) for i in page.all("input", name="csrf_token"))}
    for key, status in ((own, 303), (severe, 403), ("alike:nobody", 422)):
        answer = {**token, "question": key.replace("-", ":", 1), "words": "The form had one row."}
        assert secretary.post(at(found, "calibration/questions", "secretariat"), answer).status == status


def test_ties_that_do_not_bar_are_looked_at_and_kinds_without_a_pair_are_said_so(
    found: judging.Committee, chair: Browser
) -> None:
    home, city = make.make_city("Home", "FR"), db.session.get_one(City, found.submissions[0].city_id)
    found.members[1].user.country, found.members[1].user.city_id = "FR", home.id
    db.session.commit()
    page = chair.get(at(found, "calibration/questions"))
    told = {words(row.find("th")): words(row) for row in rows(page, "ties")}
    assert "10 of 30" in next(row for name, row in told.items() if "region" in name)  # France and Spain
    assert "no reading has this tie" in next(row for name, row in told.items() if "language" in name)
    assert "no reading has this tie" in next(row for name, row in told.items() if "link" in name)
    first, second = sorted((home.id, city.id))
    db.session.add(
        CityLink(city_id=first, other_city_id=second, kind="sister_city", created_by=found.chair.id, created_at=NOW)
    )
    db.session.commit()
    told = {words(row.find("th")): words(row) for row in rows(chair.get(at(found, "calibration/questions")), "ties")}
    assert "1 of 30" in next(row for name, row in told.items() if "link" in name)


def test_a_plainer_method_than_the_rules_ask_for_is_said(app: Flask) -> None:
    few = judging.committee(MARKS[:3], rules=replace(judging.SMALL, calibration="robust"))
    page = Browser(app).sign_in(few.chair).get(at(few))
    assert "A plainer method is used" in page.words and "plain offsets" in page.words


def test_the_pages_speak_chinese(found: judging.Committee, chair: Browser) -> None:
    assert "校准" in chair.get(at(found, "calibration?lang=zh")).words
    assert all(chair.get(at(found, page)).status == 200 for page in PAGES)
