"""A client that behaves like a browser without script: it reads the page, fills the form it finds, follows the answer.

Forms are posted with every hidden field they carry (the CSRF token among them), so a test fails when a page forgets one.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import lxml.html
from flask import Flask, g
from flask.testing import FlaskClient
from lxml.html import HtmlElement as Element
from sqlalchemy import select
from werkzeug.test import TestResponse

from awardapp import clock
from awardapp.extensions import db
from awardapp.models import User
from awardapp.services import sign_ins

# No comments: their tag is not a string, and nobody sees them.
_PARSER = lxml.html.HTMLParser(remove_comments=True, remove_pis=True)


def parse(text: str) -> Element:
    """A page as a tree of elements."""
    return lxml.html.document_fromstring(text or "<!doctype html><html></html>", parser=_PARSER)


class Page:
    """One parsed answer."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.get_data(as_text=True)

    @cached_property
    def root(self) -> Element:
        """The parsed page; only when somebody looks, since parsing takes longer than the request."""
        return parse(self.text)

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.response.headers["Location"]

    @property
    def words(self) -> str:
        """The page's text without tags, white space folded."""
        body = self.root.find("body")
        return " ".join("".join(body.itertext()).split()) if body is not None else ""

    @property
    def title(self) -> str:
        """The text of the only h1. Fails when there is none or several."""
        found = self.all("h1")
        assert len(found) == 1, f"{len(found)} h1 on the page"
        return " ".join("".join(found[0].itertext()).split())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of a tag with these attributes ("class_" matches one of the classes)."""

        def fits(element: Element) -> bool:
            for name, value in attributes.items():
                have = element.get(name.rstrip("_").replace("_", "-"))
                if have is None or (value not in have.split() if name == "class_" else have != value):
                    return False
            return True

        return [element for element in self.root.iter(tag) if fits(element)]

    def links(self) -> list[str]:
        """The addresses of all links, in order."""
        return [a.get("href") or "" for a in self.root.iter("a")]

    def form(self, action: str = "", *, holding: str | None = None) -> Element:
        """The first form whose action contains this (and that has a control of the name `holding`)."""
        for form in self.root.iter("form"):
            names = {c.get("name") for c in form.iter() if c.get("name")}
            if action in (form.get("action") or "") and (holding is None or holding in names):
                return form
        actions = [form.get("action") for form in self.root.iter("form")]
        raise AssertionError(f"no form {action!r} holding {holding!r}; there are {actions}")


def values_of(form: Element) -> dict[str, list[str]]:
    """What a browser would send for an untouched form, submit buttons left out."""
    values: dict[str, list[str]] = {}
    for control in form.iter():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "input":
            kind = (control.get("type") or "text").lower()
            if kind in ("submit", "button", "image", "file", "reset"):
                continue
            if kind in ("checkbox", "radio"):
                if control.get("checked") is not None:
                    values.setdefault(name, []).append(control.get("value", "on"))
                continue
            values.setdefault(name, []).append(control.get("value") or "")
        elif control.tag == "textarea":
            text = "".join(control.itertext())
            values.setdefault(name, []).append(text.removeprefix("\n"))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and control.get("multiple") is None:
                chosen = options[:1]
            for option in chosen:
                value = option.get("value")
                values.setdefault(name, []).append("".join(option.itertext()) if value is None else value)
    return values


class _Client(FlaskClient):
    """Begins each request as the person whose cookies it has: the tests' application context outlives a request and
    remembers who came before.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.commit()
        for name in ("_login_user", "csrf_token", "award_changed_at"):
            g.pop(name, None)
        return super().open(*args, **kwargs)


class Browser:
    """A person at a browser: keeps cookies, may be signed in."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.test_client_class = _Client
        self.client: FlaskClient = app.test_client()

    def sign_in(self, user: User) -> Browser:
        """Sign in as somebody, as the sign-in page would, without the 0.12 s of the password hash."""
        token = sign_ins.begin(user, now=clock.now())
        db.session.commit()
        with self.client.session_transaction() as session:
            session["_user_id"] = str(user.id)
            session["_fresh"] = True
            session["sign_in"] = token
        return self

    def ask(self, method: str, address: str, **kwargs: Any) -> TestResponse:
        """The bare answer to a request, not read as a page; the test's own objects are read anew afterwards."""
        response = self.client.open(address, method=method, buffered=True, **kwargs)
        db.session.expire_all()
        return response

    def get(self, address: str, **kwargs: Any) -> Page:
        """Open an address."""
        return Page(self.ask("GET", address, **kwargs))

    def read(self, address: str) -> tuple[int, str]:
        """Status and raw text of an address, for searching many pages: nothing is parsed."""
        response = self.client.get(address)
        return response.status_code, response.get_data().decode(errors="replace")

    def post(self, address: str, data: Any = None, **kwargs: Any) -> Page:
        """Post as is: for tests of refusals. `submit` is what people do."""
        return Page(self.ask("POST", address, data=data, **kwargs))

    def submit(
        self,
        page: Page,
        action: str = "",
        *,
        holding: str | None = None,
        press: str | None = None,
        follow: bool = False,
        **changes: Any,
    ) -> Page:
        """Fill the form found on a page and send it; a change of None leaves a field out, a list gives several.

        `press` is the beginning of a button's words: its value and its own address are used.
        """
        form = page.form(action, holding=holding)
        values: dict[str, Any] = dict(values_of(form))
        for name, value in changes.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = value
        address = form.get("action") or page.response.request.path
        if press is not None:
            button = next(b for b in form.iter("button") if "".join(b.itertext()).strip().startswith(press))
            address = button.get("formaction") or address
            if button.get("name"):
                values[button.get("name")] = button.get("value", "")
        sent = self.post(address, values, content_type=form.get("enctype") or None)
        while follow and 300 <= sent.status < 400:
            sent = self.get(sent.location)
        return sent


def fresh(model: type[Any], **where: Any) -> Any:
    """The only row with these values, read anew. Raises when there is none or several."""
    return db.session.execute(select(model).filter_by(**where).execution_options(populate_existing=True)).scalar_one()


def link(page: Page, words: str) -> str:
    """The address a link with these words leads to. Raises StopIteration when the page has none."""
    return next(str(a.get("href")) for a in page.all("a") if " ".join(a.text_content().split()) == words)
