"""Dates and times as people type them: day first, never month first."""

import re

TYPED = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})")

TIME = re.compile(r"(\d{1,2})[:.](\d{2})")


def typed_date_as_iso(typed: str) -> str:
    """``21.11.2026``, ``21.11.26`` or ``21/11/2026`` as ``2026-11-21``; anything else as it is.

    A year of two digits is one of this century.
    """
    match = TYPED.fullmatch(typed.strip())
    if match is None:
        return typed.strip()
    day, month, year = match.groups()
    full = year if len(year) == 4 else f"20{year}"
    return f"{full}-{month.zfill(2)}-{day.zfill(2)}"


def typed_time_as_iso(typed: str) -> str:
    """``8:45``, ``8.45`` or ``08:45`` as ``08:45``; anything else as it is."""
    match = TIME.fullmatch(typed.strip())
    return f"{match[1].zfill(2)}:{match[2]}" if match else typed.strip()
