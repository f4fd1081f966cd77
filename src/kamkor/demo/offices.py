"""The demo's offices over all districts of an oblast, their posts, people and accounts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kamkor.access.models import Account
from kamkor.kernel.credentials import write_private
from kamkor.people.names import sort_key
from kamkor.territory.models import TerritoryName
from kamkor.territory.operations import load_territories
from kamkor.workforce.models import (
    DutyTurn,
    Employee,
    Office,
    OfficeTerritory,
    Post,
    PostHolding,
)

OWNER = "owner"
COUNTRY = "41700000000000"
OBLAST = "41703000000000"
FIRST_DAY = date(2017, 1, 1)

# Each department: the districts and cities it covers, the first giving it the name.
DEPARTMENTS: tuple[tuple[str, ...], ...] = (
    ("41703220000000", "41703220400010"),  # Suzak with Kok-Zhangak
    ("41703215000000", "41703430000010"),  # Nooken with Mailuu-Suu
    ("41703410000010",),  # Manas city
    ("41703207000000",),  # Bazar-Korgon
    ("41703211000000", "41703420000010"),  # Aksy with Tash-Kumir
    ("41703204000000",),  # Ala-Buka
    ("41703225000000", "41703440000010"),  # Toktogul with Kara-Kul
    ("41703223000000",),  # Toguz-Toro
    ("41703230000000",),  # Chatkal
)
# How many units, each with one worker, a department has: 12 workers in all.
UNITS = (3, 2, 1, 1, 1, 1, 1, 1, 1)

WORKERS = (
    ("Айгүл", "Токтосунова"), ("Нурлан", "Жумабеков"), ("Бегимай", "Асанова"),
    ("Чолпон", "Абдиева"), ("Улан", "Сыдыков"), ("Гүлзат", "Мамытова"),
    ("Эрлан", "Турдубаев"), ("Назгүл", "Осмонова"), ("Талант", "Кадыров"),
    ("Жылдыз", "Исакова"), ("Мирлан", "Бекташев"), ("Айнура", "Шаршенова"),
)  # fmt: skip
SPECIALISTS = (
    ("Бакыт", "Усенов"), ("Кымбат", "Алиева"), ("Рустам", "Орозов"), ("Динара", "Саматова"),
    ("Азамат", "Эргешов"), ("Венера", "Касымова"), ("Максат", "Дуйшеев"), ("Салтанат", "Бообекова"),
    ("Тилек", "Омуров"),
)  # fmt: skip
HEADS = (
    ("Гүлмира", "Садыкова"), ("Канат", "Молдоев"), ("Роза", "Ибраимова"), ("Данияр", "Төлөгөнов"),
    ("Айзада", "Нурматова"), ("Болот", "Сулайманов"), ("Замира", "Кожоева"), ("Эмил", "Ажыбеков"),
    ("Нургүл", "Батырова"),
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An account of the demo: its user name, and the post it holds."""

    username: str
    office: Office
    kind: str
    given_name: str
    surname: str


class Builder:
    """Writes the offices once, as the owner, and remembers who is to have an account."""

    def __init__(self) -> None:
        self.named: list[Named] = []
        self.names = {
            row.territory_id: row
            for row in TerritoryName.objects.using(OWNER).filter(valid_to=None)
        }

    def office(self, level: int, parent: Office | None, names: dict[str, str]) -> Office:
        """One office below another, with its own scope columns."""
        made = Office(
            level=level,
            parent=parent,
            telephone="+996312000000",
            **{f"name_{lang}": text for lang, text in names.items()},
        )
        made.save(using=OWNER)
        above = {"district": parent.district, "oblast": parent.oblast} if parent else {}
        own = {1: "unit", 2: "district", 3: "oblast"}.get(level)
        for column, office in above.items():
            setattr(made, column, office)
        if own:
            setattr(made, own, made)
        made.save(using=OWNER)
        return made

    def nation(self) -> Office:
        """The ministry, with its own post and the commissioner's."""
        made = self.office(4, None, MINISTRY)
        self.post(made, "ministry", ("Данияр", "Аманов"))
        self.post(made, "commissioner", ("Элмира", "Жээнбекова"))
        return made

    def post(self, office: Office, kind: str, who: tuple[str, str]) -> Post:
        """A post of an office, held by somebody since the first day."""
        given, surname = who
        employee = Employee(
            surname=surname, given_name=given, sort_key=sort_key(surname, given, "")
        )
        employee.save(using=OWNER)
        post = Post(office=office, kind=kind, valid_from=FIRST_DAY)
        post.save(using=OWNER)
        PostHolding(post=post, employee=employee, valid_from=FIRST_DAY).save(using=OWNER)
        return post

    def department(self, number: int, oblast: Office, covered: tuple[str, ...]) -> Office:
        """One district's department with its head, specialist and units."""
        place = self.names[covered[0]]
        made = self.office(2, oblast, office_names(place, "department"))
        for soate in covered:
            OfficeTerritory(office=made, territory_id=soate, valid_from=FIRST_DAY).save(using=OWNER)
        self.post(made, "head", HEADS[number])
        self.post(made, "specialist", SPECIALISTS[number])
        for unit in range(UNITS[number]):
            worker = WORKERS[sum(UNITS[:number]) + unit]
            below = self.office(1, made, office_names(place, "unit", unit + 1))
            post = self.post(below, "worker", worker)
            if unit == 0:
                self.duty(made, post)
        return made

    def duty(self, department: Office, post: Post) -> None:
        """The first worker is on duty; the specialist and the head answer next."""
        DutyTurn(
            office=department,
            post=post,
            rank=1,
            valid_from=FIRST_DAY,
            valid_to=date(2099, 12, 31),
            command="00000000-0000-7000-8000-000000000000",
        ).save(using=OWNER)


