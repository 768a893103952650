"""Contents of sheets made by hand: a district as big as they come, and one where nothing happened."""

from typing import Any

from cases.reports.review.content import BELOW, OF_OFFICER, TOP

BLOCKS = (("Bilha", "बिल्हा"), ("Kota", "कोटा"), ("Masturi", "मस्तूरी"), ("Takhatpur", "तखतपुर"))
PEOPLE = (("Meena Sahu", "मीना साहू"), ("Anil Verma", "अनिल वर्मा"), ("Ravi Tiwari", "रवि तिवारी"))
MINUTES = {"median_help", "median_wait"}


def named(pair: tuple[str, str], number: int | str = "") -> dict[str, str]:
    return {"name": f"{pair[0]} {number}".strip(), "name_hi": f"{pair[1]} {number}".strip()}


def figures(names: tuple[str, ...], number: int) -> dict[str, list[Any]]:
    found = {name: [number * 3 % 17, number * 3 % 17, number % 11] for name in names}
    found |= {name: [12.0 + number, number + 2, 15.0] for name in names if name in MINUTES}
    return found | {name: [float(60 + number % 40), 20, 70.0] for name in names if name.endswith("percent")}


def lines(many: int, pairs: tuple[tuple[str, str], ...], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"key": n, **named(pairs[n % len(pairs)], n), "of": named(BLOCKS[n % 4]) if pairs is PEOPLE else None}
        | {"figures": figures(names, n)}
        for n in range(many)
    ]


def empty(**changed: Any) -> dict[str, Any]:
    """A district where nothing happened."""
    content: dict[str, Any] = {
        "version": 1,
        "office": {"name": "Sahayata", "name_hi": "सहायता"},
        "place": {"level": "d", "code": 375, "name": "Bilaspur", "name_hi": "बिलासपुर"},
        "above": {"name": "Chhattisgarh", "name_hi": "छत्तीसगढ़"},
        "time": {"name": "Evening", "name_hi": "शाम"},
        "held_at": "2026-11-22T18:00:00+05:30",
        "since": "2026-11-22T13:00:00+05:30",
        "drawn_up_at": "2026-11-22T18:00:20+05:30",
        "figures_until": "2026-11-22T18:00:20+05:30",
        "shown": {"figures": list(TOP), "below": list(BELOW), "officers": list(OF_OFFICER)},
        "figures": {name: [None, 0, None] for name in TOP} | {"received": [0, 0, 0], "open_now": [0, 0, 0]},
        **{part: [] for part in ("below", "officers", "waiting", "gaps", "stock", "decisions", "remarks")},
        "misses": {"count": 0, "explained": 0, "rows": []},
    }
    return content | changed


def big(blocks: int = 30, officers: int = 60) -> dict[str, Any]:
    """A big district on a bad day."""
    text = "सिम्स अस्पताल के लिए 40 सिलेंडर का इंतज़ाम, और हर ब्लॉक में रात की गाड़ी तय करें। " * 3
    return empty(
        figures=figures(TOP, 9),
        below=lines(blocks, BLOCKS, BELOW),
        officers=lines(officers, PEOPLE, OF_OFFICER),
        waiting=[_waiting(n) for n in range(10)],
        misses={"count": 74, "explained": 31, "rows": [_miss(n) for n in range(60)]},
        gaps=[
            {"role": "nodal_officer", "place": named(BLOCKS[n % 4]), "from": _at(n), "until": _at(n + 4)}
            for n in range(18)
        ],
        stock=[
            {"code": f"k{n}", **named(("Cylinder D", "D सिलेंडर"), n), "quantity": 40 - n, "at": _at(8), "before": 30}
            for n in range(12)
        ],
        decisions=[_decision(n, text) for n in range(16)],
        remarks=[{"text": text, "made_at": _at(9), "by": named(PEOPLE[n % 3])} for n in range(9)],
    )


def _at(hour: int) -> str:
    return f"2026-11-22T{hour % 24:02}:00:00+05:30"


def _waiting(n: int) -> dict[str, Any]:
    return {
        "reference": f"BSP-7K3Q-{n}D",
        "need": named(("Oxygen", "ऑक्सीजन")),
        "urgency": "critical",
        "place": named(BLOCKS[n % 4]) if n else None,
        "opened_at": _at(9),
        "minutes": 900 - 70 * n,
        "late": 800 - 90 * n if n < 8 else None,
        "status": "in_progress" if n % 2 else "needs_review",
        "officer": named(PEOPLE[n % 3]) if n else None,
    }


def _miss(n: int) -> dict[str, Any]:
    return {
        "reference": f"BSP-8M2X-{n}",
        "need": named(("Bed with ventilator", "वेंटिलेटर वाला बेड")),
        "place": named(BLOCKS[n % 4]),
        "clock": "respond" if n % 2 else "resolve",
        "rung": 1 + n % 4,
        "limit_at": _at(14),
        "officer": named(PEOPLE[n % 3]),
        "reason": "पुल टूटा था, दूसरे रास्ते से गाड़ी देर से पहुँची।" if n % 2 else "",
        "reason_by": named(PEOPLE[0]) if n % 2 else None,
    }


def _decision(n: int, text: str) -> dict[str, Any]:
    done = n % 3 == 0
    return {
        "id": n,
        "text": text if n % 2 else "Keep two vehicles ready at the district hospital tonight.",
        "officer": named(PEOPLE[n % 3]),
        "made_at": _at(9),
        "due_by": _at(17),
        "late": not done and n % 2 == 1,
        "done_at": _at(15) if done else None,
        "done_by": named(PEOPLE[n % 3]) if done else None,
        "done_note": "Both stand there since 14:30." if done else "",
    }
