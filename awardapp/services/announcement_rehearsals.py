"""Rehearsing an announcement with placeholder names: nothing sealed is read, and nothing kept but what was rehearsed when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from awardapp import emails
from awardapp.domain import placeholders
from awardapp.domain.announcements import AnnouncementKind, Outcome, RehearsedPart
from awardapp.domain.certificates import PLACEHOLDER
from awardapp.domain.errors import N_, IllegalTransition
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.i18n import LANGUAGES
from awardapp.models import AnnouncementRehearsal, Cycle, Publication, SpecialAward, User
from awardapp.queries import people as people_queries
from awardapp.queries import rehearsals
from awardapp.services import audit, certificates, snapshots
from awardapp.services.notifications import notify


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rehearsal goes through: lines and letters of cities that do not exist, certificates without a true code."""

    cycle: Cycle
    kind: AnnouncementKind
    award: SpecialAward | None
    lines: list[dict[str, Any]]
    letters: list[tuple[str, dict[str, Any]]]
    certificates: list[dict[str, Any]]

    @property
    def award_key(self) -> str:
        return self.award.key if self.award is not None else ""

    @property
    def kinds(self) -> list[str]:
        """The kinds of letters, in the order in which they occur."""
        return list(dict.fromkeys(kind for kind, _line in self.letters))


def plan(cycle: Cycle, kind: AnnouncementKind, award_key: str = "") -> Plan | None:
    """The rehearsal of one announcement of this cycle, by its rules alone; None when there is no such special award."""
    award = snapshots.award_of(cycle, award_key) if kind is AnnouncementKind.SPECIAL else None
    if kind is AnnouncementKind.SPECIAL and award is None:
        return None
    medal = next((one.key for one in cycle.special_awards if one.decided_by == "rule"), "")
    lines = placeholders.lines(
        kind,
        cycle.rules,
        award_key=award.key if award is not None else "",
        places=(award.places or cycle.rules.shortlist_size) if award is not None else 1,
        medal_key=medal,
    )
    letters = [(snapshots.LETTERS[Outcome(line["outcome"])], line) for line in lines]
    letters += [("outcome_not_selected", line) for line in placeholders.not_selected(kind, len(lines))]
    planned = certificates.plan(cycle, lines, codes=lambda: PLACEHOLDER)
    return Plan(cycle, kind, award, lines, letters, planned)


def letter(plan: Plan, kind: str, line: dict[str, Any], *, name: str, language: str) -> emails.Letter:
    """One letter as it would read, to a city that does not exist."""
    awards = {award.key: award for award in plan.cycle.special_awards}
    base = current_app.config["BASE_URL"]
    city = {"name_en": line["city_en"], "name_zh": line["city_zh"]}
    named = line if kind != "outcome_not_selected" else None
    return emails.render(
        kind,
        language=language,
        time_zone=plan.cycle.time_zone,
        context={
            "name": name,
            "cycle": plan.cycle,
            "cycle_url": f"{base}/cycles/{plan.cycle.slug}",
            "city": city,
            "handed_in": {"title_en": line["title_en"], "title_zh": line["title_zh"]},
            "submission_url": f"{base}/submissions",
            "publication": Publication(kind=plan.kind, award_key=plan.award_key),
            "outcome": named,
            "award": awards.get(line["award_key"]) or plan.award,
        },
    )


def tick(*, actor: User, plan: Plan, part: RehearsedPart, now: datetime) -> None:
    """Note that this part was gone through. Raises NotPermitted, IllegalTransition when the same person practises both
    releases: the second is another person's."""
    require(can_run_cycle(people_queries.standing(actor, plan.cycle)))
    if part is RehearsedPart.RELEASE:
        earlier = rehearsals.releases(plan.cycle, plan.kind, plan.award_key)
        if earlier and earlier[-1].by == actor.id:
            raise IllegalTransition(N_("You have released this already. A second person must do so too."))
    db.session.add(
        AnnouncementRehearsal(
            cycle_id=plan.cycle.id, kind=plan.kind, award_key=plan.award_key, part=part, by=actor.id, at=now
        )
    )
    db.session.flush()
    _note("rehearse", actor, plan, now, part=part.value)


def send(*, actor: User, plan: Plan, now: datetime) -> int:
    """One letter of each kind to the person who asks, and to nobody else, marked as a rehearsal. Returns how many.

    Raises NotPermitted.
    """
    require(can_run_cycle(people_queries.standing(actor, plan.cycle)))
    first = {kind: line for kind, line in reversed(plan.letters)}
    for kind in plan.kinds:
        for language in LANGUAGES:
            shown = letter(plan, kind, first[kind], name=actor.name, language=language)
            notify(
                "announcement_rehearsal",
                recipient=actor,
                cause=f"rehearsal:{plan.cycle.id}:{plan.award_key}:{kind}:{language}:{now.isoformat()}",
                now=now,
                cycle=plan.cycle,
                context={"rehearsed_subject": shown.subject, "rehearsed_text": shown.text},
            )
    _note("rehearse", actor, plan, now, part="sent")
    return len(plan.kinds) * len(LANGUAGES)


def _note(verb: str, actor: User, plan: Plan, now: datetime, **details: str) -> None:
    audit.record(
        actor=actor,
        action=f"announcement.{verb}",
        object=f"cycle:{plan.cycle.id}",
        cycle_id=plan.cycle.id,
        now=now,
        details={"kind": plan.kind.value, "award": plan.award_key, **details},
    )
