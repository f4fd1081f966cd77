"""Kinds of posts and the order in which a department answers."""

from kamkor.kernel.words import noop

POST_KINDS = {
    "worker": noop("child accompaniment worker"),
    "specialist": noop("child-protection specialist"),
    "head": noop("head of department"),
    "oblast": noop("oblast department"),
    "ministry": noop("ministry"),
    "commissioner": noop("children's rights commissioner"),
}

FALLBACK_KINDS = ("specialist", "head")

STAFF_KINDS = {
    "accompaniment": noop("child accompaniment worker"),
    "protection_specialist": noop("child-protection specialist"),
    "home_care": noop("home-care worker"),
    "head": noop("head of department"),
}
"""Kinds of posts of the establishment; only some of them have a seat with rights."""

STAFF_STATES = {
    "vacant": noop("vacant"),
    "announced": noop("announced"),
    "in_selection": noop("in selection"),
    "appointed": noop("appointed"),
    "on_leave": noop("on leave"),
    "ended": noop("ended"),
}
HELD_STATES = ("appointed", "on_leave")
"""States in which somebody holds the post."""

_NOT_ENDED = frozenset(STAFF_STATES) - {"ended"}
MAY_FOLLOW: dict[str, frozenset[str]] = {
    "vacant": _NOT_ENDED,
    "announced": _NOT_ENDED,
    "in_selection": _NOT_ENDED,
    "appointed": _NOT_ENDED,
    "on_leave": frozenset({"appointed"}),
    "ended": _NOT_ENDED,
}
"""After which states each may come. A post may begin with any that needs no other before it."""

PLANNED_KIND = "accompaniment"
"""The kind of posts that a plan spreads over the districts, and counts where they stand already."""
