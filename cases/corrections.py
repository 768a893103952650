"""Labels: what officers corrected or confirmed in a reading, kept and written out as examples to learn from."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from cases.models import Case, Correction, Message
from districts.models import Block, District, Officer, Place

Field = Correction.Field
Facts = dict[str, Any]


def plea_of(case: Case) -> Message | None:
    """The message whose reading the case rests on: the first one that was read."""
    read = case.messages.filter(reading__isnull=False).exclude(result=Message.Result.ECHO)
    return read.order_by("posted_at", "pk").first()


def record(*, case: Case, field: Correction.Field, right: Facts, actor: Officer, at: datetime) -> Correction | None:
    """Keep an officer's word on one field as a labelled example; None where the case came without a reading."""
    message = plea_of(case)
    if message is None or message.reading is None:
        return None
    read = _as_read(message.reading, field)
    return Correction.objects.create(
        message=message, case=case, field=field, read=read, right=right, actor=actor, at=at
    )


def record_plea(*, message: Message, actor: Officer, at: datetime) -> None:
    """Keep that what was taken for no request is one; pressed twice, it is kept once."""
    reading = message.reading or {}
    if message.case is None or reading.get("kind") in (None, "request"):
        return
    right = {"kind": "request", "is_request": True}
    known = {"message": message, "field": Field.KIND, "case": message.case, "right": right}
    Correction.objects.get_or_create(
        **known, defaults={"read": _as_read(reading, Field.KIND), "actor": actor, "at": at}
    )


def place_facts(district: District, block: Block | None, place: Place | None, place_text: str) -> Facts:
    """A place in the words of the label guide, with the LGD codes beside them."""
    local = place_text or (place.name if place else "") or (block.name if block else "")
    return {
        "state": district.state.name,
        "district": district.name,
        "block_or_town": local or None,
        "state_code": district.state_id,
        "district_code": district.pk,
        "block_code": block.pk if block else None,
        "place_key": place.pk if place else None,
    }


def _as_read(reading: Facts, field: Correction.Field) -> Facts:
    """The reading's own answer to the field, with how sure it was."""
    sure = reading.get("confidence") or {}
    match field:
        case Field.KIND:
            kind = reading.get("kind")
            return {"kind": kind, "is_request": kind == "request", "confidence": sure.get("kind")}
        case Field.PLACE:
            codes = {f"{level}_code": reading.get(level) for level in ("state", "district", "block")}
            return {"block_or_town": reading.get("place_text") or None, "confidence": sure.get("place")} | codes
        case Field.NEED:
            return {"needs": reading.get("needs") or [], "confidence": sure.get("need")}
        case _:
            return {"urgency": reading.get("urgency"), "confidence": sure.get("urgency")}


def labelled() -> Iterator[Facts]:
    """Each corrected message as one line of the gold format: the officers' latest word, else what was read.

    `corrected` names the fields that an officer answered; `label_doubt` says which ones nobody has checked.
    """
    areas = {pk: (name, state) for pk, name, state in District.objects.values_list("pk", "name", "state__name")}
    corrections = Correction.objects.select_related("message__handle").order_by("message_id", "at", "pk")
    for _, of_message in groupby(corrections.iterator(chunk_size=500), key=attrgetter("message_id")):
        words: dict[str, Facts] = {}
        for one in of_message:
            words[one.field] = one.right
        yield _label(one.message, words, areas)


def _label(message: Message, words: dict[str, Facts], areas: dict[int, tuple[str, str]]) -> Facts:
    reading = message.reading or {}
    kind = words.get(Field.KIND, {}).get("kind") or reading.get("kind") or "request"
    request = kind == "request"
    place = words.get(Field.PLACE) or _names(reading, areas)
    unchecked = [field.value for field in Field if field.value not in words]
    return {
        "id": str(message.pk),
        "text": message.text,
        "created_at": message.posted_at.isoformat(),
        "handle": message.handle.username if message.handle else None,
        "is_request": request,
        "kind": kind,
        "needs": (words.get(Field.NEED, {}).get("needs") or reading.get("needs") or []) if request else [],
        "medicine": reading.get("medicine") or [] if request else [],
        "phones": reading.get("phones") or [],
        "state": place.get("state"),
        "district": place.get("district"),
        "block_or_town": place.get("block_or_town"),
        "hospital": reading.get("hospital") or None,
        "pincode": reading.get("pincode") or None,
        "patient_age": reading.get("patient_age"),
        "spo2": reading.get("spo2"),
        "blood_group": reading.get("blood_group") or None,
        "urgency": (words.get(Field.URGENCY, {}).get("urgency") or reading.get("urgency")) if request else None,
        "lang": reading.get("language"),
        "duplicate_of": None,
        "corrected": sorted(words),
        "label_doubt": f"as read, not checked: {', '.join(unchecked)}" if unchecked else None,
        "origin": "corrections",
    }


def _names(reading: Facts, areas: dict[int, tuple[str, str]]) -> Facts:
    """The names of the district a reading gave by code, if it still stands."""
    district, state = areas.get(reading.get("district") or 0, (None, None))
    return {"state": state, "district": district, "block_or_town": reading.get("place_text") or None}
