"""A draft as it stands, every member beside a file, and what a change by hand would cost. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.selection.affinity import affinity_table
from awardapp.domain.selection.reassigning import AssignmentInputs, Change, GivenPair, changed
from awardapp.extensions import db
from awardapp.models import Assignment, AssignmentDraft, Membership, Submission
from awardapp.services.assignment_inputs import inputs_of


@dataclass(frozen=True, slots=True)
class Fit:
    """A member beside one submission: how well they fit, in millionths and in parts, and what bars them ("" nothing)."""

    member: str
    affinity: int
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    barred: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a change costs, in millionths, and which wishes of the rules it goes against (codes, see `concerns`)."""

    total_before: int
    total: int
    weakest_before: int
    weakest: int
    weakest_of: str
    concerns: tuple[str, ...] = ()


@dataclass(slots=True)
class Standing:
    """A live draft as it stands: its inputs and every pair in it with its affinity; released pairs are fixed."""

    draft: AssignmentDraft
    inputs: AssignmentInputs
    pairs: dict[GivenPair, int]
    fixed: frozenset[GivenPair]
    sums: dict[str, int] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sums = {one.id: 0 for one in self.inputs.submissions}
        self.loads = {one.id: 0 for one in self.inputs.members}
        for (submission, member), affinity in self.pairs.items():
            self.sums[submission] += affinity
            self.loads[member] += 1

    def readers(self, submission: str) -> list[str]:
        """Who reads a submission in this draft, earlier readers included."""
        return sorted(member for one, member in self.pairs if one == submission)

    def wanted(self, submission: str) -> int:
        """How many readings the rounds so far give a submission."""
        return self.inputs.readings.get(submission, self.inputs.rules.per_submission)


def standing(draft: AssignmentDraft) -> Standing:
    """Read a draft with its pairs. Two queries."""
    inputs = inputs_of(draft)
    gone = {(submission, member) for submission, member in draft.figures.get("moved", ())}
    fixed = {*inputs.fixed, *inputs.movable} - gone
    rows = db.session.execute(
        select(
            Submission.pseudonym, Membership.pseudonym, Assignment.affinity, Assignment.draft_id, Assignment.released_at
        )
        .join(Submission, Submission.id == Assignment.submission_id)
        .join(Membership, Membership.id == Assignment.membership_id)
        .where(Assignment.cycle_id == draft.cycle_id)
    ).all()
    pairs = {
        (submission, member): affinity or 0
        for submission, member, affinity, draft_id, released_at in rows
        if (submission, member) in fixed or (draft_id == draft.id and released_at is None)
    }
    return Standing(draft, inputs, pairs, frozenset(fixed))


def fits(inputs: AssignmentInputs, submissions: Iterable[str]) -> dict[str, dict[str, Fit]]:
    """Every member beside each of these submissions, computed from the draft's own inputs."""
    wanted = set(submissions)
    files = [one for one in inputs.submissions if one.id in wanted]
    members = {one.id for one in inputs.members}
    barred = [one for one in inputs.barred if one.submission in wanted and one.member in members]
    table = affinity_table(files, inputs.members, barred, inputs.rules)
    found: dict[str, dict[str, Fit]] = {}
    for row, file in enumerate(table.submissions):
        found[file.id] = {
            member.id: Fit(
                member.id,
                int(table.affinity[row, column]),
                tuple(sorted(set(file.themes) & {name for name, weight in member.themes.items() if weight})),
                tuple(sorted(set(file.languages) & set(member.languages))),
                table.kinds[table.kind[row, column]],
            )
            for column, member in enumerate(table.members)
        }
    return found


def price(now: Standing, change: Change, affinity: Mapping[GivenPair, int]) -> Price:
    """What a change would cost; `affinity` names that of every pair it adds."""
    sums, loads = dict(now.sums), dict(now.loads)
    counts: dict[str, int] = {}
    for submission, member in change.removed:
        sums[submission] -= now.pairs[submission, member]
        loads[member] -= 1
        counts[submission] = counts.get(submission, 0) - 1
    for submission, member in change.added:
        sums[submission] += affinity[submission, member]
        loads[member] += 1
        counts[submission] = counts.get(submission, 0) + 1
    weakest_of = min(sums, key=lambda one: (sums[one], one))
    return Price(
        total_before=sum(now.sums.values()),
        total=sum(sums.values()),
        weakest_before=min(now.sums.values()),
        weakest=sums[weakest_of],
        weakest_of=weakest_of,
        concerns=tuple(_concerns(now, change, loads, counts)),
    )


