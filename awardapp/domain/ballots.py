"""What one juror's ballot says: an order, crosses, marks or points for submission ids, and what makes it fit to be cast."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from awardapp.domain.ballot_rules import BallotRules, Shape
from awardapp.domain.errors import N_, RuleViolation

ONCE = N_("Each city can have one place only.")
NOT_VOTABLE = N_("Only shortlisted cities without a conflict of interest can be ranked.")


@dataclass(frozen=True, slots=True)
class Content:
    """`ranking`: groups of equals, best first. `marks`: steps above the lowest mark. `points`: more than none each.

    `abstained`: the juror abstains on the record; a draft keeps the rest until it is cast. `recused`: set at the cast, the
    cities on which the ballot says nothing because of a tie.
    """

    ranking: tuple[tuple[int, ...], ...] = ()
    approved: tuple[int, ...] = ()
    marks: Mapping[int, int] = field(default_factory=dict)
    points: Mapping[int, int] = field(default_factory=dict)
    abstained: bool = False
    recused: tuple[int, ...] = ()

    @classmethod
    def ranked(cls, ids: Iterable[int]) -> Content:
        """A plain order, best first."""
        return cls(ranking=tuple((one,) for one in ids))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Content:
        """Read what `to_json` stored."""
        return cls(
            ranking=tuple(tuple(group) for group in data.get("ranking", ())),
            approved=tuple(data.get("approved", ())),
            marks={int(key): value for key, value in data.get("marks", {}).items()},
            points={int(key): value for key, value in data.get("points", {}).items()},
            abstained=data.get("abstained", False),
            recused=tuple(data.get("recused", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """What is said, and nothing of what is not. Equals, crosses and keys are sorted: one ballot has one text."""
        data: dict[str, Any] = {
            "ranking": [sorted(group) for group in self.ranking],
            "approved": sorted(self.approved),
            "marks": {str(key): self.marks[key] for key in sorted(self.marks)},
            "points": {str(key): self.points[key] for key in sorted(self.points) if self.points[key]},
            "abstained": self.abstained,
            "recused": sorted(self.recused),
        }
        return {name: value for name, value in data.items() if value}

    def of_shape(self, shape: Shape) -> Content:
        """What of it a ballot of this shape can say: after a change of the rule a draft of another shape says nothing."""
        return Content(
            ranking=self.ranking if shape is Shape.RANKING else (),
            approved=self.approved if shape is Shape.APPROVAL else (),
            marks=self.marks if shape is Shape.SCORE else {},
            points=self.points if shape is Shape.POINTS else {},
            abstained=self.abstained,
            recused=self.recused,
        )

    def named(self) -> list[int]:
        """Every city the ballot says something on, as often as it does."""
        return [*chain.from_iterable(self.ranking), *self.approved, *self.marks, *self.points]

    def said_of(self, city: int) -> object:
        """What the ballot says of one city, to be compared with another ballot."""
        place = next((n for n, group in enumerate(self.ranking, 1) if city in group), None)
        return place, city in self.approved, self.marks.get(city), self.points.get(city, 0)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        return not self.named()

    def as_cast(self, recused: Collection[int]) -> Content:
        """The ballot as it counts: with the ties of this moment, and of an abstention nothing else."""
        if self.abstained:
            return Content(abstained=True, recused=tuple(sorted(recused)))
        return replace(self, recused=tuple(sorted(recused)))


def check_draft(content: Content, rules: BallotRules, *, votable: Collection[int]) -> None:
    """Refuse a draft that could not become a ballot by going on. Raises RuleViolation naming the city by `id`."""
    named = content.named()
    if len(set(named)) != len(named):
        raise RuleViolation(ONCE, field="ranking")
    if not set(named) <= set(votable):
        raise RuleViolation(NOT_VOTABLE, field="ranking")
    if content.of_shape(rules.shape).named() != named:
        raise RuleViolation(N_("The ballot does not follow the rule of this jury."), field="ranking")
    if not rules.equal_places and any(len(group) > 1 for group in content.ranking):
        raise RuleViolation(ONCE, field="ranking")
    most = crosses_most(rules, len(votable))
    if len(content.approved) > most:
        raise RuleViolation(N_("At most %(n)d cities can be crossed."), field="ranking", n=most)
    if any(not 0 <= mark <= rules.scale.steps for mark in content.marks.values()):
        raise RuleViolation(
            N_("A score lies between %(low)g and %(high)g in steps of %(step)g."),
            field="ranking", low=rules.scale.low, high=rules.scale.high, step=rules.scale.step,
        )  # fmt: skip
    if any(not 0 <= one <= rules.points_most for one in content.points.values()):
        raise RuleViolation(
            N_("One city can be given between 0 and %(n)d points."), field="ranking", n=rules.points_most
        )


def check_cast(content: Content, rules: BallotRules, *, votable: Collection[int]) -> None:
    """Refuse a ballot that is not finished. Raises RuleViolation."""
    check_draft(content, rules, votable=votable)
    if content.abstained:
        return
    match rules.shape:
        case Shape.RANKING if content.is_empty:
            raise RuleViolation(N_("Rank at least one city before you cast the ballot."), field="ranking")
        case Shape.APPROVAL if content.is_empty:
            raise RuleViolation(N_("Cross at least one city, or abstain."), field="ranking")
        case Shape.SCORE if set(content.marks) != set(votable) or not votable:
            raise RuleViolation(
                N_("Every city needs a mark: %(n)d have none yet."),
                field="ranking",
                n=len(votable) - len(content.marks),
            )
        case Shape.POINTS if content.is_empty or sum(content.points.values()) != points_to_give(rules, len(votable)):
            raise RuleViolation(
                N_("All %(all)d points have to be given out: it is %(n)d now."),
                field="ranking", all=points_to_give(rules, len(votable)), n=sum(content.points.values()),
            )  # fmt: skip
        case _:
            return


def crosses_most(rules: BallotRules, votable: int) -> int:
    """How many crosses a ballot may have."""
    return min(rules.approvals_most or votable, votable)


def points_to_give(rules: BallotRules, votable: int) -> int:
    """How many points a juror gives out: all of the rule's, or as many as the cities left by ties can take."""
    return min(rules.points, rules.points_most * votable)


def moved(content: Content, city: int, act: str, place: int = 0) -> Content:
    """The ranking after a press of a button.

    "up" and "down" pass the group before or behind it, "to" puts it to a place among the single places, "off" takes it off.
    A city without a place comes last by "up".
    """
    groups = [list(group) for group in content.ranking]
    at = next((n for n, group in enumerate(groups) if city in group), None)
    if at is None:
        if act in ("up", "to"):
            groups.insert(place - 1 if act == "to" and place > 0 else len(groups), [city])
    else:
        alone = len(groups[at]) == 1
        groups[at].remove(city)
        if alone:
            del groups[at]
        if act == "off":
            pass
        elif act == "to":
            groups.insert(max(place - 1, 0), [city])
        elif act == "up":
            groups.insert(max(at - 1, 0) if alone else at, [city])
        else:
            groups.insert(at + 1, [city])
    return replace(content, ranking=tuple(tuple(group) for group in groups))


def differing(one: Content, other: Content, cities: Sequence[int]) -> list[int]:
    """The cities of which two ballots say different things, in the order given."""
    return [city for city in cities if one.said_of(city) != other.said_of(city)]
