"""What every page shows around its content: navigation, the reader, alarms, the last act."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR, RIGHTS, Action
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.emergency import SECOND, own_open, unseen
from kamkor.cases.queries.report import ringing, unread_alarms
from kamkor.cases.vocabulary import STEP_OF
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.kernel.kept import counted
from kamkor.web.held import form_token, key_of_typed
from kamkor.web.last_act import last_act
from kamkor.web.plan_words import PLANNERS
from kamkor.web.sessions import seconds_of_page
from kamkor.web.words import moment, office_name, raised

JOINING = STEP_OF["merge_people"].roles
"""Who compares records and asks to join them."""


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The context of every template."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    shared: dict[str, Any] = {
        "request": request,
        "messages": get_messages(request),
        "csrf_input": csrf_input(request),
        "demo_mode": settings.KAMKOR_DEMO,
        "state_sign_in": settings.KAMKOR_STATE_SIGN_IN,
        "viewer": viewer,
        "languages": settings.LANGUAGES,
        "today": clock.today(),
        "help_url": "/help/",
    }
    if viewer is None:
        return shared
    return shared | {
        "navigation": navigation(request, viewer),
        "viewer": {
            "name": viewer.name,
            "role_label": raised(_(viewer.role_label)),
            "department": department_name(viewer),
        },
        "viewer_posts": post_labels(viewer),
        "alarms": alarms(viewer),
        "emergencies": emergencies(request, viewer),
        "undo": last_act(request),
        "form_token": SimpleLazyObject(lambda: form_token(viewer.account_id)),
        "key_of_typed": key_of_typed(request),
        "idle": {"seconds": seconds_of_page(), "minutes": settings.KAMKOR_IDLE_MINUTES},
        "printed": {"at": moment(clock.now()), "filter": ""},
    }


def department_name(viewer: Viewer) -> str:
    """The office of the post the reader acts under."""
    return next((office_name(one) for one in viewer.posts if one.id == viewer.post_id), "")


def post_labels(viewer: Viewer) -> list[dict[str, Any]]:
    """The reader's posts, for the switch in the header."""
    return [
        {
            "id": post.id,
            "label": f"{_(RIGHTS[post.kind].label)}, {office_name(post)}",
            "current": post.id == viewer.post_id,
        }
        for post in viewer.posts
    ]


def alarms(viewer: Viewer) -> dict[str, Any]:
    """How many alarms of the viewer's nobody has read; it rings until somebody has."""
    if not viewer.answers_alarms:
        return {"count": 0}
    count = counted(unread_alarms, viewer) if counted(ringing, viewer) else 0
    return {"count": count, "poll_url": "/alarms/"}


def emergencies(request: HttpRequest, viewer: Viewer) -> dict[str, Any] | None:
    """What was opened in an emergency: on each page how much the viewer must see, on the first
    page and on that of the case what it may itself read."""
    count = unseen(viewer).count() if viewer.role in SECOND else 0
    about = [one for one in viewer.emergency if request.path in {"/", f"/cases/{one}/"}]
    own = [one for one in own_open(viewer) if one.subject in about] if about else []
    if not count and not own:
        return None
    cases = cases_visible_to(viewer).filter(id__in=[one.subject for one in own])
    numbers = dict(cases.values_list("id", "number")) if own else {}
    return {"unseen": count, "own": [_own_emergency(one, numbers) for one in own]}


def _own_emergency(one: Any, numbers: Mapping[Any, str]) -> dict[str, Any]:  # noqa: ANN401 - an opening
    left = int((one.until - clock.now()).total_seconds()) // 60
    return {
        "id": one.pk,
        "command_id": new_id(),
        "case_id": one.subject,
        "number": numbers.get(one.subject, ""),
        "until": f"{one.until.astimezone(clock.ZONE):%H:%M}",
        "left": f"{left // 60}:{left % 60:02}",
    }


def navigation(request: HttpRequest, viewer: Viewer) -> list[dict[str, Any]]:
    """The pages that this post uses."""
    administrator = viewer.role == ADMINISTRATOR
    links = [("/accounts/", _("Accounts")) if administrator else ("/", _("Today"))]
    if viewer.may(Action.RECORD):
        links += [("/duty/", _("Duty desk")), ("/register/", _("Register"))]
        links += [("/do/receive-report/", _("New report"))]
    elif viewer.may(Action.SEE_IDENTITY):
        links += [("/duty/", _("Duty desk"))] if viewer.answers_alarms else []
        links += [("/register/", _("Register"))]
    if viewer.role in JOINING:
        links += [("/duplicates/", _("Double records"))]
    if viewer.may(Action.SEE_NUMBERS):
        links += [("/figures/", _("Figures")), ("/staffing/", _("Posts and staffing"))]
    if viewer.role in PLANNERS:
        links += [("/plan/", _("Plan of posts"))]
    if viewer.may(Action.MANAGE):
        links += [("/roster/", _("Duty and leave"))]
    return [{"url": url, "label": label, "current": request.path == url} for url, label in links]
