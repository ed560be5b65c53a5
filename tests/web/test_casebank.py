"""The case bank: finding, reading, taking along; published cases only."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from awardapp import seeding, storage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cells import cell
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db, limiter
from awardapp.models import Bundle, CaseAward, CaseStudy, Cycle, WorkStatus
from awardapp.services import casebank
from tests import factories
from tests.conftest import NOW, Queue
from tests.support.pages import Browser, Page

ZH = {"Accept-Language": "zh-CN"}


@pytest.fixture
def past(app: Any) -> Cycle:
    return factories.make_cycle(CyclePhase.ARCHIVED, slug="past")


def titles(page: Page) -> list[str]:
    return ["".join(a.itertext()) for li in page.all("li", class_="case-line") for a in li.iter("a")]


def choices(page: Page, facet: str) -> dict[str, str]:
    """Words of a facet's choices with their counts."""
    for details in page.all("details", class_="facet"):
        if facet in "".join(details[0].itertext()):
            return {"".join(a[0].itertext()): "".join(a[1].itertext()) for a in details.iter("a")}
    return {}


def follow(page: Page, words: str) -> str:
    """The address of the choice with these words."""
    return next(a.get("href") or "" for a in page.root.iter("a") if "".join(a.itertext()).strip().startswith(words))


# --- only what is published ------------------------------------------------------------------------------------------


def test_a_draft_is_nowhere(browser: Browser, past: Cycle) -> None:
    sha256 = "a" * 64
    draft = factories.make_case_study(
        past,
        status=CaseStudyStatus.DRAFT,
        title_en="Canary",
        files=[{"sha256": sha256, "filename": "f.pdf", "media_type": "application/pdf", "size": 1}],
    )
    for address in ("/cases", "/cases?q=canary", "/cases.json", "/cases.csv", "/sitemap.xml", "/", "/cases/figures"):
        text = browser.get(address).text
        assert "Canary" not in text.replace("“canary”", ""), address
        assert draft.ref not in text, address
    for tail in ("", ".json", "/bundle", "/bundle.json", f"/files/{sha256}"):
        assert browser.get(f"/cases/{draft.ref}{tail}").status == 404, tail
    assert browser.post(f"/cases/{draft.ref}/bundle").status == 404
    assert db.session.scalar(select(func.count()).select_from(Bundle)) == 0


def test_the_list_follows_publishing_editing_and_taking_down_at_once(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.WINNERS_PUBLIC)
    secretary = factories.make_member(cycle, Role.SECRETARIAT).user
    case = factories.make_case_study(cycle, status=CaseStudyStatus.DRAFT, title_en="First words")
    assert titles(browser.get("/cases")) == []
    casebank.publish_case_study(actor=secretary, case=case, now=NOW)
    assert titles(browser.get("/cases")) == ["First words"]
    case = db.session.get_one(CaseStudy, case.id)
    casebank.edit(
        actor=secretary, case=case, values={"title_en": "Other words"}, edit_version=case.edit_version, now=NOW
    )
    assert titles(browser.get("/cases?q=other")) == ["Other words"]
    assert titles(browser.get("/cases?q=first")) == []
    casebank.take_down(
        actor=secretary, case=db.session.get_one(CaseStudy, case.id), reason="asked by the city", now=NOW
    )
    assert titles(browser.get("/cases")) == []
    assert browser.get(f"/cases/{case.ref}").status == 404


# --- the archive -----------------------------------------------------------------------------------------------------


def test_the_archive_is_found_in_english_and_chinese(browser: Browser) -> None:
    assert seeding.load_archive(now=NOW) == 80
    assert "80 cases" in browser.get("/cases").words
    assert titles(browser.get("/cases?q=xianning")) == ["Improving Traffic Safety near Schools"]
    assert titles(browser.get("/cases?q=学校周边", headers=ZH)) == ["儿童友好共建共享提升学校周边交通安全"]
    assert choices(browser.get("/cases"), "Recognition")["Winner"] == "30"
    assert choices(browser.get("/cases"), "Recognition")["Shortlisted"] == "79"


