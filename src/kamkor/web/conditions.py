"""Which fields of a form are asked only after a certain answer; without script all are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from kamkor.cases.operations.report import DETAILS
from kamkor.kernel import clock, rulesets
from kamkor.kernel.words import noop

Answers = Callable[[], list[str]]

MORE = noop("What else is known")
FOLDED_GROUPS = frozenset({DETAILS, MORE})
"""Groups of what is rarely known: folded until something stands in them."""

CHOSEN_AMONG = {"main_ground": "grounds"}
"""Fields that offer only what is ticked in another field."""


@dataclass(frozen=True)
class Condition:
    """A field is asked for while the field ``after`` holds one of the answers.

    ``needed``: it must then be filled in. ``beside``: the other field stands in the same row,
    else on the form itself. ``stays``: the field is always shown, and only live meanwhile.
    """

    after: str
    answers: Answers
    needed: bool = True
    beside: bool = True
    stays: bool = False


def answers(*codes: str) -> Answers:
    """These answers."""
    return lambda: list(codes)


def marked(rule_set: str, attribute: str) -> Answers:
    """The codes of a rule set that bear this attribute today."""
    return lambda: [
        rule.code for rule in rulesets.rules(rule_set, clock.today()) if rule.get(attribute)
    ]


_NOT_SEEN = Condition("seen", answers("not_seen"))
migrant_kinds = marked("visit_kinds", "migrant")
OF_MIGRANTS = ("lives_with", "conditions", "parents_contact")
_MIGRANT = Condition("kind", migrant_kinds, beside=False)
_REGISTERED = Condition("decision", answers("register"))
_NOT_REGISTERED = Condition("decision", answers("decline"))
_SAFE_CONTACT = Condition("decision", answers("register"), needed=False)
_OTHER_SIDE = Condition("reason", marked("taking_off_reasons", "needs_other_side"))

CONDITIONS: dict[str, dict[str, Condition]] = {
    "ChildSeen": {
        "not_seen_reason": _NOT_SEEN,
        "none_of_these": Condition("seen", marked("seen_kinds", "seen"), needed=False, stays=True),
        **dict.fromkeys(OF_MIGRANTS, _MIGRANT),
    },
    "visit_child": {"not_seen_reason": _NOT_SEEN},
    "ScreenReport": {
        "reason": Condition("decision", answers("redirect", "decline")),
        "to_office": Condition("decision", answers("redirect")),
        "assign_to": Condition("decision", answers("accept"), needed=False),
    },
    "RegisterChild": {
        "reason": _NOT_REGISTERED,
        "grounds": _REGISTERED,
        "main_ground": _REGISTERED,
        "state_protection": Condition("decision", answers("register"), needed=False),
        "safe_contact": _SAFE_CONTACT,
    },
    "RegisterFamily": {
        "reason": _NOT_REGISTERED,
        "grounds": _REGISTERED,
        "main_ground": _REGISTERED,
        "safe_contact": _SAFE_CONTACT,
    },
    "ProposeTakingOff": {"other_side": _OTHER_SIDE, "other_side_accepted_on": _OTHER_SIDE},
}


def condition_of(shape: str, field: str) -> Condition | None:
    """The condition of a shape's field, if it has one."""
    return CONDITIONS.get(shape, {}).get(field)
