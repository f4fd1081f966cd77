"""What a person types into the form of each step, by operation and outcome."""

from collections.abc import Callable
from typing import Any

from tests.cast import Cast, Player
from tests.factories import NOOKEN, SUZAK

Values = dict[str, Any]

DAY = "02.03.2026"
TODAY: Values = {"happened_on": DAY}
NOTE: Values = {"note": "Seen at three visits."}
GROUNDS: Values = {"grounds": ["neglected"], "main_ground": "neglected"}
LOW_INCOME: Values = {"grounds": ["low_income_crisis"], "main_ground": "low_income_crisis"}
NOBODY_DEAR: Values = {"decision": "decline", "reason": "no_difficulty"}
SEEN: Values = {"children-0-seen": "alone", "children-0-none_of_these": "yes"}
NOT_SEEN: Values = {"children-0-seen": "not_seen", "children-0-not_seen_reason": "nobody_home"}
MIGRANT: Values = {
    "children-0-lives_with": "The grandmother",
    "children-0-conditions": "enough",
    "children-0-parents_contact": "weekly",
}
CHILD: Values = {
    "given_name": "Айбек",
    "surname": "Төлөгөнов",
    "born-year": "2015",
    "sex": "male",
    "territory": SUZAK,
    "place": "Suzak, 5",
    "source": "own_round",
    "difficulty": "Alone for days.",
    "risk_level": "medium",
    "family_too": "no",
}
REPORT: Values = {
    "worry": "neglect",
    "danger_now": "no",
    "children-0-description": "A boy in a blue coat",
    "territory": SUZAK,
    "place": "Suzak village",
    "seen_or_said": "He has been alone since yesterday.",
    "source": "neighbour",
}
ROUND: Values = {
    "territory": NOOKEN,
    "area": "Mill street",
    "visited": "10",
    "nobody_home": "3",
    "refused": "1",
    "no_concern": "6",
}
REMOVAL: Values = {
    "danger": "The stove smokes and there is no adult.",
    "ground": "danger_to_life",
    "decider": "department_head",
    "decider_name": "Head of the department",
    "sleeps_at": "relative",
    "sleeps_where": "With the grandmother, Suzak, 12",
    "next_step": "Visit tomorrow morning",
}
RETURN: Values = {
    "reason": "new_difficulty",
    "difficulty": "Alone again.",
    "risk_level": "medium",
}

TYPED: dict[tuple[str, str], Values] = {
    ("receive_report", ""): REPORT,
    ("record_round", ""): ROUND | TODAY,
    ("read_report", ""): {},
    ("mark_sent_in_error", ""): NOTE,
    ("screen_report", "accept"): {"decision": "accept"},
    ("screen_report", "redirect"): {"decision": "redirect", "reason": "other_district"},
    ("screen_report", "decline"): {"decision": "decline", "reason": "no_concern"},
    ("review_declined_report", "uphold"): {"decision": "uphold"} | NOTE,
    ("review_declined_report", "open"): {"decision": "open"} | NOTE,
    ("identify_child", ""): CHILD | TODAY,
    ("register_child", "register"): {"decision": "register"} | GROUNDS | TODAY,
    ("register_child", "decline"): NOBODY_DEAR | TODAY,
    ("register_family", "register"): {"decision": "register"} | LOW_INCOME | TODAY,
    ("register_family", "decline"): NOBODY_DEAR | TODAY,
    ("close_reported_case", ""): {"reason": "no_difficulty"} | NOTE | TODAY,
    ("assign_worker", ""): TODAY,
    ("record_visit", "home"): {"kind": "home"} | SEEN | TODAY,
    ("record_visit", "call"): {"kind": "call"} | SEEN | TODAY,
    ("record_visit", "joint"): {"kind": "joint"} | SEEN | TODAY,
    ("record_visit", "migrant_check"): {"kind": "migrant_check"} | SEEN | MIGRANT | TODAY,
    ("record_visit", "not_seen"): {"kind": "home"} | NOT_SEEN | TODAY,
    ("record_visit", "after_leaving"): {"kind": "after_leaving"} | SEEN | TODAY,
    ("record_visit", "after_leaving_not_seen"): {"kind": "after_leaving"} | NOT_SEEN | TODAY,
    ("protect_now", ""): REMOVAL | TODAY,
    ("end_removal", ""): NOTE | TODAY,
    ("change_state_protection", ""): {"given": "yes"} | NOTE | TODAY,
    ("propose_taking_off", ""): {"reason": "difficulty_overcome"} | NOTE | TODAY,
    ("propose_taking_off", "died"): {"reason": "died"} | NOTE | TODAY,
    ("decide_taking_off", "refuse"): {"decision": "refuse"} | TODAY,
    ("decide_taking_off", "agree"): {"decision": "agree"} | TODAY,
    ("end_accompaniment", ""): NOTE | TODAY,
    ("return_to_register", ""): RETURN | GROUNDS | TODAY,
    ("offer_transfer", ""): {"reason": "family_moved"} | NOTE,
    ("accept_transfer", ""): {},
    ("return_transfer", ""): {"reason": "not_living_here"},
    ("move_household", ""): {"place": "Suzak, Mill street 4"} | TODAY,
    ("declare_interest", ""): {"kind": "relative"},
}

# What depends on who acts: a post of the own department, or another department.
CHOSEN: dict[str, Callable[[Cast, Player], Values]] = {
    "assign_worker": lambda cast, player: {
        "post": player.post if player.department != cast.aigul.department else cast.nurlan.post
    },
    "accept_transfer": lambda cast, player: {
        "post": player.post,
        "territory": NOOKEN if player.department == cast.specialist2.department else SUZAK,
    },
    "offer_transfer": lambda cast, _: {"to_office": cast.specialist2.department},
}


def typed_for(operation: str, outcome: str, cast: Cast, player: Player) -> Values:
    """What this person types to bring this outcome about; for none, the operation's first."""
    plain = outcome.partition("/")[0]
    known = [key for key in TYPED if key[0] == operation]
    values = dict(TYPED[(operation, plain) if (operation, plain) in TYPED else known[0]])
    if operation in CHOSEN:
        values |= CHOSEN[operation](cast, player) if player.viewer.district else {}
    if outcome == "redirect":
        values |= {"to_office": cast.specialist2.department}
    return values
