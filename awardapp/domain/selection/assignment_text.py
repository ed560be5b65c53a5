"""Profiles, rules, pairs and contests of an assignment as canonical values, and back."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from awardapp.domain.selection.assignment import AssignmentRules, MemberProfile, SubmissionProfile
from awardapp.domain.selection.calibration import Score
from awardapp.domain.selection.canonical import Json
from awardapp.domain.selection.errors import BadInput
from awardapp.domain.selection.record_text import Part, calibration_rules_json, read_calibration_rules
from awardapp.domain.selection.rounds import Contest

GivenPair = tuple[str, str]  # submission, member


def pairs_json(pairs: Collection[GivenPair]) -> list[Json]:
    """Sorted (submission, member) pairs."""
    return [list[Json](pair) for pair in sorted(pairs)]


def read_pairs(part: Part) -> tuple[GivenPair, ...]:
    """The inverse of pairs_json. Raises BadInput."""
    found = []
    for one in part.list():
        pair = one.texts()
        if len(pair) != 2:
            raise BadInput("pair", f"{one.path}: a pair of submission and member is expected")
        found.append((pair[0], pair[1]))
    return tuple(found)


def assignment_rules_json(rules: AssignmentRules) -> dict[str, Json]:
    """The rules, numbers that are not whole as decimal text."""
    return {
        "per_submission": rules.per_submission,
        "bar_same_country": rules.bar_same_country,
        "require_language": rules.require_language,
        "one_reads_language": rules.one_reads_language,
        "one_per_region": rules.one_per_region,
        "level_loads": rules.level_loads,
        "least": rules.least,
        "most": rules.most,
        "theme_weight": rules.theme_weight,
        "language_weight": rules.language_weight,
        "open_zero_affinity": rules.open_zero_affinity,
        "price": str(rules.price),
        "beta": str(rules.beta),
        "seed": rules.seed,
    }


def _perhaps(part: Part) -> int | None:
    return None if part.value is None else part.whole()


def read_assignment_rules(part: Part) -> AssignmentRules:
    """The inverse of assignment_rules_json."""
    return AssignmentRules(
        per_submission=part["per_submission"].whole(),
        bar_same_country=part["bar_same_country"].yes(),
        require_language=part["require_language"].yes(),
        one_reads_language=part["one_reads_language"].yes(),
        one_per_region=part["one_per_region"].yes(),
        level_loads=part["level_loads"].yes(),
        least=_perhaps(part["least"]),
        most=_perhaps(part["most"]),
        theme_weight=part["theme_weight"].whole(),
        language_weight=part["language_weight"].whole(),
        open_zero_affinity=part["open_zero_affinity"].yes(),
        price=_decimal(part["price"]),
        beta=_decimal(part["beta"]),
        seed=part["seed"].text(),
    )


def _decimal(part: Part) -> Decimal:
    try:
        return Decimal(part.text())
    except ArithmeticError:
        raise BadInput("broken", f"{part.path}: a decimal number is expected") from None


def submission_json(one: SubmissionProfile) -> dict[str, Json]:
    """What of a submission an assignment looks at."""
    return {
        "id": one.id,
        "country": one.country,
        "region": one.region,
        "city": one.city,
        "themes": list[Json](sorted(one.themes)),
        "languages": list[Json](sorted(one.languages)),
    }


def read_submission(part: Part) -> SubmissionProfile:
    """The inverse of submission_json."""
    return SubmissionProfile(
        part["id"].text(),
        country=part["country"].text(),
        region=part["region"].text(),
        city=part["city"].text(),
        themes=tuple(part["themes"].texts()),
        languages=tuple(part["languages"].texts()),
    )


def member_json(one: MemberProfile) -> dict[str, Json]:
    """What of a member an assignment looks at."""
    return {
        "id": one.id,
        "country": one.country,
        "region": one.region,
        "city": one.city,
        "themes": {theme: str(weight) for theme, weight in sorted(one.themes.items())},
        "languages": list[Json](sorted(one.languages)),
        "least": one.least,
        "most": one.most,
    }


def read_member(part: Part) -> MemberProfile:
    """The inverse of member_json."""
    return MemberProfile(
        part["id"].text(),
        country=part["country"].text(),
        region=part["region"].text(),
        city=part["city"].text(),
        themes={theme: _decimal(weight) for theme, weight in part["themes"].items()},
        languages=tuple(part["languages"].texts()),
        least=_perhaps(part["least"]),
        most=_perhaps(part["most"]),
    )


def contest_json(contest: Contest | None) -> Json:
    """The scores and rules that decide a later round."""
    if contest is None:
        return None
    sheets: dict[str, dict[str, dict[str, Json]]] = {}
    for score in contest.scores:
        sheets.setdefault(score.submission, {}).setdefault(score.member, {})[score.criterion] = score.units
    return {
        "more": contest.more,
        "on": contest.on,
        "calibration": calibration_rules_json(contest.calibration),
        "scores": {one: {**own} for one, own in sheets.items()},
    }


def read_contest(part: Part) -> Contest | None:
    """The inverse of contest_json."""
    if part.value is None:
        return None
    return Contest(
        tuple(
            Score(submission, member, criterion, units.whole())
            for submission, own in part["scores"].items()
            for member, sheet in own.items()
            for criterion, units in sheet.items()
        ),
        read_calibration_rules(part["calibration"]),
        more=part["more"].whole(),
        on=part["on"].whole(),
    )
