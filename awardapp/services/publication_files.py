"""What a publication brings with it beyond its lines: certificates, press kit and pictures for sharing, each city's own page.

The files are rows; the worker makes them after the publication. One is given to the public only while it is made of what is
public now: a case study that is taken down makes the kit with its pictures void at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import object_session

from awardapp import typesetting
from awardapp.domain.errors import N_
from awardapp.extensions import db
from awardapp.i18n import gettext, speaking
from awardapp.lettering import printable
from awardapp.models import Publication, PublicationFile, PublicationFileKind, PublishedOutcome, WorkStatus
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import certificates, city_outcomes, feedback, press_statement, publication_content

PICTURE_TEMPLATE = "sharing-picture.typ"
PICTURE_OF = {"en": PublicationFileKind.PICTURE_EN, "zh": PublicationFileKind.PICTURE_ZH}
_LANGUAGE_OF = {kind: language for language, kind in PICTURE_OF.items()}
_NAMED = 7  # cities on the picture; more would be small print


def follow(publication: Publication, sealed: dict[str, Any], *, now: datetime) -> None:
    """At the end of publishing, in the same transaction: copy what was sealed beside the lines, queue what is made of it."""
    certificates.give(publication, sealed.get("certificates", ()), now=now)
    told = city_outcomes.open_pages(publication, sealed)
    feedback.open_approved(publication.cycle, told, now=now)
    request(publication, now=now)


def request(publication: Publication, *, now: datetime) -> list[PublicationFile]:
    """Ask for the files of what is public now; what is made of the same content already is not asked for twice."""
    db.session.flush()
    db.session.refresh(publication, ["outcomes"])
    content = publication_content.of(publication)
    found = []
    for kind in PublicationFileKind:
        digest = wanted_digest(content, kind)
        row = file_of(publication, kind, digest)
        if row is None:
            row = PublicationFile(
                publication_id=publication.id,
                kind=kind,
                content_sha256=digest,
                status=WorkStatus.QUEUED,
                created_at=now,
            )
            db.session.add(row)
            db.session.flush()
        if row.status is WorkStatus.QUEUED:
            enqueue_after_commit(TaskName.BUILD_PUBLICATION_FILE, row.id)
        found.append(row)
    return found


def follow_cases(submission_ids: Collection[int], *, now: datetime) -> None:
    """After these case studies became public or were taken down: the kits that show their pictures are made anew."""
    named = select(PublishedOutcome.publication_id).where(PublishedOutcome.submission_id.in_(submission_ids))
    for publication in db.session.scalars(
        select(Publication).where(Publication.id.in_(named)).order_by(Publication.id)
    ):
        request(publication, now=now)


def wanted_digest(content: Mapping[str, Any], kind: PublicationFileKind) -> str:
    """The digest of what a file of this kind is made of: a picture does not change with the case bank."""
    if kind is PublicationFileKind.PRESS_KIT:
        return publication_content.digest(content)
    return publication_content.digest(picture_values(content, _LANGUAGE_OF[kind]))


def file_of(publication: Publication, kind: PublicationFileKind, digest: str) -> PublicationFile | None:
    """The file of this kind made, or to be made, of a content."""
    return db.session.execute(
        select(PublicationFile).where(
            PublicationFile.publication_id == publication.id,
            PublicationFile.kind == kind,
            PublicationFile.content_sha256 == digest,
        )
    ).scalar_one_or_none()


def files_of(publication: Publication, content: Mapping[str, Any]) -> dict[PublicationFileKind, PublicationFile]:
    """The files of what is public now, by kind; none of a publication that is stored nowhere. One query."""
    if object_session(publication) is None:
        return {}
    wanted = {kind: wanted_digest(content, kind) for kind in PublicationFileKind}
    rows = db.session.scalars(select(PublicationFile).where(PublicationFile.publication_id == publication.id))
    return {row.kind: row for row in rows if wanted[row.kind] == row.content_sha256}


def wanted(row: PublicationFile) -> dict[str, Any] | None:
    """The content a row asks to be made of; None when something else is public by now and the row is void."""
    content = publication_content.of(row.publication)
    return content if wanted_digest(content, row.kind) == row.content_sha256 else None


def picture_values(content: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the picture for sharing says in one language: the title, and the cities named first while they are few."""
    said = press_statement.layout(content, language)
    first = content["outcomes"][0]["outcome"] if content["outcomes"] else ""
    cities = [one["city"][language] or one["city"]["en"] for one in content["outcomes"] if one["outcome"] == first]
    with speaking(language):
        joined = gettext(N_(", ")).join(cities) if len(cities) <= _NAMED else ""
    values = {name: said[name] for name in ("language", "award", "cycle", "date", "invented", "title")}
    return {name: printable(value) for name, value in {**values, "cities": joined}.items()}


def draw(content: Mapping[str, Any], kind: PublicationFileKind) -> bytes:
    """The picture for sharing, PNG, 1200 by 630. Raises typesetting.CannotTypeset."""
    dated = datetime.fromisoformat(content["published_at"]).astimezone(UTC)
    return typesetting.png(PICTURE_TEMPLATE, picture_values(content, _LANGUAGE_OF[kind]), dated=dated)


def storage_key(kind: PublicationFileKind, sha256: str) -> str:
    """Where a file is kept: named by its own digest."""
    ending = "zip" if kind is PublicationFileKind.PRESS_KIT else "png"
    return f"publications/{sha256[:2]}/{sha256}.{ending}"
