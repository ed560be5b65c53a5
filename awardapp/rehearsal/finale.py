"""The second half: announcements, the jury, special awards, case studies. Each act is one transaction, as on the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.ballots import Content
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    CaseStudy,
    Membership,
)
from awardapp.rehearsal.course import Rehearsal, declare, invite
from awardapp.services import (
    announcements,
    ballots,
    casebank,
    cycles,
    paper_ballots,
)

_WORDS = {
    AnnouncementKind.SHORTLIST: (
        "The shortlist of {en}",
        "{zh}入围名单",
        "The technical committee has read every valid submission. "
        "These are the cities it shortlisted and those it names deserving.",
        "技术委员会审阅了全部有效申报材料，现公布入围城市与专家推荐城市。",
    ),
    AnnouncementKind.WINNERS: (
        "The winners of {en}",
        "{zh}获奖城市",
        "The jury has heard the shortlisted cities and made its choice. The winners are named in alphabetical order.",
        "评审委员会听取入围城市陈述后作出评选，获奖城市按字母顺序公布。",
    ),
    AnnouncementKind.SPECIAL: (
        "A special award of {en}",
        "{zh}专项奖",
        "Beside the main award this special award is given.",
        "主奖之外，另颁发此专项奖。",
    ),
}


def announce(
    run: Rehearsal,
    kind: AnnouncementKind,
    *,
    now: datetime,
    award_key: str = "",
    embargo_until: datetime | None = None,
    releases: int = 2,
) -> Announcement:
    """Prepare, seal and release by two people: public at once, or scheduled for the end of its embargo."""
    first, second = run.secretaries[:2]
    announcement = announcements.prepare(actor=first, cycle=run.cycle, kind=kind, award_key=award_key, now=now)
    words = [text.format(en=run.cycle.name_en, zh=run.cycle.name_zh) for text in _WORDS[kind]]
    announcements.edit(
        actor=first,
        announcement=announcement,
        title_en=words[0],
        title_zh=words[1],
        statement_en=words[2],
        statement_zh=words[3],
        embargo_until=embargo_until,
        edit_version=announcement.edit_version,
        now=now,
    )
    announcements.seal(actor=first, announcement=announcement, now=now)
    run.commit()
    for person in (first, second)[:releases]:
        announcements.release(
            actor=person, announcement=announcement, shown_sha256=announcement.snapshot_sha256 or "", now=now
        )
        run.commit()
    return announcement


def seat_jury(run: Rehearsal) -> None:
    """Jurors are invited and declare their conflicts of interest; the jury's phase begins."""
    now = run.at(days=60)
    for invented in run.each("jury", run.invented.jurors):
        run.jurors[invented.number] = invite(run, invented.person, Role.JUROR, now=now, is_chair=invented.is_chair)
        declare(run, run.jurors[invented.number], invented.conflicts, now=now)
    cycles.advance_phase(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=61))
    run.commit()


def vote(run: Rehearsal, *, leave: Sequence[int] = ()) -> None:
    """Jurors rank the finalists and cast their ballots, except those left out (by number). The last votes on paper."""
    now = run.at(days=97)
    on_paper = run.invented.jurors[-1].number
    for invented in run.each("ballot", [j for j in run.invented.jurors if j.number not in leave]):
        member = run.jurors[invented.number]
        votable = {run.number_of(s.id): s for s in ballots.votable(member, run.cycle)}
        ranking = [votable[n].id for n in run.judging.ranking(invented, votable)]
        content = Content.ranked(ranking)
        if invented.number == on_paper:
            _key_in(run, member, content, now=now)
        else:
            ballots.save(actor=member.user, member=member, content=content, edit_version=0, now=now)
            ballots.cast(actor=member.user, member=member, now=now)


def _key_in(run: Rehearsal, member: Membership, content: Content, *, now: datetime) -> None:
    """Two people of the secretariat key in the paper of a juror, and agree."""
    first, second = run.secretaries[:2]
    paper = paper_ballots.open_paper(actor=first, cycle=run.cycle, member=member, number="1", now=now)
    for person in (first, second):
        paper_ballots.key_in(actor=person, cycle=run.cycle, paper=paper, content=content, now=now)


def publish_cases(run: Rehearsal, *, now: datetime) -> int:
    """Publish every case study that the announcements drafted; each asks for its bundle. Returns how many."""
    cases = db.session.scalars(
        select(CaseStudy)
        .where(CaseStudy.cycle_id == run.cycle.id, CaseStudy.status == CaseStudyStatus.DRAFT)
        .order_by(CaseStudy.id)
    ).all()
    published = casebank.publish_all(actor=run.secretaries[0], cases=cases, now=now)
    run.commit()
    return published
