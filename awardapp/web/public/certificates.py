"""Is this certificate real? Whoever holds one types its code, or follows the square printed on it.

Everything unknown, mistyped or malformed gets the same answer, and nobody can try codes quickly.
"""

from __future__ import annotations

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from awardapp.domain.certificates import CERTIFICATE_NAMES, PLACEHOLDER, shown, typed
from awardapp.extensions import limiter
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Certificate, WorkStatus
from awardapp.queries import certificates as queries
from awardapp.web.access import public
from awardapp.web.casebank.items import place_name
from awardapp.web.downloads import file_response
from awardapp.web.public.blueprint import bp

ASKING = "20 per minute; 200 per hour"


def certificate_words(certificate: Certificate) -> str:
    """What the certificate is, in the reader's language: the special award's own name where it has one."""
    return pick(certificate, "award") or _(CERTIFICATE_NAMES[certificate.kind])


def _found(code: str) -> Certificate | None:
    """The certificate of a typed code. A malformed one is looked for too, under a code that nobody has."""
    return queries.by_code(typed(code) or PLACEHOLDER)


def _unknown() -> tuple[str, int]:
    return render_template("public/certificates.html", unknown=True), 404


@bp.get("/certificates")
@limiter.limit(ASKING)
@public
def certificates() -> str | AnyResponse | tuple[str, int]:
    """The form for a code; a typed one leads to the certificate's own address."""
    if "code" not in request.args:
        return render_template("public/certificates.html", unknown=False)
    code = typed(request.args["code"])
    if code is None or queries.by_code(code) is None:
        return _unknown()
    return redirect(url_for("public.certificate", code=code), 302)


@bp.get("/certificates/<code>")
@limiter.limit(ASKING)
@public
def certificate(code: str) -> str | AnyResponse | tuple[str, int]:
    """Whose the certificate is, what for, since when, and the digest of the true document."""
    found = _found(code)
    if found is None:
        return _unknown()
    return render_template(
        "public/certificate.html",
        certificate=found,
        publication=found.publication,
        cycle=found.publication.cycle,
        words=certificate_words(found),
        code=shown(found.code),
        country=place_name(found.country),
        may_download=found.publication.cycle.rules.certificates_public and found.status is WorkStatus.DONE,
    )


@bp.get("/certificates/<code>/certificate.pdf")
@limiter.limit(ASKING)
@public
def certificate_file(code: str) -> Response:
    """The document itself, where the cycle's rules let whoever has the code take it."""
    found = _found(code)
    if found is None or not found.publication.cycle.rules.certificates_public:
        abort(404)
    return pdf_of(found)


def pdf_of(certificate: Certificate) -> Response:
    """The PDF as a download, 404 while it is not made. Whether somebody may have it is the calling view's question."""
    if certificate.status is not WorkStatus.DONE or certificate.storage_key is None:
        abort(404)
    name = f"certificate-{certificate.publication.cycle.slug}-{certificate.kind.value}-{certificate.code[:4]}.pdf"
    try:
        return file_response(
            certificate.storage_key, name, "application/pdf", certificate.size, sha256=certificate.sha256
        )
    except FileNotFoundError:
        abort(404)
