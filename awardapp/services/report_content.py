"""What the committee's report says, gathered as plain data: the same data give the same documents.

Nothing of a score is in it: places, averages and marks stay in the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from awardapp import places
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.forms import CITY_DATA
from awardapp.domain.people import Role
from awardapp.domain.report import WHOLE_INPUTS, CaseTexts
from awardapp.models import Cycle, Decision, Selection
from awardapp.queries import moves as move_queries
from awardapp.queries import people as people_queries
from awardapp.queries import plenary as plenary_queries
from awardapp.queries import reports as queries
from awardapp.services import committee_report, selections

FORMAT = 1  # of the documents: counted up when they are laid out differently, so that old files are void


@dataclass(frozen=True, slots=True)
class Gathered:
    """The content with its digest, and the cases it was made of."""

    content: dict[str, Any]
    sha256: str
    decisions: Sequence[Decision]
    texts: Mapping[int, CaseTexts]


def gather(cycle: Cycle) -> Gathered | None:
    """The report as it stands, None before there is a proposal. Some twelve queries whatever the number of cases."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None:
        return None
    decisions = queries.decisions(cycle, Outcome.SHORTLISTED)
    contents = queries.versions([decision.submission for decision in decisions])
    written, whole = queries.cases(cycle), queries.whole(cycle)
    texts = {
        d.submission_id: committee_report.texts_of(written.get(d.submission_id), d, contents.get(d.submission_id, {}))
        for d in decisions
    }
    content = {
        "format": FORMAT,
        "cycle": _pair(cycle, "name") | {"slug": cycle.slug, "year": cycle.year},
        "is_locked": selection.locked_at is not None,
        "dated": (selection.locked_at or selection.created_at).astimezone(ZoneInfo(cycle.time_zone)).date().isoformat(),
        "record_sha256": selection.record_sha256,
        "met": [day.isoformat() if day else None for day in (cycle.committee_from, cycle.committee_to)],
        "members": _members(cycle),
        "numbers": _numbers(cycle, decisions),
        "method": _method(cycle, selection, decisions),
        "texts": {name: getattr(whole, name) if whole else "" for name in WHOLE_INPUTS},
        "cases": [_case(cycle, d, texts[d.submission_id], contents.get(d.submission_id, {})) for d in decisions],
        "deserving": [
            _place(d) | _pair(d.submission, "title") | {"reason_en": d.reason_en, "reason_zh": d.reason_zh}
            for d in queries.decisions(cycle, Outcome.DESERVING)
        ],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Gathered(content, hashlib.sha256(canonical.encode()).hexdigest(), decisions, texts)


def _pair(thing: Any, name: str) -> dict[str, str]:
    return {f"{name}_{language}": getattr(thing, f"{name}_{language}") or "" for language in ("en", "zh")}


def _country(code: str) -> dict[str, str]:
    try:
        return {f"country_{language}": places.country_name(code, language) for language in ("en", "zh")}
    except places.UnknownPlace:
        return {"country_en": code, "country_zh": code}


def _place(decision: Decision) -> dict[str, str]:
    city = decision.submission.city
    return {"city_en": city.name_en, "city_zh": city.name_zh or ""} | _country(city.country)


def _members(cycle: Cycle) -> list[dict[str, Any]]:
    """The committee, its chair first."""
    members = people_queries.members(cycle, Role.COMMITTEE)
    return [
        {"name": member.user.name, "is_chair": member.is_chair}
        | (_country(member.user.country) if member.user.country else {"country_en": "", "country_zh": ""})
        for member in sorted(members, key=lambda one: not one.is_chair)
    ]


def _numbers(cycle: Cycle, decisions: Sequence[Decision]) -> dict[str, Any]:
    found = queries.figures(cycle)
    by_region: dict[str, list[int]] = {}
    for code, n in found.countries.items():
        by_region.setdefault(_region(code), [0, 0])[0] += n
    for decision in decisions:
        by_region.setdefault(_region(decision.submission.city.country), [0, 0])[1] += 1
    names = {region.key: (region.name_en, region.name_zh) for region in places.regions()}
    themes = [(theme.id, theme.name_en, theme.name_zh) for theme in cycle.themes]
    if None in found.themes:
        themes.append((None, "–", "–"))  # type: ignore[arg-type] # a file without a theme
    return {
        "handed_in": found.handed_in,
        "valid": found.valid,
        "cities": found.cities,
        "countries": len(found.countries),
        "readings": found.readings,
        # each: name in both languages, valid entries, of these shortlisted
        "regions": [[*names.get(key, (key, key)), *by_region[key]] for key in (*names, "") if key in by_region],
        "themes": [
            [en, zh, found.themes.get(theme, 0), sum(d.submission.theme_id == theme for d in decisions)]
            for theme, en, zh in themes
        ],
    }


def _region(code: str) -> str:
    try:
        return places.country(code).region
    except places.UnknownPlace:
        return ""


def _method(cycle: Cycle, selection: Selection, decisions: Sequence[Decision]) -> dict[str, Any]:
    """How the list came about: rules, and what was done by hand; no score."""
    rules = cycle.rules
    moves = {move.submission_id: move for move in move_queries.of_cycle(cycle)}  # the last of each file
    return {
        "criteria": [[c.name_en, c.name_zh, c.weight] for c in cycle.criteria],
        "scale": [rules.scale_min, rules.scale_max, rules.scale_step],
        "readings": rules.reviews_per_submission,
        "rounds": [[later.more, later.on] for later in rules.further_rounds],
        "calibration": selection.result.get("method") or rules.calibration,
        "shortlist_size": rules.shortlist_size,
        "deserving_max": rules.deserving_max,
        "shortlisted": len(decisions),
        "ties_at_line": sum(bool(tie.get("at_line")) for tie in selection.result.get("ties", ())),
        "moved": len(moves),
        "moved_back": sum(move.is_back for move in moves.values()),
        "plenary": _plenary(cycle),
    }


def _plenary(cycle: Cycle) -> dict[str, int]:
    """How much was debated and voted on in session: numbers alone, since votes on a file are sealed like its outcome."""
    sessions = plenary_queries.minutes(cycle).sessions
    files = [file for session in sessions for file in session.files if file.turns]
    return {
        "sessions": len(sessions),
        "files": len({file.submission_id for file in files}),
        "votes": sum(len(file.votes) for file in files),
    }


def _case(cycle: Cycle, decision: Decision, texts: CaseTexts, content: Mapping[str, Any]) -> dict[str, Any]:
    submission = decision.submission
    stated = content.get("answers", {}).get("city_data", {})
    return {
        "ref": submission.ref,
        **_place(decision),
        **_pair(submission, "title"),
        "theme_en": submission.theme.name_en if submission.theme else "",
        "theme_zh": submission.theme.name_zh if submission.theme else "",
        "partners": [[partner["name_en"] or "", partner["name_zh"] or ""] for partner in content.get("partners", ())],
        "city_data": [
            [field.label_en, field.unit_en, field.label_zh, field.unit_zh, stated[field.key]]
            for field in cycle.form_data.fields
            if field.key in CITY_DATA and stated.get(field.key) not in (None, "")
        ],
        "goals": list(texts.goals),
        "summary_en": texts.summary_en,
        "summary_zh": texts.summary_zh,
        "reasons_en": texts.reasons_en,
        "reasons_zh": texts.reasons_zh,
    }
