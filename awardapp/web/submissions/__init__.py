"""The city's desk: writing and handing in submissions."""

from __future__ import annotations

from awardapp.web.submissions import advice as _advice
from awardapp.web.submissions import again as _again
from awardapp.web.submissions import editing as _editing
from awardapp.web.submissions import files as _files
from awardapp.web.submissions import handing_in as _handing_in
from awardapp.web.submissions import late as _late
from awardapp.web.submissions import named as _named
from awardapp.web.submissions import offline as _offline
from awardapp.web.submissions import outcome as _outcome
from awardapp.web.submissions import partners as _partners
from awardapp.web.submissions import uploads as _uploads
from awardapp.web.submissions import versions as _versions
from awardapp.web.submissions import views as _views
from awardapp.web.submissions import writing as _writing
from awardapp.web.submissions.blueprint import bp

__all__ = [
    "_advice",
    "_again",
    "_editing",
    "_files",
    "_handing_in",
    "_late",
    "_named",
    "_offline",
    "_outcome",
    "_partners",
    "_uploads",
    "_versions",
    "_views",
    "_writing",
    "bp",
]
