"""All tables. Import from here so that SQLAlchemy knows every table before the first query."""

from __future__ import annotations

from awardapp.models.announcements import Announcement, Publication, PublishedOutcome, Release
from awardapp.models.assessments import Assessment, Assignment, ConflictOfInterest, Score, ScoreChange
from awardapp.models.audit import AuditEntry
from awardapp.models.casebank import Bundle, CaseAward, CaseStudy
from awardapp.models.cities import City, Delegate
from awardapp.models.cycles import Criterion, Cycle, RulesVersion, SpecialAward, Theme
from awardapp.models.notifications import Notification
from awardapp.models.people import Membership, OneTimeLink, SignIn, User
from awardapp.models.selection import Ballot, Decision, Selection
from awardapp.models.submissions import Attachment, Blob, Submission, SubmissionEvent, SubmissionVersion
from awardapp.models.work import Heartbeat, PeriodicRun, WorkStatus

__all__ = [
    "Announcement",
    "Assessment",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "Ballot",
    "Blob",
    "Bundle",
    "CaseAward",
    "CaseStudy",
    "City",
    "ConflictOfInterest",
    "Criterion",
    "Cycle",
    "Decision",
    "Delegate",
    "Heartbeat",
    "Membership",
    "Notification",
    "OneTimeLink",
    "PeriodicRun",
    "Publication",
    "PublishedOutcome",
    "Release",
    "RulesVersion",
    "Score",
    "ScoreChange",
    "Selection",
    "SignIn",
    "SpecialAward",
    "Submission",
    "SubmissionEvent",
    "SubmissionVersion",
    "Theme",
    "User",
    "WorkStatus",
]
