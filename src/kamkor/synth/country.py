"""The offices of the whole country: a department for each district or city, with its posts."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kamkor.access.operations import make_account
from kamkor.demo.names import Names
from kamkor.demo.offices import (
    FIRST_DAY,
    OBLAST,
    OWNER,
    Builder,
    build_accounts,
    office_names,
)
from kamkor.kernel.ids import new_id
from kamkor.synth.sides import Holder, Side
from kamkor.territory.models import Territory
from kamkor.territory.operations import load_territories
from kamkor.workforce.models import DutyTurn, Office, OfficeTerritory, Post, PostHolding

_FEWEST_WORKERS = 2
_ROSTER_DAYS = 365


class Country:
    """All departments as lives meet them: ``sides`` has one for each worker, Jalal-Abad's first."""

    def __init__(self, sides: list[Side]) -> None:
        self.sides = sides
        self._number = {side.worker.post: place for place, side in enumerate(sides)}

    def there(self, side: Side) -> Side:
        """A department of another oblast: where somebody of this one may move to."""
        place = self._number[side.worker.post]
        others = (self.sides[(place + step) % len(self.sides)] for step in range(1, 10_000))
        return next(one for one in others if one.oblast != side.oblast)


def build_country(seed: int, workers: int, sign_ins: Path | None) -> Country:
    """Write territories, offices, posts, the people in them and their accounts, as the owner."""
    load_territories(OWNER)
    random = Random(f"{seed}:offices")
    names = Names(seed)
    builder = Builder()
    nation = builder.nation()
    oblasts = Territory.objects.using(OWNER).filter(level=1)
    codes = sorted(oblasts.values_list("soate", flat=True), key=lambda code: (code != OBLAST, code))
    covered = {code: _places_of(code) for code in codes}
    shares = _shares(random, sum(map(len, covered.values())), workers)
    for code in codes:
        oblast = builder.office(3, nation, office_names(builder.names[code], "oblast"))
        builder.post(oblast, "oblast", names.adult("male"))
        for place in covered[code]:
            _department(builder, oblast, place, shares.pop(0), names)
    if sign_ins is not None:
        build_accounts(sign_ins, _cast())
    return Country(_sides(_accounts()))


def _places_of(oblast: str) -> list[str]:
    """The districts and cities of an oblast, or the city of republican significance itself."""
    below = Territory.objects.using(OWNER).filter(parent_id=oblast, level=2).order_by("soate")
    return list(below.values_list("soate", flat=True)) or [oblast]


def _shares(random: Random, departments: int, workers: int) -> list[int]:
    """How many workers each department has: two at least, the rest drawn."""
    shares = [_FEWEST_WORKERS] * departments
    weights = [random.uniform(0.5, 1.5) for _ in range(departments)]
    for place in random.choices(range(departments), weights, k=workers - sum(shares)):
        shares[place] += 1
    return shares


def _department(builder: Builder, oblast: Office, place: str, workers: int, names: Names) -> None:
    name = builder.names[place]
    made = builder.office(2, oblast, office_names(name, "department"))
    OfficeTerritory(office=made, territory_id=place, valid_from=FIRST_DAY).save(using=OWNER)
    builder.post(made, "head", names.adult("female"))
    builder.post(made, "specialist", names.adult("male"))
    for unit in range(workers):
        below = builder.office(1, made, office_names(name, "unit", unit + 1))
        builder.post(below, "worker", names.adult(("female", "male")[unit % 2]))


def _cast() -> Mapping[str, Post]:
    """Who signs in: of the first department, and of the one beside it."""
    first, second = Office.objects.using(OWNER).filter(level=2).order_by("id")[:2]

    def of(kind: str, office: Office | None) -> Post:
        posts = Post.objects.using(OWNER).filter(kind=kind).order_by("id")
        return posts.filter(office__district=office)[0]

    return {
        "aigul": of("worker", first),
        "bakyt": of("specialist", first),
        "cholpon": of("worker", second),
        "daniyar": of("ministry", None),
        "elmira": of("commissioner", None),
        "head": of("head", first),
        "oblast": of("oblast", None),
        "specialist2": of("specialist", second),
    }


def _accounts() -> dict[int, int]:
    """Each employee's account; whoever has none gets one that nobody can sign in with."""
    found: dict[int, int] = {}
    holdings = PostHolding.objects.using(OWNER).select_related("post", "employee")
    for holding in holdings.prefetch_related("employee__accounts").order_by("post_id"):
        accounts = list(holding.employee.accounts.all())
        username = f"{holding.post.kind}-{holding.post_id}"
        account = accounts[0] if accounts else None
        if account is None:
            employee = holding.employee_id
            account = make_account(username, None, employee_id=employee, login=OWNER)
        found[holding.employee_id] = account.pk
    return found


def _sides(accounts: dict[int, int]) -> list[Side]:
    """A side for each worker, department by department."""
    posts: dict[int, dict[str, list[Holder]]] = {}
    offices: dict[int, Office] = {}
    holdings = PostHolding.objects.using(OWNER).select_related("post__office__district")
    for holding in holdings.order_by("post_id"):
        office = holding.post.office
        if office.district is not None:
            holder = Holder(
                holding.post_id, office.pk, holding.employee_id, accounts[holding.employee_id]
            )
            offices[office.district.pk] = office.district
            posts.setdefault(office.district.pk, {}).setdefault(holding.post.kind, []).append(
                holder
            )
    covers = OfficeTerritory.objects.using(OWNER).values_list("office_id", "territory_id")
    territories = dict(covers)
    return [
        Side(
            office=department,
            oblast=offices[department].oblast_id or 0,
            territory=territories[department],
            head=held["head"][0],
            specialist=held["specialist"][0],
            worker=worker,
            other=held["worker"][(place + 1) % len(held["worker"])],
        )
        for department, held in posts.items()
        for place, worker in enumerate(held["worker"])
    ]


def put_on_duty(country: Country, day: date) -> None:
    """From a day on the first worker of each department is on duty."""
    first = {side.office: side.worker.post for side in reversed(country.sides)}
    DutyTurn.objects.using(OWNER).bulk_create(
        DutyTurn(
            office_id=office,
            post_id=post,
            rank=1,
            valid_from=day,
            valid_to=day + timedelta(days=_ROSTER_DAYS),
            command=new_id(),
        )
        for office, post in first.items()
    )
