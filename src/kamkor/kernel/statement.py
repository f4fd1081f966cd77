"""Statements that are asked often: written once as the server takes them, sent as they stand."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import RawCursor

_NAMED = re.compile(r"%(?:\((\w+)\)s|%)")


class Statement:
    """SQL with ``%(name)s`` for its values, numbered for the server here and not at each asking.

    Its rows come in binary, which is read faster than text. It is for values that no field of a
    table must make ready; what the database refuses is raised as Django raises it.
    """

    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self.text = _NAMED.sub(self._numbered, text)
        self._sent = self.text.encode()

    def _numbered(self, found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        return self._answered(values).fetchall()

    def row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The one row for these values, by the names of its columns."""
        answered = self._answered(values)
        names = [column.name for column in answered.description or ()]
        return dict(zip(names, answered.fetchall()[0], strict=True))

    def carry_out(self, values: Mapping[str, Any]) -> None:
        """Do what it says for these values; no rows are expected."""
        self._answered(values)

    def _answered(self, values: Mapping[str, Any]) -> RawCursor[tuple[Any, ...]]:
        login = connections[DEFAULT_DB_ALIAS]
        login.ensure_connection()
        if login.queries_logged:
            login.queries_log.append({"sql": self.text, "time": ""})
        with login.wrap_database_errors:
            told = [values[name] for name in self.names]
            return RawCursor(login.connection).execute(self._sent, told, binary=True)
