"""How the jury votes, as data: what a ballot asks of a juror, and what the count needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.scales import Scale

JURY_METHODS = ("schulze", "borda", "approval", "score", "points")
STRENGTHS = ("winning votes", "margins")
MOST_MARKS = 100  # steps of a ballot's scale; a line of radio marks is offered up to LINE_OF_MARKS
LINE_OF_MARKS = 11
MOST_POINTS = 1000


class Shape(StrEnum):
    """What a ballot holds: an order, crosses, marks, or shares of a number of points."""

    RANKING = "ranking"
    APPROVAL = "approval"
    SCORE = "score"
    POINTS = "points"


SHAPES: dict[str, Shape] = {
    "schulze": Shape.RANKING,
    "borda": Shape.RANKING,
    "approval": Shape.APPROVAL,
    "score": Shape.SCORE,
    "points": Shape.POINTS,
}


@dataclass(frozen=True, slots=True)
class BallotRules:
    """The rule of the vote. Numbers that the method does not use are kept and say nothing.

    `approvals_most`: crosses on one ballot, 0 for as many as there are cities. `points`: to be given out by each juror,
    `points_most` of them to one city. `trim`: highest and lowest marks of each city left out of its mean. `pair_quorum`:
    a pair of cities compared by fewer jurors stays undecided.
    """

    method: str = "schulze"
    winners_max: int = 5
    equal_places: bool = False
    strength: str = "winning votes"
    pair_quorum: int = 1
    approvals_most: int = 5
    scale: Scale = field(default_factory=lambda: Scale(0, 10, 1))
    trim: int = 1
    points: int = 100
    points_most: int = 40

    @property
    def shape(self) -> Shape:
        """What a ballot under this rule holds."""
        return SHAPES[self.method]

    def check(self, *, cities: int) -> None:
        """Refuse a rule no ballot could keep; `cities` are on the shortlist. Raises RuleViolation naming the field."""
        if self.method not in JURY_METHODS:
            raise RuleViolation(N_("Unknown jury method."), field="jury_method")
        if self.strength not in STRENGTHS:
            raise RuleViolation(N_("Unknown strength of a comparison."), field="jury_strength")
        if self.pair_quorum < 1:
            raise RuleViolation(N_("This number must be at least 1."), field="pair_quorum")
        for name, value in (("jury_approvals_most", self.approvals_most), ("jury_trim", self.trim)):
            if value < 0:
                raise RuleViolation(N_("This number cannot be negative."), field=name)
        self.scale.check("jury_scale", most_steps=MOST_MARKS)
        if not 1 <= self.points <= MOST_POINTS:
            raise RuleViolation(N_("A juror gives out between 1 and %(n)d points."), field="jury_points", n=MOST_POINTS)
        if not 1 <= self.points_most <= self.points:
            raise RuleViolation(
                N_("One city can be given at least one point and at most all of them."), field="jury_points_most"
            )
        if self.method == "points" and self.points_most * cities < self.points:
            raise RuleViolation(
                N_("With so few points for one city, nobody could give out all of them."), field="jury_points_most"
            )
