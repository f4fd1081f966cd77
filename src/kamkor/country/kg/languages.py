"""The languages of the screens, each under its own name, in the order in which they are offered."""

from typing import Final

LANGUAGES: Final = (
    ("ky", "Кыргызча"),
    ("ru", "Русский"),
    ("kk", "Қазақша"),
    ("en", "English"),
)
