"""awardapp runs the Guangzhou International Award for Urban Innovation, and any award like it.

`create_app` is the only place where things are put together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from awardapp import config as settings
from awardapp import errors, logs, models, queue, web
from awardapp.extensions import csrf, db, limiter, login_manager, prepare_engine

_ROOT = Path(__file__).parent.parent


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application for these settings (default: the process's environment). Raises config.ConfigError."""
    conf = settings.load(os.environ if environ is None else environ)
    logs.set_up(conf.log_level)
    app = Flask(__name__, template_folder=str(_ROOT / "templates"))
    app.config.update(
        AWARD=conf,
        SECRET_KEY=conf.secret_key,
        SQLALCHEMY_DATABASE_URI=conf.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(conf.database_url),
        REDIS_URL=conf.redis_url,
        SMTP_URL=conf.smtp_url,
        STORAGE_URL=conf.storage_url,
        BASE_URL=conf.base_url,
        MAIL_FROM=conf.mail_from,
        MAIL_FROM_NAME=conf.mail_from_name,
        SUPPORT_EMAIL=conf.support_email,
        MAIL_PER_DOMAIN_PER_MINUTE=conf.mail_per_domain_per_minute,
        MAX_CONTENT_LENGTH=settings.MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=4_000_000,
        TRUSTED_HOSTS=list(conf.trusted_hosts),
        SESSION_COOKIE_NAME="__Host-award" if conf.base_url.startswith("https://") else "award",
        SESSION_COOKIE_SECURE=conf.base_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # long forms must not lose what people typed; the token lives as long as the session
        WTF_CSRF_SSL_STRICT=False,  # Referrer-Policy is same-origin; the Origin check in web.access replaces it
        RATELIMIT_STORAGE_URI=settings.limiter_storage_url(conf.redis_url),
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 1, "socket_connect_timeout": 1},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,  # a broker that goes away in the middle of a request must not fail it
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if conf.var_dir and conf.database_url.startswith("sqlite:///"):
        conf.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    queue.init_app(app)
    errors.init_app(app)
    web.init_app(app)
    if conf.trusted_proxies:
        n = conf.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(_ROOT / "awardapp" / "static"), prefix="static/", max_age=3600
    )
    return app


def _engine_options(database_url: str) -> dict[str, object]:
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}


__all__ = ["create_app", "models"]
