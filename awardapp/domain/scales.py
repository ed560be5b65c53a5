"""A scale of marks: a lowest, a highest and a step. Marks are stored as whole numbers of steps above the lowest."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from awardapp.domain.errors import N_, RuleViolation

MOST_STEPS = 1000  # every criterion's line on the score sheet shows them all
LARGEST_MARK = 1_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """The marks from `low` to `high`, `step` apart."""

    low: float
    high: float
    step: float

    def check(self, prefix: str = "scale", *, most_steps: int = MOST_STEPS) -> None:
        """Refuse a scale that makes no sense. Raises RuleViolation naming the field (`prefix`_min, _max or _step)."""
        for name, value in (("min", self.low), ("max", self.high), ("step", self.step)):
            if not isfinite(value) or abs(value) > LARGEST_MARK:
                raise RuleViolation(N_("This must be an ordinary number."), field=f"{prefix}_{name}")
        if self.step <= 0 or self.high <= self.low:
            raise RuleViolation(
                N_("The scale needs a highest mark above the lowest and a step above zero."), field=f"{prefix}_step"
            )
        steps = (self.high - self.low) / self.step
        if abs(steps - round(steps)) > 1e-9:
            raise RuleViolation(N_("The step must divide the scale evenly."), field=f"{prefix}_step")
        if steps > most_steps:
            raise RuleViolation(N_("A scale may have at most %(n)d steps."), field=f"{prefix}_step", n=most_steps)

    @property
    def steps(self) -> int:
        """How many steps lie between the lowest and the highest mark."""
        return round((self.high - self.low) / self.step)

    def units(self, mark: float) -> int:
        """The stored whole number for a mark such as 7.5. Raises RuleViolation off the scale or between steps."""
        exact = (mark - self.low) / self.step
        if not isfinite(exact) or abs(exact - round(exact)) > 1e-9 or not 0 <= round(exact) <= self.steps:
            raise RuleViolation(
                N_("A score lies between %(low)g and %(high)g in steps of %(step)g."),
                low=self.low,
                high=self.high,
                step=self.step,
            )
        return round(exact)

    def mark(self, units: float) -> float:
        """The mark for a stored number of steps (also for means, which lie between steps)."""
        return self.low + units * self.step

    def marks(self) -> list[float]:
        """Every mark, lowest first."""
        return [self.mark(n) for n in range(self.steps + 1)]
