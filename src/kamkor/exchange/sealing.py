"""What the worker seals each minute: the log of looks, whose head is kept outside, and the backup's
log of the database."""

from django.db import connections
from procrastinate.contrib.django import app

from kamkor.access.operations.sealing import anchor_path, seal_and_anchor
from kamkor.kernel.archive import backup_folder
from kamkor.kernel.archive import seal_log as seal_log_of_database
from kamkor.kernel.credentials import data_folder, load_secrets
from kamkor.kernel.jobs import QUEUE

SEAL = "seal_log"
SEAL_BACKUP = "seal_backup"


@app.periodic(cron="* * * * *")
@app.task(name=SEAL, queue=QUEUE, queueing_lock=SEAL)
def seal_log(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Seal what was written since, and add it to the anchor."""
    try:
        seal_and_anchor(anchor_path(data_folder()))
    finally:
        connections.close_all()


@app.periodic(cron="* * * * *")
@app.task(name=SEAL_BACKUP, queue=QUEUE, queueing_lock=SEAL_BACKUP)
def seal_backup(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment
    """Seal what the server has archived into the backup folder since."""
    folder = backup_folder()
    if folder is not None:
        seal_log_of_database(folder, load_secrets(data_folder()))
