"""What the worker does each minute: the log of looks is sealed and its head kept outside."""

from django.db import connections
from procrastinate.contrib.django import app

from kamkor.access.operations.sealing import anchor_path, seal_and_anchor
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.jobs import QUEUE

SEAL = "seal_log"


@app.periodic(cron="* * * * *")
@app.task(name=SEAL, queue=QUEUE, queueing_lock=SEAL)
def seal_log(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Seal what was written since, and add it to the anchor."""
    try:
        seal_and_anchor(anchor_path(data_folder()))
    finally:
        connections.close_all()
