"""Signing in with the state's own sign-in (OpenID Connect: code, PKCE, answer by a form).

Which person of the state holds which account is said by an administrator alone. Nobody is found by
an e-mail, and nothing but the subject is asked for or kept.
"""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from requests import RequestException

from kamkor.web.door import outside_door

PROVIDER = "state"
# What an answer by a form holds; sent on from our own page, so that the session comes along.
ANSWERED = ("code", "state", "error")


class LinkedAlone(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in whom an administrator has linked, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002 - allauth's form
        """Never."""
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:  # noqa: ANN401, ARG002 - as above
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401 - as above
        """Refuse whom nobody has linked, and a blocked account, in the same words."""
        if not sociallogin.is_existing or not sociallogin.user.is_active:
            text = _("This sign-in belongs to no account here. Ask your administrator to link it.")
            _refuse(request, "subject_unknown", text)

    def on_authentication_error(self, request: HttpRequest, *_told: Any, **_more: Any) -> NoReturn:  # noqa: ANN401 - as above
        """Say so, whatever the reason was; nothing technical."""
        _refuse(request, "state_sign_in_failed", _failed())


class SubjectAlone(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Of what the state's sign-in tells, only who it is by number is kept."""

    def complete_login(self, *told: Any, **more: Any) -> Any:  # noqa: ANN401 - allauth's form
        """Forget names and addresses at once."""
        login = super().complete_login(*told, **more)
        login.account.extra_data, login.email_addresses = {}, []
        return login


@outside_door
def begin(request: HttpRequest) -> HttpResponse:
    """Go to the state's sign-in."""
    if not settings.KAMKOR_STATE_SIGN_IN:
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect("/")
    provider = get_adapter().get_provider(request, PROVIDER)
    try:
        answer: HttpResponse = provider.redirect(request, process=AuthProcess.LOGIN)
    except RequestException:
        return _page(request, "state_sign_in_failed", _failed())
    return answer


@csrf_exempt
@outside_door
def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What comes back. The state's page sends it by a form, without our cookie: it goes through
    a page of ours first. The state that we gave along says that it is the answer to us."""
    if not settings.KAMKOR_STATE_SIGN_IN or provider_id != PROVIDER:
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect("/sign-in/")
    told = [
        {"name": name, "value": request.POST[name]} for name in ANSWERED if name in request.POST
    ]
    if "here" not in request.POST:
        context = {"fields": told, "help_url": ""}
        return render(request, "access/state_answer.html", context)
    request.GET = request.POST
    view = OAuth2CallbackView.adapter_view(SubjectAlone(request, PROVIDER))
    answer: HttpResponse = view(request)
    return answer


def _failed() -> str:
    return _("The state's sign-in did not work. Try again, or sign in with your password.")


def _refuse(request: HttpRequest, code: str, message: str) -> NoReturn:
    raise ImmediateHttpResponse(_page(request, code, message))


def _page(request: HttpRequest, code: str, message: str) -> HttpResponse:
    errors = [{"href": "#username", "message": message, "code": code}]
    context = {"sign_in": {"hidden": [], "errors": errors}, "help_url": ""}
    return render(request, "web/sign_in.html", context, status=403)
