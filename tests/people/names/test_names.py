"""Names: which spellings are one name, which are not, their order and their limits."""

import csv
import random
import unicodedata
from itertools import combinations

import pytest

from kamkor.kernel.rulesets import COUNTRY_FOLDER
from kamkor.people.names import (
    JOINT_ALPHABET,
    NAME_LIMIT,
    display_name,
    fold,
    name_faults,
    sort_key,
    stem,
    tidy,
    tokens,
)

ONE_NAME = """
Жээнбек Женбек Джеенбек Jeenbek Zheenbek Dzheenbek Djeenbek
Чыңгыз Чингиз Chyngyz Chingiz ЧЫҢГЫЗ Чынгыз Чыӊгыз
Айгүл Айгуль Aigul Aygul Айгул
Үсөн Усон Uson
Асель Асел Asel
Жаңыл Жаныл Janyl Zhanyl Джаныл
Өмүрбек Омурбек Omurbek
Дөөлөтбек Доолотбек Долотбек Doolotbek
Сүйүнбек Суйунбек Suyunbek Suiunbek
Гүлбүбү Гульбубу Gulbubu
Жамиля Джамиля Jamilya Zhamilia Dzhamilya
Жусуп Джусуп Zhusup Dzhusup Jusup
Жумагулов Джумагулов Dzhumagulov Zhumagulov Jumagulov
Кеңеш Кенеш Kenesh
Мээрим Мерим Meerim
Таалай Талай Taalai Taalay
Данияр Daniyar Daniiar Daniar
Ысмайыл Исмайил Ismayil
Ырысбек Ирисбек Yrysbek Irysbek
Чүрөк Чурок Churok
Эльдар Элдар Eldar
Семён Семен Semen
Ёлкин Елкин Elkin
Эсен Есен Esen Yesen
Исхак Искхак Iskhak
Бекхан Бехан Bekkhan Bekhan
Хадича Khadicha Hadicha Һадича
Шайыргүл Шайыргуль Shairgul Shayyrgul
Щербаков Shcherbakov
Цой Tsoi Tsoy Тсой
Юлия Yuliya Iuliia Iulia
Яна Yana Iana
Қанат Канат Qanat Kanat
Ғалым Галым Galym Ğalym
Әлия Алия Aliya Aliia Älia
Ұлан Улан Ulan
Ілияс Илияс Ilyas Ilias
Нұрсұлтан Нурсултан Nursultan Nūrsūltan
Мөлдір Молдир Moldir
Қуаныш Куаныш Quanysh Kuanysh
Виктория Victoria Viktoria Viktoriya
Александр Alexandr Aleksandr
Вера Vera Wera
Ашыр Ashyr Aşır
Чолпон Cholpon Çolpon
Айша Aisha Aysha
Подъяпольский Подяпольский
О'Нил Онил О’Нил Oʼnil
Ҳасан Хасан Hasan Khasan
Фарҳод Фарход Farhod Farkhod
Ўктам Уктам Uktam
Бүбүсара Бубусара Bubusara
Нургүль Нургул Nurgul
Аида АИДА аида Aida
Өскөн Оскон Oskon Öskön
Зыйнат Зийнат Зинат Zynat
Тойчубек Тоичубек Toichubek
Кыял Кийал Kyial
"""
GROUPS = [line.split() for line in ONE_NAME.strip().splitlines()]
TWO_NAMES = """
Асан Асель|Айгүл Айгерим|Бакыт Бакай|Чыңгыз Чыныбай|Үсөн Усен|Жээнбек Жанбек|Нурлан Нурбек
Талант Таалай|Кубат Кубан|Мурат Марат|Азат Азиз|Эрлан Эрбол|Динара Динар|Жибек Жипек
Гүлнара Гүлмира|Назира Назик|Самат Саламат|Темир Тимур|Улан Уланбек|Айдай Аида|Кадыр Кыдыр
Хан Кан|Хасан Касан|Исхак Ишак|Жамал Камал|Чолпон Шолпон|Осмон Усман|Ислам Исмаил
Жаныш Жаныл|Ширин Шерин|Садык Сыдык|Сапар Сафар|Мамбет Маамыт|Эсен Эсенбай
Анара Айнара|Айпери Айзада|Лира Лера|Роза Раза|Талгат Талат|Токтобек Токтогул|Данияр Данила
Акжол Акбол|Болот Полот|Гүлзат Гүлзада|Дастан Достан|Нуржан Нурсан|Ырыс Арыс|Сейтек Сейит
"""
PAIRS = [pair.split() for pair in TWO_NAMES.strip().replace("\n", "|").split("|")]