def test_a_case_tells_where_its_titles_come_from_and_what_is_not_known(browser: Browser) -> None:
    seeding.load_archive(now=NOW)
    page = browser.get("/cases/GA6-xianning")
    assert page.title == "Improving Traffic Safety near Schools"
    assert "title in Metropolis' Urban Sustainability Exchange" in page.words
    assert "儿童友好共建共享提升学校周边交通安全" in page.words
    assert [" ".join("".join(li.itertext()).split()) for li in page.all("li", class_="badge")] == [
        "Winner",
        "City of Your Choice (Online Popular City)",
    ]
    known = {"".join(div[0].itertext()): "".join(div[1].itertext()) for div in page.all("dl", class_="side-row")[0]}
    assert set(known.values()) == {"not known"}
    assert len(known) == 7
    assert browser.get("/cases/GA6-cape-town").title == "Title not known"
    every = db.session.scalars(select(CaseStudy)).all()
    own = next(case for case in every if case.title_notes.get("en", {}).get("origin") == "own_translation")
    assert "our translation" in browser.get(f"/cases/{own.ref}").words


def test_figures_show_gaps_as_not_known(browser: Browser) -> None:
    seeding.load_archive(now=NOW)
    page = browser.get("/cases/figures")
    sixth = next(tr for tr in page.all("tr") if "6th Guangzhou Award" in "".join(tr.itertext()))
    assert ["".join(td.itertext()).strip() for td in sixth.iter("td")] == [
        "2023", "274", "193", "54", "11", "–not known", "15 of 15", "5",
    ]  # fmt: skip
    assert "1,635" in page.words


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Medellin", True),
        ("river MEDELLÍN", True),
        ("riv", True),
        ("riv medellin", False),
        ("medellin riv", True),
        ("iver", False),
        ("暗河", True),
        ("河", True),
        ("暗河 medellin", True),
        ("明河", False),
        ("%", True),
        ("r_ver", False),
        ("m%n", False),
        ("river desert", False),
    ],
)
def test_search_wants_every_term(browser: Browser, past: Cycle, words: str, found: bool) -> None:
    city = factories.make_city("Medellín", "CO", name_zh="麦德林")
    factories.make_case_study(past, city, title_en="Opening the river", title_zh="重开暗河")
    page = browser.get("/cases", query_string={"q": words})
    assert titles(page) == (["Opening the river"] if found else [])


def test_what_was_searched_for_is_shown_as_text(browser: Browser, past: Cycle) -> None:
    factories.make_case_study(past)
    page = browser.get("/cases", query_string={"q": "<script>alert(1)</script>\x00", "country": '"><b>'})
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert '"><b>' not in page.text
    assert "No case fits all of this" in page.words


def test_an_empty_case_bank_says_what_will_be_there(browser: Browser) -> None:
    page = browser.get("/cases")
    assert "The case bank is empty" in page.words
    assert browser.get("/cases.json").response.json["cases"] == []


# --- facets, order, pages --------------------------------------------------------------------------------------------


def test_facets_compose_live_in_the_address_and_count_under_the_other_choices(browser: Browser, past: Cycle) -> None:
    other = factories.make_cycle(CyclePhase.ARCHIVED, slug="other")
    for cycle, country, winner, goals in (
        (past, "KE", True, [6]), (past, "KE", False, [6, 11]), (past, "BR", True, [11]), (other, "BR", True, [13]),
    ):  # fmt: skip
        factories.make_case_study(
            cycle, factories.make_city(country=country), is_winner=winner, is_shortlisted=True, sdgs=goals
        )
    page = browser.get("/cases")
    assert choices(page, "Country") == {"Brazil": "2", "Kenya": "2"}
    assert choices(page, "Sustainable")["11 Sustainable cities and communities"] == "2"
    page = browser.get(follow(page, "Winner"))
    assert "3 cases" in page.words
    assert choices(page, "Country") == {"Brazil": "2", "Kenya": "1"}
    assert choices(page, "Recognition") == {"Winner": "3", "Shortlisted": "4"}
    page = browser.get(follow(page, "Kenya"))
    assert page.response.request.query_string.decode() == "award=winner&country=KE"
    assert "One case" in page.words
    both = browser.get(follow(page, "Brazil"))
    assert "3 cases" in both.words  # two values of one facet: either
    back = browser.get(follow(both, "Take away: Country or region Kenya"))
    assert "2 cases" in back.words
    assert "2 cases" in browser.get("/cases?region=latin_america_caribbean").words
    assert "One case" in browser.get("/cases?cycle=other").words


