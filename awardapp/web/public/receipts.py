"""The receipts of the jury's ballots, once the winners are public: the list, and finding the own one in it.

Read from the publication alone, so before its instant these addresses answer as any unknown one does.
"""

from __future__ import annotations

import re

from flask import Response, abort, jsonify, render_template, request

from awardapp.domain.announcements import AnnouncementKind
from awardapp.models import Publication
from awardapp.queries import announcements as queries
from awardapp.services import receipt_lists
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.downloads import disposition
from awardapp.web.public import publication_page as page
from awardapp.web.public.blueprint import bp

_DIGITS = re.compile(r"[0-9a-f]{64}")


def _published(cycle_slug: str, kind: str) -> Publication:
    """The winners' publication with its receipts, or 404."""
    found = page.published(cycle_slug, kind, "")
    if found.kind is not AnnouncementKind.WINNERS or found.receipts is None:
        abort(404)
    return found


@bp.get("/records/<cycle_slug>/<kind>/receipts.json")
@public
def ballot_receipts(cycle_slug: str, kind: str) -> Response:
    """The receipts of all ballots that were counted, sorted, so that their order tells nothing."""
    found = _published(cycle_slug, kind)
    caching.changed(found.published_at)
    response = jsonify(cycle=cycle_slug, record_sha256=found.record_sha256, receipts=found.receipts)
    response.headers["Content-Disposition"] = disposition(f"receipts-{cycle_slug}.json")
    return response


@bp.get("/records/<cycle_slug>/<kind>/receipt")
@public
def find_receipt(cycle_slug: str, kind: str) -> str:
    """Whether a receipt is in the list, and where it stands in the record if that is published."""
    found = _published(cycle_slug, kind)
    typed = request.args.get("receipt", "")
    wanted = "".join(typed.split()).lower()
    is_whole = _DIGITS.fullmatch(wanted) is not None
    record = queries.record(found.cycle, found.kind)
    return render_template(
        "public/receipt.html",
        cycle=found.cycle,
        publication=found,
        typed=typed[:200],
        is_whole=is_whole,
        is_listed=is_whole and wanted in (found.receipts or ()),
        place=receipt_lists.place(record[1], wanted) if is_whole and record is not None else None,
        has_record=record is not None,
    )
