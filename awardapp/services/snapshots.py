"""What an announcement would publish, and which letters would go with it: the content that is sealed and released."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain import announcements as rules
from awardapp.domain import sealing
from awardapp.domain.announcements import SNAPSHOT_VERSION, AnnouncementKind, Outcome, Stage
from awardapp.domain.certificates import PLACEHOLDER, new_code
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Decision, SpecialAward, Submission, User
from awardapp.queries import people as people_queries
from awardapp.queries import sealed as sealed_queries
from awardapp.services import awards, certificates, outward, receipt_lists, selections

LETTERS = {
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

    With the winners come the awards that follow from a rule: the Medals of Honor of the other shortlisted cities.
    """
    cycle = announcement.cycle
    if announcement.kind is AnnouncementKind.SHORTLIST:
        return _decision_lines(selections.decided(cycle, Stage.COMMITTEE))
    if announcement.kind is AnnouncementKind.SPECIAL:
        award = award_of(cycle, announcement.award_key)
        return _decision_lines(awards.given(award)) if award is not None else []
    winners = selections.decided(cycle, Stage.JURY)
    found = _decision_lines(winners)
    for award, receivers in awards.by_rule(cycle, {d.submission_id for d in winners}):
        found += [_line(s, Outcome.SPECIAL, award_key=award.key, reason_en="", reason_zh="") for s in receivers]
    return found


def letters(announcement: Announcement, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which letter goes about which submission once this is published: [{kind, submission, ref, award_key}].

    With the shortlist everybody whose valid submission is not on it is told too, in the same moment.
    """
    planned = [
        {
            "kind": LETTERS[Outcome(line["outcome"])],
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


def _record_sha256(announcement: Announcement) -> str | None:
    if announcement.kind is AnnouncementKind.SPECIAL:
        return None
    stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
    selection = selections.selection_of(announcement.cycle, stage)
    return selection.record_sha256 if selection else None


def content(announcement: Announcement, *, codes: Callable[[], str] = lambda: PLACEHOLDER) -> dict[str, Any]:
    """What would be published as things stand now: words, lines, letters by city, certificates, the record's digest.

    `codes` gives a certificate's code: one that nobody can guess at the seal, and the placeholder everywhere else.
    """
    found = lines(announcement)
    planned = certificates.plan(announcement.cycle, found, codes=codes)
    return {
        "cycle": announcement.cycle.slug,
        "kind": announcement.kind.value,
        "award_key": announcement.award_key,
        "title_en": announcement.title_en,
        "title_zh": announcement.title_zh,
        "statement_en": announcement.statement_en,
        "statement_zh": announcement.statement_zh,
        "embargo_until": announcement.embargo_until.isoformat() if announcement.embargo_until else None,
        "lines": found,
        "letters": letters(announcement, found),
        "certificates": planned,
        "record_sha256": _record_sha256(announcement),
        "receipts": receipt_lists.of(announcement),
        "withdrawn": withdrawn(found),
    }


def withdrawn(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """References of the lines whose submission is not valid any more. One query."""
    ids = [line["submission"] for line in found]
    return list(
        db.session.scalars(
            select(Submission.ref)
            .where(Submission.id.in_(ids), Submission.status != SubmissionStatus.VALID)
            .order_by(Submission.ref)
        )
    )


def snapshot(announcement: Announcement) -> dict[str, Any]:
    """Exactly what is sealed and released: the content, the people each letter would go to, pages and files.

    The people are those of this moment, by number, name and language, without their addresses.
    """
    sealed = content(announcement, codes=new_code)
    present = delegates(letter["submission"] for letter in sealed["letters"])
    sealed["letters"] = [
        {
            **letter,
            "delegates": [
                {"id": person.id, "name": person.name, "language": person.language}
                for person in present.get(letter["submission"], ())
            ],
        }
        for letter in sealed["letters"]
    ]
    return {"version": SNAPSHOT_VERSION, **sealed, **outward.planned(announcement, sealed)}


def differences(announcement: Announcement) -> list[str]:
    """Message ids of everything in which what would be published now differs from what is sealed; empty for a draft.

    Reads the decisions, the submissions and the record anew. As many queries whatever the number of lines.
    """
    if announcement.snapshot is None:
        return []
    found = sealing.differences(announcement.snapshot, content(announcement))
    if rules.digest(announcement.snapshot) != announcement.snapshot_sha256:
        found.append(N_("What is stored does not match its digest."))
    return found


def why_not_at(announcement: Announcement, *, instant: datetime) -> str:
    """The message id of why the rule of a special award keeps it from becoming public at this instant; "" when it may.

    Together with the winners, in one ceremony, counts as after them.
    """
    if announcement.kind is not AnnouncementKind.SPECIAL:
        return ""
    award = award_of(announcement.cycle, announcement.award_key)
    if award is None:
        return N_("This award is not among those of the cycle any more.")
    winners_are_public = not announcement.cycle.phase.is_before(CyclePhase.WINNERS_PUBLIC)
    return awards.why_not_announced(
        announcement.cycle,
        award,
        instant=instant,
        with_winners=winners_are_public or sealed_queries.goes_with_winners(announcement),
    )


def delegates(submission_ids: Iterable[int]) -> dict[int, list[User]]:
    """The people who would be written to about each of these submissions now. Two queries."""
    cities = {
        row.id: row.city_id
        for row in db.session.execute(
            select(Submission.id, Submission.city_id).where(Submission.id.in_(list(submission_ids)))
        )
    }
    people = people_queries.delegates_by_city(set(cities.values()))
    return {submission: people.get(city, []) for submission, city in cities.items()}


def changed_people(announcement: Announcement) -> list[sealing.Change]:
    """Who joined or left since the seal among those who get a letter; the letters follow, the seal holds. Two queries."""
    if announcement.snapshot is None:
        return []
    planned = announcement.snapshot["letters"]
    present = delegates(letter["submission"] for letter in planned)
    return sealing.changed_people(
        planned, {submission: [(p.id, p.name) for p in people] for submission, people in present.items()}
    )
