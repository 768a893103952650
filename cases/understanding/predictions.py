"""Understanding, at the door: JSON lines in, predictions out in the format of the scorer; with the joining rules."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TextIO

from cases.understanding import understand
from cases.understanding.evidence import DELHI
from cases.understanding.joining import Joiner
from cases.understanding.lexicon import rows
from cases.understanding.mentions import official_handles
from cases.understanding.reading import Plea, Reading
from districts.gazetteer import Gazetteer

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One readable input line."""

    id: str
    plea: Plea
    created_at: datetime | None


def predict(source: Iterable[str], out: TextIO, complaints: TextIO, gazetteer: Gazetteer) -> int:
    """Read every line of `source`, write a prediction per post; bad lines go to `complaints` with their number.

    Returns how many lines were bad.
    """
    joiner, bad = Joiner(timedelta(hours=48)), 0
    for batch in _batches(_numbered(source, complaints)):
        lines = [line for line in batch if line is not None]
        bad += len(batch) - len(lines)
        for line, reading in zip(lines, understand([line.plea for line in lines], gazetteer)):
            first = joiner.join(line.id, line.plea.text, reading, line.created_at)
            out.write(json.dumps(_prediction(line.id, reading, first, gazetteer), ensure_ascii=False) + "\n")
    return bad


def _numbered(source: Iterable[str], complaints: TextIO) -> Iterator[Line | None]:
    """The input lines in order, None for each bad one; empty lines are passed over."""
    for number, text in enumerate(source, 1):
        if not text.strip():
            continue
        try:
            yield _line(json.loads(text))
        except (ValueError, TypeError, KeyError) as fault:
            complaints.write(f"line {number}: {type(fault).__name__}: {fault}\n")
            yield None


def _line(post: dict[str, Any]) -> Line:
    if not isinstance(post, dict) or not isinstance(post["text"], str) or "id" not in post:
        raise ValueError('not a post: {"id", "text", "created_at"} expected')
    made = post.get("created_at")
    at = datetime.fromisoformat(str(made).replace("Z", "+00:00")) if made else None
    handle = str(post.get("handle") or "").lstrip("@")
    state, district = official_handles().get(handle.lower(), (None, ""))
    return Line(str(post["id"]), Plea(post["text"], state, int(district) if district else None, handle), at)


def _batches(lines: Iterable[Line | None]) -> Iterator[list[Line | None]]:
    batch: list[Line | None] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@cache
def _names_of_2021() -> dict[int, str]:
    return {int(row["district"]): row["name"] for row in rows("districts_2021")}


def _name(gazetteer: Gazetteer, level: str, code: int | None) -> str | None:
    row = gazetteer.area(level, code) if code is not None else None
    return row.name if row is not None else None


def district_name(gazetteer: Gazetteer, state: int | None, district: int | None) -> str | None:
    """The district under the name the scorer knows: all of Delhi is Delhi, districts of 2021 by their name of then."""
    if state == DELHI:
        return "Delhi"
    return _names_of_2021().get(district or 0) or _name(gazetteer, "district", district)


def _prediction(post_id: str, reading: Reading, first: str | None, gazetteer: Gazetteer) -> dict[str, Any]:
    labels = []
    for one in reading.candidates:
        if one.state is not None:
            district = district_name(gazetteer, one.state, one.district)
            labels.append(f"{district}, {_name(gazetteer, 'state', one.state)}")
    return {
        "id": post_id,
        "is_request": reading.is_request,
        "kind": reading.kind,
        "needs": list(reading.needs),
        "medicine": list(reading.medicine),
        "phones": list(reading.phones),
        "state": _name(gazetteer, "state", reading.state),
        "district": district_name(gazetteer, reading.state, reading.district),
        "district_candidates": labels,
        "block_or_town": reading.place_text or None,
        "hospital": reading.hospital or None,
        "pincode": reading.pincode or None,
        "patient_age": reading.patient_age,
        "spo2": reading.spo2,
        "blood_group": reading.blood_group or None,
        "urgency": reading.urgency,
        "lang": reading.language,
        "confidence": reading.confidence,
        "duplicate_of": first,
    }
