"""The process of background work: takes jobs from the queue, also those that were broken off."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from procrastinate import App
from procrastinate.contrib.django import app

import kamkor.exchange.comparing
import kamkor.exchange.jobs
import kamkor.exchange.nightly
import kamkor.exchange.sealing
import kamkor.exchange.telling  # noqa: F401 - importing makes the jobs known
from kamkor.kernel.jobs import QUEUE

HEARTBEAT_SECONDS = 5
DEAD_AFTER_SECONDS = 15
_PAUSE_SECONDS = 5


async def work(*, wait: bool = True) -> None:
    """Carry out jobs until a signal ends it; without ``wait`` until none is left."""
    living = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with living.open_async():
        rescue = asyncio.create_task(_rescue(living))
        try:
            await living.run_worker_async(
                queues=[QUEUE],
                concurrency=1,
                wait=wait,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_AFTER_SECONDS,
                fetch_job_polling_interval=_PAUSE_SECONDS,
            )
        finally:
            rescue.cancel()


async def _rescue(living: App) -> None:
    """Put jobs back into the queue whose worker has died."""
    while True:
        jobs = living.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
            await jobs.retry_job(job)
        await asyncio.sleep(_PAUSE_SECONDS)


@contextmanager
def beside(
    begin: "Callable[[], subprocess.Popen[bytes]] | None" = None, patience: float = 10.0
) -> Iterator[None]:
    """Keep a worker process running beside the desk; begun again if it dies, ended with it.

    Who has not ended by itself after so many seconds of ``patience`` is killed: the database waits
    for everybody who uses it. What it worked at is taken up again by the next one. ``begin`` is what
    starts another process than the worker.
    """
    ended, turn = threading.Event(), threading.Lock()
    held: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while True:
            # So that none is begun unseen while all are ended.
            with turn:
                if ended.is_set():
                    return
                held[:] = [(begin or _started)()]
            held[0].wait()
            ended.wait(_PAUSE_SECONDS)

    threading.Thread(target=keep, name="worker", daemon=True).start()
    try:
        yield
    finally:
        with turn:
            ended.set()
        for process in held:
            _end(process, patience)


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        # A signal that comes while a process is just being begun may never be heard.
        process.kill()
        process.wait()


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "kamkor", "worker", "--beside", str(os.getpid())],
        env={**os.environ, "KAMKOR_DOOR": "worker"},
        stdin=subprocess.DEVNULL,
    )
