"""Settings: embedded defaults for a laptop, AWARD_* from the environment, and a clear refusal of anything else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from awardapp.domain.second_factors import DEFAULT_ROLES, ROLE_WORDS


class ConfigError(Exception):
    """The settings cannot be used; the message is one line for the person who started the program."""


# Every setting, with what it means. The README's table is checked against this by tests/test_config.py.
SETTINGS: dict[str, str] = {
    "AWARD_ENV": "development (default) or production; production refuses to start without its secrets and services",
    "AWARD_SECRET_KEY": "signs cookies and links; at least 32 characters; required in production",
    "AWARD_DATABASE_URL": "postgresql://... in production; by default SQLite in the state folder",
    "AWARD_REDIS_URL": "redis://... or unix:///path; by default the embedded broker's socket in the state folder",
    "AWARD_SMTP_URL": "smtp://user:password@host:port or smtps://...; by default the embedded mail catcher",
    "AWARD_STORAGE_URL": "file:///path or s3://bucket/prefix for uploaded and built files; by default in the state folder",
    "AWARD_BASE_URL": "address under which people reach the site, used in letters; required in production",
    "AWARD_PORT": "port of the web server started by run.sh (default 8000)",
    "AWARD_VAR_DIR": "state folder of the embedded defaults (default ./var)",
    "AWARD_MAIL_FROM": "sender address of letters; required in production",
    "AWARD_MAIL_FROM_NAME": "sender name of letters (default Award Secretariat)",
    "AWARD_MAIL_PER_DOMAIN_PER_MINUTE": "letters to one mail domain a minute, by all workers together; 0 (default): no limit",
    "AWARD_SUPPORT_EMAIL": "address shown to people who need help (default: AWARD_MAIL_FROM)",
    "AWARD_TRUSTED_PROXIES": "number of reverse proxies in front (default 0)",
    "AWARD_TRUSTED_HOSTS": "host names answered, separated by commas; by default the host of AWARD_BASE_URL",
    "AWARD_SECOND_FACTOR": "required (default in production) or offered (default in development): whether the roles below must"
    " have one",
    "AWARD_SECOND_FACTOR_ROLES": "who must have a second factor, separated by commas: secretariat (default), chair, committee,"
    " juror, adviser, observer",
    "AWARD_LOG_LEVEL": "DEBUG, INFO (default), WARNING or ERROR",
}

REQUIRED_IN_PRODUCTION = (
    "AWARD_SECRET_KEY",
    "AWARD_DATABASE_URL",
    "AWARD_REDIS_URL",
    "AWARD_SMTP_URL",
    "AWARD_STORAGE_URL",
    "AWARD_BASE_URL",
    "AWARD_MAIL_FROM",
)

# Hard limit of one request: a file at the largest allowed size plus the form around it.
MAX_REQUEST_BYTES = 60_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """Checked settings. Everything below create_app reads these through Flask's `app.config`."""

    env: str
    secret_key: str
    database_url: str
    redis_url: str
    smtp_url: str
    storage_url: str
    base_url: str
    port: int
    var_dir: Path
    mail_from: str
    mail_from_name: str
    support_email: str
    mail_per_domain_per_minute: int
    trusted_proxies: int
    trusted_hosts: tuple[str, ...]
    log_level: str
    second_factor: str = "offered"
    second_factor_roles: tuple[str, ...] = DEFAULT_ROLES

    @property
    def is_production(self) -> bool:
        return self.env == "production"


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit():
        raise ConfigError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _secret(environ: Mapping[str, str], var_dir: Path) -> str:
    """The given secret, or one made on the first start and kept in the state folder."""
    given = environ.get("AWARD_SECRET_KEY")
    if given is not None:
        if len(given) < 32:
            raise ConfigError("AWARD_SECRET_KEY must have at least 32 characters.")
        return given
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(secrets.token_hex(32))
        except FileExistsError:  # another process of the same start was faster
            pass
    return path.read_text()


