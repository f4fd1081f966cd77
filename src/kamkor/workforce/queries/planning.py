"""What a plan of posts rests on beside the children: the posts that stand already, and the norm."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kamkor.kernel import rulesets
from kamkor.workforce.models import OfficeTerritory, Post
from kamkor.workforce.queries import in_force
from kamkor.workforce.rules.need import Counts, weights_in
from kamkor.workforce.rules.planning import Planned, Wanted, plan
from kamkor.workforce.rules.spreading import floor_in, stages_in
from kamkor.workforce.vocabulary import PLANNED_KINDS


@dataclass(frozen=True)
class Typed:
    """A plan as it is asked for, in texts: see ``stages_in``, ``floor_in`` and ``weights_in``."""

    method: str
    stages: str
    floor: str
    weights: str
    count_existing: bool


def planned(counts: Mapping[str, Counts], typed: Typed, day: date) -> Planned:
    """The plan for so many children, with the posts that stand on a day and its norm.

    Raises the refusals of what is typed, and of spreading.
    """
    return plan(
        Wanted(
            counts=counts,
            method=typed.method,
            stages=stages_in(typed.stages),
            floor=floor_in(typed.floor),
            weights=weights_in(typed.weights),
            standing=posts_standing(day) if typed.count_existing else {},
            norm=norm_on(day),
        )
    )


def norm_on(day: date) -> int:
    """The most children that a post is to have."""
    return int(rulesets.value("staffing", "children_per_post", day))


def posts_standing(day: date) -> dict[str, int]:
    """How many posts of workers and specialists stand in each district or city on a day.

    A department that covers several counts in the one that gives it its name, the first.
    """
    first: dict[int, str] = {}
    covers = OfficeTerritory.objects.filter(in_force(day)).order_by("id")
    for office, territory in covers.values_list("office_id", "territory_id"):
        first.setdefault(office, territory)
    posts = Post.objects.filter(in_force(day), kind__in=PLANNED_KINDS)
    districts = posts.values_list("office__district_id", flat=True)
    return dict(Counter(first[one] for one in districts if one in first))
