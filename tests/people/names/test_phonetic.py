"""The keys by which one person is found whatever the script: the register's own examples."""

import pytest

from kamkor.people.names import phonetic, stem, tokens

ONE_PERSON = """
Жолдошбек|Джолдошбек|Joldoshbek|Zholdoshbek|Dzholdoshbek
Айгүл|Айгуль|Айгюль|Aigul|Aygul|Aigyul|Aygül
Чыңгыз|Чингиз|Чынгыз|Чынггыз|Chingiz|Chyngyz|Chynggyz|Chyńgyz
Нұрлан Қасымов|Нурлан Касымов|Nurlan Kasymov|Nurlan Qasymov
Токтосунов|Токтосун уулу|Токтосун кызы|Токтосунова|Токтосунович|Toktosun uulu
Бакытова|Бакыт кызы|Бакытовна|Бакыт уулу|Bakyt kyzy|Бақытқызы
Асанов Бакыт|Бакыт Асанов|Бакыт Асан уулу|Асан уулу Бакыт
Асель|Асел|Asel
Жээнбек|Женбек|Джеенбек|Jeenbek|Zheenbek
Чыӊгыз|Чыңгыз|Чыҥгыз
Жаңыл|Жангыл|Джангыл|Jangyl|Janyl
Акаев|Акай уулу|Akaev|Akayev|Акаевна|Ақайұлы
Шершеев|Шерше уулу|Шершеева|Shersheev
Шамшиев|Шамши уулу|Шамшы кызы
"""
GROUPS = [line.split("|") for line in ONE_PERSON.strip().splitlines()]


def keys(name: str) -> tuple[list[str], list[str]]:
    """What search and blocking look for."""
    found = tokens("", name, "")
    return found, sorted(phonetic(one) for one in found)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_one_person_has_one_key_in_every_spelling(group: list[str]) -> None:
    assert {name: keys(name) for name in group} == dict.fromkeys(group, keys(group[0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Калима", "Халима"), ("Сафар", "Сафарр"), ("Бакыт", "Пакыт"),
        ("Мухаммед", "Мухамед"), ("Дүйшөн", "Дюйшен"), ("Азиз", "Асиз"), ("Осмон", "Османн"),
    ],
)  # fmt: skip
def test_names_that_the_ear_takes_for_one_share_a_key(one: str, other: str) -> None:
    assert phonetic(stem(one)) == phonetic(stem(other))


@pytest.mark.parametrize(
    ("one", "other"), [("Асан", "Үсөн"), ("Айгүл", "Айгерим"), ("Нурлан", "Нурбек")]
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert phonetic(stem(one)) != phonetic(stem(other))


def test_a_key_keeps_how_the_name_begins() -> None:
    assert phonetic("aigul") == "agl"
    assert phonetic("") == ""
    assert phonetic("ulan") != phonetic("alan")
