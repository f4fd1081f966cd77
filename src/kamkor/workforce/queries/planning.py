"""What a plan of posts rests on beside the children: the posts that stand already, and the norm."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kamkor.kernel import rulesets
from kamkor.workforce.queries.staffing import posts_known, stages_known
from kamkor.workforce.rules.need import Counts, weights_in
from kamkor.workforce.rules.planning import Planned, Wanted, plan
from kamkor.workforce.rules.spreading import floor_in, stages_in
from kamkor.workforce.rules.staffing import FULL
from kamkor.workforce.rules.staffing import norm_on as norm_of_stages
from kamkor.workforce.vocabulary import PLANNED_KIND


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
    """The most children that a post is to have: of the programme's stage that opened last, or as
    the rule says where no stage has opened."""
    of_stage = norm_of_stages(stages_known(PLANNED_KIND, None), day)
    return of_stage or int(rulesets.value("staffing", "children_per_post", day))


def posts_standing(day: date) -> dict[str, int]:
    """How many posts of the establishment stand beside children in each district or city on a day.

    Shares of a post are added up; what is left below a full one counts for none.
    """
    hundredths: Counter[str] = Counter()
    for post in posts_known(PLANNED_KIND, None, None):
        if post.stands_on(day):
            hundredths[post.territory] += post.hundredths
    return {unit: held // FULL for unit, held in hundredths.items()}
