"""The invented committee's report: what the chair and the members named write, in both languages."""

from __future__ import annotations

from awardapp.domain.announcements import Outcome
from awardapp.domain.answers import digest
from awardapp.models import Membership
from awardapp.queries import reports as queries
from awardapp.rehearsal.course import Rehearsal, chair
from awardapp.services import committee_report, report_files

_WHOLE = {
    "opening_en": "The committee met for four days. Each submission was first read by members on their own; the committee then "
    "debated the files around the two lines, one by one, and wrote down why it recommends each of those it names.\n"
    "What struck it this time is how many cities measure what they do, and say plainly what has not worked.",
    "opening_zh": "委员会工作了四天。每份申报材料先由委员各自评阅，随后委员会逐一讨论两条线附近的材料，"
    "并写明推荐每个项目的理由。\n"
    "本届令人印象深刻的是，许多城市认真衡量成效，也坦率说明哪些做法没有奏效。",
    "closing_en": "The initiatives told of here were made for one place each. What other cities can take from them is less the "
    "measure than the way to it: whom the city asked, what it tried first, and what it stopped doing.",
    "closing_zh": "本报告所述的项目都是为某一座城市而设计的。其他城市可以借鉴的，与其说是措施本身，不如说是通往措施的路径："
    "城市征询了谁的意见，先尝试了什么，又停止了什么。",
}


def write(run: Rehearsal, *, leave: int = 0, named: Membership | None = None) -> None:
    """The chair writes the report, all but the last `leave` cases; a member `named` gets two of those that are left.

    A case that is closed to the chair goes to the first member who may write it.
    """
    the_chair, now = chair(run.members), run.at(days=14)
    cycle = run.cycle
    blank = digest("")
    committee_report.save_whole(
        actor=the_chair, cycle=cycle, values=_WHOLE, bases=dict.fromkeys(_WHOLE, blank), now=now
    )
    decisions = queries.decisions(cycle, Outcome.SHORTLISTED)
    access = committee_report.access_of(the_chair, cycle, decisions)
    written, left = decisions[: len(decisions) - leave], decisions[len(decisions) - leave :]
    for decision in run.each("report", written):
        writer = the_chair
        if not access.may_write_case(decision.submission_id):
            member = committee_report.may_be_named(cycle, decision.submission)[0]
            committee_report.name_rapporteur(
                actor=the_chair, cycle=cycle, ref=decision.submission.ref, member_id=member.id, now=now
            )
            writer = member.user
        summary = run.invented.submission(run.number_of(decision.submission_id)).summary
        values = {"summary_en": summary.en, "summary_zh": summary.zh}
        committee_report.save_case(
            actor=writer,
            cycle=cycle,
            ref=decision.submission.ref,
            values=values,
            bases=dict.fromkeys(values, blank),
            now=now,
        )
    if named is not None:
        open_to_them = [d for d in left if named in committee_report.may_be_named(cycle, d.submission)]
        for decision in open_to_them[:2]:
            committee_report.name_rapporteur(
                actor=the_chair, cycle=cycle, ref=decision.submission.ref, member_id=named.id, now=now
            )
    run.commit()


def order(run: Rehearsal) -> None:
    """The secretariat has the report made in every edition."""
    for edition in ("both", "en", "zh"):
        report_files.request(actor=run.secretaries[0], cycle=run.cycle, edition=edition, now=run.at(days=15))
    run.commit()
