"""The caught letters as pages and as JSON, for the person who tries the system and for its tests.

A letter may hold anything, so its HTML part is shown in a sandboxed frame without script, outside pictures or
forms, and attachments are only ever downloaded. The pages answer to local names alone: letters hold links
that sign people in, and a web page elsewhere could otherwise read them by pointing a name of its own at
127.0.0.1.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

from flask import Blueprint, Flask, Response, abort, jsonify, render_template, request, send_file
from markupsafe import Markup, escape

from awardapp.embedded.letters import LETTERS_PER_PAGE, Letter, LetterBox, OpenedLetter

_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# the letter itself: its own styles and inlined pictures, links open beside it, nothing else
_LETTER_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_LINK = re.compile(r"https?://[^\s<>\"'“”‘’，。；、（）《》]+[^\s<>\"'“”‘’，。；、（）《》.,;:!?)\]]")
_MOST_PER_PAGE: Final = 500


def create_pages(box: LetterBox) -> Flask:
    """The small web application that shows the letters of `box`."""
    app = Flask("awardapp.embedded", template_folder="templates", static_folder=None)
    app.add_template_filter(with_links)
    app.register_blueprint(_pages(box))
    app.after_request(_secured)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    return app


def with_links(text: str) -> Markup:
    """A letter's plain text, escaped, with its web addresses made into links."""
    pieces: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        pieces.append(escape(text[end : match.start()]))
        link = '<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>'
        pieces.append(Markup(link).format(match.group()))  # noqa: S704 -- format() escapes
        end = match.end()
    pieces.append(escape(text[end:]))
    return Markup("").join(pieces)


def _secured(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _pages(box: LetterBox) -> Blueprint:
    pages = Blueprint("letters", __name__)

    def opened_or_404(letter_id: str) -> OpenedLetter:
        return box.open(letter_id) or abort(404)

    @pages.get("/")
    def index() -> str:
        to, page = request.args.get("to", "").strip(), _number("page", 1)
        found, total = box.find(to=to, page=page)
        last_page = max(1, -(-total // LETTERS_PER_PAGE))
        return render_template("letters/index.html", letters=found, total=total, to=to, page=page, last_page=last_page)

    @pages.get("/letters/<letter_id>")
    def detail(letter_id: str) -> str:
        return render_template("letters/detail.html", opened=opened_or_404(letter_id))

    @pages.get("/letters/<letter_id>/html")
    def html_part(letter_id: str) -> Response:
        html = opened_or_404(letter_id).html
        if html is None:
            abort(404)
        # links would open inside the sandboxed frame, where our own pages refuse to be shown
        body = '<!doctype html><base target="_blank">' + re.sub(r"(?i)^\s*<!doctype[^>]*>", "", html)
        return Response(body, mimetype="text/html", headers={"Content-Security-Policy": _LETTER_POLICY})

    @pages.get("/letters/<letter_id>/attachments/<int:number>")
    def attachment(letter_id: str, number: int) -> Response:
        attachments = opened_or_404(letter_id).attachments
        if number >= len(attachments):
            abort(404)
        chosen = attachments[number]
        return _download(chosen.content, chosen.filename)

    @pages.get("/letters/<letter_id>/source")
    def source(letter_id: str) -> Response:
        content = box.source(letter_id)
        return abort(404) if content is None else _download(content, f"{letter_id}.eml")

    @pages.get("/letters.css")
    def stylesheet() -> Response:
        return Response(render_template("letters/letters.css"), mimetype="text/css")

    @pages.get("/api/letters")
    def list_json() -> Response:
        per_page = min(_number("per_page", LETTERS_PER_PAGE), _MOST_PER_PAGE)
        page = _number("page", 1)
        found, total = box.find(to=request.args.get("to", "").strip(), page=page, per_page=per_page)
        return jsonify(total=total, page=page, letters=[_as_json(letter) for letter in found])

    @pages.get("/api/letters/<letter_id>")
    def detail_json(letter_id: str) -> Response:
        opened = opened_or_404(letter_id)
        attachments = [
            {"filename": file.filename, "content_type": file.content_type, "size": len(file.content)}
            for file in opened.attachments
        ]
        return jsonify(
            **_as_json(opened.letter),
            headers=opened.headers,
            text=opened.text,
            html=opened.html,
            attachments=attachments,
        )

    return pages


def _number(name: str, default: int) -> int:
    """A whole number of at least one from the query string; `default` when there is none."""
    number = request.args.get(name, default, type=int)
    return max(1, min(number, 1_000_000))


def _as_json(letter: Letter) -> dict[str, object]:
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "from": letter.sender,
        "to": letter.shown_to,
        "recipients": letter.recipients,
        "subject": letter.subject,
        "size": letter.size,
    }


def _download(content: bytes, filename: str) -> Response:
    # never under its own type: a letter may carry a page, and pages here can read every letter
    return send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=filename)
