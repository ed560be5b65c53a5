"""All tables. Import from here so that SQLAlchemy knows every table before the first query."""

from __future__ import annotations

from awardapp.models.advice import Advice, AdviceRequest
from awardapp.models.announcements import Announcement, Publication, PublishedOutcome, Release
from awardapp.models.assessments import Assessment, Assignment, ConflictOfInterest, Score, ScoreChange
from awardapp.models.audit import AuditEntry
from awardapp.models.casebank import Bundle, CaseAward, CaseStudy
from awardapp.models.checks import CheckClaim, Examination, Likeness
from awardapp.models.cities import City, Delegate
from awardapp.models.conflicts import CityLink, NamedConflict, Suspicion
from awardapp.models.cycles import Criterion, Cycle, RulesVersion, SpecialAward, Theme
from awardapp.models.drafts import AssignmentChange, AssignmentDraft, DraftState
from awardapp.models.files import Preview, Upload, UploadPiece, UploadStatus
from awardapp.models.forms import FormDraft
from awardapp.models.handing_in import LateAcceptance, LateLink, SubmissionReturn
from awardapp.models.notifications import Notification
from awardapp.models.people import Membership, OneTimeLink, SignIn, User
from awardapp.models.reviews import AssessmentEvent, DiscussionMessage, DiscussionRead, PassageNote
from awardapp.models.selection import Ballot, Decision, Selection
from awardapp.models.submissions import (
    Attachment,
    Blob,
    OfflineForm,
    Partner,
    Submission,
    SubmissionEvent,
    SubmissionVersion,
)
from awardapp.models.work import Heartbeat, PeriodicRun, WorkStatus
from awardapp.models.writing import InputSave, ReplacedText

__all__ = [
    "Advice",
    "AdviceRequest",
    "Announcement",
    "Assessment",
    "AssessmentEvent",
    "Assignment",
    "AssignmentChange",
    "AssignmentDraft",
    "Attachment",
    "AuditEntry",
    "Ballot",
    "Blob",
    "Bundle",
    "CaseAward",
    "CaseStudy",
    "CheckClaim",
    "City",
    "CityLink",
    "ConflictOfInterest",
    "Criterion",
    "Cycle",
    "Decision",
    "Delegate",
    "DiscussionMessage",
    "DiscussionRead",
    "DraftState",
    "Examination",
    "FormDraft",
    "Heartbeat",
    "InputSave",
    "LateAcceptance",
    "LateLink",
    "Likeness",
    "Membership",
    "NamedConflict",
    "Notification",
    "OfflineForm",
    "OneTimeLink",
    "Partner",
    "PassageNote",
    "PeriodicRun",
    "Preview",
    "Publication",
    "PublishedOutcome",
    "Release",
    "ReplacedText",
    "RulesVersion",
    "Score",
    "ScoreChange",
    "Selection",
    "SignIn",
    "SpecialAward",
    "Submission",
    "SubmissionEvent",
    "SubmissionReturn",
    "SubmissionVersion",
    "Suspicion",
    "Theme",
    "Upload",
    "UploadPiece",
    "UploadStatus",
    "User",
    "WorkStatus",
]
