"""The shapes the API gives out. No logic of its own: what a reader may see is asked of `cases.access`."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.actions import allowed_moves
from cases.api.masking import masked
from cases.models import Case, Event, Message, Need, Person
from cases.undoing import undoable
from cases.workflow import Move
from districts.models import Officer


class AreaSerializer(serializers.Serializer[Any]):
    """A state, district or block by its LGD code, in both scripts."""

    code = serializers.IntegerField()
    name = serializers.CharField()
    name_hi = serializers.CharField(allow_blank=True)


class NeedSerializer(serializers.ModelSerializer[Need]):
    """What can be asked for."""

    class Meta:
        model = Need
        fields = ["code", "name", "name_hi", "icon"]


class OfficerSerializer(serializers.ModelSerializer[Officer]):
    """Who holds a case."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Officer
        fields = ["id", "name", "name_hi"]


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A case as lists show it: no names of persons, phone numbers masked."""

    need = NeedSerializer(read_only=True)
    state = AreaSerializer(read_only=True, allow_null=True)
    district = AreaSerializer(read_only=True, allow_null=True)
    block = AreaSerializer(read_only=True, allow_null=True)
    officer = OfficerSerializer(read_only=True, allow_null=True)
    excerpt = serializers.SerializerMethodField(help_text="The plea's beginning.")
    place_text = serializers.SerializerMethodField(help_text="The place as told.")
    phones = serializers.SerializerMethodField(help_text="Only the last three digits.")

    class Meta:
        model = Case
        fields = [
            "reference", "status", "need", "other_needs", "urgency", "language", "state", "district", "block",
            "place_text", "excerpt", "phones", "patient_age", "spo2", "blood_group", "channel", "officer", "level",
            "opened_at", "received_at", "respond_by", "resolve_by", "next_due_at", "assigned_at", "acknowledged_at",
            "started_at", "resolved_at", "closed_at", "updated_at", "outcome", "message_count", "reopened_count",
        ]  # fmt: skip
        read_only_fields = fields

    def get_excerpt(self, case: Case) -> str:
        """Masked: lists are looked over by many."""
        return masked(case.excerpt)

    def get_place_text(self, case: Case) -> str:
        """Masked: people write their number beside their address."""
        return masked(case.place_text)

    def get_phones(self, case: Case) -> list[str]:
        """Masked."""
        return [phone.masked for phone in case.requester.phones.all()]


class EventSerializer(serializers.ModelSerializer[Event]):
    """One line of a case's history."""

    actor = OfficerSerializer(read_only=True, allow_null=True)
    from_officer = OfficerSerializer(read_only=True, allow_null=True)
    to_officer = OfficerSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = [
            "at", "kind", "actor", "from_status", "to_status", "from_officer", "to_officer", "note", "is_public",
        ]  # fmt: skip


class CaseMessageSerializer(serializers.ModelSerializer[Message]):
    """A message of a case, with its whole text."""

    class Meta:
        model = Message
        fields = [
            "channel",
            "external_id",
            "author_username",
            "author_name",
            "text",
            "posted_at",
            "received_at",
            "result",
        ]


class PersonSerializer(serializers.ModelSerializer[Person]):
    """A requester or patient with the numbers to call."""

    phones: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("number", many=True, read_only=True)

    class Meta:
        model = Person
        fields = ["name", "x_username", "phones"]


class CaseForWorkSerializer(CaseSerializer):
    """A case for those who may work it: whom to call, what was written, what has happened, what may be done."""

    excerpt = serializers.CharField(read_only=True)  # type: ignore[assignment]
    place_text = serializers.CharField(read_only=True)  # type: ignore[assignment]
    place = serializers.CharField(source="place_id", read_only=True, allow_null=True)
    requester = PersonSerializer(read_only=True)
    patient = PersonSerializer(read_only=True, allow_null=True)
    joined_to = serializers.CharField(source="joined_to.reference", read_only=True, allow_null=True, default=None)
    messages = CaseMessageSerializer(many=True, read_only=True)
    events = EventSerializer(many=True, read_only=True)
    moves = serializers.SerializerMethodField(help_text="The moves open to you now.")

    class Meta(CaseSerializer.Meta):
        fields = [
            *(name for name in CaseSerializer.Meta.fields if name != "phones"), "place", "candidates", "review_reason",
            "resolution", "requester", "patient", "joined_to", "messages", "events", "moves",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Move.choices)))
    def get_moves(self, case: Case) -> list[str]:
        """What `POST /cases/{reference}/{move}/` would accept from this reader."""
        officer, latest = self.context["request"].user, list(case.events.all())[::-1]
        undo = [Move.UNDO] if undoable(case, officer, timezone.now(), latest) else []
        return [move.value for move in (*allowed_moves(case, officer), *undo)]
