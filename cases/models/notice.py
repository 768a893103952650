"""Anything outbound, stored before it is sent (the outbox)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.channels import Channel
from cases.models.event import Event
from cases.models.message import Message
from cases.models.person import Person
from cases.models.source import Handle
from cases.workflow import Urgency
from districts.models import Officer


class Notice(models.Model):
    """One text to one recipient by one channel. `once` is a unique key of cause, recipient and channel, so that
    nothing is said twice. On X it answers `message` through `handle`; to an officer or a person it has an address,
    looked up when it is sent where it is empty.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNSURE = "unsure", _("unsure whether it was sent")
        DROPPED = "dropped", _("not needed any more")

    once = models.CharField(max_length=160, unique=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="notices")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="notices")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    handle = models.ForeignKey(Handle, models.PROTECT, null=True, blank=True, related_name="+")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="notices")
    address = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.X_REPLY)
    template = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    text = models.CharField(
        max_length=1000, help_text="what X does not take (280 by its weights) fails at sending, not here"
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
    digest = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="told",
        help_text="the one notice that tells of many",
    )
    seen_at = models.DateTimeField(null=True, blank=True, help_text="when the officer saw it on the desk")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["handle", "rank", "next_try_at"], condition=Q(state="queued"), name="notice_queued_idx"
            ),
            models.Index(
                fields=["channel", "rank", "next_try_at"],
                condition=Q(state="queued", handle=None),
                name="notice_private_idx",
            ),
            models.Index(fields=["officer", "-created_at"], name="notice_officer_idx"),
            models.Index(fields=["case", "created_at"], name="notice_case_idx"),
            models.Index(fields=["created_at"], condition=Q(state="failed"), name="notice_failed_idx"),
            models.Index(fields=["created_at"], condition=Q(state="unsure"), name="notice_unsure_idx"),
            models.Index(fields=["officer"], condition=Q(channel="desk", seen_at=None), name="notice_unseen_idx"),
            models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="notice_claimed_idx"),
            models.Index(fields=["created_at"], condition=Q(state="dropped"), name="notice_dropped_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel__in=["x_reply", "x_dm"]) | Q(handle__isnull=False, message__isnull=False),
                name="notice_on_x_answers",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["x_reply", "x_dm"]) | Q(officer__isnull=False) | Q(person__isnull=False),
                name="notice_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notice_sent_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_at__isnull=False), name="notice_claimed_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return self.once
