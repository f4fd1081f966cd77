"""Rules of a visit: what a child's row must say, what counts as seeing a child, when not seeing it
becomes a task, and what stands in its place where the home must not be contacted."""

from collections.abc import Iterator, Mapping
from datetime import date

from kamkor.kernel import rulesets

NOT_SEEN = "not_seen"

QUESTIONS = (
    "injury_fear_word",
    "harmful_person_access",
    "no_able_adult_tonight",
    "basics_missing",
)
NOTICES = ("notice_police", "notice_prosecutor")
MIGRANT_FIELDS = ("lives_with", "conditions", "parents_contact")


def faults_of_row(row: Mapping[str, object], *, migrant: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with one child's row: refusal codes with the field they belong to."""
    seen = row["seen"] != NOT_SEEN
    answers = [row[question] for question in QUESTIONS]
    if not seen:
        if not row["not_seen_reason"]:
            yield "not_seen_reason_missing", "not_seen_reason"
        if row["none_of_these"]:
            yield "none_only_if_seen", "none_of_these"
        return
    if row["none_of_these"] and any(answers):
        yield "answers_contradict", "none_of_these"
    if not row["none_of_these"] and None in answers:
        yield "answers_missing", "injury_fear_word"
    if migrant and not all(row[field] for field in MIGRANT_FIELDS):
        yield "migrant_check_incomplete", "lives_with"


def faults_of_kind(kind: str, day: date, *, unsafe: bool, check_due: bool) -> Iterator[str]:
    """What speaks against a visit of this kind on a day, as codes of refusal.

    ``unsafe``: the home must not be contacted. ``check_due``: the check after leaving is.
    """
    rule = rulesets.rule("visit_kinds", kind, day)
    if rule.get("at_home") and unsafe:
        yield "home_not_to_be_contacted"
    if rule.get("check") and not check_due:
        yield "no_check_due"


def by_telephone(kind: str, day: date) -> bool:
    """Whether a visit of this kind is a call: nobody went anywhere, so nobody was seen or missed."""
    return bool(rulesets.rule("visit_kinds", kind, day).get("by_telephone"))


def was_met(kind: str, seen: str, day: date) -> bool:
    """Whether a visit of this kind, at which a child was found so, saw the child."""
    return seen != NOT_SEEN and not by_telephone(kind, day)


def follow_up_needed(not_seen_in_a_row: int, risk_level: str, limit: int) -> bool:
    """Not seen so many times in a row, or once at high risk, is a task of the specialist."""
    return not_seen_in_a_row >= limit or (not_seen_in_a_row >= 1 and risk_level == "high")


def act_due(kind: str, *, unsafe: bool) -> str:
    """The kind of a due item as it is told: nobody goes to a home that must not be contacted."""
    return "safe_meeting" if unsafe and kind == "visit_due" else kind


def comes_first(kind: str, *, unsafe: bool) -> bool:
    """Whether an item goes before whatever is due earlier: the notices owed of an unsafe home."""
    return unsafe and kind in NOTICES
