"""The second half: announcements, the jury, special awards, case studies. Each act is one transaction, as on the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    CaseStudy,
)
from awardapp.rehearsal.course import Rehearsal, chair, declare, invite
from awardapp.services import (
    announcements,
    awards,
    ballots,
    casebank,
    cycles,
    jury,
    selections,
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
    """Jurors rank the finalists and cast their ballots, except those left out (by number)."""
    now = run.at(days=97)
    for invented in run.each("ballot", [j for j in run.invented.jurors if j.number not in leave]):
        member = run.jurors[invented.number]
        votable = {run.number_of(s.id): s for s in ballots.votable(member, run.cycle)}
        ranking = [votable[n].id for n in run.judging.ranking(invented, votable)]
        ballots.save(actor=member.user, member=member, ranking=ranking, edit_version=0, now=now)
        ballots.cast(actor=member.user, member=member, now=now)


def decide_winners(run: Rehearsal) -> None:
    """The jury counts, writes its citations and locks."""
    the_chair = chair(run.jurors)
    now = run.at(days=97)
    jury.count(actor=the_chair, cycle=run.cycle, now=now)
    run.commit()
    for decision in run.each("winners", selections.decided(run.cycle, Stage.JURY)):
        citation = run.judging.citation(run.invented.submission(run.number_of(decision.submission_id)))
        jury.decide(
            actor=the_chair,
            cycle=run.cycle,
            submission=decision.submission,
            wins=True,
            citation_en=citation.en,
            citation_zh=citation.zh,
            move_reason="",
            now=now,
        )
    jury.lock(actor=the_chair, cycle=run.cycle, now=now)
    run.commit()


def give_special_awards(run: Rehearsal) -> list[str]:
    """The popular city and the media's choice, as invented counts would have it. Returns the keys of the awards given."""
    now = run.at(days=96)
    finalists = awards.candidates(run.cycle)
    keys = []
    for offset, key in enumerate(("popular_city", "media_choice")):
        award = next((a for a in run.cycle.special_awards if a.key == key), None)
        if award is None or not finalists:
            continue
        awards.give(
            actor=run.secretaries[0],
            cycle=run.cycle,
            award=award,
            submission=finalists[(3 + 4 * offset) % len(finalists)],
            reason_en="Certified result of the invented vote of this rehearsal.",
            reason_zh="本次演练中虚构投票的认证结果。",
            now=now,
        )
        keys.append(key)
    run.commit()
    return keys


def publish_cases(run: Rehearsal, *, now: datetime) -> int:
    """Publish every case study that the announcements drafted; each asks for its bundle. Returns how many."""
    cases = db.session.scalars(
        select(CaseStudy)
        .where(CaseStudy.cycle_id == run.cycle.id, CaseStudy.status == CaseStudyStatus.DRAFT)
        .order_by(CaseStudy.id)
    ).all()
    for case in run.each("case studies", cases):
        casebank.publish_case_study(actor=run.secretaries[0], case=case, now=now)
    return len(cases)
