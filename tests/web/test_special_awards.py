"""Special awards as the secretariat, the jury's chair and the committee's chair use their pages."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, PartnerDecision, RulesVersion, SpecialAward, Submission, User, VoteResult
from awardapp.queries import vote_results as queries
from tests import factories as make
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.support import awarding
from tests.support.corpus import pdf
from tests.support.pages import Browser, Page


@dataclass
class Desk:
    cycle: Cycle
    cities: list[Submission]
    people: tuple[User, User]
    first: Browser
    second: Browser

    def at(self, path: str) -> str:
        return f"/secretariat/{self.cycle.slug}/{path}"

    def lock_winners(self) -> None:
        make.make_selection(self.cycle, Stage.JURY, {Outcome.WINNER: self.cities[:1]})
        self.cycle.phase = CyclePhase.WINNERS_SEALED
        db.session.commit()

    def file(self, name: str, data: bytes) -> tuple[io.BytesIO, str]:
        return (io.BytesIO(data), name)


@pytest.fixture
def desk(app: Flask) -> Desk:
    clock.set_offset(NOW - clock.now())
    cycle = make.make_cycle(CyclePhase.JURY)
    cities = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(3)]
    make.make_published_shortlist(cycle, cities)
    people = [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2)]
    db.session.commit()
    first, second = (Browser(app).sign_in(person) for person in people)
    return Desk(cycle, cities, (people[0], people[1]), first, second)


def enter(desk: Desk, page: Page, *votes: int, **more: object) -> Page:
    values: dict[str, object] = {f"votes-{n}-votes": str(number) for n, number in enumerate(votes)}
    values |= {"opened_at": "2027-02-01T00:00", "closed_at": "2027-02-20T16:00", "source": "The operator's report"}
    return desk.first.submit(page, "/enter", press="Enter these figures", **{**values, **more})


def test_from_a_csv_text_to_the_award_by_two_people_with_documents_and_a_password(desk: Desk) -> None:
    path = desk.at("votes/public_vote")
    page = desk.first.get(f"{path}/enter")
    a, b, c = (s.ref for s in sorted(desk.cities, key=lambda s: (s.city.name_en, s.id)))
    wrong = f"ref,votes\n{a},203408\n{b},1.5 million\n{c},154735\n"
    page = desk.first.submit(page, "/enter", press="Read", text=wrong, source="Kept words")
    assert page.status == 422
    assert "Line 3: The votes of" in page.words and "1.5 million" in page.words and "Kept words" in page.words
    assert db.session.scalar(select(VoteResult.id)) is None
    assert "Please fill this in." in enter(desk, page, 203_408, 154_736, 154_735, source=" ").words
    sent = enter(desk, page, 203_408, 167_853, 154_735, document=desk.file("report.pdf", pdf()))
    assert sent.status == 303, sent.words
    page = desk.first.get(path)
    assert "203,408" in page.words and "Another person of the secretariat" in page.words and "report.pdf" in page.words
    page = desk.second.get(path)
    refused = desk.second.submit(page, "/certify", sure="y", password="not this one")
    assert refused.status == 422 and "This is not your present password." in refused.words
    assert desk.second.submit(page, "/certify", password=PASSWORD).status == 422
    assert desk.second.submit(page, "/certify", sure="y", password=PASSWORD).status == 303
    assert desk.second.ask("GET", f"{path}/1/document").data.startswith(b"%PDF")
    award = desk.at("awards/popular_city/by-vote")
    assert "once the jury has locked its winners" in desk.first.get(award).words
    desk.lock_winners()
    page = desk.first.get(award)
    assert "203,408 of 525,996 votes" in page.text
    assert desk.first.submit(page, "/by-vote", **{"reasons-0-zh": " "}).status == 422
    assert desk.first.submit(page, "/by-vote").status == 303
    decision = db.session.scalars(select(Decision).where(Decision.award_key == "popular_city")).one()
    assert decision.submission.ref == a and "203,408" in decision.reason_zh and decision.reason_zh != decision.reason_en
    page = desk.first.get(desk.at("awards"))
    assert "203,408 of 525,996 votes" in page.words


def test_a_correction_starts_empty_asks_for_its_reason_and_shows_both_versions(desk: Desk) -> None:
    awarding.certified(desk.cycle, *desk.people)
    path = desk.at("votes/public_vote")
    page = desk.first.get(f"{path}/enter")
    assert "has to be certified anew" in page.words and 'value="300"' not in page.text
    refused = enter(desk, page, 1, 2, 4)
    assert refused.status == 422 and "A correction needs its reason." in refused.words
    stale = desk.second.get(path)
    assert enter(desk, page, 1, 2, 4, reason="A file was counted twice.").status == 303
    assert queries.states(desk.cycle) == {"public_vote": (2, False)}
    again = enter(desk, page, 1, 2, 5, reason="Once more.")
    assert again.status == 409 and "Somebody else entered figures" in again.words
    assert "A file was counted twice." in desk.second.get(path).words
    assert "300" in desk.second.get(path).words  # the earlier figures stay
    assert not [f for f in stale.all("form") if (f.get("action") or "").endswith("/certify")]


def test_the_medias_choice_needs_its_document_and_a_second_person(desk: Desk) -> None:
    path = desk.at("awards/media_choice/outside")
    page = desk.first.get(path)
    values: dict[str, object] = {
        "submission": desk.cities[1].ref, "partner_en": "The editors", "partner_zh": "编辑部", "decided_on": "2027-02-27",
        "reason_en": "Told most often.", "reason_zh": "报道最多。",
    }  # fmt: skip
    refused = desk.first.submit(page, "/outside", **values)
    assert refused.status == 422 and "Add the document" in refused.words and "Told most often." in refused.words
    refused = desk.first.submit(page, "/outside", **values, document=desk.file("letter.html", b"<html>no</html>"))
    assert refused.status == 422 and db.session.scalar(select(PartnerDecision.id)) is None
    sent = desk.first.submit(page, "/outside", **values, document=desk.file("letter.pdf", pdf()))
    assert sent.status == 303, sent.words
    assert "once the jury has locked its winners" in desk.second.get(path).words
    desk.lock_winners()
    assert "Another person of the secretariat compares" in desk.first.get(path).words
    page = desk.second.get(path)
    assert desk.second.submit(page, "/confirm", sure="y", password="wrong").status == 422
    assert desk.second.submit(page, "/confirm", sure="y", password=PASSWORD).status == 303
    decision = db.session.scalars(select(Decision).where(Decision.award_key == "media_choice")).one()
    assert (decision.submission_id, decision.reason_en) == (desk.cities[1].id, "Told most often.")
    assert desk.second.get(path).all("a", download="")  # the document


@pytest.mark.parametrize(
    ("decided_by", "role", "room"), [("jury", Role.JUROR, "jury"), ("committee", Role.COMMITTEE, "committee")]
)
def test_the_chair_records_what_the_body_decides_and_no_other_member_sees_the_page(
    desk: Desk, app: Flask, decided_by: str, role: Role, room: str
) -> None:
    awarding.ruled(awarding.award_of(desk.cycle, "special_mention"), decided_by=decided_by, candidates="shortlisted")
    chair, member = make.make_member(desk.cycle, role, is_chair=True), make.make_member(desk.cycle, role)
    chair.user.country = "FI"
    tied = desk.cities[2]
    tied.city.country = "FI"
    path = f"/{room}/{desk.cycle.slug}/awards"
    assert Browser(app).sign_in(member.user).get(path).status == 404
    browser = Browser(app).sign_in(chair.user)
    page = browser.get(path)
    assert tied.ref not in page.text and desk.cities[0].ref in page.text
    key = "special_mention"
    typed = {f"{key}-submission": desk.cities[0].ref, f"{key}-reason_en": "Brave.", f"{key}-reason_zh": ""}
    refused = browser.submit(page, f"/{key}", **typed)
    assert refused.status == 422 and "Brave." in refused.words
    assert browser.submit(page, f"/{key}", **{**typed, f"{key}-reason_zh": "勇敢。"}).status == 303
    page = browser.get(path)
    assert "Brave." in page.words and "勇敢。" in page.words
    assert "Brave." in desk.first.get(desk.at("awards")).words
    assert desk.first.post(desk.at(f"awards/{key}"), {}).status != 303
    page = browser.submit(page, "/take-back", reason="We talked again.", follow=True)
    assert "taken back" in page.words and "Brave." not in page.words


def test_the_rule_of_an_award_is_changed_added_and_taken_out_with_a_reason_as_versions(desk: Desk) -> None:
    version = desk.cycle.rules_version
    page = desk.first.get(desk.at("rules/awards/media_choice"))
    change: dict[str, object] = {
        "decided_by": "jury",
        "candidates": "shortlisted_deserving",
        "places": "",
        "gives": ["trophy", "medal"],
    }
    refused = desk.first.submit(page, "", holding="decided_by", **change)
    assert refused.status == 422 and "needs a reason" in refused.words
    sent = desk.first.submit(page, "", holding="decided_by", **change, reason="The media have no time.")
    assert sent.status == 303, sent.words
    award = awarding.award_of(desk.cycle, "media_choice")
    assert (award.decided_by, award.candidates, award.places, award.gives) == (
        "jury", "shortlisted_deserving", None, ["trophy", "medal"],
    )  # fmt: skip
    stale = desk.second.submit(page, "", holding="decided_by", places="3", reason="Also.")
    assert stale.status == 409
    words = desk.first.get(desk.at("rules")).words
    assert "The media have no time." in words and "Decided by" in words and "without a limit" in words
    page = desk.first.get(desk.at("rules/new-award"))
    new = {
        "key": "green_city",
        "name_en": "Green City",
        "name_zh": "绿色城市",
        "decided_by": "secretariat",
        "reason": "New.",
    }
    assert desk.first.submit(page, "", holding="key", **{**new, "key": "Green City!"}).status == 422
    assert desk.first.submit(page, "", holding="key", **new).status == 303
    page = desk.first.get(desk.at("rules/awards/green_city"))
    assert desk.first.submit(page, "/remove", **{"remove-reason": "Not this year."}).status == 303
    assert db.session.scalar(select(SpecialAward.id).where(SpecialAward.key == "green_city")) is None
    kept = db.session.scalars(select(RulesVersion).where(RulesVersion.cycle_id == desk.cycle.id)).all()
    assert [v.number for v in kept][-3:] == [version + 1, version + 2, version + 3]
    assert "green_city" in {a["key"] for a in kept[-2].content["special_awards"]}


def test_once_its_figures_are_entered_the_rule_of_an_award_stands(desk: Desk) -> None:
    page = desk.first.get(desk.at("rules/awards/popular_city"))
    awarding.entered(desk.cycle, desk.people[0])
    shown = desk.first.get(desk.at("rules/awards/popular_city"))
    assert "What decides this award is entered already" in shown.words
    assert not shown.all("select")
    refused = desk.first.submit(page, "", holding="decided_by", tie_rule="draw", reason="Later.")
    assert refused.status == 422 and awarding.award_of(desk.cycle, "popular_city").tie_rule == "all"


def test_the_pages_read_in_chinese(desk: Desk) -> None:
    awarding.certified(desk.cycle, *desk.people)
    for path in ("awards", "votes/public_vote", "votes/public_vote/enter", "awards/popular_city/by-vote"):
        page = desk.first.get(desk.at(f"{path}?lang=zh"))
        assert page.status == 200
    assert "信息隔离" in desk.first.get(desk.at("votes/public_vote")).words
