"""Pages are made of parts: plain dictionaries, in which a template may ask for what is not there.

Django's templates look for a missing word in three ways before they give up, and a page asks for
hundreds; here a part answers at once that it says nothing of it.
"""

import re
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template import Engine, Origin
from django.template.backends.django import DjangoTemplates, Template
from django.template.loaders.filesystem import Loader
from django.utils import translation


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
    """Templates from files, made ready in one language: what need not be done anew for each page
    is done here. Their writers' indentation goes; words of the house and templates that are named
    outright are put where they stand, and the blocks of a page into the frame it extends.
    """

    def __init__(self, engine: Engine, language: str) -> None:
        super().__init__(engine)
        self.language = language

    def get_contents(self, origin: Origin) -> str:
        """The text of a template; nothing that a page shows stands at the beginning of a line."""
        text = _INDENTED.sub("", super().get_contents(origin))
        with translation.override(self.language):
            text = _WORDS.sub(lambda found: translation.gettext(found[1]), text)
        text = _NAMED.sub(self._put, text)
        frame = _FRAME.match(text)
        return self._framed(frame[1], text) if frame else text

    def _put(self, found: re.Match[str]) -> str:
        """A template in place of the tag that includes it."""
        text = self._named(found[1])
        return f"{{% with {found[2]} %}}{text}{{% endwith %}}" if found[2] else text

    def _framed(self, frame: str, text: str) -> str:
        """The frame with the page's blocks; no block stands within another."""
        blocks: dict[str, str] = dict(_BLOCK.findall(text))
        loaded = "".join(_LOAD.findall(text))
        return loaded + _BLOCK.sub(lambda one: blocks.get(one[1], str(one[2])), self._named(frame))

    def _named(self, name: str) -> str:
        return self.get_contents(next(iter(self.get_template_sources(name))))


_INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)
_WORDS = re.compile(r'{% translate "([^"%]*)" %}')
_FRAME = re.compile(r'{% extends "([^"]*)" %}')
_BLOCK = re.compile(r"{% block (\w+) %}(.*?){% endblock %}", re.DOTALL)
_LOAD = re.compile(r"{% load [^%]* %}")
_NAMED = re.compile(r'{% include "([^"]*)"(?: with ([^%]*?))? %}')


class Page(Template):
    """A template that is given parts."""

    def render(
        self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None
    ) -> str:
        """The page."""
        return super().render(with_parts(dict(context or {})), request)


class Pages(DjangoTemplates):
    """Django's templates, given parts; an engine for each language."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._engines: dict[str, Engine] = {}

    def get_template(self, template_name: str) -> Page:
        """The template of that name, in the reader's language."""
        language = translation.get_language() or settings.LANGUAGE_CODE
        return Page(self._engine_of(language).get_template(template_name), self)

    def _engine_of(self, language: str) -> Engine:
        if language not in self._engines:
            ready = [("kamkor.web.parts.Sources", language)]
            made = copy(self.engine)
            made.loaders = [("django.template.loaders.cached.Loader", ready)]
            made.__dict__.pop("template_loaders", None)
            self._engines[language] = made
        return self._engines[language]
