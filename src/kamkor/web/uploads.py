"""Uploaded files: into the data folder, never larger than a load may be."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from kamkor.exchange.reading import SIZE_LIMIT


class LimitedUpload(TemporaryFileUploadHandler):
    """Stops a file that is too large; the page then finds none."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        """Write into the data folder: a file of children has no place in the machine's."""
        folder = settings.KAMKOR_DATA / "files"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece of the file."""
        self._held += len(raw_data)
        if self._held > SIZE_LIMIT:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
