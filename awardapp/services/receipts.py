"""The receipt of a version: what came in, when, and the fingerprints by which it can be checked, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from awardapp import i18n, typesetting
from awardapp.domain.errors import N_
from awardapp.extensions import db
from awardapp.models import Submission, SubmissionVersion, User
from awardapp.queries import handing_in as queries
from awardapp.typesetting import line

AWARD = N_("Guangzhou International Award for Urban Innovation")


def pdf(submission: Submission, version: SubmissionVersion) -> bytes:
    """The receipt on paper; the same bytes each time it is asked for. Raises typesetting.CannotTypeset."""
    return typesetting.pdf("receipt.typ", values(submission, version), dated=version.submitted_at)


def values(submission: Submission, version: SubmissionVersion) -> dict[str, Any]:
    """What the template prints. Everything comes from the frozen version, not from what the file says today."""
    content, cycle = version.content, submission.cycle
    late = queries.acceptance_of(version.late_acceptance_id) if version.late_acceptance_id else None
    return {
        "award": {language: _said(language, AWARD) for language in i18n.LANGUAGES},
        "cycle": {"en": line(cycle.name_en), "zh": line(cycle.name_zh)},
        "ref": version.content["ref"],
        "number": version.number,
        "city": {"en": line(_cities(content, "en")), "zh": line(_cities(content, "zh"))},
        "title": {"en": line(content["title_en"]), "zh": line(content["title_zh"])},
        "received": {
            language: _instants(language, version.submitted_at, cycle.time_zone) for language in i18n.LANGUAGES
        },
        "by": line(db.session.get_one(User, version.submitted_by).name),
        "late": {language: _instants(language, late.decided_at, cycle.time_zone)[:1] for language in i18n.LANGUAGES}
        if late is not None and late.decided_at is not None
        else None,
        "sha256": _in_groups(version.sha256),
        "files": [
            {
                "name": line(file["filename"]),
                "size": {language: _size(language, file["size"]) for language in i18n.LANGUAGES},
                "sha256": _in_groups(file["sha256"]),
            }
            for file in content["files"]
        ],
    }


def _cities(content: Mapping[str, Any], language: str) -> str:
    """The city's name, and of a joint entry those of its partners; "" where it has none in this language."""
    partners = [partner[f"name_{language}"] or partner["name_en"] for partner in content.get("partners", ())]
    own = content["city"][f"name_{language}"] or ""
    return (
        (", " if language == "en" else "、").join([own or content["city"]["name_en"], *partners]) if partners else own
    )


def _said(language: str, msgid: str) -> str:
    with i18n.speaking(language):
        return i18n.gettext(msgid)


def _instants(language: str, at: datetime, zone: str) -> list[str]:
    """The instant in the award's zone and in UTC."""
    with i18n.speaking(language):
        zones = [zone, "UTC"] if at.astimezone(ZoneInfo(zone)).utcoffset() else ["UTC"]
        return [i18n.format_datetime(at, in_zone=ZoneInfo(one)) for one in zones]


def _size(language: str, size: int) -> str:
    with i18n.speaking(language):
        return f"{i18n.format_number(size)} {'字节' if language == 'zh' else 'bytes'}"


def _in_groups(digest: str) -> str:
    """A digest in groups of eight, which can be compared by eye and broken at the end of a line."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