def test_deserving_comes_from_what_was_announced(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
    submission = factories.make_submission(cycle, status=SubmissionStatus.VALID)
    publication = factories.make_published_shortlist(cycle, [submission])
    publication.outcomes[0].outcome = "deserving"
    db.session.flush()
    case = factories.make_case_study(cycle, submission.city, submission_id=submission.id)
    page = browser.get("/cases?award=deserving")
    assert titles(page) == [case.title_en]
    assert "Deserving" in page.all("div", class_="case-marks")[0][1].text
    assert "Deserving" in [li.text for li in browser.get(f"/cases/{case.ref}").all("li", class_="badge")]


def test_the_list_is_paged_and_sorted_and_keeps_its_filters(browser: Browser, past: Cycle) -> None:
    for n in range(23):
        factories.make_case_study(past, factories.make_city(f"Town {n:02}"), title_en=f"Case {n:02}")
    first = browser.get("/cases?sort=city")
    assert titles(first) == [f"Case {n:02}" for n in range(20)]
    last = browser.get(next(a.get("href") or "" for a in first.all("a", rel="next")))
    assert titles(last) == ["Case 20", "Case 21", "Case 22"]
    assert "21–23 of 23" in last.words
    assert titles(browser.get("/cases?sort=city&page=99")) == titles(last)
    assert titles(browser.get("/cases?sort=nonsense&page=x")) != []


def test_list_and_case_need_the_same_queries_for_one_case_and_for_three(
    browser: Browser, past: Cycle, queries: Any
) -> None:
    numbers = []
    for _ in range(2):
        case = factories.make_case_study(past)
        db.session.add(CaseAward(case_study_id=case.id, key="guangzhou_award", name_en="A", name_zh="奖", year=2020))
        db.session.flush()
        with queries() as cold:
            browser.get("/cases")
        with queries() as warm:
            browser.get("/cases")
        ref = case.ref
        with queries() as one:
            browser.get(f"/cases/{ref}")
        with queries() as data:
            browser.get("/cases.json")
        numbers.append((len(cold), len(warm), len(one), len(data)))
        factories.make_case_study(past)
    assert numbers[0] == numbers[1]
    assert numbers[0] == (7, 3, 4, 2)  # one of each for the banner of a freeze


# --- files and bundles -----------------------------------------------------------------------------------------------


def stored(tmp_path: Path, content: bytes, filename: str, media_type: str) -> dict[str, Any]:
    path = tmp_path / "file"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    storage.put(storage.blob_key(sha256), path)
    return {"sha256": sha256, "filename": filename, "media_type": media_type, "size": len(content)}


def test_files_are_those_of_the_case_and_are_saved_not_opened(browser: Browser, past: Cycle, tmp_path: Path) -> None:
    report = stored(tmp_path, b"%PDF-1.7 words", "report 年报.pdf", "application/pdf")
    photo = stored(tmp_path, b"PNG of a river", "river.png", "image/png")
    case = factories.make_case_study(past, files=[report, photo])
    other = factories.make_case_study(past)
    got = browser.get(f"/cases/{case.ref}/files/{report['sha256']}")
    assert got.response.get_data() == b"%PDF-1.7 words"
    assert got.response.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/cases/{other.ref}/files/{report['sha256']}").status == 404
    shown = browser.get(f"/cases/{case.ref}/files/{photo['sha256']}?show=")
    assert "Content-Disposition" not in shown.response.headers
    assert shown.response.headers["Content-Security-Policy"].startswith("sandbox")
    refused = browser.get(f"/cases/{case.ref}/files/{report['sha256']}?show=")
    assert refused.response.headers["Content-Disposition"].startswith("attachment")
    assert [img.get("src") for img in browser.get(f"/cases/{case.ref}").all("img")] == [
        f"/cases/{case.ref}/files/{photo['sha256']}?show="
    ]


def test_a_bundle_is_asked_for_once_followed_and_downloaded(
    browser: Browser, past: Cycle, tmp_path: Path, queue: Queue
) -> None:
    case = factories.make_case_study(past)
    address = f"/cases/{case.ref}"
    assert browser.get(f"{address}/bundle").status == 404
    sent = browser.submit(browser.get(address), "/bundle")
    assert (sent.status, sent.location) == (303, f"{address}#bundle")
    assert browser.post(f"{address}/bundle").status == 303
    bundle = db.session.execute(select(Bundle)).scalar_one()
    assert bundle.requested_by is None
    assert next(args for name, args in queue.sent if name.endswith("build_bundle")) == [bundle.id]
    page = browser.get(address)
    assert "The bundle is being prepared" in page.words
    assert page.all("div", class_="progress")[0].get("data-progress-url") == f"{address}/bundle.json"
    assert json.loads(browser.get(f"{address}/bundle.json").text)["finished"] is False
    assert browser.get(f"{address}/bundle").status == 404

    path = tmp_path / "bundle.zip"
    path.write_bytes(b"PK of the case")
    bundle = db.session.execute(select(Bundle)).scalar_one()
    bundle.storage_key, bundle.sha256, bundle.size = "bundles/x.zip", hashlib.sha256(b"PK of the case").hexdigest(), 14
    bundle.status = WorkStatus.DONE
    storage.put("bundles/x.zip", path)
    page = browser.get(address)
    assert bundle.sha256 in page.text
    assert f"{address}/bundle" in page.links()
    state = json.loads(browser.get(f"{address}/bundle.json").text)
    assert (state["done"], state["total"], state["finished"], state["next"]) == (2, 2, True, address)
    got = browser.get(f"{address}/bundle").response
    assert got.get_data() == b"PK of the case"
    assert f"{case.ref}.zip" in got.headers["Content-Disposition"]

    db.session.get_one(CaseStudy, case.id).title_en = "Changed since"
    db.session.flush()
    assert browser.get(f"{address}/bundle").status == 404  # an older bundle no longer says what the case says
    assert "Prepare the bundle" in browser.get(address).words


def test_a_bundle_that_could_not_be_built_is_said_so(browser: Browser, past: Cycle) -> None:
    case = factories.make_case_study(past)
    casebank.request_bundle(case, requested_by=None, now=NOW).status = WorkStatus.DEAD
    db.session.flush()
    assert "could not be prepared" in browser.get(f"/cases/{case.ref}").words
    assert json.loads(browser.get(f"/cases/{case.ref}/bundle.json").text)["finished"] is True


def test_asking_too_often_is_refused(browser: Browser, past: Cycle, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/cases/{factories.make_case_study(past).ref}/bundle"
    monkeypatch.setattr(limiter, "enabled", True)
    statuses = [browser.post(address, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status for _ in range(13)]
    assert set(statuses) <= {303, 429}
    assert statuses[-1] == 429  # a count or two may get lost while the limits' store is found to be away


def test_another_site_cannot_ask_for_a_bundle(browser: Browser, past: Cycle) -> None:
    case = factories.make_case_study(past)
    answer = browser.post(f"/cases/{case.ref}/bundle", headers={"Origin": "https://elsewhere.example"})
    assert answer.status == 403


# --- open data -------------------------------------------------------------------------------------------------------


def test_the_json_list_pages_through_everything_in_both_languages(browser: Browser, past: Cycle) -> None:
    for _ in range(53):
        factories.make_case_study(past)
    first = browser.get("/cases.json").response.json
    assert (first["total"], first["page"], first["pages"], len(first["cases"])) == (53, 1, 2, 50)
    second = browser.get(first["next"].removeprefix("http://localhost")).response.json
    assert (second["next"], len(second["cases"])) == (None, 3)
    refs = {case["ref"] for case in first["cases"] + second["cases"]}
    assert len(refs) == 53
    one = first["cases"][0]
    assert set(one["title"]) == set(one["city"]["name"]) == {"en", "zh"}
    whole = browser.get(f"/cases/{one['ref']}.json").response.json
    assert one.items() <= whole.items()
    assert set(whole) - set(one) == {"city_data", "sections", "citations", "files"}


def test_the_csv_has_a_mark_every_documented_column_and_no_formulas(browser: Browser, past: Cycle) -> None:
    factories.make_case_study(
        past, title_en='=HYPERLINK("http://x")', title_zh="标题，“甲”", sources=["http://a", "-b"]
    )
    response = browser.get("/cases.csv").response
    data = response.get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0]["title_en"] == '\'=HYPERLINK("http://x")'
    assert rows[0]["title_zh"] == "标题，“甲”"
    assert rows[0]["winner"] == "no"
    documented = ["".join(th.itertext()) for th in browser.get("/cases/data").all("th", scope="row")][: len(rows[0])]
    assert documented == list(rows[0])


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        (" =1", "' =1"),
        ("a=1", "a=1"),
        (5, 5),
        (None, ""),
        (True, "yes"),
    ],
)
def test_a_cell_is_never_a_formula(value: Any, safe: Any) -> None:
    assert cell(value) == safe


def test_filters_hold_for_the_open_data_too(browser: Browser, past: Cycle) -> None:
    factories.make_case_study(past, factories.make_city(country="KE"), is_winner=True, title_en="Wins")
    factories.make_case_study(past, factories.make_city(country="KE"), title_en="Does not")
    assert [c["title"]["en"] for c in browser.get("/cases.json?award=winner&country=KE").response.json["cases"]] == [
        "Wins"
    ]
    assert browser.get("/cases.csv?q=wins").text.count("\r\n") == 2
