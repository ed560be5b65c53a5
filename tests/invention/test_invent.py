"""An invented cycle: the same for the same seed, whole in both languages, and touching nobody real."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from awardapp import places, rulebook
from awardapp.domain.plausibility import questions
from awardapp.domain.words import count_words
from awardapp.invention import Course, InventedCycle, invent
from awardapp.invention.telling import chinese_number, english_number

DIGEST = """
import hashlib
from awardapp.invention import invent
cycle = invent(submissions=24, seed=3)
digest = hashlib.sha256(repr(cycle).encode())
for one in cycle.submissions:
    for attachment in one.attachments:
        digest.update(attachment.content())
print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def cycle() -> InventedCycle:
    return invent()


def numbers_in(text: str) -> Counter[float]:
    """Every number of a text as a value: 12,400 and 1.24万 are the same."""
    found = re.findall(r"(\d[\d,]*(?:\.\d+)?)(万)?", text)
    return Counter(
        round(float(number.rstrip(",").replace(",", "")) * (10_000 if ten else 1), 4) for number, ten in found
    )


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    digests = []
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.append(done.stdout.strip())
    assert digests[0] == digests[1]
    assert len(digests[0]) == hashlib.sha256().digest_size * 2


def test_the_same_seed_gives_the_same_cycle_and_another_seed_another(cycle: InventedCycle) -> None:
    assert invent() == cycle
    assert invent(seed=8) != cycle


def test_the_size_is_that_of_the_sixth_cycle(cycle: InventedCycle) -> None:
    assert [one.number for one in cycle.submissions] == list(range(1, 275))
    assert (len(cycle.members), len(cycle.jurors)) == (11, 7)
    assert 185 <= len(cycle.cities) <= 200
    assert 50 <= len({city.country for city in cycle.cities}) <= 60
    by_city = Counter(one.city.key for one in cycle.submissions)
    assert set(by_city) == {city.key for city in cycle.cities}
    assert max(by_city.values()) in (2, 3)


def test_titles_are_unique_in_both_languages(cycle: InventedCycle) -> None:
    assert len({one.title.en for one in cycle.submissions}) == 274
    assert len({one.title.zh for one in cycle.submissions}) == 274


def test_a_city_never_sends_the_same_kind_twice(cycle: InventedCycle) -> None:
    sent = Counter((one.city.key, one.kind) for one in cycle.submissions)
    assert [pair for pair, count in sent.items() if count > 1] == []


def test_all_texts_are_there_in_both_languages_and_within_the_limits(cycle: InventedCycle) -> None:
    book = rulebook.load_rules()
    summary = book.form.field("summary")
    assert summary is not None
    for one in cycle.submissions:
        assert list(one.sections) == [field.key for field in book.narrative]
        for field in book.narrative:
            text = one.sections[field.key]
            assert 60 <= count_words(text.en) <= 180
            assert 90 <= count_words(text.zh) <= field.characters
            assert "{" not in text.en + text.zh
        assert count_words(one.summary.en) <= summary.words


def test_the_numbers_of_both_languages_agree(cycle: InventedCycle) -> None:
    for one in cycle.submissions:
        for text in (one.title, one.summary, *one.sections.values()):
            assert numbers_in(text.en) == numbers_in(text.zh), (one.number, text)


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (7, "7", "7"),
        (12_400, "12,400", "1.24万"),
        (1_240_000, "1,240,000", "124万"),
        (10_050, "10,050", "10050"),
    ],
)
def test_a_number_is_written_in_each_languages_own_way(number: int, english: str, chinese: str) -> None:
    assert (english_number(number), chinese_number(number)) == (english, chinese)


def test_nobody_has_an_address_outside_example(cycle: InventedCycle) -> None:
    people = [one.applicant for one in cycle.submissions] + [city.delegate for city in cycle.cities]
    people += [member.person for member in cycle.members] + [juror.person for juror in cycle.jurors]
    assert [
        person.email for person in people if not re.fullmatch(r"[a-z0-9.\-]+@[a-z0-9\-]+\.example", person.email)
    ] == []
    unique = {person.email: person for person in people}
    assert len(set(unique.values())) == len(unique)
    texts = " ".join(one.sections[key].en for one in cycle.submissions for key in one.sections)
    assert "@" not in texts
    assert "http" not in texts