MINISTRY = {
    "ky": "Эмгек, социалдык камсыздоо жана миграция министрлиги",
    "ru": "Министерство труда, социального обеспечения и миграции",
    "kk": "Еңбек, әлеуметтік қамсыздандыру және көші-қон министрлігі",
    "en": "Ministry of Labour, Social Security and Migration",
}
WORDS = {
    "department": {
        "ky": "{0}: балдарды коргоо бөлүмү",
        "ru": "{0}: отдел по защите детей",
        "kk": "{0}: балаларды қорғау бөлімі",
        "en": "{0}: child-protection department",
    },
    "unit": {
        "ky": "{0}: {1}-участок",
        "ru": "{0}: участок № {1}",
        "kk": "{0}: {1}-учаске",
        "en": "{0}: unit {1}",
    },
    "oblast": {
        "ky": "{0}: облустук башкармалык",
        "ru": "{0}: областное управление",
        "kk": "{0}: облыстық басқарма",
        "en": "{0}: oblast department",
    },
}


def office_names(place: TerritoryName, kind: str, number: int = 0) -> dict[str, str]:
    """What an office of a place is called in each language."""
    spoken = {"ky": place.ky, "ru": place.ru, "kk": place.kk or place.ru, "en": place.en}
    return {lang: WORDS[kind][lang].format(spoken[lang], number) for lang in spoken}


def build_offices() -> None:
    """Write territories, offices, posts and the people in them, unless they stand already."""
    load_territories(OWNER)
    if Office.objects.using(OWNER).exists():
        return
    builder = Builder()
    nation = builder.nation()
    oblast = builder.office(3, nation, office_names(builder.names[OBLAST], "oblast"))
    builder.post(oblast, "oblast", ("Кубанычбек", "Эсенов"))
    for number, covered in enumerate(DEPARTMENTS):
        builder.department(number, oblast, covered)


# User name, kind of post, and which of its kind: the fixed cast of demo and tests.
CAST = (
    ("aigul", "worker", 0),
    ("bakyt", "specialist", 0),
    ("cholpon", "worker", 3),
    ("daniyar", "ministry", 0),
    ("elmira", "commissioner", 0),
    ("head", "head", 0),
    ("oblast", "oblast", 0),
    ("specialist2", "specialist", 1),
)


def cast_posts() -> dict[str, Post]:
    """The post that each of the cast holds."""
    posts = Post.objects.using(OWNER).order_by("id")
    return {username: posts.filter(kind=kind)[number] for username, kind, number in CAST}


def build_accounts(
    file: Path | None = None, posts: Mapping[str, Post] | None = None
) -> dict[str, str]:
    """Make the cast's accounts with passwords drawn now; returns them by user name.

    With ``file`` the sign-ins are written there for the person who tries the demo.
    """
    passwords: dict[str, str] = {}
    rows = []
    for username, post in (posts or cast_posts()).items():
        holding = PostHolding.objects.using(OWNER).select_related("employee").get(post=post)
        passwords[username] = _password()
        _account(username, passwords[username], holding.employee)
        rows.append(
            {
                "username": username,
                "password": passwords[username],
                "role": post.kind,
                "territory": _territory(post.office),
                "name": f"{holding.employee.given_name} {holding.employee.surname}",
            }
        )
    passwords["admin"] = _password()
    _account("admin", passwords["admin"], None)
    rows.append(
        {
            "username": "admin",
            "password": passwords["admin"],
            "role": "administrator",
            "territory": COUNTRY,
            "name": "admin",
        }
    )
    if file is not None:
        write_private(file, json.dumps(rows, ensure_ascii=False, indent=2))
    return passwords


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _territory(office: Office) -> str:
    department = office.district
    if department is None:
        return OBLAST if office.level == 3 else COUNTRY
    covers = OfficeTerritory.objects.using(OWNER).filter(office=department).order_by("id")
    return covers[0].territory_id


def _account(username: str, password: str, employee: Employee | None) -> None:
    account = Account(username=username, employee=employee, administrator=employee is None)
    account.set_password(password)
    account.save(using=OWNER)
