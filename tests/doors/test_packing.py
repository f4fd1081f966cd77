"""What goes out to a browser that takes it packed."""

import gzip
from collections.abc import Callable

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from kamkor.web.packing import Packed

PAGE = "Абалы: каттоодо. ".encode() * 100


def answered(made: Callable[[], HttpResponseBase], takes: str = "gzip, br") -> HttpResponseBase:
    request = RequestFactory().get("/", headers={"Accept-Encoding": takes})
    return Packed(lambda _request: made())(request)  # type: ignore[return-value]  # no coroutine


def test_a_page_comes_packed_and_is_the_same() -> None:
    answer = answered(lambda: HttpResponse(PAGE))
    assert isinstance(answer, HttpResponse)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.content) < len(PAGE) / 5
    assert gzip.decompress(answer.content) == PAGE


def test_its_length_tells_nothing_exactly() -> None:
    lengths = {answered(lambda: HttpResponse(PAGE)).headers["Content-Length"] for _ in range(40)}
    assert len(lengths) > 10


@pytest.mark.parametrize(
    ("content", "takes"), [(PAGE, "br"), (PAGE, ""), (b"short", "gzip"), (PAGE[:150], "gzip")]
)
def test_what_is_short_or_not_asked_for_stays_as_it_is(content: bytes, takes: str) -> None:
    answer = answered(lambda: HttpResponse(content), takes)
    assert isinstance(answer, HttpResponse)
    assert answer.content == content
    assert "Content-Encoding" not in answer.headers


def test_what_is_packed_already_stays_and_a_stream_is_packed_by_django() -> None:
    held = gzip.compress(PAGE)
    answer = answered(lambda: HttpResponse(held, headers={"Content-Encoding": "gzip"}))
    assert isinstance(answer, HttpResponse)
    assert answer.content == held
    stream = answered(lambda: StreamingHttpResponse([PAGE, PAGE]))
    assert isinstance(stream, StreamingHttpResponse)
    assert gzip.decompress(b"".join(stream)) == PAGE * 2
