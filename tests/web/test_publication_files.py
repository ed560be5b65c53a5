"""What an announcement gives to programs and the press: the page's head, its JSON, the press kit, the picture for sharing."""

from __future__ import annotations

import hashlib
import io
import json
import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import storage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.extensions import db
from awardapp.models import CaseStudy, PublicationFile, PublicationFileKind, WorkStatus
from awardapp.services import casebank
from tests.support.announcing import Scene, locked_shortlist, release, sealed
from tests.support.pages import Browser

DATA = b"a file made of the publication"


@pytest.fixture
def scene(app: Flask, now: datetime) -> Scene:
    found = locked_shortlist()
    announcement = sealed(found, now)
    for person in (found.first, found.second):
        release(announcement, person, now)
    db.session.commit()
    return found


def make_all(now: datetime) -> None:
    """Every file that waits is made, as the worker would note it."""
    with storage.stage(io.BytesIO(DATA), limit=1000) as staged:
        storage.put("publications/one", staged.path)
    for row in db.session.scalars(select(PublicationFile).where(PublicationFile.status == WorkStatus.QUEUED)):
        row.storage_key, row.sha256, row.size = "publications/one", hashlib.sha256(DATA).hexdigest(), len(DATA)
        row.status, row.done_at = WorkStatus.DONE, now
    db.session.commit()


def test_the_head_of_the_page_tells_programs_what_it_is_in_each_language(
    scene: Scene, browser: Browser, now: datetime
) -> None:
    address = f"/announcements/{scene.cycle.slug}/shortlist"
    assert "og:image" not in browser.get(address).text
    make_all(now)
    page = browser.get(f"{address}?lang=zh").text
    whole = f"http://localhost{address}"
    for part in (
        f'<link rel="canonical" href="{whole}">',
        f'<link rel="alternate" hreflang="en" href="{whole}?lang=en">',
        f'<link rel="alternate" hreflang="zh-Hans" href="{whole}?lang=zh">',
        '<meta property="og:title" content="评选结果">',
        '<meta property="og:description" content="名单如下。">',
        f'<meta property="og:image" content="{whole}/picture-zh.png">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert part in page, part


def test_the_structured_data_is_sound_and_no_text_can_end_it(scene: Scene, browser: Browser) -> None:
    line = scene.shortlisted[0]
    line.city.name_en = "</script><b>Quince"
    db.session.commit()
    page = browser.get(f"/announcements/{scene.cycle.slug}/shortlist").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert (data["@type"], data["headline"], data["mainEntity"]["numberOfItems"]) == ("NewsArticle", "The result", 3)
    places = [one["item"]["contentLocation"]["name"] for one in data["mainEntity"]["itemListElement"]]
    assert "</script><b>Quince" in places and "<b>Quince" not in page


def test_the_json_has_exactly_the_documented_fields_and_no_inner_numbers(scene: Scene, browser: Browser) -> None:
    data = browser.get(f"/announcements/{scene.cycle.slug}/shortlist.json").response.get_json()
    table = browser.get("/cases/data").text.partition('id="announcements"')[2]
    assert sorted(data) == sorted(re.findall(r'<th scope="row"><code>(\w+)</code>', table))
    assert data["press_kit"] is None and data["title"] == {"en": "The result", "zh": "评选结果"}
    assert sorted(data["outcomes"][0]) == ["award", "case", "city", "country", "outcome", "pictures", "reason", "title"]
    assert [one["outcome"] for one in data["outcomes"]] == ["shortlisted", "shortlisted", "deserving"]


def test_the_press_kit_is_given_when_it_is_made_and_void_once_a_case_it_shows_is_taken_down(
    scene: Scene, browser: Browser, now: datetime
) -> None:
    address = f"/announcements/{scene.cycle.slug}/shortlist"
    assert browser.get(f"{address}/press-kit.zip").status == 404
    assert browser.get(f"{address}/press-kit-state.json").response.get_json()["finished"] is False
    make_all(now)
    assert browser.get(f"{address}/press-kit.zip").response.get_data() == DATA
    kit = browser.get(f"{address}.json").response.get_json()["press_kit"]
    assert (kit["sha256"], kit["size"]) == (hashlib.sha256(DATA).hexdigest(), len(DATA))

    case = db.session.scalars(select(CaseStudy).where(CaseStudy.submission_id == scene.shortlisted[0].id)).one()
    casebank.publish_case_study(actor=scene.first, case=case, now=now)
    db.session.commit()
    assert browser.get(f"{address}/press-kit.zip").status == 404  # it is another kit now
    make_all(now)
    assert browser.get(f"{address}/press-kit.zip").status == 200
    casebank.take_down(actor=scene.first, case=case, reason="The city asks.", now=now)
    db.session.commit()
    assert case.status is CaseStudyStatus.DRAFT
    assert browser.get(f"{address}/press-kit.zip").response.get_data() == DATA  # the first one holds again
    kits = select(PublicationFile).where(PublicationFile.kind == PublicationFileKind.PRESS_KIT)
    assert len(db.session.scalars(kits).all()) == 2


def test_the_picture_for_sharing_may_be_shown_by_other_sites(scene: Scene, browser: Browser, now: datetime) -> None:
    address = f"/announcements/{scene.cycle.slug}/shortlist/picture-en.png"
    assert browser.get(address).status == 404
    make_all(now)
    answer = browser.get(address)
    assert (answer.status, answer.response.mimetype) == (200, "image/png")
    assert answer.response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert browser.get(address.replace("-en", "-es")).status == 404
