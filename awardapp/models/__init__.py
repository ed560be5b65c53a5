"""All tables. Import from here so that SQLAlchemy knows every table before the first query."""

from __future__ import annotations

from awardapp.models.advice import Advice, AdviceRequest
from awardapp.models.announcements import (
    Announcement,
    AnnouncementCheck,
    AnnouncementRehearsal,
    Ceremony,
    CeremonyPart,
    Publication,
    PublishedOutcome,
    Release,
)
from awardapp.models.assessments import Assessment, Assignment, ConflictOfInterest, Score, ScoreChange
from awardapp.models.audit import AuditEntry
from awardapp.models.ballots import Ballot, BallotReopening, JurorExcuse, PaperBallot, PaperKeying
from awardapp.models.casebank import Bundle, CaseAward, CaseStudy
from awardapp.models.checks import CheckClaim, Examination, Likeness
from awardapp.models.cities import City, Delegate
from awardapp.models.conflicts import CityLink, NamedConflict, Suspicion
from awardapp.models.cycles import Criterion, Cycle, RulesVersion, SpecialAward, Theme
from awardapp.models.deliberations import (
    Deliberation,
    DeliberationAbsence,
    DeliberationAttendance,
    DeliberationNote,
)
from awardapp.models.drafts import AssignmentChange, AssignmentDraft, DraftState
from awardapp.models.files import Preview, Upload, UploadPiece, UploadStatus
from awardapp.models.forms import FormDraft
from awardapp.models.freezes import Freeze
from awardapp.models.handing_in import LateAcceptance, LateLink, SubmissionReturn
from awardapp.models.jury_decisions import CitationChange, JuryMove
from awardapp.models.locking import LockRequest
from awardapp.models.moves import Move
from awardapp.models.notifications import (
    AttemptOutcome,
    Bounce,
    DeliveryAttempt,
    LetterOptOut,
    LetterWords,
    MailRate,
    Notification,
)
from awardapp.models.outcomes import (
    Certificate,
    CityOutcome,
    Feedback,
    FeedbackChange,
    OpenedFeedback,
    PublicationFile,
    PublicationFileKind,
)
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
from awardapp.models.presentations import (
    Presentation,
    PresentationAct,
    PresentationMaterial,
    PresentationPlan,
    PresentationQuestion,
    PresentationSession,
    Presenter,
    TimetableSession,
    TimetableSlot,
)
from awardapp.models.questions import QuestionAnswer
from awardapp.models.reminders import Reminder
from awardapp.models.reports import CommitteeReport, Rapporteur, ReportCase, ReportChange, ReportFile
from awardapp.models.reviews import AssessmentEvent, DiscussionMessage, DiscussionRead, PassageNote
from awardapp.models.second_factors import (
    FactorReset,
    HalfSignIn,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    TotpSecret,
)
from awardapp.models.selection import Decision, Selection
from awardapp.models.submissions import (
    Attachment,
    Blob,
    OfflineForm,
    Partner,
    Submission,
    SubmissionEvent,
    SubmissionVersion,
)
from awardapp.models.vote_results import PartnerDecision, VoteCertification, VoteResult
from awardapp.models.work import Heartbeat, PeriodicRun, WorkStatus
from awardapp.models.writing import InputSave, ReplacedText

__all__ = [
    "Advice",
    "AdviceRequest",
    "Announcement",
    "AnnouncementCheck",
    "AnnouncementRehearsal",
    "Assessment",
    "AssessmentEvent",
    "Assignment",
    "AssignmentChange",
    "AssignmentDraft",
    "Attachment",
    "AttemptOutcome",
    "AuditEntry",
    "Ballot",
    "BallotReopening",
    "Blob",
    "Bounce",
    "Bundle",
    "CaseAward",
    "CaseStudy",
    "Ceremony",
    "CeremonyPart",
    "Certificate",
    "CheckClaim",
    "CitationChange",
    "City",
    "CityLink",
    "CityOutcome",
    "CommitteeReport",
    "ConflictOfInterest",
    "Criterion",
    "Cycle",
    "Decision",
    "Delegate",
    "Deliberation",
    "DeliberationAbsence",
    "DeliberationAttendance",
    "DeliberationNote",
    "DeliveryAttempt",
    "DiscussionMessage",
    "DiscussionRead",
    "DraftState",
    "Examination",
    "FactorReset",
    "Feedback",
    "FeedbackChange",
    "FormDraft",
    "Freeze",
    "HalfSignIn",
    "Heartbeat",
    "InputSave",
    "JurorExcuse",
    "JuryMove",
    "LateAcceptance",
    "LateLink",
    "LetterOptOut",
    "LetterWords",
    "Likeness",
    "LockRequest",
    "MailRate",
    "Membership",
    "Move",
    "NamedConflict",
    "Notification",
    "OfflineForm",
    "OneTimeLink",
    "OpenedFeedback",
    "PaperBallot",
    "PaperKeying",
    "Partner",
    "PartnerDecision",
    "PassageNote",
    "Passkey",
    "PasskeyChallenge",
    "PeriodicRun",
    "PlenaryAbsence",
    "PlenaryAttendance",
    "PlenaryBallot",
    "PlenaryItem",
    "PlenaryNote",
    "PlenarySession",
    "PlenaryTurn",
    "PlenaryVote",
    "Presentation",
    "PresentationAct",
    "PresentationMaterial",
    "PresentationPlan",
    "PresentationQuestion",
    "PresentationSession",
    "Presenter",
    "Preview",
    "Publication",
    "PublicationFile",
    "PublicationFileKind",
    "PublishedOutcome",
    "QuestionAnswer",
    "Rapporteur",
    "RecoveryCode",
    "Release",
    "Reminder",
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
    "TimetableSession",
    "TimetableSlot",
    "TotpSecret",
    "Upload",
    "UploadPiece",
    "UploadStatus",
    "User",
    "VoteCertification",
    "VoteResult",
    "WorkStatus",
]
