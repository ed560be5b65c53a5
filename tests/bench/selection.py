"""Prints the figures of the selection on freshly drawn instances: quality and seconds, as plain lines.

    python -m tests.bench.selection [--seed 1] [--runs 20] [--large] [--only assignment]

Nothing is asserted: the figures are read, and compared with the goals. `--large` adds
10,000 submissions and 500 members, which takes minutes. `--only` prints one part: assignment, rounds, calibration, chain.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score, calibrate
from awardapp.domain.selection.chances import times_in_first
from awardapp.domain.selection.flow import dual_bound
from awardapp.domain.selection.jury import Ballot, Finalist, JuryRules, count
from awardapp.domain.selection.matching import Problem, Solution, solve
from awardapp.domain.selection.models import Ratings, fit_offsets, fit_robust
from awardapp.domain.selection.record import RecordedSubmission, build_committee, to_bytes, verify
from awardapp.domain.selection.shortlist import Candidate, GroupRule, ShortlistRules, propose

CRITERIA = tuple(Criterion(name) for name in ("innovation", "effectiveness", "context", "replicability"))


@contextmanager
def clock(line: list[str]) -> Iterator[None]:
    """Append the seconds of the block to a line: on the clock and, as the machine may be busy, of the processor."""
    start, used = time.perf_counter(), time.process_time()
    yield
    line.append(f"{time.perf_counter() - start:.3f} s ({time.process_time() - used:.3f} s of processor)")


def affinities(kind: str, submissions: int, members: int, draw: np.random.Generator) -> Problem:
    """One of the families: award (themes, languages, own country barred), uniform, scarce, crowded, sparse (30 % scored)."""
    allowed = np.ones((submissions, members), dtype=np.bool_)
    if kind in ("uniform", "sparse"):
        worth = draw.random((submissions, members))
        if kind == "sparse":  # every submission has four members at least, or nobody could find it three
            order = draw.random((submissions, members))
            allowed = (order < 0.3) | (order.argsort(axis=1).argsort(axis=1) < 4)
    elif kind in ("scarce", "crowded"):
        share = 0.4 if kind == "scarce" else 0.7
        few = max(1, members // 4)
        worth = draw.random((submissions, members)) * 0.5
        wanting = draw.random(submissions) < share
        worth[wanting] *= 0.2
        worth[np.ix_(wanting, np.arange(few))] = 0.6 + 0.4 * draw.random((int(wanting.sum()), few))
    else:
        themes = np.zeros((submissions, 10))
        for row in themes:
            row[draw.choice(10, draw.integers(1, 4), replace=False)] = 1
        expertise = np.where(draw.random((members, 10)) < 0.35, draw.random((members, 10)), 0)
        match = (themes @ expertise.T) / themes.sum(axis=1, keepdims=True)
        worth = 0.75 * match + 0.25 * (draw.random((submissions, members)) < 0.6)
        allowed = draw.integers(0, 54, submissions)[:, None] != draw.integers(0, 54, members)[None, :]
    affinity = np.round(worth * 1e6).astype(np.int64)
    mean = submissions * 3 / members
    return Problem(
        submissions=tuple(f"S{at:05}" for at in range(submissions)),
        members=tuple(f"M{at:03}" for at in range(members)),
        affinity=affinity,
        allowed=allowed & (affinity > 0),
        given=np.zeros((submissions, members), dtype=np.bool_),
        wanted=np.full(submissions, 3),
        least=np.full(members, int(0.9 * mean)),
        most=np.full(members, int(np.ceil(1.1 * mean))),
        seed="bench",
    )


def assignment(kind: str, submissions: int, members: int, seed: int) -> None:
    """Total against the proven optimum, weakest panel against its bound, 5th percentile, seconds."""
    case = affinities(kind, submissions, members, np.random.default_rng([seed, submissions]))
    line: list[str] = []
    with clock(line):
        found = solve(case)
    sums = found.sums / 1e6
    chosen = found.held.T
    loads = chosen.sum(axis=0)
    broken = int(
        (chosen & ~case.allowed).sum() + (loads > case.most).sum() + (loads < case.least).sum() - len(found.gave_way)
    )
    print(
        f"assignment {submissions}x{members} {kind}: total {sums.sum():.1f} of {found.best_total / 1e6:.1f} "
        f"({100 * sums.sum() / (found.best_total / 1e6):.2f} %), least panel {sums.min():.3f} "
        f"(bound {found.own_best.min() / 1e6:.3f}), 5th percentile {np.percentile(sums, 5):.3f}, "
        f"violations {broken}, proof {'adds up' if proven(case, found) else 'FAILS'}, {line[0]}, "
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB so far"
    )


def proven(case: Problem, found: Solution) -> bool:
    """Whether the published prices add up to the best total (the bound anyone can recompute)."""
    bound = dual_bound(
        case.affinity, case.allowed, case.wanted,
        least=np.minimum(case.least, found.held.sum(axis=1)), most=case.most, prices=found.prices, caps=case.caps,
    )  # fmt: skip
    return bound == found.best_total


@dataclass(frozen=True, slots=True)
class Judging:
    """How unlike the invented members are: spread of severities and scales, noisy and random members."""

    name: str
    severity: float = 0.0
    scale: float = 0.0
    noisy: int = 0
    at_random: int = 0
    each: int = 3


JUDGING = (
    Judging("no bias"),
    Judging("offsets 0.5", severity=0.5),
    Judging("offsets 1.2", severity=1.2),
    Judging("offsets + scale", severity=1.2, scale=0.35),
    Judging("3 noisy", severity=0.5, noisy=3),
    Judging("1 random", severity=0.5, at_random=1),
    Judging("k=2", severity=0.8, each=2),
    Judging("k=5", severity=0.8, each=5),
    Judging("offset+scale+2 noisy+1 random", severity=0.8, scale=0.35, noisy=2, at_random=1),
)


def ratings(
    case: Judging, submissions: int, members: int, draw: np.random.Generator
) -> tuple[NDArray[np.float64], Ratings]:
    """True quality (sd 1 point) and marks: four criteria in halves, noise sd 0.68 of the mean of them per member."""
    quality = draw.normal(0, 1, submissions)
    severity = draw.normal(0, case.severity, members)
    scale = np.exp(draw.normal(0, case.scale, members))
    noise = np.full(members, 0.68)
    odd = draw.permutation(members)
    noise[odd[: case.noisy]] *= 2.2
    load = np.zeros(members)
    rows, columns = [], []
    for row in range(submissions):
        chosen = np.sort(np.argsort(load + 3 * draw.random(members))[: case.each])
        load[chosen] += 1
        rows += [row] * case.each
        columns += chosen.tolist()
    p, j = np.array(rows), np.array(columns)
    shared = draw.normal(0, 0.85, len(p)) * noise[j]
    marks = []
    for _ in range(4):
        points = 6.3 + severity[j] + scale[j] * quality[p] + shared + draw.normal(0, 1.06, len(p)) * noise[j]
        for member in odd[case.noisy : case.noisy + case.at_random]:
            own = j == member
            points[own] = 6.3 + severity[member] + draw.normal(0, 1.2, int(own.sum()))
        marks.append(np.clip(np.round(2 * points) / 2, 0, 10))
    return quality, Ratings(p, j, np.mean(marks, axis=0), submissions, members)


@dataclass(frozen=True, slots=True)
class Readers:
    """A committee that can be asked again: true quality, and how each member scores."""

    quality: NDArray[np.float64]
    severity: NDArray[np.float64]
    scale: NDArray[np.float64]
    noise: NDArray[np.float64]

    def read(self, p: NDArray[np.int64], j: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.float64]:
        """The mean of four criteria in halves for each pair."""
        shared = draw.normal(0, 0.85, len(p)) * self.noise[j]
        marks = [
            np.clip(
                np.round(
                    2 * (6.3 + self.severity[j] + self.scale[j] * self.quality[p] + shared
                         + draw.normal(0, 1.06, len(p)) * self.noise[j])
                ) / 2, 0, 10,
            )
            for _ in range(4)
        ]  # fmt: skip
        return np.mean(marks, axis=0)


def in_rounds(
    case: Judging, plan: Sequence[tuple[int, int]], draw: np.random.Generator, submissions: int = 255, members: int = 12
) -> tuple[float, int, int]:
    """Recall of the true 15 when readings go in rounds of (more, on): after each the likeliest by model draws go on.

    Returns it with the number of readings and the most any member has.
    """
    noise = np.full(members, 0.68)
    noise[draw.permutation(members)[: case.noisy]] *= 2.2
    readers = Readers(
        draw.normal(0, 1, submissions), draw.normal(0, case.severity, members),
        np.exp(draw.normal(0, case.scale, members)), noise,
    )  # fmt: skip
    load, panel = np.zeros(members), np.zeros((submissions, members), dtype=np.bool_)
    p, j, y = (np.array([], dtype=np.int64), np.array([], dtype=np.int64), np.array([]))
    fit = None
    for more, on in plan:
        chosen = np.arange(submissions)
        if fit is not None:
            deviation = np.sqrt(1.0 / (fit.precision + 1.0 / max(fit.spread, 1e-6)))
            likely = times_in_first(fit.quality, deviation, 15, 2000, str(draw.integers(1 << 30)))
            chosen = np.lexsort((-fit.quality, -likely))[:on]
        rows, columns = [], []
        for row in chosen.tolist():
            order = np.argsort(load + 3 * draw.random(members) + 1e6 * panel[row])[:more]
            load[order] += 1
            panel[row, order] = True
            rows += [row] * more
            columns += order.tolist()
        p, j, y = (
            np.concatenate([p, rows]).astype(np.int64), np.concatenate([j, columns]).astype(np.int64),
            np.concatenate([y, readers.read(np.array(rows), np.array(columns), draw)]),
        )  # fmt: skip
        order = np.lexsort((j, p))
        p, j, y = p[order], j[order], y[order]
        fit = fit_robust(Ratings(p, j, y, submissions, members))
    assert fit is not None
    return recall(readers.quality, fit.quality), len(p), int(load.max())


def rounds(runs: int, seed: int) -> None:
    """Recall of the 15 by how the same budget of readings is spent."""
    plans = {
        "3 each": [(3, 255)],
        "2 each, then 4 more on 64": [(2, 255), (4, 64)],
        "2 each, then 2 more on 64, then 4 more on 32": [(2, 255), (2, 64), (4, 32)],
        "5 each": [(5, 255)],
    }
    for name, plan in plans.items():
        words = []
        for number, case in enumerate(
            (Judging("biased", severity=1.2), Judging("biased, scale, 2 noisy", 1.2, 0.35, 2))
        ):
            found = [in_rounds(case, plan, np.random.default_rng([seed, number, run])) for run in range(runs)]
            words.append(f"{case.name} {np.mean([one[0] for one in found]):.3f}")
        print(
            f"rounds, {name}: {found[0][1]} readings, at most {max(one[2] for one in found)} a member, "
            f"recall@15 {', '.join(words)} ({runs} runs)"
        )


def recall(quality: NDArray[np.float64], figure: NDArray[np.float64], first: int = 15) -> float:
    """The share of the truly best that are among the first of the figure."""
    return len({*np.argsort(-quality)[:first]} & {*np.argsort(-figure, kind="stable")[:first]}) / first


def calibration(runs: int, seed: int) -> None:
    """Recall of the true 15 of 255 by plain mean, offsets and robust."""
    whole = []
    for number, case in enumerate(JUDGING):
        found = []
        for run in range(runs):
            quality, given = ratings(case, 255, 12, np.random.default_rng([seed, number, run]))
            mean = given.by_submission(given.y) / given.by_submission(np.ones(len(given.y)))
            robust = fit_robust(given).quality
            found.append([recall(quality, one) for one in (mean, fit_offsets(given).quality, robust)])
        means = np.mean(found, axis=0)
        whole.append(means)
        print(
            f"recall@15 {case.name}: mean {means[0]:.3f}, offsets {means[1]:.3f}, robust {means[2]:.3f} ({runs} runs)"
        )
    mean, offsets, robust = np.mean(whole, axis=0)
    print(f"recall@15 average of {len(JUDGING)}: mean {mean:.3f}, offsets {offsets:.3f}, robust {robust:.3f}")


def invented_scores(submissions: int, members: int, draw: random.Random) -> list[Score]:
    """Marks of three members on each submission."""
    severity = [draw.gauss(0, 1) for _ in range(members)]
    found = []
    for submission in range(submissions):
        quality = draw.gauss(0, 1)
        for member in draw.sample(range(members), 3):
            for one in CRITERIA:
                units = round(2 * (6 + quality + severity[member] + draw.gauss(0, 0.8)))
                found.append(Score(f"S{submission:05}", f"M{member:03}", one.id, max(0, min(20, units))))
    return found


def whole_chain(submissions: int, members: int, seed: int) -> None:
    """Calibration, shortlist under group rules, record and verification, in seconds."""
    draw = random.Random(seed)
    marks = invented_scores(submissions, members, draw)
    line: list[str] = []
    with clock(line):
        found = calibrate(marks, CalibrationRules(CRITERIA, seed="bench"))
    print(f"calibration {submissions}x{members}, {len(marks)} scores, 2,000 draws: {line[0]}")
    entrants = [
        Candidate(one.submission, one.calibrated, one.criterion_means, one.median,
                  groups={"region": draw.choice("ABCDE"), "theme": draw.choice("UVWXYZ")})
        for one in found.submissions
    ]  # fmt: skip
    rules: dict[str, Sequence[GroupRule]] = {
        "no rule": (),
        "caps of 5": (GroupRule("region", None, 0, 5),),
        "caps, 1 a region, 2 a theme": (GroupRule("region", None, 1, 5), GroupRule("theme", None, 2)),
    }
    for name, group_rules in rules.items():
        line = []
        with clock(line):
            proposal = propose(entrants, ShortlistRules(group_rules=tuple(group_rules), seed="bench"))
        print(f"shortlist {submissions}, {name}: price {proposal.price} a place, {line[0]}")
    line = []
    with clock(line):
        record = build_committee(
            award={"cycle": 0},
            calibration_rules=CalibrationRules(CRITERIA, seed="bench"),
            shortlist_rules=ShortlistRules(seed="bench"),
            submissions=[RecordedSubmission(f"S{at:05}") for at in range(submissions)],
            members=[f"M{at:03}" for at in range(members)],
            conflicts=[],
            assignment=sorted({(one.submission, one.member) for one in marks}),
            scores=marks,
        )
        data = to_bytes(record)
    with clock(line):
        differences = verify(data)
    print(f"record {submissions}: {len(data):,} bytes, built {line[0]}, verified {line[1]}")
    print(f"record {submissions}: differences found by the verification: {len(differences)}")


def voting(seed: int) -> None:
    """Fifteen finalists, nine jurors."""
    draw = random.Random(seed)
    names = [f"S{at:02}" for at in range(15)]
    ballots = [Ballot(f"J{at}", ranking=tuple((one,) for one in draw.sample(names, 15))) for at in range(9)]
    line: list[str] = []
    with clock(line):
        count([Finalist(one, Decimal(6)) for one in names], ballots, JuryRules(seed="bench"))
    print(f"jury 15x9, Schulze: {line[0]}")


def imports() -> None:
    """Seconds to import the core in a new process, above a bare Python."""
    seconds = []
    for code in ("pass", "import awardapp.domain.selection.record, awardapp.domain.selection.assignment"):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        seconds.append(time.perf_counter() - start)
    print(f"import of the core with its package: {seconds[1] - seconds[0]:.2f} s")


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--large", action="store_true")
    options.add_argument("--only", choices=("assignment", "rounds", "calibration", "chain"))
    given = options.parse_args()
    if given.only in (None, "chain"):
        imports()
    if given.only in (None, "assignment"):
        sizes = [(255, 12), (1600, 60)] + ([(10_000, 500)] if given.large else [])
        for size in sizes:
            for kind in ("award", "uniform", "scarce", "crowded", "sparse"):
                assignment(kind, *size, given.seed)
    if given.only in (None, "rounds"):
        rounds(given.runs, given.seed)
    if given.only in (None, "calibration"):
        calibration(given.runs, given.seed)
    if given.only in (None, "chain"):
        whole_chain(255, 12, given.seed)
        whole_chain(1600, 60, given.seed)
        if given.large:
            whole_chain(10_000, 500, given.seed)
        voting(given.seed)


if __name__ == "__main__":
    main()
