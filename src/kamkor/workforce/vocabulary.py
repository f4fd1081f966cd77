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

PLANNED_KINDS = ("worker", "specialist")
"""The posts that stand for the children of a district, where a plan counts those that are there:
the workers, and the specialists of before the programme."""
