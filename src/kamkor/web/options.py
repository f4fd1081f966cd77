"""What may be chosen in a form besides codes: places, departments, posts, decisions."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST
from kamkor.kernel import clock, rulesets
from kamkor.kernel.words import noop
from kamkor.territory.queries import names_on, places_of_cases
from kamkor.web.loads import Loads
from kamkor.web.words import office_name, raised
from kamkor.workforce import queries as workforce
from kamkor.workforce.vocabulary import POST_KINDS, STAFF_KINDS, STAFF_STATES

if TYPE_CHECKING:
    from kamkor.workforce.models import PostHolding

DECISIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "screenings": (
        ("accept", noop("Accept: a case opens for each child")),
        ("redirect", noop("Redirect to another department")),
        ("decline", noop("Decline: nothing for child protection")),
    ),
    "second_looks": (
        ("uphold", noop("It was rightly declined")),
        ("open", noop("Open it again")),
    ),
    "registrations": (
        ("register", noop("Put on the register")),
        ("decline", noop("Do not register")),
    ),
    "taking_off_decisions": (
        ("agree", noop("Agree: take off the register")),
        ("refuse", noop("Refuse: stay on the register")),
    ),
    "counts_of_round": (
        ("no_concern", noop("No concern")),
        ("nobody_home", noop("Nobody home")),
        ("refused", noop("Refused to talk")),
        ("not_counted", noop("It was not counted")),
    ),
    "two_records": (
        ("kept", noop("This child's")),
        ("absorbed", noop("The other child's")),
    ),
    "staff_kinds": tuple(STAFF_KINDS.items()),
    "staff_states": tuple(STAFF_STATES.items()),
    "ranks": (("1", noop("First")), ("2", noop("Second")), ("3", noop("Third"))),
}


def _option(held: "PostHolding", where: str = "") -> dict[str, Any]:
    who = f"{held.employee.given_name} {held.employee.surname}"
    return {"value": held.post_id, "label": f"{who}, {gettext(POST_KINDS[held.post.kind])}{where}"}


def _load(loads: Loads, post: int) -> str:
    told = {"own": loads.own[post], "today": loads.answers_for(post)}
    numbers = gettext("own open cases: %(own)s; answers for today: %(today)s") % told
    return "; ".join([numbers, *loads.told_of(post)])


ANY_KIND = frozenset(POST_KINDS)


class ViewerOptions:
    """The options of one viewer's forms."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def __call__(self, name: str) -> list[dict[str, Any]]:
        """The options of this name; none if nobody knows it."""
        if name in DECISIONS:
            return [{"value": value, "label": gettext(label)} for value, label in DECISIONS[name]]
        found = getattr(self, f"_{name}", None)
        return found() if found else []

    def _territories(self) -> list[dict[str, Any]]:
        names = names_on(clock.today(), get_language() or "en")
        own = self._covered()
        near = {code[:5] for code in own}
        places = places_of_cases().values_list("soate", flat=True)
        parts = [(code, names[code]) for code in places if code in names]
        ordered = sorted(
            parts, key=lambda part: (part[0] not in own, part[0][:5] not in near, part[1])
        )
        return [{"value": code, "label": text} for code, text in ordered]

    def _own_territories(self) -> list[dict[str, Any]]:
        names = names_on(clock.today(), get_language() or "en")
        return [{"value": code, "label": names[code]} for code in self._covered()]

    def _covered(self) -> list[str]:
        if self.viewer.district is None:
            return []
        return workforce.territories_of(self.viewer.district, clock.today())

    def _departments(self) -> list[dict[str, Any]]:
        return [
            {"value": office.pk, "label": office_name(office)}
            for office in workforce.departments()
            if office.pk != self.viewer.district
        ]

    def _colleagues(self) -> list[dict[str, Any]]:
        return self._posts(ANY_KIND)

    def _workers(self) -> list[dict[str, Any]]:
        if self.viewer.role == OBLAST:
            return self._of_oblast()
        return self._posts(frozenset({"worker"}))

    def _of_oblast(self) -> list[dict[str, Any]]:
        held = workforce.people_of_oblast(self.viewer.oblast or 0, clock.today())
        return [_option(one, f", {office_name(one.post.office)}") for one in held]

    def _loads(self) -> list[dict[str, Any]]:
        loads = Loads.of(self.viewer)
        return [one | {"hint": _load(loads, one["value"])} for one in self._posts(ANY_KIND)]

    def _posts(self, kinds: frozenset[str]) -> list[dict[str, Any]]:
        if self.viewer.district is None:
            return []
        held = workforce.people_in_posts(self.viewer.district, clock.today())
        return [_option(one) for one in held if one.post.kind in kinds]

    def _screening_reasons(self) -> list[dict[str, Any]]:
        language, today = get_language() or "en", clock.today()
        return [
            {
                "value": rule.code,
                "label": raised(rule.word(language)),
                "when": {"name": "decision", "answers": decision},
            }
            for decision in ("redirect", "decline")
            for rule in rulesets.rules(f"{decision}_reasons", today)
        ]
