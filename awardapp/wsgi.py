"""What a WSGI server loads: `gunicorn awardapp.wsgi:app`."""

from __future__ import annotations

import sys

from awardapp import create_app
from awardapp.config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"awardapp: {error}")
