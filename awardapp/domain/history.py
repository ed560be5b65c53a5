"""The states an assessment has had, told from every score, text and act that was ever saved on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TEXTS = ("comment", "private_note")
STEP = timedelta(minutes=2)  # saves that follow each other more closely were one piece of work


@dataclass(frozen=True, slots=True)
class Change:
    """One thing saved: "score" with criterion and units (None: cleared), a text with its words, or an act."""

    at: datetime
    what: str
    criterion_id: int | None = None
    units: int | None = None
    text: str = ""

    @property
    def is_act(self) -> bool:
        """Whether it is a deed (handed in, stepped aside, restored) and not something typed."""
        return self.what != "score" and self.what not in TEXTS


@dataclass(frozen=True, slots=True)
class State:
    """How the sheet stood after a step, and what the step changed (the last of several saves of the same thing).

    A text is None where it was never saved; `before` holds the units that the step replaced.
    """

    at: datetime
    units: Mapping[int, int]
    comment: str | None
    private_note: str | None
    changes: Sequence[Change] = field(default_factory=tuple)
    before: Mapping[int, int] = field(default_factory=dict)


def states(changes: Sequence[Change]) -> list[State]:
    """The states in the order in which they came about, one for each piece of work; `changes` oldest first."""
    found: list[State] = []
    step: list[Change] = []
    for n, change in enumerate(changes, 1):
        following = changes[n] if n < len(changes) else None
        step.append(change)
        # An act closes its step, so that what was handed in stands as one state.
        if following is None or change.is_act or following.at - change.at > STEP:
            found.append(_after(found[-1] if found else None, step))
            step = []
    return found


def _after(previous: State | None, step: Sequence[Change]) -> State:
    units = dict(previous.units) if previous else {}
    before = dict(units)
    texts = {name: getattr(previous, name) if previous else None for name in TEXTS}
    last: dict[tuple[str, int | None], Change] = {}
    for change in step:
        last[change.what, change.criterion_id] = change
        if change.what in TEXTS:
            texts[change.what] = change.text
        elif change.criterion_id is not None and change.units is None:
            units.pop(change.criterion_id, None)
        elif change.criterion_id is not None and change.units is not None:
            units[change.criterion_id] = change.units
    told = [c for c in last.values() if c.criterion_id is None or before.get(c.criterion_id) != c.units]
    return State(step[-1].at, units, texts["comment"], texts["private_note"], tuple(told), before)
