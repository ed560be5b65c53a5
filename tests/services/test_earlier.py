"""A new entry from an earlier one: text and files go over, and the form asks what is new since then."""

from __future__ import annotations

import copy
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.earlier import WHATS_NEW
from awardapp.domain.errors import NotPermitted, RuleViolation, TooLate
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, Cycle, Submission, SubmissionEvent, User
from awardapp.services import earlier, inputs, partners, submissions
from awardapp.web.submissions.reading import readable
from tests import factories as make


@pytest.fixture
def old(app: Flask) -> Submission:
    """An entry that did not win, with a partner city and two files."""
    cycle = make.make_cycle(CyclePhase.OPEN)
    found = make.make_submission(cycle, make.make_city("Porto", "PT"))
    partners.name_partners(actor=delegate(found), submission=found, named=[("Vienna", "AT")], now=make.NOW)
    for n in (1, 2):
        db.session.add(Blob(sha256=f"{n}" * 64, size=1000 * n, media_type="application/pdf", created_at=make.NOW))
        db.session.flush()
        db.session.add(
            Attachment(
                submission_id=found.id, sha256=f"{n}" * 64, filename=f"plan{n}.pdf", caption_en=f"Plan {n}",
                uploaded_by=found.created_by, uploaded_at=make.NOW,
            )
        )  # fmt: skip
    cycle.phase = CyclePhase.ARCHIVED
    db.session.flush()
    return found


@pytest.fixture
def call(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


def delegate(submission: Submission) -> User:
    return submission.city.delegates[0].user


def begin(old: Submission, call: Cycle, now: datetime, *, actor: User | None = None, files: bool = False) -> Submission:
    return earlier.begin_from(actor=actor or delegate(old), earlier=old, cycle=call, with_files=files, now=now)


def test_the_text_goes_over_into_a_new_draft_and_the_old_entry_stays(
    old: Submission, call: Cycle, now: datetime
) -> None:
    before = submissions.content_digest(submissions.frozen(old))
    new = begin(old, call, now)
    assert (new.cycle_id, new.city_id, new.status, new.based_on_id) == (
        call.id, old.city_id, SubmissionStatus.DRAFT, old.id,
    )  # fmt: skip
    same = inputs.values_of(old)
    values = inputs.values_of(new)
    assert {name for name in same if same[name] != values[name]} == {"theme"}
    assert new.theme is not None and old.theme is not None and new.theme.key == old.theme.key
    assert [p.city.name_en for p in new.partners] == ["Vienna"]
    assert new.attachments == []
    assert submissions.content_digest(submissions.frozen(old)) == before
    new.answers["city_data"]["population"] = 1  # no part of the answers is shared
    assert old.answers["city_data"]["population"] == 1_000_000


def test_files_go_over_by_reference_within_the_new_cycles_limits(old: Submission, call: Cycle, now: datetime) -> None:
    call.rules_json = {**call.rules_json, "max_files": 1}
    new = begin(old, call, now, files=True)
    assert [(a.filename, a.sha256, a.caption_en) for a in new.attachments] == [("plan1.pdf", "1" * 64, "Plan 1")]
    assert len(old.attachments) == 2


def test_such_an_entry_must_say_what_is_new_and_no_other_is_asked(
    app: Flask, old: Submission, call: Cycle, now: datetime
) -> None:
    new, own = begin(old, call, now), make.make_submission(call, old.city, by=delegate(old))
    asked = {problem.field for problem in submissions.problems(new, now=now)}
    assert f"{WHATS_NEW}_en" in asked
    assert not any(p.field.startswith(WHATS_NEW) for p in submissions.problems(own, now=now))

    inputs.put(new, f"{WHATS_NEW}_en", "Three more lines are running.")
    inputs.put(new, f"{WHATS_NEW}_zh", "又开通三条线路。")

    assert not any(p.field.startswith(WHATS_NEW) for p in submissions.problems(new, now=now))
    with app.test_request_context():
        read, of_own = (readable(submissions.frozen(one), call) for one in (new, own))
    assert read.parts[1].answers[0].texts == {"en": "Three more lines are running.", "zh": "又开通三条线路。"}
    assert (read.earlier, read.partners) == (f"{old.ref} · {old.cycle.name_en}", ["Vienna, Austria"])
    assert [part.key for part in of_own.parts] == [part.key for part in read.parts if part.key != "since_then"]


def test_an_entry_from_such_an_entry_asks_anew(old: Submission, call: Cycle, now: datetime) -> None:
    second = begin(old, call, now)
    inputs.put(second, f"{WHATS_NEW}_en", "Three more lines.")
    third = begin(second, make.make_cycle(CyclePhase.OPEN), now)
    assert inputs.value_of(third, f"{WHATS_NEW}_en") == ""


def test_a_second_click_leads_to_the_draft_of_the_first(old: Submission, call: Cycle, now: datetime) -> None:
    assert begin(old, call, now).id == begin(old, call, now).id
    kinds = db.session.scalars(select(SubmissionEvent.kind).order_by(SubmissionEvent.id)).all()
    assert kinds[-2:] == ["started", "begun_from"]


def test_only_an_open_call_of_another_cycle_and_ones_own_city(old: Submission, call: Cycle, now: datetime) -> None:
    with pytest.raises(RuleViolation):
        begin(old, old.cycle, now)
    with pytest.raises(TooLate):
        begin(old, make.make_cycle(CyclePhase.SCREENING), now)
    with pytest.raises(NotPermitted):
        begin(old, call, now, actor=make.make_user())


def test_choices_the_new_form_does_not_offer_stay_behind(old: Submission, call: Cycle, now: datetime) -> None:
    old.answers = {**old.answers, "innovation_type": "evolutionary", "other": {"innovation_kinds": ["policy", "gone"]}}
    form = copy.deepcopy(call.form)
    for section in form["sections"]:
        for field in section["fields"]:
            if field["key"] == "innovation_type":
                field["choices"] = [c for c in field["choices"] if c["key"] != "evolutionary"]
    call.form = form
    db.session.flush()
    new = begin(old, call, now)
    assert inputs.value_of(new, "innovation_type") == ""
    assert inputs.value_of(new, "innovation_kinds") == ["policy"]
