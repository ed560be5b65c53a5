"""What is known of files for the balance of a list: from the versions handed in, from the archive, from earlier cycles."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import load_only

from awardapp import archive, places
from awardapp.domain.balance import Facts, size_band
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, Submission, SubmissionVersion

# Population and goals by the digest of a version. What a version says never changes, so an entry is never out of date.
_said: dict[str, tuple[float | None, tuple[int, ...]]] = {}
_MOST_KEPT = 20_000
_guard = Lock()


def facts(cycle: Cycle, submissions: Sequence[Submission]) -> dict[str, Facts]:
    """The facts of valid submissions, with their cities and themes loaded, by pseudonym. Three queries, two once all versions
    have been read before."""
    said, seen = _versions(cycle), _countries_before(cycle)
    found = {}
    for submission in submissions:
        population, goals = said.get(submission.id, (None, ()))
        country = submission.city.country
        groups = {"region": places.country(country).region, "country": country}
        if submission.theme is not None:
            groups["theme"] = submission.theme.key
        for name, group in (("size", size_band(population)), ("income", places.income_group(country))):
            if group is not None:
                groups[name] = group
        found[submission.pseudonym] = Facts(groups, goals, country in seen)
    return found


def _versions(cycle: Cycle) -> dict[int, tuple[float | None, tuple[int, ...]]]:
    """Population and goals of the version that counts, by submission."""
    counts = and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version)
    valid = (Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    rows = db.session.execute(
        select(Submission.id, SubmissionVersion.sha256).join(SubmissionVersion, counts).where(*valid)
    ).all()
    missing = [submission_id for submission_id, sha256 in rows if sha256 not in _said]
    if missing:
        answers = SubmissionVersion.content["answers"]
        read = db.session.execute(
            select(SubmissionVersion.sha256, answers["city_data"]["population"], answers["sdgs"])
            .join(Submission, counts)
            .where(Submission.id.in_(missing))
        )
        with _guard:
            if len(_said) > _MOST_KEPT:
                _said.clear()
            _said.update({sha256: (_number(people), _goals(goals)) for sha256, people, goals in read})
    return {submission_id: _said.get(sha256, (None, ())) for submission_id, sha256 in rows}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _goals(value: Any) -> tuple[int, ...]:
    numbers = value if isinstance(value, list) else []
    return tuple(sorted({int(one) for one in numbers if str(one).isdecimal() and 1 <= int(one) <= 17}))


def _countries_before(cycle: Cycle) -> frozenset[str]:
    """Countries with a city that is known from an earlier cycle: by the archive, which names the shortlisted and few others,
    or by what was handed in here."""
    known = {
        city.country
        for past in archive.load().cycles
        if past.cycle_year < cycle.year
        for city in (*(case.city for case in past.cases), *(seen.city for seen in past.deserving_seen))
    }
    rows = db.session.scalars(
        select(City.country)
        .join(Submission, Submission.city_id == City.id)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .where(
            Cycle.year < cycle.year,
            Cycle.is_archive.is_(False),
            Cycle.is_demonstration.is_(False),
            Submission.submitted_at.is_not(None),
        )
        .distinct()
    )
    return frozenset(known | set(rows))


def light(statement: Any) -> Any:
    """A select of submissions without their long texts, which no selection looks at."""
    return statement.options(
        load_only(
            Submission.ref,
            Submission.pseudonym,
            Submission.cycle_id,
            Submission.city_id,
            Submission.theme_id,
            Submission.status,
            Submission.title_en,
            Submission.title_zh,
            Submission.version,
            Submission.is_late,
        )
    )
