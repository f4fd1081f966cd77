"""A plan of posts in words and numbers, for the page, its files and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import COMMISSIONER, MINISTRY
from kamkor.kernel import clock
from kamkor.kernel.words import noop
from kamkor.territory.queries import codes_of_places, names_on
from kamkor.workforce.rules.spreading import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from kamkor.exchange.children import Children
    from kamkor.workforce.rules.fairness import Fairness
    from kamkor.workforce.rules.planning import Planned

PLANNERS = (MINISTRY, COMMISSIONER)
"""Who counts the whole nation may ask how its posts would be spread."""

COLUMN_WORDS = {
    "children": noop("all children"),
    "dls": noop("children in a difficult life situation"),
    "violence": noop("children against whom violence was told"),
    "migrants": noop("children of migrant parents"),
}


def places() -> dict[str, str]:
    """The names of all districts and cities of today by their codes, in the reader's language."""
    names = names_on(clock.today(), get_language() or "en")
    return {code: names[code] for code in codes_of_places(clock.today())}


def as_object(planned: Planned, children: Children) -> dict[str, Any]:
    """A plan as plain values: units in the order of their codes, hiring in its own."""
    wanted, names = planned.wanted, places()
    stages = range(len(wanted.stages) + 1)
    after = [planned.spread.after(stage) for stage in stages]
    return {
        "method": wanted.method,
        "stages": list(wanted.stages),
        "floor": wanted.floor,
        "weights": {name: _number(weight) for name, weight in wanted.weights.items()},
        "norm": wanted.norm,
        "date": children.day.isoformat(),
        "invented": children.invented,
        "units": [
            {
                "territory": unit,
                "territory_name": names[unit],
                **wanted.counts[unit],
                "source": children.sources[unit],
                "need": _number(planned.need[unit]),
                "posts": [posts[unit] for posts in after],
                "children_per_post": _ratio(wanted.children[unit], after[-1][unit]),
            }
            for unit in sorted(wanted.counts)
        ],
        "order": list(planned.spread.order),
        "after_stages": [_even(one) for one in planned.stages],
        "methods": {name: _even(one) for name, one in planned.methods.items()},
        "heavier": {name: dict(units) for name, units in planned.heavier.items()},
    }


def _even(one: Fairness) -> dict[str, Any]:
    return {
        "posts": one.posts,
        "children_per_post": {
            "least": _number(one.least),
            "median": _number(one.middle),
            "most": _number(one.most),
        },
        "gini": _number(one.gini),
        "units_without": list(one.without),
        "units_over_norm": one.over,
        "posts_short_of_norm": one.short,
    }


def _number(exact: Fraction | None) -> float | None:
    return None if exact is None else round(float(exact), 6)


def _ratio(children: int, posts: int) -> float | None:
    return round(children / posts, 6) if posts else None


def whole(exact: Fraction | None) -> str:
    """A number of children for a post, rounded half up; a dash where there is none."""
    return "–" if exact is None else str(int(2 * exact + 1) // 2)


def share(exact: Fraction | None) -> str:
    """Gini's coefficient by three digits."""
    return "–" if exact is None else f"{float(exact):.3f}"


def posts_moved(units: Mapping[str, int]) -> int:
    """How many posts go elsewhere."""
    return sum(by for by in units.values() if by > 0)


def weights_told(planned: Planned) -> str:
    """The weights in words, as parts of a hundred."""
    told = planned.wanted.weights.items()
    return ", ".join(f"{_(COLUMN_WORDS[name])} {float(100 * one):.4g} %" for name, one in told)


def fairness_heads() -> list[str]:
    """What stands above the lines of ``fairness_line``."""
    return [
        _("All posts"),
        _("Fewest children for a post"),
        _("Median"),
        _("Most"),
        _("Unevenness (Gini)"),
        _("Without a worker"),
        _("Over the norm"),
        _("Posts short of the norm"),
    ]


def fairness_line(one: Fairness) -> list[str]:
    """How even so many posts stand, cell by cell."""
    return [
        str(one.posts),
        whole(one.least),
        whole(one.middle),
        whole(one.most),
        share(one.gini),
        str(len(one.without)),
        str(one.over),
        str(one.short),
    ]


def method_word(method: str) -> str:
    """What a method is called."""
    return _(METHODS[method])
