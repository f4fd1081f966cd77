"""Invented people and texts for the gallery: long, Kyrgyz, and as awkward as real ones."""

from typing import Any

from django.utils.safestring import SafeString

FUTURE = {"code": "date_in_future", "message": "Күнү келечекте болбошу керек; бүгүн 21.11.2026"}
LONG_NAME = "Абдырахман кызы Айжаркынай-Гүлмайрамкан Ысмайылбек-Токтогуловна Сүйүнбаева-Жээнбекова-Өмүралиева-Чыңгызбаева-Бүбүсаракан"
LONG_TEXT = (
    "Мугалим үч күндөн бери бала мектепке келбегенин, ал эми коңшулар кечкисин кыйкырык угулганын айтты. "
    "Апасы Россияда иштейт, балдар таенеси менен турушат; көмүр да, жылуу кийим да жок."
)


def viewer() -> dict[str, Any]:
    """Who is signed in, and the page's surroundings."""
    return {
        "demo_mode": True,
        "viewer": {
            "name": "Бакыт Осмонов",
            "role_label": "Балдарды коргоо боюнча адис",
            "department": "Кара-Суу райондук үй-бүлөнү жана балдарды колдоо бөлүмү",
        },
        "viewer_posts": [
            {"id": 1, "label": "Адис, Кара-Суу району", "current": True},
            {"id": 2, "label": "Нөөмөтчү, Өзгөн району (убактылуу)", "current": False},
        ],
        "navigation": [
            {"url": "/", "label": "Менин күнүм", "current": False},
            {"url": "/duty/", "label": "Нөөмөт", "current": False, "count": 2},
            {"url": "/reports/", "label": "Кабарлар", "current": False},
            {"url": "/register/", "label": "Каттоо", "current": True},
            {"url": "/morning/", "label": "Башчынын таңы", "current": False},
        ],
        "alarms": {"count": 2, "url": "/duty/"},
        "help_url": "/help/",
        "back_url": "/register/",
        "printed": {"at": "21.11.2026 14:05", "filter": ""},
        "csrf_input": SafeString('<input type="hidden">'),
    }


def field(kind: str, name: str, label: str, **more: object) -> dict[str, Any]:
    """One field as the doors hand it to form.html."""
    plain: dict[str, object] = {
        "hint": "",
        "value": "",
        "error": None,
        "required": True,
        "group": "",
        "options": [],
        "limit": None,
    }
    return {**plain, "kind": kind, "name": name, "id": name, "label": label, **more}


def option(value: str, label: str, *, hint: str = "", checked: bool = False) -> dict[str, Any]:
    """One answer of a choice."""
    return {"value": value, "label": label, "hint": hint, "checked": checked, "disabled": False}


def fields() -> list[dict[str, Any]]:
    """One field of each kind."""
    return [*fields_of_report(), *fields_of_child()]


def fields_of_report() -> list[dict[str, Any]]:
    """What was seen, by whom and when; one answer is refused."""
    sources = ["Коңшу", "Мектеп", "Дарыкана же оорукана", "Милиция", "111 ишеним телефону", "Өзү"]
    hints = {1: "Кабарчынын өзү каалабаса аты сакталбайт"}
    options = [option(s, s, hint=hints.get(i, ""), checked=i == 1) for i, s in enumerate(sources)]
    asked = {"hint": "Мисалы, 21.11.2026", "value": "31.12.2027", "error": FUTURE}
    seen = {"date": "21.11.2026", "time": "14:30"}
    danger = "Ооба болсо, нөөмөтчүгө дароо билдирилет"
    note = "Кабар берүүчүнүн аты-жөнү өзүнчө сакталат."
    return [
        field("note", "note", "Эске алыңыз", value=note),
        field("date", "learned_on", "Бул тууралуу качан билдиңиз?", **asked),
        field("moment", "seen_at", "Баланы качан көрдүңүз?", parts=seen),
        field("choice", "source", "Ким кабарлады?", options=options, group="Кабар"),
        field("long_text", "words", "Эмне көрдү?", value=LONG_TEXT, limit=2000, group="Кабар"),
        field("yes_no", "danger", "Бала азыр коркунучтабы?", group="Кабар", hint=danger),
        field("hidden", "token", "", value="x"),
    ]


