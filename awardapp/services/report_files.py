"""The report as documents: asked for as rows, built by the worker, given only while they say what the report says now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from awardapp import typesetting
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.report import EDITIONS, FORMATS
from awardapp.extensions import db
from awardapp.lettering import SUBSTITUTE, printable
from awardapp.models import Cycle, ReportFile, User, WorkStatus
from awardapp.printing import word
from awardapp.queries import reports as queries
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, committee_report, report_content, report_document, work

TEMPLATE = "committee-report.typ"
_PATIENCE = 180.0  # seconds; some 40 pages take one, the longest texts that can be stored take a minute


@dataclass(frozen=True, slots=True)
class Built:
    """A finished document with its digest."""

    data: bytes
    sha256: str


def build(content: Mapping[str, Any], *, edition: str, format: str) -> Built:
    """One document of a content; the same bytes for the same content. Raises typesetting.CannotTypeset."""
    laid_out = report_document.document(content, edition)
    data = word.write(laid_out) if format == "docx" else _paper(laid_out)
    return Built(data, hashlib.sha256(data).hexdigest())


def _paper(laid_out: Mapping[str, Any]) -> bytes:
    values = {name: _printable(value) for name, value in laid_out.items()}
    values["is_substituted"] = SUBSTITUTE in str(values["blocks"])
    dated = datetime.fromisoformat(laid_out["dated"]).replace(tzinfo=UTC)
    return typesetting.pdf(TEMPLATE, values, dated=dated, patience=_PATIENCE)


def _printable(value: Any) -> Any:
    """Every text in it brought into the reach of the PDF's type; a drawing is there already."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: one if key == "svg" else _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list | tuple) else value


def request(*, actor: User, cycle: Cycle, edition: str, now: datetime) -> list[ReportFile]:
    """Ask for both documents of an edition as the report stands now. What is built or waits already is not asked for twice,
    what was given up is tried again.

    Raises NotPermitted, IllegalTransition before there is a proposal, RuleViolation for an unknown edition.
    """
    if edition not in EDITIONS:
        raise RuleViolation(N_("There is no such edition of the report."))
    gathered = report_content.gather(cycle)
    if gathered is None:
        raise IllegalTransition(N_("There is no proposal to report on yet."))
    access = committee_report.access_of(actor, cycle, gathered.decisions)
    if not access.may_order_files([decision.submission_id for decision in gathered.decisions]):
        raise NotPermitted(N_("You are not permitted to do this."))
    present = queries.files(cycle, gathered.sha256)
    found = []
    for format in FORMATS:
        row = present.get((edition, format))
        if row is None:
            row = ReportFile(
                cycle_id=cycle.id, edition=edition, format=format, content_sha256=gathered.sha256,
                status=WorkStatus.QUEUED, requested_by=actor.id, created_at=now,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
        elif row.status is WorkStatus.DEAD:
            work.requeue(row)
        if row.status is WorkStatus.QUEUED:
            enqueue_after_commit(TaskName.BUILD_REPORT, row.id)
        found.append(row)
    audit.record(
        actor=actor,
        action="report.request",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"edition": edition, "content": gathered.sha256},
    )
    return found


def write(cycle: Cycle, *, edition: str, folder: Path, now: datetime) -> list[tuple[Path, str]]:
    """Both documents of an edition into a folder, each whole or not at all; for the command line. Returns paths and digests.

    Raises IllegalTransition before there is a proposal.
    """
    gathered = report_content.gather(cycle)
    if gathered is None:
        raise IllegalTransition(N_("There is no proposal to report on yet."))
    audit.record(
        actor=None,
        action="report.look",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"what": f"command line, {edition}"},
    )
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for format in FORMATS:
        built = build(gathered.content, edition=edition, format=format)
        path = folder / f"committee-report-{cycle.slug}-{edition}.{format}"
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(built.data)
        part.replace(path)
        found.append((path, built.sha256))
    return found


def wanted(row: ReportFile) -> dict[str, Any] | None:
    """The content a row asks to be built; None when the report says something else by now and the row is void."""
    gathered = report_content.gather(row.cycle)
    return gathered.content if gathered is not None and gathered.sha256 == row.content_sha256 else None


def storage_key(sha256: str, format: str) -> str:
    """Where a document is kept: named by its own digest."""
    return f"reports/{sha256[:2]}/{sha256}.{format}"
