"""The one door: one transaction with the viewer's signed context around each view."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kamkor.access.operations.looks import PACE, TooFast, looking
from kamkor.access.queries import viewer_of_user
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR
from kamkor.kernel.keys import KeyGone, KeysUnusable
from kamkor.web import faults, held, last_act, own_sign_ins
from kamkor.web.held import FORM_OWNER

POST_KEY = "post"

View = Callable[..., HttpResponseBase]


def outside_door(view: View) -> View:
    """Mark a view that shows nothing of a child and works without a viewer."""
    view.outside_door = True  # type: ignore[attr-defined]
    return view


def by_itself(view: View) -> View:
    """Mark a view that pages ask for by themselves: it keeps no session open."""
    view.by_itself = True  # type: ignore[attr-defined]
    return view


def before_all(view: View) -> View:
    """Mark a view that is open to whoever must first change a password or set up a second step."""
    view.before_all = True  # type: ignore[attr-defined]
    return view


class ViewedRequest(HttpRequest):
    """A request that came through the door: its viewer is known."""

    viewer: Viewer


class DoorMiddleware:
    """Opens the transaction, sets the context, runs the view, renders, closes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing happens outside ``process_view``: only there is the view known."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: View,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer the request inside the door, or let a listed view pass by it."""
        if getattr(view, "outside_door", False):
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        viewer = viewer_of(request)
        if viewer is None:
            return faults.no_post(request)
        request.viewer = viewer  # type: ignore[attr-defined]
        if settings.KAMKOR_ADMIN_DEVICES and viewer.role == ADMINISTRATOR and not _known(request):
            text = _("An administrator works at a computer of the service. This one is not known.")
            return faults.fault_page(request, 403, text, code="device_unknown")
        first = None if getattr(view, "before_all", False) else _first(request)
        if first is not None:
            return first
        try:
            with looking(viewer, *_looked_at(request, kwargs), most=_most(request)):
                if request.method == "GET" and not getattr(view, "by_itself", False):
                    own_sign_ins.tell_meanwhile(request, viewer)
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response = response.render()
        except (KeysUnusable, KeyGone) as fault:
            return faults.fault_page(request, fault.status, _(fault.message), code=fault.code)
        except TooFast as fault:
            return faults.fault_page(request, 429, _too_fast(fault), code="too_fast")
        return response


def _known(request: HttpRequest) -> bool:
    """Whether the proxy has seen a certificate of the device."""
    return request.headers.get("X-Client-Verify") == "SUCCESS"


def _most(request: HttpRequest) -> int:
    """How many pages about people may be opened in ten minutes; what is saved is never refused."""
    reads = request.method == "GET" or request.path in last_act.SEARCHES
    return int(settings.KAMKOR_PACE) if reads else 0


def _too_fast(fault: TooFast) -> str:
    text = _(
        "More than %(most)s pages about people were opened with your account in %(minutes)s"
        " minutes. Wait some minutes. It was written down."
    )
    return text % {"most": fault.args[0], "minutes": int(PACE.total_seconds() // 60)}


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The viewer of a signed-in request, under the post chosen in the header."""
    chosen = request.session.get(POST_KEY)
    return viewer_of_user(request.user, chosen, only_reads=request.method == "GET")


def _looked_at(request: HttpRequest, kwargs: dict[str, Any]) -> tuple[str, list[UUID]]:
    """The name of a page, with the act its address names, and the records it is about."""
    matched = request.resolver_match
    named = [matched.view_name if matched else "", *map(str, filter(None, [kwargs.get("slug")]))]
    return "/".join(named), [one for one in kwargs.values() if isinstance(one, UUID)]


def _first(request: HttpRequest) -> HttpResponse | None:
    """What comes before anything else: a password of one's own, then a second step at sign-in."""
    account = request.user
    if getattr(account, "password_once", False):
        target, code = "/account/", "password_once"
    elif settings.KAMKOR_SECOND_FACTOR_REQUIRED and not _is_strong(request):
        target, code = "/account/factors/", "second_step_needed"
    else:
        return None
    if request.path == faults.COMMANDS:
        return faults.fault_page(request, 403, _("Sign in at the desk first."), code=code)
    return HttpResponseRedirect(target)


def _is_strong(request: HttpRequest) -> bool:
    """Whether the account has a second step, or whoever signs in for the state asked for one."""
    shown = get_authentication_records(request, request.user)
    by_state = any(one.get("method") == "socialaccount" for one in shown)
    return by_state or getattr(request.user, "second_step", False)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.path == faults.COMMANDS:
        return faults.fault_page(request, 401)
    if request.method == "POST" and FORM_OWNER in request.POST:
        return held.sign_in_with_form(request)
    target = settings.LOGIN_URL
    if request.method == "GET":
        target += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(target)