def _concerns(now: Standing, change: Change, loads: Mapping[str, int], counts: Mapping[str, int]) -> Iterable[str]:
    """Wishes of the rules that the change would go against: "load", "few", "many", "region", "language"."""
    bounds = now.draft.figures.get("bounds", {})
    if any(loads[member] > bounds.get(member, (0, loads[member]))[1] for _, member in change.added):
        yield "load"
    for submission, more in counts.items():
        readers = len(now.readers(submission)) + more
        if readers < now.wanted(submission):
            yield "few"
        elif readers > now.wanted(submission):
            yield "many"
    regions = {one.id: one.region for one in now.inputs.members}
    tongues = {one.id: set(one.languages) for one in now.inputs.members}
    files = {one.id: set(one.languages) for one in now.inputs.submissions}
    for submission in sorted({one for one, _ in change.added}):
        panel = set(changed(now.pairs, [change]))
        readers_now = [member for one, member in panel if one == submission]
        own = [regions[member] for member in readers_now if regions[member]]
        if now.inputs.rules.one_per_region and len(own) > len(set(own)):
            yield "region"
        if now.inputs.rules.one_reads_language and not any(tongues[one] & files[submission] for one in readers_now):
            yield "language"


def exchanges(now: Standing, submission: str, out: str, table: Mapping[str, Mapping[str, Fit]]) -> dict[str, Change]:
    """For each member who might read the submission instead of `out`: the exchange of files that costs least, loads kept.

    `table` holds the fits of every submission concerned.
    """
    found: dict[str, tuple[int, str, Change]] = {}
    mine = {one for one, member in now.pairs if member == out}
    for (other, member), affinity in now.pairs.items():
        if (other, member) in now.fixed or other == submission or member == out or other in mine:
            continue
        here, there = table[submission][member], table[other][out]
        if here.barred or there.barred or (submission, member) in now.pairs:
            continue
        gain = here.affinity + there.affinity - affinity - now.pairs[submission, out]
        change = Change(((submission, out), (other, member)), ((submission, member), (other, out)))
        if member not in found or (-gain, other) < (-found[member][0], found[member][1]):
            found[member] = (gain, other, change)
    return {member: change for member, (_gain, _other, change) in found.items()}


def of_one_file(submission: str, out: str | None, into: str | None) -> Change:
    """A reader taken out, put in, or replaced."""
    return Change(((submission, out),) if out else (), ((submission, into),) if into else ())


def affinities(now: Standing, change: Change) -> dict[GivenPair, int]:
    """The affinity of every pair a change adds. Raises RuleViolation for one that is barred or unknown."""
    members = {one.id for one in now.inputs.members}
    table = fits(now.inputs, {submission for submission, _ in change.added})
    for submission, member in change.added:
        if submission not in table or member not in members:
            raise RuleViolation(N_("This file or member is not part of the draft."))
        barred = table[submission][member].barred
        if barred:
            raise RuleViolation(N_("This member may not read this file."), field="into")
    for pair in change.removed:
        if pair not in now.pairs or pair in now.fixed:
            raise RuleViolation(N_("Only readings of this draft can be taken away; released ones stay."), field="out")
    if any(pair in now.pairs for pair in change.added):
        raise RuleViolation(N_("This member reads the file already."), field="into")
    return {(submission, member): table[submission][member].affinity for submission, member in change.added}


def barred_better(table: Mapping[str, Fit], readers: Sequence[str]) -> list[Fit]:
    """The barred members who would have fitted better than the weakest reader there is, best first."""
    weakest = min((table[one].affinity for one in readers if one in table), default=0)
    found = [one for one in table.values() if one.barred and one.affinity > weakest]
    return sorted(found, key=lambda one: (-one.affinity, one.member))
