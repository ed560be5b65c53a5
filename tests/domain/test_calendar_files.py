"""Calendar files: lines that programs accept, ids that last, numbers that grow."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from awardapp.domain.calendar_files import Appointment, calendar_file

AT = datetime(2027, 3, 21, 16, tzinfo=ZoneInfo("Asia/Shanghai"))


def file(**more: object) -> str:
    values = {
        "uid": "presentation-7@award.example", "sequence": 3, "starts_at": AT, "ends_at": AT.replace(minute=15),
        "changed_at": datetime(2027, 3, 1, tzinfo=UTC), "summary": "Porto presents",
    }  # fmt: skip
    return calendar_file([Appointment(**{**values, **more})], name="Presentations")  # type: ignore[arg-type]


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")


def test_instants_are_in_utc_and_the_number_tells_which_state_it_is() -> None:
    lines = unfolded(file())
    assert {"UID:presentation-7@award.example", "SEQUENCE:3", "DTSTART:20270321T080000Z", "DTEND:20270321T081500Z",
            "DTSTAMP:20270301T000000Z", "STATUS:CONFIRMED"} <= set(lines)  # fmt: skip
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR"


def test_what_was_called_off_says_so() -> None:
    assert "STATUS:CANCELLED" in unfolded(file(is_cancelled=True))


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut() -> None:
    words = "城市创新，惠及人人；" * 30 + "😀" * 40
    text = file(summary=words, description=words)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "SUMMARY:" + words in unfolded(text)


def test_signs_with_a_meaning_are_escaped_and_nothing_can_begin_a_line_of_its_own() -> None:
    lines = unfolded(
        file(summary="Water; light, air\\earth", description="one\r\nBEGIN:VALARM\x07", url="https://a.example/\r\nX:1")
    )
    assert "SUMMARY:Water\\; light\\, air\\\\earth" in lines
    assert "DESCRIPTION:one\\nBEGIN:VALARM" in lines
    assert "URL:https://a.example/X:1" in lines
