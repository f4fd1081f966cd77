"""One invented case for the gallery: who it is about, what happened, what is to be done."""

from typing import Any

from tools.style.samples import LONG_NAME, LONG_TEXT

BADGES = [
    {"kind": "urgent", "text": "Шашылыш"},
    {"kind": "high_risk", "text": "Жогорку коркунуч"},
    {"kind": "overdue", "text": "Мөөнөтү өттү"},
    {"kind": "sealed", "text": "Мөөр басылган"},
    {"kind": "done", "text": "Бүттү"},
    {"kind": "info", "text": "Каралууда"},
    {"kind": "plain", "text": "Жаңы"},
]


def identity() -> dict[str, Any]:
    """Who the page is about, with a warning not to contact the home."""
    facts = [
        {"label": "Иш №", "value": "26-00117", "copyable": "26-00117"},
        {"label": "Жашы", "value": "7 жаш (2019-ж.)"},
        {"label": "Жооптуу", "value": "Айгүл Токтосунова"},
        {"label": "Акыркы жолу көрүлдү", "value": "14.11.2026, жалгыз сүйлөштү"},
        {"label": "Кийинки кадам", "value": "28.11.2026 – үйгө баруу"},
    ]
    actions = [
        {"label": "Баруу жазуу", "url": "/visit/"},
        {"label": "Азыр коргоо", "url": "/protect/", "style": "warning"},
        {"label": "Өткөрүп берүү", "url": "/transfer/", "style": "secondary"},
    ]
    warning = [
        "Үйгө чалбаңыз жана барбаңыз",
        "Коопсуз байланыш: мугалим, 0700 11 22 33, сабактан кийин",
    ]
    return {
        "name": LONG_NAME,
        "badges": BADGES[:4],
        "warning": warning,
        "facts": facts,
        "actions": actions,
    }


def timeline() -> dict[str, Any]:
    """A visit, a registration and a report that was corrected."""
    visit = {
        "window": "Бул жумада",
        "when": "20.11.2026, 15:20",
        "title": "Үйгө баруу: бала көрүлгөн жок",
        "by": "Айгүл Токтосунова",
        "body": [LONG_TEXT],
        "badge": BADGES[2],
        "journal": "0198",
        "actions": [{"label": "Оңдоо", "url": "/correct/"}],
    }
    registration = {
        "window": "Бул жумада",
        "when": "18.11.2026",
        "title": "Каттоого алынды",
        "by": "Бакыт Осмонов",
        "body": ["Негиздер: кароосуз калган; ата-энеси чет өлкөдө"],
        "url": "/fact/",
    }
    report = {
        "window": "Мурда",
        "when": "02.11.2026",
        "title": "Кабар: мектептен",
        "by": "Нөөмөтчү",
        "withdrawn": True,
        "body": ["Бала 9 жашта"],
        "corrected_by": {"text": "Оңдолду 03.11.2026: бала 7 жашта", "url": "/fact/2/"},
    }
    return {"heading": "Эмне болду", "entries": [visit, registration, report]}


def summary() -> dict[str, Any]:
    """The household and how to reach it."""
    rows = [
        {
            "label": "Үй-бүлө",
            "value": "Касымовдор, 5 адам",
            "url": "/household/1/",
            "actions": [{"label": "Көрүү", "url": "/h/"}],
        },
        {"label": "Телефон", "value": "0555 12 34 56 (таенеси)", "copyable": "+996555123456"},
        {"label": "Дареги", "lines": ["Жаңы-Арык айылы", "Ынтымак көчөсү 14"]},
        {"label": "ЖПН", "value": ""},
    ]
    return {"heading": "Үй-бүлө жана байланыш", "rows": rows}


def tasks() -> dict[str, Any]:
    """Three acts: urgent, under way, done."""
    entries = [
        {
            "title": "Прокурорго кабарлоо",
            "url": "/t/1/",
            "hint": LONG_NAME,
            "due": "21.11.2026 чейин",
            "badge": BADGES[0],
        },
        {
            "title": "Жашоо шартын баалоо",
            "url": "/t/2/",
            "due": "25.11.2026",
            "badge": BADGES[5],
        },
        {"title": "Жеке план", "due": "", "badge": BADGES[4]},
    ]
    return {"heading": "Эмне кылуу керек", "entries": entries}


def counters() -> list[dict[str, Any]]:
    """The head's four numbers."""
    return [
        {
            "number": 2,
            "label": "24 сааттагы тынчсыздануу кабарлары",
            "url": "/duty/",
            "kind": "urgent",
            "figure": "alarms",
        },
        {"number": 0, "label": "Жооптуусу жок балдар", "figure": "children_without_responsible"},
        {
            "number": 14,
            "label": "Мөөнөтү өткөн иштер",
            "url": "/late/",
            "kind": "overdue",
            "note": "9 – үйгө баруу, 5 – баалоо",
        },
        {"number": "38", "label": "Бир кызматкерге орточо", "note": "норма – 25"},
    ]


def records() -> dict[str, Any]:
    """Everything that stands on a case page, by the names the templates read."""
    undo = {"url": "/undo/", "command_id": "0198", "until": "14:32", "text": "Баруу жазылды."}
    first = {"label": "Биринчи кабарды каттоо", "url": "/reports/new/"}
    meaning = "Мамлекет коргоого алышы керек болгон бала: мыйзамдагы негиздердин бири бар."
    return {
        "identity": identity(),
        "badges": BADGES,
        "timeline": timeline(),
        "summary": summary(),
        "tasks": tasks(),
        "empty": {"text": "Азырынча эч нерсе жок.", "action": first},
        "term": {"word": "коргоого муктаж бала", "meaning": meaning},
        "undo": undo,
        "counters": counters(),
    }
