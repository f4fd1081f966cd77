"""The tables of the pathway, one file for each noun."""

from kamkor.cases.models.case import Assignment, Case, Interest
from kamkor.cases.models.elsewhere import ElsewhereQuestion
from kamkor.cases.models.emergency import (
    EmergencyEnd,
    EmergencyOpening,
    EmergencySeen,
    EmergencyTry,
)
from kamkor.cases.models.loading import Load, LoadKey, StagedRow
from kamkor.cases.models.merging import CaseMerge
from kamkor.cases.models.protection import Removal, RemovalEnd, SafeContact
from kamkor.cases.models.registration import (
    Identification,
    Registration,
    RegistrationGround,
    SiblingLook,
    StateProtection,
)
from kamkor.cases.models.report import (
    Report,
    ReportChild,
    Reporter,
    ReportRead,
    ReportTold,
    Round,
    Screening,
    SecondLook,
    SentInError,
)
from kamkor.cases.models.taking_off import AccompanimentEnd, TakingOffDecision, TakingOffProposal
from kamkor.cases.models.task import Task, TaskDone, is_open
from kamkor.cases.models.transfer import TransferAnswer, TransferOffer
from kamkor.cases.models.two_persons import SecondWord, TwoPersons
from kamkor.cases.models.visit import Need, Visit, VisitChild

__all__ = [
    "AccompanimentEnd",
    "Assignment",
    "Case",
    "CaseMerge",
    "ElsewhereQuestion",
    "EmergencyEnd",
    "EmergencyOpening",
    "EmergencySeen",
    "EmergencyTry",
    "Identification",
    "Interest",
    "Load",
    "LoadKey",
    "Need",
    "Registration",
    "RegistrationGround",
    "Removal",
    "RemovalEnd",
    "Report",
    "ReportChild",
    "ReportRead",
    "ReportTold",
    "Reporter",
    "Round",
    "SafeContact",
    "Screening",
    "SecondLook",
    "SecondWord",
    "SentInError",
    "SiblingLook",
    "StagedRow",
    "StateProtection",
    "TakingOffDecision",
    "TakingOffProposal",
    "Task",
    "TaskDone",
    "TransferAnswer",
    "TransferOffer",
    "TwoPersons",
    "Visit",
    "VisitChild",
    "is_open",
]
