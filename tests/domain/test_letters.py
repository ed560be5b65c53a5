"""The table of letters, words of the secretariat's own, the schedule's arithmetic, and reports of letters that came back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from awardapp.domain import bounces, letter_words, reminders
from awardapp.domain.errors import RuleViolation
from awardapp.domain.letter_words import Words
from awardapp.domain.letters import KINDS, MAY_GO_AT_ONCE, Way, waits
from awardapp.web.secretariat.letter_words import LETTER_NAMES
from tests.support.processes import ROOT

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


# The table ----------------------------------------------------------------------------------------------------------


def test_every_letter_there_is_says_how_it_goes_and_has_a_name() -> None:
    folders = {path.name for path in (ROOT / "templates" / "email").iterdir() if path.is_dir()}
    assert set(KINDS) == folders
    assert folders - set(LETTER_NAMES) == set()


def test_results_wait_for_no_approval_and_no_rule_lets_them_go_otherwise() -> None:
    results = {name for name in KINDS if name.startswith("outcome")}
    assert results == {name for name, kind in KINDS.items() if kind.way is Way.RELEASE}
    assert results.isdisjoint(MAY_GO_AT_ONCE)


@pytest.mark.parametrize(
    ("kind", "at_once", "has_cycle", "expected"),
    [
        ("submission_accepted", (), True, True),
        ("submission_accepted", ("submission_accepted",), True, False),
        ("submission_accepted", (), False, False),
        ("submission_received", (), True, False),
        ("outcome_winner", (), True, False),
        ("a_kind_nobody_listed", (), True, True),
    ],
)
def test_a_kind_waits_as_the_table_and_the_rules_say(
    kind: str, at_once: tuple[str, ...], has_cycle: bool, expected: bool
) -> None:
    assert waits(kind, at_once=at_once, has_cycle=has_cycle) is expected


# Words --------------------------------------------------------------------------------------------------------------

PLACES = letter_words.places_for(is_about_file=False, has_deadline=True)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words(), None),
        (Words(added_en="Please hurry."), "added_zh"),
        (Words(subject_en="To {name}", subject_zh="致"), "subject_zh"),
        (Words(body_en="{ref} is in", body_zh="{ref} 已收到"), "body_en"),
        (Words(body_en="{name", body_zh="{name"), "body_en"),
        (Words(body_en="{name.__class__}", body_zh="{name.__class__}"), "body_en"),
        (Words(body_en="x" * 20_001, body_zh="字"), "body_en"),
    ],
)
def test_words_that_could_not_be_sent_are_refused_at_their_field(words: Words, field: str | None) -> None:
    with pytest.raises(RuleViolation) as refused:
        letter_words.check(words, places=PLACES)
    assert refused.value.field == field


def test_places_are_filled_once_and_what_is_filled_in_is_not_read_as_a_place() -> None:
    words = Words(body_en="Dear {name}, by {deadline}: {cycle}", body_zh="{name}{deadline}{cycle}")
    letter_words.check(words, places=PLACES)
    filled = letter_words.fill(words.body_en, {"name": "{cycle}", "deadline": "1 May", "cycle": "8th"})
    assert filled == "Dear {cycle}, by 1 May: 8th"


# The schedule -------------------------------------------------------------------------------------------------------


def test_of_several_slots_that_came_while_nobody_looked_the_latest_alone_is_carried_out() -> None:
    written = NOW - timedelta(days=30)
    lines = [(1, 14 * 24, written), (2, 7 * 24, written), (3, 24, written)]
    come, chosen = reminders.due(lines, instant=NOW + timedelta(days=6), now=NOW)
    assert [one for one, _slot in come] == [1, 2]
    assert chosen == (2, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        (NOW, NOW + timedelta(days=1)),  # the slot was over when the line was written
        (NOW - timedelta(days=30), NOW),  # the instant itself has come
        (NOW - timedelta(days=30), NOW + timedelta(days=3)),  # not yet
        (NOW - timedelta(days=30), None),
    ],
)
def test_a_slot_that_is_over_or_not_yet_come_is_not_carried_out(written: datetime, instant: datetime | None) -> None:
    assert reminders.due([(1, 48, written)], instant=instant, now=NOW) == ([], None)


def test_the_committees_last_day_ends_at_midnight_where_the_award_is() -> None:
    dates = reminders.dates_of(
        deadline_at=None, committee_to=date(2027, 5, 1), ceremony_on=date(2027, 9, 1), time_zone="Asia/Shanghai"
    )
    assert dates.of("reading_reminder") == datetime(2027, 5, 1, 16, 0, tzinfo=UTC)
    assert dates.of("ballot_reminder") == datetime(2027, 8, 31, 16, 0, tzinfo=UTC)


# Reports of letters that came back ----------------------------------------------------------------------------------


def report(
    *, recipient: str = "gone@city.example", action: str = "failed", message_id: str = "<notification-7@award.example>"
) -> bytes:
    """A report as RFC 3464 has it."""
    return (
        "From: Mail Delivery <mailer-daemon@city.example>\r\nTo: secretariat@award.example\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour letter did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.city.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Valid\r\n\r\nwords\r\n--b--\r\n"
    ).encode()


def test_a_report_tells_the_address_the_code_and_the_letter() -> None:
    (found,) = bounces.reports(report(recipient="Gone@City.Example"))
    assert (found.address, found.code, found.words, found.is_permanent, found.message_id) == (
        "gone@city.example",
        "5.1.1",
        "550 5.1.1 no such mailbox",
        True,
        "<notification-7@award.example>",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe not mail",
        report(action="delayed"),
        report(recipient="no address"),
        report(recipient="x" * 300 + "@city.example"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"Content-Type: message/delivery-status", b"Content-Type: text/plain"),
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_report_of_a_failure_or_is_malformed_tells_nothing(data: bytes) -> None:
    assert bounces.reports(data) == []


def test_a_mailbox_file_is_read_message_by_message_and_its_number_is_bounded() -> None:
    box = b"".join(b"From mailer-daemon Mon Mar  1 08:00:00 2027\n" + report(message_id=f"<{n}@x>") for n in range(3))
    assert [len(bounces.reports(one)) for one in bounces.messages(box)] == [1, 1, 1]
    assert sum(1 for _ in bounces.messages(b"From x\n\n" * 6000)) == bounces.MOST_MESSAGES
