"""One cycle from its rules to the case bank, through the pages alone, as house.md section 6 draws it.

After every step the other roles and the public are asked: which doors are open to them, and whether a word that is
still secret stands on any page they can reach by any address of the site.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.invention.pictures import draw_content
from awardapp.models import Cycle, Submission, User
from tests import factories as make
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.support.pages import Browser, Page, fresh, values_of
from tests.support.people import Company

SLUG = "9"
DESK = ("chen", "liu")
CITIES = {"Aarhus": "DK", "Bogotá": "CO", "Cebu": "PH", "Dakar": "SN", "Essen": "DE"}
SECTIONS = (
    "background", "origins", "innovation", "partners_resources", "obstacles", "outcomes", "lessons", "transferability",
)  # fmt: skip


@pytest.fixture
def company(app: Flask, tmp_path: Path) -> Iterator[Company]:
    clock.set_offset(NOW - clock.now())
    stored = app.config["STORAGE_URL"]
    app.config["STORAGE_URL"] = f"file://{tmp_path}/files"
    yield Company(app, slug=SLUG)
    app.config["STORAGE_URL"] = stored


def test_a_cycle_from_its_rules_to_the_case_bank(company: Company) -> None:
    _rules_and_call(company)
    for city, country in CITIES.items():
        _city_registers_and_writes(company, city, country)
    _cities_hand_in(company)
    _the_deadline_passes(company)
    _validity_check(company)
    _committee_gets_its_files(company)
    _committee_scores(company)
    before = company.public_pages()
    shortlisted, deserving = _chair_decides_and_locks(company)
    company.announce("shortlist", shortlisted, secret="committee-secret", known_to=("chair",), before=before)
    assert "outcome_not_selected" not in company.letters_to(deserving)
    _jury_votes(company, shortlisted)
    before = company.public_pages()
    winner = _jury_decides(company, shortlisted)
    company.announce("winners", [winner], secret="jury-secret", known_to=("president",), before=before)
    loser = next(city for city in shortlisted if city != winner)
    _special_award(company, loser)
    _case_studies(company, winner, deserving)


def _rules_and_call(company: Company) -> None:
    """The secretariat of the last cycle prepares the next one, sets its numbers and dates, and opens it."""
    earlier = make.make_cycle(CyclePhase.ARCHIVED, slug="8")
    chen = make.make_user("Chen Meiling", email="chen@award.example")
    make.make_member(earlier, Role.SECRETARIAT, chen)
    desk = company.enter("chen", Browser(company.app).sign_in(chen))
    new = dict(name_en="The 9th", name_zh="第九届", year="2027", slug=SLUG)
    desk.submit(desk.get("/secretariat/8/new-cycle"), "new-cycle", follow=True, **new)
    numbers = dict(
        shortlist_size="2", deserving_max="1", winners_max="1", reviews_per_submission="2", publish_score_table="y"
    )
    page = desk.get(f"/secretariat/{SLUG}/rules/numbers")
    assert "version 2" in desk.submit(page, holding="shortlist_size", follow=True, **numbers).words
    page = desk.get(f"/secretariat/{SLUG}/rules/dates")
    desk.submit(
        page, holding="deadline_at", opens_at="2027-03-01T15:00:00", deadline_at="2027-03-01T17:59:59", follow=True
    )
    assert fresh(Cycle, slug=SLUG).deadline_at == NOW + timedelta(hours=2)

    stranger = company.enter("stranger", Browser(company.app))
    assert stranger.get(f"/cycles/{SLUG}").status == 404  # nothing is public before the call opens
    assert desk.submit(desk.get(f"/secretariat/{SLUG}/next-phase"), "next-phase", follow=True).status == 200
    assert "The 9th" in stranger.get("/").words
    company.invite("liu", Role.SECRETARIAT, "Liu Wei", country="CN")
    assert company["liu"].get(f"/secretariat/{SLUG}/").status == 200
    assert stranger.get(f"/secretariat/{SLUG}/").location.startswith("/sign-in")


def _city_registers_and_writes(company: Company, city: str, country: str) -> None:
    """Registers, follows the letter's link, fills the whole form, attaches a picture and a document."""
    person = Browser(company.app)
    who = dict(name=f"{city} official", email=company.email(city), city_name=city, country=country, language="en")
    page = person.submit(person.get("/register"), holding="city_name", follow=True, **who)
    assert page.status == 200
    company.accept_invitation(city, person)
    page = person.submit(person.get("/submissions"), "/start", follow=True)
    ref = company.refs[city] = page.response.request.path.split("/")[2]
    text = {f"{key}_en": f"What {city} did: {key}, secret-of-{city}." for key in SECTIONS}
    theme = next(o.get("value") for o in page.root.iter("option") if o.get("value"))
    page = person.submit(
        page, holding="title_en", follow=True, theme=theme,
        title_en=f"Water of {city}", title_zh=f"{city}之水", summary_en=f"Summary, secret-of-{city}.", summary_zh="摘要。",
        population="300000", contact_name=f"{city} official", contact_email=company.email(city), **text,
    )  # fmt: skip
    assert "Saved" in page.words
    recipe = ("plan", city, "Plan of the works", "litres", "10", "20", "2024", "2026")
    drawn = {"png": draw_content("image/png", recipe), "pdf": draw_content("application/pdf", recipe)}
    files = [(io.BytesIO(data), f"{city}.{end}") for end, data in drawn.items()]
    page = person.submit(person.get(f"/submissions/{ref}/files"), "/captions", press="Upload", files=files, follow=True)
    assert f"{city}.png" in page.words and f"{city}.pdf" in page.words
    for other in company.others(city):  # a draft is its city's alone: not even the secretariat reads it
        assert company[other].get(f"/submissions/{ref}").status in (302, 404)
        assert company[other].get(f"/secretariat/{SLUG}/check/{ref}").status in (302, 404)


