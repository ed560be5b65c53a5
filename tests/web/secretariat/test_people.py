"""Who takes part: invitations, roles that end, requests to act for a city."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    AuditEntry,
    Cycle,
    Delegate,
    Membership,
)
from tests import factories as make
from tests.support.pages import Browser, fresh
from tests.support.secretariat import at, letters


def test_a_member_is_invited_again_and_leaves(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/people/invite?role=committee"))
    sent = desk.submit(
        page,
        "/invite",
        name="Ana Torres",
        email="Ana@Uni.example",
        country="ES",
        themes=["environmental"],
        languages=["en", "zh"],
        is_chair="y",
        password=make.PASSWORD,
        follow=True,
    )
    assert "Ana Torres" in sent.words
    assert "Not declared yet" in sent.words
    member = fresh(Membership, role=Role.COMMITTEE)
    assert (member.is_chair, member.themes, member.languages) == (True, "environmental", "en zh")
    assert member.user.country == "ES"
    assert len(letters("invitation")) == 1
    desk.submit(sent, "/resend")
    assert len(letters("invitation")) == 2
    fill = {"name": "Ana Torres", "email": "ana@uni.example", "country": "ES", "password": make.PASSWORD}
    twice = desk.submit(page, "/invite", **fill)
    assert twice.status == 422
    assert "already has this role" in twice.words
    end = desk.get(at(cycle, f"/people/{member.id}/end"))
    assert desk.submit(end, "/end").status == 422
    gone = desk.submit(end, "/end", reason="Fell ill.", follow=True)
    assert "Ana Torres" not in "".join("".join(t.itertext()) for t in gone.all("table"))
    assert fresh(Membership, id=member.id).ended_at is not None
    assert db.session.scalar(select(AuditEntry.reason).where(AuditEntry.action == "membership.end")) == "Fell ill."
    assert desk.get(at(cycle, f"/people/{member.id}/end")).status == 404


def test_a_member_without_a_country_is_not_invited(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/people/invite?role=juror"))
    sent = desk.submit(page, "/invite", name="Li Na", email="li@uni.example")
    assert sent.status == 422
    assert "nobody judges their own country" in sent.words
    assert sent.all("input", name="name")[0].get("value") == "Li Na"


def test_nobody_removes_themselves_from_the_secretariat(cycle: Cycle, desk: Browser) -> None:
    own = fresh(Membership, role=Role.SECRETARIAT, cycle_id=cycle.id)
    sent = desk.submit(desk.get(at(cycle, f"/people/{own.id}/end")), "/end", reason="Tired.")
    assert sent.status == 422
    assert "You cannot remove yourself" in sent.words


def test_members_of_other_cycles_are_not_found(cycle: Cycle, desk: Browser) -> None:
    other = make.make_member(make.make_cycle(), Role.COMMITTEE)
    assert desk.get(at(cycle, f"/people/{other.id}/end")).status == 404


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_a_request_to_act_for_a_city_is_decided_once(cycle: Cycle, desk: Browser, answer: str) -> None:
    city = make.make_city("Graz")
    make.make_delegate(city, make.make_user("Eva Huber"), confirmed=False)
    page = desk.get(at(cycle, "/people"))
    assert "Eva Huber" in page.words
    delegate = fresh(Delegate, city_id=city.id)
    address = at(cycle, f"/people/requests/{delegate.id}")
    token = page.all("input", name="csrf_token")[0].get("value")
    assert desk.post(address, {"csrf_token": token, "answer": answer}).status == 303
    desk.post(address, {"csrf_token": token, "answer": "confirm"})
    delegate = fresh(Delegate, city_id=city.id)
    assert (delegate.confirmed_at is not None, delegate.ended_at is not None) == (
        answer == "confirm",
        answer == "decline",
    )
