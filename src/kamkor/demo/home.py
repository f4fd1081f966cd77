"""One home of the demo: its children, its worker, and the acts that are done for it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import case_for
from kamkor.demo import grounds, texts
from kamkor.demo.days import Days, at
from kamkor.demo.names import Child, birthday_before
from kamkor.demo.posts import Department
from kamkor.demo.stage import Act, Data, Look, Reply, Step
from kamkor.kernel.rulesets import Rule, asked_rules

Part = Generator[Step, Any, Any]
"""A stretch of a story: yields acts and returns what the next stretch needs."""

FORTNIGHT = 14
EVENING = 17


@dataclass
class Codes:
    """Hands out the codes of each rule set in turn, so that every one is used.

    The first code is the one at place ``first``; with ``on`` only codes in force on that day are
    handed out, whatever day is asked for.
    """

    first: int = 0
    on: date | None = None
    _turns: dict[str, int] = field(default_factory=dict)

    def next(self, rule_set: str, day: date, only: Callable[[Rule], bool] = lambda _: True) -> str:
        """The next code of a rule set in force on a day."""
        codes = [rule.code for rule in asked_rules(rule_set, self.on or day) if only(rule)]
        return codes[self.turn(f"{rule_set}:{','.join(codes)}") % len(codes)]

    def seldom(
        self, rule_set: str, day: date, only: Callable[[Rule], bool], many: int
    ) -> list[str]:
        """So many codes of those that fit which were handed out most seldom."""
        codes = [rule.code for rule in asked_rules(rule_set, self.on or day) if only(rule)]
        taken = sorted(codes, key=lambda code: self._turns.get(f"{rule_set}:{code}", 0))[:many]
        for code in taken:
            self._turns[f"{rule_set}:{code}"] = self._turns.get(f"{rule_set}:{code}", 0) + 1
        return taken

    def text(self, bank: tuple[str, ...]) -> str:
        """The next sentence of a bank."""
        return bank[self.turn(bank[0]) % len(bank)]

    def turn(self, key: str) -> int:
        """How often this was asked for before, counted from ``first``."""
        turn = self._turns.get(key, self.first)
        self._turns[key] = turn + 1
        return turn


def unsealed(rule: Rule) -> bool:
    """Whether a code leaves a matter open to the whole department."""
    return not rule.get("seals")


@dataclass
class Home:
    """A household with its children; ``worker`` is responsible, ``number`` is its own."""

    number: int
    days: Days
    codes: Codes
    department: Department
    worker: int
    children: list[Child]
    siblings: list[dict[str, str]]
    adult: tuple[str, str]
    random: Random
    cases: list[str] = field(default_factory=list)
    family: str = ""
    household: str = ""
    risk: str = "low"
    relation: str = ""
    unsafe: bool = False

    @property
    def territory(self) -> str:
        """The district or city the home lies in."""
        covered = self.department.territories
        return covered[1] if len(covered) > 1 and self.number % 4 == 3 else covered[0]

    @property
    def place(self) -> str:
        """Village, street and house, all invented."""
        village = texts.PLACES[self.number % len(texts.PLACES)]
        street = texts.STREETS[self.number // 3 % len(texts.STREETS)]
        return f"{village}, {street}, {self.number % 87 + 1}"

    def when(self, day: date) -> tuple[int, date]:
        """Who does the worker's act meant for a day, and on which day: see the department."""
        return self.department.when(self.worker, day, self.days.today)

    def make_adult(self, day: date) -> None:
        """Let the children have turned 18 a few days before a day."""
        born = birthday_before(day - timedelta(days=6), 18)
        self.children = [replace(child, born=born.isoformat()) for child in self.children]

    def act(self, day: date, hour: int, post: int, operation: str, /, **data: Any) -> Act:  # noqa: ANN401 - a command's data
        """A command of a post on a day, given a few minutes after the full hour."""
        return Act(at(day, hour, self.number % 50), post, operation, data)

    def found(self, day: date, post: int, operation: str, data: Callable[[Viewer], Data]) -> Act:
        """A command whose data is found out for the viewer at that moment."""
        return Act(at(day, 15, self.number % 50), post, operation, data)

    def identification(self, child: Child, day: date, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """What the worker writes down about one child of this home."""
        return {
            **child.typed(),
            "territory": self.territory,
            "place": self.place,
            "happened_on": day.isoformat(),
            "source": self.codes.next("report_sources", day),
            "difficulty": self.codes.text(texts.DIFFICULTY),
            "risk_level": self.risk,
            **more,
        }

    def at_home(self, day: date) -> dict[str, Any]:
        """The adults and other children of the home, some looked at and some not."""
        given, surname = self.adult
        self.relation = self.codes.next("relations", day, lambda rule: rule.code != "sibling")
        adult = {
            "given_name": given,
            "surname": surname,
            "relation": self.relation,
        }
        if self.number % 3 == 0:
            adult["telephone"] = f"0312 00 {self.number // 100:02} {self.number % 100:02}"
        looked = [
            {**sibling, "looked_at": (self.number + place) % 2 == 0}
            for place, sibling in enumerate(self.siblings)
        ]
        return {"adults": [adult], "siblings": looked}

    def identified(self, day: date, *, family_too: bool = False) -> Part:
        """The worker finds the children on the spot."""
        _, day = self.when(day)
        more = {**self.at_home(day), "family_too": family_too}
        for place, child in enumerate(self.children):
            data = self.identification(child, day, **more)
            reply: Reply = yield self.act(day, 9 + place, self.worker, "identify_child", **data)
            yield from self._keep(reply)
            more = {"household": self.household}
        return day

    def _keep(self, reply: Reply) -> Part:
        self.cases.append(reply.answer["case"])
        self.family = reply.answer.get("family", self.family)
        if not self.household:
            found = UUID(reply.answer["case"])
            self.household = yield Look(lambda viewer: str(case_for(viewer, found).household_id))

    def identified_after_report(self, cases: list[str], day: date) -> Part:
        """The worker goes to children of an accepted report and learns who they are."""
        _, day = self.when(day)
        more = self.at_home(day)
        for place, (case, child) in enumerate(zip(cases, self.children, strict=True)):
            data = self.identification(child, day, case=case, **more)
            reply: Reply = yield self.act(day, 12 + place, self.worker, "identify_child", **data)
            yield from self._keep(reply)
            more = {}
        return day

    def registered(self, day: date, *grounds: str, protected: bool = False) -> Part:
        """The specialist puts the children, and the family if it was found, on the register."""
        for place, case in enumerate(self.cases):
            taken = list(grounds) or self.drawn_grounds(self.children[place], day)
            yield self.act(
                day,
                10 + place,
                self.department.specialist,
                "register_child",
                case=case,
                decision="register",
                happened_on=day.isoformat(),
                grounds=taken,
                main_ground=taken[0],
                state_protection=protected,
            )
        if self.family:
            yield from self._register_family(day)
        return day

    def registered_families(self, day: date, ground: str) -> Part:
        """The children for a ground of their own, the family for this one."""
        family, self.family = self.family, ""
        yield from self.registered(day)
        self.family = family
        yield from self._register_family(day, ground)

    def drawn_grounds(self, child: Child, day: date) -> list[str]:
        """One ground or two that fit a child."""

        def fits(rule: Rule) -> bool:
            return grounds.of_child(rule, child, self.relation, day)

        return self.codes.seldom("grounds", day, fits, 2 if self.number % 4 == 1 else 1)

    def drawn_family_ground(self, day: date) -> str:
        """A ground that fits the family."""

        def fits(rule: Rule) -> bool:
            return grounds.of_family(rule, self.children, day)

        return self.codes.seldom("grounds", day, fits, 1)[0]

    def _register_family(self, day: date, ground: str = "") -> Part:
        ground = ground or self.drawn_family_ground(day)
        yield self.act(
            day,
            14,
            self.department.specialist,
            "register_family",
            case=self.family,
            decision="register",
            happened_on=day.isoformat(),
            grounds=[ground],
            main_ground=ground,
        )

    def protected(self, day: date, ground: str = "") -> Part:
        """The worker takes the children out of danger; who was not told becomes a due item."""
        codes, told = self.codes, at(day, 17, 30).isoformat()
        for place, case in enumerate(self.cases):
            data = {
                "case": case,
                "happened_on": day.isoformat(),
                "danger": codes.text(texts.DANGERS),
                "ground": ground or codes.next("removal_grounds", day, unsealed),
                "decider": codes.next("removal_deciders", day),
                "decider_name": "Үлгү Чечимбаев",
                "sleeps_at": codes.next("night_places", day),
                "sleeps_where": f"{self.place} (мурунку коңшу), 0312 00 00 00",
                "next_step": codes.text(texts.NOTES),
                "prosecutor_told_at": told,
            }
            if self.number % 2:
                data |= {"parents_told_at": told, "doctor_told_at": told}
            if self.siblings:
                data["siblings"] = "чоң атасында"
            yield self.act(day, 18 + place, self.worker, "protect_now", **data)

    def evening(self, fortnights: int) -> date:
        """The day on which the worker writes up the visits of two weeks, counted back from now."""
        return self.days.ago(3 + self.worker % 4 + FORTNIGHT * fortnights)

    def visits(self, begun: date, until: date, every: int, next_on: date | None = None) -> Part:
        """Visits between two days, written up every so many fortnights.

        The day of the next visit is agreed at the last one, if it is given.
        """
        last = max(0, -((until - self.evening(0)).days // FORTNIGHT))
        first = (self.evening(0) - begun).days // FORTNIGHT
        for back in reversed(range(last, first + 1, every)):
            if self.evening(back) < begun + timedelta(days=3):
                continue
            agreed: dict[str, Any] = (
                {"next_on": next_on.isoformat()} if back == last and next_on else {}
            )
            yield from self.visit(self.evening(back), **agreed)

    def visit(self, written: date, *, kind: str = "", ago: int = 0, **more: Any) -> Part:  # noqa: ANN401 - as above
        """One visit, written up on an evening, that happened up to three days before."""
        post, written = self.when(written)
        day = written - timedelta(days=ago or self.random.randint(0, 2))
        kind = kind or self._kind()
        data = {
            "household": self.household,
            "kind": kind,
            "happened_on": day.isoformat(),
            "children": [self.child_row(case, kind, day) for case in self.cases],
            **more,
        }
        if self.random.random() < 0.6:
            data["changed"] = self.codes.text(texts.CHANGED)
        if self.random.random() < 0.3:
            data["words_of_carer"] = self.codes.text(texts.WORDS_OF_CARER)
        if self.random.random() < 0.5:
            data["minutes"] = self.random.choice((15, 25, 30, 40, 60, 90))
        return (yield Act(at(written, EVENING), post, "record_visit", data))

    def _kind(self) -> str:
        drawn = self.random.random()
        if drawn < 0.75:
            return "elsewhere" if self.unsafe else "home"
        if drawn >= 0.95:
            return "elsewhere" if self.unsafe else "migrant_check"
        return "call" if drawn < 0.88 else "joint"

    def child_row(self, case: str, kind: str, day: date) -> dict[str, Any]:
        """How one child was found: mostly well, sometimes not seen, seldom with a yes."""
        if kind == "call" or self.random.random() < 0.07:
            reason = self.codes.next("not_seen_reasons", day)
            return {"case": case, "seen": "not_seen", "not_seen_reason": reason}
        row: dict[str, Any] = {
            "case": case,
            "seen": self.random.choice(("alone", "with_others", "with_others")),
        }
        if kind == "migrant_check":
            row |= {
                "lives_with": "чоң энеси менен",
                "conditions": self.codes.next("care_conditions", day),
                "parents_contact": self.codes.next("contact_kinds", day),
            }
        row |= self._answers()
        if self.random.random() < 0.25:
            row["words_of_child"] = self.codes.text(texts.WORDS_OF_CHILD)
        return row

    def _answers(self) -> dict[str, bool]:
        drawn = self.random.random()
        if drawn < 0.88:
            return {"none_of_these": True}
        return {
            "injury_fear_word": drawn > 0.985,
            "harmful_person_access": False,
            "no_able_adult_tonight": drawn > 0.992,
            "basics_missing": drawn < 0.98,
        }
