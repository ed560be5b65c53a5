"""What callers ask of the pages: real sessions, real forms, and the same rows of the bare views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import html5lib

from tests.bench import loading, seeding
from tests.bench.loading import Ask, Line, request
from tests.bench.seeding import CALLERS, Seeded
from tests.support.pages import values_of


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


def _saving(
    port: int, paths: list[str], bodies: list[str], versions: list[Iterator[int]], cookies: list[str] | None
) -> Ask:
    """A save that states the version it was made from; every caller has a thing of its own, the server and its bare
    view save by turns.
    """

    def ask(caller: int) -> bytes:
        version = next(versions[caller])
        body = bodies[caller].replace("TURN", str(5 + version % 5)) + f"&edit_version={version}"
        more = {"Cookie": cookies[caller]} if cookies else {}
        return request("POST", paths[caller], port=port, body=body.encode(), **more)

    return ask


def _form(port: int, path: str, cookie: str, form_id: str) -> dict[str, list[str]]:
    """What a browser would send for the untouched form."""
    page = Line(port).ask(request("GET", path, port=port, Cookie=cookie))
    root = html5lib.parse(page.body.decode(), namespaceHTMLElements=False)
    form = next(one for one in root.iter("form") if one.get("id") == form_id)
    return values_of(form)


def _drafts(port: int, bare: int, known: Seeded, cookies: list[str]) -> Page:
    bodies = []
    for ref, cookie in zip(known.drafts, cookies, strict=True):
        values = _form(port, f"/submissions/{ref}/edit", cookie, "submission-form")
        del values["edit_version"]
        values["contact_position"] = ["Head of department TURN"]
        bodies.append(urlencode(values, doseq=True))
    versions = [count(1) for _ in range(CALLERS)]
    return Page(
        "saving a draft",
        _saving(port, [f"/submissions/{ref}/edit" for ref in known.drafts], bodies, versions, cookies),
        _saving(bare, [f"/draft/{ref}" for ref in known.drafts], bodies, versions, None),
        wanted=303,
    )


def _scores(port: int, bare: int, known: Seeded, member_ids: list[int], cookies: list[str]) -> Page:
    refs = [files[0] for files in known.files]
    bodies = []
    for ref, cookie in zip(refs, cookies, strict=True):
        values = _form(port, f"/committee/8/submissions/{ref}/assessment", cookie, "sheet-form")
        bodies.append(urlencode({"csrf_token": values["csrf_token"][0], f"mark-{known.criteria[0]}": "TURN"}))
    versions = [count(1) for _ in range(CALLERS)]
    return Page(
        "saving a score",
        _saving(port, [f"/committee/8/submissions/{ref}/scores" for ref in refs], bodies, versions, cookies),
        _saving(bare, [f"/file/{m}/{ref}" for m, ref in zip(member_ids, refs, strict=True)], bodies, versions, None),
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
        _drafts(port, bare, known, delegates),
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
