"""A person at the desk, as HTTP shows it: pages are read, forms are opened, filled in and sent."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from kamkor.access.models import Account
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from tests.cast import Time

Typed = dict[str, list[str]]
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"})
INCIDENT = re.compile(r"[0-9a-f]{8}")


@dataclass
class Element:
    """One element of a page with its attributes and the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    form: int = 0


class _Reader(HTMLParser):
    """Collects the elements of a page in order; ``form`` numbers the form they stand in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._forms = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self._forms += 1
        inside = any(one.tag == "form" for one in self._open) or tag == "form"
        values = {key: value or "" for key, value in attrs}
        made = Element(tag, values, form=self._forms if inside else 0)
        self.elements.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data


@dataclass
class Page:
    """One answer of the desk, and what a person or a check reads in it."""

    response: Any
    elements: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, response: Any) -> "Page":  # noqa: ANN401 - the test client's own kind
        """The page of an answer; one without HTML has no elements."""
        if "html" not in response.get("Content-Type", ""):
            return cls(response)
        reader = _Reader()
        reader.feed(response.content.decode())
        return cls(response, reader.elements)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.response.status_code)

    @property
    def text(self) -> str:
        """The whole answer as text."""
        return str(self.response.content.decode())

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """The elements of a tag that bear these attributes; ``_`` stands for ``-``."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.elements
            if (not tag or one.tag == tag)
            and all(
                key in one.attributes and value in {"*", one.attributes[key]}
                for key, value in wanted.items()
            )
        ]

    def values(self, attribute: str) -> list[str]:
        """What stands in one attribute, wherever it stands."""
        return [one.attributes[attribute] for one in self.elements if attribute in one.attributes]

    @property
    def refusals(self) -> list[str]:
        """The codes of refusal of the page, each once: a code stands above and at its field."""
        return list(dict.fromkeys(self.values("data-refusal")))

    @property
    def operations(self) -> set[str]:
        """The operations that the page offers."""
        return set(self.values("data-operation"))

    @property
    def body(self) -> dict[str, str]:
        """The attributes of the page's body."""
        return next((one.attributes for one in self.elements if one.tag == "body"), {})

    @property
    def code(self) -> str:
        """The page's own code: room, noun and verb."""
        return self.body.get("data-page", "")

    @property
    def state(self) -> str:
        """The state of the case or report that the page is about."""
        return self.body.get("data-state", "")

    @property
    def title(self) -> str:
        """What the tab of the browser shows."""
        return next((one.text for one in self.elements if one.tag == "title"), "")

    @property
    def links(self) -> list[str]:
        """The addresses the page leads to."""
        return self.values("href") + self.values("action")

    def figure(self, name: str) -> str:
        """A number of the page by its name."""
        return self.all(data_figure=name)[0].text

    def form_number(self, operation: str) -> int:
        """The form whose button carries out an operation; 0 if there is none."""
        found = [one for one in self.all(data_operation=operation) if one.form]
        return found[0].form if found else 0

    def form(self, operation: str) -> Typed:
        """What a form would send as it stands, without its buttons."""
        number = self.form_number(operation)
        assert number, f"no form for {operation}: {self.status} {self.refusals} {self.code}"
        typed: Typed = {}
        for name, value in _controls(self.elements, number):
            typed.setdefault(name, []).append(value)
        return typed


def _controls(elements: Sequence[Element], number: int) -> Iterator[tuple[str, str]]:
    select = ""
    for one in elements:
        if one.form != number:
            continue
        name = one.attributes.get("name", "")
        if one.tag == "select":
            select = name
        if one.tag == "option" and "selected" in one.attributes:
            yield select, one.attributes.get("value", "")
        if one.tag == "textarea":
            yield name, one.text.removeprefix("\n")
        if one.tag == "input" and name:
            kind = one.attributes.get("type", "text")
            if kind not in {"radio", "checkbox"} or "checked" in one.attributes:
                yield name, one.attributes.get("value", "")


def typed_as(values: Mapping[str, Any]) -> Typed:
    """What is typed for these values: a text, or a list of texts."""
    return {
        key: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for key, value in values.items()
    }


class Desk:
    """One person's browser; the language is English unless another is asked for.

    Without ``time`` the clock is the machine's.
    """

    def __init__(
        self, username: str = "", time: Time | None = None, *, language: str = "en"
    ) -> None:
        self.username = username
        self.time = time
        self.client = Client(headers={"accept-language": language})
        self.sent: Typed = {}
        if username:
            account = Account.objects.get(username=username)
            self.client.force_login(account, backend="kamkor.web.sessions.SignedIn")
            session = self.client.session
            # As after the form: by what means, when, and who.
            session["account_authentication_methods"] = [
                {"method": "password", "at": clock.wall_seconds()}
            ]
            session["account_authentication_methods_user"] = str(account.pk)
            session.save()

    def now(self) -> AbstractContextManager[None]:
        """The clock set to the moment the cast stands at."""
        return clock.clock_at(self.time.moment) if self.time else nullcontext()

    def open(self, address: str) -> Page:
        """The page at an address."""
        with self.now():
            return Page.of(self.client.get(address))

    def send(self, address: str, typed: Mapping[str, Any] | None = None) -> Page:
        """The answer to what is sent to an address."""
        with self.now():
            return Page.of(self.client.post(address, typed_as(typed or {})))

    def command(self, name: str, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
        """The answer of the door for commands to one command."""
        with self.now():
            body = json.dumps({"id": str(new_id()), "command": name, "data": data})
            answer = self.client.post("/commands/", body, content_type="application/json")
        held: dict[str, Any] = answer.json()
        return held

    def follow(self, page: Page) -> Page:
        """The page that an answer leads to."""
        assert page.status in {302, 303}, f"{page.status} {page.refusals}"
        return self.open(page.response["Location"])

    def fill(self, address: str, operation: str, **values: Any) -> Typed:  # noqa: ANN401 - as typed
        """What stands in the form at an address once these values are typed into it."""
        return self.open(address).form(operation) | typed_as(values)

    def act(self, address: str, operation: str, **values: Any) -> Page:  # noqa: ANN401 - as typed
        """Open a form, type into it, send it; what was sent stands in ``sent``."""
        self.sent = self.fill(address, operation, **values)
        return self.send(address, self.sent)


def without_incident(page: Page) -> str:
    """A fault's page without its incident number and its token, which differ each time."""
    number = [one.text.strip() for one in page.elements if "data-incident" in one.attributes]
    tokens = [one.attributes["value"] for one in page.all("input", name="csrfmiddlewaretoken")]
    text = page.text
    for one in {*number, *tokens}:
        text = text.replace(one, "")
    return text
