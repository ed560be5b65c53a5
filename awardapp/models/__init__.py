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
from awardapp.models.locking import LockRequest
from awardapp.models.moves import Move
from awardapp.models.notifications import Notification
from awardapp.models.people import Membership, OneTimeLink, SignIn, User
from awardapp.models.plenary import (
    PlenaryAbsence,
    PlenaryAttendance,
    PlenaryBallot,
    PlenaryItem,
    PlenaryNote,
    PlenarySession,
    PlenaryTurn,
    PlenaryVote,
)
from awardapp.models.questions import QuestionAnswer
from awardapp.models.reports import CommitteeReport, Rapporteur, ReportCase, ReportChange, ReportFile
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
    "CommitteeReport",
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
    "LockRequest",
    "Membership",
    "Move",
    "NamedConflict",
    "Notification",
    "OfflineForm",
    "OneTimeLink",
    "Partner",
    "PassageNote",
    "PeriodicRun",
    "PlenaryAbsence",
    "PlenaryAttendance",
    "PlenaryBallot",
    "PlenaryItem",
    "PlenaryNote",
    "PlenarySession",
    "PlenaryTurn",
    "PlenaryVote",
    "Preview",
    "Publication",
    "PublishedOutcome",
    "QuestionAnswer",
    "Rapporteur",
    "Release",
    "ReplacedText",
    "ReportCase",
    "ReportChange",
    "ReportFile",
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
