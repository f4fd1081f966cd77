"""Messages of the processes as lines of JSON, which any collector of logs can read and join."""

import json
import logging
import os
from datetime import UTC, datetime


class JsonLine(logging.Formatter):
    """One line: moment (UTC), level, name, process, message; of a fault its kind and places.

    What a fault says of itself is left out: it may hold a name.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "name": record.name,
            "process": os.getpid(),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            told["fault"] = record.exc_info[0].__name__
            told["places"] = _places(record)
        return json.dumps(told, ensure_ascii=False)


def _places(record: logging.LogRecord) -> list[str]:
    """Where it happened: files and lines, the innermost last."""
    found, trace = [], record.exc_info[2] if record.exc_info else None
    while trace is not None:
        found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found
