"""Pages are written by Jinja2, from templates that are made ready once in each language."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.base import BaseEngine
from django.templatetags.static import static
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import trans_real
from jinja2.compiler import CodeGenerator
from jinja2.ext import Extension
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from kamkor.web.rows import neighbours, table_rows, task_lines, task_rows
from kamkor.web.words import dashed, day, raised, said

FILTERS = (dashed, day, raised, said)
FUNCTIONS = (neighbours, static, table_rows, task_lines, task_rows)

_NOTHING = jinja2.ChainableUndefined()
_INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)
_KNOWN = re.compile(r'{{ (_|static)\("([^"]*)"\) }}')
_NAMED = re.compile(r'{% include "([^"]*)" %}')
_KNOWN_BY: dict[str, Callable[[str], str]] = {"_": translation.gettext, "static": static}


class MadeReady(Extension):
    """What need not be done anew for each page: indentation goes, and templates, words and addresses
    that are known beforehand are put where they stand. Nothing that a page shows begins a line.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's form
        """The text of a template."""
        with translation.override(str(self.environment.globals["language"])):
            text = _KNOWN.sub(lambda it: _KNOWN_BY[it[1]](it[2]), _INDENTED.sub("", source))
        return _NAMED.sub(lambda it: self._named(it[1]), text)

    def _named(self, name: str) -> str:
        loader = self.environment.loader
        return self.preprocess(loader.get_source(self.environment, name)[0], name) if loader else ""


class _Written(CodeGenerator):
    """Escapes each piece of a page without making it one that may be put together further."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:  # noqa: ANN401 - Jinja's own
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.shown(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Templates(jinja2.Environment):
    """The templates in one language. Everything is escaped; what is not there is empty."""

    code_generator_class = _Written

    def __init__(self, folders: list[str], language: str) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader(folders),
            extensions=["jinja2.ext.i18n", MadeReady],
            undefined=jinja2.ChainableUndefined,
            autoescape=True,
            auto_reload=False,
            keep_trailing_newline=True,
            cache_size=-1,
        )
        self.install_gettext_translations(trans_real.translation(language), newstyle=True)  # type: ignore[attr-defined]
        self.filters |= {one.__name__: one for one in FILTERS}
        self.globals |= {one.__name__: one for one in FUNCTIONS} | {"language": language}

    @staticmethod
    def shown(value: object) -> str:
        """A value as it stands in a page: escaped, unless it is markup."""
        if type(value) is str:
            return _escape_inner(value)
        return value if type(value) is Markup else escape(value)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever a view hands over
        """A word of a part of a page; a dictionary is asked for its items alone."""
        if isinstance(obj, dict):
            return obj.get(attribute, _NOTHING)
        return super().getattr(obj, attribute)


class Page:
    """A template, with what every page shows around its content if there is a request."""

    def __init__(
        self, template: jinja2.Template, shared: Callable[[HttpRequest], dict[str, Any]]
    ) -> None:
        self._template = template
        self._shared = shared

    def render(
        self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None
    ) -> str:
        """The page; what a view says goes before what all pages share."""
        around = {} if request is None else self._shared(request)
        return self._template.render({**around, **(context or {})})


class Pages(BaseEngine):
    """Django's way to our templates; the option ``shared`` names what every page is given."""

    app_dirname = "templates"

    def __init__(self, params: dict[str, Any]) -> None:
        options = params.pop("OPTIONS")
        super().__init__(params)
        self._shared: str = options["shared"]
        self._templates: dict[str, Templates] = {}

    def get_template(self, template_name: str) -> Page:
        """The template of that name, in the reader's language."""
        language = translation.get_language() or settings.LANGUAGE_CODE
        if language not in self._templates:
            self._templates[language] = Templates(list(self.template_dirs), language)
        try:
            found = self._templates[language].get_template(template_name)
        except jinja2.TemplateNotFound as missing:
            raise TemplateDoesNotExist(str(missing), backend=self) from missing
        return Page(found, import_string(self._shared))
