"""Special awards of an invented cycle: a vote's figures by two people, the media's letter, the jury's mention."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from io import BytesIO

from awardapp import filekinds, storage
from awardapp.domain.special_awards import Vote
from awardapp.models import PartnerDecision, SpecialAward, VoteResult
from awardapp.queries import assessments as assessment_queries
from awardapp.rehearsal.course import Rehearsal, chair
from awardapp.services import awards, count_awards, documents, partner_decisions, vote_results
from awardapp.services.documents import Document

_VOTE_BEGAN, _VOTE_ENDED = 62, 95  # days after the deadline


def _award(run: Rehearsal, key: str) -> SpecialAward | None:
    return next((award for award in run.cycle.special_awards if award.key == key), None)


def _paper(run: Rehearsal, name: str, now: datetime) -> Document:
    """A document such as somebody outside would send; its bytes are those of an invented attachment."""
    file = next(f for s in run.invented.submissions for f in s.attachments if f.name.endswith(".pdf"))
    with storage.stage(BytesIO(file.content()), limit=documents.LARGEST) as staged:
        media_type = filekinds.media_type_of_own(staged.path, file.name)
        storage.put(storage.blob_key(staged.sha256), staged.path)
        return documents.keep(staged, filename=name, media_type=media_type, now=now)


def count_the_vote(run: Rehearsal, *, now: datetime) -> VoteResult:
    """The figures of a public vote, entered by one secretary and certified by the other."""
    chance = random.Random(f"{run.cycle.slug}:public vote")  # noqa: S311 - invented figures, the same each time
    counts = {s.ref: chance.randint(20_000, 1_500_000) for s in vote_results.candidates(run.cycle, Vote.PUBLIC_VOTE)}
    first, second = run.secretaries[:2]
    result = vote_results.enter(
        actor=first,
        cycle=run.cycle,
        vote=Vote.PUBLIC_VOTE,
        counts=counts,
        opened_at=run.at(days=_VOTE_BEGAN),
        closed_at=min(run.at(days=_VOTE_ENDED), now - timedelta(hours=1)),
        source="The operator of the voting page of this rehearsal, its report at the end of the vote.",
        document=_paper(run, "report-of-the-vote.pdf", now),
        reason="",
        seen=0,
        now=now,
    )
    vote_results.certify(actor=second, result=result, shown_sha256=result.sha256, now=now)
    run.commit()
    return result


def record_the_medias_choice(run: Rehearsal, *, now: datetime) -> PartnerDecision | None:
    """What the media wrote, recorded with their letter. It waits for the second person until the jury has locked."""
    award, finalists = _award(run, "media_choice"), awards.candidates(run.cycle)
    if award is None or not finalists:
        return None
    decision = partner_decisions.record(
        actor=run.secretaries[0],
        cycle=run.cycle,
        award=award,
        submission=finalists[7 % len(finalists)],
        partner_en="Editors of the media partners of this rehearsal",
        partner_zh="本次演练的合作媒体编辑部",
        decided_on=(now - timedelta(days=1)).date(),
        reason_en="Reporters of eleven newsrooms named it most often as the story they would tell at home.",
        reason_zh="十一家媒体的记者最常提名此项目为最值得报道的故事。",
        document=_paper(run, "letter-of-the-media.pdf", now),
        now=now,
    )
    run.commit()
    return decision


def mention_by_the_jury(run: Rehearsal, *, now: datetime) -> SpecialAward | None:
    """The jury's chair records a special mention for a city to which the chair has no tie."""
    award, the_chair = _award(run, "special_mention"), chair(run.jurors)
    if award is None:
        return None
    own = next(member for member in run.jurors.values() if member.user_id == the_chair.id)
    candidates = awards.candidates(run.cycle)  # of all valid files the mention could go to, one that the jury has heard
    barred = assessment_queries.conflicts(own, candidates)
    city = next((city for city in candidates if city.id not in barred), None)
    if city is None:
        return None
    awards.give(
        actor=the_chair,
        cycle=run.cycle,
        award=award,
        submission=city,
        reason_en="The jury wishes that other cities read how openly this one told what had gone wrong.",
        reason_zh="评审委员会希望其他城市都能读到该市如何坦诚讲述所走过的弯路。",
        now=now,
    )
    run.commit()
    return award


def give_all(run: Rehearsal) -> list[str]:
    """All of it after the jury's lock; the medals follow with the winners. Returns the keys of the awards to be announced."""
    now = run.at(days=98)
    keys = []
    count_the_vote(run, now=now)
    popular = _award(run, "popular_city")
    if popular is not None:
        proposal = count_awards.propose(run.cycle, popular)
        count_awards.give(
            actor=run.secretaries[0],
            cycle=run.cycle,
            award=popular,
            shown_sha256=proposal.result.sha256,
            reasons={one.submission.ref: (one.reason_en, one.reason_zh) for one in proposal.receivers},
            now=now,
        )
        keys.append(popular.key)
    decision = record_the_medias_choice(run, now=now)
    media = _award(run, "media_choice")
    if decision is not None and media is not None:
        partner_decisions.confirm(
            actor=run.secretaries[1], decision=decision, award=media, shown_sha256=decision.sha256, now=now
        )
        keys.append(media.key)
    mention = mention_by_the_jury(run, now=now)
    if mention is not None:
        keys.append(mention.key)
    run.commit()
    return keys
