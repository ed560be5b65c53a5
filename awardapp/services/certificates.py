"""Certificates: planned under the seal with their codes, given with the publication, built afterwards by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import segno
from flask import current_app

from awardapp import typesetting
from awardapp.domain.announcements import Outcome
from awardapp.domain.certificates import CERTIFICATE_NAMES, CertificateKind, kind_of, shown
from awardapp.domain.errors import N_
from awardapp.extensions import db
from awardapp.i18n import LANGUAGES
from awardapp.models import Certificate, Cycle, Publication, WorkStatus
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import both_languages as both
from awardapp.typesetting import line

AWARD = N_("Guangzhou International Award for Urban Innovation")
TEMPLATE = "certificate.typ"

_SAYS: dict[CertificateKind, str] = {
    CertificateKind.WINNER: N_("The award is given to"),
    CertificateKind.MEDAL: N_("The Medal of Honor is given to"),
    CertificateKind.SPECIAL: N_("This special award is given to"),
    CertificateKind.SHORTLISTED: N_("Shortlisted by the Technical Committee"),
    CertificateKind.DESERVING: N_("Recommended by the Technical Committee as deserving"),
}


def plan(cycle: Cycle, lines: Iterable[Mapping[str, Any]], *, codes: Callable[[], str]) -> list[dict[str, Any]]:
    """What certificates and medals the lines of an announcement lead to, by the rules of the cycle, for the snapshot.

    `codes` is called once for each certificate: `domain.certificates.new_code` at the seal, and for a preview or a rehearsal
    something that gives `domain.certificates.PLACEHOLDER`. The order is that of the lines.
    """
    special = {award.key: award for award in cycle.special_awards}
    planned = []
    for one in lines:
        outcome, award = Outcome(one["outcome"]), special.get(one["award_key"])
        if outcome is Outcome.DESERVING and not cycle.rules.certificates_deserving:
            continue
        kind = kind_of(outcome, by_rule=award is not None and award.decided_by == "rule")
        planned.append(
            {
                "code": codes(),
                "kind": kind.value,
                "outcome": outcome.value,
                "award_key": one["award_key"],
                "award_en": award.name_en if award is not None else "",
                "award_zh": award.name_zh if award is not None else "",
                **{name: one[name] for name in ("submission", "city_en", "city_zh", "country", "title_en", "title_zh")},
            }
        )
    return planned


def give(publication: Publication, planned: Sequence[Mapping[str, Any]], *, now: datetime) -> list[Certificate]:
    """Copy the sealed plan beside its publication, and have every certificate made."""
    given = [
        Certificate(
            publication_id=publication.id,
            position=position,
            code=one["code"],
            kind=CertificateKind(one["kind"]),
            award_key=one["award_key"],
            award_en=one["award_en"],
            award_zh=one["award_zh"],
            submission_id=one["submission"],
            city_en=one["city_en"],
            city_zh=one["city_zh"] or "",
            country=one["country"],
            title_en=one["title_en"],
            title_zh=one["title_zh"],
            status=WorkStatus.QUEUED,
            created_at=now,
        )
        for position, one in enumerate(planned, 1)
    ]
    db.session.add_all(given)
    db.session.flush()
    for certificate in given:
        enqueue_after_commit(TaskName.BUILD_CERTIFICATE, certificate.id)
    return given


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a certificate is typeset from: the same values and the same day give the same bytes."""

    values: dict[str, Any]
    dated: datetime


def paper(certificate: Certificate) -> Paper:
    """What is to be printed. Everything comes from the publication, so it is the same whenever it is made."""
    known = {
        name: getattr(certificate, name)
        for name in (
            "code",
            "award_key",
            "award_en",
            "award_zh",
            "city_en",
            "city_zh",
            "country",
            "title_en",
            "title_zh",
        )
    }
    publication = certificate.publication
    return paper_of({**known, "kind": certificate.kind.value}, publication.cycle, at=publication.published_at)


def paper_of(planned: Mapping[str, Any], cycle: Cycle, *, at: datetime) -> Paper:
    """What is to be printed of an entry of a plan, as if it were published at this instant: for checks before the seal."""
    kind = CertificateKind(planned["kind"])
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    address = f"{base}/certificates/{planned['code']}"
    values = {
        "kind": kind.value,
        "award": both.said(AWARD),
        "cycle": _pair({"name_en": cycle.name_en, "name_zh": cycle.name_zh}, "name"),
        "name": _pair(planned, "award") if planned["award_key"] else both.said(CERTIFICATE_NAMES[kind]),
        "says": both.said(_SAYS[kind]),
        "by": both.said(N_("Initiative")),
        "city": _pair(planned, "city"),
        "country": {language: line(name) for language, name in both.country(planned["country"]).items()},
        "title": _pair(planned, "title"),
        "date": both.day(at, cycle),
        "invented": cycle.is_demonstration,
        "code": shown(planned["code"]),
        "place": f"{base}/certificates".removeprefix("https://").removeprefix("http://"),
        "address": address,
        "modules": ["".join("1" if dark else "0" for dark in row) for row in _modules(address)],
    }
    return Paper(values, at.astimezone(UTC))


def typeset(found: Paper) -> bytes:
    """The certificate as a PDF. Raises typesetting.CannotTypeset."""
    return typesetting.pdf(TEMPLATE, found.values, dated=found.dated)


def storage_key(sha256: str) -> str:
    """Where a certificate is kept: named by its own digest."""
    return f"certificates/{sha256[:2]}/{sha256}.pdf"


def _pair(thing: Mapping[str, Any], name: str) -> both.Both:
    return {language: line(thing[f"{name}_{language}"]) for language in LANGUAGES}


def _modules(address: str) -> Sequence[Sequence[int]]:
    """The squares of a QR code, dark ones 1."""
    found: Sequence[Sequence[int]] = segno.make(address, error="m", micro=False).matrix
    return found
