"""The shape of what went wrong, as the API of every part of the project tells it."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

ProblemSerializer = inline_serializer(
    "Problem",
    {
        "code": serializers.CharField(help_text="A fixed word for programs, e.g. not_allowed, invalid, not_found."),
        "message": serializers.CharField(help_text="What is wrong, in the reader's language (Accept-Language)."),
        "fields": serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False),
    },
)
