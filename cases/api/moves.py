"""The body each move takes; what is allowed is decided in `cases.actions`, not here."""

from typing import Any

from rest_framework import serializers

from cases.deskwork import MOST_OF_A_KIND
from cases.models import Call, Need, SupplyKind
from cases.reviewing import NOT_PLEAS
from cases.workflow import Move, Outcome, Urgency
from districts.models import Block, District, Officer, Place


class MoveBody(serializers.Serializer[Any]):
    """Every move may carry a note."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=4000, help_text="For officers only.")


class NoteBody(MoveBody):
    """A note for officers, or for the citizen too: then it may name nobody, no number, no place, no illness."""

    is_public = serializers.BooleanField(required=False, default=False, help_text="Shown on the public status page.")


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


class CallBody(MoveBody):
    """A telephone call about the case."""

    result = serializers.ChoiceField(choices=Call.Result.choices)
    number = serializers.RegexField(
        r"^[0-9]{10}$", required=False, allow_blank=True, help_text="10 digits; left out, the case's first number."
    )


class CountBody(serializers.Serializer[Any]):
    """How much of one kind."""

    kind = serializers.PrimaryKeyRelatedField(queryset=SupplyKind.objects.filter(is_active=True))
    asked = serializers.IntegerField(min_value=0, max_value=MOST_OF_A_KIND)
    given = serializers.IntegerField(min_value=0, max_value=MOST_OF_A_KIND)


class SupplyBody(MoveBody):
    """What was asked and given; a kind that is left out stays as it is."""

    supplies = CountBody(many=True, allow_empty=False)

    def validate_supplies(self, value: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
        """By the kind's code, as `cases.deskwork` takes it."""
        return {one["kind"].pk: (one["asked"], one["given"]) for one in value}


class JoinBody(MoveBody):
    """The same patient as another open case of yours."""

    to = serializers.CharField(max_length=20, help_text="The other case's reference.")


class UndoBody(MoveBody):
    """Your own last move, within a minute."""

    event = serializers.IntegerField(required=False, min_value=1, max_value=2**62, help_text="Its Event, to be sure.")


SHAPES: dict[Move, type[MoveBody]] = dict.fromkeys(Move, MoveBody) | {
    Move.NOTE: NoteBody,
    Move.HAND_OVER: HandOverBody,
    Move.TRANSFER: TransferBody,
    Move.PLACE: PlaceBody,
    Move.RESOLVE: ResolveBody,
    Move.DISMISS: DismissBody,
    Move.CORRECT: CorrectBody,
    Move.CALL: CallBody,
    Move.SUPPLY: SupplyBody,
    Move.JOIN: JoinBody,
    Move.UNDO: UndoBody,
}
