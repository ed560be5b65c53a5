"""Joint entries: naming the cities that hand in a submission together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from awardapp import places
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.returning import PARTNERS
from awardapp.extensions import db
from awardapp.models import City, Partner, Submission, User
from awardapp.services import cities
from awardapp.services.intake import check_editable, locked

MOST_PARTNERS = 20
MOST_NAME = 200


class NotAPartner(RuleViolation):
    """A line does not name a partner city; `line` counts from 0, `field` is the part of it."""

    def __init__(self, msgid: str, *, line: int, field: str) -> None:
        super().__init__(msgid, field=field)
        self.line = line


def name_partners(
    *, actor: User, submission: Submission, named: Sequence[tuple[str, str]], now: datetime
) -> list[City]:
    """Store which cities, as (name, country or region), hand this submission in together with its own, in this order.

    A city the system or the gazetteer knows is recognised whatever its accents; any other is taken as typed. Raises
    NotPermitted, TooLate, RuleViolation for too many, NotAPartner for a name without a country or the own city.
    """
    locked(submission)
    check_editable(submission, actor=actor, now=now, names=(PARTNERS,))
    found = _recognised(submission, named, now=now)
    rows = {
        row.city_id: row for row in db.session.scalars(select(Partner).where(Partner.submission_id == submission.id))
    }
    for row in rows.values():
        if row.removed_at is None and row.city_id not in {city.id for city in found}:
            row.removed_at = now
    for position, city in enumerate(found, 1):
        row = rows.get(city.id) or Partner(submission_id=submission.id, city_id=city.id)
        row.position, row.removed_at = position, None
        db.session.add(row)
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["partners"])
    return found


def _recognised(submission: Submission, named: Sequence[tuple[str, str]], *, now: datetime) -> list[City]:
    """The cities of these names, each once."""
    if len(named) > MOST_PARTNERS:
        raise RuleViolation(N_("At most %(n)d partner cities can be named."), n=MOST_PARTNERS)
    found: dict[int, City] = {}
    for line, (name, country) in enumerate(named):
        plain = " ".join(name.split())
        if not plain or len(plain) > MOST_NAME:
            raise NotAPartner(N_("Name the partner city, in English if you can."), line=line, field="name")
        if country not in places.countries():
            raise NotAPartner(N_("Choose the partner's country or region."), line=line, field="country")
        city = cities.find_or_create(name_en=plain, country=country, now=now)
        if city.id == submission.city_id:
            raise NotAPartner(N_("This is the city itself, not a partner."), line=line, field="name")
        found.setdefault(city.id, city)
    return list(found.values())
