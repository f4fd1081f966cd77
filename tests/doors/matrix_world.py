"""The records of the access matrix: in each place one matter of which every field is a canary."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from kamkor.access.models import Account
from kamkor.access.operations.account import tell_village
from kamkor.cases.models import Case, Identification, Registration, ReportTold, Task, is_open
from kamkor.cases.operations.loading import queue_load
from kamkor.workforce.models import DutyTurn
from tests.cast import Cast, Player
from tests.doors.matrix_people import LATER, players
from tests.doors.matrix_records import (
    HEADS,
    INVOLVED,
    NO_OPENING,
    NOBODY,
    NOW,
    REPORTS,
    TAKEN_BY,
    WHERE,
)
from tests.doors.world import MISSING, Place
from tests.factories import NOOKEN, SUZAK, a_child, a_registration, a_removal, a_report

CONSONANTS, VOWELS = "бгджзклмнпрстчш", "аеиоуөү"
LETTERS = 12


@dataclass(frozen=True)
class Canary:
    """A value that stands in one field of one record and nowhere else.

    ``record`` is the key of the record, ``kind`` and ``group`` what the oracle calls the field.
    """

    record: str
    kind: str
    group: str
    value: str

    @property
    def shapes(self) -> tuple[str, ...]:
        """How the value may look in an answer, folded and without blanks."""
        if self.value.count("-") == 2:
            year, month, day = self.value.split("-")
            return self.value, f"{day}.{month}.{year}"
        if self.value.startswith("+"):
            return self.value, "0" + self.value[4:]
        return (self.value.casefold(),)


@dataclass
class Record:
    """One matter: its ids, where it counts, and its canaries.

    ``more`` are the ids that an act about it needs besides: posts, offices, leave and the like.
    """

    key: str
    number: str = ""
    place: Place = field(default_factory=Place)
    more: dict[str, str] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)


class MatrixWorld:
    """All records, built by operations; canaries by what they are of."""

    def __init__(self, cast: Cast, seed: int = 1) -> None:
        self.cast = cast
        self.drawn = random.Random(seed)
        self.who = players(cast)
        self.records: dict[str, Record] = {}
        self._days = 0
        self._used: set[str] = set()
        self._first_day()
        cast.time.passes(days=1)
        self._on_duty("begimai", cast.in_days(30))
        for key, (worker, decider, territory) in WHERE.items():
            self.records[key] = self._record(key, self.who[worker], self.who[decider], territory)
        self._reports()
        self._endings()
        for number, key in enumerate(WHERE):
            self._offices(key, number)
            if key not in NOW:
                self.records[key].more["request"] = self._request(key)
        self._opened_in_emergency(self.records["department"])
        self._village()
        cast.time.passes(minutes=5)

    @property
    def canaries(self) -> list[Canary]:
        """Every canary of every record."""
        return [one for record in self.records.values() for one in record.canaries]

    def values_of(self, record: Record | None) -> dict[str, str]:
        """What is put into addresses and fields of searches: ids, and values of the record."""
        place = record.place if record else Place()
        told = {"today": self.cast.today, "post": "1"}
        if record is None:
            return vars(place) | told
        if record.key in REPORTS:
            return vars(place) | told | NOBODY | record.more
        given, surname, _home, born = [one.value for one in record.canaries if one.group == "name"]
        pin = next(one.value for one in record.canaries if one.group == "identity")
        year, month, day = born.split("-")
        named = {"given": given, "surname": surname, "pin": pin, "number": record.number}
        told |= {"opening": NO_OPENING, "screening": MISSING}
        return vars(place) | told | record.more | named | {"year": year, "month": month, "day": day}

    def _word(self, record: Record, kind: str, group: str) -> str:
        """A new word of twelve letters, noted as what stands in this field."""
        while True:
            pairs = [
                self.drawn.choice(CONSONANTS) + self.drawn.choice(VOWELS)
                for _ in range(LETTERS // 2)
            ]
            word = "".join(pairs)
            if word not in self._used:
                break
        self._used.add(word)
        record.canaries.append(Canary(record.key, kind, group, word))
        return word.capitalize()

    def _value(self, record: Record, kind: str, group: str, value: str) -> str:
        record.canaries.append(Canary(record.key, kind, group, value))
        return value

    def _record(self, key: str, worker: Player, decider: Player, territory: str) -> Record:
        record = Record(key)
        taken_by = self.who[TAKEN_BY[key]] if key in TAKEN_BY else worker
        told = self._reported(record, taken_by, territory)
        opened = decider.do("screen_report", report=told, decision="accept", assign_to=worker.post)
        case = str(opened["cases"][0])
        worker.do("identify_child", case=case, **self._child(record, territory))
        decider.do("register_child", case=case, **self._registration(record))
        self._visited(record, worker, case)
        self._protected(record, worker, case)
        record.place = self._place(record, (worker, decider), told, case)
        return record

    def _first_day(self) -> None:
        """What the former worker of Aigul's unit took down, with another on duty than later."""
        self._on_duty("nurlan", self.cast.today)
        for key in ("left", "sealed_later", "unsealed"):
            self._report_alone(key)

    def _on_duty(self, username: str, until: str) -> None:
        turn = {"post": self.who[username].post, "rank": 1, "valid_from": self.cast.today}
        self.who["head"].do("set_duty_turn", **turn, valid_to=until)

    def _report_alone(self, key: str) -> None:
        """A report without a case, with what is due of it."""
        record = self.records[key] = Record(key)
        worker, territory = REPORTS[key]
        told = self._reported(record, self.who[worker], territory)
        with self.who["maksat" if worker == "zarina" else worker].inside():
            telling, task = ReportTold.objects.get(report_id=told), Task.objects.get(report_id=told)
        record.place = Place(report=told, told=str(telling.pk))
        record.more = {"screening": str(task.pk)}

    def _reports(self) -> None:
        """The other reports without a case, and what became of the one that is sealed by now."""
        for key in ("new", "redirected", "of_oblast"):
            self._report_alone(key)
        self._sealed_by_correction("sealed_later")
        self._unsealed(self.records["unsealed"].place.report)
        moved = self.records["redirected"]
        told = {"report": moved.place.report, "decision": "redirect", "reason": "other_district"}
        self.who["bakyt"].do("screen_report", **told, to_office=self.who["cholpon"].department)
        for key, who in (("redirected", "cholpon"), ("sealed_later", "bakyt")):
            with self.who[who].inside():
                due = Task.objects.filter(is_open(), kind="screening_due")
                found = due.get(report_id=self.records[key].place.report)
            self.records[key].more = {"screening": str(found.pk)}

    def _sealed_by_correction(self, key: str) -> None:
        """The specialist corrects what a report tells: it was violence."""
        place = self.records[key].place
        about = {"report": place.report, "kind": "report", "fact": place.told}
        values = {"worry": "physical_violence"}
        made = self.who["bakyt"].do("correct_fact", **about, values=values, reason="typing_error")
        self.records[key].place = replace(place, told=str(made["fact"]))

    def _unsealed(self, report: str) -> None:
        """The oblast's person opens a case for who came later, and both unseal it."""
        maksat, later = self.who["maksat"], self.who[LATER]
        told = {"report": report, "decision": "accept", "assign_to": later.post}
        case = str(maksat.do("screen_report", **told)["cases"][0])
        asked = later.do("ask_unsealing", case=case, reason="Told in the matrix.")
        maksat.do("answer_request", request=str(asked["request"]), decision="agree")

    def _reported(self, record: Record, worker: Player, territory: str) -> str:
        words: dict[str, Any] = {
            "place": f"{self._word(record, 'report', 'text')}, 5",
            "seen_or_said": f"It was {self._word(record, 'report', 'text')} who said it.",
            "children": [{"description": self._word(record, "report", "text"), "age": 6}],
            "reporter_name": self._word(record, "report", "reporter"),
            "callback": self._telephone(record, "report", "reporter"),
        }
        if record.key in {"sealed", "excluded"}:
            words["worry"] = "physical_violence"
        if record.key == "left":
            words["danger_now"] = True
        if record.key in INVOLVED:
            words["involves"] = [self.who[name].post for name in INVOLVED[record.key]]
        return str(worker.do("receive_report", **a_report(territory=territory, **words))["report"])

    def _telephone(self, record: Record, kind: str, group: str) -> str:
        return self._value(record, kind, group, f"+996555{self.drawn.randrange(10**5, 10**6)}")

    def _child(self, record: Record, territory: str) -> dict[str, Any]:
        self._days += 1
        born = date(2013, 1, 1) + timedelta(days=37 * self._days)
        pin = f"2{born:%d%m%Y}{self.drawn.randrange(10**4, 10**5)}"
        return a_child(
            self.cast.today,
            territory=territory,
            given_name=self._word(record, "case", "name"),
            surname=self._word(record, "case", "name"),
            place=f"{self._word(record, 'case', 'name')}, 7",
            born=self._value(record, "case", "name", born.isoformat()),
            pin=self._value(record, "case", "identity", pin),
            difficulty=f"{self._word(record, 'case', 'narrative')} again.",
            adults=[
                {
                    "given_name": self._word(record, "case", "identity"),
                    "relation": "mother",
                    "telephone": self._telephone(record, "case", "identity"),
                }
            ],
            siblings=[{"given_name": self._word(record, "case", "identity"), "looked_at": False}],
        )

    def _registration(self, record: Record) -> dict[str, Any]:
        return {
            "decision": "register",
            "happened_on": self.cast.today,
            "grounds": ["neglected"],
            "main_ground": "neglected",
            "note": f"Because {self._word(record, 'case', 'narrative')}.",
        }

    def _visited(self, record: Record, worker: Player, case: str) -> None:
        child = {"case": case, "seen": "alone", "none_of_these": True}
        worker.do(
            "record_visit",
            household=worker.home(case),
            kind="elsewhere" if record.key in {"sealed", "excluded"} else "home",
            happened_on=self.cast.today,
            children=[child],
            changed=f"Now {self._word(record, 'case', 'narrative')}.",
            words_of_carer=f"She said {self._word(record, 'case', 'narrative')}.",
        )

    def _protected(self, record: Record, worker: Player, case: str) -> None:
        if record.key == "closed":
            return
        worker.do(
            "protect_now",
            case=case,
            **a_removal(
                self.cast.today,
                danger=f"Danger of {self._word(record, 'case', 'narrative')}.",
                decider_name=self._word(record, "case", "narrative"),
                sleeps_where=self._word(record, "case", "narrative"),
                next_step=self._word(record, "case", "narrative"),
            ),
        )

    def _place(self, record: Record, people: tuple[Player, Player], told: str, case: str) -> Place:
        worker, decider = people
        territory = WHERE[record.key][2]
        task = worker.task(case, "siblings_to_look_at")
        with worker.inside():
            row = Case.objects.get(id=case)
            fact = Identification.objects.get(case=row)
            registered = Registration.objects.get(case=row)
            telling = ReportTold.objects.get(report_id=told)
        record.number = row.number
        due = task if record.key == "closed" else worker.task(case, "notice_doctor")
        record.more = {"due": str(due.pk), "command": str(fact.command)}
        record.more["registered"] = str(registered.pk)
        home, person = str(row.household_id), str(row.child_id)
        made = Place(told, case, person, home, str(task.pk), str(fact.pk), str(telling.pk))
        counts = {"area": self._word(record, "round", "text"), "visited": 4, "no_concern": 4}
        if record.key not in NOW:
            day = self.cast.today
            told_round = worker.do("record_round", territory=territory, happened_on=day, **counts)
            made = replace(made, round=str(told_round["round"]))
        turns = DutyTurn.objects.filter(office_id=worker.department, withdrawn_at=None)
        turn = turns.order_by("valid_from", "id")[0]
        with decider.inside() as viewer:
            load = queue_load(viewer, "register.csv", 1)
        return replace(made, turn=str(turn.pk), load=str(load.pk))

    def _offices(self, key: str, number: int) -> None:
        """The posts around a record, and a leave of its worker in a week to come."""
        worker, decider, territory = NOW.get(key, WHERE[key])
        head = self.who[HEADS[territory]]
        elsewhere = self.who["cholpon" if territory != NOOKEN else "aigul"]
        posts = {
            "worker": self.who[worker].post,
            "decider": self.who[decider].post,
            "head": head.post,
            "receiver": elsewhere.post if key == "offered" else self.who[worker].post,
            "elsewhere": elsewhere.department,
        }
        first, last = (self.cast.in_days(40 + 7 * number + day) for day in (0, 4))
        leave = {"kind": "annual", "valid_from": first, "valid_to": last, "cover": head.post}
        made = head.do("record_leave", post=posts["worker"], **leave)
        more = {name: str(value) for name, value in posts.items()}
        self.records[key].more |= more | {"leave": str(made["leave"])}

    def _request(self, key: str) -> str:
        """What the decider asks a second person for: to unseal, to erase, or an export."""
        decider, case = self.who[WHERE[key][1]], self.records[key].place.case
        reason = "Told in the matrix."
        if key in {"sealed", "excluded", "apart"}:
            asked = decider.do("ask_unsealing", case=case, reason=reason)
        elif key == "closed":
            ground = "kept_long_enough"
            asked = decider.do("ask_erasure", case=case, ground=ground, reason=reason)
        else:
            asked = decider.do("ask_export", of_register="child", state="open", reason=reason)
        return str(asked["request"])

    def _endings(self) -> None:
        """What happens last: a proof of what was due, an interest, taking off, an offer."""
        own, closed, offered = (self.records[key] for key in ("own", "closed", "offered"))
        aigul, bakyt = self.who["aigul"], self.who["bakyt"]
        proof = self._word(own, "case", "narrative")
        aigul.do("complete_task", task=own.place.task, happened_on=self.cast.today, proof=proof)
        aigul.do("declare_interest", case=self.records["interest"].place.case, kind="relative")
        sibling = self.records["sibling"].place.case
        self.who["head"].do("declare_interest", case=sibling, kind="acquaintance")
        aigul.do(
            "propose_taking_off",
            case=closed.place.case,
            reason="died",
            happened_on=self.cast.today,
            note=f"It is {self._word(closed, 'case', 'narrative')}.",
        )
        bakyt.do(
            "decide_taking_off",
            case=closed.place.case,
            decision="agree",
            happened_on=self.cast.today,
        )
        self._apart(self.records["apart"].place)
        self._handed_over(self.records["moved"].place.case, ("bakyt", "specialist2"), "cholpon")
        self._handed_over(sibling, ("bakyt", "specialist2"), "cholpon")
        self._handed_over(sibling, ("specialist2", "bakyt"), "nurlan")
        self.who["specialist2"].do(
            "offer_transfer",
            case=offered.place.case,
            to_office=bakyt.department,
            reason="family_moved",
            note=f"To {self._word(offered, 'case', 'narrative')}.",
        )

    def _apart(self, place: Place) -> None:
        """Of two children of a home one moved to another department, which was shown the home;
        then the home was sealed."""
        aigul, bakyt, day = self.who["aigul"], self.who["bakyt"], self.cast.today
        child = a_child(day, given_name="Айжан", born="2018", household=place.household)
        other = str(aigul.do("identify_child", **child)["case"])
        bakyt.do("register_child", case=other, **a_registration(day))
        self._handed_over(other, ("bakyt", "specialist2"), "cholpon", reason="child_moved")
        self._sealed_by_correction("apart")

    def _handed_over(
        self, case: str, between: tuple[str, str], post: str, reason: str = "family_moved"
    ) -> None:
        """One department offers a case to another, which accepts it for one of its posts."""
        sender, receiver = (self.who[name] for name in between)
        offer = {"reason": reason, "note": "As told."}
        sender.do("offer_transfer", case=case, to_office=receiver.department, **offer)
        place = NOOKEN if post == "cholpon" else SUZAK
        receiver.do("accept_transfer", case=case, post=self.who[post].post, territory=place)

    def _village(self) -> None:
        """The administrator tells in which village the holder of the first account lives."""
        account = Account.objects.get(pk=1)
        tell_village(
            self.who["admin"].viewer, account, self._word(self.records["own"], "account", "village")
        )

    def _opened_in_emergency(self, record: Record) -> None:
        """Two of another oblast read it, and a colleague; one has ended it, and reads it no more."""
        why = f"Alone at night, told by {self._word(record, 'case', 'narrative')}."
        told = {"case_number": record.number, "reason": why}
        for name in ("zarina", "talai", "cholpon", "nurlan"):
            opening = self.who[name].do("open_in_emergency", **told)["opening"]
            record.more.setdefault("opening", opening)
            if name == "cholpon":
                self.who[name].do("end_emergency", opening=opening)
