"""Invented committees for the tests of the selection, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction

from awardapp.domain.selection.assignment import Conflict, MemberProfile, SubmissionProfile
from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score
from awardapp.domain.selection.jury import Ballot, Finalist, JuryRules, count
from awardapp.domain.selection.profiles import AssignmentRules
from awardapp.domain.selection.reassigning import (
    AssignmentInputs,
    AssignmentStep,
    Change,
    changed,
    compute,
    pairs_digest,
    reassign,
)
from awardapp.domain.selection.receipts import CastBallot, ballot_receipt
from awardapp.domain.selection.record import (
    PROPOSAL,
    Evidence,
    Meeting,
    Move,
    OutOfRoom,
    Process,
    Record,
    RecordedSubmission,
    SpecialAward,
    add_jury,
    build_committee,
)
from awardapp.domain.selection.shortlist import GroupRule, ShortlistRules

CRITERIA = tuple(Criterion(name) for name in ("innovation", "effectiveness", "context", "replicability"))
THEMES = ("water", "transport", "housing", "energy", "data", "health")


def profiles(
    seed: int, submissions: int = 24, members: int = 6
) -> tuple[list[SubmissionProfile], list[MemberProfile], list[Conflict]]:
    """Submissions and members of a few countries, themes and languages, with some declared conflicts."""
    draw = random.Random(seed)
    files = [
        SubmissionProfile(
            f"S{at:03}",
            country=f"C{draw.randrange(12)}",
            city=f"T{at}",
            themes=tuple(draw.sample(THEMES, 2)),
            languages=("en",) if draw.random() < 0.7 else ("zh",),
        )
        for at in range(submissions)
    ]
    readers = [
        MemberProfile(
            f"M{at:02}",
            country=f"C{at}",
            themes={name: draw.randint(1, 10) / 10 for name in THEMES},
            languages=("en", "zh") if at % 2 else ("en",),
        )
        for at in range(members)
    ]
    conflicts = [Conflict(f"M{draw.randrange(members):02}", f"S{at:03}", "declared") for at in range(0, submissions, 5)]
    return files, readers, conflicts


def scores(seed: int, submissions: int = 40, members: int = 6, each: int = 3) -> list[Score]:
    """Marks by members of unlike severity, in halves from 0 to 10."""
    draw = random.Random(seed)
    severity = [draw.gauss(0, 1) for _ in range(members)]
    found = []
    for submission in range(submissions):
        quality = draw.gauss(0, 1)
        for member in draw.sample(range(members), each):
            for criterion in CRITERIA:
                points = 6 + quality + severity[member] + draw.gauss(0, 0.8)
                units = max(0, min(20, round(2 * points)))
                found.append(Score(f"S{submission:03}", f"M{member:02}", criterion.id, units))
    return found


def released(seed: int, submissions: int, members: int) -> AssignmentStep:
    """An assignment of three readings each as it was released, one of them changed by hand."""
    files, readers, conflicts = profiles(seed, submissions, members)
    inputs = AssignmentInputs(
        1, tuple(files), tuple(readers), tuple(conflicts), AssignmentRules(per_submission=3, seed="seed 7")
    )
    plan = [(one.submission, one.member) for one in compute(inputs).pairs]
    barred = {(one.submission, one.member) for one in conflicts}
    country = {one.id: one.country for one in (*files, *readers)}
    taken = next(
        (out, (out[0], into.id))
        for out in plan
        for into in readers
        if (out[0], into.id) not in (*plan, *barred) and country[into.id] != country[out[0]]
    )
    change = Change(removed=(taken[0],), added=(taken[1],))
    return AssignmentStep(inputs, (change,), pairs_digest(changed(plan, (change,))))


def process(step: AssignmentStep) -> Process:
    """How the invented record came about."""
    return Process(
        scale=(Fraction(0), Fraction(10), Fraction(1, 2)),
        readings=3,
        further_rounds=((2, 16),),
        quorum={"finished": 66, "present": 50},
        scores_opened_at="2027-03-01T08:00:00Z",
        steps=(step,),
        code={"package": "awardapp.domain.selection", "version": "0.1.0", "sha256": "0" * 64},
    )


def marks_of(seed: int, pairs: Iterable[tuple[str, str]]) -> list[Score]:
    """Marks of these readings by members of unlike severity, in halves from 0 to 10."""
    draw = random.Random(seed)
    severity: dict[str, float] = {}
    quality: dict[str, float] = {}
    found = []
    for submission, member in sorted(pairs):
        own = severity.setdefault(member, draw.gauss(0, 1)) + quality.setdefault(submission, draw.gauss(0, 1))
        for criterion in CRITERIA:
            units = max(0, min(20, round(2 * (6 + own + draw.gauss(0, 0.8)))))
            found.append(Score(submission, member, criterion.id, units))
    return found


def record(seed: int, submissions: int = 40, members: int = 6, size: int = 8, *, older: bool = False) -> Record:
    """A whole record: committee with moves by hand, jury with recusals, receipts and a meeting, a special award; or,
    `older`, one of the first version, without what came after it."""
    step = released(seed, submissions, members)
    pairs = sorted(reassign([step]))
    marks = marks_of(seed, pairs)
    free = sorted({(f"S{at:03}", f"M{who:02}") for at in range(6) for who in range(members)} - set(pairs))
    common = {
        "award": {"name": "Award for Urban Innovation 城市创新奖", "cycle": 6},
        "calibration_rules": CalibrationRules(CRITERIA, shortlist_size=size, draws=200, seed="seed 7"),
        "shortlist_rules": ShortlistRules(
            shortlist_size=size,
            deserving_max=10,
            group_rules=(GroupRule("region", None, 0, size // 2),),
            seed="seed 7",
        ),
        "submissions": [RecordedSubmission(f"S{at:03}", {"region": "ABCD"[at % 4]}) for at in range(submissions)],
        "members": [f"M{at:02}" for at in range(members)],
        "conflicts": [Conflict(member, submission, "declared") for submission, member in free[:4]],
        "process": None if older else process(step),
        "assignment": pairs,
        "scores": marks,
        "commitments": {"seed": "0" * 64},
    }
    first = build_committee(**common)
    decision = first["committee"]["decision"]
    out, into, spare = decision["shortlisted"][-1], decision["deserving"][0], decision["deserving"][3]
    whole = build_committee(
        **common,
        moves=[
            Move(out, "deserving", "evidence is thin", "chair", "" if older else "2027-03-02T09:00:00Z"),
            Move(into, "shortlisted", "rare", "chair", "" if older else "2027-03-02T09:10:00Z"),
            *(() if older else (Move(into, "none", "a doubt", "chair"), Move(into, "shortlisted", "settled", "chair"))),
            *(() if older else (Move(spare, "none", "a doubt", "chair"), Move(spare, PROPOSAL, "settled", "chair"))),
        ],
    )
    finalists = whole["committee"]["decision"]["shortlisted"]
    draw = random.Random(seed)
    jurors = [f"J{at}" for at in range(7)]
    ballots = []
    for at, juror in enumerate(jurors):
        recused = (finalists[at],) if at < 2 else ()
        ranked = draw.sample([one for one in finalists if one not in recused], size - len(recused))
        ballots.append(Ballot(juror, ranking=tuple((one,) for one in ranked), recused=recused))
    rules = JuryRules(winners_max=5, seed="seed 7")
    winner = count([Finalist(one) for one in finalists], ballots, rules).winners[0]
    return add_jury(
        whole,
        rules=rules,
        jurors=[*jurors, "J7"],
        ballots=[cast(one, f"{at:032x}", cycle="6") for at, one in enumerate(ballots)],
        moves=[] if older else jury_moves(winner),
        special_awards=[SpecialAward("popular city", decision["deserving"][2])],
        evidence=Evidence(
            excused=["J7"],
            meetings=[
                Meeting(
                    1,
                    "2027-06-01T08:00:00Z",
                    "2027-06-01T10:00:00Z",
                    present=["J1", "J0", "J1"],
                    out_of_room=[OutOfRoom(finalists[0], "J0", "tie"), OutOfRoom(finalists[2], "J1", "noted")],
                )
            ],
            commitments={"citations_sha256": "0" * 64, "notes_sha256": "1" * 64},
        ),
    )


def cast(ballot: Ballot, nonce: str, *, cycle: str) -> CastBallot:
    """The ballot as it was cast: with its nonce and the receipt that its juror keeps."""
    return CastBallot(ballot, nonce, ballot_receipt(cycle, ballot, nonce), on_paper=nonce.endswith("3"))


def jury_moves(winner: str) -> list[Move]:
    """A winner taken out of the winners, and put back."""
    there, back = "2027-06-01T10:00:00Z", "2027-06-01T10:10:00Z"
    return [
        Move(winner, "none", "a doubt", "chair", there),
        Move(winner, PROPOSAL, "settled", "deputy", back),
    ]
