"""Files on their way from a page to the worker: kept in the data folder until they are read."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings


def path_of(load_id: UUID) -> Path:
    """Where the file of a load waits."""
    folder: Path = settings.KAMKOR_DATA / "files" / "loads"
    return folder / str(load_id)


def keep(load_id: UUID, chunks: Iterable[bytes]) -> None:
    """Write the file of a load, readable to the service alone."""
    path = path_of(load_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def drop(load_id: UUID) -> None:
    """Remove the file of a load once it has been read, or is not to be read any more."""
    path_of(load_id).unlink(missing_ok=True)
