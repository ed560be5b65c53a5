"""A sealed shortlist, and the walk through the announcement's pages, for tests in the browser without script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Cycle,
    Submission,
    User,
)
from tests import factories as make
from tests.support.pages import Browser, Page

SECRET = "QUINCE"  # in everything that must not be known before its instant
WORDS = {
    "title_en": f"Result {SECRET}",
    "title_zh": f"结果{SECRET}",
    "statement_en": f"Statement {SECRET}",
    "statement_zh": f"声明{SECRET}",
}


@dataclass
class Scene:
    cycle: Cycle
    first: User
    second: User
    juror: User
    cities: list[Submission]

    @property
    def list_address(self) -> str:
        return f"/secretariat/{self.cycle.slug}/announcements"


def make_scene(*, secret: str = "", shortlisted: int = 2) -> Scene:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED, deadline_at=make.NOW - timedelta(days=9))
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    cities = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(4)]
    make.make_delegate(cities[0].city, make.make_user(language="zh"))
    selection = make.make_selection(
        cycle, Stage.COMMITTEE, {Outcome.SHORTLISTED: cities[:shortlisted], Outcome.DESERVING: cities[shortlisted:3]}
    )
    selection.result = {"places": [{"id": c.pseudonym, "note": secret} for c in cities[:shortlisted]]}
    db.session.commit()
    return Scene(cycle, first, second, make.make_member(cycle, Role.JUROR).user, cities)


def prepare(browser: Browser, scene: Scene, **changes: Any) -> Page:
    """Prepare the shortlist's announcement and write its words; the page of the draft comes back."""
    page = browser.submit(browser.get(scene.list_address), "/announcements", holding="kind", follow=True)
    return browser.submit(page, holding="title_en", follow=True, **{**WORDS, **changes})


def seal(browser: Browser, scene: Scene, **changes: Any) -> Page:
    return browser.submit(prepare(browser, scene, **changes), "/seal", follow=True)


def release(browser: Browser, page: Page, letters: int = 5) -> Page:
    return browser.submit(page, "/release", follow=True, letters=str(letters), password=make.PASSWORD)


def stop(browser: Browser, page: Page, verb: str, reason: str, **more: Any) -> Page:
    """Stop the publication ("abort") or open the seal ("unseal"), with the password."""
    values = {f"{verb}-reason": reason, f"{verb}-password": make.PASSWORD}
    return browser.submit(page, f"/{verb}", **{**values, **more})


def address_of(announcement: Announcement) -> str:
    return f"/secretariat/{announcement.cycle.slug}/announcements/{announcement.id}"
