"""The smallest pages: nothing at all, 25 rows through the ORM, one row more."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench.floor.models import Row

PAGE = 25


def ping(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
    """Two letters: what server and generator can do at most."""
    return HttpResponse("ok")


def rows(request: HttpRequest, worker: int) -> HttpResponse:
    """The first 25 rows of one worker."""
    found = Row.objects.filter(worker=worker).order_by("next_on", "id")[:PAGE]
    return render(request, "rows.html", {"rows": found})


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Write one row; answers its id."""
    made = Row.objects.create(**json.loads(request.body))
    return JsonResponse({"id": made.pk}, status=201)


urlpatterns = [
    path("ping/", ping),
    path("rows/<int:worker>/", rows),
    path("insert/", insert),
]
