"""Append-only history of a case: what happened, who did it, from what to what."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.message import Message
from districts.models import Officer


class Event(models.Model):
    """One line of a case's history. Public ones may be shown to the citizen as a stage, never their note."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        MESSAGE = "message", _("another message joined")
        RAISED = "raised", _("made more urgent by a new message")
        ASSIGNED = "assigned", _("assigned")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        STARTED = "started", _("work started")
        NOTE = "note", _("note")
        HANDED_OVER = "handed_over", _("handed over")
        TRANSFERRED = "transferred", _("transferred")
        PLACED = "placed", _("place set")
        RESOLVED = "resolved", _("solved")
        REOPENED = "reopened", _("reopened")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        TOLD = "told", _("requester told")
        ASKED = "asked", _("requester asked for details")
        ANSWERED = "answered", _("details came")
        SILENT = "silent", _("no answer: to be called")
        CONSENT = "consent", _("requester writes that help has come")
        CORRECTED = "corrected", _("reading corrected")
        SPLIT = "split", _("split: another patient")
        DISMISSED = "dismissed", _("found to be no plea")
        WARNED = "warned", _("officer warned: time is running out")
        ESCALATED = "escalated", _("late: moved up the ladder")
        CALLED = "called", _("called")
        SUPPLIED = "supplied", _("asked and given")
        PHOTO = "photo", _("photo added")
        JOINED = "joined", _("joined to another case")
        ADOPTED = "adopted", _("another case joined")
        UNJOINED = "unjoined", _("separated again")
        UNREACHABLE = "unreachable", _("could not be reached")
        UNDONE = "undone", _("undone")
        CONSULTED = "consulted", _("doctor's advice")
        FEEDBACK = "feedback", _("requester's answer")

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    actor = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    from_status = models.CharField(max_length=13, blank=True)
    to_status = models.CharField(max_length=13, blank=True)
    from_officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    to_officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    is_public = models.BooleanField(default=False)
    before = models.JSONField(null=True, blank=True, help_text="the case's changed columns as they were, for undoing")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="event_case_at_idx")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if self.pk is not None:
            raise TypeError("Events are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused: history stays."""
        raise TypeError("Events are never deleted.")