def _cities_hand_in(company: Company) -> None:
    """Four cities submit and get their receipts; the fifth does not get round to it."""
    for city in [name for name in CITIES if name != "Essen"]:
        person, ref = company[city], company.refs[city]
        page = person.get(f"/submissions/{ref}/submit")
        assert person.submit(page, "/submit", holding="declaration").status == 422
        receipt = person.submit(page, "/submit", holding="declaration", declaration="y", follow=True)
        assert receipt.response.request.path == f"/submissions/{ref}/receipt/1"
        content = fresh(Submission, ref=ref)
        assert content.status is SubmissionStatus.SUBMITTED
        assert f"{city}.png" in receipt.words and re.search(r"[0-9a-f]{8} ?[0-9a-f]{8}", receipt.words)
        assert "submission_received" in company.letters_to(city)
    assert company["chen"].get(f"/secretariat/{SLUG}/check/{company.refs['Aarhus']}").status == 200
    company.check_who_reads({"secret-of-Aarhus": ["Aarhus", "chen", "liu"]}, about=["Aarhus"])


def _the_deadline_passes(company: Company) -> None:
    """Essen is still typing when the instant comes: refused, and nothing typed is lost."""
    person, ref = company["Essen"], company.refs["Essen"]
    editing, handing_in = person.get(f"/submissions/{ref}/edit"), person.get(f"/submissions/{ref}/submit")
    clock.set_offset(NOW + timedelta(hours=2, seconds=1) - (clock.now() - clock.offset()))
    late = person.submit(editing, holding="title_en", title_en="Typed in the last minute")
    assert late.status == 422 and "deadline has passed" in late.words and "Typed in the last minute" in late.text
    late = person.submit(handing_in, "/submit", holding="declaration", declaration="y")
    assert late.status == 422 and "deadline has passed" in late.words
    assert "secret-of-Essen" in person.get(f"/submissions/{ref}/edit").text
    assert fresh(Submission, ref=ref).status is SubmissionStatus.DRAFT
    for who in DESK:  # a secretary's sign-in ended while two hours passed
        assert company[who].get(f"/secretariat/{SLUG}/").status == 302
        company[who].sign_in(fresh(User, email="chen@award.example" if who == "chen" else company.email(who)))
    company.next_phase()  # the worker's clock would do it in the next minute
    assert fresh(Cycle, slug=SLUG).phase is CyclePhase.SCREENING


