"""Bundles to download: asked for by anybody, built by the worker, given as built."""

from __future__ import annotations

from flask import Response, abort, jsonify, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from awardapp import clock
from awardapp.extensions import csrf, db, limiter
from awardapp.i18n import gettext as _
from awardapp.models import Bundle, CaseStudy, WorkStatus
from awardapp.queries import casebank
from awardapp.services import casebank as service
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp, published_case
from awardapp.web.downloads import file_response

ASKING = "10 per minute; 60 per hour"


def _present(case: CaseStudy) -> Bundle | None:
    return casebank.bundle(case, service.content_digest(case))


# Without a token: asking for a bundle uses nobody's authority and asking twice changes nothing, while a token would
# give every reader of every case a cookie and keep the page from being kept.
@bp.post("/cases/<ref>/bundle")
@csrf.exempt
@limiter.limit(ASKING)
@public
def request_bundle(ref: str) -> AnyResponse:
    """Ask for the bundle of the case as it is now; it is built once however often it is asked for."""
    case = published_case(ref)
    service.request_bundle(case, requested_by=None, now=clock.now())
    db.session.commit()
    return redirect(url_for("casebank.case", ref=ref, _anchor="bundle"), 303)


@bp.get("/cases/<ref>/bundle")
@public
def bundle(ref: str) -> Response:
    """The bundle of the case as it is now; unknown while it is not built."""
    case = published_case(ref)
    found = _present(case)
    if found is None or found.status is not WorkStatus.DONE or found.storage_key is None:
        abort(404)
    try:
        return file_response(found.storage_key, f"{case.ref}.zip", "application/zip", found.size, sha256=found.sha256)
    except FileNotFoundError:
        abort(404)


@bp.get("/cases/<ref>/bundle.json")
@public
def bundle_state(ref: str) -> Response:
    """How far the bundle is, in the shape that progress.js follows."""
    found = _present(published_case(ref))
    status = found.status if found is not None else None
    words = {
        WorkStatus.QUEUED: _("Waiting for its turn"),
        WorkStatus.LEASED: _("Being prepared now"),
        WorkStatus.DONE: _("Ready to download"),
        WorkStatus.DEAD: _("The bundle could not be prepared."),
        None: _("Nobody has asked for this bundle yet."),
    }[status]
    finished = status in (WorkStatus.DONE, WorkStatus.DEAD)
    return jsonify(
        done={WorkStatus.LEASED: 1, WorkStatus.DONE: 2}.get(status, 0) if status else 0,
        total=2,
        words=words,
        finished=finished,
        # Without an anchor: going to an anchor of the page one is on would not load it anew.
        next=url_for("casebank.case", ref=ref) if finished else None,
    )
