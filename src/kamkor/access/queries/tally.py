"""What all processes remember together for minutes; keys are digests, and tell of nobody."""

from typing import Any

from kamkor.access.models import Tally


def remembered(key: str, now: int) -> list[Any]:
    """What is remembered under a key, in a list; none if nothing is or its time is over."""
    held = Tally.objects.filter(key=key, ends_at__gt=now)
    return list(held.values_list("value", flat=True))
