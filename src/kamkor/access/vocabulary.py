"""Roles, levels of scope and actions: one table of who may do what, cited by everything."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kamkor.kernel.words import noop


class Level(IntEnum):
    """How far a role sees: nothing, a unit, a district's department, an oblast, the nation."""

    NONE = 0
    UNIT = 1
    DISTRICT = 2
    OBLAST = 3
    NATION = 4


class Action(StrEnum):
    """What a right is for."""

    SEE_IDENTITY = "see_identity"
    SEE_NUMBERS = "see_numbers"
    RECORD = "record"
    DECIDE = "decide"
    MANAGE = "manage"


@dataclass(frozen=True)
class Right:
    """What one role may: the words for it, its level, and its actions."""

    label: str
    level: Level
    actions: frozenset[Action]


def _right(label: str, level: Level, *actions: Action) -> Right:
    return Right(label, level, frozenset(actions))


WORKER = "worker"
SPECIALIST = "specialist"
HEAD = "head"
OBLAST = "oblast"
MINISTRY = "ministry"
COMMISSIONER = "commissioner"
ADMINISTRATOR = "administrator"

RIGHTS: dict[str, Right] = {
    WORKER: _right(
        noop("child accompaniment worker"),
        Level.UNIT,
        Action.SEE_IDENTITY,
        Action.RECORD,
    ),
    SPECIALIST: _right(
        noop("child-protection specialist"),
        Level.DISTRICT,
        Action.SEE_IDENTITY,
        Action.SEE_NUMBERS,
        Action.RECORD,
        Action.DECIDE,
    ),
    HEAD: _right(
        noop("head of department"),
        Level.DISTRICT,
        Action.SEE_IDENTITY,
        Action.SEE_NUMBERS,
        Action.RECORD,
        Action.DECIDE,
        Action.MANAGE,
    ),
    OBLAST: _right(
        noop("oblast department"),
        Level.OBLAST,
        Action.SEE_IDENTITY,
        Action.SEE_NUMBERS,
        Action.DECIDE,
    ),
    MINISTRY: _right(noop("ministry"), Level.NONE, Action.SEE_NUMBERS),
    COMMISSIONER: _right(
        noop("children's rights commissioner"),
        Level.NATION,
        Action.SEE_IDENTITY,
        Action.SEE_NUMBERS,
    ),
    ADMINISTRATOR: _right(noop("administrator"), Level.NONE),
}

EMERGENCY = "emergency"
"""Why rows are shown to one person for some hours."""

IN_EMERGENCY = f"{EMERGENCY}/"
"""So begins the page of a look at what was opened in an emergency."""

ACCOUNT_ACTS: dict[str, str] = {
    "made": noop("made"),
    "blocked": noop("blocked"),
    "unblocked": noop("unblocked"),
    "sessions_ended": noop("all sessions ended"),
    "password_given": noop("a password for once given"),
    "lock_lifted": noop("let try again"),
    "reset_asked": noop("asked to take the second steps off"),
    "reset_done": noop("second steps taken off by two persons"),
    "state_linked": noop("sign-in of the state linked"),
    "state_unlinked": noop("sign-in of the state no longer linked"),
    "village_told": noop("village told"),
}
"""What is done to accounts, as it is written down."""

OWN_ACTS: dict[str, str] = {
    "password_changed": noop("password changed"),
    "app_set_up": noop("app set up"),
    "passkey_set_up": noop("passkey set up"),
    "factor_removed": noop("a second step taken away"),
    "codes_drawn": noop("recovery codes drawn anew"),
}
"""What somebody changes of the own sign-in."""

MEANS: dict[str, str] = {
    "password": noop("password"),
    "totp": noop("code of the app"),
    "recovery_codes": noop("recovery code"),
    "webauthn": noop("passkey"),
    "socialaccount": noop("sign-in of the state"),
    "one_time_code": noop("one-time code"),
}
"""By what somebody signs in."""
