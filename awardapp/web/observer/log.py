"""The log, narrowed to what tells neither a score nor an outcome (domain.observing says what, and why the rest is not)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request

from awardapp.domain.cycles import PHASE_NAMES, CyclePhase
from awardapp.domain.observing import OBSERVED
from awardapp.domain.people import ROLE_NAMES, Role
from awardapp.domain.special_awards import VOTE_NAMES, Vote
from awardapp.i18n import gettext as _
from awardapp.models import AuditEntry
from awardapp.queries import observing as queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.observer.blueprint import bp


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is shown: no number of the log's (gaps would tell how much is not shown), no object."""

    at: datetime
    who: str
    what: str
    reason: str
    details: list[str]


def _kind_words(kind: str) -> str:
    return {"shortlist": _("Shortlist"), "winners": _("Winners"), "special": _("Special award")}.get(kind, "")


def _detail(name: str, value: Any) -> str:
    """One detail in words; "" for a value that is not what it should be."""
    words: dict[str, Callable[[], str]] = {
        "to": lambda: _(PHASE_NAMES[CyclePhase(value)]),
        "role": lambda: _(ROLE_NAMES[Role(value)]),
        "kind": lambda: _kind_words(value),
        "round": lambda: _("Round %(n)s", n=value),
        "rules_version": lambda: _("Version %(n)s of the rules", n=value),
        "inputs_sha256": lambda: _("inputs: SHA-256 %(digest)s", digest=value),
        "result_sha256": lambda: _("result: SHA-256 %(digest)s", digest=value),
        "expected": lambda: _("released: SHA-256 %(digest)s", digest=value),
        "found": lambda: _("computed again: SHA-256 %(digest)s", digest=value),
        "tie_seed_sha256": lambda: _("seed of the draws: SHA-256 %(digest)s", digest=value),
        "number": lambda: _("Paper %(number)s", number=value),
        "edition": lambda: _("Version %(n)s", n=value),
        "vote": lambda: _(VOTE_NAMES[Vote(value)]),
        "counts_sha256": lambda: _("figures: SHA-256 %(digest)s", digest=value),
        "record_sha256": lambda: _("record: SHA-256 %(digest)s", digest=value),
    }
    return words[name]()


def line(entry: AuditEntry) -> Line:
    """An entry as observers read it."""
    shown = OBSERVED[entry.action]
    who = _("the system") if entry.actor is None else entry.actor.name
    return Line(
        entry.at,
        who if shown.shows_actor else _("a member of the committee"),
        _(shown.words),
        (entry.reason or "") if shown.shows_reason else "",
        [_detail(name, entry.details[name]) for name in shown.details if entry.details.get(name) is not None],
    )


@bp.get("/log")
@requires(Role.OBSERVER)
def log() -> str:
    cycle = access.cycle()
    place = page_of(queries.log_length(cycle), request.args.get("page", 1, type=int))
    entries = queries.log_page(cycle, offset=place.offset, limit=PER_PAGE)
    return render_template("observer/log.html", cycle=cycle, place=place, lines=[line(entry) for entry in entries])
