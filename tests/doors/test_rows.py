"""The rows of lists, which no template writes."""

from kamkor.web.rows import table_rows, task_lines, task_rows


def test_everything_in_a_row_is_escaped() -> None:
    bad = "<b>\"'&"
    cell = {"text": bad, "url": bad, "operation": bad, "figure": bad}
    badges = {"text": bad, "badge": {"kind": bad, "text": bad}, "badges": [{"text": bad}]}
    row = {"id": bad, "url": bad, "cells": [badges, cell, badges]}
    written = str(table_rows({"columns": [{"label": bad}] * 3, "rows": [row]}))
    assert "<b>" not in written
    assert written.count("&lt;b&gt;&quot;&#x27;&amp;") == 16


def test_everything_in_a_due_item_is_escaped() -> None:
    bad = "<b>\"'&"
    badge = {"kind": bad, "text": bad}
    linked = {"title": bad, "url": bad, "operation": bad, "hint": bad, "due": bad, "badge": badge}
    plain = {"title": bad, "hint": "", "due": "", "badge": None}
    for write, marks in ((task_rows, 8), (task_lines, 7)):
        written = str(write([linked, plain]))
        assert "<b>" not in written
        assert written.count("&lt;b&gt;&quot;&#x27;&amp;") == marks


def test_a_due_item_says_no_more_than_there_is() -> None:
    plain = {"title": "Siblings"}
    assert task_lines([plain]).replace(" ", "") == "<li>Siblings</li>"
    assert "with-link" not in task_rows([plain])
    assert "<div>Siblings</div>" in task_rows([plain])
