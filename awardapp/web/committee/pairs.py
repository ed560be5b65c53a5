"""Pairs across the line of the shortlist, and two files compared criterion by criterion. For the chair only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import FieldKind
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.models import Assessment, Criterion, Cycle, Submission, SubmissionVersion
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import workbench
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import room, workbench_rows
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.workbench import methods, setting, turned_away, wants_part

# Of the methods, for the narrow cells of a table; in full they are in rule_words.CALIBRATION_NAMES.
SHORT_NAMES = {"robust": N_("robust"), "offsets": N_("severity alone"), "mean": N_("plain mean")}


@bp.get("/workbench/pairs")
@requires(Role.COMMITTEE)
def pairs() -> Any:
    """Every pair across the line, and under which methods the lower one would stand higher. Chair only."""
    room.chair_only()
    cycle, wanted = access.cycle(), setting()
    try:
        found = workbench.pairs(actor=access.actor(), cycle=cycle, setting=wanted.setting)
    except RuleViolation as error:
        return turned_away(error)
    return render_template(
        "committee/_pairs.html" if wants_part() else "committee/pairs.html",
        cycle=cycle,
        asked=wanted,
        found=found,
        refs={one.pseudonym: one.ref for one in found.data.submissions},
        labels=workbench_rows.labels(found.data.submissions),
        ranks=found.standings[wanted.setting.method],
        method_names={key: _(words) for key, words in SHORT_NAMES.items()},
    )


@dataclass(frozen=True, slots=True)
class Side:
    """One file of a pair as the chair may see it: `marks` by criterion id, in the order of `readers`; neither when barred."""

    submission: Submission
    version: SubmissionVersion
    barred: bool
    readers: list[Assessment]
    marks: dict[int, list[float]]

    def mean(self, criterion: Criterion) -> float | None:
        """The mean mark on a criterion; None when nobody gave one or the file is closed to the chair."""
        own = self.marks.get(criterion.id, [])
        return sum(own) / len(own) if own else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The two under one method: score and rank of each, and which of them stands higher (0 or 1)."""

    method: str
    words: str
    scores: list[float]
    ranks: list[int]
    ahead: int


@bp.get("/workbench/pair")
@requires(Role.COMMITTEE)
def pair() -> Any:
    """Two files side by side: who stands higher under which method, every criterion, comments and texts. Chair only."""
    room.chair_only()
    cycle, wanted = access.cycle(), setting()
    refs = [request.args.get("higher", ""), request.args.get("lower", "")]
    if not any(refs):
        return redirect(room.url("pairs", **wanted.query))
    chosen = [selection_queries.valid_with_version(cycle, ref) for ref in refs]
    if None in chosen or refs[0] == refs[1]:
        abort(404)
    try:
        found = workbench.pairs(actor=access.actor(), cycle=cycle, setting=wanted.setting)
    except RuleViolation as error:
        return turned_away(error)
    files = [one for one in chosen if one is not None]
    names = [submission.pseudonym for submission, _version in files]
    if any(name not in found.standings[wanted.setting.method] for name in names):
        abort(404)
    barred = room.barred([submission for submission, _version in files])
    known = {(c.submission, c.member) for c in found.data.conflicts}
    members = {member.id: member.pseudonym for member in found.data.members}
    sides = [
        _side(cycle, submission, version, barred=submission.id in barred, members=members, out=known)
        for submission, version in files
    ]
    return render_template(
        "committee/pair.html",
        cycle=cycle,
        asked=wanted,
        sides=sides,
        criteria=list(cycle.criteria),
        weights=wanted.setting.weights,
        verdicts=[_verdict(found, key, words, names, cycle.rules.scale_min) for key, words in methods()],
        texts=_texts(cycle, sides),
        lowest=cycle.rules.scale_min,
        highest=cycle.rules.scale_max - cycle.rules.scale_min,
    )


def _verdict(found: workbench.Pairs, key: str, words: str, names: Sequence[str], low: float) -> Verdict:
    figures = {one.submission: one for one in found.calibrations[key].submissions}
    ranks = [found.standings[key][name] for name in names]
    return Verdict(
        key, words, [low + float(figures[name].calibrated) for name in names], ranks, int(ranks[1] < ranks[0])
    )


def _side(
    cycle: Cycle,
    submission: Submission,
    version: SubmissionVersion,
    *,
    barred: bool,
    members: dict[int, str],
    out: set[tuple[str, str]],
) -> Side:
    if barred:
        return Side(submission, version, True, [], {})
    readers = [
        one
        for one in assessment_queries.of_submission(submission)
        if one.status == "submitted" and (submission.pseudonym, members.get(one.membership_id, "")) not in out
    ]
    marks: dict[int, list[float]] = {}
    for reader in readers:
        for score in reader.scores:
            marks.setdefault(score.criterion_id, []).append(cycle.rules.mark(score.units))
    return Side(submission, version, False, readers, marks)


def _texts(cycle: Cycle, sides: Sequence[Side]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The long texts of both files by field of the form: (label, [(text, its language) of each])."""
    found = []
    for field in cycle.form_data.fields:
        if field.kind is not FieldKind.TEXT or field.is_private:
            continue
        own = [("", "") if side.barred else _text(side.version.content, field.key) for side in sides]
        if any(text for text, _lang in own):
            found.append((pick(field, "label"), own))
    return found


def _text(content: Any, key: str) -> tuple[str, str]:
    """A text of a file in the reader's language, else in the other, with the language it is in."""
    for lang in dict.fromkeys((language(), "en", "zh")):
        text = content.get(f"{key}_{lang}") or content["answers"].get("sections", {}).get(key, {}).get(lang, "")
        if text.strip():
            return text, "zh-Hans" if lang == "zh" else "en"
    return "", ""
