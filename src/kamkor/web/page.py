"""What every page shows around its content: navigation, the reader, alarms, the last act."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kamkor.access.queries import posts_of
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR, Action
from kamkor.cases.queries.report import unread_alarms
from kamkor.kernel import clock

UNDO_KEY = "undo"


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The context of every template."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    shared: dict[str, Any] = {
        "demo_mode": settings.KAMKOR_DEMO,
        "viewer": viewer,
        "languages": settings.LANGUAGES,
        "today": clock.today(),
        "help_url": "/help/",
    }
    if viewer is None:
        return shared
    return shared | {
        "navigation": navigation(request, viewer),
        "viewer_posts": posts_of(request.user),  # type: ignore[arg-type]
        "alarms": alarms(viewer),
        "undo": request.session.get(UNDO_KEY),
    }


def alarms(viewer: Viewer) -> dict[str, int]:
    """How many alarms of the viewer's nobody has read."""
    if not viewer.may(Action.RECORD):
        return {"count": 0}
    return {"count": unread_alarms(viewer).count()}


def navigation(request: HttpRequest, viewer: Viewer) -> list[dict[str, Any]]:
    """The pages that this post uses."""
    links = [("/", _("Today"))]
    if viewer.may(Action.RECORD):
        links += [("/duty/", _("Duty desk")), ("/register/", _("Register"))]
        links += [("/do/receive-report/", _("New report"))]
    elif viewer.may(Action.SEE_IDENTITY):
        links += [("/register/", _("Register"))]
    if viewer.may(Action.MANAGE):
        links += [("/roster/", _("Duty and leave"))]
    if viewer.role == ADMINISTRATOR:
        links = [("/", _("Accounts"))]
    return [
        {"url": url, "label": label, "current": request.path == url} for url, label in links
    ]
