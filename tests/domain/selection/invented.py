"""Invented committees for the tests of the selection, drawn from a seed."""

from __future__ import annotations

import random

from awardapp.domain.selection.assignment import Conflict, MemberProfile, SubmissionProfile
from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score
from awardapp.domain.selection.jury import Ballot, JuryRules
from awardapp.domain.selection.record import (
    Move,
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


def record(seed: int, submissions: int = 40, members: int = 6, size: int = 8) -> Record:
    """A whole record: committee with two moves by hand, jury with a recusal, a special award."""
    marks = scores(seed, submissions, members)
    pairs = sorted({(one.submission, one.member) for one in marks})
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
        "assignment": pairs,
        "scores": marks,
        "commitments": {"seed": "0" * 64},
    }
    first = build_committee(**common)
    decision = first["committee"]["decision"]
    out, into = decision["shortlisted"][-1], decision["deserving"][0]
    whole = build_committee(
        **common,
        moves=[Move(out, "deserving", "evidence is thin", "chair"), Move(into, "shortlisted", "rare", "chair")],
    )
    finalists = whole["committee"]["decision"]["shortlisted"]
    draw = random.Random(seed)
    jurors = [f"J{at}" for at in range(7)]
    ballots = []
    for at, juror in enumerate(jurors):
        recused = (finalists[at],) if at < 2 else ()
        ranked = draw.sample([one for one in finalists if one not in recused], size - len(recused))
        ballots.append(Ballot(juror, ranking=tuple((one,) for one in ranked), recused=recused))
    return add_jury(
        whole,
        rules=JuryRules(winners_max=5, seed="seed 7"),
        jurors=jurors,
        ballots=ballots,
        special_awards=[SpecialAward("popular city", decision["deserving"][2])],
    )
