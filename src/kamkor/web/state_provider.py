"""Signing in with the state's own sign-in (OpenID Connect: code, PKCE, answer by a form).

Which person of the state holds which account is said by an administrator alone. Nobody is found by
an e-mail, and nothing but the subject is asked for or kept. An answer is believed only where it is
signed by a key of the named provider, for us, for the very request it answers, and of somebody who
showed there lately who it is (OpenID Connect Core 1.0, 3.1.3.7).
"""

import secrets
from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from jwt import InvalidTokenError
from requests import RequestException, Session

from kamkor.kernel import clock
from kamkor.web.own_sign_ins import note_refused

PROVIDER = settings.KAMKOR_STATE_PROVIDER
NONCE = "state_nonce"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are taken: each by a key of which the provider tells one half alone."""
LATELY = settings.KAMKOR_AGAIN_MINUTES * 60
CLOCKS_APART = 60
"""So many seconds the provider's clock may differ from ours."""
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

    def get_requests_session(self) -> Session:
        """Calls go where they were sent: one that is led elsewhere fails."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session


class SubjectAlone(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Of what the state's sign-in tells, only who it is by number is kept."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider tells of itself; raises ``OAuth2Error`` where it is another one."""
        told: dict[str, Any] = super().openid_config
        if told.get("issuer") != self.issuer:
            raise OAuth2Error("another issuer")
        return told

    @property
    def issuer(self) -> str:
        """The provider as the settings name it."""
        return str(self.get_provider().app.settings["server_url"])

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:  # noqa: ANN401 - allauth's form
        """Who it is. Raises ``OAuth2Error`` unless it is signed, for us, new and lately shown.

        allauth looks at no signature of what it fetched itself, and at no nonce.
        """
        told = self._signed(id_token, app.client_id)
        asked = self.request.session.pop(NONCE, None)
        if not asked or not secrets.compare_digest(str(told.get("nonce", "")), asked):
            raise OAuth2Error("not the answer to this request")
        shown = told.get("auth_time")
        if not isinstance(shown, int) or clock.wall_seconds() - shown > LATELY + CLOCKS_APART:
            raise OAuth2Error("shown too long ago")
        return told

    def _signed(self, id_token: str, audience: str) -> dict[str, Any]:
        try:
            told: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.issuer,
                audience=audience,
                lookup_kid=_key_of,
            )
        except (InvalidTokenError, KeyError, TypeError, ValueError) as unreadable:
            # Of a token that is none at all the library lets its own faults through.
            raise OAuth2Error("not signed as it should be") from unreadable
        return told

    def complete_login(self, *told: Any, **more: Any) -> Any:  # noqa: ANN401 - allauth's form
        """Forget names and addresses at once. Raises ``OAuth2Error`` where nothing is signed."""
        if not more["response"].get("id_token"):
            raise OAuth2Error("nothing signed")
        login = super().complete_login(*told, **more)
        login.account.extra_data, login.email_addresses = {}, []
        return login


def _key_of(keys: dict[str, Any], kid: str) -> Any:  # noqa: ANN401 - a key of some kind
    """The provider's key of this name, if it is of a kind that is taken."""
    known = [one for one in keys["keys"] if one.get("alg", ALGORITHMS[0]) in ALGORITHMS]
    return jwtkit.lookup_kid_jwk({"keys": known}, kid)


def begin(request: HttpRequest) -> HttpResponse:
    """Say where it leads, and with ``go`` go to the state's sign-in."""
    if request.user.is_authenticated:
        return HttpResponseRedirect("/")
    provider = get_adapter().get_provider(request, PROVIDER)
    if "go" not in request.GET:
        host = urlsplit(provider.app.settings["server_url"]).hostname
        return render(request, "access/state_leave.html", {"host": host, "help_url": ""})
    nonce = secrets.token_urlsafe(24)
    params = provider.get_auth_params() | {"nonce": nonce, "max_age": str(LATELY)}
    try:
        provider.oauth2_adapter_class = SubjectAlone
        answer: HttpResponse = provider.redirect(
            request, process=AuthProcess.LOGIN, auth_params=params
        )
        request.session[NONCE] = nonce
    except (OAuth2Error, RequestException):
        return _page(request, "state_sign_in_failed", _failed())
    return answer


def answered(request: HttpRequest) -> HttpResponse:
    """What comes back. The state's page sends it by a form, without our cookie: it goes through
    a page of ours first. The state that we gave along says that it is the answer to us."""
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
    note_refused(code)
    raise ImmediateHttpResponse(_page(request, code, message))


def _page(request: HttpRequest, code: str, message: str) -> HttpResponse:
    errors = [{"href": "#username", "message": message, "code": code}]
    context = {"sign_in": {"hidden": [], "errors": errors}, "help_url": ""}
    return render(request, "web/sign_in.html", context, status=403)
