"""What all processes remember together for minutes; keys are digests, and tell of nobody."""

from collections.abc import Sequence
from typing import Any

from kamkor.access.models import Tally


def remembered(keys: Sequence[str], now: int) -> list[Any]:
    """What is remembered under these keys, in their order; none if nothing is or its time is over."""
    held = Tally.objects.filter(key__in=keys, ends_at__gt=now)
    found = dict(held.values_list("key", "value"))
    return [found[key] for key in keys if key in found]
