"""The last own act: told after saving, and on every page as long as it may be taken back.

What the pages tell stands in the session, so that none asks for more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kamkor.cases.queries.history import Recorded
from kamkor.kernel import clock
from kamkor.kernel.commands import Command, Operation
from kamkor.kernel.ids import new_id

KEY = "undo"
# The answer to a search is read as any page; to another form it holds what was typed.
SEARCHES = frozenset({"/find/", "/register/"})


def saved(operation_name: str) -> str:
    """What is said when an operation was carried out."""
    return _("Saved: %(what)s.") % {"what": _(Operation.registry[operation_name].label)}


def tell(request: HttpRequest, text: str, **more: str) -> None:
    """Tell this once, on the next page."""
    request.session[KEY] = {"text": text, **more}


def offer(request: HttpRequest, done: Command, until: datetime, *, back: str, seen_at: str) -> None:
    """Tell what was saved, and that it may be taken back until then.

    ``back`` is where one goes after taking it back, ``seen_at`` where it is to be seen.
    """
    request.session[KEY] = {
        "operation": done.operation,
        "url": "/take-back/",
        "command": str(done.id),
        "command_id": str(new_id()),
        "until": until.isoformat(),
        "back": back,
        "seen_at": seen_at,
    }


def held(request: HttpRequest) -> dict[str, Any]:
    """What was told last, also after it was shown."""
    last: dict[str, Any] = request.session.get(KEY) or {}
    return last


def forget(request: HttpRequest) -> None:
    """Tell of the last act no longer."""
    request.session.pop(KEY, None)


def last_act(request: HttpRequest) -> dict[str, Any] | None:
    """What a page tells of the last act: once, and quietly again while it may be taken back."""
    last = held(request)
    reading = request.method == "GET" or request.path in SEARCHES
    if not last or not reading or request.path == "/alarms/":
        return None
    until = datetime.fromisoformat(last["until"]) if "until" in last else None
    offered = until is not None and clock.now() <= until
    shown: dict[str, Any] = {
        "text": last.get("text") or saved(last["operation"]),
        "code": last.get("code", ""),
    }
    if until is not None and offered:
        ends = f"{until.astimezone(clock.ZONE):%H:%M}"
        shown |= last | {"until": ends, "next": request.get_full_path()}
    if "shown" not in last:
        request.session[KEY] = last | {"shown": True}
        return shown
    return shown | {"quiet": True} if offered else None


def forget_if_built_upon(request: HttpRequest, history: Sequence[Recorded]) -> None:
    """Offer the last act no longer once the history of its case tells of a later command."""
    command = held(request).get("command")
    mine = [one.fact for one in history if str(one.fact.command) == command]
    if not mine:
        return
    done_at = max(fact.recorded_at for fact in mine)
    if any(one.fact.recorded_at > done_at for one in history):
        forget(request)
