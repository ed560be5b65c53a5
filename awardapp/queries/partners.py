"""The cities that hand in a submission together with the one whose desk it is on."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, bindparam, literal, or_, select

from awardapp.extensions import db
from awardapp.models import City, Cycle, Partner, Submission

# A partner taken out of the working text still stands in the version that counts, until the next one is handed in.
_COUNTS = or_(Partner.removed_at.is_(None), Partner.removed_at > Submission.submitted_at)
PARTNER = "partner"  # stands where a tie has its kind
_JOINED = (
    select(Partner.submission_id, City.id, City.country)
    .join(Submission, Submission.id == Partner.submission_id)
    .join(City, City.id == Partner.city_id)
    .where(_COUNTS)
)
# Put together once: judges' pages ask it each time.
_PLACES = _JOINED.where(Partner.submission_id.in_(bindparam("submission_ids", expanding=True))).order_by(
    Partner.position, Partner.id
)
# The partner cities of one submission in the shape of ties, so that both are asked for at once.
AS_TIES = _JOINED.where(Partner.submission_id == bindparam("submission_id")).with_only_columns(
    City.id, City.country, literal(PARTNER)
)


def places_of(submission_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The partner cities of these submissions as (id, country), by submission, for conflicts of interest. One query."""
    found: dict[int, list[tuple[int, str]]] = {}
    for submission_id, city_id, country in db.session.execute(_PLACES, {"submission_ids": list(submission_ids)}):
        found.setdefault(submission_id, []).append((city_id, country))
    return found


def has_partner_in(city_ids: Select[int]) -> ColumnElement[bool]:
    """Whether one of these cities hands a submission in together with its own."""
    return (
        select(Partner.id)
        .where(Partner.submission_id == Submission.id, Partner.city_id.in_(city_ids), _COUNTS)
        .correlate(Submission)
        .exists()
    )


def cities_of(cycle: Cycle) -> Select[int]:
    """Ids of every city that is a partner in a submission handed in to the cycle, as a subselect."""
    return (
        select(Partner.city_id)
        .join(Submission, Submission.id == Partner.submission_id)
        .where(Submission.cycle_id == cycle.id, Submission.submitted_at.is_not(None), _COUNTS)
    )
