"""The addresses of the state's sign-in; what stands behind them is read where it is set up."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from kamkor.web.door import outside_door


@outside_door
def begin(request: HttpRequest) -> HttpResponse:
    """Say where it leads, and with ``go`` go to the state's sign-in."""
    if not settings.KAMKOR_STATE_SIGN_IN:
        raise Http404
    from kamkor.web import state_provider  # noqa: PLC0415 - 5 MB, and few services have one

    return state_provider.begin(request)


@csrf_exempt
@outside_door
def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What comes back from the state's page."""
    if not settings.KAMKOR_STATE_SIGN_IN or provider_id != settings.KAMKOR_STATE_PROVIDER:
        raise Http404
    from kamkor.web import state_provider  # noqa: PLC0415 - as above

    return state_provider.answered(request)
