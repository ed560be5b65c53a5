"""Joint entries: partner cities are recognised, stand in the version, and bar judges as the city itself does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.assessments import ConflictKind, Tie, conflict_with
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.services import assessments, assignments, partners, submissions
from awardapp.services.assessments import DeclaredTie
from awardapp.services.partners import NotAPartner
from tests import factories as make


@pytest.fixture
def draft(app: Flask) -> Submission:
    return make.make_submission(make.make_cycle(), make.make_city("Porto", "PT"))


def name(draft: Submission, *named: tuple[str, str], now: datetime) -> list[City]:
    return partners.name_partners(actor=draft.city.delegates[0].user, submission=draft, named=named, now=now)


def test_partners_are_recognised_by_the_system_and_the_gazetteer_or_taken_as_typed(
    draft: Submission, now: datetime
) -> None:
    known = make.make_city("Łódź", "PL")
    found = name(draft, ("LODZ", "PL"), ("vienna", "AT"), ("Union of Upper Villages", "FR"), ("Lodz", "PL"), now=now)
    assert [(c.name_en, c.name_zh) for c in found] == [
        ("Łódź", known.name_zh), ("vienna", "维也纳"), ("Union of Upper Villages", None),
    ]  # fmt: skip
    assert [p.city_id for p in draft.partners] == [c.id for c in found]


def test_naming_again_replaces_reorders_and_makes_no_city_twice(draft: Submission, now: datetime) -> None:
    first = name(draft, ("Graz", "AT"), ("Linz", "AT"), now=now)
    cities = db.session.scalar(select(func.count(City.id)))
    second = name(draft, ("Linz", "AT"), ("Graz", "AT"), now=now)
    assert [c.id for c in second] == [first[1].id, first[0].id] == [p.city_id for p in draft.partners]
    name(draft, now=now)
    assert draft.partners == []
    name(draft, ("Graz", "AT"), now=now)
    assert [p.city.name_en for p in draft.partners] == ["Graz"]
    assert db.session.scalar(select(func.count(City.id))) == cities


@pytest.mark.parametrize(
    ("named", "field", "line"),
    [(("", "AT"), "name", 1), (("Graz", "XX"), "country", 1), (("PORTO", "PT"), "name", 1)],
)
def test_what_is_no_partner_is_refused_at_its_line(
    draft: Submission, now: datetime, named: tuple[str, str], field: str, line: int
) -> None:
    with pytest.raises(NotAPartner) as refused:
        name(draft, ("Linz", "AT"), named, now=now)
    assert (refused.value.field, refused.value.line) == (field, line)


def test_too_many_partners_strangers_and_closed_files_are_refused(draft: Submission, now: datetime) -> None:
    with pytest.raises(RuleViolation):
        name(draft, *[(f"Town {n}", "AT") for n in range(partners.MOST_PARTNERS + 1)], now=now)
    with pytest.raises(NotPermitted):
        partners.name_partners(actor=make.make_user(), submission=draft, named=[], now=now)
    with pytest.raises(RuleViolation):
        name(draft, ("Graz", "AT"), now=draft.cycle.deadline_at or now)


def test_a_version_names_its_partners_and_one_without_any_is_as_before(draft: Submission, now: datetime) -> None:
    assert "partners" not in submissions.frozen(draft)
    name(draft, ("Vienna", "AT"), now=now)
    assert submissions.frozen(draft)["partners"] == [{"name_en": "Vienna", "name_zh": "维也纳", "country": "AT"}]


@pytest.mark.parametrize(
    ("own_country", "ties", "expected"),
    [
        ("FR", [], None),
        ("AT", [], ConflictKind.NATIONALITY),
        (None, [Tie(8, None, ConflictKind.FAMILY)], ConflictKind.FAMILY),
        (None, [Tie(None, "AT", ConflictKind.ADVICE)], ConflictKind.ADVICE),
        (None, [Tie(9, "DE", ConflictKind.ADVICE)], None),
    ],
)
def test_a_tie_to_a_partner_or_its_country_bars(
    own_country: str | None, ties: list[Tie], expected: ConflictKind | None
) -> None:
    found = conflict_with(
        city_id=7, country="PT", own_country=own_country, ties=ties, bar_own_country=True, partners=[(8, "AT")]
    )
    assert found == expected


def test_judges_from_a_partners_country_are_barred_wherever_it_is_asked(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    draft = make.make_submission(cycle, make.make_city("Porto", "PT"))
    name(draft, ("Vienna", "AT"), ("Lyon", "FR"), now=now)
    make_valid(draft, now)
    austrian = make.make_member(cycle, Role.COMMITTEE, make.make_user(country="AT"))
    tied = make.make_member(cycle, Role.COMMITTEE, make.make_user(country="JP"))
    lyon = draft.partners[1].city
    assessments.declare_conflicts(
        actor=tied.user, member=tied, ties=[DeclaredTie(lyon.id, None, ConflictKind.ADVICE, "")], now=now
    )
    free = make.make_member(cycle, Role.COMMITTEE, make.make_user(country="BR"))
    db.session.flush()
    kinds = {m.id: assessment_queries.conflict(m, draft) for m in (austrian, tied, free)}
    assert kinds == {austrian.id: ConflictKind.NATIONALITY, tied.id: ConflictKind.ADVICE, free.id: None}
    assert assessment_queries.conflicts(tied, [draft]) == {draft.id: ConflictKind.ADVICE}
    barred = assignments.conflicts(cycle, [austrian, tied, free], [draft])
    assert {c.member for c in barred} == {austrian.pseudonym, tied.pseudonym}
    assert {city.name_en for city in assessment_queries.cities_to_judge(cycle)} == {"Porto", "Vienna", "Lyon"}


def make_valid(submission: Submission, now: datetime) -> None:
    submission.status, submission.version = SubmissionStatus.VALID, 1
    submission.submitted_at, submission.submitted_by = now, submission.created_by
    db.session.flush()


def test_a_partner_taken_out_still_bars_until_the_file_is_handed_in_without_it(
    draft: Submission, now: datetime
) -> None:
    name(draft, ("Vienna", "AT"), now=now)
    make_valid(draft, now)
    draft.status = SubmissionStatus.SUBMITTED
    austrian = make.make_member(draft.cycle, Role.COMMITTEE, make.make_user(country="AT"))
    name(draft, now=now + timedelta(hours=1))
    assert assessment_queries.conflict(austrian, draft) is ConflictKind.NATIONALITY
    draft.submitted_at = now + timedelta(hours=2)
    db.session.flush()
    assert assessment_queries.conflict(austrian, draft) is None


def test_where_the_rules_let_countrymen_judge_a_partners_country_does_not_bar(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, rules=Rules(bar_own_country=False))
    draft = make.make_submission(cycle, make.make_city("Porto", "PT"))
    name(draft, ("Vienna", "AT"), now=now)
    austrian = make.make_member(cycle, Role.COMMITTEE, make.make_user(country="AT"))
    assert assessment_queries.conflict(austrian, draft) is None
