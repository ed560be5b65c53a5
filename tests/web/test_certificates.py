"""The page that verifies certificates: what it says of a true one, and that everything else gets one and the same answer."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import storage
from awardapp.domain.certificates import new_code, shown
from awardapp.domain.cycles import Rules
from awardapp.extensions import db
from awardapp.models import Certificate, WorkStatus
from tests import factories as make
from tests.support.announcing import Scene, locked_shortlist, release, sealed
from tests.support.pages import Browser

PAPER = b"%PDF-1.7 a certificate"


@pytest.fixture
def scene(app: Flask, now: datetime) -> Scene:
    found = locked_shortlist()
    announcement = sealed(found, now)
    for person in (found.first, found.second):
        release(announcement, person, now)
    db.session.commit()
    return found


def certificate(scene: Scene, *, made: bool = True) -> Certificate:
    """The first shortlisted entry's, with its document in storage."""
    found = db.session.scalars(select(Certificate).where(Certificate.submission_id == scene.shortlisted[0].id)).one()
    if made:
        with storage.stage(io.BytesIO(PAPER), limit=1000) as staged:
            storage.put("certificates/one.pdf", staged.path)
        found.storage_key, found.sha256, found.size = (
            "certificates/one.pdf",
            hashlib.sha256(PAPER).hexdigest(),
            len(PAPER),
        )
        found.status = WorkStatus.DONE
    db.session.commit()
    return found


def test_a_true_certificate_says_whose_it_is_what_for_when_and_its_digest(scene: Scene, browser: Browser) -> None:
    found = certificate(scene)
    page = browser.get(f"/certificates/{shown(found.code).lower()}")
    assert page.status == 200
    for words in (
        "This certificate is genuine", "Certificate of the shortlist", found.city_en, "Spain", found.title_en,
        shown(found.code), hashlib.sha256(PAPER).hexdigest(), "The result",
    ):  # fmt: skip
        assert words in page.words, words
    assert "noindex" in page.text
    sent = browser.get(f"/certificates?code=%20{shown(found.code)}")
    assert (sent.status, sent.location) == (302, f"/certificates/{found.code}")


def test_a_document_that_is_still_made_is_said_to_be(scene: Scene, browser: Browser) -> None:
    assert "The document is being made." in browser.get(f"/certificates/{certificate(scene, made=False).code}").words


def test_unknown_mistyped_and_malformed_codes_get_the_same_answer_which_repeats_nothing(
    scene: Scene, browser: Browser
) -> None:
    answers = {
        (answer.status, answer.text.replace(answer.response.headers["X-Request-Id"], ""))
        for answer in (
            browser.get(address)
            for address in (
                f"/certificates/{new_code()}",
                "/certificates/QUINCE",
                f"/certificates?code={new_code()}",
                "/certificates?code=QUINCE",
                "/certificates?code=",
            )
        )
    }
    statuses, texts = {status for status, _text in answers}, {text for _status, text in answers}
    assert statuses == {404}
    assert all("No certificate has this code" in text and "QUINCE</" not in text for text in texts)
    main = {text[text.index("<main") : text.index("</main>")] for text in texts}
    assert len(main) == 1


def test_whoever_has_the_code_can_take_the_document_only_where_the_rules_say_so(scene: Scene, browser: Browser) -> None:
    found = certificate(scene)
    address = f"/certificates/{found.code}/certificate.pdf"
    assert browser.get(address).status == 404
    assert "the document itself is for its city" in browser.get(f"/certificates/{found.code}").words
    scene.cycle.rules_json = replace(Rules(), certificates_public=True).to_json()
    db.session.commit()
    answer = browser.get(address)
    assert (answer.status, answer.response.mimetype, answer.response.get_data()) == (200, "application/pdf", PAPER)


def test_a_city_takes_its_own_certificates_and_nobody_elses(scene: Scene, app: Flask) -> None:
    found = certificate(scene)
    own, other = scene.shortlisted
    delegate = Browser(app).sign_in(own.city.delegates[0].user)
    page = delegate.get(f"/submissions/{own.ref}/outcome")
    assert "Certificate of the shortlist" in page.words
    answer = delegate.get(f"/submissions/{own.ref}/certificates/{found.code}.pdf")
    assert (answer.status, answer.response.get_data()) == (200, PAPER)
    assert delegate.get(f"/submissions/{own.ref}/certificates/{new_code()}.pdf").status == 404
    stranger = Browser(app).sign_in(other.city.delegates[0].user)
    assert stranger.get(f"/submissions/{own.ref}/certificates/{found.code}.pdf").status == 404
    assert stranger.get(f"/submissions/{other.ref}/certificates/{found.code}.pdf").status == 404
    nobody = Browser(app).sign_in(make.make_user())
    assert nobody.get(f"/submissions/{own.ref}/outcome").status == 404
