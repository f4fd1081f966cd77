"""What the value of a breakdown key is called in a language."""

from datetime import date

from django.utils.translation import gettext

from kamkor.figures.rules.disclosure import DIFFERENCE, TOTAL
from kamkor.figures.vocabulary import FIGURES, Key
from kamkor.kernel import rulesets
from kamkor.kernel.words import noop
from kamkor.territory.queries import names_on
from kamkor.workforce import queries as workforce

UNKNOWN_WORD = noop("not known")
ALL_WORD = noop("all")
PROVISIONAL_WORD = noop("provisional: the day has not ended")
DIFFERENCE_WORD = noop("difference to the total")
# In which rule sets a reason may stand, by what is counted.
RULE_SETS: dict[str, tuple[str, ...]] = {
    Key.GROUND: ("grounds",),
    Key.MAIN_GROUND: ("grounds",),
    Key.SEX: ("sexes",),
    Key.AGE: ("age_bands",),
    Key.SOURCE: ("report_sources",),
}
REASONS = {
    "taken_off": ("taking_off_reasons",),
    "cohort": ("taking_off_reasons",),
    "declined": ("decline_reasons",),
    "not_seen": ("not_seen_reasons",),
}


class Wording:
    """The words of one answer: places as they were called on its day, in one language."""

    def __init__(self, on: date, language: str) -> None:
        self._language = language
        self._on = on
        self._places = names_on(on, language)
        self._offices: dict[int, str] = {}
        self._posts: dict[int, str] = {}

    def place(self, soate: str) -> str:
        """What a unit was called on the day."""
        return self._places.get(soate, soate)

    def of(self, key: str, value: str, figure: str = "") -> str:
        """What a value of a key is called; a reason is one of the figure's own."""
        if value in {TOTAL, DIFFERENCE, "unknown"}:
            words = {TOTAL: ALL_WORD, DIFFERENCE: DIFFERENCE_WORD, "unknown": UNKNOWN_WORD}
            return gettext(words[value])
        if key in {Key.OBLAST, Key.DISTRICT}:
            return self.place(value)
        if key == Key.DEPARTMENT:
            return self._office(int(value))
        if key == Key.WORKER:
            return self._post(int(value))
        if key == Key.MONTH:
            return f"{value[5:]}.{value[:4]}"
        if key == Key.REASON:
            return self._coded(REASONS.get(FIGURES[figure].counts, ()), value)
        return self._coded(RULE_SETS.get(key, ()), value)

    def _coded(self, rule_sets: tuple[str, ...], value: str) -> str:
        for name in rule_sets:
            for rule in rulesets.all_rules(name):
                if rule.code == value:
                    return rule.word(self._language)
        return value

    def _office(self, office: int) -> str:
        if office not in self._offices:
            found = workforce.offices_by_id([office]).first()
            self._offices[office] = getattr(found, f"name_{self._language}", "") or str(office)
        return self._offices[office]

    def _post(self, post: int) -> str:
        if post not in self._posts:
            self._posts |= workforce.holder_names([post], self._on)
        return self._posts.get(post) or f"{gettext(UNKNOWN_WORD)} ({post})"
