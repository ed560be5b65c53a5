"""The questions that a city's figures raise, of its working text and of a version handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awardapp import places
from awardapp.domain import plausibility
from awardapp.domain.plausibility import Question
from awardapp.models import Submission


def questions_of(submission: Submission) -> list[Question]:
    """Of the working text."""
    city = submission.city
    return _questions(submission.answers, city.name_en, city.country)


def questions_in(content: Mapping[str, Any]) -> list[Question]:
    """Of a version as it was handed in."""
    return _questions(content["answers"], content["city"]["name_en"], content["city"]["country"])


def _questions(answers: Mapping[str, Any], name: str, country: str) -> list[Question]:
    known = places.known_population(name, country)
    return plausibility.questions(answers.get("city_data", {}), known_population=known)
