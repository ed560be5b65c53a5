"""What callers ask of the pages: real sessions, real forms, and the same rows of the bare views."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from awardapp.domain.answers import digest
from tests.bench import loading, seeding
from tests.bench.loading import Ask, Line, request
from tests.bench.seeding import CALLERS, Seeded
from tests.support.pages import parse, values_of


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what callers ask of the application and of the bare view, the status wanted, whether it is paged."""

    name: str
    ask: Ask
    bare: Ask
    wanted: int = 200
    is_paged: bool = True


def _cookie(answer: loading.Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def _token(body: bytes) -> str:
    before, _, after = body.decode().partition('name="csrf_token"')
    return after.partition('value="')[2].partition('"')[0] if before else ""


def _sign_in(port: int, email: str) -> str:
    """The cookie of a real session, got through the sign-in page."""
    line = Line(port)
    page = line.ask(request("GET", "/sign-in", port=port))
    form = urlencode({"csrf_token": _token(page.body), "email": email, "password": seeding.PASSWORD}).encode()
    done = line.ask(request("POST", "/sign-in", port=port, body=form, Cookie=_cookie(page)))
    if done.status != 303:
        raise RuntimeError(f"nobody could sign in as {email}: {done.status}")
    first = line.ask(request("GET", "/cases", port=port, Cookie=_cookie(done)))  # gives the session its CSRF token
    line.close()
    return _cookie(first)


def _get(port: int, paths: list[str] | str, cookies: list[str] | str = "") -> Ask:
    """The same address for all callers, or one for each."""
    ready = [
        request(
            "GET",
            paths if isinstance(paths, str) else paths[caller],
            port=port,
            **({"Cookie": cookies if isinstance(cookies, str) else cookies[caller]} if cookies else {}),
        )
        for caller in range(CALLERS)
    ]
    return lambda caller: ready[caller]


def _form(port: int, path: str, cookie: str, form_id: str) -> dict[str, list[str]]:
    """What a browser would send for the untouched form."""
    page = Line(port).ask(request("GET", path, port=port, Cookie=cookie))
    root = parse(page.body.decode())
    form = next(one for one in root.iter("form") if one.get("id") == form_id)
    return values_of(form)


@dataclass
class _Typing:
    """One input of one submission that changes with every save; the server and its bare view save it by turns."""

    text: str
    number: int = 0

    def next(self) -> tuple[str, str]:
        """The next text, and the digest of the one it is made from."""
        before, self.number = self.now, self.number + 1
        return self.now, digest(before)

    @property
    def now(self) -> str:
        return f"{self.text} {self.number}" if self.number else self.text


def _forms(port: int, known: Seeded, cookies: list[str]) -> list[dict[str, list[str]]]:
    return [
        _form(port, f"/submissions/{ref}/edit", cookie, "submission-form")
        for ref, cookie in zip(known.drafts, cookies, strict=True)
    ]


def _drafts(port: int, bare: int, known: Seeded, ids: list[int], cookies: list[str]) -> Page:
    """The whole form as a browser without script sends it, one input changed."""
    forms = _forms(port, known, cookies)
    typing = [_Typing(form["contact_position"][0]) for form in forms]
    versions = [count(1) for _ in range(CALLERS)]

    def saving(to: int, paths: list[str], cookies: list[str] | None) -> Ask:
        def ask(caller: int) -> bytes:
            text, base = typing[caller].next()
            form = {**forms[caller], "contact_position": [text], "edit_version": [str(next(versions[caller]))]}
            form["base"] = [re.sub(r"contact_position:\w+", f"contact_position:{base}", form["base"][0])]
            more = {"Cookie": cookies[caller]} if cookies else {}
            return request("POST", paths[caller], port=to, body=urlencode(form, doseq=True).encode(), **more)

        return ask

    return Page(
        "saving a draft",
        saving(port, [f"/submissions/{ref}/edit" for ref in known.drafts], cookies),
        saving(bare, [f"/draft/{user}/{ref}" for user, ref in zip(ids, known.drafts, strict=True)], None),
        wanted=303,
    )


def _inputs(port: int, bare: int, known: Seeded, ids: list[int], cookies: list[str]) -> Page:
    """One long text, as the form's script saves it after a pause."""
    forms = _forms(port, known, cookies)
    typing = [_Typing(form["background_en"][0].replace("\r\n", "\n").strip()) for form in forms]
    tokens = [form["csrf_token"][0] for form in forms]

    def saving(to: int, paths: list[str], cookies: list[str] | None) -> Ask:
        def ask(caller: int) -> bytes:
            text, base = typing[caller].next()
            more = {"Accept": "application/json", "X_CSRFToken": tokens[caller]} if cookies else {}
            more |= {"Cookie": cookies[caller]} if cookies else {}
            return request(
                "POST", paths[caller], port=to, body=urlencode({"base": base, "value": text}).encode(), **more
            )

        return ask

    return Page(
        "saving one input",
        saving(port, [f"/submissions/{ref}/inputs/background_en" for ref in known.drafts], cookies),
        saving(bare, [f"/input/{user}/{ref}/background_en" for user, ref in zip(ids, known.drafts, strict=True)], None),
    )


def _scores(port: int, bare: int, known: Seeded, member_ids: list[int], cookies: list[str]) -> Page:
    """One mark, as the sheet saves it by itself: to the criterion's own address, from the mark that the page showed."""
    refs, criterion = [files[0] for files in known.files], known.criteria[0]
    forms = [
        _form(port, f"/committee/8/submissions/{ref}/assessment", cookie, "sheet-form")
        for ref, cookie in zip(refs, cookies, strict=True)
    ]
    shown = [form[f"base-mark-{criterion}"][0] for form in forms]
    turns = [count() for _ in refs]

    def saving(to: int, paths: list[str], cookies: list[str] | None) -> Ask:
        def ask(caller: int) -> bytes:
            base, shown[caller] = shown[caller], f"{1.5 + next(turns[caller]) % 7:g}"
            form = {"csrf_token": forms[caller]["csrf_token"][0], "value": shown[caller], "base": base}
            more = {"Cookie": cookies[caller]} if cookies else {}
            return request("POST", paths[caller], port=to, body=urlencode(form).encode(), **more)

        return ask

    return Page(
        "saving a score",
        saving(port, [f"/committee/8/submissions/{ref}/marks/{criterion}" for ref in refs], cookies),
        saving(bare, [f"/file/{m}/{ref}/{criterion}" for m, ref in zip(member_ids, refs, strict=True)], None),
    )


def pages_of(port: int, bare: int, known: Seeded, ids: dict[str, list[int]]) -> list[Page]:
    secretary = _sign_in(port, known.secretary)
    members = [_sign_in(port, email) for email in known.members]
    delegates = [_sign_in(port, email) for email in known.delegates]
    refs = [files[1] for files in known.files]
    cycle = ids["cycle"][0]
    return [
        Page("public list", _get(port, "/cases"), _get(bare, "/cases")),
        Page("public case", _get(port, f"/cases/{known.case}"), _get(bare, f"/case/{known.case}")),
        Page("JSON list", _get(port, "/cases.json"), _get(bare, "/cases.json")),
        Page("CSV of all cases", _get(port, "/cases.csv"), _get(bare, "/cases.csv"), is_paged=False),
        Page(
            "city's desk",
            _get(port, "/submissions", delegates),
            _get(bare, [f"/desk/{one}" for one in ids["delegates"]]),
        ),
        _drafts(port, bare, known, ids["delegates"], delegates),
        _inputs(port, bare, known, ids["delegates"], delegates),
        Page(
            "member's queue",
            _get(port, "/committee/8/", members),
            _get(bare, [f"/queue/{one}" for one in ids["members"]]),
        ),
        Page(
            "one file to assess",
            _get(port, [f"/committee/8/submissions/{ref}/assessment" for ref in refs], members),
            _get(bare, [f"/file/{m}/{ref}" for m, ref in zip(ids["members"], refs, strict=True)]),
        ),
        _scores(port, bare, known, ids["members"], members),
        Page("secretariat's overview", _get(port, "/secretariat/8/", secretary), _get(bare, f"/overview/{cycle}")),
        Page("overview with scores", _get(port, "/secretariat/8/scores", secretary), _get(bare, f"/scores/{cycle}")),
        Page(
            "CSV of all scores",
            _get(port, "/secretariat/8/scores.csv", secretary),
            _get(bare, f"/scores.csv/{cycle}"),
            is_paged=False,
        ),
    ]