def _validity_check(company: Company) -> None:
    """Accept, return and take back in, reject: each with its letter."""
    desk = company["liu"]

    def decide(city: str, verb: str, **words: str) -> Page:
        page = desk.get(f"/secretariat/{SLUG}/check/{company.refs[city]}")
        sent = desk.submit(page, verb, **words)
        if verb != "/accept":  # the letter is shown first
            assert sent.status == 200 and "This letter will go" in sent.words
            sent = desk.submit(sent, verb, send="1")
        assert sent.status == 303
        return sent

    decide("Aarhus", "/accept")
    decide("Bogotá", "/return", **{"return-note": "Please say who paid for it."})
    assert "Please say who paid for it." in company["Bogotá"].get(f"/submissions/{company.refs['Bogotá']}").words
    bogota, ref = company["Bogotá"], company.refs["Bogotá"]
    page = bogota.get(f"/submissions/{ref}/edit")
    bogota.submit(page, holding="title_en", partners_resources_en="The city paid, secret-of-Bogotá.", follow=True)
    page = bogota.get(f"/submissions/{ref}/submit")
    receipt = bogota.submit(page, "/submit", holding="declaration", declaration="y", follow=True)
    assert receipt.response.request.path.endswith("/receipt/2")
    decide("Bogotá", "/accept")
    decide("Cebu", "/accept")
    decide("Dakar", "/not-valid", **{"reject-reason": "no_evidence", "reject-note": "No figures, secret-reason."})
    assert [company.status(city) for city in CITIES] == ["valid", "valid", "valid", "not_valid", "draft"]
    kinds = {"Aarhus": "submission_accepted", "Bogotá": "submission_returned", "Dakar": "submission_not_valid"}
    assert all(kind in company.letters_to(city) for city, kind in kinds.items())


def _committee_gets_its_files(company: Company) -> None:
    """Three members accept, declare and get their files; one has a tie to Cebu, so Cebu goes to the others."""
    company.invite("chair", Role.COMMITTEE, "Ada Chair", country="NL", is_chair="y")
    company.invite("member", Role.COMMITTEE, "Ben Member", country="KE")
    company.invite("tied", Role.COMMITTEE, "Cai Tied", country="SG")
    company.next_phase()
    for who in ("chair", "member", "tied"):
        assert company[who].get(f"/committee/{SLUG}/").location.endswith("/conflicts")
        page = company[who].get(f"/committee/{SLUG}/conflicts")
        cebu = next(o.get("value") for o in page.root.iter("option") if (o.text or "").startswith("Cebu"))
        ties = (
            {"answer": "some", "lines-0-where": cebu, "lines-0-kind": "employment"}
            if who == "tied"
            else {"answer": "none"}
        )
        assert company[who].submit(page, holding="answer", **ties).status == 302
    desk = company["chen"]
    page = desk.submit(desk.get(f"/secretariat/{SLUG}/assignment"), "/propose", follow=True)
    assert "6 readings are drafted" in page.words
    assert company["member"].get(f"/committee/{SLUG}/submissions/{company.refs['Aarhus']}/assessment").status == 404
    assert (
        "6 readings are released" in desk.submit(page, "/release", holding="readings", readings="6", follow=True).words
    )
    assert company["tied"].get(f"/committee/{SLUG}/submissions/{company.refs['Cebu']}/assessment").status == 404


def _committee_scores(company: Company) -> None:
    """Every member scores every file: Aarhus best, then Bogotá, then Cebu; others see neither marks nor notes."""
    marks = {"Aarhus": "9", "Bogotá": "7.5", "Cebu": "5"}
    for who in ("chair", "member", "tied"):
        person, done = company[who], 0
        page = person.get(f"/committee/{SLUG}/next")
        while page.status == 302 and "/assessment" in page.location:
            page = person.get(page.location)
            city = next(c for c in CITIES if f"Water of {c}" in page.title)
            scales = {radio.get("name") or "": marks[city] for radio in page.all("input", type="radio")}
            assert len(scales) >= 3
            texts = {"comment": f"{city}: comment-of-{who}", "private_note": f"note-of-{who}"}
            done += 1
            page = person.submit(page, "/assessment", holding="comment", act="next", **scales, **texts)
            page = person.get(page.location)
        assert done and page.location == f"/committee/{SLUG}/"
    secrets = {
        "secret-reason": ["Dakar", *DESK],
        "secret-of-Cebu": ["Cebu", *DESK, "chair", "member"],
        "note-of-member": ["member"],
        "comment-of-member": ["member", "chair", *DESK],  # and readers of the same file once they have handed in
    }
    company.check_who_reads(secrets, about=["Cebu", "Dakar"])


