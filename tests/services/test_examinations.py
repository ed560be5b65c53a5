"""What is found out about files without a person: likenesses in this and earlier cycles, questions about figures."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import CaseStudy, Cycle, Examination, Likeness, Submission, User
from awardapp.services import examinations, submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.secretariat import examine

BUSES = {"title_en": "Free buses after dark", "title_zh": "夜间免费公交"}


def handed_in(cycle: Cycle, **more: Any) -> Submission:
    return make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, **more)


def pairs() -> set[tuple[int, int | None, int | None]]:
    """Every likeness as (file, other file, case)."""
    return {
        (row.submission_id, row.other_submission_id, row.other_case_id) for row in db.session.scalars(select(Likeness))
    }


def test_two_files_alike_know_of_each_other_and_strangers_of_nobody(app: Flask) -> None:
    cycle = make.make_cycle()
    one, other = handed_in(cycle, **BUSES), handed_in(cycle, title_en="The free buses after dark initiative")
    handed_in(cycle, title_en="Compost at the market", title_zh="集市堆肥")
    examine()
    assert pairs() == {(one.id, other.id, None), (other.id, one.id, None)}
    row = db.session.scalars(select(Likeness).where(Likeness.submission_id == one.id)).one()
    assert (row.title, row.is_likely, row.same_city) == (1.0, True, False)


def test_a_file_is_compared_with_earlier_cycles_and_their_cases_never_with_later_ones(app: Flask) -> None:
    earlier, later = make.make_cycle(), make.make_cycle()
    earlier.year, later.year = 2025, 2027
    old, new = handed_in(earlier, **BUSES), handed_in(later, **BUSES)
    case = make.make_case_study(earlier, title_en="Free buses after dark in every quarter")
    make.make_case_study(later, title_en="Free buses after dark", status=CaseStudyStatus.DRAFT)
    examine()
    assert pairs() == {(new.id, old.id, None), (new.id, None, case.id), (old.id, None, case.id)}


def test_everything_of_one_city_is_kept_but_only_the_similar_is_a_likely_duplicate(app: Flask) -> None:
    cycle, city = make.make_cycle(), make.make_city()
    texts = {"title_en": "A river given back", "title_zh": ""}
    one = handed_in(cycle, city=city, **texts)
    handed_in(cycle, city=city, title_en="Compost at the market", title_zh="")
    db.session.execute(select(Submission))
    examine()
    rows = db.session.scalars(select(Likeness).where(Likeness.submission_id == one.id)).all()
    assert [(row.same_city, row.title) for row in rows] == [(True, 0.0)]


def test_a_new_version_is_examined_anew_and_an_unfinished_text_never(app: Flask) -> None:
    cycle = make.make_cycle()
    one, other = handed_in(cycle, **BUSES), handed_in(cycle, **BUSES)
    examine()
    one.title_en, one.title_zh = "Compost at the market", "集市堆肥"
    db.session.flush()
    assert examinations.due() == []
    submissions.submit(actor=db.session.get_one(User, one.created_by), submission=one, now=NOW)
    assert examinations.due() == [one.id]
    examine()
    assert pairs() == set()
    assert db.session.get_one(Examination, one.id).title_en == "Compost at the market"
    assert db.session.get_one(Examination, one.id).version == 2
    assert db.session.get_one(Examination, other.id).version == 1


def test_drafts_are_not_looked_at(app: Flask) -> None:
    make.make_submission(make.make_cycle())
    assert examinations.due() == []


def test_storing_the_same_findings_twice_leaves_the_same_rows(app: Flask) -> None:
    cycle = make.make_cycle()
    handed_in(cycle, **BUSES), handed_in(cycle, **BUSES)
    findings = examinations.examine(examinations.due())
    examinations.store(findings, now=NOW)
    before = pairs()
    examinations.store(findings, now=NOW)
    assert pairs() == before
    assert len(before) == 2


def test_figures_that_do_not_fit_are_counted(app: Flask) -> None:
    cycle = make.make_cycle()
    figures = {"population": 1_000_000, "area_km2": 500, "density_per_km2": 4.57}
    odd = handed_in(cycle, answers={**make.answers(), "city_data": figures})
    fine = handed_in(cycle)
    examine()
    assert db.session.get_one(Examination, odd.id).questions >= 1
    assert db.session.get_one(Examination, fine.id).questions == 0


def test_a_batch_takes_the_longest_waiting_first(app: Flask) -> None:
    cycle = make.make_cycle()
    files = [handed_in(cycle) for _ in range(3)]
    assert examinations.due(limit=2) == [files[0].id, files[1].id]
    assert db.session.scalars(select(CaseStudy)).all() == []


def test_an_invented_cycle_is_compared_with_itself_and_what_was_real_before_it(app: Flask) -> None:
    real, invented, other = (make.make_cycle(is_demonstration=n > 0) for n in range(3))
    files = [handed_in(cycle, **BUSES) for cycle in (real, invented, invented, other)]
    examine()
    r, i, j, o = (file.id for file in files)
    assert pairs() == {(i, j, None), (j, i, None), (i, r, None), (j, r, None), (o, r, None)}
