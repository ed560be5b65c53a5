"""What an announcement would publish, and which letters would go with it: the content that is sealed and released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind, Outcome, Stage
from awardapp.domain.errors import N_
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Decision, SpecialAward, Submission
from awardapp.queries import announcements as announcement_queries
from awardapp.services import awards, selections

_LETTERS = {
    Outcome.SHORTLISTED: "outcome_shortlisted",
    Outcome.DESERVING: "outcome_deserving",
    Outcome.WINNER: "outcome_winner",
    Outcome.SPECIAL: "outcome_special_award",
}


def award_of(cycle: Cycle, key: str) -> SpecialAward | None:
    """The special award of this key in a cycle."""
    return next((award for award in cycle.special_awards if award.key == key), None)


def _line(
    submission: Submission, outcome: Outcome, *, award_key: str = "", reason_en: str, reason_zh: str
) -> dict[str, Any]:
    return {
        "submission": submission.id,
        "ref": submission.ref,
        "city": submission.city_id,
        "city_en": submission.city.name_en,
        "city_zh": submission.city.name_zh,
        "country": submission.city.country,
        "title_en": submission.title_en,
        "title_zh": submission.title_zh,
        "outcome": outcome.value,
        "award_key": award_key,
        "reason_en": reason_en,
        "reason_zh": reason_zh,
    }


def _decision_lines(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    order = {Outcome.WINNER: 0, Outcome.SHORTLISTED: 1, Outcome.DESERVING: 2, Outcome.SPECIAL: 3}
    ranked = sorted(decisions, key=lambda d: (order[d.outcome], d.submission.city.name_en, d.submission_id))
    return [
        _line(d.submission, d.outcome, award_key=d.award_key, reason_en=d.reason_en, reason_zh=d.reason_zh)
        for d in ranked
    ]


def lines(announcement: Announcement) -> list[dict[str, Any]]:
    """What would be published, line by line: winners in alphabetical order, never ranked.

    With the winners come the Medals of Honor, which by rule go to every other shortlisted city.
    """
    cycle = announcement.cycle
    if announcement.kind is AnnouncementKind.SHORTLIST:
        return _decision_lines(selections.decided(cycle, Stage.COMMITTEE))
    if announcement.kind is AnnouncementKind.SPECIAL:
        award = award_of(cycle, announcement.award_key)
        return _decision_lines(awards.given(award)) if award is not None else []
    winners = selections.decided(cycle, Stage.JURY)
    found = _decision_lines(winners)
    medal = next((a for a in cycle.special_awards if a.decided_by == "rule"), None)
    if medal is not None:
        won = {d.submission_id for d in winners}
        found += [
            _line(s, Outcome.SPECIAL, award_key=medal.key, reason_en="", reason_zh="")
            for s in announcement_queries.shortlisted(cycle)
            if s.id not in won
        ]
    return found


def letters(announcement: Announcement, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which letter goes about which submission once this is published: [{kind, submission, ref, award_key}].

    With the shortlist everybody whose valid submission is not on it is told too, in the same moment.
    """
    planned = [
        {
            "kind": _LETTERS[Outcome(line["outcome"])],
            "submission": line["submission"],
            "ref": line["ref"],
            "award_key": line["award_key"],
        }
        for line in found
    ]
    if announcement.kind is AnnouncementKind.SHORTLIST:
        named = {line["submission"] for line in found}
        rest = db.session.execute(
            select(Submission.id, Submission.ref)
            .where(Submission.cycle_id == announcement.cycle_id, Submission.status == SubmissionStatus.VALID)
            .order_by(Submission.id)
        )
        planned += [
            {"kind": "outcome_not_selected", "submission": row.id, "ref": row.ref, "award_key": ""}
            for row in rest
            if row.id not in named
        ]
    return planned


def problems(announcement: Announcement, *, now: datetime) -> list[str]:
    """Message ids of what keeps a draft from being sealed."""
    found = []
    if not announcement.title_en or not announcement.title_zh:
        found.append(N_("The title is missing in one of the languages."))
    if not announcement.statement_en or not announcement.statement_zh:
        found.append(N_("The statement is missing in one of the languages."))
    if announcement.embargo_until is not None and announcement.embargo_until <= now:
        found.append(N_("The embargo's end has passed. Set a later one, or leave it empty to publish at once."))
    found_lines = lines(announcement)
    if not found_lines:
        found.append(N_("There is nothing to announce."))
    if any(bool(line["reason_en"]) != bool(line["reason_zh"]) for line in found_lines):
        found.append(N_("A reason or citation is missing in one of the languages."))
    return found


def snapshot(announcement: Announcement) -> dict[str, Any]:
    """Exactly what would be published and which letters would go: the thing that is sealed and released."""
    cycle = announcement.cycle
    found = lines(announcement)
    stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
    selection = selections.selection_of(cycle, stage) if announcement.kind is not AnnouncementKind.SPECIAL else None
    return {
        "cycle": cycle.slug,
        "kind": announcement.kind.value,
        "award_key": announcement.award_key,
        "title_en": announcement.title_en,
        "title_zh": announcement.title_zh,
        "statement_en": announcement.statement_en,
        "statement_zh": announcement.statement_zh,
        "embargo_until": announcement.embargo_until.isoformat() if announcement.embargo_until else None,
        "lines": found,
        "letters": letters(announcement, found),
        "record_sha256": selection.record_sha256 if selection else None,
    }