def test_enough_is_compared() -> None:
    assert len(GROUPS) >= 40
    assert len(PAIRS) >= 40


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_spellings_of_one_name_fold_alike(group: list[str]) -> None:
    assert {name: fold(name) for name in group} == dict.fromkeys(group, fold(group[0]))


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_two_names_stay_two(pair: list[str]) -> None:
    assert fold(pair[0]) != fold(pair[1])
    assert tokens("", pair[0], "") != tokens("", pair[1], "")


def test_the_groups_do_not_fall_together() -> None:
    folded = [fold(group[0]) for group in GROUPS]
    assert [pair for pair in combinations(folded, 2) if pair[0] == pair[1]] == []


def test_folding_does_not_depend_on_case_or_composition() -> None:
    for name in (name for group in GROUPS for name in group):
        decomposed = unicodedata.normalize("NFD", name)
        assert fold(name) == fold(name.upper()) == fold(decomposed), name


def test_folding_keeps_words_apart() -> None:
    assert fold("  Асан-уулу\tБакыт ") == "asan ulu bakit"
    assert fold("") == fold(" - ’") == ""


def test_shipped_kyrgyz_names_meet_their_russian_spelling() -> None:
    with (COUNTRY_FOLDER / "kg_given_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 280
    assert {r["name_ky"] for r in rows if fold(r["name_ky"]) != fold(r["name_ru"])} == set()


@pytest.mark.parametrize(
    "group",
    [
        "Асан,Асанов,Асанова,Асанович,Асановна,Асан уулу,Асан кызы,Асан-уулу,Асануулу,АСАНОВ",
        "Асан,Асанұлы,Асанқызы,Асан ұлы,Асан қызы",
        "Асан,Asanov,Asanova,Asanovich,Asan uulu,Asan kyzy,Asanuly,Asanow",
        "Алиев,Алиева,Алиевич,Алиевна,Али уулу,Әліұлы,Али,Aliyev,Aliiev",
        "Жээнбеков,Джеенбекова,Жээнбек уулу,Zheenbekovich,Jeenbek kyzy",
        "Чыңгызов,Чингизова,Чыңгыз кызы,Чингизович",
        "Сапарбаев,Сапарбаева,Сапарбай уулу,Сапарбаевич,Сапарбайұлы",
        "Мусаев,Мусаева,Муса уулу,Мусаевна",
        "Өмүров,Омурова,Өмүр кызы",
        "Нұрланұлы,Нурлан уулу,Нурланов,Нурланқызы,Нурлан,Nurlanuly",
    ],
)
def test_a_surname_has_the_stem_of_the_fathers_name(group: str) -> None:
    assert len({stem(name) for name in group.split(",")}) == 1


def test_the_stem_of_asan() -> None:
    assert stem("Асанович") == "asan"
    assert stem("Асан кызы Бакыт") == "asan bakit"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Айсулуу", "aisulu"), ("Айгули", "aiguli"), ("Ева", "eva"), ("Лев", "lev"),
        ("Абай", "abai"), ("Уулу", "ulu"), ("Кызы", "kizi"), ("Юлия", "iulia"), ("Ли", "li"),
        ("Уулкан", "ulkan"), ("Кызжибек", "kizjibek"),
    ],
)  # fmt: skip
def test_a_name_that_only_looks_like_a_surname_stays_whole(name: str, kept: str) -> None:
    assert stem(name) == kept


