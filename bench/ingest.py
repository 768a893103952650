"""How fast is intake? 2,000 composed posts through `manage.py ingest`, beside a raw `executemany` of the same rows.

    DATABASE_URL=postgres://... python -m bench.ingest [COUNT]

Use a scratch database with geography and demo loaded: the posts stay in it. Prints posts per second of the whole
journey (stored, read, joined or opened, routed, told), of storing alone as one raw executemany of the same message
rows in one transaction, and the seconds spent reading.
"""

import json
import os
import random
import re
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

TIMELINE = Path(__file__).parent.parent / "tests" / "x_simulator" / "timeline.jsonl"


def posts(count: int) -> list[dict[str, str]]:
    """Posts of the timeline, each copy with phones of its own, so that most of them open a case."""
    from django.utils import timezone

    written = [json.loads(line) for line in TIMELINE.read_text().splitlines()]
    first = timezone.now() - timedelta(seconds=count)
    drawn = random.SystemRandom()
    batch = drawn.randrange(10**9, 10**10) * 10**6

    def fresh(text: str) -> str:
        return re.sub(r"[6-9](?:[ -]?\d){9}", lambda _: str(drawn.randrange(6 * 10**9, 10**10)), text)

    return [
        {
            "id": str(batch + number),
            "text": fresh(written[number % len(written)]["text"]),
            "created_at": (first + timedelta(seconds=number)).isoformat(),
            "handle": written[number % len(written)]["to"] or "CGStateHelp",
        }
        for number in range(count)
    ]


def journey(lines: list[dict[str, str]]) -> float:
    """Seconds for the whole journey, by the command itself."""
    from django.core.management import call_command

    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        file.flush()
        begun = time.perf_counter()
        call_command("ingest", file.name)
        return time.perf_counter() - begun


def raw(lines: list[dict[str, str]]) -> float:
    """Seconds to insert the stored rows once more, into an empty copy of the table, indexes and all."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE raw_message (LIKE cases_message INCLUDING ALL)")
        cursor.execute("SELECT * FROM cases_message WHERE external_id = ANY(%s)", [[line["id"] for line in lines]])
        rows = cursor.fetchall()
        marks = ", ".join(["%s"] * len(rows[0]))
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.executemany(f"INSERT INTO raw_message OVERRIDING SYSTEM VALUE VALUES ({marks})", rows)
        return time.perf_counter() - begun


def reading(lines: list[dict[str, str]]) -> float:
    """Seconds to read the texts alone, the gazetteer being there."""
    from cases.understanding import understand
    from districts import gazetteer_source

    gazetteer = gazetteer_source.current()
    begun = time.perf_counter()
    understand([line["text"] for line in lines], gazetteer)
    return time.perf_counter() - begun


def main() -> None:
    """Run and print."""
    import django

    django.setup()
    from cases.understanding import understand
    from districts import gazetteer_source

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    understand(["ready"], gazetteer_source.current())
    lines = posts(count)
    whole, stored, read = journey(lines), raw(lines), reading(lines)
    print(f"whole journey        {count / whole:8.0f} posts/s")
    print(f"  of it reading      {count / read:8.0f} posts/s alone")
    print(f"raw executemany      {count / stored:8.0f} rows/s")


if __name__ == "__main__":
    main()
