"""Pages are made of parts: plain dictionaries, in which a template may ask for what is not there.

Django's templates look for a missing word in three ways before they give up, and a page asks for
hundreds; here a part answers at once that it says nothing of it.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template import Origin
from django.template.backends.django import DjangoTemplates, Template
from django.template.loaders.filesystem import Loader


class Part(dict[str, Any]):
    """A part of a page; what it does not say is empty."""

    def __missing__(self, word: str) -> str:
        """Nothing, as the setting ``string_if_invalid`` has it."""
        return ""


def with_parts(value: Any) -> Any:  # noqa: ANN401 - whatever a view hands over
    """The same with a part for each plain dictionary, in lists too."""
    if type(value) is dict:
        return Part({key: with_parts(one) for key, one in value.items()})
    if type(value) is list:
        return [with_parts(one) for one in value]
    return value


class Sources(Loader):
    """Templates from files, without the indentation that is for their writers alone."""

    def get_contents(self, origin: Origin) -> str:
        """The text of a template; nothing that a page shows stands at the beginning of a line."""
        return _INDENTED.sub("", super().get_contents(origin))


_INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)


class Page(Template):
    """A template that is given parts."""

    def render(
        self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None
    ) -> str:
        """The page."""
        return super().render(with_parts(dict(context or {})), request)


class Pages(DjangoTemplates):
    """Django's templates, given parts."""

    def get_template(self, template_name: str) -> Page:
        """The template of that name."""
        return Page(super().get_template(template_name).template, self)
