"""Everybody who takes part in a cycle, each at a browser of their own, and the search for what they must not see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.routing import Rule

from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Certificate,
    Cycle,
    Membership,
    Notification,
    Submission,
    User,
)
from awardapp.services import letters
from tests.factories import PASSWORD
from tests.support.pages import Browser, Page, fresh

_PUBLIC = (
    "/", "/cycles", "/announcements", "/cases", "/cases/figures", "/cases.json", "/cases.csv", "/feed.xml", "/sitemap.xml",
)  # fmt: skip
_PUBLIC_OF_CYCLE = ("/cycles/{slug}", "/announcements/{slug}/shortlist", "/announcements/{slug}/winners")
_ROOMS = ("secretariat", "committee", "jury", "advice")
_UNSEEN = ("static", "auth.welcome", "auth.reset_password", "health.check")


class Company:
    """The people of one cycle by a short name; a city's delegate goes by the city's name, the public is "stranger"."""

    def __init__(self, app: Flask, *, slug: str) -> None:
        self.app = app
        self.slug = slug
        self.refs: dict[str, str] = {}
        self._browsers: dict[str, Browser] = {}

    def __getitem__(self, who: str) -> Browser:
        return self._browsers[who]

    def enter(self, who: str, browser: Browser) -> Browser:
        """Somebody new takes part."""
        self._browsers[who] = browser
        return browser

    def others(self, *who: str) -> list[str]:
        """Everybody else."""
        return [name for name in self._browsers if name not in who]

    @staticmethod
    def email(who: str) -> str:
        """The address of somebody who came by registration or invitation."""
        return f"{who.encode('ascii', 'ignore').decode().lower()}@people.example"

    def letters_to(self, who: str) -> list[str]:
        """The kinds of all letters to a person, oldest first."""
        return [row.kind for row in self._letters(who)]

    def _letters(self, who: str) -> list[Notification]:
        db.session.commit()
        return list(
            db.session.scalars(
                select(Notification)
                .join(Notification.recipient)
                .where(User.email == self.email(who))
                .order_by(Notification.id)
            )
        )

    def accept_invitation(self, who: str, browser: Browser) -> Page:
        """Open the link of the last letter as its recipient and choose a password."""
        letter = letters.render(self._letters(who)[-1])
        link = next(line for line in letter.text.splitlines() if "/welcome/" in line).strip()
        page = browser.get(urlsplit(link).path)
        page = browser.submit(page, holding="password", password=PASSWORD, password_again=PASSWORD, follow=True)
        assert page.status == 200, page.words
        self.enter(who, browser)
        return page

    def invite(self, who: str, role: Role, name: str, *, country: str, by: str = "chen", **more: Any) -> None:
        """The secretariat invites somebody, who accepts."""
        desk = self[by]
        page = desk.get(f"/secretariat/{self.slug}/people/invite?role={role.value}")
        sent = desk.submit(
            page, "/invite", name=name, email=self.email(who), country=country, password=PASSWORD, **more
        )
        assert sent.status == 303, sent.words
        self.accept_invitation(who, Browser(self.app))

    def next_phase(self, by: str = "chen") -> None:
        """The secretariat takes the cycle's next step by hand."""
        desk = self[by]
        sent = desk.submit(desk.get(f"/secretariat/{self.slug}/next-phase"), "/next-phase")
        assert sent.status == 303, sent.words

    def status(self, city: str) -> str:
        """The state of a city's submission."""
        return str(fresh(Submission, ref=self.refs[city]).status)

    def public_pages(self) -> dict[str, tuple[int, str]]:
        """What the public can read, without what changes by itself."""
        paths = (*_PUBLIC, *(path.format(slug=self.slug) for path in _PUBLIC_OF_CYCLE))
        pages = {path: self["stranger"].get(path) for path in paths}
        return {path: (page.status, re.sub(r'name="csrf_token"[^>]*', "", page.text)) for path, page in pages.items()}

    def announce(
        self,
        kind: str,
        cities: list[str],
        *,
        secret: str,
        known_to: tuple[str, ...] = (),
        before: dict[str, tuple[int, str]] | None = None,
        award_key: str = "",
    ) -> None:
        """Prepared by one of the secretariat, sealed, released by one and then another: public with the second release.

        Until then the `secret` is read by the secretariat and those it is `known_to` alone, and every public page is what it
        was `before` the decision.
        """
        room = f"/secretariat/{self.slug}/announcements"
        chen, liu, stranger = self["chen"], self["liu"], self["stranger"]
        page = chen.submit(chen.get(room), room, holding="kind", follow=True)
        announcement = fresh(Announcement, kind=kind, award_key=award_key)
        path = f"{room}/{announcement.id}"
        words = dict(
            title_en=f"Result: {kind}", title_zh="结果", statement_en=f"{secret} statement", statement_zh="声明"
        )
        chen.submit(chen.submit(page, path, holding="title_en", follow=True, **words), "/seal", follow=True)
        if known_to:
            self.check_who_reads({secret: ["chen", "liu", *known_to]}, about=cities[:1])
        for person in (chen, liu):
            assert before is None or self.public_pages() == before  # not one letter tells that something is decided
            page = person.get(path)
            letters = re.search(r"(\d+|One) letters? in all", page.words)
            assert letters is not None
            count = letters[1].replace("One", "1")
            assert person.submit(page, "/release", holding="letters", letters="999").status == 422
            page = person.submit(page, "/release", holding="letters", letters=count, password=PASSWORD, follow=True)
            assert not [
                f for f in page.all("form") if (f.get("action") or "").endswith("/release")
            ]  # nobody releases twice
        assert fresh(Announcement, kind=kind, award_key=award_key).status is AnnouncementStatus.PUBLISHED
        public = stranger.get(f"/announcements/{self.slug}/{kind}" + (f"/{award_key}" if award_key else ""))
        assert public.status == 200 and secret in public.words and all(city in public.words for city in cities)
        assert secret in stranger.get("/feed.xml").text

    def check_who_reads(self, secrets: Mapping[str, Collection[str]], *, about: Collection[str]) -> None:
        """Look for words on every page that any address of the site gives and in every letter: exactly the people named
        must find each.

        The addresses are made with the submissions of the cities it is about; of the uninvolved cities one stands for all.
        """
        if db.engine.dialect.name == "postgresql":
            return  # thousands of pages, and who may read what is decided the same on both databases
        addresses = sorted({address for city in about for address in self._addresses(self.refs[city])})
        involved = {*about, *(who for readers in secrets.values() for who in readers)}
        bystander = next(city for city in self.refs if city not in involved)
        found: dict[str, dict[str, str]] = {words: {} for words in secrets}
        for who in self._browsers:
            if who in self.refs and who not in involved and who != bystander:
                continue
            closed = tuple(f"/{room}/" for room in _ROOMS if not self._may_enter(who, room))
            for address in addresses:
                if address.startswith(closed):
                    continue
                status, text = self[who].read(address)
                assert status < 500, (who, address)
                for words in secrets:
                    if words in text:
                        found[words][who] = address
        for recipient, text in self._letters_to_all():
            for words in secrets:
                if words in text:
                    found[words].setdefault(recipient, "a letter")
        for words, readers in secrets.items():
            wrong = set(found[words]) ^ set(readers)
            assert not wrong, {who: found[words].get(who, "does not find") for who in wrong} | {"what": words}

    def _letters_to_all(self) -> Iterator[tuple[str, str]]:
        """Every letter written until now as its recipient reads it: who it is for, subject and text."""
        names = {self.email(who): who for who in self._browsers}
        db.session.commit()
        for row in db.session.scalars(select(Notification).options(joinedload(Notification.recipient))):
            letter = letters.render(row)
            yield names.get(row.recipient.email, row.recipient.email.split("@")[0]), f"{letter.subject}\n{letter.text}"

    def _may_enter(self, who: str, room: str) -> bool:
        """Whether the door of a room opens; behind a closed one test_access.py looks at every address."""
        page = self[who].get(f"/{room}/{self.slug}/")
        return page.status < 400 and not page.response.headers.get("Location", "").startswith("/sign-in")

    def _addresses(self, ref: str) -> Iterator[str]:
        """Every address that a GET can have, with the values of this cycle and of one submission in it."""
        cycle = fresh(Cycle, slug=self.slug)
        values: dict[str, list[Any]] = {
            "cycle_slug": [self.slug],
            "slug": [self.slug],
            "ref": [ref],
            "kind": ["shortlist", "winners", "special"],
            "award_key": ["popular_city"],
            "vote": ["public_vote"],
            "voted_key": ["popular_city"],
            "partner_key": ["media_choice"],
            "partner_id": [1],
            "announcement_id": list(db.session.scalars(select(Announcement.id))),
            "ceremony_id": [1],
            "number": [1],
            "sha256": [fresh(Submission, ref=ref).attachments[0].blob.sha256],
            "key": [cycle.criteria[0].key],
            "member_id": [1],
            "juror_id": [1],
            "paper_id": [1],
            "likeness_id": [1],
            "city_id": [fresh(Submission, ref=ref).city_id],
            "form_id": [1],
            "draft_id": [1],
            "note_id": [1],
            "section_key": ["basic"],
            "field_key": ["background"],
            "field_kind": ["text"],
            "field": ["background"],
            "name": ["title_en"],
            "edition": ["en"],
            "pseudonym": [self._pseudonym()],
            "ending": ["pdf"],
            "page": [1],
            "size": ["small"],
            "language": ["en"],
            "code": list(db.session.scalars(select(Certificate.code).limit(2))) or ["0" * 28],
            "token": ["no-token"],
            "topic": ["news"],
            "letter_id": [
                n.id for n in db.session.scalars(select(Notification).order_by(Notification.id.desc()).limit(1))
            ],
        }
        of_letters = {**values, "kind": ["outcome_shortlisted", "outcome_winner"]}
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in _UNSEEN:
                yield from self._built(rule, of_letters if "/letters/" in rule.rule else values)

    def _pseudonym(self) -> str:
        """Of a member of the cycle, or of nobody."""
        found = select(Membership.pseudonym).join(Cycle).where(Cycle.slug == self.slug).limit(1)
        return db.session.scalar(found) or "M-0000"

    def _built(self, rule: Rule, values: dict[str, list[Any]]) -> Iterator[str]:
        choices: list[dict[str, Any]] = [{}]
        for name in sorted(rule.arguments):
            choices = [{**chosen, name: value} for chosen in choices for value in values[name]]
        for chosen in choices:
            built = rule.build(chosen, append_unknown=False)
            if built is not None:
                yield built[1]
