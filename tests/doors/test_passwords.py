"""What a password may be, how it is kept, and how a page asks for it."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from kamkor.access.models import Account
from kamkor.kernel.stolen import STOLEN_FILE, is_stolen
from tests.cast import Cast
from tests.doors.signing import PASSWORD, signed_in

GOOD = (
    "kanat mektep 1907",
    "көк-асман-түндүк",
    "只有一个字母在这里的密码吧",
    "x" * 64 + "y7" * 100,
)


@pytest.mark.parametrize("password", GOOD)
def test_any_letters_and_any_length_from_twelve_will_do(db: None, password: str) -> None:
    validate_password(password, Account(username="aigul"))


@pytest.mark.parametrize("password", ["elf letters", "1234567890123", "aigul.aigul.1"])
def test_short_common_and_ones_own_name_will_not(db: None, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, Account(username="aigul.aigul."))


HOUSE = ("kamkor-kamkor-2026", "Камкор!Сузак!1985", "bakyt.bakyt.bakyt!", "министерство-труд-7")


@pytest.mark.parametrize("password", HOUSE)
def test_words_of_the_house_alone_are_no_password(cast: Cast, password: str) -> None:
    """The service's name, a district's, the own name: with digits they are still nothing else."""
    account = Account.objects.get(username="bakyt")
    with pytest.raises(ValidationError) as refused:
        validate_password(password, account)
    assert "password_of_house" in [one.code for one in refused.value.error_list]
    validate_password(f"{password} көк асман түндүк", account)


def test_a_stolen_password_is_refused_by_the_list(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    """Each of a list is found, the first and the last too; its neighbours are not."""
    settings.KAMKOR_DATA = tmp_path
    stolen = [f"көк асман {number} түндүк" for number in range(300)]
    lines = sorted(
        hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in stolen
    )
    validate_password(stolen[0], None)
    path = tmp_path / STOLEN_FILE
    path.write_text("".join(f"{one}:{number * 7}\r\n" for number, one in enumerate(lines)))
    assert all(is_stolen(one, path) for one in stolen)
    assert not any(is_stolen(f"{one}x", path) for one in stolen)
    with pytest.raises(ValidationError) as refused:
        validate_password(stolen[7], None)
    assert [one.code for one in refused.value.error_list] == ["password_stolen"]
    path.write_text(f"{lines[0]}:1\n")
    assert [is_stolen(one, path) for one in stolen].count(True) == 1


def test_the_page_says_why_such_a_password_is_refused(cast: Cast) -> None:
    Account.objects.filter(username="bakyt").update(language="en")
    desk = signed_in(cast, "bakyt")
    typed = desk.open("/account/").form("change_password")
    page = desk.send("/account/", typed | {"old_password": PASSWORD, "new_password": HOUSE[0]})
    assert (page.status, page.refusals) == (422, ["password_weak"])
    assert page.all("p", id="new_password-error")[0].text.count("8") == 1


def test_it_is_kept_by_a_slow_hash(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    kept = make_password(GOOD[0])
    told = identify_hasher(kept).decode(kept)
    assert (told["algorithm"], told["iterations"] >= 600_000) == ("pbkdf2_sha256", True)


def test_it_is_taken_exactly_as_it_was_typed(cast: Cast) -> None:
    account = Account.objects.get(username="aigul")
    account.set_password(GOOD[0])
    assert account.check_password(GOOD[0])
    others = (GOOD[0].upper(), f"{GOOD[0]} ", f" {GOOD[0]}", GOOD[0][:-1], f"{GOOD[0]}x")
    assert [one for one in others if account.check_password(one)] == []


def test_the_page_hides_it_and_lets_a_manager_of_passwords_fill_it_in(db: None) -> None:
    text = Client().get("/sign-in/").content.decode()
    assert 'name="password" type="password" autocomplete="current-password"' in text
    assert "onpaste" not in text
