"""What makes a plea's text recognisable when others copy it: a few of its smallest shingle hashes."""

from django.db import models

from cases.models.case import Case
from cases.models.message import Message


class Fingerprint(models.Model):
    """One of a plea's smallest shingle hashes (`cases.understanding.joining`); kept while pleas may join."""

    mark = models.BigIntegerField()
    posted_at = models.DateTimeField()
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["mark", "posted_at"], name="fingerprint_mark_idx"),
            models.Index(fields=["posted_at"], name="fingerprint_age_idx"),
            models.Index(fields=["message"], name="fingerprint_message_idx"),
            models.Index(fields=["case"], name="fingerprint_case_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.mark}"
