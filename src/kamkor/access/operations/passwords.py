"""Words of the house, which do not count in a password: whoever guesses begins with them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kamkor.access.queries.account import names_of
from kamkor.kernel import clock
from kamkor.kernel.stolen import STOLEN_FILE, is_stolen
from kamkor.territory.queries import names_on

LEAST_BESIDE = 8
"""So many signs a password has besides words of the house."""
WORDS = (
    "kamkor", "камкор", "қамқор", "parol", "пароль", "сырсөз", "құпия", "password",
    "ministry", "министрлик", "министерство", "labour", "эмгек", "труд",
    "social", "социал", "child", "bala", "бала", "ребенок", "дети", "kyrgyz", "кыргыз",
)  # fmt: skip
LANGUAGES = ("ky", "ru", "en")


class HouseWords:
    """Refuses a password that is little else than words of the house: its name, its matter, names
    of oblasts and districts, the own name."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401 - Django's form
        """Raises ``ValidationError``."""
        whole = left = password.casefold()
        for word in sorted({*WORDS, *_places(), *_own(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        letters = [sign for sign in left if sign.isalpha()]
        if left != whole and len(letters) < LEAST_BESIDE:
            raise ValidationError(self.get_help_text(), code="password_of_house")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _(
            "The name of the service, of a place, or your own does not count in a password:"
            " at least %(least)s other letters are needed."
        ) % {"least": LEAST_BESIDE}


class NotStolen:
    """Refuses a password that is known to have been stolen elsewhere."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401, ARG002 - Django's form
        """Raises ``ValidationError``."""
        if is_stolen(password, Path(settings.KAMKOR_DATA) / STOLEN_FILE):
            raise ValidationError(self.get_help_text(), code="password_stolen")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("This password was stolen elsewhere and stands in lists. Choose another.")


def _places() -> Iterable[str]:
    """The names of units today, each word of them by itself."""
    names = [name for one in LANGUAGES for name in names_on(clock.today(), one).values()]
    return _long_words(names)


def _own(user: Any) -> Iterable[str]:  # noqa: ANN401 - an account or nobody
    if user is None:
        return ()
    return _long_words([user.username, names_of([user])[user.pk]])


def _long_words(names: Iterable[str]) -> Iterable[str]:
    words = (word.casefold() for name in names for word in re.split(r"[\W\d_]+", name))
    return {word for word in words if len(word) >= 4}
