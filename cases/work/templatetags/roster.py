"""The hand-over note on top of the desk."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from cases.models import HandOverNote, Need
from cases.work.notes_left import waiting_notes
from cases.workflow import Urgency

register = template.Library()


@register.inclusion_tag("work/_handover.html", takes_context=True)
def handover_note(context: template.RequestContext) -> dict[str, Any]:
    """What the last shift left for the officer; nothing when all is read."""
    notes = waiting_notes(context["request"].user, timezone.now())
    needs = Need.objects.in_bulk() if notes else {}
    shown = [{"note": note, "cases": [_line(row, needs) for row in note.cases]} for note in notes]
    return {"notes": shown, "csrf_token": context.get("csrf_token", "")}


def _line(row: list[str], needs: dict[str, Need]) -> dict[str, Any]:
    reference, need, urgency, due, line = row
    return {
        "reference": reference,
        "need": needs[need].label if need in needs else need,
        "urgency": Urgency(urgency).label if urgency in Urgency.values else urgency,
        "due": datetime.fromisoformat(due) if due else None,
        "line": line,
    }


@register.filter
def place_of_note(note: HandOverNote) -> str:
    """Where it was left."""
    return (note.block or note.district or note.state).label
