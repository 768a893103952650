"""Anything outbound, stored before it is sent (the outbox)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.message import Message
from cases.models.source import Handle
from cases.workflow import Urgency


class Notice(models.Model):
    """A reply on X. `once` is a unique key of cause and recipient, so that nothing is said twice."""

    class Channel(models.TextChoices):
        X_REPLY = "x_reply", _("reply on X")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    once = models.CharField(max_length=120, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")
    handle = models.ForeignKey(Handle, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.X_REPLY)
    template = models.CharField(max_length=12)
    language = models.CharField(max_length=2)
    text = models.CharField(
        max_length=500, help_text="what X does not take (280 by its weights) fails at sending, not here"
    )
    urgency = models.CharField(max_length=8, choices=Urgency)
    rank = models.PositiveSmallIntegerField(
        help_text="0 critical, 1 high, 2 normal: the outbox is paced, the gravest go first"
    )

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["handle", "rank", "next_try_at"], condition=Q(state="queued"), name="notice_queued_idx"
            ),
            models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="notice_claimed_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notice_sent_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_at__isnull=False), name="notice_claimed_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return self.once
