"""The way back to the list that a page was opened from, with its filters and its page."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest

LISTS = re.compile(r"/(register/|duty/|rounds/|morning/[a-z-]+/|figures/list/)?")


def way_back(request: HttpRequest, usual: str) -> str:
    """The list that the reader comes from, as the browser tells; else the usual address."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return usual
    if came.netloc != request.get_host() or not LISTS.fullmatch(came.path):
        return usual
    return f"{came.path}?{came.query}" if came.query else came.path
