"""The filter of the outbox as it stands in an address or in a form's hidden fields, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from awardapp.domain.people import LANGUAGES
from awardapp.models import WorkStatus
from awardapp.queries.outbox import Filter
from awardapp.web import access
from awardapp.web.forms import whole_number


def read(values: Mapping[str, str]) -> Filter:
    """The filter of an address or of a form; what cannot be one narrows nothing."""
    status, language = values.get("status", ""), values.get("language", "")
    return Filter(
        status=WorkStatus(status) if status in set(WorkStatus) else None,
        kind=values.get("kind", "")[:64],
        group=values.get("group", "")[:300],
        language=language if language in LANGUAGES else "",
        city_id=whole_number(values.get("city")),
        text=values.get("q", "").replace("\x00", "").strip()[:200],
        flagged={"open": True, "none": False}.get(values.get("contradiction", "")),
        letter_id=whole_number(values.get("letter")),
    )


def written(wanted: Filter) -> dict[str, str]:
    """The same as names and values; empty ones are left out."""
    values = {
        "status": wanted.status.value if wanted.status else "",
        "kind": wanted.kind,
        "group": wanted.group,
        "language": wanted.language,
        "city": str(wanted.city_id or ""),
        "q": wanted.text,
        "contradiction": {True: "open", False: "none", None: ""}[wanted.flagged],
        "letter": str(wanted.letter_id or ""),
    }
    return {name: value for name, value in values.items() if value}


def address(wanted: Filter) -> str:
    """Where the letters of a filter are: the one letter's page, or the list."""
    slug = access.cycle().slug
    if wanted.letter_id is not None:
        return url_for("secretariat.letter", cycle_slug=slug, letter_id=wanted.letter_id)
    values: dict[str, Any] = dict(written(wanted))
    return url_for("secretariat.letters", cycle_slug=slug, **values)
