"""Loading the archive of six cycles into the database. Running it again changes nothing that is there."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from awardapp import archive
from awardapp.archive import ArchivedCase, ArchivedCity, ArchivedCycle, Source
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import CaseAward, CaseStudy, City, Cycle
from awardapp.services import casebank, cities

_AWARD_KEYS = {"main": casebank.MAIN_AWARD}


def load_archive(*, now: datetime) -> int:
    """Store the finished cycles of the shipped archive with their cases. Returns how many cases were new."""
    added = 0
    for cycle in archive.load().cycles:
        if cycle.status != "completed":
            continue
        row = _cycle(cycle, now=now)
        present = set(db.session.scalars(select(CaseStudy.ref).where(CaseStudy.cycle_id == row.id)))
        for case in cycle.cases:
            if case_ref(case) not in present:
                _case(case, row, now=now)
                added += 1
    db.session.flush()
    return added


def case_ref(case: ArchivedCase) -> str:
    """The stable public id of an archived case, e.g. GA6-xianning."""
    return f"GA{case.key}"


def _addresses(*groups: tuple[Source, ...]) -> list[str]:
    """Sources in order, each once: the address, or the name of an article without one."""
    return list(dict.fromkeys(source.url or source.label for group in groups for source in group))


def _cycle(cycle: ArchivedCycle, *, now: datetime) -> Cycle:
    found = db.session.execute(select(Cycle).where(Cycle.number == cycle.number)).scalar_one_or_none()
    if found is not None:
        return found
    zone = ZoneInfo("Asia/Shanghai")
    figures, dates = cycle.figures, cycle.dates
    row = Cycle(
        slug=str(cycle.number),
        number=cycle.number,
        year=cycle.cycle_year,
        name_en=cycle.name_en,
        name_zh=cycle.name_zh,
        phase=CyclePhase.ARCHIVED,
        opens_at=datetime.combine(dates.call_opened_on, time(), zone) if dates.call_opened_on else None,
        deadline_at=datetime.combine(dates.deadline, time(23, 59, 59), zone) if dates.deadline else None,
        committee_from=dates.committee_from,
        committee_to=dates.committee_to,
        shortlist_on=dates.shortlist_on,
        ceremony_on=dates.ceremony_on,
        received=figures.received,
        valid=figures.valid,
        cities=figures.cities,
        countries=figures.countries,
        committee_size=figures.committee_members,
        jury_size=figures.jurors,
        sources=_addresses(*cycle.sources.values()),
        is_archive=True,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _city(city: ArchivedCity, *, now: datetime) -> City:
    return cities.find_or_create(
        name_en=city.name_en,
        name_zh=city.name_zh,
        country=city.country,
        now=now,
    )


def _case(case: ArchivedCase, cycle: Cycle, *, now: datetime) -> None:
    city = _city(case.city, now=now)
    titles = {language: case.title(language) for language in ("en", "zh")}
    published_at = (
        datetime.combine(cycle.ceremony_on, time(12), ZoneInfo(cycle.time_zone)) if cycle.ceremony_on else now
    )
    row = CaseStudy(
        ref=case_ref(case),
        cycle_id=cycle.id,
        city_id=city.id,
        country=city.country,
        status=CaseStudyStatus.PUBLISHED,
        title_en=titles["en"].text if titles["en"] else None,
        title_zh=titles["zh"].text if titles["zh"] else None,
        title_notes={
            language: {"origin": title.origin, "cut": title.cut} for language, title in titles.items() if title
        },
        sources=_addresses(case.sources, *(title.sources for title in case.titles), *(a.sources for a in case.awards)),
        is_shortlisted=bool(case.shortlisted),
        is_winner=case.winner,
        created_at=now,
        changed_at=now,
        published_at=published_at.astimezone(UTC),
    )
    db.session.add(row)
    db.session.flush()
    for award in case.awards:
        db.session.add(
            CaseAward(
                case_study_id=row.id,
                key=_AWARD_KEYS.get(award.kind, award.kind),
                name_en=award.name_en,
                name_zh=award.name_zh,
                year=award.year,
                given_on=cycle.ceremony_on if cycle.ceremony_on and cycle.ceremony_on.year == award.year else None,
                sources=_addresses(award.sources),
            )
        )
    db.session.flush()
    casebank.index(row)
