"""What templates show: times with their zone, numbers, addresses, problems of a form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from awardapp import i18n
from awardapp.domain.cycles import CyclePhase
from awardapp.web import filters

DEADLINE = datetime(2023, 8, 31, 16, tzinfo=UTC)  # the first instant that is too late: 1 September 00:00 in Beijing


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    filters.install(app)
    return app


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with i18n.speaking(request.param, time_zone="Asia/Shanghai"):
        yield request.param


@pytest.fixture
def english() -> Iterator[None]:
    with i18n.speaking("en", time_zone="Asia/Shanghai"):
        yield


def test_deadline_is_shown_as_its_last_second_in_both_clocks(english: None) -> None:
    text = filters.deadline(DEADLINE).striptags()
    assert text == "31 August 2023, 23:59:59 (Beijing time, UTC+8) 15:59:59 UTC"


def test_deadline_names_the_day_in_utc_when_it_differs(english: None) -> None:
    early = datetime(2023, 8, 31, 20, tzinfo=UTC)
    assert filters.deadline(early).striptags().endswith("31 August 2023, 19:59:59 UTC")


def test_date_time_carries_the_instant_for_machines(language: str) -> None:
    assert 'datetime="2023-09-01T00:00:00+08:00"' in filters.date_time(DEADLINE)


def test_zone_with_half_hour_and_west_of_greenwich(english: None) -> None:
    assert filters.zone_words("Asia/Kolkata", DEADLINE) == "Kolkata, UTC+5:30"
    assert filters.zone_words("America/Bogota", DEADLINE) == "Bogota, UTC−5"


def test_day_of_an_instant_is_the_day_in_the_zone(english: None) -> None:
    assert filters.day(DEADLINE).striptags() == "1 September 2023"
    assert filters.day(date(2023, 8, 31)).striptags() == "31 August 2023"


@pytest.mark.parametrize("show", [filters.date_time, filters.short_time, filters.day, filters.deadline])
def test_unknown_time_is_said_in_words_for_screen_readers(english: None, show: object) -> None:
    assert callable(show)
    assert show(None).striptags() == "–not known"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (41_487_000, "41 MB"), (999_999, "1 MB"), (3_200_000_000, "3.2 GB")],
)
def test_file_size(english: None, size: int, words: str) -> None:
    assert filters.file_size(size) == words


def test_percent_and_number(english: None) -> None:
    assert filters.percent(0.347, 1) == "34.7%"
    assert filters.number(2533424) == "2,533,424"
    assert filters.number(6.9, 2) == "6.90"


def test_pick_marks_the_language_when_it_is_not_the_readers() -> None:
    only_chinese = SimpleNamespace(title_en="", title_zh="绿色<廊道>")
    with i18n.speaking("en"):
        assert filters.pick_marked(only_chinese, "title") == '<span lang="zh-Hans">绿色&lt;廊道&gt;</span>'
    with i18n.speaking("zh"):
        assert filters.pick_marked(only_chinese, "title") == "绿色&lt;廊道&gt;"


def test_here_keeps_the_filters_and_changes_the_page(app: Flask) -> None:
    with app.test_request_context("/list?theme=a&theme=b&page=3"):
        assert filters.here(page=4) == "/list?theme=a&theme=b&page=4"
        assert filters.here(page=None, theme=None) == "/list"
        assert filters.here(q="水") == "/list?theme=a&theme=b&page=3&q=%E6%B0%B4"


def test_sorting_turns_round_and_starts_at_the_first_page(app: Flask) -> None:
    with app.test_request_context("/list?sort=city&page=3"):
        assert filters.sort_state("city") == "ascending"
        assert filters.sort_url("city") == "/list?sort=-city"
        assert filters.sort_state("mean") == "none"
        assert filters.sort_url("mean") == "/list?sort=mean"


class _Partner(Form):  # type: ignore[misc]
    name = StringField("Partner", [InputRequired("Give a name.")])


class _Dossier(Form):  # type: ignore[misc]
    population = IntegerField("Population", [InputRequired("Give a number.")])
    theme = RadioField(
        "Theme", [InputRequired("Choose one.")], choices=[SelectChoice("a", "A"), SelectChoice("b", "B")]
    )
    partners = FieldList(FormField(_Partner), min_entries=1)


def test_problems_lead_to_the_control_of_each_field() -> None:
    form = _Dossier(MultiDict({"partners-0-name": ""}))
    form.validate()
    assert [(p.anchor, p.label, p.message) for p in filters.problems_of(form)] == [
        ("population", "Population", "Give a number."),
        ("theme-0", "Theme", "Choose one."),
        ("partners-0-name", "Partner", "Give a name."),
    ]


def test_a_sealed_phase_reads_like_the_one_before_it_outside(language: str) -> None:
    for sealed, before in (("shortlist_sealed", "committee"), ("winners_sealed", "jury")):
        public = [filters.domain_words("phase", phase, inside=False) for phase in (sealed, before)]
        inside = [filters.domain_words("phase", phase, inside=True) for phase in (sealed, before)]
        assert public[0] == public[1]
        assert inside[0] != inside[1]


def test_every_phase_has_words(language: str) -> None:
    assert all(filters.domain_words("phase", phase, inside=True) for phase in CyclePhase)


def test_template_messages_escape_what_is_filled_in_but_not_markup(app: Flask, english: None) -> None:
    with app.app_context():
        text = '{{ _("Hello %(who)s", who="<b>") }} {{ _("at %(when)s", when=time) }}'
        shown = render_template_string(text + " {% trans %}100% sure{% endtrans %}", time=Markup("<time>"))
    assert shown == "Hello &lt;b&gt; at <time> 100% sure"


def test_template_plurals_know_their_number(app: Flask, english: None) -> None:
    with app.app_context():
        text = '{{ ngettext("%(n)s file in %(place)s", "%(n)s files in %(place)s", count, place="<x>") }}'
        assert render_template_string(text, count=1) == "1 file in &lt;x&gt;"
        assert render_template_string(text, count=3) == "3 files in &lt;x&gt;"
