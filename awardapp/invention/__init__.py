"""The inventor of rehearsal content: a whole cycle of invented submissions and judges, the same for the same
seed.

Cities and countries are real, everything said about them is not; people and their addresses (all in
`.example`) are made up. Nothing here touches a database or the clock: `invent()` returns values, and a
rehearsal or the demonstration hands them to the services. How a judge scores is drawn from the seed and the
numbers of judge and submission alone, so the order of questions changes nothing.
"""

from __future__ import annotations

from awardapp.invention.cycle import invent
from awardapp.invention.judging import Judging, place_tie
from awardapp.invention.values import (
    Attachment,
    Conflict,
    Course,
    InventedCity,
    InventedCycle,
    InventedJuror,
    InventedMember,
    InventedSubmission,
    Person,
    Text,
)

__all__ = [
    "Attachment",
    "Conflict",
    "Course",
    "InventedCity",
    "InventedCycle",
    "InventedJuror",
    "InventedMember",
    "InventedSubmission",
    "Judging",
    "Person",
    "Text",
    "invent",
    "place_tie",
]
