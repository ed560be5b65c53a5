"""The real parts the other tests stand on do what they say."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis

from awardapp.embedded import broker as embedded_broker
from tests.support.broker import running_broker
from tests.support.browser import accessibility_faults, find_chromium, new_page, running_browser
from tests.support.parts import missing, missing_is_failure
from tests.support.postgres import running_postgres
from tests.support.smtp import PERMANENT, TEMPORARY, running_smtp_server


def _letter(recipient: str) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = "Receipt 回执"
    letter["From"] = "secretariat@award.example"
    letter["To"] = recipient
    letter.set_content("Received.")
    return letter


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, retry=None)


def test_continuous_integration_has_every_part() -> None:
    assert not missing_is_failure() or missing() == {}


def test_broker_keeps_what_it_was_told_when_killed_and_answers_nobody_when_frozen() -> None:
    with running_broker() as broker:
        _client(broker.url).set("cycle", "6")
        broker.kill()
        with pytest.raises(redis.ConnectionError):
            _client(broker.url).get("cycle")
        broker.restart()
        assert _client(broker.url).get("cycle") == b"6"
        broker.freeze()
        with pytest.raises(redis.TimeoutError):
            _client(broker.url).get("cycle")
        broker.thaw()
        assert _client(broker.url).get("cycle") == b"6"


def test_broker_socket_moves_when_the_folder_is_too_deep_or_not_plain(tmp_path: Path) -> None:
    for folder in (Path("/state") / ("long" * 30), Path("/state with spaces"), Path("/城市")):
        path = embedded_broker.socket_path(folder)
        assert path.parent != folder
        assert len(str(path)) <= embedded_broker.LONGEST_SOCKET_PATH
        path.parent.rmdir()
    assert embedded_broker.socket_path(Path("/srv/state")) == Path("/srv/state/broker.sock")


def test_postgres_database_is_a_copy_of_its_template() -> None:
    with running_postgres() as server:
        template = server.create_database("template_of_tests").replace("+psycopg", "")
        with psycopg.connect(template) as connection:
            connection.execute("CREATE TABLE city (name text)")
            connection.execute("INSERT INTO city VALUES ('广州')")
        copy = server.create_database("copy", template="template_of_tests").replace("+psycopg", "")
        with psycopg.connect(copy) as connection:
            assert connection.execute("SELECT name FROM city").fetchall() == [("广州",)]
            server.drop_database("copy")
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
    assert not server.is_running()


def test_mail_server_refuses_as_told_and_keeps_what_it_accepted() -> None:
    with running_smtp_server() as server:
        server.refuse("*@slow.example", TEMPORARY, times=1)
        server.refuse("*@gone.example", PERMANENT)
        host, port = server.url.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port), timeout=5) as client:
            for recipient, code in (("a@slow.example", 451), ("b@gone.example", 550)):
                with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                    client.send_message(_letter(recipient))
                assert refused.value.recipients[recipient][0] == code
            client.send_message(_letter("a@slow.example"))
        [accepted] = server.to("a@slow.example")
        assert accepted.message["Subject"] == "Receipt 回执"
        assert accepted.sender == "secretariat@award.example"
        assert server.to("b@gone.example") == []


def test_mail_server_can_take_a_letter_and_never_say_so() -> None:
    with running_smtp_server() as server:
        server.break_off_after_accepting("*", times=1)
        host, port = server.url.removeprefix("smtp://").split(":")
        client = smtplib.SMTP(host, int(port), timeout=5)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.send_message(_letter("a@city.example"))
        assert len(server.wait_for(1)) == 1


@pytest.mark.skipif(find_chromium() is None, reason="browser: no Chromium found")
def test_browser_draws_chinese_and_axe_finds_faults() -> None:
    drawing = """([text]) => {
      const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
      pen.font = '40px sans-serif'; pen.fillText(text, 10, 60); return canvas.toDataURL(); }"""
    with running_browser() as browser, new_page(browser) as page:
        page.set_content("<p>no title, no language, no main part</p>")
        # without a font for them, both characters would be the same box
        assert page.evaluate(drawing, ["城"]) != page.evaluate(drawing, ["市"])
        assert {fault.split(":")[0] for fault in accessibility_faults(page)} >= {
            "document-title",
            "html-has-lang",
        }