def _second_factor(environ: Mapping[str, str], env: str) -> tuple[str, tuple[str, ...]]:
    """Whether a second factor is required, and of which roles."""
    mode = environ.get("AWARD_SECOND_FACTOR", "required" if env == "production" else "offered")
    if mode not in ("required", "offered"):
        raise ConfigError(f"AWARD_SECOND_FACTOR must be required or offered, not {mode!r}.")
    text = environ.get("AWARD_SECOND_FACTOR_ROLES", ",".join(DEFAULT_ROLES))
    roles = tuple(word.strip() for word in text.split(",") if word.strip())
    if unknown := [word for word in roles if word not in ROLE_WORDS]:
        raise ConfigError(f"AWARD_SECOND_FACTOR_ROLES knows {', '.join(ROLE_WORDS)}, not {unknown[0]!r}.")
    return mode, roles


def load(environ: Mapping[str, str]) -> Config:
    """Read and check the settings. Raises ConfigError with one line naming what is wrong."""
    unknown = sorted(name for name in environ if name.startswith("AWARD_") and name not in SETTINGS)
    if unknown:
        raise ConfigError(f"Unknown setting {', '.join(unknown)}; the README lists the known ones.")
    env = environ.get("AWARD_ENV", "development")
    if env not in ("development", "production"):
        raise ConfigError(f"AWARD_ENV must be development or production, not {env!r}.")
    if env == "production":
        missing = [name for name in REQUIRED_IN_PRODUCTION if not environ.get(name)]
        if missing:
            raise ConfigError(f"In production these settings are required: {', '.join(missing)}.")
    level = environ.get("AWARD_LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ConfigError(f"AWARD_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {level!r}.")
    var_dir = Path(environ.get("AWARD_VAR_DIR", "var")).resolve()
    port = _number(environ, "AWARD_PORT", 8000)
    base_url = environ.get("AWARD_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"AWARD_BASE_URL must be an http or https address, not {base_url!r}.")
    hosts = tuple(h.strip() for h in environ.get("AWARD_TRUSTED_HOSTS", "").split(",") if h.strip())
    if not hosts:
        hosts = (parts.hostname,) if env == "production" else (parts.hostname, "localhost", "127.0.0.1", "[::1]")
    mail_from = environ.get("AWARD_MAIL_FROM", "secretariat@award.example")
    database_url = environ.get("AWARD_DATABASE_URL", f"sqlite:///{var_dir / 'award.db'}")
    second_factor, second_factor_roles = _second_factor(environ, env)
    if not database_url.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://")):
        raise ConfigError("AWARD_DATABASE_URL must be a postgresql:// or sqlite:// address.")
    return Config(
        env=env,
        secret_key=_secret(environ, var_dir),
        database_url=database_url.replace("postgresql://", "postgresql+psycopg://", 1),
        redis_url=environ.get("AWARD_REDIS_URL", f"unix://{var_dir / 'broker.sock'}"),
        smtp_url=environ.get("AWARD_SMTP_URL", "smtp://127.0.0.1:8025"),
        storage_url=environ.get("AWARD_STORAGE_URL", f"file://{var_dir / 'files'}"),
        base_url=base_url,
        port=port,
        var_dir=var_dir,
        mail_from=mail_from,
        mail_from_name=environ.get("AWARD_MAIL_FROM_NAME", "Award Secretariat"),
        mail_per_domain_per_minute=_number(environ, "AWARD_MAIL_PER_DOMAIN_PER_MINUTE", 0),
        support_email=environ.get("AWARD_SUPPORT_EMAIL", mail_from),
        trusted_proxies=_number(environ, "AWARD_TRUSTED_PROXIES", 0),
        trusted_hosts=hosts,
        log_level=level,
        second_factor=second_factor,
        second_factor_roles=second_factor_roles,
    )


def celery_broker_url(redis_url: str) -> str:
    """The broker address as Celery spells it: a unix socket has its own scheme there."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://").split("?")[0] + "?virtual_host=0"
    return redis_url


def limiter_storage_url(redis_url: str) -> str:
    """The same Redis as the rate limiter spells it, in a database of its own."""
    if redis_url.startswith("unix://"):
        return "redis+unix://" + redis_url.removeprefix("unix://").split("?")[0] + "?db=1"
    return redis_url