def fields_of_child() -> list[dict[str, Any]]:
    """Who the child is, as far as anybody knows."""
    row = [
        field("text", "children-0-name", "Аты-жөнү", value=LONG_NAME, limit=120),
        field("number", "children-0-age", "Болжолдуу жашы", required=False, value="7"),
    ]
    rows = [{"legend": "1-бала", "fields": row, "index": 0, "removable": True}]
    villages = [option(str(n), f"Айыл {n}", checked=n == 3) for n in range(12)]
    needs = [option("food", "Тамак"), option("heat", "Жылуулук", checked=True)]
    born = {"hint": "Жылы гана белгилүү болсо, күн менен айды бош калтырыңыз", "required": False}
    parts = {"day": "", "month": "", "year": "2019"}
    phone = {"value": "0555 12 34 56", "required": False}
    return [
        field("rows", "children", "Балдар", rows=rows, add_label="Дагы бир бала кошуу"),
        field("partial_date", "born", "Туулган күнү", parts=parts, **born),
        field("pin", "pin", "ЖПН", required=False, limit=14, hint="14 сан"),
        field("telephone", "phone", "Кайра чалуу үчүн телефон", **phone),
        field("choice", "village", "Кайсы айыл?", options=villages),
        field("choices", "needs", "Эмне жетишпейт?", required=False, options=needs),
    ]


def form(*, errors: bool = True) -> dict[str, Any]:
    """A whole form, refused once."""
    return {
        "action": "/reports/new/",
        "command_id": "0198c0de-0000-7000-8000-000000000001",
        "base_version": 3,
        "operation": "receive_report",
        "errors": [{"href": "#learned_on", **FUTURE}] if errors else [],
        "fields": fields(),
        "submit_label": "Кабарды каттоо",
        "buttons": [{"name": "none", "value": "1", "label": "Булардын бири да жок"}],
        "cancel_url": "/",
    }


def table() -> dict[str, Any]:
    """A register page with a long name and several badges."""

    def row(number: int, name: str, badge: dict[str, str] | None) -> dict[str, Any]:
        cells = [
            {"text": name, "badge": badge},
            {"text": f"26-{number:05}", "nowrap": True},
            {"text": "03.2019 (7)"},
            {"text": "Жаңы-Арык айылы, Кара-Суу району"},
            {"text": "Айгүл Токтосунова"},
            {"text": "14.11.2026"},
            {"text": number % 9, "numeric": True},
        ]
        return {"id": number, "url": f"/cases/{number}/", "cells": cells}

    labels = [
        "Бала",
        "Иш №",
        "Туулган",
        "Жашаган жери",
        "Жооптуу кызматкер",
        "Акыркы жолу көрүлдү",
        "Мөөнөтү өткөн иштер",
    ]
    columns = [
        {
            "key": str(n),
            "label": label,
            "sort_url": "?sort=" + str(n),
            "sorted": "ascending" if n == 0 else "",
            "numeric": n == 6,
        }
        for n, label in enumerate(labels)
    ]
    badges = [
        None,
        {"kind": "urgent", "text": "Шашылыш"},
        {"kind": "high_risk", "text": "Жогорку коркунуч"},
        {"kind": "overdue", "text": "Мөөнөтү өттү"},
    ]
    names = ["Нурайым Касымова", LONG_NAME, "Ким Ө.", "Жакшылык уулу Эрбол"]
    rows = [
        row(1000 + n, name, badge)
        for n, (name, badge) in enumerate(zip(names, badges, strict=True))
    ]
    exports = [{"label": "CSV", "url": "?as=csv"}, {"label": "XLSX", "url": "?as=xlsx"}]
    return {
        "caption": "Каттоодогу балдар",
        "columns": columns,
        "rows": rows,
        "total": 412,
        "figure": "children_registered",
        "next_url": "?after=1",
        "previous_url": "?before=1",
        "export_urls": exports,
    }


def filters() -> dict[str, Any]:
    """The filter panel of the register."""
    picks = [
        field(
            "choice",
            "state",
            "Абалы",
            required=True,
            options=[option("open", "Ачык", checked=True)] * 9,
        ),
        field("text", "number", "Иш №"),
        field("date", "seen_before", "Акыркы жолу көрүлгөнү мурда", hint="21.11.2026"),
    ]
    active = [
        {"label": "Абалы: ачык", "remove_url": "?"},
        {"label": "Жогорку коркунуч", "remove_url": "?"},
    ]
    return {"action": "/register/", "fields": picks, "clear_url": "/register/", "active": active}


def stale() -> dict[str, Any]:
    """Two persons at one record."""
    rows = [
        {
            "label": "Дареги",
            "yours": "Ынтымак көчөсү 14",
            "theirs": "Ынтымак көчөсү 41",
            "differs": True,
        },
        {"label": "Телефон", "yours": "0555 12 34 56", "theirs": "0555 12 34 56", "differs": False},
    ]
    return {
        "by": "Айгүл Токтосунова",
        "when": "21.11.2026, 13:58",
        "rows": rows,
        "action": "/x/",
        "operation": "change_address",
        "command_id": "0198",
        "base_version": 4,
        "discard_url": "/cases/1/",
    }
