"""The body each move takes; what is allowed is decided in `cases.actions`, not here."""

from typing import Any

from rest_framework import serializers

from cases.models import Need
from cases.reviewing import NOT_PLEAS
from cases.workflow import Move, Outcome, Urgency
from districts.models import Block, District, Officer, Place


class MoveBody(serializers.Serializer[Any]):
    """Every move may carry a note."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=4000, help_text="For officers only.")


class NoteBody(MoveBody):
    """A note, shown to officers, never to the public."""


class HandOverBody(MoveBody):
    """To another officer of the case's district or state."""

    to = serializers.PrimaryKeyRelatedField(queryset=Officer.objects.filter(is_active=True), help_text="Officer's id.")


class TransferBody(MoveBody):
    """To another district."""

    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), help_text="LGD code.")


class PlaceBody(MoveBody):
    """Where it is."""

    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), help_text="LGD code.")
    block = serializers.PrimaryKeyRelatedField(
        queryset=Block.objects.all(), required=False, allow_null=True, help_text="LGD code."
    )
    place = serializers.PrimaryKeyRelatedField(
        queryset=Place.objects.all(), required=False, allow_null=True, help_text="Key, as places/ gives it."
    )
    place_text = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ResolveBody(MoveBody):
    """How it ended; the note says what was done."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)


class DismissBody(MoveBody):
    """What it is instead of a plea."""

    kind = serializers.ChoiceField(choices=NOT_PLEAS)


class CorrectBody(MoveBody):
    """What is really needed, and how urgent it is."""

    need = serializers.PrimaryKeyRelatedField(queryset=Need.objects.filter(is_active=True), help_text="Need's code.")
    other_needs = serializers.ListField(
        child=serializers.SlugRelatedField("code", queryset=Need.objects.filter(is_active=True)),
        required=False,
        help_text="Codes of what is needed besides; left out, they stay.",
    )
    urgency = serializers.ChoiceField(choices=Urgency.choices)

    def validate_other_needs(self, value: list[Need]) -> list[str]:
        """As codes, each once."""
        return list(dict.fromkeys(need.pk for need in value))


SHAPES: dict[Move, type[MoveBody]] = dict.fromkeys(Move, MoveBody) | {
    Move.NOTE: NoteBody,
    Move.HAND_OVER: HandOverBody,
    Move.TRANSFER: TransferBody,
    Move.PLACE: PlaceBody,
    Move.RESOLVE: ResolveBody,
    Move.DISMISS: DismissBody,
    Move.CORRECT: CorrectBody,
}