def _chair_decides_and_locks(company: Company) -> tuple[list[str], str]:
    """Computes the proposal, writes a reason for each, locks. Returns the shortlisted cities and the deserving one."""
    chair = company["chair"]
    assert company["chen"].get(f"/secretariat/{SLUG}/scores.csv").status == 404  # before the opening nobody sees a mean
    page = chair.get(chair.get(f"/committee/{SLUG}/shortlist").location)
    assert chair.submit(page, "/open").status == 422
    chair.submit(page, "/open", sure="y", follow=True)
    page = chair.submit(chair.get(f"/committee/{SLUG}/shortlist"), "/compute", follow=True)
    found: dict[str, list[str]] = {"shortlisted": [], "deserving": []}
    for city in ("Aarhus", "Bogotá", "Cebu"):
        page = chair.get(f"/committee/{SLUG}/shortlist/{company.refs[city]}")
        outcome = next(str(r.get("value")) for r in page.all("input", name="outcome") if r.get("checked") is not None)
        found[outcome].append(city)
        reasons = dict(reason_en=f"committee-secret: why {city}", reason_zh=f"{city}的理由")
        chair.submit(page, holding="reason_en", follow=True, **reasons)
    assert found == {"shortlisted": ["Aarhus", "Bogotá"], "deserving": ["Cebu"]}
    lock = chair.get(f"/committee/{SLUG}/shortlist-lock")
    for other in ("member", "stranger", "chen", "Aarhus"):
        assert company[other].get(f"/committee/{SLUG}/shortlist-lock").status in (302, 404)
    page = chair.submit(lock, holding="sure", sure="y", password=PASSWORD, follow=True)
    assert "waits for its second person" in page.words
    desk = company["chen"]
    page = desk.get(f"/secretariat/{SLUG}/shortlist-lock")
    assert desk.submit(page, holding="sure", sure="y", password="not the password").status == 422
    page = desk.submit(page, holding="sure", sure="y", password=PASSWORD, follow=True)
    assert "locked and sealed" in page.words
    assert fresh(Cycle, slug=SLUG).phase is CyclePhase.SHORTLIST_SEALED
    return found["shortlisted"], found["deserving"][0]


def _jury_votes(company: Company, shortlisted: list[str]) -> None:
    """Jurors are invited, declare, read the two, rank and cast; nobody sees another's ballot."""
    company.invite("president", Role.JUROR, "Pia President", country="BR", is_chair="y")
    company.invite("juror", Role.JUROR, "Jun Juror", country="JP")
    company.next_phase()
    assert company["juror"].get(f"/jury/{SLUG}/ballot").status == 403  # not before the declaration
    for who in ("president", "juror"):
        person = company[who]
        person.submit(person.get(f"/jury/{SLUG}/conflicts"), holding="answer", answer="none")
        assert all(city in person.get(f"/jury/{SLUG}/").words for city in shortlisted)
        assert "Cebu" not in person.get(f"/jury/{SLUG}/").words
        assert person.get(f"/jury/{SLUG}/submissions/{company.refs['Cebu']}").status == 404
        assert "secret-of-Aarhus" in person.get(f"/jury/{SLUG}/submissions/{company.refs['Aarhus']}").words
        page = person.get(f"/jury/{SLUG}/ballot")
        places = {
            str(field.get("name")): "1" if "Bogotá" in str(field.get("aria-label")) else "2"
            for field in page.root.iter("input")
            if str(field.get("name")).startswith("place-")
        }
        page = person.submit(page, "/ballot", holding="edit_version", act="cast", follow=True, **places)
        assert "final" in person.submit(page, holding="sure", sure="y", follow=True).words
        assert person.submit(page, holding="sure", sure="y").status in (302, 409)  # a second time changes nothing
        assert company["juror"].get(f"/jury/{SLUG}/decide").status == 404
    assert company["chen"].get(f"/jury/{SLUG}/ballot").status == 404


