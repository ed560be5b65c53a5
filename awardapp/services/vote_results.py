"""Certified results of votes: entered by one person, certified by another for the very same figures, never overwritten.

Nothing of the figures goes into the log: it holds their digest, over a content with a nonce, from which no count can be
guessed. A correction is a new version; it takes back what was given by the one before it.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.selection.canonical import dumps, sha256
from awardapp.domain.special_awards import DecidedBy, Vote
from awardapp.extensions import db
from awardapp.models import Cycle, SpecialAward, Submission, User, VoteCertification, VoteResult
from awardapp.queries import vote_results as queries
from awardapp.services import audit, awards, wall
from awardapp.services.documents import Document
from awardapp.services.locks import lock_row

COLUMNS = ("ref", "votes")
MOST_VOTES = 999_999_999
MOST_LINES = 5000
MOST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: votes by reference, and for each bad line its number and what is wrong with it."""

    counts: dict[str, int]
    problems: list[tuple[int, RuleViolation]]


def following(cycle: Cycle, vote: str) -> list[SpecialAward]:
    """The awards that this vote decides."""
    return [a for a in cycle.special_awards if a.decided_by == DecidedBy.VOTE_RESULT and a.vote == vote]


def candidates(cycle: Cycle, vote: str) -> list[Submission]:
    """Whom the vote is about: everybody who can receive an award that it decides, else the shortlist. By city name."""
    found = {s.id: s for award in following(cycle, vote) for s in awards.eligible(cycle, award.candidates)}
    cities = list(found.values()) or awards.eligible(cycle, "shortlisted")
    return sorted(cities, key=lambda s: (s.city.name_en, s.id))


def read_csv(text: str, cities: Iterable[Submission]) -> Read:
    """Read votes by reference from a CSV file whose first line names the columns `ref` and `votes`; others are left aside.

    Raises RuleViolation when it is no such file or too long; a bad line is told and keeps the others readable.
    """
    known = {s.ref for s in cities}
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), restkey="more")
    try:
        head = [name.strip().lower() for name in reader.fieldnames or ()]
        if not set(COLUMNS) <= set(head):
            raise RuleViolation(
                N_("The first line must name the columns: %(columns)s."), field="text", columns=", ".join(COLUMNS)
            )
        reader.fieldnames = head
        read = Read({}, [])
        for n, row in enumerate(reader):
            if n >= MOST_LINES:
                raise RuleViolation(N_("A file may have at most %(n)d lines."), field="text", n=MOST_LINES)
            try:
                _read_line((row["ref"] or "").strip(), (row["votes"] or "").strip(), known, read.counts)
            except RuleViolation as error:
                read.problems.append((reader.line_num, error))
    except csv.Error as error:
        raise RuleViolation(N_("The file could not be read as CSV."), field="text") from error
    return read


def _read_line(ref: str, votes: str, known: set[str], counts: dict[str, int]) -> None:
    if ref not in known:
        raise RuleViolation(N_("“%(ref)s” is not the reference of a candidate of this vote."), ref=ref[:60])
    if ref in counts:
        raise RuleViolation(N_("%(ref)s stands in an earlier line already."), ref=ref)
    if not (votes.isascii() and votes.isdigit() and len(votes) < 10):
        raise RuleViolation(
            N_("The votes of %(ref)s must be a whole number without separators, not “%(votes)s”."),
            ref=ref, votes=votes[:60],
        )  # fmt: skip
    counts[ref] = int(votes)


