"""What browsers and proxies in between may keep of the public pages: a copy that is asked for again each time.

An announcement must be visible at its instant, so nothing may be shown without asking; the tag lets the answer be "the same".
The tag is made of the bytes of the answer, so it can tell nothing that the page does not.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from flask import g, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from awardapp import i18n
from awardapp.web.filters import LANGUAGE_TAGS


def changed(at: datetime | None) -> None:
    """Say when what this request answers last changed, if the answer depends on nothing else."""
    g.award_changed_at = at


def finish(response: Response) -> Response:
    """Headers for an anonymous reader's copy; used as a blueprint's after_request."""
    response.vary.update(("Cookie", "Accept-Language"))
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    response.headers.setdefault("Content-Language", LANGUAGE_TAGS[i18n.language()])
    if current_user.is_authenticated:
        return response  # access.finish forbids keeping it
    if session.modified:
        response.headers["Cache-Control"] = "private, no-store"
        return response
    if "Cache-Control" in response.headers:
        return response
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if response.is_streamed:
        return response
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    if (at := g.get("award_changed_at")) is not None:
        response.last_modified = at
    return response.make_conditional(request)