def _jury_decides(company: Company, shortlisted: list[str]) -> str:
    """The chair counts, writes the citation and locks. Returns the winner."""
    person = company["president"]
    page = person.submit(person.get(f"/jury/{SLUG}/decide"), "/count", follow=True)
    assert "counted" in page.words
    page = person.get(f"/jury/{SLUG}/decide/{company.refs['Bogotá']}")
    citation = dict(citation_en="jury-secret: for its water", citation_zh="表彰其治水")
    person.submit(page, "/citation", follow=True, **citation)
    lock = person.get(f"/jury/{SLUG}/decide-lock")
    page = person.submit(lock, holding="sure", sure="y", password=PASSWORD, follow=True)
    assert "waits for its second person" in page.words
    desk = company["chen"]
    page = desk.get(f"/secretariat/{SLUG}/jury-lock")
    page = desk.submit(page, holding="sure", sure="y", password=PASSWORD, follow=True)
    assert "locked and sealed" in page.words
    assert fresh(Cycle, slug=SLUG).phase is CyclePhase.WINNERS_SEALED
    return "Bogotá"


def _special_award(company: Company, city: str) -> None:
    """From the figures of a vote, entered by one and certified by another; sealed until its own announcement."""
    chen, liu, room = company["chen"], company["liu"], f"/secretariat/{SLUG}"
    page = chen.get(f"{room}/votes/public_vote/enter")
    typed = {"opened_at": "2026-01-01T00:00", "closed_at": "2026-02-01T00:00", "source": "The operator", "act": "store"}
    for name, (ref,) in values_of(page.form("/enter")).items():
        if name.startswith("votes-") and name.endswith("-ref"):
            typed[name.replace("-ref", "-votes")] = "9" if ref == company.refs[city] else "1"
    assert chen.submit(page, "/enter", **typed).status == 303
    page = liu.get(f"{room}/votes/public_vote")
    assert liu.submit(page, "/certify", sure="y", password=PASSWORD).status == 303
    page, key = chen.get(f"{room}/awards/popular_city/by-vote"), "popular_city"
    reasons = {"reasons-0-en": "award-secret: most votes", "reasons-0-zh": "得票最多"}
    assert chen.submit(page, "/by-vote", **reasons).status == 303
    company.announce("special", [city], secret="award-secret", award_key=key)
    assert "outcome_special_award" in company.letters_to(city)


def _case_studies(company: Company, winner: str, deserving: str) -> None:
    """Drafted by the announcements, published by the secretariat, found by everybody."""
    chen, stranger = company["chen"], company["stranger"]
    ref = company.refs[winner]
    assert stranger.get(f"/cases/{ref}").status == 404
    page = chen.submit(chen.get(f"/secretariat/{SLUG}/case-studies"), "/case-studies", holding="number", follow=True)
    assert "3 case studies are public now" in page.words
    case = stranger.get(f"/cases/{ref}")
    assert case.status == 200 and "jury-secret: for its water" in case.words and f"secret-of-{winner}" in case.words
    assert company.email(winner) not in case.text  # people's addresses stay inside
    assert f"Water of {deserving}" in stranger.get(f"/cases?q={deserving}").words
    assert "之水" in stranger.get("/cases?q=之水&lang=zh").words
    assert "case_study_published" in company.letters_to(winner)
    assert [stranger.get(f"/cases/{company.refs[city]}").status for city in ("Dakar", "Essen")] == [404, 404]
    secrets = {
        "secret-of-Dakar": ["Dakar", *DESK],
        "comment-of-member": ["member", "chair", *DESK],
        "note-of-member": ["member"],
    }
    company.check_who_reads(secrets, about=["Dakar", deserving])
