"""The list of the cycle's submissions, on the page and as a file."""

from __future__ import annotations

from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import (
    Cycle,
)
from tests import factories as make
from tests.support.pages import Browser
from tests.support.secretariat import at


def test_the_list_is_narrowed_by_the_address(cycle: Cycle, desk: Browser) -> None:
    wien, graz = make.make_city("Wien", "AT", name_zh="维也纳"), make.make_city("Graz", "AT")
    make.make_submission(cycle, wien, status=SubmissionStatus.VALID, title_en="Cool streets", title_zh="")
    make.make_submission(cycle, graz, status=SubmissionStatus.SUBMITTED, title_en="100% green", title_zh="绿色")
    make.make_submission(cycle, make.make_city("Lima", "PE"), title_en="Secret draft")

    def cities(query: str) -> set[str]:
        page = desk.get(at(cycle, f"/submissions?{query}"))
        return {
            name for name in ("Wien", "Graz", "Lima") if any(name in "".join(td.itertext()) for td in page.all("td"))
        }

    assert cities("") == {"Wien", "Graz", "Lima"}
    assert cities("status=valid") == {"Wien"}
    assert cities("country=at") == {"Wien", "Graz"}
    assert cities("language=zh") == {"Graz"}
    assert cities("language=both&theme=economic") == set()
    assert cities("q=维也") == {"Wien"}
    assert cities("q=100%25") == {"Graz"}
    assert cities("q=secret") == set()
    assert cities("status=nonsense&page=99") == {"Wien", "Graz", "Lima"}
    assert "Secret draft" not in desk.get(at(cycle, "/submissions")).text


def test_the_csv_carries_the_mark_and_no_formula(cycle: Cycle, desk: Browser) -> None:
    make.make_submission(
        cycle,
        make.make_city("@city"),
        status=SubmissionStatus.VALID,
        title_en='=HYPERLINK("http://x")',
        title_zh="标题，一",
    )
    response = desk.client.get(at(cycle, "/submissions.csv?status=valid"))
    assert response.mimetype == "text/csv"
    text = response.get_data().decode("utf-8")
    assert text.startswith("\ufeffref,")
    assert "'=HYPERLINK" in text
    assert ",'@city," in text
    assert "attachment" in response.headers["Content-Disposition"]
