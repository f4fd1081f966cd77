"""Loads behind the pages: the worker checks and writes them for whoever asked."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.db import connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kamkor.access.operations.looks import looking
from kamkor.access.queries import account_of_post, viewer_for
from kamkor.access.rules import Viewer
from kamkor.cases.operations import loading as operations
from kamkor.cases.queries.loading import loading_office
from kamkor.exchange import loading, uploads
from kamkor.exchange.checking import PAGE
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound, NotPermitted
from kamkor.kernel.errors import Refusal
from kamkor.kernel.jobs import QUEUE, defer

CHECK, WRITE = "check_load", "write_load"
# A load at the shell may be under way; nobody waits longer than an hour for it.
_AGAIN = RetryStrategy(max_attempts=360, wait=10, retry_exceptions={operations.LoadUnderWay})


def ask_for(task: str, viewer: Viewer, load_id: UUID) -> None:
    """Put a load into the queue: its office's loads are carried out one after the other."""
    defer(
        task,
        f"load-{loading_office(viewer)}",
        load=str(load_id),
        account=viewer.account_id,
        post=viewer.post_id,
    )


@app.task(name=CHECK, queue=QUEUE, retry=_AGAIN)
def check_load(load: str, account: int, post: int) -> None:
    """Check an uploaded file; it then waits for somebody's decision, if it holds anything new."""
    _carried_out(_check, UUID(load), account, post)


@app.task(name=WRITE, queue=QUEUE, retry=_AGAIN)
def write_load(load: str, account: int, post: int) -> None:
    """Write the good rows of a checked load, or go on where that was broken off."""
    _carried_out(_write, UUID(load), account, post)


@app.task(name=loading.COMPARE, queue=QUEUE)
def compare_loaded(account: int, post: int) -> None:
    """Compare the children of written loads; whoever has left the post leaves them to reindexing."""
    try:
        with suppress(NotPermitted):
            loading.compare_loaded(partial(_viewer, account, post))
    finally:
        connections.close_all()


def _viewer(account: int, post: int) -> Viewer:
    """Who asked, if that person still holds the post; raises ``NotPermitted``."""
    found = account_of_post(post, clock.today())
    viewer = viewer_for(found, post) if found and found.pk == account else None
    if viewer is None or viewer.post_id != post:
        raise NotPermitted
    return viewer


def _carried_out(
    work: Callable[[loading.Viewing, UUID], None], load_id: UUID, account: int, post: int
) -> None:
    viewing = partial(_viewer, account, post)
    try:
        work(viewing, load_id)
    except operations.LoadUnderWay:
        raise
    except (operations.LoadOver, NotFound):
        uploads.drop(load_id)
    except Refusal as refusal:
        operations.break_off(load_id, refusal)
    except Exception:
        operations.break_off(load_id, operations.LoadBroken())
        raise
    finally:
        connections.close_all()


def _check(viewing: loading.Viewing, load_id: UUID) -> None:
    load = loading.current(viewing, load_id)
    viewer = viewing()
    with looking(viewer, PAGE):
        operations.begin_reading(viewer, load)
    load = loading.checked(viewing, load, uploads.path_of(load_id))
    uploads.drop(load_id)
    if not load.good and not load.faulty:
        with looking(viewer, PAGE):
            operations.end_load(load, operations.DONE)


def _write(viewing: loading.Viewing, load_id: UUID) -> None:
    load = loading.current(viewing, load_id)
    for _ in loading.written(viewing, load, accept_good=load.accept_good):
        pass
