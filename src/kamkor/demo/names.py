"""Invented children of the demo: names in every spelling, births known exactly or not at all."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kamkor.kernel.rulesets import COUNTRY_FOLDER

LONG_NAME = (
    "Абдыкадырбек-Жумабек-Сүйүнбек-Курманбек-Кубанычбек-Мундузбек-Тынчтыкбек-Тургунбек-"
    "Сагынбек-Нурланбек-Темирбек-Өмүрбек-Ул"
)
_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "j",
        "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "ң": "n",
        "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ү": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
_KAZAKH = (
    ("Әлия", "Қанатқызы", "female"), ("Нұрсұлтан", "Ғабитұлы", "male"),
    ("Іңкәр", "Жәнібекқызы", "female"), ("Әділет", "Құралбайұлы", "male"),
    ("Гүлмаһира", "Өтегенқызы", "female"), ("Төлеген", "Қыдырұлы", "male"),
)  # fmt: skip
_LEAP_DAYS = (date(2012, 2, 29), date(2016, 2, 29), date(2020, 2, 29))
_CENTURY_OF_NOBODY = 1800


@dataclass(frozen=True)
class Child:
    """A child as a worker writes it down on the spot; what is not known is empty."""

    given_name: str
    surname: str
    patronymic: str
    born: str
    sex: str
    pin: str

    def typed(self) -> dict[str, str]:
        """The fields of an identification, without those not known."""
        fields = {
            "given_name": self.given_name,
            "surname": self.surname,
            "patronymic": self.patronymic,
            "born": self.born,
            "sex": self.sex,
            "pin": self.pin,
        }
        return {name: value for name, value in fields.items() if value}


def _rows(file: str) -> list[dict[str, str]]:
    with (COUNTRY_FOLDER / file).open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


class Names:
    """Draws invented people one after another; the same seed draws the same people."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed}:names")
        self._given = {
            "male": [row["name_ky"] for row in _rows("kg_given_names.csv") if row["sex"] == "m"],
            "female": [row["name_ky"] for row in _rows("kg_given_names.csv") if row["sex"] == "f"],
        }
        self._surnames = _rows("kg_surnames.csv")
        self._drawn = 0
        self._pin = ""

    def draw_from(self, random: Random) -> None:
        """Draw from these random numbers from now on."""
        self._random = random

    def child(self, begun: date) -> Child:
        """The next child, alive and under age when its story begins."""
        number, self._drawn = self._drawn, self._drawn + 1
        return self.written_as(number, begun)

    def written_as(self, number: int, begun: date) -> Child:
        """A child in the way of writing, and with what is known of it, that its number gives."""
        sex = self._random.choice(("male", "female"))
        surname, given, patronymic, sex = self._spelled(number, sex)
        born = _told(self._birth(begun, number), number)
        return Child(
            given, surname, patronymic, born, self._told_sex(number, sex), self._number(number, sex)
        )

    def adult(self, sex: str) -> tuple[str, str]:
        """Given name and surname of an adult of the home."""
        return self._random.choice(self._given[sex]), self._surname(sex)

    def sibling(self) -> dict[str, str]:
        """Another child of the home as it is written beside the one identified."""
        sex = self._random.choice(("male", "female"))
        year = self._random.randint(2009, 2023)
        return {"given_name": self._random.choice(self._given[sex]), "sex": sex, "born": str(year)}

    def _surname(self, sex: str) -> str:
        row = self._random.choice(self._surnames)
        return row["surname_m"] if sex == "male" else row["surname_f"]

    def _spelled(self, number: int, sex: str) -> tuple[str, str, str, str]:
        """Surname, given name, patronymic and sex in one of the ways people are written."""
        given, father = (
            self._random.choice(self._given[sex]),
            self._random.choice(self._given["male"]),
        )
        surname = self._surname(sex)
        if number == 41:
            return surname, LONG_NAME, "", "male"
        if number % 20 == 7:
            kazakh = _KAZAKH[number // 20 % len(_KAZAKH)]
            return kazakh[1], kazakh[0], "", kazakh[2]
        if number % 20 == 13:
            return "", given, "", sex
        if number % 5 == 1:
            return f"{father} {'уулу' if sex == 'male' else 'кызы'}", given, "", sex
        if number % 5 == 2:
            ending = ("ович" if sex == "male" else "овна") if father[-1] not in "аеиоуыэйө" else ""
            return surname, given, father + ending if ending else "", sex
        if number % 10 == 4:
            return _latin(surname), _latin(given), "", sex
        if number % 10 == 9:
            return surname.replace("Ж", "Дж", 1), given.replace("ө", "о").replace("ү", "у"), "", sex
        return surname, given, "", sex

    def _birth(self, begun: date, number: int) -> date:
        if number % 30 == 11:
            return next(
                (day for day in _LEAP_DAYS[number // 30 % 3 :] if day < begun), _LEAP_DAYS[0]
            )
        return begun - timedelta(days=self._random.randint(40, 14 * 365))

    def _told_sex(self, number: int, sex: str) -> str:
        return "unknown" if number % 90 == 55 else sex

    def _number(self, number: int, sex: str) -> str:
        """A personal number of somebody born in the 1800s, so of nobody; two children share one."""
        if number % 6:
            return ""
        if number == 60 and self._pin:
            return self._pin
        digit = "1" if sex == "female" else "2"
        day, month = self._random.randint(1, 28), self._random.randint(1, 12)
        year = _CENTURY_OF_NOBODY + self._random.randint(0, 99)
        tail = self._random.randint(0, 99999)
        self._pin = f"{digit}{day:02}{month:02}{year}{tail:05}"
        return self._pin


def birthday_before(day: date, age: int) -> date:
    """The birth date of somebody who reaches an age on a day; never 29 February."""
    return (day - timedelta(days=day.month == 2 and day.day == 29)).replace(year=day.year - age)


def _told(birth: date, number: int) -> str:
    """A birth as it was told: to the day, the month, the year, or not at all."""
    if number % 12 == 5:
        return ""
    if number % 9 == 4:
        return f"{birth:%Y}"
    if number % 14 == 10:
        return f"{birth:%Y-%m}"
    return birth.isoformat()


def _latin(name: str) -> str:
    return name.lower().translate(_LATIN).capitalize()
