"""Who is matched with what: the values an assignment starts from and the plan it ends in.

Affinities are exact: whole millionths inside, `Decimal` with six places outside. Ids are opaque strings; ids
are compared as text, so the order in which a caller passes them never matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SubmissionProfile:
    """What of a submission matters for finding its readers. Empty text or tuple means "not known"."""

    id: str
    country: str = ""
    region: str = ""
    city: str = ""
    themes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberProfile:
    """What of a committee member matters: `themes` maps a theme to expertise from 0 to 1; `least` and `most`
    bound the number of readings (None: 0.9 and 1.1 of the mean load)."""

    id: str
    country: str = ""
    region: str = ""
    city: str = ""
    themes: Mapping[str, float | Decimal] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A member may not read a submission; `kind` is the committee's word for why ("declared", "earlier
    adviser")."""

    member: str
    submission: str
    kind: str


@dataclass(frozen=True, slots=True)
class AssignmentRules:
    """`per_submission` readings each. The weights mix theme match and shared language into an affinity in [0,
    1]. `price` is the share of the best total that may be spent on the tail; `beta` how near to its own best
    panel a submission is brought. A pair of affinity 0 is not used unless `open_zero_affinity`.

    `one_per_region`: at most one member of a region on a panel. `one_reads_language`: at least one reader of a
    language of the file (`require_language`: all of them). `level_loads`: loads differ by one at most; otherwise
    they lie from `least` to `most` (None: 0.9 and 1.1 of the mean)."""

    per_submission: int = 3
    bar_same_country: bool = True
    require_language: bool = False
    one_reads_language: bool = False
    one_per_region: bool = False
    level_loads: bool = False
    least: int | None = None
    most: int | None = None
    theme_weight: int = 3
    language_weight: int = 1
    open_zero_affinity: bool = False
    price: Decimal = Decimal("0.01")
    beta: Decimal = Decimal("0.9")
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One reading, with the parts of its affinity; `fixed` when it was given and not chosen."""

    submission: str
    member: str
    affinity: Decimal
    theme: Decimal
    language: Decimal
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Barred:
    """A pair that may not be: `kind` is "same country", "same city", "no shared language", "affinity 0" or
    the kind of the conflict; `affinity` is what the pair would have counted."""

    submission: str
    member: str
    kind: str
    affinity: Decimal


@dataclass(frozen=True, slots=True)
class Load:
    """The readings of a member and the bounds they were held to."""

    member: str
    readings: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Panel:
    """The readers of one submission: the sum of their affinities beside the sum of the best panel it could
    ever have."""

    submission: str
    members: tuple[str, ...]
    affinity: Decimal
    own_best: Decimal


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """A whole assignment with its proofs.

    `best_total` is the largest total any assignment can have; `prices` (one per member) prove it through
    `flow.dual_bound`, which is checked whenever a plan is made. `weakest_bound` bounds the weakest panel from above;
    where the two are equal the weakest panel is proven optimal. `notes` are plain sentences about rules that gave way
    and about what the weakest panel and the tail cost.
    """

    pairs: tuple[Pair, ...]
    barred: tuple[Barred, ...]
    loads: tuple[Load, ...]
    panels: tuple[Panel, ...]
    total: Decimal
    best_total: Decimal
    prices: tuple[tuple[str, Decimal], ...]
    weakest: Panel
    weakest_bound: Decimal
    tail_level: Decimal
    notes: tuple[str, ...]
    seed: str
    beyond: int = 0  # readings by which a largest load that was only taken from the mean had to be exceeded

    def of_submission(self, submission: str) -> tuple[Pair, ...]:
        """The readings of one submission, by member id."""
        return tuple(pair for pair in self.pairs if pair.submission == submission)

    def of_member(self, member: str) -> tuple[Pair, ...]:
        """The readings of one member, by submission id."""
        return tuple(pair for pair in self.pairs if pair.member == member)

    def better_barred(self, submission: str) -> tuple[Barred, ...]:
        """The barred members who would have fitted better than the weakest reader the submission has, best first."""
        panel = self.of_submission(submission)
        weakest = min((pair.affinity for pair in panel), default=Decimal(0))
        found = [one for one in self.barred if one.submission == submission and one.affinity > weakest]
        return tuple(sorted(found, key=lambda one: (-one.affinity, one.member)))
