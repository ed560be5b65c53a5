"""Figures of votes, decisions of bodies outside and awards given by hand, as the secretariat's pages would leave them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from awardapp import storage
from awardapp.extensions import db
from awardapp.models import Cycle, PartnerDecision, SpecialAward, Submission, User, VoteResult
from awardapp.services import documents, partner_decisions, special_awards, vote_results
from awardapp.services.documents import Document
from tests.conftest import NOW

PAPER = b"%PDF-1.7 signed by somebody outside"


def award_of(cycle: Cycle, key: str) -> SpecialAward:
    """The award of this key."""
    return next(a for a in cycle.special_awards if a.key == key)


def ruled(award: SpecialAward, **changes: Any) -> SpecialAward:
    """The award with parts of its rule set otherwise, without a version of the rules."""
    for name, value in changes.items():
        setattr(award, name, value)
    special_awards.rule_of(award).check()
    db.session.flush()
    return award


def by_hand(cycle: Cycle) -> SpecialAward:
    """An award that the organisers decide: the special mention, of one place, to one of the shortlisted."""
    return ruled(award_of(cycle, "special_mention"), decided_by="secretariat", candidates="shortlisted")


def paper(name: str = "minutes.pdf") -> Document:
    """A stored document."""
    with storage.stage(io.BytesIO(PAPER), limit=1000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        return documents.keep(staged, filename=name, media_type="application/pdf", now=NOW)


def entered(
    cycle: Cycle,
    by: User,
    votes: Mapping[str, int] | None = None,
    *,
    vote: str = "public_vote",
    document: bool = False,
    **changes: Any,
) -> VoteResult:
    """Figures entered by one person: by default 100, 200, 300 … in the order of the candidates."""
    if votes is None:
        votes = {s.ref: 100 * n for n, s in enumerate(vote_results.candidates(cycle, vote), 1)}
    values: dict[str, Any] = {
        "opened_at": NOW - timedelta(days=9), "closed_at": NOW - timedelta(days=1), "source": "The operator's report",
        "reason": "", "seen": 0, "now": NOW, **changes,
    }  # fmt: skip
    return vote_results.enter(
        actor=by, cycle=cycle, vote=vote, counts=votes, document=paper() if document else None, **values
    )


def certified(cycle: Cycle, by: User, second: User, votes: Mapping[str, int] | None = None, **more: Any) -> VoteResult:
    """The same, certified by a second person."""
    result = entered(cycle, by, votes, **more)
    vote_results.certify(actor=second, result=result, shown_sha256=result.sha256, now=NOW)
    return result


def recorded(cycle: Cycle, by: User, submission: Submission, **changes: Any) -> PartnerDecision:
    """What the media decided, recorded by one person."""
    values: dict[str, Any] = {
        "partner_en": "Editors of the media partners", "partner_zh": "媒体合作伙伴编辑部", "decided_on": NOW.date(),
        "reason_en": "Told most often.", "reason_zh": "报道最多。", "now": NOW, **changes,
    }  # fmt: skip
    return partner_decisions.record(
        actor=by, cycle=cycle, award=award_of(cycle, "media_choice"), submission=submission, document=paper(), **values
    )
