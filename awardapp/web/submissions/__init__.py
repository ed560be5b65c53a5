"""The city's desk: writing and handing in submissions."""

from __future__ import annotations

from awardapp.web.submissions import editing as _editing
from awardapp.web.submissions import files as _files
from awardapp.web.submissions import handing_in as _handing_in
from awardapp.web.submissions import views as _views
from awardapp.web.submissions.blueprint import bp

__all__ = ["_editing", "_files", "_handing_in", "_views", "bp"]
