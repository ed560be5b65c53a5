"""One served system and one browser for all tests of this folder: the archive, and a small cycle in each stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from awardapp import create_app, migrations, seeding
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import User
from awardapp.services import shortlist
from tests import factories as make
from tests.conftest import environment
from tests.support import judging, parts, presenting, world
from tests.support import plenary as plenary_support
from tests.support.broker import running_broker
from tests.support.browser import DEADLINE, running_browser
from tests.support.processes import bare_environment, running_web

expect.set_options(timeout=DEADLINE)


@dataclass
class Site:
    """Where the system answers, the accounts by a short name (all with tests.factories.PASSWORD), and where things are."""

    address: str
    people: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)  # of an application that looks into the same database
    web: int = 0  # process of the web server's master


def _people(names: dict[str, User]) -> dict[str, str]:
    return {short: person.email for short, person in names.items()}


def _seed(now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """A cycle whose call is open, one with the committee at work, one with the jury, and the six of the archive."""
    seeding.load_archive(now=now)
    secretary = make.make_user("Chen Meiling")
    official = make.make_user("Ana Souza")
    city = make.make_city("Recife", "BR", name_zh="累西腓")
    make.make_delegate(city, official)
    call = make.make_cycle(CyclePhase.OPEN, slug="call", deadline_at=now + timedelta(days=9))
    call.opens_at = now - timedelta(days=20)
    drafts = [make.make_submission(call, city, by=official) for _ in range(2)]
    waiting = make.make_submission(call, status=SubmissionStatus.SUBMITTED)
    advised, adviser = (
        make.make_submission(call, status=SubmissionStatus.SUBMITTED),
        make.make_member(call, Role.ADVISER),
    )
    likeness = world.looked_at(advised, like=waiting, adviser=adviser)
    committee = judging.committee()
    committee.cycle.slug = "committee"
    shortlist.propose(actor=committee.chair, cycle=committee.cycle, now=now)
    for _ in range(8):
        make.make_assignment(make.make_submission(committee.cycle, status=SubmissionStatus.VALID), committee.members[1])
    jury = judging.jury()
    jury.cycle.slug = "jury"
    for cycle in (call, committee.cycle, jury.cycle):
        make.make_member(cycle, Role.SECRETARIAT, secretary)
    plenary = plenary_support.to_watch()
    plenary.cycle.slug = "plenary"
    shown = presenting.published()
    shown.cycle.slug = "presenting"
    people = {
        "moderator": shown.secretary, "listener": shown.jurors[0].user, "presenter": shown.delegate(),
        "secretary": secretary, "official": official, "chair": committee.chair, "member": committee.members[1].user,
        "president": jury.chair, "juror": jury.jurors[1].user, "adviser": adviser.user,
        "plenary chair": plenary.chair, "plenary member": plenary.members[1].user, "plenary tied": plenary.members[2].user,
        "observer": make.make_member(jury.cycle, Role.OBSERVER).user,
    }  # fmt: skip
    paths = {
        "presentation": f"/submissions/{shown.finalists[0].ref}/presentation", "presented": shown.finalists[0].ref,
        "edit": f"/submissions/{drafts[0].ref}/edit", "review": f"/submissions/{drafts[1].ref}/submit",
        "check": f"/secretariat/call/check/{waiting.ref}", "advise": f"/advice/call/files/{advised.ref}",
        "alike": f"/secretariat/call/check/{advised.ref}/alike/{likeness.id}",
    }  # fmt: skip
    return _people(people), paths


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The system with its small cycles, served by gunicorn over SQLite, with a real broker."""
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        broker = stack.enter_context(running_broker())
        settings = environment(folder, AWARD_REDIS_URL=broker.url)
        app = create_app(settings)
        with app.app_context():
            migrations.upgrade()
            people, paths = _seed(datetime.now(UTC))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        env = {**bare_environment(), **settings}
        web, address = stack.enter_context(running_web(env, folder=folder, workers=1))
        yield Site(address, people, paths, settings, web.pid)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per file: Playwright allows one at a time in a process, and other tests start their own."""
    if "browser" in parts.missing():
        pytest.skip("browser: no Chromium found")
    with running_browser() as browser:
        yield browser


class Window:
    """A person's browser window that notes everything the page complains about."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.status = 0  # of the page opened last
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def _note(self, kind: str, text: str) -> None:
        # Chromium tells every answer of 400 and more as an error; those pages are opened on purpose.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    def open(self, path: str) -> Page:
        """Go to a path of the site."""
        answer = self.page.goto(self.site.address + path)
        self.status = answer.status if answer is not None else 0
        return self.page

    def sign_in(self, who: str) -> Window:
        """Type address and password."""
        self.open("/sign-in")
        self.page.get_by_label("E-mail address").fill(self.site.people[who])
        self.page.get_by_label("Password").fill(make.PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self

    def press(self, key: str) -> None:
        """A key that leads to another page, once the page listens to keys."""
        self.page.wait_for_selector("html[data-started]")
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


@pytest.fixture
def window(chromium: Browser, site: Site) -> Iterator[Callable[..., Window]]:
    """`window()` opens a new one with cookies of its own; afterwards none may have complained."""
    opened: list[Window] = []
    with ExitStack() as stack:

        def new(who: str | None = None, *, locale: str = "en-GB", beside: Window | None = None) -> Window:
            if beside is None:
                context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale=locale)
                stack.enter_context(context)
                context.set_default_timeout(DEADLINE)
            else:
                context = beside.page.context
            one = Window(context, site)
            opened.append(one)
            return one.sign_in(who) if who else one

        yield new
        assert [complaint for one in opened for complaint in one.complaints] == []