def test_tokens_do_not_depend_on_the_order_of_the_parts() -> None:
    assert tokens("Асан уулу", "Бакыт", "") == ["asan", "bakit"]
    assert tokens("Асанов", "Бакыт", "Асанович") == ["asan", "bakit"]
    assert tokens("", "Бакыт Асанов", "") == tokens("Бакыт", "", "Асан уулу")
    assert tokens("", "", "") == []
    assert tokens("", "Уулу", "") == ["ulu"]


def test_tokens_have_a_limit() -> None:
    (token,) = tokens("", "Щ" * NAME_LIMIT, "")
    assert len(token) == NAME_LIMIT


def test_names_sort_by_the_joint_alphabet() -> None:
    names = (
        "Абай Асан Әли Бек Ғани Дана Ежов Ёлкин Жибек Кадыр Қанат Назаров Ңурлан Омаров Өмүров "
        "Улан Усенов Ұлан Үсөн Фатима Хадича Һадича Чыңгыз Ысмайыл Ілияс Эсен Яковлев "
        "Aibek Zamir"
    )
    ordered = names.split()
    drawn = random.Random(7).sample(ordered, len(ordered))
    assert sorted(drawn, key=lambda name: sort_key(name, "", "")) == ordered
    assert sorted(drawn, key=lambda name: sort_key(name, "", "").encode()) == ordered


def test_the_joint_alphabet_has_42_letters() -> None:
    assert len(JOINT_ALPHABET) == len(set(JOINT_ALPHABET)) == 42
    letters = list(JOINT_ALPHABET)
    assert sorted(letters, key=lambda letter: sort_key(letter, "", "")) == letters


def test_a_shorter_surname_comes_before_a_longer_one() -> None:
    names = [("Асан", "Ян"), ("Асан уулу", "Бек"), ("Асанов", "Айбек"), ("Асанов", "Бек")]
    assert sorted(names, key=lambda name: sort_key(name[0], name[1], "")) == names


def test_the_sort_key_reads_what_the_eye_reads() -> None:
    assert sort_key("", "Асан", "") == sort_key("Асан", "", "") == sort_key(" асан", "", "")
    assert sort_key("Чыӊгыз", "", "") == sort_key("Чыңгыз", "", "")
    assert sort_key(unicodedata.normalize("NFD", "Ёлкин"), "", "") == sort_key("Ёлкин", "", "")
    assert sort_key("О'Нил", "", "") == sort_key("Онил", "", "")
    assert sort_key("", "", "") == ""


def test_the_sort_key_fits_its_column() -> None:
    longest = "ﬃ" * NAME_LIMIT
    assert len(sort_key(longest, longest, longest)) == 3 * NAME_LIMIT + 2


def test_a_name_is_shown_in_the_order_of_documents() -> None:
    assert display_name(" Асан  уулу ", "Бакыт", "") == "Асан уулу Бакыт"
    assert display_name("", "Айгүл", "") == "Айгүл"
    assert display_name("Асанова", "Айгүл", "Асановна") == "Асанова Айгүл Асановна"


def test_a_part_is_tidied_and_not_cut() -> None:
    assert tidy("\u200b Чы\u04ca\x00гыз\u202e\t Бек\u00ad ") == "Чыңгыз Бек"
    assert tidy("О’Нил-Бек") == "О’Нил-Бек"
    assert len(tidy("Ж" * 500)) == 500


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        (("", "Айгүл", ""), []),
        (("Асанова", "", ""), []),
        (("", " \u200b", ""), ["name_missing"]),
        (("Ж" * NAME_LIMIT, "Й" * NAME_LIMIT, ""), []),
        (("Ж", unicodedata.normalize("NFD", "Й" * NAME_LIMIT), ""), []),
        (("Ж" * (NAME_LIMIT + 1), "А", ""), ["surname_too_long"]),
        (("А", "А" * 121, "А" * 121), ["given_too_long", "patronymic_too_long"]),
    ],
)
def test_faults_of_a_name(parts: tuple[str, str, str], faults: list[str]) -> None:
    assert name_faults(*parts) == faults
