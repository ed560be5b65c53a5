"""What gunicorn loads for the page benchmarks: the application itself, its SELECTs countable."""

from __future__ import annotations

from awardapp.extensions import db
from awardapp.wsgi import app as application
from tests.bench.counting import counted, listen

with application.app_context():
    listen(db.engine)
app = counted(application)
