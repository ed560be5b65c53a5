"""The register of links between cities: sister cities, networks, alliances. Kept for all cycles, imported from CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp import places
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.suspicions import LINK_KIND_NAMES, LinkKind, folded
from awardapp.extensions import db
from awardapp.models import City, CityLink, Cycle, User
from awardapp.queries import cities as city_queries
from awardapp.services import audit, cities
from awardapp.services.locks import lock_row

COLUMNS = ("kind", "city", "country", "other_city", "other_country", "network", "note")
MOST_LINES = 5000
MOST_TEXT = 300  # characters of a name or a note


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as it was typed: cities by name and country or region (two letters), or a city and a network's name."""

    kind: str
    city: str
    country: str
    other_city: str = ""
    other_country: str = ""
    network: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: its good lines, and for each bad one its number in the file and what is wrong with it."""

    lines: list[LinkLine]
    problems: list[tuple[int, RuleViolation]]


def read_csv(text: str) -> Read:
    """Read links from a CSV file with the columns of COLUMNS, in any order, the first four at least.

    Raises RuleViolation when it is no such file or too long; a bad line is told and keeps the others readable.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), restkey="more")
    head = [name.strip().lower() for name in reader.fieldnames or ()]
    if not {"kind", "city", "country"} <= set(head):
        raise RuleViolation(
            N_("The first line must name the columns: %(columns)s."), field="file", columns=", ".join(COLUMNS)
        )
    reader.fieldnames = head
    lines: list[LinkLine] = []
    problems: list[tuple[int, RuleViolation]] = []
    try:
        for row in reader:
            if len(lines) + len(problems) >= MOST_LINES:
                raise RuleViolation(N_("A file may have at most %(n)d lines."), field="file", n=MOST_LINES)
            values = {name: " ".join((row.get(name) or "").split()) for name in COLUMNS}
            if not any(values.values()):
                continue
            line = LinkLine(**values)
            try:
                check(line)
            except RuleViolation as error:
                problems.append((reader.line_num, error))
            else:
                lines.append(line)
    except csv.Error as error:
        raise RuleViolation(N_("The file could not be read as CSV."), field="file") from error
    return Read(lines, problems)


def check(line: LinkLine) -> None:
    """Refuse a line that says no link. Raises RuleViolation naming the column."""
    if line.kind not in set(LinkKind):
        raise RuleViolation(N_("The kind must be one of %(kinds)s."), field="kind", kinds=", ".join(LINK_KIND_NAMES))
    if any(len(getattr(line, name)) > MOST_TEXT for name in COLUMNS):
        raise RuleViolation(N_("This text is too long to be kept."), field="note")
    if not line.city:
        raise RuleViolation(N_("Name the city."), field="city")
    if line.country.upper() not in places.countries():
        raise RuleViolation(N_("The country or region must be given by its two letters."), field="country")
    if line.kind == LinkKind.SISTER_CITY:
        if not line.other_city or line.network:
            raise RuleViolation(N_("Sister cities need the other city and no network."), field="other_city")
        if line.other_country.upper() not in places.countries():
            raise RuleViolation(N_("The country or region must be given by its two letters."), field="other_country")
        if folded(line.city) == folded(line.other_city) and line.country.upper() == line.other_country.upper():
            raise RuleViolation(N_("A city is not its own sister."), field="other_city")
    elif not line.network or line.other_city:
        raise RuleViolation(N_("A network or alliance needs its name and one city."), field="network")


def _require_secretary(actor: User) -> None:
    if city_queries.running_cycle_of_secretary(actor) is None:
        raise NotPermitted(N_("You are not permitted to do this."))


def register(*, actor: User, cycle: Cycle, lines: Sequence[LinkLine], now: datetime) -> int:
    """Add links to the register; those that stand there already are left as they are. Returns how many are new.

    Cities that nobody knows yet are made, so that they are recognised once they take part. Raises NotPermitted,
    RuleViolation on the first line that says no link.
    """
    _require_secretary(actor)
    known = {(row.kind, row.city_id, row.other_city_id, row.network) for row in db.session.scalars(
        select(CityLink).where(CityLink.ended_at.is_(None))
    )}  # fmt: skip
    found: dict[tuple[str, str], City] = {}
    new = 0
    for line in lines:
        check(line)
        city = _city(line.city, line.country, found, now=now)
        other = _city(line.other_city, line.other_country, found, now=now) if line.other_city else None
        if other is not None and other.id == city.id:
            raise RuleViolation(N_("A city is not its own sister."), field="other_city")
        one, two = (city, other) if other is None or city.id < other.id else (other, city)
        key = (line.kind, one.id, two.id if two is not None else None, line.network or None)
        if key in known:
            continue
        known.add(key)
        new += 1
        db.session.add(
            CityLink(
                kind=line.kind, city_id=one.id, other_city_id=key[2], network=key[3], note=line.note,
                created_by=actor.id, created_at=now,
            )
        )  # fmt: skip
    db.session.flush()
    if new:
        audit.record(
            actor=actor, action="city_link.register", object="city_links", cycle_id=cycle.id, now=now,
            details={"links": new},
        )  # fmt: skip
    return new


def _city(name: str, country: str, found: dict[tuple[str, str], City], *, now: datetime) -> City:
    key = (folded(name), country.upper())
    if key not in found:
        found[key] = cities.find_or_create(name_en=name, country=country.upper(), now=now)
    return found[key]


def end(*, actor: User, cycle: Cycle, link: CityLink, now: datetime) -> None:
    """Take a link out of the register; it stays as history. Raises NotPermitted. A second click changes nothing."""
    _require_secretary(actor)
    lock_row(link)
    if link.ended_at is not None:
        return
    link.ended_at = now
    audit.record(actor=actor, action="city_link.end", object=f"city_link:{link.id}", cycle_id=cycle.id, now=now)


def known_city(name: str, country: str) -> City | None:
    """The city of this name that takes part or took part, or that a link names; None when nobody knows it."""
    wanted = folded(name)
    if not wanted:
        return None
    rows = db.session.scalars(select(City).where(City.country == country.upper()).order_by(City.id))
    return next((city for city in rows if wanted in (folded(city.name_en), folded(city.name_zh or ""))), None)
