"""The only list Django needs: every room's tables."""

from kamkor.access.models import (
    Account,
    AccountEvent,
    Barred,
    FactorReset,
    Lent,
    Look,
    Seal,
    Session,
    Tally,
    Team,
    TeamExclusion,
    TeamMember,
)
from kamkor.cases.models import *  # noqa: F403 - the room's own list
from kamkor.figures.models import FigureCell, FigureMonth
from kamkor.kernel.models import JournalEntry, KeyCanary
from kamkor.people.models import (
    AlikePair,
    Birth,
    ComparedName,
    Household,
    HouseholdMember,
    HouseholdMove,
    NameToken,
    Person,
    PersonKey,
    PersonMerge,
    PersonName,
    SameChildAnswer,
    WordingToken,
)
from kamkor.territory.models import Territory, TerritoryName
from kamkor.workforce.models import (
    DutyTurn,
    Employee,
    Leave,
    Office,
    OfficeTerritory,
    Post,
    PostHolding,
    ProgrammeStage,
    StaffPost,
    StaffState,
    WorkforceVersion,
)

__all__ = [
    "Account", "AccountEvent", "AlikePair", "Barred", "Birth", "ComparedName", "DutyTurn", "Employee", "FactorReset", "FigureCell", "FigureMonth", "Household", "HouseholdMember",
    "HouseholdMove", "JournalEntry", "KeyCanary", "Leave", "Lent", "Look", "NameToken", "Office", "OfficeTerritory", "Person", "PersonKey", "PersonMerge",
    "PersonName", "Post", "PostHolding", "ProgrammeStage", "SameChildAnswer", "Seal", "Session", "StaffPost", "StaffState", "Tally", "Team", "TeamExclusion", "TeamMember", "Territory",
    "TerritoryName", "WordingToken", "WorkforceVersion",
]  # fmt: skip