def enter(
    *,
    actor: User,
    cycle: Cycle,
    vote: str,
    counts: Mapping[str, int],
    opened_at: datetime,
    closed_at: datetime,
    source: str,
    document: Document | None,
    reason: str,
    seen: int,
    now: datetime,
) -> VoteResult:
    """Enter the figures of a vote that is over: votes by the reference of every candidate, and of nobody else.

    `seen` is the number of the version the page showed (0: none). A correction needs its reason, voids the version before it
    and takes back the awards given by that. Raises NotPermitted, WallStands, StaleVersion, IllegalTransition while such an
    award is sealed, RuleViolation naming the field.
    """
    wall.pass_through(actor, cycle)
    lock_row(cycle)
    if vote not in set(Vote):
        raise RuleViolation(N_("Choose one from the list."), field="vote")
    if not CyclePhase.SHORTLIST_PUBLIC.position <= cycle.phase.position < CyclePhase.ARCHIVED.position:
        raise IllegalTransition(
            N_("Counts are entered after the shortlist is public and before the cycle is archived.")
        )
    before = queries.latest(cycle, vote)
    if seen != (before.number if before else 0):
        raise StaleVersion(N_("Somebody else entered figures after you opened this page."))
    _check(counts, candidates(cycle, vote), opened_at=opened_at, closed_at=closed_at, source=source, now=now)
    if before is not None and not reason.strip():
        raise RuleViolation(N_("A correction needs its reason."), field="reason")
    for award in following(cycle, vote):
        awards.check_unsealed(cycle, award)
    number = before.number + 1 if before else 1
    content = {
        "cycle": cycle.slug,
        "vote": str(vote),
        "number": number,
        "opened_at": opened_at.isoformat(),
        "closed_at": closed_at.isoformat(),
        "source": source.strip(),
        "counts": [{"ref": ref, "votes": counts[ref]} for ref in sorted(counts)],
        "document_sha256": document.sha256 if document else None,
        "nonce": secrets.token_hex(16),
    }
    result = VoteResult(
        cycle_id=cycle.id,
        vote=str(vote),
        number=number,
        content=content,
        sha256=sha256(dumps(content)),
        document_sha256=document.sha256 if document else None,
        document_name=document.name if document else "",
        reason=reason.strip() if before is not None else "",
        entered_by=actor.id,
        entered_at=now,
    )
    db.session.add(result)
    db.session.flush()
    _record(result, "vote_result.enter", actor=actor, now=now)
    for award in following(cycle, vote):
        awards.void(actor=actor, cycle=cycle, award=award, now=now)
    return result


def _check(
    counts: Mapping[str, int],
    cities: Sequence[Submission],
    *,
    opened_at: datetime,
    closed_at: datetime,
    source: str,
    now: datetime,
) -> None:
    if opened_at >= closed_at:
        raise RuleViolation(N_("The vote must end after it began."), field="closed_at")
    if closed_at > now:
        raise RuleViolation(N_("Figures are entered once the vote is over."), field="closed_at")
    if not source.strip():
        raise RuleViolation(N_("Say where the figures come from."), field="source")
    if len(source) > MOST_TEXT:
        raise RuleViolation(N_("At most %(n)d characters."), field="source", n=MOST_TEXT)
    if not cities:
        raise RuleViolation(N_("There is nobody to vote for."))
    wanted = {s.ref for s in cities}
    if set(counts) != wanted:
        missing = sorted(wanted - set(counts)) or sorted(set(counts) - wanted)
        raise RuleViolation(
            N_("Every candidate has a number of votes, 0 included, and nobody else. It is not so for: %(refs)s."),
            field="text", refs=", ".join(missing[:20]),
        )  # fmt: skip
    if any(not 0 <= n <= MOST_VOTES for n in counts.values()):
        raise RuleViolation(N_("This must be an ordinary number."), field="text")
    if not any(counts.values()):
        raise RuleViolation(N_("Nobody has a vote: there is nothing to certify."), field="text")


def certify(*, actor: User, result: VoteResult, shown_sha256: str, now: datetime) -> VoteCertification:
    """The second person's word that exactly these figures are right.

    Raises NotPermitted (also for the person who entered them), WallStands, IllegalTransition, StaleVersion when the page
    showed others.
    """
    cycle = result.cycle
    wall.pass_through(actor, cycle)
    lock_row(cycle)
    newest = queries.latest(cycle, result.vote)
    if newest is None or newest.id != result.id or shown_sha256 != result.sha256:
        raise StaleVersion(N_("The figures were corrected after you opened this page. Read the new ones first."))
    if sha256(dumps(result.content)) != result.sha256:
        raise IllegalTransition(N_("The stored figures do not match their digest."))
    if result.certification is not None:
        raise IllegalTransition(N_("These figures are certified already."))
    if result.entered_by == actor.id:
        raise NotPermitted(N_("You entered these figures: another person of the secretariat must certify them."))
    certification = VoteCertification(
        result_id=result.id, sha256=result.sha256, entered_by=result.entered_by, certified_by=actor.id, certified_at=now
    )
    db.session.add(certification)
    db.session.flush()
    db.session.expire(result, ["certification"])
    _record(result, "vote_result.certify", actor=actor, now=now)
    return certification


def _record(result: VoteResult, action: str, *, actor: User, now: datetime) -> None:
    details: dict[str, Any] = {"vote": result.vote, "number": result.number, "counts_sha256": result.sha256}
    audit.record(
        actor=actor,
        action=action,
        object=f"vote_result:{result.id}",
        cycle_id=result.cycle_id,
        now=now,
        details=details,
    )
