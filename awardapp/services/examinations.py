"""What can be found out about a file without a person: which others it resembles, and whether its figures fit together.

The worker does it within half a minute of a hand-in, so that neither handing in nor the check's pages wait for 1,600 files
to be compared. Nothing needs to be sent: a file whose version was not examined yet is found in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.likeness import Vocabulary, is_likely_the_same, likeness_of_bits
from awardapp.extensions import db
from awardapp.models import CaseStudy, Cycle, Examination, Likeness, Submission, SubmissionVersion
from awardapp.services import plausibility

BATCH = 100  # files examined in one go: some seconds of work at 1,600 files

_TEXTS = ("title_en", "title_zh", "summary_en", "summary_zh")
Parts = tuple[int, int, int, int]  # in the order of _TEXTS, as bits of one vocabulary


@dataclass(frozen=True, slots=True)
class _File:
    """A file or a case with what it is compared by."""

    submission_id: int | None
    case_id: int | None
    city_id: int
    cycle_id: int
    year: int
    is_invented: bool
    parts: Parts

    def precedes(self, other: _File) -> bool:
        """Whether the other is to be compared with this one: of its cycle or an earlier one, and never an invented file with
        a real one, nor with those of other demonstrations, which tell the same few stories."""
        return self.cycle_id == other.cycle_id or (self.year <= other.year and not self.is_invented)


@dataclass(frozen=True, slots=True)
class _Due:
    """A version that was not examined yet."""

    file: _File
    version: int
    texts: dict[str, str]
    questions: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about some files, to be stored."""

    files: list[_Due]
    rows: list[dict[str, Any]]


def due(*, limit: int = BATCH) -> Sequence[int]:
    """Files whose version handed in last was not examined yet, in the order in which they came. One query."""
    return db.session.scalars(
        select(Submission.id)
        .outerjoin(Examination, Examination.submission_id == Submission.id)
        .where(
            Submission.version > 0,
            or_(Examination.submission_id.is_(None), Examination.version != Submission.version),
        )
        .order_by(Submission.submitted_at, Submission.id)
        .limit(limit)
    ).all()


def examine(submission_ids: Sequence[int]) -> Findings:
    """Compare these files with all others of this and earlier cycles. Only reads; `store` keeps what was found."""
    if not submission_ids:
        return Findings([], [])
    vocabulary = Vocabulary()
    found = _loaded(submission_ids, vocabulary)
    known = _known(vocabulary, without={one.file.submission_id for one in found})
    rows: list[dict[str, Any]] = []
    for one in found:
        for other in known:
            rows.extend(_rows(one.file, other))
        known.append(one.file)
    return Findings(found, rows)


_PLACE = (Submission.city_id, Cycle.id.label("cycle_id"), Cycle.year, Cycle.is_demonstration)


def _place(row: Any) -> tuple[int, int, int, bool]:
    return row["city_id"], row["cycle_id"], row["year"], row["is_demonstration"]


def _parts(row: Any, vocabulary: Vocabulary) -> Parts:
    title_en, title_zh, summary_en, summary_zh = (vocabulary.bits(row.get(name) or "") for name in _TEXTS)
    return title_en, title_zh, summary_en, summary_zh


def _loaded(submission_ids: Sequence[int], vocabulary: Vocabulary) -> list[_Due]:
    rows = db.session.execute(
        select(Submission.id, Submission.version, *_PLACE, SubmissionVersion.content)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .join(
            SubmissionVersion,
            (SubmissionVersion.submission_id == Submission.id) & (SubmissionVersion.number == Submission.version),
        )
        .where(Submission.id.in_(submission_ids))
        .order_by(Submission.id)
    ).mappings()
    return [
        _Due(
            _File(row["id"], None, *_place(row), _parts(row["content"], vocabulary)),
            row["version"],
            {name: row["content"].get(name) or "" for name in _TEXTS},
            len(plausibility.questions_in(row["content"])),
        )
        for row in rows
    ]


def _known(vocabulary: Vocabulary, *, without: set[int | None]) -> list[_File]:
    """Every file examined before and every published case that has no file here."""
    texts = [getattr(Examination, name) for name in _TEXTS]
    files = db.session.execute(
        select(Submission.id, *_PLACE, *texts)
        .select_from(Examination)
        .join(Submission, Submission.id == Examination.submission_id)
        .join(Cycle, Cycle.id == Submission.cycle_id)
    ).mappings()
    cases = db.session.execute(
        select(CaseStudy.id, CaseStudy.city_id, *_PLACE[1:], *[getattr(CaseStudy, name) for name in _TEXTS])
        .join(Cycle, Cycle.id == CaseStudy.cycle_id)
        .where(CaseStudy.submission_id.is_(None), CaseStudy.status == CaseStudyStatus.PUBLISHED)
    ).mappings()
    return [
        *(_File(r["id"], None, *_place(r), _parts(r, vocabulary)) for r in files if r["id"] not in without),
        *(_File(None, r["id"], *_place(r), _parts(r, vocabulary)) for r in cases),
    ]


def _rows(one: _File, other: _File) -> list[dict[str, Any]]:
    """What is kept of a pair: nothing of strangers, a row for each file whose cycle is the other's or a later one."""
    by_text = [likeness_of_bits(own, its) for own, its in zip(one.parts, other.parts, strict=True)]
    title, summary = max(by_text[:2]), max(by_text[2:])
    same_city = one.city_id == other.city_id
    is_likely = is_likely_the_same(title=title, summary=summary, same_city=same_city)
    if not (same_city or is_likely):
        return []
    pair = {"title": title, "summary": summary, "same_city": same_city, "is_likely": is_likely}
    return [
        {
            "submission_id": own.submission_id,
            "other_submission_id": resembled.submission_id,
            "other_case_id": resembled.case_id,
            **pair,
        }
        for own, resembled in ((one, other), (other, one))
        if own.submission_id is not None and resembled.precedes(own)
    ]


def store(findings: Findings, *, now: datetime) -> None:
    """Keep what was found in place of what was known before; storing it twice leaves the same rows."""
    found, rows = findings.files, findings.rows
    if not found:
        return
    ids = [one.file.submission_id for one in found]
    for table, where in (
        (Likeness, or_(Likeness.submission_id.in_(ids), Likeness.other_submission_id.in_(ids))),
        (Examination, Examination.submission_id.in_(ids)),
    ):
        db.session.execute(delete(table).where(where).execution_options(synchronize_session=False))
    values = [
        {
            "submission_id": one.file.submission_id,
            "version": one.version,
            "questions": one.questions,
            "examined_at": now,
            **one.texts,
        }
        for one in found
    ]
    db.session.execute(insert(Examination), values)
    if rows:
        db.session.execute(insert(Likeness), rows)
    db.session.flush()
