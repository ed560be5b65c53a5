"""Settings: clear defaults on a laptop, one clear line for everything that is wrong."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from awardapp import config
from awardapp.config import ConfigError
from tests.conftest import environment
from tests.support.processes import ROOT

PRODUCTION = {
    "AWARD_ENV": "production",
    "AWARD_SECRET_KEY": "k" * 32,
    "AWARD_DATABASE_URL": "postgresql://award:secret@db/award",
    "AWARD_REDIS_URL": "redis://:secret@redis:6379/0",
    "AWARD_SMTP_URL": "smtps://award:secret@mail:465",
    "AWARD_STORAGE_URL": "s3://award/files",
    "AWARD_BASE_URL": "https://award.example",
    "AWARD_MAIL_FROM": "secretariat@award.example",
}


def refused(settings: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as error:
        config.load(settings)
    return str(error.value)


def test_without_any_setting_everything_is_in_the_state_folder(tmp_path: Path) -> None:
    found = config.load({"AWARD_VAR_DIR": str(tmp_path), "PATH": "/bin", "HOME": "/root"})
    assert (found.env, found.is_production, found.port) == ("development", False, 8000)
    assert found.second_factor == "offered"
    assert found.database_url == f"sqlite:///{tmp_path}/award.db"
    assert found.redis_url == f"unix://{tmp_path}/broker.sock"
    assert found.storage_url == f"file://{tmp_path}/files"
    assert (found.base_url, found.trusted_proxies) == ("http://127.0.0.1:8000", 0)
    assert "localhost" in found.trusted_hosts


def test_the_made_secret_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    settings = {"AWARD_VAR_DIR": str(tmp_path / "var")}
    first = config.load(settings).secret_key
    assert len(first) == 64
    assert config.load(settings).secret_key == first
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_production_with_everything_starts_and_answers_to_its_own_host_only() -> None:
    found = config.load(PRODUCTION)
    assert found.is_production
    assert found.database_url == "postgresql+psycopg://award:secret@db/award"
    assert found.trusted_hosts == ("award.example",)
    assert found.support_email == "secretariat@award.example"
    assert (found.second_factor, found.second_factor_roles) == ("required", ("secretariat",))


@pytest.mark.parametrize("name", config.REQUIRED_IN_PRODUCTION)
@pytest.mark.parametrize("value", [None, ""])
def test_production_names_each_missing_setting(name: str, value: str | None) -> None:
    settings = {key: text for key, text in PRODUCTION.items() if key != name}
    if value is not None:
        settings[name] = value
    assert refused(settings) == f"In production these settings are required: {name}."


def test_production_names_all_missing_settings_at_once() -> None:
    assert refused({"AWARD_ENV": "production"}).endswith(f"required: {', '.join(config.REQUIRED_IN_PRODUCTION)}.")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"AWARD_SECRT_KEY": "x", "AWARD_FOO": "y"}, "Unknown setting AWARD_FOO, AWARD_SECRT_KEY; "),
        ({"AWARD_ENV": "staging"}, "AWARD_ENV must be development or production, not 'staging'."),
        ({"AWARD_SECRET_KEY": "short"}, "AWARD_SECRET_KEY must have at least 32 characters."),
        ({"AWARD_PORT": "http"}, "AWARD_PORT must be a whole number, not 'http'."),
        ({"AWARD_PORT": "-1"}, "AWARD_PORT must be a whole number, not '-1'."),
        ({"AWARD_TRUSTED_PROXIES": "one"}, "AWARD_TRUSTED_PROXIES must be a whole number, not 'one'."),
        ({"AWARD_BASE_URL": "award.example"}, "AWARD_BASE_URL must be an http or https address, not 'award.example'."),
        ({"AWARD_DATABASE_URL": "mysql://x"}, "AWARD_DATABASE_URL must be a postgresql:// or sqlite:// address."),
        ({"AWARD_LOG_LEVEL": "loud"}, "AWARD_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'."),
        ({"AWARD_SECOND_FACTOR": "off"}, "AWARD_SECOND_FACTOR must be required or offered, not 'off'."),
        ({"AWARD_SECOND_FACTOR_ROLES": "mayor"}, "AWARD_SECOND_FACTOR_ROLES knows secretariat, committee, juror, "),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    said = refused({"AWARD_VAR_DIR": str(tmp_path), **settings})
    assert said.startswith(sentence)
    assert "\n" not in said


def test_no_refusal_repeats_a_secret(tmp_path: Path) -> None:
    secrets = {"AWARD_SECRET_KEY": "hunter2", "AWARD_DATABASE_URL": "mysql://award:hunter2@db/award"}
    for name, value in secrets.items():
        assert "hunter2" not in refused({"AWARD_VAR_DIR": str(tmp_path), name: value})


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (["-m", "awardapp.cli", "migrate"], "awardapp: ", 2),
        (["-c", "import awardapp.wsgi"], "awardapp: ", 1),
        (["-c", "import worker.celery_app"], "awardapp worker: ", 1),
    ],
)
def test_every_program_stops_with_that_one_line(arguments: list[str], said: str, status: int, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment(tmp_path, AWARD_COLOUR="red"), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    sentence = "Unknown setting AWARD_COLOUR; the README lists the known ones.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", said + sentence)


def test_the_readme_lists_exactly_the_settings_there_are_and_what_they_mean() -> None:
    rows = re.findall(r"^\| `(AWARD_\w+)` \| (.+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == list(config.SETTINGS.items())


@pytest.mark.parametrize(
    ("url", "celery", "limiter"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/0", "redis://redis:6379/0"),
        (
            "unix:///v/broker.sock",
            "redis+socket:///v/broker.sock?virtual_host=0",
            "redis+unix:///v/broker.sock?db=1",
        ),
    ],
)
def test_one_broker_address_is_spelled_as_each_library_wants_it(url: str, celery: str, limiter: str) -> None:
    assert (config.celery_broker_url(url), config.limiter_storage_url(url)) == (celery, limiter)