def test_letters_go_to_chinese_cities_in_chinese(cycle: InventedCycle) -> None:
    assert {one.applicant.language for one in cycle.submissions if one.city.country == "CN"} == {"zh"}
    assert {one.applicant.language for one in cycle.submissions if one.city.country != "CN"} == {"en"}


def test_each_fate_befalls_somebody(cycle: InventedCycle) -> None:
    courses = Counter(one.course for one in cycle.submissions)
    assert (courses[Course.WITHDRAWN], courses[Course.LATE], courses[Course.RETURNED]) == (1, 1, 1)
    assert courses[Course.NOT_VALID] == 11
    assert len(cycle.valid()) == 274 - 2 - 11
    assert [one.number for one in cycle.submissions if (one.reason is None) == (one.course is Course.NOT_VALID)] == []
    late = [one for one in cycle.submissions if one.before_deadline < timedelta(0)]
    assert [one.course for one in late] == [Course.LATE]


def test_one_city_has_mixed_up_its_units_and_its_file_is_returned(cycle: InventedCycle) -> None:
    doubtful = [city for city in cycle.cities if questions(city.data)]
    assert doubtful == [city for city in cycle.cities if city.unit_error]
    assert len(doubtful) == 1
    assert questions(doubtful[0].true_data) == []
    assert [one.city.key for one in cycle.submissions if one.course is Course.RETURNED] == [doubtful[0].key]


def test_city_data_carries_the_fields_of_the_form(cycle: InventedCycle) -> None:
    fields = {field.key for field in rulebook.load_rules().city_data} - {"main_source_of_prosperity"}
    for city in cycle.cities:
        assert set(city.data) == set(city.true_data) == fields
        assert city.true_data["population"] == places.find_city(city.name.en, city.country).population
        assert 20 <= city.data["gini"] <= 65


def test_attachments_are_real_files_with_safe_names(cycle: InventedCycle) -> None:
    attachments = [attachment for one in cycle.submissions[:60] for attachment in one.attachments]
    assert {attachment.media_type for attachment in attachments} == {
        "image/png",
        "image/jpeg",
        "application/pdf",
    }
    for attachment in attachments:
        content = attachment.content()
        assert content == attachment.content()
        assert len(content) < 200_000
        if attachment.media_type == "application/pdf":
            with pikepdf.open(BytesIO(content)) as document:
                assert len(document.pages) == 1
                assert document.check_pdf_syntax() == []
        else:
            with Image.open(BytesIO(content)) as picture:
                assert picture.size == (720, 480)
    every = [attachment for one in cycle.submissions for attachment in one.attachments]
    assert [attachment.name for attachment in every if "/" in attachment.name] == []
    assert any(re.search(r"[\u4e00-\u9fff]", attachment.name) for attachment in every)
    assert all(len({file.name for file in one.attachments}) == len(one.attachments) for one in cycle.submissions)


def test_it_is_quick_enough_to_wait_for() -> None:
    places.cities()  # read once per process, whoever asks first
    started = time.process_time()
    fresh = invent(seed=11)
    written = time.process_time() - started
    size = sum(len(attachment.content()) for one in fresh.submissions for attachment in one.attachments)
    assert size > 1_000_000
    assert written < 3
    assert time.process_time() - started < 15


@pytest.mark.parametrize("count", [1, 2, 19, 20, 400])
def test_any_number_of_submissions_can_be_invented(count: int) -> None:
    some = invent(submissions=count, members=3, jurors=1)
    assert len(some.submissions) == count
    assert (some.twins is None) == (count < 20)
    assert len({one.title.en for one in some.submissions}) == count


def test_a_cycle_without_submissions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one submission"):
        invent(submissions=0)
