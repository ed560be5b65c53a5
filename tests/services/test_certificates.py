"""Certificates: which an announcement leads to, their codes, and what is copied when it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.certificates import ALPHABET, CODE_LENGTH, PLACEHOLDER, CertificateKind, new_code, shown, typed
from awardapp.domain.cycles import Rules
from awardapp.extensions import db
from awardapp.models import Certificate, CityOutcome, Publication, PublicationFile, PublicationFileKind
from awardapp.services import certificates, publication_content, publication_files
from tests.support.announcing import Scene, locked_shortlist, release, sealed


@pytest.fixture
def scene(app: Flask) -> Scene:
    return locked_shortlist()


def published(scene: Scene, now: datetime) -> Publication:
    announcement = sealed(scene, now)
    for person in (scene.first, scene.second):
        release(announcement, person, now)
    db.session.commit()
    return db.session.scalars(select(Publication)).one()


def test_a_code_is_drawn_from_the_alphabet_and_read_back_however_it_is_typed() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)
        assert typed(shown(code)) == typed(f"  {shown(code).lower().replace('-', ' – ')} ") == code
    assert typed("O" + "I" * 27) == "0" + "1" * 27
    assert [typed(text) for text in ("", "U" * 28, "A" * 27, "A" * 29, PLACEHOLDER, "广州" * 14)] == [None] * 6


def test_the_shortlisted_get_a_certificate_and_the_deserving_only_where_the_rules_say_so(
    scene: Scene, now: datetime
) -> None:
    announcement = sealed(scene, now)
    assert announcement.snapshot is not None
    lines = announcement.snapshot["lines"]
    codes = iter(["ONE", "TWO", "THREE"])
    planned = certificates.plan(scene.cycle, lines, codes=lambda: next(codes))
    assert [(one["code"], one["kind"], one["submission"]) for one in planned] == [
        ("ONE", "shortlisted", lines[0]["submission"]),
        ("TWO", "shortlisted", lines[1]["submission"]),
    ]
    scene.cycle.rules_json = replace(Rules(), certificates_deserving=True).to_json()
    planned = certificates.plan(scene.cycle, lines, codes=lambda: PLACEHOLDER)
    assert [(one["kind"], one["city_en"]) for one in planned] == [
        ("shortlisted", lines[0]["city_en"]),
        ("shortlisted", lines[1]["city_en"]),
        ("deserving", scene.deserving.city.name_en),
    ]


def test_publishing_copies_the_sealed_codes_and_opens_each_citys_page(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    assert announcement.snapshot is not None
    codes = [one["code"] for one in announcement.snapshot["certificates"]]
    assert db.session.scalars(select(Certificate)).all() == db.session.scalars(select(CityOutcome)).all() == []
    for person in (scene.first, scene.second):
        release(announcement, person, now)
    given = db.session.scalars(select(Certificate).order_by(Certificate.position)).all()
    assert [one.code for one in given] == codes and len(set(codes)) == 2 and PLACEHOLDER not in codes
    assert {one.kind for one in given} == {CertificateKind.SHORTLISTED}
    told = db.session.scalars(select(CityOutcome).order_by(CityOutcome.submission_id)).all()
    assert [(one.submission_id, one.outcome) for one in told] == [
        (scene.shortlisted[0].id, "shortlisted"),
        (scene.shortlisted[1].id, "shortlisted"),
        (scene.deserving.id, "deserving"),
        (scene.rest.id, "not_selected"),
    ]


def test_a_certificate_is_the_same_to_the_byte_each_time_and_says_invented_where_it_is(
    scene: Scene, now: datetime
) -> None:
    published(scene, now)
    given = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    papers = [certificates.typeset(certificates.paper(given[0])) for _ in range(2)]
    assert papers[0] == papers[1] and papers[0].startswith(b"%PDF")
    assert certificates.typeset(certificates.paper(given[1])) != papers[0]
    assert certificates.paper(given[0]).values["invented"] is False
    scene.cycle.is_demonstration = True
    assert certificates.paper(given[0]).values["invented"] is True


def test_the_files_of_a_publication_are_asked_for_once_for_each_content(scene: Scene, now: datetime) -> None:
    publication = published(scene, now)
    kinds = [row.kind for row in db.session.scalars(select(PublicationFile).order_by(PublicationFile.id))]
    assert sorted(kinds) == sorted(PublicationFileKind)
    before = {row.id for row in publication_files.request(publication, now=now)}
    assert len(before) == 3
    assert {row.id for row in publication_files.request(publication, now=now)} == before


def test_a_publication_as_data_is_alphabetical_within_each_outcome_and_names_nobody_else(
    scene: Scene, now: datetime
) -> None:
    content = publication_content.of(published(scene, now))
    assert [(one["outcome"], one["city"]["en"]) for one in content["outcomes"]] == [
        *(("shortlisted", name) for name in sorted(s.city.name_en for s in scene.shortlisted)),
        ("deserving", scene.deserving.city.name_en),
    ]
    assert all(one["case"] is None and one["pictures"] == [] for one in content["outcomes"])
    assert scene.rest.city.name_en not in str(content)
